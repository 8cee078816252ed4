#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"
#include "pricing/plan/strip.hpp"
#include "tests/pricing/compiled_market.hpp"

namespace lien::pricing {
namespace {

constexpr auto kNeutral = MeasureBasis::risk_neutral;
constexpr auto kReal = MeasureBasis::real_world;

// 2.5 until month 6, down to 1.6 at month 24, then flat.
Curve sample_curve() { return {{0.5, 1.0, 2.0}, {2.5, 2.3, 1.6}}; }
double curve_at(int month) {
  if (month <= 6) return 2.5;
  if (month <= 12) return 2.5 - 0.2 * (month - 6) / 6;
  if (month <= 24) return 2.3 - 0.7 * (month - 12) / 12;
  return 1.6;
}

// All drivers on: launches with age and pipeline, regimes, uncertain drift, a scarce start.
Market full_market() {
  Market market = sample_market();
  market.scarcity->initial = 0.2;
  market.scarcity->regime = sample_regime();
  market.frontier->drift_stdev = 0.1;
  market.launches[0].past_launches = {{kSampleDate - std::chrono::days(120), 0.25}};
  for (auto& hardware : market.hardware) hardware.forward_curve = sample_curve();
  return market;
}

double mean_rent(const CompiledMarket& compiled, MeasureBasis basis, int k) {
  const Hardware& h = compiled.market.hardware[0];
  const auto at = static_cast<std::size_t>(k);
  return std::exp(expected_log_rents(compiled.market, h, basis, kSampleDate, k)[at] +
                  compiled.plan.hardware[0].forward_shift[at]);
}

TEST(ForwardCurve, IsTheMeanOfTheRiskNeutralRentAtEveryMonth) {
  const CompiledMarket compiled(full_market(), kNeutral, 60);
  EXPECT_EQ(mean_rent(compiled, kNeutral, 0), 2.35);
  for (int k = 1; k <= 60; ++k)
    EXPECT_NEAR(mean_rent(compiled, kNeutral, k), curve_at(k), 1e-12 * curve_at(k)) << k;
}

TEST(ForwardCurve, IsMetBySimulatedRents) {
  CompiledMarket compiled(full_market(), kNeutral, 48);
  const BasisRun run = compiled.run(1 << 15);
  EXPECT_NEAR(fan_mean(run, FanPlan::Of::rental_rate, 0, 0).value, 2.35, 1e-11);
  for (int k = 1; k <= 48; ++k) {
    const auto mean = fan_mean(run, FanPlan::Of::rental_rate, 0, k);
    EXPECT_NEAR(mean.value, curve_at(k), 4 * mean.standard_error) << k;
    EXPECT_LT(mean.standard_error, 1e-2 * curve_at(k)) << k;
  }
}

// Under P the mean differs by the premia, in closed form, and by the variance of the drift.
TEST(ForwardCurve, DiffersInTheRealWorldByThePremiaOnly) {
  Market market = full_market();
  market.launches.clear();
  for (auto& hardware : market.hardware) hardware.line.clear();
  CompiledMarket compiled(market, kReal, 36);
  const BasisRun run = compiled.run(1 << 15);
  for (const int k : {1, 7, 24, 36}) {
    const double t = k / 12.0;
    const double premia = 0.10 * -std::expm1(-0.9 * t) / 0.9 + 0.036 * t;
    const double expected = curve_at(k) * std::exp(premia + 0.01 * t * t / 2);
    EXPECT_NEAR(mean_rent(compiled, kReal, k), expected, 1e-12 * expected) << k;
    const auto mean = fan_mean(run, FanPlan::Of::rental_rate, 0, k);
    EXPECT_NEAR(mean.value, expected, 4 * mean.standard_error) << k;
  }
}

// On risk-neutral drifts the strip's mean rent of month h is the curve's, so today's value is a sum
// of calls on the curve.
TEST(ForwardCurve, IsWhatTheStripExpects) {
  Market market = full_market();
  market.scarcity->regime.reset();
  market.launches.clear();
  for (auto& hardware : market.hardware) hardware.line.clear();
  market.hardware.resize(1);
  Hardware& h = market.hardware[0];
  h.resale->risk_neutral_drifts = true;
  const CompiledMarket compiled(market, kReal, 36);
  double expected = 300;
  for (int m = 1; m <= 96; ++m) {
    const double t = m / 12.0, cost = 0.36 * std::exp(0.025 * t);
    const double v = 0.16 * -std::expm1(-1.8 * t) / 1.8 + 0.0324 * t +
                     2 * 0.30 * 0.4 * 0.18 * -std::expm1(-0.9 * t) / 0.9;
    const double f = 0.80 * curve_at(m), d = (std::log(f / cost) + v / 2) / std::sqrt(v);
    const auto cdf = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
    expected += 730 * 0.92 * std::exp(-0.14 * t) * (f * cdf(d) - cost * cdf(d - std::sqrt(v)));
  }
  EXPECT_NEAR(compiled.plan.lots[0].value_today, expected, 1e-11 * expected);
  EXPECT_LT(compiled.plan.interpolation_error, 1e-4);
}

TEST(ForwardCurve, GivesResaleCurvesTheirMean) {
  Market market = full_market();
  market.hardware.resize(1);
  market.hardware[0].resale->law = ResaleLaw::curve;
  market.hardware[0].resale->curve = {{0, 1, 3}, {26000, 18000, 7000}};
  CompiledMarket compiled(market, kReal, 24);
  const BasisRun run = compiled.run(1 << 15);
  EXPECT_NEAR(fan_mean(run, FanPlan::Of::resale_value, 0, 0).value, 26000, 1e-6);
  for (const int k : {6, 12, 24}) {
    const double expected = k <= 12 ? 26000 - 8000 * k / 12.0 : 18000 - 11000 * (k - 12) / 24.0;
    const auto mean = fan_mean(run, FanPlan::Of::resale_value, 0, k);
    EXPECT_NEAR(mean.value, expected, 4 * mean.standard_error) << k;
  }
}

// A scenario keeps the shift of the baseline, so that what it changes shows.
TEST(ForwardCurve, StaysThatOfTheBaselineInScenarios) {
  const Market base = full_market();
  const CompiledMarket before(base, kNeutral, 36);
  const auto log_rent = [&](const Market& market, int k) {
    const CompiledMarket after(market, kNeutral, 36, {}, base);
    return after.plan.hardware[0].log_rent[static_cast<std::size_t>(k)] -
           before.plan.hardware[0].log_rent[static_cast<std::size_t>(k)];
  };
  for (const int k : {0, 1, 24}) {
    Market rent = base, curve = base, drift = base;
    rent.hardware[0].rental_rate *= 0.6;
    for (double& f : curve.hardware[0].forward_curve.values) f *= 0.8;
    drift.frontier->drift -= 0.2;
    EXPECT_NEAR(log_rent(rent, k), std::log(0.6), 1e-14);
    EXPECT_NEAR(log_rent(curve, k), k == 0 ? 0 : std::log(0.8), 1e-14);
    EXPECT_EQ(log_rent(drift, k), 0);
    const CompiledMarket slower(drift, kNeutral, 36, {}, base);
    EXPECT_NEAR(mean_rent(slower, kNeutral, k),
                (k == 0 ? 2.35 : curve_at(k)) * std::exp(-0.2 * k / 12), 1e-12);
  }
}

// The sample market with its first hardware on a given curve of resale values.
Market curved_market() {
  Market market = sample_market();
  market.hardware[0].resale->law = ResaleLaw::curve;
  market.hardware[0].resale->curve = {{0, 1, 3}, {26000, 18000, 7000}};
  return market;
}

// A resale curve is the mean of the baseline's market, so that a scenario of rents moves values in
// proportion, from today on; what it says of the curve comes on top.
TEST(ResaleCurve, StaysOverTheRentOfTheBaselineInScenarios) {
  const Market base = curved_market();
  const auto scale = [&base](const Market& market) {
    return CompiledMarket(market, kReal, 36, {}, base).plan.hardware[0].curve_scale;
  };
  const auto today = [&base](const Market& market) {
    return CompiledMarket(market, kReal, 36, {}, base).plan.lots[0].value_today;
  };
  const std::vector<double> before = CompiledMarket(base, kReal, 36).plan.hardware[0].curve_scale;
  Market rent = base, drops = base, both = base, idle = base;
  rent.hardware[0].rental_rate *= 0.5;
  drops.launches[0].drop_mean *= 2;
  both.hardware[0].rental_rate *= 0.5;
  for (double& value : both.hardware[0].resale->curve.values) value *= 0.8;
  idle.hardware[0].rental_rate = 0;
  EXPECT_EQ(scale(rent), before);
  EXPECT_EQ(scale(drops), before);
  EXPECT_NEAR(today(base), 26000, 1e-9);
  EXPECT_NEAR(today(rent), 13000, 1e-9);
  EXPECT_NEAR(today(both), 10400, 1e-9);
  EXPECT_NEAR(scale(both)[24], 0.8 * before[24], 1e-12 * before[24]);
  // Hardware that earns nothing from the market follows an index of its own: no ratio to a rent.
  EXPECT_NEAR(today(idle), 26000, 1e-9);
}

// A path that acts in month 0 acts on today's value, whatever the resale law: as the input itself
// would that it is a path of.
TEST(TodaysValue, IsThatOfAPathFromMonthZero) {
  Market base = curved_market();
  base.hardware.push_back(sample_market().hardware[0]);
  base.hardware.back().id = "strip";
  const auto today = [&base](const Market& market) {
    std::vector<double> out;
    for (const LotPlan& lot : CompiledMarket(market, kReal, 36, {}, base).plan.lots)
      out.push_back(lot.value_today);
    return out;
  };
  Market path = base, rate = base;
  for (Hardware& hardware : path.hardware) {
    hardware.rental_rate_path = {{0, -0.3}, {12, -0.1}};
    hardware.utilization_path = {{0, -0.2}};
  }
  for (Hardware& hardware : rate.hardware) {
    hardware.rental_rate *= 0.7;
    hardware.utilization->mean *= 0.8;
  }
  const std::vector<double> of_path = today(path), of_rate = today(rate), unmoved = today(base);
  ASSERT_EQ(of_path.size(), 3);
  for (std::size_t i = 0; i < of_path.size(); ++i) {
    EXPECT_NEAR(of_path[i], of_rate[i], 1e-11 * of_rate[i]) << i;
    EXPECT_LT(of_path[i], 0.75 * unmoved[i]) << i;
  }
  for (Hardware& hardware : path.hardware) {
    hardware.rental_rate_path = {{1, -0.3}};
    hardware.utilization_path = {{1, -0.2}};
  }
  EXPECT_EQ(today(path), unmoved);
}

}  // namespace
}  // namespace lien::pricing
