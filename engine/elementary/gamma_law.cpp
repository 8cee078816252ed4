#include "engine/elementary/gamma_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/elementary/elementary.hpp"

namespace lien::engine {
namespace {

constexpr double kSmallest = 1e-300;  // stands for a zero denominator in Lentz's method
constexpr double kNegligible = std::numeric_limits<double>::epsilon() / 4;
constexpr int kMostTerms = 2000;

// P(k, x) / (x density / k) = 1 + x/(k+1) + x^2/((k+1)(k+2)) + ..
double lower_series(double shape, double x) {
  double term = 1, sum = 1;
  for (int n = 1; n < kMostTerms; ++n) {
    term *= x / (shape + n);
    sum += term;
    if (term < kNegligible * sum) break;
  }
  return sum;
}

// Q(k, x) / (x density) = 1/(x+1-k - 1(1-k)/(x+3-k - 2(2-k)/(x+5-k - ..)))
double upper_fraction(double shape, double x) {
  double b = x + 1 - shape;
  double c = 1 / kSmallest;
  double d = 1 / (std::abs(b) < kSmallest ? kSmallest : b);
  double fraction = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double a = -n * (n - shape);
    b += 2;
    const double below = a * d + b, above = b + a / c;
    d = 1 / (std::abs(below) < kSmallest ? kSmallest : below);
    c = std::abs(above) < kSmallest ? kSmallest : above;
    const double factor = c * d;
    fraction *= factor;
    if (std::abs(factor - 1) < 2 * kNegligible) break;
  }
  return fraction;
}

}  // namespace

GammaTail gamma_tail(double shape, double x) {
  const double log_x = log(x);
  const double log_density = (shape - 1) * log_x - x - log_gamma(shape);
  if (x < shape + 1)
    return {log_density, log1p(-exp(log_density + log_x) / shape * lower_series(shape, x))};
  return {log_density, log_density + log_x + log(upper_fraction(shape, x))};
}

double gamma_quantile(double shape, double hazard) {
  constexpr int kMostSteps = 60;
  const double target = log(hazard);
  // The tangent at 0 crosses the target on the side from which Newton's steps are monotone.
  double log_x = (target + log_gamma(shape + 1)) / shape;
  for (int step = 0; step < kMostSteps; ++step) {
    const double x = exp(log_x);
    const GammaTail tail = gamma_tail(shape, x);
    const double reached = -tail.log_survival;
    const double slope = x * exp(tail.log_density - tail.log_survival) / reached;
    const double move = (target - log(reached)) / slope;
    log_x += move;
    if (std::abs(move) < 1e-15 * std::max(1.0, std::abs(log_x))) break;
  }
  return exp(log_x);
}

}  // namespace lien::engine
