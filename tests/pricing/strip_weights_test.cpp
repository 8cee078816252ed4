#include <gtest/gtest.h>

#include <cmath>

#include "pricing/plan/strip.hpp"
#include "tests/pricing/schedule_test.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

// Interpolation in the square root of the month is exact for its low powers: there the weighted sum
// over the nodes is the plain sum over months of 730 (1 - cost) e^{growth h - rate h} h^{p/2}.
void expect_exact_for_powers(const Market& market, const Hardware& hardware, double rate) {
  const StripLaw law{MeasureBasis::real_world, &market, &hardware, Date{2026y / 9 / 30}};
  const StripNodes nodes = strip_nodes(96, {});
  const StripWeights weights(law, std::vector<StripNodes>(25, nodes), 96);
  for (const int k : {0, 7, 24})
    for (const int life : {0, 1, 40, 96})
      for (const int power : {0, 1, 5}) {
        double expected = 0, weighted = 0;
        for (int h = 1; h <= life; ++h)
          expected += 730 * (1 - hardware.resale->transaction_cost) *
                      std::exp((hardware.operating_cost_growth - rate) * h / 12) *
                      std::pow(h, power / 2.0);
        const auto row = weights.at(k, life);
        for (std::size_t j = 0; j < row.size(); ++j)
          weighted += row[j] * std::pow(nodes.months[j], power / 2.0);
        EXPECT_NEAR(weighted, expected, 1e-9 * (1 + expected)) << k << ' ' << life << ' ' << power;
      }
}

TEST(StripWeights, SumPowersOfTheRootOfTimeExactly) {
  Market market;
  market.rates = flat_rates(0.04);
  Hardware hardware;
  hardware.operating_cost_growth = 0.025;
  hardware.resale.emplace();
  hardware.resale->transaction_cost = 0.08;
  hardware.resale->operator_rate = 0.14;
  expect_exact_for_powers(market, hardware, 0.14);
  hardware.resale->operator_rate.reset();  // risk_free: the zero curve and a spread
  hardware.resale->liquidity_spread = 0.03;
  expect_exact_for_powers(market, hardware, 0.07);
}

// On a curve that is not flat each month of the run discounts by its own forwards.
TEST(StripWeights, OfTheRiskFreeCurveDiscountByTheForwardsOfTheMonth) {
  Market market;
  market.rates = rates_of({{1, 2}, {0.02, 0.05}});
  Hardware hardware;
  hardware.resale.emplace();
  const StripLaw law{MeasureBasis::real_world, &market, &hardware, Date{2026y / 9 / 30}};
  const StripWeights weights(law, std::vector<StripNodes>(13, strip_nodes(1, {})), 1);
  // One node, one month of life: 730 P(0, 13/12)/P(0, 1), zero rates 0.02 and 0.0225.
  EXPECT_NEAR(weights.at(12, 1)[0], 730 * std::exp(-0.0225 * 13 / 12 + 0.02), 1e-10);
  EXPECT_NEAR(weights.at(0, 1)[0], 730 * std::exp(-0.02 / 12), 1e-10);
}

}  // namespace
}  // namespace lien::pricing
