// Over 400 lines on purpose: one factor, from its covariances to the losses of a book.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/measures/fit_tilt.hpp"
#include "pricing/measures/replay_path.hpp"
#include "pricing/measures/value_book.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/instrument_runs.hpp"
#include "tests/pricing/network_runs.hpp"
#include "tests/pricing/plain_credit.hpp"

// Defaults that the credit factor and a party's own noise move.
namespace lien::pricing {
namespace {

constexpr double kBand = 4;  // standard errors
constexpr double kMonth = 1.0 / 12;

Market credit_market(const std::vector<Party>& parties, double correlation = 0.6) {
  Market market = market_of_parties(parties);
  market.scarcity = Scarcity{0.9, 0.40, 0.2, 0.10};
  market.credit = Credit{0.5};
  market.correlation.scarcity_credit = correlation;
  return market;
}

Party mover(const std::string& id, double hazard, double scarcity, double credit,
            double noise = 0) {
  Party party = party_with(id, hazard);
  party.scarcity_loading = scarcity;
  party.credit_loading = credit;
  party.hazard_volatility = noise;
  party.hazard_mean_reversion = noise > 0 ? 2 : 1;
  return party;
}

double keep(const Plan& plan, std::size_t party, int k, double chi, double z) {
  const PartyPlan& p = plan.parties[party];
  return std::exp(-kMonth * std::exp(p.log_hazard[static_cast<std::size_t>(k)] -
                                     p.scarcity_loading * chi - p.credit_loading * z));
}

TEST(Credit, LeavesSurvivalToTheCurveOnBothBases) {
  std::vector<Party> parties = {mover("A", 0.05, 0, 1.2),       mover("B", 0.08, 0.8, 1.0),
                                mover("C", 0.06, 0, 0, 0.8),    mover("D", 0.04, 1.0, 0, 0.8),
                                mover("E", 0.07, 0, -0.7, 0.8), mover("F", 0.05, 0.5, 1.0)};
  parties[5].count = 5;
  for (Party& party : parties) party.risk_neutral_ratio = 1.6;
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const BasisRun run = NetworkRun().run(credit_market(parties), bullets({"A"}, 60), basis);
    for (std::size_t i = 0; i < parties.size(); ++i)
      for (const int months : {12, 60}) {
        const double ratio = basis == MeasureBasis::real_world ? 1 : 1.6;
        const double curve =
            std::exp(-parties[i].hazard.values[0] * ratio * static_cast<double>(months) / 12);
        const engine::Estimate got = survival_of(run, i, months);
        EXPECT_NEAR(got.value, curve, kBand * got.standard_error) << i << ' ' << months;
        EXPECT_GT(got.standard_error, 2e-5) << "no factor moves it";
        EXPECT_LT(got.standard_error, 2e-3);
      }
  }
}

// Without a fit the mean survival is another, by a plain density; a noise is as a factor of its
// own.
TEST(Credit, MovesHazardsByItsLaw) {
  std::vector<Party> parties = {mover("A", 0.05, 0, 1.5), mover("B", 0.08, 0.8, 1.0),
                                mover("C", 0.06, 0, 0, 1.3)};
  for (Party& party : parties) party.fit_survival = false;
  const Market market = credit_market(parties);
  NetworkRun runs;
  runs.settings.loss_horizon_months = {24};
  const BasisRun run = runs.run(market, bullets({"A"}, 24));
  Market noise = market;
  noise.credit->mean_reversion = 2;
  noise.correlation.scarcity_credit = 0;
  const PlainCredit plain(market, 0, 24), plain_noise(noise, 0, 24);
  for (const std::size_t i : {0U, 1U, 2U}) {
    const double expected =
        i < 2 ? plain.run(24, [&](int k, double x, double z) { return keep(run.plan, i, k, x, z); })
                    .back()
              : plain_noise
                    .run(24,
                         [&](int k, double, double z) {
                           return std::pow(keep(run.plan, i, k, 0, 0), std::exp(1.3 * z));
                         })
                    .back();
    const engine::Estimate got = survival_of(run, i, 24);
    EXPECT_NEAR(got.value, expected, kBand * got.standard_error) << i;
    const double curve = std::exp(-2 * parties[i].hazard.values[0]);
    EXPECT_GT(std::abs(expected - curve), 20 * got.standard_error) << i;
  }
}

// Chances that both default and that neither does, of parties on one factor and on two correlated
// ones, against the plain density of all survivors.
TEST(Credit, JoinsDefaults) {
  for (const double correlation : {0.8, -0.8}) {
    const Market market =
        credit_market({mover("A", 0.10, 0, 1.5), mover("B", 0.15, 1.5, 0.8)}, correlation);
    NetworkRun runs;
    runs.settings.loss_horizon_months = {24};
    const BasisRun run = runs.run(market, bullets({"A", "B"}, 24));
    const PlainCredit plain(market, 0, 24);
    const double neither =
        plain
            .run(24,
                 [&](int k, double x, double z) {
                   return keep(run.plan, 0, k, x, z) * keep(run.plan, 1, k, x, z);
                 })
            .back();
    const double both = 1 - std::exp(-0.20) - std::exp(-0.30) + neither;
    double two = 0, none = 0;
    for (const double loss : run.results.losses[run.snapshot(24)]) {
      two += loss > 1.5 ? 1 : 0;
      none += loss < 0.5 ? 1 : 0;
    }
    const auto error = [&](double p) { return std::sqrt(p * (1 - p) / run.paths); };
    EXPECT_NEAR(two / run.paths, both, kBand * error(both)) << correlation;
    EXPECT_NEAR(none / run.paths, neither, kBand * error(neither)) << correlation;
    const double apart = -std::expm1(-0.20) * -std::expm1(-0.30);
    if (correlation > 0) {
      EXPECT_GT(both - apart, 8 * error(both)) << "the test has no power";
    }
  }
}

// Parties that only their own noises move are independent.
TEST(Credit, NoisesAreOfTheirPartiesAlone) {
  const Market market = credit_market({mover("A", 0.10, 0, 0, 1.5), mover("B", 0.15, 0, 0, 1.5)});
  NetworkRun runs;
  runs.settings.loss_horizon_months = {24};
  const BasisRun run = runs.run(market, bullets({"A", "B"}, 24));
  EXPECT_EQ(run.plan.credit, kNone) << "nobody loads on it";
  ASSERT_EQ(run.plan.factors.noises.size(), 2U);
  const double both = -std::expm1(-0.20) * -std::expm1(-0.30);
  double two = 0;
  for (const double loss : run.results.losses[run.snapshot(24)]) two += loss > 1.5 ? 1 : 0;
  EXPECT_NEAR(two / run.paths, both, kBand * std::sqrt(both * (1 - both) / run.paths));
}

TEST(Credit, ThatNobodyLoadsOnChangesNoBit) {
  std::vector<Party> parties = {party_with("A", 0.05), party_with("B", 0.08)};
  parties[1].scarcity_loading = 0.8;
  NetworkRun runs;
  runs.settings.paths = 1024;
  Market with = credit_market(parties), without = with;
  without.credit.reset();
  without.correlation.scarcity_credit = 0;
  EXPECT_EQ(runs.run(with, bullets({"A", "B"}, 60)).sums,
            runs.run(without, bullets({"A", "B"}, 60)).sums);
  // A party's numbers are its own, whoever else loads on what.
  with.parties.push_back(mover("C", 0.05, 1, 1, 0));
  const BasisRun more = runs.run(with, bullets({"A", "B"}, 60));
  const BasisRun fewer = runs.run(without, bullets({"A", "B"}, 60));
  for (const std::size_t i : {0U, 1U})
    EXPECT_EQ(survival_of(more, i, 60).value, survival_of(fewer, i, 60).value);
}

// Wrong-way risk by credit: the collateral follows scarcity, the borrower credit, and both are
// correlated. Expected loss by the plain density: default in month k leaves (1 - 0.75 V)^+.
TEST(Credit, MakesWrongWayRisk) {
  const auto loss_of = [](double correlation, double& expected) {
    Market market = credit_market({mover("A", 0.06, 0, 1.5)}, correlation);
    market.scarcity->volatility = 0.6;
    market.scarcity->initial = 0;
    Hardware chip;
    chip.id = "chip";
    chip.rental_rate = 1;
    chip.resale = Resale{};
    chip.resale->law = ResaleLaw::rental_multiple;
    chip.resale->multiple = 1.25;
    market.hardware = {chip};
    market.liquidation = Liquidation{0.25};
    Book book = bullets({"A"}, 24);
    book.loans[0].hardware = "chip";
    book.loans[0].units = 1;
    NetworkRun runs;
    runs.settings.loss_horizon_months = {24};
    const BasisRun run = runs.run(market, book);
    const PlainCredit plain(market, 0, 24);
    const auto cdf = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
    const double s = plain.step_stdev(), share = 0.75 * 1.25;
    expected = 0;
    static_cast<void>(plain.run(
        24, [&](int k, double x, double z) { return keep(run.plan, 0, k, x, z); },
        [&](int k, double x, double z, double mass) {
          const double m = plain.mean_after(x), d = (-std::log(share) - m) / s;
          expected += mass * (1 - keep(run.plan, 0, k, x, z)) *
                      (cdf(d) - share * std::exp(m + s * s / 2) * cdf(d - s));
        }));
    return run.mean(run.layout.group(run.layout.portfolio(),
                                     kFixedSamples + run.snapshot(24) * kSnapshotSamples + kLoss));
  };
  double expected = 0, apart = 0;
  const engine::Estimate wrong = loss_of(0.8, expected), independent = loss_of(0, apart);
  EXPECT_NEAR(wrong.value, expected, kBand * wrong.standard_error);
  EXPECT_NEAR(independent.value, apart, kBand * independent.standard_error);
  EXPECT_GT(expected, 1.3 * apart);
  EXPECT_LT(wrong.standard_error, 0.02 * wrong.value);
}

// Importance sampling leaves the credit factor's own shocks to the law and shifts those that it
// shares: the density ratios weigh both.
TEST(Credit, KeepsItsLawInTheTails) {
  std::vector<Party> parties;
  for (const char* id : {"A", "B", "C", "D"}) parties.push_back(mover(id, 0.05, 0.5, 1.0));
  parties[3] = mover("D", 0.05, 0, 0.8, 0.9);
  const Market market = credit_market(parties, 0.5);
  NetworkRun runs;
  runs.settings.paths = 1 << 15;
  runs.settings.loss_horizon_months = {12, 36};
  runs.settings.confidence = {0.95, 0.99};
  const Book book = bullets({"A", "B", "C", "D"}, 36);
  const std::vector<std::string> changed;
  const Horizon horizon = horizon_of(runs.settings, market, book);
  Plan plan = compile({&runs.settings, &market, &book, MeasureBasis::real_world, &market, &changed},
                      horizon, TimeGrid(kSampleDate, horizon.months));
  fit_tilt(plan, runs.settings);
  const BasisRun drawn = simulate_plan(std::move(plan), runs.settings, false, false, {});
  for (const int months : {12, 36}) {
    const std::size_t s = drawn.snapshot(months);
    const auto moment = [&](const auto& value) {
      double sum = 0, square = 0;
      for (std::size_t p = 0; p < drawn.results.losses[s].size(); ++p) {
        const double x = drawn.results.weights[s][p] * value(drawn.results.losses[s][p]);
        sum += x;
        square += x * x;
      }
      const double mean = sum / drawn.paths;
      return engine::Estimate{mean, std::sqrt((square / drawn.paths - mean * mean) / drawn.paths)};
    };
    const engine::Estimate one = moment([](double) { return 1.0; });
    EXPECT_NEAR(one.value, 1, kBand * one.standard_error) << months;
    EXPECT_GT(one.standard_error, 1e-4);
    const engine::Estimate loss = moment([](double x) { return x; });
    EXPECT_NEAR(loss.value, -4 * std::expm1(-0.05 * months / 12), kBand * loss.standard_error);
    // Three of one kind: the chance that A, B and C all default, from the law's own paths.
    const BasisRun plain = runs.run(market, book);
    const auto many = [](double x) { return x > 2.5 ? 1.0 : 0.0; };
    double seen = 0;
    for (const double x : plain.results.losses[plain.snapshot(months)]) seen += many(x);
    const double p = seen / plain.paths;
    const engine::Estimate chance = moment(many);
    EXPECT_NEAR(chance.value, p,
                kBand * std::hypot(chance.standard_error, std::sqrt(p / plain.paths)))
        << months;
  }
}

// A party that others' defaults could move draws what it drew alone: links of no size.
TEST(Credit, MovesPartiesOfANetworkToo) {
  Market market = credit_market(
      {mover("A", 0.2, 0, 1.5), mover("B", 0.3, 0.8, 0.7), mover("C", 0.3, 0, 0, 1.2)});
  NetworkRun runs;
  runs.settings.paths = 2048;
  runs.settings.sample_values = true;
  const Book book = bullets({"A", "B", "C"}, 60);
  const BasisRun alone = runs.run(market, book);
  market.contagion = {{"A", "B", 1e-200, 0, {}}, {"B", "C", 1e-200, 0, {}}};
  const BasisRun linked = runs.run(market, book);
  ASSERT_EQ(linked.plan.network.members.size(), 3U);
  for (const std::size_t i : {0U, 1U, 2U})
    for (const int months : {12, 36, 60})
      EXPECT_EQ(survival_of(linked, i, months).value, survival_of(alone, i, months).value) << i;
  EXPECT_EQ(linked.results.losses, alone.results.losses);
}

TEST(Credit, GivesTheSameBitsForAnyThreadCount) {
  const Market market = credit_market({mover("A", 0.05, 0.8, 1.2), mover("B", 0.05, 0, 1, 0.5)});
  NetworkRun runs;
  runs.settings.paths = 4096;
  const BasisRun one = runs.run(market, bullets({"A", "B"}, 60));
  runs.settings.threads = 3;
  const BasisRun three = runs.run(market, bullets({"A", "B"}, 60));
  EXPECT_EQ(one.sums, three.sums);
  EXPECT_EQ(one.results.losses, three.results.losses);
}

// In a scenario the hazards are the baseline's, the loading today's; a curve of its own is fitted
// again.
TEST(Credit, KeepsTheFitOfTheBaseline) {
  const Market baseline = credit_market({mover("A", 0.05, 0, 1.2)});
  Market stressed = baseline;
  stressed.parties[0].credit_loading = 2.4;
  stressed.credit->mean_reversion = 1.5;
  const auto plan = [&](const Market& market) {
    return CompiledMarket(market, MeasureBasis::real_world, 36, {}, baseline).plan;
  };
  const Plan before = plan(baseline), after = plan(stressed);
  EXPECT_EQ(before.parties[0].log_hazard, after.parties[0].log_hazard);
  EXPECT_EQ(after.parties[0].credit_loading, 2.4);
  EXPECT_NEAR(after.factors.noises[after.credit].decay, std::exp(-1.5 / 12), 1e-15);
  const Plan other = CompiledMarket(stressed, MeasureBasis::real_world, 36).plan;
  EXPECT_GT(std::abs(other.parties[0].log_hazard[30] - before.parties[0].log_hazard[30]), 0.1);
}

// Phi(a, b; r), by the midpoint rule over the first.
double both_below(double a, double b, double r) {
  double sum = 0;
  constexpr int kPoints = 200000;
  for (int i = 0; i < kPoints; ++i) {
    const double x = -9 + (a + 9) * (i + 0.5) / kPoints;
    sum += (a + 9) / kPoints * std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0)) *
           std::erfc(-(b - r * x) / std::sqrt(2 * (1 - r * r))) / 2;
  }
  return sum;
}

double quantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 200; ++i)
    (std::erfc(-(low + high) / 2 / std::sqrt(2.0)) / 2 < p ? low : high) = (low + high) / 2;
  return low;
}

// Drivers of variance 1 on two factors that are correlated at the horizon.
TEST(CreditCopula, JoinsDefaultsByBothFactors) {
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const Market market = credit_market({mover("A", 0.05, 0.5, 0.4), mover("B", 0.11, 0, 0.7)});
    NetworkRun runs;
    runs.settings.copula = true;
    runs.settings.loss_horizon_months = {0};
    const BasisRun run = runs.run(market, bullets({"A", "B"}, 24), basis);
    const double a = -std::expm1(-0.10), b = -std::expm1(-0.22);
    for (const std::size_t i : {0U, 1U}) {
      const engine::Estimate got = survival_of(run, i, 0);
      EXPECT_NEAR(got.value, 1 - (i == 0 ? a : b), kBand * got.standard_error) << i;
      EXPECT_LT(got.standard_error, 1e-3);
    }
    if (basis == MeasureBasis::risk_neutral) continue;
    const double vx = 0.16 * (1 - std::exp(-3.6)) / 1.8, vz = 1 - std::exp(-2.0);
    const double rho = 0.6 * 0.4 * (1 - std::exp(-2.8)) / 1.4 / std::sqrt(vx * vz);
    const double both = both_below(quantile(a), quantile(b), 0.4 * 0.7 + rho * 0.5 * 0.7);
    double two = 0;
    for (const double loss : run.results.losses[run.snapshot(0)]) two += loss > 1.5 ? 1 : 0;
    EXPECT_NEAR(two / run.paths, both, kBand * std::sqrt(both / run.paths));
  }
}

TEST(CreditCopula, RefusesLoadingsThatLeaveNothingOfItsOwn) {
  NetworkRun runs;
  runs.settings.copula = true;
  runs.settings.loss_horizon_months = {0};
  runs.settings.paths = 64;
  const auto run = [&](const Party& party, double correlation) {
    static_cast<void>(runs.run(credit_market({party}, correlation), bullets({"A"}, 24)));
  };
  EXPECT_NO_THROW(run(mover("A", 0.05, 0.6, 0.7), 0));
  EXPECT_THROW(run(mover("A", 0.05, 0.6, 0.8), 0), InputError);
  EXPECT_THROW(run(mover("A", 0.05, 0.6, 0.7), 0.9), InputError);
  EXPECT_NO_THROW(run(mover("A", 0.05, 0.6, 0.7), -0.9));
  EXPECT_THROW(run(mover("A", 0.05, 0, 0.5, 0.2), 0), InputError);
}

TEST(Credit, RefusesWhatNoFitHoldsAndWhatHasNoFactor) {
  NetworkRun runs;
  runs.settings.paths = 64;
  const auto run = [&](const Market& market) {
    static_cast<void>(runs.run(market, bullets({"A"}, 24)));
  };
  Market market = credit_market({mover("A", 0.05, 0.8, 1, 0.5)});
  EXPECT_THROW(run(market), InputError);
  market.parties[0].hazard_mean_reversion = 0.5;
  EXPECT_NO_THROW(run(market));
  market.parties[0].hazard_mean_reversion = 2;
  market.parties[0].fit_survival = false;
  EXPECT_NO_THROW(run(market));
  market.credit.reset();
  EXPECT_THROW(run(market), InputError);
}

// `lien explain --path` tells the factor of the run's own path.
TEST(Credit, IsToldOfAPath) {
  Inputs inputs = quiet_inputs();
  inputs.market.credit = Credit{0.5};
  inputs.settings.horizon_months = 12;
  EXPECT_TRUE(replay_path(inputs, MeasureBasis::real_world, 0, 70).credit.empty());
  inputs.market.parties = {mover("A", 0.05, 0, 1)};
  const ReplayedPath path = replay_path(inputs, MeasureBasis::real_world, 0, 70);
  ASSERT_EQ(path.credit.size(), 13U);
  const auto key = engine::stream_key(inputs.settings.seed, engine::StreamKind::factor, "credit");
  double z = 0;
  for (std::uint32_t k = 0; k < 12; ++k) {
    EXPECT_NEAR(path.credit[k], z, 1e-14);
    z = std::exp(-0.5 / 12) * z +
        std::sqrt(1 - std::exp(-1.0 / 12)) * engine::normal_at(key, 70, k);
  }
  EXPECT_NEAR(path.credit[12], z, 1e-14);
}

// One month's covariances, as written in the conventions.
TEST(Credit, TellsItsCovariances) {
  Inputs inputs = quiet_inputs();
  inputs.settings.paths = 64;
  inputs.market.scarcity = Scarcity{0.9, 0.3};
  inputs.market.rates.hull_white = HullWhite{0.08, 0.012};
  inputs.market.credit = Credit{0.5};
  inputs.market.correlation.scarcity_credit = 0.4;
  inputs.market.correlation.rate_credit = -0.2;
  inputs.book.instruments = {on_chip(InstrumentKind::forward, Underlying::rental_rate, 0)};
  const Table measures = value_book(inputs, {}).tables.measures;
  const auto number = [&](const std::string& id) {
    for (std::size_t r = 0; r < measures.rows(); ++r)
      if (measures.column("measure").texts[r] == "factor_covariance" &&
          measures.column("id").texts[r] == id)
        return measures.column("value").numbers[r];
    return std::nan("");
  };
  const auto b = [](double k) { return (1 - std::exp(-k / 12)) / k; };
  EXPECT_NEAR(number("credit/credit"), b(1.0), 1e-15);
  EXPECT_NEAR(number("scarcity/credit"), 0.4 * 0.3 * b(1.4), 1e-15);
  EXPECT_NEAR(number("short_rate/credit"), -0.2 * 0.012 * b(0.58), 1e-15);
  EXPECT_NEAR(number("rate_integral/credit"), -0.2 * 0.012 / 0.08 * (b(0.5) - b(0.58)), 1e-15);
  EXPECT_TRUE(std::isnan(number("frontier/credit")));
}

}  // namespace
}  // namespace lien::pricing
