// What loan to value says of a contract without an account. Included by value_test.cpp and
// single_value_test.cpp, once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VALUE_TEST_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VALUE_TEST_INL_H_
#undef LIEN_PRICING_VALUATION_VALUE_TEST_INL_H_
#else
#define LIEN_PRICING_VALUATION_VALUE_TEST_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "pricing/valuation/contract_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
#ifdef LIEN_CONTRACT_IN_FLOATS
inline namespace in_floats {
#else
inline namespace in_doubles {
#endif

// What the test asks of a month.
struct TestMonth {
  Real units_over_tested, tested, most_units;
};

// The mark of one vector of paths; least: smallest worth / tested balance so far.
HWY_INLINE V Observe(const Real* at, const TestMonth& t, V& least) {
  const V mark = Row(at);
  least = Min(least, Mul(mark, Num(t.units_over_tested)));
  return mark;
}

// Four vectors of paths a month, whose numbers they share.
inline void TestBlock(const Arguments& a) {
  static_assert(kBlockPaths % (4 * kWidth) == 0);
  const ContractPlan& contract = *a.contract;
  const std::size_t months = static_cast<std::size_t>(contract.months);
  const Real most_units = MostUnits(contract);
  std::uint64_t* const words = a.bits.value;
  for (std::size_t path = 0; path < kBlockPaths; path += 4 * kWidth) {
    V l0 = Num(Real(1e30)), l1 = l0, l2 = l0, l3 = l0;
    for (std::size_t k = 1; k <= months; ++k) {
      const MonthNumbers& terms = a.terms[k];
      const TestMonth t{terms.units_over_tested, terms.tested_balance, most_units};
      const Real* const mark = a.mark + k * kBlockPaths + path;
      const V m0 = Observe(mark, t, l0), m1 = Observe(mark + kWidth, t, l1);
      const V m2 = Observe(mark + 2 * kWidth, t, l2), m3 = Observe(mark + 3 * kWidth, t, l3);
      if (words == nullptr || !Positive(terms.tested_balance)) continue;
      StoreBits(words + k, path, AboveValue(t.tested, t.most_units, m0));
      StoreBits(words + k, path + kWidth, AboveValue(t.tested, t.most_units, m1));
      StoreBits(words + k, path + 2 * kWidth, AboveValue(t.tested, t.most_units, m2));
      StoreBits(words + k, path + 3 * kWidth, AboveValue(t.tested, t.most_units, m3));
    }
    Real* const peak = a.samples + kPeakLoanToValue * kBlockPaths + path;
    StorePeak(peak, l0);
    StorePeak(peak + kWidth, l1);
    StorePeak(peak + 2 * kWidth, l2);
    StorePeak(peak + 3 * kWidth, l3);
  }
}

}  // namespace in_floats or in_doubles
}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VALUE_TEST_INL_H_
