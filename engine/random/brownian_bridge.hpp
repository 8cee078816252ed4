#pragma once

#include <vector>

namespace lien::engine {

// One step of drawing a Brownian motion W at times 0 .. steps out of order: given W at left and
// right, W at `at` is left_weight W_left + right_weight W_right + stdev Z. The first node is the
// end: its right is itself, with weight 0.
struct BridgeNode {
  int at = 0, left = 0, right = 0;
  double left_weight = 0, right_weight = 0, stdev = 0;
};

// The end, then the middles of what is left, level by level, so that each normal decides as much of
// the path as is still open. [steps] nodes, steps >= 1; each is drawn after its neighbours.
// Sources: Caflisch, Moskowitz, "Modified Monte Carlo methods using quasi-random sequences", 1995.
[[nodiscard]] std::vector<BridgeNode> brownian_bridge(int steps);

}  // namespace lien::engine
