#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/book/diagnostic.hpp"
#include "pricing/market/market.hpp"

namespace lien::pricing {

// Reads a market file. Empty if it cannot be opened or is no TOML; else what could be read, with
// every fault added to `faults`.
//   named           the line that names the file, for the fault that it is missing
//   valuation_date  empty if the run file has none that can be read: dates are then not compared
[[nodiscard]] std::optional<Market> read_market(const std::string& file, const Location& named,
                                                std::optional<Date> valuation_date,
                                                std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
