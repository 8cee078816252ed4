#pragma once

#include <algorithm>

#include "pricing/contract/vehicle.hpp"

// The end of a vehicle's lease as a person would write it, of units worth `worth`.
namespace lien::pricing {

struct PlainLeaseEnd {
  double cash = 0;     // what the vehicle gets
  bool stays = false;  // the units stay in the vehicle
};

// floor: what whoever guarantees the residual and lives makes good for; 0: nobody.
inline PlainLeaseEnd plain_lease_end(const VehicleLease& lease, double worth, double floor) {
  if (lease.end_option == EndOption::fair_market_value) return {worth, false};
  if (lease.end_option == EndOption::one_dollar) return {1, false};
  if (lease.end_option == EndOption::fixed_price && worth > lease.option_price)
    return {lease.option_price, false};
  if (!lease.relets) return {std::max(worth - 10 * lease.return_cost, floor), false};
  return {std::max(0.0, floor - worth), true};
}

}  // namespace lien::pricing
