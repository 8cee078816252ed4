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

// Bits of one vector of a block, at their place in the month's word.
HWY_INLINE void StoreBits(std::uint64_t* word, std::size_t path, M mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Tag(), mask, bytes);
  *word |= static_cast<std::uint64_t>(bytes[0]) << path;
}

// Weighed by what cash-flow defaults have left, where there are any.
template <unsigned kNeeds>
HWY_INLINE V OfTheLiving(const State& s, V x) {
  if constexpr (Needs<kNeeds>::kCash) return hn::Mul(s.alive, x);
  return x;
}

// Books a cash-flow default: the month's cash and the reserve go to the claim. Rare, so it stands
// apart: adding it for paths that do not fail would add zeros.
template <unsigned kNeeds, std::size_t kAt>
HWY_INLINE void BookShortfall(const Terms& contract, const Places& at, const Now& now,
                              const MonthRows& m, M fails, V available, State& s) {
  const MonthTerms& t = now.terms;
  const V zero = hn::Zero(Tag()), opening = Num(t.opening);
  const V killed = hn::IfThenElseZero(fails, V(s.alive));
  const V claim = hn::Max(zero, hn::Sub(opening, hn::Add(s.account, hn::Max(available, zero))));
  const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
  const V q = hn::Mul(killed, m.weight), discounted = hn::Mul(q, m.discount);
  const V cash = hn::Sub(opening, claim);
  BookLoss(t, q, discounted, out.loss, s);
  if constexpr (Needs<kNeeds>::kPrices) {
    const V received = hn::MulAdd(out.discounted, AtSale<kNeeds>(t.recovery_factor, s),
                                  hn::Mul(cash, Num(t.present_factor)));
    s.value = hn::MulAdd(discounted, received, s.value);
  } else {
    // The sampled default, where hazard has not struck before.
    const V hit =
        hn::IfThenElseZero(hn::Gt(V(s.default_month), Num(t.month)), hn::Mul(killed, m.discount));
    BookRealLoss<kNeeds>(contract, now, q, hn::Mul(claim, Num(t.eir_discount)), out, hit, s);
  }
  s.alive = hn::Sub(s.alive, killed);
  StoreBits(at.bits.failed + now.k, at.path + kAt, fails);
  const std::size_t row = now.k * kMonthRows * kLanes + kAt % kLanes;
  Accumulate(at.sums + row + kSeizedCash * kLanes, hn::Mul(q, cash));
  const V money = hn::Mul(q, out.recovered);
  if constexpr (Needs<kNeeds>::kPrepared)
    Accumulate(at.received + now.row + kAt, money);
  else
    BookRecovery<kNeeds, kAt>(at, now, money);
}

// What the units earn in the month, net of their cost.
template <std::size_t kAt>
HWY_INLINE V Earned(const Places& at, const Now& now, const State& s) {
  const MonthTerms& t = now.terms;
  const std::size_t row = now.row + kAt;
  const V spot = Row(at.spot + row);
  V cost = Num(t.operating_cost);
  if (at.cost != nullptr) cost = hn::Mul(cost, Row(at.cost + row));
  V earned = hn::MulSub(Num(t.free_hours), spot, cost);
  if (Positive(t.lost_hours)) {
    // A lost customer's hours earn nothing until they are relet at the spot rate.
    const V month = Num(t.month);
    // Adding to some paths is one instruction where vectors have masks; no path has both.
    earned =
        hn::IfThenElse(hn::Lt(month, s.customer), hn::Add(earned, Num(t.contract_revenue)), earned);
    earned = hn::IfThenElse(hn::Ge(month, V(s.relet)),
                            hn::Add(earned, hn::Mul(Num(t.lost_hours), spot)), earned);
  }
  return earned;
}

// The account after the month's service, what keeps cash in it, and the tests of the month, which
// bind from the next one on.
template <unsigned kNeeds, std::size_t kAt>
HWY_INLINE void KeepAccount(const Terms& contract, const Places& at, const Now& now, V account,
                            V earned, V rate, State& s) {
  const MonthTerms& t = now.terms;
  const V capped = hn::Min(account, Num(t.reserve_cap));
  const bool covers = at.bits.coverage != nullptr, values = at.bits.value != nullptr;
  s.account = capped;
  if (covers || values)
    s.account = hn::IfThenElse(hn::Or(s.trapped_coverage, s.trapped_value), account, capped);
  if (contract.observes_value) {
    const V worth = Worth(contract.mark_units, Row(at.mark + now.row + kAt));
    s.least = hn::Min(s.least, hn::Mul(worth, Num(t.inverse_tested)));
    if (values && Positive(t.tested_balance)) {
      s.trapped_value = AboveValue(t.tested_balance, contract.max_loan_to_value, worth);
      StoreBits(at.bits.value + now.k, at.path + kAt, s.trapped_value);
    }
  }
  if (!covers) return;
  s.window = hn::MulAdd(Num(t.window_keep), s.window, earned);
  if (!Positive(t.test_service)) return;
  V due = Num(t.test_service);
  if constexpr (Needs<kNeeds>::kFloating) due = hn::MulAdd(Num(t.floating_base_test), rate, due);
  s.trapped_coverage = hn::Lt(s.window, hn::Mul(Num(contract.min_coverage), due));
  StoreBits(at.bits.coverage + now.k, at.path + kAt, s.trapped_coverage);
}

// Revenue to the account, the cash-flow default and the coverage test.
template <unsigned kNeeds, std::size_t kAt>
HWY_INLINE void CashMonth(const Terms& contract, const Places& at, const Now& now,
                          const MonthRows& m, V rate, State& s) {
  const MonthTerms& t = now.terms;
  const Tag d;
  const V zero = hn::Zero(d), earned = Earned<kAt>(at, now, s);
  V service = Num(t.service);
  if constexpr (Needs<kNeeds>::kFloating)
    service = hn::MulAdd(Num(t.floating_base_service), rate, service);
  const V account = hn::Add(s.account, hn::Sub(earned, service));
  if (contract.default_on_shortfall) {
    const M fails = hn::And(hn::Lt(account, zero), hn::Gt(V(s.alive), zero));
    if (HWY_UNLIKELY(!hn::AllFalse(d, fails)))
      BookShortfall<kNeeds, kAt>(contract, at, now, m, fails, earned, s);
  }
  KeepAccount<kNeeds, kAt>(contract, at, now, hn::Max(account, zero), earned, rate, s);
}

// Interest of the month over one unit of what it is paid on.
template <std::size_t kAt>
HWY_INLINE V FloatingRate(const Terms& contract, const Places& at, const Now& now) {
  const MonthTerms& t = now.terms;
  const V gross = Row(at.gross + static_cast<std::size_t>(t.fixing) * kBlockPaths + kAt);
  V forward = hn::Max(hn::MulSub(Num(t.gross_ratio), gross, Num(1.0)), Num(t.floor));
  if (HWY_UNLIKELY(contract.caps != nullptr)) forward = hn::Min(forward, Num(contract.caps[now.k]));
  return hn::Add(forward, Num(t.margin));
}

template <unsigned kNeeds>
struct Loan {
  static constexpr bool kKeepsAccount = Needs<kNeeds>::kCash;

  template <std::size_t kAt>
  static HWY_INLINE void Month(const Terms& contract, const Places& at, const Now& now, State& s) {
    const MonthTerms& t = now.terms;
    using N = Needs<kNeeds>;
    const V opening = Num(t.opening);
    const MonthRows m = ReadMonth<kNeeds, kAt>(contract, at, now);

    // Defaults of the month, before any payment; the account goes to the claim.
    const V defaulted = OfTheLiving<kNeeds>(s, hn::Sub(s.before, m.weight));
    s.before = m.weight;
    V claim = opening;
    if constexpr (N::kCash) claim = hn::Max(hn::Zero(Tag()), hn::Sub(opening, s.account));
    const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
    const V discounted = hn::Mul(defaulted, m.discount);
    BookLoss(t, defaulted, discounted, out.loss, s);
    BookRecovery<kNeeds, kAt>(at, now, hn::Mul(defaulted, out.recovered));
    double* const sums = at.sums + now.k * kMonthRows * kLanes + kAt % kLanes;
    if constexpr (N::kCash)
      Accumulate(sums + kSeizedCash * kLanes, hn::Mul(defaulted, hn::Sub(opening, claim)));
    if constexpr (N::kPrices) {
      V received = hn::Mul(out.discounted, AtSale<kNeeds>(t.recovery_factor, s));
      if constexpr (N::kCash)
        received = hn::MulAdd(hn::Sub(opening, claim), Num(t.present_factor), received);
      s.value = hn::MulAdd(discounted, received, s.value);
    } else {
      const V hit = IfDefaultsNow(t, s, OfTheLiving<kNeeds>(s, m.discount));
      V claim_at_eir = Num(now.opening_at_eir);
      if constexpr (N::kCash) claim_at_eir = hn::Mul(claim, Num(t.eir_discount));
      BookRealLoss<kNeeds>(contract, now, defaulted, claim_at_eir, out, hit, s);
    }

    V rate = hn::Zero(Tag());
    if constexpr (N::kFloating) rate = FloatingRate<kAt>(contract, at, now);
    if constexpr (N::kCash) CashMonth<kNeeds, kAt>(contract, at, now, m, rate, s);

    // Payments of the living.
    const V living = OfTheLiving<kNeeds>(s, m.weight);
    if constexpr (N::kPrices) {
      V paid = Num(t.flow);
      if constexpr (N::kFloating) paid = hn::MulAdd(Num(t.floating_base), rate, paid);
      s.value = hn::MulAdd(hn::Mul(living, m.discount), paid, s.value);
    }
    if constexpr (N::kFloating)
      Accumulate(sums + kVariable * kLanes,
                 hn::Mul(living, hn::Mul(Num(t.floating_base_test), rate)));
    if constexpr (N::kCash) Accumulate(sums + kSurvival * kLanes, living);
  }

  template <std::size_t kAt>
  static HWY_INLINE V Residual(const ContractArguments&, const Places&, State&) {
    return hn::Zero(Tag());
  }
};

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_LOAN_MONTH_INL_H_
