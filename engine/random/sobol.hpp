#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lien::engine {

// Sobol points, scrambled. Word w of a coordinate stands for the uniform (w + 1/2) 2^-32.
//
// A coordinate is an exclusive or of direction numbers, one for each bit of the point's index, then
// scrambled by a hash in which every bit depends on the bits above it only: a nested uniform (Owen)
// scramble, so that each replicate is uniform on the cube and keeps the strata of the points. Both
// work on words with reversed bits, where "above" is where carries come from.
// Sources: Joe, Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM
//          J. Sci. Comput. 30, 2008 (direction numbers new-joe-kuo-6, as Boost.Random has them);
//          Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995; Laine, Karras,
//          "Stratified sampling for stochastic transparency", 2011; Burley, "Practical hash-based
//          Owen scrambling", JCGT 9, 2020; Vegdahl, "Building a better LK hash", 2021 (the hash).

inline constexpr std::size_t kSobolDimensions = 1024;
inline constexpr std::size_t kSobolBits = 32;
// Points that a kernel draws at once: the lower bits of their indices are read from a table.
inline constexpr std::size_t kSobolGroup = 64;

[[nodiscard]] constexpr std::uint32_t reverse_bits(std::uint32_t x) noexcept {
  x = ((x >> 1) & 0x55555555U) | ((x & 0x55555555U) << 1);
  x = ((x >> 2) & 0x33333333U) | ((x & 0x33333333U) << 2);
  x = ((x >> 4) & 0x0f0f0f0fU) | ((x & 0x0f0f0f0fU) << 4);
  x = ((x >> 8) & 0x00ff00ffU) | ((x & 0x00ff00ffU) << 8);
  return (x >> 16) | (x << 16);
}

inline constexpr std::uint32_t kScrambleMultiplier[3] = {0x3d20adea, 0x05526c56, 0x53a22864};

// The scramble of one coordinate; x and the result have reversed bits.
[[nodiscard]] constexpr std::uint32_t scramble(std::uint32_t x, std::uint32_t key) noexcept {
  x ^= x * kScrambleMultiplier[0];
  x += key;
  x *= (key >> 16) | 1U;
  x ^= x * kScrambleMultiplier[1];
  x ^= x * kScrambleMultiplier[2];
  return x;
}

// The points of a run: replicates of `points` each, path p being point p mod points of replicate
// p / points. A word is a pure function of (seed, path, dimension).
class SobolPoints {
 public:
  SobolPoints() = default;  // off
  // points: a power of two, kSobolGroup .. 2^32; dimensions: 1 .. kSobolDimensions. Throws
  // std::invalid_argument otherwise.
  SobolPoints(std::uint64_t seed, std::uint64_t points, std::size_t dimensions);

  [[nodiscard]] bool on() const noexcept { return dimensions_ > 0; }
  [[nodiscard]] std::size_t dimensions() const noexcept { return dimensions_; }
  [[nodiscard]] std::uint64_t points() const noexcept { return std::uint64_t{1} << log2_points_; }
  [[nodiscard]] std::uint64_t replicate(std::uint64_t path) const noexcept {
    return path >> log2_points_;
  }
  [[nodiscard]] std::uint64_t index(std::uint64_t path) const noexcept {
    return path & (points() - 1);
  }
  // The coordinate before its scramble and the scramble's key; reversed bits.
  [[nodiscard]] std::uint32_t reversed(std::size_t dimension, std::uint64_t path) const noexcept;
  [[nodiscard]] std::uint32_t key(std::size_t dimension, std::uint64_t path) const noexcept;
  [[nodiscard]] std::uint32_t word(std::size_t dimension, std::uint64_t path) const noexcept {
    return reverse_bits(scramble(reversed(dimension, path), key(dimension, path)));
  }
  // [kSobolGroup] coordinates of the first points, reversed bits: those of an aligned group are
  // these, each with one word exclusive-ored.
  [[nodiscard]] const std::uint32_t* low(std::size_t dimension) const noexcept {
    return low_.data() + dimension * kSobolGroup;
  }

 private:
  std::size_t dimensions_ = 0;
  int log2_points_ = 0;
  std::uint64_t seed_ = 0;
  std::vector<std::uint32_t> directions_;  // of the upper bits of an index: [dimensions][digits]
  std::vector<std::uint32_t> low_;         // [dimensions][kSobolGroup]
};

}  // namespace lien::engine
