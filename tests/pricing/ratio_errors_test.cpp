// Standard errors of ratios of means against the spread of the ratios over seeds.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/instrument_runs.hpp"

namespace lien::pricing {
namespace {

constexpr int kSeeds = 100;
// A standard deviation from that many values is known to 7 %: four of those.
constexpr double kShare = 0.28;

// Mean claimed error over the spread of the values; number(seed): value and claimed error.
template <class Number>
double claimed_over_spread(const Number& number) {
  double sum = 0, square = 0, claimed = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const engine::Estimate e = number(static_cast<std::uint64_t>(seed));
    sum += e.value;
    square += e.value * e.value;
    claimed += e.standard_error;
  }
  return claimed / kSeeds / std::sqrt(square / kSeeds - sum * sum / kSeeds / kSeeds);
}

TEST(RatioErrors, OfALossGivenDefault) {
  Market market = sample_market();
  market.hardware.erase(market.hardware.begin());  // its strip
  Book book;
  Loan loan;
  loan.id = "loan";
  loan.borrower = "borrower";
  loan.hardware = "multiple";
  loan.units = 1000;
  loan.principal = 16e6;
  loan.closing = kSampleDate;
  loan.maturity = kSampleDate + std::chrono::days(365 * 3);
  loan.coupon = 0.12;
  book.loans = {loan};
  const auto loss = [&](std::uint64_t seed) {
    RunSettings settings;
    settings.valuation_date = kSampleDate;
    settings.paths = 512;
    settings.threads = 1;
    settings.seed = seed;
    const std::vector<std::string> changed;
    const Horizon horizon = horizon_of(settings, market, book);
    const BasisRun run = simulate_plan(
        compile({&settings, &market, &book, MeasureBasis::real_world, &market, &changed}, horizon,
                TimeGrid(kSampleDate, horizon.months)),
        settings, true, false, {});
    const std::size_t first = run.layout.contract(0, 0);
    const auto e = run.loss_given_default(first);
    EXPECT_NEAR(e.value, run.mean(first + kLossAtDefault).value / run.mean(first + kExposure).value,
                1e-12);
    return e;
  };
  EXPECT_NEAR(claimed_over_spread(loss), 1.0, kShare);
}

// Cash at the market's rent and interest that floats move with the same paths.
TEST(RatioErrors, OfACoverage) {
  const Market market = sample_market();
  Book book;
  Loan loan;
  loan.id = "v/a";
  loan.recourse = Recourse::none;
  loan.principal = 30e6;
  loan.closing = kSampleDate;
  loan.maturity = kSampleDate + std::chrono::days(365 * 3);
  loan.margin = 0.06;
  loan.current_rate = 0.10;
  loan.vehicle = 0;
  book.loans = {loan};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", "income", 1000, {}, 26000, {}, {}}};
  Tranche tranche;
  tranche.id = "a";
  tranche.loan = 0;
  vehicle.tranches = {tranche};
  book.vehicles = {vehicle};
  const auto coverage = [&](std::uint64_t seed) {
    RunSettings settings;
    settings.valuation_date = kSampleDate;
    settings.paths = 1024;
    settings.threads = 1;
    settings.seed = seed;
    const std::vector<std::string> changed;
    const Horizon horizon = horizon_of(settings, market, book);
    const BasisRun run = simulate_plan(
        compile({&settings, &market, &book, MeasureBasis::real_world, &market, &changed}, horizon,
                TimeGrid(kSampleDate, horizon.months)),
        settings, true, false, {});
    return run.coverage(0, 18);
  };
  EXPECT_NEAR(claimed_over_spread(coverage), 1.0, kShare);
}

// Far from the fair rate the value and the annuity move together: their errors added up would be
// many times that of the rate.
TEST(RatioErrors, OfAFairRate) {
  Inputs inputs = quiet_inputs();
  inputs.settings.paths = 512;
  inputs.market.rates.zero_curve = {{1}, {0.04}};
  inputs.market.rates.hull_white = HullWhite{0.08, 0.05};
  inputs.market.frontier = Frontier{};
  inputs.market.frontier->volatility = 0.1;
  Party party;
  party.id = "bank";
  party.hazard = {{1}, {0.05}};
  inputs.market.parties = {party};
  Instrument swap = on_chip(InstrumentKind::swap, Underlying::rental_rate, 30);
  swap.id = "rate";
  Instrument bond;
  bond.id = "rate";
  bond.kind = InstrumentKind::bond;
  bond.party = "bank";
  bond.coupon = 0.9;
  bond.quantity = 1000;
  bond.expiry = swap.expiry;
  for (const Instrument& terms : {swap, bond}) {
    inputs.book.instruments = {terms};
    const auto fair = [&](std::uint64_t seed) {
      inputs.settings.seed = seed;
      const Measured m =
          measured(value_book(inputs, {}).tables, "risk_neutral", "rate", "fair_rate").value();
      return engine::Estimate{m.value, m.error};
    };
    EXPECT_NEAR(claimed_over_spread(fair), 1.0, kShare);
  }
}

}  // namespace
}  // namespace lien::pricing
