// Excess cash of a vehicle that repays principal: agreed sweeps, and what covenants ask for.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_SWEEP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_SWEEP_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_SWEEP_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_SWEEP_INL_H_
#endif

#include <algorithm>

#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// What covenants in breach ask to be prepaid in month k from what reaches the step cash_sweep: of a
// loan to value or to cost what brings it back to its limit, of other tests all of it.
inline void AskPrepayment(const Room& room, std::size_t k) {
  double* const ask = room.state(kPrepay);
  std::fill_n(ask, kBlockPaths, 0.0);
  for (std::size_t c = 0; c < room.v.covenants.size(); ++c) {
    const CovenantPlan& covenant = room.v.covenants[c];
    if ((covenant.consequences & kMandatoryPrepayment) == 0) continue;
    const bool of_value = covenant.test == CovenantTest::loan_to_value;
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      V asked = Num(1e300);
      if (of_value || covenant.test == CovenantTest::loan_to_cost) {
        V debt = Zero();
        for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
          debt = hn::Add(debt, hn::Add(hn::Sub(Row(room.tranche(t, kOwed), p),
                                               Row(room.tranche(t, kPrincipal), p)),
                                       Row(room.tranche(t, kInKind), p)));
        const V worth = of_value ? Row(TestedWorth(room, covenant) + k * kBlockPaths, p)
                                 : TestedCost(room, covenant, k, p);
        asked = Positive(hn::NegMulAdd(Num(covenant.reached), worth, debt));
      }
      const M on = hn::Gt(Row(room.covenant(c, kActive), p), Zero());
      Put(ask, p, hn::Max(Row(ask, p), hn::IfThenElseZero(on, asked)));
    }
  }
}

// The step cash_sweep of one tranche.
inline void Sweep(const Room& room, std::size_t t) {
  double* const cash = room.state(kCash);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V share = hn::Max(Row(room.state(kSweepShare), p), Num(room.v.tranches[t].cash_sweep));
    V owed = hn::Sub(Row(room.tranche(t, kOwed), p), Row(room.tranche(t, kPrincipal), p));
    // What a new lender repays this month is nothing to prepay.
    if (room.has_balloons()) owed = hn::Sub(owed, Row(room.tranche(t, kRefinanced), p));
    V wanted = hn::Mul(share, Row(cash, p));
    if (room.v.prepays)
      wanted = hn::Max(wanted, hn::Min(Row(room.state(kPrepay), p), Row(cash, p)));
    const V swept = hn::Min(wanted, Positive(owed));
    if (room.v.prepays)
      Put(room.state(kPrepay), p, Positive(hn::Sub(Row(room.state(kPrepay), p), swept)));
    Add(room.tranche(t, kSwept), p, swept);
    Put(cash, p, hn::Sub(Row(cash, p), swept));
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_SWEEP_INL_H_
