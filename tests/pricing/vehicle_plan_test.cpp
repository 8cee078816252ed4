#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "pricing/plan/lease_schedule.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// A vehicle's agreement as columns of the plan, each figure by hand.
namespace lien::pricing {
namespace {

Date month(int k) { return add_months(kSampleDate, k, true); }

Loan tranche_terms(const char* id, double principal) {
  Loan loan;
  loan.id = id;
  loan.recourse = Recourse::none;
  loan.principal = principal;
  loan.closing = kSampleDate;
  loan.maturity = month(24);
  loan.coupon = 0.12;
  loan.amortization = Amortization::straight_line;
  loan.frequency = Frequency::quarterly;
  loan.vehicle = 0;
  return loan;
}

// Two tranches of rank 1, one of rank 2; one customer for half of 10 units until month 30.
Book sample_vehicle() {
  Book book;
  book.loans = {tranche_terms("v/a", 60000), tranche_terms("v/b", 20000),
                tranche_terms("v/c", 40000)};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", "multiple", 10, {}, 20000, 0.5, {}}};
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = "customer";
  offtake.share = 0.5;
  offtake.rental_rate = 2;
  offtake.end = month(30);
  offtake.take_or_pay = 0.9;
  offtake.growth = 0.1;
  offtake.net = true;
  offtake.realization = 0.8;
  vehicle.offtakes = {offtake};
  Tranche a, b, c;
  a.id = "a", b.id = "b", c.id = "c";
  a.loan = 0, b.loan = 1, c.loan = 2;
  c.rank = 2;
  vehicle.tranches = {c, a, b};
  vehicle.fees = {{"amount", 1200, {}, 0.2}, {"rate", {}, 0.06, 0}};
  ReserveAccount reserve;
  reserve.id = "r";
  reserve.target_months = 3.5;
  reserve.covers = kOperatingCostItem | kDebtServiceItem;
  vehicle.reserves = {reserve};
  Covenant covenant;
  covenant.id = "dscr";
  covenant.min = 1.2;
  covenant.frequency = Frequency::semiannual;
  covenant.first_test = month(9);
  covenant.cure_period_days = 31;
  vehicle.covenants = {covenant};
  Guarantee guarantee;
  guarantee.id = "g";
  guarantee.kind = GuaranteeKind::residual_value;
  guarantee.guarantor = "borrower";
  guarantee.covers = {"b"};
  guarantee.expiry = month(12) - std::chrono::days(1);
  guarantee.floors = {{1, 2}, {100, 50}};
  vehicle.guarantees = {guarantee};
  book.vehicles = {vehicle};
  return book;
}

class VehiclePlanOf : public ::testing::Test {
 protected:
  SimulatedBlock block{sample_market(), sample_vehicle(), settings_of(kSampleDate),
                       MeasureBasis::risk_neutral, 0};
  const VehiclePlan& plan = block.plan.vehicles[0];
};

TEST_F(VehiclePlanOf, RevenueAndCost) {
  const double hours = 10 * 730, growth = std::exp(0.025 * 13 / 12.0);
  const OfftakePlan& offtake = plan.offtakes[0];
  EXPECT_NEAR(plan.lots[0].free_hours[13], hours / 2, 1e-9);
  EXPECT_NEAR(offtake.lost_hours[13], hours / 2, 1e-9);
  EXPECT_NEAR(plan.lots[0].operating_cost[13], hours * 0.5 * growth, 1e-9);
  const double rent = 2 * 0.9 * 1.1;  // after one year
  EXPECT_NEAR(offtake.agreed[13], hours / 2 * (rent + 0.5 * growth), 1e-9);
  EXPECT_NEAR(offtake.revenue[13], hours / 2 * (rent * 0.8 + 0.5 * growth), 1e-9);
}

// Agreed rent of an hour in months 1 .. 36 of an offtake with yearly growth, its customer alive.
std::vector<double> rents_of(std::optional<Date> start, std::optional<Date> service, Date end) {
  Book book = sample_vehicle();
  for (Loan& loan : book.loans) loan.maturity = month(36);
  book.vehicles[0].guarantees.clear();
  book.vehicles[0].lots[0].in_service = service;
  Offtake& offtake = book.vehicles[0].offtakes[0];
  offtake.start = start;
  offtake.end = end;
  offtake.net = false;
  const SimulatedBlock block(sample_market(), book, settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  const OfftakePlan& plan = block.plan.vehicles[0].offtakes[0];
  std::vector<double> out(37, 0.0);
  for (std::size_t k = 1; k <= 36; ++k)
    if (plan.lost_hours[k] > 0) out[k] = plan.agreed[k] / plan.lost_hours[k];
  return out;
}

// As a lease's rents do: the month that ends on an anniversary is still of the year before, and a
// contract over 36 months never has a fourth rent.
TEST(VehiclePlan, AnOfftakesRentStepsAsALeases) {
  Lease lease;
  lease.start = kSampleDate;
  lease.end = month(36);
  lease.rent_growth = 0.1;
  lease.timing = RentTiming::arrears;
  const std::vector<Rent> steps = rents_from_start(lease);
  ASSERT_EQ(steps.size(), 36U);
  for (const std::optional<Date> start : {std::optional<Date>{}, std::optional{kSampleDate}}) {
    const std::vector<double> rents = rents_of(start, {}, month(36));
    for (std::size_t k = 1; k <= 36; ++k)
      EXPECT_NEAR(rents[k], 2 * 0.9 * steps[k - 1].step, 1e-12) << k;
  }
}

// A step inside a month is taken by days: a lease of the same dates steps within a month of it.
TEST(VehiclePlan, AnOfftakesRentStepsOnItsDay) {
  const Date start = month(-3) + std::chrono::days(10);
  const std::vector<double> rents = rents_of(start, {}, month(36));
  for (int k = 1; k <= 36; ++k) {
    double days = 0, money = 0;
    for (Date d = month(k - 1); d < month(k); d += std::chrono::days(1), ++days) {
      int years = 0;
      while (add_months(start, 12 * (years + 1), false) <= d) ++years;
      money += 1.8 * std::pow(1.1, years);
    }
    EXPECT_NEAR(rents[static_cast<std::size_t>(k)], money / days, 1e-12) << k;
  }
}

// Years run from the start that is agreed, whenever the lot comes; without one from the lot's day.
TEST(VehiclePlan, AnOfftakesYearsRunFromItsStart) {
  const std::vector<double> late = rents_of(kSampleDate, month(6), month(36)),
                            early = rents_of(month(-6), {}, month(36)),
                            served = rents_of({}, month(6), month(36));
  EXPECT_EQ(late[6], 0);
  for (std::size_t k = 1; k <= 36; ++k) {
    const int months = static_cast<int>(k) - 1;
    EXPECT_NEAR(early[k], 1.8 * std::pow(1.1, (months + 6) / 12), 1e-12) << k;
    if (k <= 6) continue;
    EXPECT_NEAR(late[k], 1.8 * std::pow(1.1, months / 12), 1e-12) << k;
    EXPECT_NEAR(served[k], 1.8 * std::pow(1.1, (months - 6) / 12), 1e-12) << k;
  }
}

TEST_F(VehiclePlanOf, TranchesByRank) {
  ASSERT_EQ(plan.tranches.size(), 3U);
  const TrancheMonth& month = plan.tranches[0].months[6];
  EXPECT_NEAR(month.accrual, 0.25, 1e-15);  // 30/360
  EXPECT_NEAR(month.fixed_interest, 0.03, 1e-15);
  EXPECT_NEAR(month.repaid, 1 / 7.0, 1e-15);  // the second of eight equal parts
  EXPECT_EQ(plan.tranches[0].months[5].repaid, 0);
  const double worth = 10 * 9000 * 2.35;
  EXPECT_NEAR(plan.worth_today, worth, 1e-9 * worth);
  const double owed[3] = {60000, 20000, 40000}, through[3] = {80000, 80000, 120000};
  for (std::size_t t = 0; t < 3; ++t) {
    const ContractPlan& contract = block.plan.contracts[plan.tranches[t].contract];
    EXPECT_EQ(contract.outstanding, owed[t]) << t;
    EXPECT_NEAR(contract.outstanding / contract.worth_today, through[t] / worth, 1e-12) << t;
  }
  std::vector<CashStep> steps;
  for (const CashStepPlan& step : plan.waterfall) steps.push_back(step.step);
  using S = CashStep;
  EXPECT_EQ(steps, (std::vector<S>{S::operating_cost, S::fee, S::fee, S::interest, S::interest,
                                   S::principal, S::principal, S::interest, S::principal,
                                   S::reserve, S::cash_trap, S::cash_sweep, S::cash_sweep,
                                   S::cash_sweep, S::distribution}));
}

// Interest added at its own rate leaves the yield what it is: (1 + 0.03)^4 - 1.
TEST(VehiclePlan, PaymentInKindGrowsTheBalance) {
  Book book = sample_vehicle();
  for (Loan& loan : book.loans) loan.amortization = Amortization::bullet;
  book.vehicles[0].tranches[0].payment_in_kind = 0.5;  // tranche c, 40,000
  const SimulatedBlock block(sample_market(), book, settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  const TranchePlan& tranche = block.plan.vehicles[0].tranches[2];
  const ContractPlan& contract = block.plan.contracts[tranche.contract];
  const ScheduledColumns& c = block.plan.columns;
  const auto at = [&](std::size_t k) { return contract.first_month + k; };
  EXPECT_NEAR(c.closing[at(21)], 40000 * std::pow(1.015, 7), 1e-7);
  EXPECT_NEAR(c.interest[at(6)], 40000 * 1.015 * 0.015, 1e-9);
  EXPECT_NEAR(c.principal[at(6)], 0, 1e-9);
  EXPECT_NEAR(c.interest[at(24)], 40000 * std::pow(1.015, 7) * 0.03, 1e-7);
  EXPECT_NEAR(c.principal[at(24)], 40000 * std::pow(1.015, 7), 1e-7);
  EXPECT_NEAR(contract.effective_rate, std::pow(1.03, 4) - 1, 1e-12);
  EXPECT_NEAR(tranche.months[6].in_kind, 0.5, 1e-12);
  EXPECT_EQ(tranche.months[24].in_kind, 0);
  EXPECT_EQ(tranche.months[24].repaid, 1);
}

TEST_F(VehiclePlanOf, FeesAndAccounts) {
  EXPECT_NEAR(plan.fees[0].amount[12], 100, 1e-12);
  EXPECT_NEAR(plan.fees[0].amount[13], 120, 1e-12);
  EXPECT_NEAR(plan.fees[1].rate_per_month, 0.005, 1e-15);
  // After month 3: months 4, 5, 6 and half of 7; month 6 pays 15,000 and 3 % of 105,000.
  double cost = 0;
  for (const auto& [k, share] : {std::pair{4, 1.0}, {5, 1.0}, {6, 1.0}, {7, 0.5}})
    cost += share * plan.lots[0].operating_cost[static_cast<std::size_t>(k)];
  EXPECT_NEAR(plan.reserves[0].target[3], cost + 15000 + 0.03 * 105000, 1e-6);
  EXPECT_EQ(plan.reserves[0].target[24], 0);
}

TEST_F(VehiclePlanOf, TestsAndGuarantees) {
  const CovenantPlan& covenant = plan.covenants[0];
  for (int k = 1; k <= 24; ++k)
    EXPECT_EQ(covenant.tested[static_cast<std::size_t>(k)] != 0, k >= 9 && (k - 9) % 6 == 0) << k;
  EXPECT_EQ(covenant.window, 3);
  EXPECT_EQ(covenant.cure_months, 2);
  const GuaranteePlan& guarantee = plan.guarantees[0];
  EXPECT_EQ(guarantee.last_month, 11);
  EXPECT_EQ(guarantee.covers, (std::vector<char>{0, 1, 0}));
  EXPECT_NEAR(guarantee.floors[18], 75, 1e-12);
}

}  // namespace
}  // namespace lien::pricing
