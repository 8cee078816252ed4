#pragma once

#include <functional>

#include "engine/schedule/stop_question.hpp"
#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {

// reverse_stress.csv: how likely the loss that [reverse_stress] asks about is in the baseline, and
// what happens on the paths that lose it. Nothing without the block. stop: as simulate_beside has
// it, here and below.
void measure_reverse_stress(const Inputs& inputs, const ScenarioRun& baseline, RunTables& tables,
                            const engine::StopQuestion* stop = nullptr);

// reverse_shocks.csv: the size at which each of a list of single shocks brings the expected loss,
// or the expected shortfall, to that loss. Runs of few paths on the same random numbers; `started`
// is told the name of each shock.
void search_reverse_shocks(const Inputs& inputs, RunTables& tables,
                           const std::function<void(const std::string&)>& started,
                           const engine::StopQuestion* stop = nullptr);

// The loss asked about, money.
[[nodiscard]] double reverse_stress_loss(const ReverseStress& asked, const Plan& plan);

}  // namespace lien::pricing
