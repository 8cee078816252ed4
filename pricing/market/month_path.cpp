#include "pricing/market/month_path.hpp"

#include <cstddef>

namespace lien::pricing {

double path_value(const MonthPath& path, double month, double before) {
  if (path.empty() || month < path.front().first) return before;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const auto& [start, from] = path[i - 1];
    if (month < path[i].first)
      return from + (path[i].second - from) * ((month - start) / (path[i].first - start));
  }
  return path.back().second;
}

}  // namespace lien::pricing
