#include "pricing/plan/credit_factor.hpp"

#include <cmath>

#include "engine/random/stream_key.hpp"
#include "pricing/plan/market_laws.hpp"

namespace lien::pricing {

engine::NoiseLaw credit_law(const Market& market) {
  const double speed = market.credit->mean_reversion;
  return {speed, std::sqrt(2 * speed)};
}

engine::NoiseCorrelation credit_correlation(const Market& market) {
  const Correlation& c = market.correlation;
  return {c.scarcity_credit, c.frontier_credit, c.rate_credit};
}

std::uint32_t add_credit(const CompileInput& input, Plan& plan) {
  const Market& market = *input.market;
  const auto key = engine::stream_key(input.settings->seed, engine::StreamKind::factor, "credit");
  plan.factors.noises.push_back(
      engine::correlated_noise_step(credit_law(market), credit_correlation(market),
                                    factor_law_of(market), plan.factors.dt_years, key));
  return static_cast<std::uint32_t>(plan.factors.noises.size() - 1);
}

}  // namespace lien::pricing
