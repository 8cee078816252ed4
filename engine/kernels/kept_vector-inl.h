// Vectors of doubles and floats that may stand in structs and arrays, on every instruction set.
//
// SVE's own types have no size to the compiler, so nothing can hold them. A build for one vector
// length (LIEN_ARM_SVE in CMake) gives them that size. Elsewhere these are Highway's own types.

// Per-target include guard, as in Highway's -inl.h files.
#if defined(LIEN_ENGINE_KERNELS_KEPT_VECTOR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_ENGINE_KERNELS_KEPT_VECTOR_INL_H_
#undef LIEN_ENGINE_KERNELS_KEPT_VECTOR_INL_H_
#else
#define LIEN_ENGINE_KERNELS_KEPT_VECTOR_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

// No HWY_BEFORE_NAMESPACE: it is for functions, and clang warns where there are none.
namespace lien::engine::HWY_NAMESPACE {

using KeptTag = hwy::HWY_NAMESPACE::CappedTag<double, 8>;
#if defined(__ARM_FEATURE_SVE_BITS) && __ARM_FEATURE_SVE_BITS > 0
typedef svfloat64_t KeptVector __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
typedef svfloat32_t KeptFloats __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
typedef svuint64_t KeptWords __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
typedef svbool_t KeptMask __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
template <class T>
struct KeptLanes;
template <>
struct KeptLanes<double> {
  using Type = KeptVector;
};
template <>
struct KeptLanes<float> {
  using Type = KeptFloats;
};
template <>
struct KeptLanes<std::uint64_t> {
  using Type = KeptWords;
};
// Of any tag of doubles, floats or 64-bit words.
template <class D>
using Kept = typename KeptLanes<hwy::HWY_NAMESPACE::TFromD<D>>::Type;
template <class D>
using KeptMaskOf = KeptMask;
#else
template <class D>
using Kept = hwy::HWY_NAMESPACE::Vec<D>;
template <class D>
using KeptMaskOf = hwy::HWY_NAMESPACE::Mask<D>;
using KeptVector = hwy::HWY_NAMESPACE::Vec<KeptTag>;
using KeptMask = hwy::HWY_NAMESPACE::Mask<KeptTag>;
#endif

}  // namespace lien::engine::HWY_NAMESPACE

#endif  // per-target include guard
