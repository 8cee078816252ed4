#include "pricing/measures/scenario_runs.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/simulation/path_block.hpp"
#include "pricing/measures/compile_scenario.hpp"
#include "pricing/measures/fit_tilt.hpp"
#include "pricing/measures/progress_counter.hpp"
#include "pricing/measures/run_notes.hpp"
#include "pricing/plan/sampling.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/report/checkpoints.hpp"
#include "pricing/valuation/fit_exercise.hpp"

namespace lien::pricing {
namespace {

// Above this many contracts cashflows.csv and covenants.csv hold portfolio and parties only.
constexpr std::size_t kContractsByMonth = 5000;
constexpr const char* kInterpolationError = "resale_interpolation_error";
// Relative, of the moment matching inside a strip; measured in case O14 (docs/validation.md).
constexpr double kMomentMatchingBias = -0.0025;

void add_facts(const BasisRun& run, RunFacts& facts) {
  facts.months = std::max(facts.months, month_of_step(run.plan.steps, run.plan.steps_per_year));
  for (auto& [name, error] : facts.accuracy)
    if (name == kInterpolationError) error = std::max(error, run.plan.interpolation_error);
  facts.horizon_months =
      std::max(facts.horizon_months, month_of_step(run.plan.months, run.plan.steps_per_year));
  if (facts.resale_states_clamped) *facts.resale_states_clamped += run.clamped_ages;
  double months = 0;
  for (const auto& contract : run.plan.contracts) {
    months += contract.months;
    facts.liquidation_months = std::max(facts.liquidation_months, contract.lag);
  }
  facts.loan_months += months * run.paths;
  const auto add = [&facts](const char* name, double seconds) {
    add_seconds(name, seconds, facts);
  };
  add("compile", run.compile_seconds);
  add("collateral_setup", run.plan.collateral_seconds);
  add("simulate", run.simulate_seconds);
  add("factors", run.factor_seconds);
  add("market_rows", run.seconds.market);
  add("parties", run.seconds.parties);
  add("resale_rows", run.seconds.resale);
  add("contracts", run.seconds.contracts);
  add("instruments_and_fans", run.seconds.other);
}

}  // namespace

std::vector<ExerciseRule> rules_of_prices(const Inputs& inputs, const std::string& id,
                                          const Stressed& stressed, const Plan& plan,
                                          const engine::StopQuestion* stop) {
  Plan prices =
      plan.real_world ? compile_scenario(inputs, id, stressed, MeasureBasis::risk_neutral) : plan;
  return fit_exercise(prices, inputs.settings.threads, stop);
}

namespace {

// The same plan on paths that are drawn from a mixture in which losses of the tails are common.
BasisRun run_importance(Plan plan, const RunSettings& settings, const SimulationWatch& watch,
                        RunFacts& facts) {
  const auto start = std::chrono::steady_clock::now();
  plan.factors.sobol = {};  // a mixture is drawn path by path, as its weights are
  plan.controls.clear();
  fit_tilt(plan, settings, stop_question(watch.checkpoints));
  BasisRun run = simulate_plan(std::move(plan), settings, false, false, watch);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  add_seconds("importance_sampling", took.count(), facts);
  return run;
}

}  // namespace

void add_seconds(const char* stage, double seconds, RunFacts& facts) {
  for (auto& [known, sum] : facts.stage_seconds)
    if (known == stage) {
      sum += seconds;
      return;
    }
  facts.stage_seconds.emplace_back(stage, seconds);
}

bool draws_tails(const RunSettings& settings) {
  return settings.importance_sampling && settings.real_world;
}

std::uint64_t tasks_of(const RunSettings& settings) {
  const std::uint64_t task_paths = engine::kBlockPaths * engine::kTaskBlocks;
  const std::uint64_t paths = simulated_paths(settings);
  // No task has paths of two replicates.
  const std::uint64_t together = settings.sobol ? points_a_replicate(settings) : paths;
  return paths / together * ((together + task_paths - 1) / task_paths);
}

std::uint64_t simulations_of(const RunSettings& settings) {
  return (settings.risk_neutral ? 1U : 0U) + (settings.real_world ? 1U : 0U) +
         (draws_tails(settings) ? 1U : 0U);
}

void ask_accuracy(const Market& market, RunFacts& facts) {
  if (!has_income_strip(market)) return;
  facts.resale_states_clamped = 0.0;
  facts.accuracy = {{kInterpolationError, 0.0},
                    {"resale_moment_matching_bias", kMomentMatchingBias}};
}

ScenarioRun ScenarioRuns::view(const std::string& id) const {
  return {id,
          &stressed.market,
          &stressed.book,
          risk_neutral ? &*risk_neutral : nullptr,
          real_world ? &*real_world : nullptr,
          importance   ? &*importance
          : real_world ? &*real_world
                       : nullptr,
          end_of_life};
}

ScenarioRuns run_scenario(const Inputs& inputs, const std::string& id, Stressed stressed,
                          bool paired, const StartProgress& start_progress, RunFacts& facts,
                          const ScenarioRuns* baseline) {
  ScenarioRuns out;
  out.stressed = std::move(stressed);
  const RunSettings& settings = inputs.settings;
  Checkpoints* const checkpoints = start_progress().checkpoints;
  out.end_of_life = end_of_life_values(settings, out.stressed.market, checkpoints);
  const std::size_t contracts = inputs.book.loans.size() + inputs.book.leases.size();
  const bool by_contract =
      settings.contract_months || (id == "baseline" && contracts <= kContractsByMonth);
  std::optional<std::vector<ExerciseRule>> rules;
  for (const MeasureBasis basis : bases_of(settings)) {
    const auto start = std::chrono::steady_clock::now();
    Plan plan = compile_scenario(inputs, id, out.stressed, basis);
    if (exercises_early(plan)) {
      if (!rules)
        rules = rules_of_prices(inputs, id, out.stressed, plan, stop_question(checkpoints));
      set_exercise(*rules, plan);
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (draws_tails(settings) && plan.real_world && !plan.contracts.empty())
      out.importance = run_importance(plan, settings, start_progress(), facts);
    const engine::ControlWeights* weights = nullptr;
    if (baseline != nullptr)
      weights = &(plan.real_world ? baseline->real_world : baseline->risk_neutral)->controls;
    BasisRun run =
        simulate_plan(std::move(plan), settings, by_contract, paired, start_progress(), weights);
    run.compile_seconds = seconds;
    add_facts(run, facts);
    (basis == MeasureBasis::risk_neutral ? out.risk_neutral : out.real_world) = std::move(run);
  }
  return out;
}

}  // namespace lien::pricing
