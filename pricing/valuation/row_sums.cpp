#include "pricing/valuation/row_sums.hpp"

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/row_sums.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using lien::engine::kLanes;

inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());

HWY_INLINE V Num(double x) { return hn::Set(Tag(), x); }
HWY_INLINE V Row(const double* p) { return hn::Load(Tag(), p); }

RowSums RowSumsOf(const double* row, double reference, std::size_t paths) {
  alignas(64) double sum[kLanes] = {}, square[kLanes] = {};
  const Tag d;
  const V shift = Num(reference);
  for (std::size_t p = 0; p < paths; p += kWidth) {
    const V x = hn::Sub(Row(row + p), shift);
    double* const at_sum = sum + p % kLanes;
    hn::Store(hn::Add(Row(at_sum), x), d, at_sum);
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
HWY_EXPORT(RowSumsOf);
HWY_EXPORT(RowProduct);

RowSums row_sums(const double* row, double reference, std::size_t paths) noexcept {
  return HWY_DYNAMIC_DISPATCH(RowSumsOf)(row, reference, paths);
}
double row_product(const double* a, double reference_a, const double* b, double reference_b,
                   std::size_t paths) noexcept {
  return HWY_DYNAMIC_DISPATCH(RowProduct)(a, reference_a, b, reference_b, paths);
}
}  // namespace lien::pricing
#endif
