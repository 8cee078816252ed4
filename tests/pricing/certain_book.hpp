#pragma once

#include <cmath>
#include <string>
#include <utility>

#include "pricing/measures/value_book.hpp"
#include "tests/pricing/schedule_test.hpp"

// A book without noise: present values are plain sums. One party and one hardware, X, whose unit is
// let at 2 an hour and sold for 8,000 hours of it.
namespace lien::pricing {

inline Inputs certain_inputs(Date today, const std::string& party_id, double hazard,
                             const Rates& rates) {
  Inputs inputs;
  inputs.settings.name = "certain";
  inputs.settings.valuation_date = today;
  inputs.settings.paths = 64;
  inputs.settings.threads = 1;
  inputs.market.currency = "USD";
  inputs.market.rates = rates;
  inputs.market.liquidation.emplace();
  Hardware hardware;
  hardware.id = "X";
  hardware.rental_rate = 2;
  hardware.resale.emplace();
  hardware.resale->law = ResaleLaw::rental_multiple;
  hardware.resale->multiple = 8000;
  inputs.market.hardware.push_back(hardware);
  Party party;
  party.id = party_id;
  party.hazard = {{1}, {hazard}};
  inputs.market.parties.push_back(party);
  return inputs;
}

// Value and horizon of a contract's row of measures.csv; value NaN where there is no such row.
inline std::pair<double, double> row_of(const RunResults& results, const std::string& measure,
                                        const std::string& basis = "risk_neutral") {
  const Table& table = results.tables.measures;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.column("measure").texts[row] == measure &&
        table.column("level").texts[row] == "contract" &&
        table.column("measure_basis").texts[row] == basis)
      return {table.column("value").numbers[row], table.column("horizon_months").numbers[row]};
  return {std::nan(""), std::nan("")};
}

}  // namespace lien::pricing
