#pragma once

#include <cstddef>

#include "pricing/valuation/resale_rows.hpp"

// Rows between double and single precision. Rows are 64-byte aligned; counts are multiples of 16.
namespace lien::pricing {

// Each number rounded to the nearest float, ties to even; what is too large becomes infinite.
void demote_row(const double* row, float* out, std::size_t count) noexcept;
// How far each number is from one, out = row - 1, rounded as above.
void demote_less_one(const double* row, float* out, std::size_t count) noexcept;
// What a row falls by from month to month: out[k] = row[k - 1] - row[k], k = 1 .. last, rounded as
// above; rows of one block of paths, [last + 1][paths].
void demote_falls(const double* rows, std::size_t last, float* out) noexcept;
// The same numbers as doubles.
void promote_row(const float* row, double* out, std::size_t count) noexcept;
// Weights of default: 1 where the float is 1, which says that an account has failed, else what
// survival lacks. One less a float that is nearly one would say little of a rare default.
void promote_defaults(const float* defaults, const double* survival, double* out,
                      std::size_t count) noexcept;
// sums[m] = the sum of the sixteen floats at m x stride, in floats by a fixed tree: lanes i, i + 8,
// i + 4 and i + 12, then 0, 2, 1, 3 of what that leaves; m = 1 .. last. lanes: [last + 1] times
// stride, a multiple of 16.
void fold_single_months(const float* lanes, std::size_t stride, std::size_t last,
                        double* sums) noexcept;

// A customer's contract in a sale, see SharedStepIn: the same in floats.
struct SingleStepIn {
  StepInHours hours;
  const float *near, *far;  // [last + 1][paths] worth of own use, a unit
  const float* customer;    // [paths] month of its default
  double deduction;
};
// added[k] = (customer > k ? max(0, worth - near x row - far x row) : 0) - deduction, k = first ..
// last; one block of paths.
void single_step_in_rows(const SingleStepIn& terms, float* added) noexcept;

}  // namespace lien::pricing
