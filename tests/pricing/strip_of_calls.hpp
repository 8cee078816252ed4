#pragma once

#include <cmath>
#include <string>

#include "pricing/plan/time_grid.hpp"
#include "tests/pricing/instrument_runs.hpp"

namespace lien::pricing {

inline constexpr int kStripMonths = 48;
// What cases O09 and O14 are worth (docs/validation.md).
inline constexpr double kO09 = 20737.7517629, kO14 = 23869.6115638;

// Cases O09 and O14 on the path: the resale strip as 48 monthly calls on the rental rate, each on
// 730 hours at the utilisation and wear of its month, discounted at 10 %.
inline Inputs strip_of_calls(double frontier_drift, bool launches) {
  Inputs inputs = quiet_inputs();
  inputs.settings.real_world = false;
  inputs.settings.sobol = true;
  inputs.settings.replicates = 64;
  Market& market = inputs.market;
  market.rates.zero_curve = {{1}, {0.10}};
  market.scarcity = Scarcity{0.9, 0.40, 0, 0.10};
  market.frontier = Frontier{frontier_drift, 0.18, 0, false};
  market.correlation = {0.30, 0, 0};
  market.hardware[0].rental_rate = 2.35;
  if (launches) {
    LaunchLine line;
    line.line = "line";
    line.law = LaunchLaw::exponential;
    line.mean_years = 1.25;
    line.drop_mean = 0.26;
    line.drop_stdev = 0.10;
    line.ramp = RampLaw::exponential;
    line.ramp_years = 0.5;
    market.launches = {line};
    market.hardware[0].line = "line";
  }
  const TimeGrid grid(kSampleDate, kStripMonths);
  for (int k = 1; k <= kStripMonths; ++k) {
    const double t = k / 12.0, earned = 0.8 * std::exp(-0.02 * t);
    Instrument call =
        on_chip(InstrumentKind::call, Underlying::rental_rate, 0.45 * std::exp(0.025 * t) / earned);
    call.id = "month" + std::to_string(k);
    call.quantity = 730 * earned;
    call.expiry = grid.date(k);
    inputs.book.instruments.push_back(call);
  }
  inputs.rows_read = kStripMonths;
  return inputs;
}

}  // namespace lien::pricing
