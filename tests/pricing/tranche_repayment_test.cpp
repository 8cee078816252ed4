#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "pricing/plan/calendar.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Principal of tranches by a stated schedule, by depreciation, and from contracted cash.
namespace lien::pricing {
namespace {

Date month(int k) { return add_months(kSampleDate, k, true); }

Loan loan_of(Amortization amortization) {
  Loan loan;
  loan.id = "v/debt";
  loan.recourse = Recourse::none;
  loan.principal = 60000;
  loan.closing = kSampleDate;
  loan.maturity = month(24);
  loan.coupon = 0.12;
  loan.amortization = amortization;
  loan.frequency = Frequency::quarterly;
  loan.vehicle = 0;
  return loan;
}

const Rates kRates{{{1}, {0.04}}, 0, {}};

TEST(Repayment, CustomIsTheStatedSharesAndOfDrawsTheSharesLeft) {
  Loan loan = loan_of(Amortization::custom);
  loan.schedule = {{6, 0.1}, {12, 0.3}, {21, 0.2}, {24, 0.4}};
  loan.commitment = 78000;
  loan.draws = {{month(9), 18000}};
  const double expected[8] = {0, 6000, 0, 0.3 / 0.9 * 72000, 0, 0, 0.2 / 0.9 * 72000, 32000};
  for (const int k : {0, 7, 14}) {  // a later day goes on with the same
    const LoanSchedule schedule = schedule_loan(loan, kRates, TimeGrid(month(k), 60));
    const std::size_t past = 8 - schedule.payments.size();
    EXPECT_EQ(past, static_cast<std::size_t>(k / 3));
    for (std::size_t i = 0; i < schedule.payments.size(); ++i)
      EXPECT_NEAR(schedule.payments[i].principal, expected[past + i], 1e-9) << k << ' ' << i;
  }
}

TEST(Repayment, DepreciatedCostKeepsTheAdvance) {
  Loan loan = loan_of(Amortization::depreciated_cost);
  loan.depreciation_years = 4;
  // 60,000 on 80,000, half of which is a year old, and nothing of the lot to come.
  loan.financed = {{month(-12), 40000}, {kSampleDate, 40000}, {month(18), 20000}};
  const LoanSchedule schedule = schedule_loan(loan, kRates, TimeGrid(kSampleDate, 60));
  const double left[7] = {11 / 16., 10 / 16., 9 / 16., 8 / 16., 7 / 16., 0, 0};
  double owed = 60000;
  for (std::size_t i = 0; i < 5; ++i) {
    // Older half: one year, or four quarters, behind.
    const double share = (left[i] + left[i] + 4 / 16.) / 2;
    const double principal = std::max(0.0, owed - 60000 * share);
    EXPECT_NEAR(schedule.payments[i].principal, principal, 1e-8) << i;
    owed -= principal;
  }
  // With the new lot the share of cost left rises: nothing is repaid.
  EXPECT_EQ(schedule.payments[5].principal, 0);
  EXPECT_NEAR(schedule.payments[6].principal,
              owed - 60000 * (40000 * 5 / 16. + 40000 * 9 / 16. + 20000 * 15 / 16.) / 100000, 1e-8);
}

// Hardware that is still to come has lost nothing.
TEST(Repayment, DepreciatedCostRepaysNothingBeforeDelivery) {
  Loan loan = loan_of(Amortization::depreciated_cost);
  loan.depreciation_years = 4;
  loan.financed = {{month(8), 50000}, {month(8), 30000}};
  const LoanSchedule schedule = schedule_loan(loan, kRates, TimeGrid(kSampleDate, 60));
  EXPECT_EQ(schedule.payments[0].principal, 0);
  EXPECT_EQ(schedule.payments[1].principal, 0);
  EXPECT_NEAR(schedule.payments[2].principal, 60000 / 48., 1e-8) << "a month old";
}

// Two sculpted tranches, one of them floating and drawn, beside a level one; a customer who pays
// for everything.
Book sculpted_vehicle(double target) {
  Book book;
  Loan fixed = loan_of(Amortization::sculpted), floating = fixed, other = fixed;
  fixed.id = "v/fixed";
  fixed.principal = 80000;  // more than the cash repays: the last payment is a balloon
  fixed.target_debt_service_coverage_ratio = target;
  floating = fixed;
  floating.id = "v/floating";
  floating.floating = true;
  floating.coupon = 0;
  floating.margin = 0.03;
  floating.day_count = DayCount::actual_360;
  floating.principal = 20000;
  floating.commitment = 50000;
  floating.draws = {{month(4) + std::chrono::days(11), 30000}};
  floating.undrawn_fee = 0.01;
  other.id = "v/other";
  other.amortization = Amortization::level;
  other.principal = 10000;
  book.loans = {fixed, floating, other};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"old", "multiple", 4, {}, 4000, 0.5, {}},
                  {"new", "multiple", 3, month(3), 3000, 0.7, {}}};
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = "customer";
  offtake.rental_rate = 2.4;
  offtake.growth = 0.1;
  offtake.end = month(60);
  vehicle.offtakes = {offtake};
  const char* const ids[3] = {"fixed", "floating", "other"};
  for (std::size_t t = 0; t < 3; ++t) {
    Tranche tranche;
    tranche.id = ids[t];
    tranche.loan = t;
    vehicle.tranches.push_back(tranche);
  }
  vehicle.fees = {{"agent", 1200, {}, 0.2}, {"servicer", {}, 0.01, 0}};
  Covenant covenant;
  covenant.id = "dscr";
  covenant.consequences = 0;
  vehicle.covenants = {covenant, covenant};
  vehicle.covenants[0].min = target * (1 - 1e-9);
  vehicle.covenants[1].min = target * (1 + 1e-9);
  book.vehicles = {vehicle};
  return book;
}

// Where the customer pays and nothing moves, coverage is the target in every period but the last:
// a test just under it never fails on any path, one just above it always does.
TEST(Repayment, SculptedCoverageIsTheTarget) {
  Market market = sample_market();
  market.rates.hull_white.reset();
  for (Hardware& hardware : market.hardware) hardware.attrition = 0.03;
  market.parties[1].hazard = {{1}, {0}};
  const SimulatedBlock block(market, sculpted_vehicle(1.4), settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  const VehiclePlan& plan = block.plan.vehicles[0];
  for (int k = 3; k < 24; k += 3) {
    EXPECT_EQ(block.test(plan.covenants[0].slot, k, kInBreach), 0U) << k;
    EXPECT_EQ(block.test(plan.covenants[1].slot, k, kInBreach), engine::kBlockPaths) << k;
    // In proportion to what they owe, and something.
    double repaid[2] = {}, owed[2] = {};
    for (const TranchePlan& tranche : plan.tranches) {
      const ContractPlan& contract = block.plan.contracts[tranche.contract];
      if (contract.source == 2) continue;
      const std::size_t at = contract.first_month + static_cast<std::size_t>(k);
      repaid[contract.source] = block.plan.columns.principal[at];
      owed[contract.source] = block.plan.columns.closing[at] - block.plan.columns.draw[at];
    }
    EXPECT_GT(repaid[0], 500) << k;
    EXPECT_NEAR(repaid[0] / owed[0], repaid[1] / owed[1], 1e-9) << k;
  }
  for (const TranchePlan& tranche : plan.tranches) {
    const ContractPlan& contract = block.plan.contracts[tranche.contract];
    EXPECT_NEAR(block.plan.columns.closing[contract.first_month + 24], 0, 1e-9);
  }
}

// What lenders agreed on is not made anew by a scenario: the same shares of what is owed, whatever
// rates and costs have become.
TEST(Repayment, SculptedKeepsTheScheduleOfTheBaseline) {
  const Market market = sample_market();
  Market moved = market;
  for (double& rate : moved.rates.zero_curve.values) rate += 0.02;
  for (Hardware& hardware : moved.hardware) {
    if (hardware.operating_cost) *hardware.operating_cost *= 1.3;
    hardware.attrition += 0.02;
  }
  const Book book = sculpted_vehicle(1.4);
  const RunSettings settings = settings_of(kSampleDate);
  const auto compiled = [&](const Market& now) {
    const Horizon horizon = horizon_of(settings, now, book);
    const std::vector<std::string> changed;
    return compile({&settings, &now, &book, MeasureBasis::real_world, &market, &changed}, horizon,
                   TimeGrid(settings.valuation_date, horizon.months));
  };
  const Plan before = compiled(market), after = compiled(moved);
  int repaid = 0;
  for (std::size_t i = 0; i < before.contracts.size(); ++i)
    for (int k = 1; k <= before.contracts[i].months; ++k) {
      const std::size_t at = before.contracts[i].first_month + static_cast<std::size_t>(k);
      EXPECT_EQ(after.columns.principal[at], before.columns.principal[at]) << i << ' ' << k;
      repaid += before.columns.principal[at] > 0 ? 1 : 0;
    }
  EXPECT_GT(repaid, 10);
}

TEST(Repayment, SculptedRefusesCashThatDoesNotCoverInterest) {
  try {
    const SimulatedBlock block(sample_market(), sculpted_vehicle(30), settings_of(kSampleDate),
                               MeasureBasis::risk_neutral, 0);
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("does not cover its interest"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace lien::pricing
