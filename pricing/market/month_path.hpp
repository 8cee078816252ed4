#pragma once

#include <utility>
#include <vector>

namespace lien::pricing {

// A scenario's path of one input: points by month, rising.
using MonthPath = std::vector<std::pair<int, double>>;

// Its value at a month: linear between the points, the last one held; `before` ahead of the first.
[[nodiscard]] double path_value(const MonthPath& path, double month, double before);

// True where a path of levels has begun at that month.
[[nodiscard]] inline bool begun(const MonthPath& levels, double month) {
  return !levels.empty() && month >= levels.front().first;
}

}  // namespace lien::pricing
