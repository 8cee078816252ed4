#include <gtest/gtest.h>

#include <random>

#include "tests/pricing/schedule_test.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

constexpr Date kToday{2026y / 10 / 1};

Loan floating_loan(Date closing, Date maturity, Frequency frequency) {
  Loan loan = term_loan(1e6, closing, 1, 0);
  loan.maturity = maturity;
  loan.floating = true;
  loan.frequency = frequency;
  loan.day_count = DayCount::actual_360;
  loan.amortization = Amortization::bullet;
  return loan;
}

// Value of floating interest without a floor: E[D_k G] = P(0, t_fixing), whatever the rate model,
// since D_k G = D_fixing x a bond bought at its price.
double floating_value(const MonthlySchedule& monthly, const Rates& rates) {
  double value = 0;
  for (std::size_t k = 1; k < monthly.tenor.size(); ++k) {
    if (monthly.tenor[k] == 0) continue;
    EXPECT_EQ(monthly.fixing[k] + monthly.tenor[k], static_cast<int>(k));
    const double at_fixing = discount_factor(rates.zero_curve, monthly.fixing[k] / 12.0);
    const double at_payment = discount_factor(rates.zero_curve, static_cast<double>(k) / 12);
    value += monthly.floating_base_timed[k] *
             (monthly.gross_ratio[k] * at_fixing - at_payment + monthly.margin[k] * at_payment);
  }
  return value;
}

TEST(OnGrid, PutsAMonthlyLoanOfGridDatesInItsMonths) {
  Loan loan = term_loan(1200, kToday, 1, 0.12);
  loan.amortization = Amortization::straight_line;
  loan.closing_fee = 0.01;
  const Rates rates = flat_rates(0.04);
  const TimeGrid grid(kToday, 24);
  const MonthlySchedule monthly = on_grid(schedule_loan(loan, rates, grid), loan, rates, grid);
  EXPECT_EQ(monthly.months, 12);
  EXPECT_EQ(monthly.fee[0], 12);
  EXPECT_EQ(monthly.fee_timed[0], 12);
  EXPECT_EQ(monthly.principal[0], 0);
  for (std::size_t k = 1; k <= 12; ++k) {
    const double owed = 1300.0 - 100.0 * static_cast<double>(k);
    EXPECT_NEAR(monthly.opening[k], owed, 1e-10);
    EXPECT_NEAR(monthly.closing[k], owed - 100, 1e-10);
    EXPECT_NEAR(monthly.interest[k], 0.01 * owed, 1e-10);
    EXPECT_EQ(monthly.principal_timed[k], monthly.principal[k]);
    EXPECT_EQ(monthly.fixed_interest_timed[k], monthly.interest[k]);
    EXPECT_EQ(monthly.fixed_interest[k], monthly.interest[k]);
    EXPECT_EQ(monthly.service_share[k], 1);
    EXPECT_EQ(monthly.tenor[k], 0);
    EXPECT_EQ(monthly.floating_base[k], 0);
    EXPECT_EQ(monthly.fee[k], 0);
  }
}

// A floating bullet without margin is worth par on its closing day for any dates inside months,
// any frequency, any curve: the interest telescopes to 1 - P(0,T).
TEST(OnGrid, ValuesAFloatingLoanAtParOnAnyDates) {
  std::mt19937 random(7);
  const Rates rates = rates_of({{0.25, 1, 3, 7}, {0.05, 0.042, 0.035, 0.041}});
  for (int trial = 0; trial < 500; ++trial) {
    const Date today = kToday + std::chrono::days{random() % 730};
    constexpr Frequency frequencies[] = {Frequency::monthly, Frequency::quarterly,
                                         Frequency::semiannual, Frequency::annual};
    const Loan loan = floating_loan(today, today + std::chrono::days{40 + random() % 2500},
                                    frequencies[random() % 4]);
    const TimeGrid grid(today, 100);
    const MonthlySchedule monthly = on_grid(schedule_loan(loan, rates, grid), loan, rates, grid);
    ASSERT_NEAR(present_value(monthly.principal_timed, rates) + floating_value(monthly, rates), 1e6,
                1e-6)
        << "trial " << trial;
  }
}

// Off the grid: closing on the 20th, valuation on the 1st; margin and running rate in; the value of
// the floating part is that of the scheduled interest at today's forwards on its exact dates.
TEST(OnGrid, KeepsTheValueOfForwardsPlusMargin) {
  const Rates rates = rates_of({{0.25, 1, 3, 7}, {0.05, 0.042, 0.035, 0.041}});
  for (const Date maturity : {Date{2029y / 8 / 20}, Date{2029y / 8 / 25}, Date{2029y / 8 / 21}})
    for (const Frequency frequency : {Frequency::monthly, Frequency::quarterly}) {
      Loan loan = floating_loan(2026y / 8 / 20, maturity, frequency);
      loan.margin = 0.0425;
      loan.current_rate = 0.09;
      loan.amortization = Amortization::level;
      const TimeGrid grid(kToday, 40);
      const LoanSchedule schedule = schedule_loan(loan, rates, grid);
      double value = 0;
      for (const LoanPayment& payment : schedule.payments)
        value += payment.interest * discount_factor(rates.zero_curve, grid.time_of(payment.end));
      const MonthlySchedule monthly = on_grid(schedule, loan, rates, grid);
      EXPECT_NEAR(
          present_value(monthly.fixed_interest_timed, rates) + floating_value(monthly, rates),
          value, 1e-7);
      EXPECT_GT(sum(monthly.fixed_interest), 0);
      EXPECT_NEAR(
          sum(monthly.interest),
          [&] {
            double interest = 0;
            for (const LoanPayment& payment : schedule.payments) interest += payment.interest;
            return interest;
          }(),
          1e-8);
    }
}

TEST(OnGrid, FixesAFloatingRateInTheMonthOfItsPeriodsStart) {
  const Rates rates = flat_rates(0.04);
  const TimeGrid grid(kToday, 24);
  Loan loan = floating_loan(kToday, 2027y / 10 / 1, Frequency::quarterly);
  loan.floor = 0.01;
  loan.margin = 0.05;
  const MonthlySchedule quarterly = on_grid(schedule_loan(loan, rates, grid), loan, rates, grid);
  for (const int k : {3, 6, 9, 12}) {
    const auto row = static_cast<std::size_t>(k);
    EXPECT_EQ(quarterly.fixing[row], k - 3);
    EXPECT_EQ(quarterly.tenor[row], 3);
    EXPECT_NEAR(quarterly.gross_ratio[row], 1, 1e-15);  // the period is the grid's own
    EXPECT_EQ(quarterly.floating_base[row], 1e6);
    EXPECT_EQ(quarterly.tenor[row - 1], 0);
  }
  EXPECT_DOUBLE_EQ(quarterly.margin[3], 0.05 * 92 / 360);
  EXPECT_DOUBLE_EQ(quarterly.floor[3], 0.01 * 92 / 360);
  // Periods from the 20th: starts in month k - 1, pays in month k, so fixed at the grid date after.
  loan = floating_loan(2026y / 9 / 20, 2027y / 9 / 20, Frequency::monthly);
  loan.current_rate = 0.08;
  const MonthlySchedule inside = on_grid(schedule_loan(loan, rates, grid), loan, rates, grid);
  EXPECT_EQ(inside.tenor[1], 0);
  EXPECT_EQ(inside.fixing[2], 1);
  EXPECT_EQ(inside.tenor[2], 1);
  EXPECT_EQ(inside.floor[2], -1);
}

TEST(OnGrid, AddsUpTwoPaymentsOfOneMonth) {
  Loan loan = term_loan(1e6, Date{2026y / 9 / 5}, 1, 0.12);
  loan.maturity = Date{2027y / 1 / 25};  // pays on 5 Jan and on 25 Jan
  loan.amortization = Amortization::straight_line;
  const Rates rates = flat_rates(0.04);
  const TimeGrid grid(kToday, 12);
  const LoanSchedule schedule = schedule_loan(loan, rates, grid);
  const MonthlySchedule monthly = on_grid(schedule, loan, rates, grid);
  ASSERT_EQ(schedule.payments.size(), 5U);
  EXPECT_EQ(monthly.months, 4);
  EXPECT_NEAR(monthly.principal[4], 4e5, 1e-9);
  EXPECT_NEAR(monthly.interest[4], schedule.payments[3].interest + schedule.payments[4].interest,
              1e-10);
  EXPECT_NEAR(monthly.opening[4], 4e5, 1e-9);
  EXPECT_EQ(monthly.closing[4], 0);
}

TEST(OnGrid, CountsTheRestOfARunningQuarterAsServiceToCome) {
  Loan loan = term_loan(1e6, Date{2026y / 8 / 15}, 1, 0.12);
  const Rates rates = flat_rates(0.04);
  const TimeGrid grid(kToday, 12);
  EXPECT_EQ(on_grid(schedule_loan(loan, rates, grid), loan, rates, grid).service_share[1], 1);
  loan.frequency = Frequency::quarterly;  // 15 Aug to 15 Nov: 92 days, 45 of them from 1 Oct on
  const MonthlySchedule monthly = on_grid(schedule_loan(loan, rates, grid), loan, rates, grid);
  EXPECT_DOUBLE_EQ(monthly.service_share[2], 45.0 / 92);
  EXPECT_EQ(monthly.service_share[5], 1);
  EXPECT_EQ(monthly.service_share[1], 1);
}

TEST(OnGrid, LeavesOutWhatLiesBeyondTheGrid) {
  const Loan loan = term_loan(1e6, kToday, 3, 0.12);
  const Rates rates = flat_rates(0.04);
  const TimeGrid grid(kToday, 12);
  const LoanSchedule schedule = schedule_loan(loan, rates, grid);
  const MonthlySchedule monthly = on_grid(schedule, loan, rates, grid);
  EXPECT_EQ(monthly.months, 12);
  EXPECT_EQ(monthly.closing[12], schedule.payments[12].opening);
}

TEST(OnGrid, OfAMaturedLoanHoldsNothing) {
  const Loan loan = term_loan(1e6, Date{2020y / 1 / 1}, 3, 0.12);
  const Rates rates = flat_rates(0.04);
  const TimeGrid grid(kToday, 12);
  const MonthlySchedule monthly = on_grid(schedule_loan(loan, rates, grid), loan, rates, grid);
  EXPECT_EQ(monthly.months, 0);
  EXPECT_EQ(monthly.closing, std::vector<double>{0});
}

}  // namespace
}  // namespace lien::pricing
