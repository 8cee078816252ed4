#include "pricing/measures/basis_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "engine/factors/factor_scratch.hpp"
#include "engine/simulation/simulate.hpp"
#include "engine/statistics/student.hpp"
#include "pricing/measures/control_run.hpp"
#include "pricing/measures/replicate_sums.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/valuation/weighted_stages.hpp"

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
  const std::size_t pair =
      bad < 2 * layout.pairs ? bad / 2 : (bad - 2 * layout.pairs) % weighed_pairs(layout);
  std::string what = "a total of the run";
  if (pair < layout.group_first)
    what = "contract row " + std::to_string(pair / (layout.samples + 1));
  throw std::runtime_error("a result is not finite: " + what);
}

// What the paths of one replicate, or all paths, summed and counted.
struct Replicate {
  engine::IntegerTotals totals;
  StageCounts counts{};
  Replicate(const BasisRun& run, const std::vector<double>& scales) : totals(scales) {
    // Sized here: threads add to them.
    const std::size_t months = run.layout.steps + 1;
    counts.tests.assign(static_cast<std::size_t>(run.plan.tests) * months * kTestCounts, 0);
    counts.under_costs.assign(run.plan.hardware.size() * months * kUnderCosts, 0);
  }
};

// Replicates that run at once: so many that every thread has tasks to choose from, as far as what
// they sum fits into a memory that no user notices. Changes no result.
std::uint64_t replicates_together(const BasisRun& run, unsigned threads, std::uint64_t paths,
                                  std::uint64_t each) {
  constexpr std::uint64_t kTasksAThread = 8, kBytes = 128ULL << 20;
  threads = engine::threads_of(threads);
  const std::uint64_t tasks = engine::SimulationSize{each}.tasks();
  const std::uint64_t bytes =
      1 + run.layout.scales.size() * (sizeof(double) + 2 * sizeof(std::uint64_t)) +
      run.plan.tests * (run.layout.steps + 1) * kTestCounts * sizeof(std::uint32_t);
  const std::uint64_t wanted = threads == 1 ? 1 : (kTasksAThread * threads + tasks - 1) / tasks;
  return std::min({paths / each, wanted, std::max<std::uint64_t>(1, kBytes / bytes)});
}

}  // namespace

// A pair is sampled by path, or by block: sums over kBlockPaths paths. Replicates are the samples
// where there are any, each the mean of its own.
BasisRun::Samples BasisRun::samples(std::size_t pair, double paths_a_sample) const {
  if (!replicated(pair)) return {paths / paths_a_sample, 1};
  return {static_cast<double>(replicates.count), replicates.paths / paths_a_sample};
}

engine::Estimate BasisRun::mean(std::size_t pair, double paths_a_sample) const {
  const Samples of = samples(pair, paths_a_sample);
  const double square = replicated(pair) ? replicates.squares[pair] : sums[2 * pair + 1];
  return engine::mean_of(first_half(pair) / of.each, square / (of.each * of.each), of.count,
                         references[pair]);
}

engine::Estimate BasisRun::mean(std::size_t pair) const { return mean(pair, 1); }

engine::Estimate BasisRun::mean_as_drawn(std::size_t pair) const {
  if (scrambles() == 0) return mean_of_paths(pair);
  if (replicates.as_drawn.empty()) return mean(pair);
  const double each = replicates.paths;
  return engine::mean_of(sums[2 * pair] / each, replicates.as_drawn[pair] / (each * each),
                         static_cast<double>(replicates.count), references[pair]);
}

engine::Estimate BasisRun::block_mean(std::size_t pair) const {
  const auto e = mean(pair, kBlockPaths);
  return {e.value / kBlockPaths, e.standard_error / kBlockPaths};
}

engine::Estimate BasisRun::mean_of_paths(std::size_t pair) const {
  return engine::mean_of(sums[2 * pair], sums[2 * pair + 1], paths, references[pair]);
}

engine::Estimate BasisRun::ratio(std::size_t x, std::size_t y, std::size_t product,
                                 double paths_a_sample) const {
  const Samples of = samples(x, paths_a_sample);
  const double n = of.count, each = of.each;
  const auto second = [&](std::size_t pair, std::size_t half) {
    return replicated(pair) ? replicates.squares[pair] / (each * each) : sums[2 * pair + half];
  };
  const double rx = references[x], ry = references[y];
  const double dx = first_half(x) / each, dy = first_half(y) / each;
  engine::PairSums s;
  // Sums of the numbers themselves from those of their deviations.
  s.x = dx + n * rx;
  s.y = dy + n * ry;
  s.xx = second(x, 1) + 2 * rx * dx + n * rx * rx;
  s.yy = second(y, 1) + 2 * ry * dy + n * ry * ry;
  s.xy = second(product, 0) + rx * dy + ry * dx + n * rx * ry;
  return engine::ratio_of(s, n);
}

engine::Estimate BasisRun::loss_given_default(std::size_t first) const {
  return ratio(first + kLossAtDefault, first + kExposure, first + layout.samples, 1);
}

engine::Estimate BasisRun::coverage(std::size_t vehicle, int month) const {
  const auto k = static_cast<std::size_t>(month);
  return ratio(layout.coverage(vehicle, k, kPairCash), layout.coverage(vehicle, k, kPairService),
               layout.coverage(vehicle, k, kPairProduct), kBlockPaths);
}

double BasisRun::covariance_of_means(std::size_t a, std::size_t b, std::size_t product) const {
  const Samples of = samples(a, 1);
  const double n = of.count, each = of.each;
  const double together =
      replicated(product) ? replicates.squares[product] / (each * each) : sums[2 * product];
  return (together - first_half(a) / each * (first_half(b) / each) / n) / (n * (n - 1));
}

engine::Estimate BasisRun::share(double hits, double squares) const {
  if (scrambles() == 0) return engine::share_of(hits, paths);
  const double n = static_cast<double>(replicates.count), each = replicates.paths;
  return {hits / paths, engine::mean_of(hits / each, squares / (each * each), n, 0).standard_error};
}

engine::Estimate BasisRun::under_cost_share(std::size_t hardware, int month,
                                            UnderCost which) const {
  const std::size_t at =
      (hardware * (layout.steps + 1) + static_cast<std::size_t>(month)) * kUnderCosts + which;
  return share(under_costs[at], scrambles() == 0 ? 0.0 : replicates.under_costs[at]);
}

engine::Estimate BasisRun::in_breach(std::uint32_t test, int month) const {
  return share(tests(test, month, kInBreach),
               scrambles() == 0 ? 0.0 : replicates.tests[test_at(test, month, kInBreach)]);
}

engine::Estimate BasisRun::breached(std::uint32_t test, int month) const {
  double hits = 0;
  for (int m = 0; m <= month; ++m) hits += tests(test, m, kFirstBreach);
  return share(hits, scrambles() == 0 ? 0.0 : replicates.tests[test_at(test, month, kFirstBreach)]);
}

double BasisRun::errors(double k) const {
  return replicates.count == 0
             ? k
             : engine::student_multiple(k, static_cast<double>(replicates.count - 1));
}

std::size_t BasisRun::snapshot(int months) const {
  const int wanted = months == 0 ? plan.months : step_of_month(months, plan.steps_per_year);
  const auto found = std::find(plan.snapshots.begin(), plan.snapshots.end(), wanted);
  return static_cast<std::size_t>(found - plan.snapshots.begin());
}

BasisRun simulate_plan(Plan plan, const RunSettings& settings, bool contract_months,
                       bool keep_paired, const std::function<void(std::uint64_t)>& task_done,
                       const engine::ControlWeights* controls) {
  const auto start = std::chrono::steady_clock::now();
  BasisRun run;
  run.plan = std::move(plan);
  run.layout = lay_out_sums(run.plan, contract_months);
  const std::uint64_t paths = simulated_paths(settings);
  const engine::SobolPlan& sobol = run.plan.factors.sobol;
  const std::uint64_t each = sobol.on() ? sobol.points.points() : paths;
  run.paths = static_cast<double>(paths);
  run.references = pilot(run.plan, run.layout);
  if (run.plan.real_world)
    run.results.losses.assign(run.plan.snapshots.size(), std::vector<double>(paths));
  if (run.plan.factors.tilt.on()) run.results.weights = run.results.losses;
  if (keep_paired)
    run.results.block_groups.assign(paths / kBlockPaths * run.layout.groups * run.layout.samples,
                                    0.0);
  if (sobol.on()) start_replicates(paths / each, each, run);
  run.controls = controls != nullptr ? *controls : fit_controls(run.plan, settings);
  // Under sobol the replicates are weighed when they are done, else blocks while they run.
  const bool weighs_blocks = run.controls.replicates > 0 && !sobol.on();
  const bool weighs_replicates = run.controls.replicates > 0 && sobol.on();
  std::vector<double> kept;
  const std::vector<double> scales =
      weighed_scales(run.layout, weighs_blocks ? run.controls.replicates : 0);

  std::optional<engine::IntegerTotals> totals;
  // Stages are large: those of one replicate go on with the next.
  std::vector<std::unique_ptr<WeightedStages>> idle;
  const auto make_stages = [&]() -> WeightedStages {
    if (idle.empty())
      return {run.plan,
              run.layout,
              run.results,
              run.references.data(),
              weighs_blocks ? &run.controls : nullptr,
              weighed_pairs(run.layout)};
    WeightedStages again = std::move(*idle.back());
    idle.pop_back();
    return again;
  };
  std::uint64_t tasks = 0;
  const std::uint64_t together = replicates_together(run, settings.threads, paths, each);
  for (std::uint64_t first = 0; first < paths; first += together * each) {
    const std::uint64_t count = std::min(together, (paths - first) / each);
    const engine::SimulationSize size{count * each, settings.threads, first, nullptr, each};
    std::vector<Replicate> replicates(count, Replicate(run, scales));
    const auto finish = [&](std::uint64_t r, WeightedStages& stages, const double* sums) {
      replicates[r].totals.add(sums);
      // The counts of a lone replicate are gathered at its end.
      if (count > 1) {
        replicates[r].counts.add(stages.book());
        stages.book().restart_counts();
      }
      if (task_done) task_done(++tasks);
    };
    auto simulated =
        engine::simulate_groups(run.plan.factors, size, scales.size(), make_stages, finish);
    for (auto& stages : simulated.stages) {
      if (count == 1) replicates[0].counts.add(stages->book());
      stages->book().restart_counts();
      idle.push_back(std::move(stages));
    }
    run.factor_seconds += simulated.factor_seconds;
    for (Replicate& replicate : replicates) {
      refuse_non_finite(replicate.totals, run.layout);
      if (sobol.on()) add_replicate(replicate.totals, replicate.counts, run);
      if (weighs_replicates) keep_replicate(replicate.totals, run.layout, kept);
      replicate.counts.move_to(run);
      if (totals)
        totals->add(replicate.totals);
      else
        totals.emplace(std::move(replicate.totals));
    }
  }
  for (const auto& stages : idle) add_stages(stages->book(), run);
  run.sums.resize(2 * run.layout.pairs);
  for (std::size_t i = 0; i < run.sums.size(); ++i) run.sums[i] = totals->value(i);
  if (weighs_blocks) add_weighed(*totals, run);
  if (weighs_replicates) correct_replicates(kept, run);
  run.simulate_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return run;
}

}  // namespace lien::pricing
