#pragma once

#include "engine/factors/sobol_plan.hpp"
#include "engine/random/path_numbers.hpp"
#include "engine/random/philox.hpp"

namespace lien::engine {

// Normals of one series of a block by step, from the points of the plan and where these have no
// dimension left from its own stream: row k + 1 of rows, [bridge steps + 1][kBlockPaths], is that
// of step k. work: [4][kBlockPaths], overwritten.
void fill_bridge(const SobolPlan& plan, const SobolPlan::Series& series, PhiloxKey key,
                 PathNumbers numbers, double* work, double* rows) noexcept;

}  // namespace lien::engine
