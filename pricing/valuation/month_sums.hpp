#pragma once

#include <cstddef>
#include <cstdint>

// What a block says of months: lanes of sums, and words of one bit a path. Compiled once per
// instruction set; the same bits on each.
namespace lien::pricing {

// sums[m] = fold_lanes of the lanes at m x stride, m = 1 .. last; lanes: [last + 1] times stride
// doubles, 64-byte aligned, stride a multiple of 8.
void fold_months(const double* lanes, std::size_t stride, std::size_t last, double* sums) noexcept;

// deaths[m] = the paths whose default_month is m, one bit each, m = 0 .. last; paths that default
// later stand nowhere. default_month: [kBlockPaths] whole months, not below 0.
void default_words(const double* default_month, std::size_t last, std::uint64_t* deaths) noexcept;

// One test by month, paths as bits of a word.
struct TestWords {
  const std::uint64_t* breach;  // [last + 1]
  const std::uint64_t* living;  // [last + 1]
  const char* tested;           // [last + 1] 0: no test in the month
  std::size_t last;             // month with a test, at most
};
// Adds the number of paths in a state to what is counted, month by month.
struct TestCounters {
  std::uint32_t* total;     // [last + 1][kTestCounts]
  double* in_breach;        // of months 0 .. last, `stride` doubles apart
  double* ever_breached;    // of months 0 .. end, `stride` doubles apart
  std::size_t stride, end;  // end: at least last
};
void count_test_months(const TestWords& test, const TestCounters& counters) noexcept;

}  // namespace lien::pricing
