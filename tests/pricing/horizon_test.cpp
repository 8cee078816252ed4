// Contracts that outlive [simulation] horizon_months: what the run leaves out, and what it must not
// invent at the horizon.
#include <gtest/gtest.h>

#include <cmath>

#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/lease_schedule.hpp"
#include "tests/pricing/certain_book.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

constexpr Date kToday{2026y / 9 / 30};

// Without rates too.
Inputs inputs_with(double hazard) {
  return certain_inputs(kToday, "lessee", hazard, flat_rates(0.0));
}

Lease two_years() {
  Lease lease;
  lease.id = "R";
  lease.lessee = "lessee";
  lease.hardware = "X";
  lease.units = 1;
  lease.purchase_price = 20000;
  lease.start = kToday;
  lease.end = Date{2028y / 9 / 30};
  lease.rent = 700;
  lease.timing = RentTiming::arrears;
  lease.net = true;
  return lease;
}

TEST(Horizon, LeaseThatEndsWithinItBringsItsResidual) {
  Inputs inputs = inputs_with(0);
  inputs.book.leases.push_back(two_years());
  const RunResults results = value_book(inputs, {});
  EXPECT_NEAR(row_of(results, "present_value").first, 24 * 700 + 16000, 1e-9);
  EXPECT_NEAR(row_of(results, "residual_value").first, 16000, 1e-9);
  // (20,000 - 16,000) over 24 rents; it has no horizon, and -1 is none.
  EXPECT_NEAR(row_of(results, "fair_rate").first, 4000.0 / 24, 1e-9);
  EXPECT_TRUE(std::isnan(row_of(results, "fair_rate").second));
}

// Rents, residual and cost all by the curve and the spread for illiquidity, none with the lessee's
// credit; the cost is paid on the day of the start.
TEST(Horizon, FairRentIsOfOneMeasure) {
  Inputs inputs = inputs_with(0.3);
  inputs.market.rates = flat_rates(0.05);
  inputs.market.rates.liquidity_spread = 0.02;
  const auto worth = [&inputs](double months) {
    return discount_factor(inputs.market.rates.zero_curve, months / 12) *
           std::exp(-0.02 * months / 12);
  };
  const auto fair = [&inputs](Date start, Date end) {
    Lease lease = two_years();
    lease.start = start;
    lease.end = end;
    inputs.book.leases = {lease};
    return row_of(value_book(inputs, {}), "fair_rate").first;
  };
  for (const int start : {0, 6}) {
    double annuity = 0;
    for (int k = 1; k <= 24; ++k) annuity += worth(start + k);
    const double expected = (20000 * worth(start) - 16000 * worth(start + 24)) / annuity;
    const double found = start == 0 ? fair(kToday, Date{2028y / 9 / 30})
                                    : fair(Date{2027y / 3 / 31}, Date{2029y / 3 / 31});
    EXPECT_NEAR(found, expected, 1e-9) << start;
  }
  // What is left of a lease does not pay for all of its hardware.
  EXPECT_TRUE(std::isnan(fair(Date{2026y / 8 / 31}, Date{2028y / 9 / 30})));
}

TEST(Horizon, LeaseThatOutlivesItBringsRentsOnly) {
  Inputs inputs = inputs_with(0);
  inputs.book.leases.push_back(two_years());
  inputs.settings.horizon_months = 12;
  const RunResults results = value_book(inputs, {});
  EXPECT_NEAR(row_of(results, "present_value").first, 12 * 700, 1e-9);
  for (const char* measure : {"residual_value", "fair_rate", "yield"})
    EXPECT_TRUE(std::isnan(row_of(results, measure).first)) << measure;
}

// A lease's schedule still owes something at the horizon: twelve rents at an implicit rate of 0
// (the curve's, since an operating lease does not repay its cost).
TEST(Horizon, LeaseThatOutlivesItIsOwedTheRest) {
  const TimeGrid grid(kToday, 12);
  EXPECT_NEAR(schedule_lease(two_years(), flat_rates(0.0), grid).owed_after, 12 * 700, 1e-9);
  EXPECT_EQ(schedule_lease(two_years(), flat_rates(0.0), TimeGrid(kToday, 24)).owed_after, 0);
  EXPECT_EQ(schedule_lease(two_years(), flat_rates(0.0), TimeGrid(kToday, 30)).owed_after, 0);
}

// A quarterly loan seen for eleven months pays in months 3, 6 and 9; a default in months 10 and 11
// is one all the same.
TEST(Horizon, LoanThatOutlivesItCanDefaultUntilItsEnd) {
  Inputs inputs = inputs_with(0.06);
  Loan loan = term_loan(1200, kToday, 2, 0.08);
  loan.id = "L";
  loan.borrower = "lessee";
  loan.frequency = Frequency::quarterly;
  loan.amortization = Amortization::bullet;
  inputs.book.loans.push_back(loan);
  inputs.settings.horizon_months = 11;
  inputs.settings.loss_horizon_months = {0};
  const RunResults results = value_book(inputs, {});
  const double defaulted = 1 - std::exp(-0.06 * 11 / 12);
  EXPECT_NEAR(row_of(results, "probability_of_default", "real_world").first, defaulted, 1e-12);
  EXPECT_NEAR(row_of(results, "expected_loss", "real_world").first, 1200 * defaulted, 1e-8);
}

}  // namespace
}  // namespace lien::pricing
