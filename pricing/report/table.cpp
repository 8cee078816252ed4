#include "pricing/report/table.hpp"

#include <limits>
#include <stdexcept>

namespace lien::pricing {
namespace {

// A column in the lists below: its name, and by default a number.
struct ColumnSpec {
  const char* name;
  ColumnKind kind = ColumnKind::number;
  bool with_standard_error = false;  // followed by NAME_se
};

constexpr auto kText = ColumnKind::text;
constexpr auto kNumber = ColumnKind::number;
constexpr auto kInteger = ColumnKind::integer;

Table make_table(std::string name, std::initializer_list<ColumnSpec> specs) {
  Table table{.name = std::move(name), .columns = {}};
  for (const ColumnSpec& spec : specs) {
    table.columns.push_back({.name = spec.name, .kind = spec.kind, .texts = {}, .numbers = {}});
    if (spec.with_standard_error)
      table.columns.push_back({std::string(spec.name) + "_se", kNumber, {}, {}});
  }
  return table;
}

void append(const std::string& table, Column& column, const Cell& cell) {
  const auto wrong = [&](const char* found) {
    throw std::logic_error(table + "." + column.name + ": a cell of another kind: " + found);
  };
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  if (std::holds_alternative<std::monostate>(cell)) {
    if (column.kind == kText)
      column.texts.emplace_back();
    else
      column.numbers.push_back(missing);
  } else if (const auto* text = std::get_if<std::string_view>(&cell)) {
    if (column.kind != kText) wrong("text");
    column.texts.emplace_back(*text);
  } else if (const int* integer = std::get_if<int>(&cell)) {
    if (column.kind == kText) wrong("integer");
    column.numbers.push_back(*integer);
  } else {
    if (column.kind != kNumber) wrong("number");
    column.numbers.push_back(std::get<double>(cell));
  }
}

}  // namespace

std::size_t Table::rows() const noexcept {
  if (columns.empty()) return 0;
  const Column& first = columns.front();
  return first.kind == kText ? first.texts.size() : first.numbers.size();
}

void Table::add(std::span<const Cell> cells) {
  if (cells.size() != columns.size())
    throw std::logic_error(name + ": a row of " + std::to_string(cells.size()) + " cells for " +
                           std::to_string(columns.size()) + " columns");
  for (std::size_t i = 0; i < cells.size(); ++i) append(name, columns[i], cells[i]);
}

void Table::add(std::initializer_list<Cell> cells) {
  add(std::span<const Cell>(cells.begin(), cells.size()));
}

const Column& Table::column(std::string_view column_name) const {
  for (const Column& column : columns)
    if (column.name == column_name) return column;
  throw std::logic_error(name + ": no column " + std::string(column_name));
}

Table measures_table() {
  return make_table("measures", {{"scenario", kText},
                                 {"measure_basis", kText},
                                 {"level", kText},
                                 {"id", kText},
                                 {"measure", kText},
                                 {"horizon_months", kInteger},
                                 {"confidence"},
                                 {"value"},
                                 {"standard_error"}});
}

Table contracts_table() {
  return make_table("contracts", {{"scenario", kText},
                                  {"contract", kText},
                                  {"party", kText},
                                  {"currency", kText},
                                  {"balance"},
                                  {"stage", kInteger},
                                  {"present_value", kNumber, true},
                                  {"price", kNumber, true},
                                  {"expected_loss", kNumber, true},
                                  {"ecl_12m", kNumber, true},
                                  {"ecl_lifetime", kNumber, true},
                                  {"probability_of_default", kNumber, true},
                                  {"loan_to_value", kNumber, true},
                                  {"loan_to_value_peak_mean", kNumber, true},
                                  {"breach_probability", kNumber, true}});
}

Table cashflows_table() {
  return make_table("cashflows", {{"scenario", kText},
                                  {"measure_basis", kText},
                                  {"contract", kText},
                                  {"currency", kText},
                                  {"month", kInteger},
                                  {"date", kText},
                                  {"scheduled_interest"},
                                  {"scheduled_principal"},
                                  {"scheduled_fee"},
                                  {"scheduled_rent"},
                                  {"outstanding_principal"},
                                  {"expected_interest", kNumber, true},
                                  {"expected_principal", kNumber, true},
                                  {"expected_recovery", kNumber, true},
                                  {"expected_fee", kNumber, true},
                                  {"expected_rent", kNumber, true}});
}

Table covenants_table() {
  return make_table("covenants", {{"scenario", kText},
                                  {"measure_basis", kText},
                                  {"contract", kText},
                                  {"test", kText},
                                  {"month", kInteger},
                                  {"date", kText},
                                  {"breach_probability", kNumber, true},
                                  {"cumulative_breach_probability"},
                                  {"cure_probability"}});
}

Table losses_table() {
  return make_table("losses", {{"scenario", kText},
                               {"horizon_months", kInteger},
                               {"confidence"},
                               {"currency", kText},
                               {"value_at_risk"},
                               {"value_at_risk_low"},
                               {"value_at_risk_high"},
                               {"expected_shortfall"},
                               {"expected_shortfall_low"},
                               {"expected_shortfall_high"},
                               {"cumulative_probability"}});
}

Table contributions_table() {
  return make_table("contributions", {{"scenario", kText},
                                      {"horizon_months", kInteger},
                                      {"confidence"},
                                      {"by", kText},
                                      {"id", kText},
                                      {"currency", kText},
                                      {"expected_shortfall_contribution"},
                                      {"standard_error"},
                                      {"value_at_risk_contribution"}});
}

Table paths_table() {
  return make_table("paths", {{"scenario", kText},
                              {"measure_basis", kText},
                              {"series", kText},
                              {"id", kText},
                              {"month", kInteger},
                              {"date", kText},
                              {"mean"},
                              {"standard_error"},
                              {"stdev"},
                              {"quantile_05"},
                              {"quantile_25"},
                              {"quantile_50"},
                              {"quantile_75"},
                              {"quantile_95"}});
}

Table checks_table() {
  return make_table("checks",
                    {{"check", kText}, {"expected"}, {"actual"}, {"tolerance"}, {"passed", kText}});
}

Table limits_table() {
  return make_table("limits", {{"limit", kText},
                               {"scenario", kText},
                               {"measure_basis", kText},
                               {"level", kText},
                               {"id", kText},
                               {"measure", kText},
                               {"horizon_months", kInteger},
                               {"confidence"},
                               {"value"},
                               {"standard_error"},
                               {"bound", kText},
                               {"bound_value"},
                               {"kept", kText}});
}

Table reverse_stress_table() {
  return make_table("reverse_stress", {{"about", kText},
                                       {"id", kText},
                                       {"quantity", kText},
                                       {"month", kInteger},
                                       {"tail_mean", kNumber, true},
                                       {"all_mean", kNumber, true},
                                       {"nearest_path"}});
}

Table reverse_shocks_table() {
  return make_table("reverse_shocks", {{"shock", kText},
                                       {"input", kText},
                                       {"statistic", kText},
                                       {"target_loss"},
                                       {"unshocked_loss"},
                                       {"size"},
                                       {"loss", kNumber, true},
                                       {"farthest_size"},
                                       {"farthest_loss"},
                                       {"outcome", kText},
                                       {"runs", kInteger}});
}

Table balances_table() {
  // No file: report.html alone reads it.
  Table table{.name = "balances", .columns = {}};
  table.columns = {{"by", kText, {}, {}}, {"id", kText, {}, {}}, {"balance", kNumber, {}, {}}};
  return table;
}

Table rejects_table() {
  return make_table("rejects", {{"file", kText},
                                {"line", kInteger},
                                {"column", kInteger},
                                {"field", kText},
                                {"value", kText},
                                {"problem", kText},
                                {"remedy", kText}});
}

}  // namespace lien::pricing
