#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pricing/measures/value_book.hpp"
#include "tests/pricing/network_runs.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"

// What makes a book lose a given amount, on books of one or two loans that say it in closed form.
namespace lien::pricing {
namespace {

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

Inputs inputs_of(const Market& market, const Book& book, double loss, int horizon) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 1 << 16;
  inputs.settings.threads = 2;
  inputs.settings.risk_neutral = false;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.settings.confidence = {0.99};
  inputs.settings.reverse_stress = ReverseStress{};
  inputs.settings.reverse_stress->loss = loss;
  inputs.settings.reverse_stress->horizon_months = horizon;
  inputs.market = market;
  inputs.market.file = "market.toml";
  inputs.book = book;
  inputs.rows_read = book.loans.size();
  return inputs;
}

struct Row {
  double tail, tail_error, all, all_error, nearest;
};

Row row(const Table& t, const std::string& about, const std::string& id,
        const std::string& quantity, int month = -1) {
  for (std::size_t r = 0; r < t.rows(); ++r)
    if (t.column("about").texts[r] == about && t.column("id").texts[r] == id &&
        t.column("quantity").texts[r] == quantity &&
        (month < 0 || t.column("month").numbers[r] == month))
      return {t.column("tail_mean").numbers[r], t.column("tail_mean_se").numbers[r],
              t.column("all_mean").numbers[r], t.column("all_mean_se").numbers[r],
              t.column("nearest_path").numbers[r]};
  ADD_FAILURE() << "no row " << about << " " << id << " " << quantity;
  return {};
}

void expect_checks_passed(const RunTables& tables) {
  for (const std::string& passed : tables.checks.column("passed").texts) EXPECT_EQ(passed, "true");
}

// Unsecured bullets of 1 to A and 3 to B, independent: a loss of 3 or more is B's default, and A
// defaults there as anywhere.
TEST(ReverseStress, OfTwoLoansNamesTheOneThatMatters) {
  const Market market =
      market_of_parties({party_with("A", 0.05, 0.4), party_with("B", 0.04), party_with("C", 0.5)});
  Book book = bullets({"A", "B"}, 36);
  book.loans[1].principal = 3;
  const RunTables tables = value_book(inputs_of(market, book, 3, 0), {}).tables;
  expect_checks_passed(tables);
  const Table& found = tables.reverse_stress;
  const double a = 1 - std::exp(-3 * 0.05), b = 1 - std::exp(-3 * 0.04), n = 1 << 16;
  const Row probability = row(found, "portfolio", "", "probability");
  EXPECT_NEAR(probability.all, b, 4 * std::sqrt(b * (1 - b) / n));
  EXPECT_NEAR(probability.all_error, std::sqrt(b * (1 - b) / n), 0.03 * probability.all_error);
  // Wilson's interval is the normal one, drawn towards a half.
  constexpr double z = 1.959963984540054;
  const double middle = probability.all + z * z / n * (0.5 - probability.all);
  EXPECT_NEAR(row(found, "portfolio", "", "probability_low").all,
              middle - z * probability.all_error, 1e-6);
  EXPECT_NEAR(row(found, "portfolio", "", "probability_high").all,
              middle + z * probability.all_error, 1e-6);
  EXPECT_EQ(row(found, "portfolio", "", "threshold").all, 3);
  EXPECT_EQ(row(found, "portfolio", "", "paths").tail, std::round(probability.all * n));
  EXPECT_EQ(row(found, "portfolio", "", "observed_paths").tail, 4096);
  EXPECT_EQ(row(found, "party", "B", "default").tail, 1);
  const double error = std::sqrt(a * (1 - a) / 4096);
  for (const double share :
       {row(found, "party", "A", "default").tail, row(found, "party", "A", "default").all})
    EXPECT_NEAR(share, a, 4 * error);
  EXPECT_NEAR(row(found, "party", "A", "default").tail_error, error, 0.1 * error);
  EXPECT_NEAR(row(found, "party", "B", "default").all, b, 4 * std::sqrt(b * (1 - b) / 4096));
  EXPECT_NEAR(row(found, "portfolio", "", "loss").tail, 3 + 0.6 * a, 4 * 0.6 * error);
  EXPECT_NEAR(row(found, "party", "B", "loss").tail, 3, 1e-12);
  // C owes nothing and defaults on most paths: so it does on the nearest one. A is spared there.
  EXPECT_EQ(row(found, "party", "A", "default").nearest, 0);
  EXPECT_EQ(row(found, "party", "B", "default").nearest, 1);
  EXPECT_EQ(row(found, "party", "C", "default").nearest, 1);
  EXPECT_NEAR(row(found, "portfolio", "", "loss").nearest, 3, 1e-12);
  EXPECT_TRUE(std::isnan(row(found, "party", "A", "default_month").nearest));
  const double month = row(found, "party", "B", "default_month").nearest;
  EXPECT_TRUE(month >= 1 && month <= 36) << month;
}

TEST(ReverseStress, SaysWhatItDoesNotKnowOfALossThatNoPathHas) {
  const Market market = market_of_parties({party_with("A", 0.05)});
  const RunTables tables = value_book(inputs_of(market, bullets({"A"}, 24), 1.5, 0), {}).tables;
  const Table& found = tables.reverse_stress;
  EXPECT_EQ(row(found, "portfolio", "", "probability").all, 0);
  const double z = 1.959963984540054, n = 1 << 16;
  EXPECT_NEAR(row(found, "portfolio", "", "probability_high").all, z * z / (n + z * z), 1e-12);
  EXPECT_TRUE(std::isnan(row(found, "party", "A", "default").tail));
  EXPECT_TRUE(std::isnan(row(found, "portfolio", "", "observed_paths").nearest));
  EXPECT_FALSE(std::isnan(row(found, "party", "A", "default").all));
}

// One loan whose borrower defaults in month 12 on every path and whose collateral is worth a
// multiple of a rent that diffuses: a loss of X or more is a rent under a bound, and the mean rent
// under it is that of a cut lognormal.
struct CutRent {
  static constexpr double kOwed = 1000, kWorth = 1100, kVolatility = 0.3, kDrift = -0.1;
  Market market = market_of_parties({party_with("A", 1e-9)});
  Book book = bullets({"A"}, 24);
  explicit CutRent(double volatility = kVolatility) {
    market.frontier = Frontier{kDrift, volatility, 0, 0, false};
    Hardware chip;
    chip.id = "chip";
    chip.rental_rate = 2;
    chip.resale = Resale{};
    chip.resale->law = ResaleLaw::rental_multiple;
    chip.resale->multiple = kWorth / 2;
    market.hardware = {chip};
    market.liquidation = Liquidation{};
    book.loans[0].hardware = "chip";
    book.loans[0].units = 1;
    book.loans[0].principal = kOwed;
  }
};

TEST(ReverseStress, FindsTheRentsOfACutLognormal) {
  CutRent one;
  one.market.parties[0].forced_default_month = 12;
  constexpr double kLoss = 200;
  const RunTables tables = value_book(inputs_of(one.market, one.book, kLoss, 12), {}).tables;
  expect_checks_passed(tables);
  const double bound = std::log((CutRent::kOwed - kLoss) / CutRent::kWorth);
  const double s = CutRent::kVolatility, at = (bound - CutRent::kDrift) / s;
  const double p = normal_cdf(at);
  ASSERT_TRUE(p > 0.1 && p < 0.5) << p;
  const Row probability = row(tables.reverse_stress, "portfolio", "", "probability");
  EXPECT_NEAR(probability.all, p, 4 * std::sqrt(p * (1 - p) / (1 << 16)));
  const double mean = std::exp(CutRent::kDrift + s * s / 2);
  const double cut = mean * normal_cdf(at - s) / p;
  const double square = std::exp(2 * CutRent::kDrift + 2 * s * s) * normal_cdf(at - 2 * s) / p;
  const double error = std::sqrt((square - cut * cut) / 4096);
  const Row rent = row(tables.reverse_stress, "hardware", "chip", "rental_rate_over_today", 12);
  EXPECT_NEAR(rent.tail, cut, 4 * error);
  EXPECT_NEAR(rent.tail_error, error, 0.06 * error);
  EXPECT_NEAR(rent.all, mean, 4 * mean * std::sqrt((std::exp(s * s) - 1) / 4096));
  EXPECT_NEAR(rent.nearest, cut, 3 * error * 64);  // one path's distance
  EXPECT_EQ(row(tables.reverse_stress, "party", "A", "default_month").tail, 12);
  // Month 24 keeps the fall of the first year and no more of it.
  const Row later = row(tables.reverse_stress, "hardware", "chip", "rental_rate_over_today", 24);
  EXPECT_NEAR(later.tail, cut * mean, 4 * mean * std::sqrt(square * std::exp(s * s) / 4096));
}

// A launch that is certain: every path has it, the nearest one tells its month, and the rent of
// each year is what is left of it.
TEST(ReverseStress, DatesTheLaunchesOfThePath) {
  CutRent one(0);
  LaunchLine line;
  line.line = "line";
  line.drop_mean = 0.25;
  line.scheduled = {{"next", add_months(kSampleDate, 7, true), 0}};
  one.market.launches = {line};
  one.market.hardware[0].line = "line";
  one.market.parties[0].forced_default_month = 20;
  const RunTables tables = value_book(inputs_of(one.market, one.book, 1, 0), {}).tables;
  const Table& found = tables.reverse_stress;
  for (const int month : {12, 24}) {
    const Row count = row(found, "launches", "line", "launch_count", month);
    EXPECT_EQ(count.tail, 1);
    EXPECT_EQ(count.all, 1);
    EXPECT_NEAR(row(found, "launches", "line", "launch_drop", month).tail, 0.25, 1e-12);
    const Row rent = row(found, "hardware", "chip", "rental_rate_over_today", month);
    EXPECT_NEAR(rent.nearest, std::exp(CutRent::kDrift * month / 12 - 0.25), 1e-12);
  }
  EXPECT_EQ(row(found, "launches", "line", "launch", 7).nearest, 1);
  int launches = 0;
  for (const std::string& quantity : found.column("quantity").texts)
    launches += quantity == "launch" ? 1 : 0;
  EXPECT_EQ(launches, 1);
  EXPECT_EQ(row(found, "party", "A", "default_month").nearest, 20);
}

struct ShockRow {
  double size, loss, farthest, farthest_loss;
  std::string outcome;
};
std::map<std::string, ShockRow> shocks_of(const RunTables& tables) {
  std::map<std::string, ShockRow> rows;
  const Table& t = tables.reverse_shocks;
  for (std::size_t r = 0; r < t.rows(); ++r)
    rows[t.column("input").texts[r]] = {t.column("size").numbers[r], t.column("loss").numbers[r],
                                        t.column("farthest_size").numbers[r],
                                        t.column("farthest_loss").numbers[r],
                                        t.column("outcome").texts[r]};
  return rows;
}

// Nothing moves but the borrower's default: the expected loss is PD (owed - (1 - haircut) value)^+,
// and each shock that brings it to an amount can be written down.
TEST(ReverseStress, FindsEachShockOfOneLoanInClosedForm) {
  constexpr double kHazard = 0.1, kHaircut = 0.2, kValue = CutRent::kWorth;
  CutRent one(0);
  one.market.frontier.reset();
  one.market.parties[0].hazard = {{1}, {kHazard}};
  one.market.liquidation->haircut = kHaircut;
  const double pd = 1 - std::exp(-2 * kHazard);
  const auto loss_of = [&](double probability, double value) {
    return probability * std::max(0.0, CutRent::kOwed - value);
  };
  const double now = loss_of(pd, (1 - kHaircut) * kValue);
  const double target = 1.25 * now;
  Inputs inputs = inputs_of(one.market, one.book, target, 0);
  inputs.settings.paths = 1024;
  inputs.settings.reverse_stress->shocks = true;
  const auto found = shocks_of(value_book(inputs, {}).tables);
  const auto expect = [&](const std::string& input, double size) {
    const ShockRow& r = found.at(input);
    EXPECT_EQ(r.outcome, "reached") << input;
    EXPECT_NEAR(r.loss, target, 1.0001e-3 * target) << input;
    EXPECT_NEAR(r.size, size, 0.005 * std::abs(size)) << input;
  };
  // (1 - haircut)(1 + s) value = owed - target / PD
  const double worth = CutRent::kOwed - target / pd;
  expect("hardware.*.rental_rate", worth / ((1 - kHaircut) * kValue) - 1);
  expect("liquidation.haircut", 1 - worth / kValue - kHaircut);
  const double wanted = target / (CutRent::kOwed - (1 - kHaircut) * kValue);
  expect("party.*.hazard", -std::log(1 - wanted) / (2 * kHazard) - 1);
  // A share ends at 1; the loss there is PD times all that is owed.
  EXPECT_NEAR(found.at("liquidation.haircut").farthest, 0.8, 1e-5);
  EXPECT_NEAR(found.at("liquidation.haircut").farthest_loss, pd * CutRent::kOwed, 1e-2);
  // Interest discounts a loss and makes none.
  EXPECT_EQ(found.at("rates.zero_curve").outcome, "not reached");
  EXPECT_LT(found.at("rates.zero_curve").farthest_loss, now);
  EXPECT_TRUE(std::isnan(found.at("rates.zero_curve").size));
  EXPECT_EQ(found.count("launches.*.mean_years"), 0u);  // the market has no launches
  EXPECT_EQ(found.at("party.A").outcome, "reached");
  EXPECT_NEAR(found.at("party.A").loss, loss_of(1, (1 - kHaircut) * kValue), 1e-9);
}

TEST(ReverseStress, SearchesTheShortfallAtALevel) {
  CutRent one(0);
  one.market.frontier.reset();
  one.market.parties[0].hazard = {{1}, {0.1}};
  // More than one path in ten defaults: the worst tenth loses owed - value each.
  Inputs inputs = inputs_of(one.market, one.book, 400, 0);
  inputs.settings.reverse_stress->shocks = true;
  inputs.settings.reverse_stress->confidence = 0.9;
  const ShockRow found = shocks_of(value_book(inputs, {}).tables).at("hardware.*.rental_rate");
  EXPECT_EQ(found.outcome, "reached");
  EXPECT_NEAR(found.size, (CutRent::kOwed - 400) / CutRent::kWorth - 1, 0.002);
  // Fewer default than the tail holds: value at risk is nothing, the shortfall their share of it.
  inputs.settings.reverse_stress->confidence = 0.6;
  inputs.settings.reverse_stress->loss = 200;
  const double defaults = -std::expm1(-0.2), each = 200 * 0.4 / defaults;
  const double error = each * std::sqrt((1 - defaults) / defaults / (1 << 16)) / CutRent::kWorth;
  const ShockRow shared = shocks_of(value_book(inputs, {}).tables).at("hardware.*.rental_rate");
  EXPECT_EQ(shared.outcome, "reached");
  EXPECT_NEAR(shared.size, (CutRent::kOwed - each) / CutRent::kWorth - 1, 4 * error + 0.002);
  inputs.settings.reverse_stress->confidence = 0.9;
  inputs.settings.reverse_stress->loss = 0.001;  // lost already
  inputs.market.liquidation->haircut = 0.5;
  const auto before = shocks_of(value_book(inputs, {}).tables);
  EXPECT_EQ(before.at("hardware.*.rental_rate").outcome, "lost without it");
  EXPECT_EQ(before.at("hardware.*.rental_rate").size, 0);
}

TEST(ReverseStress, GivesTheSameBitsForAnyThreadCount) {
  std::mt19937_64 draw(7);
  Book book;
  for (int i = 0; i < 12; ++i) {
    Loan loan = random_loan(draw, kSampleDate, i);
    if (!loan.hardware.empty()) loan.hardware = loan.hardware == "curve" ? "income" : "multiple";
    if (loan.mark == Mark::curve) loan.mark = Mark::market;
    book.loans.push_back(loan);
  }
  Inputs inputs = inputs_of(sample_market(), book, 1, 0);
  inputs.settings.paths = 2048;
  inputs.settings.reverse_stress->loss.reset();
  inputs.settings.reverse_stress->loss_share = 0.05;
  const RunTables one = value_book(inputs, {}).tables;
  inputs.settings.threads = 1;
  const RunTables other = value_book(inputs, {}).tables;
  expect_checks_passed(one);
  ASSERT_GT(one.reverse_stress.rows(), 30u);
  ASSERT_GT(row(one.reverse_stress, "portfolio", "", "paths").tail, 20);
  const double threshold = row(one.reverse_stress, "portfolio", "", "threshold").all;
  EXPECT_GE(row(one.reverse_stress, "portfolio", "", "loss").tail, threshold);
  EXPECT_GE(row(one.reverse_stress, "portfolio", "", "loss").nearest, threshold);
  for (std::size_t c = 0; c < one.reverse_stress.columns.size(); ++c) {
    const Column &a = one.reverse_stress.columns[c], &b = other.reverse_stress.columns[c];
    EXPECT_EQ(a.texts, b.texts);
    for (std::size_t r = 0; r < a.numbers.size(); ++r)
      EXPECT_TRUE(a.numbers[r] == b.numbers[r] ||
                  (std::isnan(a.numbers[r]) && std::isnan(b.numbers[r])))
          << a.name << " " << r;
  }
}

}  // namespace
}  // namespace lien::pricing
