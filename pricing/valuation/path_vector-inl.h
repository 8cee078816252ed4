// A vector of paths, in doubles or in floats, and the operations that a contract's month is written
// in. Included once per instruction set by the files that compile one.
#if defined(LIEN_PRICING_VALUATION_PATH_VECTOR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_PATH_VECTOR_INL_H_
#undef LIEN_PRICING_VALUATION_PATH_VECTOR_INL_H_
#else
#define LIEN_PRICING_VALUATION_PATH_VECTOR_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"
#include "pricing/valuation/contract_kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// What the kernel computes in is a matter of the file that includes this: functions of one name are
// two, in namespaces of their own.
#ifdef LIEN_CONTRACT_IN_FLOATS
inline namespace in_floats {
using Real = float;
#else
inline namespace in_doubles {
using Real = double;
#endif
inline constexpr std::size_t kLanes = kRealLanes<Real>;

using Tag = hn::CappedTag<Real, kLanes>;
using One = hn::Vec<Tag>;
using OneMask = hn::Mask<Tag>;
inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());
using V = lien::engine::HWY_NAMESPACE::Kept<Tag>;
using M = lien::engine::HWY_NAMESPACE::KeptMaskOf<Tag>;

HWY_INLINE V Num(Real x) { return hn::Set(Tag(), x); }
HWY_INLINE V Zero() { return hn::Zero(Tag()); }
HWY_INLINE V Row(const Real* p) { return hn::Load(Tag(), p); }
HWY_INLINE void Store(V x, Real* p) { hn::Store(One(x), Tag(), p); }

// Highway's operations by their names alone. Where its vectors are classes those are found by their
// arguments and are the better match; where vectors are the compiler's own, kept ones have a type
// of their own.
template <class X, class Y>
HWY_INLINE V Add(X x, Y y) {
  return hn::Add(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE V Sub(X x, Y y) {
  return hn::Sub(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE V Mul(X x, Y y) {
  return hn::Mul(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE V Div(X x, Y y) {
  return hn::Div(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE V Min(X x, Y y) {
  return hn::Min(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE V Max(X x, Y y) {
  return hn::Max(One(x), One(y));
}
template <class X, class Y, class Z>
HWY_INLINE V MulAdd(X x, Y y, Z z) {
  return hn::MulAdd(One(x), One(y), One(z));
}
template <class X, class Y, class Z>
HWY_INLINE V NegMulAdd(X x, Y y, Z z) {
  return hn::NegMulAdd(One(x), One(y), One(z));
}
template <class X, class Y, class Z>
HWY_INLINE V MulSub(X x, Y y, Z z) {
  return hn::MulSub(One(x), One(y), One(z));
}
template <class X, class Y>
HWY_INLINE M Lt(X x, Y y) {
  return hn::Lt(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE M Gt(X x, Y y) {
  return hn::Gt(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE M Ge(X x, Y y) {
  return hn::Ge(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE M Eq(X x, Y y) {
  return hn::Eq(One(x), One(y));
}
template <class X, class Y>
HWY_INLINE M And(X x, Y y) {
  return hn::And(OneMask(x), OneMask(y));
}
template <class X, class Y>
HWY_INLINE M Or(X x, Y y) {
  return hn::Or(OneMask(x), OneMask(y));
}
template <class X, class Y, class Z>
HWY_INLINE V IfThenElse(X m, Y x, Z y) {
  return hn::IfThenElse(OneMask(m), One(x), One(y));
}
template <class X, class Y>
HWY_INLINE V IfThenElseZero(X m, Y x) {
  return hn::IfThenElseZero(OneMask(m), One(x));
}
HWY_INLINE bool NoneOf(M x) { return hn::AllFalse(Tag(), OneMask(x)); }

// Adds to the lanes of a sum over paths; at: the lanes of the vector's first path.
HWY_INLINE void Accumulate(Real* at, V x) { Store(Add(Row(at), x), at); }
// The same of a product.
HWY_INLINE void Accumulate(Real* at, V x, V y) { Store(MulAdd(x, y, Row(at)), at); }

// Sets the bits of a vector in the word of a month, whose bits of these paths are zero before;
// path: the first of the vector. Whole bytes are stored as they are: as numbers in registers,
// shifted and joined, they would take longer than five multiply-adds.
HWY_INLINE void StoreBits(std::uint64_t* word, std::size_t path, M mask) {
  if constexpr (kWidth % 8 == 0) {
    hn::StoreMaskBits(Tag(), OneMask(mask), reinterpret_cast<std::uint8_t*>(word) + path / 8);
  } else {
    std::uint8_t bytes[8] = {};
    hn::StoreMaskBits(Tag(), OneMask(mask), bytes);
    *word |= static_cast<std::uint64_t>(bytes[0]) << path;
  }
}

// Vectors that say of paths whether they are dead: zero while they live, then all bits set, which
// is no number. No comparison with it holds, and Unless clears what it marks: neither needs a mask.
HWY_INLINE V Dead(M now, V before) {
  const One all = hn::BitCast(Tag(), hn::Not(hn::Zero(hn::RebindToUnsigned<Tag>())));
  return IfThenElse(now, V(all), before);
}
HWY_INLINE V Unless(V dead, V x) { return hn::AndNot(One(dead), One(x)); }

}  // namespace in_floats or in_doubles
}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_PATH_VECTOR_INL_H_
