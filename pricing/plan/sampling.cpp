#include "pricing/plan/sampling.hpp"

#include <algorithm>
#include <bit>

#include "engine/factors/sobol_plan.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::pricing {

using engine::kBlockPaths;

std::uint64_t whole_paths(std::uint64_t paths) {
  return (std::max<std::uint64_t>(paths, 1) + kBlockPaths - 1) / kBlockPaths * kBlockPaths;
}

std::uint64_t points_a_replicate(const RunSettings& settings) {
  const std::uint64_t least = (settings.paths + settings.replicates - 1) / settings.replicates;
  return std::bit_ceil(std::max<std::uint64_t>(least, kBlockPaths));
}

std::uint64_t simulated_paths(const RunSettings& settings) {
  return settings.sobol ? settings.replicates * points_a_replicate(settings)
                        : whole_paths(settings.paths);
}

void set_sampling(const RunSettings& settings, Plan& plan) {
  plan.factors.sobol = {};
  if (settings.sobol)
    plan.factors.sobol = engine::sobol_plan(plan.factors, settings.seed,
                                            points_a_replicate(settings), plan.parties.size());
}

}  // namespace lien::pricing
