#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/compile.hpp"

// Losses weighted by survival have the right mean and no default noise: on one path a loan is a
// little in default and never all of it. So losses.csv is made of sampled defaults, and this shows
// what a distribution of weighted losses would have hidden.
namespace lien::pricing {
namespace {

constexpr Date kToday = std::chrono::sys_days{std::chrono::year{2026} / 10 / 1};
constexpr int kLoans = 20;
constexpr double kHazard = 0.05, kRecovery = 0.40;

// Unsecured bullets of 1 without interest, one to each of twenty borrowers.
Book book_of_bullets() {
  Book book;
  for (int i = 0; i < kLoans; ++i) {
    Loan loan;
    loan.id = "loan-" + std::to_string(i);
    loan.borrower = "borrower-" + std::to_string(i);
    loan.principal = 1;
    loan.closing = kToday;
    loan.maturity = std::chrono::sys_days{std::chrono::year{2029} / 10 / 1};
    loan.amortization = Amortization::bullet;
    book.loans.push_back(loan);
  }
  return book;
}

Market market_of(double scarcity_loading) {
  Market market;
  market.currency = "USD";
  market.rates.zero_curve = {{1}, {0.0}};
  market.scarcity = Scarcity{.mean_reversion = 0.9, .volatility = 0.4};
  for (int i = 0; i < kLoans; ++i) {
    Party party;
    party.id = "borrower-" + std::to_string(i);
    party.hazard = {{1}, {kHazard}};
    party.recovery = kRecovery;
    party.scarcity_loading = scarcity_loading;
    market.parties.push_back(party);
  }
  return market;
}

struct Spread {
  double mean, stdev;
};

struct Losses {
  Spread sampled, weighted;
  double paths;
};

// Lifetime losses of the book, as losses.csv takes them and weighted by survival.
Losses losses_of(const Market& market) {
  RunSettings settings;
  settings.valuation_date = kToday;
  settings.paths = 1 << 15;
  settings.loss_horizon_months = {0};
  settings.threads = 2;
  const Book book = book_of_bullets();
  const Horizon horizon = horizon_of(settings, market, book);
  const TimeGrid grid(kToday, horizon.months);
  const std::vector<std::string> changed;
  const BasisRun run = simulate_plan(
      compile({&settings, &market, &book, MeasureBasis::real_world, &market, &changed}, horizon,
              grid),
      settings, false, false, {});
  const std::vector<double>& sampled = run.results.losses[run.snapshot(0)];
  const auto n = static_cast<double>(sampled.size());
  const double mean = std::accumulate(sampled.begin(), sampled.end(), 0.0) / n;
  double squares = 0;
  for (const double loss : sampled) squares += (loss - mean) * (loss - mean);
  const engine::Estimate weighted = run.mean(run.layout.group(
      run.layout.portfolio(), kFixedSamples + run.snapshot(0) * kSnapshotSamples + kLoss));
  return {
      {mean, std::sqrt(squares / n)}, {weighted.value, weighted.standard_error * std::sqrt(n)}, n};
}

// Independent borrowers: the number of defaults is binomial, and a weighted loss is a constant.
TEST(SampledLosses, HaveTheNoiseOfDefaultThatWeightedLossesLack) {
  const Losses losses = losses_of(market_of(0));
  const double defaulted = 1 - std::exp(-3 * kHazard), severity = 1 - kRecovery;
  const double expected = kLoans * defaulted * severity;
  const double stdev = severity * std::sqrt(kLoans * defaulted * (1 - defaulted));
  EXPECT_NEAR(losses.weighted.mean, expected, 1e-12);
  EXPECT_NEAR(losses.weighted.stdev, 0, 1e-9);
  EXPECT_NEAR(losses.sampled.mean, expected, 4 * stdev / std::sqrt(losses.paths));
  // The error of a standard deviation of a nearly normal sample is stdev / sqrt(2 n): 0.4 %.
  EXPECT_NEAR(losses.sampled.stdev, stdev, 0.02 * stdev);
}

// Borrowers that fall with scarcity: a weighted loss moves with the factor, a sampled one with the
// factor and with who defaults.
TEST(SampledLosses, AddTheNoiseOfDefaultToThatOfTheFactor) {
  const Losses losses = losses_of(market_of(2));
  const double error = losses.sampled.stdev / std::sqrt(losses.paths);
  EXPECT_NEAR(losses.sampled.mean, losses.weighted.mean, 4 * error);
  EXPECT_NEAR(losses.weighted.mean, kLoans * (1 - std::exp(-3 * kHazard)) * (1 - kRecovery),
              4 * losses.weighted.stdev / std::sqrt(losses.paths));
  EXPECT_GT(losses.weighted.stdev, 0.2);
  EXPECT_GT(losses.sampled.stdev, 1.2 * losses.weighted.stdev);
  // Given the factor the defaults are independent, so their variance adds to that of the weighted
  // loss: E[sum p (1 - p)] severity^2, at most that of independent borrowers and not far below.
  const double added =
      losses.sampled.stdev * losses.sampled.stdev - losses.weighted.stdev * losses.weighted.stdev;
  const double defaulted = 1 - std::exp(-3 * kHazard), severity = 1 - kRecovery;
  const double independent = kLoans * defaulted * (1 - defaulted) * severity * severity;
  EXPECT_LT(added, 1.02 * independent);
  EXPECT_GT(added, 0.8 * independent);
}

}  // namespace
}  // namespace lien::pricing
