#include "pricing/valuation/month_flows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/month_flows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Months of one tag's width; the last ones go one by one, by the same operations. What the loan
// never has is not read: in a large book every column comes from memory.
template <bool kFloats, bool kRent, class D>
HWY_INLINE void AddLoanMonths(D d, const LoanFlows& loan, std::size_t m, const GroupFlows& group) {
  const auto held = hn::Set(d, loan.held), survival = hn::LoadU(d, loan.survival + m);
  const auto add = [&](double* total, auto flow) HWY_ATTR {
    hn::StoreU(hn::Add(hn::LoadU(d, total + m), flow), d, total + m);
  };
  auto interest = hn::Mul(survival, hn::LoadU(d, loan.interest + m));
  if constexpr (kFloats)
    interest = hn::IfThenElse(hn::Gt(hn::LoadU(d, loan.floats + m), hn::Zero(d)),
                              hn::LoadU(d, loan.variable + m), interest);
  add(group.interest, hn::Mul(held, interest));
  add(group.principal, hn::Mul(held, hn::Mul(survival, hn::LoadU(d, loan.principal + m))));
  const auto weight = hn::Mul(held, survival);
  add(group.fee, hn::Mul(weight, hn::LoadU(d, loan.fee + m)));
  if constexpr (kRent) add(group.rent, hn::Mul(weight, hn::LoadU(d, loan.rent + m)));
}

template <bool kFloats, bool kRent>
HWY_INLINE void AddAllMonths(const LoanFlows& loan, std::size_t last, const GroupFlows& group) {
  const hn::CappedTag<double, 8> d;
  const hn::CappedTag<double, 1> one;
  std::size_t m = 1;
  for (; m + hn::Lanes(d) <= last + 1; m += hn::Lanes(d))
    AddLoanMonths<kFloats, kRent>(d, loan, m, group);
  for (; m <= last; ++m) AddLoanMonths<kFloats, kRent>(one, loan, m, group);
}

void AddLoanFlows(const LoanFlows& loan, std::size_t last, const GroupFlows& group) {
  const bool floats = loan.floats != nullptr, rent = loan.rent != nullptr;
  if (floats && rent)
    AddAllMonths<true, true>(loan, last, group);
  else if (floats)
    AddAllMonths<true, false>(loan, last, group);
  else if (rent)
    AddAllMonths<false, true>(loan, last, group);
  else
    AddAllMonths<false, false>(loan, last, group);
}

void AddBoth(double held, const double* HWY_RESTRICT one, const double* HWY_RESTRICT other,
             std::size_t last, double* HWY_RESTRICT total) {
  const hn::CappedTag<double, 8> d;
  const auto weight = hn::Set(d, held);
  std::size_t m = 1;
  for (; m + hn::Lanes(d) <= last + 1; m += hn::Lanes(d)) {
    const auto sum = hn::Add(hn::LoadU(d, one + m), hn::LoadU(d, other + m));
    hn::StoreU(hn::Add(hn::LoadU(d, total + m), hn::Mul(weight, sum)), d, total + m);
  }
  for (; m <= last; ++m) total[m] += held * (one[m] + other[m]);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(AddLoanFlows);
HWY_EXPORT(AddBoth);

void add_loan_flows(const LoanFlows& loan, std::size_t last, const GroupFlows& group) noexcept {
  HWY_DYNAMIC_DISPATCH(AddLoanFlows)(loan, last, group);
}
void add_both(double held, const double* one, const double* other, std::size_t last,
              double* total) noexcept {
  HWY_DYNAMIC_DISPATCH(AddBoth)(held, one, other, last, total);
}
}  // namespace lien::pricing
#endif
