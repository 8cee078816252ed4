#include "engine/factors/noise.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"

namespace lien::engine {

double noise_variance(const NoiseLaw& law, double t) {
  return law.volatility * law.volatility * exponential_integral_factor(2 * law.mean_reversion, t);
}

NoisePlan noise_step(const NoiseLaw& law, double dt_years, PhiloxKey key) {
  return {exp(-law.mean_reversion * dt_years), std::sqrt(noise_variance(law, dt_years)), key, {}};
}

std::array<double, 4> noise_covariance(const NoiseLaw& law, const NoiseCorrelation& correlation,
                                       const FactorLaw& factors, double dt_years) {
  const double k = law.mean_reversion, a = factors.rate_mean_reversion;
  const auto B = [dt_years](double speed) { return exponential_integral_factor(speed, dt_years); };
  const double rate = correlation.rate * factors.rate_volatility * law.volatility;
  return {correlation.scarcity * factors.scarcity_volatility * law.volatility *
              B(factors.scarcity_mean_reversion + k),
          correlation.frontier * factors.frontier_volatility * law.volatility * B(k),
          rate * B(k + a), rate * integrated_decay_factor(k, a, dt_years)};
}

NoisePlan correlated_noise_step(const NoiseLaw& law, const NoiseCorrelation& correlation,
                                const FactorLaw& factors, double dt_years, PhiloxKey key) {
  NoisePlan plan = noise_step(law, dt_years, key);
  const double variance = plan.stdev * plan.stdev;
  const auto lower = lower_cholesky(step_covariance(factors, dt_years));
  const auto covariance = noise_covariance(law, correlation, factors, dt_years);
  double left = variance;
  for (std::size_t j = 0; j < 4; ++j) {
    double residual = covariance[j];
    for (std::size_t i = 0; i < j; ++i) residual -= lower[4 * j + i] * plan.joint[i];
    // A pivot of zero leaves nothing to be correlated with.
    plan.joint[j] = lower[5 * j] > 0 ? residual / lower[5 * j] : 0.0;
    left -= plan.joint[j] * plan.joint[j];
  }
  if (left < -1e-9 * variance)
    throw std::domain_error("correlation of a noise contradicts those of the factors");
  plan.stdev = std::sqrt(std::max(left, 0.0));
  return plan;
}

}  // namespace lien::engine
