#pragma once

#include <cstddef>
#include <cstdint>

namespace lien::pricing {

// Pilot paths that a rule of early exercise is fitted on and the number of the first: constants of
// the model version, and numbers that no run reaches, so that the pilot draws from the same streams
// and shares no path with it.
inline constexpr std::uint64_t kPilotPaths = 32768;
inline constexpr std::uint64_t kFewestPilotPaths = 4096;
inline constexpr std::uint64_t kPilotFirst = std::uint64_t{1} << 40;

// What the numbers of a pilot may take: 2^30 bytes. Each date keeps its variables and four rows of
// money on every path.
inline constexpr std::uint64_t kPilotBytes = std::uint64_t{1} << 30;
[[nodiscard]] constexpr std::uint64_t pilot_bytes(std::uint64_t paths, std::size_t dates,
                                                  std::size_t variables) noexcept {
  return sizeof(double) * paths * dates * (variables + 4);
}

// The most paths, kPilotPaths halved as often as needed, that keep within kPilotBytes; 0 where
// kFewestPilotPaths would not. Depends on nothing but the plan, so every machine fits the same
// rule.
[[nodiscard]] constexpr std::uint64_t pilot_paths(std::size_t dates,
                                                  std::size_t variables) noexcept {
  for (std::uint64_t paths = kPilotPaths; paths >= kFewestPilotPaths; paths /= 2)
    if (pilot_bytes(paths, dates, variables) <= kPilotBytes) return paths;
  return 0;
}

}  // namespace lien::pricing
