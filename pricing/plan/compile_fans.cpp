#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/noises.hpp"
#include "pricing/valuation/contract_kernel.hpp"

namespace lien::pricing {
namespace {

constexpr double kStdevs = 8;  // a fan's bins reach this far on both sides

void add_bins(FanPlan& fan, double low, double high) {
  const double width = std::max(high - low, 1e-9);
  fan.low.push_back(low - (high - low < 1e-9 ? 0.5e-9 : 0.0));
  fan.inverse_width.push_back(kFanBins / width);
}

FanPlan rental_fan(const CompileInput& input, const Plan& plan, std::uint32_t g) {
  FanPlan fan;
  fan.of = FanPlan::Of::rental_rate;
  fan.index = g;
  fan.scale = input.market->hardware[g].rental_rate;
  const auto spread =
      log_rent_spread(*input.market, input.market->hardware[g], input.basis,
                      input.settings->valuation_date, plan.steps, plan.steps_per_year);
  for (std::size_t k = 0; k < spread.mean.size(); ++k) {
    // A scenario's path and its forced launches move the middle; the bins follow the path.
    const double shift =
        plan.hardware[g].log_rent[k] - plan.hardware[g].log_rent[0] +
        input.market->hardware[g].wear * static_cast<double>(k) / plan.steps_per_year;
    double forced = 0;
    for (const auto& line : plan.hardware[g].lines)
      for (const auto& launch : plan.factors.lines[line.line].forced)
        if (launch.step <= static_cast<int>(k)) forced += line.loading * launch.drop;
    if (static_cast<int>(k) >= plan.hardware[g].rent_fixed_from) {
      add_bins(fan, plan.hardware[g].log_rent[k], plan.hardware[g].log_rent[k]);
      continue;
    }
    const double reach = kStdevs * spread.stdev[k];
    add_bins(fan, spread.mean[k] + shift - std::max(forced, 0.0) - reach,
             spread.mean[k] + shift - std::min(forced, 0.0) + reach);
  }
  return fan;
}

FanPlan resale_fan(const Plan& plan, std::uint32_t g, std::uint32_t lot) {
  FanPlan fan;
  fan.of = FanPlan::Of::resale_value;
  fan.index = g;
  fan.lot = lot;
  fan.scale = std::max(plan.lots[lot].value_today, 1e-6);
  const double today = std::max(plan.lots[lot].value_today, 1e-6);
  const double scrap = plan.hardware[g].law == ValueLaw::income ? plan.hardware[g].scrap : 0.0;
  for (int k = 0; k <= plan.steps; ++k)
    add_bins(fan, engine::log(scrap > 0 ? 0.999 * scrap : 1e-5 * today), engine::log(50 * today));
  return fan;
}

FanPlan short_rate_fan(const CompileInput& input, const Plan& plan) {
  const engine::FactorLaw law = factor_law_of(*input.market);
  const Curve& curve = input.market->rates.zero_curve;
  const double a = law.rate_mean_reversion, volatility = law.rate_volatility;
  FanPlan fan;
  fan.of = FanPlan::Of::short_rate;
  fan.logarithmic = false;
  for (int k = 0; k <= plan.steps; ++k) {
    // r = x + phi, phi = f(0,t) + volatility^2 B(t)^2 / 2; f = z + t z', z' to the right of a knot.
    const double t = plan.years(k), dt = 1.0 / 4096;
    const double slope = (zero_rate(curve, t + dt) - zero_rate(curve, t)) / dt;
    const double b = engine::exponential_integral_factor(a, t);
    fan.shift.push_back(zero_rate(curve, t) + t * slope + volatility * volatility * b * b / 2);
    const double stdev = volatility * std::sqrt(engine::exponential_integral_factor(2 * a, t));
    add_bins(fan, fan.shift.back() - kStdevs * stdev, fan.shift.back() + kStdevs * stdev);
  }
  return fan;
}

FanPlan power_fan(const CompileInput& input, const Plan& plan) {
  FanPlan fan;
  fan.of = FanPlan::Of::power;
  fan.scale = plan.power.level;
  const double middle = engine::log(plan.power.level);
  const engine::NoiseLaw law = noise_law(input.market->power->noise);
  for (int k = 0; k <= plan.steps; ++k) {
    if (k >= plan.power.fixed_from) {
      const double level = engine::log(plan.power.fixed_level[static_cast<std::size_t>(k)]);
      add_bins(fan, level, level);
      continue;
    }
    const double reach = kStdevs * std::sqrt(engine::noise_variance(law, plan.years(k)));
    const double factor =
        plan.power.path.empty() ? 1.0 : plan.power.path[static_cast<std::size_t>(k)];
    const double moved = factor == 1 ? middle : middle + engine::log(std::max(factor, 1e-9));
    add_bins(fan, moved - reach, moved + reach);
  }
  return fan;
}

FanPlan constant_bins(FanPlan::Of of, std::uint32_t index, bool logarithmic, double low,
                      double high, int steps) {
  FanPlan fan;
  fan.of = of;
  fan.index = index;
  fan.logarithmic = logarithmic;
  for (int k = 0; k <= steps; ++k) add_bins(fan, low, high);
  return fan;
}

FanPlan utilization_fan(const HardwarePlan& hardware, std::uint32_t g, int steps) {
  const bool fixed = !hardware.utilization_fixed.empty();
  if (hardware.utilization_factor.empty() && !fixed)
    return constant_bins(FanPlan::Of::utilization, g, false, hardware.utilization_min,
                         hardware.utilization_max, steps);
  FanPlan fan;
  fan.of = FanPlan::Of::utilization;
  fan.index = g;
  fan.logarithmic = false;
  for (int k = 0; k <= steps; ++k) {
    const auto at = static_cast<std::size_t>(k);
    if (k >= hardware.utilization_fixed_from)
      add_bins(fan, hardware.utilization_fixed[at], hardware.utilization_fixed[at]);
    else if (const double factor = fixed ? 1.0 : hardware.utilization_factor[at]; true)
      add_bins(fan, factor * hardware.utilization_min, factor * hardware.utilization_max);
  }
  return fan;
}

// Of what is lent out in a month, 0 to all that is to be drawn: a bin a value, so that what is
// drawn in full or not at all is told to the last digit.
FanPlan draw_fan(std::uint32_t vehicle, double most, int steps) {
  FanPlan fan;
  fan.of = FanPlan::Of::draw;
  fan.index = vehicle;
  fan.logarithmic = false;
  fan.scale = most;
  const double width = most / (kFanBins - 1);
  fan.low.assign(static_cast<std::size_t>(steps) + 1, -width / 2);
  fan.inverse_width.assign(static_cast<std::size_t>(steps) + 1, 1 / width);
  return fan;
}

// One of each vehicle with draws to come, and behind them the book's where there are several.
void add_draw_fans(Plan& plan) {
  std::uint32_t slots = 0;
  double all = 0;
  for (std::uint32_t v = 0; v < plan.vehicles.size(); ++v) {
    double most = 0;
    for (const TranchePlan& tranche : plan.vehicles[v].tranches)
      if (tranche.draws)
        most +=
            plan.contracts[tranche.contract].held * plan.contracts[tranche.contract].most_to_draw;
    if (!(most > 0)) continue;
    plan.vehicles[v].draws = slots++;
    plan.fans.push_back(draw_fan(v, most, plan.steps));
    all += most;
  }
  if (slots > 0) plan.fans.push_back(draw_fan(kNone, all, plan.steps));
}

}  // namespace

void compile_fans(const CompileInput& input, Plan& plan) {
  using Of = FanPlan::Of;
  for (std::uint32_t g = 0; g < plan.hardware.size(); ++g) {
    const HardwarePlan& hardware = plan.hardware[g];
    if (hardware.earns) plan.fans.push_back(rental_fan(input, plan, g));
    if (hardware.observed_value)
      for (std::uint32_t lot = 0; lot < plan.lots.size(); ++lot)
        if (plan.lots[lot].hardware == g && plan.lots[lot].age_months == 0)
          plan.fans.push_back(resale_fan(plan, g, lot));
    if (hardware.utilization_moves) plan.fans.push_back(utilization_fan(hardware, g, plan.steps));
  }
  if (plan.rates.random) plan.fans.push_back(short_rate_fan(input, plan));
  if (plan.power.on) plan.fans.push_back(power_fan(input, plan));
  add_draw_fans(plan);
  for (std::uint32_t l = 0; l < plan.factors.lines.size(); ++l) {
    // One bin a launch.
    plan.fans.push_back(
        constant_bins(Of::launch_count, l, false, -0.5, kFanBins - 0.5, plan.steps));
  }
  if (plan.book_balance[0] > 0)
    plan.fans.push_back(constant_bins(Of::loan_to_value, kNone, true, engine::log(1e-3),
                                      engine::log(1.001 * kLargestLoanToValue), plan.steps));
}

}  // namespace lien::pricing
