// Units that can only be stopped for good, or never: limits that hold for every market, and sums of
// known flows.
#include "pricing/measures/end_of_life.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pricing/measures/run_notes.hpp"
#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

TEST(EndOfLife, LiesBetweenNeverStoppingAndStartingAgainAtNoCost) {
  Market market = sample_market();
  market.hardware[0].life_years = 4;
  market.hardware[0].operating_cost = 1.2;  // half the rent: stopping matters
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.paths = 16384;
  settings.threads = 2;
  market.hardware[0].resale->end_of_life = EndOfLife::irreversible;
  const auto units = end_of_life_values(settings, market);
  ASSERT_EQ(units.size(), 1u);
  market.hardware[0].resale->end_of_life = EndOfLife::never;
  const auto never = end_of_life_values(settings, market);
  ASSERT_EQ(never.size(), 1u);
  EXPECT_EQ(never[0].value.standard_error, 0);
  EXPECT_EQ(never[0].mothball, units[0].mothball);
  const auto& value = units[0].value;
  EXPECT_GT(value.value, never[0].value.value + 4 * value.standard_error);
  // The strip's moment matching is low by a quarter of a percent.
  EXPECT_LT(value.value, 1.003 * units[0].mothball + 4 * value.standard_error);
  EXPECT_GT(value.value, 0.8 * units[0].mothball);
}

// Rents that only fall: each month's flow is known, the best stop is before the first loss, and
// starting again is worth nothing.
TEST(EndOfLife, WithoutVolatilityIsASumOfFlows) {
  Market market = sample_market();
  market.scarcity.reset();
  market.frontier = Frontier{-0.30, 0, 0, 0, false};
  market.launches.clear();
  market.hardware.resize(1);
  Hardware& hardware = market.hardware[0];
  hardware.line.clear();
  hardware.life_years = 5;
  hardware.operating_cost = 0.9;
  hardware.utilization = Utilization{0.80};
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.paths = 1024;
  settings.threads = 1;
  double never = 0, stopped = 0;
  for (int h = 1; h <= 60; ++h) {
    const double t = h / 12.0;
    const double flow = 730 * 0.92 * std::exp(-0.14 * t) *
                        (0.80 * 2.35 * std::exp(-0.32 * t) - 0.9 * std::exp(0.025 * t));
    never += flow;
    stopped += std::max(flow, 0.0);
  }
  hardware.resale->end_of_life = EndOfLife::never;
  EXPECT_NEAR(end_of_life_values(settings, market)[0].value.value, never + 300, 1e-9 * stopped);
  hardware.resale->end_of_life = EndOfLife::irreversible;
  const auto unit = end_of_life_values(settings, market)[0];
  EXPECT_NEAR(unit.value.value, stopped + 300, 1e-9 * stopped);
  EXPECT_NEAR(unit.mothball, stopped + 300, 1e-9 * stopped);
  EXPECT_GT(stopped, never + 100);
}

// A cost that follows power stands at its expectation of today: flows of a sum again.
TEST(EndOfLife, TakesPowerAtItsExpectation) {
  Market market = sample_market();
  market.scarcity.reset();
  market.frontier = Frontier{-0.30, 0, 0, 0, false};
  market.launches.clear();
  market.hardware.resize(1);
  market.power = Power{{1.5, 0.4}, 1.2};
  Hardware& hardware = market.hardware[0];
  hardware.line.clear();
  hardware.life_years = 5;
  hardware.operating_cost = 0.9;
  hardware.power_share = 0.6;
  hardware.utilization = Utilization{0.80};
  hardware.resale->end_of_life = EndOfLife::irreversible;
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.paths = 1024;
  settings.threads = 1;
  double never = 0, stopped = 0;
  for (int h = 1; h <= 60; ++h) {
    const double t = h / 12.0;
    const double power = 1.2 * std::exp(0.16 * (1 - std::exp(-3 * t)) / 3 / 2);
    const double flow =
        730 * 0.92 * std::exp(-0.14 * t) *
        (0.80 * 2.35 * std::exp(-0.32 * t) - 0.9 * std::exp(0.025 * t) * (0.4 + 0.6 * power));
    never += flow;
    stopped += std::max(flow, 0.0);
  }
  const auto unit = end_of_life_values(settings, market)[0];
  EXPECT_NEAR(unit.value.value, stopped + 300, 1e-9 * stopped);
  EXPECT_NEAR(unit.mothball, stopped + 300, 1e-9 * stopped);
  hardware.resale->end_of_life = EndOfLife::never;
  EXPECT_NEAR(end_of_life_values(settings, market)[0].value.value, never + 300, 1e-9 * stopped);
}

// The strip prices the mean drift, so its stop does too.
TEST(EndOfLife, LeavesOutTheDriftsUncertainty) {
  Market market = sample_market();
  market.hardware[0].operating_cost = 1.2;
  market.hardware[0].life_years = 3;
  market.hardware[0].resale->end_of_life = EndOfLife::irreversible;
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.paths = 1024;
  settings.threads = 2;
  const double certain = end_of_life_values(settings, market)[0].value.value;
  market.frontier->drift_stdev = 0.3;
  EXPECT_EQ(end_of_life_values(settings, market)[0].value.value, certain);
}

// The strip that its controls come from foresees neither a scenario's rental path nor its launches.
TEST(EndOfLife, ForeseesNoMoreThanTheStrip) {
  Market market = sample_market();
  market.hardware.resize(1);
  market.hardware[0].resale->end_of_life = EndOfLife::irreversible;
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.paths = 1024;
  const auto before = end_of_life_values(settings, market);
  market.hardware[0].rental_rate_path = {{1, -0.2}, {12, -0.5}};
  market.launches[0].forced = {{6, 0.4}};
  const auto after = end_of_life_values(settings, market);
  ASSERT_EQ(before.size(), 1u);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(before[0].value.value, after[0].value.value);
  EXPECT_EQ(before[0].mothball, after[0].mothball);
  // What a path makes of today's rent is no foresight.
  market.hardware[0].rental_rate_path = {{0, -0.2}, {12, -0.5}};
  const auto fallen = end_of_life_values(settings, market);
  market.hardware[0].rental_rate_path.clear();
  market.hardware[0].rental_rate *= 0.8;
  const auto lower = end_of_life_values(settings, market);
  EXPECT_NEAR(fallen[0].value.value, lower[0].value.value, 1e-12 * lower[0].value.value);
  EXPECT_NEAR(fallen[0].mothball, lower[0].mothball, 1e-12 * lower[0].mothball);
  EXPECT_LT(fallen[0].mothball, 0.9 * before[0].mothball);
}

// Dead hardware earns on in a cash account: told where its life ends before the debt, and only
// there.
TEST(Warnings, NameHardwareThatDiesBeforeItsDebt) {
  Inputs inputs;
  Hardware& chip = inputs.market.hardware.emplace_back();
  chip.id = "chip";
  chip.life_years = 3;
  Loan& loan = inputs.book.loans.emplace_back();
  loan.id = "L";
  loan.hardware = "chip";
  loan.principal = 12e6;
  loan.recourse = Recourse::none;
  loan.closing = kSampleDate;
  loan.maturity = kSampleDate + std::chrono::days(3 * 365 + 1);
  EXPECT_TRUE(warnings(inputs).empty());
  loan.maturity += std::chrono::days(1);
  const std::string told =
      "hardware chip ends its life_years before the debt's last day; its income and cost go on in "
      "the cash account to the end";
  EXPECT_EQ(warnings(inputs), std::vector<std::string>{"loan L: " + told});
  loan.recourse = Recourse::full;  // no account
  EXPECT_TRUE(warnings(inputs).empty());
  loan.hardware.clear();
  Vehicle& vehicle = inputs.book.vehicles.emplace_back();
  vehicle.id = "V";
  vehicle.lots.resize(1);
  vehicle.lots[0].id = "a";
  vehicle.lots[0].hardware = "chip";
  vehicle.tranches.emplace_back().loan = 0;
  EXPECT_EQ(warnings(inputs), std::vector<std::string>{"vehicle V / lot a: " + told});
  vehicle.lots[0].in_service = kSampleDate + std::chrono::days(1);
  EXPECT_TRUE(warnings(inputs).empty());
}

}  // namespace
}  // namespace lien::pricing
