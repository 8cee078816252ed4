#pragma once

#include <cstdint>

#include "pricing/contract/run_settings.hpp"
#include "pricing/plan/plan.hpp"

// How many paths a run draws, and from what.
namespace lien::pricing {

// Replicates of Sobol points of which control variates' coefficients can be had.
inline constexpr std::uint64_t kFewestControlledReplicates = 16;

// Paths are simulated in whole blocks: the number asked for, rounded up.
[[nodiscard]] std::uint64_t whole_paths(std::uint64_t paths);

// Points of one replicate under sobol: a power of two, whole blocks of it.
[[nodiscard]] std::uint64_t points_a_replicate(const RunSettings& settings);

// Paths of a run: whole blocks under philox, replicates of points under sobol.
[[nodiscard]] std::uint64_t simulated_paths(const RunSettings& settings);

// Draws the factors of a compiled plan as the settings say.
void set_sampling(const RunSettings& settings, Plan& plan);

}  // namespace lien::pricing
