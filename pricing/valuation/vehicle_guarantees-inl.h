// What guarantors of a vehicle's hours pay: of those that nobody rents, and of lost customers.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_GUARANTEES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_GUARANTEES_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_GUARANTEES_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_GUARANTEES_INL_H_
#endif

#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// Adds a payment of month k to what the guarantee is worth.
HWY_INLINE void CountPaid(const Room& room, std::size_t g, std::size_t k, std::size_t p, V paid) {
  const std::size_t row = k * kBlockPaths;
  const V liquidity = Num(room.v.tranches.empty() ? 1.0 : room.terms(0, k).present_factor);
  const V living = hn::Mul(Row(room.state(kAlive), p), Row(room.a.survival + row, p));
  double* const worth = room.a.guaranteed + g * kBlockPaths;
  const V discounted = hn::Mul(hn::Mul(living, Row(room.a.discount + row, p)), liquidity);
  Put(worth, p, hn::MulAdd(discounted, paid, Row(worth, p)));
}

// What a living guarantor pays of what is asked in month k; counted, and taken off its cap.
HWY_INLINE V UpToTheCap(const Room& room, std::size_t g, std::size_t k, std::size_t p, V asked) {
  const M stands =
      hn::Gt(Row(room.month_of(room.v.guarantees[g].guarantor), p), Num(static_cast<double>(k)));
  double* const cap_left = room.guarantee(g, kCapLeft);
  const V paid = hn::IfThenElseZero(stands, hn::Min(Row(cap_left, p), asked));
  Put(cap_left, p, hn::Sub(Row(cap_left, p), paid));
  CountPaid(room, g, k, p, paid);
  return paid;
}

// A backstop buys the hours that nobody rents, at its price, up to its cap.
inline void BuyUnsold(const Room& room, std::size_t g, std::size_t k) {
  const GuaranteePlan& plan = room.v.guarantees[g];
  if (plan.kind != GuaranteeKind::capacity || static_cast<int>(k) > plan.last_month) return;
  const std::size_t row = k * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V hours = Zero();
    for (std::size_t l = 0; l < room.v.lots.size(); ++l) {
      const auto& lot = room.v.lots[l];
      const V idle = hn::Sub(Num(1.0), Row(room.a.utilization[lot.hardware] + row, p));
      const V free = room.slips && lot.delivery != kNone
                         ? hn::Mul(Num(plan.lots[l]), FreeHours(room, lot, k, p))
                         : Num(plan.lots[l] * lot.free_hours[k]);
      hours = hn::MulAdd(OfOwned(room, lot, k, p, free), idle, hours);
    }
    Add(room.state(kRevenue), p,
        UpToTheCap(room, g, k, p, hn::Mul(Num(plan.price * plan.share), hours)));
  }
}

// A lessee of last resort takes the hours of a lost customer at its price where they would earn
// less, and pays the difference.
inline void TakeLost(const Room& room, std::size_t g, std::size_t k) {
  const GuaranteePlan& plan = room.v.guarantees[g];
  if (plan.kind != GuaranteeKind::last_lessee || static_cast<int>(k) > plan.last_month) return;
  const std::size_t row = k * kBlockPaths;
  const V now = Num(static_cast<double>(k));
  const bool of_default = (plan.triggers & kLesseeDefault) != 0;
  const bool of_end = (plan.triggers & kEndOfTerm) != 0;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V asked = Zero();
    for (const auto& offtake : room.v.offtakes) {
      if (!(plan.lots[offtake.place] > 0)) continue;
      if (!(offtake.lost_hours[k] > 0) && offtake.term == kNone) continue;
      const V gone = Row(room.gone(offtake), p);
      M relet = hn::Ge(now, hn::Add(gone, Num(offtake.relet_months)));
      M lost = hn::Ge(now, gone);
      V since = gone;  // of the loss: by default, or because it left or did not renew before that
      if (offtake.rent_row != kNone) {
        const M refused = hn::Eq(Row(room.customer(offtake.rent_row), p), Zero());
        relet = hn::Or(relet, refused);
        lost = hn::Or(lost, refused);
        since = hn::IfThenElse(refused, hn::Min(gone, Num(offtake.decided)), gone);
      }
      M by_default = hn::Le(Row(room.month_of(offtake.customer), p), since);
      if (offtake.gone_row != kNone) {  // a default in the month after its notice has run out
        const V ends = Row(room.customer(offtake.gone_row - kGone + kFeeMonth), p);
        by_default = hn::AndNot(hn::Lt(ends, gone), by_default);
      }
      if (!of_default) lost = hn::AndNot(by_default, lost);
      if (!of_end) lost = hn::And(by_default, lost);
      const V hours = OfServed(room, offtake, k, p, HoursUnder(room, offtake, k, p));
      const V earned =
          hn::IfThenElseZero(relet, hn::Mul(hours, Row(room.a.spot[offtake.rent] + row, p)));
      const V less = Positive(hn::Sub(hn::Mul(Num(plan.price), hours), earned));
      asked = hn::Add(asked, hn::IfThenElseZero(lost, less));
    }
    Add(room.state(kRevenue), p, UpToTheCap(room, g, k, p, hn::Mul(Num(plan.share), asked)));
  }
}

// Who backs a customer pays its fee, or has taken the contract over: its rent is revenue already.
inline void BackCustomer(const Room& room, std::size_t g, std::size_t k) {
  const GuaranteePlan& plan = room.v.guarantees[g];
  if (plan.kind != GuaranteeKind::pay_or_step_in) return;
  const CustomerPlan& customer = room.v.customers[plan.customer];
  const std::uint32_t first = customer.first_row;
  const V now = Num(static_cast<double>(k));
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const M pays_fee = hn::Eq(Row(room.customer(first + kStepFee), p), now);
    const V fee = hn::IfThenElseZero(pays_fee, Num(customer.guarantors_fee));
    const M inside = hn::And(hn::Ge(now, Row(room.customer(first + kStepsIn), p)),
                             hn::Lt(now, Row(room.customer(first + kGone), p)));
    V rent = Zero();
    for (const auto& offtake : room.v.offtakes) {
      if (offtake.gone_row != first + kGone || !(offtake.lost_hours[k] > 0)) continue;
      V paid = Num(offtake.revenue[k]);
      if (offtake.rent_row != kNone) {
        const V rate = Row(room.customer(offtake.rent_row), p);
        paid = hn::Mul(rate, paid);
        if (!offtake.borne.empty()) paid = hn::Add(paid, Num(offtake.borne[k]));
        paid = hn::IfThenElseZero(hn::Gt(rate, Zero()), paid);
      }
      paid = LessAdvance(room, offtake, k, p, paid);
      rent = hn::Add(rent, OfServed(room, offtake, k, p, paid));
    }
    Add(room.state(kRevenue), p, fee);
    CountPaid(room, g, k, p, hn::Add(fee, hn::IfThenElseZero(inside, rent)));
  }
}

// All that guarantors add to the month's revenue.
inline void CallForHours(const Room& room, std::size_t k) {
  for (std::size_t g = 0; g < room.v.guarantees.size(); ++g) {
    BuyUnsold(room, g, k);
    TakeLost(room, g, k);
    BackCustomer(room, g, k);
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_GUARANTEES_INL_H_
