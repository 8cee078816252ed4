#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <string>

#include "pricing/measures/value_book.hpp"
#include "tests/pricing/network_runs.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"

// The allowance of ASC 326, in closed form and beside the rows it is made from.
namespace lien::pricing {
namespace {

Inputs inputs_of(const Market& market, const Book& book) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 1024;
  inputs.settings.threads = 2;
  inputs.settings.risk_neutral = false;
  inputs.settings.cecl = true;
  inputs.market = market;
  inputs.market.file = "market.toml";
  inputs.book = book;
  return inputs;
}

struct Found {
  double value, error;
};
// By id, of one measure of the baseline; the portfolio is "".
std::map<std::string, Found> rows_of(const RunTables& tables, const std::string& measure) {
  std::map<std::string, Found> rows;
  const Table& t = tables.measures;
  for (std::size_t r = 0; r < t.rows(); ++r)
    if (t.column("measure").texts[r] == measure &&
        (t.column("level").texts[r] == "contract" || t.column("level").texts[r] == "portfolio"))
      rows[t.column("id").texts[r]] = {t.column("value").numbers[r],
                                       t.column("standard_error").numbers[r]};
  return rows;
}

// A bullet of 1 without interest has the effective rate 0: what is expected to be lost is
// (1 - recovery)(1 - exp(-hazard years)), whatever the market discounts at.
TEST(Cecl, OfABulletIsTheClosedForm) {
  Market market = market_of_parties({party_with("A", 0.05, 0.4)});
  market.rates.zero_curve = {{1}, {0.06}};
  Book book = bullets({"A"}, 36);
  book.loans[0].held = 0.25;
  const auto found = rows_of(value_book(inputs_of(market, book), {}).tables, "cecl_allowance");
  const double allowance = 0.25 * 0.6 * (1 - std::exp(-0.15));
  EXPECT_NEAR(found.at("loan-A").value, allowance, 1e-12);
  EXPECT_NEAR(found.at("").value, allowance, 1e-12);
}

TEST(Cecl, IsNotAskedForUnlessItIs) {
  Inputs inputs = inputs_of(market_of_parties({party_with("A", 0.05)}), bullets({"A"}, 12));
  inputs.settings.cecl = false;
  EXPECT_TRUE(rows_of(value_book(inputs, {}).tables, "cecl_allowance").empty());
}

TEST(Cecl, LeavesOperatingLeasesOut) {
  std::mt19937_64 draw(3);
  Book book;
  for (int i = 0; i < 6; ++i) {
    Lease lease = random_lease(draw, kSampleDate, i);
    lease.hardware = "income";
    lease.residual_guarantor.clear();
    if (i < 2) lease.end_option = EndOption::one_dollar;
    book.leases.push_back(lease);
  }
  book.loans = bullets({"borrower"}, 24).loans;
  const RunTables tables = value_book(inputs_of(sample_market(), book), {}).tables;
  const auto classes = rows_of(tables, "lease_class_asc_842");
  const auto allowance = rows_of(tables, "cecl_allowance");
  const auto lifetime = rows_of(tables, "ecl_lifetime");
  double sum = 0, left_out = 0, errors = 0;
  int operating = 0;
  for (const auto& [id, loss] : lifetime) {
    if (id.empty()) continue;
    const auto of = classes.find(id);
    if (of != classes.end() && of->second.value == 0) {
      EXPECT_EQ(allowance.count(id), 0u) << id;
      ++operating;
      left_out += loss.value;
      errors += loss.error;
      continue;
    }
    EXPECT_EQ(allowance.at(id).value, loss.value) << id;
    sum += loss.value;
  }
  ASSERT_TRUE(operating > 0 && operating < 6) << operating;
  ASSERT_GT(left_out, 0);
  EXPECT_NEAR(allowance.at("").value, sum, 1e-9 * sum);
  EXPECT_NEAR(allowance.at("").error, lifetime.at("").error + errors, 1e-9 * errors);
}

}  // namespace
}  // namespace lien::pricing
