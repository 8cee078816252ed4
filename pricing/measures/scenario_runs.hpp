#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pricing/market/scenario.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/value_book.hpp"
#include "pricing/valuation/fit_exercise.hpp"

namespace lien::pricing {

// One scenario simulated on the measure bases that the run asks for.
struct ScenarioRuns {
  Stressed stressed;
  std::vector<EndOfLifeValue> end_of_life;
  std::optional<BasisRun> risk_neutral, real_world;
  std::optional<BasisRun> importance;  // real world, drawn from a mixture
  [[nodiscard]] ScenarioRun view(const std::string& id) const;
};

// Called before each simulation, and before the pilots of a scenario; what it returns looks after
// it.
using StartProgress = std::function<SimulationWatch()>;

// Compiles and simulates a scenario. paired: keeps sums by block, for differences from another run.
// baseline: whose control variates weigh this scenario's paths too; null: the scenario's own.
[[nodiscard]] ScenarioRuns run_scenario(const Inputs& inputs, const std::string& id,
                                        Stressed stressed, bool paired,
                                        const StartProgress& start_progress, RunFacts& facts,
                                        const ScenarioRuns* baseline = nullptr);

// Rules of who may stop early. They exercise by prices: on the real-world basis too the rule is the
// risk-neutral one. plan: the scenario's, on either basis. stop: as simulate_beside has it.
[[nodiscard]] std::vector<ExerciseRule> rules_of_prices(const Inputs& inputs, const std::string& id,
                                                        const Stressed& stressed, const Plan& plan,
                                                        const engine::StopQuestion* stop = nullptr);

// True if the tails come from a run of their own.
[[nodiscard]] bool draws_tails(const RunSettings& settings);

// Makes room in the facts for the approximations that a market's resale laws bring.
void ask_accuracy(const Market& market, RunFacts& facts);

void add_seconds(const char* stage, double seconds, RunFacts& facts);

}  // namespace lien::pricing
