// The inverse of the normal law at (w + 1/2) 2^-32 for 32-bit words w, over Highway vectors.
// Include after elementary-inl.h.
//
// A table by half octaves of the distance to the nearer end in place of a logarithm: AVX-512 keeps
// what 255 in 256 words need in registers, which a permutation reads by the leading bits;
// elsewhere, and for the rest, rows of the table are read from memory. Lanes hold the same bits
// either way.

// Per-target include guard, as in Highway's -inl.h files.
#if defined(LIEN_ENGINE_KERNELS_INVERSE_NORMAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_ENGINE_KERNELS_INVERSE_NORMAL_INL_H_
#undef LIEN_ENGINE_KERNELS_INVERSE_NORMAL_INL_H_
#else
#define LIEN_ENGINE_KERNELS_INVERSE_NORMAL_INL_H_
#endif

#include "engine/kernels/inverse_normal_table.hpp"
#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// v = 4 min(u, 1 - u), exact, in [2^-31, 2): the smaller of the word and its complement counts
// units of 2^-30 above 2^22, and one exact subtraction removes the 2^22 and adds the half.
// extended: the word with its top bit in all bits above it.
template <class D, class VI, class V = hn::Vec<D>>
HWY_INLINE V EndDistance(D d, VI extended) {
  const hn::RebindToSigned<D> di;
  const auto smaller = hn::Xor(extended, hn::BroadcastSignBit(extended));
  const auto bits = hn::Or(smaller, hn::Set(di, std::int64_t{0x4150000000000000}));
  return hn::Sub(hn::BitCast(d, bits), hn::Set(d, 0x1p22 - 0x1p-31));
}

// Half octaves as integers that grow with v; the lower six bits are the table's row.
template <class D, class V, class DU = hn::RebindToUnsigned<D>>
HWY_INLINE hn::Vec<DU> HalfOctave(D /*d*/, V v) {
  return hn::ShiftRight<51>(hn::BitCast(DU(), v));
}

// t of the table: the bits below the half octave from 1 on, less the middle.
template <class D, class V>
HWY_INLINE V PlaceInHalfOctave(D d, V v) {
  const hn::RebindToUnsigned<D> du;
  const auto place = hn::OrAnd(hn::Set(du, std::uint64_t{0x3ff0000000000000}), hn::BitCast(du, v),
                               hn::Set(du, std::uint64_t{0x0007ffffffffffff}));
  return hn::Sub(hn::BitCast(d, place), hn::Set(d, 1.25));
}

// The number that the lower half of another one holds.
template <class D, class V>
HWY_INLINE V LowerNumber(D d, V two) {
  return hn::BitCast(d, hn::ShiftLeft<32>(hn::BitCast(hn::RebindToUnsigned<D>(), two)));
}

// The table's -|z|, or |z| for the words that have the top bit.
template <class D, class V, class VI>
HWY_INLINE V SignOfWord(D d, V z, VI extended) {
  const V sign = hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), std::uint64_t{1} << 63));
  return hn::Xor(z, hn::And(hn::BitCast(d, extended), sign));
}

// kVectors polynomials side by side. term(i, k): number i of the row of vector k. The order is the
// same everywhere: even and odd powers of t apart, from the highest down.
template <std::size_t kVectors, class D, class Term>
HWY_INLINE void NormalsOfRows(D d, const Kept<D> (&t)[kVectors], Kept<D> (&z)[kVectors],
                              const Term& term) {
  using V = hn::Vec<D>;
  Kept<D> t2[kVectors], odd[kVectors];
  HWY_UNROLL(4)
  for (std::size_t k = 0; k < kVectors; ++k) {
    const V two = term(7, k);
    z[k] = two;
    odd[k] = LowerNumber(d, two);
    t2[k] = hn::Mul(V(t[k]), V(t[k]));
  }
  HWY_UNROLL(4)
  for (std::size_t k = 0; k < kVectors; ++k) {
    const V two = term(6, k);
    z[k] = hn::MulAdd(V(z[k]), V(t2[k]), two);
    odd[k] = hn::MulAdd(V(odd[k]), V(t2[k]), LowerNumber(d, two));
  }
  HWY_UNROLL(3)
  for (std::size_t i = 6; i > 0; i -= 2) {
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kVectors; ++k) z[k] = hn::MulAdd(V(z[k]), V(t2[k]), term(i - 2, k));
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kVectors; ++k)
      odd[k] = hn::MulAdd(V(odd[k]), V(t2[k]), term(i - 1, k));
  }
  HWY_UNROLL(4)
  for (std::size_t k = 0; k < kVectors; ++k) z[k] = hn::MulAdd(V(odd[k]), V(t[k]), V(z[k]));
}

// The rows of all lanes from memory, turned into one vector a number.
template <class D, class VU>
HWY_INLINE void LoadRows(D d, VU half_octave, Kept<D> (&term)[kInverseNormalTerms]) {
  const hn::RebindToUnsigned<D> du;
  const auto row = hn::And(half_octave, hn::Set(du, std::uint64_t{kInverseNormalRows - 1}));
#if defined(__ARM_FEATURE_SVE_BITS) && __ARM_FEATURE_SVE_BITS > 0
  const auto at = hn::BitCast(hn::RebindToSigned<D>(), hn::ShiftLeft<3>(row));
  for (std::size_t i = 0; i < kInverseNormalTerms; ++i)
    term[i] = hn::GatherIndex(d, kInverseNormal[0] + i, at);
#else
  constexpr std::size_t kLanes = hn::MaxLanes(D());
  alignas(64) std::uint64_t at[kLanes];
  hn::Store(row, du, at);
  if constexpr (kLanes == 1) {
    for (std::size_t i = 0; i < kInverseNormalTerms; ++i)
      term[i] = hn::Set(d, kInverseNormal[at[0]][i]);
  } else {
    // Interleaving works within pairs of lanes: lane 1 stands beside lane 0, lane 3 beside lane 2.
    const auto pairs = [d, &at](std::size_t lane, std::size_t i) HWY_ATTR {
      if constexpr (kLanes == 2) {
        return hn::LoadU(d, kInverseNormal[at[lane]] + i);
      } else {
        static_assert(kLanes == 4);
        const hn::Half<D> half;
        return hn::Combine(d, hn::LoadU(half, kInverseNormal[at[lane + 2]] + i),
                           hn::LoadU(half, kInverseNormal[at[lane]] + i));
      }
    };
    for (std::size_t i = 0; i < kInverseNormalTerms; i += 2) {
      const auto even = pairs(0, i), odd = pairs(1, i);
      term[i] = hn::InterleaveLower(d, even, odd);
      term[i + 1] = hn::InterleaveUpper(d, even, odd);
    }
  }
#endif
}

// z of some words side by side, with their rows from memory.
template <class D, class V32, class V = hn::Vec<D>>
HWY_INLINE V NormalsFromMemory(D d, V32 word) {
  const hn::RebindToSigned<D> di;
  const auto extended = hn::PromoteTo(di, word);
  const V v = EndDistance(d, extended);
  const Kept<D> t[1] = {PlaceInHalfOctave(d, v)};
  Kept<D> term[kInverseNormalTerms], z[1];
  LoadRows(d, HalfOctave(d, v), term);
  NormalsOfRows<1>(d, t, z, [&term](std::size_t i, std::size_t) HWY_ATTR { return V(term[i]); });
  return SignOfWord(d, V(z[0]), extended);
}

#if HWY_TARGET == HWY_AVX3
// The last 16 rows, of v from 2^-7 on, by columns: a pair of registers each.
struct NormalColumns {
  alignas(64) double number[kInverseNormalTerms][16];
};
constexpr NormalColumns LastRows() {
  NormalColumns columns{};
  for (std::size_t i = 0; i < kInverseNormalTerms; ++i)
    for (std::size_t r = 0; r < 16; ++r)
      columns.number[i][r] = kInverseNormal[kInverseNormalRows - 16 + r][i];
  return columns;
}
inline constexpr NormalColumns kNormalColumns = LastRows();
inline constexpr double kLeastKept = 0x1p-7;

// Those words of 64 that are nearer to an end than the registers know: 0.25 of 64 on average.
HWY_INLINE void FarNormals(const std::int32_t* HWY_RESTRICT words, double* HWY_RESTRICT row) {
  const hn::CappedTag<double, 8> d;
  const hn::CappedTag<double, 1> one;
  for (std::size_t p = 0; p < 64; p += 8) {
    const auto extended =
        hn::PromoteTo(hn::RebindToSigned<decltype(d)>(),
                      hn::Load(hn::Rebind<std::int32_t, decltype(d)>(), words + p));
    std::uint8_t far = 0;
    hn::StoreMaskBits(d, hn::Lt(EndDistance(d, extended), hn::Set(d, kLeastKept)), &far);
    for (std::size_t at = p; far != 0; ++at, far >>= 1)
      if ((far & 1U) != 0)
        row[at] = hn::GetLane(
            NormalsFromMemory(one, hn::Set(hn::Rebind<std::int32_t, decltype(one)>(), words[at])));
  }
}

// z of 64 words. Four vectors side by side: a chain is seven times as long as its share of the
// time.
HWY_INLINE void NormalsOf(const std::int32_t* HWY_RESTRICT words, double* HWY_RESTRICT row) {
  constexpr std::size_t kVectors = 4;
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<std::int32_t, decltype(d)> dw;
  const hn::RebindToSigned<decltype(d)> di;
  using V = hn::Vec<decltype(d)>;
  V least = hn::Set(d, 2.0);
  for (std::size_t p = 0; p < 64; p += 8 * kVectors) {
    V t[kVectors], z[kVectors];
    hn::Vec<decltype(di)> extended[kVectors];
    hn::Vec<hn::RebindToUnsigned<decltype(d)>> half_octave[kVectors];
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kVectors; ++k) {
      extended[k] = hn::PromoteTo(di, hn::Load(dw, words + p + 8 * k));
      const V v = EndDistance(d, extended[k]);
      least = hn::Min(least, v);
      half_octave[k] = HalfOctave(d, v);  // the permutation reads its lower four bits
      t[k] = PlaceInHalfOctave(d, v);
    }
    NormalsOfRows<kVectors>(d, t, z, [&](std::size_t i, std::size_t k) HWY_ATTR {
      const double* const column = kNormalColumns.number[i];
      return V{_mm512_permutex2var_pd(hn::Load(d, column).raw, half_octave[k].raw,
                                      hn::Load(d, column + 8).raw)};
    });
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kVectors; ++k)
      hn::Store(SignOfWord(d, z[k], extended[k]), d, row + p + 8 * k);
  }
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Lt(least, hn::Set(d, kLeastKept))))) FarNormals(words, row);
}
#else
// z of 64 words.
HWY_INLINE void NormalsOf(const std::int32_t* HWY_RESTRICT words, double* HWY_RESTRICT row) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<std::int32_t, decltype(d)> dw;
  for (std::size_t p = 0; p < 64; p += hn::Lanes(d))
    hn::Store(NormalsFromMemory(d, hn::Load(dw, words + p)), d, row + p);
}
#endif

}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
