#include "pricing/market/premia.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "tests/pricing/compiled_market.hpp"

// What makes the risk-neutral basis differ from the real world: one test a premium, all else off.
namespace lien::pricing {
namespace {

constexpr auto kNeutral = MeasureBasis::risk_neutral;
constexpr auto kReal = MeasureBasis::real_world;
constexpr double kYears = 2;

// Nothing random: each test switches one driver on.
Market still_market() {
  Market market;
  market.currency = "USD";
  market.rates.zero_curve = {{1}, {0.0}};
  Hardware chip;
  chip.id = "chip";
  chip.line = "line";
  chip.rental_rate = 2;
  market.hardware = {chip};
  return market;
}

LaunchLine launch_line() {
  LaunchLine line;
  line.line = "line";
  line.mean_years = 1.25;
  line.drop_mean = 0.26;
  line.drop_stdev = 0.10;
  return line;
}

Instrument after_two_years(InstrumentKind kind, Underlying on, double strike = 0) {
  Instrument out;
  out.id = "i";
  out.kind = kind;
  out.on = on;
  (on == Underlying::launch_count ? out.line : out.hardware) =
      on == Underlying::launch_count ? "line" : "chip";
  out.strike = strike;
  out.expiry = add_months(kSampleDate, 24, true);
  return out;
}

// Mean of one sample of one instrument.
engine::Estimate sample(const Market& market, MeasureBasis basis, const Instrument& instrument,
                        std::size_t which) {
  Book book;
  book.instruments = {instrument};
  CompiledMarket compiled(market, basis, 24, book);
  const BasisRun run = compiled.run(1 << 15);
  return run.mean(run.layout.instrument(0, which));
}

// Q less P of the mean log rent, on the same random numbers.
double log_rent_moved(const Market& market) {
  const Instrument rent = after_two_years(InstrumentKind::forward, Underlying::log_rental_rate);
  return sample(market, kNeutral, rent, kUnderlying).value -
         sample(market, kReal, rent, kUnderlying).value;
}

TEST(Premia, OfScarcityMovesItsDrift) {
  Market market = still_market();
  market.scarcity = Scarcity{0.9, 0.40, 0, 0.10};
  EXPECT_NEAR(log_rent_moved(market), 0.10 * std::expm1(-0.9 * kYears) / 0.9, 1e-9);
}

TEST(Premia, OfTheFrontierMovesItsDrift) {
  Market market = still_market();
  market.frontier = Frontier{-0.03, 0.18, 0.036, false};
  EXPECT_NEAR(log_rent_moved(market), -0.036 * kYears, 1e-9);
}

// P(no launch within two years), S(a0 + t)/S(a0) to the power 1 + theta under Q.
void expect_no_launch(const LaunchLine& line, double real) {
  Market market = still_market();
  market.launches = {line};
  const Instrument none = after_two_years(InstrumentKind::put, Underlying::launch_count, 0.5);
  for (const MeasureBasis basis : {kReal, kNeutral}) {
    const auto seen = sample(market, basis, none, kExercised);
    const double expected = basis == kReal ? real : std::pow(real, 1 + line.hazard_premium);
    EXPECT_NEAR(seen.value, expected, 4 * seen.standard_error);
    // The two measures are further apart than the error.
    EXPECT_GT(std::abs(real - std::pow(real, 1 + line.hazard_premium)), 10 * seen.standard_error);
  }
}

TEST(Premia, OfLaunchesScalesAWeibullHazard) {
  LaunchLine line = launch_line();
  line.law = LaunchLaw::weibull;
  line.shape = 2.1;
  line.mean_years = 2.5;
  line.years_since_last = 0.6;
  line.hazard_premium = 0.25;
  const double scale = 2.5 / std::tgamma(1 + 1 / 2.1);
  expect_no_launch(line, std::exp(std::pow(0.6 / scale, 2.1) - std::pow(2.6 / scale, 2.1)));
}

TEST(Premia, OfLaunchesScalesAGammaHazard) {
  LaunchLine line = launch_line();
  line.law = LaunchLaw::gamma;
  line.shape = 3;
  line.mean_years = 2.5;
  line.years_since_last = 0.6;
  line.hazard_premium = 0.25;
  const auto survival = [](double t) {
    const double x = 3 * t / 2.5;
    return std::exp(-x) * (1 + x + x * x / 2);
  };
  expect_no_launch(line, survival(2.6) / survival(0.6));
}

TEST(Premia, OfLaunchesScalesAnExponentialRate) {
  LaunchLine line = launch_line();
  line.law = LaunchLaw::exponential;
  line.hazard_premium = 0.25;
  expect_no_launch(line, std::exp(-kYears / 1.25));
}

// Announced for month 6, exponential slip of 20 months.
TEST(Premia, OfLaunchesShortensSlips) {
  LaunchLine line = launch_line();
  line.scheduled = {{"next", add_months(kSampleDate, 6, true), 20}};
  line.hazard_premium = 0.25;
  expect_no_launch(line, std::exp(-18.0 / 20));
}

// Poisson launches, steps: ln E[R(t)/R(0)] = t/mean (E[e^{-L}] - 1).
TEST(Premia, OfDropsMovesTheirMeanByStandardDeviations) {
  LaunchLine line = launch_line();
  line.law = LaunchLaw::exponential;
  line.drop_premium = 0.3;
  Market market = still_market();
  market.launches = {line};
  const Instrument rent = after_two_years(InstrumentKind::forward, Underlying::rental_rate);
  for (const MeasureBasis basis : {kReal, kNeutral}) {
    const double drop = basis == kReal ? 0.26 : 0.26 + 0.3 * 0.10;
    const double expected = 2 * std::exp(kYears / 1.25 * std::expm1(-drop + 0.10 * 0.10 / 2));
    const auto closed = expected_log_rents(market, market.hardware[0], basis, kSampleDate, 24);
    EXPECT_NEAR(std::exp(closed.back()), expected, 1e-11);
    const auto seen = sample(market, basis, rent, kUnderlying);
    EXPECT_NEAR(seen.value, expected, 4 * seen.standard_error);
    EXPECT_LT(seen.standard_error, 0.005);  // the premium moves the mean by 0.05
  }
}

// Hazards as given times the ratio under Q; spreads as given under Q, over the ratio in P.
TEST(Premia, OfPartiesScalesTheirHazard) {
  Market market = still_market();
  Party party;
  party.risk_neutral_ratio = 1.6;
  party.recovery = 0.4;
  party.id = "hazard";
  party.hazard = {{1}, {0.05}};
  market.parties.push_back(party);
  party.id = "pd";
  party.hazard = {};
  party.input = CreditInput::pd_one_year;
  party.pd_one_year = 0.05;
  market.parties.push_back(party);
  party.id = "cds";
  party.input = CreditInput::cds_spreads;
  party.cds_spreads = {{5}, {0.03}};
  market.parties.push_back(party);
  const CompiledMarket real(market, kReal, 24), neutral(market, kNeutral, 24);
  const double pd = -std::log1p(-0.05);
  for (std::size_t k = 1; k <= 24; ++k) {
    const auto hazard = [k](const CompiledMarket& compiled, std::size_t i) {
      return std::exp(compiled.plan.parties[i].log_hazard[k]);
    };
    EXPECT_NEAR(hazard(real, 0), 0.05, 1e-12);
    EXPECT_NEAR(hazard(neutral, 0), 1.6 * 0.05, 1e-12);
    EXPECT_NEAR(hazard(real, 1), pd, 1e-12);
    EXPECT_NEAR(hazard(neutral, 1), 1.6 * pd, 1e-12);
    EXPECT_NEAR(hazard(neutral, 2), 0.05, 1e-3);  // spread over loss given default
    EXPECT_NEAR(hazard(real, 2), hazard(neutral, 2) / 1.6, 1e-12);
  }
}

// A call on ln R struck at its mean is worth sd / sqrt(2 pi).
TEST(Premia, NoneForTheDriftsUncertainty) {
  Market market = still_market();
  market.frontier = Frontier{-0.03, 0.18, 0, 0.12, false};
  const double strike = std::log(2.0) - 0.03 * kYears;
  const Instrument call =
      after_two_years(InstrumentKind::call, Underlying::log_rental_rate, strike);
  for (const MeasureBasis basis : {kReal, kNeutral}) {
    const double own = basis == kReal ? 0.12 * kYears : 0;
    const double stdev = std::sqrt(0.18 * 0.18 * kYears + own * own);
    const auto seen = sample(market, basis, call, kPayoff);
    EXPECT_NEAR(seen.value, stdev / std::sqrt(2 * std::acos(-1.0)), 4 * seen.standard_error);
    EXPECT_LT(seen.standard_error, 0.01 * stdev);
  }
}

TEST(Premia, NoneForTheShortRate) {
  Market market = still_market();
  market.rates.zero_curve = {{1}, {0.04}};
  market.rates.hull_white = HullWhite{0.08, 0.012};
  Instrument bond = after_two_years(InstrumentKind::call, Underlying::zero_coupon_bond, 0.88);
  bond.hardware.clear();
  bond.delivery = add_months(kSampleDate, 60, true);
  for (const std::size_t which : {kPayoff, kUnderlying})
    EXPECT_EQ(sample(market, kNeutral, bond, which).value,
              sample(market, kReal, bond, which).value);
}

// Twice a premium of -0.6 would leave a negative hazard, twice a ratio of 0.4 another.
TEST(Premia, OutOfRangeAreNamed) {
  Market market = still_market();
  market.launches = {launch_line()};
  market.launches[0].hazard_premium = -0.6;
  Party party;
  party.id = "party";
  party.risk_neutral_ratio = 0.4;
  market.parties = {party};
  EXPECT_TRUE(premia_out_of_range(market, 1).empty());
  EXPECT_EQ(
      premia_out_of_range(market, 2),
      (std::vector<std::string>{"launches.line.hazard_premium", "party.party.risk_neutral_ratio"}));
}

}  // namespace
}  // namespace lien::pricing
