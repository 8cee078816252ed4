#pragma once

#include <array>

#include "engine/factors/joint_step.hpp"
#include "engine/random/philox.hpp"

namespace lien::engine {

// An Ornstein-Uhlenbeck series of its own: dy = -mean_reversion y dt + volatility dW, y_0 = 0.
struct NoiseLaw {
  double mean_reversion = 0;  // per year, >= 0 (0: Brownian)
  double volatility = 0;      // per root-year, >= 0
};

// Var y_t: volatility^2 (1 - e^{-2 k t}) / (2 k), t in years, >= 0.
[[nodiscard]] double noise_variance(const NoiseLaw& law, double t);

// One exact step of dt years, y' = decay y + stdev z + joint . (z_1 .. z_4), the stream that z
// comes from, and what it takes of the four normals of the joint step.
struct NoisePlan {
  double decay = 1;
  double stdev = 0;
  PhiloxKey key{};
  std::array<double, 4> joint{};
};
[[nodiscard]] NoisePlan noise_step(const NoiseLaw& law, double dt_years, PhiloxKey key);

// Correlations of a noise's Brownian motion with those of scarcity, frontier and short rate.
struct NoiseCorrelation {
  double scarcity = 0, frontier = 0, rate = 0;
};

// Covariance of one step of a noise with one of the four factors (chi, xi, x, I). Source:
// docs/model.md, "Exact monthly transitions".
[[nodiscard]] std::array<double, 4> noise_covariance(const NoiseLaw& law,
                                                     const NoiseCorrelation& correlation,
                                                     const FactorLaw& factors, double dt_years);

// A noise that is correlated with the factors: the next row of the Cholesky factor of the joint
// step, whose other rows stay as they are. Throws std::domain_error if the correlations contradict
// each other.
[[nodiscard]] NoisePlan correlated_noise_step(const NoiseLaw& law,
                                              const NoiseCorrelation& correlation,
                                              const FactorLaw& factors, double dt_years,
                                              PhiloxKey key);

}  // namespace lien::engine
