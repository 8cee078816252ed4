#include "pricing/credit/capital.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pricing/measures/value_book.hpp"
#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

// Case O18: 30-digit quadrature.
TEST(Capital, VasicekQuantilesOfTheReference) {
  EXPECT_NEAR(vasicek_quantile(0.02, 0.20, 0.999), 0.22631280715580143, 1e-10 * 0.226);
  EXPECT_NEAR(vasicek_quantile(0.02, 0.20, 0.99), 0.1286098249324714, 1e-10 * 0.129);
}

TEST(Capital, InternalRatingsOfTheReference) {
  const IrbCapital k = irb_capital(0.01, 0.45, 2.5);
  EXPECT_NEAR(k.correlation, 0.192783679166, 1e-12);
  EXPECT_NEAR(k.maturity_adjustment, 0.137486130897, 1e-12);
  EXPECT_NEAR(k.requirement, 0.07385344111364112, 1e-12);
  EXPECT_NEAR(k.risk_weight, 0.9231680139205138, 1e-11);
}

// Published in Basel II, annex 5: corporate, loss 45 %, 2.5 years, in per cent; its last digit is
// one off at 5 %.
TEST(Capital, PublishedRiskWeights) {
  const double published[][2] = {{0.0025, 49.47}, {0.01, 92.32}, {0.05, 149.86}, {0.20, 238.23}};
  for (const auto& [pd, weight] : published)
    EXPECT_NEAR(100 * irb_capital(pd, 0.45, 2.5).risk_weight, weight, 0.01) << pd;
}

TEST(Capital, FloorAndDefault) {
  EXPECT_EQ(irb_capital(0, 0.45, 2.5).requirement, irb_capital(0.0005, 0.45, 2.5).requirement);
  EXPECT_EQ(irb_capital(1, 0.45, 2.5).requirement, 0);
  EXPECT_EQ(irb_capital(0.01, 0, 2.5).requirement, 0);
  EXPECT_GT(irb_capital(0.01, 0.45, 5).requirement, irb_capital(0.01, 0.45, 1).requirement);
}

TEST(Capital, SlottingRises) {
  EXPECT_EQ(slotting_risk_weight(SlottingCategory::strong), 0.70);
  EXPECT_EQ(slotting_risk_weight(SlottingCategory::weak), 2.50);
}

// Basel's formula at the flows' own maturity, under the share of a loan that the book holds: a loan
// repaid at the end of three years, one of six months, and both together.
TEST(Capital, FollowsTheFlowsAndTheShareHeld) {
  const Date today = kSampleDate + std::chrono::days(15);  // no month ends: all have thirty days
  Inputs inputs;
  inputs.settings.valuation_date = today;
  inputs.settings.paths = 256;
  inputs.settings.threads = 1;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.settings.capital = CapitalRule{false, 0.45, {}};
  inputs.market = sample_market();
  inputs.market.file = "market.toml";
  for (Party& party : inputs.market.parties) party.scarcity_loading = 0;
  for (const int months : {6, 36}) {
    Loan loan;
    loan.id = months == 6 ? "a" : "b";
    loan.borrower = "borrower";
    loan.principal = 1e6;
    loan.coupon = 0.12;
    loan.amortization = Amortization::bullet;
    loan.closing = today;
    loan.maturity = add_months(today, months, false);
    loan.held = months == 6 ? 1.0 : 0.4;
    inputs.book.loans.push_back(loan);
  }
  inputs.rows_read = 2;
  const Table t = value_book(inputs, {}).tables.measures;
  const auto number = [&t](const std::string& id, const std::string& name) {
    for (std::size_t r = 0; r < t.rows(); ++r)
      if (t.column("id").texts[r] == id && t.column("measure").texts[r] == name)
        return t.column("value").numbers[r];
    return std::nan("");
  };
  double flows = 1, weighted = 3;  // of the principal, at 1 % a month
  for (int k = 1; k <= 36; ++k) flows += 0.01, weighted += 0.01 * k / 12;
  const auto weight = [](double pd, double years) {
    return irb_capital(pd, 0.45, years).risk_weight;
  };
  // Half a year of default risk is all that the short loan has: the same hazard makes the year of
  // it. Its maturity counts as one year.
  const double a = weight(-std::expm1(-0.08), 1), b = weight(-std::expm1(-0.08), weighted / flows);
  EXPECT_NEAR(number("a", "risk_weight"), a, 1e-9);
  EXPECT_NEAR(number("b", "risk_weight"), b, 1e-9);
  EXPECT_NEAR(number("b", "capital_requirement"), 0.08 * 0.4e6 * b, 1e-4);
  EXPECT_NEAR(number("", "capital_requirement"), 0.08 * (1e6 * a + 0.4e6 * b), 1e-3);
  EXPECT_NEAR(number("", "risk_weight"), (a + 0.4 * b) / 1.4, 1e-9);
  // A run that ends before the year sees as little of a long loan.
  inputs.settings.horizon_months = 5;
  inputs.settings.capital->effective_maturity_years = 2.5;
  const Table cut = value_book(inputs, {}).tables.measures;
  for (std::size_t r = 0; r < cut.rows(); ++r) {
    if (cut.column("id").texts[r] != "b" || cut.column("measure").texts[r] != "risk_weight")
      continue;
    EXPECT_NEAR(cut.column("value").numbers[r], weight(-std::expm1(-0.08), 2.5), 1e-9);
  }
}

// Of a borrower in default: nothing for what is expected to be lost, 12.5 times what a stated loss
// exceeds it by, and the slotting category of default whatever the tape says.
TEST(Capital, OfADefaultIsWhatAStatedLossAdds) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 64;
  inputs.settings.threads = 1;
  inputs.settings.loss_horizon_months = {0};
  inputs.market = sample_market();
  inputs.market.file = "market.toml";
  for (Party& party : inputs.market.parties)
    if (party.id == "borrower") party.default_date = kSampleDate - std::chrono::days(40);
  Loan loan;
  loan.id = "a";
  loan.borrower = "borrower";
  loan.principal = 1e6;
  loan.coupon = 0.12;
  loan.closing = kSampleDate - std::chrono::days(200);
  loan.maturity = kSampleDate + std::chrono::days(700);
  loan.slotting_category = 0;
  inputs.book.loans.push_back(loan);
  inputs.rows_read = 1;
  const auto weight = [&](const CapitalRule& rule, double& loss) {
    inputs.settings.capital = rule;
    const Table t = value_book(inputs, {}).tables.measures;
    double out = std::nan("");
    for (std::size_t r = 0; r < t.rows(); ++r) {
      const std::string& name = t.column("measure").texts[r];
      if (t.column("level").texts[r] != "contract") continue;
      if (name == "risk_weight") out = t.column("value").numbers[r];
      if (name == "loss_given_default") loss = t.column("value").numbers[r];
    }
    return out;
  };
  double loss = 0;
  const double stated = weight({false, 0.97, {}}, loss);
  EXPECT_NEAR(stated, 12.5 * (0.97 - loss), 1e-12);
  EXPECT_GT(loss, 0.3);
  EXPECT_LT(loss, 0.9);
  EXPECT_EQ(weight({false, 0.2, {}}, loss), 0);
  EXPECT_EQ(weight({false, {}, {}}, loss), 0);
  EXPECT_EQ(weight({true, {}, {}}, loss), 0);
}

}  // namespace
}  // namespace lien::pricing
