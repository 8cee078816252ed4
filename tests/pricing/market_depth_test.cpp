#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "tests/pricing/liquidation_cases.hpp"

// A market that the book's own sales press.
namespace lien::pricing {
namespace {

using namespace liquidation;

// n loans of n independent parties, one hardware: given that a party defaults in month k, the
// others that do so in the same month are binomial.
constexpr int kParties = 8;
constexpr double kBase = 20000;  // units in the world

Market crowded_market(double depth, int lag) {
  Market market = certain_market();
  const Party one = market.parties[0];
  market.parties.clear();
  for (int i = 0; i < kParties; ++i) {
    market.parties.push_back(one);
    market.parties.back().id = "party-" + std::to_string(i);
    market.parties.back().hazard = {{1}, {0.9}};
  }
  market.liquidation->haircut = 0.1;
  market.liquidation->lag_months = lag;
  market.liquidation->depth = depth;
  market.liquidation->price_impact = 0.7;
  market.liquidation->installed_base = {{"multiple", kBase}};
  return market;
}

Book crowd() {
  Book book;
  for (int i = 0; i < kParties; ++i)
    book.loans.push_back(loan_on("loan-" + std::to_string(i), "party-" + std::to_string(i), 400));
  return book;
}

TEST(MarketDepth, PressesPricesByABinomialNumberOfSales) {
  for (const auto& [lag, attrition] : {std::pair{0, 0.0}, {4, 0.0}, {4, 0.4}}) {
    Market market = crowded_market(0.03, lag);
    market.hardware[1].attrition = attrition;
    const BasisRun run = value(market, crowd(), MeasureBasis::real_world, 1 << 14);
    double expected = 0;
    for (int k = 1; k <= 36; ++k) {
      const double q = std::exp(-0.9 * (k - 1) / 12.0) - std::exp(-0.9 * k / 12.0);
      const double claim = run.plan.terms[static_cast<std::size_t>(k)].opening;
      double recovered = 0, chance = std::pow(1 - q, kParties - 1);  // of j others
      for (int j = 0; j < kParties; ++j) {
        const double left = 400 * std::exp(-attrition * (k + lag) / 12.0);
        const double sold = left * (1 + j);
        const double price = price_of(k + lag) * std::exp(-0.7 * sold / (0.03 * kBase));
        recovered += chance * settled(claim, left * 0.9 * price);
        chance *= (kParties - 1.0 - j) / (j + 1.0) * q / (1 - q);
      }
      expected +=
          q * std::exp(-kRate * k / 12.0) * (claim - recovered * std::exp(-kRate * lag / 12.0));
    }
    for (std::size_t i = 0; i < kParties; ++i) {
      const auto loss = run.mean(loss_pair(run, i));
      EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error) << "lag " << lag;
      EXPECT_LT(loss.standard_error, 0.01 * expected);
    }
    // All of them, from one sum.
    const std::size_t all = run.layout.group(
        run.layout.portfolio(), kFixedSamples + run.snapshot(0) * kSnapshotSamples + kLoss);
    const auto loss = run.mean(all);
    EXPECT_NEAR(loss.value, kParties * expected, 4 * loss.standard_error);
  }
}

TEST(MarketDepth, WithoutBoundIsNoImpactAndOfNothingIsNoRecovery) {
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral})
    for (const int lag : {0, 4}) {
      const BasisRun deep = value(crowded_market(1e12, lag), crowd(), basis, 1024);
      Market off = crowded_market(1, lag), gone = off;
      off.liquidation->installed_base.clear();
      gone.liquidation->installed_base.clear();
      gone.liquidation->haircut = 1;
      const BasisRun none = value(off, crowd(), basis, 1024, true);
      EXPECT_EQ(deep.sums, none.sums);  // to the last digit
      const BasisRun shallow = value(crowded_market(1e-9, lag), crowd(), basis, 1024);
      EXPECT_EQ(shallow.sums, value(gone, crowd(), basis, 1024, true).sums);
    }
}

// A lone loan presses its own sale, whenever that is drawn to be.
TEST(MarketDepth, PressesASaleInTheMonthThatIsDrawn) {
  Market market = certain_market();
  market.liquidation = Liquidation{0.1, 0, 0, 6, 4};
  market.liquidation->depth = 0.03;
  market.liquidation->price_impact = 0.7;
  market.liquidation->installed_base = {{"multiple", kBase}};
  Book book;
  book.loans = {loan_on("loan", "borrower")};
  const BasisRun run = value(market, book, MeasureBasis::real_world, 1 << 15);
  const auto cumulative = lag_distribution(6, 4);
  const double pressed = std::exp(-0.7 * 1000 / (0.03 * kBase));
  const double expected = expected_loss(run, [&](int k, double claim) {
    double mean = 0, before = 0;
    for (std::size_t j = 0; j < cumulative.size(); ++j) {
      const int lag = static_cast<int>(j);
      const double proceeds = 900 * pressed * price_of(k + lag);
      mean += (cumulative[j] - before) * settled(claim, proceeds) * std::exp(-kRate * lag / 12.0);
      before = cumulative[j];
    }
    return mean;
  });
  const auto loss = run.mean(loss_pair(run, 0));
  EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error);
  EXPECT_LT(loss.standard_error, 0.02 * expected);
}

// A random book: cash accounts, value tests, leases, two hardware, drawn lags.
Market busy_market(std::mt19937_64& draw, double depth) {
  Market market = random_market(draw);
  market.liquidation->lag_months = 3;
  market.liquidation->lag_stdev_months = 2;
  market.liquidation->depth = depth;
  market.liquidation->installed_base = {{"multiple", 50000}, {"curve", 80000}};
  return market;
}

Book busy_book(std::mt19937_64& draw) {
  Book book;
  for (int i = 0; i < 24; ++i) book.loans.push_back(random_loan(draw, kSampleDate, i));
  for (int i = 0; i < 10; ++i) book.leases.push_back(random_lease(draw, kSampleDate, i));
  return book;
}

TEST(MarketDepth, OfMoreNeverLosesMoreOnAnyPath) {
  std::mt19937_64 books(11);
  const Book book = busy_book(books);
  std::vector<double> before;
  double total = 0;
  for (const double depth : {0.003, 0.01, 0.03, 0.1, 1.0, 1e9}) {
    std::mt19937_64 draw(12);
    const BasisRun run = value(busy_market(draw, depth), book, MeasureBasis::real_world, 512);
    const auto& losses = run.results.losses[run.snapshot(0)];
    for (std::size_t p = 0; p < before.size(); ++p)
      EXPECT_LE(losses[p], before[p] + 1e-9 * std::abs(before[p])) << "path " << p;
    const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
    if (!before.empty()) {
      EXPECT_LT(sum, total);
    }
    total = sum;
    before = losses;
  }
}

TEST(MarketDepth, TheSameBitsFromAnyThreads) {
  std::mt19937_64 books(13), draw(14);
  const Book book = busy_book(books);
  const Market market = busy_market(draw, 0.03);
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const BasisRun one = value(market, book, basis, 4096, false, 1);
    const BasisRun three = value(market, book, basis, 4096, false, 3);
    EXPECT_EQ(one.sums, three.sums);
    EXPECT_EQ(one.test_counts, three.test_counts);
    EXPECT_EQ(one.fan_counts, three.fan_counts);
  }
}

TEST(MarketDepth, CountsAccountsThatRunDry) {
  // Nothing but rents pays these loans: both fail in the first month, and both are sold at once.
  Market market = certain_market();
  market.liquidation->lag_months = 2;
  market.liquidation->installed_base = {{"multiple", kBase}};
  Book book;
  for (const char* id : {"one", "two"}) {
    book.loans.push_back(loan_on(id, "", 300));
    book.loans.back().recourse = Recourse::none;
    book.loans.back().coupon = 0.5;
    book.loans.back().maturity = add_months(kSampleDate, 12, true);
  }
  const BasisRun run = value(market, book, MeasureBasis::real_world, 64);
  const double available =
      300 * 730 * (0.8 * 2.35 * std::exp(-0.32 / 12) - 0.36 * std::exp(0.025 / 12));
  const double claim = run.plan.terms[1].opening - available;
  const double price = price_of(3) * std::exp(-600 / (0.03 * kBase));
  const double expected =
      std::exp(-kRate / 12) * (claim - std::min(claim, 300 * price) * std::exp(-kRate * 2 / 12));
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(run.mean(loss_pair(run, i)).value, expected, 1e-10 * expected);
}

TEST(MarketDepth, OfOneHardwareLeavesTheOthersAlone) {
  std::mt19937_64 books(15), draw(16);
  const Book book = busy_book(books);
  Market market = busy_market(draw, 0.03);
  market.liquidation->installed_base = {{"multiple", 50000}};
  const BasisRun run = value(market, book, MeasureBasis::real_world, 256);
  Market off = market;
  off.liquidation->installed_base.clear();
  const BasisRun none = value(off, book, MeasureBasis::real_world, 256, true);
  int others = 0;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i) {
    const ContractPlan& contract = run.plan.contracts[i];
    if (contract.lot == kNone || contract.depth != kNone) continue;
    ++others;
    EXPECT_EQ(run.mean(loss_pair(run, i)).value, none.mean(loss_pair(none, i)).value);
  }
  EXPECT_GT(others, 5);
}

}  // namespace
}  // namespace lien::pricing
