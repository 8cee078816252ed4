#include "pricing/valuation/row_sums.hpp"

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/row_sums.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using lien::engine::kLanes;
using lien::engine::HWY_NAMESPACE::KeptVector;

inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());

HWY_INLINE V Num(double x) { return hn::Set(Tag(), x); }
HWY_INLINE V Row(const double* p) { return hn::Load(Tag(), p); }

// The eight lanes stay in registers, once the loops over them are unrolled: through memory every
// step would wait for the one before.
inline constexpr std::size_t kVectors = kLanes / kWidth;

HWY_INLINE double Fold(const KeptVector (&lanes)[kVectors]) {
  alignas(64) double all[kLanes];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i) hn::Store(lanes[i], Tag(), all + i * kWidth);
  return fold_lanes(all);
}

RowSums RowSumsOf(const double* HWY_RESTRICT row, double reference, std::size_t paths) {
  KeptVector sum[kVectors], square[kVectors];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i) sum[i] = square[i] = Num(0.0);
  const V shift = Num(reference);
  for (std::size_t p = 0; p < paths; p += kLanes) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kVectors; ++i) {
      const V x = hn::Sub(Row(row + p + i * kWidth), shift);
      sum[i] = hn::Add(sum[i], x);
      square[i] = hn::MulAdd(x, x, square[i]);
    }
  }
  return {Fold(sum), Fold(square)};
}

double RowProduct(const double* HWY_RESTRICT a, double reference_a, const double* HWY_RESTRICT b,
                  double reference_b, std::size_t paths) {
  KeptVector sum[kVectors];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i) sum[i] = Num(0.0);
  const V shift_a = Num(reference_a), shift_b = Num(reference_b);
  for (std::size_t p = 0; p < paths; p += kLanes) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kVectors; ++i) {
      const V x = hn::Sub(Row(a + p + i * kWidth), shift_a);
      sum[i] = hn::MulAdd(x, hn::Sub(Row(b + p + i * kWidth), shift_b), sum[i]);
    }
  }
  return Fold(sum);
}

// The row is loaded once for its sums and for its total.
template <bool kTotal>
HWY_INLINE void AddSampleRow(const SampleRow& at, std::size_t paths) {
  const Tag d;
  const double* HWY_RESTRICT const row = at.row;
  double* HWY_RESTRICT const total = at.total;
  KeptVector sum[kVectors], square[kVectors];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i) sum[i] = square[i] = Num(0.0);
  const V shift = Num(at.reference), weight = Num(at.weight);
  for (std::size_t p = 0; p < paths; p += kLanes) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kVectors; ++i) {
      const std::size_t q = p + i * kWidth;
      const V value = Row(row + q), x = hn::Sub(value, shift);
      sum[i] = hn::Add(sum[i], x);
      square[i] = hn::MulAdd(x, x, square[i]);
      if constexpr (kTotal) hn::Store(hn::MulAdd(weight, value, Row(total + q)), d, total + q);
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
HWY_EXPORT(RowSumsOf);
HWY_EXPORT(RowProduct);
HWY_EXPORT(AddSampleRows);

RowSums row_sums(const double* row, double reference, std::size_t paths) noexcept {
  return HWY_DYNAMIC_DISPATCH(RowSumsOf)(row, reference, paths);
}
double row_product(const double* a, double reference_a, const double* b, double reference_b,
                   std::size_t paths) noexcept {
  return HWY_DYNAMIC_DISPATCH(RowProduct)(a, reference_a, b, reference_b, paths);
}
void add_sample_rows(const SampleRow* rows, std::size_t count, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AddSampleRows)(rows, count, paths);
}
}  // namespace lien::pricing
#endif
