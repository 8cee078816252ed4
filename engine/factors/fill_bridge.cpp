#include "engine/factors/fill_bridge.hpp"

#include <algorithm>

#include "engine/kernels/random_rows.hpp"
#include "engine/kernels/sobol_rows.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::engine {

static_assert(kBlockPaths == kSobolGroup);
static_assert(kSobolRows == 4);                           // as many as normal_rows draws
static_assert(SobolPlan::kEarlyNodes % kSobolRows == 0);  // dimensions go on evenly in between

void fill_bridge(const SobolPlan& plan, const SobolPlan::Series& series, PhiloxKey key,
                 PathNumbers numbers, double* work, double* rows) noexcept {
  std::fill_n(rows, kBlockPaths, 0.0);
  for (std::size_t first = 0; first < plan.nodes.size(); first += kSobolRows) {
    const std::size_t nodes = std::min(kSobolRows, plan.nodes.size() - first);
    // Those that have a dimension come first, and theirs are evenly spaced.
    std::size_t pointed = 0;
    while (pointed < nodes && plan.of_node(series, first + pointed) != SobolPlan::kNoDimension)
      ++pointed;
    if (pointed < nodes)
      normal_rows(key, numbers, static_cast<std::uint32_t>(first / 4), work, work + kBlockPaths,
                  work + 2 * kBlockPaths, work + 3 * kBlockPaths, kBlockPaths);
    if (pointed > 0)
      sobol_normal_rows(plan.points, plan.of_node(series, first), series.stride, pointed, numbers,
                        work);
    for (std::size_t i = 0; i < nodes; ++i)
      bridge_row(plan.nodes[first + i], work + i * kBlockPaths, rows);
  }
  increment_rows(plan.steps, rows);
}

}  // namespace lien::engine
