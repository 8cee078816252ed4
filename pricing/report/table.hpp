#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lien::pricing {

enum class ColumnKind { text, number, integer };

// One column of a table. A missing value is an empty text or a quiet NaN; it is written as an empty
// field, never as 0 or NaN.
struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::number;
  std::vector<std::string> texts;  // kind text
  std::vector<double> numbers;     // kind number and integer
};

// One cell on its way into a table; monostate is a missing value.
using Cell = std::variant<std::monostate, double, int, std::string_view>;

// A result table: the file name without its ending, and its columns in the order of docs/outputs.
// Filled once, written as csv and html. Column names and order are fixed by the dictionary.
struct Table {
  std::string name;
  std::vector<Column> columns;

  [[nodiscard]] std::size_t rows() const noexcept;
  // Appends a row; one cell a column. Throws std::logic_error on a wrong count or kind.
  void add(std::initializer_list<Cell> cells);
  void add(std::span<const Cell> cells);
  // The column of that name; throws std::logic_error if there is none.
  [[nodiscard]] const Column& column(std::string_view column_name) const;
};

// Empty tables with the columns of dictionary 9.
[[nodiscard]] Table measures_table();
[[nodiscard]] Table contracts_table();
[[nodiscard]] Table cashflows_table();
[[nodiscard]] Table covenants_table();
[[nodiscard]] Table losses_table();
[[nodiscard]] Table contributions_table();
[[nodiscard]] Table paths_table();
[[nodiscard]] Table checks_table();
[[nodiscard]] Table rejects_table();
[[nodiscard]] Table limits_table();
[[nodiscard]] Table balances_table();
[[nodiscard]] Table reverse_stress_table();
[[nodiscard]] Table reverse_shocks_table();

// Everything a run has to say, in tables; made by value_book(), written by write_run().
struct RunTables {
  Table measures = measures_table();
  Table contracts = contracts_table();
  Table cashflows = cashflows_table();
  Table covenants = covenants_table();
  Table losses = losses_table();
  Table contributions = contributions_table();
  Table paths = paths_table();
  Table checks = checks_table();
  Table rejects = rejects_table();
  Table limits = limits_table();  // empty, and not written, without a limits file
  // What [reverse_stress] found; empty, and not written, without it.
  Table reverse_stress = reverse_stress_table();
  Table reverse_shocks = reverse_shocks_table();
  // Histogram of the portfolio's sampled losses, for the report: one row a bin of the baseline,
  // columns scenario, horizon_months, low, high, share.
  Table loss_histogram;
  // Balance held of each group of contributions.csv, for the report: columns by, id, balance.
  Table balances = balances_table();
  // Scenario ids of the runs of premium_interval, rising factors.
  std::vector<std::string> premium_scenarios;
};

}  // namespace lien::pricing
