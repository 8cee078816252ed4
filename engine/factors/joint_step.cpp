#include "engine/factors/joint_step.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/elementary/elementary.hpp"

namespace lien::engine {
namespace {

// (1 - e^{-x}) / x, 1 at 0.
double decayed_mean(double x) { return x == 0 ? 1.0 : -expm1(-x) / x; }

// int_0^1 e^{-x s} (1 - e^{-y s}) / y ds: the covariance of a factor of reversion x with the
// integral of one of reversion y, in units of the step. The difference quotient
// [decayed_mean(x) - decayed_mean(x + y)] / y loses its digits for small x or y, so each corner
// has its own form; none loses more than one digit.
double integrated_decay(double x, double y) {
  if (x >= 1) return (-expm1(-x) - x * exp(-x) * decayed_mean(y)) / (x * (x + y));
  if (y >= 1) return (decayed_mean(x) - decayed_mean(x + y)) / y;
  constexpr int terms = 20;  // 1/20! is below the last bit
  double sum = 0;
  double in_x = 1;  // (-x)^n / n!
  for (int n = 0; n < terms; ++n) {
    double in_y = 1;  // (-y)^m / (m + 1)!
    for (int m = 0; m < terms; ++m) {
      sum += in_x * in_y / (n + m + 2);
      in_y *= -y / (m + 2);
    }
    in_x *= -x / (n + 1);
  }
  return sum;
}

// [1 - 2 B(y) + B(2y)] / y^2 with B = decayed_mean: the variance of an integrated factor in units
// of the step cubed.
double integrated_variance(double y) {
  if (y >= 1) return (1 - 2 * decayed_mean(y) + decayed_mean(2 * y)) / (y * y);
  // sum_{n>=2} (-1)^n (2^n - 2) y^(n-2) / (n + 1)!
  constexpr int terms = 32;
  double sum = 0;
  double power = 1;      // (-y)^(n-2)
  double two_power = 4;  // 2^n
  double factorial = 6;  // (n + 1)!
  for (int n = 2; n < terms; ++n) {
    sum += (two_power - 2) * power / factorial;
    power *= -y;
    two_power *= 2;
    factorial *= n + 2;
  }
  return sum;
}

}  // namespace

double exponential_integral_factor(double k, double t) { return t * decayed_mean(k * t); }

double integrated_decay_factor(double k, double a, double t) {
  return t * t * integrated_decay(k * t, a * t);
}

double integrated_rate_variance(double mean_reversion, double volatility, double t) {
  return volatility * volatility * t * t * t * integrated_variance(mean_reversion * t);
}

std::array<double, 16> step_covariance(const FactorLaw& law, double dt_years) {
  const double dt = dt_years;
  const double kappa = law.scarcity_mean_reversion, a = law.rate_mean_reversion;
  const double sc = law.scarcity_volatility, sx = law.frontier_volatility, sr = law.rate_volatility;
  const auto B = [dt](double k) { return exponential_integral_factor(k, dt); };
  const double chi_chi = sc * sc * B(2 * kappa);
  const double xi_xi = sx * sx * dt;
  const double x_x = sr * sr * B(2 * a);
  const double I_I = integrated_rate_variance(a, sr, dt);
  const double chi_xi = law.scarcity_frontier * sc * sx * B(kappa);
  const double chi_x = law.scarcity_rate * sc * sr * B(kappa + a);
  const double xi_x = law.frontier_rate * sx * sr * B(a);
  const double chi_I = law.scarcity_rate * sc * sr * dt * dt * integrated_decay(kappa * dt, a * dt);
  const double xi_I = law.frontier_rate * sx * sr * dt * dt * integrated_decay(0, a * dt);
  const double x_I = sr * sr * dt * dt * integrated_decay(a * dt, a * dt);
  return {chi_chi, chi_xi, chi_x, chi_I,  //
          chi_xi,  xi_xi,  xi_x,  xi_I,   //
          chi_x,   xi_x,   x_x,   x_I,    //
          chi_I,   xi_I,   x_I,   I_I};
}

std::array<double, 16> lower_cholesky(const std::array<double, 16>& covariance) {
  constexpr int n = 4;
  // A pivot under this share of its diagonal element is rounding; a residual under its root, of
  // the product of two diagonals, is what such a pivot allows in its column.
  constexpr double rounding = 1e-14;
  constexpr double column_rounding = 1e-7;
  std::array<double, 16> lower{};
  for (int j = 0; j < n; ++j) {
    const double diagonal = covariance[n * j + j];
    double pivot = diagonal;
    for (int k = 0; k < j; ++k) pivot -= lower[n * j + k] * lower[n * j + k];
    bool indefinite = !(pivot >= -rounding * diagonal) || diagonal < 0;
    const bool zero = pivot <= rounding * diagonal;
    const double root = zero ? 0.0 : std::sqrt(pivot);
    lower[n * j + j] = root;
    for (int i = j + 1; i < n; ++i) {
      double residual = covariance[n * i + j];
      for (int k = 0; k < j; ++k) residual -= lower[n * i + k] * lower[n * j + k];
      if (!zero) {
        lower[n * i + j] = residual / root;
      } else if (!(std::abs(residual) <=
                   column_rounding * std::sqrt(std::abs(diagonal * covariance[n * i + i])))) {
        indefinite = true;
      }
    }
    if (indefinite) {
      throw std::domain_error("covariance is indefinite at pivot " + std::to_string(j + 1));
    }
  }
  return lower;
}

double log_price_variance(const FactorLaw& law, double scarcity_loading, double frontier_loading,
                          double t) {
  const double chi = scarcity_loading * law.scarcity_volatility;
  const double xi = frontier_loading * law.frontier_volatility;
  const double kappa = law.scarcity_mean_reversion;
  return chi * chi * exponential_integral_factor(2 * kappa, t) + xi * xi * t +
         2 * law.scarcity_frontier * chi * xi * exponential_integral_factor(kappa, t);
}

}  // namespace lien::engine
