#include <algorithm>
#include <utility>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/lease_rows.hpp"

// What becomes of a vehicle's lots under leases. The lessee's default, its options and the sale of
// returned units do not depend on the vehicle, so they are known before it is run.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

namespace {

// What becomes of a lot whose lease runs out, or is ended by its lessee.
struct LotEnd {
  double paid = 0;
  bool leaves = false;
};

LotEnd at_the_end(const LeasedLotPlan& lease, double worth, double floor) noexcept {
  if (lease.option == EndOption::fair_market_value) return {worth, true};
  if (lease.option == EndOption::one_dollar ||
      (lease.option == EndOption::fixed_price && worth > lease.price))
    return {lease.price, true};
  // The units stay; the guarantor pays what they are worth less than its floor.
  if (lease.relets) return {std::max(0.0, floor - worth), false};
  return {std::max({0.0, worth - lease.return_cost, floor}), true};
}

LotEnd by_choice(const LeasedLotPlan& lease, const LeaseEndPlan& end, int month, LeaseEnding how,
                 double worth) noexcept {
  if (how == LeaseEnding::bought) return {end.buyout_price[static_cast<std::size_t>(month)], true};
  if (lease.relets) return {end.termination_fee, false};
  return {std::max(0.0, worth - lease.return_cost) + end.termination_fee, true};
}

}  // namespace

void BookStages::decide_lease(PathBlock& block, std::size_t index,
                              const VehicleLotPlan& own) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const LeasedLotPlan& lease = vehicle.leases[own.lease];
  const LeaseEndPlan* const chosen =
      lease.lease_end == kNone ? nullptr : &plan_->lease_ends[lease.lease_end];
  if (chosen != nullptr) decide_lease_end(block, *chosen);
  const std::size_t* const lags = vehicle_lags_.data() + index * kBlockPaths;
  double* const leaves = leased_.get() + (lease.first_row + kLeaves) * kBlockPaths;
  double* const paid_in = leaves + kBlockPaths * (kPaidIn - kLeaves);
  double* const paid = leaves + kBlockPaths * (kPaid - kLeaves);
  std::fill_n(leaves, kBlockPaths, kNever);
  std::fill_n(paid_in, kBlockPaths, kNever);
  std::fill_n(paid, kBlockPaths, 0.0);
  const double* const dies = default_months_.get() + lease.lessee * kBlockPaths;
  const double* const fails =
      lease.guarantor == kNone ? dies : default_months_.get() + lease.guarantor * kBlockPaths;
  const auto value = [&](int k, std::size_t p) {
    return block.row(series(value_of_lot(own.lot)), k)[p];
  };
  const double* const moved = lease.moved_row == kNone ? nullptr : delivery_row(lease.moved_row);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (moved != nullptr && !(moved[p] < kNever)) continue;  // the lot never joins
    const double agreed =
        chosen == nullptr ? static_cast<double>(lease.end) : lease_work(kLeaseMonth)[p];
    const double end = moved == nullptr ? agreed : agreed + moved[p];
    if (dies[p] <= end) {
      // Returned units are sold as a lender would sell them, or stay.
      const double since = moved == nullptr ? dies[p] : std::max(dies[p], joins(own, p));
      const double sold = since + static_cast<double>(lags[p]);
      if (lease.relets || sold > vehicle.months) continue;
      leaves[p] = paid_in[p] = sold;
      paid[p] =
          std::max(0.0, own.sale_units * value(static_cast<int>(sold), p) - lease.return_cost -
                            lease.holding_cost * static_cast<double>(lags[p]));
      continue;
    }
    if (end > vehicle.months) continue;
    const int month = static_cast<int>(end);
    const double worth = own.units * value(month, p);
    const double floor = fails[p] > end ? lease.guaranteed : 0.0;
    const auto how = chosen == nullptr
                         ? LeaseEnding::ended
                         : static_cast<LeaseEnding>(static_cast<int>(lease_work(kLeaseEnding)[p]));
    const LotEnd found = how == LeaseEnding::ended ? at_the_end(lease, worth, floor)
                                                   : by_choice(lease, *chosen, month, how, worth);
    paid[p] = found.paid;
    paid_in[p] = end;
    if (found.leaves) leaves[p] = end;
  }
  if (lease.has_choice_rows()) set_choices(vehicle, lease);
}

// The rows of a deposit and of what the lessee has chosen, which is in the rows of lease_work.
void BookStages::set_choices(const VehiclePlan& vehicle, const LeasedLotPlan& lease) noexcept {
  const LeaseEndPlan* const chosen =
      lease.lease_end == kNone ? nullptr : &plan_->lease_ends[lease.lease_end];
  const auto row = [&](LeaseRow which) {
    return leased_.get() + (lease.first_row + which) * kBlockPaths;
  };
  const double* const dies = default_months_.get() + lease.lessee * kBlockPaths;
  double *const ends = row(kEnds), *const how = row(kHow), *const gained = row(kGained);
  double *const covered_in = row(kCoveredIn), *const covered = row(kCovered);
  const double* const moved = lease.moved_row == kNone ? nullptr : delivery_row(lease.moved_row);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double later = moved == nullptr ? 0.0 : moved[p];
    const double end =
        later + (chosen == nullptr ? static_cast<double>(lease.end) : lease_work(kLeaseMonth)[p]);
    const bool lost = dies[p] <= end;
    ends[p] = end;
    // Nobody chooses after a default: the term that was running is lost to its end.
    if (lost && chosen != nullptr) ends[p] = dies[p] <= chosen->end ? chosen->end : chosen->last;
    how[p] = lost || chosen == nullptr ? kNever : lease_work(kLeaseEnding)[p];
    gained[p] = chosen == nullptr ? 0.0 : lease_work(kLessee)[p];
    const bool pays =
        lost && !lease.covered.empty() && dies[p] <= vehicle.months && dies[p] > later;
    covered_in[p] = pays ? dies[p] : kNever;
    covered[p] = pays ? lease.covered[static_cast<std::size_t>(dies[p] - later)] : 0.0;
  }
}

// How often living lessees use which option, and what they gain by them.
void BookStages::add_lot_choices(std::size_t vehicle, double* sums) noexcept {
  double* const sample = work_.get();
  for (const VehicleLotPlan& own : plan_->vehicles[vehicle].lots) {
    if (own.lease == kNone) continue;
    const LeasedLotPlan& lease = plan_->vehicles[vehicle].leases[own.lease];
    if (lease.lease_end == kNone) continue;
    const double* const ends = lease_row(vehicle, own, kEnds);
    const double* const how = lease_row(vehicle, own, kHow);
    const double agreed = plan_->lease_ends[lease.lease_end].end;
    const auto add = [&](LeaseEndSample which, const double* row) {
      add_pair(layout_->lease_end(lease.lease_end, which), row, sums);
    };
    if (!plan_->real_world) add(kLesseeValue, lease_row(vehicle, own, kGained));
    for (std::size_t p = 0; p < kBlockPaths; ++p) sample[p] = ends[p] > agreed ? 1.0 : 0.0;
    add(kExtended, sample);
    for (const auto& [which, ending] : {std::pair{kBoughtOut, LeaseEnding::bought},
                                        std::pair{kTerminated, LeaseEnding::terminated}}) {
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        sample[p] = how[p] == static_cast<double>(ending) ? 1.0 : 0.0;
      add(which, sample);
    }
  }
}

// A test at t_k counts no unit that is gone by then.
void BookStages::drop_parted(std::size_t vehicle, const VehicleLotPlan& own, int k,
                             double* row) const noexcept {
  const double* const leaves = lease_row(vehicle, own, kLeaves);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    if (k >= leaves[p]) row[p] = 0;
}

// A sale in month k brings what is paid for units that have gone since the default; after a default
// that came later it brings nothing: the vehicle has had the money.
void BookStages::sell_parted(std::size_t vehicle, const VehicleLotPlan& own, int k, double* row,
                             double* brings) const noexcept {
  const double* const leaves = lease_row(vehicle, own, kLeaves);
  const double* const paid = lease_row(vehicle, own, kPaid);
  const std::size_t* const lags = vehicle_lags_.data() + vehicle * kBlockPaths;
  // A default up to the draw that would have paid for the lot leaves none of it.
  const double* const paid_for =
      own.delivery == kNone || own.bought == 0 ? nullptr : delivery_row(own.delivery + kPaidFor);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (k < leaves[p]) continue;
    row[p] = 0;
    const int of = k - static_cast<int>(lags[p]);
    if (paid_for != nullptr && of <= paid_for[p]) continue;
    if (of < leaves[p]) brings[p] += paid[p];
  }
}

}  // namespace lien::pricing
