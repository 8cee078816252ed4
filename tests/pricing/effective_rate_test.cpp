// Effective rates, yields and margins on any day: a loan between its payments has earned interest
// that its next payment brings, and a lessor's residual is worth something.
#include <gtest/gtest.h>

#include <cmath>

#include "pricing/plan/contract_columns.hpp"
#include "tests/pricing/certain_book.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

Loan bullet(Date closing, int years, double coupon, Frequency frequency) {
  Loan loan = term_loan(1000, closing, years, coupon);
  loan.id = "L";
  loan.borrower = "party";
  loan.frequency = frequency;
  loan.amortization = Amortization::bullet;
  return loan;
}

double effective_rate_on(Date today, const Loan& loan) {
  const TimeGrid grid(today, 120);
  ContractPlan contract;
  set_effective_rate(loan, schedule_loan(loan, flat_rates(0.04), grid), grid, contract);
  return contract.effective_rate;
}

double accrued_on(Date today, const Loan& loan) {
  return schedule_loan(loan, flat_rates(0.04), TimeGrid(today, 120)).accrued;
}

TEST(EffectiveRate, AccruedInterestIsThatOfTheDaysSinceThePayment) {
  Loan loan = bullet(Date{2026y / 6 / 30}, 3, 0.08, Frequency::quarterly);
  EXPECT_NEAR(accrued_on(Date{2026y / 11 / 15}, loan), 1000 * 0.08 * 45 / 360, 1e-12);
  EXPECT_EQ(accrued_on(Date{2026y / 12 / 31}, loan), 0) << "paid that day";
  EXPECT_EQ(accrued_on(Date{2026y / 6 / 30}, loan), 0) << "lent that day";
  loan.floating = true;
  loan.day_count = DayCount::actual_360;
  loan.current_rate = 0.09;
  EXPECT_NEAR(accrued_on(Date{2026y / 11 / 15}, loan), 1000 * 0.09 * 46 / 360, 1e-12);
  // What was drawn on 31 October has earned 15 days.
  loan.commitment = 2000;
  loan.draws = {{Date{2026y / 10 / 31}, 600}};
  EXPECT_NEAR(accrued_on(Date{2026y / 11 / 15}, loan), 0.09 / 360 * (1000 * 46 + 600 * 15), 1e-9);
}

// One payment left: (1 + s) = (1 + f s)(1 + y)^t with its rate s of a period and f of it gone.
TEST(EffectiveRate, OfOnePaymentLeftIsItsClosedForm) {
  const Loan loan = bullet(Date{2025y / 6 / 30}, 2, 0.10, Frequency::annual);
  const auto closed_form = [](double days_left) {  // by 30/360, June and its days
    const double f = 1 - days_left / 360;
    return std::pow(1.10 / (1 + 0.10 * f), 360 / days_left) - 1;
  };
  for (const unsigned day : {25U, 29U, 10U})
    EXPECT_NEAR(effective_rate_on(Date{2027y / 6 / day}, loan), closed_form(30.0 - day), 1e-12)
        << day;
  EXPECT_NEAR(effective_rate_on(Date{2027y / 3 / 30}, loan), closed_form(90), 1e-12);
  EXPECT_NEAR(effective_rate_on(Date{2026y / 6 / 30}, loan), 0.10, 1e-14);
}

// Of a loan without fees it is the coupon, compounded. Within a period interest accrues by days
// where the rate compounds: (1 + f s) against (1 + s)^f, f(1 - f)s^2/2 at most, over a life of (1 -
// f)/m years and more. By days of the calendar a payment of a month without 30 days comes up to a
// day sooner or later than by 30/360, on average over a life of half the years left.
TEST(EffectiveRate, WithoutFeesIsTheCompoundedCouponOnAnyDay) {
  for (const Frequency frequency :
       {Frequency::monthly, Frequency::quarterly, Frequency::semiannual, Frequency::annual})
    for (const Amortization amortization : {Amortization::bullet, Amortization::level}) {
      Loan loan = bullet(Date{2025y / 4 / 28}, 4, 0.08, frequency);
      loan.amortization = amortization;
      const double payments = 12.0 / static_cast<int>(frequency), share = 0.08 / payments;
      const double compounded = std::pow(1 + share, payments) - 1;
      for (const int year : {2026, 2027, 2028, 2029}) {
        const double day_of_life = year < 2029 ? 2.0 / (360 * (2029 - year)) : 0.0;
        const double shift = compounded * day_of_life + 1e-12;
        for (unsigned day = 1; day < 28; ++day) {
          const double rate =
              effective_rate_on(Date{std::chrono::year(year) / 4 / std::chrono::day(day)}, loan);
          EXPECT_LT(rate, compounded + shift) << year << ' ' << day;
          EXPECT_GT(rate, compounded - shift - 1.1 * payments * share * share / 2)
              << year << ' ' << day;
        }
      }
    }
}

Inputs inputs_on(Date today) {
  Rates rates = flat_rates(0.05);
  rates.liquidity_spread = 0.02;
  return certain_inputs(today, "party", 0, rates);
}

double measure(const RunResults& results, const std::string& name) {
  return row_of(results, name).first;
}

// What nobody can lose is worth its flows at curve and liquidity spread, each on its own day.
TEST(EffectiveRate, OfACertainLoanIsTheCurveAndTheSpreadOnAnyDay) {
  for (const unsigned day : {1U, 14U, 29U}) {
    Inputs inputs = inputs_on(Date{2026y / 11 / day});
    inputs.book.loans.push_back(bullet(Date{2026y / 6 / 20}, 3, 0.08, Frequency::quarterly));
    const RunResults fixed = value_book(inputs, {});
    EXPECT_NEAR(measure(fixed, "yield"), std::expm1(0.07), 1e-9) << day;
    EXPECT_NEAR(measure(fixed, "discount_margin"), 0.02, 1e-9) << day;
    inputs.book.loans[0].floating = true;
    inputs.book.loans[0].current_rate = 0.08;
    EXPECT_NEAR(measure(value_book(inputs, {}), "discount_margin"), 0.02, 1e-9) << day;
  }
}

// At 100 without accrued interest the yield is the effective rate of a loan without fees.
TEST(EffectiveRate, AQuotedPriceIsWithoutAccruedInterest) {
  Inputs inputs = inputs_on(Date{2027y / 6 / 29});  // matures tomorrow
  inputs.book.loans.push_back(bullet(Date{2025y / 6 / 30}, 2, 0.10, Frequency::annual));
  inputs.book.loans[0].quoted_price = 1.0;
  const double expected = effective_rate_on(inputs.settings.valuation_date, inputs.book.loans[0]);
  inputs.book.loans[0].held = 0.5;
  const RunResults results = value_book(inputs, {});
  EXPECT_NEAR(measure(results, "yield"), expected, 1e-12);
  EXPECT_NEAR(measure(results, "accrued_interest"), 0.5 * 100 * 359 / 360, 1e-12);
}

// What the lender keeps at closing is his gain of that day, not a lower yield.
TEST(EffectiveRate, OfALoanThatClosesTodayLeavesItsFeeOut) {
  Inputs inputs = inputs_on(Date{2026y / 6 / 20});
  inputs.book.loans.push_back(bullet(Date{2026y / 6 / 20}, 3, 0.08, Frequency::quarterly));
  inputs.book.loans[0].closing_fee = 0.03;
  EXPECT_NEAR(measure(value_book(inputs, {}), "yield"), std::expm1(0.07), 1e-9);
  EXPECT_NEAR(measure(value_book(inputs, {}), "discount_margin"), 0.02, 1e-9);
}

// The running period's payment, at a known rate, and the last one in one month of the run.
TEST(EffectiveRate, TwoPaymentsOfAMonthAreBothExpected) {
  Inputs inputs = inputs_on(Date{2026y / 9 / 30});
  Loan loan = bullet(Date{2026y / 7 / 15}, 1, 0, Frequency::quarterly);
  loan.maturity = Date{2026y / 10 / 25};
  loan.floating = true;
  loan.current_rate = 0.09;
  loan.margin = 0.06;
  loan.day_count = DayCount::actual_360;
  inputs.book.loans.push_back(loan);
  const RunResults results = value_book(inputs, {});
  const Table& flows = results.tables.cashflows;
  double scheduled = 0, expected = 0;
  for (std::size_t row = 0; row < flows.rows(); ++row)
    if (flows.column("contract").texts[row] == "L") {
      scheduled += flows.column("scheduled_interest").numbers[row];
      expected += flows.column("expected_interest").numbers[row];
    }
  EXPECT_GT(scheduled, 1000 * 0.09 * 92 / 360);
  // The first is expected as money of the other's day, ten days later.
  EXPECT_NEAR(expected, scheduled, 0.07 * 10 / 365 * scheduled);
  EXPECT_NEAR(measure(results, "discount_margin"), 0.02, 1e-9);
}

void add_lease(RentTiming timing, Inputs& inputs) {
  inputs.market.hardware[0].operating_cost = 0.2;
  Lease lease;
  lease.id = "R";
  lease.lessee = "party";
  lease.hardware = "X";
  lease.units = 1;
  lease.purchase_price = 20000;
  lease.start = Date{2026y / 6 / 20};
  lease.end = Date{2028y / 6 / 20};
  lease.rent = 700;
  lease.timing = timing;
  lease.net = true;
  inputs.book.leases.push_back(lease);
}

// Rents on the 20th, in advance and in arrears, net of cost or not: what a lessor gets is worth
// curve and spread, hardware at the end and deposit included.
TEST(EffectiveRate, OfALeaseCountsItsResidualAndItsDays) {
  for (const bool net : {true, false})
    for (const RentTiming timing : {RentTiming::advance, RentTiming::arrears})
      for (const double deposit : {0.0, 500.0}) {
        Inputs inputs = inputs_on(Date{2026y / 11 / 14});
        add_lease(timing, inputs);
        inputs.book.leases[0].net = net;
        inputs.book.leases[0].deposit = deposit;
        EXPECT_NEAR(measure(value_book(inputs, {}), "yield"), std::expm1(0.07), 1e-9)
            << net << static_cast<int>(timing) << deposit;
      }
}

// Without discounting, of a lessee that may fail: the hardware comes back on every path, sooner or
// at the end, and the rents while it lives. Promised are all rents and the hardware.
TEST(EffectiveRate, OfALeaseIsOfWhatALivingLesseePaysAndReturns) {
  Inputs inputs = inputs_on(Date{2026y / 6 / 20});
  inputs.market.rates = flat_rates(0.0);
  inputs.market.parties[0].hazard = {{1}, {0.06}};
  add_lease(RentTiming::arrears, inputs);
  const double yield = measure(value_book(inputs, {}), "yield");
  double promised = 16000 * std::pow(1 + yield, -2.0), expected = 16000;
  for (int k = 1; k <= 24; ++k) {
    promised += 700 * std::pow(1 + yield, -k / 12.0);
    expected += 700 * std::exp(-0.06 * k / 12.0);
  }
  EXPECT_NEAR(promised, expected, 1e-6);
  EXPECT_GT(yield, 0.005);
}

}  // namespace
}  // namespace lien::pricing
