#include "engine/random/brownian_bridge.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace lien::engine {

std::vector<BridgeNode> brownian_bridge(int steps) {
  std::vector<BridgeNode> nodes;
  if (steps < 1) return nodes;
  nodes.push_back({steps, 0, steps, 1, 0, std::sqrt(static_cast<double>(steps))});
  std::vector<std::pair<int, int>> open = {{0, steps}};  // in the order in which they are halved
  for (std::size_t i = 0; i < open.size(); ++i) {
    const auto [left, right] = open[i];
    if (right - left < 2) continue;
    const int at = left + (right - left) / 2;
    const double width = right - left, before = at - left, after = right - at;
    nodes.push_back(
        {at, left, right, after / width, before / width, std::sqrt(before * after / width)});
    open.emplace_back(left, at);
    open.emplace_back(at, right);
  }
  return nodes;
}

}  // namespace lien::engine
