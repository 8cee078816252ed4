#include "pricing/market/correlation.hpp"

#include <algorithm>

namespace lien::pricing {
namespace {

constexpr double kRounding = 1e-12;

double determinant(double a, double b, double d) {
  return 1 + 2 * a * b * d - a * a - b * b - d * d;
}

double determinant(const Correlation& c) {
  return determinant(c.scarcity_frontier, c.scarcity_rate, c.frontier_rate);
}

}  // namespace

bool consistent_factors(const Correlation& c) { return determinant(c) >= -kRounding; }

bool consistent_power(const Correlation& c) {
  const double power = c.scarcity_power * c.scarcity_power;
  const double with_frontier = 1 - c.scarcity_frontier * c.scarcity_frontier - power;
  const double with_rate = 1 - c.scarcity_rate * c.scarcity_rate - power;
  const double all = determinant(c) - power * (1 - c.frontier_rate * c.frontier_rate);
  return consistent_factors(c) && std::min({with_frontier, with_rate, all}) >= -kRounding;
}

bool consistent_credit(const Correlation& c) {
  const double a = c.scarcity_frontier, b = c.scarcity_rate, d = c.frontier_rate;
  const double u = c.scarcity_credit, v = c.frontier_credit, w = c.rate_credit;
  // The determinant of all four by that of the three, and their adjugate on both sides of credit's.
  const double all = determinant(c) -
                     (u * u * (1 - d * d) + v * v * (1 - b * b) + w * w * (1 - a * a) +
                      2 * u * v * (b * d - a) + 2 * u * w * (a * d - b) + 2 * v * w * (a * b - d));
  return consistent_factors(c) && std::min({determinant(a, u, v), determinant(b, u, w),
                                            determinant(d, v, w), all}) >= -kRounding;
}

bool consistent(const Correlation& c) { return consistent_power(c) && consistent_credit(c); }

}  // namespace lien::pricing
