#pragma once

#include <vector>

#include "pricing/plan/compile.hpp"

namespace lien::pricing {

// What a vehicle's hedges come to before anything is random; columns [months + 1].
struct HedgeColumns {
  // Due to counterparties at today's forward rates, power price and rents.
  std::vector<double> payments;
  // Principal at floating rates that swaps and caps hedge at each month's end.
  std::vector<double> hedged;
};

// Fills vehicle.hedges; its lots and months are there already. Sizes are fixed before any path: a
// share of a tranche's scheduled principal, or of the month's operating cost that follows power.
[[nodiscard]] HedgeColumns compile_hedges(const CompileInput& input, const Vehicle& terms,
                                          const TimeGrid& grid, Plan& plan, VehiclePlan& vehicle,
                                          std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
