// Over 400 lines on purpose: the month of a contract is one story in one order, and Highway
// compiles a kernel by including its file once per instruction set.
#include "pricing/valuation/contract_kernel.hpp"

#include <algorithm>

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/contract_kernel.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"

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

// Which blocks of the loop a contract needs: KernelVariant, and the basis.
template <unsigned kCode>
struct Needs {
  static constexpr bool kCash = (kCode & 1) != 0, kFloating = (kCode & 2) != 0,
                        kValue = (kCode & 4) != 0, kOwner = (kCode & 8) != 0,
                        kPrepared = (kCode & 16) != 0, kPrices = (kCode & 32) != 0,
                        kFloor = (kCode & 64) != 0;  // of the credit loss
};

// The numbers of a contract that the loop reads, for the same reason as Places.
struct Terms {
  double mark_units, haircut_units, recovery, min_coverage, max_loan_to_value, loss_floor;
  const double* caps;  // by month; null: none
  bool default_on_shortfall;
};

// Two vectors of paths run side by side, kAt = 0 and kWidth paths on from the same pointers: with
// pointers of their own, half a month's instructions would fetch pointers.
constexpr std::size_t kTogether = 2 * kWidth;

// What the loop reads and writes at the first of them, copied out of the arguments: stores of
// doubles could otherwise change them in the compiler's eyes, which would reload them every month.
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
// of a month, so the processor overlaps months by itself and one vector at a time keeps the state
// in registers.
struct State {
  KeptVector before, alive;  // survival weight of the month before; 0 after a cash-flow default
  KeptVector sale_factor;    // prepared sales
  KeptVector value, exposure, at_default, loss, credit_loss, sampled;
  KeptVector default_month;
  KeptVector least_cover;      // smallest value x units / tested balance so far
  KeptVector account, window;  // cash: reserve, cash since the last payment
  KeptVector customer, relet;  // month in which it is lost, in which its hours are let again
  KeptMask trapped_coverage, trapped_value;
};

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

HWY_INLINE void Accumulate(double* at, V x) { hn::Store(hn::Add(Row(at), x), Tag(), at); }

// Bits of one vector of a block, at their place in the month's word.
HWY_INLINE void StoreBits(std::uint64_t* word, std::size_t path, M mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Tag(), mask, bytes);
  *word |= static_cast<std::uint64_t>(bytes[0]) << path;
}

// Factors of a month's recovery: the column's, times the drawn lag's own.
template <unsigned kCode>
HWY_INLINE V AtSale(double column, const State& s) {
  if constexpr (Needs<kCode>::kPrepared) return hn::Mul(Num(column), s.sale_factor);
  return Num(column);
}

// Loss at the effective rate of a default in this month, at least the floor where there is one.
template <unsigned kCode>
HWY_INLINE V CreditLoss(const Terms& contract, const MonthTerms& t, V claim, V recovered,
                        const State& s) {
  const V loss = hn::NegMulAdd(recovered, AtSale<kCode>(t.eir_discount_sale, s),
                               hn::Mul(claim, Num(t.eir_discount)));
  // A branch here cost a loan without a floor a sixth.
  if constexpr (!Needs<kCode>::kFloor) return loss;
  return hn::Max(loss, Num(contract.loss_floor * t.opening * t.eir_discount));
}

// Weighed by what cash-flow defaults have left, where there are any.
template <unsigned kCode>
HWY_INLINE V OfTheLiving(const State& s, V x) {
  if constexpr (Needs<kCode>::kCash) return hn::Mul(s.alive, x);
  return x;
}

// A month's observations that hazard and cash-flow default share.
struct MonthRows {
  KeptVector weight, discount, ratio, proceeds;
};

// Books a cash-flow default: the month's cash and the reserve go to the claim. Rare, so it stands
// apart: adding it for paths that do not fail would add zeros.
template <unsigned kCode, std::size_t kAt>
HWY_INLINE void BookShortfall(const Terms& contract, const Places& at, const MonthTerms& t,
                              std::size_t k, const MonthRows& m, M fails, V available, State& s) {
  const V zero = hn::Zero(Tag()), opening = Num(t.opening);
  const V killed = hn::IfThenElseZero(fails, V(s.alive));
  const V claim = hn::Max(zero, hn::Sub(opening, hn::Add(s.account, hn::Max(available, zero))));
  const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
  const V q = hn::Mul(killed, m.weight), discounted = hn::Mul(q, m.discount);
  const V cash = hn::Sub(opening, claim);
  s.exposure = hn::MulAdd(q, opening, s.exposure);
  s.at_default = hn::MulAdd(q, out.loss, s.at_default);
  s.loss = hn::MulAdd(discounted, out.loss, s.loss);
  if constexpr (Needs<kCode>::kPrices) {
    const V received = hn::MulAdd(out.discounted, AtSale<kCode>(t.recovery_factor, s),
                                  hn::Mul(cash, Num(t.present_factor)));
    s.value = hn::MulAdd(discounted, received, s.value);
  } else {
    s.credit_loss =
        hn::MulAdd(q, CreditLoss<kCode>(contract, t, claim, out.recovered, s), s.credit_loss);
    const V hit =
        hn::IfThenElseZero(hn::Gt(V(s.default_month), Num(t.month)), hn::Mul(killed, m.discount));
    s.sampled = hn::MulAdd(hit, out.loss, s.sampled);
  }
  s.alive = hn::Sub(s.alive, killed);
  StoreBits(at.bits.failed + k, at.path + kAt, fails);
  const std::size_t row = k * kMonthRows * kLanes + kAt % kLanes;
  Accumulate(at.sums + row + kSeizedCash * kLanes, hn::Mul(q, cash));
  // Drawn lags put what is received into months of their own, path by path, after the loop.
  if constexpr (Needs<kCode>::kPrepared)
    Accumulate(at.received + k * kBlockPaths + kAt, hn::Mul(q, out.recovered));
  else
    Accumulate(at.sale_sums + row + kRecovery * kLanes, hn::Mul(q, out.recovered));
}

// Revenue to the account, the cash-flow default and the coverage test. Order as docs/model.md,
// "The timeline of month k".
template <unsigned kCode, std::size_t kAt>
HWY_INLINE void CashMonth(const Terms& contract, const Places& at, const MonthTerms& t,
                          std::size_t k, const MonthRows& m, V rate, State& s) {
  const Tag d;
  const V zero = hn::Zero(d);
  const std::size_t row = k * kBlockPaths + kAt;
  const V spot = Row(at.spot + row);
  V cost = Num(t.operating_cost);
  if (at.cost != nullptr) cost = hn::Mul(cost, Row(at.cost + row));
  V earned = hn::MulSub(Num(t.free_hours), spot, cost);
  if (t.lost_hours > 0) {
    // A lost customer's hours earn nothing until they are relet at the spot rate.
    const V now = Num(t.month);
    // Adding to some paths is one instruction where vectors have masks; no path has both.
    earned =
        hn::IfThenElse(hn::Lt(now, s.customer), hn::Add(earned, Num(t.contract_revenue)), earned);
    earned = hn::IfThenElse(hn::Ge(now, V(s.relet)),
                            hn::Add(earned, hn::Mul(Num(t.lost_hours), spot)), earned);
  }
  V service = Num(t.service);
  if constexpr (Needs<kCode>::kFloating)
    service = hn::MulAdd(Num(t.floating_base_service), rate, service);
  V account = hn::Add(s.account, hn::Sub(earned, service));

  if (contract.default_on_shortfall) {
    const M fails = hn::And(hn::Lt(account, zero), hn::Gt(V(s.alive), zero));
    if (HWY_UNLIKELY(!hn::AllFalse(d, fails)))
      BookShortfall<kCode, kAt>(contract, at, t, k, m, fails, earned, s);
  }
  account = hn::Max(account, zero);
  const V capped = hn::Min(account, Num(t.reserve_cap));
  if (at.bits.coverage == nullptr && at.bits.value == nullptr) {
    s.account = capped;
    return;
  }
  s.account = hn::IfThenElse(hn::Or(s.trapped_coverage, s.trapped_value), account, capped);
  if (at.bits.coverage == nullptr) return;
  s.window = hn::MulAdd(Num(t.window_keep), s.window, earned);
  if (!(t.test_service > 0)) return;
  V due = Num(t.test_service);
  if constexpr (Needs<kCode>::kFloating) due = hn::MulAdd(Num(t.floating_base_test), rate, due);
  s.trapped_coverage = hn::Lt(s.window, hn::Mul(Num(contract.min_coverage), due));
  StoreBits(at.bits.coverage + k, at.path + kAt, s.trapped_coverage);
}

template <unsigned kCode, std::size_t kAt>
HWY_INLINE void TestValue(const Terms& contract, const Places& at, const MonthTerms& t,
                          std::size_t k, State& s) {
  const V worth = hn::Mul(Num(contract.mark_units), Row(at.mark + k * kBlockPaths + kAt));
  s.least_cover = hn::Min(s.least_cover, hn::Mul(worth, Num(t.inverse_tested)));
  if (at.bits.value == nullptr || !(t.tested_balance > 0)) return;
  const M breach = hn::Gt(Num(t.tested_balance), hn::Mul(Num(contract.max_loan_to_value), worth));
  if constexpr (Needs<kCode>::kCash) s.trapped_value = breach;
  StoreBits(at.bits.value + k, at.path + kAt, breach);
}

// What a sale after a default in this month brings, net.
template <unsigned kCode, std::size_t kAt>
HWY_INLINE V Proceeds(const Terms& contract, const Places& at, std::size_t k) {
  const V sale = Row(at.sale + k * kBlockPaths + kAt);
  if constexpr (Needs<kCode>::kPrepared) return sale;
  const V added = Row(at.step_in + k * at.step_in_stride + kAt);
  return hn::Max(hn::Zero(Tag()), hn::MulAdd(Num(contract.haircut_units), sale, added));
}

template <unsigned kCode, std::size_t kAt>
HWY_INLINE void Month(const Terms& contract, const Places& at, const MonthTerms& t, std::size_t k,
                      State& s) {
  using N = Needs<kCode>;
  const V zero = hn::Zero(Tag()), opening = Num(t.opening);
  const std::size_t row = k * kBlockPaths + kAt;
  const MonthRows m{Row(at.survival + row), Row(at.discount + row), Row(at.ratio + row),
                    Proceeds<kCode, kAt>(contract, at, k)};

  // Defaults of the month, before any payment.
  const V defaulted = OfTheLiving<kCode>(s, hn::Sub(s.before, m.weight));
  s.before = m.weight;
  V claim = opening;
  if constexpr (N::kCash) claim = hn::Max(zero, hn::Sub(opening, s.account));
  const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
  const V discounted = hn::Mul(defaulted, m.discount);
  s.exposure = hn::MulAdd(defaulted, opening, s.exposure);
  s.at_default = hn::MulAdd(defaulted, out.loss, s.at_default);
  s.loss = hn::MulAdd(discounted, out.loss, s.loss);
  // What is above the claim goes to the borrower of a loan and stays with the owner of a lease.
  V kept = out.recovered;
  if constexpr (N::kOwner) kept = hn::Max(kept, m.proceeds);
  const std::size_t sums = k * kMonthRows * kLanes + kAt % kLanes;
  if constexpr (N::kPrepared)
    hn::Store(hn::Mul(defaulted, kept), Tag(), at.received + row);
  else
    Accumulate(at.sale_sums + sums + kRecovery * kLanes, hn::Mul(defaulted, kept));
  if constexpr (N::kCash)
    Accumulate(at.sums + sums + kSeizedCash * kLanes, hn::Mul(defaulted, hn::Sub(opening, claim)));
  if constexpr (N::kPrices) {
    V received = hn::Mul(N::kOwner ? hn::Mul(kept, m.ratio) : V(out.discounted),
                         AtSale<kCode>(t.recovery_factor, s));
    if constexpr (N::kCash)
      received = hn::MulAdd(hn::Sub(opening, claim), Num(t.present_factor), received);
    s.value = hn::MulAdd(discounted, received, s.value);
  } else {
    s.credit_loss = hn::MulAdd(defaulted, CreditLoss<kCode>(contract, t, claim, out.recovered, s),
                               s.credit_loss);
    const V hit = hn::IfThenElseZero(hn::Eq(s.default_month, Num(t.month)),
                                     OfTheLiving<kCode>(s, m.discount));
    s.sampled = hn::MulAdd(hit, out.loss, s.sampled);
  }

  V rate = zero;
  if constexpr (N::kFloating) {
    const V gross = Row(at.gross + static_cast<std::size_t>(t.fixing) * kBlockPaths + kAt);
    V forward = hn::Max(hn::MulSub(Num(t.gross_ratio), gross, Num(1.0)), Num(t.floor));
    if (HWY_UNLIKELY(contract.caps != nullptr)) forward = hn::Min(forward, Num(contract.caps[k]));
    rate = hn::Add(forward, Num(t.margin));
  }
  if constexpr (N::kCash) CashMonth<kCode, kAt>(contract, at, t, k, m, rate, s);

  // Payments of the living.
  V living = OfTheLiving<kCode>(s, m.weight);
  if constexpr (N::kOwner)
    if (at.runs != nullptr) living = hn::Mul(living, Row(at.runs + row));
  if constexpr (N::kPrices) {
    V paid = Num(t.flow);
    if constexpr (N::kFloating) paid = hn::MulAdd(Num(t.floating_base), rate, paid);
    // A lessor's cost that follows power; otherwise it is part of the flow.
    if constexpr (N::kOwner)
      if (at.cost != nullptr) paid = hn::NegMulAdd(Num(t.operating_cost), Row(at.cost + row), paid);
    s.value = hn::MulAdd(hn::Mul(living, m.discount), paid, s.value);
  }
  if constexpr (N::kFloating)
    Accumulate(at.sums + sums + kVariable * kLanes,
               hn::Mul(living, hn::Mul(Num(t.floating_base_test), rate)));
  if constexpr (N::kCash) Accumulate(at.sums + sums + kSurvival * kLanes, living);
  if constexpr (N::kValue) TestValue<kCode, kAt>(contract, at, t, k, s);
}

template <unsigned kCode>
HWY_INLINE State Initial(const ContractArguments& a, std::size_t path) {
  const Tag d;
  const V zero = hn::Zero(d), one = Num(1.0);
  const M none = hn::Lt(one, zero);
  const ContractPlan& contract = *a.contract;
  State s;
  s.before = s.alive = one;
  s.value = Num(Needs<kCode>::kPrices ? contract.day_zero : 0.0);
  s.exposure = s.at_default = s.loss = s.credit_loss = s.sampled = zero;
  s.default_month = Row(a.default_month + path);
  s.sale_factor = one;
  if constexpr (Needs<kCode>::kPrepared) s.sale_factor = Row(a.sale_factor + path);
  s.least_cover = Num(1e30);
  s.account = Num(contract.reserve_initial);
  s.window = zero;
  s.customer = Row(a.customer_month + path);
  s.relet = hn::Add(s.customer, Num(static_cast<double>(contract.relet_months)));
  s.trapped_coverage = s.trapped_value = none;
  return s;
}

// What the lessor gets at the end of a lease from a lessee that lives, undiscounted.
HWY_INLINE V LeaseResidual(const ContractPlan& contract, V worth, V guarantor_month) {
  const V returned = hn::Sub(worth, Num(contract.return_cost));
  const M stands = hn::Gt(guarantor_month, Num(static_cast<double>(contract.months)));
  const V kept =
      hn::IfThenElse(stands, hn::Max(returned, Num(contract.guaranteed_residual)), returned);
  switch (contract.residual) {
    case ResidualRule::none:
      return hn::Zero(Tag());
    case ResidualRule::lessor:
      return contract.guaranteed_residual > 0 ? kept : returned;
    case ResidualRule::fixed_price: {
      const V price = Num(contract.option_price);
      return hn::IfThenElse(hn::Gt(worth, price), price,
                            contract.guaranteed_residual > 0 ? kept : returned);
    }
    case ResidualRule::fair_market_value:
      return worth;
    case ResidualRule::one_dollar:
      return Num(1.0);
  }
  return hn::Zero(Tag());
}

HWY_INLINE void StoreSnapshot(const ContractArguments& a, std::size_t snapshot, std::size_t path,
                              const State& s) {
  const Tag d;
  double* const at = a.samples + (kFixedSamples + snapshot * kSnapshotSamples) * kBlockPaths + path;
  hn::Store(s.loss, d, at + kLoss * kBlockPaths);
  hn::Store(hn::NegMulAdd(s.alive, s.before, Num(1.0)), d, at + kDefault * kBlockPaths);
  hn::Store(s.sampled, d, at + kSampledLoss * kBlockPaths);
  hn::Store(s.credit_loss, d, at + kCreditLoss * kBlockPaths);
}

template <unsigned kCode, std::size_t kAt>
HWY_INLINE void Finish(const ContractArguments& a, const Places& at, State& s) {
  using N = Needs<kCode>;
  const Tag d;
  const ContractPlan& contract = *a.contract;
  const std::size_t path = at.path + kAt;
  V residual = hn::Zero(d);
  if constexpr (N::kOwner) {
    const std::size_t k = static_cast<std::size_t>(contract.months);
    const V worth = hn::Mul(Num(contract.units), Row(at.value + k * kBlockPaths + kAt));
    const V weighted = hn::Mul(hn::Mul(s.alive, s.before),
                               LeaseResidual(contract, worth, Row(a.guarantor_month + path)));
    residual = hn::Mul(
        hn::Mul(Row(at.discount + k * kBlockPaths + kAt), Num(contract.residual_factor)), weighted);
    if constexpr (N::kPrices) s.value = hn::Add(s.value, residual);
    Accumulate(at.sums + (k * kMonthRows + kVariable) * kLanes + kAt % kLanes, weighted);
  }
  hn::Store(s.value, d, a.samples + kPresentValue * kBlockPaths + path);
  hn::Store(s.exposure, d, a.samples + kExposure * kBlockPaths + path);
  hn::Store(s.at_default, d, a.samples + kLossAtDefault * kBlockPaths + path);
  const V floor = Num(1.0 / kLargestLoanToValue);
  V peak = hn::Zero(d);
  if constexpr (N::kValue) peak = hn::Div(Num(1.0), hn::Max(s.least_cover, floor));
  hn::Store(peak, d, a.samples + kPeakLoanToValue * kBlockPaths + path);
  hn::Store(residual, d, a.samples + kResidual * kBlockPaths + path);
}

// The terms of a large book come from memory for every block: the first paths of a contract ask
// for them in time, in its last months for those of the contract that comes next.
HWY_INLINE void FetchTerms(const MonthTerms* own, const MonthTerms* next, std::size_t months,
                           std::size_t k) {
  constexpr std::size_t kAhead = 16, kLine = 64;
  const std::size_t month = k + kAhead;
  const char* const ahead =
      reinterpret_cast<const char*>(month <= months ? own + month : next + (month - months));
  for (std::size_t at = 0; at < sizeof(MonthTerms); at += kLine) hwy::Prefetch(ahead + at);
}

template <unsigned kCode>
void Contract(const ContractArguments& a) {
  const ContractPlan& plan = *a.contract;
  const Terms contract{plan.mark_units,
                       plan.haircut_units,
                       plan.recovery,
                       plan.min_coverage,
                       plan.max_loan_to_value,
                       plan.loss_floor,
                       plan.caps.empty() ? nullptr : plan.caps.data(),
                       plan.default_on_shortfall};
  const MonthTerms* const terms = a.terms;
  const MonthTerms* const next_terms = a.next_terms == nullptr ? terms : a.next_terms;
  const std::size_t months = static_cast<std::size_t>(plan.months);
  constexpr bool kPrepared = Needs<kCode>::kPrepared;
  const std::size_t lag = kPrepared ? 0 : static_cast<std::size_t>(plan.lag);
  for (std::uint64_t* const words : {a.bits.coverage, a.bits.value, a.bits.failed})
    if (words != nullptr) std::fill_n(words, months + 1, std::uint64_t{0});
  const auto places = [&](std::size_t path) HWY_ATTR {
    double* const sums = a.month_sums + path % kLanes;
    return Places{a.survival + path,
                  a.discount + path,
                  a.discount_ratio + path,
                  a.value + path,
                  a.mark + path,
                  (kPrepared ? a.proceeds : a.value + lag * kBlockPaths) + path,
                  a.spot + path,
                  a.cost == nullptr ? nullptr : a.cost + path,
                  a.runs == nullptr ? nullptr : a.runs + path,
                  a.gross + path,
                  a.step_in + lag * a.step_in_stride + path,
                  a.step_in_stride,
                  kPrepared ? a.received + path : nullptr,
                  sums,
                  sums + lag * kMonthRows * kLanes,
                  a.bits,
                  path};
  };
  for (std::size_t path = 0; path < kBlockPaths; path += kTogether) {
    const Places at = places(path);
    State s0 = Initial<kCode>(a, path), s1 = Initial<kCode>(a, path + kWidth);
    std::size_t k = 1;
    for (std::size_t snapshot = 0; snapshot < a.snapshot_count; ++snapshot) {
      const std::size_t last = std::min(static_cast<std::size_t>(a.snapshots[snapshot]), months);
      for (; k <= last; ++k) {
        if (path == 0) FetchTerms(terms, next_terms, months, k);
        Month<kCode, 0>(contract, at, terms[k], k, s0);
        Month<kCode, kWidth>(contract, at, terms[k], k, s1);
      }
      StoreSnapshot(a, snapshot, path, s0);
      StoreSnapshot(a, snapshot, path + kWidth, s1);
    }
    Finish<kCode, 0>(a, at, s0);
    Finish<kCode, kWidth>(a, at, s1);
  }
}

template <unsigned kBasis>
void ValueOnBasis(const ContractArguments& a) {
  switch (a.contract->variant.code() & 15U) {
    case 0:
      return Contract<kBasis + 0>(a);
    case 1:
      return Contract<kBasis + 1>(a);
    case 2:
      return Contract<kBasis + 2>(a);
    case 3:
      return Contract<kBasis + 3>(a);
    case 4:
      return Contract<kBasis + 4>(a);
    case 5:
      return Contract<kBasis + 5>(a);
    case 6:
      return Contract<kBasis + 6>(a);
    case 7:
      return Contract<kBasis + 7>(a);
    default:
      return Contract<kBasis + 8>(a);
  }
}

void ValueContract(const ContractArguments& a) {
  const bool prepared = a.contract->variant.prepared, floor = a.contract->loss_floor > 0;
  if (a.prices)
    prepared ? ValueOnBasis<32 + 16>(a) : ValueOnBasis<32>(a);
  else if (floor)
    prepared ? ValueOnBasis<64 + 16>(a) : ValueOnBasis<64>(a);
  else
    prepared ? ValueOnBasis<16>(a) : ValueOnBasis<0>(a);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(ValueContract);

void value_contract(const ContractArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(ValueContract)(arguments);
}
}  // namespace lien::pricing
#endif
