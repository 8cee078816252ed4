#include "pricing/book/read_scenarios.hpp"

#include <array>
#include <map>

#include "pricing/book/tape.hpp"
#include "pricing/market/scenario.hpp"

namespace lien::pricing {
namespace {

std::span<const Field<ScenarioRow>> scenario_fields() {
  using T = ScenarioRow;
  static constexpr std::array fields = {
      id("scenario", &T::scenario).required(),
      text("input", &T::input).required(),
      choice<&T::shock>("shock", "relative|absolute|level|default|launch|cancel|draw").required(),
      integer<T>(
          "month", +[](T& row, std::int64_t n) { row.month = static_cast<int>(n); },
          between(0, 600)),
      number("value", &T::value),
      share("weight", &T::weight),
      text("source", &T::source),
  };
  return fields;
}

void check_row(const ScenarioRow& row, const Given& given, const Scope& scope) {
  const auto missing = [&](std::string_view field, std::string_view because) {
    if (!given.complete) return;
    scope.fault(given.line, given.column, field, "", "is missing: " + std::string(because),
                "add it");
  };
  if (given.good("scenario") && row.scenario == "baseline")
    scope.fault(given.at("scenario"), "scenario", "always runs and cannot be changed",
                "give the scenario another name");
  if (given.good("scenario") && row.scenario == kWeightedScenario)
    scope.fault(given.at("scenario"), "scenario", "names the sum of all scenarios by weight",
                "give the scenario another name");
  if (!given.good("shock")) return;
  const bool event =
      row.shock == Shock::default_event || row.shock == Shock::launch || row.shock == Shock::draw;
  if (event && !given.has("month")) missing("month", "an event happens at a month");
  const bool sizeless =
      row.shock == Shock::default_event || row.shock == Shock::cancel || row.shock == Shock::draw;
  if (!sizeless && !given.has("value"))
    missing("value", row.shock == Shock::launch ? "a launch lets rents fall by this log drop"
                                                : "the shock has a size");
  if (sizeless && given.has("value"))
    scope.fault(given.at("value"), "value",
                row.shock == Shock::cancel ? "does not go with a cancellation"
                : row.shock == Shock::draw ? "does not go with a draw: all is drawn"
                                           : "does not go with a default",
                "remove it");
}

// One scenario has one probability, and all of them together at most one.
void check_weights(const std::vector<ScenarioRow>& rows, const Scope& top) {
  std::map<std::string, double> weights;
  double sum = 0;
  for (const ScenarioRow& row : rows) {
    const auto [first, is_new] = weights.emplace(row.scenario, row.weight);
    if (is_new) sum += row.weight;
    const Location place = row.where.at("weight");
    if (first->second != row.weight)
      top.fault(place.line, place.column, "scenario " + row.scenario + " / weight", "",
                "differs from the weight of its first row", "write the same weight on every row");
  }
  if (sum > 1 + 1e-12)
    top.fault(0, 0, "weight", "", "adds up to more than 1 over the scenarios",
              "leave the rest to the baseline");
}

}  // namespace

std::vector<ScenarioRow> read_scenarios(const std::string& file, const Location& named,
                                        std::vector<Diagnostic>& faults) {
  std::vector<ScenarioRow> rows;
  std::optional<std::string> bytes = read_text_file(file, named, faults);
  if (!bytes) return rows;
  CsvReader reader(file, std::move(*bytes));
  CsvRow row;
  const Scope top{faults, file, {}};
  if (!reader.next(row, faults)) {
    top.fault(0, 0, "", "", "is empty", "write a header and rows, or take it out of run.toml");
    return rows;
  }
  if (row.faulty) return rows;
  if (is_separated_otherwise(row, names_of(scenario_fields()), {faults, file, "scenarios"}))
    return rows;
  const bool blank_end = drop_unnamed_end(row, top);
  const CsvRow header = row;
  const auto columns = resolve_header(header, scenario_fields(), top);
  const auto id_column = static_cast<std::size_t>(
      std::find_if(header.cells.begin(), header.cells.end(),
                   [](const CsvCell& cell) { return cell.text == "scenario"; }) -
      header.cells.begin());
  Given given;
  while (reader.next(row, faults)) {
    if (row.faulty) continue;
    if (blank_end) drop_blank_end(row, columns.size());
    const Scope scope{faults, file, row_label("scenario", row, id_column)};
    ScenarioRow read;
    const std::size_t before = faults.size();
    read_row(row, columns, read, given, read.where, scope);
    if (row.cells.size() == columns.size()) check_row(read, given, scope);
    if (given.complete && faults.size() == before) rows.push_back(std::move(read));
  }
  check_weights(rows, top);
  return rows;
}

}  // namespace lien::pricing
