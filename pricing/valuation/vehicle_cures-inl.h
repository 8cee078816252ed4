// What a sponsor pays so that a test passes.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_CURES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_CURES_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_CURES_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_CURES_INL_H_
#endif

#include "pricing/valuation/vehicle_coverage-inl.h"
#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// Money that would make the test of month k pass.
HWY_INLINE V Missing(const Room& room, const CovenantPlan& covenant, std::size_t k, std::size_t p) {
  const V limit = Num(covenant.reached);
  switch (covenant.test) {
    case CovenantTest::debt_service_coverage_ratio: {
      const Window window = WindowOf(room, covenant.window, k, p);
      return hn::MulSub(limit, window.service, window.cash);
    }
    case CovenantTest::loan_to_value:
      return hn::NegMulAdd(limit, Row(TestedWorth(room, covenant) + k * kBlockPaths, p),
                           Row(room.state(kDebt), p));
    case CovenantTest::loan_to_cost:
      return hn::Sub(Row(room.state(kDebt), p), hn::Mul(limit, TestedCost(room, covenant, k, p)));
    default:  // liquidity: no other test is cured
      return hn::Sub(limit, Accounts(room, p));
  }
}

// The sponsor's money repays the ranks in order at t_k, within a rank by what is owed.
inline void RepayByRank(const Room& room, std::size_t k, std::size_t p, V money) {
  const auto& tranches = room.v.tranches;
  const V living = hn::Mul(Row(room.state(kAlive), p), Row(room.a.survival + k * kBlockPaths, p));
  const V discount = Row(room.a.discount + k * kBlockPaths, p);
  Put(room.state(kDebt), p, hn::Sub(Row(room.state(kDebt), p), money));
  Add(room.state(kOutflow), p, hn::Mul(Row(room.state(kAlive), p), money));
  for (std::size_t first = 0; first < tranches.size();) {
    std::size_t last = first;
    V owed = Zero();
    for (; last < tranches.size() && tranches[last].rank == tranches[first].rank; ++last)
      owed = hn::Add(owed, Row(room.tranche(last, kOwed), p));
    const V paid = hn::Min(owed, money);
    money = hn::Sub(money, paid);
    const V share =
        hn::IfThenElseZero(hn::Gt(owed, Zero()), hn::Div(paid, hn::Max(owed, Num(1e-300))));
    for (std::size_t t = first; t < last; ++t) {
      const V own = Row(room.tranche(t, kOwed), p), part = hn::Mul(share, own);
      Put(room.tranche(t, kOwed), p, Positive(hn::Sub(own, part)));
      const V received = hn::Mul(OfTheBook(room, t, p, living), part);
      Add(room.months(t, k, kRepaid, p), 0, received);
      if (!room.a.prices) continue;
      double* const value = room.sample(t, kPresentValue);
      const V timed = hn::Mul(discount, Num(room.terms(t, k).present_factor));
      Put(value, p, hn::MulAdd(timed, received, Row(value, p)));
    }
    first = last;
  }
}

// The paths of `breach` on which the sponsor cures the test at t_k: it lives, has cures left, and
// what is missing is within what it still pays.
inline M Cure(const Room& room, std::size_t c, std::size_t k, std::size_t p, M breach) {
  const CovenantPlan& covenant = room.v.covenants[c];
  double *const left = room.covenant(c, kCureLeft), *const count = room.covenant(c, kCuresLeft);
  const V missing = Missing(room, covenant, k, p), alive = Row(room.state(kAlive), p);
  const M stands = hn::Gt(Row(room.month_of(covenant.sponsor), p), Num(static_cast<double>(k)));
  M cures = hn::And(hn::And(breach, stands), hn::Gt(alive, Zero()));
  cures = hn::And(cures, hn::And(hn::Gt(Row(count, p), Zero()), hn::Le(missing, Row(left, p))));
  const V paid = hn::IfThenElseZero(cures, missing);
  Put(left, p, hn::Sub(Row(left, p), paid));
  Put(count, p, hn::Sub(Row(count, p), hn::IfThenElseZero(cures, Num(1.0))));
  Add(room.state(kInflow), p, hn::Mul(alive, paid));
  const V survival = Row(room.a.survival + k * kBlockPaths, p);
  const V discounted =
      hn::Mul(Row(room.a.discount + k * kBlockPaths, p), Num(room.terms(0, k).present_factor));
  double* const value = room.a.vehicle_samples + kCures * kBlockPaths;
  Put(value, p, hn::MulAdd(hn::Mul(hn::Mul(alive, survival), discounted), paid, Row(value, p)));
  switch (covenant.test) {
    case CovenantTest::loan_to_value:
    case CovenantTest::loan_to_cost:
      RepayByRank(room, k, p, paid);
      break;
    default:  // cash of the month
      Add(room.state(kCash), p, paid);
      Add(room.window(k, kWindowCash), p, paid);
  }
  return cures;
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_CURES_INL_H_
