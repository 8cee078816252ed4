#include "pricing/valuation/sample_rows.hpp"

#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/row_sums.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/sample_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using lien::engine::kLanes;
using lien::engine::HWY_NAMESPACE::KeptVector;

inline constexpr std::size_t kVectors = kLanes / hn::MaxLanes(Tag());

HWY_INLINE double Fold(const KeptVector (&lanes)[kVectors]) {
  alignas(64) double all[kLanes];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i)
    hn::Store(lanes[i], Tag(), all + i * hn::MaxLanes(Tag()));
  return fold_lanes(all);
}

// The row is loaded once for its sums and for its total.
template <bool kTotal>
HWY_INLINE void AddSampleRow(const SampleRow& at, std::size_t paths) {
  const Tag d;
  const double* HWY_RESTRICT const row = at.row;
  double* HWY_RESTRICT const total = at.total;
  KeptVector sum[kVectors], square[kVectors];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i) sum[i] = square[i] = hn::Zero(d);
  const auto shift = hn::Set(d, at.reference), weight = hn::Set(d, at.weight);
  for (std::size_t p = 0; p < paths; p += kLanes) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kVectors; ++i) {
      const std::size_t q = p + i * hn::MaxLanes(d);
      const auto value = hn::Load(d, row + q), x = hn::Sub(value, shift);
      sum[i] = hn::Add(sum[i], x);
      square[i] = hn::MulAdd(x, x, square[i]);
      if constexpr (kTotal)
        hn::Store(hn::MulAdd(weight, value, hn::Load(d, total + q)), d, total + q);
    }
  }
  at.sums[0] += Fold(sum);
  at.sums[1] += Fold(square);
}

void AddSampleRows(const SampleRow* rows, std::size_t count, std::size_t paths) {
  for (std::size_t i = 0; i < count; ++i) {
    if (rows[i].total != nullptr)
      AddSampleRow<true>(rows[i], paths);
    else
      AddSampleRow<false>(rows[i], paths);
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(AddSampleRows);

void add_sample_rows(const SampleRow* rows, std::size_t count, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AddSampleRows)(rows, count, paths);
}
}  // namespace lien::pricing
#endif
