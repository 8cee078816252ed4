#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Marks decide what a test takes a unit for, and nothing else.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;

// The sample market without a random driver: rents fall at 25 % a year.
Market still_market() {
  Market market = sample_market();
  market.rates.hull_white.reset();
  market.scarcity.reset();
  market.frontier = Frontier{-0.25, 0, 0, false};
  market.launches.clear();
  for (Hardware& hardware : market.hardware) {
    hardware.line.clear();
    hardware.utilization = Utilization{0.80};
    hardware.useful_life_years = 5;
    hardware.executed_price_ratio = 0.49;
    hardware.ask_price_ratio = 0.95;
    hardware.resale->multiple = 9000;
    hardware.resale->curve = {{0, 2}, {26000, 8000}};
  }
  return market;
}

Loan marked_loan(const std::string& hardware, Mark mark, std::optional<double> limit) {
  Loan loan;
  loan.id = "loan";
  loan.borrower = "borrower";
  loan.hardware = hardware;
  loan.units = 1000;
  loan.purchase_price = 30000;
  loan.mark = mark;
  loan.principal = 14e6;
  loan.coupon = 0.11;
  loan.closing = kSampleDate;
  loan.in_service = add_months(kSampleDate, -8, true);
  loan.maturity = add_months(kSampleDate, 36, true);
  loan.max_loan_to_value = limit;
  return loan;
}

SimulatedBlock run(const Market& market, const Loan& loan, MeasureBasis basis) {
  Book book;
  book.loans = {loan};
  return {market, book, settings_of(kSampleDate), basis, 0};
}

// Mean over the block's paths of the book's loan to value in month k.
double loan_to_value(const SimulatedBlock& block, int k) {
  for (std::size_t f = 0; f < block.plan.fans.size(); ++f)
    if (block.plan.fans[f].of == FanPlan::Of::loan_to_value)
      return block.sum(block.layout.fan(f, static_cast<std::size_t>(k))) / kBlockPaths;
  return 0;
}

struct MarkCase {
  const char* hardware;
  Mark mark;
  std::function<double(double value, double rent, int k)> worth;  // of one unit
};

TEST(Marks, AreWhatTheModelSays) {
  const auto line = [](int k) { return 30000 * std::max(0.0, 1 - (8 + k) / 60.0); };
  const auto curve = [](double rent, int k) {
    const double t = k / 12.0, given = t < 2 ? 26000 - 9000 * t : 8000;
    return given * rent / (2.35 * std::exp(-0.27 * t));
  };
  const MarkCase cases[] = {
      {"income", Mark::by_law, [](double v, double, int) { return v; }},
      {"income", Mark::income, [](double v, double, int) { return v; }},
      {"income", Mark::market, [](double v, double, int) { return 0.49 * v; }},
      {"income", Mark::ask, [](double v, double, int) { return 0.95 * v; }},
      {"income", Mark::cost, [&](double, double, int k) { return line(k); }},
      {"income", Mark::rental_multiple, [](double, double r, int) { return 9000 * r; }},
      {"income", Mark::curve, [&](double, double r, int k) { return curve(r, k); }},
      {"multiple", Mark::rental_multiple, [](double, double r, int) { return 9000 * r; }},
      {"multiple", Mark::cost, [&](double, double, int k) { return line(k); }},
      {"multiple", Mark::curve, [&](double, double r, int k) { return curve(r, k); }},
  };
  for (const MarkCase& c : cases) {
    SCOPED_TRACE(std::string(c.hardware) + ", mark " + std::to_string(static_cast<int>(c.mark)));
    const SimulatedBlock block =
        run(still_market(), marked_loan(c.hardware, c.mark, {}), MeasureBasis::real_world);
    const ContractPlan& contract = block.plan.contracts[0];
    const SimulatedBlock by_law =
        run(still_market(), marked_loan(c.hardware, Mark::by_law, {}), MeasureBasis::real_world);
    for (int k = 0; k < contract.months; ++k) {
      // The resale value itself is tested elsewhere: read it off the loan that is marked by it.
      const double balance = block.plan.columns.closing[static_cast<std::size_t>(k)];
      const double value = balance / (1000 * std::max(loan_to_value(by_law, k), 1e-300));
      const double rent = 2.35 * std::exp(-0.27 * k / 12.0);
      const double expected = balance / (1000 * c.worth(value, rent, k));
      EXPECT_NEAR(loan_to_value(block, k), expected, 1e-12 * expected) << "month " << k;
    }
    const double today = c.worth(block.plan.lots[contract.lot].value_today, 2.35, 0);
    EXPECT_NEAR(contract.worth_today, 1000 * today, 1e-9 * today);
  }
}

TEST(Marks, LeaveTheSaleToTheResaleLaw) {
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    Market market = sample_market();
    for (Hardware& hardware : market.hardware) {
      hardware.useful_life_years = 5;
      hardware.executed_price_ratio = 0.49;
    }
    market.hardware[0].resale->multiple = 4000;
    const SimulatedBlock law = run(market, marked_loan("income", Mark::by_law, 0.7), basis);
    for (const Mark mark : {Mark::cost, Mark::market, Mark::rental_multiple}) {
      const SimulatedBlock other = run(market, marked_loan("income", mark, 0.7), basis);
      for (std::size_t s = 0; s < law.layout.samples; ++s) {
        const std::size_t pair = law.layout.contract(0, s);
        if (s == kPeakLoanToValue)
          EXPECT_NE(law.sum(pair), other.sum(pair));
        else
          EXPECT_EQ(law.sum(pair), other.sum(pair)) << s;
      }
    }
  }
}

TEST(Marks, OfOneLotStandSideBySide) {
  // Loans on one lot under different marks do as each alone does, to the last digit: two marks of
  // their own rows follow each other, and the law itself stands beside them.
  Market market = sample_market();
  market.hardware[0].useful_life_years = 5;
  Book both;
  both.loans = {marked_loan("income", Mark::cost, 0.6), marked_loan("income", Mark::by_law, 0.6),
                marked_loan("income", Mark::rental_multiple, 0.6)};
  both.loans[1].id = "another";
  both.loans[2].id = "third";
  const SimulatedBlock pair(market, both, settings_of(kSampleDate), MeasureBasis::real_world, 3);
  ASSERT_EQ(pair.plan.marks.size(), 2u);
  for (std::size_t i = 0; i < 3; ++i) {
    Book one;
    one.loans = {both.loans[pair.plan.contracts[i].source]};
    const SimulatedBlock alone(market, one, settings_of(kSampleDate), MeasureBasis::real_world, 3);
    EXPECT_EQ(pair.sum(pair.layout.contract(i, kPeakLoanToValue)),
              alone.sum(alone.layout.contract(0, kPeakLoanToValue)));
    for (int k = 1; k <= 36; ++k)
      EXPECT_EQ(pair.test(pair.plan.contracts[i].value_test_slot, k, kInBreach),
                alone.test(alone.plan.contracts[0].value_test_slot, k, kInBreach));
  }
}

TEST(Marks, OfTwoHardwareStandSideBySide) {
  // The same mark on two hardware that rent at different rates.
  Market market = sample_market();
  for (Hardware& hardware : market.hardware) hardware.useful_life_years = 5;
  market.hardware[1].useful_life_years = 3;
  Book both;
  both.loans = {marked_loan("income", Mark::cost, 0.6), marked_loan("multiple", Mark::cost, 0.6)};
  both.loans[1].id = "another";
  const SimulatedBlock pair(market, both, settings_of(kSampleDate), MeasureBasis::real_world, 3);
  for (std::size_t i = 0; i < 2; ++i) {
    Book one;
    one.loans = {both.loans[pair.plan.contracts[i].source]};
    const SimulatedBlock alone(market, one, settings_of(kSampleDate), MeasureBasis::real_world, 3);
    EXPECT_EQ(pair.sum(pair.layout.contract(i, kPeakLoanToValue)),
              alone.sum(alone.layout.contract(0, kPeakLoanToValue)));
    for (int k = 1; k <= 36; ++k)
      EXPECT_EQ(pair.test(pair.plan.contracts[i].value_test_slot, k, kInBreach),
                alone.test(alone.plan.contracts[0].value_test_slot, k, kInBreach));
  }
}

}  // namespace
}  // namespace lien::pricing
