#include "pricing/measures/check_limits.hpp"

#include <algorithm>
#include <cmath>

namespace lien::pricing {
namespace {

// Reads measures.csv by row.
struct MeasureColumns {
  explicit MeasureColumns(const Table& table)
      : scenario(table.column("scenario").texts),
        basis(table.column("measure_basis").texts),
        level(table.column("level").texts),
        id(table.column("id").texts),
        measure(table.column("measure").texts),
        horizon(table.column("horizon_months").numbers),
        confidence(table.column("confidence").numbers),
        value(table.column("value").numbers),
        error(table.column("standard_error").numbers) {}
  const std::vector<std::string>&scenario, &basis, &level, &id, &measure;
  const std::vector<double>&horizon, &confidence, &value, &error;

  [[nodiscard]] bool matched_by(const Limit& limit, std::size_t row) const {
    const auto text = [](const std::string& wanted, const std::string& found) {
      return wanted.empty() || wanted == found;
    };
    return measure[row] == limit.measure && level[row] == limit.level && text(limit.of, id[row]) &&
           text(limit.scenario, scenario[row]) && text(limit.measure_basis, basis[row]) &&
           (!limit.horizon_months || horizon[row] == *limit.horizon_months) &&
           (!limit.confidence || std::abs(confidence[row] - *limit.confidence) < 1e-9);
  }
};

Cell number(double value) { return std::isnan(value) ? Cell{} : Cell{value}; }

Cell whole(double value) { return std::isnan(value) ? Cell{} : Cell{static_cast<int>(value)}; }

}  // namespace

Table check_limits(const Limits& limits, const Table& measures) {
  Table table = limits_table();
  const MeasureColumns rows(measures);
  for (const Limit& limit : limits.limits) {
    const std::string_view kind = limit.max ? "max" : "min";
    const double bound = limit.max ? *limit.max : *limit.min;
    const std::size_t before = table.rows();
    for (std::size_t row = 0; row < measures.rows(); ++row) {
      if (!rows.matched_by(limit, row)) continue;
      // A missing number keeps no limit.
      const bool kept = limit.max ? rows.value[row] <= bound : rows.value[row] >= bound;
      table.add({std::string_view(limit.id), std::string_view(rows.scenario[row]),
                 std::string_view(rows.basis[row]), std::string_view(rows.level[row]),
                 std::string_view(rows.id[row]), std::string_view(rows.measure[row]),
                 whole(rows.horizon[row]), number(rows.confidence[row]), number(rows.value[row]),
                 number(rows.error[row]), kind, bound, std::string_view(kept ? "true" : "false")});
    }
    if (table.rows() == before)
      table.add({std::string_view(limit.id), Cell{}, Cell{}, std::string_view(limit.level),
                 std::string_view(limit.of), std::string_view(limit.measure), Cell{}, Cell{},
                 Cell{}, Cell{}, kind, bound, std::string_view("false")});
  }
  return table;
}

std::size_t limits_passed(const Table& limits) {
  const auto& kept = limits.column("kept").texts;
  return static_cast<std::size_t>(std::count(kept.begin(), kept.end(), "false"));
}

}  // namespace lien::pricing
