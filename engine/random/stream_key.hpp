#pragma once

#include <cstdint>
#include <string_view>

#include "engine/random/philox.hpp"

namespace lien::engine {

// What a random stream drives. The kind is hashed with the id, so a factor and a party of one name
// draw independent numbers. The values are part of every stored result: never renumber.
enum class StreamKind : std::uint32_t {
  factor = 1,
  launch = 2,
  party = 3,
  noise = 4,
  delay = 8,
  gate = 9,
  contrast = 10,  // directions in which the residuals of a regression are measured
};

// The Philox key of one stream: a 64-bit hash of (seed, kind, id), id any bytes.
//
// FNV-1a over the bytes of the seed and the kind, least significant first, then the id; then the
// splitmix64 finaliser, because FNV alone leaves the keys of "a1" and "a2" close. 64 bits, since
// among a million streams a 32-bit key would make a hundred pairs perfectly dependent; the caller
// checks its own list of keys for collisions.
// Sources: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv; Steele, Lea, Flood, "Fast
//          Splittable Pseudorandom Number Generators", OOPSLA'14 (Stafford's mix13 constants).
// Errors: none.
[[nodiscard]] PhiloxKey stream_key(std::uint64_t seed, StreamKind kind,
                                   std::string_view id) noexcept;

}  // namespace lien::engine
