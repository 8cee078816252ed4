#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/market_laws.hpp"

namespace lien::pricing {

std::uint32_t lag_row(RatesPlan& rates, int lag) {
  const auto found = std::find(rates.lags.begin(), rates.lags.end(), lag);
  if (found != rates.lags.end()) return static_cast<std::uint32_t>(found - rates.lags.begin());
  rates.lags.push_back(lag);
  return static_cast<std::uint32_t>(rates.lags.size() - 1);
}

std::uint32_t tenor_row(const CompileInput& input, Plan& plan, int months) {
  auto& tenors = plan.rates.tenors;
  for (std::size_t i = 0; i < tenors.size(); ++i)
    if (tenors[i].months == months) return static_cast<std::uint32_t>(i);
  const engine::FactorLaw law = factor_law_of(*input.market);
  const Curve& curve = input.market->rates.zero_curve;
  const auto variance = [&law](double t) {
    return engine::integrated_rate_variance(law.rate_mean_reversion, law.rate_volatility, t);
  };
  RatesPlan::Tenor tenor;
  tenor.months = months;
  tenor.loading = engine::exponential_integral_factor(law.rate_mean_reversion, plan.years(months));
  for (int k = 0; k <= plan.steps; ++k) {
    const double t = plan.years(k), maturity = plan.years(k + months);
    const double convexity = (variance(plan.years(months)) - variance(maturity) + variance(t)) / 2;
    tenor.gross.push_back(discount_factor(curve, t) / discount_factor(curve, maturity) *
                          engine::exp(-convexity));
  }
  tenors.push_back(std::move(tenor));
  return static_cast<std::uint32_t>(tenors.size() - 1);
}

void compile_rates(const CompileInput& input, Plan& plan) {
  const engine::FactorLaw law = factor_law_of(*input.market);
  plan.rates.random = law.rate_volatility > 0;
  for (int k = 0; k <= plan.steps; ++k) {
    const double t = plan.years(k);
    const double variance =
        engine::integrated_rate_variance(law.rate_mean_reversion, law.rate_volatility, t);
    plan.rates.discount.push_back(discount_factor(input.market->rates.zero_curve, t) *
                                  engine::exp(-variance / 2));
  }
}

}  // namespace lien::pricing
