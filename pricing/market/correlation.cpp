#include "pricing/market/correlation.hpp"

#include <algorithm>

namespace lien::pricing {
namespace {

constexpr double kRounding = 1e-12;

double determinant(const Correlation& c) {
  const double a = c.scarcity_frontier, b = c.scarcity_rate, d = c.frontier_rate;
  return 1 + 2 * a * b * d - a * a - b * b - d * d;
}

}  // namespace

bool consistent_factors(const Correlation& c) { return determinant(c) >= -kRounding; }

bool consistent(const Correlation& c) {
  const double power = c.scarcity_power * c.scarcity_power;
  const double with_frontier = 1 - c.scarcity_frontier * c.scarcity_frontier - power;
  const double with_rate = 1 - c.scarcity_rate * c.scarcity_rate - power;
  const double all = determinant(c) - power * (1 - c.frontier_rate * c.frontier_rate);
  return consistent_factors(c) && std::min({with_frontier, with_rate, all}) >= -kRounding;
}

}  // namespace lien::pricing
