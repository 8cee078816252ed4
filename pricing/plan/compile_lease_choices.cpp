#include <algorithm>
#include <stdexcept>
#include <utility>

#include "pricing/plan/compile_lease_end.hpp"
#include "pricing/plan/lease_schedule.hpp"
#include "pricing/plan/vehicle_cash.hpp"
#include "pricing/plan/vehicle_work.hpp"

// Deposits and options of lessees inside a vehicle: each lot's part of a lease is that of a tape,
// whose plan of the end decides here too.
namespace lien::pricing {
namespace {

// What the deposit pays of the claim of a default in each month: that of a lease of a tape.
std::vector<double> covered_by_deposit(const VehicleWork& work, const Lease& lease,
                                       const LeaseTerm& term) {
  std::vector<double> covered = work.column();
  const int first = std::max(work.grid.month_of(lease.start), 0) + 1;
  for (int k = first; k <= std::min(term.months, work.out.months); ++k) {
    const auto at = static_cast<std::size_t>(k);
    covered[at] = std::min(lease.deposit, term.opening[at]);
  }
  return covered;
}

// The months of the vehicle are 1 and later: what was to be decided today is past.
void skip_today(LeaseEndPlan& end) {
  if (end.end == 0)
    throw std::domain_error("ends on the valuation date: its lessee has nothing left to choose");
  end.buys[0] = end.terminates[0] = end.open[0] = 0;
}

// Rents in advance of a part of the term that an early end saves: not in the month of its own end.
std::vector<double> saved_of(const VehicleWork& work, const Lease& lease,
                             const std::vector<double>& rent, int end) {
  std::vector<double> saved = work.column();
  for (int k = 1; k < end && k <= work.out.months; ++k)
    if (lease.timing == RentTiming::advance)
      saved[static_cast<std::size_t>(k)] = rent[static_cast<std::size_t>(k)];
  return saved;
}

// The months after the agreed end, which the lessee may take or leave to the market.
void add_extension(VehicleWork& work, const Lease& lease, const LeaseTerm& term,
                   const std::vector<double>& rent, const VehicleLot& lot, OfftakePlan plan,
                   VehicleLotPlan& own) {
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  plan.revenue = plan.lost_hours = work.column();
  for (int k = 1; k <= std::min(work.out.months, term.months); ++k) {
    const auto at = static_cast<std::size_t>(k);
    plan.lost_hours[at] = lot_hours(lot, hardware, Date{}, work.grid, k) *
                          work.grid.share_of_month(k, lease.end, term.end);
    plan.revenue[at] = rent[at];
    if (lease.net) plan.revenue[at] += plan.lost_hours[at] * hourly_cost(lot, hardware, k);
    own.free_hours[at] -= plan.lost_hours[at];
  }
  plan.agreed = plan.revenue;
  plan.decided = term.agreed;
  plan.saved = saved_of(work, lease, rent, term.months);
  work.out.offtakes.push_back(std::move(plan));
}

void add_options(VehicleWork& work, const Lease& lease, const LeaseSchedule& schedule,
                 const LeaseTerm& term, const VehicleLot& lot, double share, VehicleLotPlan& own) {
  Plan& plan = work.plan;
  const std::vector<double> ones(term.rent.size(), 1.0);
  LeaseEndPlan end = lease_end_of(
      work.input, lease, term, work.grid, plan,
      {own.lot, residual_rule(lease.end_option), false, lot.operating_cost, schedule.rent, ones});
  skip_today(end);
  if (lease.end_option == EndOption::one_dollar) end.option_price = share;
  int& last = plan.lots[own.lot].last_month;
  last = std::max(last, end.last);
  work.out.leases.back().lease_end = static_cast<std::uint32_t>(plan.lease_ends.size());
  plan.lease_ends.push_back(std::move(end));
  OfftakePlan& agreed = work.out.offtakes.back();
  agreed.chosen = true;
  std::vector<double> rent = schedule.rent;
  rent.resize(term.rent.size());
  agreed.saved = saved_of(work, lease, rent, term.agreed);
  if (term.months == term.agreed) return;
  std::vector<double> longer = term.rent;
  for (std::size_t k = 0; k < rent.size(); ++k) longer[k] -= rent[k];
  add_extension(work, lease, term, longer, lot, agreed, own);
}

}  // namespace

void add_choices(VehicleWork& work, const VehicleLease& terms, const VehicleLot& lot, Date service,
                 VehicleLotPlan& own) {
  // A delivery that the path decides moves a lease; options of the lessee are refused then.
  if (own.delivery == kNone ? service > std::max(terms.start, work.grid.date(0))
                            : terms.has_options())
    return refuse_part(work, {"lease", terms.id}, {"start", "id"},
                       "has a deposit or options of its lessee, and lot " + lot.id +
                           " may enter service after its start",
                       "start it when its lots are there, without slip_months, or remove them");
  const double share = share_of(work.terms, terms, lot);
  Lease lease = lease_of(terms, share);
  lease.hardware = lot.hardware;
  lease.units = lot.units;
  lease.purchase_price = lot.purchase_price;
  lease.segment = lot.segment;
  try {
    const Rates& rates = work.input.market->rates;
    const LeaseSchedule schedule = schedule_lease(lease, rates, work.grid);
    const LeaseTerm term = term_of(lease, schedule, rates, work.grid);
    if (lease.deposit > 0) work.out.leases.back().covered = covered_by_deposit(work, lease, term);
    if (lease.has_options()) add_options(work, lease, schedule, term, lot, share, own);
  } catch (const std::domain_error& error) {
    refuse_part(work, {"lease", terms.id},
                {"extension_months", "buyout_start", "termination_start", "deposit", "id"},
                error.what(), "remove the options, or change the terms");
  }
}

}  // namespace lien::pricing
