#include "pricing/plan/lease_schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/pricing/schedule_test.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

constexpr Date kToday{2026y / 10 / 1};

Lease monthly_lease(Date start, int months, double rent) {
  Lease lease;
  lease.units = 1;
  lease.start = start;
  lease.end = add_months(start, months, ends_month(start));
  lease.rent = rent;
  return lease;
}

// Validation case O24: 48 rents in advance at 1 % a month repay 100 less a residual of 20.
TEST(ScheduleLease, ReproducesTheAnnuityDueOfCaseO24) {
  const Rates rates = flat_rates(12 * std::log(1.01));
  const LeaseSchedule schedule =
      schedule_lease(monthly_lease(kToday, 48, 1), rates, TimeGrid(kToday, 60));
  EXPECT_EQ(schedule.months, 48);
  EXPECT_NEAR(schedule.annuity_timed, 38.35369908841505, 1e-12);
  EXPECT_NEAR((100 - 20 * discount_factor(rates.zero_curve, 4)) / schedule.annuity_timed,
              2.283868153023982, 1e-13);
  for (std::size_t k = 0; k < 48; ++k) EXPECT_EQ(schedule.rent[k], 1) << k;
  EXPECT_EQ(schedule.rent[48], 0);
}

// O24: the implicit rate of 36 x 2.95 in advance with a residual of 15 on 100.
TEST(ScheduleLease, ReproducesTheImplicitRateOfCaseO24) {
  Lease lease = monthly_lease(kToday, 36, 2.95);
  lease.purchase_price = 100;
  lease.guaranteed_residual = 15;
  const LeaseSchedule schedule = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 36));
  EXPECT_NEAR(schedule.implicit_rate, 0.12820962141395814, 1e-13);
  EXPECT_NEAR(schedule.outstanding, 100, 1e-11);
  // The balance runs as the lessor's books would: less the rent, plus a month's implicit interest.
  double owed = 100 - 2.95;
  for (std::size_t k = 1; k <= 36; ++k) {
    EXPECT_NEAR(schedule.opening[k], owed, 1e-10) << k;
    owed = owed * 1.010103361968696253 - 2.95;
  }
}

// The same lease seen a year on: the rate of the agreement, and the books' balance after 12 rents.
TEST(ScheduleLease, KeepsTheImplicitRateOfARunningLease) {
  Lease lease = monthly_lease(2025y / 10 / 1, 36, 2.95);
  lease.purchase_price = 100;
  lease.guaranteed_residual = 15;
  const LeaseSchedule schedule = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 36));
  EXPECT_EQ(schedule.months, 24);
  EXPECT_NEAR(schedule.implicit_rate, 0.12820962141395814, 1e-13);
  double owed = 100 - 2.95;
  for (int k = 0; k < 12; ++k) owed = owed * 1.010103361968696253 - 2.95;
  EXPECT_NEAR(schedule.outstanding, owed, 1e-10);
  EXPECT_NEAR(schedule.opening[1], owed, 1e-10);
}

// Validation case O27: 36 rents in advance at 4.5 % continuous.
TEST(ScheduleLease, ReproducesTheAnnuityOfCaseO27) {
  const LeaseSchedule schedule =
      schedule_lease(monthly_lease(kToday, 36, 1), flat_rates(0.045), TimeGrid(kToday, 36));
  EXPECT_NEAR(schedule.annuity_timed, 33.73893839111515, 1e-12);
}

TEST(ScheduleLease, PaysInArrearsOnTheLastDayOfEachPeriod) {
  Lease lease = monthly_lease(kToday, 12, 10);
  lease.timing = RentTiming::arrears;
  lease.frequency = Frequency::quarterly;
  const Rates rates = flat_rates(0.03);
  const LeaseSchedule schedule = schedule_lease(lease, rates, TimeGrid(kToday, 24));
  for (std::size_t k = 0; k <= 12; ++k)
    EXPECT_EQ(schedule.rent[k], k > 0 && k % 3 == 0 ? 10 : 0) << k;
  double annuity = 0;
  for (int q = 1; q <= 4; ++q) annuity += std::exp(-0.03 * q / 4);
  EXPECT_NEAR(schedule.annuity_timed, annuity, 1e-14);
  // No cost: net investment at the curve, whose one effective rate is e^0.03 - 1.
  EXPECT_NEAR(schedule.outstanding, 10 * annuity, 1e-12);
  EXPECT_NEAR(schedule.implicit_rate, std::expm1(0.03), 1e-14);
  EXPECT_NEAR(schedule.opening[12], 10 * std::exp(-0.03 / 12), 1e-13);
}

TEST(ScheduleLease, StepsTheRentEveryYear) {
  Lease lease = monthly_lease(kToday, 36, 100);
  lease.rent_growth = 0.03;
  const LeaseSchedule schedule = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 36));
  EXPECT_EQ(schedule.rent[11], 100);
  EXPECT_NEAR(schedule.rent[12], 103, 1e-12);
  EXPECT_NEAR(schedule.rent[35], 106.09, 1e-12);
  EXPECT_NEAR(present_value(schedule.rent_timed, flat_rates(0.04)), 100 * schedule.annuity_timed,
              1e-10);
}

TEST(ScheduleLease, LeavesOutPastRentsAndTheOneDueTodayOfARunningLease) {
  const Lease lease = monthly_lease(2026y / 4 / 1, 12, 5);
  const LeaseSchedule schedule = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 36));
  EXPECT_EQ(schedule.months, 6);
  EXPECT_EQ(schedule.rent[0], 0);
  EXPECT_NEAR(sum(schedule.rent), 25, 1e-12);  // 1 Nov to 1 Mar
}

TEST(ScheduleLease, PaysALastShortPeriodByItsDays) {
  Lease lease = monthly_lease(kToday, 3, 31);
  lease.end = Date{2027y / 1 / 11};  // ten of the 31 days from 1 Jan
  lease.timing = RentTiming::arrears;
  const Rates rates = flat_rates(0.04);
  const TimeGrid grid(kToday, 12);
  const LeaseSchedule schedule = schedule_lease(lease, rates, grid);
  EXPECT_EQ(schedule.months, 4);
  EXPECT_NEAR(schedule.rent[4], 10, 1e-12);
  // Paid before t_4, so worth more there: by 21 of 31 days of a month at 4 %.
  EXPECT_NEAR(schedule.rent_timed[4], 10 * std::exp(0.04 * 21.0 / 31 / 12), 1e-12);
}

TEST(ScheduleLease, ClaimsTheAssumedResidualOfTheLessee) {
  const Rates rates = flat_rates(0.05);
  const TimeGrid grid(kToday, 24);
  Lease lease = monthly_lease(kToday, 12, 10);
  const auto residual = [&] {
    return schedule_lease(lease, rates, grid).opening[12] / std::exp(-0.05 / 12);
  };
  EXPECT_NEAR(residual(), 0, 1e-13);  // the last rent in advance was paid in month 11
  lease.end_option = EndOption::fair_market_value;
  EXPECT_NEAR(residual(), 0, 1e-13);
  lease.end_option = EndOption::one_dollar;
  EXPECT_NEAR(residual(), 1, 1e-13);
  lease.end_option = EndOption::fixed_price;
  lease.option_price = 40;
  EXPECT_NEAR(residual(), 40, 1e-12);
  lease.guaranteed_residual = 55;
  EXPECT_NEAR(residual(), 55, 1e-12);
}

TEST(ScheduleLease, UsesTheCurveWhereTheRentsDoNotRepayTheCost) {
  Lease lease = monthly_lease(kToday, 12, 10);
  lease.purchase_price = 1000;
  const LeaseSchedule schedule = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 12));
  EXPECT_NEAR(schedule.implicit_rate, std::expm1(0.04), 1e-13);
  EXPECT_NEAR(schedule.outstanding, 10 * schedule.annuity_timed, 1e-11);
}

TEST(ScheduleLease, HasNoClaimBeforeItStartsNorAfterItEnds) {
  Lease lease = monthly_lease(2026y / 12 / 1, 12, 10);
  const LeaseSchedule to_come = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 24));
  EXPECT_EQ(to_come.outstanding, 0);
  EXPECT_EQ(to_come.opening[2], 0);
  EXPECT_EQ(to_come.rent[2], 10);
  EXPECT_GT(to_come.opening[3], 0);
  EXPECT_NEAR(sum(to_come.rent), 120, 1e-12);
  lease = monthly_lease(2024y / 1 / 1, 12, 10);
  const LeaseSchedule over = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 24));
  EXPECT_EQ(over.months, 0);
  EXPECT_EQ(over.outstanding, 0);
  EXPECT_EQ(over.opening, std::vector<double>{0});
}

TEST(ScheduleLease, LeavesOutRentsBeyondTheGridButClaimsThem) {
  Lease lease = monthly_lease(kToday, 48, 10);
  const LeaseSchedule cut = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 12));
  const LeaseSchedule whole = schedule_lease(lease, flat_rates(0.04), TimeGrid(kToday, 48));
  EXPECT_EQ(cut.months, 12);
  EXPECT_NEAR(cut.outstanding, whole.outstanding, 1e-12);
  for (std::size_t k = 0; k <= 12; ++k) EXPECT_NEAR(cut.opening[k], whole.opening[k], 1e-12) << k;
}

}  // namespace
}  // namespace lien::pricing
