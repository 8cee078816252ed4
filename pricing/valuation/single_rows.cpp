#include "pricing/valuation/single_rows.hpp"

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/single_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using Floats = hn::Rebind<float, Tag>;

inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());

void DemoteRow(const double* HWY_RESTRICT row, float* HWY_RESTRICT out, std::size_t count) {
  for (std::size_t i = 0; i < count; i += kWidth)
    hn::Store(hn::DemoteTo(Floats(), hn::Load(Tag(), row + i)), Floats(), out + i);
}

void DemoteLessOne(const double* HWY_RESTRICT row, float* HWY_RESTRICT out, std::size_t count) {
  const auto one = hn::Set(Tag(), 1.0);
  for (std::size_t i = 0; i < count; i += kWidth)
    hn::Store(hn::DemoteTo(Floats(), hn::Sub(hn::Load(Tag(), row + i), one)), Floats(), out + i);
}

void DemoteFalls(const double* HWY_RESTRICT rows, std::size_t last, float* HWY_RESTRICT out) {
  constexpr std::size_t kPaths = lien::engine::kBlockPaths;
  for (std::size_t i = kPaths; i < (last + 1) * kPaths; i += kWidth) {
    const auto fall = hn::Sub(hn::Load(Tag(), rows + i - kPaths), hn::Load(Tag(), rows + i));
    hn::Store(hn::DemoteTo(Floats(), fall), Floats(), out + i);
  }
}

HWY_INLINE hn::Vec<Tag> Promoted(const float* row) {
  return hn::PromoteTo(Tag(), hn::Load(Floats(), row));
}

void PromoteRow(const float* HWY_RESTRICT row, double* HWY_RESTRICT out, std::size_t count) {
  for (std::size_t i = 0; i < count; i += kWidth) hn::Store(Promoted(row + i), Tag(), out + i);
}

void PromoteDefaults(const float* HWY_RESTRICT defaults, const double* HWY_RESTRICT survival,
                     double* HWY_RESTRICT out, std::size_t count) {
  const Tag d;
  const auto one = hn::Set(d, 1.0);
  for (std::size_t i = 0; i < count; i += kWidth) {
    const auto lacks = hn::Sub(one, hn::Load(d, survival + i));
    hn::Store(hn::IfThenElse(hn::Eq(Promoted(defaults + i), one), one, lacks), d, out + i);
  }
}

// Sixteen lanes of a month fold into four, then two, then one; every step adds two vectors of what
// is left of several months, so that none is half empty. As many months as a vector has lanes: four
// or eight, by groups of four lanes.
#if !HWY_HAVE_SCALABLE
using Months = hn::CappedTag<float, 8>;
inline constexpr std::size_t kMonthsAtOnce = hn::MaxLanes(Months());

// Lanes i and i + 8 of a month, then the first four of that and the last: of the month at `at`
// and, where a vector holds two, of the fourth month from there.
HWY_INLINE hn::Vec<Months> Quarters(const float* at, std::size_t stride) {
  const Months d;
  if constexpr (kMonthsAtOnce == 4) {
    return hn::Add(hn::Add(hn::Load(d, at), hn::Load(d, at + 8)),
                   hn::Add(hn::Load(d, at + 4), hn::Load(d, at + 12)));
  } else {
    const float* const fourth = at + 4 * stride;
    const auto here = hn::Add(hn::Load(d, at), hn::Load(d, at + 8));
    const auto there = hn::Add(hn::Load(d, fourth), hn::Load(d, fourth + 8));
    return hn::Add(hn::ConcatLowerLower(d, there, here), hn::ConcatUpperUpper(d, there, here));
  }
}
// Of x and y by groups: [x (0+2), y (0+2), x (1+3), y (1+3)].
HWY_INLINE hn::Vec<Months> Halves(hn::Vec<Months> x, hn::Vec<Months> y) {
  const Months d;
  return hn::Add(hn::InterleaveLower(d, x, y), hn::InterleaveUpper(d, x, y));
}
// The sums of kMonthsAtOnce months from `at` on.
HWY_INLINE void FoldAtOnce(const float* at, std::size_t stride, double* sums) {
  const Months d;
  const auto first = Halves(Quarters(at, stride), Quarters(at + stride, stride));
  const auto second = Halves(Quarters(at + 2 * stride, stride), Quarters(at + 3 * stride, stride));
  const hn::RepartitionToWide<Months> pairs;
  const auto a = hn::BitCast(pairs, first), b = hn::BitCast(pairs, second);
  alignas(32) float folded[kMonthsAtOnce];
  hn::Store(hn::Add(hn::BitCast(d, hn::InterleaveLower(pairs, a, b)),
                    hn::BitCast(d, hn::InterleaveUpper(pairs, a, b))),
            d, folded);
  for (std::size_t i = 0; i < kMonthsAtOnce; i += kWidth)
    hn::StoreU(Promoted(folded + i), Tag(), sums + i);
}
#endif

HWY_INLINE float FoldOne(const float* at) {
  float quarter[4];
  for (std::size_t i = 0; i < 4; ++i) quarter[i] = (at[i] + at[i + 8]) + (at[i + 4] + at[i + 12]);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

void FoldSingleMonths(const float* HWY_RESTRICT lanes, std::size_t stride, std::size_t last,
                      double* HWY_RESTRICT sums) {
  std::size_t m = 1;
#if !HWY_HAVE_SCALABLE
  for (; m + kMonthsAtOnce <= last + 1; m += kMonthsAtOnce)
    FoldAtOnce(lanes + m * stride, stride, sums + m);
#endif
  for (; m <= last; ++m) sums[m] = FoldOne(lanes + m * stride);
}

void SingleStepInRows(const SingleStepIn& t, float* HWY_RESTRICT added) {
  constexpr std::size_t kPaths = lien::engine::kBlockPaths;
  const hn::CappedTag<float, 16> d;
  constexpr std::size_t kStep = hn::MaxLanes(hn::CappedTag<float, 16>());
  const auto zero = hn::Zero(d), deduction = hn::Set(d, static_cast<float>(t.deduction));
  for (std::size_t k = t.hours.first; k <= t.hours.last; ++k) {
    float* HWY_RESTRICT const out = added + k * kPaths;
    const StepInMonth now = step_in_month(t.hours, k);
    if (!(now.worth > 0)) {  // whatever its own use is worth: no row is read
      for (std::size_t p = 0; p < kPaths; p += kStep)
        hn::Store(hn::Sub(zero, deduction), d, out + p);
      continue;
    }
    const auto worth = hn::Set(d, static_cast<float>(now.worth));
    const auto of_near = hn::Set(d, static_cast<float>(now.near));
    const auto of_far = hn::Set(d, static_cast<float>(now.far));
    const auto month = hn::Set(d, static_cast<float>(k));
    const float *HWY_RESTRICT const near = t.near + k * kPaths,
                                    *HWY_RESTRICT const far = t.far + k * kPaths;
#pragma GCC unroll 4
    for (std::size_t p = 0; p < kPaths; p += kStep) {
      const auto left = hn::NegMulAdd(of_near, hn::Load(d, near + p), worth);
      const auto above = hn::Max(zero, hn::NegMulAdd(of_far, hn::Load(d, far + p), left));
      const auto lives = hn::Gt(hn::Load(d, t.customer + p), month);
      hn::Store(hn::Sub(hn::IfThenElseZero(lives, above), deduction), d, out + p);
    }
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(DemoteRow);
HWY_EXPORT(DemoteLessOne);
HWY_EXPORT(DemoteFalls);
HWY_EXPORT(PromoteRow);
HWY_EXPORT(PromoteDefaults);
HWY_EXPORT(FoldSingleMonths);
HWY_EXPORT(SingleStepInRows);

void demote_row(const double* row, float* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(DemoteRow)(row, out, count);
}
void demote_less_one(const double* row, float* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(DemoteLessOne)(row, out, count);
}
void demote_falls(const double* rows, std::size_t last, float* out) noexcept {
  HWY_DYNAMIC_DISPATCH(DemoteFalls)(rows, last, out);
}
void promote_row(const float* row, double* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(PromoteRow)(row, out, count);
}
void promote_defaults(const float* defaults, const double* survival, double* out,
                      std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(PromoteDefaults)(defaults, survival, out, count);
}
void fold_single_months(const float* lanes, std::size_t stride, std::size_t last,
                        double* sums) noexcept {
  HWY_DYNAMIC_DISPATCH(FoldSingleMonths)(lanes, stride, last, sums);
}
void single_step_in_rows(const SingleStepIn& terms, float* added) noexcept {
  HWY_DYNAMIC_DISPATCH(SingleStepInRows)(terms, added);
}
}  // namespace lien::pricing
#endif
