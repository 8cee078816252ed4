#include "benches/kernels/bare_contract.hpp"

#include <algorithm>

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benches/kernels/bare_contract.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::benches::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using engine::kBlockPaths;
using engine::kLanes;
using engine::HWY_NAMESPACE::KeptVector;
using pricing::ContractArguments;
using pricing::MonthTerms;

inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());

HWY_INLINE V Num(double x) { return hn::Set(Tag(), x); }
HWY_INLINE V Row(const double* p) { return hn::Load(Tag(), p); }

// Of the first of two vectors of paths; the second is kAt = kWidth paths on.
struct Places {
  const double *HWY_RESTRICT survival, *HWY_RESTRICT discount, *HWY_RESTRICT ratio,
      *HWY_RESTRICT sale;
  double* HWY_RESTRICT recovered;  // sums of the month's sale, at the first vector's lanes
  double haircut_units, deduction, recovery;
};
struct State {
  KeptVector before, value, exposure, at_default, loss, credit_loss, sampled, default_month;
};

template <bool kPrices, std::size_t kAt>
HWY_INLINE void Month(const Places& at, const MonthTerms& t, std::size_t k, double opening_at_eir,
                      State& s) {
  const V zero = hn::Zero(Tag()), one = Num(1.0), opening = Num(t.opening);
  const std::size_t row = k * kBlockPaths + kAt;
  const V weight = Row(at.survival + row), discount = Row(at.discount + row),
          ratio = Row(at.ratio + row);
  const V proceeds =
      hn::Max(zero, hn::MulAdd(Num(at.haircut_units), Row(at.sale + row), Num(0.0 - at.deduction)));
  const V defaulted = hn::Mul(one, hn::Sub(s.before, weight));
  s.before = weight;
  const V covered = hn::Min(opening, proceeds);
  const V recovered = hn::MulAdd(Num(at.recovery), hn::Sub(opening, covered), covered);
  const V received = hn::Mul(recovered, ratio), loss = hn::Sub(opening, received);
  const V discounted = hn::Mul(defaulted, discount);
  s.exposure = hn::MulAdd(defaulted, opening, s.exposure);
  s.at_default = hn::MulAdd(defaulted, loss, s.at_default);
  s.loss = hn::MulAdd(discounted, loss, s.loss);
  double* const sum = at.recovered + k * pricing::kMonthRows * kLanes + kAt % kLanes;
  hn::Store(hn::MulAdd(defaulted, recovered, Row(sum)), Tag(), sum);
  if constexpr (kPrices) {
    s.value = hn::MulAdd(discounted, hn::Mul(received, Num(t.recovery_factor)), s.value);
    s.value = hn::MulAdd(hn::Mul(weight, discount), Num(t.flow), s.value);
  } else {
    const V credit = hn::NegMulAdd(recovered, Num(t.eir_discount_sale), Num(opening_at_eir));
    s.credit_loss = hn::MulAdd(defaulted, credit, s.credit_loss);
    const V hit = hn::IfThenElseZero(hn::Eq(s.default_month, Num(t.month)), discount);
    s.sampled = hn::MulAdd(hit, loss, s.sampled);
  }
}

HWY_INLINE void StoreSnapshot(double* at, const State& s) {
  const Tag d;
  hn::Store(s.loss, d, at + pricing::kLoss * kBlockPaths);
  hn::Store(hn::NegMulAdd(Num(1.0), s.before, Num(1.0)), d, at + pricing::kDefault * kBlockPaths);
  hn::Store(s.sampled, d, at + pricing::kSampledLoss * kBlockPaths);
  hn::Store(s.credit_loss, d, at + pricing::kCreditLoss * kBlockPaths);
}

HWY_INLINE void Finish(double* at, const State& s) {
  const Tag d;
  hn::Store(s.value, d, at + pricing::kPresentValue * kBlockPaths);
  hn::Store(s.exposure, d, at + pricing::kExposure * kBlockPaths);
  hn::Store(s.at_default, d, at + pricing::kLossAtDefault * kBlockPaths);
  hn::Store(hn::Zero(d), d, at + pricing::kPeakLoanToValue * kBlockPaths);
  hn::Store(hn::Zero(d), d, at + pricing::kResidual * kBlockPaths);
}

// As the kernel asks for the terms of a large book.
HWY_INLINE void FetchTerms(const MonthTerms* now) {
  constexpr std::size_t kAhead = 16, kLine = 64;
  const char* const ahead = reinterpret_cast<const char*>(now) + kAhead * sizeof(MonthTerms);
  for (std::size_t at = 0; at < sizeof(MonthTerms); at += kLine) hwy::Prefetch(ahead + at);
}

HWY_INLINE void Clear(double* lanes) {
  for (std::size_t i = 0; i < kLanes; i += kWidth) hn::Store(hn::Zero(Tag()), Tag(), lanes + i);
}

template <bool kPrices>
void Loan(const ContractArguments& a) {
  const pricing::ContractPlan& plan = *a.contract;
  const MonthTerms* const terms = a.terms;
  const auto months = static_cast<std::size_t>(plan.months);
  const auto lag = static_cast<std::size_t>(plan.lag);
  const V zero = hn::Zero(Tag());
  const auto places = [&](std::size_t path) HWY_ATTR {
    return Places{
        a.survival + path,
        a.discount + path,
        a.discount_ratio + path,
        a.value + lag * kBlockPaths + path,
        a.month_sums + path % kLanes + (lag * pricing::kMonthRows + pricing::kRecovery) * kLanes,
        plan.haircut_units,
        plan.deduction,
        plan.recovery};
  };
  const auto initial = [&](std::size_t path) HWY_ATTR {
    return State{Num(1.0), Num(kPrices ? plan.day_zero : 0.0), zero, zero, zero, zero,
                 zero,     Row(a.default_month + path)};
  };
  for (std::size_t k = 1; k <= lag; ++k)
    Clear(a.month_sums + (k * pricing::kMonthRows + pricing::kRecovery) * kLanes);
  for (std::size_t path = 0; path < kBlockPaths; path += 2 * kWidth) {
    const Places at = places(path);
    State s0 = initial(path), s1 = initial(path + kWidth);
    std::size_t k = 1;
    for (std::size_t snapshot = 0; snapshot < a.snapshot_count; ++snapshot) {
      const std::size_t last = std::min(static_cast<std::size_t>(a.snapshots[snapshot]), months);
      for (; k <= last; ++k) {
        if (path == 0) {
          FetchTerms(terms + k);
          Clear(at.recovered + k * pricing::kMonthRows * kLanes);
        }
        const double opening_at_eir = terms[k].opening * terms[k].eir_discount;
        Month<kPrices, 0>(at, terms[k], k, opening_at_eir, s0);
        Month<kPrices, kWidth>(at, terms[k], k, opening_at_eir, s1);
      }
      double* const to =
          a.samples + (pricing::kFixedSamples + snapshot * pricing::kSnapshotSamples) * kBlockPaths;
      StoreSnapshot(to + path, s0);
      StoreSnapshot(to + path + kWidth, s1);
    }
    Finish(a.samples + path, s0);
    Finish(a.samples + path + kWidth, s1);
  }
}

void BareContract(const ContractArguments& a) {
  if (a.prices)
    Loan<true>(a);
  else
    Loan<false>(a);
}

}  // namespace lien::benches::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::benches {
HWY_EXPORT(BareContract);

void bare_contract(const pricing::ContractArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(BareContract)(arguments);
}
}  // namespace lien::benches
#endif
