#include "engine/kernels/random_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/random_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/random_rows-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// Never wider than the eight that `paths` is a multiple of.
using Doubles = hn::CappedTag<double, 8>;
using Words = hn::RebindToUnsigned<Doubles>;
using WordVector = hn::Vec<Words>;
using DoubleVector = hn::Vec<Doubles>;

// The Philox words of up to kChunk paths, in the low halves (junk above), 2 KB: they stay in L1
// between the passes below. Short loops one after the other are a sixth faster than a single long
// one: the constants of each fit in the registers, and the CPU overlaps more of its iterations,
// which hides the latency of division and root.
constexpr std::size_t kChunk = 64;
struct WordRows {
  alignas(64) std::uint64_t word[4][kChunk];
};

// Vectors that go through a chain of dependent operations side by side, so that one works while
// another waits: as many as the registers hold (AVX-512 has 32, AVX2 16).
constexpr std::size_t kWordVectors = HWY_TARGET == HWY_AVX3 ? 4 : 2;
constexpr std::size_t kRadiusVectors = HWY_TARGET == HWY_AVX3 ? 4 : 1;
static_assert(kWordVectors % kRadiusVectors == 0);  // both may pass the last path by as much

// The keys of the ten rounds: each is broadcast by the operation that reads it.
struct RoundKeys {
  std::uint64_t key[kPhiloxRounds][2];
};

HWY_INLINE void FillRoundKeys(PhiloxKey key, RoundKeys& keys) {
  std::uint64_t k0 = key[0], k1 = key[1];
  for (auto& round : keys.key) {
    round[0] = k0;
    round[1] = k1;
    k0 += kPhiloxKeyStep[0];  // carries go to the junk
    k1 += kPhiloxKeyStep[1];
  }
}

// The words of counters {numbers[p], index, draw}, p < paths <= kChunk; consecutive numbers share
// their high word. It may fill vectors too many, inside the chunk. Round 0 is written out: index
// and draw are the same on all paths, and so is all that follows from them and the high word, which
// leaves the loop by itself (half of rounds 0 and 1); the product of consecutive low words grows by
// a constant.
template <bool kListed>
HWY_INLINE void FillWordsOf(const RoundKeys& keys, PathNumbers numbers, std::uint32_t index,
                            std::uint32_t draw, std::size_t paths, WordRows& rows) {
  constexpr std::size_t kVectors = kWordVectors;
  const Words du;
  const std::size_t lanes = hn::Lanes(du);
  const auto all = [du](std::uint64_t x) HWY_ATTR { return hn::Set(du, x); };
  const WordVector multiplier = all(kPhiloxMultiplier[0]);
  const WordVector step = all(lanes * kPhiloxMultiplier[0]);
  const WordVector b = all(std::uint64_t{kPhiloxMultiplier[1]} * index);
  WordVector high = all(numbers.first() >> 32);
  WordVector a = MulLow32(du, multiplier, hn::Add(all(numbers.first()), hn::Iota(du, 0)));
  for (std::size_t p = 0; p < paths; p += kVectors * lanes) {
    Kept<Words> c0[kVectors], c1[kVectors], c2[kVectors], c3[kVectors];
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kVectors; ++k) {
      if constexpr (kListed) {
        const std::size_t entry = HWY_MIN(p + k * lanes, paths - lanes);  // never past the list
        const WordVector path = hn::LoadU(du, numbers.listed() + entry);
        high = hn::ShiftRight<32>(path);
        a = MulLow32(du, multiplier, path);
      }
      c0[k] = hn::Xor(hn::ShiftRight<32>(b), hn::Xor(high, all(keys.key[0][0])));
      c1[k] = b;
      c2[k] = hn::Xor(hn::ShiftRight<32>(a), all(keys.key[0][1] ^ draw));
      c3[k] = a;
      if constexpr (!kListed) a = hn::Add(a, step);
    }
    HWY_UNROLL(9)
    for (int i = 1; i < kPhiloxRounds; ++i) {
      const WordVector k0 = all(keys.key[i][0]), k1 = all(keys.key[i][1]);
      HWY_UNROLL(4)
      for (std::size_t k = 0; k < kVectors; ++k)
        PhiloxRound(du, k0, k1, c0[k], c1[k], c2[k], c3[k]);
    }
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kVectors; ++k) {
      const std::size_t at = p + k * lanes;
      hn::Store(WordVector(c0[k]), du, rows.word[0] + at);
      hn::Store(WordVector(c1[k]), du, rows.word[1] + at);
      hn::Store(WordVector(c2[k]), du, rows.word[2] + at);
      hn::Store(WordVector(c3[k]), du, rows.word[3] + at);
    }
  }
}

HWY_INLINE void FillWords(const RoundKeys& keys, PathNumbers numbers, std::uint32_t index,
                          std::uint32_t draw, std::size_t paths, WordRows& rows) {
  std::uint64_t list[kChunk];
  if (numbers.listed() == nullptr) {
    if (HWY_LIKELY(numbers[0] >> 32 == numbers[paths - 1] >> 32)) {
      FillWordsOf<false>(keys, numbers, index, draw, paths, rows);
      return;
    }
    for (std::size_t p = 0; p < paths; ++p) list[p] = numbers[p];  // the low word overflows
    numbers = PathNumbers::of(list);
  }
  FillWordsOf<true>(keys, numbers, index, draw, paths, rows);
}

// May fill vectors too many, inside the chunk.
template <QuotientBy kQuotient>
HWY_INLINE void FillRadii(const std::uint64_t* HWY_RESTRICT word, double* HWY_RESTRICT radius,
                          std::size_t paths) {
  const Doubles d;
  const Words du;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t p = 0; p < paths; p += kRadiusVectors * lanes) {
    Kept<Words> words[kRadiusVectors];
    Kept<Doubles> radii[kRadiusVectors];
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kRadiusVectors; ++k) words[k] = hn::Load(du, word + p + k * lanes);
    BoxMullerRadius<kQuotient>(d, words, radii);
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kRadiusVectors; ++k)
      hn::Store(DoubleVector(radii[k]), d, radius + p + k * lanes);
  }
}

HWY_INLINE void FillNormals(const std::uint64_t* HWY_RESTRICT radius_word,
                            const std::uint64_t* HWY_RESTRICT angle_word,
                            double* HWY_RESTRICT cosine, double* HWY_RESTRICT sine,
                            std::size_t paths) {
  const Doubles d;
  const Words du;
  alignas(64) double radius[kChunk];
  if (DividerIsQuick())
    FillRadii<QuotientBy::divider>(radius_word, radius, paths);
  else
    FillRadii<QuotientBy::newton>(radius_word, radius, paths);
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    DoubleVector z_cosine, z_sine;
    BoxMullerPair(d, hn::Load(d, radius + p), hn::Load(du, angle_word + p), z_cosine, z_sine);
    hn::StoreU(z_cosine, d, cosine + p);
    hn::StoreU(z_sine, d, sine + p);
  }
}

void NormalRows(PhiloxKey key, PathNumbers numbers, std::uint32_t group, double* HWY_RESTRICT row0,
                double* HWY_RESTRICT row1, double* HWY_RESTRICT row2, double* HWY_RESTRICT row3,
                std::size_t paths) {
  RoundKeys keys;
  FillRoundKeys(key, keys);
  WordRows rows;
  for (std::size_t start = 0; start < paths; start += kChunk) {
    const std::size_t count = HWY_MIN(kChunk, paths - start);
    FillWords(keys, numbers.from(start), group, 0, count, rows);
    FillNormals(rows.word[0], rows.word[1], row0 + start, row1 + start, count);
    FillNormals(rows.word[2], rows.word[3], row2 + start, row3 + start, count);
  }
}

void UniformAndNormalRow(PhiloxKey key, PathNumbers numbers, std::uint32_t index,
                         double* HWY_RESTRICT uniform, double* HWY_RESTRICT normal,
                         std::size_t paths) {
  const Doubles d;
  const Words du;
  RoundKeys keys;
  FillRoundKeys(key, keys);
  WordRows rows;
  alignas(64) double unused_sine[kChunk];
  for (std::size_t start = 0; start < paths; start += kChunk) {
    const std::size_t count = HWY_MIN(kChunk, paths - start);
    FillWords(keys, numbers.from(start), index, 1, count, rows);
    FillNormals(rows.word[2], rows.word[3], normal + start, unused_sine, count);
    for (std::size_t p = 0; p < count; p += hn::Lanes(d)) {
      const WordVector low = hn::Load(du, rows.word[0] + p), high = hn::Load(du, rows.word[1] + p);
      hn::StoreU(LongUniform(d, high, low), d, uniform + start + p);
    }
  }
}

void ExponentialRow(PhiloxKey key, PathNumbers numbers, double* HWY_RESTRICT row,
                    std::size_t paths) {
  const Doubles d;
  const Words du;
  RoundKeys keys;
  FillRoundKeys(key, keys);
  WordRows rows;
  for (std::size_t start = 0; start < paths; start += kChunk) {
    const std::size_t count = HWY_MIN(kChunk, paths - start);
    FillWords(keys, numbers.from(start), 0, 2, count, rows);
    for (std::size_t p = 0; p < count; p += hn::Lanes(d)) {
      const WordVector low = hn::Load(du, rows.word[0] + p), high = hn::Load(du, rows.word[1] + p);
      hn::StoreU(hn::Neg(Log(d, LongUniform(d, high, low))), d, row + start + p);
    }
  }
}

}  // namespace
}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace {

// One lane of the same transforms, on the words of the scalar philox().
using OneLane = hn::CappedTag<double, 1>;
using OneWord = hn::RebindToUnsigned<OneLane>;

hn::Vec<OneWord> word(std::uint32_t w) { return hn::Set(OneWord(), std::uint64_t{w}); }

void OneBoxMuller(std::uint32_t radius, std::uint32_t angle, double& cosine, double& sine) {
  const OneLane d;
  const Kept<OneWord> radius_word[1] = {word(radius)};
  Kept<OneLane> r[1];
  hn::Vec<OneLane> z0, z1;
  BoxMullerRadius<QuotientBy::divider>(d, radius_word, r);
  BoxMullerPair(d, hn::Vec<OneLane>(r[0]), word(angle), z0, z1);
  cosine = hn::GetLane(z0);
  sine = hn::GetLane(z1);
}

double OneUniform(std::uint32_t high, std::uint32_t low) {
  return hn::GetLane(LongUniform(OneLane(), word(high), word(low)));
}

double OneExponential(std::uint32_t high, std::uint32_t low) {
  const OneLane d;
  return hn::GetLane(hn::Neg(Log(d, LongUniform(d, word(high), word(low)))));
}

}  // namespace
}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

namespace lien::engine {
namespace one_lane = HWY_NAMESPACE;
namespace {

PhiloxCounter words_at(PhiloxKey key, std::uint64_t path, std::uint32_t index, std::uint32_t draw) {
  return philox(
      {static_cast<std::uint32_t>(path), static_cast<std::uint32_t>(path >> 32), index, draw}, key);
}

}  // namespace

HWY_EXPORT(NormalRows);
HWY_EXPORT(UniformAndNormalRow);
HWY_EXPORT(ExponentialRow);

void normal_rows(PhiloxKey key, PathNumbers numbers, std::uint32_t group, double* row0,
                 double* row1, double* row2, double* row3, std::size_t paths) noexcept {
  HWY_DASSERT(paths % 8 == 0);
  HWY_DYNAMIC_DISPATCH(NormalRows)(key, numbers, group, row0, row1, row2, row3, paths);
}

void uniform_and_normal_row(PhiloxKey key, PathNumbers numbers, std::uint32_t index,
                            double* uniform, double* normal, std::size_t paths) noexcept {
  HWY_DASSERT(paths % 8 == 0);
  HWY_DYNAMIC_DISPATCH(UniformAndNormalRow)(key, numbers, index, uniform, normal, paths);
}

void exponential_row(PhiloxKey key, PathNumbers numbers, double* row, std::size_t paths) noexcept {
  HWY_DASSERT(paths % 8 == 0);
  HWY_DYNAMIC_DISPATCH(ExponentialRow)(key, numbers, row, paths);
}

double normal_at(PhiloxKey key, std::uint64_t path, std::uint32_t step) noexcept {
  const PhiloxCounter w = words_at(key, path, step / 4, 0);
  const std::size_t pair = step % 4 / 2 * 2;
  double cosine, sine;
  one_lane::OneBoxMuller(w[pair], w[pair + 1], cosine, sine);
  return step % 2 == 0 ? cosine : sine;
}

UniformAndNormal uniform_and_normal_at(PhiloxKey key, std::uint64_t path,
                                       std::uint32_t index) noexcept {
  const PhiloxCounter w = words_at(key, path, index, 1);
  double cosine, sine;
  one_lane::OneBoxMuller(w[2], w[3], cosine, sine);
  return {one_lane::OneUniform(w[1], w[0]), cosine};
}

double exponential_at(PhiloxKey key, std::uint64_t path) noexcept {
  const PhiloxCounter w = words_at(key, path, 0, 2);
  return one_lane::OneExponential(w[1], w[0]);
}

}  // namespace lien::engine
#endif  // HWY_ONCE
