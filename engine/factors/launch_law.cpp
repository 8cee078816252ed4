#include "engine/factors/launch_law.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/gauss_legendre.hpp"
#include "engine/factors/renewal_equation.hpp"

namespace lien::engine {
namespace {

// The ramp's own time, and when it has arrived to the last bit (e^-45): beyond, one panel a month.
struct RampTimes {
  double own = 0, end = 0;
};
RampTimes ramp_times(const LaunchProcess& process) {
  switch (process.ramp) {
    case RampShape::exponential:
      return {process.ramp_years, 45 * process.ramp_years};
    case RampShape::linear:
      return {process.ramp_years, process.ramp_years};
    case RampShape::bass: {
      // A logistic step in the middle, where e^{(p+q)s} = q/p.
      const double own = 1 / (process.innovation + process.imitation);
      return {own, own * (45 + log1p(process.imitation / process.innovation))};
    }
  }
  return {};
}

// lambda int_0^h [g_q(s) - 1] ds, month by month. Panels of half the ramp while it is under way,
// one panel a month after it: a ramp of days costs no more than one of years.
std::vector<double> poisson_transform(const LaunchProcess& process, double q, int months) {
  const GaussLegendre rule = gauss_legendre(8);
  const RampTimes ramp = ramp_times(process);
  std::vector<double> result;
  double s = 0, integral = 0;
  for (int m = 1; m <= months; ++m) {
    const double h = m / 12.0;
    while (s < h) {
      const double end = s < ramp.end ? std::min({h, ramp.end, s + ramp.own / 2}) : h;
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

double ramp_arrived(const LaunchProcess& process, double elapsed_years) {
  if (process.ramp == RampShape::bass) {
    const double rate = process.innovation + process.imitation;
    const double ratio = process.imitation / process.innovation;
    return -expm1(-rate * elapsed_years) / (1 + ratio * exp(-rate * elapsed_years));
  }
  if (process.ramp_years <= 0) return 1;
  if (process.ramp == RampShape::linear) return std::min(elapsed_years / process.ramp_years, 1.0);
  return -expm1(-elapsed_years / process.ramp_years);
}

double ramp_remaining(const LaunchProcess& process, double elapsed_years) {
  if (process.ramp == RampShape::bass) {
    const double rate = process.innovation + process.imitation;
    const double ratio = process.imitation / process.innovation;
    const double left = exp(-rate * elapsed_years);
    return (1 + ratio) * left / (1 + ratio * left);
  }
  if (process.ramp_years <= 0) return 0;
  if (process.ramp == RampShape::linear)
    return std::max(1 - elapsed_years / process.ramp_years, 0.0);
  return exp(-elapsed_years / process.ramp_years);
}

double launch_effect(const LaunchProcess& process, double q, double elapsed_years) {
  const double loading = q * ramp_arrived(process, elapsed_years),
               stdev = loading * process.drop_stdev;
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
    case RenewalLaw::weibull:
    case RenewalLaw::gamma: {
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
