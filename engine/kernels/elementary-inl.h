// Elementary functions over Highway vectors of doubles.
//
// Only +, -, *, /, sqrt, fused multiply-add and bit operations are used, each correctly rounded, so
// a lane has the same bits on AVX2, AVX-512 and NEON, with any compiler, and in the scalar
// functions of engine/elementary/elementary.hpp, which are one lane of these. Highway's own
// contrib/math is not used: its polynomials change between versions.
//
// Polynomials are summed in even and odd halves (Estrin), which shortens the chain of dependent
// multiply-adds. Coefficients: interpolation at Chebyshev nodes (exp, log, sine) or Remez exchange
// (Mills ratio) in 60 digits, rounded to double; the error beside each is that of the rounded ones.

// Per-target include guard, as in Highway's -inl.h files.
#if defined(LIEN_ENGINE_KERNELS_ELEMENTARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_ENGINE_KERNELS_ELEMENTARY_INL_H_
#undef LIEN_ENGINE_KERNELS_ELEMENTARY_INL_H_
#else
#define LIEN_ENGINE_KERNELS_ELEMENTARY_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Sum of coefficient[i] x^i for i < kTerms, given x and x^2: two Horner chains in x^2.
template <class D, class V, std::size_t kTerms>
HWY_INLINE V Polynomial(D d, V x, V x2, const double (&coefficient)[kTerms]) {
  static_assert(kTerms >= 3);
  constexpr std::size_t kLastEven = (kTerms - 1) / 2 * 2;
  constexpr std::size_t kLastOdd = kTerms / 2 * 2 - 1;
  V even = hn::Set(d, coefficient[kLastEven]);
  for (std::size_t i = kLastEven; i >= 2; i -= 2) {
    even = hn::MulAdd(even, x2, hn::Set(d, coefficient[i - 2]));
  }
  V odd = hn::Set(d, coefficient[kLastOdd]);
  for (std::size_t i = kLastOdd; i >= 3; i -= 2) {
    odd = hn::MulAdd(odd, x2, hn::Set(d, coefficient[i - 2]));
  }
  return hn::MulAdd(odd, x, even);
}

// Adding this to |v| < 2^51 rounds v to an integer and leaves that integer in the low bits: AVX2
// has no conversion between doubles and 64-bit integers.
inline constexpr double kRoundMagic = 0x1.8p52;

inline constexpr double kInverseLn2 = 0x1.71547652b82fep0;
inline constexpr double kLn2 = 0x1.62e42fefa39efp-1;
inline constexpr double kInverseRootTwoPi = 0x1.9884533d43651p-2;  // 1 / sqrt(2 pi)

// e^r - 1 after the reduction x = n ln 2 + r, |r| <= ln 2 / 2; shifted is n + kRoundMagic. (Two
// results, one by reference: vectors of unknown length on Arm cannot be members of a struct.)
template <class D, class V>
HWY_INLINE V ReduceExp(D d, V x, V& shifted) {
  // (e^r - 1 - r) / r^2, error of e^r 1.5e-17.
  static constexpr double kCoefficient[] = {
      0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553d68p-5,  0x1.11111111109b5p-7,
      0x1.6c16c17889ef1p-10, 0x1.a01a01a7c2efep-13, 0x1.a019b9149a41cp-16, 0x1.71de0db2f6b19p-19,
      0x1.28917c89a43a7p-22, 0x1.af389ecfc4b9cp-26};
  const V magic = hn::Set(d, kRoundMagic);
  shifted = hn::MulAdd(x, hn::Set(d, kInverseLn2), magic);
  const V n = hn::Sub(shifted, magic);
  V r = hn::NegMulAdd(n, hn::Set(d, kLn2), x);
  r = hn::NegMulAdd(n, hn::Set(d, 0x1.abc9e3b39803fp-56), r);  // ln 2 less kLn2
  const V r2 = hn::Mul(r, r);
  return hn::MulAdd(r2, Polynomial(d, r, r2, kCoefficient), r);
}

// e^x; x is clamped to [-708, 709], where the result is a normal number. Error <= 1.1
// ulp. Not for NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  x = hn::Min(hn::Max(x, hn::Set(d, -708.0)), hn::Set(d, 709.0));
  V shifted;
  const V r_expm1 = ReduceExp(d, x, shifted);
  const V mantissa = hn::Add(hn::Set(d, 1.0), r_expm1);
  // n sits in the low bits of `shifted`: moved up, it is added to the exponent.
  const auto exponent = hn::ShiftLeft<52>(hn::BitCast(du, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(du, mantissa), exponent));
}

// f and exponent with x = 2^exponent (1 + f), 1 + f in [sqrt(1/2), sqrt(2)); x > 0, normal.
template <class D, class V>
HWY_INLINE V ReduceLog(D d, V x, V& exponent) {
  const hn::RebindToUnsigned<D> du;
  const auto root_half = hn::Set(du, std::uint64_t{0x3fe6a09e667f3bcd});  // bits of sqrt(1/2)
  // Offset so that the wanted exponent, biased by 1023, is the top of a non-negative integer.
  const auto offset = hn::Add(hn::Sub(hn::BitCast(du, x), root_half),
                              hn::Set(du, std::uint64_t{0x3ff0000000000000}));
  // The biased exponent as the low bits of 2^52 is the double 2^52 + exponent + 1023.
  const auto biased =
      hn::Or(hn::ShiftRight<52>(offset), hn::Set(du, std::uint64_t{0x4330000000000000}));
  const auto mantissa =
      hn::Add(hn::And(offset, hn::Set(du, std::uint64_t{0x000fffffffffffff})), root_half);
  exponent = hn::Sub(hn::BitCast(d, biased), hn::Set(d, 0x1p52 + 1023.0));
  return hn::Sub(hn::BitCast(d, mantissa), hn::Set(d, 1.0));
}

// (2 atanh(s) / s - 2) / z for z = s^2 and s = f / (2 + f), whose 2 atanh(s) is ln(1 + f). Error of
// the logarithm 5e-18 relative.
template <class D, class V>
HWY_INLINE V LogSeries(D d, V z) {
  static constexpr double kCoefficient[] = {
      0x1.5555555555558p-1, 0x1.99999999952e2p-2, 0x1.2492492df148dp-2, 0x1.c71c62e5800a1p-3,
      0x1.7462b4ab2ef6bp-3, 0x1.39fe606542ddep-3, 0x1.2b584aae78a57p-3};
  return Polynomial(d, z, hn::Mul(z, z), kCoefficient);
}

// ln 2 in two parts; the first has 42 bits, so its product with any exponent is exact.
inline constexpr double kLn2High = 0x1.62e42fefa3800p-1;
inline constexpr double kLn2Low = 0x1.ef35793c76730p-45;

// ln(2^exponent (1 + f)) + correction, |correction| tiny. ln(1 + f) = f - f^2/2 + s (f^2/2 + z
// LogSeries(z)): the large terms are exact, so the error stays below 1 ulp.
// Source of the arrangement: Sun's fdlibm, e_log.c.
template <class D, class V>
HWY_INLINE V LogOfReduced(D d, V exponent, V f, V correction) {
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0)));
  const V z = hn::Mul(s, s);
  const V half_square = hn::Mul(hn::Mul(f, f), hn::Set(d, 0.5));
  const V small = hn::MulAdd(s, hn::MulAdd(z, LogSeries(d, z), half_square),
                             hn::MulAdd(exponent, hn::Set(d, kLn2Low), correction));
  const V folded = hn::Sub(hn::Sub(half_square, small), f);
  return hn::MulSub(exponent, hn::Set(d, kLn2High), folded);
}

// ln x for normal x > 0. Error <= 1 ulp.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log(D d, V x) {
  V exponent;
  const V f = ReduceLog(d, x, exponent);
  return LogOfReduced(d, exponent, f, hn::Zero(d));
}

// sin(2 pi turns) and cos(2 pi turns), |turns| < 2^48. Absolute error <= 1.5e-16.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void SinCosTwoPi(D d, V turns, V& sine, V& cosine) {
  static constexpr double kSine[] = {
      // (sin(pi r / 2) / r - pi / 2) / r^2 in r^2, |r| <= 1/2
      -0x1.4abbce625be53p-1,  0x1.466bc6775aae1p-4,  -0x1.32d2cce62b872p-8, 0x1.50783486facaap-13,
      -0x1.e3074d2614b2dp-19, 0x1.e8f036bcd3237p-25, -0x1.6cc577dadd922p-31};
  static constexpr double kCosine[] = {
      // (cos(pi r / 2) - 1) / r^2 in r^2
      -0x1.3bd3cc9be45dep+0,  0x1.03c1f081b5ac0p-2,  -0x1.55d3c7e3cb241p-6, 0x1.e1f5068688d5bp-11,
      -0x1.a6d1eef479be1p-16, 0x1.f9ce245cada0bp-22, -0x1.b2f3eb054afcdp-28};
  const hn::RebindToUnsigned<D> du;
  const V magic = hn::Set(d, kRoundMagic);
  const V four = hn::Set(d, 4.0);
  const V shifted = hn::MulAdd(turns, four, magic);
  const V r = hn::MulSub(turns, four, hn::Sub(shifted, magic));  // exact, quarter turns
  const V r2 = hn::Mul(r, r);
  const V r4 = hn::Mul(r2, r2);
  // pi / 2 = 0x1.921fb54442d18p0 + 0x1.1a62633145c07p-54: the first product is rounded once.
  const V cubic = hn::MulAdd(Polynomial(d, r2, r4, kSine), r2, hn::Set(d, 0x1.1a62633145c07p-54));
  const V s = hn::MulAdd(r, hn::Set(d, 0x1.921fb54442d18p0), hn::Mul(r, cubic));
  const V c = hn::MulAdd(Polynomial(d, r2, r4, kCosine), r2, hn::Set(d, 1.0));
  // Quadrant q in the low bits: odd q swaps, the sign of sine is bit 1, of cosine bit 1 xor bit 0.
  const auto quadrant = hn::BitCast(du, shifted);
  const V odd = hn::BitCast(d, hn::ShiftLeft<63>(quadrant));
  const V half = hn::BitCast(d, hn::ShiftLeft<62>(quadrant));
  const V sign = hn::BitCast(d, hn::Set(du, std::uint64_t{1} << 63));
  sine = hn::Xor(hn::IfNegativeThenElse(odd, c, s), hn::And(half, sign));
  cosine = hn::Xor(hn::IfNegativeThenElse(odd, s, c), hn::And(hn::Xor(half, odd), sign));
}

// Mills ratio M(x) = N(-x) / n(x) of the normal law, x in [0, 38]: P(x) / Q(x), all coefficients
// positive, so nothing cancels. Relative error of the fraction 5e-17.
template <class D, class V>
HWY_INLINE V MillsRatio(D d, V x) {
  static constexpr double kNumerator[] = {
      1.2533141373155003,     1.9420868199631127,    1.4947785883343565,    0.7340596601405313,
      0.25143110928769363,    0.062245272537629195,  0.011208299287470252,  0.0014401352772639908,
      0.00012512098496686482, 6.496694315272228e-06, 1.4337337360849102e-07};
  static constexpr double kDenominator[] = {1.0,
                                            2.347445650190166,
                                            2.5656513990612972,
                                            1.7250272044196655,
                                            0.7934900879205927,
                                            0.262390574368306,
                                            0.06367241557720289,
                                            0.011333133486977792,
                                            0.001446631972525187,
                                            0.0001252643583247672,
                                            6.496694315429565e-06,
                                            1.4337337360777774e-07};
  const V x2 = hn::Mul(x, x);
  return hn::Div(Polynomial(d, x, x2, kNumerator), Polynomial(d, x, x2, kDenominator));
}

// Standard normal density n(x). The rounding of x^2, which the exponential would magnify by x^2 /
// 2, is recovered by a fused multiply-add. Relative error <= 5e-16 while |x| <= 37.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V NormalDensity(D d, V x) {
  const V square = hn::Mul(x, x);
  const V lost = hn::MulSub(x, x, square);
  const V half = hn::Set(d, -0.5);
  const V scale =
      hn::MulAdd(hn::Mul(lost, half), hn::Set(d, kInverseRootTwoPi), hn::Set(d, kInverseRootTwoPi));
  return hn::Mul(Exp(d, hn::Mul(square, half)), scale);
}

// Standard normal distribution N(x). Relative error <= 1e-15 while x >= -37; below -37.6 it stays
// at about 1e-309 (scalar normal_cdf goes to zero).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V NormalCdf(D d, V x) {
  const V distance = hn::Min(hn::Abs(x), hn::Set(d, 38.0));
  const V tail = hn::Mul(NormalDensity(d, distance), MillsRatio(d, distance));
  return hn::IfNegativeThenElse(x, tail, hn::Sub(hn::Set(d, 1.0), tail));
}

// e^x for prices: relative error 4e-12 + 3e-17 |x|, three terms fewer than Exp. For x in [-708,
// 709], which the caller must know: elsewhere the result is wrong without a sign of it.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ShortExpInRange(D d, V x) {
  // (e^r - 1 - r) / r^2, error of e^r 3.3e-12.
  static constexpr double kCoefficient[] = {
      0x1.0000000000000p-1,  0x1.5555556750672p-3,  0x1.5555555c85f99p-5, 0x1.1110c63a4eed0p-7,
      0x1.6c1685919d367p-10, 0x1.a15169e096556p-13, 0x1.a1131351400c3p-16};
  const hn::RebindToUnsigned<D> du;
  const V magic = hn::Set(d, kRoundMagic);
  const V shifted = hn::MulAdd(x, hn::Set(d, kInverseLn2), magic);
  const V r = hn::NegMulAdd(hn::Sub(shifted, magic), hn::Set(d, kLn2), x);
  const V r2 = hn::Mul(r, r);
  const V linear = hn::Add(r, hn::Set(d, 1.0));
  const V mantissa = hn::MulAdd(r2, Polynomial(d, r, r2, kCoefficient), linear);
  const auto exponent = hn::ShiftLeft<52>(hn::BitCast(du, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(du, mantissa), exponent));
}

// The same for any x that is a number, clamped as Exp is.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ShortExp(D d, V x) {
  return ShortExpInRange(d, hn::Min(hn::Max(x, hn::Set(d, -708.0)), hn::Set(d, 709.0)));
}

// Numerator (returned) and denominator of the Mills ratio for prices, x in [0, 1e18]: relative
// error 3e-11 while x <= 8; beyond, the density that multiplies it is below 1e-14.
template <class D, class V>
HWY_INLINE V ShortMillsRatio(D d, V x, V& denominator) {
  static constexpr double kNumerator[] = {1.2533141372870233,   1.2342311842086708,
                                          0.5948282337105616,   0.16482169989968987,
                                          0.026090067028176532, 0.0019135451072275905};
  static constexpr double kDenominator[] = {1.0,
                                            1.782658564729364,
                                            1.3969600510492464,
                                            0.6207535128121751,
                                            0.16674601070787318,
                                            0.02608963660957033,
                                            0.0019135530005026438};
  const V x2 = hn::Mul(x, x);
  denominator = Polynomial(d, x, x2, kDenominator);
  return Polynomial(d, x, x2, kNumerator);
}

// Undiscounted call E[(exp(k + s Z - s^2 / 2) - 1)^+] of mean e^k, strike 1, s = stdev of the
// logarithm in [1e-15, 30], inverse_stdev = 1 / s, |k| <= 700. Error <= 4e-11 max(1, e^k); never
// below the intrinsic value max(e^k - 1, 0), and monotone only within the error.
//
// With a = |k| / s - s / 2 and b = |k| / s + s / 2, both distribution functions of Black's formula
// are the one density n(b) times a Mills ratio, since e^-|k| n(a) = n(b):
//   a >= 0:  max(e^k - 1, 0) + P (M(a) - M(b))          P = max(1, e^k) n(b)
//   a < 0:   e^k             - P (M(-a) + M(b))
// so two exponentials and one division price both sides of the strike.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V BlackCallOfStdev(D d, V k, V stdev, V inverse_stdev) {
  const V half = hn::Set(d, 0.5);
  const V ratio = hn::Mul(hn::Abs(k), inverse_stdev);
  const V a = hn::NegMulAdd(stdev, half, ratio);
  const V b = hn::MulAdd(stdev, half, ratio);
  const V mean = ShortExp(d, k);
  const V log_density = hn::NegMulAdd(hn::Mul(b, b), half, hn::Max(k, hn::Zero(d)));
  const V density = hn::Mul(ShortExp(d, log_density), hn::Set(d, kInverseRootTwoPi));
  V near_below, far_below;
  const V near = hn::CopySign(ShortMillsRatio(d, hn::Abs(a), near_below), a);
  const V far = ShortMillsRatio(d, b, far_below);
  const V difference = hn::Div(hn::MulSub(near, far_below, hn::Mul(far, near_below)),
                               hn::Mul(near_below, far_below));
  const V intrinsic = hn::Max(hn::Sub(mean, hn::Set(d, 1.0)), hn::Zero(d));
  const V start = hn::IfNegativeThenElse(a, mean, intrinsic);
  return hn::Max(hn::MulAdd(density, difference, start), intrinsic);
}

// The same for log variance v >= 0 (v = 0 gives the intrinsic value). Where many k share one v, its
// root and quotient cost a third of the call: use BlackCallOfStdev.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V BlackCall(D d, V k, V v) {
  const V stdev = hn::Sqrt(hn::Max(v, hn::Set(d, 1e-30)));
  return BlackCallOfStdev(d, k, stdev, hn::Div(hn::Set(d, 1.0), stdev));
}

}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
