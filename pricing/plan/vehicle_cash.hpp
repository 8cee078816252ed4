#pragma once

#include <string>
#include <vector>

#include "pricing/contract/vehicle.hpp"
#include "pricing/market/market.hpp"
#include "pricing/plan/time_grid.hpp"

// What a vehicle's agreements bring and cost in a month, before anything is random: hours, agreed
// rents, cost at today's power price, fees. k in 1 .. grid.months().
namespace lien::pricing {

// An empty list names all parts.
[[nodiscard]] bool names_part(const std::vector<std::string>& ids, const std::string& id);

// Hours of the lot in service, all units that are left.
[[nodiscard]] double lot_hours(const VehicleLot& lot, const Hardware& hardware, Date service,
                               const TimeGrid& grid, int k);
// What an hour costs.
[[nodiscard]] double hourly_cost(const VehicleLot& lot, const Hardware& hardware, int k);

struct OfftakeMonth {
  double hours = 0;    // of the lot under the contract
  double agreed = 0;   // money if all were delivered and accepted
  double revenue = 0;  // money while the customer lives
};
[[nodiscard]] OfftakeMonth offtake_month(const VehicleLot& lot, const Hardware& hardware,
                                         const Offtake& offtake, Date service, const TimeGrid& grid,
                                         int k);

// A fee's stated amount, money of the month.
[[nodiscard]] double fee_amount(const VehicleFee& fee, int k);

}  // namespace lien::pricing
