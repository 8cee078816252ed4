#pragma once

#include <string>
#include <string_view>

#include "pricing/book/read.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/measures/end_of_life.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// One scenario's runs: either may be absent.
struct ScenarioRun {
  std::string id;  // "baseline" or the scenario's
  const Market* market = nullptr;
  const Book* book = nullptr;
  const BasisRun* risk_neutral = nullptr;
  const BasisRun* real_world = nullptr;
  // Whose losses the tails are made of: the real-world run, or one whose paths were drawn from a
  // mixture, of which nothing else may be read.
  const BasisRun* tails = nullptr;
  std::vector<EndOfLifeValue> end_of_life{};  // hardware that cannot stop and start again

  [[nodiscard]] const BasisRun& any() const {
    return real_world != nullptr ? *real_world : *risk_neutral;
  }
};

// Appends rows of measures.csv for one scenario, basis, level and id.
class MeasureWriter {
 public:
  MeasureWriter(Table& table, std::string scenario, const BasisRun& run, std::string level)
      : table_(&table),
        scenario_(std::move(scenario)),
        basis_(run.plan.real_world ? "real_world" : "risk_neutral"),
        level_(std::move(level)) {}
  // A simulated number. A horizon of 0 is the lifetime; < 0: not applicable.
  void add(std::string_view id, std::string_view measure, int horizon,
           const engine::Estimate& estimate);
  // A number known without simulation: no standard error.
  void add_exact(std::string_view id, std::string_view measure, int horizon, double value);
  void add_tail(std::string_view id, std::string_view measure, int horizon, double confidence,
                const engine::Estimate& estimate);

 private:
  Table* table_;
  std::string scenario_, basis_, level_;
};

// Terms that do not depend on the scenario run.
[[nodiscard]] const std::string& contract_id(const Book& book, const ContractPlan& contract);
[[nodiscard]] engine::Estimate scaled(engine::Estimate estimate, double factor);
// How many tests a contract has, its vehicle's counted once, with the vehicle's first tranche.
[[nodiscard]] double tests_of(const Plan& plan, std::size_t contract);
// Cumulative probability that a test is breached before default by month `horizon`.
[[nodiscard]] engine::Estimate breach_probability(const BasisRun& run, std::uint32_t test,
                                                  int horizon);

// A number of a group: which, and which of its samples.
struct GroupNumber {
  std::size_t group = 0, sample = 0;
};
// Mean difference of a group's number between two runs on the same random numbers, both kept with
// sums by block.
[[nodiscard]] engine::Estimate paired_change(const BasisRun& before, const BasisRun& after,
                                             GroupNumber of_before, GroupNumber of_after);

// Each appends one scenario's rows to its tables.
void measure_contracts(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_groups(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
// Payments and equities of the quarterly clearings.
void measure_clearing(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_changes(const Inputs& inputs, const ScenarioRun& baseline, const ScenarioRun& run,
                     RunTables& tables);
// Where a scenario lies in the baseline's distributions, and its weight: its mean loss among the
// baseline's losses; where it is rental paths alone, the mean rent of each at its last month among
// the baseline's rents.
void measure_percentile(const Inputs& inputs, const ScenarioRun& baseline,
                        const ScenarioRun& scenario, RunTables& tables);
void measure_market(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_hardware(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_cashflows(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_covenants(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_vehicles(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_losses(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_contributions(const Inputs& inputs, const ScenarioRun& run, RunTables& tables,
                           const engine::StopQuestion* stop = nullptr);
void measure_paths(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
// Rows of paths.csv: probability that a hardware does not earn what it costs to run.
void measure_under_cost(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
// Rows of the tapes that on_reject = "skip" left out.
[[nodiscard]] std::uint64_t rejected_rows(const Inputs& inputs);
void reconcile(const Inputs& inputs, const ScenarioRun& baseline, RunTables& tables);

}  // namespace lien::pricing
