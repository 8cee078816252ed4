#pragma once

// The gamma law of a shape k > 0 and scale 1, by the engine's own functions: the regularised
// incomplete gamma function and its inverse, in logarithms, so that no tail underflows.
namespace lien::engine {

struct GammaTail {
  double log_density;   // (k - 1) ln x - x - ln Gamma(k)
  double log_survival;  // ln Q(k, x) = ln(Gamma(k, x) / Gamma(k)) <= 0
};

// x > 0. Relative error of log_survival <= 3e-13 for shapes 0.5 to 50 while -log_survival < 700,
// absolute error of log_density <= 3e-13 there. Source: Press et al., "Numerical Recipes", 6.2
// (series below k + 1, continued fraction above it, by Lentz's method).
[[nodiscard]] GammaTail gamma_tail(double shape, double x);

// The x with -ln Q(k, x) = hazard > 0, by Newton steps in ln x on the logarithm of the hazard,
// which is concave or convex throughout and bounded in slope by 1 and k. Relative error <= 3e-13.
[[nodiscard]] double gamma_quantile(double shape, double hazard);

}  // namespace lien::engine
