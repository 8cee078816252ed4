#include <gtest/gtest.h>

#include <cmath>
#include <ql/models/shortrate/onefactormodels/hullwhite.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include "tests/pricing/instrument_runs.hpp"

// Swaps, caps, floors, futures, month averages, counterparties and bonds, against closed forms.
namespace lien::pricing {
namespace {

constexpr double kBand = 4;  // standard errors
constexpr double kRate = 0.05;

// Two factors as in case O08, rents at 2 today.
Inputs two_factors() {
  Inputs inputs = quiet_inputs();
  inputs.market.rates.zero_curve = {{1}, {kRate}};
  inputs.market.scarcity = Scarcity{};
  inputs.market.scarcity->mean_reversion = 1.49;
  inputs.market.scarcity->volatility = 0.286;
  inputs.market.scarcity->risk_premium = 0.157;
  inputs.market.frontier = Frontier{};
  inputs.market.frontier->drift = 0.0115;
  inputs.market.frontier->volatility = 0.145;
  inputs.market.correlation.scarcity_frontier = 0.3;
  return inputs;
}
double stdev_at(double t) {
  const double k = 1.49;
  return std::sqrt(0.286 * 0.286 * (1 - std::exp(-2 * k * t)) / (2 * k) + 0.145 * 0.145 * t +
                   2 * 0.3 * 0.286 * 0.145 * (1 - std::exp(-k * t)) / k);
}
double forward_at(double t) {
  const double s = stdev_at(t);
  return 2 * std::exp(-0.157 * (1 - std::exp(-1.49 * t)) / 1.49 + 0.0115 * t + s * s / 2);
}

Measured of(const Inputs& inputs, const Instrument& terms, const char* measure = "present_value") {
  Inputs with = inputs;
  with.book.instruments = {terms};
  return measured(value_book(with, {}).tables, "risk_neutral", terms.id, measure).value();
}

Instrument hedge(InstrumentKind kind, Underlying on, double strike, Frequency frequency) {
  Instrument out = on_chip(kind, on, strike);
  out.id = "hedge";
  out.frequency = frequency;
  if (on != Underlying::rental_rate) out.hardware.clear();
  return out;
}

TEST(Hedges, RentalSwapIsItsForwards) {
  Inputs inputs = two_factors();
  for (const int months : {1, 3}) {
    Instrument swap =
        hedge(InstrumentKind::swap, Underlying::rental_rate, 1.9, static_cast<Frequency>(months));
    swap.quantity = 730;
    double value = 0, annuity = 0;
    for (int k = months; k <= 24; k += months) {
      const double t = k / 12.0, discount = std::exp(-kRate * t);
      value += 730 * discount * (forward_at(t) - 1.9);
      annuity += discount;
    }
    const Measured simulated = of(inputs, swap);
    EXPECT_NEAR(simulated.value, value, kBand * simulated.error);
    EXPECT_LT(simulated.error, 0.01 * 730 * annuity);
    const Measured fair = of(inputs, swap, "fair_rate");
    EXPECT_NEAR(fair.value, 1.9 + value / annuity / 730, kBand * fair.error);
    EXPECT_EQ(of(inputs, swap, "expected_loss").value, -simulated.value);
    inputs.book.instruments = {swap};
    EXPECT_FALSE(
        measured(value_book(inputs, {}).tables, "real_world", swap.id, "fair_rate").has_value());
    swap.long_position = false;
    EXPECT_EQ(of(inputs, swap).value, -simulated.value);
    EXPECT_NEAR(of(inputs, swap, "fair_rate").value, fair.value, 1e-12);
  }
}

TEST(Hedges, CapletsOnRentAreBlacks) {
  const Inputs inputs = two_factors();
  double cap = 0, floor = 0;
  for (int k = 3; k <= 24; k += 3) {
    const double t = k / 12.0, call = black(forward_at(t), 2.05, stdev_at(t));
    cap += std::exp(-kRate * t) * call;
    floor += std::exp(-kRate * t) * (call - forward_at(t) + 2.05);
  }
  const auto quarterly = Frequency::quarterly;
  const Measured c =
      of(inputs, hedge(InstrumentKind::cap, Underlying::rental_rate, 2.05, quarterly));
  const Measured f =
      of(inputs, hedge(InstrumentKind::floor, Underlying::rental_rate, 2.05, quarterly));
  EXPECT_NEAR(c.value, cap, kBand * c.error);
  EXPECT_NEAR(f.value, floor, kBand * f.error);
  EXPECT_LT(c.error, 0.02 * cap);
  // That of the last period alone.
  const Measured paid =
      of(inputs, hedge(InstrumentKind::cap, Underlying::rental_rate, 2.05, quarterly),
         "exercise_probability");
  const double d = std::log(forward_at(2) / 2.05) / stdev_at(2) - stdev_at(2) / 2;
  EXPECT_NEAR(paid.value, std::erfc(-d / std::sqrt(2.0)) / 2, kBand * paid.error);
}

// Periods that start later, or began in the past, settle from their own ends only.
TEST(Hedges, SettleFromTheirStart) {
  Inputs inputs = quiet_inputs();
  Instrument swap =
      hedge(InstrumentKind::swap, Underlying::rental_rate, 0.5, Frequency::semiannual);
  using std::chrono::day, std::chrono::month, std::chrono::year;
  swap.start = Date{year(2027) / month(3) / day(31)};
  EXPECT_NEAR(of(inputs, swap).value, 3 * 1.5, 1e-12);
  swap.start = Date{year(2026) / month(3) / day(31)};
  EXPECT_NEAR(of(inputs, swap).value, 4 * 1.5, 1e-12);
  // From the end of a month to ends of months, of whatever length.
  swap.start = Date{year(2026) / month(11) / day(30)};
  swap.expiry = Date{year(2027) / month(5) / day(31)};
  EXPECT_NEAR(of(inputs, swap).value, 1.5, 1e-12);
}

// Between grid dates: the rent of the month's end, discounted from the day itself.
TEST(Hedges, SettleOnTheirOwnDays) {
  Inputs inputs = quiet_inputs();
  inputs.market.rates.zero_curve = {{1}, {kRate}};
  inputs.market.rates.liquidity_spread = 0.01;
  inputs.market.frontier = Frontier{};
  inputs.market.frontier->drift = -0.1;
  using std::chrono::day, std::chrono::month, std::chrono::year;
  Instrument swap = hedge(InstrumentKind::swap, Underlying::rental_rate, 1.5, Frequency::quarterly);
  swap.start = Date{year(2026) / month(10) / day(15)};
  swap.expiry = Date{year(2027) / month(7) / day(15)};
  double value = 0, annuity = 0;
  for (const auto& [k, share] : {std::pair{4, 15 / 31.0}, {7, 15 / 30.0}, {10, 15 / 31.0}}) {
    const double discount = std::exp(-0.06 * (k - 1 + share) / 12);
    value += discount * (2 * std::exp(-0.1 * k / 12) - 1.5);
    annuity += discount;
  }
  EXPECT_NEAR(of(inputs, swap).value, value, 1e-12);
  EXPECT_NEAR(of(inputs, swap, "fair_rate").value, 1.5 + value / annuity, 1e-12);
  swap.kind = InstrumentKind::future;
  swap.start.reset();
  EXPECT_NEAR(of(inputs, swap).value, 2 * std::exp(-0.1 * 10 / 12) - 1.5, 1e-12);
}

// Floating less fixed: P(0,s) - P(0,e) - K sum of accrual P, whatever the volatility.
TEST(Hedges, InterestSwapIsTheCurve) {
  Inputs inputs = quiet_inputs();
  inputs.market.rates.zero_curve = {{1, 3}, {0.03, 0.05}};
  Instrument swap =
      hedge(InstrumentKind::swap, Underlying::floating_rate, 0.035, Frequency::quarterly);
  swap.start = Date{std::chrono::year(2027) / std::chrono::month(3) / std::chrono::day(31)};
  swap.quantity = 1000;
  const auto bond = [](double t) {
    const double zero = t <= 1 ? 0.03 : 0.03 + 0.02 * (t - 1) / 2;
    return std::exp(-zero * t);
  };
  double annuity = 0;
  for (int k = 9; k <= 24; k += 3) annuity += 0.25 * bond(k / 12.0);
  const double value = 1000 * (bond(0.5) - bond(2) - 0.035 * annuity);
  EXPECT_NEAR(of(inputs, swap).value, value, 1e-10);
  EXPECT_NEAR(of(inputs, swap, "fair_rate").value, (bond(0.5) - bond(2)) / annuity, 1e-12);
  inputs.market.rates.hull_white = HullWhite{0.08, 0.012};
  const Measured random = of(inputs, swap);
  EXPECT_NEAR(random.value, value, kBand * random.error);
  EXPECT_GT(random.error, 0);
}

// A caplet is 1 + K accrual puts on the bond of its period: QuantLib's, under Hull and White.
TEST(Hedges, CapsOnRatesAreQuantLibs) {
  namespace ql = QuantLib;
  Inputs inputs = quiet_inputs();
  inputs.market.rates.zero_curve = {{1}, {0.04}};
  inputs.market.rates.hull_white = HullWhite{0.08, 0.012};
  const double strike = 0.041;
  const ql::HullWhite model(
      ql::Handle<ql::YieldTermStructure>(ql::ext::make_shared<ql::FlatForward>(
          ql::Date(1, ql::January, 2027), 0.04, ql::Actual365Fixed())),
      0.08, 0.012);
  double cap = 0, floor = 0;
  for (int k = 0; k < 24; k += 3) {
    const double from = k / 12.0, to = (k + 3) / 12.0, units = 1 + strike / 4;
    if (k == 0) {  // fixed today
      cap += std::max(std::exp(-0.04 * from) - units * std::exp(-0.04 * to), 0.0);
      floor += std::max(units * std::exp(-0.04 * to) - std::exp(-0.04 * from), 0.0);
      continue;
    }
    cap += units * model.discountBondOption(ql::Option::Put, 1 / units, from, to);
    floor += units * model.discountBondOption(ql::Option::Call, 1 / units, from, to);
  }
  const auto on = [&](InstrumentKind kind) {
    return of(inputs, hedge(kind, Underlying::floating_rate, strike, Frequency::quarterly));
  };
  const Measured c = on(InstrumentKind::cap), f = on(InstrumentKind::floor);
  EXPECT_NEAR(c.value, cap, kBand * c.error);
  EXPECT_NEAR(f.value, floor, kBand * f.error);
  EXPECT_LT(c.error, 0.02 * cap);
}

TEST(Hedges, PowerSwapIsItsLognormalMeans) {
  Inputs inputs = quiet_inputs();
  inputs.market.power = Power{{1.5, 0.4}, 1.2};
  double value = 0;
  for (int k = 1; k <= 24; ++k)
    value += 1.2 * std::exp(0.16 * (1 - std::exp(-3 * k / 12.0)) / 3 / 2) - 1.1;
  const Measured swap =
      of(inputs, hedge(InstrumentKind::swap, Underlying::power, 1.1, Frequency::monthly));
  EXPECT_NEAR(swap.value, value, kBand * swap.error);
}

// The mean of the month is that of its two ends: R_23 (1 + e^x) / 2, x independent of R_23.
TEST(Hedges, SettleOnTheMeanOfTheMonth) {
  Inputs inputs = quiet_inputs();
  inputs.market.frontier = Frontier{};
  inputs.market.frontier->volatility = 0.6;
  const double variance = 0.36 / 12, s = 0.6 * std::sqrt(23 / 12.0);
  const double before = 2 * std::exp(s * s / 2), last = before * std::exp(variance / 2);
  double call = 0, weights = 0;
  for (int i = -400; i <= 400; ++i) {
    const double z = 0.02 * i, w = std::exp(-z * z / 2);
    call += w * black(before * (1 + std::exp(z * std::sqrt(variance))) / 2, 2.2, s);
    weights += w;
  }
  call /= weights;
  const auto on = [&](InstrumentKind kind, double strike) {
    Instrument terms = on_chip(kind, Underlying::rental_rate, strike);
    terms.month_average = true;
    return of(inputs, terms);
  };
  const Measured forward = on(InstrumentKind::forward, 0);
  EXPECT_NEAR(forward.value, (before + last) / 2, kBand * forward.error);
  for (const InstrumentKind kind : {InstrumentKind::forward, InstrumentKind::swap}) {
    Instrument terms = hedge(kind, Underlying::rental_rate, 0, Frequency::monthly);
    terms.month_average = true;
    const Measured mean = of(inputs, terms, "forward_value");
    EXPECT_NEAR(mean.value, (before + last) / 2, kBand * mean.error);
    EXPECT_GT(mean.error, 0);
  }
  const Measured option = on(InstrumentKind::call, 2.2), put = on(InstrumentKind::put, 2.2);
  EXPECT_NEAR(option.value, call, kBand * option.error);
  EXPECT_NEAR(option.value - put.value, forward.value - 2.2, 1e-9);
  // Rent falls by a tenth a year, without volatility: the two ends are told apart.
  inputs.market.frontier = Frontier{};
  inputs.market.frontier->drift = -0.1;
  EXPECT_NEAR(on(InstrumentKind::future, 1).value, std::exp(-0.1 * 23 / 12) + std::exp(-0.2) - 1,
              1e-12);
}

// A future is margined: not discounted, and on a bond lower than the forward by its convexity.
TEST(Hedges, FutureIsTheUndiscountedMean) {
  Inputs inputs = two_factors();
  const Measured rent =
      of(inputs, hedge(InstrumentKind::future, Underlying::rental_rate, 1.9, Frequency::monthly));
  EXPECT_NEAR(rent.value, forward_at(2) - 1.9, kBand * rent.error);
  inputs = quiet_inputs();
  inputs.market.rates.zero_curve = {{1}, {0.04}};
  inputs.market.rates.hull_white = HullWhite{0.08, 0.05};
  Instrument bond =
      hedge(InstrumentKind::future, Underlying::zero_coupon_bond, 0, Frequency::monthly);
  bond.delivery = Date{std::chrono::year(2031) / std::chrono::month(9) / std::chrono::day(30)};
  const auto b = [](double h) { return (1 - std::exp(-0.08 * h)) / 0.08; };
  const double mean = std::exp(-0.04 * 3 - b(3) * 0.05 * 0.05 * b(2) * b(2) / 2);
  const Measured future = of(inputs, bond);
  EXPECT_NEAR(future.value, mean, kBand * future.error);
  EXPECT_LT(future.error, 2e-3 * mean);
}

Party failing(double hazard, double recovery) {
  Party party;
  party.id = "bank";
  party.hazard = {{1}, {hazard}};
  party.recovery = recovery;
  return party;
}

// Independent of the rent: what is owed to us is worth S + R (1 - S) of itself, what we owe all.
TEST(Hedges, CounterpartyFailsToPayWhatItOwes) {
  Inputs inputs = two_factors();
  inputs.market.parties = {failing(0.2, 0.3)};
  Instrument swap =
      hedge(InstrumentKind::swap, Underlying::rental_rate, 1.95, Frequency::quarterly);
  swap.counterparty = "bank";
  for (const bool long_position : {true, false}) {
    swap.long_position = long_position;
    double value = 0;
    for (int k = 3; k <= 24; k += 3) {
      const double t = k / 12.0, survival = std::exp(-0.2 * t);
      const double call = black(forward_at(t), 1.95, stdev_at(t));
      const double put = call - forward_at(t) + 1.95;
      const double kept = survival + 0.3 * (1 - survival);
      value += std::exp(-kRate * t) * (long_position ? kept * call - put : kept * put - call);
    }
    const Measured simulated = of(inputs, swap);
    EXPECT_NEAR(simulated.value, value, kBand * simulated.error);
    EXPECT_LT(simulated.error, 0.02);
  }
  // No strike is fair to both: none is told.
  inputs.book.instruments = {swap};
  EXPECT_FALSE(
      measured(value_book(inputs, {}).tables, "risk_neutral", swap.id, "fair_rate").has_value());
  Instrument put = on_chip(InstrumentKind::put, Underlying::rental_rate, 2);
  put.counterparty = "bank";
  const double survival = std::exp(-0.4);
  const double value = std::exp(-0.1) * (survival + 0.3 * (1 - survival)) *
                       (black(forward_at(2), 2, stdev_at(2)) - forward_at(2) + 2);
  const Measured option = of(inputs, put);
  EXPECT_NEAR(option.value, value, kBand * option.error);
}

Inputs bond_of_a_bank(Instrument& bond) {
  Inputs inputs = quiet_inputs();
  inputs.market.rates.zero_curve = {{1}, {kRate}};
  inputs.market.rates.liquidity_spread = 0.01;
  inputs.market.parties = {failing(0.06, 0.4)};
  bond.id = "bond";
  bond.kind = InstrumentKind::bond;
  bond.party = "bank";
  bond.coupon = 0.07;
  bond.frequency = Frequency::quarterly;
  bond.expiry = Date{std::chrono::year(2029) / std::chrono::month(9) / std::chrono::day(30)};
  return inputs;
}

// Case O04 with other numbers, and coupons by period: default and recovery at month ends.
TEST(Hedges, BondIsWorthItsCouponsAndItsRecovery) {
  Instrument bond;
  Inputs inputs = bond_of_a_bank(bond);
  bond.quantity = 1e6;
  bond.continuous = true;
  const double all = kRate + 0.01 + 0.06, annuity = (1 - std::exp(-3 * all)) / all;
  EXPECT_NEAR(of(inputs, bond).value, 1e6 * ((0.07 + 0.4 * 0.06) * annuity + std::exp(-3 * all)),
              1e-4);
  EXPECT_NEAR(of(inputs, bond, "fair_rate").value, kRate + 0.01 + 0.06 * 0.6, 1e-11);
  bond.continuous = false;
  double coupons = 0, recovered = 0;
  for (int k = 1; k <= 36; ++k) {
    const double t = k / 12.0, discount = std::exp(-0.06 * t);
    if (k % 3 == 0) coupons += 0.25 * discount * std::exp(-0.06 * t);
    recovered += discount * (std::exp(-0.06 * (t - 1.0 / 12)) - std::exp(-0.06 * t));
  }
  const double par = std::exp(-0.12 * 3);
  EXPECT_NEAR(of(inputs, bond).value, 1e6 * (0.07 * coupons + par + 0.4 * recovered), 1e-4);
  EXPECT_NEAR(of(inputs, bond, "fair_rate").value, (1 - par - 0.4 * recovered) / coupons, 1e-11);
}

// A default for certain in month 5, of what survived until then.
TEST(Hedges, BondEndsWithItsParty) {
  Instrument bond;
  Inputs inputs = bond_of_a_bank(bond);
  inputs.market.parties[0].forced_default_month = 5;
  double recovered = 0;
  for (int k = 1; k <= 5; ++k)
    recovered += std::exp(-0.06 * k / 12) *
                 (std::exp(-0.06 * (k - 1) / 12) - (k == 5 ? 0 : std::exp(-0.06 * k / 12)));
  EXPECT_NEAR(of(inputs, bond).value, 0.07 * 0.25 * std::exp(-0.12 * 0.25) + 0.4 * recovered,
              1e-10);
  // Continuous until month 4; the month of the default as by period.
  bond.continuous = true;
  const double t = 4 / 12.0, annuity = (1 - std::exp(-0.12 * t)) / 0.12;
  EXPECT_NEAR(of(inputs, bond).value,
              (0.07 + 0.4 * 0.06) * annuity + 0.4 * std::exp(-0.06 * 5 / 12 - 0.06 * t), 1e-10);
}

// Coupons back from a day between grid dates: paid on their own days by who survived the month.
TEST(Hedges, BondPaysOnItsOwnDays) {
  Instrument bond;
  Inputs inputs = bond_of_a_bank(bond);
  bond.expiry = Date{std::chrono::year(2027) / std::chrono::month(4) / std::chrono::day(15)};
  double value = 0;
  for (const auto& [k, share] : {std::pair{1, 15 / 31.0}, {4, 15 / 31.0}, {7, 15 / 30.0}})
    value +=
        (k == 7 ? 1 + 0.07 / 4 : 0.07 / 4) * std::exp(-0.06 * (k - 1 + share) / 12 - 0.06 * k / 12);
  for (int k = 1; k <= 7; ++k)
    value += 0.4 * std::exp(-0.06 * k / 12) *
             (std::exp(-0.06 * (k - 1) / 12) - std::exp(-0.06 * k / 12));
  EXPECT_NEAR(of(inputs, bond).value, value, 1e-10);
  const double fair = of(inputs, bond, "fair_rate").value;
  bond.long_position = false;
  EXPECT_NEAR(of(inputs, bond).value, -value, 1e-10);
  EXPECT_NEAR(of(inputs, bond, "fair_rate").value, fair, 1e-11);
}

}  // namespace
}  // namespace lien::pricing
