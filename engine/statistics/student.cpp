#include "engine/statistics/student.hpp"

#include <cmath>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/gauss_legendre.hpp"

namespace lien::engine {
namespace {

// P(|T| > t) with x = t / sqrt(t^2 + v), by the substitution T = sqrt(v) tan a: the density of a is
// proportional to cos^(v-1) a on (-pi/2, pi/2), and of y = sin a to (1 - y^2)^(v/2 - 1). The tail
// from x to 1 is taken in u = sqrt(1 - y): smooth for one degree of freedom too.
double tail(double x, double degrees, const GaussLegendre& rule) {
  const double half = degrees / 2;
  const double scale =
      exp(log_gamma(half + 0.5) - log_gamma(half)) / std::sqrt(3.14159265358979324);
  const double end = std::sqrt(1 - x);
  // With many degrees of freedom the integrand is a narrow peak at `end`.
  constexpr int kPanels = 16;
  double sum = 0;
  for (int panel = 0; panel < kPanels; ++panel)
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const double u = end * (panel + rule.nodes[i]) / kPanels;
      // (1 - y^2)^(v/2 - 1) dy with 1 - y = u^2: 1 + y = 2 - u^2, dy = 2 u du.
      sum += rule.weights[i] * 2 * pow(u, degrees - 1) * pow(2 - u * u, half - 1);
    }
  return 2 * scale * sum * end / kPanels;
}

}  // namespace

double student_multiple(double k, double degrees) {
  if (!(k > 0 && k <= 6) || !(degrees >= 1 && degrees <= 4096))
    throw std::invalid_argument("student_multiple: k must lie in (0, 6], degrees in [1, 4096]");
  const GaussLegendre rule = gauss_legendre(32);
  const double wanted = 2 * normal_cdf(-k);
  // In x, which runs from 0 to 1; a fixed number of halvings.
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double x = (low + high) / 2;
    (tail(x, degrees, rule) > wanted ? low : high) = x;
  }
  const double x = (low + high) / 2;
  return x * std::sqrt(degrees) / std::sqrt(1 - x * x);
}

}  // namespace lien::engine
