#include "engine/factors/noise.hpp"

#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"

namespace lien::engine {

double noise_variance(const NoiseLaw& law, double t) {
  return law.volatility * law.volatility * exponential_integral_factor(2 * law.mean_reversion, t);
}

NoisePlan noise_step(const NoiseLaw& law, double dt_years, PhiloxKey key) {
  return {exp(-law.mean_reversion * dt_years), std::sqrt(noise_variance(law, dt_years)), key};
}

}  // namespace lien::engine
