#pragma once

#include <array>
#include <cstdint>

namespace lien::engine {

// Philox4x32-10: 128 random bits that are a pure function of (counter, key).
//
// There is no state to carry, so a path draws the same numbers on any core, MPI rank or block size.
// We spend the words as
//   counter = {path low, path high, index, draw}   path: 0 .. 2^64 - 1; draw: which kind of row,
//                                                  see engine/kernels/random_rows.hpp
//   key     = 64-bit hash of (seed, kind, id)      engine/random/stream_key.hpp
//
// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11. Known
//         answers: tests/engine/random_test.cpp.
// Errors: none. Every input is valid.
using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline constexpr int kPhiloxRounds = 10;
inline constexpr std::uint32_t kPhiloxMultiplier[2] = {0xD2511F53, 0xCD9E8D57};
inline constexpr std::uint32_t kPhiloxKeyStep[2] = {0x9E3779B9, 0xBB67AE85};

[[nodiscard]] constexpr PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) noexcept {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const std::uint64_t a = std::uint64_t{kPhiloxMultiplier[0]} * counter[0];
    const std::uint64_t b = std::uint64_t{kPhiloxMultiplier[1]} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + kPhiloxKeyStep[0], key[1] + kPhiloxKeyStep[1]};
  }
  return counter;
}

}  // namespace lien::engine
