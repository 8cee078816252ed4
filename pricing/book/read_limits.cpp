#include "pricing/book/read_limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "pricing/book/fields.hpp"
#include "pricing/book/market_blocks.hpp"
#include "pricing/book/text_file.hpp"
#include "pricing/contract/measure_names.hpp"

namespace lien::pricing {
namespace {

constexpr std::string_view kLevels = "portfolio|party|group|vehicle|contract|hardware";
constexpr std::array<const char*, 2> kBases = {"risk_neutral", "real_world"};

// Choices are kept as their own words: they are compared with columns of measures.csv.
template <class T>
void set_level(T& out, std::int64_t k) {
  out.level = split(kLevels, '|')[static_cast<std::size_t>(k)];
}

std::span<const Field<Limit>> limit_fields() {
  using T = Limit;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("measure", &T::measure).required(),
      choice<T>("level", &set_level<T>, "portfolio|party|group|vehicle|contract|hardware")
          .required(),
      text("of", &T::of),
      id("scenario", &T::scenario),
      choice<T>(
          "measure_basis",
          +[](T& l, std::int64_t k) { l.measure_basis = kBases[static_cast<std::size_t>(k)]; },
          "risk_neutral|real_world"),
      integer<T>(
          "horizon_months", +[](T& l, std::int64_t n) { l.horizon_months = static_cast<int>(n); },
          between(0, 600)),
      share("confidence", &T::confidence, Range{0, 1, true, true}),
      number("max", &T::max),
      number("min", &T::min),
  };
  return fields;
}

std::span<const Field<Tolerance>> tolerance_fields() {
  using T = Tolerance;
  static constexpr std::array fields = {
      id("measure", &T::measure).required(),
      choice<T>("level", &set_level<T>, "portfolio|party|group|vehicle|contract|hardware")
          .required(),
      number("absolute", &T::absolute, at_least(0)),
      number("relative", &T::relative, at_least(0)),
  };
  return fields;
}

// Exactly one of two fields says how far a number may go.
void check_one_of(const Given& given, std::string_view one, std::string_view other,
                  const Scope& scope) {
  if (!given.has(one) && !given.has(other) && given.complete)
    scope.fault(given.line, given.column, one, "",
                "is missing: a bound is needed, " + std::string(one) + " or " + std::string(other),
                "add one of the two");
  if (given.has(one) && given.has(other))
    scope.fault(given.at(other), other, "stands beside " + std::string(one),
                "keep one; a second bound is a second entry");
}

// A measure that measures.csv may have at the level.
void check_measure(const Given& given, const std::string& measure, const std::string& level,
                   const Scope& scope) {
  if (!given.good("measure")) return;
  std::vector<std::string> names;
  for (const MeasureName& known : measure_names()) {
    names.emplace_back(known.name);
    if (known.name != measure) continue;
    const std::vector<std::string> levels = split(known.levels, '|');
    if (!given.good("level") || std::find(levels.begin(), levels.end(), level) != levels.end())
      return;
    std::string all = levels.front();
    for (std::size_t i = 1; i < levels.size(); ++i)
      all += (i + 1 < levels.size() ? ", " : " or ") + levels[i];
    scope.fault(given.at("level"), "level", "has no " + measure, "write " + all);
    return;
  }
  scope.fault(given.at("measure"), "measure", "is no measure of measures.csv",
              did_you_mean(measure, names, "docs/outputs.md lists them"));
}

// A party, say, of which no row of measures.csv can be. Parts of it have ids of their own: ID/PART.
void check_of(const Given& given, const Limit& limit, const LimitNames& known, const Scope& scope) {
  const auto level = known.ids.find(limit.level);
  if (!given.good("of") || !given.good("level") || level == known.ids.end()) return;
  const std::vector<std::string>& ids = level->second;
  if (std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
        return limit.of == id || limit.of.starts_with(id + "/");
      }))
    return;
  scope.fault(given.at("of"), "of", "is no " + limit.level + " of this run: nothing is limited",
              did_you_mean(limit.of, ids, "name one, or remove it: the limit then holds for each"));
}

void check_names(const Given& given, const Limit& limit, const LimitNames& known,
                 const Scope& scope) {
  check_measure(given, limit.measure, limit.level, scope);
  check_of(given, limit, known, scope);
  const auto& ids = known.scenarios;
  if (given.good("scenario") && !ids.empty() &&
      std::find(ids.begin(), ids.end(), limit.scenario) == ids.end())
    scope.fault(given.at("scenario"), "scenario", "is no scenario of this run",
                did_you_mean(limit.scenario, ids, "name one of the scenarios file, or baseline"));
  if (!given.good("confidence")) return;
  if (limit.measure != "value_at_risk" && limit.measure != "expected_shortfall" &&
      limit.measure != "expected_shortfall_contribution") {
    scope.fault(given.at("confidence"), "confidence",
                "goes with value_at_risk, expected_shortfall and its contributions only",
                "remove it");
    return;
  }
  if (known.confidences.empty()) return;
  const auto same = [&](double c) { return std::abs(c - *limit.confidence) < 1e-9; };
  if (std::any_of(known.confidences.begin(), known.confidences.end(), same)) return;
  scope.fault(given.at("confidence"), "confidence", "is no level of [results] confidence",
              "add it to the list in the run file, or write a level that is there");
}

}  // namespace

Limits read_limits(const std::string& file, const Location& named, const LimitNames& known,
                   std::vector<Diagnostic>& faults) {
  Limits limits;
  const std::optional<std::string> text = read_text_file(file, named, faults);
  if (!text) return limits;
  const std::optional<TomlValue> root = parse_toml(file, *text, faults);
  if (!root) return limits;
  const Scope top{faults, file, {}};
  for (const TomlEntry& entry : root->entries)
    if (entry.key != "limit" && entry.key != "tolerance")
      refuse_unknown(entry.line, entry.column, entry.key, "block of a limits file",
                     {"limit", "tolerance"}, top);
  std::set<std::string> ids;
  for (const TomlValue* table : tables_of(root->find("limit"), "limit", top)) {
    const Scope scope{faults, file, block_label("limit", *table, "id")};
    Limit limit;
    limit.where = {file, table->line, table->column};
    const Given given = read_table(*table, limit_fields(), limit, "field of [[limit]]", scope);
    check_one_of(given, "max", "min", scope);
    check_names(given, limit, known, scope);
    if (given.good("id") && !ids.insert(limit.id).second)
      scope.fault(given.at("id"), "id", "names two limits", "give each limit its own id");
    limits.limits.push_back(std::move(limit));
  }
  for (const TomlValue* table : tables_of(root->find("tolerance"), "tolerance", top)) {
    const Scope scope{faults, file, block_label("tolerance", *table, "measure")};
    Tolerance tolerance;
    tolerance.where = {file, table->line, table->column};
    const Given given =
        read_table(*table, tolerance_fields(), tolerance, "field of [[tolerance]]", scope);
    check_one_of(given, "absolute", "relative", scope);
    check_measure(given, tolerance.measure, tolerance.level, scope);
    limits.tolerances.push_back(std::move(tolerance));
  }
  return limits;
}

}  // namespace lien::pricing
