#pragma once

#include <cmath>
#include <optional>

#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/compile.hpp"
#include "tests/pricing/sample_market.hpp"

// What tests of a market share: its plan, and runs of it.
namespace lien::pricing {

// A plan of `market` alone over `months` months; baseline: the market it is a scenario of.
struct CompiledMarket {
  RunSettings settings;
  Market market, baseline;
  Book book;
  std::vector<std::string> changed;
  Plan plan;

  CompiledMarket(Market m, MeasureBasis basis, int months, Book b = {},
                 const std::optional<Market>& base = std::nullopt)
      : market(std::move(m)), baseline(base.value_or(market)), book(std::move(b)) {
    settings.valuation_date = kSampleDate;
    settings.horizon_months = months;
    settings.loss_horizon_months = {0};
    const Horizon horizon = horizon_of(settings, market, book);
    plan = compile({&settings, &market, &book, basis, &baseline, &changed}, horizon,
                   TimeGrid(kSampleDate, horizon.months));
  }

  [[nodiscard]] BasisRun run(std::uint64_t paths) {
    settings.paths = paths;
    return simulate_plan(plan, settings, true, true, {});
  }
};

// Mean of a fan at month k with its error. index: hardware or line.
inline engine::Estimate fan_mean(const BasisRun& run, FanPlan::Of of, std::uint32_t index, int k) {
  for (std::size_t f = 0; f < run.plan.fans.size(); ++f)
    if (run.plan.fans[f].of == of && run.plan.fans[f].index == index)
      return run.mean(run.layout.fan(f, static_cast<std::size_t>(k)));
  return {-1, 0};
}

// The sample market without launches: lognormal rents.
inline Market lognormal_market() {
  Market market = sample_market();
  market.launches.clear();
  for (auto& hardware : market.hardware) hardware.line.clear();
  return market;
}

inline Regime sample_regime() { return {{-0.4, 0.3}, {0.7, 1.0}, 1}; }

// Sums value(G_n) over all 2^n ways of the sample regime from `start`: what it adds to scarcity.
template <class Value>
double over_chains(int start, int n, double kappa, const Value& value, double g = 0) {
  if (n == 0) return value(g);
  const Regime regime = sample_regime();
  const auto at = static_cast<std::size_t>(start);
  const double decay = std::exp(-kappa / 12), total = regime.rates[0] + regime.rates[1];
  const double leave = regime.rates[at] / total * (1 - std::exp(-total / 12));
  const double next = decay * g + (1 - decay) * regime.means[at];
  return (1 - leave) * over_chains(start, n - 1, kappa, value, next) +
         leave * over_chains(1 - start, n - 1, kappa, value, next);
}

}  // namespace lien::pricing
