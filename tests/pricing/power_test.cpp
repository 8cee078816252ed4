#include <gtest/gtest.h>

#include <cmath>

#include "pricing/market/correlation.hpp"
#include "pricing/plan/power_cost.hpp"
#include "pricing/plan/strip.hpp"
#include "tests/pricing/instrument_runs.hpp"
#include "tests/pricing/simulated_block.hpp"

namespace lien::pricing {
namespace {

constexpr double kBand = 4;  // standard errors
constexpr Power kPower = {{1.5, 0.4}, 1.2};

double power_variance(double t) { return 0.4 * 0.4 * (1 - std::exp(-2 * 1.5 * t)) / (2 * 1.5); }

TEST(Power, IsLognormalAroundItsLevel) {
  Inputs inputs = quiet_inputs();
  inputs.market.power = kPower;
  inputs.book.instruments = {on_chip(InstrumentKind::forward, Underlying::power, 0),
                             on_chip(InstrumentKind::put, Underlying::power, 1.1)};
  for (Instrument& i : inputs.book.instruments) i.hardware.clear();
  const RunTables tables = value_book(inputs, {}).tables;
  const double s = std::sqrt(power_variance(2)), forward = 1.2 * std::exp(s * s / 2);
  EXPECT_NEAR(measured(tables, "real_world", "forward", "forward_value").value().value, forward,
              1e-14);
  const auto simulated = measured(tables, "risk_neutral", "forward", "present_value").value();
  EXPECT_NEAR(simulated.value, forward, kBand * simulated.error);
  const auto put = measured(tables, "risk_neutral", "option", "present_value").value();
  EXPECT_NEAR(put.value, black(forward, 1.1, s) - forward + 1.1, kBand * put.error);
  const Table& t = tables.paths;
  int seen = 0;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    if (t.column("series").texts[r] != "power" || t.column("month").numbers[r] != 24) continue;
    EXPECT_NEAR(t.column("mean").numbers[r], forward,
                kBand * t.column("standard_error").numbers[r]);
    EXPECT_NEAR(t.column("quantile_50").numbers[r], 1.2, 0.02);
    ++seen;
  }
  EXPECT_EQ(seen, 2);
}

// One month's covariance with scarcity: r sc sp (1 - e^{-(kc + kp)/12}) / (kc + kp).
TEST(Power, MovesWithScarcity) {
  Inputs inputs = quiet_inputs();
  inputs.settings.paths = 64;
  inputs.market.power = kPower;
  inputs.market.scarcity = Scarcity{};
  inputs.market.scarcity->mean_reversion = 0.9;
  inputs.market.scarcity->volatility = 0.3;
  inputs.market.correlation.scarcity_power = -0.5;
  inputs.book.instruments = {on_chip(InstrumentKind::forward, Underlying::rental_rate, 0)};
  const Table measures = value_book(inputs, {}).tables.measures;
  const auto number = [&](const std::string& id) {
    for (std::size_t r = 0; r < measures.rows(); ++r)
      if (measures.column("measure").texts[r] == "factor_covariance" &&
          measures.column("id").texts[r] == id)
        return measures.column("value").numbers[r];
    return std::nan("");
  };
  EXPECT_NEAR(number("power/power"), power_variance(1.0 / 12), 1e-15);
  EXPECT_NEAR(number("scarcity/power"), -0.5 * 0.3 * 0.4 * (1 - std::exp(-2.4 / 12)) / 2.4, 1e-15);
}

// Earned 0.8 x 2 an hour, cost 1.5 (0.4 + 0.6 x 1.2 e^p): under cost where e^p is above a number.
TEST(Power, TakesRentsUnderTheirCost) {
  Inputs inputs = quiet_inputs();
  inputs.market.power = kPower;
  inputs.settings.loss_horizon_months = {24};
  Hardware& chip = inputs.market.hardware[0];
  chip.operating_cost = 1.5;
  chip.power_share = 0.6;
  chip.utilization = Utilization{0.8};
  inputs.book.instruments = {on_chip(InstrumentKind::forward, Underlying::rental_rate, 0)};
  const double p = std::log((1.6 / 1.5 - 0.4) / (0.6 * 1.2));
  const Measured share =
      measured(value_book(inputs, {}).tables, "real_world", "chip", "under_cost_probability")
          .value();
  EXPECT_NEAR(share.value, std::erfc(p / std::sqrt(2 * power_variance(2))) / 2,
              kBand * share.error);
}

// The lessor's cost of a lease: E[c_t] = c ((1 - s) + s level e^{v/2}).
TEST(Power, MovesTheCostOfALease) {
  Inputs inputs = quiet_inputs();
  inputs.market.rates.liquidity_spread = 0.02;
  inputs.market.power = kPower;
  Hardware& chip = inputs.market.hardware[0];
  chip.operating_cost = 0.4;
  chip.power_share = 0.6;
  chip.resale = Resale{};
  chip.resale->law = ResaleLaw::rental_multiple;
  Party sound;
  sound.id = "sound";
  sound.hazard = {{1}, {0.0}};
  inputs.market.parties = {sound};
  Lease lease;
  lease.id = "lease";
  lease.lessee = "sound";
  lease.hardware = "chip";
  lease.units = 100;
  lease.start = kSampleDate;
  lease.end = std::chrono::year(2028) / std::chrono::month(9) / std::chrono::day(30);
  lease.rent = 50000;
  lease.timing = RentTiming::arrears;
  inputs.book.leases = {lease};
  const auto value =
      measured(value_book(inputs, {}).tables, "risk_neutral", "lease", "present_value").value();
  double expected = 0;
  for (int k = 1; k <= 24; ++k)
    expected += std::exp(-0.02 * k / 12) *
                (50000 - 73000 * 0.4 * (0.4 + 0.6 * 1.2 * std::exp(power_variance(k / 12.0) / 2)));
  EXPECT_GT(value.error, 0);
  EXPECT_NEAR(value.value, expected, kBand * value.error);
  EXPECT_LT(value.error, 2e-3 * expected);
}

// A market whose strip knows two random things: frontier price and power.
Market strip_market() {
  Market market = sample_market();
  market.hardware.resize(1);
  market.launches.clear();
  market.power = kPower;
  market.correlation.scarcity_power = 0.5;
  Hardware& hardware = market.hardware[0];
  hardware.line.clear();
  hardware.power_share = 0.6;
  return market;
}

// Month by month: an option struck at the expected cost given today's power.
TEST(Power, IsInTheStripAtItsExpectation) {
  Market market = strip_market();
  market.scarcity.reset();
  Hardware& hardware = market.hardware[0];
  hardware.resale->operator_rate = 0;
  hardware.resale->transaction_cost = 0;
  const StripLaw law{MeasureBasis::real_world, &market, &hardware, kSampleDate};
  StripState state;
  state.log_moneyness = std::log(1.3);
  state.power = 0.35;
  double sum = 0;
  for (int h = 1; h <= 40; ++h) {
    const double t = h / 12.0;
    const double power = 1.2 * std::exp(0.35 * std::exp(-1.5 * t) + power_variance(t) / 2);
    const double cost = 0.5 * std::exp(0.025 * t) * (0.4 + 0.6 * power);
    const double rent = 0.5 * 1.3 * std::exp((-0.03 - 0.02 + 0.18 * 0.18 / 2) * t);
    sum += 730 * black(rent, cost, 0.18 * std::sqrt(t));
    EXPECT_NEAR(exact_strip(law, state, 0.5, 0, 0, h), sum, 1e-11 * sum) << h;
  }
}

TEST(Power, IsInTheRowsOfTheStrip) {
  RunSettings settings = settings_of(kSampleDate);
  settings.horizon_months = 24;
  const SimulatedBlock b(strip_market(), {}, settings, MeasureBasis::real_world, 0);
  const StripLaw law{MeasureBasis::real_world, &b.market, &b.market.hardware[0], kSampleDate};
  const double cost = 0.36 * std::exp(0.025 * 20 / 12);
  double summed = 0, expected = 0;
  for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
    StripState state;
    state.scarcity = b.rows.row(engine::kScarcity, 20)[p];
    state.power = b.rows.row(engine::noise_series(b.plan.factors, b.plan.power.noise), 20)[p];
    state.log_moneyness = std::log(0.8 * 2.35 / cost) - 0.02 * 20 / 12 + state.scarcity +
                          b.rows.row(engine::kFrontier, 20)[p];
    expected += exact_strip(law, state, cost, 300, 20, 76);
  }
  for (std::size_t f = 0; f < b.plan.fans.size(); ++f)
    if (b.plan.fans[f].of == FanPlan::Of::resale_value) summed = b.sum(b.layout.fan(f, 20));
  EXPECT_NEAR(summed, expected, 3e-5 * expected);
  StripState today;
  today.log_moneyness = std::log(0.8 * 2.35 / 0.36);
  EXPECT_NEAR(b.plan.lots[0].value_today, exact_strip(law, today, 0.36, 300, 0, 96), 1e-9);
}

// What the strip leaves out: power's own spread in the option and its covariance with the rent.
// E[(uR - c)^+] by quadrature over power, R lognormal given it.
double strip_with_random_power(const Market& market, int life) {
  const Hardware& h = market.hardware[0];
  const double kp = market.power->noise.mean_reversion, sp = market.power->noise.volatility;
  const double kc = market.scarcity->mean_reversion, sc = market.scarcity->volatility;
  const double sx = market.frontier->volatility, rho = market.correlation.scarcity_frontier;
  double sum = 0;
  for (int m = 1; m <= life; ++m) {
    const double t = m / 12.0;
    const auto b = [t](double k) { return (1 - std::exp(-k * t)) / k; };
    const double v = sc * sc * b(2 * kc) + sx * sx * t + 2 * rho * sc * sx * b(kc);
    const double vp = sp * sp * b(2 * kp);
    const double covariance = (market.correlation.scarcity_power * sc * b(kc + kp)) * sp;
    const double forward = 0.8 * h.rental_rate * std::exp((-0.03 - h.wear) * t + v / 2);
    const double beta = covariance / vp, left = std::sqrt(v - beta * covariance);
    double mean = 0, weights = 0;
    for (int i = -200; i <= 200; ++i) {
      const double z = 0.04 * i, p = z * std::sqrt(vp), w = std::exp(-z * z / 2);
      const double cost = *h.operating_cost * std::exp(h.operating_cost_growth * t) *
                          (1 - h.power_share + h.power_share * market.power->level * std::exp(p));
      mean += w * black(forward * std::exp(beta * p - beta * covariance / 2), cost, left);
      weights += w;
    }
    sum += 730 * (1 - h.resale->transaction_cost) * std::exp(-0.14 * t) * mean / weights;
  }
  return sum + h.resale->scrap;
}

TEST(Power, BiasOfTheStripIsKnown) {
  Market market = strip_market();
  market.power->level = 1;
  const StripLaw law{MeasureBasis::real_world, &market, &market.hardware[0], kSampleDate};
  struct Case {
    double rent, correlation, bias;
  };
  for (const Case& c : {Case{2.35, 0.3, 2.2e-5}, {0.7, 0.3, 3.08e-3}, {0.7, -0.5, -4.069e-2}}) {
    market.hardware[0].rental_rate = c.rent;
    market.correlation.scarcity_power = c.correlation;
    StripState state;
    state.log_moneyness = std::log(0.8 * c.rent / 0.36);
    const double exact = strip_with_random_power(market, 96);
    const double bias = exact_strip(law, state, 0.36, 300, 0, 96) / exact - 1;
    EXPECT_NEAR(bias, c.bias, 1e-5) << c.rent << ' ' << c.correlation;
  }
}

TEST(Power, CorrelationsMustFitTogether) {
  Correlation c{0.6, 0, 0, 0.7};
  EXPECT_TRUE(consistent(c));
  c.scarcity_power = 0.81;
  EXPECT_FALSE(consistent(c));
  EXPECT_TRUE(consistent_factors(c));
  c = {0.5, 0.5, 0.5, 0.8};  // smallest eigenvalue of the four: positive up to sqrt(2/3)
  EXPECT_TRUE(consistent(c));
  c.scarcity_power = 0.82;
  EXPECT_FALSE(consistent(c));
}

// Four factors of which any two have the correlation r: eigenvalues 1 - r and 1 + 3 r. Credit
// against three that are independent: its squares sum to at most 1.
TEST(Credit, CorrelationsMustFitTogether) {
  Correlation c;
  c.scarcity_credit = 0.6;
  c.frontier_credit = -0.48;
  c.rate_credit = 0.63;  // squares: 0.9873
  EXPECT_TRUE(consistent(c));
  c.rate_credit = 0.65;  // 1.0129, and no two of them above 1
  EXPECT_FALSE(consistent_credit(c));
  EXPECT_TRUE(consistent_power(c));
  const auto all = [](double r) {
    Correlation same;
    same.scarcity_frontier = same.scarcity_rate = same.frontier_rate = r;
    same.scarcity_credit = same.frontier_credit = same.rate_credit = r;
    return same;
  };
  EXPECT_TRUE(consistent(all(0.99)));
  EXPECT_TRUE(consistent(all(-0.33)));
  EXPECT_FALSE(consistent(all(-0.34)));
  EXPECT_TRUE(consistent_factors(all(-0.34)));
  c = {0.9, 0, 0, 0};
  c.scarcity_credit = 0.8;
  c.frontier_credit = -0.6;
  EXPECT_FALSE(consistent(c));
  c.frontier_credit = 0.6;
  EXPECT_TRUE(consistent(c));
  c.scarcity_power = 0.4;  // power and credit ask nothing of each other
  EXPECT_TRUE(consistent(c));
}

}  // namespace
}  // namespace lien::pricing
