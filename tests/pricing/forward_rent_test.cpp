#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/instrument_runs.hpp"

// Instruments on the forward rent of a hardware: F(t,T) seen at t on the path.
namespace lien::pricing {
namespace {

constexpr auto kNeutral = MeasureBasis::risk_neutral;

double integral(double k, double t) { return -std::expm1(-k * t) / k; }

Instrument forward_rent(InstrumentKind kind, int expiry, int delivery, double strike = 0) {
  Instrument out;
  out.id = "f";
  out.kind = kind;
  out.on = Underlying::forward_rental_rate;
  out.hardware = "income";
  out.strike = strike;
  out.expiry = add_months(kSampleDate, expiry, true);
  out.delivery = add_months(kSampleDate, delivery, true);
  return out;
}

double mean_rent(const Market& market, int month) {
  const Hardware& h = market.hardware[0];
  const auto shift = forward_shifts(market, h, kSampleDate, month);
  return std::exp(expected_log_rents(market, h, kNeutral, kSampleDate, month).back() +
                  (shift.empty() ? 0.0 : shift.back()));
}

void expect_martingale(const Market& market, const std::string& what) {
  Book book;
  for (const auto& [t, later] : {std::pair{1, 2}, {6, 12}, {12, 48}, {24, 30}})
    book.instruments.push_back(forward_rent(InstrumentKind::forward, t, later));
  CompiledMarket compiled(market, kNeutral, 24, book);
  const BasisRun run = compiled.run(1 << 14);
  const int last[] = {2, 12, 48, 30};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto mean = run.mean(run.layout.instrument(i, kUnderlying));
    const double expected = mean_rent(market, last[i]);
    EXPECT_NEAR(mean.value, expected, 4 * mean.standard_error) << what << ' ' << last[i];
    EXPECT_LT(mean.standard_error, 1e-2 * expected) << what;
    if (market.launches.empty()) {
      EXPECT_NEAR(run.plan.instruments[i].closed_forward, expected, 1e-13 * expected);
    }
  }
}

// E_Q[F(t,T)] = E_Q[R(T)] with every driver on, for every ramp, announced launches or none.
TEST(ForwardRent, IsAMartingaleOnTheRiskNeutralBasis) {
  Market market = sample_market();
  market.hardware.resize(1);
  market.scarcity->initial = 0.2;
  market.scarcity->regime = sample_regime();
  Hardware& h = market.hardware[0];
  h.scarcity_loading = 1.2;
  h.frontier_loading = 0.8;
  h.idiosyncratic = OwnNoise{1.5, 0.25};
  h.forward_curve = {{0.5, 1.0, 2.0}, {2.5, 2.3, 1.6}};
  Market plain = market;
  plain.launches.clear();
  plain.hardware[0].line.clear();
  expect_martingale(plain, "no launches");
  LaunchLine& line = market.launches[0];
  line.past_launches = {{kSampleDate - std::chrono::days(120), 0.25}};
  expect_martingale(market, "exponential");
  line.ramp = RampLaw::linear;
  line.ramp_years = 1;
  expect_martingale(market, "linear");
  line.scheduled = {{"next", kSampleDate + std::chrono::days(250), 3}};
  line.ramp = RampLaw::step;
  line.past_launches.clear();
  expect_martingale(market, "announced");
}

// Without launches ln F is normal, and a call on it Black's: variance of what t knows of ln R(T).
TEST(ForwardRent, HasBlacksPriceForItsCalls) {
  Market market = lognormal_market();
  market.rates.hull_white.reset();
  market.hardware.resize(1);
  Hardware& h = market.hardware[0];
  h.scarcity_loading = 1.3;
  h.frontier_loading = 0.7;
  h.idiosyncratic = OwnNoise{1.5, 0.25};
  const double t = 1, ahead = 1.5, c = 1.3 * std::exp(-0.9 * ahead), f = 0.7;
  const double own = 0.25 * std::exp(-1.5 * ahead);
  const double v = c * c * 0.16 * integral(1.8, t) + f * f * 0.0324 * t +
                   2 * 0.30 * c * f * 0.4 * 0.18 * integral(0.9, t) + own * own * integral(3, t);
  const double forward = mean_rent(market, 30);
  Book book;
  for (const double strike : {0.9, 1.0, 1.1})
    book.instruments.push_back(forward_rent(InstrumentKind::call, 12, 30, strike * forward));
  CompiledMarket compiled(market, kNeutral, 12, book);
  const BasisRun run = compiled.run(1 << 16);
  for (std::size_t i = 0; i < 3; ++i) {
    const double expected =
        std::exp(-0.05) * black(forward, book.instruments[i].strike, std::sqrt(v));
    const auto price = run.mean(run.layout.instrument(i, kPayoff));
    EXPECT_NEAR(price.value, expected, 4 * price.standard_error);
    EXPECT_LT(price.standard_error, 0.02 * expected);
  }
}

// On the real-world basis the path drifts without premia; the function of the path stays.
TEST(ForwardRent, KeepsItsPremiaInTheRealWorld) {
  Market market = lognormal_market();
  market.hardware.resize(1);
  Book book;
  book.instruments.push_back(forward_rent(InstrumentKind::forward, 12, 30));
  CompiledMarket compiled(market, MeasureBasis::real_world, 12, book);
  const BasisRun run = compiled.run(1 << 14);
  const auto mean = run.mean(run.layout.instrument(0, kUnderlying));
  const double premia = 0.10 * std::exp(-0.9 * 1.5) * integral(0.9, 1) + 0.036;
  EXPECT_NEAR(mean.value, mean_rent(market, 30) * std::exp(premia), 4 * mean.standard_error);
  EXPECT_LT(mean.standard_error, 0.1 * premia * mean.value);
}

TEST(ForwardRent, OfItsOwnMonthIsTheRent) {
  Market market = lognormal_market();
  Instrument late = forward_rent(InstrumentKind::forward, 6, 6), rent = late;
  late.expiry -= std::chrono::days(3);
  rent.on = Underlying::rental_rate;
  rent.expiry = late.expiry;
  Book book;
  book.instruments = {late, rent};
  CompiledMarket compiled(market, kNeutral, 12, book);
  const BasisRun run = compiled.run(1 << 10);
  EXPECT_EQ(run.mean(run.layout.instrument(0, kPayoff)).value,
            run.mean(run.layout.instrument(1, kPayoff)).value);
}

TEST(ForwardRent, OffTheGridIsRefused) {
  Book book;
  book.instruments.push_back(forward_rent(InstrumentKind::forward, 6, 12));
  *book.instruments[0].delivery -= std::chrono::days(3);
  EXPECT_THROW(CompiledMarket(sample_market(), kNeutral, 12, book), InputError);
}

// What is reported as the exact forward of each underlying is the mean of its simulation: with a
// forward curve in a scenario that moves the drift, and on a grid of fifty steps a year without.
TEST(ForwardRent, AndTheOtherForwardsAreMetBySimulation) {
  for (const int per_year : {12, 50}) {
    Market base = lognormal_market();
    base.hardware.erase(base.hardware.begin());
    if (per_year == 12) base.hardware[0].forward_curve = {{0.5, 1.0, 2.0}, {2.5, 2.3, 1.6}};
    Market market = base;
    market.frontier->drift -= 0.15;
    Book book;
    for (const Underlying on : {Underlying::rental_rate, Underlying::log_rental_rate,
                                Underlying::resale_value, Underlying::forward_rental_rate}) {
      Instrument forward = forward_rent(InstrumentKind::forward, 12, 24);
      if (on != Underlying::forward_rental_rate) forward.delivery.reset();
      forward.hardware = "multiple";
      forward.on = on;
      book.instruments.push_back(forward);
    }
    RunSettings settings;
    settings.valuation_date = kSampleDate;
    settings.horizon_months = 12;
    settings.loss_horizon_months = {0};
    settings.steps_per_year = per_year;
    settings.paths = 1 << 14;
    settings.threads = 1;
    const std::vector<std::string> changed;
    const Horizon horizon = horizon_of(settings, market, book);
    const BasisRun run =
        simulate_plan(compile({&settings, &market, &book, kNeutral, &base, &changed}, horizon,
                              TimeGrid(kSampleDate, horizon.months, per_year)),
                      settings, true, false, {});
    const auto variance = [](double t) {
      return 0.16 * integral(1.8, t) + 0.0324 * t + 2 * 0.30 * 0.4 * 0.18 * integral(0.9, t);
    };
    const auto mean_rent_at = [&](int t) {  // years
      const double moved = std::exp(-0.15 * t);
      if (per_year == 12) return (t == 1 ? 2.3 : 1.6) * moved;
      const double drift = -(0.03 + 0.036 + 0.02) * t - 0.10 * integral(0.9, t);
      return 2.35 * std::exp(drift + variance(t) / 2) * moved;
    };
    const double rent = mean_rent_at(1);
    const double expected[] = {rent, std::log(rent) - variance(1) / 2, 9000 * rent,
                               mean_rent_at(2)};
    ASSERT_EQ(run.plan.instruments.size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) {
      const auto mean = run.mean(run.layout.instrument(i, kUnderlying));
      EXPECT_NEAR(run.plan.instruments[i].closed_forward, expected[i], 1e-12 * expected[i])
          << per_year << ' ' << i;
      EXPECT_NEAR(mean.value, expected[i], 4 * mean.standard_error) << per_year << ' ' << i;
      EXPECT_GT(mean.standard_error, 0) << per_year << ' ' << i;
    }
  }
}

}  // namespace
}  // namespace lien::pricing
