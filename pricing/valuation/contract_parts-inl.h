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

#include "engine/kernels/kept_vector-inl.h"
#include "engine/simulation/path_block.hpp"
#include "hwy/highway.h"
#include "pricing/valuation/contract_kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using M = hn::Mask<Tag>;
using lien::engine::kBlockPaths;
using lien::engine::kLanes;
using lien::engine::HWY_NAMESPACE::KeptMask;
using lien::engine::HWY_NAMESPACE::KeptVector;

inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());

HWY_INLINE V Num(double x) { return hn::Set(Tag(), x); }
HWY_INLINE V Row(const double* p) { return hn::Load(Tag(), p); }
// Of a number: positive doubles have positive bits, and a vector unit that is full of paths is
// spared a comparison a month.
HWY_INLINE bool Positive(double x) { return std::bit_cast<std::int64_t>(x) > 0; }
HWY_INLINE void Accumulate(double* at, V x) { hn::Store(hn::Add(Row(at), x), Tag(), at); }

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
  double mark_units, haircut_units, recovery, min_coverage, max_loan_to_value, loss_floor;
  const double* caps;  // by month; null: none
  bool default_on_shortfall;
  bool observes_value;  // loan to value
};

// What the loop reads and writes at the first of two vectors of paths that run side by side, kAt =
// 0 and kWidth paths on: with pointers of their own, half a month's instructions would fetch
// pointers. Copied out of the arguments: stores of doubles could otherwise change them in the
// compiler's eyes, which would reload them every month.
struct Places {
  const double *HWY_RESTRICT survival, *HWY_RESTRICT discount, *HWY_RESTRICT ratio,
      *HWY_RESTRICT value, *HWY_RESTRICT mark, *HWY_RESTRICT sale, *HWY_RESTRICT spot,
      *HWY_RESTRICT cost, *HWY_RESTRICT runs, *HWY_RESTRICT gross, *HWY_RESTRICT step_in;
  std::size_t step_in_stride;  // from month to month; 0 where nothing is added: one row
  double* HWY_RESTRICT received;
  double* HWY_RESTRICT sums;       // month 0 of the first vector's lanes
  double* HWY_RESTRICT sale_sums;  // the same, lag months on
  MonthBits bits;
  std::size_t path;
};

// State of one vector of paths. The month-to-month chain (account, alive) is short against the work
// of a month, so the processor overlaps months by itself.
struct State {
  KeptVector before, alive;  // survival weight of the month before; 0 after a cash-flow default
  KeptVector sale_factor;    // prepared sales
  KeptVector value, exposure, at_default, loss, credit_loss, sampled;
  KeptVector default_month;
  KeptVector account, window;  // cash: reserve, cash since the last payment
  KeptVector customer, relet;  // month in which it is lost, in which its hours are let again
  KeptVector least;            // cash: smallest worth / tested balance so far
  KeptMask trapped_coverage, trapped_value;
};

// The month that runs.
struct Now {
  const MonthTerms& terms;
  std::size_t k;
  std::size_t row;        // doubles to it in rows of the block: k kBlockPaths
  double opening_at_eir;  // what is owed at its start, discounted at the effective rate
};

// A month's observations that hazard and cash-flow default share.
struct MonthRows {
  KeptVector weight, discount, ratio, proceeds;
};

// Loan to value above what it may be, where something is owed: tested, mark of one unit.
HWY_INLINE V Worth(double mark_units, V mark) { return hn::Mul(Num(mark_units), mark); }
HWY_INLINE M AboveValue(double tested, double most, V worth) {
  return hn::Gt(Num(tested), hn::Mul(Num(most), worth));
}
// The largest loan to value of a path by its smallest worth / tested balance.
HWY_INLINE void StorePeak(double* at, V least) {
  hn::Store(hn::Div(Num(1.0), hn::Max(least, Num(1.0 / kLargestLoanToValue))), Tag(), at);
}

// Factors of a month's recovery: the column's, times the drawn lag's own.
template <unsigned kNeeds>
HWY_INLINE V AtSale(double column, const State& s) {
  if constexpr (Needs<kNeeds>::kPrepared) return hn::Mul(Num(column), s.sale_factor);
  return Num(column);
}

// What a sale after a default in this month brings, net.
template <unsigned kNeeds, std::size_t kAt>
HWY_INLINE V Proceeds(const Terms& contract, const Places& at, const Now& now) {
  const V sale = Row(at.sale + now.row + kAt);
  if constexpr (Needs<kNeeds>::kPrepared) return sale;
  const V added = Row(at.step_in + now.k * at.step_in_stride + kAt);
  return hn::Max(hn::Zero(Tag()), hn::MulAdd(Num(contract.haircut_units), sale, added));
}

template <unsigned kNeeds, std::size_t kAt>
HWY_INLINE MonthRows ReadMonth(const Terms& contract, const Places& at, const Now& now) {
  const std::size_t row = now.row + kAt;
  return {Row(at.survival + row), Row(at.discount + row), Row(at.ratio + row),
          Proceeds<kNeeds, kAt>(contract, at, now)};
}

// What a default leaves of a claim.
struct Outcome {
  KeptVector recovered;   // undiscounted, at the sale
  KeptVector discounted;  // the same, discounted to the default
  KeptVector loss;        // claim less that
};
HWY_INLINE Outcome Settle(V claim, V proceeds, V recovery, V ratio) {
  const V covered = hn::Min(claim, proceeds);
  const V recovered = hn::MulAdd(recovery, hn::Sub(claim, covered), covered);
  const V discounted = hn::Mul(recovered, ratio);
  return {recovered, discounted, hn::Sub(claim, discounted)};
}

// Exposure and losses of a default of this weight, discounted to the valuation date and not.
HWY_INLINE void BookLoss(const MonthTerms& t, V weight, V discounted, V loss, State& s) {
  s.exposure = hn::MulAdd(weight, Num(t.opening), s.exposure);
  s.at_default = hn::MulAdd(weight, loss, s.at_default);
  s.loss = hn::MulAdd(discounted, loss, s.loss);
}

// Loss at the effective rate of a default in this month, at least the floor where there is one; and
// the loss of the sampled default, where it is this one.
template <unsigned kNeeds>
HWY_INLINE void BookRealLoss(const Terms& contract, const Now& now, V weight, V claim_at_eir,
                             const Outcome& out, V hit, State& s) {
  V loss =
      hn::NegMulAdd(out.recovered, AtSale<kNeeds>(now.terms.eir_discount_sale, s), claim_at_eir);
  // A branch here cost a loan without a floor a sixth.
  if constexpr (Needs<kNeeds>::kLossFloor)
    loss = hn::Max(loss, Num(contract.loss_floor * now.terms.opening * now.terms.eir_discount));
  s.credit_loss = hn::MulAdd(weight, loss, s.credit_loss);
  s.sampled = hn::MulAdd(hit, out.loss, s.sampled);
}

// Where the sampled default is of this month, else zero.
HWY_INLINE V IfDefaultsNow(const MonthTerms& t, const State& s, V x) {
  return hn::IfThenElseZero(hn::Eq(s.default_month, Num(t.month)), x);
}

// Money of the month's defaults to the month of the sale. Drawn lags put what is received into
// months of their own, path by path, after the loop.
template <unsigned kNeeds, std::size_t kAt>
HWY_INLINE void BookRecovery(const Places& at, const Now& now, V money) {
  if constexpr (Needs<kNeeds>::kPrepared)
    hn::Store(money, Tag(), at.received + now.row + kAt);
  else
    Accumulate(at.sale_sums + (now.k * kMonthRows + kRecovery) * kLanes + kAt % kLanes, money);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_CONTRACT_PARTS_INL_H_
