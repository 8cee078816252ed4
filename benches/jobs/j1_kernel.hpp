#pragma once

#include <array>
#include <cstddef>

#include "benches/jobs/j1.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::benches {

// Paths of J1 run together: two blocks side by side, so that one call fills the normals of both
// (a fiftieth faster than one; eight leave L1). Normals of three factors and four months: 12 KB.
inline constexpr std::size_t kJ1Blocks = 2;
inline constexpr std::size_t kJ1Chunk = kJ1Blocks * engine::kBlockPaths;
inline constexpr std::size_t kJ1GroupMonths = 4;  // what one Philox word group yields
static_assert(kJ1Months % kJ1GroupMonths == 0);

struct J1Chunk {
  alignas(64) double normal[kJ1Factors][kJ1GroupMonths][kJ1Chunk];
  alignas(64) double log_price[kJ1Factors][kJ1Chunk];
  alignas(64) double income[kJ1Chunk];     // S so far
  alignas(64) double end_value[kJ1Chunk];  // 12 P1 + 10 P2 + 8 P3 of the last month
};

// Four months of all paths of the chunk, from its normals.
void j1_group(const J1Step& step, J1Chunk& chunk) noexcept;

}  // namespace lien::benches
