// Defaults of a vehicle: hazards, dues that nothing pays, uncured covenants; and who gets what.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_DEFAULT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_DEFAULT_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_DEFAULT_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_DEFAULT_INL_H_
#endif

#include <algorithm>

#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// A factor of month k's recovery: the column's, times the drawn lag's own.
HWY_INLINE V AtSale(const Room& room, std::size_t t, std::size_t p, double column) {
  if (room.a.lags == nullptr) return Num(column);
  return hn::Mul(Num(column), Row(room.a.sale_factor + t * kBlockPaths, p));
}

// Adds what a default in month k brings at its sale to that month, which a drawn lag makes each
// path's own. Months run outside and paths in their order, so that a lane adds up in one order
// whatever the width of a vector.
HWY_INLINE void BookReceipt(const Room& room, std::size_t t, std::size_t k, std::size_t p, V q,
                            V later) {
  if (room.a.lags == nullptr) {
    double* const then = room.months(t, k + static_cast<std::size_t>(room.v.lag), kRecovery, p);
    Put(then, 0, hn::MulAdd(q, later, Row(then, 0)));
    return;
  }
  HWY_ALIGN double each[8];
  hn::Store(hn::Mul(q, later), Tag(), each);
  for (std::size_t i = 0; i < kWidth; ++i)
    *room.months(t, k + room.a.lags[p + i], kRecovery, p + i) += each[i];
}

// Books what one tranche gets of a default in month k: `now` from the accounts, `later` from the
// sale, the guarantees and the borrower.
HWY_INLINE void BookTranche(const Room& room, std::size_t t, std::size_t k, std::size_t p, V owed,
                            V now, V later) {
  const MonthTerms& terms = room.terms(t, k);
  const V q = OfTheBook(room, t, p, Row(room.state(kWeight), p));
  const V ratio = Row(room.a.discount_ratio + k * kBlockPaths, p);
  const V discounted = hn::Mul(q, Row(room.a.discount + k * kBlockPaths, p));
  const V claim = hn::Sub(owed, now), received = hn::Mul(later, ratio);
  const V loss = hn::Sub(claim, received);
  double* const exposure = room.sample(t, kExposure);
  double* const at_default = room.sample(t, kLossAtDefault);
  Put(exposure, p, hn::MulAdd(q, owed, Row(exposure, p)));
  Put(at_default, p, hn::MulAdd(q, loss, Row(at_default, p)));
  // The running sums stand in the last snapshot's rows and are copied at each snapshot.
  double* const running =
      room.sample(t, kFixedSamples + (room.a.snapshot_count - 1) * kSnapshotSamples);
  double* const expected = running + kLoss * kBlockPaths;
  Put(expected, p, hn::MulAdd(discounted, loss, Row(expected, p)));
  if (room.a.prices) {
    const V paid = hn::MulAdd(received, AtSale(room, t, p, terms.recovery_factor),
                              hn::Mul(now, Num(terms.present_factor)));
    double* const value = room.sample(t, kPresentValue);
    Put(value, p, hn::MulAdd(discounted, paid, Row(value, p)));
  } else {
    double* const credit = running + kCreditLoss * kBlockPaths;
    V loss_now = hn::NegMulAdd(later, AtSale(room, t, p, terms.eir_discount_sale),
                               hn::Mul(claim, Num(terms.eir_discount)));
    const double floor = room.a.contracts[room.v.tranches[t].contract].loss_floor;
    if (floor > 0) loss_now = hn::Max(loss_now, hn::Mul(owed, Num(floor * terms.eir_discount)));
    Put(credit, p, hn::MulAdd(q, loss_now, Row(credit, p)));
    double* const sampled = running + kSampledLoss * kBlockPaths;
    const V hit = hn::Mul(OfTheBook(room, t, p, Row(room.state(kSampled), p)),
                          Row(room.a.discount + k * kBlockPaths, p));
    Put(sampled, p, hn::MulAdd(hit, loss, Row(sampled, p)));
  }
  double* const here = room.months(t, k, kRecovery, p);
  Put(here, 0, hn::MulAdd(q, now, Row(here, 0)));
  BookReceipt(room, t, k, p, q, later);
  if (room.has_balloons()) Add(room.tranche(t, kDefaultedHeld), p, q);
}

// The floor of a residual value at the sale of a default in month k.
HWY_INLINE V FloorAtSale(const Room& room, const GuaranteePlan& plan, std::size_t k,
                         std::size_t p) {
  if (room.a.lags == nullptr) return Num(plan.floors[k + static_cast<std::size_t>(room.v.lag)]);
  HWY_ALIGN double each[8];
  for (std::size_t i = 0; i < kWidth; ++i) each[i] = plan.floors[k + room.a.lags[p + i]];
  return hn::Load(Tag(), each);
}

// What guarantors add to one tranche's claim that nothing else paid.
HWY_INLINE V Guaranteed(const Room& room, std::size_t t, std::size_t k, std::size_t p, V sale,
                        V unpaid) {
  V paid = Zero();
  for (std::size_t g = 0; g < room.v.guarantees.size(); ++g) {
    const GuaranteePlan& plan = room.v.guarantees[g];
    const bool of_claims =
        plan.kind == GuaranteeKind::residual_value || plan.kind == GuaranteeKind::payment;
    if (!of_claims || !plan.covers[t] || static_cast<int>(k) > plan.last_month) continue;
    V limit = Row(room.guarantee(g, kCapLeft), p);
    if (plan.kind == GuaranteeKind::residual_value)
      limit = hn::Min(limit, Positive(hn::Sub(FloorAtSale(room, plan, k, p), sale)));
    // What it paid to tranches before this one of the same default.
    limit = Positive(hn::Sub(limit, Row(room.guarantee(g, kDrawn), p)));
    const M stands = hn::Gt(Row(room.month_of(plan.guarantor), p), Num(static_cast<double>(k)));
    const V part =
        hn::IfThenElseZero(stands, hn::Min(limit, hn::Mul(Num(plan.share), hn::Sub(unpaid, paid))));
    Add(room.guarantee(g, kDrawn), p, part);
    paid = hn::Add(paid, part);
    const V q = hn::Mul(Row(room.state(kWeight), p), Row(room.a.discount + k * kBlockPaths, p));
    double* const worth = room.a.guaranteed + g * kBlockPaths;
    const V received = hn::Mul(hn::Mul(part, Row(room.a.discount_ratio + k * kBlockPaths, p)),
                               AtSale(room, t, p, room.terms(t, k).recovery_factor));
    Put(worth, p, hn::MulAdd(q, received, Row(worth, p)));
  }
  return paid;
}

// Notes the sampled default of month k where something is owed.
HWY_INLINE void NoteEnd(const Room& room, std::size_t k, std::size_t owed_row, std::size_t p) {
  V owed = Zero();
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
    owed = hn::Add(owed, Row(room.tranche(t, owed_row), p));
  const M ends = hn::And(hn::Gt(owed, Zero()), hn::Gt(Row(room.state(kSampled), p), Zero()));
  Put(room.a.ended, p, hn::IfThenElse(ends, Num(static_cast<double>(k)), Row(room.a.ended, p)));
}

// A default in month k: kWeight, kSampled and kAvailable are set. What there is goes to the ranks
// in order, within a rank by what is owed; then guarantees, then the borrower's other means.
// after_draw: the month's draws have been made, and what they pay for is sold too.
inline void Settle(const Room& room, std::size_t k, std::size_t owed_row, bool after_draw) {
  const double* const added = after_draw ? room.a.after_draw : nullptr;
  const auto& tranches = room.v.tranches;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    if (room.a.ended != nullptr) NoteEnd(room, k, owed_row, p);
    for (std::size_t g = 0; g < room.v.guarantees.size(); ++g)
      Put(room.guarantee(g, kDrawn), p, Zero());
    if (room.has_balloons())
      Add(room.state(kDefaulted), p, hn::Mul(Row(room.state(kWeight), p), AnyHeld(room, p)));
    V cash = Row(room.state(kAvailable), p);
    V brings = Row(room.a.sale + k * kBlockPaths, p);
    if (added != nullptr) brings = hn::Add(brings, Row(added + k * kBlockPaths, p));
    const V sale = Positive(hn::Sub(brings, Num(room.v.deduction)));
    V left = sale;
    for (std::size_t first = 0; first < tranches.size();) {
      std::size_t last = first + 1;
      V owed = Row(room.tranche(first, owed_row), p);
      for (; last < tranches.size() && tranches[last].rank == tranches[first].rank; ++last)
        owed = hn::Add(owed, Row(room.tranche(last, owed_row), p));
      const V now = hn::Min(owed, cash);
      cash = hn::Sub(cash, now);
      const V claim = hn::Sub(owed, now), later = hn::Min(claim, left);
      left = hn::Sub(left, later);
      const bool alone = last == first + 1;
      const V inverse = alone ? Zero()
                              : hn::IfThenElseZero(hn::Gt(owed, Zero()),
                                                   hn::Div(Num(1.0), hn::Max(owed, Num(1e-300))));
      for (std::size_t t = first; t < last; ++t) {
        const V own = Row(room.tranche(t, owed_row), p);
        const V share = hn::Mul(own, inverse);
        const V own_now = alone ? now : hn::Mul(share, now);
        const V own_sale = alone ? later : hn::Mul(share, later);
        const V unpaid = hn::Sub(hn::Sub(own, own_now), own_sale);
        // A guarantee is the book's lender's: it ends with that lender's claim.
        const V guaranteed = Guaranteed(room, t, k, p, sale, OfTheBook(room, t, p, unpaid));
        const V rest = hn::Sub(unpaid, guaranteed);
        BookTranche(room, t, k, p, own, own_now,
                    hn::MulAdd(Num(room.v.recovery), rest, hn::Add(own_sale, guaranteed)));
      }
      first = last;
    }
  }
}

// Hazard defaults of month k, before any payment.
inline void HazardDefaults(const Room& room, std::size_t k) {
  const double* const before = room.a.survival + (k - 1) * kBlockPaths;
  const double* const now = room.a.survival + k * kBlockPaths;
  const double* const month = room.month_of(room.v.party);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V alive = Row(room.state(kAlive), p), accounts = Accounts(room, p);
    Put(room.state(kPot), p, accounts);
    // Who buys a leased lot this month pays the estate.
    Put(room.state(kAvailable), p,
        room.v.leases.empty() ? accounts : hn::Add(accounts, ForLeasedLots(room, k, p)));
    Put(room.state(kWeight), p, hn::Mul(alive, hn::Sub(Row(before, p), Row(now, p))));
    Put(room.state(kSampled), p,
        hn::IfThenElseZero(hn::Eq(Row(month, p), Num(static_cast<double>(k))), alive));
  }
  Settle(room, k, kOwed, false);
}

// Kills the paths of `fails` in month k, with what the accounts hold (kAvailable).
HWY_INLINE void Fail(const Room& room, std::size_t k, std::size_t p, M fails, V available) {
  const V weight = Row(room.a.survival + k * kBlockPaths, p);
  const V killed = hn::IfThenElseZero(fails, Row(room.state(kAlive), p));
  const M in_time = hn::Gt(Row(room.month_of(room.v.party), p), Num(static_cast<double>(k)));
  Put(room.state(kWeight), p, hn::Mul(killed, weight));
  Put(room.state(kSampled), p, hn::IfThenElseZero(in_time, killed));
  Put(room.state(kAvailable), p, available);
  Put(room.state(kAlive), p, hn::Sub(Row(room.state(kAlive), p), killed));
}

// A month's dues that nothing pays are a default at t_k: the accounts as they stood at its opening
// and the month's cash go to the claims.
inline void ShortfallDefaults(const Room& room, std::size_t k) {
  bool any = false;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V revenue = Row(room.state(kRevenue), p), cost = Row(room.state(kOperating), p);
    const V earned = Positive(hn::Sub(revenue, cost));
    const M fails = hn::And(hn::Gt(Row(room.state(kUnpaid), p), Zero()),
                            hn::Gt(Row(room.state(kAlive), p), Zero()));
    any = any || !hn::AllFalse(Tag(), fails);
    const V available = hn::Add(Row(room.state(kPot), p), earned);
    const V out = hn::Add(available, hn::Min(revenue, cost));
    Fail(room, k, p, fails, available);
    Add(room.state(kOutflow), p, hn::IfThenElseZero(fails, out));
  }
  if (any) Settle(room, k, kOwed, false);
}

// An uncured breach that is an event of default: the claim is what is owed at the month's end.
inline void CovenantDefaults(const Room& room, std::size_t k) {
  bool ends = false;
  for (const auto& covenant : room.v.covenants)
    ends = ends || (covenant.consequences & kEventOfDefault) != 0;
  if (!ends) return;
  bool any = false;
  const V month = Num(static_cast<double>(k));
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const M owes = hn::And(hn::Gt(Row(room.state(kDebt), p), Zero()),
                           hn::Gt(Row(room.state(kAlive), p), Zero()));
    M fails = hn::Gt(Zero(), Num(1.0));
    for (std::size_t c = 0; c < room.v.covenants.size(); ++c) {
      const CovenantPlan& covenant = room.v.covenants[c];
      if ((covenant.consequences & kEventOfDefault) == 0) continue;
      const V for_months = hn::Sub(month, Row(room.covenant(c, kSince), p));
      fails = hn::Or(fails, hn::And(hn::Gt(Row(room.covenant(c, kActive), p), Zero()),
                                    hn::Ge(for_months, Num(covenant.cure_months))));
    }
    fails = hn::And(fails, owes);
    any = any || !hn::AllFalse(Tag(), fails);
    const V accounts = Accounts(room, p);
    Fail(room, k, p, fails, accounts);
    Add(room.state(kOutflow), p, hn::IfThenElseZero(fails, accounts));
  }
  if (any) Settle(room, k, kOwed, true);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_DEFAULT_INL_H_
