#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "pricing/measures/value_book.hpp"
#include "tests/pricing/network_runs.hpp"

// Defaults that raise the hazards of others, and clearings that make defaults.
namespace lien::pricing {
namespace {

constexpr double kFour = 4;

ContagionLink link(const std::string& from, const std::string& to, double jump, double decay = 0) {
  return {from, to, jump, decay, {}};
}

void expect_survival(const BasisRun& run, std::size_t party, int months, double expected) {
  const engine::Estimate got = survival_of(run, party, months);
  const double error = std::sqrt(expected * (1 - expected) / run.paths);
  EXPECT_NEAR(got.value, expected, kFour * error) << "party " << party << ", month " << months;
}

// What a kick since s adds to the integrated hazard at t.
double kick_integral(double jump, double decay, double years) {
  return decay > 0 ? jump * -std::expm1(-decay * years) / decay : jump * years;
}

// E[exp(-hazard t - kick)] of a party kicked by another of hazard `source`: Simpson's rule over the
// time of the other's default. Defaults of the last `unseen` years have not kicked yet.
double kicked_survival(double source, double hazard, double jump, double decay, double t,
                       double unseen = 0) {
  constexpr int kIntervals = 4000;
  const double seen = t - unseen;
  double sum = 0;
  for (int i = 0; i <= kIntervals; ++i) {
    const double s = seen * i / kIntervals;
    const double weight = i == 0 || i == kIntervals ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * source * std::exp(-source * s - kick_integral(jump, decay, t - s));
  }
  return std::exp(-hazard * t) * (std::exp(-source * seen) + sum * seen / (3 * kIntervals));
}

// Jarrow and Yu 2001, one direction: exp(-b t) [e^{-a t} + a (e^{-w t} - e^{-a t}) / (a - w)].
TEST(Contagion, GivesTheSurvivalOfJarrowAndYu) {
  Market market = market_of_parties({party_with("B", 0.04), party_with("A", 0.12)});
  market.contagion = {link("A", "B", 0.35)};
  const BasisRun run = NetworkRun().run(market, bullets({"B"}, 60));
  for (const int months : {12, 36, 60}) {
    const double t = months / 12.0, a = 0.12, w = 0.35;
    const double closed = std::exp(-0.04 * t) *
                          (std::exp(-a * t) + a * (std::exp(-w * t) - std::exp(-a * t)) / (a - w));
    EXPECT_NEAR(kicked_survival(a, 0.04, w, 0, t), closed, 1e-9);
    expect_survival(run, 0, months, closed);
    expect_survival(run, 1, months, std::exp(-a * t));
  }
}

// A strong, short kick: most of it falls into the month of default and the next, which counts both.
TEST(Contagion, FadesAndCountsTheMonthOfDefault) {
  for (const double decay : {0.5, 12.0}) {
    Market market = market_of_parties({party_with("A", 0.5), party_with("B", 0.01)});
    market.contagion = {link("A", "B", 6, decay)};
    const BasisRun run = NetworkRun().run(market, bullets({"B"}, 60));
    for (const int months : {12, 36, 60})
      expect_survival(run, 1, months,
                      kicked_survival(0.5, 0.01, 6, decay, months / 12.0, 1.0 / 12));
  }
}

// Two that kick each other: a chain of four states. P(A lives) = P(both) + P(B died first, at s).
TEST(Contagion, RunsInLoops) {
  const double a = 0.10, b = 0.20, to_a = 0.6, to_b = 0.9;
  Market market = market_of_parties({party_with("A", a), party_with("B", b)});
  market.contagion = {link("A", "B", to_b), link("B", "A", to_a)};
  const BasisRun run = NetworkRun().run(market, bullets({"A", "B"}, 60));
  const auto lives = [](double own, double other, double kick, double t) {
    const double both = std::exp(-(own + other) * t);
    return both + other * (std::exp(-(own + kick) * t) - both) / (other - kick);
  };
  for (const int months : {12, 36, 60}) {
    expect_survival(run, 0, months, lives(a, b, to_a, months / 12.0));
    expect_survival(run, 1, months, lives(b, a, to_b, months / 12.0));
  }
  // The distribution of losses has the same defaults: both lost, one, none.
  const auto& losses = run.results.losses[run.snapshot(60)];
  double none = 0, two = 0;
  for (const double loss : losses) {
    none += loss < 0.5 ? 1 : 0;
    two += loss > 1.5 ? 1 : 0;
  }
  const double n = run.paths, both = std::exp(-(a + b) * 5);
  EXPECT_NEAR(none / n, both, kFour * std::sqrt(both * (1 - both) / n));
  const double dead = 1 - lives(a, b, to_a, 5) - lives(b, a, to_b, 5) + both;
  EXPECT_NEAR(two / n, dead, kFour * std::sqrt(dead * (1 - dead) / n));
}

// Links add up, and a party three steps away hears of it: A kicks B, B kicks C.
TEST(Contagion, PassesOnAlongAChain) {
  Market market = market_of_parties(
      {party_with("C", 0.0), party_with("B", 0.0), party_with("A", 0.3), party_with("D", 0.1)});
  market.contagion = {link("A", "B", 0.8), link("B", "C", 0.5), link("D", "C", 0.7)};
  const BasisRun run = NetworkRun().run(market, bullets({"C"}, 60));
  // Independent of D: E[kick of D] x E[kick of B], B's own default by convolution of A's and its.
  constexpr int kIntervals = 2000;
  const double t = 5, h = t / kIntervals;
  double by_b = 0;
  for (int i = 0; i < kIntervals; ++i) {
    const double s = (i + 0.5) * h;  // density of B's default: 0.3 x 0.8 (e^{-.3s} - e^{-.8s})/.5
    by_b += h * 0.3 * 0.8 / 0.5 * (std::exp(-0.3 * s) - std::exp(-0.8 * s)) *
            (1 - std::exp(-0.5 * (t - s)));
  }
  expect_survival(run, 0, 60, (1 - by_b) * kicked_survival(0.1, 0, 0.7, 0, t));
}

TEST(Contagion, WithoutAJumpChangesNoByte) {
  Market market = market_of_parties({party_with("A", 0.1), party_with("B", 0.2)});
  market.scarcity = Scarcity{.mean_reversion = 0.9, .volatility = 0.4};
  market.parties[1].scarcity_loading = 1.5;
  NetworkRun runs;
  runs.settings.paths = 4096;
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const BasisRun plain = runs.run(market, bullets({"A", "B"}, 60), basis);
    Market linked = market;
    linked.contagion = {link("A", "B", 0, 2), link("B", "A", 0)};
    const BasisRun off = runs.run(linked, bullets({"A", "B"}, 60), basis);
    EXPECT_EQ(off.sums, plain.sums);
    EXPECT_EQ(off.results.losses, plain.results.losses);
  }
}

TEST(Contagion, IsTheSameOnAnyNumberOfThreads) {
  Market market = market_of_parties({party_with("A", 0.3), party_with("B", 0.2)});
  market.contagion = {link("A", "B", 1, 2), link("B", "A", 3)};
  market.clearing = Clearing{0.8, 0.9};
  market.claims = {{"A", "B", 5, add_months(kSampleDate, 8, true), {}},
                   {"B", "A", 6, add_months(kSampleDate, 8, true), {}}};
  market.parties[0].cash = 1;
  NetworkRun one, three;
  one.settings.paths = three.settings.paths = 1 << 13;
  three.settings.threads = 3;
  const Book book = bullets({"A", "B"}, 60);
  EXPECT_EQ(one.run(market, book).sums, three.run(market, book).sums);
}

// A default that a scenario puts at the end of month 6 kicks from there.
TEST(Contagion, FollowsADefaultOfAScenario) {
  Market market = market_of_parties({party_with("A", 0), party_with("B", 0.02)});
  market.parties[0].forced_default_month = 6;
  market.contagion = {link("A", "B", 0.9, 1.1)};
  const BasisRun run = NetworkRun().run(market, bullets({"B"}, 60));
  for (const int months : {12, 36, 60}) {
    const double t = months / 12.0;
    expect_survival(run, 1, months, std::exp(-0.02 * t - kick_integral(0.9, 1.1, t - 0.5)));
  }
}

// What a run says of itself holds: the curve is not the survival of a party that others pull down.
TEST(Contagion, LeavesTheChecksOfARunTrue) {
  Inputs inputs;
  inputs.market = market_of_parties(
      {party_with("A", 0.2), party_with("B", 0.1), party_with("C", 0.1), party_with("D", 0.1)});
  inputs.market.contagion = {link("A", "B", 0.9)};
  inputs.market.clearing.emplace();
  inputs.market.claims = {{"C", "A", 1, add_months(kSampleDate, 3, true), {}}};
  inputs.book = bullets({"A", "B", "C", "D"}, 36);
  inputs.settings = NetworkRun().settings;
  inputs.settings.paths = 4096;
  inputs.rows_read = 4;
  const Table checks = value_book(inputs, {}).tables.checks;
  std::string curves;
  for (std::size_t r = 0; r < checks.rows(); ++r) {
    const std::string& check = checks.column("check").texts[r];
    EXPECT_EQ(checks.column("passed").texts[r], "true") << check;
    if (check.starts_with("survival of ") && check.ends_with("real_world")) curves += check[12];
  }
  EXPECT_EQ(curves, "AD");
}

struct ClearingMeans {
  double payment, equity;
};
ClearingMeans means_of(const BasisRun& run, std::size_t clearing, std::size_t member) {
  return {run.mean(run.layout.clearing(clearing, member, kClearingPayment)).value,
          run.mean(run.layout.clearing(clearing, member, kEquityValue)).value};
}

// What is left of one quarter pays in the next; a claim is cleared at the end of its quarter.
TEST(Clearing, CarriesCashFromQuarterToQuarter) {
  Market market = market_of_parties({party_with("A", 0), party_with("B", 0), party_with("C", 0)});
  market.parties[0].cash = 10;
  market.clearing.emplace();
  const auto due = [](int months) { return add_months(kSampleDate, months, true); };
  market.claims = {{"A", "B", 7, due(2), {}},  // month 3: A 3 left, B 7
                   {"B", "C", 4, due(6), {}},  // month 6: B 3, C 4
                   {"A", "C", 1, due(4), {}},  // month 6: A 2, C 5
                   {"B", "A", 9, due(9), {}},  // month 9: B pays 3 of 9 and defaults, A 5
                   {"B", "C", 9, due(99), {}}};
  NetworkRun runs;
  runs.settings.paths = 64;
  runs.settings.loss_horizon_months = {6, 8, 9};
  const BasisRun run = runs.run(market, bullets({"B"}, 24));
  ASSERT_EQ(run.plan.network.clearings.size(), 3U);
  EXPECT_NEAR(means_of(run, 0, 0).payment, 7, 1e-12);
  EXPECT_NEAR(means_of(run, 0, 1).equity, 7, 1e-12);
  EXPECT_NEAR(means_of(run, 1, 1).payment, 4, 1e-12);
  EXPECT_NEAR(means_of(run, 1, 2).equity, 5, 1e-12);
  EXPECT_NEAR(means_of(run, 2, 1).payment, 3, 1e-12);
  EXPECT_NEAR(means_of(run, 2, 0).equity, 5, 1e-12);
  EXPECT_EQ(survival_of(run, 1, 8).value, 1);
  EXPECT_EQ(survival_of(run, 1, 9).value, 0);
  // Its loan is lost in that month, in full, on every path.
  EXPECT_NEAR(run.mean(run.layout.contract(0, kExposure)).value, 1, 1e-12);
}

// A default over claims is one of its month: nothing of it is paid, the claim is what was owed at
// its opening.
TEST(Clearing, TakesTheOpeningBalanceOfItsMonth) {
  Market market = market_of_parties({party_with("A", 0), party_with("B", 0)});
  market.clearing.emplace();
  market.claims = {{"A", "B", 1, add_months(kSampleDate, 8, true), {}}};
  NetworkRun runs;
  runs.settings.paths = 64;
  Book book = bullets({"A"}, 24);
  book.loans[0].amortization = Amortization::straight_line;
  const BasisRun run = runs.run(market, book);
  EXPECT_NEAR(run.mean(run.layout.contract(0, kExposure)).value, 1 - 8 / 24.0, 1e-12);
}

// What a party in default has left after its first clearing is cash, worth all of it in the next.
TEST(Clearing, WritesAssetsDownInTheFirstOnly) {
  Market market = market_of_parties({party_with("A", 0), party_with("B", 0)});
  market.parties[0].cash = 10;
  market.parties[0].forced_default_month = 2;
  market.clearing = Clearing{0.5, 1};
  for (const int month : {3, 6, 9})
    market.claims.push_back({"A", "B", 2, add_months(kSampleDate, month, true), {}});
  NetworkRun runs;
  runs.settings.paths = 64;
  const BasisRun run = runs.run(market, bullets({"B"}, 12));
  const std::array<double, 3> paid{2, 2, 1}, left{3, 1, 0};
  for (const std::size_t c : {0U, 1U, 2U}) {
    EXPECT_NEAR(means_of(run, c, 0).payment, paid[c], 1e-12) << c;
    EXPECT_NEAR(means_of(run, c, 0).equity, left[c], 1e-12) << c;
  }
}

// A quarter that the run does not see whole clears nothing, and connects nobody.
TEST(Clearing, IsHeldInWholeQuartersOfTheRun) {
  NetworkRun runs;
  runs.settings.paths = 64;
  runs.settings.loss_horizon_months = {12};
  const auto clearings = [&](int due, int months) {
    Market market = market_of_parties({party_with("A", 0.1), party_with("B", 0.1)});
    market.clearing.emplace();
    market.claims = {{"A", "B", 2, add_months(kSampleDate, due, true), {}}};
    const Plan plan = runs.run(market, bullets({"B"}, months)).plan;
    EXPECT_EQ(plan.network.members.empty(), plan.network.clearings.empty());
    return plan.network.clearings.size();
  };
  EXPECT_EQ(clearings(22, 24), 1U);
  EXPECT_EQ(clearings(24, 24), 1U);
  EXPECT_EQ(clearings(25, 24), 0U);
  EXPECT_EQ(clearings(22, 23), 0U);
}

// A party short at the quarter's end kicks from there.
TEST(Clearing, MakesDefaultsThatSpread) {
  Market market = market_of_parties({party_with("A", 0), party_with("B", 0), party_with("C", 0)});
  market.clearing.emplace();
  market.claims = {{"A", "B", 1, add_months(kSampleDate, 3, true), {}}};
  market.contagion = {link("A", "C", 0.8)};
  const BasisRun run = NetworkRun().run(market, bullets({"C"}, 60));
  EXPECT_EQ(survival_of(run, 0, 12).value, 0);
  EXPECT_EQ(survival_of(run, 1, 60).value, 1);
  expect_survival(run, 2, 12, std::exp(-0.8 * 0.75));
  expect_survival(run, 2, 60, std::exp(-0.8 * 4.75));
}

// One that has defaulted before pays at the recoveries: half of 10 on the paths where it has.
TEST(Clearing, PaysOutTheEstateOfADefault) {
  Market market = market_of_parties({party_with("A", 1.2), party_with("B", 0)});
  market.parties[0].cash = 10;
  market.clearing = Clearing{0.5, 1};
  market.claims = {{"A", "B", 8, add_months(kSampleDate, 12, true), {}}};
  const BasisRun run = NetworkRun().run(market, bullets({"B"}, 60));
  const double lives = std::exp(-1.2), error = 3 * std::sqrt(lives * (1 - lives) / run.paths);
  EXPECT_NEAR(means_of(run, 0, 0).payment, 8 * lives + 5 * (1 - lives), kFour * error);
  EXPECT_NEAR(means_of(run, 0, 0).equity, 2 * lives, kFour * error);
}

}  // namespace
}  // namespace lien::pricing
