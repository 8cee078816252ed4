#include "benches/jobs/limit_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benches/jobs/limit_kernel.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::benches::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using lien::engine::HWY_NAMESPACE::KeptVector;

// Twelve chains: two pipes of latency four need eight to be full, and with the two constants they
// fit the sixteen registers of AVX2. Each tends to 2, so nothing overflows or becomes subnormal.
double MultiplyAdds(std::size_t repeats) {
  const Tag d;
  const V half = hn::Set(d, 0.5), one = hn::Set(d, 1.0);
  KeptVector chain[kLimitChains];
#pragma GCC unroll 12
  for (std::size_t i = 0; i < kLimitChains; ++i) chain[i] = hn::Set(d, double(i));
  for (std::size_t r = 0; r < repeats; ++r) {
#pragma GCC unroll 12
    for (std::size_t i = 0; i < kLimitChains; ++i) chain[i] = hn::MulAdd(chain[i], half, one);
  }
  V sum = chain[0];
#pragma GCC unroll 12
  for (std::size_t i = 1; i < kLimitChains; ++i) sum = hn::Add(sum, chain[i]);
  return hn::GetLane(sum);
}

std::size_t VectorDoubles() { return hn::Lanes(Tag()); }

}  // namespace lien::benches::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::benches {
HWY_EXPORT(MultiplyAdds);
HWY_EXPORT(VectorDoubles);
double multiply_adds(std::size_t repeats) noexcept {
  return HWY_DYNAMIC_DISPATCH(MultiplyAdds)(repeats);
}
std::size_t vector_doubles() noexcept { return HWY_DYNAMIC_DISPATCH(VectorDoubles)(); }
}  // namespace lien::benches
#endif
