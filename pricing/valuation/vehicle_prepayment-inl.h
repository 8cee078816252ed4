// The borrower's option to repay a tranche and to borrow it anew at the market's rate.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_PREPAYMENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_PREPAYMENT_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_PREPAYMENT_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_PREPAYMENT_INL_H_
#endif

#include "pricing/valuation/vehicle_room-inl.h"
#include "pricing/valuation/vehicle_waterfall-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// What the borrower prepays in month k, after its payments and before its draws.
inline void DecidePrepayments(const Room& room, std::size_t k) {
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    if (!MayPrepay(room, t, k)) continue;
    const TranchePlan& tranche = room.v.tranches[t];
    const PrepaymentPlan& plan = tranche.prepayment;
    const double* const market = room.a.market_rates + (t * (room.a.steps + 1) + k) * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const V own = tranche.grid.empty() ? Num(plan.own) : GridMarginOf(room, tranche, k, p);
      const M held = hn::Gt(Row(room.tranche(t, kHeld), p), Zero());
      const M goes = hn::And(held, hn::Gt(hn::Sub(own, Row(market, p)), Num(plan.spread)));
      Put(room.tranche(t, kPrepaying), p, hn::IfThenElseZero(goes, Row(room.tranche(t, kOwed), p)));
    }
  }
}

// At the end of month k. A new lender takes the old one's place: he pays out what is owed,
// is repaid by the same schedule and asks the market's rate. The owner pays the penalty. No account
// of the vehicle sees either.
inline void PrepayTranche(const Room& room, std::size_t t, std::size_t k) {
  const TranchePlan& tranche = room.v.tranches[t];
  const PrepaymentPlan& plan = tranche.prepayment;
  const double* const market = room.a.market_rates + (t * (room.a.steps + 1) + k) * kBlockPaths;
  const double* const survival = room.a.survival + k * kBlockPaths;
  const double* const discount = room.a.discount + k * kBlockPaths;
  double *const held = room.tranche(t, kHeld), *const value = room.sample(t, kPresentValue);
  double* const equity = room.a.vehicle_samples + kDistributions * kBlockPaths;
  const V liquidity = Num(room.terms(0, k).present_factor), penalty = Num(plan.penalty);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V own = tranche.grid.empty() ? Num(plan.own) : GridMarginOf(room, tranche, k, p);
    const V cheaper = hn::Sub(own, Row(market, p)), owed = Row(room.tranche(t, kPrepaying), p);
    const M goes = hn::Gt(owed, Zero());
    const V living =
        hn::IfThenElseZero(goes, hn::Mul(Row(room.state(kAlive), p), Row(survival, p)));
    const V repaid = hn::Mul(living, owed), paid = hn::Mul(penalty, repaid);
    const V discounted = Row(discount, p);
    if (room.a.prices)
      Put(value, p,
          hn::MulAdd(hn::Mul(discounted, Num(tranche.months[k].timing)), hn::Add(repaid, paid),
                     Row(value, p)));
    Put(equity, p, hn::NegMulAdd(hn::Mul(discounted, liquidity), paid, Row(equity, p)));
    Add(room.months(t, k, kRepaid, p), 0, repaid);
    Add(room.months(t, k, kVariable, p), 0, paid);
    Add(room.balloon(t, kPrepaid), p, living);
    Put(held, p, hn::IfThenZeroElse(goes, Row(held, p)));
    Put(room.tranche(t, kCheaper), p,
        hn::IfThenElse(goes, cheaper, Row(room.tranche(t, kCheaper), p)));
  }
}

// Of dues as the agreement has them: what a new lender asks less.
inline void LowerDues(const Room& room, std::size_t k) {
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const TrancheMonth& month = room.v.tranches[t].months[k];
    if (room.v.tranches[t].prepayment.may.empty() || !(month.accrual > 0)) continue;
    double *const interest = room.tranche(t, kInterest), *const in_kind = room.tranche(t, kInKind);
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const V less = hn::Mul(Row(room.tranche(t, kCheaper), p), Num(month.accrual));
      const V saved = hn::Mul(Bearing(room, t, p), less);
      const V added = hn::Mul(Num(month.in_kind), saved);
      Put(in_kind, p, hn::Sub(Row(in_kind, p), added));
      Put(interest, p, hn::Sub(Row(interest, p), hn::Sub(saved, added)));
    }
  }
}

inline void Prepay(const Room& room, std::size_t k) {
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
    if (MayPrepay(room, t, k)) PrepayTranche(room, t, k);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_PREPAYMENT_INL_H_
