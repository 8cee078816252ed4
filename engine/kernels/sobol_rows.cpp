#include "engine/kernels/sobol_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/sobol_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// Eight doubles at most, and twice as many words of half the size.
using Doubles = hn::CappedTag<double, 8>;
using Words = hn::CappedTag<std::uint32_t, 16>;
using HalfWords = hn::Rebind<std::uint32_t, Doubles>;  // as many words as doubles

struct WordRow {
  alignas(64) std::uint32_t word[kSobolGroup];
};

template <class V>
HWY_INLINE V SwapBits(V x, V mask, int by) {
  const V up = hn::ShiftLeftSame(hn::And(x, mask), by);
  return hn::Or(hn::And(hn::ShiftRightSame(x, by), mask), up);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V ReverseBits(D du, V x) {
  x = SwapBits(x, hn::Set(du, 0x55555555U), 1);
  x = SwapBits(x, hn::Set(du, 0x33333333U), 2);
  x = SwapBits(x, hn::Set(du, 0x0f0f0f0fU), 4);
  x = SwapBits(x, hn::Set(du, 0x00ff00ffU), 8);
  return hn::Or(hn::ShiftRight<16>(x), hn::ShiftLeft<16>(x));
}

// scramble() and reverse_bits() of sobol.hpp on every word.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ScrambledWord(D du, V x, V key, V odd) {
  x = hn::Xor(x, hn::Mul(x, hn::Set(du, kScrambleMultiplier[0])));
  x = hn::Mul(hn::Add(x, key), odd);
  x = hn::Xor(x, hn::Mul(x, hn::Set(du, kScrambleMultiplier[1])));
  x = hn::Xor(x, hn::Mul(x, hn::Set(du, kScrambleMultiplier[2])));
  return ReverseBits(du, x);
}

// Words of a whole group: one key, one word over the table of the lower bits.
HWY_INLINE void FillGroup(const std::uint32_t* HWY_RESTRICT low, std::uint32_t upper,
                          std::uint32_t key, WordRow& row) {
  const Words du;
  const auto prefix = hn::Set(du, upper), all_key = hn::Set(du, key);
  const auto odd = hn::Set(du, (key >> 16) | 1U);
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(du))
    hn::Store(ScrambledWord(du, hn::Xor(hn::LoadU(du, low + p), prefix), all_key, odd), du,
              row.word + p);
}

// Any paths: each its own.
HWY_INLINE void FillListed(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                           WordRow& row) {
  for (std::size_t p = 0; p < kSobolGroup; ++p) row.word[p] = points.word(dimension, numbers[p]);
}

HWY_INLINE void FillWords(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                          WordRow& row) {
  const std::uint64_t first = numbers[0];
  if (numbers.listed() != nullptr || first % kSobolGroup != 0)
    return FillListed(points, dimension, numbers, row);
  FillGroup(points.low(dimension), points.reversed(dimension, first), points.key(dimension, first),
            row);
}

// (w + 1/2) 2^-32: below 2^20, w counts units of 2^-32, and one exact subtraction removes the 2^20
// and adds the half.
template <class D, class V32, class V = hn::Vec<D>>
HWY_INLINE V UniformOf(D d, V32 word) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::Or(hn::PromoteTo(du, word), hn::Set(du, std::uint64_t{0x4130000000000000}));
  return hn::Sub(hn::BitCast(d, bits), hn::Set(d, 0x1p20 - 0x1p-33));
}

// -2 ln q, 0 < q <= 1: the series of BoxMullerRadius, relative error 2e-12.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V MinusTwoLog(D d, V q) {
  static constexpr double kCoefficient[] = {
      // -2 times 2 atanh(s) / s, in s^2
      -0x1.0000000004988p+2, -0x1.555554db6d410p+0, -0x1.999a9bbfcf938p-1, -0x1.2432ec97e26d1p-1,
      -0x1.e3a9bc9e83906p-2};
  V exponent;
  const V f = ReduceLog(d, q, exponent);
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0)));
  const V z = hn::Mul(s, s);
  return hn::MulAdd(s, Polynomial(d, z, hn::Mul(z, z), kCoefficient),
                    hn::Mul(exponent, hn::Set(d, -0x1.62e42fefa39efp+0)));
}

// The z with P(Z <= z) = u, as x times a function of W = -2 ln(1 - x^2), x = 2u - 1, which is
// smooth: a polynomial in W up to 10, in the root of W for the seven in 2,000 beyond, which few
// vectors hold. Interpolation at Chebyshev nodes in 50 digits.
// Source of the variables: Giles, "Approximating the erfinv function", GPU Computing Gems, 2012.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V InverseNormal(D d, V u) {
  static constexpr double kCentral[] = {
      // in W - 5.01, error 7e-12 relative
      0x1.1001e0e9a2888p+1,   0x1.651cd62ca58e9p-3,  -0x1.84e6796701d09p-10,
      -0x1.cecbacb895771p-13, 0x1.4375ae1b454e6p-16, -0x1.e3e075ced7686p-23,
      -0x1.42be1f0d9f65cp-24, 0x1.6bf527d40d02bp-28, 0x1.430033e6e0d5ep-34,
      -0x1.07e40a22e15a0p-35, 0x1.415266a8b9e7ap-40, 0x1.8e3164a363239p-44,
      -0x1.fe7abdff2aab0p-48, -0x1.ed2f21f5dd8dep-55};
  static constexpr double kTail[] = {
      // in the root of W less 4.866, error 6e-12 relative
      0x1.287d0ecc3d433p+2,   0x1.01c7f762b55a0p+0,   0x1.53ff770bd7219p-9,
      -0x1.33cc3e998baf4p-10, 0x1.e927169d3819bp-12,  -0x1.be064907d418ep-13,
      0x1.8a755e7420b30p-14,  -0x1.1307c4af8a421p-15, 0x1.d349d113432f4p-18,
      0x1.ec1e6e78f730cp-23,  -0x1.d9095c382713ep-21, 0x1.9d8c7b89ed5c6p-22,
      -0x1.0d2eedb89efb5p-24, -0x1.852fa42192d18p-26, 0x1.915fa021427fdp-27,
      -0x1.6d7eed4078b1cp-33, -0x1.f6791c00e8ec4p-32};
  const V one = hn::Set(d, 1.0), four = hn::Set(d, 4.0);
  const V big = MinusTwoLog(d, hn::Mul(hn::Mul(u, hn::Sub(one, u)), four));
  const V t = hn::Sub(big, hn::Set(d, 0x1.40a3d70a3d70ap+2));
  V ratio = Polynomial(d, t, hn::Mul(t, t), kCentral);
  const auto far = hn::Gt(big, hn::Set(d, 10.0));
  if (HWY_UNLIKELY(!hn::AllFalse(d, far))) {
    const V s = hn::Sub(hn::Sqrt(big), hn::Set(d, 0x1.376ac74e73c92p+2));
    ratio = hn::IfThenElse(far, Polynomial(d, s, hn::Mul(s, s), kTail), ratio);
  }
  return hn::Mul(hn::MulSub(u, hn::Set(d, 2.0), one), ratio);
}

void SobolUniformRow(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                     double* HWY_RESTRICT row) {
  const Doubles d;
  const HalfWords dw;
  WordRow words;
  FillWords(points, dimension, numbers, words);
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(d))
    hn::Store(UniformOf(d, hn::Load(dw, words.word + p)), d, row + p);
}

void SobolNormalRow(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                    double* HWY_RESTRICT row) {
  const Doubles d;
  const HalfWords dw;
  WordRow words;
  FillWords(points, dimension, numbers, words);
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(d))
    hn::Store(InverseNormal(d, UniformOf(d, hn::Load(dw, words.word + p))), d, row + p);
}

void SobolExponentialRow(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                         double* HWY_RESTRICT row) {
  const Doubles d;
  const HalfWords dw;
  WordRow words;
  FillWords(points, dimension, numbers, words);
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(d))
    hn::Store(hn::Neg(Log(d, UniformOf(d, hn::Load(dw, words.word + p)))), d, row + p);
}

void BridgeRow(const BridgeNode& node, const double* HWY_RESTRICT normals,
               double* HWY_RESTRICT rows) {
  const Doubles d;
  const auto row = [rows](int step) { return rows + static_cast<std::size_t>(step) * kSobolGroup; };
  const double *const left = row(node.left), *const right = row(node.right);
  double* const to = row(node.at);
  const auto lw = hn::Set(d, node.left_weight), rw = hn::Set(d, node.right_weight),
             stdev = hn::Set(d, node.stdev);
  const bool last = node.right == node.at;  // its own row is not drawn yet
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(d)) {
    auto w = hn::MulAdd(stdev, hn::Load(d, normals + p), hn::Mul(lw, hn::Load(d, left + p)));
    if (!last) w = hn::MulAdd(rw, hn::Load(d, right + p), w);
    hn::Store(w, d, to + p);
  }
}

void IncrementRows(int steps, double* HWY_RESTRICT rows) {
  const Doubles d;
  for (std::size_t at = static_cast<std::size_t>(steps) * kSobolGroup; at >= kSobolGroup;
       at -= kSobolGroup)
    for (std::size_t p = at; p < at + kSobolGroup; p += hn::Lanes(d))
      hn::Store(hn::Sub(hn::Load(d, rows + p), hn::Load(d, rows + p - kSobolGroup)), d, rows + p);
}

}  // namespace
}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::engine {

HWY_EXPORT(SobolUniformRow);
HWY_EXPORT(SobolNormalRow);
HWY_EXPORT(SobolExponentialRow);
HWY_EXPORT(BridgeRow);
HWY_EXPORT(IncrementRows);

void sobol_uniform_row(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                       double* row) noexcept {
  HWY_DYNAMIC_DISPATCH(SobolUniformRow)(points, dimension, numbers, row);
}

void sobol_normal_row(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                      double* row) noexcept {
  HWY_DYNAMIC_DISPATCH(SobolNormalRow)(points, dimension, numbers, row);
}

void sobol_exponential_row(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                           double* row) noexcept {
  HWY_DYNAMIC_DISPATCH(SobolExponentialRow)(points, dimension, numbers, row);
}

void bridge_row(const BridgeNode& node, const double* normals, double* rows) noexcept {
  HWY_DYNAMIC_DISPATCH(BridgeRow)(node, normals, rows);
}

void increment_rows(int steps, double* rows) noexcept {
  HWY_DYNAMIC_DISPATCH(IncrementRows)(steps, rows);
}

}  // namespace lien::engine
#endif  // HWY_ONCE
