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
#ifdef LIEN_CONTRACT_IN_FLOATS
inline namespace in_floats {
#else
inline namespace in_doubles {
#endif

// What the lessor gets at the end of a lease from a lessee that lives, undiscounted.
HWY_INLINE V LeaseResidual(const ContractPlan& contract, V worth, V guarantor_month) {
  const V returned = Sub(worth, Num(static_cast<Real>(contract.return_cost)));
  const M stands = Gt(guarantor_month, Num(static_cast<Real>(contract.months)));
  const V kept = IfThenElse(
      stands, Max(returned, Num(static_cast<Real>(contract.guaranteed_residual))), returned);
  switch (contract.residual) {
    case ResidualRule::none:
      return Zero();
    case ResidualRule::lessor:
      return contract.guaranteed_residual > 0 ? kept : returned;
    case ResidualRule::fixed_price: {
      const V price = Num(static_cast<Real>(contract.option_price));
      return IfThenElse(Gt(worth, price), price,
                        contract.guaranteed_residual > 0 ? kept : returned);
    }
    case ResidualRule::fair_market_value:
      return worth;
    case ResidualRule::one_dollar:
      return Num(1);
  }
  return Zero();
}

template <unsigned kNeeds>
struct Lease {
  static constexpr bool kKeepsAccount = false, kOwner = true;

  static HWY_INLINE void Month(const Terms& contract, const Places& at, const Now& now, State& s) {
    const MonthNumbers& t = now.terms;
    using N = Needs<kNeeds>;
    static_assert(!N::kCash && !N::kFloating);
    const std::size_t row = now.row;
    const V claim = Num(t.opening);
    const MonthRows m = ReadMonth<kNeeds>(contract, at, now);

    const V defaulted = Defaulted(at, now, s, m.weight);
    s.before = m.weight;
    const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
    const V discounted = Mul(defaulted, m.discount);
    BookLoss(t, defaulted, discounted, out.loss, s);
    const V kept = Max(out.recovered, m.proceeds);
    BookRecovery<kNeeds>(at, now, defaulted, kept);
    if constexpr (!N::kPrices) {
      BookRealLoss<kNeeds>(contract, now, defaulted, Num(now.opening_at_eir), out,
                           IfDefaultsNow(t, s, m.discount), s);
      return;
    }
    const V received = Mul(Discounted(kept, m.ratio), AtSale<kNeeds>(t.recovery_factor, s));
    s.value = MulAdd(discounted, received, s.value);

    // Rent of the living, while the lease runs.
    V living = m.weight;
    if (at.runs != nullptr) living = Mul(living, Row(at.runs + row));
    V paid = Num(t.flow);
    // A lessor's cost that follows power; otherwise it is part of the flow.
    if (at.cost != nullptr) paid = NegMulAdd(Num(t.operating_cost), Row(at.cost + row), paid);
    s.value = MulAdd(Mul(living, m.discount), paid, s.value);
  }

  // Discounted; the month sums take it as it is. vector: as Now::at.
  static HWY_INLINE V Residual(const Arguments& a, const Places& at, std::size_t vector, State& s) {
    const ContractPlan& contract = *a.contract;
    const std::size_t k = static_cast<std::size_t>(contract.months);
    const std::size_t row = k * kBlockPaths + vector;
    const V worth = Mul(Num(static_cast<Real>(contract.units)), Row(at.value + row));
    const V weighted =
        Mul(Living(at, s, row),
            LeaseResidual(contract, worth, Row(a.guarantor_month + at.path + vector)));
    const V residual = Mul(
        Mul(Row(at.discount + row), Num(static_cast<Real>(contract.residual_factor))), weighted);
    if constexpr (Needs<kNeeds>::kPrices) s.value = Add(s.value, residual);
    Accumulate(at.sums + (k * kMonthRows + kVariable) * kLanes + vector % kLanes, weighted);
    return residual;
  }
};

}  // namespace in_floats or in_doubles
}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_LEASE_MONTH_INL_H_
