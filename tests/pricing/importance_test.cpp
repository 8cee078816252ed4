#include <gtest/gtest.h>

#include <cmath>

#include "pricing/measures/fit_tilt.hpp"
#include "pricing/measures/loss_sample.hpp"
#include "pricing/measures/value_book.hpp"
#include "tests/pricing/network_runs.hpp"
#include "tests/pricing/random_book.hpp"

// Losses of paths that are drawn from a mixture fitted to the tails.
namespace lien::pricing {
namespace {

Plan plan_of(const NetworkRun& runs, const Market& market, const Book& book) {
  const std::vector<std::string> changed;
  const Horizon horizon = horizon_of(runs.settings, market, book);
  const TimeGrid grid(kSampleDate, horizon.months);
  return compile({&runs.settings, &market, &book, MeasureBasis::real_world, &market, &changed},
                 horizon, grid);
}

BasisRun drawn_for_tails(const NetworkRun& runs, const Market& market, const Book& book) {
  Plan plan = plan_of(runs, market, book);
  fit_tilt(plan, runs.settings);
  return simulate_plan(std::move(plan), runs.settings, false, false, {});
}

engine::WeighedLosses losses_of(const BasisRun& run, int months) {
  const std::size_t s = run.snapshot(months);
  return {run.results.losses[s], run.results.weights[s], run.plan.factors.tilt.of.data(),
          engine::kBlockPaths};
}

// 1,000 names of one factor, probability of default 1 %, correlation 0.25: the chance of at least
// 150, 300 and 400 defaults in 1e5 paths. Reference: quadrature of a binomial over the factor.
TEST(ImportanceSampling, ReproducesCaseO20b) {
  Market market = market_of_parties({party_with("A", -std::log(0.99) / 2)});
  market.scarcity = Scarcity{.mean_reversion = 0.7, .volatility = 0.5, .initial = 0.2};
  market.parties[0].scarcity_loading = 0.5;
  market.parties[0].count = 1000;
  NetworkRun runs;
  runs.settings.copula = true;
  runs.settings.loss_horizon_months = {0};
  runs.settings.confidence = {0.99, 0.99999};
  runs.settings.paths = 100000;
  const engine::WeighedLosses losses =
      losses_of(drawn_for_tails(runs, market, bullets({"A"}, 24)), 0);
  const auto expect = [&losses](int defaults, double chance) {
    const auto got = losses.chance_above((defaults - 0.5) / 1000);
    EXPECT_NEAR(got.value, chance, 4 * got.standard_error) << defaults;
    EXPECT_LT(got.standard_error, 0.02 * chance) << defaults;
    std::printf("P(defaults >= %d) = %.6g, error %.2g relative, reference %.6g\n", defaults,
                got.value, got.standard_error / chance, chance);
  };
  expect(150, 0.002225433404347754);
  expect(300, 9.483113453050968e-05);
  expect(400, 1.3250822151412395e-05);
}

// Two names on their own: the chance that both default in a year is the product.
TEST(ImportanceSampling, DrawsJointDefaults) {
  const double a = 0.012, b = 0.02, both = -std::expm1(-a) * -std::expm1(-b);
  NetworkRun runs;
  runs.settings.confidence = {1 - both / 2};
  runs.settings.loss_horizon_months = {12, 36};
  const BasisRun run = drawn_for_tails(
      runs, market_of_parties({party_with("A", a), party_with("B", b)}), bullets({"A", "B"}, 60));
  for (const int months : {12, 36}) {
    const double joint = -std::expm1(-a * months / 12) * -std::expm1(-b * months / 12);
    const auto got = losses_of(run, months).chance_above(1.5);
    EXPECT_NEAR(got.value, joint, 4 * got.standard_error) << months;
    // Plain sampling: sqrt((1 - p)/p/n). Ten times better is a hundred times fewer paths.
    EXPECT_LT(got.standard_error, 0.1 * std::sqrt(joint / run.paths)) << months;
  }
}

struct Mean {
  double value = 0, error = 0;
};
Mean mean_of_losses(const BasisRun& run, int months, bool one) {
  const std::size_t s = run.snapshot(months);
  const bool weighed = !run.results.weights.empty();
  double sum = 0, square = 0;
  for (std::size_t p = 0; p < run.results.losses[s].size(); ++p) {
    const double x =
        (one ? 1.0 : run.results.losses[s][p]) * (weighed ? run.results.weights[s][p] : 1.0);
    sum += x;
    square += x * x;
  }
  const double n = run.paths, mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, square / n - mean * mean) / n)};
}

// Hazards that scarcity moves, links between parties, claims to be cleared: the law all the same.
struct Connected {
  Market market = sample_market();
  Book book;
  NetworkRun runs;
  Connected() {
    market.parties = {party_with("A", 0.04, 0.3), party_with("B", 0.05, 0.2),
                      party_with("C", 0.03, 0.4), party_with("D", 0.02, 0.4)};
    for (Party& party : market.parties) party.scarcity_loading = 0.6;
    market.contagion = {{"A", "B", 0.8, 0.5, {}}, {"B", "C", 0.4, 0.0, {}}};
    book = bullets({"A", "B", "C", "D"}, 54);
    for (std::size_t i = 0; i < 4; ++i) book.loans[i].principal = 1 + 0.35 * static_cast<double>(i);
    runs.settings.loss_horizon_months = {12, 0};
    runs.settings.confidence = {0.95, 0.99, 0.999};
    runs.settings.threads = 2;
  }
  [[nodiscard]] Inputs inputs(std::uint64_t paths) const {
    Inputs all;
    all.settings = runs.settings;
    all.settings.paths = paths;
    all.market = market;
    all.book = book;
    all.rows_read = book.loans.size();
    return all;
  }
};

TEST(ImportanceSampling, KeepsTheLaw) {
  const Connected c;
  const BasisRun drawn = drawn_for_tails(c.runs, c.market, c.book);
  const BasisRun plain = c.runs.run(c.market, c.book);
  for (const int months : {12, 0}) {
    const Mean one = mean_of_losses(drawn, months, true);
    EXPECT_NEAR(one.value, 1, 4 * one.error) << months;
    EXPECT_GT(one.error, 1e-4) << "the paths are not the law's";
    const Mean a = mean_of_losses(drawn, months, false), b = mean_of_losses(plain, months, false);
    EXPECT_NEAR(a.value, b.value, 4 * std::hypot(a.error, b.error)) << months;
    const LossSample tails = loss_sample(drawn, drawn.snapshot(months)),
                     tails_of_plain = loss_sample(plain, plain.snapshot(months));
    for (const double q : {0.95, 0.99, 0.999}) {
      const engine::TailEstimate x = tails.tail(q), y = tails_of_plain.tail(q);
      const auto error = [](const engine::TailEstimate& t) {
        return (t.expected_shortfall_high - t.expected_shortfall) / 1.96;
      };
      EXPECT_NEAR(x.expected_shortfall, y.expected_shortfall, 4 * std::hypot(error(x), error(y)))
          << months << ' ' << q;
      if (q > 0.99) {
        EXPECT_LT(error(x), 0.4 * error(y)) << months;
      }
    }
  }
}

// A path of the law is that of a plain run, bit for bit; threads change nothing.
TEST(ImportanceSampling, DrawsPathsOfTheirOwn) {
  Connected c;
  c.runs.settings.paths = 4096;
  const BasisRun two = drawn_for_tails(c.runs, c.market, c.book);
  const BasisRun plain = c.runs.run(c.market, c.book);
  c.runs.settings.threads = 1;
  const BasisRun one = drawn_for_tails(c.runs, c.market, c.book);
  EXPECT_EQ(one.results.losses, two.results.losses);
  EXPECT_EQ(one.results.weights, two.results.weights);
  std::size_t law = 0;
  for (std::size_t p = 0; p < 4096; ++p) {
    if (two.plan.factors.tilt.component(p) != 0) continue;
    ++law;
    for (std::size_t s = 0; s < plain.results.losses.size(); ++s)
      ASSERT_EQ(two.results.losses[s][p], plain.results.losses[s][p]) << p;
  }
  EXPECT_GE(law, 1024U);
  for (const auto& weights : two.results.weights)
    for (const double w : weights) EXPECT_LE(w, 4.0 + 1e-12) << "one over the law's share";
}

// Parts of the shortfall are those of plain sampling and add up; the tail's paths come back.
TEST(ImportanceSampling, MakesContributions) {
  Inputs inputs = Connected().inputs(1 << 15);
  inputs.settings.risk_neutral = false;
  const RunResults plain = value_book(inputs, {});
  inputs.settings.importance_sampling = true;
  const RunResults drawn = value_book(inputs, {});
  const Table &a = drawn.tables.contributions, &b = plain.tables.contributions;
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_GT(a.rows(), 20U);
  const auto x = a.column("expected_shortfall_contribution").numbers;
  const auto y = b.column("expected_shortfall_contribution").numbers;
  int moved = 0;
  for (std::size_t r = 0; r < a.rows(); ++r) {
    const double error =
        std::hypot(a.column("standard_error").numbers[r], b.column("standard_error").numbers[r]);
    EXPECT_NEAR(x[r], y[r], 5 * error + 1e-12) << r;
    moved += x[r] != y[r] ? 1 : 0;
  }
  EXPECT_GT(moved, 20) << "paths of their own";
  const Table& checks = drawn.tables.checks;
  for (std::size_t r = 0; r < checks.rows(); ++r)
    EXPECT_EQ(checks.column("passed").texts[r], "true") << checks.column("check").texts[r];
}

// Tails alone come from those paths: every other measure has the bits of a plain run.
TEST(ImportanceSampling, MovesNothingButTails) {
  Inputs inputs = Connected().inputs(2048);
  const RunResults plain = value_book(inputs, {});
  inputs.settings.importance_sampling = true;
  const RunResults drawn = value_book(inputs, {});
  const Table &a = drawn.tables.measures, &b = plain.tables.measures;
  ASSERT_EQ(a.rows(), b.rows());
  std::size_t same = 0;
  for (std::size_t r = 0; r < a.rows(); ++r) {
    const std::string& measure = a.column("measure").texts[r];
    ASSERT_EQ(measure, b.column("measure").texts[r]);
    if (measure.find("value_at_risk") != std::string::npos ||
        measure.find("expected_shortfall") != std::string::npos)
      continue;
    ++same;
    EXPECT_EQ(a.column("value").numbers[r], b.column("value").numbers[r]) << measure;
  }
  EXPECT_GT(same, 50U);
}

}  // namespace
}  // namespace lien::pricing
