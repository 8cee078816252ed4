#include "engine/random/sobol.hpp"

#include <algorithm>
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

// Entry i of to is the exclusive or of the direction numbers of the bits of i.
void fill_digit(const std::uint32_t* directions, std::size_t count, std::uint32_t* to) {
  to[0] = 0;
  for (std::size_t i = 1; i < count; ++i) {
    const auto top = static_cast<std::size_t>(std::bit_width(i)) - 1;
    to[i] = to[i ^ (std::size_t{1} << top)] ^ directions[top];
  }
}

// The splitmix64 finaliser (Stafford's mix13), as in stream_key.cpp.
constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// The upper bits of an index by digits of four, whose exclusive ors stand in a table: kUpper words
// a dimension.
constexpr std::size_t kDigitBits = 4;
constexpr std::size_t kDigit = std::size_t{1} << kDigitBits;
constexpr std::size_t kLowBits = std::countr_zero(kSobolGroup);
constexpr std::size_t kUpper = (kSobolBits - kLowBits + kDigitBits - 1) / kDigitBits * kDigit;

}  // namespace

SobolPoints::SobolPoints(std::uint64_t seed, std::uint64_t points, std::size_t dimensions)
    : dimensions_(dimensions), seed_(mix(seed)) {
  if (!std::has_single_bit(points) || points < kSobolGroup ||
      points > std::uint64_t{1} << kSobolBits)
    throw std::invalid_argument("SobolPoints: points must be a power of two, 64 to 2^32");
  if (dimensions == 0 || dimensions > kSobolDimensions)
    throw std::invalid_argument("SobolPoints: dimensions must lie in 1 to 1024");
  log2_points_ = std::countr_zero(points);
  const std::vector<std::uint32_t> directions = direction_numbers(dimensions);
  low_.resize(dimensions * kSobolGroup);
  directions_.resize(dimensions * kUpper);
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::uint32_t* const bits = directions.data() + d * kSobolBits;
    fill_digit(bits, kSobolGroup, low_.data() + d * kSobolGroup);
    for (std::size_t bit = kLowBits; bit < kSobolBits; bit += kDigitBits)
      fill_digit(bits + bit, std::min(kDigit, std::size_t{1} << (kSobolBits - bit)),
                 directions_.data() + d * kUpper + (bit - kLowBits) / kDigitBits * kDigit);
  }
}

std::uint32_t SobolPoints::reversed(std::size_t dimension, std::uint64_t path) const noexcept {
  const std::uint64_t i = index(path);
  std::uint32_t x = low(dimension)[i % kSobolGroup];
  const std::uint32_t* digit = directions_.data() + dimension * kUpper;
  for (std::uint64_t rest = i >> kLowBits; rest != 0; rest >>= kDigitBits, digit += kDigit)
    x ^= digit[rest % kDigit];
  return x;
}

std::uint32_t SobolPoints::key(std::size_t dimension, std::uint64_t path) const noexcept {
  return static_cast<std::uint32_t>(mix(mix(seed_ ^ replicate(path)) ^ dimension) >> 32);
}

}  // namespace lien::engine
