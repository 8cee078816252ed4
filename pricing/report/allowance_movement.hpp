#pragma once

#include "pricing/report/story.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// How the IFRS 9 allowance of the baseline came from one run's contracts to another's, by stage:
// new contracts and those that are gone, moves between stages at the old allowance, what is
// measured anew on a move (12 months against the life) and without one. The steps sum to the change
// exactly. Empty where either run has no stages. Source: IFRS 7 35H and 35I.
[[nodiscard]] StoryTable allowance_movement(const Table& before, const Table& after, double scale,
                                            const std::string& unit);

}  // namespace lien::pricing
