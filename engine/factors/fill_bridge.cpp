#include "engine/factors/fill_bridge.hpp"

#include <algorithm>

#include "engine/kernels/random_rows.hpp"
#include "engine/kernels/sobol_rows.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::engine {

static_assert(kBlockPaths == kSobolGroup);

void fill_bridge(const SobolPlan& plan, const SobolPlan::Series& series, PhiloxKey key,
                 PathNumbers numbers, double* work, double* rows) noexcept {
  std::fill_n(rows, kBlockPaths, 0.0);
  bool streamed = false;  // rows of a group of four come together
  for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
    const std::size_t dimension = plan.of_node(series, node);
    double* normals = work;
    if (dimension != SobolPlan::kNoDimension) {
      sobol_normal_row(plan.points, dimension, numbers, normals);
    } else {
      if (node % 4 == 0 || !streamed)
        normal_rows(key, numbers, static_cast<std::uint32_t>(node / 4), work, work + kBlockPaths,
                    work + 2 * kBlockPaths, work + 3 * kBlockPaths, kBlockPaths);
      streamed = true;
      normals = work + node % 4 * kBlockPaths;
    }
    bridge_row(plan.nodes[node], normals, rows);
  }
  increment_rows(plan.steps, rows);
}

}  // namespace lien::engine
