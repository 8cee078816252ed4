#pragma once

#include <vector>

#include "engine/schedule/stop_question.hpp"
#include "engine/statistics/stopping.hpp"
#include "pricing/plan/plan.hpp"

namespace lien::pricing {

// What a holder decides by: the fitted rule, and European values where they are known.
struct ExerciseRule {
  engine::StoppingRule stopping;
  std::vector<StripPlan> european;
};

// A rule for every instrument of the plan that may stop early, then for every lease whose lessee
// has options, in their order, fitted on the pilot: one simulation each, its numbers within
// kPilotBytes (pricing/plan/pilot.hpp) at a time. Exercise is decided by prices: give it the
// risk-neutral plan. For a unit run until it stops the weights of its controls are set too, in
// `plan`. Threads change no bit. stop: as simulate_beside has it.
[[nodiscard]] std::vector<ExerciseRule> fit_exercise(Plan& plan, unsigned threads,
                                                     const engine::StopQuestion* stop = nullptr);

// Puts rules fitted on the risk-neutral basis into the plan of either.
void set_exercise(const std::vector<ExerciseRule>& rules, Plan& plan);

// True if some instrument may stop early, or some lessee has options.
[[nodiscard]] bool exercises_early(const Plan& plan);

}  // namespace lien::pricing
