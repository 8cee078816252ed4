// Over 400 lines on purpose: all cases are variations of one book.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "pricing/measures/value_book.hpp"
#include "pricing/plan/calendar.hpp"
#include "pricing/plan/contract_columns.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "tests/pricing/sample_market.hpp"

// Terms of a vehicle's debt beside its schedule: caps, discounts, margins by rating, prepayment
// that a test asks for, cures, accounts at interest. Sums by hand and closed forms.
namespace lien::pricing {
namespace {

Date month(int k) { return add_months(kSampleDate, k, true); }

double normal(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

constexpr double kOwed = 60000, kUnits = 1000;

// Owes 60,000 at 4 % for two years, interest each quarter by 30/360: 600. A lot that cost 80,000
// and a customer who pays 1,000 a month; nothing is random.
Inputs certain() {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 64;
  inputs.settings.threads = 1;
  inputs.settings.loss_horizon_months = {0};
  inputs.settings.confidence = {0.9};
  inputs.settings.contract_months = true;
  Market& market = inputs.market;
  market.currency = "USD";
  market.file = "market.toml";
  market.rates.zero_curve = {{1}, {0.03}};
  Hardware hardware;
  hardware.id = "unit";
  hardware.rental_rate = 1;
  hardware.utilization = Utilization{0.0};
  hardware.operating_cost = 0;
  hardware.resale = Resale{};
  hardware.resale->law = ResaleLaw::rental_multiple;
  hardware.resale->multiple = 100;
  market.hardware = {hardware};
  market.liquidation = Liquidation{};
  for (const char* const id : {"customer", "second", "sponsor"}) {
    Party party;
    party.id = id;
    party.hazard = {{1}, {0}};
    market.parties.push_back(party);
  }
  Loan loan;
  loan.id = "v/debt";
  loan.recourse = Recourse::none;
  loan.principal = kOwed;
  loan.closing = kSampleDate;
  loan.maturity = month(24);
  loan.coupon = 0.04;
  loan.amortization = Amortization::bullet;
  loan.frequency = Frequency::quarterly;
  loan.vehicle = 0;
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", "unit", kUnits, kSampleDate, 80.0, {}, {}}};
  Offtake offtake;
  offtake.id = "rent";
  offtake.customer = "customer";
  offtake.rental_rate = 1000 / (kUnits * 730);
  offtake.end = month(120);
  vehicle.offtakes = {offtake};
  Tranche tranche;
  tranche.id = "debt";
  tranche.loan = 0;
  vehicle.tranches = {tranche};
  ReserveAccount reserve;  // so large that nothing is ever short
  reserve.id = "support";
  reserve.initial = reserve.target.emplace(1e6);
  vehicle.reserves = {reserve};
  inputs.book.loans = {loan};
  inputs.book.vehicles = {vehicle};
  inputs.rows_read = 1;
  return inputs;
}

Covenant& add_test(Inputs& inputs, CovenantTest test, unsigned consequences) {
  Covenant covenant;
  covenant.id = "test";
  covenant.test = test;
  covenant.consequences = consequences;
  inputs.book.vehicles[0].covenants.push_back(covenant);
  return inputs.book.vehicles[0].covenants.back();
}

Loan& debt(Inputs& inputs) { return inputs.book.loans[0]; }

struct Valued {
  RunResults results;
  explicit Valued(const Inputs& inputs) : results(value_book(inputs, {})) {}
  [[nodiscard]] double measure(const std::string& id, const std::string& name,
                               bool error = false) const {
    const Table& t = results.tables.measures;
    for (std::size_t r = 0; r < t.rows(); ++r)
      if (t.column("id").texts[r] == id && t.column("measure").texts[r] == name)
        return t.column(error ? "standard_error" : "value").numbers[r];
    ADD_FAILURE() << "no " << name << " of " << id;
    return std::nan("");
  }
  // Of the months up to the end of the debt, real world.
  [[nodiscard]] std::vector<double> flows(const std::string& column) const {
    const Table& t = results.tables.cashflows;
    std::vector<double> out(25, 0.0);
    for (std::size_t r = 0; r < t.rows(); ++r)
      if (t.column("contract").texts[r] == "v/debt" &&
          t.column("measure_basis").texts[r] == "real_world")
        out[static_cast<std::size_t>(t.column("month").numbers[r])] = t.column(column).numbers[r];
    return out;
  }
  [[nodiscard]] std::vector<double> breaches() const {
    const Table& t = results.tables.covenants;
    std::vector<double> out(25, 0.0);
    for (std::size_t r = 0; r < t.rows(); ++r)
      if (t.column("measure_basis").texts[r] == "real_world")
        out[static_cast<std::size_t>(t.column("month").numbers[r])] =
            t.column("breach_probability").numbers[r];
    return out;
  }
};

// Excess cash of a quarter is 3,000 less interest; the loan may be 56,000.
TEST(DebtTerms, PrepaysWhatBringsLoanToCostBackToItsLimit) {
  Inputs inputs = certain();
  add_test(inputs, CovenantTest::loan_to_cost, kMandatoryPrepayment).max = 0.7;
  const Valued run(inputs);
  const auto principal = run.flows("expected_principal");
  EXPECT_NEAR(principal[3], 2400, 1e-3) << "all that is left of the quarter's cash";
  EXPECT_NEAR(principal[6], 1600, 1e-3) << "what is missing to 56,000";
  EXPECT_NEAR(principal[9], 0, 1e-3);
  EXPECT_NEAR(principal[24], 56000, 1e-3);
  EXPECT_NEAR(run.flows("expected_interest")[6], 576, 1e-5);
  EXPECT_NEAR(run.flows("expected_interest")[9], 560, 1e-5);
  const auto breaches = run.breaches();
  for (int k = 1; k <= 24; ++k) EXPECT_EQ(breaches[static_cast<std::size_t>(k)], k < 6) << k;
}

// The same limit of the mark: 56,000 of 80 x the rent, which is worth 80,000 when 100 hours count.
TEST(DebtTerms, PrepaysWhatBringsLoanToValueBackToItsLimit) {
  Inputs inputs = certain();
  inputs.market.hardware[0].resale->multiple = 80;
  add_test(inputs, CovenantTest::loan_to_value, kMandatoryPrepayment).max = 0.7;
  const auto principal = Valued(inputs).flows("expected_principal");
  EXPECT_NEAR(principal[3], 2400, 1e-3);
  EXPECT_NEAR(principal[6], 1600, 1e-3);
  EXPECT_NEAR(principal[9], 0, 1e-3);
}

// The contract ends after some months, and units cost 0.5 an hour then and before: 365,000 a month.
TEST(DebtTerms, LooksAheadToMonthsWithoutAContract) {
  Inputs inputs = certain();
  Offtake& rent = inputs.book.vehicles[0].offtakes[0];
  rent.rental_rate = 1;
  inputs.market.hardware[0].operating_cost = 0.25;  // at today's power price, of which it is made
  inputs.market.hardware[0].power_share = 1;
  inputs.market.power = Power{{1, 0}, 2};
  inputs.book.vehicles[0].reserves[0].covers = kOperatingCostItem | kDebtServiceItem;
  inputs.book.vehicles[0].reserves[0].initial = 1e8;
  inputs.book.vehicles[0].reserves[0].target = 1e8;
  debt(inputs).principal = 1e7;
  Covenant& ahead =
      add_test(inputs, CovenantTest::debt_service_coverage_ratio, kMandatoryPrepayment);
  ahead.min = -1e-9;  // a sum of 0 passes, whatever its last digit
  ahead.window_months = -6;
  for (const int ends : {14, 15}) {
    rent.end = month(ends);
    const Valued run(inputs);
    // Of six months ahead n are paid for, and earn as much as the others lose: under 0 once n < 3.
    const auto breaches = run.breaches();
    for (int k = 1; k <= 23; ++k) {
      const int paid = std::clamp(ends - k, 0, 6), all = std::min(6, 24 - k);
      EXPECT_EQ(breaches[static_cast<std::size_t>(k)], k % 3 == 0 && 2 * paid < all) << k;
    }
    EXPECT_EQ(breaches[12], ends == 14) << "three earn and three lose";
    // Two months of the next quarter earn and one loses: 365,000, and interest of 100,000.
    const auto principal = run.flows("expected_principal");
    EXPECT_NEAR(principal[12], 0, 1e-3);
    EXPECT_NEAR(principal[15], ends == 14 ? 365000 - 100000 : 0, 1e-2);
  }
}

// 12,000 a quarter for 7,500 of principal and at most 600 of interest. Near maturity the window is
// cut; it must not set one month's cash against the dues of a quarter.
TEST(DebtTerms, LooksAheadOverWholePeriodsToMaturity) {
  Inputs inputs = certain();
  inputs.book.vehicles[0].offtakes[0].rental_rate *= 4;
  debt(inputs).amortization = Amortization::straight_line;
  Covenant& ahead = add_test(inputs, CovenantTest::debt_service_coverage_ratio, kEventOfDefault);
  ahead.min = 1.25;
  ahead.window_months = -12;
  for (const bool monthly_beside : {false, true}) {
    if (monthly_beside) {
      Loan other = debt(inputs);
      other.id = "v/other";
      other.principal = 240;
      other.frequency = Frequency::monthly;
      inputs.book.loans.push_back(other);
      Tranche tranche;
      tranche.id = "other";
      tranche.loan = 1;
      inputs.book.vehicles[0].tranches.push_back(tranche);
    }
    const Valued run(inputs);
    const auto breaches = run.breaches();
    for (std::size_t k = 0; k < breaches.size(); ++k)
      EXPECT_EQ(breaches[k], 0) << k << monthly_beside;
    EXPECT_EQ(run.measure("v", "probability_of_default"), 0);
  }
  // What is missing is seen: 12,000 for less than 8,100 is under 1.6 while the window is whole.
  inputs.book.vehicles[0].covenants[0].min = 1.6;
  EXPECT_EQ(Valued(inputs).breaches()[1], 1);
}

// The loan as a row of a tape, with the same hardware and customer.
Inputs as_row(Inputs inputs) {
  const Vehicle vehicle = inputs.book.vehicles[0];
  Loan& loan = debt(inputs);
  loan.borrower = "sponsor";
  loan.recourse = Recourse::full;
  loan.hardware = "unit";
  loan.units = kUnits;
  loan.customer = vehicle.offtakes[0].customer;
  loan.contract_rate = vehicle.offtakes[0].rental_rate;
  loan.contract_end = vehicle.offtakes[0].end;
  loan.min_debt_service_coverage_ratio = vehicle.covenants[0].min;
  loan.vehicle.reset();
  inputs.book.vehicles.clear();
  return inputs;
}

// What is repaid at once is no debt service: neither a bullet nor the part of the last payment that
// is left for maturity. The same cash covers every payment as often, to the billionth.
TEST(DebtTerms, CoverageLeavesOutBulletsAndBalloons) {
  constexpr double kPeriods = 8, kRate = 0.01;
  const double grown = std::pow(1 + kRate, kPeriods);
  const auto level = [&](double left) { return (kOwed * grown - left) * kRate / (grown - 1); };
  struct Terms {
    Amortization amortization;
    double balloon, payment, service;
    int interest_only_months;
  };
  for (const Terms& terms : {Terms{Amortization::bullet, 0, 0, kOwed * kRate, 0},
                             Terms{Amortization::level, 0, 0, level(0), 0},
                             Terms{Amortization::balloon, 0.5, 0, level(kOwed / 2), 0},
                             Terms{Amortization::level, 0.25, 0, level(kOwed / 4), 0},
                             Terms{Amortization::level, 0, 5000, 5000, 0},
                             Terms{Amortization::straight_line, 0, 0, kOwed * kRate, 24}}) {
    Inputs inputs = certain();
    debt(inputs).amortization = terms.amortization;
    debt(inputs).balloon = terms.balloon;
    debt(inputs).interest_only_months = terms.interest_only_months;
    if (terms.payment > 0) debt(inputs).payment = terms.payment;
    Covenant& test = add_test(inputs, CovenantTest::debt_service_coverage_ratio, 0);
    test.window_months = 3;
    for (const bool passes : {true, false}) {
      test.min = 3000 / terms.service * (passes ? 1 - 1e-9 : 1 + 1e-9);
      for (const auto& breaches : {Valued(inputs).breaches(), Valued(as_row(inputs)).breaches()})
        for (std::size_t k = 3; k <= 24; k += 3)
          EXPECT_EQ(breaches[k], passes ? 0 : 1) << k << ' ' << terms.service;
    }
    // Looked ahead to, whole quarters are covered as the quarter is.
    test.min = 3000 / terms.service * (1 - 1e-9);
    test.window_months = -12;
    for (const double breach : Valued(inputs).breaches()) EXPECT_EQ(breach, 0) << terms.service;
  }
}

// A living sponsor pays 4,000 once: what is missing to 56,000 after the first month.
TEST(DebtTerms, ASponsorCuresATestAsOftenAndAsFarAsAgreed) {
  Inputs inputs = certain();
  Covenant& test = add_test(inputs, CovenantTest::loan_to_cost, kEventOfDefault);
  test.max = 0.7;
  test.equity_cure_count = 1;
  test.equity_cure_limit = 4001;
  inputs.book.vehicles[0].sponsor = "sponsor";
  const auto discounted = [](double amount, int k) { return amount * std::exp(-0.03 * k / 12); };
  {
    const Valued run(inputs);
    EXPECT_NEAR(run.flows("expected_principal")[1], 4000, 1e-3);
    EXPECT_NEAR(run.measure("v", "equity_cure_value"), discounted(4000, 1), 1e-3);
    EXPECT_NEAR(run.flows("expected_interest")[3], 560, 1e-5);
    for (const double breach : run.breaches()) EXPECT_EQ(breach, 0);
  }
  test.equity_cure_limit = 3999;  // less than is missing: it pays nothing
  {
    const Valued run(inputs);
    EXPECT_EQ(run.measure("v", "equity_cure_value"), 0);
    EXPECT_EQ(run.breaches()[1], 1);
    EXPECT_EQ(run.flows("expected_interest")[3], 0) << "ended in the first month";
  }
  test.equity_cure_limit = 4001;
  inputs.market.parties[2].forced_default_month = 1;
  EXPECT_EQ(Valued(inputs).measure("v", "equity_cure_value"), 0) << "in default that month";
}

// Coverage of a quarter without the account: 3,000 of cash for 600 of interest, 6 asked for. The
// sponsor brings 600, which the next distribution gives to equity.
TEST(DebtTerms, ACureOfCoverageIsCashOfItsMonth) {
  Inputs inputs = certain();
  Covenant& test = add_test(inputs, CovenantTest::debt_service_coverage_ratio, kCashTrap);
  test.min = 6;
  test.window_months = 3;
  test.equity_cure_count = 2;
  test.equity_cure_limit = 1201;
  inputs.book.vehicles[0].sponsor = "sponsor";
  const Valued run(inputs);
  const auto discounted = [](double amount, int k) { return amount * std::exp(-0.03 * k / 12); };
  EXPECT_NEAR(run.measure("v", "equity_cure_value"), discounted(600, 3) + discounted(600, 6), 1e-3);
  const auto breaches = run.breaches();
  EXPECT_EQ(breaches[3] + breaches[6], 0);
  EXPECT_EQ(breaches[9], 1) << "both cures are spent";
}

// Margins by rating: the second customer, of BB, leaves after six months.
TEST(DebtTerms, TheMarginFollowsTheLowestRatingUnderContract) {
  Inputs inputs = certain();
  inputs.market.rates.zero_curve = {{1}, {0}};
  inputs.market.parties[0].rating = "A3";
  inputs.market.parties[1].rating = "BB";
  Offtake second = inputs.book.vehicles[0].offtakes[0];
  second.id = "second";
  second.customer = "second";
  second.end = month(6);
  second.share = inputs.book.vehicles[0].offtakes[0].share = 0.5;
  inputs.book.vehicles[0].offtakes.push_back(second);
  Loan& loan = debt(inputs);
  loan.floating = true;
  loan.coupon = 0;
  loan.margin = 0.04;
  loan.current_rate.reset();
  inputs.book.vehicles[0].tranches[0].margin_grid = {{"A-", 0.02}, {"BBB-", 0.03}, {"BB-", 0.04}};
  const auto interest = Valued(inputs).flows("expected_interest");
  for (int k = 3; k <= 24; k += 3)
    EXPECT_NEAR(interest[static_cast<std::size_t>(k)], kOwed * (k <= 6 ? 0.04 : 0.02) / 4, 1e-6)
        << k;
  // When the first customer is lost too, nobody is under contract: the last row's.
  inputs.market.parties[0].forced_default_month = 14;
  const auto lost = Valued(inputs).flows("expected_interest");
  EXPECT_NEAR(lost[12], kOwed * 0.02 / 4, 1e-6);
  EXPECT_NEAR(lost[15], kOwed * 0.04 / 4, 1e-6);
}

// A share of 60 % each of 70 % and 30 % of the rent; then the second customer alone is left.
TEST(DebtTerms, ConcentrationIsTheLargestCustomersShare) {
  Inputs inputs = certain();
  auto& offtakes = inputs.book.vehicles[0].offtakes;
  offtakes.push_back(offtakes[0]);
  offtakes.push_back(offtakes[0]);
  offtakes[0].share = 0.4;
  offtakes[1].share = 0.3;  // both of the first customer
  offtakes[1].id = "more";
  offtakes[2].share = 0.3;
  offtakes[2].id = "other";
  offtakes[2].customer = "second";
  Covenant& test = add_test(inputs, CovenantTest::customer_concentration, 0);
  test.max = 0.71;
  inputs.market.parties[0].forced_default_month = 10;
  const auto breaches = Valued(inputs).breaches();
  EXPECT_EQ(breaches[9], 0) << "0.7";
  EXPECT_EQ(breaches[10], 1) << "only the second pays";
  inputs.book.vehicles[0].covenants[0].max = 0.69;
  EXPECT_EQ(Valued(inputs).breaches()[9], 1);
}

// Of two draws the lender keeps 2 % back, and at closing, which is today, of what is lent then.
TEST(DebtTerms, OfADiscountTheLenderPaysLessAndIsOwedAll) {
  Inputs inputs = certain();
  Loan& loan = debt(inputs);
  loan.commitment = kOwed + 30000;
  loan.draws = {{month(5), 10000}, {month(8), 20000}};
  const Valued par(inputs);
  loan.original_issue_discount = 0.02;
  const Valued below(inputs);
  const auto discount = [](int k) { return std::exp(-0.03 * k / 12); };
  const double kept = 0.02 * (kOwed + 10000 * discount(5) + 20000 * discount(8));
  EXPECT_NEAR(below.measure("v/debt", "present_value") - par.measure("v/debt", "present_value"),
              kept, 1e-6);
  // What a buyer pays for what is owed and, as they are paid out, for the draws.
  EXPECT_NEAR(below.measure("v/debt", "price"),
              (below.measure("v/debt", "present_value") + 0.98 * 30000) / 90000, 1e-12);
  EXPECT_NEAR(below.measure("v", "price"), below.measure("v/debt", "price"), 1e-12);
  EXPECT_NEAR(below.measure("", "price"), below.measure("v/debt", "price"), 1e-12);
  EXPECT_NEAR(below.flows("expected_principal")[5], -9800, 1e-8);
  EXPECT_NEAR(below.flows("scheduled_principal")[8], -19600, 1e-8);
  EXPECT_NEAR(below.flows("outstanding_principal")[8], 90000, 1e-8);
  EXPECT_NEAR(below.flows("expected_interest")[12], par.flows("expected_interest")[12], 1e-8);
}

// What is carried at the effective rate: of 60,000 a year after closing the half of 2 % that is not
// yet earned is off, and a draw comes at its own 98 %.
TEST(DebtTerms, ADiscountIsInTheEffectiveRate) {
  Inputs inputs = certain();
  Loan& loan = debt(inputs);
  loan.original_issue_discount = 0.02;
  loan.commitment = 70000;
  loan.draws = {{month(15), 10000}};
  const TimeGrid grid(month(12), 12);
  const LoanSchedule schedule = schedule_loan(loan, inputs.market.rates, grid);
  ContractPlan contract;
  set_effective_rate(loan, schedule, grid, contract);
  const auto days = [](Date from, Date to) { return static_cast<double>((to - from).count()); };
  const double unearned = days(month(12), month(24)) / days(month(0), month(24));
  double left = -kOwed * (1 - 0.02 * unearned);
  for (int k = 3; k <= 12; k += 3) {
    const double owed = k > 3 ? kOwed + 10000 : kOwed;
    const double flow = owed * 0.01 + (k == 12 ? owed : 0.0) - (k == 3 ? 9800 : 0.0);
    left += flow * std::pow(1 + contract.effective_rate, -k / 12.0);
  }
  EXPECT_NEAR(left, 0, 1e-6);
  EXPECT_GT(contract.effective_rate, 0.05) << "power: 4.06 % without the discount";
}

// Twelve months each: what is lent at closing is due in month 12, the draws of months 5 and 8 on
// the first payment dates after months 17 and 20.
TEST(DebtTerms, ADrawIsRepaidOnItsOwnDay) {
  Inputs inputs = certain();
  Loan& loan = debt(inputs);
  loan.commitment = kOwed + 30000;
  loan.draws = {{month(5), 10000}, {month(8), 20000}};
  loan.draw_maturity_months = 12;
  std::vector<double> expected(25, 0.0);
  expected[12] = kOwed, expected[18] = 10000, expected[21] = 20000;
  for (const int k : {0, 4, 7, 10, 13}) {  // a later day goes on with the same
    const LoanSchedule schedule = schedule_loan(loan, inputs.market.rates, TimeGrid(month(k), 40));
    for (const LoanPayment& payment : schedule.payments) {
      const int at = TimeGrid(kSampleDate, 40).month_of(payment.end);
      EXPECT_NEAR(payment.principal, expected[static_cast<std::size_t>(at)], 1e-8)
          << k << ' ' << at;
    }
  }
  const auto principal = Valued(inputs).flows("expected_principal");
  expected[5] = -10000, expected[8] = -20000;
  for (std::size_t k = 1; k <= 24; ++k) EXPECT_NEAR(principal[k], expected[k], 1e-6) << k;
}

// By level repayment each draw on a payment date is the loan that closes on that day.
TEST(DebtTerms, DrawsWithTheirOwnMaturityAreLoansOfTheirOwn) {
  Inputs inputs = certain();
  Loan& loan = debt(inputs);
  loan.amortization = Amortization::level;
  loan.maturity = month(30);
  Loan second = loan;
  loan.commitment = 200000;
  loan.draws = {{month(6), 40000}, {month(9), 25000}};
  loan.draw_maturity_months = 18;
  const TimeGrid grid(kSampleDate, 60);
  const LoanSchedule all = schedule_loan(loan, inputs.market.rates, grid);
  std::vector<double> principal(31, 0.0), interest(31, 0.0);
  const double amounts[3] = {kOwed, 40000, 25000};
  const int days[3] = {0, 6, 9};
  for (int i = 0; i < 3; ++i) {
    second.principal = amounts[i];
    second.closing = month(days[i]);
    second.maturity = month(days[i] + 18);
    for (const LoanPayment& payment :
         schedule_loan(second, inputs.market.rates, TimeGrid(second.closing, 60)).payments) {
      const auto at = static_cast<std::size_t>(grid.month_of(payment.end));
      principal[at] += payment.principal;
      interest[at] += payment.interest;
    }
  }
  double sum = 0;
  for (const LoanPayment& payment : all.payments) {
    const auto at = static_cast<std::size_t>(grid.month_of(payment.end));
    EXPECT_NEAR(payment.principal, principal[at], 1e-7) << at;
    EXPECT_NEAR(payment.interest, interest[at], 1e-7) << at;
    sum += payment.principal;
  }
  EXPECT_NEAR(sum, 125000, 1e-6);
}

// 7,500 of 60,000 are repaid a quarter and 15,000 drawn again in month 9, when 37,500 are owed. The
// fee of 1 % is on what is not owed.
TEST(DebtTerms, WhatARevolvingTrancheRepaysIsUndrawnAndMayBeDrawnAgain) {
  Inputs inputs = certain();
  Loan& loan = debt(inputs);
  loan.amortization = Amortization::straight_line;
  loan.commitment = kOwed;
  loan.undrawn_fee = 0.01;
  loan.draws = {{month(9), 15000}};
  loan.revolving = true;
  const Valued run(inputs);
  const auto fee = run.flows("expected_fee"), owed = run.flows("outstanding_principal");
  const double left[5] = {0, 0, 7500, 15000, 60000 - 52500};  // before the payment of quarter q
  for (std::size_t q = 1; q <= 4; ++q) EXPECT_NEAR(fee[3 * q], left[q] / 400, 1e-8) << q;
  EXPECT_NEAR(owed[9], 52500, 1e-8);
  EXPECT_NEAR(owed[12], 42000, 1e-8) << "52,500 in five parts";
  EXPECT_NEAR(run.flows("expected_interest")[12], 525, 1e-8);
  loan.draws[0].amount = 22501;
  EXPECT_THROW((void)schedule_loan(loan, inputs.market.rates, TimeGrid(kSampleDate, 40)),
               std::domain_error);
}

// What is swept of a revolving tranche is undrawn too: the fee follows the path.
TEST(DebtTerms, TheFeeOnWhatIsSweptOfARevolvingTranche) {
  Inputs inputs = certain();
  Loan& loan = debt(inputs);
  loan.commitment = kOwed;
  loan.undrawn_fee = 0.01;
  loan.revolving = true;
  loan.principal = kOwed;
  inputs.book.vehicles[0].tranches[0].cash_sweep = 0.5;
  const Valued run(inputs);
  // Half of 2,400 is swept in the first quarter; interest then, with the fee on the path, is shown
  // together less the fee by schedule, which is 0.
  EXPECT_NEAR(run.flows("expected_principal")[3], 1200, 1e-8);
  EXPECT_NEAR(run.flows("expected_interest")[6], 58800 * 0.01 + 1200 * 0.01 / 4, 1e-8);
}

// Bounds on a floating rate under Hull-White: bond options, one a period.
TEST(DebtTerms, ACappedAndFlooredRateIsItsBondOptions) {
  Inputs inputs = certain();
  inputs.settings.paths = 16384;
  constexpr double kA = 0.08, kSigma = 0.015, kMargin = 0.02, kFloor = 0.02, kCap = 0.035;
  inputs.market.rates.hull_white = HullWhite{kA, kSigma};
  inputs.book.vehicles[0].reserves[0].initial = 1e9;
  inputs.book.vehicles[0].reserves[0].target = 1e9;
  Loan& loan = debt(inputs);
  loan.floating = true;
  loan.coupon = 0;
  loan.margin = kMargin;
  loan.floor = kFloor;
  loan.cap = kCap;
  const auto bond = [](double t) { return std::exp(-0.03 * t); };
  // Value today of max(+-(rate x accrual - bound x accrual), 0) paid at e, fixed at s.
  const auto option = [&](double s, double e, double accrual, double bound, double sign) {
    const double strike = 1 + bound * accrual;
    if (s == 0) return bond(e) * std::max(0.0, sign * (bond(s) / bond(e) - strike));
    const double deviation = kSigma * (1 - std::exp(-kA * (e - s))) / kA *
                             std::sqrt((1 - std::exp(-2 * kA * s)) / (2 * kA));
    const double d = std::log(bond(s) / (strike * bond(e))) / deviation;
    // A caplet is a put on the bond: Jamshidian (1989).
    return sign * (bond(s) * normal(sign * (d + deviation / 2)) -
                   strike * bond(e) * normal(sign * (d - deviation / 2)));
  };
  double expected = kOwed * bond(2);
  for (int i = 0; i < 8; ++i) {
    const double s = i / 4.0, e = s + 0.25, accrual = 0.25;
    // floor + max(rate - floor, 0) - max(rate - cap, 0) + margin
    expected += kOwed * ((kFloor + kMargin) * accrual * bond(e) + option(s, e, accrual, kFloor, 1) -
                         option(s, e, accrual, kCap, 1));
  }
  const Valued run(inputs);
  const double error = run.measure("v/debt", "present_value", true);
  EXPECT_NEAR(run.measure("v/debt", "present_value"), expected, 4 * error);
  EXPECT_LT(error, 12) << "power: without the cap the value is 700 higher";
}

// Money on an account at the short rate is worth itself today, whatever rates do.
TEST(DebtTerms, AnAccountAtInterestIsWorthItsBalance) {
  Inputs inputs = certain();
  inputs.settings.paths = 4096;
  inputs.market.rates.hull_white = HullWhite{0.08, 0.02};
  inputs.book.vehicles[0].reserves[0].covers = kFeeItem;  // of which there are none
  const Valued without(inputs);
  inputs.book.vehicles[0].reserves[0].earns_interest = true;
  inputs.book.vehicles[0].reserves[0].target = 1e12;
  inputs.book.vehicles[0].offtakes[0].rental_rate = 600.0 / 3 / (kUnits * 730) * 0.999;
  inputs.market.parties[2].hazard = {{1}, {0}};
  inputs.book.vehicles[0].borrower = "sponsor";  // pays what the customer does not
  inputs.book.vehicles[0].recourse = inputs.book.loans[0].recourse = Recourse::full;
  const Valued run(inputs);
  const double error = run.measure("v", "equity_value", true);
  EXPECT_NEAR(run.measure("v", "equity_value"), 1e6, 4 * error);
  EXPECT_LT(error, 100) << "power: without interest 1e6 is worth 941,765";
}

}  // namespace
}  // namespace lien::pricing
