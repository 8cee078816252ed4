#pragma once

#include "engine/random/philox.hpp"

namespace lien::engine {

// An Ornstein-Uhlenbeck series of its own: dy = -mean_reversion y dt + volatility dW, y_0 = 0.
struct NoiseLaw {
  double mean_reversion = 0;  // per year, >= 0 (0: Brownian)
  double volatility = 0;      // per root-year, >= 0
};

// Var y_t: volatility^2 (1 - e^{-2 k t}) / (2 k), t in years, >= 0.
[[nodiscard]] double noise_variance(const NoiseLaw& law, double t);

// One exact step of dt years, y' = decay y + stdev z, and the stream that z comes from.
struct NoisePlan {
  double decay = 1;
  double stdev = 0;
  PhiloxKey key{};
};
[[nodiscard]] NoisePlan noise_step(const NoiseLaw& law, double dt_years, PhiloxKey key);

}  // namespace lien::engine
