#pragma once

#include <cstddef>

// Sums over the paths of a row in an order that no vector width changes: eight virtual lanes, then
// a fixed tree. Rows are [paths] doubles, 64-byte aligned; paths a multiple of 8.
namespace lien::pricing {

// Sums of d = value - reference and d^2 over a row in eight lanes and a fixed tree.
struct RowSums {
  double sum, square;
};
[[nodiscard]] RowSums row_sums(const double* row, double reference, std::size_t paths) noexcept;
// Sum of (a - reference_a) x (b - reference_b) over two rows, in the same order.
[[nodiscard]] double row_product(const double* a, double reference_a, const double* b,
                                 double reference_b, std::size_t paths) noexcept;
// A sample that is added to the sums of a run and, weighed, to those of a group, one pass a row.
struct SampleRow {
  const double* row;
  double reference;  // subtracted before it is summed
  double* sums;      // [2] of row - reference, of its square: see RowSums
  double weight;     // of the row in total
  double* total;     // [paths]; null: no total
};
// sums += row_sums(row, reference); total += weight x row, as add_scaled_row. No two totals are
// the same row.
void add_sample_rows(const SampleRow* rows, std::size_t count, std::size_t paths) noexcept;
// The fixed tree over eight lanes.
[[nodiscard]] inline double fold_lanes(const double* lanes) noexcept {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

}  // namespace lien::pricing
