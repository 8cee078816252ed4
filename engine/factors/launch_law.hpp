#pragma once

#include <vector>

// Laws of product launches and of their effect on older products: E[exp(-q X)], X the ramped sum of
// the drops of later launches. Times in years, drops as logs, q a loading. Each transform is a
// vector over monthly horizons: entry m - 1 is ln E at m / 12 years.
namespace lien::engine {

enum class RenewalLaw { weibull, gamma, exponential, none };

// Share of a drop that has arrived s years after its launch.
enum class RampShape {
  exponential,  // 1 - e^{-s/years}; years 0: a step
  linear,       // min(s/years, 1); years 0: a step
  bass,         // (1 - e) / (1 + (q/p) e), e = e^{-(p+q)s}. Source: Bass, Management Science 15
};

// A renewal process of launches on one measure basis (premia already applied).
struct LaunchProcess {
  RenewalLaw law = RenewalLaw::none;
  double shape = 1;            // Weibull, > 0; gamma, 0.5..50; 1 for exponential
  double scale_years = 0;      // > 0. Weibull: mean / Gamma(1 + 1/k), risk neutral times
                               // (1 + theta)^(-1/k). Exponential: the mean. Gamma: mean / k
  double hazard_multiple = 1;  // > 0; gamma only: survival is that of shape and scale to this power
  double age_years = 0;        // >= 0, since the last launch: conditions the first arrival
  double drop_mean = 0, drop_stdev = 0;  // log; the mean includes the premium of its basis
  RampShape ramp = RampShape::exponential;
  double ramp_years = 0;                 // exponential, linear; 0: step
  double innovation = 0, imitation = 0;  // bass: p > 0 and q >= 0, per year
  struct Scheduled {
    double years = 0;       // model time of the announced date; in the past: due now
    double slip_years = 0;  // mean of the exponential slip on this basis; 0: on the date
  };
  std::vector<Scheduled> scheduled;  // the renewal starts at the latest of them
};

// Weibull scale of a mean: mean / Gamma(1 + 1/shape).
[[nodiscard]] double weibull_scale(double shape, double mean_years);

// Share F of a drop that has arrived, and the share 1 - F still to come, s >= 0 years after the
// launch. Relative error 1e-15 each.
[[nodiscard]] double ramp_arrived(const LaunchProcess& process, double elapsed_years);
[[nodiscard]] double ramp_remaining(const LaunchProcess& process, double elapsed_years);

// E[exp(-q L F(s))] for one launch, s >= 0 years after it; L ~ N(drop_mean, drop_stdev^2).
[[nodiscard]] double launch_effect(const LaunchProcess& process, double q, double elapsed_years);

// ln E[exp(-q x effect at t + h of the launches after t)] of the renewal at this age, scheduled
// launches left out. Absolute error 1e-12 for shapes >= 1 (1e-10 at 0.7); 1e-7 where a linear ramp
// ends within a month and the law remembers. Months >= 0. Source: docs/model.md, "Resale value".
[[nodiscard]] std::vector<double> launch_transform(const LaunchProcess& process, double q,
                                                   double age_years, int months);

// The same for many ages, one row an age; the renewal equation is solved once (0.2 ms an age).
[[nodiscard]] std::vector<std::vector<double>> launch_transforms(
    const LaunchProcess& process, double q, const std::vector<double>& ages_years, int months);

// The same at model time `time_years` when the scheduled launches in `pending` (bit i: entry i) are
// still to come, each at max(date, time) + slip, independent; the renewal starts at age 0 at the
// latest of them. Throws std::domain_error if nothing is pending or more than the process has.
// scheduled_launches.hpp has many sets and times at once.
[[nodiscard]] std::vector<double> scheduled_transform(const LaunchProcess& process, double q,
                                                      double time_years, unsigned pending,
                                                      int months);

}  // namespace lien::engine
