#include "pricing/plan/expected_rent.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {
namespace {

// l_q of one line seen from today, entry h - 1 for month h.
std::vector<double> transform_today(const engine::LaunchProcess& process, double q, int months) {
  if (process.scheduled.empty())
    return engine::launch_transform(process, q, process.age_years, months);
  const unsigned all = (1U << process.scheduled.size()) - 1U;
  return engine::scheduled_transform(process, q, 0.0, all, months);
}

// Entry h - 1 is month h, month 0 is 0; linear between months.
double at_month(const std::vector<double>& by_month, double h) {
  const double whole = std::floor(h);
  const auto month = static_cast<std::size_t>(whole);
  const double before = month == 0 ? 0.0 : by_month[month - 1];
  return h == whole ? before : before + (h - whole) * (by_month[month] - before);
}

// Variance of ln R(t) that the drift drawn once a path brings, t in years.
double drift_variance(const Market& market, const Hardware& hardware, MeasureBasis basis,
                      double t) {
  if (basis != MeasureBasis::real_world || !market.frontier) return 0;
  const double stdev = hardware.frontier_loading * market.frontier->drift_stdev * t;
  return stdev * stdev;
}

}  // namespace

std::vector<std::pair<std::size_t, double>> line_loadings(const Market& market,
                                                          const Hardware& hardware) {
  std::vector<std::pair<std::size_t, double>> out;
  for (std::size_t l = 0; l < market.launches.size(); ++l) {
    const std::string& line = market.launches[l].line;
    double loading = 0;
    if (hardware.launch_loadings.empty())
      loading = line == hardware.line ? 1 : 0;
    else if (const auto found = hardware.launch_loadings.find(line);
             found != hardware.launch_loadings.end())
      loading = found->second;
    if (loading != 0) out.emplace_back(l, loading);
  }
  return out;
}

StripState strip_state_today(const Market& market, const Hardware& hardware, MeasureBasis drifts,
                             Date valuation_date, int life) {
  StripState state;
  state.scarcity = market.scarcity ? market.scarcity->initial : 0;
  if (const auto regime = regime_law_of(market))
    state.regime = static_cast<std::size_t>(regime->initial);
  const auto months = static_cast<std::size_t>(std::max(life, 0));
  state.launch_mean.assign(months, 0.0);
  state.launch_variance.assign(months, 0.0);
  if (months == 0) return state;
  for (const auto& [l, loading] : line_loadings(market, hardware)) {
    const LaunchLine& line = market.launches[l];
    const engine::LaunchProcess process = launch_process(line, drifts, valuation_date);
    const auto first = transform_today(process, loading, life);
    const auto second = transform_today(process, 2 * loading, life);
    for (std::size_t h = 0; h < months; ++h) {
      const double t = static_cast<double>(h + 1) / 12.0;
      const double arriving = loading * pipeline_arrived(line, valuation_date, t);
      state.launch_mean[h] += first[h] - arriving;
      state.launch_variance[h] += second[h] - 2 * first[h];
    }
  }
  return state;
}

LogRentSpread log_rent_spread(const Market& market, const Hardware& hardware, MeasureBasis basis,
                              Date valuation_date, int steps, int steps_per_year) {
  const StripState state = strip_state_today(market, hardware, basis, valuation_date,
                                             month_of_step(steps, steps_per_year));
  const StripLaw law{basis, &market, &hardware, valuation_date};
  const double start = hardware.rental_rate > 0 ? engine::log(hardware.rental_rate) : 0.0;
  LogRentSpread out{{start}, {0.0}};
  std::vector<std::array<double, 2>> regime(static_cast<std::size_t>(steps));
  if (const auto chain = regime_law_of(market)) regime = engine::regime_means(*chain, steps);
  for (int k = 1; k <= steps; ++k) {
    const double h = 12.0 * k / steps_per_year;
    const StripMonth month = strip_month(law, h);
    const double launch_variance = at_month(state.launch_variance, h);
    const double variance =
        std::max(month.variance + launch_variance + month.regime_variance[state.regime], 0.0) +
        drift_variance(market, hardware, basis, h / 12.0);
    // strip_month carries the growth of operating cost and half the variance: taken back here.
    out.mean.push_back(
        start + month.constant - month.variance / 2 + hardware.operating_cost_growth * h / 12.0 -
        month.scarcity * state.scarcity + at_month(state.launch_mean, h) - launch_variance / 2 +
        hardware.scarcity_loading * regime[static_cast<std::size_t>(k - 1)][state.regime]);
    out.stdev.push_back(std::sqrt(variance));
  }
  return out;
}

std::vector<double> expected_log_rents(const Market& market, const Hardware& hardware,
                                       MeasureBasis basis, Date valuation_date, int steps,
                                       int steps_per_year) {
  const StripState state = strip_state_today(market, hardware, basis, valuation_date,
                                             month_of_step(steps, steps_per_year));
  const StripLaw law{basis, &market, &hardware, valuation_date};
  const double start = hardware.rental_rate > 0 ? engine::log(hardware.rental_rate) : 0.0;
  std::vector<double> out{start};
  for (int k = 1; k <= steps; ++k) {
    const double h = 12.0 * k / steps_per_year;
    const StripMonth month = strip_month(law, h);
    out.push_back(start + month.constant + hardware.operating_cost_growth * h / 12.0 -
                  month.scarcity * state.scarcity + at_month(state.launch_mean, h) +
                  month.regime_mean[state.regime] +
                  drift_variance(market, hardware, basis, h / 12.0) / 2);
  }
  return out;
}

std::vector<double> expected_log_powers(const Market& market, const Hardware& hardware,
                                        MeasureBasis basis, Date valuation_date, int months,
                                        double power) {
  std::vector<double> launches(static_cast<std::size_t>(months), 0.0), regimes = launches;
  for (const auto& [l, loading] : line_loadings(market, hardware)) {
    const LaunchLine& line = market.launches[l];
    const auto all =
        transform_today(launch_process(line, basis, valuation_date), power * loading, months);
    for (std::size_t h = 0; h < all.size(); ++h)
      launches[h] +=
          all[h] - power * loading *
                       pipeline_arrived(line, valuation_date, static_cast<double>(h + 1) / 12.0);
  }
  if (const auto chain = regime_law_of(market)) {
    const auto all = engine::regime_transforms(*chain, power * hardware.scarcity_loading, months);
    for (std::size_t h = 0; h < all.size(); ++h)
      regimes[h] = all[h][static_cast<std::size_t>(chain->initial)];
  }
  const StripLaw law{basis, &market, &hardware, valuation_date};
  const double start = hardware.rental_rate > 0 ? engine::log(hardware.rental_rate) : 0.0;
  const double scarcity = market.scarcity ? market.scarcity->initial : 0;
  std::vector<double> out{power * start};
  for (int k = 1; k <= months; ++k) {
    const StripMonth month = strip_month(law, k);
    const double t = k / 12.0;
    const double mean = start + month.constant - month.variance / 2 +
                        hardware.operating_cost_growth * t - month.scarcity * scarcity;
    const double variance = month.variance + drift_variance(market, hardware, basis, t);
    out.push_back(power * mean + power * power * variance / 2 +
                  launches[static_cast<std::size_t>(k - 1)] +
                  regimes[static_cast<std::size_t>(k - 1)]);
  }
  return out;
}

}  // namespace lien::pricing
