#include "pricing/plan/strip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/utilization.hpp"
#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

// Cases O13 and O14: hardware 0 is R, 1 is V; 2 and 3 are X1 and X2, which only launches move.
Market case_market() {
  Market market;
  market.rates.zero_curve = {{1}, {0.0}};
  market.scarcity = Scarcity{0.9, 0.4, 0, 0.10};
  market.frontier = Frontier{-0.06, 0.18, 0, false};
  market.correlation.scarcity_frontier = 0.30;
  LaunchLine line;
  line.line = "poisson";
  line.law = LaunchLaw::exponential;
  line.mean_years = 1.25;
  line.drop_mean = 0.26;
  line.drop_stdev = 0.10;
  line.ramp = RampLaw::exponential;
  line.ramp_years = 0.5;
  market.launches = {line};
  Hardware r;
  r.line = "poisson";
  r.rental_rate = 2.35;
  Hardware v = r;
  v.wear = 0.02;
  v.utilization = Utilization{};
  v.utilization->mean = 0.8;
  v.operating_cost = 0.45;
  v.operating_cost_growth = 0.025;
  v.life_years = 4;
  v.resale = Resale{};
  v.resale->operator_rate = 0.10;
  v.resale->risk_neutral_drifts = true;
  Hardware x = r;
  x.rental_rate = 1;
  x.scarcity_loading = x.frontier_loading = 0;
  Hardware twice = x;
  twice.launch_loadings = {{"poisson", 2}};
  market.hardware = {r, v, x, twice};
  return market;
}

double forward(const Market& market, std::size_t hardware, int month) {
  return std::exp(expected_log_rents(market, market.hardware[hardware], MeasureBasis::risk_neutral,
                                     kSampleDate, month)
                      .back());
}

TEST(ExpectedRent, IsThatOfCasesO13AndO14) {
  const Market market = case_market();
  EXPECT_NEAR(forward(market, 2, 12), 0.898415, 5e-7);
  EXPECT_NEAR(forward(market, 2, 24), 0.757282, 5e-7);
  EXPECT_NEAR(forward(market, 2, 36), 0.633271, 5e-7);
  EXPECT_NEAR(forward(market, 2, 60), 0.441842, 5e-7);
  EXPECT_NEAR(forward(market, 3, 36), 0.445227, 5e-7);
  EXPECT_NEAR(forward(market, 0, 12), 1.991516, 5e-7);
  EXPECT_NEAR(forward(market, 0, 36), 1.257524, 5e-7);
}

// Two moments of the launches are kept: the mean of the lognormal that spread and mean describe is
// the expected rent.
TEST(ExpectedRent, FollowsFromItsSpread) {
  const Market market = sample_market();
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const auto spread = log_rent_spread(market, market.hardware[0], basis, kSampleDate, 36);
    const auto mean = expected_log_rents(market, market.hardware[0], basis, kSampleDate, 36);
    for (std::size_t k = 0; k <= 36; ++k)
      EXPECT_NEAR(spread.mean[k] + spread.stdev[k] * spread.stdev[k] / 2, mean[k], 1e-13);
  }
}

TEST(Strip, IsThatOfCaseO14) {
  const Market market = case_market();
  const Hardware& v = market.hardware[1];
  StripState state = strip_state_today(market, v, MeasureBasis::risk_neutral, kSampleDate, 48);
  state.log_moneyness = std::log(0.8 * 2.35 / 0.45);
  const StripLaw law{MeasureBasis::risk_neutral, &market, &v, kSampleDate};
  EXPECT_NEAR(exact_strip(law, state, 0.45, 0, 0, 48), 23809.316, 5e-4);
  // Scrap is added undiscounted; nothing is left of a life that is over.
  EXPECT_NEAR(exact_strip(law, state, 0.45, 250, 0, 48), 24059.316, 5e-4);
  EXPECT_EQ(exact_strip(law, state, 0.45, 250, 0, 0), 250.0);
}

// docs/model.md: the premia only enter on risk-neutral drifts.
TEST(Strip, MonthFollowsTheFormula) {
  Market market = sample_market();
  Hardware& h = market.hardware[0];
  h.scarcity_loading = 1.3;
  h.frontier_loading = 0.7;
  const double kappa = 0.9, sc = 1.3 * 0.40, sx = 0.7 * 0.18;
  for (const int month : {1, 5, 12, 96}) {
    const double t = month / 12.0;
    const double v = sc * sc * (1 - std::exp(-2 * kappa * t)) / (2 * kappa) + sx * sx * t +
                     2 * 0.30 * sc * sx * (1 - std::exp(-kappa * t)) / kappa;
    const double drift = 0.7 * -0.03 * t - (0.02 + 0.025) * t + v / 2;
    const double premia = 1.3 * 0.10 * (1 - std::exp(-kappa * t)) / kappa + 0.7 * 0.036 * t;
    const StripMonth p = strip_month({MeasureBasis::real_world, &market, &h, kSampleDate}, month);
    const StripMonth q = strip_month({MeasureBasis::risk_neutral, &market, &h, kSampleDate}, month);
    EXPECT_NEAR(p.variance, v, 1e-14);
    EXPECT_NEAR(p.constant, drift, 1e-14);
    EXPECT_NEAR(q.constant, drift - premia, 1e-14);
    EXPECT_NEAR(p.scarcity, 1.3 * (1 - std::exp(-kappa * t)), 1e-14);
  }
}

TEST(Strip, DiscountsAtTheOperatorsRateOrTheCurve) {
  Market market = sample_market();
  Hardware& h = market.hardware[0];
  const StripLaw law{MeasureBasis::real_world, &market, &h, kSampleDate};
  const double unit = 730 * 0.92 * std::exp(0.025 * 1.5);
  EXPECT_NEAR(strip_discount(law, 24, 18), unit * std::exp(-0.14 * 1.5), 1e-12 * unit);
  h.resale->operator_rate.reset();
  h.resale->liquidity_spread = 0.03;
  // Zero rates: 0.04 to year 1, 0.045 from year 5, linear between.
  const double later = (0.04 + 0.005 * 2.5 / 4) * 3.5, now = (0.04 + 0.005 * 1 / 4) * 2;
  EXPECT_NEAR(strip_discount(law, 24, 18), unit * std::exp(now - later - 0.03 * 1.5), 1e-12 * unit);
}

TEST(Strip, NodesAreWholeMonthsFromTheFirstToTheLast) {
  for (int longest = 1; longest <= 240; ++longest) {
    const auto nodes = strip_nodes(longest, {}).months;
    EXPECT_EQ(nodes.front(), 1);
    EXPECT_EQ(nodes.back(), longest);
    EXPECT_LE(nodes.size(), longest > 96 ? 23U : 16U);
    EXPECT_GE(nodes.size(), longest >= 36 ? 11U : 1U) << longest;
    for (std::size_t j = 1; j < nodes.size(); ++j) EXPECT_GT(nodes[j], nodes[j - 1]) << longest;
  }
}

// A segment starts with the month at or after each bend; while a ramp may end, months are nodes.
TEST(Strip, NodesStartAnewWhereFunctionsBend) {
  const StripNodes nodes = strip_nodes(96, {{-3, 0.5, 14.2, 60, 120}, 6});
  EXPECT_EQ(nodes.first_month, (std::vector<int>{1, 7, 15, 60}));
  for (int h = 1; h <= 6; ++h) EXPECT_EQ(nodes.months[static_cast<std::size_t>(h) - 1], h);
  for (const int end : {7, 14, 15, 59, 60, 96})
    EXPECT_EQ(std::count(nodes.months.begin(), nodes.months.end(), end), 1) << end;
}

// Simpson's rule on another grid and range than the program's trapezoid.
TEST(UtilizationConstant, GivesTheMean) {
  EXPECT_NEAR(utilization_constant(0.80, 0.35, 0.97, 1.5 * 0.40 / std::sqrt(1.8)), 1.01696, 5e-6);
  for (const double stdev : {0.0, 0.1, 0.447, 2.0})
    for (const double mean : {0.4, 0.8, 0.95}) {
      const double alpha = utilization_constant(mean, 0.35, 0.97, stdev);
      double sum = 0;
      constexpr int kSteps = 4000;
      for (int s = 0; s <= kSteps; ++s) {
        const double z = -10 + 20.0 * s / kSteps;
        const double weight = (s == 0 || s == kSteps ? 1 : s % 2 == 1 ? 4 : 2) * 20.0 / kSteps / 3;
        sum += weight * std::exp(-z * z / 2) / std::sqrt(2 * M_PI) *
               (0.35 + 0.62 / (1 + std::exp(-alpha - stdev * z)));
      }
      EXPECT_NEAR(sum, mean, 1e-11) << stdev << ' ' << mean;
    }
}

}  // namespace
}  // namespace lien::pricing
