#include "pricing/plan/loan_schedule.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "tests/pricing/schedule_test.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

constexpr Date kToday{2026y / 10 / 1};  // valuation date of the validation cases

double principal_paid(const LoanSchedule& schedule) {
  double paid = 0;
  for (const LoanPayment& payment : schedule.payments) paid += payment.principal;
  return paid;
}

// Validation case O01: 100m, 60 level monthly payments at 9.5 %/12; curve 4.25 %.
TEST(ScheduleLoan, ReproducesTheLevelLoanOfCaseO01) {
  const Loan loan = term_loan(100e6, kToday, 5, 0.095);
  const TimeGrid grid(kToday, 60);
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0.0425), grid);
  ASSERT_EQ(schedule.payments.size(), 60U);
  EXPECT_EQ(schedule.outstanding, 100e6);
  double value = 0, life = 0;
  for (const LoanPayment& payment : schedule.payments) {
    EXPECT_NEAR(payment.principal + payment.interest, 2100186.130971551, 1e-6);
    EXPECT_TRUE(payment.fixed_now);
    const double t = grid.time_of(payment.end);
    value += (payment.principal + payment.interest) * std::exp(-0.0425 * t);
    life += payment.principal / 100e6 * t;
  }
  EXPECT_NEAR(value, 113321621.48365684, 1e-5);
  EXPECT_NEAR(life, 2.7380176692940066, 1e-12);
  EXPECT_NEAR(schedule.payments[24].opening, 65563307.405866794, 1e-5);
}

// The same loan two years on, outstanding by schedule: balance_after_24 of O01, same payment.
TEST(ScheduleLoan, FindsTheOutstandingPrincipalByScheduleFromClosing) {
  const Loan loan = term_loan(100e6, Date{2024y / 10 / 1}, 5, 0.095);
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0.0425), TimeGrid(kToday, 36));
  ASSERT_EQ(schedule.payments.size(), 36U);
  EXPECT_NEAR(schedule.outstanding, 65563307.405866794, 1e-5);
  for (const LoanPayment& payment : schedule.payments)
    EXPECT_NEAR(payment.principal + payment.interest, 2100186.130971551, 1e-6);
}

TEST(ScheduleLoan, ReproducesThePaymentOfCaseO03) {
  const LoanSchedule schedule =
      schedule_loan(term_loan(10e6, kToday, 3, 0.12), flat_rates(0.04), TimeGrid(kToday, 36));
  EXPECT_NEAR(schedule.payments.front().principal + schedule.payments.front().interest,
              332143.0981285119, 3e-8);
}

// Validation case O02: five-year bullet, quarterly forwards + 6 %, accrual 1/4.
TEST(ScheduleLoan, ReproducesTheForwardsOfCaseO02) {
  Rates rates;
  for (int q = 1; q <= 20; ++q) {
    rates.zero_curve.years.push_back(q / 4.0);
    rates.zero_curve.values.push_back(0.045 - 0.010 * (1 - std::exp(-q / 4.0 / 1.5)));
  }
  Loan loan = term_loan(100e6, kToday, 5, 0);
  loan.floating = true;
  loan.margin = 0.06;
  loan.frequency = Frequency::quarterly;
  loan.amortization = Amortization::bullet;
  const TimeGrid grid(kToday, 60);
  const LoanSchedule schedule = schedule_loan(loan, rates, grid);
  ASSERT_EQ(schedule.payments.size(), 20U);
  const auto forward = [](const LoanPayment& payment) {
    return payment.interest / payment.opening / payment.accrual - 0.06;
  };
  EXPECT_NEAR(forward(schedule.payments.front()), 0.04370182371687741, 1e-12);
  EXPECT_NEAR(forward(schedule.payments.back()), 0.034273468838523, 1e-12);
  double value = 0;
  for (const LoanPayment& payment : schedule.payments)
    value += (payment.principal + payment.interest) *
             discount_factor(rates.zero_curve, grid.time_of(payment.end));
  EXPECT_NEAR(value, 127295446.84519544, 1e-5);
}

// ACTUS test ann01 (actus-tests-ann.json of the ACTUS foundation): 5,000 at 8 % act/365,
// monthly from 2013-01-01 to 2014-01-01, payment and notionals as published.
TEST(ScheduleLoan, ReproducesTheActusAnnuityAnn01) {
  Loan loan = term_loan(5000, Date{2013y / 1 / 1}, 1, 0.08);
  loan.day_count = DayCount::actual_365;
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0), TimeGrid(loan.closing, 12));
  constexpr std::array<double, 12> owed_after = {4599.1060086213, 4192.4640650764, 3786.0832541948,
                                                 3376.1114540766, 2964.1839186051, 2548.8078488831,
                                                 2131.2591820668, 1710.873472254,  1287.2564571313,
                                                 861.1361534614,  431.9318244617,  0};
  ASSERT_EQ(schedule.payments.size(), owed_after.size());
  for (std::size_t i = 0; i < owed_after.size(); ++i) {
    const LoanPayment& payment = schedule.payments[i];
    EXPECT_NEAR(payment.opening - payment.principal, owed_after[i], 1e-9) << i;
    EXPECT_NEAR(payment.principal + payment.interest, 434.866594118346, 1e-9) << i;
  }
}

// ACTUS test ann05: the agreement states 700 a month, and maturity takes the rest.
TEST(ScheduleLoan, PaysTheStatedPaymentOfActusAnn05) {
  Loan loan = term_loan(5000, Date{2013y / 1 / 1}, 1, 0.08);
  loan.maturity = Date{2013y / 9 / 1};
  loan.day_count = DayCount::actual_365;
  loan.payment = 700;
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0), TimeGrid(loan.closing, 12));
  ASSERT_EQ(schedule.payments.size(), 8U);
  EXPECT_NEAR(schedule.payments[0].principal, 666.027397260274, 1e-9);
  EXPECT_NEAR(schedule.payments[1].principal, 673.402469506474, 1e-9);
  EXPECT_NEAR(schedule.payments.back().principal, 237.719353407862, 1e-9);
}

TEST(ScheduleLoan, EndsEarlyWhereTheStatedPaymentRepays) {
  Loan loan = term_loan(1000, kToday, 1, 0);
  loan.payment = 300;
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0), TimeGrid(kToday, 12));
  ASSERT_EQ(schedule.payments.size(), 4U);
  EXPECT_EQ(schedule.payments.back().principal, 100);
}

TEST(ScheduleLoan, StepsFromClosingAndEndsWithAShortPeriod) {
  Loan loan = term_loan(1000, Date{2026y / 1 / 31}, 1, 0.12);
  loan.maturity = Date{2026y / 6 / 10};
  const LoanSchedule ends = schedule_loan(loan, flat_rates(0), TimeGrid(loan.closing, 12));
  const std::array<Date, 5> month_ends = {Date{2026y / 2 / 28}, Date{2026y / 3 / 31},
                                          Date{2026y / 4 / 30}, Date{2026y / 5 / 31},
                                          Date{2026y / 6 / 10}};
  ASSERT_EQ(ends.payments.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(ends.payments[i].end, month_ends[i]) << i;
  EXPECT_DOUBLE_EQ(ends.payments[4].accrual, 10.0 / 360);

  loan.closing = Date{2026y / 1 / 30};
  const LoanSchedule same_day = schedule_loan(loan, flat_rates(0), TimeGrid(loan.closing, 12));
  EXPECT_EQ(same_day.payments[0].end, Date{2026y / 2 / 28});
  EXPECT_EQ(same_day.payments[1].end, Date{2026y / 3 / 30});
}

TEST(ScheduleLoan, RepaysStraightLineInEqualPartsAfterTheInterestOnlyPeriod) {
  Loan loan = term_loan(1200, kToday, 2, 0.06);
  loan.amortization = Amortization::straight_line;
  loan.interest_only_months = 12;
  const TimeGrid grid(kToday, 24);
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0), grid);
  for (std::size_t i = 0; i < 24; ++i) {
    EXPECT_NEAR(schedule.payments[i].principal, i < 12 ? 0.0 : 100.0, 1e-11) << i;
    EXPECT_NEAR(schedule.payments[i].interest, 0.005 * schedule.payments[i].opening, 1e-12) << i;
  }
  loan.interest_only_months = 24;  // nothing is left to repay in: all at maturity
  EXPECT_EQ(schedule_loan(loan, flat_rates(0), grid).payments.back().principal, 1200);
  loan.interest_only_months = 0;
  loan.balloon = 0.4;
  const LoanSchedule with_balloon = schedule_loan(loan, flat_rates(0), grid);
  EXPECT_NEAR(with_balloon.payments[0].principal, 30, 1e-12);
  EXPECT_NEAR(with_balloon.payments[23].principal, 30 + 480, 1e-10);
}

// The level amount for balance B, balloon F, n periods at i is (B - F v^n)/a_n.
TEST(ScheduleLoan, LeavesTheBalloonForMaturity) {
  Loan loan = term_loan(1e6, kToday, 4, 0.10);
  loan.frequency = Frequency::quarterly;
  loan.amortization = Amortization::balloon;
  loan.balloon = 0.3;
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0), TimeGrid(kToday, 48));
  const double v = std::pow(1.025, -16), amount = (1e6 - 3e5 * v) / ((1 - v) / 0.025);
  ASSERT_EQ(schedule.payments.size(), 16U);
  for (std::size_t i = 0; i < 15; ++i)
    EXPECT_NEAR(schedule.payments[i].principal + schedule.payments[i].interest, amount, 1e-8);
  EXPECT_NEAR(schedule.payments[15].principal + schedule.payments[15].interest, amount + 3e5, 1e-8);
  loan.amortization = Amortization::bullet;
  const LoanSchedule bullet = schedule_loan(loan, flat_rates(0), TimeGrid(kToday, 48));
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_EQ(bullet.payments[i].principal, i == 15 ? 1e6 : 0.0) << i;
}

TEST(ScheduleLoan, StartsFromAStatedOutstandingPrincipal) {
  Loan loan = term_loan(1e6, Date{2025y / 10 / 1}, 3, 0.12);
  loan.outstanding_principal = 5e5;
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0), TimeGrid(kToday, 24));
  EXPECT_EQ(schedule.outstanding, 5e5);
  ASSERT_EQ(schedule.payments.size(), 24U);
  const double amount = 5e5 * 0.01 / (1 - std::pow(1.01, -24));
  for (const LoanPayment& payment : schedule.payments)
    EXPECT_NEAR(payment.principal + payment.interest, amount, 1e-8);
}

TEST(ScheduleLoan, GivesTheRunningFloatingPeriodItsStatedRate) {
  Loan loan = term_loan(1e6, Date{2026y / 8 / 15}, 2, 0);
  loan.floating = true;
  loan.margin = 0.05;
  loan.frequency = Frequency::quarterly;
  loan.day_count = DayCount::actual_360;
  loan.amortization = Amortization::bullet;
  const TimeGrid grid(kToday, 24);
  EXPECT_THROW((void)schedule_loan(loan, flat_rates(0.04), grid), std::domain_error);
  loan.current_rate = 0.0985;
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0.04), grid);
  EXPECT_TRUE(schedule.payments[0].fixed_now);
  EXPECT_NEAR(schedule.payments[0].interest, 1e6 * 0.0985 * 92 / 360, 1e-8);
  EXPECT_FALSE(schedule.payments[1].fixed_now);
  // 15 Nov is 14/30 into the second month of the grid, 15 Feb 14/28 into the fifth.
  const double years = (3 + 14.0 / 28 - 14.0 / 30) / 12;
  EXPECT_NEAR(schedule.payments[1].interest, 1e6 * (std::exp(0.04 * years) - 1 + 0.05 * 92 / 360),
              1e-7);
  loan.floor = 0.06;
  EXPECT_NEAR(schedule_loan(loan, flat_rates(0.04), grid).payments[1].interest,
              1e6 * 0.11 * 92 / 360, 1e-7);
}

TEST(ScheduleLoan, TakesTheForwardForAPeriodThatStartsTodayUnlessItsRateIsStated) {
  Loan loan = term_loan(1e6, kToday, 1, 0);
  loan.floating = true;
  loan.margin = 0.05;
  const TimeGrid grid(kToday, 12);
  EXPECT_FALSE(schedule_loan(loan, flat_rates(0.04), grid).payments[0].fixed_now);
  loan.current_rate = 0.12;
  const LoanSchedule schedule = schedule_loan(loan, flat_rates(0.04), grid);
  EXPECT_TRUE(schedule.payments[0].fixed_now);
  EXPECT_NEAR(schedule.payments[0].interest, 1e4, 1e-9);
  EXPECT_FALSE(schedule.payments[1].fixed_now);
}

// A floating level loan whose forward is flat at 4 % is, on equal accruals, a fixed one.
TEST(ScheduleLoan, LevelsAFloatingLoanAtTodaysForwards) {
  const Rates rates = flat_rates(12 * std::log(1 + 0.04 / 12));
  Loan floating = term_loan(1e6, Date{2025y / 10 / 1}, 4, 0);
  floating.floating = true;
  floating.margin = 0.06;
  const Loan fixed = term_loan(1e6, floating.closing, 4, 0.10);
  const TimeGrid grid(kToday, 36);
  const LoanSchedule a = schedule_loan(floating, rates, grid);
  const LoanSchedule b = schedule_loan(fixed, rates, grid);
  EXPECT_NEAR(a.outstanding, b.outstanding, 1e-6);
  ASSERT_EQ(a.payments.size(), b.payments.size());
  for (std::size_t i = 0; i < a.payments.size(); ++i) {
    EXPECT_NEAR(a.payments[i].principal, b.payments[i].principal, 1e-6) << i;
    EXPECT_NEAR(a.payments[i].interest, b.payments[i].interest, 1e-6) << i;
  }
}

TEST(ScheduleLoan, ReceivesTheClosingFeeOnTheDayOfClosingOnly) {
  Loan loan = term_loan(1e6, kToday, 1, 0.1);
  loan.closing_fee = 0.005;
  const TimeGrid grid(kToday, 12);
  EXPECT_EQ(schedule_loan(loan, flat_rates(0), grid).closing_fee, 5000);
  loan.closing = Date{2026y / 9 / 30};
  EXPECT_EQ(schedule_loan(loan, flat_rates(0), grid).closing_fee, 0);
}

TEST(ScheduleLoan, HasNothingToComeAfterMaturityAndRefusesACommitment) {
  const TimeGrid grid(kToday, 12);
  const LoanSchedule over =
      schedule_loan(term_loan(1e6, Date{2025y / 10 / 1}, 1, 0.1), flat_rates(0), grid);
  EXPECT_EQ(over.outstanding, 0);
  EXPECT_TRUE(over.payments.empty());
  EXPECT_THROW(
      (void)schedule_loan(term_loan(1e6, Date{2026y / 10 / 2}, 1, 0.1), flat_rates(0), grid),
      std::domain_error);
}

TEST(ScheduleLoan, OfTwoHalvesAddsUpToTheWhole) {
  Loan whole = term_loan(7e6, Date{2025y / 5 / 31}, 3, 0.09);
  whole.interest_only_months = 6;
  Loan half = whole;
  half.principal /= 2;
  const TimeGrid grid(kToday, 24);
  const LoanSchedule a = schedule_loan(whole, flat_rates(0), grid);
  const LoanSchedule b = schedule_loan(half, flat_rates(0), grid);
  ASSERT_EQ(a.payments.size(), b.payments.size());
  for (std::size_t i = 0; i < a.payments.size(); ++i) {
    EXPECT_EQ(a.payments[i].principal, 2 * b.payments[i].principal) << i;
    EXPECT_EQ(a.payments[i].interest, 2 * b.payments[i].interest) << i;
  }
  EXPECT_NEAR(principal_paid(a), a.outstanding, 1e-8);
}

}  // namespace
}  // namespace lien::pricing
