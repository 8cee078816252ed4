#pragma once

#include <vector>

#include "pricing/contract/run_settings.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// Appends rows of scenario "weighted" to measures.csv: present_value, expected_loss, ecl_12m and
// ecl_lifetime of portfolio, parties and contracts, and their changes to the baseline,
// each the sum of the scenarios' values by their
// weights, the baseline with the rest. Scenarios share random numbers, so their errors are taken to
// move together: the weighted sum of the standard errors, an upper bound. A row that some scenario
// with a weight lacks is left out.
void measure_weighted(const std::vector<ScenarioRow>& rows, Table& measures);

}  // namespace lien::pricing
