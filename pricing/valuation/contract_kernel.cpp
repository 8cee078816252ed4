#include "pricing/valuation/contract_kernel.hpp"

#include <algorithm>

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/contract_kernel.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using M = hn::Mask<Tag>;
using lien::engine::kBlockPaths;
using lien::engine::kLanes;

inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());
// Vectors in flight: the month-to-month recurrence is a chain of dependent operations, so several
// are interleaved; sixteen registers hold the state of two, thirty-two that of four.
inline constexpr std::size_t kInFlight = kWidth >= 8 ? 4 : 2;

HWY_INLINE V Num(double x) { return hn::Set(Tag(), x); }
HWY_INLINE V Row(const double* p) { return hn::Load(Tag(), p); }

// State of one vector of paths.
struct State {
  V before, alive;  // survival weight of the month before; 0 after a cash-flow default
  V value, exposure, at_default, loss, credit_loss, sampled;
  V default_month;
  V least_cover;                // smallest value x units / tested balance so far
  V account, window, customer;  // cash: reserve, cash since the last payment
  M trapped_coverage, trapped_value;
};

// What a default leaves of a claim.
struct Outcome {
  V recovered;   // undiscounted, at the sale
  V discounted;  // the same, discounted to the default
  V loss;        // claim less that
};
HWY_INLINE Outcome Settle(V claim, V proceeds, V recovery, V ratio) {
  const V covered = hn::Min(claim, proceeds);
  const V recovered = hn::MulAdd(recovery, hn::Sub(claim, covered), covered);
  const V discounted = hn::Mul(recovered, ratio);
  return {recovered, discounted, hn::Sub(claim, discounted)};
}

HWY_INLINE void AddToLanes(double* lanes, std::size_t p, V x) {
  double* const at = lanes + p % kLanes;
  hn::Store(hn::Add(Row(at), x), Tag(), at);
}

// Bits of one vector of a block, at their place in the month's word.
HWY_INLINE void StoreBits(std::uint64_t* word, std::size_t path, M mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Tag(), mask, bytes);
  *word |= static_cast<std::uint64_t>(bytes[0]) << path;
}

// Month columns of one contract.
struct Columns {
  const double *opening, *tested, *inverse_tested, *flow, *present, *recovery_factor, *eir,
      *eir_sale;
  const double *free_hours, *contract_revenue, *lost_hours, *operating_cost, *service,
      *test_service, *reserve_cap, *window_keep;
  const double *base, *base_service, *base_test, *gross_ratio, *floor, *margin;
  const int* fixing;
};
HWY_INLINE Columns ColumnsOf(const ContractArguments& a) {
  const MonthColumns& c = *a.columns;
  const std::size_t o = a.contract->first_month;
  return {c.opening.data() + o,
          c.tested_balance.data() + o,
          c.inverse_tested.data() + o,
          c.flow.data() + o,
          c.present_factor.data() + o,
          c.recovery_factor.data() + o,
          c.eir_discount.data() + o,
          c.eir_discount_sale.data() + o,
          c.free_hours.data() + o,
          c.contract_revenue.data() + o,
          c.lost_hours.data() + o,
          c.operating_cost.data() + o,
          c.service.data() + o,
          c.test_service.data() + o,
          c.reserve_cap.data() + o,
          c.window_keep.data() + o,
          c.floating_base.data() + o,
          c.floating_base_service.data() + o,
          c.floating_base_test.data() + o,
          c.gross_ratio.data() + o,
          c.floor.data() + o,
          c.margin.data() + o,
          c.fixing.data() + o};
}

// A month's observations that hazard and cash-flow default share.
struct MonthRows {
  std::size_t k, path;
  V weight, discount, ratio, proceeds;
};

// Books a cash-flow default: the month's cash and the reserve go to the claim. Rare, so it stands
// apart: adding it for paths that do not fail would add zeros.
HWY_INLINE void BookShortfall(const ContractArguments& a, const Columns& c, const MonthRows& m,
                              M fails, V available, State& s) {
  const ContractPlan& contract = *a.contract;
  const std::size_t k = m.k;
  const V zero = hn::Zero(Tag()), now = Num(static_cast<double>(k)), opening = Num(c.opening[k]);
  const V killed = hn::IfThenElseZero(fails, s.alive);
  const V claim = hn::Max(zero, hn::Sub(opening, hn::Add(s.account, hn::Max(available, zero))));
  const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
  const V q = hn::Mul(killed, m.weight), discounted = hn::Mul(q, m.discount);
  const V cash = hn::Sub(opening, claim);
  s.exposure = hn::MulAdd(q, opening, s.exposure);
  s.at_default = hn::MulAdd(q, out.loss, s.at_default);
  s.loss = hn::MulAdd(discounted, out.loss, s.loss);
  if (a.prices) {
    const V received =
        hn::MulAdd(out.discounted, Num(c.recovery_factor[k]), hn::Mul(cash, Num(c.present[k])));
    s.value = hn::MulAdd(discounted, received, s.value);
  } else {
    s.credit_loss = hn::MulAdd(
        q, hn::NegMulAdd(out.recovered, Num(c.eir_sale[k]), hn::Mul(claim, Num(c.eir[k]))),
        s.credit_loss);
    const V hit = hn::IfThenElseZero(hn::Gt(s.default_month, now), hn::Mul(killed, m.discount));
    s.sampled = hn::MulAdd(hit, out.loss, s.sampled);
  }
  s.alive = hn::Sub(s.alive, killed);
  StoreBits(a.bits.failed + k, m.path, fails);
  double* const received = a.month_sums + (k * kMonthSums + kRecovery) * kLanes;
  AddToLanes(received, m.path, hn::Mul(q, cash));
  AddToLanes(received + static_cast<std::size_t>(contract.lag) * kMonthSums * kLanes, m.path,
             hn::Mul(q, out.recovered));
}

// Revenue to the account, the cash-flow default and the coverage test. Order as docs/model.md,
// "The timeline of month k".
template <bool kFloating>
HWY_INLINE void CashMonth(const ContractArguments& a, const Columns& c, const MonthRows& m, V rate,
                          State& s) {
  const Tag d;
  const ContractPlan& contract = *a.contract;
  const std::size_t k = m.k;
  const V zero = hn::Zero(d), now = Num(static_cast<double>(k));
  const V spot = Row(a.spot + k * kBlockPaths + m.path);
  V contracted = zero;
  if (c.lost_hours[k] > 0) {
    // A lost customer's hours earn nothing until they are relet at the spot rate.
    const M relet = hn::Ge(now, hn::Add(s.customer, Num(contract.relet_months)));
    const V after_loss = hn::IfThenElseZero(relet, hn::Mul(Num(c.lost_hours[k]), spot));
    contracted = hn::IfThenElse(hn::Lt(now, s.customer), Num(c.contract_revenue[k]), after_loss);
  }
  const V available =
      hn::Sub(hn::MulAdd(Num(c.free_hours[k]), spot, contracted), Num(c.operating_cost[k]));
  V service = Num(c.service[k]);
  if constexpr (kFloating) service = hn::MulAdd(Num(c.base_service[k]), rate, service);
  V account = hn::Add(s.account, hn::Sub(available, service));

  if (contract.default_on_shortfall) {
    const M fails = hn::And(hn::Lt(account, zero), hn::Gt(s.alive, zero));
    if (HWY_UNLIKELY(!hn::AllFalse(d, fails))) BookShortfall(a, c, m, fails, available, s);
  }
  account = hn::Max(account, zero);
  const M trapped = hn::Or(s.trapped_coverage, s.trapped_value);
  s.account = hn::IfThenElse(trapped, account, hn::Min(account, Num(c.reserve_cap[k])));

  if (a.bits.coverage == nullptr) return;
  s.window = hn::MulAdd(Num(c.window_keep[k]), s.window, available);
  if (!(c.test_service[k] > 0)) return;
  V due = Num(c.test_service[k]);
  if constexpr (kFloating) due = hn::MulAdd(Num(c.base_test[k]), rate, due);
  s.trapped_coverage = hn::Lt(s.window, hn::Mul(Num(contract.min_coverage), due));
  StoreBits(a.bits.coverage + k, m.path, s.trapped_coverage);
}

template <bool kCash>
HWY_INLINE void TestValue(const ContractArguments& a, const Columns& c, const MonthRows& m,
                          State& s) {
  const ContractPlan& contract = *a.contract;
  const std::size_t k = m.k;
  const V worth = hn::Mul(Num(contract.units), Row(a.value + k * kBlockPaths + m.path));
  s.least_cover = hn::Min(s.least_cover, hn::Mul(worth, Num(c.inverse_tested[k])));
  if (a.bits.value == nullptr || !(c.tested[k] > 0)) return;
  const M breach = hn::Gt(Num(c.tested[k]), hn::Mul(Num(contract.max_loan_to_value), worth));
  if constexpr (kCash) s.trapped_value = breach;
  StoreBits(a.bits.value + k, m.path, breach);
}

template <unsigned kCode>
HWY_INLINE void Month(const ContractArguments& a, const Columns& c, std::size_t k, std::size_t path,
                      State& s) {
  constexpr bool kCash = (kCode & 1) != 0, kFloating = (kCode & 2) != 0, kValue = (kCode & 4) != 0,
                 kOwner = (kCode & 8) != 0;
  const Tag d;
  const ContractPlan& contract = *a.contract;
  const std::size_t lag = static_cast<std::size_t>(contract.lag);
  const std::size_t at = k * kBlockPaths + path;
  const V zero = hn::Zero(d), opening = Num(c.opening[k]);
  const V sale = Row(a.value + at + lag * kBlockPaths);
  const MonthRows m{
      k,
      path,
      Row(a.survival + at),
      Row(a.discount + at),
      Row(a.discount_ratio + at),
      hn::Max(zero, hn::MulSub(Num(contract.haircut_units), sale, Num(contract.deduction)))};

  // Defaults of the month, before any payment.
  const V defaulted = hn::Mul(s.alive, hn::Sub(s.before, m.weight));
  s.before = m.weight;
  V claim = opening;
  if constexpr (kCash) claim = hn::Max(zero, hn::Sub(opening, s.account));
  const Outcome out = Settle(claim, m.proceeds, Num(contract.recovery), m.ratio);
  const V discounted = hn::Mul(defaulted, m.discount);
  s.exposure = hn::MulAdd(defaulted, opening, s.exposure);
  s.at_default = hn::MulAdd(defaulted, out.loss, s.at_default);
  s.loss = hn::MulAdd(discounted, out.loss, s.loss);
  // What is above the claim goes to the borrower of a loan and stays with the owner of a lease.
  V kept = out.recovered;
  if constexpr (kOwner) kept = hn::Max(kept, m.proceeds);
  double* const recovery_lanes = a.month_sums + (k * kMonthSums + kRecovery) * kLanes;
  AddToLanes(recovery_lanes + lag * kMonthSums * kLanes, path, hn::Mul(defaulted, kept));
  if constexpr (kCash)
    AddToLanes(recovery_lanes, path, hn::Mul(defaulted, hn::Sub(opening, claim)));
  if (a.prices) {
    V received =
        hn::Mul(kOwner ? hn::Mul(kept, m.ratio) : out.discounted, Num(c.recovery_factor[k]));
    if constexpr (kCash)
      received = hn::MulAdd(hn::Sub(opening, claim), Num(c.present[k]), received);
    s.value = hn::MulAdd(discounted, received, s.value);
  } else {
    s.credit_loss = hn::MulAdd(
        defaulted, hn::NegMulAdd(out.recovered, Num(c.eir_sale[k]), hn::Mul(claim, Num(c.eir[k]))),
        s.credit_loss);
    const M hit = hn::Eq(s.default_month, Num(static_cast<double>(k)));
    s.sampled =
        hn::MulAdd(hn::IfThenElseZero(hit, hn::Mul(s.alive, m.discount)), out.loss, s.sampled);
  }

  V rate = zero;
  if constexpr (kFloating) {
    const V gross = Row(a.gross + static_cast<std::size_t>(c.fixing[k]) * kBlockPaths + path);
    rate = hn::Add(hn::Max(hn::MulSub(Num(c.gross_ratio[k]), gross, Num(1.0)), Num(c.floor[k])),
                   Num(c.margin[k]));
  }
  if constexpr (kCash) CashMonth<kFloating>(a, c, m, rate, s);

  // Payments of the living.
  const V living = hn::Mul(s.alive, m.weight);
  if (a.prices) {
    V paid = Num(c.flow[k]);
    if constexpr (kFloating) paid = hn::MulAdd(Num(c.base[k]), rate, paid);
    s.value = hn::MulAdd(hn::Mul(living, m.discount), paid, s.value);
  }
  if constexpr (kFloating)
    AddToLanes(a.month_sums + (k * kMonthSums + kVariable) * kLanes, path,
               hn::Mul(living, hn::Mul(Num(c.base_test[k]), rate)));
  if constexpr (kCash)
    AddToLanes(a.month_sums + (k * kMonthSums + kSurvival) * kLanes, path, living);
  if constexpr (kValue) TestValue<kCash>(a, c, m, s);
}

HWY_INLINE State Initial(const ContractArguments& a, std::size_t path) {
  const Tag d;
  const V zero = hn::Zero(d), one = Num(1.0);
  const M none = hn::Lt(one, zero);
  const ContractPlan& contract = *a.contract;
  State s;
  s.before = s.alive = one;
  s.value = Num(a.prices ? contract.day_zero : 0.0);
  s.exposure = s.at_default = s.loss = s.credit_loss = s.sampled = zero;
  s.default_month = Row(a.default_month + path);
  s.least_cover = Num(1e30);
  s.account = Num(contract.reserve_initial);
  s.window = zero;
  s.customer = Row(a.customer_month + path);
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

template <unsigned kCode>
HWY_INLINE void Finish(const ContractArguments& a, std::size_t path, State& s) {
  const Tag d;
  const ContractPlan& contract = *a.contract;
  V residual = hn::Zero(d);
  if constexpr ((kCode & 8) != 0) {
    const std::size_t k = static_cast<std::size_t>(contract.months);
    const std::size_t at = k * kBlockPaths + path;
    const V worth = hn::Mul(Num(contract.units), Row(a.value + at));
    const V weighted = hn::Mul(hn::Mul(s.alive, s.before),
                               LeaseResidual(contract, worth, Row(a.guarantor_month + path)));
    residual = hn::Mul(hn::Mul(Row(a.discount + at), Num(contract.residual_factor)), weighted);
    if (a.prices) s.value = hn::Add(s.value, residual);
    AddToLanes(a.month_sums + (k * kMonthSums + kVariable) * kLanes, path, weighted);
  }
  hn::Store(s.value, d, a.samples + kPresentValue * kBlockPaths + path);
  hn::Store(s.exposure, d, a.samples + kExposure * kBlockPaths + path);
  hn::Store(s.at_default, d, a.samples + kLossAtDefault * kBlockPaths + path);
  const V floor = Num(1.0 / kLargestLoanToValue);
  V peak = hn::Zero(d);
  if constexpr ((kCode & 4) != 0) peak = hn::Div(Num(1.0), hn::Max(s.least_cover, floor));
  hn::Store(peak, d, a.samples + kPeakLoanToValue * kBlockPaths + path);
  hn::Store(residual, d, a.samples + kResidual * kBlockPaths + path);
}

template <unsigned kCode>
void Contract(const ContractArguments& a) {
  const Columns c = ColumnsOf(a);
  const std::size_t months = static_cast<std::size_t>(a.contract->months);
  for (std::uint64_t* const words : {a.bits.coverage, a.bits.value, a.bits.failed})
    if (words != nullptr) std::fill_n(words, months + 1, std::uint64_t{0});
  for (std::size_t path = 0; path < kBlockPaths; path += kInFlight * kWidth) {
    State s[kInFlight];
    for (std::size_t i = 0; i < kInFlight; ++i) s[i] = Initial(a, path + i * kWidth);
    std::size_t k = 1;
    for (std::size_t snapshot = 0; snapshot < a.snapshot_count; ++snapshot) {
      const std::size_t until = static_cast<std::size_t>(a.snapshots[snapshot]);
      const std::size_t last = until < months ? until : months;
      for (; k <= last; ++k) {
#pragma GCC unroll 4
        for (std::size_t i = 0; i < kInFlight; ++i) Month<kCode>(a, c, k, path + i * kWidth, s[i]);
      }
      for (std::size_t i = 0; i < kInFlight; ++i)
        StoreSnapshot(a, snapshot, path + i * kWidth, s[i]);
    }
    for (std::size_t i = 0; i < kInFlight; ++i) Finish<kCode>(a, path + i * kWidth, s[i]);
  }
}

void ValueContract(const ContractArguments& a) {
  switch (a.contract->variant.code()) {
    case 0:
      return Contract<0>(a);
    case 1:
      return Contract<1>(a);
    case 2:
      return Contract<2>(a);
    case 3:
      return Contract<3>(a);
    case 4:
      return Contract<4>(a);
    case 5:
      return Contract<5>(a);
    case 6:
      return Contract<6>(a);
    case 7:
      return Contract<7>(a);
    default:
      return Contract<8>(a);
  }
}

RowSums RowSumsOf(const double* row, double reference, std::size_t paths) {
  alignas(64) double sum[kLanes] = {}, square[kLanes] = {};
  const Tag d;
  const V shift = Num(reference);
  for (std::size_t p = 0; p < paths; p += kWidth) {
    const V x = hn::Sub(Row(row + p), shift);
    AddToLanes(sum, p, x);
    double* const at = square + p % kLanes;
    hn::Store(hn::MulAdd(x, x, Row(at)), d, at);
  }
  return {fold_lanes(sum), fold_lanes(square)};
}

double RowProduct(const double* a, double reference_a, const double* b, double reference_b,
                  std::size_t paths) {
  alignas(64) double sum[kLanes] = {};
  const Tag d;
  for (std::size_t p = 0; p < paths; p += kWidth) {
    double* const at = sum + p % kLanes;
    const V x = hn::Sub(Row(a + p), Num(reference_a));
    hn::Store(hn::MulAdd(x, hn::Sub(Row(b + p), Num(reference_b)), Row(at)), d, at);
  }
  return fold_lanes(sum);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(ValueContract);
HWY_EXPORT(RowSumsOf);
HWY_EXPORT(RowProduct);

void value_contract(const ContractArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(ValueContract)(arguments);
}
RowSums row_sums(const double* row, double reference, std::size_t paths) noexcept {
  return HWY_DYNAMIC_DISPATCH(RowSumsOf)(row, reference, paths);
}
double row_product(const double* a, double reference_a, const double* b, double reference_b,
                   std::size_t paths) noexcept {
  return HWY_DYNAMIC_DISPATCH(RowProduct)(a, reference_a, b, reference_b, paths);
}
}  // namespace lien::pricing
#endif
