#pragma once

#include <array>

namespace lien::engine {

// The four factors that move together: scarcity chi, frontier xi, short-rate deviation x and its
// time integral I. Mean reversions per year, >= 0 (0: Brownian); volatilities per root-year, >= 0;
// correlations are of the Brownian motions, jointly positive semidefinite.
struct FactorLaw {
  double scarcity_mean_reversion = 0, scarcity_volatility = 0;
  double frontier_volatility = 0;
  double rate_mean_reversion = 0, rate_volatility = 0;
  double scarcity_frontier = 0, scarcity_rate = 0, frontier_rate = 0;
};

// Exact covariance of one step of dt years, row-major over (chi, xi, x, I). Stable for every mean
// reversion, 0 included. Relative error 1e-14. Source: docs/model.md, "Exact monthly transitions".
[[nodiscard]] std::array<double, 16> step_covariance(const FactorLaw& law, double dt_years);

// Lower triangular L, row-major, with L L^T = covariance. Positive semidefinite is allowed: a pivot
// of zero, within rounding of its diagonal element, gives a column of zeros. Throws
// std::domain_error naming the pivot if the matrix is indefinite.
[[nodiscard]] std::array<double, 16> lower_cholesky(const std::array<double, 16>& covariance);

// int_0^t e^{-k s} ds = (1 - e^{-k t}) / k, in years; t where k = 0. k per year, t in years, >= 0.
[[nodiscard]] double exponential_integral_factor(double k, double t);

// int_0^t e^{-k s} (1 - e^{-a s}) / a ds: what a shock that decays by k has in common with the
// integral of one that decays by a, in years squared; a, k per year, >= 0. Relative error 1e-14.
[[nodiscard]] double integrated_decay_factor(double k, double a, double t);

// Variance V_I(t) of the integral of x over [0, t], t in years:
// sr^2/a^2 [t - 2 (1 - e^{-at})/a + (1 - e^{-2at})/(2a)]. Relative error 1e-14 (the bracket alone
// would lose nine digits at a t = 0.007).
[[nodiscard]] double integrated_rate_variance(double mean_reversion, double volatility, double t);

// Variance of lc chi_t + lx xi_t given the state at 0: loadings lc, lx; t in years.
[[nodiscard]] double log_price_variance(const FactorLaw& law, double scarcity_loading,
                                        double frontier_loading, double t);

}  // namespace lien::engine
