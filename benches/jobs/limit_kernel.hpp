#pragma once

#include <cstddef>

namespace lien::benches {

// What a core can do at most: `repeats` rounds of kLimitChains vectors of independent multiply-adds
// in registers, with the instruction set in use. Returns a sum of them, so that none is left out.
inline constexpr std::size_t kLimitChains = 12;
[[nodiscard]] double multiply_adds(std::size_t repeats) noexcept;
// Doubles a vector holds.
[[nodiscard]] std::size_t vector_doubles() noexcept;

}  // namespace lien::benches
