#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"

// Vehicles on a block: the worth of their lots, gathered while each lot's row is filled, then the
// vehicles themselves one after the other.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::kLanes;
using engine::PathBlock;

void BookStages::clear_vehicles() noexcept {
  std::fill_n(vehicle_sale_.get(), vehicle_sale_.size(), 0.0);
  std::fill_n(vehicle_tested_.get(), vehicle_tested_.size(), 0.0);
}

void BookStages::add_vehicle_lots(PathBlock& block, std::size_t lot) noexcept {
  const Plan& plan = *plan_;
  const std::size_t rows = layout_->steps + 1;
  const std::size_t value_row = plan.lots[lot].remaining.empty() ? value_ : left_value_;
  double* const mark_row = work_.get();
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const VehiclePlan& vehicle = plan.vehicles[v];
    bool holds = false;
    for (const VehicleLotPlan& own : vehicle.lots) {
      if (own.lot != lot) continue;
      holds = true;
      for (int k = 0; k <= vehicle.months + vehicle.lag; ++k) {
        const std::size_t at = (v * rows + static_cast<std::size_t>(k)) * kBlockPaths;
        const double* const value = block.row(series(value_row), k);
        // What a later draw pays for is not there to be sold after a default up to that month.
        if (own.bought == 0 || k > own.bought + vehicle.lag)
          add_scaled_row(own.sale_units, value, vehicle_sale_.get() + at, kBlockPaths);
        if (k < own.bought) continue;
        double* const tested = vehicle_tested_.get() + at;
        if (own.mark == kNone) {
          add_scaled_row(own.mark_units, value, tested, kBlockPaths);
        } else {
          fill_mark_row(block, plan.marks[own.mark], k, mark_row);
          add_scaled_row(own.mark_units, mark_row, tested, kBlockPaths);
        }
      }
    }
    if (holds) add_vehicle_step_ins(vehicle, lot, vehicle_sale_.get() + v * rows * kBlockPaths);
  }
}

// What the living customers of a lot add to a sale of its units.
void BookStages::add_vehicle_step_ins(const VehiclePlan& vehicle, std::size_t lot,
                                      double* sale) noexcept {
  const HardwarePlan& hardware = plan_->hardware[plan_->lots[lot].hardware];
  const auto& left = plan_->lots[lot].remaining;
  double* const added = work_.get();
  for (const OfftakePlan& offtake : vehicle.offtakes) {
    if (offtake.lot != lot || offtake.step_in == kNone) continue;
    const StepInPlan& terms = plan_->step_ins[offtake.step_in];
    const int first = offtake.bought == 0 ? 1 : offtake.bought + vehicle.lag + 1;
    const auto last = static_cast<std::size_t>(vehicle.months + vehicle.lag);
    for (auto k = static_cast<std::size_t>(first); k <= last; ++k) {
      const std::size_t node = plan_->node_first[k], nodes = plan_->node_first[k + 1] - node;
      const double* const weights = terms.weights.data() + node;
      // A cost that follows power is a row; a customer that pays the cost leaves none.
      const double* cost = nullptr;
      double worth = offtake.step_in_rate * terms.revenue[k];
      if (!offtake.net && hardware.cost_row == kNone) worth -= terms.cost[k];
      if (!offtake.net && hardware.cost_row != kNone) {
        combine_strip_row(weights, nodes, power_factors(hardware, static_cast<int>(k)),
                          hardware.operating_cost[k], 0.0, power_cost_.get(), kBlockPaths);
        cost = power_cost_.get();
      }
      if (worth <= 0) continue;
      const double units = offtake.step_in_units * (left.empty() ? 1.0 : left[k]);
      step_in_row({weights, nodes, calls_of(hardware) + node * kBlockPaths,
                   hardware.operating_cost[k], worth, units, static_cast<double>(k),
                   default_months_.get() + offtake.customer * kBlockPaths, cost},
                  added, kBlockPaths);
      add_scaled_row(1.0, added, sale + k * kBlockPaths, kBlockPaths);
    }
  }
}

void BookStages::run_vehicles(PathBlock& block, double* sums) noexcept {
  const Plan& plan = *plan_;
  const std::size_t rows = layout_->steps + 1;
  for (std::size_t g = 0; g < plan.hardware.size(); ++g) {
    spot_bases_[g] = block.row(series(spot_ + g), 0);
    utilization_bases_[g] = block.row(series(utilization_ + g), 0);
    const std::uint32_t cost = plan.hardware[g].cost_row;
    cost_bases_[g] = cost == kNone ? nullptr : block.row(series(cost_ + cost), 0);
  }
  for (std::size_t s = 0; s < plan.segments.size(); ++s)
    spot_bases_[plan.hardware.size() + s] = block.row(series(segment_ + s), 0);
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const VehiclePlan& vehicle = plan.vehicles[v];
    VehicleArguments a{};
    a.vehicle = &vehicle;
    a.contracts = plan.contracts.data();
    a.terms = plan.terms.data();
    a.survival = block.row(series(vehicle.party == kNone ? ones_ : survival_ + vehicle.party), 0);
    a.discount = block.row(series(discount_), 0);
    a.discount_ratio = block.row(series(ratio_ + vehicle.lag_row), 0);
    a.sale = vehicle_sale_.get() + v * rows * kBlockPaths;
    a.tested = vehicle_tested_.get() + v * rows * kBlockPaths;
    a.gross = block.row(series(plan.rates.tenors.empty() ? ones_ : gross_), 0);
    a.spot = spot_bases_.data();
    a.utilization = utilization_bases_.data();
    a.cost = cost_bases_.data();
    a.default_months = default_months_.get();
    a.parties = plan.parties.size();
    a.steps = layout_->steps;
    a.prices = !plan.real_world;
    a.snapshots = plan.snapshots.data();
    a.snapshot_count = plan.snapshots.size();
    a.samples = tranche_samples_.get();
    a.month_sums = tranche_months_.get();
    a.vehicle_samples = vehicle_rows_.get();
    a.guaranteed = vehicle_rows_.get() + kVehicleSamples * kBlockPaths;
    a.living = vehicle_bits_.data();
    a.breaches = vehicle_bits_.data() + rows;
    a.work = vehicle_work_.get();
    run_vehicle(a);
    add_vehicle(v, sums);
  }
}

void BookStages::add_vehicle(std::size_t index, double* sums) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const std::size_t rows = layout_->steps + 1;
  const std::size_t samples = layout_->samples * kBlockPaths;
  const std::size_t months = rows * kMonthRows * kLanes;
  for (std::size_t t = 0; t < vehicle.tranches.size(); ++t) {
    std::copy_n(tranche_samples_.get() + t * samples, samples, samples_.get());
    std::copy_n(tranche_months_.get() + t * months, months, month_sums_.get());
    add_contract(vehicle.tranches[t].contract, sums);
    add_contract_months(vehicle.tranches[t].contract, sums);
  }
  for (std::size_t s = 0; s < kVehicleSamples; ++s)
    add_pair(layout_->vehicle(index, static_cast<VehicleSample>(s)),
             vehicle_rows_.get() + s * kBlockPaths, sums);
  for (std::size_t g = 0; g < vehicle.guarantees.size(); ++g)
    add_pair(layout_->guarantee(index, g),
             vehicle_rows_.get() + (kVehicleSamples + g) * kBlockPaths, sums);
  const std::size_t group = vehicle.party == kNone ? layout_->no_party() : vehicle.party;
  for (std::size_t c = 0; c < vehicle.covenants.size(); ++c) {
    const CovenantPlan& covenant = vehicle.covenants[c];
    count_test({vehicle_bits_.data() + (c + 1) * rows, vehicle_bits_.data(), covenant.tested.data(),
                vehicle.months, static_cast<std::uint32_t>(group), covenant.slot});
  }
}

}  // namespace lien::pricing
