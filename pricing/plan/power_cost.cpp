#include "pricing/plan/power_cost.hpp"

#include "engine/elementary/elementary.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/noises.hpp"

namespace lien::pricing {

PowerCost power_cost(const Market& market, const Hardware& hardware, double h) {
  const double share = hardware.power_share;
  if (!market.power || share == 0) return {};
  const Power& power = *market.power;
  const double variance = engine::noise_variance(noise_law(power.noise), h);
  return {1 - share, share * power.level * engine::exp(variance / 2),
          engine::exp(-power.noise.mean_reversion * h)};
}

double power_factor(const PowerCost& cost, double power) {
  return cost.mean == 0 ? cost.fixed : cost.fixed + cost.mean * engine::exp(cost.decay * power);
}

double log_power_factor(double factor) { return factor == 1 ? 0.0 : engine::log(factor); }

void compile_power(const CompileInput& input, Plan& plan) {
  const Market& market = *input.market;
  if (!market.power) return;
  plan.power.on = true;
  plan.power.level = market.power->level;
  if (!market.power->level_path.empty())
    for (int k = 0; k <= plan.steps; ++k)
      plan.power.path.push_back(
          1 + path_value(market.power->level_path, 12.0 * k / plan.steps_per_year, 0));
  const MonthPath& levels = market.power->levels;
  for (int k = 0; k <= plan.steps && !levels.empty(); ++k) {
    const double month = 12.0 * k / plan.steps_per_year;
    plan.power.fixed_level.push_back(path_value(levels, month, 0));
    if (begun(levels, month)) plan.power.fixed_from = std::min(plan.power.fixed_from, k);
  }
  if (market.power->noise.volatility == 0) return;
  const auto key = engine::stream_key(input.settings->seed, engine::StreamKind::noise, "power");
  plan.power.noise = static_cast<std::uint32_t>(plan.factors.noises.size());
  plan.factors.noises.push_back(engine::correlated_noise_step(
      noise_law(market.power->noise), {market.correlation.scarcity_power}, factor_law_of(market),
      plan.factors.dt_years, key));
}

}  // namespace lien::pricing
