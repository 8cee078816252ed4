#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/instrument_runs.hpp"

// A whole run in which every driver is on and every volatility 0: the plain deterministic value,
// written down once more from docs/model.md.
namespace lien::pricing {
namespace {

constexpr Date kToday = std::chrono::year(2026) / std::chrono::month(10) / std::chrono::day(1);
constexpr double kUnits = 100, kPrincipal = 16000 * kUnits, kCoupon = 0.12, kMultiple = 9000;
constexpr int kMonths = 36, kLag = 6, kLaunch = 7;

Date month(int k) { return add_months(kToday, k, false); }

Inputs still_inputs() {
  Inputs inputs = quiet_inputs();
  inputs.settings.valuation_date = kToday;
  inputs.settings.paths = 512;
  Market& market = inputs.market;
  market.rates.zero_curve = {{1}, {0.04}};
  market.rates.liquidity_spread = 0.01;
  market.rates.hull_white = HullWhite{0.08, 0};
  market.scarcity = Scarcity{0.9, 0, 0.2, 0.10};
  market.frontier = Frontier{-0.03, 0, 0.036, 0, false};
  market.correlation = {0.30, 0.25, 0.10};
  LaunchLine line;
  line.line = "line";
  line.drop_mean = 0.229;
  line.drop_premium = 0.3;
  line.hazard_premium = 0.25;
  line.ramp = RampLaw::exponential;
  line.ramp_years = 0.5;
  line.scheduled = {{"next", month(kLaunch), 0}};
  market.launches = {line};
  Hardware& chip = market.hardware[0];
  chip.line = "line";
  chip.wear = 0.02;
  chip.idiosyncratic = OwnNoise{1.5, 0};
  chip.resale = Resale{};
  chip.resale->law = ResaleLaw::rental_multiple;
  chip.resale->multiple = kMultiple;
  market.liquidation = Liquidation{0.10, 5e3, 2, kLag};
  Party party;
  party.id = "borrower";
  party.hazard = {{1}, {0.05}};
  party.recovery = 0.35;
  party.risk_neutral_ratio = 1.6;
  party.scarcity_loading = 1;
  market.parties = {party};
  Loan loan;
  loan.id = "loan";
  loan.borrower = "borrower";
  loan.hardware = "chip";
  loan.units = kUnits;
  loan.principal = kPrincipal;
  loan.coupon = kCoupon;
  loan.closing = kToday;
  loan.maturity = month(kMonths);
  inputs.book.loans = {loan};
  const auto add = [&inputs](const std::string& id, InstrumentKind kind, Underlying on,
                             double strike) {
    Instrument out = on_chip(kind, on, strike);
    out.id = id;
    out.expiry = month(24);
    if (on == Underlying::launch_count) {
      out.hardware.clear();
      out.line = "line";
    }
    if (on == Underlying::zero_coupon_bond) out.hardware.clear();
    if (on == Underlying::zero_coupon_bond || on == Underlying::forward_rental_rate)
      out.delivery = month(30);
    inputs.book.instruments.push_back(out);
  };
  add("rent", InstrumentKind::call, Underlying::rental_rate, 1.0);
  add("log", InstrumentKind::put, Underlying::log_rental_rate, 1.5);
  add("future", InstrumentKind::call, Underlying::forward_rental_rate, 0.5);
  add("unit", InstrumentKind::put, Underlying::resale_value, 20000);
  add("bond", InstrumentKind::forward, Underlying::zero_coupon_bond, 0.9);
  add("count", InstrumentKind::forward, Underlying::launch_count, 0.25);
  return inputs;
}

double rent(int k, bool neutral) {
  const double t = k / 12.0, b = -std::expm1(-0.9 * t) / 0.9;
  double log_rent = std::log(2.0) + 0.2 * std::expm1(-0.9 * t) - 0.03 * t - 0.02 * t;
  if (neutral) log_rent -= 0.10 * b + 0.036 * t;
  if (k > kLaunch) log_rent += 0.229 * std::expm1(-(k - kLaunch) / 12.0 / 0.5);
  return std::exp(log_rent);
}
double fair_discount(int k) { return std::exp(-(0.04 + 0.01) * k / 12.0); }

double loan_value() {
  const double i = kCoupon / 12, payment = kPrincipal * i / (1 - std::pow(1 + i, -kMonths));
  const auto alive = [](int k) { return std::exp(-1.6 * 0.05 * k / 12.0); };
  double value = 0, owed = kPrincipal;
  for (int k = 1; k <= kMonths; ++k) {
    const int sale = k + kLag;
    const double unit = kMultiple * rent(sale, true);
    const double proceeds = std::max(0.0, kUnits * 0.9 * unit - 5e3 - 2 * kUnits * kLag);
    const double taken = std::min(owed, proceeds);
    value += payment * alive(k) * fair_discount(k);
    value += (alive(k - 1) - alive(k)) * fair_discount(sale) * (taken + 0.35 * (owed - taken));
    owed = owed * (1 + i) - payment;
  }
  return value;
}

TEST(NoVolatility, GivesThePlainValueWithoutAnError) {
  const RunTables tables = value_book(still_inputs(), {}).tables;
  const auto expect = [&](const std::string& id, double value) {
    const auto seen = measured(tables, "risk_neutral", id, "present_value");
    ASSERT_TRUE(seen.has_value()) << id;
    EXPECT_NEAR(seen->value, value, 1e-12 * std::abs(value)) << id;
    EXPECT_EQ(seen->error, 0) << id;
  };
  const double paid = fair_discount(24);
  expect("loan", loan_value());
  expect("rent", paid * (rent(24, true) - 1.0));
  expect("log", paid * (1.5 - std::log(rent(24, true))));
  expect("future", paid * (rent(30, true) - 0.5));
  expect("unit", paid * (20000 - kMultiple * rent(24, true)));
  expect("bond", paid * (std::exp(-0.04 / 2) - 0.9));
  expect("count", paid * 0.75);
  // Who defaults is drawn for losses by path; all that is weighed with survival has no error.
  const std::set<std::string> weighed = {"present_value", "expected_loss",
                                         "forward_value", "exercise_probability",
                                         "resale_value",  "survival_probability"};
  const Table& t = tables.measures;
  std::size_t rows = 0;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    if (!weighed.contains(t.column("measure").texts[r])) continue;
    const double error = t.column("standard_error").numbers[r];
    EXPECT_TRUE(error == 0 || std::isnan(error))
        << t.column("id").texts[r] << ' ' << t.column("measure").texts[r] << ' ' << error;
    ++rows;
  }
  EXPECT_GT(rows, 30U);
}

// In the real world the same rents without premia, at E_P where the run states a mean.
TEST(NoVolatility, LeavesThePremiaOutInTheRealWorld) {
  const RunTables tables = value_book(still_inputs(), {}).tables;
  for (const bool neutral : {false, true}) {
    const std::string basis = neutral ? "risk_neutral" : "real_world";
    const auto mean = measured(tables, basis, "rent", "forward_value").value();
    EXPECT_NEAR(mean.value, rent(24, neutral), 1e-12 * mean.value);
    // What the path still has to come is seen on risk-neutral drifts from either basis.
    const double premia = 0.10 * std::exp(-0.9 * 0.5) * -std::expm1(-0.9 * 2.0) / 0.9 + 0.036 * 2;
    const auto forward = measured(tables, basis, "future", "forward_value").value();
    EXPECT_NEAR(forward.value, rent(30, true) * (neutral ? 1.0 : std::exp(premia)),
                1e-12 * forward.value);
  }
}

}  // namespace
}  // namespace lien::pricing
