#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/contract/contract.hpp"
#include "pricing/contract/run_settings.hpp"

namespace lien::pricing {

// The rows of a scenario file whose fields can be read; the others are faults. Whether their inputs
// exist and their values are possible is told by apply_scenario.
[[nodiscard]] std::vector<ScenarioRow> read_scenarios(const std::string& file,
                                                      const Location& named,
                                                      std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
