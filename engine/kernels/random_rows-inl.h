// Philox4x32-10 and its transforms over Highway vectors, one path a 64-bit lane. See
// random_rows.hpp for the laws. Include after elementary-inl.h.

// Per-target include guard, as in Highway's -inl.h files.
#if defined(LIEN_ENGINE_KERNELS_RANDOM_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_ENGINE_KERNELS_RANDOM_ROWS_INL_H_
#undef LIEN_ENGINE_KERNELS_RANDOM_ROWS_INL_H_
#else
#define LIEN_ENGINE_KERNELS_RANDOM_ROWS_INL_H_
#endif

#include "engine/kernels/elementary-inl.h"
#include "engine/kernels/kept_vector-inl.h"
#include "engine/random/philox.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The product of the low 32 bits of every 64-bit lane.
template <class DU, class VU>
HWY_INLINE VU MulLow32(DU /*du*/, VU a, VU b) {
  const hn::Repartition<std::uint32_t, DU> d32;
  return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b));
}

// One round on the counter words c0..c3, each the low half of a lane. The upper halves hold junk: a
// multiplication reads only the low half, and an exclusive or never carries, so nothing is masked
// and the low half of a product serves as the next word without being cut out.
template <class DU, class VU>
HWY_INLINE void PhiloxRound(DU du, VU k0, VU k1, Kept<DU>& c0, Kept<DU>& c1, Kept<DU>& c2,
                            Kept<DU>& c3) {
  const VU a = MulLow32(du, VU(c0), hn::Set(du, std::uint64_t{kPhiloxMultiplier[0]}));
  const VU b = MulLow32(du, VU(c2), hn::Set(du, std::uint64_t{kPhiloxMultiplier[1]}));
  c0 = hn::Xor(hn::ShiftRight<32>(b), hn::Xor(VU(c1), k0));
  c1 = b;
  c2 = hn::Xor(hn::ShiftRight<32>(a), hn::Xor(VU(c3), k1));
  c3 = a;
}

// u / 2 for u = (w + 1/2) 2^-32, w the low half of each lane. Placed under the exponent of 2^19, w
// counts units of 2^-33, and one exact subtraction removes the 2^19 and adds the half.
template <class D, class VU, class V = hn::Vec<D>>
HWY_INLINE V HalfUniform(D d, VU word) {
  const hn::RebindToUnsigned<D> du;
  const hn::Repartition<std::uint32_t, D> d32;
  const auto exponent = hn::BitCast(d32, hn::Set(du, std::uint64_t{0x4120000000000000}));
  const auto bits = hn::OddEven(exponent, hn::BitCast(d32, word));
  return hn::Sub(hn::BitCast(d, bits), hn::Set(d, 0x1p19 - 0x1p-34));
}

// (m + 1/2) 2^-52 for m the upper 52 bits of the word pair (high, low): in (0, 1), ends excluded.
template <class D, class VU, class V = hn::Vec<D>>
HWY_INLINE V LongUniform(D d, VU high, VU low) {
  const hn::RebindToUnsigned<D> du;
  const auto low32 = hn::And(low, hn::Set(du, std::uint64_t{0xffffffff}));
  const auto m = hn::ShiftRight<12>(hn::Or(hn::ShiftLeft<32>(high), low32));
  const auto bits = hn::Or(m, hn::Set(du, std::uint64_t{0x3ff0000000000000}));
  return hn::Sub(hn::BitCast(d, bits), hn::Set(d, 1.0 - 0x1p-53));
}

// Two ways to the same bits of the quotient in BoxMullerRadius: the divider, or multiply-adds.
enum class QuotientBy { divider, newton };

// a / b rounded once, for the a and b of BoxMullerRadius.
template <QuotientBy kQuotient, class D, class V = hn::Vec<D>>
HWY_INLINE V RadiusQuotient(D d, V a, V b) {
#if HWY_TARGET == HWY_AVX3
  // Two Newton steps leave the inverse y exact but for rounding and so q within a unit in its last
  // place of a / b; a - b q is exact, and adding y times it rounds once. Source: Markstein,
  // "Computation of elementary functions on the IBM RISC System/6000 processor", 1990. The proof
  // asks for a correctly rounded y, so all 2^32 words were tried as well, on CPUs of both makers,
  // whose first guesses need not be the same: 0 differ.
  if constexpr (kQuotient == QuotientBy::newton) {
    const auto one = hn::Set(d, 1.0);
    V y{_mm512_rcp14_pd(b.raw)};
    y = hn::MulAdd(y, hn::NegMulAdd(b, y, one), y);
    y = hn::MulAdd(y, hn::NegMulAdd(b, y, one), y);
    const auto q = hn::Mul(a, y);
    return hn::MulAdd(hn::NegMulAdd(b, q, a), y, q);
  }
#endif
  (void)d;
  return hn::Div(a, b);
}

// Whether the divider is the faster way. Intel's takes 16 cycles for eight quotients and would
// bound the loop, since the root needs it too; AMD's takes 4 (Zen 5), in which the ten operations
// of the other way do not fit.
HWY_INLINE bool DividerIsQuick() {
#if HWY_TARGET == HWY_AVX3
  return __builtin_cpu_is("amd");
#else
  return true;
#endif
}

// sqrt(-2 ln u) for u = (word + 1/2) 2^-32, some vectors side by side. A shorter series than Log's:
// relative error 2e-12.
template <QuotientBy kQuotient, class D, std::size_t kVectors, class DU = hn::RebindToUnsigned<D>>
HWY_INLINE void BoxMullerRadius(D d, const Kept<DU> (&word)[kVectors],
                                Kept<D> (&radius)[kVectors]) {
  using V = hn::Vec<D>;
  static constexpr double kCoefficient[] = {
      // -2 times 2 atanh(s) / s, in s^2
      -0x1.0000000004988p+2, -0x1.555554db6d410p+0, -0x1.999a9bbfcf938p-1, -0x1.2432ec97e26d1p-1,
      -0x1.e3a9bc9e83906p-2};
  const V minus_two_ln2 = hn::Set(d, -0x1.62e42fefa39efp+0);
  Kept<D> exponent[kVectors], s[kVectors];
  HWY_UNROLL(4)
  for (std::size_t k = 0; k < kVectors; ++k) {
    V power;
    const V f = ReduceLog(d, HalfUniform(d, hn::Vec<DU>(word[k])), power);
    exponent[k] = power;
    s[k] = RadiusQuotient<kQuotient>(d, f, hn::Add(f, hn::Set(d, 2.0)));
  }
  HWY_UNROLL(4)
  for (std::size_t k = 0; k < kVectors; ++k) {
    const V half = s[k], z = hn::Mul(half, half);
    // u has the exponent of u / 2 plus one: exactly zero for u near 1, where the logarithm
    // vanishes.
    const V from_exponent = hn::MulAdd(V(exponent[k]), minus_two_ln2, minus_two_ln2);
    radius[k] =
        hn::Sqrt(hn::MulAdd(half, Polynomial(d, z, hn::Mul(z, z), kCoefficient), from_exponent));
  }
}

// radius (cos, sin)(2 pi t) for t = (word + 1/2) 2^-32. The top bit of the word is half a turn, a
// sign, which goes on the radius; with r in +-1/2 the rest less a quarter turn, in half turns, the
// pair is (-sin, cos)(pi r). Nothing is selected, and no multiplication reduces the angle.
template <class D, class VU, class V = hn::Vec<D>>
HWY_INLINE void BoxMullerPair(D d, V radius, VU word, V& z_cosine, V& z_sine) {
  static constexpr double kMinusSine[] = {// -sin(pi r) / r in r^2, error 3e-11
                                          -0x1.921fb54425516p+1, 0x1.4abbce51c31dap+2,
                                          -0x1.466bc06900900p+1, 0x1.32d12ebe6b560p-1,
                                          -0x1.5014072bd9ca2p-4, 0x1.cc9b5f3456b49p-8};
  static constexpr double kCosine[] = {
      // cos(pi r) in r^2, error 8e-13
      0x1.fffffffffe58ap-1, -0x1.3bd3cc9b93532p+2, 0x1.03c1f06d70297p+2, -0x1.55d3c047a1330p+0,
      0x1.e1f24d707d37cp-3, -0x1.a651b504444edp-6, 0x1.e25799d50d08dp-10};
  const hn::RebindToUnsigned<D> du;
  // The low 31 bits in units of 2^-31 above 2^21; the two subtractions are exact.
  const auto low = hn::And(word, hn::Set(du, std::uint64_t{0x7fffffff}));
  const V above = hn::BitCast(d, hn::Or(low, hn::Set(du, std::uint64_t{0x4140000000000000})));
  const V r = hn::Sub(hn::Sub(above, hn::Set(d, 0x1p21)), hn::Set(d, 0.5 - 0x1p-32));
  const V r2 = hn::Mul(r, r);
  const V r4 = hn::Mul(r2, r2);
  const auto sign = hn::And(hn::ShiftLeft<32>(word), hn::Set(du, std::uint64_t{1} << 63));
  const V signed_radius = hn::Xor(radius, hn::BitCast(d, sign));
  z_cosine = hn::Mul(signed_radius, hn::Mul(r, Polynomial(d, r2, r4, kMinusSine)));
  z_sine = hn::Mul(signed_radius, Polynomial(d, r2, r4, kCosine));
}

}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
