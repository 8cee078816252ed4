#pragma once

#include <cstddef>

#include "engine/schedule/stop_question.hpp"
#include "pricing/contract/run_settings.hpp"
#include "pricing/plan/plan.hpp"

namespace lien::pricing {

// Fits a mixture of laws under which the tails of a real-world plan are drawn more often, and puts
// it into the plan: FactorPlan::tilt and HazardTilt. By cross entropy, from rare to rarer: the
// paths of a pilot that lose most say which normals (a mean by factor and year) and which hazards
// (a multiple by party) they had; the next pilot draws by that. For each loss horizon the last two
// fits stay, beside the law itself. Nothing is fitted where fewer than kTiltPaths pilot paths make
// a tail. Threads change no bit. Source: Rubinstein and Kroese, "The cross-entropy method", 2004;
// Owen and Zhou, "Safe and effective importance sampling", JASA 95, 2000 (the law in the mixture
// bounds every weight). stop: as simulate_beside has it.
void fit_tilt(Plan& plan, const RunSettings& settings, const engine::StopQuestion* stop = nullptr);

// Fewest paths of a pilot that a fit is made of.
inline constexpr std::size_t kTiltPaths = 32;

}  // namespace lien::pricing
