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

// The keys of the ten rounds, one in every lane.
struct RoundKeys {
  alignas(64) std::uint64_t key[kPhiloxRounds][2][8];
};

HWY_INLINE void FillRoundKeys(PhiloxKey key, RoundKeys& keys) {
  const Words du;
  WordVector k0 = hn::Set(du, std::uint64_t{key[0]}), k1 = hn::Set(du, std::uint64_t{key[1]});
  for (auto& round : keys.key) {
    hn::Store(k0, du, round[0]);
    hn::Store(k1, du, round[1]);
    k0 = hn::Add(k0, hn::Set(du, std::uint64_t{kPhiloxKeyStep[0]}));  // carries go to the junk
    k1 = hn::Add(k1, hn::Set(du, std::uint64_t{kPhiloxKeyStep[1]}));
  }
}

// The words of counters {numbers[p], index, draw}, p < paths <= kChunk. Two vectors run
// interleaved, since a round is a chain of four dependent operations. It may fill a vector too
// many, inside the chunk, when there are 16 lanes in two vectors and 8 paths left.
template <bool kListed>
HWY_INLINE void FillWordsOf(const RoundKeys& keys, PathNumbers numbers, std::uint32_t index,
                            std::uint32_t draw, std::size_t paths, WordRows& rows) {
  const Words du;
  const std::size_t lanes = hn::Lanes(du);
  const WordVector step = hn::Set(du, std::uint64_t{lanes});
  WordVector path = hn::Add(hn::Set(du, numbers.first()), hn::Iota(du, 0));
  for (std::size_t p = 0; p < paths; p += 2 * lanes) {
    if constexpr (kListed) path = hn::LoadU(du, numbers.listed() + p);
    WordVector next = hn::Add(path, step);
    if constexpr (kListed) {
      if (p + lanes < paths) next = hn::LoadU(du, numbers.listed() + p + lanes);
    }
    WordVector a0 = path, a1 = hn::ShiftRight<32>(path), a2 = hn::Set(du, std::uint64_t{index}),
               a3 = hn::Set(du, std::uint64_t{draw});
    WordVector b0 = next, b1 = hn::ShiftRight<32>(next), b2 = a2, b3 = a3;
    HWY_UNROLL(10)
    for (const auto& round : keys.key) {
      const WordVector k0 = hn::Load(du, round[0]), k1 = hn::Load(du, round[1]);
      PhiloxRound(du, k0, k1, a0, a1, a2, a3);
      PhiloxRound(du, k0, k1, b0, b1, b2, b3);
    }
    hn::Store(a0, du, rows.word[0] + p);
    hn::Store(a1, du, rows.word[1] + p);
    hn::Store(a2, du, rows.word[2] + p);
    hn::Store(a3, du, rows.word[3] + p);
    hn::Store(b0, du, rows.word[0] + p + lanes);
    hn::Store(b1, du, rows.word[1] + p + lanes);
    hn::Store(b2, du, rows.word[2] + p + lanes);
    hn::Store(b3, du, rows.word[3] + p + lanes);
    path = hn::Add(next, step);
  }
}

HWY_INLINE void FillWords(const RoundKeys& keys, PathNumbers numbers, std::uint32_t index,
                          std::uint32_t draw, std::size_t paths, WordRows& rows) {
  if (numbers.listed() == nullptr)
    FillWordsOf<false>(keys, numbers, index, draw, paths, rows);
  else
    FillWordsOf<true>(keys, numbers, index, draw, paths, rows);
}

HWY_INLINE void FillNormals(const std::uint64_t* HWY_RESTRICT radius_word,
                            const std::uint64_t* HWY_RESTRICT angle_word,
                            double* HWY_RESTRICT cosine, double* HWY_RESTRICT sine,
                            std::size_t paths) {
  const Doubles d;
  const Words du;
  alignas(64) double radius[kChunk];
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    hn::Store(BoxMullerRadius(d, hn::Load(du, radius_word + p)), d, radius + p);
  }
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
  hn::Vec<OneLane> z0, z1;
  BoxMullerPair(d, BoxMullerRadius(d, word(radius)), word(angle), z0, z1);
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
