#include <algorithm>
#include <utility>

#include "pricing/plan/lease_schedule.hpp"
#include "pricing/plan/vehicle_cash.hpp"
#include "pricing/plan/vehicle_work.hpp"

// A vehicle's leases: rents by month, and what becomes of the lots.
namespace lien::pricing {
namespace {

// Rents of the whole lease by month; what was due up to the valuation date has been paid.
std::vector<double> rents_by_month(const VehicleLease& lease, const TimeGrid& grid) {
  std::vector<double> months(static_cast<std::size_t>(grid.months()) + 2, 0.0);
  const int last = grid.month_of(lease.end);
  for (const Rent& rent : rents_from_start(lease_of(lease, 1))) {
    const int k = std::min(grid.month_of(grid.booked(rent.date, lease.start)), last);
    months[static_cast<std::size_t>(k)] += lease.rent * rent.step;
  }
  return months;
}

// The part of month k that is past where the lease begins, and where it ends.
struct LeaseDays {
  double from = 0, to = 1;
};
LeaseDays days_of(const VehicleLease& lease, const TimeGrid& grid, int k) {
  return {1 - grid.share_of_month(k, lease.start, grid.date(k)),
          grid.share_of_month(k, Date{}, lease.end)};
}

// The lot's part of a lease that its delivery moves.
LeaseTermPlan term_of_path(VehicleWork& work, const VehicleLease& lease, const VehicleLot& lot,
                           const VehicleLotPlan& own) {
  LeaseTermPlan out;
  out.delivery = own.delivery;
  out.first_row = static_cast<std::uint32_t>(work.plan.delivery_rows);
  work.plan.delivery_rows += 1 + 2 * (static_cast<std::size_t>(work.out.months) + 1);
  out.start = 12 * work.grid.time_of(lease.start);
  out.rent = out.from = out.to = out.hours = out.cost = work.column();
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  const std::vector<double> rents = rents_by_month(lease, work.grid);
  const double share = share_of(work.terms, lease, lot);
  for (int k = 1; k <= work.out.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const LeaseDays days = days_of(lease, work.grid, k);
    out.rent[at] = share * rents[at];
    out.from[at] = days.from;
    out.to[at] = days.to;
    out.hours[at] = lot_hours(lot, hardware, Date{}, work.grid, k);
    if (lease.net) out.cost[at] = hourly_cost(lot, hardware, k);
  }
  return out;
}

// A deposit, or options of its lessee.
bool has_choice_rows(const VehicleLease& lease) { return lease.deposit > 0 || lease.has_options(); }

LeasedLotPlan what_becomes(VehicleWork& work, const VehicleLease& lease, const VehicleLot& lot,
                           double share) {
  LeasedLotPlan out;
  out.first_row = static_cast<std::uint32_t>(work.plan.lease_rows);
  work.plan.lease_rows += has_choice_rows(lease) ? kChoiceRows : kLeaseRows;
  out.lessee = work.party(lease.lessee);
  out.guarantor = work.party(lease.residual_guarantor);
  out.end = work.grid.month_of(lease.end);
  out.option = lease.end_option;
  out.relets = lease.relets;
  out.price = share * (lease.end_option == EndOption::one_dollar ? 1.0 : lease.option_price);
  out.guaranteed = share * lease.guaranteed_residual;
  out.return_cost = lot.units * lease.return_cost;
  if (const auto& terms = work.input.market->liquidation)
    out.holding_cost = lot.units * terms->holding_cost;
  return out;
}

}  // namespace

Lease lease_of(const VehicleLease& lease, double share) {
  Lease out;
  out.id = lease.id;
  out.lessee = lease.lessee;
  out.start = lease.start;
  out.end = lease.end;
  out.frequency = lease.frequency;
  out.rent = share * lease.rent;
  out.timing = lease.timing;
  out.rent_growth = lease.rent_growth;
  out.net = lease.net;
  out.guaranteed_residual = share * lease.guaranteed_residual;
  out.residual_guarantor = lease.residual_guarantor;
  out.end_option = lease.end_option;
  out.option_price = share * lease.option_price;
  out.deposit = share * lease.deposit;
  out.extension_months = lease.extension_months;
  if (lease.extension_rent) out.extension_rent = share * *lease.extension_rent;
  out.buyout_start = lease.buyout_start;
  out.buyout_price = lease.buyout_price;
  for (double& price : out.buyout_price.values) price *= share;
  out.termination_start = lease.termination_start;
  out.termination_fee = share * lease.termination_fee;
  out.return_cost = lease.return_cost;
  return out;
}

double share_of(const Vehicle& vehicle, const VehicleLease& lease, const VehicleLot& lot) {
  double units = 0;
  for (const VehicleLot& other : vehicle.lots)
    if (names_part(lease.lots, other.id)) units += other.units;
  return lot.units / units;
}

int months_moved(const Vehicle& vehicle, const VehicleLease& lease, const VehicleLot& lot,
                 Date service, const TimeGrid& grid) {
  const std::vector<bool> by_path = delivered_by_path(vehicle);
  for (std::size_t l = 0; l < by_path.size(); ++l)
    if (by_path[l] && vehicle.lots[l].id == lot.id)
      return std::max(0, grid.month_of(service) - grid.month_of(lease.start));
  return 0;
}

LeaseMonth lease_month(const Vehicle& vehicle, const VehicleLease& lease, const VehicleLot& lot,
                       const Hardware& hardware, Date service, const TimeGrid& grid, int k) {
  LeaseMonth out;
  const int moved = months_moved(vehicle, lease, lot, service, grid), of = k - moved;
  if (of < 1) return out;
  double share = grid.share_of_month(k, std::max(service, lease.start), lease.end);
  if (moved > 0) {
    const LeaseDays days = days_of(lease, grid, of);
    const double before = 1 - grid.share_of_month(k, service, grid.date(k));
    share = std::max(0.0, days.to - std::max(days.from, before));
  }
  out.hours = lot_hours(lot, hardware, Date{}, grid, k) * share;
  out.revenue =
      share_of(vehicle, lease, lot) * rents_by_month(lease, grid)[static_cast<std::size_t>(of)];
  if (lease.net) out.revenue += out.hours * hourly_cost(lot, hardware, k);
  return out;
}

void add_leases(VehicleWork& work, const VehicleLot& lot, Date service, VehicleLotPlan& own) {
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  for (const VehicleLease& lease : work.terms.leases) {
    if (!names_part(lease.lots, lot.id)) continue;
    OfftakePlan plan;
    plan.rent = own.rent;
    plan.customer = work.party(lease.lessee);
    plan.lot = own.lot;
    plan.place = static_cast<std::uint32_t>(work.out.lots.size());
    plan.net = lease.net;
    plan.bought = own.bought;
    // Units that are to be sold stand still until then.
    plan.relet_months = lease.relets ? lease.relet_months : kNever;
    plan.revenue = plan.lost_hours = work.column();
    const bool by_path = own.delivery != kNone;
    const Date expected = scheduled_service(work.terms, lot, *work.input.book);
    if (by_path) plan.expected_revenue = plan.expected_hours = work.column();
    for (int k = 1; k <= work.out.months; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const LeaseMonth month = lease_month(work.terms, lease, lot, hardware, service, work.grid, k);
      plan.lost_hours[at] = month.hours;
      plan.revenue[at] = month.revenue;
      own.free_hours[at] -= month.hours;
      if (!by_path) continue;
      const LeaseMonth later =
          lease_month(work.terms, lease, lot, hardware, expected, work.grid, k);
      plan.expected_revenue[at] = later.revenue;
      plan.expected_hours[at] = later.hours;
      own.expected_free_hours[at] -= later.hours;
    }
    plan.agreed = plan.revenue;
    own.lease = static_cast<std::uint32_t>(work.out.leases.size());
    work.out.leases.push_back(what_becomes(work, lease, lot, share_of(work.terms, lease, lot)));
    if (by_path) {
      work.out.lease_terms.push_back(term_of_path(work, lease, lot, own));
      work.out.leases.back().moved_row = work.out.lease_terms.back().first_row;
      plan.term = work.out.lease_terms.back().first_row + 1;
    }
    work.out.offtakes.push_back(std::move(plan));
    if (has_choice_rows(lease)) add_choices(work, lease, lot, service, own);
  }
}

}  // namespace lien::pricing
