#include <algorithm>

#include "engine/kernels/random_rows.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/stage_sizes.hpp"

// Vehicles on a block: the worth of their lots, gathered while each lot's row is filled, then the
// vehicles themselves one after the other.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::kLanes;
using engine::PathBlock;

namespace {

// What a later draw pays for is not there to be sold in month k after a default up to that draw.
void drop_unbought(int bought, const std::size_t* lags, int k, double* row) {
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    if (k <= bought + static_cast<int>(lags[p])) row[p] = 0;
}

// What a default in the month of the draw, after it, brings by a sale in month k; before
// drop_unbought.
void keep_bought(int bought, const std::size_t* lags, int k, double units, double keep,
                 const double* value, double* row) {
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    if (k == bought + static_cast<int>(lags[p]))
      row[p] += units * value[p] - keep * static_cast<double>(lags[p]);
}

// The keep of a lot that a draw has paid for, from the default to its sale in month k.
void charge_keep(const VehicleLotPlan& lot, const std::size_t* lags, int k, double* row) {
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    if (k > lot.bought + static_cast<int>(lags[p]))
      row[p] -= lot.holding_cost * static_cast<double>(lags[p]);
}

}  // namespace

void BookStages::clear_vehicles() noexcept {
  std::fill_n(vehicle_sale_.get(), vehicle_sale_.size(), 0.0);
  std::fill_n(vehicle_after_draw_.get(), vehicle_after_draw_.size(), 0.0);
  std::fill_n(vehicle_drawn_.get(), vehicle_drawn_.size(), 0.0);
  std::fill_n(vehicle_tested_.get(), vehicle_tested_.size(), 0.0);
  std::fill_n(covenant_worth_.get(), covenant_worth_.size(), 0.0);
}

// What tests take the units of a lot for.
void BookStages::add_vehicle_worth(PathBlock& block, std::size_t lot) noexcept {
  const Plan& plan = *plan_;
  const std::size_t rows = layout_->steps + 1;
  double* const mark_row = work_.get();
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const VehiclePlan& vehicle = plan.vehicles[v];
    for (std::size_t i = 0; i < vehicle.lots.size(); ++i) {
      const VehicleLotPlan& own = vehicle.lots[i];
      if (own.lot != lot) continue;
      if (own.lease != kNone) decide_lease(block, v, own);
      const bool by_path = own.delivery != kNone && own.bought > 0;
      if (own.pressed != kNone)
        std::fill_n(pressed_lots_.get() + own.pressed * rows * kBlockPaths, rows * kBlockPaths,
                    0.0);
      for (int k = 0; k <= vehicle.months + vehicle.lag; ++k) {
        const auto step = static_cast<std::size_t>(k);
        if (k < own.bought && !by_path) continue;
        const auto taken_for = [&](std::uint32_t mark) -> const double* {
          const double* worth = mark_row;
          if (mark == kNone)
            worth = block.row(series(value_of_lot(lot)), k);
          else
            fill_mark_row(block, plan.marks[mark], k, mark_row);
          if (own.lease == kNone && !by_path) return worth;
          if (worth != mark_row) std::copy_n(worth, kBlockPaths, mark_row);
          if (own.lease != kNone) drop_parted(v, own, k, mark_row);
          if (by_path) drop_undelivered(own, k, mark_row);
          return mark_row;
        };
        for (const CovenantMarkPlan& mark : vehicle.covenant_marks)
          add_scaled_row(mark.lots[i].units, taken_for(mark.lots[i].mark),
                         covenant_worth_.get() + (mark.row * rows + step) * kBlockPaths,
                         kBlockPaths);
        const double* const worth = taken_for(own.mark);
        add_scaled_row(own.mark_units, worth,
                       vehicle_tested_.get() + (v * rows + step) * kBlockPaths, kBlockPaths);
        if (own.pressed != kNone)
          affine_row(0.0, own.mark_units, worth,
                     pressed_lots_.get() + (own.pressed * rows + step) * kBlockPaths, kBlockPaths);
      }
    }
  }
}

// What a sale of the units of a lot brings, at the prices that own sales leave.
void BookStages::add_vehicle_lots(PathBlock& block, std::size_t lot) noexcept {
  const Plan& plan = *plan_;
  const std::size_t rows = layout_->steps + 1;
  double* const changed = work_.get();
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const VehiclePlan& vehicle = plan.vehicles[v];
    const std::size_t* const lags = vehicle_lags_.data() + v * kBlockPaths;
    double* const sale = vehicle_sale_.get() + v * rows * kBlockPaths;
    bool holds = false;
    for (const VehicleLotPlan& own : vehicle.lots) {
      if (own.lot != lot) continue;
      holds = true;
      for (int k = 0; k <= vehicle.months + vehicle.lag; ++k) {
        const double* value = block.row(series(value_of_lot(lot)), k);
        if (own.depth != kNone || own.bought > 0 || own.lease != kNone) {
          std::copy_n(value, kBlockPaths, changed);
          value = changed;
        }
        if (own.depth != kNone)
          multiply_row(block.row(series(price_ + own.depth), k), changed, kBlockPaths);
        const bool by_path = own.bought > 0 && own.delivery != kNone;
        if (by_path)
          sell_delivered(v, own.delivery, k, {own.sale_units, own.holding_cost}, changed);
        if (own.bought > 0 && own.bought <= vehicle.months && !by_path)
          keep_bought(own.bought, lags, k, own.sale_units, own.holding_cost, changed,
                      after_draw(v, own.bought));
        if (own.bought > 0 && !by_path) drop_unbought(own.bought, lags, k, changed);
        double* const brings = sale + static_cast<std::size_t>(k) * kBlockPaths;
        if (own.lease != kNone) sell_parted(v, own, k, changed, brings);
        add_scaled_row(own.sale_units, value, brings, kBlockPaths);
        if (own.holding_cost > 0 && by_path) charge_delivered(own, v, k, brings);
        if (own.holding_cost > 0 && !by_path) charge_keep(own, lags, k, brings);
      }
    }
    if (holds) add_vehicle_step_ins(v, lot, sale);
  }
}

// What the living customers of a lot add to a sale of its units.
void BookStages::add_vehicle_step_ins(std::size_t index, std::size_t lot, double* sale) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const std::size_t* const lags = vehicle_lags_.data() + index * kBlockPaths;
  const HardwarePlan& hardware = plan_->hardware[plan_->lots[lot].hardware];
  const auto& left = plan_->lots[lot].remaining;
  double* const added = work_.get();
  for (const OfftakePlan& offtake : vehicle.offtakes) {
    if (offtake.lot != lot || offtake.step_in == kNone) continue;
    const StepInPlan& terms = plan_->step_ins[offtake.step_in];
    const auto last = static_cast<std::size_t>(vehicle.months + vehicle.lag);
    const bool by_path = offtake.bought > 0 && offtake.delivery != kNone;
    const int first = by_path ? 1 : std::max(1, offtake.bought);
    for (auto k = static_cast<std::size_t>(first); k <= last; ++k) {
      // A customer that pays the cost leaves none.
      const double units = offtake.step_in_units * (left.empty() ? 1.0 : left[k]);
      fill_step_in_month(
          {terms, hardware, offtake.step_in_rate, units, standing(offtake), !offtake.net}, k,
          added);
      if (by_path) sell_delivered(index, offtake.delivery, static_cast<int>(k), {1.0, 0.0}, added);
      if (offtake.bought > 0 && offtake.bought <= vehicle.months && !by_path)
        keep_bought(offtake.bought, lags, static_cast<int>(k), 1.0, 0.0, added,
                    after_draw(index, offtake.bought));
      if (offtake.bought > 0 && !by_path)
        drop_unbought(offtake.bought, lags, static_cast<int>(k), added);
      add_scaled_row(1.0, added, sale + k * kBlockPaths, kBlockPaths);
    }
  }
}

void BookStages::set_vehicle_bases(PathBlock& block) noexcept {
  const Plan& plan = *plan_;
  for (std::size_t g = 0; g < plan.hardware.size(); ++g) {
    spot_bases_[g] = block.row(series(spot_ + g), 0);
    utilization_bases_[g] = block.row(series(utilization_ + g), 0);
    const std::uint32_t cost = plan.hardware[g].cost_row;
    cost_bases_[g] = cost == kNone ? nullptr : block.row(series(cost_ + cost), 0);
  }
  for (std::size_t s = 0; s < plan.segments.size(); ++s)
    spot_bases_[plan.hardware.size() + s] = block.row(series(segment_ + s), 0);
}

// All of a vehicle's arguments but what its sale brings and what it is tested against.
VehicleArguments BookStages::vehicle_arguments(PathBlock& block, std::size_t index) noexcept {
  const Plan& plan = *plan_;
  const VehiclePlan& vehicle = plan.vehicles[index];
  const std::size_t rows = layout_->steps + 1;
  VehicleArguments a{};
  a.vehicle = &vehicle;
  a.contracts = plan.contracts.data();
  a.terms = plan.terms.data();
  a.survival = block.row(series(vehicle.party == kNone ? ones_ : survival_ + vehicle.party), 0);
  a.discount = block.row(series(discount_), 0);
  a.discount_ratio = block.row(series(ratio_ + vehicle.lag_row), 0);
  a.sale = vehicle_sale_.get() + index * rows * kBlockPaths;
  if (vehicle_after_draw_.size() > 0) a.after_draw = after_draw(index, 0);
  a.tested = vehicle_tested_.get() + index * rows * kBlockPaths;
  a.covenant_worth = covenant_worth_.get();
  if (vehicle.may_prepay) {
    fill_market_rates(block, vehicle);
    a.market_rates = market_rates_.get();
  }
  a.gross = block.row(series(plan.rates.tenors.empty() ? ones_ : gross_), 0);
  a.spot = spot_bases_.data();
  a.utilization = utilization_bases_.data();
  a.cost = cost_bases_.data();
  a.default_months = default_months_.get();
  a.parties = plan.parties.size();
  a.customers = customers_.get();
  a.leased = leased_.get();
  a.deliveries = deliveries_.get();
  a.lags = vehicle.lag_law == kNone ? nullptr : vehicle_lags_.data() + index * kBlockPaths;
  a.sale_factor = vehicle_factor_.get();
  a.steps = layout_->steps;
  a.prices = !plan.real_world;
  a.snapshots = plan.snapshots.data();
  a.snapshot_count = plan.snapshots.size();
  a.samples = tranche_samples_.get();
  a.month_sums = tranche_months_.get();
  a.vehicle_samples = vehicle_rows_.get();
  a.coverage = coverage_.get();
  a.open = market_open_.get();
  a.guaranteed = vehicle_rows_.get() + kVehicleSamples * kBlockPaths;
  a.hedged = a.guaranteed + vehicle.guarantees.size() * kBlockPaths;
  fill_hedges(block, vehicle);
  a.hedges = vehicle_hedges_.get();
  a.balloons = a.hedged + vehicle.hedges.size() * kBlockPaths;
  a.defaulted = a.balloons + stage_sizes::balloon_tranches(vehicle) * kBalloonSamples * kBlockPaths;
  a.living = vehicle_bits_.data();
  a.breaches = vehicle_bits_.data() + rows;
  a.work = vehicle_work_.get();
  return a;
}

void BookStages::run_vehicles(PathBlock& block, double* sums) noexcept {
  const Plan& plan = *plan_;
  set_vehicle_bases(block);
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const VehiclePlan& vehicle = plan.vehicles[v];
    VehicleArguments a = vehicle_arguments(block, v);
    if (vehicle.lag_law == kNone) {
      a.sale += static_cast<std::size_t>(vehicle.lag) * kBlockPaths;
    } else {
      prepare_vehicle_sale(block, v);
      a.sale = proceeds_.get();
      a.discount_ratio = sale_ratio_.get();
    }
    if (vehicle.pressed != kNone)
      a.pressed = vehicle_pressed_.get() + vehicle.pressed * (layout_->steps + 1) * kBlockPaths;
    if (vehicle.draws != kNone) a.drawn = drawn(vehicle.draws, 0);
    run_vehicle(a);
    add_vehicle(v, sums);
  }
}

// Draws the month's market once for all balloons of the book: who is shut out is so together.
void BookStages::open_market() noexcept {
  const RefinancingPlan& plan = plan_->refinancing;
  double *const uniform = work_.get(), *const unused = uniform + kBlockPaths;
  for (std::size_t i = 0; i < plan.months.size(); ++i) {
    engine::uniform_and_normal_row(plan.key, paths_, static_cast<std::uint32_t>(plan.months[i]),
                                   uniform, unused, kBlockPaths);
    double* const open = market_open_.get() + i * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) open[p] = uniform[p] < plan.open[i] ? 1.0 : 0.0;
  }
}

// What became of a vehicle's balloons, and its defaults while it owed the book something.
void BookStages::add_balloons(std::size_t index, double* sums) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const double* row =
      vehicle_rows_.get() +
      (kVehicleSamples + vehicle.guarantees.size() + vehicle.hedges.size()) * kBlockPaths;
  for (std::size_t t = 0; t < vehicle.tranches.size(); ++t)
    for (std::size_t s = 0; s < kBalloonSamples; ++s, row += kBlockPaths)
      add_pair(layout_->balloon(index, vehicle, t, static_cast<BalloonSample>(s)), row, sums);
  for (std::size_t s = 0; s < plan_->snapshots.size(); ++s, row += kBlockPaths)
    add_pair(layout_->vehicle_default(index, vehicle, s), row, sums);
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
  add_vehicle_debt(index, sums);
  if (layout_->contract_months) add_coverage(index, sums);
  for (std::size_t s = 0; s < kVehicleSamples; ++s)
    add_pair(layout_->vehicle(index, static_cast<VehicleSample>(s)),
             vehicle_rows_.get() + s * kBlockPaths, sums);
  for (std::size_t g = 0; g < vehicle.guarantees.size(); ++g)
    add_pair(layout_->guarantee(index, g),
             vehicle_rows_.get() + (kVehicleSamples + g) * kBlockPaths, sums);
  for (std::size_t h = 0; h < vehicle.hedges.size(); ++h)
    add_pair(layout_->hedge(index, h),
             vehicle_rows_.get() + (kVehicleSamples + vehicle.guarantees.size() + h) * kBlockPaths,
             sums);
  if (!vehicle.balloons.empty()) add_balloons(index, sums);
  add_lot_choices(index, sums);
  const std::size_t group = vehicle.party == kNone ? layout_->no_party() : vehicle.party;
  for (std::size_t c = 0; c < vehicle.covenants.size(); ++c) {
    const CovenantPlan& covenant = vehicle.covenants[c];
    count_test({vehicle_bits_.data() + (c + 1) * rows, vehicle_bits_.data(), nullptr,
                test_months_.of(covenant.slot), static_cast<std::size_t>(vehicle.months)},
               static_cast<std::uint32_t>(group), covenant.slot);
  }
}

}  // namespace lien::pricing
