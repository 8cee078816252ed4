// The month of a lease: what is above the claim stays with the owner, and something is left at the
// end.
#if defined(LIEN_PRICING_VALUATION_LEASE_MONTH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_LEASE_MONTH_INL_H_
#undef LIEN_PRICING_VALUATION_LEASE_MONTH_INL_H_
#else
#define LIEN_PRICING_VALUATION_LEASE_MONTH_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"
#include "pricing/valuation/contract_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

// What the lessor gets at the end of a lease from a lessee that lives, undiscounted.
HWY_INLINE V LeaseResidual(const ContractPlan& contract, V worth, V guarantor_month) {
  const V returned = hn::Sub(worth, Num(contract.return_cost));
  const M stands = hn::Gt(guarantor_month, Num(static_cast<double>(contract.months)));
  const V kept =
      hn::IfThenElse(stands, hn::Max(returned, Num(contract.guaranteed_residual)), returned);
  switch (contract.residual) {
    case ResidualRule::none:
      return hn::Zero(Tag());
    case ResidualRule::lessor:
      return contract.guaranteed_residual > 0 ? kept : returned;
    case ResidualRule::fixed_price: {
      const V price = Num(contract.option_price);
      return hn::IfThenElse(hn::Gt(worth, price), price,
                            contract.guaranteed_residual > 0 ? kept : returned);
    }
    case ResidualRule::fair_market_value:
      return worth;
    case ResidualRule::one_dollar:
      return Num(1.0);
  }
  return hn::Zero(Tag());
}

template <unsigned kNeeds>
struct Lease {
  static constexpr bool kKeepsAccount = false;

  template <std::size_t kAt>
  static HWY_INLINE void Month(const Terms& contract, const Places& at, const Now& now, State& s) {
    const MonthTerms& t = now.terms;
    using N = Needs<kNeeds>;
    static_assert(!N::kCash && !N::kFloating);
    const std::size_t row = now.row + kAt;
    const V claim = Num(t.opening);
    const MonthRows m = ReadMonth<kNeeds, kAt>(contract, at, now);

    const V defaulted = hn::Sub(s.before, m.weight);
    s.before = m.weight;
    const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
    const V discounted = hn::Mul(defaulted, m.discount);
    BookLoss(t, defaulted, discounted, out.loss, s);
    const V kept = hn::Max(out.recovered, m.proceeds);
    BookRecovery<kNeeds, kAt>(at, now, hn::Mul(defaulted, kept));
    if constexpr (!N::kPrices) {
      BookRealLoss<kNeeds>(contract, now, defaulted, Num(now.opening_at_eir), out,
                           IfDefaultsNow(t, s, m.discount), s);
      return;
    }
    const V received = hn::Mul(hn::Mul(kept, m.ratio), AtSale<kNeeds>(t.recovery_factor, s));
    s.value = hn::MulAdd(discounted, received, s.value);

    // Rent of the living, while the lease runs.
    V living = m.weight;
    if (at.runs != nullptr) living = hn::Mul(living, Row(at.runs + row));
    V paid = Num(t.flow);
    // A lessor's cost that follows power; otherwise it is part of the flow.
    if (at.cost != nullptr) paid = hn::NegMulAdd(Num(t.operating_cost), Row(at.cost + row), paid);
    s.value = hn::MulAdd(hn::Mul(living, m.discount), paid, s.value);
  }

  // Discounted; the month sums take it as it is.
  template <std::size_t kAt>
  static HWY_INLINE V Residual(const ContractArguments& a, const Places& at, State& s) {
    const ContractPlan& contract = *a.contract;
    const std::size_t k = static_cast<std::size_t>(contract.months);
    const V worth = hn::Mul(Num(contract.units), Row(at.value + k * kBlockPaths + kAt));
    const V weighted =
        hn::Mul(s.before, LeaseResidual(contract, worth, Row(a.guarantor_month + at.path + kAt)));
    const V residual = hn::Mul(
        hn::Mul(Row(at.discount + k * kBlockPaths + kAt), Num(contract.residual_factor)), weighted);
    if constexpr (Needs<kNeeds>::kPrices) s.value = hn::Add(s.value, residual);
    Accumulate(at.sums + (k * kMonthRows + kVariable) * kLanes + kAt % kLanes, weighted);
    return residual;
  }
};

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_LEASE_MONTH_INL_H_
