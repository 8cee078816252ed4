#include "engine/factors/launch_law.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/gauss_legendre.hpp"
#include "engine/factors/renewal_equation.hpp"

namespace lien::engine {
namespace {

// lambda int_0^h [g_q(s) - 1] ds, month by month. Panels of half the ramp while it is under way,
// one panel a month after it: a ramp of days costs no more than one of years.
std::vector<double> poisson_transform(const LaunchProcess& process, double q, int months) {
  const GaussLegendre rule = gauss_legendre(8);
  const double ramp_end = 45 * process.ramp_years;  // e^-45 is below the last bit
  std::vector<double> result;
  double s = 0, integral = 0;
  for (int m = 1; m <= months; ++m) {
    const double h = m / 12.0;
    while (s < h) {
      const double end = s < ramp_end ? std::min({h, ramp_end, s + process.ramp_years / 2}) : h;
      for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
        const double elapsed = s + (end - s) * rule.nodes[i];
        integral += (end - s) * rule.weights[i] * (launch_effect(process, q, elapsed) - 1);
      }
      s = end;
    }
    result.push_back(integral / process.scale_years);
  }
  return result;
}

}  // namespace

double weibull_scale(double shape, double mean_years) {
  return mean_years / gamma_function(1 + 1 / shape);
}

double launch_effect(const LaunchProcess& process, double q, double elapsed_years) {
  const double ramp = process.ramp_years > 0 ? -expm1(-elapsed_years / process.ramp_years) : 1.0;
  const double loading = q * ramp, stdev = loading * process.drop_stdev;
  return exp(stdev * stdev / 2 - loading * process.drop_mean);
}

std::vector<double> launch_transform(const LaunchProcess& process, double q, double age_years,
                                     int months) {
  return launch_transforms(process, q, {age_years}, months).front();
}

std::vector<std::vector<double>> launch_transforms(const LaunchProcess& process, double q,
                                                   const std::vector<double>& ages_years,
                                                   int months) {
  std::vector<std::vector<double>> result;
  switch (process.law) {
    case RenewalLaw::none:
      result.assign(ages_years.size(), std::vector<double>(static_cast<std::size_t>(months), 0.0));
      break;
    case RenewalLaw::exponential:
      result.assign(ages_years.size(), poisson_transform(process, q, months));
      break;
    case RenewalLaw::weibull: {
      const RenewalTransform renewal = solve_renewal(process, q, months);
      std::vector<int> horizons(static_cast<std::size_t>(months));
      std::iota(horizons.begin(), horizons.end(), 1);
      for (const double age : ages_years) {
        result.push_back(aged_log_transform(renewal, age, horizons));
      }
      break;
    }
  }
  return result;
}

}  // namespace lien::engine
