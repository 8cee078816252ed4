#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/elementary/elementary.hpp"
#include "pricing/measures/loss_sample.hpp"
#include "pricing/measures/measure_rows.hpp"

// How far out a scenario lies in the model's own distribution of the baseline.
namespace lien::pricing {
namespace {

using engine::Estimate;

// P(loss <= x) of the baseline, and its variance over paths that may have weights: by what lies
// above, which paths drawn for the tail know best. Where nothing does, the error is not known.
Estimate below(const LossSample& sample, double x) {
  if (const auto replicated = sample.replicated_below(x)) return *replicated;
  double share = 0, square = 0, paths = 0, above = 0;
  sample.each([&](double loss, double chance) {
    ++paths;
    if (!(loss > x)) return;
    ++above;
    share += chance;
    square += chance * chance;
  });
  if (above == 0) return {1, std::numeric_limits<double>::quiet_NaN()};
  return {1 - share, std::sqrt(std::max(0.0, square - share * share / paths))};
}

// The error of F(x) of an estimated x: that of F, and what F does within an error of x.
Estimate with_error_of(Estimate share, double low, double high) {
  const double slope = (high - low) / 2;
  share.standard_error = std::sqrt(share.standard_error * share.standard_error + slope * slope);
  return share;
}

// Paths drawn for the tail place what lies there; of the rest they know less than as many plain
// ones.
bool lies_in_tail(const BasisRun& plain, int horizon, double loss) {
  constexpr double kTail = 0.95;
  return below(loss_sample(plain, plain.snapshot(horizon)), loss).value > kTail;
}

void add_loss_percentiles(const Inputs& inputs, const ScenarioRun& baseline, const BasisRun& run,
                          MeasureWriter& writer) {
  for (const int h : inputs.settings.loss_horizon_months) {
    const std::size_t loss = kFixedSamples + run.snapshot(h) * kSnapshotSamples + kLoss;
    const Estimate mean = run.mean(run.layout.group(run.layout.portfolio(), loss));
    const BasisRun& of =
        lies_in_tail(*baseline.real_world, h, mean.value) ? *baseline.tails : *baseline.real_world;
    const LossSample sample = loss_sample(of, of.snapshot(h));
    writer.add("", "loss_percentile", h,
               with_error_of(below(sample, mean.value),
                             below(sample, mean.value - mean.standard_error).value,
                             below(sample, mean.value + mean.standard_error).value));
  }
}

// Share of the baseline's paths under a level of a logarithmic fan, linear inside its bin.
double under(const BasisRun& run, std::size_t f, std::size_t month, double level) {
  const FanPlan& fan = run.plan.fans[f];
  if (!(level > 0)) return 0;
  const double at = std::clamp((engine::log(level) - fan.low[month]) * fan.inverse_width[month],
                               0.0, static_cast<double>(kFanBins));
  const std::uint32_t* const counts =
      run.fan_counts.data() +
      (f * (run.layout.steps + 1) + month) * static_cast<std::size_t>(kFanBins);
  const auto whole = static_cast<std::size_t>(at);
  double sum = 0;
  for (std::size_t bin = 0; bin < whole; ++bin) sum += counts[bin];
  if (whole < static_cast<std::size_t>(kFanBins))
    sum += counts[whole] * (at - static_cast<double>(whole));
  return sum / run.paths;
}

// The last month of each path of rents, by hardware; nothing where the scenario does more.
std::vector<std::pair<std::string, int>> rents_only(const std::vector<ScenarioRow>& rows,
                                                    const Market& market) {
  std::vector<std::pair<std::string, int>> paths;
  for (const ScenarioRow& row : rows)
    if (!row.month || (row.shock != Shock::relative && row.shock != Shock::level) ||
        !row.input.starts_with("hardware.") || !row.input.ends_with(".rental_rate"))
      return {};
  for (const Hardware& hardware : market.hardware)
    for (const MonthPath* path : {&hardware.rental_rate_path, &hardware.rental_rate_levels})
      if (!path->empty()) paths.emplace_back(hardware.id, path->back().first);
  return paths;
}

void add_rent_percentiles(const ScenarioRun& scenario, const std::vector<ScenarioRow>& rows,
                          const BasisRun& baseline, const BasisRun& run, MeasureWriter& writer) {
  for (const auto& [id, month] : rents_only(rows, *scenario.market)) {
    if (month < 1 || month > run.plan.months || month > baseline.plan.months) continue;
    const auto at = static_cast<std::size_t>(month);
    for (std::size_t f = 0; f < run.plan.fans.size(); ++f) {
      const FanPlan& fan = run.plan.fans[f];
      if (fan.of != FanPlan::Of::rental_rate || scenario.market->hardware[fan.index].id != id)
        continue;
      const Estimate mean = run.mean(run.layout.fan(f, at));
      Estimate share{under(baseline, f, at, mean.value), 0};
      // Counts of a fan are of all replicates together: under sobol they show no error.
      share.standard_error =
          baseline.scrambles() > 0
              ? std::numeric_limits<double>::quiet_NaN()
              : std::sqrt(share.value * (1 - share.value) / static_cast<double>(baseline.paths));
      writer.add(id, "rental_rate_percentile", month,
                 with_error_of(share, under(baseline, f, at, mean.value - mean.standard_error),
                               under(baseline, f, at, mean.value + mean.standard_error)));
    }
  }
}

}  // namespace

void measure_percentile(const Inputs& inputs, const ScenarioRun& baseline,
                        const ScenarioRun& scenario, RunTables& tables) {
  std::vector<ScenarioRow> rows;
  for (const ScenarioRow& row : inputs.scenarios)
    if (row.scenario == scenario.id) rows.push_back(row);
  MeasureWriter writer(tables.measures, scenario.id, scenario.any(), "portfolio");
  if (!rows.empty() && rows.front().weight > 0)
    writer.add_exact("", "scenario_weight", -1, rows.front().weight);
  if (scenario.real_world != nullptr && !scenario.real_world->plan.contracts.empty())
    add_loss_percentiles(inputs, baseline, *scenario.real_world, writer);
  if (scenario.any().plan.steps_per_year != 12) return;
  MeasureWriter hardware(tables.measures, scenario.id, scenario.any(), "hardware");
  add_rent_percentiles(scenario, rows, baseline.any(), scenario.any(), hardware);
}

}  // namespace lien::pricing
