#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "engine/factors/factor_scratch.hpp"
#include "engine/simulation/simulate.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/measures/control_run.hpp"
#include "pricing/measures/replicate_sums.hpp"
#include "pricing/measures/simulation_state.hpp"
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

// One plan's simulation: replicates in groups that run at once, and between two tasks states from
// which it can go on.
class Simulation {
 public:
  Simulation(Plan plan, const RunSettings& settings, bool contract_months, bool keep_paired,
             const SimulationWatch& watch, const engine::ControlWeights* controls);
  BasisRun run();

 private:
  void take_over();
  void run_tasks();
  void end_replicates();
  void gather();
  void keep();
  [[nodiscard]] WeightedStages make_stages();
  [[nodiscard]] bool is_stopped() const { return stop_ != nullptr && (*stop_)(); }

  const SimulationWatch* watch_;
  const engine::StopQuestion* stop_;
  unsigned threads_;
  std::uint64_t paths_, each_;  // each: of a replicate
  BasisRun run_;
  bool weighs_blocks_ = false, weighs_replicates_ = false;
  std::vector<double> scales_;
  SimulationState state_;
  std::uint64_t number_ = 0;  // of checkpoints
  std::string identity_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  // Stages are large: those of one group of replicates go on with the next.
  std::vector<std::unique_ptr<WeightedStages>> idle_;
};

Simulation::Simulation(Plan plan, const RunSettings& settings, bool contract_months,
                       bool keep_paired, const SimulationWatch& watch,
                       const engine::ControlWeights* controls)
    : watch_(&watch),
      stop_(watch.checkpoints != nullptr ? &watch.checkpoints->stop_question() : watch.stop),
      threads_(settings.threads),
      paths_(simulated_paths(settings)) {
  run_.plan = std::move(plan);
  run_.layout = lay_out_sums(run_.plan, contract_months);
  const engine::SobolPlan& sobol = run_.plan.factors.sobol;
  each_ = sobol.on() ? sobol.points.points() : paths_;
  run_.paths = static_cast<double>(paths_);
  run_.references = pilot(run_.plan, run_.layout);
  if (run_.plan.real_world)
    run_.results.losses.assign(run_.plan.snapshots.size(), std::vector<double>(paths_));
  if (run_.plan.factors.tilt.on()) run_.results.weights = run_.results.losses;
  if (keep_paired)
    run_.results.block_groups.assign(
        paths_ / kBlockPaths * run_.layout.groups * run_.layout.samples, 0.0);
  if (sobol.on()) start_replicates(paths_ / each_, each_, run_);
  run_.controls = controls != nullptr ? *controls : fit_controls(run_.plan, settings, stop_);
  // Under sobol the replicates are weighed when they are done, else blocks while they run.
  weighs_blocks_ = run_.controls.replicates > 0 && !sobol.on();
  weighs_replicates_ = run_.controls.replicates > 0 && sobol.on();
  scales_ = weighed_scales(run_.layout, weighs_blocks_ ? run_.controls.replicates : 0);
}

// What an interrupted run kept of this simulation.
void Simulation::take_over() {
  Checkpoints* const checkpoints = watch_->checkpoints;
  if (checkpoints == nullptr) return;
  number_ = checkpoints->begin();
  identity_ = identity_of(run_, scales_, paths_, each_);
  const std::optional<std::string> kept = checkpoints->load(number_, identity_);
  if (!kept) return;
  if (!restore(*kept, scales_, state_, run_))
    throw std::runtime_error("checkpoint " + std::to_string(number_) +
                             " is not of this version of the program; run again");
  checkpoints->count_kept(state_.tasks_done);
  if (watch_->task_done) watch_->task_done(state_.tasks_done);
}

WeightedStages Simulation::make_stages() {
  if (idle_.empty())
    return {run_.plan,
            run_.layout,
            run_.results,
            run_.references.data(),
            weighs_blocks_ ? &run_.controls : nullptr,
            weighed_pairs(run_.layout)};
  WeightedStages again = std::move(*idle_.back());
  idle_.pop_back();
  return again;
}

// Tasks of the replicates that run, up to their end or the time for a state.
void Simulation::run_tasks() {
  std::vector<Replicate>& replicates = state_.replicates;
  const std::size_t count = replicates.size();
  Checkpoints* const checkpoints = watch_->checkpoints;
  const std::function<bool()> pause = [checkpoints] {
    return checkpoints->due() || checkpoints->stops();
  };
  const std::function<bool()> abandon = [checkpoints] { return checkpoints->abandons(); };
  engine::SimulationSize size{count * each_, threads_, state_.first, nullptr, each_};
  size.first_task = state_.task;
  size.abandon = stop_;
  if (checkpoints != nullptr) {
    size.pause = &pause;
    size.abandon = &abandon;
  }
  const auto finish = [&](std::uint64_t r, WeightedStages& stages, const double* sums) {
    replicates[r].totals.add(sums);
    // The counts of a lone replicate are gathered at its end.
    if (count > 1) {
      replicates[r].counts.add(stages.book());
      stages.book().restart_counts();
    }
    ++state_.tasks_done;
    if (watch_->task_done) watch_->task_done(state_.tasks_done);
  };
  auto simulated = engine::simulate_groups(
      run_.plan.factors, size, scales_.size(), [this] { return make_stages(); }, finish);
  if (simulated.abandoned) throw Interrupted();
  state_.task = simulated.tasks;
  for (auto& stages : simulated.stages) {
    if (count == 1) replicates[0].counts.add(stages->book());
    stages->book().restart_counts();
    idle_.push_back(std::move(stages));
  }
  run_.factor_seconds += simulated.factor_seconds;
  if (state_.task == size.tasks()) end_replicates();
}

void Simulation::end_replicates() {
  for (Replicate& replicate : state_.replicates) {
    refuse_non_finite(replicate.totals, run_.layout);
    if (run_.plan.factors.sobol.on()) add_replicate(replicate.totals, replicate.counts, run_);
    if (weighs_replicates_) keep_replicate(replicate.totals, run_.layout, state_.controlled);
    replicate.counts.move_to(run_);
    if (state_.totals)
      state_.totals->add(replicate.totals);
    else
      state_.totals.emplace(std::move(replicate.totals));
  }
  state_.first += state_.replicates.size() * each_;
  state_.task = 0;
  state_.replicates.clear();
}

// What threads gather over all their tasks.
void Simulation::gather() {
  for (const auto& stages : idle_) {
    add_stages(stages->book(), run_);
    stages->book().restart_gathered();
  }
}

void Simulation::keep() {
  gather();
  watch_->checkpoints->save(
      number_, identity_, [this](const Checkpoints::Put& put) { write_state(state_, run_, put); });
}

BasisRun Simulation::run() {
  take_over();
  const std::uint64_t together = replicates_together(run_, threads_, paths_, each_);
  Checkpoints* const checkpoints = watch_->checkpoints;
  const std::uint64_t kept = state_.tasks_done;
  while (state_.first < paths_) {
    if (is_stopped()) throw Interrupted();
    if (state_.replicates.empty())
      state_.replicates.assign(std::min(together, (paths_ - state_.first) / each_),
                               Replicate(run_, scales_));
    run_tasks();
    const bool stopped = is_stopped();
    if (checkpoints != nullptr && (stopped || (checkpoints->due() && state_.first < paths_)))
      keep();
    if (stopped) throw Interrupted();
  }
  const auto seconds = [this] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  };
  if (checkpoints != nullptr && state_.tasks_done > kept && checkpoints->keeps(seconds())) keep();
  gather();
  run_.sums.resize(2 * run_.layout.pairs);
  for (std::size_t i = 0; i < run_.sums.size(); ++i) run_.sums[i] = state_.totals->value(i);
  if (weighs_blocks_) add_weighed(*state_.totals, run_);
  if (weighs_replicates_) correct_replicates(state_.controlled, run_);
  run_.simulate_seconds = seconds();
  return std::move(run_);
}

}  // namespace

BasisRun simulate_plan(Plan plan, const RunSettings& settings, bool contract_months,
                       bool keep_paired, const SimulationWatch& watch,
                       const engine::ControlWeights* controls) {
  return Simulation(std::move(plan), settings, contract_months, keep_paired, watch, controls).run();
}

}  // namespace lien::pricing
