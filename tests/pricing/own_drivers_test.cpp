#include <gtest/gtest.h>

#include <cmath>
#include <ql/math/integrals/gaussianquadratures.hpp>
#include <vector>

#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/strip.hpp"
#include "pricing/plan/utilization.hpp"
#include "tests/pricing/instrument_runs.hpp"
#include "tests/pricing/simulated_block.hpp"

// Noises that belong to one hardware, each against a closed form or a quadrature.
namespace lien::pricing {
namespace {

constexpr double kBand = 4;  // standard errors
constexpr double kPi = 3.14159265358979323846;

double noise_stdev(double mean_reversion, double volatility, double t) {
  const double k = mean_reversion;
  return volatility * std::sqrt(k > 0 ? (1 - std::exp(-2 * k * t)) / (2 * k) : t);
}

TEST(Idiosyncratic, GivesLognormalRentsAndTheirOptions) {
  for (const OwnNoise noise : {OwnNoise{1.5, 0.4}, {0, 0.2}}) {
    Inputs inputs = quiet_inputs();
    inputs.market.hardware[0].idiosyncratic = noise;
    inputs.book.instruments = {on_chip(InstrumentKind::forward, Underlying::rental_rate, 0),
                               on_chip(InstrumentKind::call, Underlying::rental_rate, 2.2)};
    const RunTables tables = value_book(inputs, {}).tables;
    const double s = noise_stdev(noise.mean_reversion, noise.volatility, 2);
    const double forward = 2 * std::exp(s * s / 2);
    for (const char* basis : {"risk_neutral", "real_world"})
      EXPECT_NEAR(measured(tables, basis, "forward", "forward_value").value().value, forward,
                  1e-14 * forward);
    const auto simulated = measured(tables, "risk_neutral", "forward", "present_value").value();
    EXPECT_NEAR(simulated.value, forward, kBand * simulated.error);
    const auto option = measured(tables, "risk_neutral", "option", "present_value").value();
    EXPECT_NEAR(option.value, black(forward, 2.2, s), kBand * option.error);
    EXPECT_LT(option.error, 0.02 * option.value);
  }
}

TEST(Idiosyncratic, SpreadsTheLogarithmOfTheRent) {
  Market market = sample_market();
  const auto before =
      log_rent_spread(market, market.hardware[0], MeasureBasis::real_world, kSampleDate, 30);
  market.hardware[0].idiosyncratic = OwnNoise{2, 0.3};
  const auto after =
      log_rent_spread(market, market.hardware[0], MeasureBasis::real_world, kSampleDate, 30);
  for (std::size_t k = 0; k <= 30; ++k) {
    const double own = noise_stdev(2, 0.3, static_cast<double>(k) / 12);
    EXPECT_NEAR(after.stdev[k], std::hypot(before.stdev[k], own), 1e-14);
    EXPECT_NEAR(after.mean[k], before.mean[k], 1e-14);
  }
}

// The strip of a hardware that only its own noise moves: options on exp(noise) given today's noise.
TEST(Idiosyncratic, IsForgottenByTheStripAsByItsLaw) {
  Inputs inputs = quiet_inputs();
  Hardware& chip = inputs.market.hardware[0];
  chip.idiosyncratic = OwnNoise{1.5, 0.4};
  chip.resale = Resale{};
  chip.resale->operator_rate = 0.0;
  const StripLaw law{MeasureBasis::real_world, &inputs.market, &chip, kSampleDate};
  constexpr double kCost = 1.2, kNoise = 0.35;
  StripState state;
  state.log_moneyness = std::log(2.0 / kCost) + kNoise;
  state.idiosyncratic = kNoise;
  double sum = 0;
  for (int h = 1; h <= 30; ++h) {
    const double t = h / 12.0, s = noise_stdev(1.5, 0.4, t);
    sum += 730 * black(2 * std::exp(kNoise * std::exp(-1.5 * t) + s * s / 2), kCost, s);
    EXPECT_NEAR(exact_strip(law, state, kCost, 0, 0, h), sum, 1e-11 * sum) << h;
  }
}

// The program's rows at simulated states against that sum: month by month of the run, in the plan's
// own lot.
TEST(Idiosyncratic, IsForgottenByTheRowsOfTheStrip) {
  Market market = sample_market();
  market.hardware.resize(1);
  market.launches.clear();
  Hardware& hardware = market.hardware[0];
  hardware.line.clear();
  hardware.idiosyncratic = OwnNoise{1.5, 0.4};
  RunSettings settings = settings_of(kSampleDate);
  settings.horizon_months = 24;
  const SimulatedBlock b(market, {}, settings, MeasureBasis::real_world, 0);
  const StripLaw law{MeasureBasis::real_world, &b.market, &b.market.hardware[0], kSampleDate};
  const std::size_t noise = engine::noise_series(b.plan.factors, 0);
  double summed = 0, expected = 0;
  for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
    StripState state;
    state.scarcity = b.rows.row(engine::kScarcity, 20)[p];
    state.idiosyncratic = b.rows.row(noise, 20)[p];
    const double cost = 0.36 * std::exp(0.025 * 20 / 12);
    state.log_moneyness = std::log(0.8 * 2.35 / cost) - 0.02 * 20 / 12 + state.scarcity +
                          b.rows.row(engine::kFrontier, 20)[p] + state.idiosyncratic;
    expected += exact_strip(law, state, cost, 300, 20, 76);
  }
  for (std::size_t f = 0; f < b.plan.fans.size(); ++f)
    if (b.plan.fans[f].of == FanPlan::Of::resale_value) summed = b.sum(b.layout.fan(f, 20));
  EXPECT_NEAR(summed, expected, 3e-5 * expected);
}

// E[logistic(alpha + s Z)] by QuantLib's Gauss-Hermite rule of 64 points.
double mean_logistic(double alpha, double stdev) {
  const QuantLib::GaussHermiteIntegration rule(64);
  return rule([&](double x) {
           return std::exp(-x * x) / (1 + std::exp(-alpha - std::sqrt(2.0) * stdev * x));
         }) /
         std::sqrt(kPi);
}

TEST(UtilizationNoise, KeepsTheMeanOfTheLongRun) {
  Market market = sample_market();
  Utilization& u = *market.hardware[0].utilization;
  for (const OwnNoise noise : {OwnNoise{4, 1.0}, {0.5, 0.3}, {0, 0.5}}) {
    u.noise = noise;
    for (const bool scarcity : {true, false}) {
      u.moves = scarcity;
      const SimulatedBlock b(market, {}, settings_of(kSampleDate), MeasureBasis::real_world, 0);
      double variance = scarcity ? 1.5 * 1.5 * 0.4 * 0.4 / 1.8 : 0;
      if (noise.mean_reversion > 0)
        variance += noise.volatility * noise.volatility / (2 * noise.mean_reversion);
      const double mean =
          0.35 + 0.62 * mean_logistic(b.plan.hardware[0].logit_constant, std::sqrt(variance));
      EXPECT_NEAR(mean, 0.80, 1e-9) << noise.mean_reversion << scarcity;
      EXPECT_TRUE(b.plan.hardware[0].utilization_moves);
    }
  }
}

// Month 24 of a run, scarcity off: the mean of the utilization fan by quadrature.
TEST(UtilizationNoise, MovesUtilization) {
  Inputs inputs = quiet_inputs();
  Hardware& chip = inputs.market.hardware[0];
  chip.utilization = Utilization{0.7, false, 0.2, 0.9, 0, {0.8, 0.9}};
  inputs.book.instruments = {on_chip(InstrumentKind::forward, Underlying::rental_rate, 0)};
  const RunTables tables = value_book(inputs, {}).tables;
  const double alpha = utilization_constant(0.7, 0.2, 0.9, 0.9 / std::sqrt(1.6));
  const Table& t = tables.paths;
  int seen = 0;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    if (t.column("series").texts[r] != "utilization" || t.column("month").numbers[r] != 24)
      continue;
    const double expected = 0.2 + 0.7 * mean_logistic(alpha, noise_stdev(0.8, 0.9, 2));
    EXPECT_NEAR(t.column("mean").numbers[r], expected,
                kBand * t.column("standard_error").numbers[r]);
    EXPECT_GT(t.column("standard_error").numbers[r], 0);
    ++seen;
  }
  EXPECT_EQ(seen, 2);  // bases
}

// A driver of volatility 0 is one that is not there.
TEST(OwnDrivers, OfNoVolatilityAreOff) {
  Market market = sample_market();
  market.hardware[0].idiosyncratic = OwnNoise{2, 0};
  market.hardware[0].utilization->noise = {2, 0};
  const SimulatedBlock off(market, {}, settings_of(kSampleDate), MeasureBasis::real_world, 3);
  const SimulatedBlock none(sample_market(), {}, settings_of(kSampleDate), MeasureBasis::real_world,
                            3);
  EXPECT_TRUE(off.plan.factors.noises.empty());
  EXPECT_EQ(off.sums, none.sums);
}

}  // namespace
}  // namespace lien::pricing
