#include "engine/factors/gap_law.hpp"

#include "engine/elementary/elementary.hpp"
#include "engine/elementary/gamma_law.hpp"

namespace lien::engine {

GapLaw gap_law(const LaunchProcess& process) {
  const bool shaped = process.law == RenewalLaw::weibull || process.law == RenewalLaw::gamma;
  return {process.law, shaped ? process.shape : 1, process.scale_years,
          process.law == RenewalLaw::gamma ? process.hazard_multiple : 1};
}

double integrated_hazard(const GapLaw& law, double years) {
  if (law.law == RenewalLaw::none || years <= 0) return 0;
  const double x = years / law.scale_years;
  if (law.law == RenewalLaw::gamma)
    return -law.hazard_multiple * gamma_tail(law.shape, x).log_survival;
  return pow(x, law.shape);
}

double gap_density(const GapLaw& law, double years, double hazard_at_age) {
  if (law.law == RenewalLaw::none) return 0;
  const double x = years / law.scale_years;
  if (law.law == RenewalLaw::gamma) {
    // Hazard of the power: multiple x f / S, and S^multiple.
    const GammaTail tail = gamma_tail(law.shape, x);
    const double exponent = tail.log_density - tail.log_survival +
                            (hazard_at_age + law.hazard_multiple * tail.log_survival);
    return law.hazard_multiple / law.scale_years * exp(exponent);
  }
  const double hazard = pow(x, law.shape);
  return law.shape / years * hazard * exp(hazard_at_age - hazard);
}

double gap_years(const GapLaw& law, double hazard) {
  if (law.law == RenewalLaw::gamma)
    return law.scale_years * gamma_quantile(law.shape, hazard / law.hazard_multiple);
  return law.scale_years * pow(hazard, 1 / law.shape);
}

}  // namespace lien::engine
