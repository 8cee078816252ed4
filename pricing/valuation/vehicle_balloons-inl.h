// What meets a balloon besides cash: a new lender, or an extension. Whose the debt is afterwards.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_BALLOONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_BALLOONS_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_BALLOONS_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_BALLOONS_INL_H_
#endif

#include <algorithm>

#include "pricing/valuation/vehicle_room-inl.h"
#include "pricing/valuation/vehicle_waterfall-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// A new lender repays the balloon where the market is open and all debt up to this rank is within
// the limit. It takes the old one's place on the same terms, and owes nothing to the vehicle.
inline void Refinance(const Room& room, std::size_t t, const BalloonDate& date, std::size_t k) {
  const BalloonPlan& plan = room.v.tranches[t].balloon;
  const int rank = room.v.tranches[t].rank;
  const double* const open = room.a.open + date.market * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const M held = hn::Gt(Row(room.tranche(t, kHeld), p), Zero());
    const V due = hn::IfThenElseZero(held, Row(room.tranche(t, kPrincipal), p));
    V repaid = Zero();
    if (plan.refinances) {
      V debt = Zero();
      for (std::size_t other = 0; other < room.v.tranches.size(); ++other)
        if (room.v.tranches[other].rank <= rank)
          debt = hn::Add(debt, Row(room.tranche(other, kOwed), p));
      const V worth = Row(room.a.tested + k * kBlockPaths, p);
      const M fits = hn::Le(debt, hn::Mul(Num(plan.max_loan_to_value), worth));
      repaid = hn::IfThenElseZero(hn::And(fits, hn::Gt(Row(open, p), Zero())), due);
    }
    Put(room.tranche(t, kRefinanced), p, repaid);
    Put(room.tranche(t, kPrincipal), p, hn::Sub(due, repaid));
  }
}

// Accounts as they stand before a month's waterfall, so that it can be run again.
inline void KeepAccounts(const Room& room, bool restore) {
  const auto keep = [&](double* account, std::size_t row) {
    double* const kept = room.kept(row);
    std::copy_n(restore ? kept : account, kBlockPaths, restore ? account : kept);
  };
  keep(room.state(kCash), 0);
  keep(room.state(kTrap), 1);
  for (std::size_t r = 0; r < room.v.reserves.size(); ++r) keep(room.reserve(r), 2 + r);
}

// Where the month's cash and the accounts would not pay all that is due, the borrower puts off the
// balloons that it may, for a fee that falls due with the interest.
inline void Extend(const Room& room, std::size_t k) {
  bool may = false;
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
    if (const BalloonDate* const date = BalloonOf(room, t, k)) may = may || date->extends;
  if (!may) return;
  KeepAccounts(room, false);
  RunSteps(room, k);
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const BalloonDate* const date = BalloonOf(room, t, k);
    if (date == nullptr || !date->extends) continue;
    const V fee = Num(room.v.tranches[t].balloon.extension_fee);
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const M is_short = hn::Gt(Row(room.state(kUnpaid), p), Zero());
      const V due = Row(room.tranche(t, kPrincipal), p);
      const V extended = hn::IfThenElseZero(is_short, due);
      double* const interest = room.tranche(t, kInterest);
      Put(room.tranche(t, kExtended), p, extended);
      Put(room.tranche(t, kPrincipal), p, hn::Sub(due, extended));
      Put(interest, p, hn::MulAdd(fee, extended, Row(interest, p)));
    }
  }
  KeepAccounts(room, true);
}

// Before the payments of month k: which balloons are not due after all.
inline void MeetBalloons(const Room& room, std::size_t k) {
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
    if (const BalloonDate* const date = BalloonOf(room, t, k)) Refinance(room, t, *date, k);
  Extend(room, k);
}

// After defaults on the month's dues, kWeight those defaults': the balloons among these dues.
inline void CountFailed(const Room& room, std::size_t k) {
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    if (BalloonOf(room, t, k) == nullptr) continue;
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      // What was to be refinanced or put off that month is due with the vehicle's default.
      const V rest =
          hn::Add(Row(room.tranche(t, kRefinanced), p), Row(room.tranche(t, kExtended), p));
      const M due = hn::Gt(hn::Add(Row(room.tranche(t, kPrincipal), p), rest), Zero());
      Add(room.balloon(t, kBalloonFailed), p, hn::IfThenElseZero(due, Row(room.state(kWeight), p)));
    }
  }
}

// At the month's end: what became of the balloons of the living, and whose the debt is now.
inline void CloseBalloons(const Room& room, std::size_t k) {
  const double* const survival = room.a.survival + k * kBlockPaths;
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    double* const held = room.tranche(t, kHeld);
    const TranchePlan& plan = room.v.tranches[t];
    const BalloonDate* const date = BalloonOf(room, t, k);
    if (date == nullptr) {
      const bool repaid = plan.balloon.dates.empty() && plan.last_payment == static_cast<int>(k);
      if (repaid) std::fill_n(held, kBlockPaths, 0.0);
      continue;
    }
    const bool first = date == plan.balloon.dates.data();
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const V living = hn::Mul(Row(room.state(kAlive), p), Row(survival, p));
      const M refinanced = hn::Gt(Row(room.tranche(t, kRefinanced), p), Zero());
      const M extended = hn::Gt(Row(room.tranche(t, kExtended), p), Zero());
      Add(room.balloon(t, kBalloonRefinanced), p, hn::IfThenElseZero(refinanced, living));
      if (first) Add(room.balloon(t, kBalloonExtended), p, hn::IfThenElseZero(extended, living));
      Put(held, p, hn::IfThenElseZero(extended, Row(held, p)));
    }
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_BALLOONS_INL_H_
