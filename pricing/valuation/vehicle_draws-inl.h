// What lenders of a vehicle pay out in a month: its own draws, those that a covenant had stopped,
// and those whose lots arrive. Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_DRAWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_DRAWS_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_DRAWS_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_DRAWS_INL_H_
#endif

#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// The part of a weight that the book lends to in month k: nothing where a new lender has the
// tranche, and nothing where he takes it over on the payment of this month.
HWY_INLINE V LentByTheBook(const Room& room, std::size_t t, std::size_t k, std::size_t p,
                           V weight) {
  const V held = OfTheBook(room, t, p, weight);
  if (!MayPrepay(room, t, k)) return held;
  return hn::IfThenZeroElse(hn::Gt(Row(room.tranche(t, kPrepaying), p), Zero()), held);
}

// The path's own draw, for its distribution: by the sampled default where values have a survival.
inline void CountDraw(const Room& room, std::size_t t, std::size_t k, std::size_t p, V made) {
  const std::size_t party = room.v.party == kNone ? room.a.parties : room.v.party;
  const V default_month = Row(room.a.default_months + party * kBlockPaths, p);
  const V lives = hn::IfThenElseZero(hn::Gt(default_month, Num(static_cast<double>(k))),
                                     Row(room.state(kAlive), p));
  const double held = room.a.contracts[room.v.tranches[t].contract].held;
  const V lent = LentByTheBook(room, t, k, p, hn::Mul(lives, Num(held)));
  Add(room.a.drawn + k * kBlockPaths, p, hn::Mul(lent, made));
}

// Draws of a tranche whose lots enter service in month k, and what depends on their own day.
struct Arrived {
  KeptVector amount, elapsed, undrawn, timed;
};
HWY_INLINE Arrived ArrivedDraws(const Room& room, const TranchePlan& plan, std::size_t k,
                                std::size_t p) {
  Arrived sum{Zero(), Zero(), Zero(), Zero()};
  const SlippedMonth& month = plan.slipped_months[k];
  for (const SlippedDraw& draw : plan.slipped) {
    const V gone = hn::Sub(Row(room.delivery(draw.row), p), Num(static_cast<double>(k) - 1.0));
    const M now = hn::And(hn::Gt(gone, Zero()), hn::Le(gone, Num(1.0)));
    const V amount = hn::IfThenElseZero(now, Num(draw.amount));
    const auto add = [&](KeptVector& to, double first, double slope) HWY_ATTR {
      to = hn::MulAdd(amount, hn::MulAdd(Num(slope), gone, Num(first)), to);
    };
    sum.amount = hn::Add(sum.amount, amount);
    add(sum.elapsed, month.elapsed, month.elapsed_slope);
    add(sum.undrawn, month.undrawn, month.undrawn_slope);
    add(sum.timed, month.timing, month.timing_slope);
  }
  return sum;
}

// Of what is owed, the share that is repaid in month k where draws have maturities of their own: by
// the schedule of those that this path has made.
inline V RepaidByPath(const Room& room, const TranchePlan& plan, std::size_t k, std::size_t p) {
  V owed = Num(plan.others_opening[k]), repaid = Num(plan.others_principal[k]);
  for (const SlippedDraw& draw : plan.slipped) {
    const V made = Row(room.delivery(draw.row), p);
    const M before = hn::Le(made, Num(static_cast<double>(k) - 1.0));
    const auto month =
        hn::ConvertTo(hn::RebindToSigned<Tag>(), hn::IfThenElseZero(before, hn::Ceil(made)));
    const std::size_t row = k * draw.repayment.width;
    const V opening = hn::GatherIndex(Tag(), draw.repayment.opening.data() + row, month);
    const V principal = hn::GatherIndex(Tag(), draw.repayment.principal.data() + row, month);
    owed = hn::MulAdd(Num(draw.amount), opening, owed);
    repaid = hn::MulAdd(Num(draw.amount), principal, repaid);
  }
  const M any = hn::Gt(owed, Zero());
  return hn::IfThenElse(any, hn::Div(repaid, hn::IfThenElse(any, owed, Num(1.0))),
                        Num(plan.months[k].repaid));
}

// Pays out the month's draw, and those that were stopped before, to the living. The money goes to
// the sellers of the hardware: no account sees it. A prepayment has cancelled what the book would
// lend: the new lender lends it in its place.
inline void Draw(const Room& room, std::size_t t, std::size_t k) {
  const TrancheMonth& month = room.v.tranches[t].months[k];
  const V late_timing = Num(room.terms(t, k).present_factor), timing = Num(month.draw_timing);
  // Of what joins the debt the lender keeps its discount back.
  const V paid_out = Num(1 - room.a.contracts[room.v.tranches[t].contract].issue_discount);
  double *const elapsed = room.tranche(t, kElapsed), *const open = room.tranche(t, kOpen);
  double* const value = room.sample(t, kPresentValue);
  const bool slipped = !room.v.tranches[t].slipped.empty();
  const double commitment = room.v.tranches[t].revolving;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const M goes_on = hn::Eq(Row(room.state(kStopped), p), Zero());
    const V stopped = Row(room.tranche(t, kStoppedDraw), p);
    KeptVector late = hn::IfThenElseZero(goes_on, hn::Mul(Num(month.may_draw), stopped));
    KeptVector now = hn::IfThenElseZero(goes_on, Num(month.draw));
    KeptVector drawn_elapsed = hn::IfThenElseZero(goes_on, Num(month.draw_elapsed));
    KeptVector drawn_undrawn = hn::IfThenElseZero(goes_on, Num(month.draw_undrawn));
    V made = hn::Add(now, late);
    V asked = hn::Add(stopped, Num(month.draw));
    Arrived arrived{Zero(), Zero(), Zero(), Zero()};
    if (slipped) {
      arrived = ArrivedDraws(room, room.v.tranches[t], k, p);
      asked = hn::Add(asked, arrived.amount);
      made = hn::Add(made, hn::IfThenElseZero(goes_on, V(arrived.amount)));
    }
    Put(room.tranche(t, kStoppedDraw), p, hn::Sub(asked, made));
    if (slipped && commitment > 0) {
      // Lots that come late may meet what was to be drawn once they had been repaid: above the
      // commitment nobody lends, and what is missing lapses.
      const V most = Positive(hn::Sub(Num(commitment), Row(room.tranche(t, kOwed), p)));
      const M above = hn::Gt(made, most);
      const V part = hn::IfThenElse(above, hn::Div(most, made), Num(1.0));
      made = hn::Min(made, most);
      for (KeptVector* const sum : {&now, &late, &drawn_elapsed, &drawn_undrawn, &arrived.elapsed,
                                    &arrived.undrawn, &arrived.timed})
        *sum = hn::Mul(V(*sum), part);
    }
    Add(room.tranche(t, kOwed), p, made);
    Put(room.tranche(t, kUndrawn), p, Positive(hn::Sub(Row(room.tranche(t, kUndrawn), p), made)));
    const V was_elapsed = month.pays ? Zero() : Row(elapsed, p);
    const V was_open = month.pays ? Zero() : Row(open, p);
    Put(elapsed, p, hn::MulAdd(late, Num(month.late_elapsed), hn::Add(was_elapsed, drawn_elapsed)));
    Put(open, p, hn::MulAdd(late, Num(month.late_undrawn), hn::Add(was_open, drawn_undrawn)));
    if (slipped) {
      Add(elapsed, p, hn::IfThenElseZero(goes_on, V(arrived.elapsed)));
      Add(open, p, hn::IfThenElseZero(goes_on, V(arrived.undrawn)));
    }
    const V alive = hn::Mul(Row(room.state(kAlive), p), Row(room.a.survival + k * kBlockPaths, p));
    const V living = hn::Mul(paid_out, LentByTheBook(room, t, k, p, alive));
    if (room.a.prices) {
      V timed = hn::MulAdd(now, timing, hn::Mul(late, late_timing));
      if (slipped) timed = hn::Add(timed, hn::IfThenElseZero(goes_on, V(arrived.timed)));
      const V discount = Row(room.a.discount + k * kBlockPaths, p);
      Put(value, p, hn::NegMulAdd(hn::Mul(living, discount), timed, Row(value, p)));
    }
    double* const repaid = room.months(t, k, kRepaid, p);
    Put(repaid, 0, hn::NegMulAdd(living, made, Row(repaid, 0)));
    if (room.a.drawn != nullptr) CountDraw(room, t, k, p, made);
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_DRAWS_INL_H_
