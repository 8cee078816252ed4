#include "pricing/measures/basis_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "engine/factors/factor_scratch.hpp"
#include "engine/simulation/simulate.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;

// References near the means, from the first block: deviations from them lose no digits.
std::vector<double> pilot(const Plan& plan, const SumLayout& layout) {
  PathResults nowhere;
  BookStages stages(plan, layout, nowhere, nullptr);
  engine::FactorScratch scratch(plan.factors);
  engine::PathBlock block(engine::factor_series(plan.factors) + stages.derived_series(),
                          plan.steps);
  std::vector<double> sums(2 * layout.pairs, 0.0);
  engine::fill_factors(plan.factors, 0, scratch, block);
  stages(block, 0, sums.data());
  std::vector<double> references(layout.pairs);
  for (std::size_t i = 0; i < layout.pairs; ++i) references[i] = sums[2 * i] / kBlockPaths;
  // What is sampled by block is a sum over its paths.
  const std::size_t months = layout.groups * (layout.steps + 1) * kGroupMonths;
  for (std::size_t i = 0; i < months; ++i)
    references[layout.group_month_first + i] = sums[2 * (layout.group_month_first + i)];
  if (layout.contract_months && !layout.contract_month_first.empty())
    for (std::size_t i = layout.contract_month_first.front(); i < layout.pairs; ++i)
      references[i] = sums[2 * i];
  return references;
}

void refuse_non_finite(const engine::IntegerTotals& totals, const SumLayout& layout) {
  const std::size_t bad = totals.first_non_finite();
  if (bad == totals.size()) return;
  const std::size_t pair = bad / 2;
  std::string what = "a total of the run";
  if (pair < layout.group_first)
    what = "contract row " + std::to_string(pair / (layout.samples + 1));
  throw std::runtime_error("a result is not finite: " + what);
}

}  // namespace

std::uint64_t whole_paths(std::uint64_t paths) {
  return (std::max<std::uint64_t>(paths, 1) + kBlockPaths - 1) / kBlockPaths * kBlockPaths;
}

engine::Estimate BasisRun::mean(std::size_t pair) const {
  return engine::mean_of(sums[2 * pair], sums[2 * pair + 1], paths, references[pair]);
}

engine::Estimate BasisRun::block_mean(std::size_t pair) const {
  const double blocks = paths / kBlockPaths;
  const auto e = engine::mean_of(sums[2 * pair], sums[2 * pair + 1], blocks, references[pair]);
  return {e.value / kBlockPaths, e.standard_error / kBlockPaths};
}

engine::Estimate BasisRun::loss_given_default(std::size_t first) const {
  const std::size_t exposure = first + kExposure, loss = first + kLossAtDefault;
  const double rx = references[loss], ry = references[exposure];
  const double dx = sums[2 * loss], dy = sums[2 * exposure];
  engine::PairSums s;
  // Sums of the numbers themselves from those of their deviations.
  s.x = dx + paths * rx;
  s.y = dy + paths * ry;
  s.xx = sums[2 * loss + 1] + 2 * rx * dx + paths * rx * rx;
  s.yy = sums[2 * exposure + 1] + 2 * ry * dy + paths * ry * ry;
  s.xy = sums[2 * (first + layout.samples)] + rx * dy + ry * dx + paths * rx * ry;
  return engine::ratio_of(s, paths);
}

engine::Estimate BasisRun::coverage(std::size_t vehicle, int month) const {
  const auto k = static_cast<std::size_t>(month);
  const std::size_t cash = layout.coverage(vehicle, k, kPairCash);
  const std::size_t service = layout.coverage(vehicle, k, kPairService);
  const double blocks = paths / kBlockPaths, rx = references[cash], ry = references[service];
  const double dx = sums[2 * cash], dy = sums[2 * service];
  engine::PairSums s;
  s.x = dx + blocks * rx;
  s.y = dy + blocks * ry;
  s.xx = sums[2 * cash + 1] + 2 * rx * dx + blocks * rx * rx;
  s.yy = sums[2 * service + 1] + 2 * ry * dy + blocks * ry * ry;
  s.xy = sums[2 * layout.coverage(vehicle, k, kPairProduct)] + rx * dy + ry * dx + blocks * rx * ry;
  return engine::ratio_of(s, blocks);
}

std::size_t BasisRun::snapshot(int months) const {
  const int wanted = months == 0 ? plan.months : step_of_month(months, plan.steps_per_year);
  const auto found = std::find(plan.snapshots.begin(), plan.snapshots.end(), wanted);
  return static_cast<std::size_t>(found - plan.snapshots.begin());
}

BasisRun simulate_plan(Plan plan, const RunSettings& settings, bool contract_months,
                       bool keep_paired, const std::function<void(std::uint64_t)>& task_done) {
  const auto start = std::chrono::steady_clock::now();
  BasisRun run;
  run.plan = std::move(plan);
  run.layout = lay_out_sums(run.plan, contract_months);
  const engine::SimulationSize size{whole_paths(settings.paths), settings.threads};
  run.paths = static_cast<double>(size.paths);
  run.references = pilot(run.plan, run.layout);
  if (run.plan.real_world)
    run.results.losses.assign(run.plan.snapshots.size(), std::vector<double>(size.paths));
  if (run.plan.factors.tilt.on()) run.results.weights = run.results.losses;
  if (keep_paired)
    run.results.block_groups.assign(size.blocks() * run.layout.groups * run.layout.samples, 0.0);

  engine::IntegerTotals totals(run.layout.scales);
  const auto simulated = engine::simulate(
      run.plan.factors, size, totals,
      [&run] { return BookStages(run.plan, run.layout, run.results, run.references.data()); },
      task_done);
  refuse_non_finite(totals, run.layout);
  run.sums.resize(totals.size());
  for (std::size_t i = 0; i < totals.size(); ++i) run.sums[i] = totals.value(i);
  run.factor_seconds = simulated.factor_seconds;
  for (const auto& stages : simulated.stages) {
    run.test_counts.resize(stages->test_counts().size());
    run.under_costs.resize(stages->under_cost().size());
    for (std::size_t i = 0; i < run.under_costs.size(); ++i)
      run.under_costs[i] += stages->under_cost()[i];
    run.fan_counts.resize(stages->fan_counts().size());
    for (std::size_t i = 0; i < run.test_counts.size(); ++i)
      run.test_counts[i] += stages->test_counts()[i];
    for (std::size_t i = 0; i < run.fan_counts.size(); ++i)
      run.fan_counts[i] += stages->fan_counts()[i];
    run.seconds.market += stages->seconds().market;
    run.seconds.parties += stages->seconds().parties;
    run.seconds.resale += stages->seconds().resale;
    run.seconds.contracts += stages->seconds().contracts;
    run.seconds.other += stages->seconds().other;
    run.clamped_ages += static_cast<double>(stages->clamped_ages());
  }
  run.simulate_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return run;
}

}  // namespace lien::pricing
