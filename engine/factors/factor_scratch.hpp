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
        log_ratio(plan.tilt.components * kBlockPaths) {}

  AlignedDoubles normals;        // [4 factors][4 steps][paths]
  AlignedDoubles noise_normals;  // [4 steps][paths] of one noise
  AlignedDoubles
      launch;  // [8][paths]: uniform, normal, time, drop, month, arriving pipeline, clock, -
  AlignedDoubles jumps;      // [4][steps + 1][paths]: drop, pipeline, count and pending, last time
  AlignedDoubles log_ratio;  // [components][paths] of a tilt, so far
};

}  // namespace lien::engine
