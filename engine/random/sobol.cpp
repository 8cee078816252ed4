#include "engine/random/sobol.hpp"

#include <bit>
#include <boost/random/sobol.hpp>
#include <stdexcept>

namespace lien::engine {
namespace {

// Direction numbers, [dimensions][kSobolBits]: the points of Boost's sequence, which runs in Gray
// code and leaves out the origin, at which one bit of the code is set.
std::vector<std::uint32_t> direction_numbers(std::size_t dimensions) {
  boost::random::sobol_engine<std::uint32_t, kSobolBits> sequence(dimensions);
  std::vector<std::uint32_t> directions(dimensions * kSobolBits);
  for (std::size_t bit = 0; bit < kSobolBits; ++bit) {
    // Its n-th point, n from 0, is number n + 1 with Gray code (n + 1) ^ (n + 1) / 2: bit b alone
    // is 2^(b+1) - 1.
    sequence.seed(static_cast<std::uint32_t>((std::uint64_t{1} << (bit + 1)) - 2));
    for (std::size_t d = 0; d < dimensions; ++d)
      directions[d * kSobolBits + bit] = reverse_bits(sequence());
  }
  return directions;
}

// The splitmix64 finaliser (Stafford's mix13), as in stream_key.cpp.
constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

SobolPoints::SobolPoints(std::uint64_t seed, std::uint64_t points, std::size_t dimensions)
    : dimensions_(dimensions), seed_(seed) {
  if (!std::has_single_bit(points) || points < kSobolGroup ||
      points > std::uint64_t{1} << kSobolBits)
    throw std::invalid_argument("SobolPoints: points must be a power of two, 64 to 2^32");
  if (dimensions == 0 || dimensions > kSobolDimensions)
    throw std::invalid_argument("SobolPoints: dimensions must lie in 1 to 1024");
  log2_points_ = std::countr_zero(points);
  directions_ = direction_numbers(dimensions);
  low_.resize(dimensions * kSobolGroup);
  for (std::size_t d = 0; d < dimensions; ++d)
    for (std::size_t i = 1; i < kSobolGroup; ++i) {
      const auto top = static_cast<std::size_t>(std::bit_width(i)) - 1;
      low_[d * kSobolGroup + i] =
          low_[d * kSobolGroup + (i ^ (std::size_t{1} << top))] ^ directions_[d * kSobolBits + top];
    }
}

std::uint32_t SobolPoints::reversed(std::size_t dimension, std::uint64_t path) const noexcept {
  std::uint64_t rest = index(path);
  std::uint32_t x = low(dimension)[rest % kSobolGroup];
  const std::uint32_t* const directions = directions_.data() + dimension * kSobolBits;
  for (rest -= rest % kSobolGroup; rest != 0; rest &= rest - 1)
    x ^= directions[std::countr_zero(rest)];
  return x;
}

std::uint32_t SobolPoints::key(std::size_t dimension, std::uint64_t path) const noexcept {
  return static_cast<std::uint32_t>(mix(mix(mix(seed_) ^ replicate(path)) ^ dimension) >> 32);
}

}  // namespace lien::engine
