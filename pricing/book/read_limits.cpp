#include "pricing/book/read_limits.hpp"

#include <array>
#include <set>

#include "pricing/book/fields.hpp"
#include "pricing/book/market_blocks.hpp"
#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

constexpr std::array<const char*, 4> kLevels = {"portfolio", "party", "contract", "hardware"};
constexpr std::array<const char*, 2> kBases = {"risk_neutral", "real_world"};

// Choices are kept as their own words: they are compared with columns of measures.csv.
template <class T>
void set_level(T& out, std::int64_t k) {
  out.level = kLevels[static_cast<std::size_t>(k)];
}

std::span<const Field<Limit>> limit_fields() {
  using T = Limit;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("measure", &T::measure).required(),
      choice<T>("level", &set_level<T>, "portfolio|party|contract|hardware", "vehicle").required(),
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
      choice<T>("level", &set_level<T>, "portfolio|party|contract|hardware", "vehicle").required(),
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

}  // namespace

Limits read_limits(const std::string& file, const Location& named,
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
    limits.tolerances.push_back(std::move(tolerance));
  }
  return limits;
}

}  // namespace lien::pricing
