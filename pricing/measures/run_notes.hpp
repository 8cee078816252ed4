#pragma once

#include <string>
#include <vector>

#include "pricing/book/read.hpp"
#include "pricing/measures/end_of_life.hpp"
#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {

// Assumptions behind this run's numbers, a sentence each, those that its inputs touch only.
// Source: docs/model.md, "Decisions".
[[nodiscard]] std::vector<std::string> assumptions(const Inputs& inputs);

// Inputs that are accepted but seldom meant, a sentence each.
[[nodiscard]] std::vector<std::string> warnings(const Inputs& inputs);

// Those among them that look like another unit: percent for a share, millions for money.
void about_units(const Inputs& inputs, std::vector<std::string>& warnings);

// Vehicles that default on every path of the baseline, with what they could not pay.
void about_certain_defaults(const Inputs& inputs, const ScenarioRun& baseline,
                            std::vector<std::string>& warnings);

// What the mothball convention adds to the value of each unit that cannot stop and start again.
void about_end_of_life(const std::vector<EndOfLifeValue>& units, std::vector<std::string>& notes);

// True if some hardware is valued by the income strip.
[[nodiscard]] bool has_income_strip(const Market& market);

}  // namespace lien::pricing
