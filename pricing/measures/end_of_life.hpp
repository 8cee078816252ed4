#pragma once

#include <string>
#include <vector>

#include "engine/statistics/moments.hpp"
#include "pricing/contract/run_settings.hpp"

namespace lien::pricing {

class Checkpoints;  // pricing/report/checkpoints.hpp

// Today's value of one unit whose operator cannot stop and start again, beside the value if it
// could (mothball). Money; scrap included, undiscounted, in all of them.
struct EndOfLifeValue {
  std::string hardware;
  engine::Estimate value;  // irreversible: of the fitted rule, simulated; never: exact
  double mothball = 0;     // the strip's exact sum
  bool irreversible = false;
};

// One entry a hardware of `market` with resale law income and end_of_life irreversible or never, in
// the market's order. irreversible: monthly decisions from today on by least squares, on the
// strip's drifts and discount, settings.paths paths; a lower bound that the rule attains.
// checkpoints: of the simulations; null: none are kept. Source: docs/model.md, "Irreversible end of
// life".
[[nodiscard]] std::vector<EndOfLifeValue> end_of_life_values(const RunSettings& settings,
                                                             const Market& market,
                                                             Checkpoints* checkpoints = nullptr);

// Value with costless stops and starts over that without, to first order in its error; the
// irreversible value must not be 0.
[[nodiscard]] engine::Estimate mothball_ratio(const EndOfLifeValue& unit);

}  // namespace lien::pricing
