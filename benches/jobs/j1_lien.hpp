#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "benches/jobs/j1_kernel.hpp"
#include "engine/random/philox.hpp"

// J1 in our hands: the engine's random numbers, keyed by factor and path, and its exponential, in a
// kernel for this job (j1_kernel.cpp). A path draws the same numbers in any block, so unlike the
// peers' generators these leave nothing to carry between blocks.
namespace lien::benches {

using J1Keys = std::array<engine::PhiloxKey, kJ1Factors>;
// Floating-point operations of a path-step-factor, a multiply-add, a division and a root being one
// each: 16.0 of the normal (its integer ones are not here), 16.6 of step, exponential and payoff.
// Counted by benches/instructions/count.py --operations.
inline constexpr double kJ1Operations = 32.6;

[[nodiscard]] J1Keys j1_keys(std::uint64_t seed);

// Paths first_path .. first_path + kJ1Chunk - 1 from today to the last month.
void j1_simulate(const J1Step& step, const J1Keys& keys, std::uint64_t first_path, J1Chunk& chunk);

// The job: kJ1Paths paths in `chunk`, over and over.
[[nodiscard]] J1Estimate j1_lien(std::uint64_t seed, J1Chunk& chunk);

// The same arithmetic for one path, one number at a time, and no vector: what the kernel is held
// to.
struct J1Path {
  double income, end_value;
};
[[nodiscard]] J1Path j1_scalar(const J1Step& step, const J1Keys& keys, std::uint64_t path);

}  // namespace lien::benches
