#include "engine/kernels/sobol_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/sobol_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "engine/kernels/inverse_normal-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// Eight doubles at most, and twice as many words of half the size.
using Doubles = hn::CappedTag<double, 8>;
using Words = hn::CappedTag<std::uint32_t, 16>;
using HalfWords = hn::Rebind<std::uint32_t, Doubles>;  // as many words as doubles

// Reversed halves of a byte by a table each, then the bytes of each word in reverse.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ReverseBits(D du, V x) {
  alignas(16) static constexpr std::uint8_t kUpper[16] = {0x00, 0x80, 0x40, 0xc0, 0x20, 0xa0,
                                                          0x60, 0xe0, 0x10, 0x90, 0x50, 0xd0,
                                                          0x30, 0xb0, 0x70, 0xf0};
  alignas(16) static constexpr std::uint8_t kLower[16] = {0x0, 0x8, 0x4, 0xc, 0x2, 0xa, 0x6, 0xe,
                                                          0x1, 0x9, 0x5, 0xd, 0x3, 0xb, 0x7, 0xf};
  alignas(16) static constexpr std::uint8_t kBytes[16] = {3,  2,  1, 0, 7,  6,  5,  4,
                                                          11, 10, 9, 8, 15, 14, 13, 12};
  const hn::Repartition<std::uint8_t, D> d8;
  const auto half = hn::Set(du, 0x0f0f0f0fU);
  const auto low = hn::BitCast(d8, hn::And(x, half));
  const auto high = hn::BitCast(d8, hn::And(hn::ShiftRight<4>(x), half));
  const auto reversed = hn::Or(hn::TableLookupBytes(hn::LoadDup128(d8, kUpper), low),
                               hn::TableLookupBytes(hn::LoadDup128(d8, kLower), high));
  return hn::BitCast(du, hn::TableLookupBytes(reversed, hn::LoadDup128(d8, kBytes)));
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
                          std::uint32_t key, std::uint32_t* HWY_RESTRICT words) {
  const Words du;
  const auto prefix = hn::Set(du, upper), all_key = hn::Set(du, key);
  const auto odd = hn::Set(du, (key >> 16) | 1U);
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(du))
    hn::Store(ScrambledWord(du, hn::Xor(hn::LoadU(du, low + p), prefix), all_key, odd), du,
              words + p);
}

// Words of one dimension: of any paths each its own, of a group together.
HWY_INLINE void FillWords(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                          std::uint32_t* HWY_RESTRICT words) {
  const std::uint64_t first = numbers[0];
  if (HWY_UNLIKELY(numbers.listed() != nullptr || first % kSobolGroup != 0)) {
    for (std::size_t p = 0; p < kSobolGroup; ++p) words[p] = points.word(dimension, numbers[p]);
    return;
  }
  FillGroup(points.low(dimension), points.reversed(dimension, first), points.key(dimension, first),
            words);
}

// (w + 1/2) 2^-32: below 2^20, w counts units of 2^-32, and one exact subtraction removes the 2^20
// and adds the half.
template <class D, class V32, class V = hn::Vec<D>>
HWY_INLINE V UniformOf(D d, V32 word) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::Or(hn::PromoteTo(du, word), hn::Set(du, std::uint64_t{0x4130000000000000}));
  return hn::Sub(hn::BitCast(d, bits), hn::Set(d, 0x1p20 - 0x1p-33));
}

// -ln u, 0 < u <= 1: a shorter series than Log's, relative error 4.3e-12.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V MinusLog(D d, V u) {
  static constexpr double kCoefficient[] = {
      // -2 atanh(s) / s, in s^2
      -0x1.0000000004988p+1, -0x1.555554db6d410p-1, -0x1.999a9bbfcf938p-2, -0x1.2432ec97e26d1p-2,
      -0x1.e3a9bc9e83906p-3};
  V exponent;
  const V f = ReduceLog(d, u, exponent);
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0)));
  const V z = hn::Mul(s, s);
  return hn::MulAdd(s, Polynomial(d, z, hn::Mul(z, z), kCoefficient),
                    hn::Mul(exponent, hn::Set(d, -kLn2)));
}

void SobolUniformRow(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                     double* HWY_RESTRICT row) {
  const Doubles d;
  const HalfWords dw;
  alignas(64) std::uint32_t words[kSobolGroup];
  FillWords(points, dimension, numbers, words);
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(d))
    hn::Store(UniformOf(d, hn::Load(dw, words + p)), d, row + p);
}

// Rows together: the words of one wait for nothing that the others need.
void SobolNormalRows(const SobolPoints& points, std::size_t dimension, std::size_t stride,
                     std::size_t rows, PathNumbers numbers, double* HWY_RESTRICT row) {
  alignas(64) std::uint32_t words[kSobolRows * kSobolGroup];
  for (std::size_t r = 0; r < rows; ++r)
    FillWords(points, dimension + r * stride, numbers, words + r * kSobolGroup);
  for (std::size_t r = 0; r < rows; ++r)
    NormalsOf(reinterpret_cast<const std::int32_t*>(words) + r * kSobolGroup,
              row + r * kSobolGroup);
}

void SobolExponentialRow(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                         double* HWY_RESTRICT row) {
  const Doubles d;
  const HalfWords dw;
  alignas(64) std::uint32_t words[kSobolGroup];
  FillWords(points, dimension, numbers, words);
  for (std::size_t p = 0; p < kSobolGroup; p += hn::Lanes(d))
    hn::Store(MinusLog(d, UniformOf(d, hn::Load(dw, words + p))), d, row + p);
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
HWY_EXPORT(SobolNormalRows);
HWY_EXPORT(SobolExponentialRow);
HWY_EXPORT(BridgeRow);
HWY_EXPORT(IncrementRows);

void sobol_uniform_row(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                       double* row) noexcept {
  HWY_DYNAMIC_DISPATCH(SobolUniformRow)(points, dimension, numbers, row);
}

void sobol_normal_rows(const SobolPoints& points, std::size_t dimension, std::size_t stride,
                       std::size_t rows, PathNumbers numbers, double* row) noexcept {
  HWY_DASSERT(rows <= kSobolRows);
  HWY_DYNAMIC_DISPATCH(SobolNormalRows)(points, dimension, stride, rows, numbers, row);
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
