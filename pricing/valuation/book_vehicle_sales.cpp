#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/market_rows.hpp"

// What vehicles sell: at a drawn lag, at prices that the book's own sales press, and the vehicles
// that such prices end.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

namespace {

// A covenant on one path, as the kernel keeps it: kActive, kPasses, kSince.
struct TestState {
  double active, passes, since;
};
TestState after_test(const CovenantPlan& covenant, TestState s, bool breach, double month) {
  if (breach) return {1, 0, s.active > 0 ? s.since : month};
  const double passes = s.passes + 1;
  return {passes >= covenant.release_tests ? 0.0 : s.active, passes, s.since};
}
TestState state_at(const double* test, std::size_t p) {
  return {test[p], test[kBlockPaths + p], test[2 * kBlockPaths + p]};
}

}  // namespace

void BookStages::draw_vehicle_lags() noexcept {
  for (std::size_t v = 0; v < plan_->vehicles.size(); ++v) {
    const VehiclePlan& vehicle = plan_->vehicles[v];
    draw_lags(vehicle.lag_law, vehicle.lag_key, vehicle.lag,
              vehicle_lags_.data() + v * kBlockPaths);
  }
}

// Drawn lag: what a default in month k brings at the path's own sale, less the holding cost until
// then, and discount factors from there; into the rows of prepared sales.
void BookStages::prepare_vehicle_sale(PathBlock& block, std::size_t index) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const std::size_t* const lags = vehicle_lags_.data() + index * kBlockPaths;
  const double* const sale = vehicle_sale_.get() + index * (layout_->steps + 1) * kBlockPaths;
  double* const gathered = sale_work_.get();
  for (int k = 1; k <= vehicle.months; ++k) {
    const auto step = static_cast<std::size_t>(k);
    double* const out = proceeds_.get() + step * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      out[p] = sale[(step + lags[p]) * kBlockPaths + p] -
               vehicle.holding_cost * static_cast<double>(lags[p]);
      gathered[p] = block.row(series(discount_), k + static_cast<int>(lags[p]))[p];
    }
    quotient_row(gathered, block.row(series(discount_), k), sale_ratio_.get() + step * kBlockPaths,
                 kBlockPaths);
  }
  for (std::size_t t = 0; t < vehicle.tranches.size(); ++t) {
    const auto& factor = plan_->contracts[vehicle.tranches[t].contract].lag_factor;
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      vehicle_factor_.get()[t * kBlockPaths + p] = factor[lags[p]];
  }
}

// The units that a default in this month brings to market, in the month of the sale.
void BookStages::count_vehicle_sale(PathBlock& block, std::size_t index, std::size_t path,
                                    std::size_t month, bool drawn) noexcept {
  const std::size_t sale = month + vehicle_lags_[index * kBlockPaths + path];
  for (const VehicleLotPlan& lot : plan_->vehicles[index].lots) {
    const double bought = lot.delivery == kNone || lot.bought == 0
                              ? lot.bought
                              : delivery_row(lot.delivery + kPaidFor)[path];
    const double first = bought + (drawn ? 0 : 1);  // month whose defaults sell it
    if (lot.depth == kNone || (bought > 0 && static_cast<double>(month) < first)) continue;
    if (lot.lease != kNone && static_cast<double>(sale) >= lease_row(index, lot, kLeaves)[path])
      continue;
    const auto& left = plan_->lots[lot.lot].remaining;
    block.row(series(price_ + lot.depth), static_cast<int>(sale))[path] +=
        lot.units * (left.empty() ? 1.0 : left[sale]);
  }
}

// Runs every vehicle that sells into a finite market once, without tests at pressed prices: its
// defaults are then known, but for those that such a test makes first.
void BookStages::count_vehicles(PathBlock& block) noexcept {
  const Plan& plan = *plan_;
  const std::size_t rows = layout_->steps + 1;
  const auto presses = [](const VehiclePlan& vehicle) { return vehicle.presses; };
  if (std::none_of(plan.vehicles.begin(), plan.vehicles.end(), presses)) return;
  for (std::size_t lot = 0; lot < plan.lots.size(); ++lot) {
    const auto of_lot = [lot](const VehicleLotPlan& own) { return own.lot == lot; };
    const auto on_lot = [lot](const HedgePlan& hedge) {
      return hedge.first_level != kNone && hedge.instrument.lot == lot;
    };
    if (std::none_of(plan.vehicles.begin(), plan.vehicles.end(), [&](const VehiclePlan& v) {
          return v.presses && (std::any_of(v.lots.begin(), v.lots.end(), of_lot) ||
                               std::any_of(v.hedges.begin(), v.hedges.end(), on_lot));
        }))
      continue;
    fill_lot(block, lot);
    lose_units(block, lot);
    add_vehicle_worth(block, lot);
    keep_hedge_levels(block, lot);
  }
  set_vehicle_bases(block);
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const VehiclePlan& vehicle = plan.vehicles[v];
    if (!vehicle.presses) continue;
    VehicleArguments a = vehicle_arguments(block, v);
    a.ended = vehicle_ended_.get() + v * kBlockPaths;
    if (vehicle.pressed != kNone)
      a.owed = vehicle_owed_.get() + vehicle.pressed * rows * kBlockPaths;
    run_vehicle(a);
    if (vehicle.pressed != kNone) continue;
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      if (a.ended[p] < kNever)
        count_vehicle_sale(block, v, p, static_cast<std::size_t>(a.ended[p]), false);
  }
  run_pressed_tests(block);
}

// docs/model.md, "Liquidation": month by month, since a sale presses its own month only. Who has
// defaulted before month k and who does so in it without a look at prices have sold; from there the
// smallest set of further defaults at the prices that they leave themselves. A default only adds to
// what is sold and a pass adds one at least, so there are at most as many as vehicles, and one.
void BookStages::run_pressed_tests(PathBlock& block) noexcept {
  const Plan& plan = *plan_;
  if (falls_.size() == 0) return;
  std::fill_n(pressed_tests_.get(), pressed_tests_.size(), 0.0);
  const auto each_alive = [&](int k, auto&& visit) {
    double* tests = pressed_tests_.get();
    for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
      const VehiclePlan& vehicle = plan.vehicles[v];
      if (vehicle.pressed == kNone) continue;
      if (k <= vehicle.months) visit(v, tests);
      for (const CovenantPlan& covenant : vehicle.covenants)
        tests += covenant.pressed ? 3 * kBlockPaths : 0;
    }
  };
  for (int k = 1; k <= plan.months; ++k) {
    each_alive(k, [&](std::size_t v, double*) {
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        if (vehicle_ended_.get()[v * kBlockPaths + p] == k)
          count_vehicle_sale(block, v, p, static_cast<std::size_t>(k), false);
    });
    for (bool sold = true; sold;) {
      sold = false;
      fill_falls(block, k);
      each_alive(k, [&](std::size_t v, const double* tests) {
        sold = end_at_price(block, v, k, tests) || sold;
      });
    }
    each_alive(k, [&](std::size_t v, double* tests) { keep_tests(v, k, tests); });
  }
}

void BookStages::fill_falls(PathBlock& block, int k) noexcept {
  for (std::size_t d = 0; d < plan_->depths.size(); ++d) {
    double* const fall = falls_.get() + d * kBlockPaths;
    exponential_row(1.0, -plan_->depths[d].impact, block.row(series(price_ + d), k), fall,
                    kBlockPaths);
    for (std::size_t p = 0; p < kBlockPaths; ++p) fall[p] = 1 - fall[p];
  }
}

// Fills the worth of month k at the prices that falls_ leaves; ends and sells who is then in breach
// too long. True where such a sale is of month k itself.
bool BookStages::end_at_price(PathBlock& block, std::size_t index, int k,
                              const double* tests) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const std::size_t rows = layout_->steps + 1, step = static_cast<std::size_t>(k);
  const std::size_t at = (vehicle.pressed * rows + step) * kBlockPaths;
  double* const worth = vehicle_pressed_.get() + at;
  std::copy_n(vehicle_tested_.get() + (index * rows + step) * kBlockPaths, kBlockPaths, worth);
  for (const VehicleLotPlan& lot : vehicle.lots) {
    if (lot.pressed == kNone) continue;
    const double* const whole = pressed_lots_.get() + (lot.pressed * rows + step) * kBlockPaths;
    const double* const fall = falls_.get() + lot.depth * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) worth[p] -= whole[p] * fall[p];
  }
  const double* const owed = vehicle_owed_.get() + at;
  double* const ended = vehicle_ended_.get() + index * kBlockPaths;
  bool sold = false;
  for (const CovenantPlan& covenant : vehicle.covenants) {
    if (!covenant.pressed) continue;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      if (ended[p] <= k || !(owed[p] > 0)) continue;
      TestState state = state_at(tests, p);
      if (covenant.tested[step] != 0)
        state = after_test(covenant, state, owed[p] > covenant.limit * worth[p], k);
      if (!(state.active > 0) || k - state.since < covenant.cure_months) continue;
      ended[p] = k;
      count_vehicle_sale(block, index, p, step, true);
      sold = sold || vehicle_lags_[index * kBlockPaths + p] == 0;
    }
    tests += 3 * kBlockPaths;
  }
  return sold;
}

// The tests of month k at the prices that it ended with.
void BookStages::keep_tests(std::size_t index, int k, double* tests) noexcept {
  const VehiclePlan& vehicle = plan_->vehicles[index];
  const std::size_t step = static_cast<std::size_t>(k);
  const std::size_t at = (vehicle.pressed * (layout_->steps + 1) + step) * kBlockPaths;
  const double *const owed = vehicle_owed_.get() + at, *const worth = vehicle_pressed_.get() + at;
  for (const CovenantPlan& covenant : vehicle.covenants) {
    if (!covenant.pressed) continue;
    for (std::size_t p = 0; p < kBlockPaths && covenant.tested[step] != 0; ++p) {
      const TestState state =
          after_test(covenant, state_at(tests, p), owed[p] > covenant.limit * worth[p], k);
      tests[p] = state.active;
      tests[kBlockPaths + p] = state.passes;
      tests[2 * kBlockPaths + p] = state.since;
    }
    tests += 3 * kBlockPaths;
  }
}

}  // namespace lien::pricing
