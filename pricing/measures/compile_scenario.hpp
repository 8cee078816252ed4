#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pricing/book/read.hpp"
#include "pricing/market/scenario.hpp"
#include "pricing/plan/compile.hpp"

namespace lien::pricing {

// The rows of each scenario, scenarios in the order in which they first occur.
[[nodiscard]] std::vector<std::pair<std::string, std::vector<ScenarioRow>>> by_scenario(
    const std::vector<ScenarioRow>& rows);

// The measure bases that the run asks for, prices first.
[[nodiscard]] std::vector<MeasureBasis> bases_of(const RunSettings& settings);

// What a run with every risk premium times `factor` values: prices alone, without months by
// contract.
[[nodiscard]] Inputs with_premia_times(const Inputs& inputs, double factor);

// The plan of one scenario ("baseline" as read) on one basis.
// Throws InputError, naming the scenario, where the book or the market has no plan.
[[nodiscard]] Plan compile_scenario(const Inputs& inputs, const std::string& id,
                                    const Stressed& stressed, MeasureBasis basis);

// Compiles every plan of the run and drops it, so that a check of the inputs finds what only
// compiling can see. Throws InputError holding the faults of all scenarios.
void compile_all(const Inputs& inputs);

}  // namespace lien::pricing
