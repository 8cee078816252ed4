#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/pricing/liquidation_cases.hpp"

// What a customer's contract adds to a forced sale.
namespace lien::pricing {
namespace {

using namespace liquidation;

// A contract at 4 an hour on hardware whose rents stay above its cost: the strip has no kink, and
// the cost of the hours cancels. The closed form is a sum over its months.
//   power: part of the cost, at today's price, that power adds; left: share of the units in month k
//   ends: months from today, a share of the last one's days
struct StepInSale {
  double alone, contract;  // per lot, of a sale in month k
};
StepInSale step_in_sale(int k, double rate, int starts = 0, double power = 0, double left = 1,
                        double ends = 48) {
  StepInSale sale{0, 0};
  for (int h = 1; h <= 96 - k; ++h) {
    const double rent = 0.8 * 2.35 * std::exp(-0.12 * (k + h) / 12.0);
    const double cost = 0.36 * (1 + power) * std::exp(0.025 * (k + h) / 12.0);
    const double discount = 0.92 * 730 * std::exp(-0.14 * h / 12.0);
    sale.alone += discount * std::max(rent - cost, 0.0);
    const double under = std::clamp(ends - (k + h - 1), 0.0, 1.0);
    if (k + h > starts)
      sale.contract += under * discount * (rate * 0.9 - cost - std::max(rent - cost, 0.0));
  }
  sale.alone = 1000 * left * (sale.alone + 300);
  sale.contract = 600 * left * std::max(sale.contract, 0.0);
  return sale;
}

Market step_in_market(double customer_hazard) {
  Market market = certain_market();
  market.frontier->drift = -0.10;
  market.parties[1].hazard = {{1}, {customer_hazard}};
  market.liquidation = Liquidation{0.4, 0, 0, 3};
  return market;
}

Book step_in_book(double rate) {
  Book book;
  book.loans = {loan_on("loan", "borrower")};
  Loan& loan = book.loans[0];
  loan.hardware = "income";
  loan.principal = 45e6;
  if (!(rate > 0)) return book;
  loan.customer = "customer";
  loan.contract_rate = rate;
  loan.contract_share = 0.6;
  loan.take_or_pay = 0.9;
  loan.contract_end = add_months(kSampleDate, 48, true);
  return book;
}

TEST(StepIn, AddsWhatTheContractBringsAboveTheSpotUseOfItsHours) {
  for (const double rate : {4.0, 2.6, 1.0}) {
    const BasisRun run = value(step_in_market(0), step_in_book(rate), MeasureBasis::real_world, 64);
    const double expected = expected_loss(run, [&](int k, double claim) {
      const StepInSale sale = step_in_sale(k + 3, rate);
      return settled(claim, 0.6 * sale.alone + sale.contract) * std::exp(-kRate * 3 / 12.0);
    });
    EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected, 1e-4 * expected) << rate;
  }
}

// A contract that ends inside a month, of which 12 of 31 days are under it, one that ends before
// any sale, and one that outlives the unit, of 8 years.
TEST(StepIn, EndsWithTheContractOrTheUnit) {
  struct Case {
    Date end;
    double months;
  };
  const Date inside = std::chrono::year(2029) / std::chrono::month(3) / std::chrono::day(12);
  for (const Case& c : {Case{inside, 29 + 12 / 31.0}, Case{add_months(kSampleDate, 3, true), 3},
                        Case{add_months(kSampleDate, 130, true), 96}}) {
    Book book = step_in_book(4);
    book.loans[0].contract_end = c.end;
    const BasisRun run = value(step_in_market(0), book, MeasureBasis::real_world, 64);
    const double expected = expected_loss(run, [&](int k, double claim) {
      const StepInSale sale = step_in_sale(k + 3, 4, 0, 0, 1, c.months);
      return settled(claim, 0.6 * sale.alone + sale.contract) * std::exp(-kRate * 3 / 12.0);
    });
    EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected, 1e-4 * expected) << c.months;
  }
}

// A contract that starts on the day after the valuation date has weights of its own; one that runs
// reads the rows that contracts on its hardware share. No sale falls on that day, so that every
// loss is the same but for rounding: on random rents, on several blocks, on two kinds of hardware
// in turn, with units of several ages, and where the cost follows power.
TEST(StepIn, IsTheSameFromSharedRowsAndFromWeights) {
  for (const bool power : {false, true}) {
    Market market = sample_market();
    market.hardware.push_back(market.hardware[0]);
    market.hardware.back().id = "other";
    market.hardware.back().rental_rate = 1.9;
    market.hardware.back().attrition = 0.1;
    if (power) {
      market.power = Power{{1.5, 0.4}, 1.0};
      market.hardware[0].power_share = 0.5;
    }
    const auto losses = [&](bool runs, double rate) {
      Book book;
      for (int i = 0; i < 8; ++i) {
        Loan loan = step_in_book(rate).loans[0];
        loan.id = "loan" + std::to_string(i);
        if (i % 2 == 1) loan.hardware = "other";
        loan.in_service = add_months(kSampleDate, -7 * i, true);
        loan.contract_start = runs ? kSampleDate : kSampleDate + std::chrono::days(1);
        loan.contract_end = add_months(kSampleDate, 20 + 11 * i, true) - std::chrono::days(3 * i);
        book.loans.push_back(loan);
      }
      const BasisRun run = value(market, book, MeasureBasis::real_world, 256);
      for (const auto& step_in : run.plan.step_ins) EXPECT_EQ(step_in.weights.empty(), runs);
      std::vector<double> all;
      for (std::size_t i = 0; i < 8; ++i) all.push_back(run.mean(loss_pair(run, i)).value);
      return all;
    };
    const std::vector<double> rows = losses(true, 2.4), weights = losses(false, 2.4);
    const std::vector<double> none = losses(true, 0.01);
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_NEAR(rows[i], weights[i], 1e-11 * weights[i]) << i;
      EXPECT_LT(rows[i], 0.999 * none[i]) << i;
    }
  }
}

// Power at twice today's price, and units that are lost. With the second share the cost is over
// every rent under contract, so that it does not cancel.
TEST(StepIn, KnowsPowerAndLostUnits) {
  for (const double share : {0.5, 1.0}) {
    Market market = step_in_market(0);
    market.power = Power{{1.5, 0}, share == 1 ? 10.0 : 2.0};
    market.hardware[0].power_share = share;
    market.hardware[0].attrition = 0.2;
    const double added = share * (market.power->level - 1);
    const BasisRun run = value(market, step_in_book(5), MeasureBasis::real_world, 64);
    double without = 0;
    const auto expected = [&](bool contract) {
      return expected_loss(run, [&](int k, double claim) {
        const double left = std::exp(-0.2 * (k + 3) / 12.0);
        const StepInSale sale = step_in_sale(k + 3, 5, 0, added, left);
        return settled(claim, 0.6 * sale.alone + (contract ? sale.contract : 0)) *
               std::exp(-kRate * 3 / 12.0);
      });
    };
    without = expected(false);
    EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected(true), 1e-4 * expected(true)) << share;
    EXPECT_GT(without, 1.02 * expected(true)) << share;
  }
}

// Power alone is random, the cost over every rent: a sale brings the contract less its expected
// cost, and the mean over the paths is that at the expected price.
TEST(StepIn, TakesPowerAtItsExpectationGivenTheMonth) {
  Market market = step_in_market(0);
  market.power = Power{{1.5, 0.4}, 10.0};
  market.hardware[0].power_share = 1;
  market.liquidation = Liquidation{1, 0, 0, 3};  // the units alone bring nothing
  Book book = step_in_book(9);
  book.loans[0].principal = 900e6;  // no sale covers it
  const BasisRun run = value(market, book, MeasureBasis::real_world, 4096);
  const double expected = expected_loss(run, [&](int k, double claim) {
    double contract = 0;
    for (int month = k + 4; month <= 48; ++month) {
      const double t = month / 12.0;
      const double power = std::exp(0.16 * (1 - std::exp(-3 * t)) / 3 / 2);
      contract += 600 * 0.92 * 730 * std::exp(-0.14 * (month - k - 3) / 12.0) *
                  (9 * 0.9 - 3.6 * std::exp(0.025 * t) * power);
    }
    return settled(claim, contract) * std::exp(-kRate * 3 / 12.0);
  });
  const auto loss = run.mean(loss_pair(run, 0));
  EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error + 1e-5 * expected);
  EXPECT_GT(loss.standard_error, 0);
  EXPECT_LT(loss.standard_error, 1e-3 * expected);
}

TEST(StepIn, BringsNothingBeforeTheContractStarts) {
  Book book = step_in_book(4);
  book.loans[0].contract_start = add_months(kSampleDate, 24, true);
  const BasisRun run = value(step_in_market(0), book, MeasureBasis::real_world, 64);
  const double expected = expected_loss(run, [&](int k, double claim) {
    const StepInSale sale = step_in_sale(k + 3, 4, 24);
    return settled(claim, 0.6 * sale.alone + sale.contract) * std::exp(-kRate * 3 / 12.0);
  });
  EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected, 1e-4 * expected);
}

TEST(StepIn, IsNothingOfACustomerThatDefaulted) {
  const double hazard = 0.4;
  const BasisRun run =
      value(step_in_market(hazard), step_in_book(4), MeasureBasis::real_world, 1 << 14);
  const double expected = expected_loss(run, [&](int k, double claim) {
    const StepInSale sale = step_in_sale(k + 3, 4);
    const double lives = std::exp(-hazard * (k + 3) / 12.0);
    return (lives * settled(claim, 0.6 * sale.alone + sale.contract) +
            (1 - lives) * settled(claim, 0.6 * sale.alone)) *
           std::exp(-kRate * 3 / 12.0);
  });
  const auto loss = run.mean(loss_pair(run, 0));
  EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error + 1e-4 * expected);
  EXPECT_LT(loss.standard_error, 0.01 * expected);

  Market gone = step_in_market(hazard);
  gone.parties[1].forced_default_month = 1;
  const BasisRun dead = value(gone, step_in_book(4), MeasureBasis::real_world, 64);
  const BasisRun none = value(gone, step_in_book(0), MeasureBasis::real_world, 64);
  EXPECT_EQ(dead.mean(loss_pair(dead, 0)).value, none.mean(loss_pair(none, 0)).value);
}

TEST(StepIn, NeverLowersARecovery) {
  // Random rents: at 1.5 an hour the contract is worth taking on some paths only.
  const Market market = sample_market();
  const BasisRun with = value(market, step_in_book(1.5), MeasureBasis::real_world, 1024);
  const BasisRun none = value(market, step_in_book(0), MeasureBasis::real_world, 1024);
  const auto &a = with.results.losses[with.snapshot(0)], &b = none.results.losses[none.snapshot(0)];
  int better = 0, same = 0;
  for (std::size_t p = 0; p < a.size(); ++p) {
    EXPECT_LE(a[p], b[p]);
    if (b[p] > 0) ++(a[p] < b[p] ? better : same);
  }
  EXPECT_GT(better, 10);
  EXPECT_GT(same, 10);
}

}  // namespace
}  // namespace lien::pricing
