// A month's cash of a vehicle: what comes in, what is due, and the declared order of payments.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_WATERFALL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_WATERFALL_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_WATERFALL_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_WATERFALL_INL_H_
#endif

#include <algorithm>

#include "pricing/valuation/vehicle_draws-inl.h"
#include "pricing/valuation/vehicle_guarantees-inl.h"
#include "pricing/valuation/vehicle_hedges-inl.h"
#include "pricing/valuation/vehicle_room-inl.h"
#include "pricing/valuation/vehicle_sweep-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// With the last rent, unless the customer has defaulted by then.
HWY_INLINE V TerminationFee(const Room& room, const CustomerPlan& customer, double month,
                            std::size_t p) {
  const V now = Num(month);
  const M last = hn::Eq(Row(room.customer(customer.first_row + kFeeMonth), p), now);
  const M stands = hn::Gt(Row(room.customer(customer.first_row + kGone), p), now);
  return hn::IfThenElseZero(hn::And(last, stands), Num(customer.fee));
}

// What customers, the market and guarantors of capacity pay in month k.
inline void Collect(const Room& room, std::size_t k) {
  const std::size_t row = k * kBlockPaths;
  const double month = static_cast<double>(k);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V revenue = Zero(), contracted = Zero();
    for (const auto& lot : room.v.lots)
      revenue = hn::MulAdd(OfOwned(room, lot, k, p, FreeHours(room, lot, k, p)),
                           Row(room.a.spot[lot.rent] + row, p), revenue);
    for (const auto& offtake : room.v.offtakes) {
      if (Idle(offtake, k)) continue;
      const V lost = Row(room.gone(offtake), p), now = Num(month);
      M relet = hn::Ge(now, hn::Add(lost, Num(offtake.relet_months)));
      M lives = hn::Lt(now, lost);
      V paid = OwedFor(room, offtake, k, p);
      if (offtake.rent_row != kNone) {
        // The hours of a renewal that is not taken are the market's at once.
        const V rent = Row(room.customer(offtake.rent_row), p);
        const M taken = hn::Gt(rent, Zero());
        paid = hn::Mul(rent, paid);
        if (!offtake.borne.empty()) paid = hn::Add(paid, Num(offtake.borne[k]));
        lives = hn::And(lives, taken);
        relet = hn::Or(relet, hn::Not(taken));
      }
      if (offtake.chosen) {
        // The hours of a lease that has ended are the market's at once, of lots that are left.
        const M ended = HasEnded(room, offtake, k, p);
        const auto& lot = room.v.lots[offtake.place];
        const M owned = hn::Ge(Row(room.leased(lot, kLeaves), p), now);
        paid = LessSaved(room, offtake, k, p, paid);
        lives = hn::AndNot(ended, lives);
        relet = hn::And(hn::Or(relet, ended), owned);
      }
      const V spot = hn::IfThenElseZero(
          relet, hn::Mul(HoursUnder(room, offtake, k, p), Row(room.a.spot[offtake.rent] + row, p)));
      const V earned = hn::IfThenElse(lives, LessAdvance(room, offtake, k, p, paid), spot);
      revenue = hn::Add(revenue, OfServed(room, offtake, k, p, earned));
      if (!offtake.credited.empty()) paid = hn::Add(paid, Num(offtake.credited[k]));
      contracted =
          hn::Add(contracted, OfServed(room, offtake, k, p, hn::IfThenElseZero(lives, paid)));
    }
    if (!room.v.leases.empty()) revenue = hn::Add(revenue, ForLeasedLots(room, k, p));
    for (const auto& customer : room.v.customers)
      if (customer.fee > 0) revenue = hn::Add(revenue, TerminationFee(room, customer, month, p));
    Put(room.state(kRevenue), p, revenue);
    Put(room.state(kContracted), p, contracted);
  }
}

// What bears interest: new draws do from their own day.
HWY_INLINE V Bearing(const Room& room, std::size_t t, std::size_t p) {
  const V owed = Row(room.tranche(t, kOwed), p);
  if (!room.v.tranches[t].draws) return owed;
  return Positive(hn::Sub(owed, Row(room.tranche(t, kElapsed), p)));
}

// The margin for the lowest rated of the customers who pay in month k: the highest of theirs.
HWY_INLINE V GridMarginOf(const Room& room, const TranchePlan& plan, std::size_t k, std::size_t p) {
  V margin = Num(-1.0);
  for (std::size_t o = 0; o < room.v.offtakes.size(); ++o) {
    const OfftakePlan& offtake = room.v.offtakes[o];
    if (Idle(offtake, k)) continue;
    const M pays = PaysForHours(room, offtake, k, p);
    margin = hn::Max(margin, hn::IfThenElse(pays, Num(plan.grid[o]), Num(-1.0)));
  }
  return hn::IfThenElse(hn::Gt(margin, Num(-1.0)), margin, Num(plan.grid_without));
}

// What accounts that earn interest have earned since the month before, at its short rate.
inline void EarnInterest(const Room& room, std::size_t k) {
  const double* const gross =
      room.a.gross + (room.v.month_rate * (room.a.steps + 1) + k - 1) * kBlockPaths;
  for (std::size_t r = 0; r < room.v.reserves.size(); ++r) {
    if (!room.v.reserves[r].earns) continue;
    double* const account = room.reserve(r);
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const V held = Row(account, p);
      const V interest = hn::Mul(held, hn::Sub(Row(gross, p), Num(1.0)));
      Put(account, p, hn::Add(held, interest));
      Add(room.state(kPot), p, interest);
      Add(room.state(kInflow), p, hn::Mul(Row(room.state(kAlive), p), interest));
    }
  }
}

// What each tranche is due in month k.
inline void SetDues(const Room& room, std::size_t k) {
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const TranchePlan& plan = room.v.tranches[t];
    const TrancheMonth& month = plan.months[k];
    const bool own_maturities = room.slips && !plan.others_opening.empty();
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      V floating = Zero();
      V share =
          hn::MulAdd(Row(room.state(kStep), p), Num(month.accrual), Num(month.fixed_interest));
      if (month.floating_base > 0) {
        const V gross = Row(room.a.gross + static_cast<std::size_t>(month.fixing) * kBlockPaths, p);
        const V unbounded = hn::MulSub(Num(month.gross_ratio), gross, Num(1.0));
        const V forward = hn::Min(hn::Max(unbounded, Num(month.floor)), Num(month.cap));
        const V margin = plan.grid.empty()
                             ? Num(month.margin)
                             : hn::Mul(GridMarginOf(room, plan, k, p), Num(month.floating_accrual));
        floating = hn::Mul(Num(month.floating_base), hn::Add(forward, margin));
      }
      Put(room.tranche(t, kFloating), p, floating);
      if (room.has_balloons()) {
        Put(room.tranche(t, kRefinanced), p, Zero());
        Put(room.tranche(t, kExtended), p, Zero());
      }
      share = hn::Add(share, floating);
      const V owed = Row(room.tranche(t, kOwed), p);
      const V interest = hn::Mul(Bearing(room, t, p), share);
      const V in_kind = hn::Mul(Num(month.in_kind), interest);
      Put(room.tranche(t, kInKind), p, in_kind);
      V due = hn::Add(hn::Sub(interest, in_kind), Num(month.fee));
      if (plan.draws) {
        const V left = plan.revolving > 0 ? Positive(hn::Sub(Num(plan.revolving), owed))
                                          : Row(room.tranche(t, kUndrawn), p);
        const V undrawn = hn::Add(left, Row(room.tranche(t, kOpen), p));
        due = hn::MulAdd(Num(month.undrawn_rate), undrawn, due);
      }
      Put(room.tranche(t, kInterest), p, due);
      const V repaid =
          own_maturities && month.repaid > 0 ? RepaidByPath(room, plan, k, p) : Num(month.repaid);
      Put(room.tranche(t, kPrincipal), p, hn::Mul(owed, repaid));
    }
  }
}

// Pays `need` from the month's cash, then from what was trapped, then from the accounts that cover
// it; the rest is unpaid.
HWY_INLINE void Pay(const Room& room, unsigned item, std::size_t p, V need) {
  const auto take = [&need, p](double* from) HWY_ATTR {
    const V held = Row(from, p), paid = hn::Min(need, Positive(held));
    Put(from, p, hn::Sub(held, paid));
    need = hn::Sub(need, paid);
  };
  take(room.state(kCash));
  take(room.state(kTrap));
  for (std::size_t r = 0; r < room.v.reserves.size(); ++r)
    if ((room.v.reserves[r].covers & item) != 0) take(room.reserve(r));
  Add(room.state(kUnpaid), p, need);
}

inline void FillReserve(const Room& room, std::size_t r, std::size_t k) {
  double *const account = room.reserve(r), *const cash = room.state(kCash);
  const V target = Num(room.v.reserves[r].target[k]);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    // Above the target is set free; below it is filled.
    const V both = hn::Add(Row(account, p), Row(cash, p));
    const V kept = hn::Min(target, both);
    Put(account, p, kept);
    Put(cash, p, hn::Sub(both, kept));
  }
}

inline void TrapCash(const Room& room) {
  double *const trap = room.state(kTrap), *const cash = room.state(kCash);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V both = hn::Add(Row(trap, p), Row(cash, p));
    const M on = hn::Gt(Row(room.state(kTrapped), p), Zero());
    Put(trap, p, hn::IfThenElseZero(on, both));
    Put(cash, p, hn::IfThenZeroElse(on, both));
  }
}

// Everything a step of the waterfall takes from the month's cash.
inline void RunStep(const Room& room, const CashStepPlan& step, std::size_t k) {
  const VehiclePlan& v = room.v;
  switch (step.step) {
    case CashStep::operating_cost:
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        V cost = Zero();
        for (const auto& lot : v.lots) {
          const double* const moves = room.a.cost[lot.hardware];
          const V own =
              OfServed(room, lot, k, p, OfOwned(room, lot, k, p, Num(lot.operating_cost[k])));
          cost =
              hn::Add(cost, moves == nullptr ? own : hn::Mul(own, Row(moves + k * kBlockPaths, p)));
        }
        Pay(room, kOperatingCostItem, p, cost);
        Add(room.state(kOperating), p, cost);
      }
      break;
    case CashStep::fee: {
      const FeePlan& fee = v.fees[step.part];
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        const V due =
            hn::MulAdd(Num(fee.rate_per_month), Row(room.state(kBefore), p), Num(fee.amount[k]));
        Pay(room, kFeeItem, p, due);
        Add(room.state(kOperating), p, due);
      }
      break;
    }
    case CashStep::hedge: {
      const double* const settled = Settled(room, step.part, k);
      for (std::size_t p = 0; p < kBlockPaths && settled != nullptr; p += kWidth) {
        const V due = HedgePayment(settled, p);
        Pay(room, kHedgeItem, p, due);
        Add(room.state(kOperating), p, due);
      }
      break;
    }
    case CashStep::interest:
    case CashStep::principal: {
      const std::size_t row = step.step == CashStep::interest ? kInterest : kPrincipal;
      const double* const due = room.tranche(step.part, row);
      const double from_cash = v.tranches[step.part].months[k].from_cash;
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        Pay(room, kDebtServiceItem, p, hn::Mul(Num(from_cash), Row(due, p)));
        Add(room.state(kService), p, Row(due, p));
      }
      break;
    }
    case CashStep::reserve:
      if (v.pays[k]) FillReserve(room, step.part, k);
      break;
    case CashStep::cash_trap:
      if (v.pays[k]) TrapCash(room);
      break;
    case CashStep::cash_sweep:
      if (v.pays[k]) Sweep(room, step.part);
      break;
    case CashStep::distribution:
      if (!v.pays[k]) break;
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        Add(room.state(kDistributed), p, Row(room.state(kCash), p));
        Put(room.state(kCash), p, Zero());
      }
      break;
  }
}

// The month's waterfall from the accounts as they stand.
inline void RunSteps(const Room& room, std::size_t k) {
  for (const std::size_t row : {kOperating, kUnpaid, kService, kDistributed})
    std::fill_n(room.state(row), kBlockPaths, 0.0);
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
    std::fill_n(room.tranche(t, kSwept), kBlockPaths, 0.0);
  if (room.v.prepays) AskPrepayment(room, k);
  for (const CashStepPlan& step : room.v.waterfall) RunStep(room, step, k);
}

// After the last payment what the accounts hold is the owner's.
inline void Release(const Room& room) {
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    Add(room.state(kDistributed), p, Accounts(room, p));
    Put(room.state(kCash), p, Zero());
    Put(room.state(kTrap), p, Zero());
    for (std::size_t r = 0; r < room.v.reserves.size(); ++r) Put(room.reserve(r), p, Zero());
  }
}

// Payments of the living, and what is owed after them.
inline void BookPayments(const Room& room, std::size_t k) {
  const double* const survival = room.a.survival + k * kBlockPaths;
  const double* const discount = room.a.discount + k * kBlockPaths;
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const V timing = Num(room.v.tranches[t].months[k].timing);
    const V floating_timing = Num(room.v.tranches[t].months[k].floating_timing);
    const V fee = Num(room.v.tranches[t].months[k].fee + room.v.tranches[t].months[k].undrawn_fee);
    double *const owed = room.tranche(t, kOwed), *const value = room.sample(t, kPresentValue);
    const bool balloon = room.has_balloons() && room.v.balloons[k] != 0;
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const V living = OfTheBook(room, t, p, hn::Mul(Row(room.state(kAlive), p), Row(survival, p)));
      const V interest = Row(room.tranche(t, kInterest), p);
      const V principal =
          hn::Add(Row(room.tranche(t, kPrincipal), p), Row(room.tranche(t, kSwept), p));
      const V paid = hn::Add(interest, principal);
      // A new lender pays the old one: no account of the vehicle sees it.
      const V repaid =
          balloon ? hn::Add(principal, Row(room.tranche(t, kRefinanced), p)) : principal;
      const V received = balloon ? hn::Add(interest, repaid) : paid;
      if (room.a.prices) {
        // Interest at a forward rate may be paid on other days of the month than the rest.
        const V cash_part = Num(1.0 - room.v.tranches[t].months[k].in_kind);
        const V floating =
            hn::Mul(hn::Mul(Row(room.tranche(t, kFloating), p), cash_part), Bearing(room, t, p));
        const V timed =
            hn::MulAdd(floating, hn::Sub(floating_timing, timing), hn::Mul(timing, received));
        Put(value, p, hn::MulAdd(hn::Mul(living, Row(discount, p)), timed, Row(value, p)));
      }
      // In the order of the sweep, so that what is swept whole leaves nothing.
      const V left = hn::Sub(hn::Sub(Row(owed, p), Row(room.tranche(t, kPrincipal), p)),
                             Row(room.tranche(t, kSwept), p));
      Put(owed, p, Positive(hn::Add(left, Row(room.tranche(t, kInKind), p))));
      double* const sums[3] = {room.months(t, k, kSurvival, p), room.months(t, k, kVariable, p),
                               room.months(t, k, kRepaid, p)};
      Add(sums[0], 0, living);
      Put(sums[1], 0, hn::MulAdd(living, hn::Sub(interest, fee), Row(sums[1], 0)));
      Put(sums[2], 0, hn::MulAdd(living, repaid, Row(sums[2], 0)));
      // What was set aside before the valuation date is none of the run's cash.
      const V cash = hn::MulAdd(Num(room.v.tranches[t].months[k].from_cash),
                                hn::Sub(paid, Row(room.tranche(t, kSwept), p)),
                                Row(room.tranche(t, kSwept), p));
      Add(room.state(kOutflow), p, hn::Mul(Row(room.state(kAlive), p), cash));
    }
  }
  const double liquidity = room.terms(0, k).present_factor;
  double* const equity = room.a.vehicle_samples + kDistributions * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V alive = Row(room.state(kAlive), p), given = Row(room.state(kDistributed), p);
    const V discounted =
        hn::Mul(hn::Mul(alive, Row(survival, p)), hn::Mul(Row(discount, p), Num(liquidity)));
    Put(equity, p, hn::MulAdd(discounted, given, Row(equity, p)));
    Add(room.state(kOutflow), p, hn::Mul(alive, hn::Add(given, Row(room.state(kOperating), p))));
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_WATERFALL_INL_H_
