// The month of a loan. Order as docs/model.md, "The timeline of month k".
#if defined(LIEN_PRICING_VALUATION_LOAN_MONTH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_LOAN_MONTH_INL_H_
#undef LIEN_PRICING_VALUATION_LOAN_MONTH_INL_H_
#else
#define LIEN_PRICING_VALUATION_LOAN_MONTH_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "pricing/valuation/contract_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
#ifdef LIEN_CONTRACT_IN_FLOATS
inline namespace in_floats {
#else
inline namespace in_doubles {
#endif

// Zero after a cash-flow default, where there are any.
template <unsigned kNeeds>
HWY_INLINE V OfTheLiving(const State& s, V x) {
  if constexpr (Needs<kNeeds>::kCash) return Unless(s.dead, x);
  return x;
}

// Books a cash-flow default: the month's cash and the reserve go to the claim. Rare, so it stands
// apart: adding it for paths that do not fail would add zeros.
template <unsigned kNeeds>
HWY_INLINE void BookShortfall(const Terms& contract, const Places& at, const Now& now,
                              const MonthRows& m, M fails, V available, State& s) {
  const MonthNumbers& t = now.terms;
  const V zero = Zero(), opening = Num(t.opening);
  const V claim = Max(zero, Sub(opening, Add(s.account, Max(available, zero))));
  const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
  const V q = IfThenElseZero(fails, m.weight), discounted = Mul(q, m.discount);
  const V cash = Sub(opening, claim);
  BookLoss(t, q, discounted, out.loss, s);
  if constexpr (Needs<kNeeds>::kPrices) {
    const V received = MulAdd(out.discounted, AtSale<kNeeds>(t.recovery_factor, s),
                              Mul(cash, Num(t.present_factor)));
    s.value = MulAdd(discounted, received, s.value);
  } else {
    // The sampled default, where hazard has not struck before.
    const V hit = IfThenElseZero(And(fails, Gt(s.default_month, Num(t.month))), m.discount);
    BookRealLoss<kNeeds>(contract, now, q, Mul(claim, Num(t.eir_discount)), out, hit, s);
  }
  s.dead = Dead(fails, s.dead);
  StoreBits(at.bits.failed + now.k, at.path + now.at, fails);
  // A path fails once. What it yields waits for the end of all paths (AddShortfalls): lanes that a
  // month's other money meets would get it in an order that the width of a vector decides.
  Store(IfThenElse(fails, Mul(q, cash), Row(at.seized + now.at)), at.seized + now.at);
  if constexpr (Needs<kNeeds>::kPrepared)
    Store(MulAdd(q, out.recovered, Row(at.received + now.row)), at.received + now.row);
  else
    Store(IfThenElse(fails, Mul(q, out.recovered), Row(at.recovered + now.at)),
          at.recovered + now.at);
}

// What the units earn in the month, net of their cost.
HWY_INLINE V Earned(const Places& at, const Now& now, const State& s) {
  const MonthNumbers& t = now.terms;
  const std::size_t row = now.row;
  const V spot = Row(at.spot + row);
  V cost = Num(t.operating_cost);
  if (at.cost != nullptr) cost = Mul(cost, Row(at.cost + row));
  V earned = MulSub(Num(t.free_hours), spot, cost);
  if (Positive(t.lost_hours)) {
    // A lost customer's hours earn nothing until they are relet at the spot rate.
    const V month = Num(t.month);
    // Adding to some paths is one instruction where vectors have masks; no path has both.
    earned = IfThenElse(Lt(month, s.customer), Add(earned, Num(t.contract_revenue)), earned);
    earned = IfThenElse(Ge(month, s.relet), Add(earned, Mul(Num(t.lost_hours), spot)), earned);
  }
  return earned;
}

// The account after the month's service, what keeps cash in it, and the tests of the month, which
// bind from the next one on.
template <unsigned kNeeds>
HWY_INLINE void KeepAccount(const Terms& contract, const Places& at, const Now& now, V account,
                            V earned, V rate, State& s) {
  const MonthNumbers& t = now.terms;
  const V capped = Min(account, Num(t.reserve_cap));
  const bool covers = at.bits.coverage != nullptr, values = at.bits.value != nullptr;
  s.account = capped;
  if (covers || values)
    s.account = IfThenElse(Or(s.trapped_coverage, s.trapped_value), account, capped);
  if (contract.observes_value) {
    const V mark = Row(at.mark + now.row);
    s.least = Min(s.least, Mul(mark, Num(t.units_over_tested)));
    if (values && Positive(t.tested_balance)) {
      s.trapped_value = AboveValue(t.tested_balance, contract.most_units, mark);
      StoreBits(at.bits.value + now.k, at.path + now.at, s.trapped_value);
    }
  }
  if (!covers) return;
  s.window = MulAdd(Num(t.window_keep), s.window, earned);
  if (!Positive(t.test_service)) return;
  V due = Num(t.test_service);
  if constexpr (Needs<kNeeds>::kFloating) due = MulAdd(Num(t.floating_base_test), rate, due);
  s.trapped_coverage = Lt(s.window, Mul(Num(contract.min_coverage), due));
  StoreBits(at.bits.coverage + now.k, at.path + now.at, s.trapped_coverage);
}

// Revenue to the account, the cash-flow default and the coverage test. What it leaves of the
// living.
template <unsigned kNeeds>
HWY_INLINE V CashMonth(const Terms& contract, const Places& at, const Now& now, const MonthRows& m,
                       V rate, V living, State& s) {
  const MonthNumbers& t = now.terms;
  const V zero = Zero(), earned = Earned(at, now, s);
  V service = Num(t.service);
  if constexpr (Needs<kNeeds>::kFloating)
    service = MulAdd(Num(t.floating_base_service), rate, service);
  const V account = Add(s.account, Sub(earned, service));
  if (contract.default_on_shortfall) {
    const M fails = Lt(account, s.dead);
    if (HWY_UNLIKELY(!NoneOf(fails))) {
      BookShortfall<kNeeds>(contract, at, now, m, fails, earned, s);
      living = OfTheLiving<kNeeds>(s, m.weight);
    }
  }
  KeepAccount<kNeeds>(contract, at, now, Max(account, zero), earned, rate, s);
  return living;
}

// Interest of the month over one unit of what it is paid on.
HWY_INLINE V FloatingRate(const Terms& contract, const Places& at, const Now& now) {
  const MonthNumbers& t = now.terms;
  const V gross = Row(at.gross + static_cast<std::size_t>(t.fixing) * kBlockPaths + now.at);
  V forward;
  if constexpr (kSingle)  // of both what is above one: their product less one would be rough
    forward = Add(MulAdd(Num(t.gross_ratio), gross, Num(t.gross_ratio)), gross);
  else
    forward = MulSub(Num(t.gross_ratio), gross, Num(1));
  forward = Max(forward, Num(t.floor));
  if (HWY_UNLIKELY(contract.caps != nullptr))
    forward = Min(forward, Num(static_cast<Real>(contract.caps[now.k])));
  return Add(forward, Num(t.margin));
}

template <unsigned kNeeds>
struct Loan {
  static constexpr bool kKeepsAccount = Needs<kNeeds>::kCash, kOwner = false;

  static HWY_INLINE void Month(const Terms& contract, const Places& at, const Now& now, State& s) {
    const MonthNumbers& t = now.terms;
    using N = Needs<kNeeds>;
    const V opening = Num(t.opening);
    const MonthRows m = ReadMonth<kNeeds>(contract, at, now);

    // Defaults of the month, before any payment; the account goes to the claim.
    V living = OfTheLiving<kNeeds>(s, m.weight);
    V defaulted = Defaulted(at, now, s, living);
    if constexpr (kSingle) defaulted = OfTheLiving<kNeeds>(s, defaulted);
    V claim = opening, cash = Zero();
    if constexpr (N::kCash) {
      cash = Min(opening, s.account);
      claim = Sub(opening, cash);
    }
    const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
    const V discounted = Mul(defaulted, m.discount);
    BookLoss(t, defaulted, discounted, out.loss, s);
    BookRecovery<kNeeds>(at, now, defaulted, out.recovered);
    Real* const sums = at.sums + now.k * kMonthRows * kLanes + now.at % kLanes;
    if constexpr (N::kCash) Accumulate(sums + kSeizedCash * kLanes, defaulted, cash);
    if constexpr (N::kPrices) {
      V received = Mul(out.discounted, AtSale<kNeeds>(t.recovery_factor, s));
      if constexpr (N::kCash) received = MulAdd(cash, Num(t.present_factor), received);
      s.value = MulAdd(discounted, received, s.value);
    } else {
      const V hit = IfDefaultsNow(t, s, OfTheLiving<kNeeds>(s, m.discount));
      V claim_at_eir = Num(now.opening_at_eir);
      if constexpr (N::kCash) claim_at_eir = Mul(claim, Num(t.eir_discount));
      BookRealLoss<kNeeds>(contract, now, defaulted, claim_at_eir, out, hit, s);
    }

    V rate = Zero();
    if constexpr (N::kFloating) rate = FloatingRate(contract, at, now);
    if constexpr (N::kCash) living = CashMonth<kNeeds>(contract, at, now, m, rate, living, s);
    s.before = living;

    // Payments of the living.
    if constexpr (N::kPrices) {
      V paid = Num(t.flow);
      if constexpr (N::kFloating) paid = MulAdd(Num(t.floating_base), rate, paid);
      s.value = MulAdd(Mul(living, m.discount), paid, s.value);
    }
    if constexpr (N::kFloating)
      Accumulate(sums + kVariable * kLanes, living, Mul(Num(t.floating_base_test), rate));
    if constexpr (N::kCash) Accumulate(sums + kSurvival * kLanes, living);
  }

  static HWY_INLINE V Residual(const Arguments&, const Places&, std::size_t, State&) {
    return Zero();
  }
};

}  // namespace in_floats or in_doubles
}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_LOAN_MONTH_INL_H_
