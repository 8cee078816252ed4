#pragma once

#include <string>
#include <vector>

#include "pricing/contract/run_settings.hpp"
#include "pricing/market/market.hpp"

// The premia of a market, scaled together: premia are inputs and not estimates, so a run can report
// its values over an interval of them. Source: docs/model.md, "Two measures".
namespace lien::pricing {

// Every risk premium times `factor` >= 0: scarcity and frontier drift, launch hazard, drop, and
// what a party's risk-neutral hazard has over its real-world one, 1 + factor (ratio - 1). A factor
// of 1 gives the market itself, to the bit; 0 one in which both measures agree. What a market price
// states (CDS spreads, a forward curve) keeps its risk-neutral law.
[[nodiscard]] Market with_premia_times(const Market& market, double factor);

// What would leave its range if premia were scaled so, each named as in market.toml; empty if all
// is well: hazards must stay above zero.
[[nodiscard]] std::vector<std::string> premia_out_of_range(const Market& market, double factor);

// The two ends of `premium_interval`, none without it.
[[nodiscard]] std::vector<double> premium_factors(const RunSettings& settings);

// Id of the rows of a run with premia times `factor`: "premium_0.5".
[[nodiscard]] std::string premium_scenario(double factor);

}  // namespace lien::pricing
