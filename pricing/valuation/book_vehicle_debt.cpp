#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/row_sums.hpp"

// What a vehicle's debt is worth and loses as a whole, and how its cash covers it.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::kLanes;

void BookStages::add_vehicle_debt(std::size_t index, double* sums) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  double* const whole = work_.get();
  const auto add = [&](std::size_t sample, std::size_t pair) {
    std::fill_n(whole, kBlockPaths, 0.0);
    for (std::size_t t = 0; t < vehicle.tranches.size(); ++t)
      add_scaled_row(plan_->contracts[vehicle.tranches[t].contract].held,
                     tranche_samples_.get() + (t * layout_->samples + sample) * kBlockPaths, whole,
                     kBlockPaths);
    add_pair(layout_->vehicle_debt(index, pair), whole, sums);
  };
  add(kPresentValue, kDebtValue);
  for (std::size_t s = 0; s < layout_->snapshots; ++s)
    add(kFixedSamples + s * kSnapshotSamples + kLoss, kVehicleDebt + s);
}

void BookStages::add_coverage(std::size_t index, double* sums) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  for (int k = 1; k <= vehicle.months; ++k) {
    const auto month = static_cast<std::size_t>(k);
    if (vehicle.covered[month] == 0) continue;
    const double* const lanes = coverage_.get() + month * kCoverageSums * kLanes;
    const std::size_t pairs[2] = {layout_->coverage(index, month, kPairCash),
                                  layout_->coverage(index, month, kPairService)};
    const double cash = fold_lanes(lanes + kCoverageCash * kLanes);
    const double service = fold_lanes(lanes + kCoverageService * kLanes);
    add_block_sample(pairs[0], cash, sums);
    add_block_sample(pairs[1], service, sums);
    sums[2 * layout_->coverage(index, month, kPairProduct)] +=
        (cash - reference(pairs[0])) * (service - reference(pairs[1]));
  }
}

}  // namespace lien::pricing
