#pragma once

#include <cstddef>

// A contract's samples of a block added to the sums of the run and to its group, one pass a row.
// Compiled once per instruction set; the same bits on each.
namespace lien::pricing {

// Rows are [paths] doubles, 64-byte aligned; paths a multiple of 8.
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

}  // namespace lien::pricing
