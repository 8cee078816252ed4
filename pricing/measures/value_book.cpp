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
#include "pricing/measures/look_through.hpp"
#include "pricing/measures/measure_provisions.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/measure_weighted.hpp"
#include "pricing/measures/progress_counter.hpp"
#include "pricing/measures/reverse_stress.hpp"
#include "pricing/measures/run_notes.hpp"
#include "pricing/measures/scenario_runs.hpp"
#include "pricing/report/checkpoints.hpp"
#include "pricing/report/text_form.hpp"
#include "pricing/valuation/contract_kernel.hpp"

namespace lien::pricing {
namespace {

void measure(const Inputs& inputs, const ScenarioRun& run, RunTables& tables) {
  measure_groups(inputs, run, tables);
  measure_look_through(inputs, run, tables);
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

void contributions(const Inputs& inputs, const ScenarioRun& run, const engine::StopQuestion* stop,
                   RunResults& results) {
  const auto start = std::chrono::steady_clock::now();
  measure_contributions(inputs, run, results.tables, stop);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  add_seconds("tail_replay", took.count(), results.facts);
}

void reverse_stress(const Inputs& inputs, const ScenarioRun& baseline,
                    const engine::StopQuestion* stop, RunResults& results) {
  if (!inputs.settings.reverse_stress) return;
  const auto start = std::chrono::steady_clock::now();
  measure_reverse_stress(inputs, baseline, results.tables, stop);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  add_seconds("reverse_stress", took.count(), results.facts);
}

// Prices with every risk premium scaled, on the same random numbers: rows beside the scenarios'.
// Hazards are fitted anew, as in a market that states these premia.
void run_premia(const Inputs& inputs, const ScenarioRuns& base_runs, ProgressCounter& progress,
                RunResults& results) {
  const ScenarioRun baseline = base_runs.view("baseline");
  for (const double factor : premium_factors(inputs.settings)) {
    const std::string id = premium_scenario(factor);
    const Inputs scaled = with_premia_times(inputs, factor);
    const ScenarioRuns runs = run_scenario(
        scaled, id, {scaled.market, scaled.book, {}}, true, [&] { return progress.start(id); },
        results.facts, &base_runs);
    const ScenarioRun view = runs.view(id);
    measure_groups(scaled, view, results.tables);
    measure_contracts(scaled, view, results.tables);
    measure_market(scaled, view, results.tables);
    measure_hardware(scaled, view, results.tables);
    measure_changes(scaled, baseline, view, results.tables);
    results.tables.premium_scenarios.push_back(id);
  }
}

// How much of the book single precision reaches.
void about_precision(const RunSettings& settings, const ScenarioRun& baseline, RunFacts& facts) {
  if (!settings.single_precision) return;
  const BasisRun* const run =
      baseline.risk_neutral != nullptr ? baseline.risk_neutral : baseline.real_world;
  if (run == nullptr) return;
  const std::vector<ContractPlan>& contracts = run->plan.contracts;
  const auto single = std::count_if(contracts.begin(), contracts.end(), fits_floats);
  const std::string of_all =
      std::to_string(single) + " of " + std::to_string(contracts.size()) + " contracts";
  if (single == 0)
    facts.warnings.push_back("precision \"single\" values " + of_all +
                             ": tranches of vehicles, sales at drawn lags or pressed prices and "
                             "leases with options or a deposit stay in doubles");
  else
    facts.notes.push_back("precision \"single\": " + of_all + " are valued in floats");
}

// What control variates did for the number that each basis is run for.
void about_controls(const RunSettings& settings, const ScenarioRun& baseline, RunFacts& facts) {
  if (!settings.control_variates) return;
  for (const BasisRun* run : {baseline.risk_neutral, baseline.real_world}) {
    if (run == nullptr) continue;
    const bool losses = run->plan.real_world;
    facts.control_variates.emplace_back(losses ? "real_world" : "risk_neutral", run->controls.used);
    const std::size_t sample =
        losses ? kFixedSamples + run->snapshot(0) * kSnapshotSamples + kLoss : kPresentValue;
    const std::size_t pair = run->layout.group(run->layout.portfolio(), sample);
    const double drawn = run->mean_as_drawn(pair).standard_error;
    const std::string basis = losses ? "real-world" : "risk-neutral";
    if (run->controls.used == 0 && run->scrambles() > 0)
      facts.warnings.push_back("control_variates on the " + basis +
                               " basis: none, for under sobol it takes rents that move");
    else if (run->controls.used == 0)
      facts.warnings.push_back(
          "control_variates on the " + basis +
          " basis: none, for it takes 2,048 paths and a market whose rents, rates or hazards move");
    else if (drawn > 0)
      facts.notes.push_back(
          std::string(losses ? "lifetime expected_loss" : "present_value") + " of the book has " +
          round_trip_text(std::round(1000 * run->mean(pair).standard_error / drawn) / 10) +
          " % of the standard error of its paths as they are: " + "control variates (" +
          std::to_string(run->controls.used) + ") correct the means, " + basis);
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
  off(!market.credit, "credit");
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

// Tails of the baseline that no path lies in have no error: more paths would tell.
void warn_of_tails(const Table& losses, const std::vector<double>& asked,
                   std::vector<std::string>& warnings) {
  std::string levels;
  for (std::size_t row = 0; row < losses.rows(); ++row) {
    const double level = losses.column("confidence").numbers[row];
    if (losses.column("scenario").texts[row] != "baseline" ||
        !std::isnan(losses.column("expected_shortfall_low").numbers[row]) ||
        std::find(asked.begin(), asked.end(), level) == asked.end())
      continue;
    const double months = losses.column("horizon_months").numbers[row];
    levels += (levels.empty() ? "" : ", ") + round_trip_text(100 * level) + " % " +
              (months == 0 ? "lifetime" : "in " + round_trip_text(months) + " months");
  }
  if (!levels.empty())
    warnings.push_back("no path loses more than the value at risk at " + levels +
                       ": the errors of these tails are not known; take more paths");
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

namespace {

RunResults value_paths(const Inputs& inputs, const std::function<void(const Progress&)>& progress,
                       Checkpoints* checkpoints) {
  RunResults results;
  RunFacts& facts = results.facts;
  const auto scenarios = by_scenario(inputs.scenarios);
  facts.paths = simulated_paths(inputs.settings);
  facts.block_paths = engine::kBlockPaths;
  const std::uint64_t tasks = tasks_of(inputs.settings);
  ProgressCounter counter(progress,
                          tasks * (simulations_of(inputs.settings) * (scenarios.size() + 1) +
                                   premium_factors(inputs.settings).size()),
                          checkpoints);

  ask_accuracy(inputs.market, facts);
  const bool paired = !scenarios.empty() || inputs.settings.premium_interval;
  ScenarioRuns baseline = run_scenario(
      inputs, "baseline", {inputs.market, inputs.book, {}}, paired,
      [&] { return counter.start("baseline"); }, facts);
  const ScenarioRun base = baseline.view("baseline");
  measure(inputs, base, results.tables);
  reconcile(inputs, base, results.tables);
  const engine::StopQuestion* const stop = stop_question(checkpoints);
  contributions(inputs, base, stop, results);
  reverse_stress(inputs, base, stop, results);
  for (const auto& [id, rows] : scenarios) {
    const ScenarioRuns runs = run_scenario(
        inputs, id,
        apply_scenario(inputs.market, inputs.book, rows, inputs.settings.valuation_date), true,
        [&, name = id] { return counter.start(name); }, facts, &baseline);
    const ScenarioRun view = runs.view(id);
    measure(inputs, view, results.tables);
    contributions(inputs, view, stop, results);
    measure_changes(inputs, base, view, results.tables);
    measure_percentile(inputs, base, view, results.tables);
  }
  measure_weighted(inputs.scenarios, results.tables.measures);
  run_premia(inputs, baseline, counter, results);
  search_reverse_shocks(inputs, results.tables, counter.finished_beside(), stop);
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
  about_certain_defaults(inputs, base, facts.warnings);
  warn_of_tails(results.tables.losses, inputs.settings.confidence, facts.warnings);
  about_end_of_life(base.end_of_life, facts.notes);
  about_precision(inputs.settings, base, facts);
  about_controls(inputs.settings, base, facts);
  if (facts.paths != inputs.settings.paths)
    facts.notes.push_back(
        inputs.settings.sobol
            ? "paths rounded up to " + std::to_string(inputs.settings.replicates) +
                  " replicates of a power of two: " + std::to_string(facts.paths)
            : "paths rounded up to whole blocks of " + std::to_string(engine::kBlockPaths) + ": " +
                  std::to_string(facts.paths));
  return results;
}

}  // namespace

RunResults value_book(const Inputs& inputs, const std::function<void(const Progress&)>& progress,
                      Checkpoints* checkpoints) {
  if (!inputs.settings.target_error) return value_paths(inputs, progress, checkpoints);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<ErrorRound> rounds = reach_error(
      inputs,
      [&](std::uint64_t paths) {
        if (progress) progress({"target error, " + std::to_string(paths) + " paths", 0, 1});
      },
      checkpoints);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  Inputs enough = inputs;
  enough.settings.paths = rounds.back().paths;
  RunResults results = value_paths(enough, progress, checkpoints);
  results.facts.error_rounds = rounds;
  add_seconds("target_error", took.count(), results.facts);
  return results;
}

}  // namespace lien::pricing
