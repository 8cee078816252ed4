#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/noises.hpp"
#include "pricing/plan/utilization.hpp"

namespace lien::pricing {
namespace {

// ln(1 + shift) of a scenario's rental path at month k: linear between its months, last held.
double path_shift(const Hardware& hardware, double k) {
  const MonthPath& path = hardware.rental_rate_path;
  if (path.empty() || k < path.front().first) return 0;
  return engine::log1p(path_value(path, k, 0));
}

// What a scenario fixes on every path at step k, `month` months from today.
void fix_levels(const Hardware& hardware, double month, int k, HardwarePlan& out) {
  if (begun(hardware.rental_rate_levels, month)) {
    out.log_rent.back() = engine::log(path_value(hardware.rental_rate_levels, month, 0));
    out.rent_fixed_from = std::min(out.rent_fixed_from, k);
  }
  if (hardware.utilization_levels.empty()) return;
  out.utilization_fixed.push_back(path_value(hardware.utilization_levels, month, 0));
  if (begun(hardware.utilization_levels, month))
    out.utilization_fixed_from = std::min(out.utilization_fixed_from, k);
}

// Standard deviation of beta chi + eta in the long run; a part without mean reversion has no long
// run and counts as 0.
double logit_stdev(const Market& market, const Utilization& u, bool follows_scarcity) {
  double stdev = 0;
  if (follows_scarcity && market.scarcity->mean_reversion > 0)
    stdev = std::abs(u.scarcity_loading) * market.scarcity->volatility /
            std::sqrt(2 * market.scarcity->mean_reversion);
  if (u.noise.volatility == 0 || u.noise.mean_reversion == 0) return stdev;
  return std::sqrt(stdev * stdev +
                   u.noise.volatility * u.noise.volatility / (2 * u.noise.mean_reversion));
}

void set_utilization(const CompileInput& input, const Hardware& hardware, HardwarePlan& out,
                     Plan& plan) {
  if (!hardware.utilization) return;
  const Market& market = *input.market;
  const Utilization& u = *hardware.utilization;
  out.utilization = u.mean;
  const bool follows = u.moves && market.scarcity && u.scarcity_loading != 0;
  out.utilization_noise =
      add_noise(input, u.noise, "utilization/" + hardware.id, hardware.where, plan);
  out.utilization_moves = follows || out.utilization_noise != kNone;
  if (!out.utilization_moves) return;
  std::vector<engine::WeightedPoint> regimes = {{0.0, 1.0}};
  if (const auto law = regime_law_of(market); law && law->decay < 1 && follows) {
    regimes = engine::stationary_regime(*law);
    for (auto& point : regimes) point.value *= u.scarcity_loading;
  }
  out.logit_constant =
      utilization_constant(u.mean, u.min, u.max, logit_stdev(market, u, follows), regimes);
  out.logit_loading = follows ? u.scarcity_loading : 0.0;
  out.utilization_min = u.min;
  out.utilization_max = u.max;
}

void set_resale(const CompileInput& input, const Hardware& hardware, const Plan& plan,
                HardwarePlan& out) {
  if (!hardware.resale) return;
  const Resale& resale = *hardware.resale;
  switch (resale.law) {
    case ResaleLaw::rental_multiple:
      out.law = ValueLaw::rental_multiple;
      out.multiple = resale.multiple;
      out.valued = true;
      out.observed_value = resale.multiple > 0;
      break;
    case ResaleLaw::curve:
      out.law = ValueLaw::curve;
      out.valued = out.observed_value = true;
      out.curve_scale = curve_over_rent(input, hardware, plan.steps);
      break;
    case ResaleLaw::income:
      if (!hardware.utilization || !hardware.operating_cost || !hardware.life_years) break;
      if (resale.end_of_life != EndOfLife::mothball) break;  // valued today only: end_of_life.cpp
      out.law = ValueLaw::income;
      out.scrap = resale.scrap;
      out.valued = out.observed_value = true;
      break;
  }
}

}  // namespace

int life_months(const Hardware& hardware) {
  return hardware.life_years ? static_cast<int>(std::floor(*hardware.life_years * 12 + 0.5)) : 0;
}

int life_left(const Hardware& hardware, int age_today, int k) {
  return std::clamp(life_months(hardware) - std::max(age_today + k, 0), 0, life_months(hardware));
}

double cost_today(const Hardware& hardware) {
  // A unit that costs nothing to run never stops: a cost of one part in a thousand million of the
  // rent keeps the moneyness finite and the value right to 1e-9.
  return std::max(hardware.operating_cost.value_or(0.0),
                  1e-9 * std::max(hardware.rental_rate, 1e-3));
}

double cost_path_factor(const Hardware& hardware, double month) {
  if (begun(hardware.operating_cost_levels, month))
    return std::max(
        path_value(hardware.operating_cost_levels, month, 0) /
            (*hardware.operating_cost * engine::exp(hardware.operating_cost_growth * month / 12.0)),
        1e-9);
  const MonthPath& path = hardware.operating_cost_path;
  // As cost_today(): a cost of nothing would leave nothing to divide by.
  return path.empty() ? 1.0 : std::max(1 + path_value(path, month, 0), 1e-9);
}

double rent_today(const Hardware& hardware) {
  const double rent = hardware.rental_rate > 0 ? hardware.rental_rate : 1.0;
  return rent * (1 + path_value(hardware.rental_rate_path, 0, 0));
}

std::vector<double> curve_over_rent(const CompileInput& input, const Hardware& hardware,
                                    int steps) {
  const int per_year = input.settings->steps_per_year;
  const Date today = input.settings->valuation_date;
  // What a scenario changes of the rent then changes the value, instead of being divided away.
  const std::uint32_t known = hardware_index(*input.baseline, hardware.id);
  const bool same_kind = known != kNone && (input.baseline->hardware[known].rental_rate > 0) ==
                                               (hardware.rental_rate > 0);
  const Market& market = same_kind ? *input.baseline : *input.market;
  const Hardware& over = same_kind ? market.hardware[known] : hardware;
  const auto expected =
      expected_log_rents(market, over, MeasureBasis::real_world, today, steps, per_year);
  const auto shift = forward_shifts(*input.baseline, over, today, steps);
  std::vector<double> scale;
  for (int k = 0; k <= steps; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double forward = shift.empty() ? 0 : shift[at];
    scale.push_back(interpolate(hardware.resale->curve, k / static_cast<double>(per_year)) *
                    engine::exp(-(expected[at] + forward)));
  }
  return scale;
}

std::uint32_t hardware_index(const Market& market, const std::string& id) {
  for (std::size_t i = 0; i < market.hardware.size(); ++i)
    if (market.hardware[i].id == id) return static_cast<std::uint32_t>(i);
  return kNone;
}

std::uint32_t party_index(const Market& market, const std::string& id) {
  for (std::size_t i = 0; i < market.parties.size(); ++i)
    if (market.parties[i].id == id) return static_cast<std::uint32_t>(i);
  return kNone;
}

void compile_hardware(const CompileInput& input, Plan& plan) {
  const Market& market = *input.market;
  int longest = 1;
  for (const auto& hardware : market.hardware)
    if (hardware.life_years)
      longest = std::max(longest, static_cast<int>(std::ceil(*hardware.life_years * 12)));
  const double per_year = plan.steps_per_year;
  for (const auto& hardware : market.hardware) {
    HardwarePlan out;
    out.earns = hardware.rental_rate > 0;
    out.scarcity_loading = hardware.scarcity_loading;
    out.frontier_loading = hardware.frontier_loading;
    const double log_rent = out.earns ? engine::log(hardware.rental_rate) : 0.0;
    const double chi = market.scarcity ? market.scarcity->initial : 0.0;
    const double cost = cost_today(hardware);
    out.forward_shift = forward_shifts(*input.baseline, hardware, input.settings->valuation_date,
                                       plan.steps + longest);
    for (int k = 0; k <= plan.steps; ++k) {
      out.log_rent.push_back(log_rent - hardware.wear * k / per_year +
                             path_shift(hardware, 12.0 * k / per_year) -
                             hardware.scarcity_loading * chi);
      if (!out.forward_shift.empty())
        out.log_rent.back() += out.forward_shift[static_cast<std::size_t>(k)];
      fix_levels(hardware, 12.0 * k / per_year, k, out);
      out.operating_cost.push_back(cost *
                                   engine::exp(hardware.operating_cost_growth * k / per_year) *
                                   cost_path_factor(hardware, 12.0 * k / per_year));
      if (!hardware.utilization_path.empty())
        out.utilization_factor.push_back(
            1 + path_value(hardware.utilization_path, 12.0 * k / per_year, 0));
    }
    for (const auto& [line, loading] : line_loadings(market, hardware))
      out.lines.push_back({line, loading});
    if (plan.power.on && hardware.power_share > 0) {
      out.cost_row = static_cast<std::uint32_t>(plan.power.share.size());
      plan.power.fixed.push_back(1 - hardware.power_share);
      plan.power.share.push_back(hardware.power_share);
    }
    if (hardware.idiosyncratic)
      out.idiosyncratic = add_noise(input, *hardware.idiosyncratic, "idiosyncratic/" + hardware.id,
                                    hardware.where, plan);
    set_utilization(input, hardware, out, plan);
    set_resale(input, hardware, plan, out);
    plan.hardware.push_back(std::move(out));
  }
}

}  // namespace lien::pricing
