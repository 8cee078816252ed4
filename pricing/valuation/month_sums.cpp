#include "pricing/valuation/month_sums.hpp"

#include <bit>

#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/contract_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/month_sums.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using lien::engine::kBlockPaths;
using lien::engine::kLanes;

// Four lanes; where a vector has two, a month is folded at a time.
using Four = hn::CappedTag<double, 4>;
inline constexpr bool kFour = hn::MaxLanes(Four()) == 4;

// Of two months a and c: [a (0+4)+(2+6), a (1+5)+(3+7), the same of c].
template <class D>
HWY_INLINE hn::Vec<D> Halves(D d, const double* a, const double* c) {
  const auto of_a = hn::Add(hn::Load(d, a), hn::Load(d, a + 4));
  const auto of_c = hn::Add(hn::Load(d, c), hn::Load(d, c + 4));
  return hn::Add(hn::ConcatLowerLower(d, of_c, of_a), hn::ConcatUpperUpper(d, of_c, of_a));
}

void FoldMonths(const double* HWY_RESTRICT lanes, std::size_t stride, std::size_t last,
                double* HWY_RESTRICT sums) {
  std::size_t m = 1;
  const Four d;
  if constexpr (kFour) {
    for (; m + 3 <= last; m += 4) {
      const double* const at = lanes + m * stride;
      // Even months and odd ones, so that interleaving puts them in order.
      const auto even = Halves(d, at, at + 2 * stride);
      const auto odd = Halves(d, at + stride, at + 3 * stride);
      hn::StoreU(hn::Add(hn::InterleaveLower(d, even, odd), hn::InterleaveUpper(d, even, odd)), d,
                 sums + m);
    }
  }
  for (; m <= last; ++m) sums[m] = fold_lanes(lanes + m * stride);
}

void LivingWords(const double* HWY_RESTRICT default_month, std::size_t last,
                 std::uint64_t* HWY_RESTRICT living) {
  for (std::size_t m = 0; m <= last; ++m) living[m] = 0;
  const auto most = static_cast<double>(last);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    if (default_month[p] <= most)
      living[static_cast<std::size_t>(default_month[p])] |= std::uint64_t{1} << p;
  std::uint64_t dead = 0;
  for (std::size_t m = 0; m <= last; ++m) living[m] = ~(dead |= living[m]);
}

// In a file of kernels, since counting bits is an instruction that the baseline does not have. Most
// tests of most blocks see no breach for long: nothing is counted before the first.
void CountTestMonths(const TestWords& test, const TestCounters& counters) {
  std::uint64_t in = 0, ever = 0, gone = 0;
  std::size_t passed = 1;  // month whose `failed` is still to be added
  for (std::size_t first = 0; first <= test.last; first += 64)
    for (std::uint64_t left = test.tested[first / 64]; left != 0; left &= left - 1) {
      const std::size_t m = first + static_cast<std::size_t>(std::countr_zero(left));
      if (m > test.last) break;
      if (test.failed != nullptr)
        for (; passed <= m; ++passed) gone |= test.failed[passed];
      const std::uint64_t living = test.living[m] & ~gone, now = test.breach[m] & living;
      if ((now | in) == 0) continue;
      std::uint32_t* const row = counters.total + m * kTestCounts;
      const int count = std::popcount(now), anew = std::popcount(now & ~ever);
      row[kInBreach] += static_cast<std::uint32_t>(count);
      row[kFirstBreach] += static_cast<std::uint32_t>(anew);
      row[kCured] += static_cast<std::uint32_t>(std::popcount(in & living & ~test.breach[m]));
      ever |= now;
      in = now;
      counters.in_breach[m] += count;
      counters.first_breach[m] += anew;
    }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(FoldMonths);
HWY_EXPORT(LivingWords);
HWY_EXPORT(CountTestMonths);

void fold_months(const double* lanes, std::size_t stride, std::size_t last, double* sums) noexcept {
  HWY_DYNAMIC_DISPATCH(FoldMonths)(lanes, stride, last, sums);
}
void living_words(const double* default_month, std::size_t last, std::uint64_t* living) noexcept {
  HWY_DYNAMIC_DISPATCH(LivingWords)(default_month, last, living);
}
void count_test_months(const TestWords& test, const TestCounters& counters) noexcept {
  HWY_DYNAMIC_DISPATCH(CountTestMonths)(test, counters);
}
}  // namespace lien::pricing
#endif
