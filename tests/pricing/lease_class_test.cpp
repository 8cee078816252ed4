// The accounting class of a lease against its tests by hand: at 1 % a month a residual of 40 of 100
// after 36 months is worth 40/1.01^36 = 27.957, so that rents are worth 72.043 of 100.
#include "pricing/plan/lease_class.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pricing/market/market.hpp"
#include "pricing/plan/calendar.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

constexpr double kRate = 0.01;

Hardware five_years() {
  Hardware hardware;
  hardware.life_years = 5;
  hardware.useful_life_years = 3;  // read only where life_years is not given
  return hardware;
}

// Monthly in advance over `months`, 10 units at 10; rents that repay 100 at 1 % a month beside a
// residual of `residual`.
Lease lease_of(int months, double residual) {
  Lease lease;
  lease.lessee = "lessee";
  lease.units = 10;
  lease.purchase_price = 10;
  lease.start = Date{2026y / 10 / 1};
  lease.end = add_months(lease.start, months, false);
  lease.timing = RentTiming::advance;
  double annuity = 0;
  for (int k = 0; k < months; ++k) annuity += std::pow(1 + kRate, -k);
  lease.rent = (100 - residual * std::pow(1 + kRate, -months)) / annuity;
  return lease;
}

TEST(LeaseClass, IsOperatingWhereNoTestHolds) {
  const LeaseClass found = classify_lease(lease_of(36, 40), five_years());
  EXPECT_EQ(found.ifrs_16, Ifrs16Class::operating);
  EXPECT_EQ(found.asc_842, Asc842Class::operating);
  EXPECT_NEAR(found.term_share, 0.6, 1e-12);
  EXPECT_NEAR(found.implicit_rate, std::pow(1 + kRate, 12) - 1, 1e-12);
  EXPECT_NEAR(found.payment_share, 1 - 0.40 * std::pow(1 + kRate, -36), 1e-12);
  EXPECT_TRUE(std::isnan(found.option_share));
}

// 44 of 60 months are 73 %, 45 are 75 %: the major part.
TEST(LeaseClass, IsFinanceFromThreeQuartersOfTheLife) {
  EXPECT_EQ(classify_lease(lease_of(44, 60 - 44), five_years()).ifrs_16, Ifrs16Class::operating);
  const LeaseClass found = classify_lease(lease_of(45, 25), five_years());
  EXPECT_NEAR(found.term_share, 0.75, 1e-12);
  EXPECT_EQ(found.ifrs_16, Ifrs16Class::finance);
  EXPECT_EQ(found.asc_842, Asc842Class::sales_type);
  EXPECT_LT(found.payment_share, 0.9);
}

// Of the 40 left 25 guaranteed give 89.5 % of the value, 26 give 90.2 %.
TEST(LeaseClass, CountsGuaranteesByWhoGivesThem) {
  Lease lease = lease_of(36, 40);
  lease.guaranteed_residual = 25;
  EXPECT_EQ(classify_lease(lease, five_years()).ifrs_16, Ifrs16Class::operating);
  lease.guaranteed_residual = 26;
  LeaseClass found = classify_lease(lease, five_years());
  EXPECT_NEAR(found.payment_share, 1 - 0.14 * std::pow(1 + kRate, -36), 1e-12);
  EXPECT_EQ(found.payment_share, found.lessee_payment_share);
  EXPECT_EQ(found.ifrs_16, Ifrs16Class::finance);
  EXPECT_EQ(found.asc_842, Asc842Class::sales_type);
  lease.residual_guarantor = "vendor";
  found = classify_lease(lease, five_years());
  EXPECT_NEAR(found.lessee_payment_share, 1 - 0.40 * std::pow(1 + kRate, -36), 1e-12);
  EXPECT_EQ(found.ifrs_16, Ifrs16Class::finance);
  EXPECT_EQ(found.asc_842, Asc842Class::direct_financing);
  lease.residual_guarantor = "lessee";
  EXPECT_EQ(classify_lease(lease, five_years()).asc_842, Asc842Class::sales_type);
}

TEST(LeaseClass, IsFinanceByOwnershipOrABargain) {
  Lease lease = lease_of(36, 40);
  lease.end_option = EndOption::one_dollar;
  EXPECT_EQ(classify_lease(lease, five_years()).ifrs_16, Ifrs16Class::finance);
  lease.end_option = EndOption::fixed_price;
  lease.option_price = 10;
  LeaseClass found = classify_lease(lease, five_years());
  EXPECT_NEAR(found.option_share, 0.1, 1e-15);
  EXPECT_EQ(found.asc_842, Asc842Class::sales_type);
  lease.option_price = 11;
  EXPECT_EQ(classify_lease(lease, five_years()).asc_842, Asc842Class::operating);
  lease.end_option = EndOption::fair_market_value;
  EXPECT_EQ(classify_lease(lease, five_years()).ifrs_16, Ifrs16Class::operating);
}

TEST(LeaseClass, TellsASaleAndLeasebackThatIsNoSale) {
  Lease lease = lease_of(36, 40);
  lease.sale_and_leaseback = true;
  EXPECT_EQ(classify_lease(lease, five_years()).ifrs_16, Ifrs16Class::operating);
  lease.end_option = EndOption::fixed_price;
  lease.option_price = 50;
  LeaseClass found = classify_lease(lease, five_years());
  EXPECT_EQ(found.ifrs_16, Ifrs16Class::financing);
  EXPECT_EQ(found.asc_842, Asc842Class::financing);
  // A leaseback over most of the life: a finance lease under IFRS 16, no sale under ASC 842.
  lease = lease_of(45, 25);
  lease.sale_and_leaseback = true;
  found = classify_lease(lease, five_years());
  EXPECT_EQ(found.ifrs_16, Ifrs16Class::finance);
  EXPECT_EQ(found.asc_842, Asc842Class::financing);
}

TEST(LeaseClass, LeavesOutATestWithoutItsInputs) {
  Lease lease = lease_of(36, 40);
  Hardware hardware = five_years();
  hardware.life_years.reset();
  EXPECT_NEAR(classify_lease(lease, hardware).term_share, 1.0, 1e-12);  // of the useful life
  hardware.useful_life_years.reset();
  LeaseClass found = classify_lease(lease, hardware);
  EXPECT_TRUE(std::isnan(found.term_share));
  EXPECT_TRUE(std::isnan(found.payment_share));
  EXPECT_EQ(found.ifrs_16, Ifrs16Class::operating);
  lease.purchase_price.reset();
  found = classify_lease(lease, five_years());
  EXPECT_TRUE(std::isnan(found.payment_share));
  EXPECT_NEAR(found.term_share, 0.6, 1e-12);
}

}  // namespace
}  // namespace lien::pricing
