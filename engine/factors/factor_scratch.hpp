#pragma once

#include "engine/factors/factor_plan.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::engine {

// Working rows of fill_factors, one object a thread, allocated before the path loop.
class FactorScratch {
 public:
  explicit FactorScratch(const FactorPlan& plan)
      : normals(16 * kBlockPaths),
        noise_normals(4 * kBlockPaths),
        launch(8 * kBlockPaths),
        jumps(4 * (static_cast<std::size_t>(plan.steps) + 1) * kBlockPaths),
        log_ratio(plan.tilt.components * kBlockPaths),
        bridge(plan.sobol.on() ? 4 * bridge_size(plan) : 0),
        noise_bridge(plan.sobol.on() ? bridge_size(plan) : 0) {}

  // Numbers of one series' bridge: [bridge steps + 1][paths].
  [[nodiscard]] static std::size_t bridge_size(const FactorPlan& plan) noexcept {
    return (static_cast<std::size_t>(plan.sobol.steps) + 1) * kBlockPaths;
  }

  AlignedDoubles normals;        // [4 factors][4 steps][paths]
  AlignedDoubles noise_normals;  // [4 steps][paths] of one noise
  AlignedDoubles
      launch;  // [8][paths]: uniform, normal, time, drop, month, arriving pipeline, clock, -
  AlignedDoubles jumps;      // [4][steps + 1][paths]: drop, pipeline, count and pending, last time
  AlignedDoubles log_ratio;  // [components][paths] of a tilt, so far
  AlignedDoubles bridge;     // [4 factors][bridge steps + 1][paths] normals by step, of points
  AlignedDoubles noise_bridge;  // the same of one noise
};

}  // namespace lien::engine
