#include <cstddef>
#include <cstdint>

#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/contract_bases.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/value_test.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "hwy/highway.h"
#include "pricing/valuation/contract_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

// What the test asks of a month.
struct TestMonth {
  double mark_units, inverse_tested, tested, most;
};

// Worth of one vector of paths; least: smallest worth / tested balance so far.
HWY_INLINE V Observe(const double* mark, const TestMonth& t, KeptVector& least) {
  const V worth = Worth(t.mark_units, Row(mark));
  least = hn::Min(least, hn::Mul(worth, Num(t.inverse_tested)));
  return worth;
}

// The same, and which paths breach, as the lowest bits.
HWY_INLINE std::uint64_t Breaches(const double* mark, const TestMonth& t, KeptVector& least) {
  const V worth = Observe(mark, t, least);
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Tag(), AboveValue(t.tested, t.most, worth), bytes);
  return bytes[0];
}

// Four vectors of paths a month, whose numbers they share.
void TestValue(const ContractArguments& a) {
  static_assert(kBlockPaths % (4 * kWidth) == 0);
  const ContractPlan& contract = *a.contract;
  const std::size_t months = static_cast<std::size_t>(contract.months);
  std::uint64_t* const words = a.bits.value;
  for (std::size_t path = 0; path < kBlockPaths; path += 4 * kWidth) {
    KeptVector l0 = Num(1e30), l1 = l0, l2 = l0, l3 = l0;
    for (std::size_t k = 1; k <= months; ++k) {
      const MonthTerms& terms = a.terms[k];
      const TestMonth t{contract.mark_units, terms.inverse_tested, terms.tested_balance,
                        contract.max_loan_to_value};
      const double* const mark = a.mark + k * kBlockPaths + path;
      if (words == nullptr || !Positive(terms.tested_balance)) {
        Observe(mark, t, l0);
        Observe(mark + kWidth, t, l1);
        Observe(mark + 2 * kWidth, t, l2);
        Observe(mark + 3 * kWidth, t, l3);
      } else {
        const std::uint64_t all = Breaches(mark, t, l0) | Breaches(mark + kWidth, t, l1) << kWidth |
                                  Breaches(mark + 2 * kWidth, t, l2) << 2 * kWidth |
                                  Breaches(mark + 3 * kWidth, t, l3) << 3 * kWidth;
        words[k] |= all << path;
      }
    }
    double* const peak = a.samples + kPeakLoanToValue * kBlockPaths + path;
    StorePeak(peak, l0);
    StorePeak(peak + kWidth, l1);
    StorePeak(peak + 2 * kWidth, l2);
    StorePeak(peak + 3 * kWidth, l3);
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(TestValue);

void test_value(const ContractArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(TestValue)(arguments);
}
}  // namespace lien::pricing
#endif
