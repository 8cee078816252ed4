#include "pricing/valuation/driver_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/driver_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace en = lien::engine::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;

void AffineRow(double constant, double loading, const double* row, double* out, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(hn::MulAdd(hn::Set(d, loading), hn::Load(d, row + p), hn::Set(d, constant)), d,
              out + p);
}

void MultiplyRow(const double* factors, double* row, std::size_t count) {
  const Tag d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    hn::Store(hn::Mul(hn::Load(d, factors + i), hn::Load(d, row + i)), d, row + i);
}

void PowerNode(double fixed, double mean, double decay, const double* power, double* factor,
               double* offset, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto moved = en::Exp(d, hn::Mul(hn::Set(d, decay), hn::Load(d, power + p)));
    const auto f = hn::MulAdd(hn::Set(d, mean), moved, hn::Set(d, fixed));
    hn::Store(f, d, factor + p);
    hn::Store(hn::Add(hn::Load(d, offset + p), en::Log(d, f)), d, offset + p);
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(AffineRow);
HWY_EXPORT(MultiplyRow);
HWY_EXPORT(PowerNode);

void affine_row(double constant, double loading, const double* row, double* out,
                std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AffineRow)(constant, loading, row, out, paths);
}
void multiply_row(const double* factors, double* row, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(MultiplyRow)(factors, row, count);
}
void power_node(double fixed, double mean, double decay, const double* power, double* factor,
                double* offset, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(PowerNode)(fixed, mean, decay, power, factor, offset, paths);
}
}  // namespace lien::pricing
#endif
