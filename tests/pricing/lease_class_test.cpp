// The accounting class of a lease against its tests by hand: at 1 % a month a residual of 40 of 100
// after 36 months is worth 40/1.01^36 = 27.957, so that rents are worth 72.043 of 100.
#include "pricing/plan/lease_class.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/instrument_runs.hpp"

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

// A guarantee above what the units are assumed to be worth stands alone; rents that rise with the
// year count as they rise; what barely repays the cost has a rate, what does not has none.
TEST(LeaseClass, DiscountsAtTheRateThatRepaysTheCost) {
  Lease lease = lease_of(36, 50);
  lease.guaranteed_residual = 50;
  LeaseClass found = classify_lease(lease, five_years());
  EXPECT_NEAR(found.implicit_rate, std::pow(1 + kRate, 12) - 1, 1e-12);
  EXPECT_NEAR(found.payment_share, 1, 1e-12);
  lease = lease_of(36, 40);
  lease.rent_growth = 0.1;
  double annuity = 0;
  for (int k = 0; k < 36; ++k) annuity += std::pow(1.1, k / 12) * std::pow(1 + kRate, -k);
  lease.rent = (100 - 40 * std::pow(1 + kRate, -36)) / annuity;
  EXPECT_NEAR(classify_lease(lease, five_years()).implicit_rate, std::pow(1 + kRate, 12) - 1,
              1e-12);
  lease.rent_growth = 0;
  lease.rent = 62 / 36.0;  // 102 in all
  found = classify_lease(lease, five_years());
  EXPECT_GT(found.implicit_rate, 0);
  EXPECT_NEAR(found.payment_share, 1 - 0.40 * std::pow(1 + found.implicit_rate, -3), 1e-12);
  lease.rent = 1;  // 76 in all
  found = classify_lease(lease, five_years());
  EXPECT_EQ(found.implicit_rate, 0);
  EXPECT_NEAR(found.payment_share, 0.36, 1e-12);
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
  lease.end_option = EndOption::one_dollar;
  EXPECT_EQ(classify_lease(lease, five_years()).ifrs_16, Ifrs16Class::financing);
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

// 0, 2 and the numbers behind them, of the baseline alone; no row of a test that was not made.
TEST(LeaseClass, IsWrittenOnceWithItsNumbers) {
  Inputs inputs = quiet_inputs();
  inputs.settings.paths = 64;
  Hardware& chip = inputs.market.hardware[0];
  chip.life_years = 5;
  chip.resale = Resale{};
  chip.resale->law = ResaleLaw::rental_multiple;
  chip.resale->multiple = 1;
  Party lessee;
  lessee.id = "lessee";
  lessee.hazard = {{1}, {0.0}};
  inputs.market.parties = {lessee};
  Lease lease = lease_of(36, 40);
  lease.id = "lease";
  lease.hardware = "chip";
  lease.guaranteed_residual = 26;
  Lease unpriced = lease;
  unpriced.id = "unpriced";
  unpriced.purchase_price.reset();
  inputs.book.leases = {lease, unpriced};
  inputs.book.leases[0].residual_guarantor = "guarantor";
  Party guarantor = lessee;
  guarantor.id = "guarantor";
  inputs.market.parties.push_back(guarantor);
  ScenarioRow row;
  row.scenario = "weak";
  row.input = "hardware.chip.rental_rate";
  row.shock = Shock::relative;
  row.value = -0.2;
  inputs.scenarios = {row};
  const RunTables tables = value_book(inputs, {}).tables;
  const auto number = [&](const char* id, const char* name) {
    return measured(tables, "real_world", id, name);
  };
  EXPECT_EQ(number("lease", "lease_class_ifrs_16").value().value, 1);
  EXPECT_EQ(number("lease", "lease_class_asc_842").value().value, 2);
  EXPECT_NEAR(number("lease", "lease_term_share").value().value, 0.6, 1e-12);
  EXPECT_NEAR(number("lease", "lease_payment_share").value().value,
              1 - 0.14 * std::pow(1 + kRate, -36), 1e-12);
  EXPECT_EQ(number("unpriced", "lease_class_ifrs_16").value().value, 0);
  EXPECT_FALSE(number("unpriced", "lease_payment_share").has_value());
  int rows = 0;
  for (const std::string& name : tables.measures.column("measure").texts)
    rows += name.starts_with("lease_class_ifrs_16");
  EXPECT_EQ(rows, 2);
}

}  // namespace
}  // namespace lien::pricing
