#include <gtest/gtest.h>

#include <cmath>

#include "tests/pricing/network_runs.hpp"

// Default by a Gaussian factor at the horizon, and pools of identical parties.
namespace lien::pricing {
namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// x with N(x) = p, by bisection.
double quantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 200; ++i) (normal_cdf((low + high) / 2) < p ? low : high) = (low + high) / 2;
  return low;
}

// E[f(M)], M standard normal.
template <class F>
double over_factor(const F& f) {
  constexpr int kPoints = 4000;
  double sum = 0;
  for (int i = 0; i <= kPoints; ++i) {
    const double m = -9 + 18.0 * i / kPoints;
    sum += 18.0 / kPoints * std::exp(-m * m / 2) / std::sqrt(2 * std::acos(-1.0)) * f(m);
  }
  return sum;
}

// Default probability given the factor.
double given(double p, double loading, double m) {
  return normal_cdf((quantile(p) - loading * m) / std::sqrt(1 - loading * loading));
}

double binomial(int n, int k, double p) {
  return std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0)) *
         std::pow(p, k) * std::pow(1 - p, n - k);
}

Market copula_market(double loading, int count) {
  Market market = market_of_parties({party_with("A", 0.05, 0.3), party_with("B", 0.11, 0.3)});
  market.scarcity =
      Scarcity{.mean_reversion = 0.7, .volatility = 0.5, .initial = 0.2, .risk_premium = 0.3};
  for (Party& party : market.parties) {
    party.scarcity_loading = loading;
    party.risk_neutral_ratio = 1.6;
  }
  market.parties[0].count = count;
  return market;
}

NetworkRun copula_runs() {
  NetworkRun runs;
  runs.settings.copula = true;
  runs.settings.loss_horizon_months = {0};
  return runs;
}

// The standardised factor is standard normal on either basis, whatever its drift and start.
TEST(Copula, GivesTheProbabilityOfTheCurveOnBothBases) {
  for (const int count : {1, 7})
    for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
      const BasisRun run =
          copula_runs().run(copula_market(0.6, count), bullets({"A", "B"}, 18), basis);
      const double ratio = basis == MeasureBasis::real_world ? 1 : 1.6;
      for (const std::size_t i : {0U, 1U}) {
        const engine::Estimate got = survival_of(run, i, 0);
        const double expected = std::exp(-(i == 0 ? 0.05 : 0.11) * 1.5 * ratio);
        EXPECT_NEAR(got.value, expected, 4 * got.standard_error) << i;
        EXPECT_LT(got.standard_error, 1e-3);
      }
    }
}

// Two parties on one factor: chance of both, and of neither.
TEST(Copula, JoinsDefaultsByTheFactor) {
  for (const double loading : {0.0, 0.8}) {
    const BasisRun run = copula_runs().run(copula_market(loading, 1), bullets({"A", "B"}, 24));
    const double a = -std::expm1(-0.10), b = -std::expm1(-0.22);
    const double both =
        over_factor([&](double m) { return given(a, loading, m) * given(b, loading, m); });
    const auto& losses = run.results.losses[run.snapshot(0)];
    double two = 0, none = 0;
    for (const double loss : losses) {
      two += loss > 1.0 ? 1 : 0;  // 0.7 each
      none += loss < 0.35 ? 1 : 0;
    }
    EXPECT_NEAR(two / run.paths, both, 4 * std::sqrt(both / run.paths));
    const double neither = 1 - a - b + both;
    EXPECT_NEAR(none / run.paths, neither, 4 * std::sqrt(neither * (1 - neither) / run.paths));
  }
}

void expect_pool_losses(const BasisRun& run, int count, const std::vector<double>& chance) {
  std::vector<double> seen(static_cast<std::size_t>(count) + 1);
  for (const double loss : run.results.losses[run.snapshot(0)]) {
    const double defaults = loss / 0.7 * count;
    const auto k = static_cast<std::size_t>(defaults + 0.5);
    EXPECT_NEAR(defaults, static_cast<double>(k), 1e-9);
    seen[k] += 1 / run.paths;
  }
  for (std::size_t k = 0; k < seen.size(); ++k)
    EXPECT_NEAR(seen[k], chance[k], 4 * std::sqrt(chance[k] * (1 - chance[k]) / run.paths) + 1e-12)
        << k << " of " << count;
}

// Binomial mixture over the factor, as case O19 with other numbers.
TEST(Pool, OfACopulaLosesABinomialMixture) {
  const BasisRun run = copula_runs().run(copula_market(0.6, 12), bullets({"A"}, 24));
  std::vector<double> chance;
  for (int k = 0; k <= 12; ++k)
    chance.push_back(
        over_factor([&](double m) { return binomial(12, k, given(-std::expm1(-0.10), 0.6, m)); }));
  expect_pool_losses(run, 12, chance);
}

// By hazards that no factor moves the parties of a pool are independent.
TEST(Pool, OfHazardsLosesABinomialNumber) {
  Market market = copula_market(0, 9);
  NetworkRun runs;
  runs.settings.loss_horizon_months = {0};
  const BasisRun run = runs.run(market, bullets({"A"}, 60));
  std::vector<double> chance;
  for (int k = 0; k <= 9; ++k) chance.push_back(binomial(9, k, -std::expm1(-0.25)));
  expect_pool_losses(run, 9, chance);
  const engine::Estimate lives = survival_of(run, 0, 0);
  EXPECT_NEAR(lives.value, std::exp(-0.25), 4 * lives.standard_error);
}

// A default that a scenario states comes before the factor's.
TEST(Copula, KeepsTheDefaultOfAScenario) {
  Market market = copula_market(0.5, 4);
  market.parties[0].forced_default_month = 5;
  market.parties[1].forced_default_month = 5;
  NetworkRun runs = copula_runs();
  runs.settings.paths = 1024;
  const BasisRun run = runs.run(market, bullets({"A", "B"}, 24));
  for (const std::size_t i : {0U, 1U}) EXPECT_EQ(survival_of(run, i, 0).value, 0);
  for (const double loss : run.results.losses[run.snapshot(0)]) EXPECT_NEAR(loss, 1.4, 1e-12);
}

TEST(Copula, RefusesALoadingThatHasNoFactor) {
  const auto refused = [](Market market) {
    EXPECT_THROW(static_cast<void>(copula_runs().run(market, bullets({"A"}, 24))), InputError);
  };
  refused(copula_market(1, 1));
  Market still = copula_market(0.5, 1);
  still.scarcity.reset();
  refused(still);
  Market switching = copula_market(0.5, 1);
  switching.scarcity->regime = Regime{{-0.4, 0.3}, {0.7, 1.0}, 1};
  refused(switching);
}

// A loan that ends before the month of default would never be lost.
TEST(Copula, RefusesAContractThatEndsBeforeItsDefaults) {
  Book book = bullets({"A", "B"}, 24);
  book.loans[0].maturity = add_months(kSampleDate, 12, true);
  EXPECT_THROW(static_cast<void>(copula_runs().run(copula_market(0.5, 1), book)), InputError);
  NetworkRun shorter = copula_runs();
  shorter.settings.horizon_months = 12;
  shorter.settings.paths = 64;
  EXPECT_NO_THROW(static_cast<void>(shorter.run(copula_market(0.5, 1), book)));
}

// Defaults at the end of the last month's opening balance, a 24th of the loan, pools too.
TEST(Copula, DefaultsInTheLastMonth) {
  for (const int count : {1, 4}) {
    Book book = bullets({"A"}, 24);
    book.loans[0].amortization = Amortization::straight_line;
    NetworkRun runs = copula_runs();
    runs.settings.paths = 256;
    const BasisRun run = runs.run(copula_market(0.5, count), book);
    const double lost = 1 - survival_of(run, 0, 0).value;
    EXPECT_GT(lost, 0.02);
    EXPECT_NEAR(run.mean(run.layout.contract(0, kExposure)).value, lost / 24, 1e-12);
  }
}

// In a scenario the loading is the scenario's, the law of the factor the baseline's.
TEST(Copula, KeepsTheFactorsLawOfTheBaseline) {
  const NetworkRun runs = copula_runs();
  const Book book = bullets({"A"}, 24);
  const Market baseline = copula_market(0.6, 1);
  const std::vector<std::string> changed;
  const Horizon horizon = horizon_of(runs.settings, baseline, book);
  const TimeGrid grid(kSampleDate, horizon.months);
  const auto party = [&](const Market& market) {
    return compile({&runs.settings, &market, &book, MeasureBasis::real_world, &baseline, &changed},
                   horizon, grid)
        .parties[0];
  };
  Market glut = baseline;
  glut.scarcity->initial = -1;
  glut.scarcity->volatility = 2;
  EXPECT_EQ(party(glut).copula_loading, party(baseline).copula_loading);
  EXPECT_EQ(party(glut).copula_constant, party(baseline).copula_constant);
  const Market apart = copula_market(0, 1);
  EXPECT_EQ(party(apart).copula_loading, 0);
  EXPECT_NEAR(party(apart).copula_constant, quantile(-std::expm1(-0.10)), 1e-12);
}

// The same of a bond and of an instrument with a counterparty; one without sees no default.
TEST(Copula, RefusesAnInstrumentThatEndsBeforeItsDefaults) {
  Market market = copula_market(0.5, 1);
  Hardware chip;
  chip.id = "chip";
  chip.rental_rate = 2;
  market.hardware = {chip};
  Book book = bullets({"A"}, 24);
  Instrument forward;
  forward.id = "forward";
  forward.kind = InstrumentKind::forward;
  forward.on = Underlying::rental_rate;
  forward.hardware = "chip";
  forward.expiry = add_months(kSampleDate, 12, true);
  Instrument bond;
  bond.id = "bond";
  bond.kind = InstrumentKind::bond;
  bond.party = "A";
  bond.expiry = forward.expiry;
  NetworkRun runs = copula_runs();
  runs.settings.paths = 64;
  const auto run = [&](const Instrument& instrument) {
    book.instruments = {instrument};
    static_cast<void>(runs.run(market, book));
  };
  EXPECT_NO_THROW(run(forward));
  EXPECT_THROW(run(bond), InputError);
  forward.counterparty = "A";
  EXPECT_THROW(run(forward), InputError);
  forward.expiry = bond.expiry = add_months(kSampleDate, 24, true);
  EXPECT_NO_THROW(run(forward));
  EXPECT_NO_THROW(run(bond));
}

// A pool's survival is drawn, however values treat a default.
TEST(Pool, IsTheSameSampledOrWeighted) {
  Market market = market_of_parties({party_with("A", 0.2, 0.3)});
  market.parties[0].count = 5;
  NetworkRun weighted;
  weighted.settings.paths = 256;
  NetworkRun sampled = weighted;
  sampled.settings.sample_values = true;
  EXPECT_EQ(weighted.run(market, bullets({"A"}, 24)).sums,
            sampled.run(market, bullets({"A"}, 24)).sums);
}

// ECL of an unsecured loan that recovers 40 %: a floor of 0.75 makes 0.75 of 0.60, one of 0.5
// nothing.
TEST(LossFloor, ActsOnTheCreditLossOfEveryDefault) {
  const Market market = market_of_parties({party_with("A", 0.08, 0.4)});
  const auto credit_loss = [&](double floor) {
    NetworkRun runs;
    runs.settings.paths = 64;
    runs.settings.provisions = Provisions{3, 30, floor};
    const BasisRun run = runs.run(market, bullets({"A"}, 60));
    const std::size_t at = kFixedSamples + run.snapshot(60) * kSnapshotSamples;
    EXPECT_NEAR(run.mean(run.layout.contract(0, at + kLoss)).value, 0.6 * -std::expm1(-0.4), 1e-9);
    return run.mean(run.layout.contract(0, at + kCreditLoss)).value;
  };
  const double none = credit_loss(0);
  EXPECT_GT(none, 0.1);
  EXPECT_NEAR(credit_loss(0.75), none * 0.75 / 0.6, 1e-12);
  EXPECT_EQ(credit_loss(0.5), none);
}

}  // namespace
}  // namespace lien::pricing
