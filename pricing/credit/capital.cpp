#include "pricing/credit/capital.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "engine/elementary/elementary.hpp"

namespace lien::pricing {

double vasicek_quantile(double pd, double rho, double confidence) {
  const double driver =
      engine::inverse_normal(pd) + std::sqrt(rho) * engine::inverse_normal(confidence);
  return engine::normal_cdf(driver / std::sqrt(1 - rho));
}

IrbCapital irb_capital(double pd, double loss_given_default, double maturity_years) {
  constexpr double kLeastPd = 0.0005, kConfidence = 0.999;
  IrbCapital out;
  if (pd >= 1) return out;
  const double p = std::max(pd, kLeastPd);
  const double weight = engine::expm1(-50 * p) / engine::expm1(-50.0);
  out.correlation = 0.12 * weight + 0.24 * (1 - weight);
  const double slope = 0.11852 - 0.05478 * engine::log(p);
  out.maturity_adjustment = slope * slope;
  const double b = out.maturity_adjustment;
  const double unexpected = vasicek_quantile(p, out.correlation, kConfidence) - p;
  out.requirement =
      loss_given_default * unexpected * (1 + (maturity_years - 2.5) * b) / (1 - 1.5 * b);
  out.risk_weight = 12.5 * out.requirement;
  return out;
}

double slotting_risk_weight(SlottingCategory category) {
  constexpr std::array weights = {0.70, 0.90, 1.15, 2.50, 0.0};
  return weights[static_cast<std::size_t>(category)];
}

}  // namespace lien::pricing
