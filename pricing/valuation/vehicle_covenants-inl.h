// Tests of a vehicle at a month's end and what a breach switches on.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_COVENANTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_COVENANTS_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_COVENANTS_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_COVENANTS_INL_H_
#endif

#include <cstdint>

#include "pricing/valuation/vehicle_coverage-inl.h"
#include "pricing/valuation/vehicle_cures-inl.h"
#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
HWY_INLINE V AgreedIfRenewed(const Room& room, const OfftakePlan& offtake, std::size_t k,
                             std::size_t p) {
  const V rent = Row(room.customer(offtake.rent_row), p);
  const V borne = Num(offtake.borne.empty() ? 0.0 : offtake.borne[k]);
  return hn::IfThenElseZero(
      hn::Gt(rent, Zero()),
      OfServed(room, offtake, k, p, hn::MulAdd(rent, Num(offtake.agreed[k]), borne)));
}

// What the test of month k takes the lots for; null where that is not known yet.
inline const double* WorthOf(const Room& room, const CovenantPlan& covenant, std::size_t k) {
  const double* const worth = covenant.pressed ? room.a.pressed : TestedWorth(room, covenant);
  return worth == nullptr ? nullptr : worth + k * kBlockPaths;
}

// True where the covenant is in breach at t_k.
HWY_INLINE M Breached(const Room& room, const CovenantPlan& covenant, const double* worth,
                      std::size_t k, std::size_t p) {
  const V limit = Num(covenant.limit);
  const bool at_least = covenant.at_least;
  const auto fails = [at_least](V measured, V bound) HWY_ATTR {
    return at_least ? hn::Lt(measured, bound) : hn::Gt(measured, bound);
  };
  switch (covenant.test) {
    case CovenantTest::debt_service_coverage_ratio: {
      const auto [cash, service] =
          covenant.ahead > 0 ? Ahead(room, covenant, k, p) : WindowOf(room, covenant.window, k, p);
      return hn::And(hn::Gt(V(service), Zero()), fails(cash, hn::Mul(limit, service)));
    }
    case CovenantTest::loan_to_value: {
      // The last payment is made or refinanced against the collateral: tested before it.
      const bool last = static_cast<int>(k) == room.v.months && !room.v.outlives_horizon;
      const V debt = Row(room.state(last ? kBefore : kDebt), p);
      if (worth == nullptr) break;
      return fails(debt, hn::Mul(limit, Row(worth, p)));
    }
    case CovenantTest::loan_to_cost:
      return fails(Row(room.state(kDebt), p), hn::Mul(limit, TestedCost(room, covenant, k, p)));
    case CovenantTest::contract_realization: {
      double surely = 0;
      for (const auto& offtake : room.v.offtakes)
        if (offtake.rent_row == kNone && offtake.delivery == kNone && offtake.term == kNone &&
            !offtake.chosen)
          surely += offtake.agreed[k];
      V agreed = Num(surely);
      for (const auto& offtake : room.v.offtakes) {
        if (!room.slips) break;
        if (offtake.term != kNone)
          agreed = hn::Add(agreed, OwedFor(room, offtake, k, p));
        else if (offtake.rent_row == kNone && offtake.delivery != kNone)
          agreed = hn::Add(agreed, OfServed(room, offtake, k, p, Num(offtake.agreed[k])));
      }
      for (const auto& offtake : room.v.offtakes)
        if (offtake.rent_row != kNone)
          agreed = hn::Add(agreed, AgreedIfRenewed(room, offtake, k, p));
      for (const auto& offtake : room.v.offtakes)
        if (offtake.chosen)
          agreed = hn::Add(
              agreed, hn::IfThenZeroElse(HasEnded(room, offtake, k, p),
                                         LessSaved(room, offtake, k, p, Num(offtake.agreed[k]))));
      return hn::And(hn::Gt(agreed, Zero()),
                     fails(Row(room.state(kContracted), p), hn::Mul(limit, agreed)));
    }
    case CovenantTest::liquidity:
      return fails(Accounts(room, p), limit);
    case CovenantTest::hedge_ratio: {
      V owed = Zero();
      for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
        const TranchePlan& tranche = room.v.tranches[t];
        // A hedge ends with the agreement, and what a new lender or an extension adds is unhedged.
        if (!tranche.floating || static_cast<int>(k) >= tranche.last_payment) continue;
        const V own = Row(room.tranche(t, kOwed), p);
        owed = hn::Add(owed,
                       tranche.hedgeable.empty() ? own : hn::Min(own, Num(tranche.hedgeable[k])));
      }
      return fails(Num(covenant.hedged[k]), hn::Mul(limit, owed));
    }
    case CovenantTest::party_default:
      return hn::Le(Row(room.month_of(covenant.party), p), Num(static_cast<double>(k)));
    case CovenantTest::offtake_termination: {
      V first = Num(kNever);
      for (const std::uint32_t row : covenant.notice_rows)
        first = hn::Min(first, Row(room.customer(row), p));
      return hn::Le(first, Num(static_cast<double>(k)));
    }
    case CovenantTest::customer_concentration: {
      V largest = Zero(), all = Zero();
      for (std::uint32_t payer = 0; payer < room.v.payers; ++payer) {
        V paid = Zero();
        for (const OfftakePlan& offtake : room.v.offtakes)
          if (offtake.payer == payer) paid = hn::Add(paid, RentOf(room, offtake, k, p));
        largest = hn::Max(largest, paid);
        all = hn::Add(all, paid);
      }
      return fails(largest, hn::Mul(limit, all));
    }
  }
  return hn::Gt(Zero(), Num(1.0));
}

// Tests at t_k; consequences act from the next month on, an event of default at once.
inline void RunTests(const Room& room, std::size_t k) {
  const double month = static_cast<double>(k);
  for (std::size_t c = 0; c < room.v.covenants.size(); ++c) {
    const CovenantPlan& covenant = room.v.covenants[c];
    double *const active = room.covenant(c, kActive), *const passes = room.covenant(c, kPasses);
    double* const since = room.covenant(c, kSince);
    std::uint64_t* const word = room.a.breaches + c * (room.a.steps + 1) + k;
    const double* const worth = WorthOf(room, covenant, k);
    *word = 0;
    for (std::size_t p = 0; p < kBlockPaths && covenant.tested[k]; p += kWidth) {
      M breach = Breached(room, covenant, worth, k, p);
      // After the last payment there is nothing to save.
      const bool last = static_cast<int>(k) == room.v.months && !room.v.outlives_horizon;
      if (covenant.cures > 0 && !last) breach = hn::AndNot(Cure(room, c, k, p, breach), breach);
      std::uint8_t bytes[8] = {};
      hn::StoreMaskBits(Tag(), breach, bytes);
      *word |= static_cast<std::uint64_t>(bytes[0]) << p;
      const V passed = hn::IfThenZeroElse(breach, hn::Add(Row(passes, p), Num(1.0)));
      Put(passes, p, passed);
      const M released = hn::Ge(passed, Num(covenant.release_tests));
      const M was = hn::Gt(Row(active, p), Zero());
      Put(since, p, hn::IfThenElse(hn::And(breach, hn::Not(was)), Num(month), Row(since, p)));
      Put(active, p,
          hn::IfThenElse(breach, Num(1.0), hn::IfThenZeroElse(released, Row(active, p))));
    }
  }
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V step = Zero(), sweep = Zero(), trap = Zero(), stop = Zero();
    for (std::size_t c = 0; c < room.v.covenants.size(); ++c) {
      const CovenantPlan& covenant = room.v.covenants[c];
      const V active = Row(room.covenant(c, kActive), p);
      if ((covenant.consequences & kMarginStepUp) != 0)
        step = hn::MulAdd(active, Num(covenant.step_up), step);
      if ((covenant.consequences & kCashSweep) != 0)
        sweep = hn::Max(sweep, hn::Mul(active, Num(covenant.sweep_share)));
      if ((covenant.consequences & kCashTrap) != 0) trap = hn::Max(trap, active);
      if ((covenant.consequences & kDrawStop) != 0) stop = hn::Max(stop, active);
    }
    Put(room.state(kStep), p, step);
    Put(room.state(kSweepShare), p, sweep);
    Put(room.state(kTrapped), p, trap);
    Put(room.state(kStopped), p, stop);
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_COVENANTS_INL_H_
