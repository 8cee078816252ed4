#include <algorithm>

#include "pricing/valuation/book_stages.hpp"

// What becomes of a vehicle's lots under leases. The lessee's default, its option and the sale of
// returned units do not depend on the vehicle, so they are known before it is run.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

void BookStages::decide_lease(PathBlock& block, std::size_t index,
                              const VehicleLotPlan& own) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const LeasedLotPlan& lease = vehicle.leases[own.lease];
  const std::size_t* const lags = vehicle_lags_.data() + index * kBlockPaths;
  double* const leaves = leased_.get() + (lease.first_row + kLeaves) * kBlockPaths;
  double *const paid_in = leaves + kBlockPaths * (kPaidIn - kLeaves), *const paid =
                                                                          leaves +
                                                                          kBlockPaths *
                                                                              (kPaid - kLeaves);
  std::fill_n(leaves, kBlockPaths, kNever);
  std::fill_n(paid_in, kBlockPaths, kNever);
  std::fill_n(paid, kBlockPaths, 0.0);
  const double* const dies = default_months_.get() + lease.lessee * kBlockPaths;
  const double* const fails =
      lease.guarantor == kNone ? dies : default_months_.get() + lease.guarantor * kBlockPaths;
  const auto value = [&](int k, std::size_t p) {
    return block.row(series(value_of_lot(own.lot)), k)[p];
  };
  const auto end = static_cast<double>(lease.end);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (dies[p] <= end) {
      // Returned units are sold as a lender would sell them, or stay.
      const double sold = dies[p] + static_cast<double>(lags[p]);
      if (lease.relets || sold > vehicle.months) continue;
      leaves[p] = paid_in[p] = sold;
      paid[p] =
          std::max(0.0, own.sale_units * value(static_cast<int>(sold), p) - lease.return_cost -
                            lease.holding_cost * static_cast<double>(lags[p]));
      continue;
    }
    if (lease.end > vehicle.months) continue;
    const double worth = own.units * value(lease.end, p);
    const double floor = fails[p] > end ? lease.guaranteed : 0.0;
    if (lease.option == EndOption::fair_market_value) {
      paid[p] = worth;
    } else if (lease.option == EndOption::one_dollar ||
               (lease.option == EndOption::fixed_price && worth > lease.price)) {
      paid[p] = lease.price;
    } else if (lease.relets) {
      // The units stay; the guarantor pays what they are worth less than its floor.
      paid[p] = std::max(0.0, floor - worth);
      paid_in[p] = end;
      continue;
    } else {
      paid[p] = std::max({0.0, worth - lease.return_cost, floor});
    }
    leaves[p] = paid_in[p] = end;
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
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (k < leaves[p]) continue;
    row[p] = 0;
    if (k - static_cast<int>(lags[p]) < leaves[p]) brings[p] += paid[p];
  }
}

}  // namespace lien::pricing
