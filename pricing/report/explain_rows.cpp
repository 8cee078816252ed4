#include "pricing/report/explain_rows.hpp"

#include <cmath>

#include "pricing/contract/measure_names.hpp"

namespace lien::pricing {
namespace {

// Money in the reporting currency.
std::string unit_of(const std::string& measure, const std::string& currency) {
  for (const MeasureName& known : measure_names())
    if (known.name == measure) {
      std::string unit(known.unit);
      if (unit == "hourly") return currency + " per hour";
      if (unit.starts_with("money")) unit.replace(0, 5, currency);
      return unit;
    }
  return {};
}

StoryCell month_of(double value) {
  return std::isnan(value) ? StoryCell() : StoryCell(static_cast<int>(value));
}

}  // namespace

StoryTable measures_of(const FinishedRun& run, const std::string& level, const std::string& id) {
  StoryTable table{"measures",
                   "Measures",
                   {{"measure", "measure"},
                    {"id", "of"},
                    {"measure_basis", "basis"},
                    {"horizon_months", "months"},
                    {"value", "value", 4},
                    {"standard_error", "+-", 4},
                    {"unit", "in"}},
                   {},
                   false,
                   "months 0: lifetime"};
  const Table& measures = run.measures;
  const auto text = [&](const char* column, std::size_t row) -> const std::string& {
    return measures.column(column).texts[row];
  };
  for (std::size_t row = 0; row < measures.rows(); ++row) {
    const std::string& of = text("id", row);
    if (text("scenario", row) != "baseline" || text("level", row) != level ||
        (of != id && of.rfind(id + "/", 0) != 0))
      continue;
    const std::string& measure = text("measure", row);
    const double value = measures.column("value").numbers[row];
    table.rows.push_back({measure, of, text("measure_basis", row),
                          month_of(measures.column("horizon_months").numbers[row]),
                          measure == "stage" || measure.starts_with("lease_class")
                              ? month_of(value)
                              : StoryCell(value),
                          measures.column("standard_error").numbers[row],
                          unit_of(measure, run.inputs.market.currency)});
  }
  return table;
}

StoryTable cash_flows_of(const FinishedRun& run, const std::string& id) {
  constexpr const char* flows[] = {
      "scheduled_interest",    "scheduled_principal", "scheduled_fee",      "scheduled_rent",
      "outstanding_principal", "expected_interest",   "expected_principal", "expected_recovery",
      "expected_fee",          "expected_rent"};
  constexpr const char* titles[] = {"interest due", "principal due", "fee due",   "rent due",
                                    "owed",         "interest",      "principal", "recovery",
                                    "fee",          "rent"};
  const Table& cashflows = run.cashflows;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < cashflows.rows(); ++row)
    if (cashflows.column("contract").texts[row] == id &&
        cashflows.column("scenario").texts[row] == "baseline" &&
        cashflows.column("measure_basis").texts[row] == run.basis_name())
      rows.push_back(row);
  StoryTable table{"cash_flows",
                   "Cash flows, " + run.inputs.market.currency + ": due, and expected undiscounted",
                   {{"month", "month"}, {"date", "end"}},
                   {},
                   false,
                   ""};
  std::vector<const Column*> columns;
  for (std::size_t f = 0; f < std::size(flows); ++f) {
    const Column& column = cashflows.column(flows[f]);
    bool any = false;
    for (const std::size_t row : rows)
      any = any || (column.numbers[row] != 0 && !std::isnan(column.numbers[row]));
    if (!any) continue;  // a loan has no rent, a lease no fee
    columns.push_back(&column);
    table.columns.push_back({flows[f], titles[f], 0});
  }
  for (const std::size_t row : rows) {
    std::vector<StoryCell> cells{month_of(cashflows.column("month").numbers[row]),
                                 cashflows.column("date").texts[row]};
    for (const Column* column : columns) cells.emplace_back(column->numbers[row]);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

StoryTable tests_of(const FinishedRun& run, const std::string& id) {
  StoryTable table{"tests",
                   "Tests: probability of breach, %",
                   {{"test", "test"},
                    {"month", "month"},
                    {"date", "date"},
                    {"breach_probability", "in breach", 2, 100},
                    {"standard_error", "+-", 2, 100},
                    {"cumulative_breach_probability", "so far", 2, 100},
                    {"cure_probability", "cured since the last", 2, 100}},
                   {},
                   false,
                   ""};
  const Table& covenants = run.covenants;
  for (std::size_t row = 0; row < covenants.rows(); ++row) {
    if (covenants.column("contract").texts[row] != id ||
        covenants.column("scenario").texts[row] != "baseline" ||
        covenants.column("measure_basis").texts[row] != run.basis_name())
      continue;
    const auto number = [&](const char* column) { return covenants.column(column).numbers[row]; };
    table.rows.push_back({covenants.column("test").texts[row], month_of(number("month")),
                          covenants.column("date").texts[row], number("breach_probability"),
                          number("breach_probability_se"), number("cumulative_breach_probability"),
                          number("cure_probability")});
  }
  return table;
}

StoryCell balance_of(const FinishedRun& run, const std::string& id) {
  const Table& contracts = run.contracts;
  for (std::size_t row = 0; row < contracts.rows(); ++row)
    if (contracts.column("contract").texts[row] == id &&
        contracts.column("scenario").texts[row] == "baseline")
      return contracts.column("balance").numbers[row];
  return {};
}

}  // namespace lien::pricing
