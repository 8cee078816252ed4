#pragma once

#include <span>
#include <string>
#include <vector>

#include "pricing/contract/contract.hpp"
#include "pricing/contract/run_settings.hpp"
#include "pricing/market/market.hpp"

namespace lien::pricing {

// A market and a book changed on purpose: a stressed run is an ordinary run of these.
struct Stressed {
  Market market;
  Book book;
  // Parties whose own curve a row changed: their hazard is fitted again. The others keep the fit of
  // the baseline, so that a scarcity shock moves their probability of default.
  std::vector<std::string> changed_credit_curves;
};

// Scenario id of the sum of all scenarios by their weights.
inline constexpr const char* kWeightedScenario = "weighted";
// True if some scenario has a weight.
[[nodiscard]] bool has_weights(std::span<const ScenarioRow> rows);

// Applies the rows of one scenario in their order.
//   relative  x (1 + value);  absolute  x + value (a date: whole months);  level  value
// Rows with a month are points of a path of their input: relative ones of hardware.ID.rental_rate,
// utilization and operating_cost, of power.level and of party.ID.hazard, absolute ones of the
// forward rates behind rates.zero_curve, levels of refinancing.open_probability; a month on any
// other input is refused. default and launch rows put an event on
// every path. `*` stands for every id that has the field.
// Throws InputError, at the rows, for an input the market does not have, a result out of the range
// of its field, and results that contradict each other.
[[nodiscard]] Stressed apply_scenario(const Market& market, const Book& book,
                                      std::span<const ScenarioRow> rows, Date valuation_date);

}  // namespace lien::pricing
