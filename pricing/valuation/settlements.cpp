#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"

// Instruments that pay more than once, or that somebody may fail to pay.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

// What a settlement is on, by path. before: a row to work in.
void BookStages::fill_settled(PathBlock& block, const InstrumentPlan& instrument,
                              const SettlementPlan& settlement, double* before,
                              double* level) noexcept {
  if (settlement.of_tranche) {
    if (settlement.slope == 0)
      std::fill_n(level, kBlockPaths, settlement.shift);
    else
      affine_row(settlement.shift, settlement.slope,
                 block.row(series(gross_ + settlement.tenor), settlement.observed), level,
                 kBlockPaths);
    return;
  }
  fill_underlying(block, instrument, settlement.observed, level);
  if (!instrument.averaged) return;
  fill_underlying(block, instrument, settlement.month - 1, before);
  for (std::size_t p = 0; p < kBlockPaths; ++p) level[p] = 0.5 * (before[p] + level[p]);
}

// A unit's value on the days on which vehicles' hedges settle on it, while the lot's row is there.
void BookStages::keep_hedge_levels(PathBlock& block, std::size_t lot) noexcept {
  for (const VehiclePlan& vehicle : plan_->vehicles)
    for (const HedgePlan& hedge : vehicle.hedges) {
      if (hedge.first_level == kNone || hedge.instrument.lot != lot) continue;
      double* kept = hedge_levels_.get() + hedge.first_level * kBlockPaths;
      for (const SettlementPlan& settlement : hedge.instrument.settlements) {
        fill_underlying(block, hedge.instrument, settlement.observed, kept);
        kept += kBlockPaths;
      }
    }
}

// The margin of a future: what its price has gained in each month, the first on the strike.
void BookStages::fill_margin(PathBlock& block, const HedgePlan& hedge, double* cash) noexcept {
  const InstrumentPlan& instrument = hedge.instrument;
  double *const level = work_.get(), *const before = level + kBlockPaths;
  double *const last = before + kBlockPaths, *const part = last + kBlockPaths;
  std::fill_n(last, kBlockPaths, instrument.strike);
  for (const SettlementPlan& settlement : instrument.settlements) {
    const auto k = static_cast<std::size_t>(settlement.month);
    if (settlement.month == instrument.month) {
      fill_settled(block, instrument, settlement, before, level);
    } else {
      std::fill_n(level, kBlockPaths, 0.0);
      for (std::size_t i = 0; i < hedge.prices_a_month; ++i) {
        fill_underlying(block, hedge.prices[k * hedge.prices_a_month + i], settlement.month, part);
        add_scaled_row(1.0 / static_cast<double>(hedge.prices_a_month), part, level, kBlockPaths);
      }
    }
    double* const row = cash + k * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      row[p] += instrument.quantity * (level[p] - last[p]);
      last[p] = level[p];
    }
  }
}

// What a vehicle's hedges bring it, month by month and undiscounted; below 0 what they cost. Who
// owes is sampled, as a customer is: the vehicle's cash is not linear in it.
void BookStages::fill_hedges(PathBlock& block, const VehiclePlan& vehicle) noexcept {
  const std::size_t rows = layout_->steps + 1;
  double *const level = work_.get(), *const before = level + kBlockPaths;
  std::fill_n(vehicle_hedges_.get(), vehicle.hedges.size() * rows * kBlockPaths, 0.0);
  for (std::size_t h = 0; h < vehicle.hedges.size(); ++h) {
    const InstrumentPlan& instrument = vehicle.hedges[h].instrument;
    if (instrument.margined) {
      fill_margin(block, vehicle.hedges[h], vehicle_hedges_.get() + h * rows * kBlockPaths);
      continue;
    }
    const bool linear = instrument.kind == PayoffKind::forward;
    const double sign = instrument.kind == PayoffKind::put ? -1.0 : 1.0;
    const std::size_t party =
        instrument.counterparty == kNone ? plan_->parties.size() : instrument.counterparty;
    const double* const defaults = default_months_.get() + party * kBlockPaths;
    const double* kept = vehicle.hedges[h].first_level == kNone
                             ? nullptr
                             : hedge_levels_.get() + vehicle.hedges[h].first_level * kBlockPaths;
    for (const SettlementPlan& settlement : instrument.settlements) {
      if (kept == nullptr) {
        fill_settled(block, instrument, settlement, before, level);
      } else {
        std::copy_n(kept, kBlockPaths, level);
        kept += kBlockPaths;
      }
      double* const cash = vehicle_hedges_.get() +
                           (h * rows + static_cast<std::size_t>(settlement.month)) * kBlockPaths;
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const double over = sign * (level[p] - instrument.strike);
        const double due =
            instrument.quantity * settlement.due * (linear ? over : std::max(over, 0.0));
        const bool fails = due > 0 && defaults[p] <= settlement.month;
        cash[p] += fails ? instrument.counterparty_recovery * due : due;
      }
    }
  }
}

void BookStages::run_settlements(PathBlock& block, std::size_t index, double* sums) noexcept {
  const InstrumentPlan& instrument = plan_->instruments[index];
  double *const level = work_.get(), *const payoff = level + kBlockPaths;
  double *const exercised = payoff + kBlockPaths, *const before = exercised + kBlockPaths;
  std::fill_n(payoff, kBlockPaths, 0.0);
  std::fill_n(exercised, kBlockPaths, 0.0);
  const bool linear = instrument.kind == PayoffKind::forward;
  const double sign = instrument.kind == PayoffKind::put ? -1.0 : 1.0;
  for (const SettlementPlan& settlement : instrument.settlements) {
    const int k = settlement.month;
    fill_settled(block, instrument, settlement, before, level);
    const double* const discount = block.row(series(instrument.margined ? ones_ : discount_), k);
    const double* const alive = block.row(
        series(instrument.counterparty == kNone ? ones_ : survival_ + instrument.counterparty), k);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double weight = settlement.weight * discount[p];
      const double over = sign * (level[p] - instrument.strike);
      const double due = instrument.quantity * weight * (linear ? over : std::max(over, 0.0));
      // What it owes us after its default brings its recovery; what we owe is paid in full.
      const double kept = alive[p] + instrument.counterparty_recovery * (1 - alive[p]);
      payoff[p] += due > 0 ? due * kept : due;
      if (instrument.has_annuity)
        exercised[p] += weight;
      else
        exercised[p] = linear || over > 0 ? 1.0 : 0.0;
    }
  }
  add_instrument(index, payoff, exercised, level, sums);
}

void BookStages::run_bond(PathBlock& block, std::size_t index, double* sums) noexcept {
  const InstrumentPlan& instrument = plan_->instruments[index];
  const BondPlan& bond = *instrument.bond;
  double *const level = work_.get(), *const payoff = level + kBlockPaths;
  double *const annuity = payoff + kBlockPaths, *const recovered = annuity + kBlockPaths;
  std::fill_n(annuity, kBlockPaths, 0.0);
  std::fill_n(recovered, kBlockPaths, 0.0);
  const double dt = plan_->factors.dt_years;
  for (int k = 1; k <= instrument.month; ++k) {
    const auto step = static_cast<std::size_t>(k);
    const double *const discount = block.row(series(discount_), k), *const before = block.row(
                                                                        series(discount_), k - 1);
    const double *const alive = block.row(series(survival_ + bond.party), k),
                        *const was = block.row(series(survival_ + bond.party), k - 1);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double now = discount[p] * alive[p];
      if (bond.continuous && alive[p] > 0) {
        // Discount and survival are exponential inside the month: the mean of their product is a
        // logarithmic one.
        const double a = bond.liquidity[step - 1] * before[p] * was[p];
        const double b = bond.liquidity[step] * now, fall = engine::log(a / b);
        const double held = dt * (fall == 0 ? a : b * engine::expm1(fall) / fall);
        annuity[p] += held;
        recovered[p] += held * engine::log(was[p] / alive[p]) / dt;
        continue;
      }
      annuity[p] += bond.accrual[step] * now;
      recovered[p] += bond.liquidity[step] * discount[p] * (was[p] - alive[p]);
    }
  }
  const double* const discount = block.row(series(discount_), instrument.month);
  const double* const alive = block.row(series(survival_ + bond.party), instrument.month);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double par = instrument.timing * discount[p] * alive[p];
    payoff[p] =
        instrument.quantity * (bond.coupon * annuity[p] + par + bond.recovery * recovered[p]);
    level[p] = alive[p];
  }
  add_instrument(index, payoff, annuity, level, sums);
}

}  // namespace lien::pricing
