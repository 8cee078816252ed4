#include "pricing/credit/cir_hazard.hpp"

#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"

namespace lien::pricing {

double cir_integrated_hazard(const CirHazard& law, double t) {
  const double kappa = law.mean_reversion, s2 = law.volatility * law.volatility;
  if (s2 == 0) {
    const double decayed = engine::exponential_integral_factor(kappa, t);
    return law.mean * t + (law.initial - law.mean) * decayed;
  }
  // With g = sqrt(kappa^2 + 2 s^2) and e = 1 - e^{-g t} the usual A and B, written so that a small
  // volatility cancels nothing: the denominator over 2 g is 1 - e s^2/(g (kappa + g)).
  const double g = std::sqrt(kappa * kappa + 2 * s2);
  const double e = -engine::expm1(-g * t);
  const double share = s2 / (g * (kappa + g));
  const double b = e / (g * (1 - e * share));
  const double log_a =
      2 * kappa * law.mean / s2 * (-s2 * t / (kappa + g) - engine::log1p(-e * share));
  return b * law.initial - log_a;
}

Curve cir_hazard_curve(const CirHazard& law, int months) {
  Curve curve;
  double before = 0;
  for (int k = 1; k <= months; ++k) {
    const double now = cir_integrated_hazard(law, k / 12.0);
    curve.years.push_back(k / 12.0);
    curve.values.push_back(std::max(12 * (now - before), 0.0));
    before = now;
  }
  return curve;
}

}  // namespace lien::pricing
