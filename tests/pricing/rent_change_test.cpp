// Where an expected rent goes: each part against its own formula, launches of a law without one
// against a simulation that shares nothing with the engine.
#include "pricing/plan/rent_change.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "pricing/plan/expected_rent.hpp"
#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

constexpr int kMonths = 60;

Market poisson_market() {
  Market market = sample_market();
  market.scarcity->initial = 0.3;
  LaunchLine& line = market.launches[0];
  line.law = LaunchLaw::exponential;
  line.past_launches = {{kSampleDate - std::chrono::days(200), 0.25}};
  return market;
}

RentChange change(const Market& market, const Hardware& hardware, MeasureBasis basis, int month) {
  return rent_changes(market, hardware, basis, kSampleDate,
                      kMonths)[static_cast<std::size_t>(month)];
}

// E[X_t - X_0] of a Poisson line with exponential ramp, and ln E[exp(-(X_t - X_0))] by Simpson.
struct PoissonLaunches {
  double rate, mean, stdev, tau, pipeline;
  double expected(double t) const {
    return rate * mean * (t - tau * (1 - std::exp(-t / tau))) + pipeline * (1 - std::exp(-t / tau));
  }
  double log_mean(double t) const {
    const int panels = 2000;
    double sum = 0;
    for (int i = 0; i <= panels; ++i) {
      const double f = 1 - std::exp(-t * i / panels / tau);
      const double g = std::exp(-mean * f + stdev * stdev * f * f / 2) - 1;
      sum += (i == 0 || i == panels ? 1 : i % 2 == 1 ? 4 : 2) * g;
    }
    return rate * sum * t / panels / 3 - pipeline * (1 - std::exp(-t / tau));
  }
};

TEST(RentChange, IsEachDriversOwnFormula) {
  const Market market = poisson_market();
  Hardware hardware = market.hardware[0];
  hardware.scarcity_loading = 0.8;
  hardware.frontier_loading = 1.2;
  const double kappa = 0.9, sc = 0.4, sx = 0.18, rho = 0.3;
  const double y0 = 0.25 * std::exp(-200 / 365.25 / 0.5);
  for (const bool neutral : {false, true})
    for (const int month : {1, 12, 60}) {
      const double t = month / 12.0;
      const auto basis = neutral ? MeasureBasis::risk_neutral : MeasureBasis::real_world;
      const auto parts = change(market, hardware, basis, month).log_parts;
      const double lambda = neutral ? 0.10 : 0, premium = neutral ? 0.036 : 0;
      const PoissonLaunches launches{(neutral ? 1.25 : 1) / 1.25,
                                     0.229 + (neutral ? 0.3 * 0.09 : 0), 0.09, 0.5, y0};
      const double decay = 1 - std::exp(-kappa * t);
      EXPECT_NEAR(parts[kTrend], 1.2 * (-0.03 - premium) * t, 1e-13);
      EXPECT_NEAR(parts[kScarcity], 0.8 * (-0.3 * decay - lambda * decay / kappa), 1e-13);
      EXPECT_NEAR(parts[kWear], -0.02 * t, 1e-13);
      EXPECT_NEAR(parts[kLaunches], -launches.expected(t), 1e-9);
      EXPECT_EQ(parts[kForwardCurve], 0);
      const double variance = 0.64 * sc * sc * (1 - std::exp(-2 * kappa * t)) / (2 * kappa) +
                              1.44 * sx * sx * t + 2 * 0.96 * rho * sc * sx * decay / kappa;
      EXPECT_NEAR(parts[kConvexity], variance / 2 + launches.log_mean(t) + launches.expected(t),
                  1e-9)
          << month;
    }
}

TEST(RentChange, OfWeibullLaunchesIsTheMeanOfASimulation) {
  const Market market = sample_market();
  const LaunchLine& line = market.launches[0];
  std::mt19937_64 bits(11);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::normal_distribution<double> normal(line.drop_mean, line.drop_stdev);
  const double scale = line.mean_years / std::tgamma(1 + 1 / line.shape), t = 3.0;
  const int paths = 200000;
  double sum = 0, square = 0;
  for (int p = 0; p < paths; ++p) {
    const double a0 = line.years_since_last;
    double effect = 0,
           at = scale * std::pow(std::pow(a0 / scale, line.shape) - std::log(1 - uniform(bits)),
                                 1 / line.shape) -
                a0;
    while (at <= t) {
      effect += normal(bits) * (1 - std::exp(-(t - at) / line.ramp_years));
      at += scale * std::pow(-std::log(1 - uniform(bits)), 1 / line.shape);
    }
    sum += effect;
    square += effect * effect;
  }
  const double mean = sum / paths, error = std::sqrt((square / paths - mean * mean) / paths);
  EXPECT_NEAR(
      -change(market, market.hardware[0], MeasureBasis::real_world, 36).log_parts[kLaunches], mean,
      4 * error);
  EXPECT_LT(error, 0.002 * mean);  // power: a part 1 % off fails
}

TEST(RentChange, AddsUpInLogsAndInMoney) {
  const Market market = poisson_market();
  const Hardware& hardware = market.hardware[0];
  const auto expected =
      expected_log_rents(market, hardware, MeasureBasis::real_world, kSampleDate, kMonths);
  for (const int month : {0, 1, 24, 60}) {
    const RentChange one = change(market, hardware, MeasureBasis::real_world, month);
    const double all = expected[static_cast<std::size_t>(month)] - expected[0];
    EXPECT_NEAR(one.log_of_mean(), all, 1e-15);
    double money = 0;
    for (const double part : one.money_parts(2.35)) money += part;
    EXPECT_NEAR(money, 2.35 * (std::exp(all) - 1), 1e-14);
  }
}

// Under the risk-neutral measure a fitted rent is its curve, and the shift says how far it was off.
TEST(RentChange, OfAFittedHardwareIsItsForwardCurve) {
  Market market = poisson_market();
  Hardware& hardware = market.hardware[0];
  const double unfitted = change(market, hardware, MeasureBasis::risk_neutral, 24).log_of_mean();
  hardware.forward_curve = {{1, 2, 5}, {2.1, 1.9, 1.2}};
  const RentChange fitted = change(market, hardware, MeasureBasis::risk_neutral, 24);
  EXPECT_NEAR(fitted.log_of_mean(), std::log(1.9 / 2.35), 1e-14);
  EXPECT_NEAR(fitted.log_parts[kForwardCurve], std::log(1.9 / 2.35) - unfitted, 1e-14);
  EXPECT_NE(fitted.log_parts[kForwardCurve], 0);
}

TEST(RentChange, OfAHardwareWithoutDriversIsNone) {
  Market market = sample_market();
  market.scarcity.reset();
  market.frontier.reset();
  market.launches.clear();
  Hardware hardware = market.hardware[0];
  hardware.wear = 0;
  for (const double part : change(market, hardware, MeasureBasis::risk_neutral, 60).log_parts)
    EXPECT_EQ(part, 0);
}

}  // namespace
}  // namespace lien::pricing
