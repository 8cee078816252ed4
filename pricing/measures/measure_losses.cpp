#include <algorithm>
#include <cmath>
#include <limits>

#include "pricing/measures/loss_sample.hpp"
#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {
namespace {

constexpr int kHistogramBins = 60;

void add_histogram(const std::string& scenario, int horizon, const LossSample& sample,
                   Table& table) {
  const double low = std::min(sample.least(), 0.0);
  // The last bin holds the tail beyond the 99.95 % quantile, so that the body stays readable.
  const double high = sample.quantile_near(0.9995);
  if (!(high > low)) return;
  std::vector<double> share(kHistogramBins, 0.0);
  sample.each([&](double loss, double chance) {
    const double bin = (loss - low) / (high - low) * kHistogramBins;
    share[static_cast<std::size_t>(std::clamp(bin, 0.0, kHistogramBins - 1.0))] += chance;
  });
  for (int i = 0; i < kHistogramBins; ++i)
    table.add({std::string_view(scenario), horizon, low + (high - low) * i / kHistogramBins,
               low + (high - low) * (i + 1) / kHistogramBins, share[static_cast<std::size_t>(i)]});
}

// True unless the loss is the same by law and not by the luck of the paths drawn: every path loses
// the same, and the probabilities of default say no other.
bool loses_by_chance(const BasisRun& run, int horizon, const LossSample& sample) {
  const std::size_t loss = kFixedSamples + run.snapshot(horizon) * kSnapshotSamples + kLoss;
  const double expected = run.mean(run.layout.group(run.layout.portfolio(), loss)).value;
  const double least = sample.least();
  double most = least;
  sample.each([&most](double l, double) { most = std::max(most, l); });
  return least != most || std::abs(expected - most) > 1e-9 * std::abs(most);
}

// No path lies above the value at risk: how far the tail reaches is not known from them.
void forget_errors(engine::TailEstimate& t) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  t.value_at_risk_low = t.value_at_risk_high = kUnknown;
  t.expected_shortfall_low = t.expected_shortfall_high = kUnknown;
}

Cell known(double x) { return std::isnan(x) ? Cell{} : Cell{x}; }

}  // namespace

void measure_losses(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  if (tables.loss_histogram.columns.empty()) {
    tables.loss_histogram.name = "loss_histogram";
    for (const char* name : {"scenario", "horizon_months", "low", "high", "share"})
      tables.loss_histogram.columns.push_back(
          {name,
           std::string_view(name) == "scenario"         ? ColumnKind::text
           : std::string_view(name) == "horizon_months" ? ColumnKind::integer
                                                        : ColumnKind::number,
           {},
           {}});
  }
  const BasisRun* run = scenario.tails;
  if (run == nullptr || run->plan.contracts.empty()) return;
  MeasureWriter writer(tables.measures, scenario.id, *run, "portfolio");
  for (const int horizon : inputs.settings.loss_horizon_months) {
    const LossSample sample = loss_sample(*run, run->snapshot(horizon));
    const bool may_lose = loses_by_chance(*scenario.real_world, horizon, sample);
    const double half = sample.multiple();
    if (scenario.id == "baseline")
      add_histogram(scenario.id, horizon, sample, tables.loss_histogram);
    std::vector<double> levels = inputs.settings.confidence;
    for (int i = 1; i < 100; ++i) levels.push_back(i / 100.0);
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    for (const double level : levels) {
      engine::TailEstimate t = sample.tail(level);
      if (may_lose && t.cumulative_probability >= 1) forget_errors(t);
      tables.losses.add({std::string_view(scenario.id), horizon, level,
                         std::string_view(inputs.market.currency), t.value_at_risk,
                         known(t.value_at_risk_low), known(t.value_at_risk_high),
                         t.expected_shortfall, known(t.expected_shortfall_low),
                         known(t.expected_shortfall_high), t.cumulative_probability});
      const auto& asked = inputs.settings.confidence;
      if (std::find(asked.begin(), asked.end(), level) == asked.end()) continue;
      writer.add_tail("", "value_at_risk", horizon, level,
                      {t.value_at_risk, (t.value_at_risk_high - t.value_at_risk_low) / 2 / half});
      writer.add_tail(
          "", "expected_shortfall", horizon, level,
          {t.expected_shortfall, (t.expected_shortfall_high - t.expected_shortfall) / half});
    }
  }
}

}  // namespace lien::pricing
