// The loop over the months of a contract, two vectors of paths at a time, and the choice of
// what it is compiled for. Included by contract_prices.cpp, contract_losses.cpp and
// floored_losses.cpp, once per instruction set.
#if defined(LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
#undef LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
#else
#define LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
#endif

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "pricing/valuation/lease_month-inl.h"
#include "pricing/valuation/loan_month-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
#ifdef LIEN_CONTRACT_IN_FLOATS
inline namespace in_floats {
#else
inline namespace in_doubles {
#endif

template <unsigned kNeeds>
HWY_INLINE State Initial(const Arguments& a, std::size_t path) {
  const V zero = Zero(), one = Num(1);
  const ContractPlan& contract = *a.contract;
  State s;
  s.before = one;
  s.value = Needs<kNeeds>::kPrices ? Num(static_cast<Real>(contract.day_zero)) : zero;
  s.exposure = s.at_default = s.loss = s.credit_loss = s.sampled = zero;
  s.default_month = Row(a.default_month + path);
  s.sale_factor = one;
  if constexpr (Needs<kNeeds>::kPrepared) s.sale_factor = Row(a.sale_factor + path);
  s.account = Num(static_cast<Real>(contract.reserve_initial));
  s.window = zero;
  s.least = Num(Real(1e30));
  s.customer = Row(a.customer_month + path);
  s.relet = Add(s.customer, Num(static_cast<Real>(contract.relet_months)));
  s.dead = zero;
  s.trapped_coverage = s.trapped_value = Lt(one, zero);
  return s;
}

// Of paths that an empty account ends, what it yields: one value a path of the block.
struct Shortfalls {
  HWY_ALIGN Real seized[kBlockPaths], recovered[kBlockPaths];
};

// To the month sums, path by path.
template <unsigned kNeeds>
HWY_INLINE void AddShortfalls(const Arguments& a, const Shortfalls& failed, std::size_t months) {
  const auto lag = static_cast<std::size_t>(a.contract->lag);
  for (std::size_t k = 1; k <= months; ++k)
    for (std::uint64_t left = a.bits.failed[k]; left != 0; left &= left - 1) {
      const auto p = static_cast<std::size_t>(std::countr_zero(left));
      Real* const sums = a.month_sums + k * kMonthRows * kLanes + p % kLanes;
      sums[kSeizedCash * kLanes] += failed.seized[p];
      if constexpr (!Needs<kNeeds>::kPrepared)
        sums[(lag * kMonthRows + kRecovery) * kLanes] += failed.recovered[p];
    }
}

template <unsigned kNeeds>
HWY_INLINE Places PlacesAt(const Arguments& a, Shortfalls& failed, std::size_t path) {
  constexpr bool kPrepared = Needs<kNeeds>::kPrepared;
  const std::size_t lag = kPrepared ? 0 : static_cast<std::size_t>(a.contract->lag);
  Real* const sums = a.month_sums + path % kLanes;
  return {a.survival + path,
          a.defaulted == nullptr ? nullptr : a.defaulted + path,
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
          failed.seized + path,
          failed.recovered + path,
          a.bits,
          path};
}

// vector: as Now::at; k: the last month that has run.
HWY_INLINE void StoreSnapshot(const Arguments& a, const Places& at, std::size_t vector,
                              std::size_t snapshot, std::size_t k, const State& s) {
  Real* const out =
      a.samples + (kFixedSamples + snapshot * kSnapshotSamples) * kBlockPaths + at.path + vector;
  Store(s.loss, out + kLoss * kBlockPaths);
  Store(Sub(Num(1), Living(at, s, k * kBlockPaths + vector)), out + kDefault * kBlockPaths);
  Store(s.sampled, out + kSampledLoss * kBlockPaths);
  Store(s.credit_loss, out + kCreditLoss * kBlockPaths);
}

template <class Contract>
HWY_INLINE void Finish(const Arguments& a, const Places& at, std::size_t vector, State& s) {
  Real* const samples = a.samples + at.path + vector;
  const V residual = Contract::Residual(a, at, vector, s);
  Store(s.value, samples + kPresentValue * kBlockPaths);
  Store(s.exposure, samples + kExposure * kBlockPaths);
  Store(s.at_default, samples + kLossAtDefault * kBlockPaths);
  Store(residual, samples + kResidual * kBlockPaths);
  if constexpr (Contract::kKeepsAccount)
    if (a.contract->variant.value_test)
      StorePeak(samples + kPeakLoanToValue * kBlockPaths, s.least);
}

// The terms of a large book come from memory for every block; the first paths of a contract, and
// of the next one, whose terms follow, ask for them in time.
HWY_INLINE void FetchTerms(const MonthNumbers* now) {
  constexpr std::size_t kAhead = 16, kLine = 64;
  const char* const ahead = reinterpret_cast<const char*>(now) + kAhead * sizeof(MonthNumbers);
  for (std::size_t at = 0; at < sizeof(MonthNumbers); at += kLine) hwy::Prefetch(ahead + at);
}

// Rows of month sums that the months of this contract add to become zero, month by month: the first
// paths find theirs in the cache, and rows that nothing adds to cost nothing.
HWY_INLINE void ClearLanes(Real* at) {
  for (std::size_t i = 0; i < kLanes; i += kWidth) hn::Store(hn::Zero(Tag()), Tag(), at + i);
}
template <unsigned kNeeds, class Contract>
HWY_INLINE void ClearPaid(Real* month) {
  if constexpr (Needs<kNeeds>::kCash) {
    ClearLanes(month + kSurvival * kLanes);
    ClearLanes(month + kSeizedCash * kLanes);
  }
  if constexpr (Needs<kNeeds>::kFloating || Contract::kOwner)
    ClearLanes(month + kVariable * kLanes);
}
// Of months that the loop does not reach: sales before a first lag, payments after the last month.
template <unsigned kNeeds, class Contract>
HWY_INLINE void ClearBeyond(const Arguments& a, std::size_t months) {
  const auto lag = static_cast<std::size_t>(a.contract->lag);
  const auto month = [&a](std::size_t k) { return a.month_sums + k * kMonthRows * kLanes; };
  if constexpr (!Needs<kNeeds>::kPrepared)
    for (std::size_t k = 1; k <= lag; ++k) ClearLanes(month(k) + kRecovery * kLanes);
  for (std::size_t k = months + 1; k <= months + lag; ++k) ClearPaid<kNeeds, Contract>(month(k));
}

template <unsigned kNeeds, class Contract>
void RunMonths(const Arguments& a) {
  const ContractPlan& plan = *a.contract;
  const Terms contract{MostUnits(plan),
                       static_cast<Real>(plan.haircut_units),
                       static_cast<Real>(plan.recovery),
                       static_cast<Real>(plan.min_coverage),
                       static_cast<Real>(plan.loss_floor),
                       plan.caps.empty() ? nullptr : plan.caps.data(),
                       plan.default_on_shortfall,
                       plan.variant.value_test};
  constexpr bool kPlain = !Needs<kNeeds>::kCash && !Needs<kNeeds>::kPrepared;
  const MonthNumbers* const terms = a.terms;
  const std::size_t months = static_cast<std::size_t>(plan.months);
  ClearBeyond<kNeeds, Contract>(a, months);
  Shortfalls failed;
  if constexpr (Needs<kNeeds>::kCash) failed = {};
  for (std::size_t path = 0; path < kBlockPaths; path += 2 * kWidth) {
    const Places at = PlacesAt<kNeeds>(a, failed, path);
    State s0 = Initial<kNeeds>(a, path), s1 = Initial<kNeeds>(a, path + kWidth);
    std::size_t k = 1, row = kBlockPaths;
    for (std::size_t snapshot = 0; snapshot < a.snapshot_count; ++snapshot) {
      const std::size_t last = std::min(static_cast<std::size_t>(a.snapshots[snapshot]), months);
      for (; k <= last; ++k, row += kBlockPaths) {
        // Hides from the compiler that all rows step alike: it would give each a pointer of its
        // own, and their steps were a twentieth of a plain month's instructions.
        if constexpr (kPlain) asm("" : "+r"(row));
        if (path == 0) {
          FetchTerms(terms + k);
          ClearPaid<kNeeds, Contract>(at.sums + k * kMonthRows * kLanes);
          if constexpr (!Needs<kNeeds>::kPrepared)
            ClearLanes(at.sale_sums + (k * kMonthRows + kRecovery) * kLanes);
        }
        const Real at_eir = terms[k].opening * terms[k].eir_discount;
        Contract::Month(contract, at, Now{terms[k], k, 0, row, at_eir}, s0);
        Contract::Month(contract, at, Now{terms[k], k, kWidth, row + kWidth, at_eir}, s1);
      }
      StoreSnapshot(a, at, 0, snapshot, k - 1, s0);
      StoreSnapshot(a, at, kWidth, snapshot, k - 1, s1);
    }
    Finish<Contract>(a, at, 0, s0);
    Finish<Contract>(a, at, kWidth, s1);
  }
  if constexpr (Needs<kNeeds>::kCash) AddShortfalls<kNeeds>(a, failed, months);
}

template <unsigned kNeeds>
void ValueLoan(const Arguments& a) {
  const KernelVariant& has = a.contract->variant;
  switch ((has.cash ? 1U : 0U) | (has.floating ? 2U : 0U)) {
    case 0:
      return RunMonths<kNeeds, Loan<kNeeds>>(a);
    case 1:
      return RunMonths<kNeeds | kNeedsCash, Loan<kNeeds | kNeedsCash>>(a);
    case 2:
      return RunMonths<kNeeds | kNeedsFloating, Loan<kNeeds | kNeedsFloating>>(a);
    default:
      return RunMonths<kNeeds | kNeedsCash | kNeedsFloating,
                       Loan<kNeeds | kNeedsCash | kNeedsFloating>>(a);
  }
}

// kNeeds: what the basis asks for. Floats have no prepared sales.
template <unsigned kNeeds>
void ValueOnBasis(const Arguments& a) {
  constexpr unsigned kPrepared = sizeof(Real) == 8 ? kNeeds | kNeedsPrepared : kNeeds;
  const KernelVariant& has = a.contract->variant;
  if (has.owner)
    has.prepared ? RunMonths<kPrepared, Lease<kPrepared>>(a) : RunMonths<kNeeds, Lease<kNeeds>>(a);
  else
    has.prepared ? ValueLoan<kPrepared>(a) : ValueLoan<kNeeds>(a);
}

}  // namespace in_floats or in_doubles
}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
