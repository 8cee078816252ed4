// What the month of a loan and the month of a lease share. Included once per instruction set by the
// files that compile them.
#if defined(LIEN_PRICING_VALUATION_CONTRACT_PARTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_CONTRACT_PARTS_INL_H_
#undef LIEN_PRICING_VALUATION_CONTRACT_PARTS_INL_H_
#else
#define LIEN_PRICING_VALUATION_CONTRACT_PARTS_INL_H_
#endif

#include <bit>
#include <cstddef>
#include <cstdint>

#include "engine/simulation/path_block.hpp"
#include "hwy/highway.h"
#include "pricing/valuation/contract_kernel.hpp"
#include "pricing/valuation/path_vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
#ifdef LIEN_CONTRACT_IN_FLOATS
inline namespace in_floats {
#else
inline namespace in_doubles {
#endif
using lien::engine::kBlockPaths;
using Arguments = ContractArgumentsOf<Real>;
using MonthNumbers = MonthTermsOf<Real>;
inline constexpr bool kSingle = sizeof(Real) == sizeof(float);

// Of a number: positive numbers have positive bits, and a vector unit that is full of paths is
// spared a comparison a month.
HWY_INLINE bool Positive(Real x) { return std::bit_cast<decltype(MonthNumbers::fixing)>(x) > 0; }

// What a month is compiled for: blocks that a contract has or not, and the basis.
enum Need : unsigned {
  kNeedsCash = 1,       // loans only: an account, its default and its test
  kNeedsFloating = 2,   // loans only
  kNeedsPrepared = 4,   // sales
  kNeedsPrices = 8,     // the risk-neutral basis
  kNeedsLossFloor = 16  // of the credit loss
};
template <unsigned kNeeds>
struct Needs {
  static constexpr bool kCash = (kNeeds & kNeedsCash) != 0,
                        kFloating = (kNeeds & kNeedsFloating) != 0,
                        kPrepared = (kNeeds & kNeedsPrepared) != 0,
                        kPrices = (kNeeds & kNeedsPrices) != 0,
                        kLossFloor = (kNeeds & kNeedsLossFloor) != 0;
};

// The numbers of a contract that the loop reads, for the same reason as Places.
struct Terms {
  Real most_units, haircut_units, recovery, min_coverage, loss_floor;
  const double* caps;  // by month; null: none
  bool default_on_shortfall;
  bool observes_value;  // loan to value
};

// What the loop reads and writes at the first of two vectors of paths that run side by side, the
// second kWidth paths on: with pointers of their own, half a month's instructions would fetch
// pointers. Copied out of the arguments: stores could otherwise change them in the compiler's eyes,
// which would reload them every month.
struct Places {
  const Real *HWY_RESTRICT survival, *HWY_RESTRICT defaulted, *HWY_RESTRICT discount,
      *HWY_RESTRICT ratio, *HWY_RESTRICT value, *HWY_RESTRICT mark, *HWY_RESTRICT sale,
      *HWY_RESTRICT spot, *HWY_RESTRICT cost, *HWY_RESTRICT runs, *HWY_RESTRICT gross,
      *HWY_RESTRICT step_in;
  std::size_t step_in_stride;  // from month to month; 0 where nothing is added: one row
  Real* HWY_RESTRICT received;
  Real* HWY_RESTRICT sums;                             // month 0 of the first vector's lanes
  Real* HWY_RESTRICT sale_sums;                        // the same, lag months on
  Real *HWY_RESTRICT seized, *HWY_RESTRICT recovered;  // cash: what a path's shortfall yields
  MonthBits bits;
  std::size_t path;
};

// State of one vector of paths. The month-to-month chain (account, dead) is short against
// the work of a month, so the processor overlaps months by itself.
struct State {
  V before;       // doubles: survival weight of the month before; 0 after a cash-flow default
  V dead;         // cash: zero without such a default, see Dead
  V sale_factor;  // prepared sales
  V value, exposure, at_default, loss, credit_loss, sampled;
  V default_month;
  V account, window;  // cash: reserve, cash since the last payment
  V customer, relet;  // month in which it is lost, in which its hours are let again
  V least;            // cash: smallest worth / tested balance so far
  M trapped_coverage, trapped_value;
};

// The month that runs.
struct Now {
  const MonthNumbers& terms;
  std::size_t k;
  std::size_t at;       // paths from the first of the two vectors to this one: 0 or kWidth
  std::size_t row;      // numbers to it in rows of the block: k kBlockPaths + at
  Real opening_at_eir;  // what is owed at its start, discounted at the effective rate
};

// Weight of the month's defaults: survival that is lost.
HWY_INLINE V Defaulted(const Places& at, const Now& now, const State& s, V weight) {
  if constexpr (kSingle)
    return Row(at.defaulted + now.row);
  else
    return Sub(s.before, weight);
}

// Survival weight of those that pay after the last month that has run; row: to it.
HWY_INLINE V Living(const Places& at, const State& s, std::size_t row) {
  if constexpr (kSingle)
    return Unless(s.dead, Row(at.survival + row));
  else
    return s.before;
}

// A month's observations that hazard and cash-flow default share.
struct MonthRows {
  V weight, discount, ratio, proceeds;
};

// Loan to value above what it may be, where something is owed: tested balance, mark of one unit.
HWY_INLINE Real MostUnits(const ContractPlan& contract) {
  return static_cast<Real>(contract.max_loan_to_value * contract.mark_units);
}
HWY_INLINE M AboveValue(Real tested, Real most_units, V mark) {
  return Gt(Num(tested), Mul(Num(most_units), mark));
}
// The largest loan to value of a path by its smallest worth / tested balance.
HWY_INLINE void StorePeak(Real* at, V least) {
  Store(Div(Num(1), Max(least, Num(static_cast<Real>(1.0 / kLargestLoanToValue)))), at);
}

// Factors of a month's recovery: the column's, times the drawn lag's own.
template <unsigned kNeeds>
HWY_INLINE V AtSale(Real column, const State& s) {
  if constexpr (Needs<kNeeds>::kPrepared) return Mul(Num(column), s.sale_factor);
  return Num(column);
}

// What a sale after a default in this month brings, net.
template <unsigned kNeeds>
HWY_INLINE V Proceeds(const Terms& contract, const Places& at, const Now& now) {
  const V sale = Row(at.sale + now.row);
  if constexpr (Needs<kNeeds>::kPrepared) return sale;
  const V added = Row(at.step_in + now.k * at.step_in_stride + now.at);
  return Max(Zero(), MulAdd(Num(contract.haircut_units), sale, added));
}

template <unsigned kNeeds>
HWY_INLINE MonthRows ReadMonth(const Terms& contract, const Places& at, const Now& now) {
  const std::size_t row = now.row;
  return {Row(at.survival + row), Row(at.discount + row), Row(at.ratio + row),
          Proceeds<kNeeds>(contract, at, now)};
}

// What a default leaves of a claim.
struct Outcome {
  V recovered;   // undiscounted, at the sale
  V discounted;  // the same, discounted to the default
  V loss;        // claim less that
  V left;        // claim less what is recovered
};
// Of a sale's money, to the default; ratio: as ContractArgumentsOf::discount_ratio.
HWY_INLINE V Discounted(V money, V ratio) {
  if constexpr (kSingle) return MulAdd(money, ratio, money);
  return Mul(money, ratio);
}
HWY_INLINE Outcome Settle(V claim, V proceeds, V recovery, V ratio) {
  const V covered = Min(claim, proceeds);
  const V recovered = MulAdd(recovery, Sub(claim, covered), covered);
  // Floats read how far the ratio is from one, so that a loss that is small against the claim is as
  // exact as the claim.
  const V left = Sub(claim, recovered);
  if constexpr (kSingle) {
    const V loss = NegMulAdd(recovered, ratio, left);
    return {recovered, Sub(claim, loss), loss, left};
  }
  const V discounted = Mul(recovered, ratio);
  return {recovered, discounted, Sub(claim, discounted), left};
}

// Exposure and losses of a default of this weight, discounted to the valuation date and not.
HWY_INLINE void BookLoss(const MonthNumbers& t, V weight, V discounted, V loss, State& s) {
  s.exposure = MulAdd(weight, Num(t.opening), s.exposure);
  s.at_default = MulAdd(weight, loss, s.at_default);
  s.loss = MulAdd(discounted, loss, s.loss);
}

// Loss at the effective rate of a default in this month, at least the floor where there is one; and
// the loss of the sampled default, where it is this one.
template <unsigned kNeeds>
HWY_INLINE void BookRealLoss(const Terms& contract, const Now& now, V weight, V claim_at_eir,
                             const Outcome& out, V hit, State& s) {
  V loss;
  if constexpr (kSingle)
    loss = MulAdd(out.left, Num(now.terms.eir_discount),
                  Mul(out.recovered, Num(now.terms.eir_discount_sale)));
  else
    loss = NegMulAdd(out.recovered, AtSale<kNeeds>(now.terms.eir_discount_sale, s), claim_at_eir);
  // A branch here cost a loan without a floor a sixth.
  if constexpr (Needs<kNeeds>::kLossFloor)
    loss = Max(loss, Num(contract.loss_floor * now.terms.opening * now.terms.eir_discount));
  s.credit_loss = MulAdd(weight, loss, s.credit_loss);
  s.sampled = MulAdd(hit, out.loss, s.sampled);
}

// Where the sampled default is of this month, else zero.
HWY_INLINE V IfDefaultsNow(const MonthNumbers& t, const State& s, V x) {
  return IfThenElseZero(Eq(s.default_month, Num(t.month)), x);
}

// Money of the month's defaults to the month of the sale. Drawn lags put what is received into
// months of their own, path by path, after the loop.
template <unsigned kNeeds>
HWY_INLINE void BookRecovery(const Places& at, const Now& now, V weight, V money) {
  if constexpr (Needs<kNeeds>::kPrepared)
    Store(Mul(weight, money), at.received + now.row);
  else
    Accumulate(at.sale_sums + (now.k * kMonthRows + kRecovery) * kLanes + now.at % kLanes, weight,
               money);
}

}  // namespace in_floats or in_doubles

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_CONTRACT_PARTS_INL_H_
