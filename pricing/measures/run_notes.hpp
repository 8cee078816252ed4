#pragma once

#include <string>
#include <vector>

#include "pricing/book/read.hpp"

namespace lien::pricing {

// Assumptions behind this run's numbers, a sentence each, those that its inputs touch only.
// Source: docs/model.md, "Decisions".
[[nodiscard]] std::vector<std::string> assumptions(const Inputs& inputs);

// True if some hardware is valued by the income strip.
[[nodiscard]] bool has_income_strip(const Market& market);

}  // namespace lien::pricing
