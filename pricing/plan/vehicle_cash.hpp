#pragma once

#include <string>
#include <vector>

#include "pricing/contract/contract.hpp"
#include "pricing/market/market.hpp"
#include "pricing/plan/time_grid.hpp"

// What a vehicle's agreements bring and cost in a month, before anything is random: hours, agreed
// rents, cost at today's power price, fees. k in 1 .. grid.months().
namespace lien::pricing {

// Hours of the lot in service, all units that are left.
[[nodiscard]] double lot_hours(const VehicleLot& lot, const Hardware& hardware, Date service,
                               const TimeGrid& grid, int k);
// What an hour costs.
[[nodiscard]] double hourly_cost(const VehicleLot& lot, const Hardware& hardware, int k);

struct OfftakeMonth {
  double hours = 0;    // of the lot under the contract
  double agreed = 0;   // money if all were delivered and accepted
  double revenue = 0;  // money while the customer lives, prepaid or not
  double rent = 0;     // the part of it that is rent, and no operating cost
};
[[nodiscard]] OfftakeMonth offtake_month(const VehicleLot& lot, const Hardware& hardware,
                                         const Offtake& offtake, Date service, const TimeGrid& grid,
                                         int k);

// Term 0 is the agreed one, term i the i-th renewal.
struct OfftakeTerm {
  Date from{}, to{};
};
[[nodiscard]] OfftakeTerm offtake_term(const Offtake& offtake, Date service, int term);
// A month of a renewal: at the rent agreed, its growth going on; or, renewed at the market's rent,
// for a rent of 1 an hour that grows from the renewal on, without the operating cost.
[[nodiscard]] OfftakeMonth renewed_month(const VehicleLot& lot, const Hardware& hardware,
                                         const Offtake& offtake, Date service, const TimeGrid& grid,
                                         int term, int k);
// The agreed rent of an hour on a day of a term; over that of its first day where the term is
// renewed at the market's rent.
[[nodiscard]] double agreed_rate(const Offtake& offtake, Date service, int term, Date day);
// Share of each month's rent, [months + 1], that an advance has paid before today; by_schedule: of
// lots on their mean delivery, else on the day agreed.
[[nodiscard]] std::vector<double> prepaid_shares(const Vehicle& vehicle, const Offtake& offtake,
                                                 const Market& market, const Book& book,
                                                 const TimeGrid& grid, bool by_schedule);

// By how many whole months a lease moves whose lot comes on the day `service`: 0 where the path
// does not decide that day.
[[nodiscard]] int months_moved(const Vehicle& vehicle, const VehicleLease& lease,
                               const VehicleLot& lot, Date service, const TimeGrid& grid);
// A lot's part of a lease: rent due in the month, with the operating cost that the lessee pays.
struct LeaseMonth {
  double hours = 0, revenue = 0;
};
[[nodiscard]] LeaseMonth lease_month(const Vehicle& vehicle, const VehicleLease& lease,
                                     const VehicleLot& lot, const Hardware& hardware, Date service,
                                     const TimeGrid& grid, int k);

// A fee's stated amount, money of the month.
[[nodiscard]] double fee_amount(const VehicleFee& fee, int k);

}  // namespace lien::pricing
