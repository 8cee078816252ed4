#pragma once

#include <cstddef>
#include <cstdint>

// What a block says of months: lanes of sums, and words of one bit a path. Compiled once per
// instruction set; the same bits on each.
namespace lien::pricing {

// sums[m] = fold_lanes of the lanes at m x stride, m = 1 .. last; lanes: [last + 1] times stride
// doubles, 64-byte aligned, stride a multiple of 8.
void fold_months(const double* lanes, std::size_t stride, std::size_t last, double* sums) noexcept;

// living[m] = the paths whose default_month is above m, one bit each, m = 0 .. last.
// default_month: [kBlockPaths] whole months, not below 0.
void living_words(const double* default_month, std::size_t last, std::uint64_t* living) noexcept;

// One test by month, paths as bits of a word.
struct TestWords {
  const std::uint64_t* breach;  // [last + 1]
  const std::uint64_t* living;  // [last + 1] of the party
  const std::uint64_t* failed;  // [last + 1] end in the month besides; null: none
  const std::uint64_t* tested;  // months with a test: see TestMonths
  std::size_t last;             // month that counts, at most
};
// Adds the number of paths in a state to what is counted, month by month.
struct TestCounters {
  std::uint32_t* total;              // [last + 1][kTestCounts]
  double *in_breach, *first_breach;  // [last + 1]
};
void count_test_months(const TestWords& test, const TestCounters& counters) noexcept;

}  // namespace lien::pricing
