#include "engine/elementary/hypotenuse.hpp"

#include <cmath>

namespace lien::engine {

// Source: Borges, "An Improved Algorithm for hypot(a,b)", 2019, its form without fused operations.
double hypotenuse(double a, double b) noexcept {
  const double large = std::fmax(std::abs(a), std::abs(b));
  const double small = std::fmin(std::abs(a), std::abs(b));
  if (std::isnan(a) || std::isnan(b)) return a + b;
  if (small <= large * 0x1p-54) return large + small;
  const double h = std::sqrt(large * large + small * small);
  // h^2 - a^2 - b^2 in terms that do not cancel.
  double first, second;
  if (h <= 2.0 * small) {
    const double delta = h - small;
    first = large * (2.0 * delta - large);
    second = (delta - 2.0 * (large - small)) * delta;
  } else {
    const double delta = h - large;
    first = 2.0 * delta * (large - 2.0 * small);
    second = (4.0 * delta - small) * small + delta * delta;
  }
  return h - (first + second) / (2.0 * h);
}

}  // namespace lien::engine
