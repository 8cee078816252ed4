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

// Four lanes of the first steps of the tree, each of four floats.
using Four = hn::CappedTag<float, 4>;

#if !HWY_HAVE_SCALABLE
HWY_INLINE hn::Vec<Four> Quarter(const float* at) {
  const Four d;
  return hn::Add(hn::Add(hn::Load(d, at), hn::Load(d, at + 8)),
                 hn::Add(hn::Load(d, at + 4), hn::Load(d, at + 12)));
}

// Of two months a and b: [a (0+2), b (0+2), a (1+3), b (1+3)].
HWY_INLINE hn::Vec<Four> Halves(const float* a, const float* b) {
  const Four d;
  const auto of_a = Quarter(a), of_b = Quarter(b);
  return hn::Add(hn::InterleaveLower(d, of_a, of_b), hn::InterleaveUpper(d, of_a, of_b));
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
  const Four d;
  for (; m + 3 <= last; m += 4) {
    const float* const at = lanes + m * stride;
    const auto first = Halves(at, at + stride), second = Halves(at + 2 * stride, at + 3 * stride);
    alignas(16) float four[4];
    hn::Store(
        hn::Add(hn::ConcatLowerLower(d, second, first), hn::ConcatUpperUpper(d, second, first)), d,
        four);
    for (std::size_t i = 0; i < 4; ++i) sums[m + i] = four[i];
  }
#endif
  for (; m <= last; ++m) sums[m] = FoldOne(lanes + m * stride);
}

void SingleStepInRows(const SingleStepIn& t, float* HWY_RESTRICT added) {
  constexpr std::size_t kPaths = lien::engine::kBlockPaths;
  const hn::CappedTag<float, 16> d;
  constexpr std::size_t kStep = hn::MaxLanes(hn::CappedTag<float, 16>());
  const auto zero = hn::Zero(d), deduction = hn::Set(d, static_cast<float>(t.deduction));
  for (std::size_t k = 1; k <= t.last; ++k) {
    float* HWY_RESTRICT const out = added + k * kPaths;
    if (!(t.months[k].worth > 0)) {  // whatever its own use is worth: no row is read
      for (std::size_t p = 0; p < kPaths; p += kStep)
        hn::Store(hn::Sub(zero, deduction), d, out + p);
      continue;
    }
    const auto worth = hn::Set(d, static_cast<float>(t.months[k].worth));
    const auto of_near = hn::Set(d, static_cast<float>(t.months[k].near));
    const auto of_far = hn::Set(d, static_cast<float>(t.months[k].far));
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
void fold_single_months(const float* lanes, std::size_t stride, std::size_t last,
                        double* sums) noexcept {
  HWY_DYNAMIC_DISPATCH(FoldSingleMonths)(lanes, stride, last, sums);
}
void single_step_in_rows(const SingleStepIn& terms, float* added) noexcept {
  HWY_DYNAMIC_DISPATCH(SingleStepInRows)(terms, added);
}
}  // namespace lien::pricing
#endif
