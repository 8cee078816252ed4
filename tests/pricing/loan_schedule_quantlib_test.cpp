#include <gtest/gtest.h>

#include <ql/cashflows/fixedratecoupon.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual360.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <ql/time/daycounters/thirty360.hpp>
#include <ql/time/schedule.hpp>
#include <random>

#include "tests/pricing/schedule_test.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937;

std::uint32_t below(Random& random, std::uint32_t n) {
  return static_cast<std::uint32_t>(random() % n);
}

// Any term loan of the first slice: closings over nine years with month ends over-represented,
// maturities off the payment dates, all frequencies, day counts and repayments.
Loan random_loan(Random& random) {
  constexpr Frequency frequencies[] = {Frequency::monthly, Frequency::quarterly,
                                       Frequency::semiannual, Frequency::annual};
  constexpr DayCount day_counts[] = {DayCount::actual_360, DayCount::actual_365,
                                     DayCount::thirty_360};
  constexpr Amortization repayments[] = {Amortization::level, Amortization::straight_line,
                                         Amortization::bullet, Amortization::balloon};
  Loan loan;
  loan.principal = 1e6 + below(random, 1000000);
  loan.closing = Date{2018y / 1 / 1} + std::chrono::days{below(random, 3200)};
  if (below(random, 3) == 0)  // the last of that month
    loan.closing = add_months(loan.closing, 0, true);
  loan.maturity = loan.closing + std::chrono::days{20 + below(random, 3600)};
  if (below(random, 2) == 0)
    loan.maturity = add_months(loan.closing, static_cast<int>(12 * (1 + below(random, 8))),
                               ends_month(loan.closing));
  loan.coupon = below(random, 2000) / 10000.0;
  loan.frequency = frequencies[below(random, 4)];
  loan.day_count = day_counts[below(random, 3)];
  loan.amortization = repayments[below(random, 4)];
  if (loan.amortization == Amortization::balloon) loan.balloon = below(random, 100) / 100.0;
  if (below(random, 3) == 0) loan.interest_only_months = static_cast<int>(below(random, 30));
  return loan;
}

QuantLib::Date to_quantlib(Date d) {
  const std::chrono::year_month_day day{d};
  return {static_cast<int>(static_cast<unsigned>(day.day())),
          static_cast<QuantLib::Month>(static_cast<unsigned>(day.month())),
          static_cast<int>(day.year())};
}

QuantLib::DayCounter to_quantlib(DayCount day_count) {
  if (day_count == DayCount::actual_360) return QuantLib::Actual360();
  if (day_count == DayCount::actual_365) return QuantLib::Actual365Fixed();
  return QuantLib::Thirty360(QuantLib::Thirty360::BondBasis);
}

QuantLib::Schedule dates_by_quantlib(const Loan& loan) {
  return {to_quantlib(loan.closing),
          to_quantlib(loan.maturity),
          QuantLib::Period(static_cast<int>(loan.frequency), QuantLib::Months),
          QuantLib::NullCalendar(),
          QuantLib::Unadjusted,
          QuantLib::Unadjusted,
          QuantLib::DateGeneration::Forward,
          ends_month(loan.closing)};
}

// QuantLib generates the dates (Schedule), accruals and interest (FixedRateLeg) on the notionals
// that our repayment leaves; 1,500 loans seen from their closing.
TEST(ScheduleLoan, HasTheDatesAccrualsAndInterestOfAQuantLibLeg) {
  Random random(20261001);
  for (int trial = 0; trial < 1500; ++trial) {
    const Loan loan = random_loan(random);
    const LoanSchedule schedule = schedule_loan(loan, flat_rates(0.03), TimeGrid(loan.closing, 1));
    const QuantLib::Schedule dates = dates_by_quantlib(loan);
    ASSERT_EQ(schedule.payments.size() + 1, dates.size()) << "trial " << trial;
    std::vector<double> notionals;
    for (const LoanPayment& payment : schedule.payments) notionals.push_back(payment.opening);
    const QuantLib::Leg leg =
        QuantLib::FixedRateLeg(dates).withNotionals(notionals).withCouponRates(
            loan.coupon, to_quantlib(loan.day_count));
    ASSERT_EQ(leg.size(), schedule.payments.size()) << "trial " << trial;
    for (std::size_t i = 0; i < leg.size(); ++i) {
      const LoanPayment& ours = schedule.payments[i];
      const auto theirs = QuantLib::ext::dynamic_pointer_cast<QuantLib::Coupon>(leg[i]);
      ASSERT_EQ(to_quantlib(ours.start), theirs->accrualStartDate()) << trial << ", " << i;
      ASSERT_EQ(to_quantlib(ours.end), theirs->date()) << trial << ", " << i;
      ASSERT_NEAR(ours.accrual, theirs->accrualPeriod(), 1e-14) << trial << ", " << i;
      ASSERT_NEAR(ours.interest, theirs->amount(), 1e-10 * loan.principal) << trial << ", " << i;
    }
  }
}

// What must hold of every loan on any valuation date.
TEST(ScheduleLoan, RepaysWhatIsOwedAndValuesFlowsAtTheirExactDates) {
  Random random(20260930);
  const Rates rates = rates_of({{0.5, 2, 10}, {0.045, 0.035, 0.04}});
  for (int trial = 0; trial < 1500; ++trial) {
    const Loan loan = random_loan(random);
    const Date today = loan.closing + std::chrono::days{below(random, 1500)};
    const TimeGrid grid(today, 140);
    const LoanSchedule schedule = schedule_loan(loan, rates, grid);
    double paid = 0, value = 0, level = -1;
    for (const LoanPayment& payment : schedule.payments) {
      paid += payment.principal;
      const double due = payment.principal + payment.interest;
      value += due * discount_factor(rates.zero_curve, grid.time_of(payment.end));
      const bool repays = payment.end > add_months(loan.closing, loan.interest_only_months,
                                                   ends_month(loan.closing));
      const bool last = &payment == &schedule.payments.back();
      if ((loan.amortization == Amortization::level) && repays && !last) {
        if (level >= 0) {
          ASSERT_NEAR(due, level, 1e-9 * loan.principal) << trial;
        }
        level = due;
      }
      if (loan.amortization == Amortization::level && last && level >= 0) {
        ASSERT_NEAR(due, level, 1e-8 * loan.principal) << trial;
      }
    }
    ASSERT_NEAR(paid, schedule.outstanding, 1e-9 * loan.principal) << trial;

    const MonthlySchedule monthly = on_grid(schedule, loan, rates, grid);
    ASSERT_EQ(monthly.closing.back(), 0) << trial;
    ASSERT_EQ(monthly.closing.front(), schedule.outstanding) << trial;
    ASSERT_NEAR(present_value(monthly.principal_timed, rates) +
                    present_value(monthly.fixed_interest_timed, rates),
                value, 1e-10 * loan.principal)
        << trial;
    for (std::size_t k = 1; k < monthly.closing.size(); ++k) {
      ASSERT_EQ(monthly.opening[k], monthly.closing[k - 1]) << trial;
      ASSERT_NEAR(monthly.opening[k] - monthly.principal[k], monthly.closing[k],
                  1e-9 * loan.principal)
          << trial;
    }
  }
}

}  // namespace
}  // namespace lien::pricing
