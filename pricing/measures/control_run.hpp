#pragma once

#include "engine/schedule/stop_question.hpp"
#include "engine/statistics/control_weights.hpp"
#include "pricing/contract/run_settings.hpp"
#include "pricing/plan/plan.hpp"
#include "pricing/valuation/book_stages.hpp"

namespace lien::pricing {

// What the blocks of a run's paths say of its control variates. stop: as simulate_beside has it.
[[nodiscard]] ControlSample sample_controls(const Plan& plan, const RunSettings& settings,
                                            const engine::StopQuestion* stop = nullptr);

// Weights of the blocks of a run by its plan's control variates, from a run before the run that
// simulates the market and the parties alone. Takes the first of plan.controls, until a tenth of
// the blocks are controls that those before do not know; no replicates where the plan has none or
// the blocks are too few. settings: paths, seed, threads.
// Under sobol weights of its replicates (engine::replicate_weights) by all of plan.controls.
[[nodiscard]] engine::ControlWeights fit_controls(const Plan& plan, const RunSettings& settings,
                                                  const engine::StopQuestion* stop = nullptr);

}  // namespace lien::pricing
