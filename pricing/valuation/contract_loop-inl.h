// The loop over the months of a contract, two vectors of paths at a time, and the choice of what it
// is compiled for. Included by contract_prices.cpp, contract_losses.cpp and floored_losses.cpp,
// once per instruction set.
#if defined(LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
#undef LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
#else
#define LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "pricing/valuation/lease_month-inl.h"
#include "pricing/valuation/loan_month-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

template <unsigned kNeeds>
HWY_INLINE State Initial(const ContractArguments& a, std::size_t path) {
  const V zero = hn::Zero(Tag()), one = Num(1.0);
  const ContractPlan& contract = *a.contract;
  State s;
  s.before = s.alive = one;
  s.value = Num(Needs<kNeeds>::kPrices ? contract.day_zero : 0.0);
  s.exposure = s.at_default = s.loss = s.credit_loss = s.sampled = zero;
  s.default_month = Row(a.default_month + path);
  s.sale_factor = one;
  if constexpr (Needs<kNeeds>::kPrepared) s.sale_factor = Row(a.sale_factor + path);
  s.account = Num(contract.reserve_initial);
  s.window = zero;
  s.least = Num(1e30);
  s.customer = Row(a.customer_month + path);
  s.relet = hn::Add(s.customer, Num(static_cast<double>(contract.relet_months)));
  s.trapped_coverage = s.trapped_value = hn::Lt(one, zero);
  return s;
}

template <unsigned kNeeds>
HWY_INLINE Places PlacesAt(const ContractArguments& a, std::size_t path) {
  constexpr bool kPrepared = Needs<kNeeds>::kPrepared;
  const std::size_t lag = kPrepared ? 0 : static_cast<std::size_t>(a.contract->lag);
  double* const sums = a.month_sums + path % kLanes;
  return {a.survival + path,
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

template <class Contract, std::size_t kAt>
HWY_INLINE void Finish(const ContractArguments& a, const Places& at, State& s) {
  const Tag d;
  double* const samples = a.samples + at.path + kAt;
  const V residual = Contract::template Residual<kAt>(a, at, s);
  hn::Store(s.value, d, samples + kPresentValue * kBlockPaths);
  hn::Store(s.exposure, d, samples + kExposure * kBlockPaths);
  hn::Store(s.at_default, d, samples + kLossAtDefault * kBlockPaths);
  hn::Store(residual, d, samples + kResidual * kBlockPaths);
  if constexpr (Contract::kKeepsAccount)
    if (a.contract->variant.value_test)
      StorePeak(samples + kPeakLoanToValue * kBlockPaths, s.least);
}

// The terms of a large book come from memory for every block; the first paths of a contract, and
// of the next one, whose terms follow, ask for them in time.
HWY_INLINE void FetchTerms(const MonthTerms* now) {
  constexpr std::size_t kAhead = 16, kLine = 64;
  const char* const ahead = reinterpret_cast<const char*>(now) + kAhead * sizeof(MonthTerms);
  for (std::size_t at = 0; at < sizeof(MonthTerms); at += kLine) hwy::Prefetch(ahead + at);
}

template <unsigned kNeeds, class Contract>
void RunMonths(const ContractArguments& a) {
  const ContractPlan& plan = *a.contract;
  const Terms contract{plan.mark_units,
                       plan.haircut_units,
                       plan.recovery,
                       plan.min_coverage,
                       plan.max_loan_to_value,
                       plan.loss_floor,
                       plan.caps.empty() ? nullptr : plan.caps.data(),
                       plan.default_on_shortfall,
                       plan.variant.value_test};
  constexpr bool kPlain = !Needs<kNeeds>::kCash && !Needs<kNeeds>::kPrepared;
  const MonthTerms* const terms = a.terms;
  const std::size_t months = static_cast<std::size_t>(plan.months);
  for (std::size_t path = 0; path < kBlockPaths; path += 2 * kWidth) {
    const Places at = PlacesAt<kNeeds>(a, path);
    State s0 = Initial<kNeeds>(a, path), s1 = Initial<kNeeds>(a, path + kWidth);
    std::size_t k = 1, row = kBlockPaths;
    for (std::size_t snapshot = 0; snapshot < a.snapshot_count; ++snapshot) {
      const std::size_t last = std::min(static_cast<std::size_t>(a.snapshots[snapshot]), months);
      for (; k <= last; ++k, row += kBlockPaths) {
        // Hides from the compiler that all rows step alike: it would give each a pointer of its
        // own, and their steps were a twentieth of a plain month's instructions.
        if constexpr (kPlain) asm("" : "+r"(row));
        if (path == 0) FetchTerms(terms + k);
        const Now now{terms[k], k, row, terms[k].opening * terms[k].eir_discount};
        Contract::template Month<0>(contract, at, now, s0);
        Contract::template Month<kWidth>(contract, at, now, s1);
      }
      StoreSnapshot(a, snapshot, path, s0);
      StoreSnapshot(a, snapshot, path + kWidth, s1);
    }
    Finish<Contract, 0>(a, at, s0);
    Finish<Contract, kWidth>(a, at, s1);
  }
}

template <unsigned kNeeds>
void ValueLoan(const ContractArguments& a) {
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

// kNeeds: what the basis asks for.
template <unsigned kNeeds>
void ValueOnBasis(const ContractArguments& a) {
  constexpr unsigned kPrepared = kNeeds | kNeedsPrepared;
  const KernelVariant& has = a.contract->variant;
  if (has.owner)
    has.prepared ? RunMonths<kPrepared, Lease<kPrepared>>(a) : RunMonths<kNeeds, Lease<kNeeds>>(a);
  else
    has.prepared ? ValueLoan<kPrepared>(a) : ValueLoan<kNeeds>(a);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_CONTRACT_LOOP_INL_H_
