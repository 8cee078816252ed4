#pragma once

#include <cstdint>
#include <limits>

// What an index or a month of a plan holds where there is none.
namespace lien::pricing {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
// Above every rate of a period: of a loan without a cap.
inline constexpr double kUncapped = 1e9;
inline constexpr double kNever = 1e9;  // a default month that is never reached

}  // namespace lien::pricing
