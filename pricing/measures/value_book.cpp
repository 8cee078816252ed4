#include "pricing/measures/value_book.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <set>
#include <span>

#include "engine/simulation/path_block.hpp"
#include "pricing/market/premia.hpp"
#include "pricing/market/scenario.hpp"
#include "pricing/measures/check_limits.hpp"
#include "pricing/measures/compile_scenario.hpp"
#include "pricing/measures/fit_tilt.hpp"
#include "pricing/measures/measure_provisions.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/measure_weighted.hpp"
#include "pricing/measures/reverse_stress.hpp"
#include "pricing/measures/run_notes.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/valuation/fit_exercise.hpp"

namespace lien::pricing {
namespace {

// Above this many contracts cashflows.csv and covenants.csv hold portfolio and parties only.
constexpr std::size_t kContractsByMonth = 5000;
constexpr const char* kInterpolationError = "resale_interpolation_error";
// Relative, of the moment matching inside a strip; measured in case O14 (docs/validation.md).
constexpr double kMomentMatchingBias = -0.0025;

// Counts tasks over all scenarios and bases.
class ProgressCounter {
 public:
  ProgressCounter(const std::function<void(const Progress&)>& report, std::uint64_t total)
      : report_(&report), total_(total) {}
  std::function<void(std::uint64_t)> start(const std::string& scenario) {
    before_ = done_;
    return [this, scenario](std::uint64_t tasks) {
      done_ = before_ + tasks;
      if (*report_) (*report_)({scenario, done_, total_});
    };
  }
  // For work that is not counted: only its name is told.
  std::function<void(const std::string&)> finished_beside() {
    return [this](const std::string& name) {
      if (*report_) (*report_)({name, done_, total_});
    };
  }

 private:
  const std::function<void(const Progress&)>* report_;
  std::uint64_t total_, before_ = 0, done_ = 0;
};

struct ScenarioRuns {
  Stressed stressed;
  std::vector<EndOfLifeValue> end_of_life;
  std::optional<BasisRun> risk_neutral, real_world;
  std::optional<BasisRun> importance;  // real world, drawn from a mixture
  [[nodiscard]] ScenarioRun view(const std::string& id) const {
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
};

void add_seconds(const char* stage, double seconds, RunFacts& facts) {
  for (auto& [known, sum] : facts.stage_seconds)
    if (known == stage) {
      sum += seconds;
      return;
    }
  facts.stage_seconds.emplace_back(stage, seconds);
}

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

// Holders exercise by prices: on the real-world basis too the rule is the risk-neutral one.
std::vector<ExerciseRule> rules_of_prices(const Inputs& inputs, const std::string& id,
                                          const Stressed& stressed, const Plan& plan) {
  Plan prices =
      plan.real_world ? compile_scenario(inputs, id, stressed, MeasureBasis::risk_neutral) : plan;
  return fit_exercise(prices, inputs.settings.threads);
}

// The same plan on paths that are drawn from a mixture in which losses of the tails are common.
BasisRun run_importance(Plan plan, const RunSettings& settings,
                        const std::function<void(std::uint64_t)>& done, RunFacts& facts) {
  const auto start = std::chrono::steady_clock::now();
  fit_tilt(plan, settings);
  BasisRun run = simulate_plan(std::move(plan), settings, false, false, done);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  add_seconds("importance_sampling", took.count(), facts);
  return run;
}

// Tails come from a run of their own.
bool draws_tails(const RunSettings& settings) {
  return settings.importance_sampling && settings.real_world;
}

ScenarioRuns run_scenario(const Inputs& inputs, const std::string& id, Stressed stressed,
                          bool paired, ProgressCounter& progress, RunFacts& facts) {
  ScenarioRuns out;
  out.stressed = std::move(stressed);
  const RunSettings& settings = inputs.settings;
  out.end_of_life = end_of_life_values(settings, out.stressed.market);
  const std::size_t contracts = inputs.book.loans.size() + inputs.book.leases.size();
  const bool by_contract =
      settings.contract_months || (id == "baseline" && contracts <= kContractsByMonth);
  std::optional<std::vector<ExerciseRule>> rules;
  for (const MeasureBasis basis : bases_of(settings)) {
    const auto start = std::chrono::steady_clock::now();
    Plan plan = compile_scenario(inputs, id, out.stressed, basis);
    if (exercises_early(plan)) {
      if (!rules) rules = rules_of_prices(inputs, id, out.stressed, plan);
      set_exercise(*rules, plan);
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (draws_tails(settings) && plan.real_world && !plan.contracts.empty())
      out.importance = run_importance(plan, settings, progress.start(id), facts);
    BasisRun run =
        simulate_plan(std::move(plan), settings, by_contract, paired, progress.start(id));
    run.compile_seconds = seconds;
    add_facts(run, facts);
    (basis == MeasureBasis::risk_neutral ? out.risk_neutral : out.real_world) = std::move(run);
  }
  return out;
}

void measure(const Inputs& inputs, const ScenarioRun& run, RunTables& tables) {
  measure_groups(inputs, run, tables);
  measure_clearing(inputs, run, tables);
  measure_contracts(inputs, run, tables);
  measure_lease_class(run, tables);
  measure_cecl(inputs, run, tables);
  measure_capital(inputs, run, tables);
  measure_market(inputs, run, tables);
  measure_hardware(inputs, run, tables);
  measure_cashflows(inputs, run, tables);
  measure_covenants(inputs, run, tables);
  measure_vehicles(inputs, run, tables);
  measure_losses(inputs, run, tables);
  measure_paths(inputs, run, tables);
  measure_under_cost(inputs, run, tables);
}

void contributions(const Inputs& inputs, const ScenarioRun& run, RunResults& results) {
  const auto start = std::chrono::steady_clock::now();
  measure_contributions(inputs, run, results.tables);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  add_seconds("tail_replay", took.count(), results.facts);
}

void reverse_stress(const Inputs& inputs, const ScenarioRun& baseline, RunResults& results) {
  if (!inputs.settings.reverse_stress) return;
  const auto start = std::chrono::steady_clock::now();
  measure_reverse_stress(inputs, baseline, results.tables);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  add_seconds("reverse_stress", took.count(), results.facts);
}

// Prices with every risk premium scaled, on the same random numbers: rows beside the scenarios'.
// Hazards are fitted anew, as in a market that states these premia.
void run_premia(const Inputs& inputs, const ScenarioRun& baseline, ProgressCounter& progress,
                RunResults& results) {
  for (const double factor : premium_factors(inputs.settings)) {
    const std::string id = premium_scenario(factor);
    const Inputs scaled = with_premia_times(inputs, factor);
    const ScenarioRuns runs =
        run_scenario(scaled, id, {scaled.market, scaled.book, {}}, true, progress, results.facts);
    const ScenarioRun view = runs.view(id);
    measure_groups(scaled, view, results.tables);
    measure_contracts(scaled, view, results.tables);
    measure_market(scaled, view, results.tables);
    measure_hardware(scaled, view, results.tables);
    measure_changes(scaled, baseline, view, results.tables);
    results.tables.premium_scenarios.push_back(id);
  }
}

void list_drivers(const Market& market, const Book& book, RunFacts& facts) {
  const auto off = [&facts](bool absent, const char* name) {
    if (absent) facts.drivers_off.push_back(name);
  };
  off(!market.rates.hull_white, "rates.hull_white");
  off(!market.scarcity, "scarcity");
  off(!market.scarcity || !market.scarcity->regime, "scarcity.regime");
  off(!market.frontier, "frontier");
  off(!market.frontier || market.frontier->drift_stdev == 0, "frontier.drift_stdev");
  off(!market.power, "power");
  off(market.launches.empty(), "launches");
  const auto no_hardware = [&market](const auto& has) {
    return std::none_of(market.hardware.begin(), market.hardware.end(), has);
  };
  off(no_hardware([](const Hardware& h) { return !h.forward_curve.empty(); }),
      "hardware.forward_curve");
  off(no_hardware([](const Hardware& h) { return h.idiosyncratic.has_value(); }),
      "hardware.idiosyncratic");
  off(no_hardware(
          [](const Hardware& h) { return h.utilization && h.utilization->noise.volatility > 0; }),
      "hardware.utilization.volatility");
  off(no_hardware([](const Hardware& h) { return !h.segments.empty(); }), "hardware.segments");
  off(no_hardware([](const Hardware& h) { return h.attrition > 0; }), "hardware.attrition");
  off(!market.liquidation, "liquidation");
  // Of a book without balloons it would say nothing.
  const bool balloons =
      std::any_of(book.vehicles.begin(), book.vehicles.end(), [](const Vehicle& vehicle) {
        return std::any_of(vehicle.tranches.begin(), vehicle.tranches.end(), has_balloon_terms);
      });
  off(balloons && !market.refinancing, "refinancing");
  off(!market.liquidation || market.liquidation->lag_stdev_months == 0,
      "liquidation.lag_stdev_months");
  off(!market.liquidation || market.liquidation->installed_base.empty(),
      "liquidation.installed_base");
  off(market.parties.empty(), "party");
  off(market.contagion.empty(), "contagion");
  off(!market.clearing, "clearing");
  off(market.rates.liquidity_spread == 0, "rates.liquidity_spread");
}

void add_rejects(const Inputs& inputs, Table& table) {
  for (const auto& fault : inputs.rejected)
    table.add({std::string_view(fault.where.file), fault.where.line, fault.where.column,
               std::string_view(fault.field), std::string_view(fault.value),
               std::string_view(fault.problem), std::string_view(fault.remedy)});
}

}  // namespace

std::uint64_t rejected_rows(const Inputs& inputs) {
  std::set<std::pair<std::string, int>> rows;
  for (const auto& fault : inputs.rejected) rows.insert({fault.where.file, fault.where.line});
  return rows.size();
}

RunResults value_book(const Inputs& inputs, const std::function<void(const Progress&)>& progress) {
  RunResults results;
  RunFacts& facts = results.facts;
  const auto scenarios = by_scenario(inputs.scenarios);
  facts.paths = whole_paths(inputs.settings.paths);
  facts.block_paths = engine::kBlockPaths;
  const std::uint64_t bases = (inputs.settings.risk_neutral ? 1U : 0U) +
                              (inputs.settings.real_world ? 1U : 0U) +
                              (draws_tails(inputs.settings) ? 1U : 0U);
  const std::uint64_t task_paths = engine::kBlockPaths * engine::kTaskBlocks;
  const std::uint64_t tasks = (facts.paths + task_paths - 1) / task_paths;
  ProgressCounter counter(
      progress, tasks * (bases * (scenarios.size() + 1) + premium_factors(inputs.settings).size()));

  if (has_income_strip(inputs.market)) {
    facts.resale_states_clamped = 0.0;
    facts.accuracy = {{kInterpolationError, 0.0},
                      {"resale_moment_matching_bias", kMomentMatchingBias}};
  }
  const bool paired = !scenarios.empty() || inputs.settings.premium_interval;
  ScenarioRuns baseline =
      run_scenario(inputs, "baseline", {inputs.market, inputs.book, {}}, paired, counter, facts);
  const ScenarioRun base = baseline.view("baseline");
  measure(inputs, base, results.tables);
  reconcile(inputs, base, results.tables);
  contributions(inputs, base, results);
  reverse_stress(inputs, base, results);
  for (const auto& [id, rows] : scenarios) {
    const ScenarioRuns runs = run_scenario(
        inputs, id,
        apply_scenario(inputs.market, inputs.book, rows, inputs.settings.valuation_date), true,
        counter, facts);
    const ScenarioRun view = runs.view(id);
    measure(inputs, view, results.tables);
    contributions(inputs, view, results);
    measure_changes(inputs, base, view, results.tables);
  }
  measure_weighted(inputs.scenarios, results.tables.measures);
  run_premia(inputs, base, counter, results);
  search_reverse_shocks(inputs, results.tables, counter.finished_beside());
  results.tables.limits = check_limits(inputs.limits, results.tables.measures);
  add_rejects(inputs, results.tables.rejects);
  list_drivers(inputs.market, inputs.book, facts);
  facts.contracts_priced =
      inputs.book.loans.size() + inputs.book.leases.size() + inputs.book.instruments.size();
  facts.rows_read = inputs.rows_read;
  facts.rows_rejected = rejected_rows(inputs);
  for (const auto& contract : base.any().plan.contracts)
    facts.balance += contract.held * contract.outstanding;
  facts.notes = assumptions(inputs);
  facts.warnings = warnings(inputs);
  about_end_of_life(base.end_of_life, facts.notes);
  if (facts.paths != inputs.settings.paths)
    facts.notes.push_back("paths rounded up to whole blocks of " +
                          std::to_string(engine::kBlockPaths) + ": " + std::to_string(facts.paths));
  return results;
}

}  // namespace lien::pricing
