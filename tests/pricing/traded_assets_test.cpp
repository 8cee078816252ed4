#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "pricing/credit/cir_hazard.hpp"
#include "pricing/plan/calendar.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// What no-arbitrage says of simulated prices, and two classical formulas.
namespace lien::pricing {
namespace {

// E_Q[D_T P(T,S)] = P(0,S), and E_Q[D_T R(T)] is the curve's with rates independent of rents.
TEST(TradedAssets, AreMartingalesUnderTheRiskNeutralBasis) {
  Market market = sample_market();
  market.rates.liquidity_spread = 0;
  market.correlation.scarcity_rate = market.correlation.frontier_rate = 0;
  market.scarcity->regime = sample_regime();
  market.hardware[0].forward_curve = {{0.5, 2.0}, {2.4, 1.7}};
  Book book;
  const auto date = [](int month) { return add_months(kSampleDate, month, true); };
  for (const int month : {6, 24}) {
    Instrument bond;
    bond.id = "bond" + std::to_string(month);
    bond.on = Underlying::zero_coupon_bond;
    bond.expiry = date(month);
    bond.delivery = date(month + 36);
    Instrument rent;
    rent.id = "rent" + std::to_string(month);
    rent.hardware = "income";
    rent.expiry = date(month);
    book.instruments.push_back(bond);
    book.instruments.push_back(rent);
  }
  CompiledMarket compiled(market, MeasureBasis::risk_neutral, 24, book);
  const BasisRun run = compiled.run(1 << 15);
  const double forwards[] = {2.4, 1.7};
  for (std::size_t i = 0; i < 2; ++i) {
    const int month = i == 0 ? 6 : 24;
    const Curve& curve = market.rates.zero_curve;
    const auto bond = run.mean(run.layout.instrument(2 * i, kPayoff));
    EXPECT_NEAR(bond.value, discount_factor(curve, (month + 36) / 12.0), 4 * bond.standard_error);
    EXPECT_LT(bond.standard_error, 1e-3);
    const auto rent = run.mean(run.layout.instrument(2 * i + 1, kPayoff));
    EXPECT_NEAR(rent.value, forwards[i] * discount_factor(curve, month / 12.0),
                4 * rent.standard_error);
  }
}

// Case O22 (Margrabe 1978): two hardware, one on scarcity without reversion, one on the frontier
// price. S 100, 95; payouts .35, .45; volatilities .40, .30; correlation .6; 18 months.
TEST(TradedAssets, ExchangeAtMargrabesPrice) {
  Market market;
  market.currency = "USD";
  market.rates.zero_curve = {{1}, {0.0}};
  market.scarcity = Scarcity{0, 0.40, 0, 0.35 + 0.08};
  market.frontier = Frontier{-0.45 - 0.045, 0.30, 0};
  market.correlation.scarcity_frontier = 0.6;
  Hardware one, two;
  one.id = "one";
  one.rental_rate = 100;
  one.frontier_loading = 0;
  two.id = "two";
  two.rental_rate = 95;
  two.scarcity_loading = 0;
  market.hardware = {one, two};
  const CompiledMarket compiled(market, MeasureBasis::risk_neutral, 18);
  const Plan& plan = compiled.plan;
  engine::FactorScratch scratch(plan.factors);
  engine::PathBlock block(engine::factor_series(plan.factors), plan.steps);
  double sum = 0, square = 0;
  constexpr std::uint64_t kPaths = 1 << 19;
  for (std::uint64_t first = 0; first < kPaths; first += engine::kBlockPaths) {
    engine::fill_factors(plan.factors, first, scratch, block);
    for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
      const double a =
          std::exp(plan.hardware[0].log_rent[18] + block.row(engine::kScarcity, 18)[p]);
      const double b =
          std::exp(plan.hardware[1].log_rent[18] + block.row(engine::kFrontier, 18)[p]);
      const double payoff = std::max(a - b, 0.0);
      sum += payoff;
      square += payoff * payoff;
    }
  }
  const double n = static_cast<double>(kPaths), mean = sum / n;
  const double error = std::sqrt((square / n - mean * mean) / n);
  const auto cdf = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
  const double v = std::sqrt((0.16 + 0.09 - 2 * 0.6 * 0.12) * 1.5);
  const double f1 = 100 * std::exp(-0.35 * 1.5), f2 = 95 * std::exp(-0.45 * 1.5);
  const double d = std::log(f1 / f2) / v + v / 2;
  EXPECT_NEAR(f1 * cdf(d) - f2 * cdf(d - v), 14.9307309102, 1e-9);
  EXPECT_NEAR(mean, 14.9307309102, 4 * error);
  EXPECT_LT(error, 5e-3 * mean);
}

TEST(CirHazard, ReproducesCaseO05) {
  const CirHazard law{0.03, 0.04, 0.5, 0.15};
  EXPECT_NEAR(std::exp(-cir_integrated_hazard(law, 1)), 0.968459039246, 1e-12);
  EXPECT_NEAR(std::exp(-cir_integrated_hazard(law, 3)), 0.901926188508, 1e-12);
  EXPECT_NEAR(std::exp(-cir_integrated_hazard(law, 5)), 0.836848133513, 1e-12);
}

// The Riccati equation of ln S, B' = 1 - kappa B - s^2 B^2/2, A' = kappa mean B, by Runge and
// Kutta.
TEST(CirHazard, SolvesItsRiccatiEquation) {
  for (const CirHazard& law : {CirHazard{0.03, 0.04, 0.5, 0.15}, CirHazard{0.2, 0.05, 3, 1e-4},
                               CirHazard{0.02, 0.3, 0, 0.4}, CirHazard{0.05, 0.02, 0.7, 0},
                               CirHazard{0.01, 0.08, 0.01, 2}}) {
    const double s2 = law.volatility * law.volatility, kappa = law.mean_reversion;
    double b = 0, a = 0;
    constexpr int kSteps = 4000;
    const double dt = 5.0 / kSteps;
    const auto slope = [&](double x) { return 1 - kappa * x - s2 * x * x / 2; };
    for (int i = 0; i < kSteps; ++i) {
      const double k1 = slope(b), k2 = slope(b + dt / 2 * k1), k3 = slope(b + dt / 2 * k2);
      const double k4 = slope(b + dt * k3), next = b + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
      // Simpson's rule with the middle from both ends' slopes (Hermite).
      const double middle = (b + next) / 2 + dt / 8 * (k1 - slope(next));
      a += dt / 6 * (b + 4 * middle + next) * kappa * law.mean;
      b = next;
    }
    EXPECT_NEAR(cir_integrated_hazard(law, 5), b * law.initial + a, 1e-11)
        << law.mean_reversion << ' ' << law.volatility;
  }
}

}  // namespace
}  // namespace lien::pricing
