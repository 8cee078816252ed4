#include "pricing/measures/observe_paths.hpp"

#include <algorithm>
#include <limits>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/valuation/simulate_beside.hpp"
#include "pricing/valuation/tail_replay.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using Of = PathQuantity::Of;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::vector<PathQuantity> quantities_of(const ScenarioRun& scenario, const std::vector<int>& months,
                                        int horizon) {
  const Plan& plan = scenario.real_world->plan;
  const Market& market = *scenario.market;
  std::vector<PathQuantity> out;
  const int end = horizon == 0 ? plan.months : step_of_month(horizon, plan.steps_per_year);
  out.push_back({Of::loss, scenario.real_world->layout.portfolio(), "", horizon, end, true});
  for (std::size_t i = 0; i < plan.parties.size(); ++i) {
    const std::string& id = market.parties[i].id;
    out.push_back({Of::loss, i, id, horizon, end});
    out.push_back({Of::default_share, i, id, horizon, end, true});
    out.push_back({Of::default_month, i, id, horizon, end});
  }
  const auto by_month = [&](Of of, std::size_t index, const std::string& id, bool typical) {
    std::size_t before = SIZE_MAX;
    for (const int month : months) {
      out.push_back(
          {of, index, id, month, step_of_month(month, plan.steps_per_year), typical, before});
      before = out.size() - 1;
    }
  };
  for (std::size_t h = 0; h < plan.hardware.size(); ++h)
    if (plan.hardware[h].earns) by_month(Of::rent, h, market.hardware[h].id, false);
  for (std::size_t l = 0; l < plan.factors.lines.size(); ++l) {
    by_month(Of::launch_count, l, market.launches[l].line, false);
    by_month(Of::launch_drop, l, market.launches[l].line, true);
  }
  by_month(Of::scarcity, 0, "", true);
  by_month(Of::frontier, 0, "", true);
  by_month(Of::short_rate, 0, "", true);
  return out;
}

// The stages of the run, and then a look at what they left in the block.
struct ObservingStages {
  BookStages stages;
  const Plan* plan;
  PathObservations* out;
  std::size_t loss_sample;

  [[nodiscard]] std::size_t derived_series() const noexcept { return stages.derived_series(); }

  void operator()(engine::PathBlock& block, std::uint64_t number, double* sums) noexcept {
    stages(block, number, sums);
    const std::size_t first = number * kBlockPaths;
    const std::size_t count = std::min(kBlockPaths, out->paths - first);  // the rest is repeated
    for (std::size_t q = 0; q < out->quantities.size(); ++q)
      look(block, out->quantities[q], out->values.data() + q * out->paths + first, count);
  }

  void look(engine::PathBlock& block, const PathQuantity& at, double* to,
            std::size_t count) noexcept {
    const int k = std::min(at.step, plan->steps);
    const auto copy = [&](const double* row) { std::copy_n(row, count, to); };
    const auto since_today = [&](std::size_t series) {
      const double *const now = block.row(series, k), *const today = block.row(series, 0);
      for (std::size_t p = 0; p < count; ++p) to[p] += now[p] - today[p];
    };
    switch (at.of) {
      case Of::loss:
        return copy(stages.group_sample(at.index, loss_sample));
      case Of::default_share:
        if (plan->parties[at.index].count > 1) {
          const double* const left = block.row(stages.survival_series(at.index), k);
          for (std::size_t p = 0; p < count; ++p) to[p] = 1 - left[p];
          return;
        }
        for (std::size_t p = 0; p < count; ++p)
          to[p] = stages.default_months(at.index)[p] <= k ? 1.0 : 0.0;
        return;
      case Of::default_month:
        for (std::size_t p = 0; p < count; ++p) {
          const double month = stages.default_months(at.index)[p];
          to[p] = month <= k ? month : kMissing;
        }
        return;
      case Of::rent:
        std::fill_n(to, count, 0.0);
        since_today(stages.log_rent_series(at.index));
        for (std::size_t p = 0; p < count; ++p) to[p] = engine::exp(to[p]);
        return;
      case Of::launch_count:
        return copy(block.row(engine::line_series(at.index, engine::kLaunchCount), k));
      case Of::launch_drop:
        std::fill_n(to, count, 0.0);
        since_today(engine::line_series(at.index, engine::kLaunchEffect));
        since_today(engine::line_series(at.index, engine::kLaunchPipeline));
        return;
      case Of::scarcity:
        return copy(block.row(engine::kScarcity, k));
      case Of::frontier:
        return copy(block.row(engine::kFrontier, k));
      case Of::short_rate:
        return copy(block.row(engine::kShortRate, k));
    }
  }
};

}  // namespace

PathObservations observe_paths(const ScenarioRun& scenario, const RunSettings& settings,
                               const std::vector<std::uint64_t>& numbers,
                               const std::vector<int>& months, int horizon,
                               const engine::StopQuestion* stop) {
  const BasisRun& run = *scenario.real_world;
  PathObservations out;
  out.quantities = quantities_of(scenario, months, horizon);
  out.paths = numbers.size();
  out.values.assign(out.quantities.size() * out.paths, 0.0);
  if (numbers.empty()) return out;

  const SumLayout layout = lay_out_sums(run.plan, false);
  TailReplay replay;  // with no cell: nothing is summed but the difference
  replay.paths = numbers;
  replay.count = numbers.size();
  replay.losses = &run.results.losses;
  replay.weights = &run.results.weights;
  replay.first = 2 * layout.pairs;
  while (replay.paths.size() % kBlockPaths != 0) replay.paths.push_back(replay.paths.back());
  double book = 1.0;
  for (const ContractPlan& contract : run.plan.contracts) book += contract.scale;
  std::vector<double> scales = layout.scales;
  scales.resize(replay.end(), book);
  engine::IntegerTotals totals(scales);
  PathResults results;
  results.tail = &replay;
  const std::size_t loss = kFixedSamples + run.snapshot(horizon) * kSnapshotSamples + kSampledLoss;
  simulate_beside(
      run.plan.factors, {replay.paths.size(), settings.threads, 0, replay.paths.data()}, totals,
      [&] {
        return ObservingStages{BookStages(run.plan, layout, results, nullptr), &run.plan, &out,
                               loss};
      },
      stop);
  out.difference = totals.value(replay.difference());
  return out;
}

}  // namespace lien::pricing
