#include "pricing/plan/discount_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "pricing/plan/effective_rate.hpp"

namespace lien::pricing {
namespace {

TEST(Interpolate, IsLinearBetweenKnotsAndFlatOutside) {
  const Curve curve{{1, 3, 5}, {0.04, 0.05, 0.03}};
  EXPECT_EQ(interpolate(curve, -1), 0.04);
  EXPECT_EQ(interpolate(curve, 0.5), 0.04);
  EXPECT_EQ(interpolate(curve, 1), 0.04);
  EXPECT_DOUBLE_EQ(interpolate(curve, 2), 0.045);
  EXPECT_EQ(interpolate(curve, 3), 0.05);
  EXPECT_DOUBLE_EQ(interpolate(curve, 4.5), 0.035);
  EXPECT_EQ(interpolate(curve, 9), 0.03);
  EXPECT_EQ(interpolate({{1}, {0.07}}, 4), 0.07);
  EXPECT_THROW((void)interpolate({}, 1), std::invalid_argument);
}

// Knots at quarters of the curve of validation case O02, z(t) = 0.045 - 0.010 (1 - e^(-t/1.5)).
TEST(DiscountFactor, IsExpOfMinusZeroRateTimesYears) {
  Curve curve;
  for (int q = 1; q <= 20; ++q) {
    curve.years.push_back(q / 4.0);
    curve.values.push_back(0.045 - 0.010 * (1 - std::exp(-q / 4.0 / 1.5)));
  }
  EXPECT_EQ(discount_factor(curve, 0), 1.0);
  // (P(0,0)/P(0,0.25) - 1)/0.25 and the last quarter's: O02 first_fwd, last_fwd.
  EXPECT_NEAR((1 / discount_factor(curve, 0.25) - 1) / 0.25, 0.04370182371687741, 1e-13);
  EXPECT_NEAR((discount_factor(curve, 4.75) / discount_factor(curve, 5) - 1) / 0.25,
              0.034273468838523, 1e-13);
  for (const double t : {0.1, 0.3, 2.6, 7.0})
    EXPECT_NEAR(discount_factor(curve, t), std::exp(-zero_rate(curve, t) * t), 1e-15);
}

TEST(EffectiveRate, IsTheRateThatCompoundsOneFlow) {
  EXPECT_NEAR(effective_rate({2}, {1.21}, 1), 0.10, 1e-15);
  EXPECT_NEAR(effective_rate({1}, {0.5}, 1), -0.5, 1e-15);
  EXPECT_NEAR(effective_rate({0.5}, {3}, 1), 8, 1e-13);
  EXPECT_NEAR(effective_rate({1, 2, 3}, {0, 0, 1}, 1), 0, 1e-15);
}

// O24: 36 rents of 2.95 in advance and a residual of 15 repay 100 (implicit_effective_annual).
TEST(EffectiveRate, ReproducesTheImplicitRateOfALease) {
  std::vector<double> times, flows;
  for (int k = 0; k < 36; ++k) times.push_back(k / 12.0), flows.push_back(2.95);
  times.push_back(3), flows.push_back(15);
  EXPECT_NEAR(effective_rate(times, flows, 100), 0.12820962141395814, 1e-14);
}

// Five yearly coupons of 8 and 100, priced at 10 % by the annuity formula.
TEST(EffectiveRate, ReproducesABondYield) {
  const double price = 8 * (1 - std::pow(1.1, -5)) / 0.1 + 100 * std::pow(1.1, -5);
  EXPECT_NEAR(effective_rate({1, 2, 3, 4, 5}, {8, 8, 8, 8, 108}, price), 0.1, 1e-14);
}

TEST(EffectiveRate, SolvesToTheLastBitsOverTheWholeRange) {
  for (const double y : {-0.98, -0.5, -0.01, 0.0, 1e-6, 0.05, 0.3, 2.0, 9.9}) {
    std::vector<double> times, flows;
    double amount = 0;
    for (int k = 1; k <= 60; ++k) {
      times.push_back(k / 12.0 - 0.01), flows.push_back(1 + 0.1 * k);
      amount += flows.back() * std::pow(1 + y, -times.back());
    }
    EXPECT_NEAR(effective_rate(times, flows, amount), y, 1e-14 * (1 + std::abs(y))) << y;
  }
}

TEST(EffectiveRate, RefusesFlowsWithoutARate) {
  EXPECT_THROW((void)effective_rate({}, {}, 1), std::domain_error);
  EXPECT_THROW((void)effective_rate({1}, {1}, 0), std::domain_error);
  EXPECT_THROW((void)effective_rate({1}, {12}, 1), std::domain_error);
  EXPECT_THROW((void)effective_rate({1}, {0.009}, 1), std::domain_error);
  EXPECT_THROW((void)effective_rate({1, 2}, {1}, 1), std::invalid_argument);
}

TEST(DiscountMargin, IsTheLevelSpreadOverTheCurve) {
  const Curve curve{{1, 4}, {0.03, 0.05}};
  std::vector<double> times, flows;
  double amount = 0;
  for (int k = 1; k <= 20; ++k) {
    const double t = k / 4.0;
    times.push_back(t), flows.push_back(k == 20 ? 101 : 1);
    amount += flows.back() * std::exp(-(zero_rate(curve, t) + 0.0425) * t);
  }
  EXPECT_NEAR(discount_margin(curve, times, flows, amount), 0.0425, 1e-14);
}

}  // namespace
}  // namespace lien::pricing
