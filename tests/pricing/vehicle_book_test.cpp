#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"
#include "tests/pricing/vehicle_of_loan.hpp"

// A row of a loan tape is a vehicle with one lot, one offtake, one account and one tranche: the two
// kernels must say the same of it. The tape's is held to a plain writing of its own.
namespace lien::pricing {
namespace {

constexpr Date kToday = std::chrono::year(2026) / std::chrono::month(9) / std::chrono::day(30);

void expect_same_tests(const SimulatedBlock& b, std::size_t tape, std::size_t tranche) {
  const ContractPlan& contract = b.plan.contracts[tape];
  const VehiclePlan& vehicle = b.plan.vehicles[b.plan.contracts[tranche].vehicle];
  std::size_t c = 0;
  for (const std::uint32_t slot : {contract.coverage_test, contract.value_test_slot}) {
    if (slot == kNone) continue;
    for (int k = 1; k <= contract.months; ++k)
      for (std::size_t t = 0; t < kTestCounts; ++t)
        EXPECT_EQ(b.test(vehicle.covenants[c].slot, k, static_cast<TestCount>(t)),
                  b.test(slot, k, static_cast<TestCount>(t)))
            << "test " << c << " month " << k;
    ++c;
  }
}

class VehicleOfALoan : public ::testing::TestWithParam<int> {};

TEST_P(VehicleOfALoan, IsTheLoan) {
  std::mt19937_64 draw(static_cast<std::uint64_t>(GetParam()));
  const Market market = random_market(draw);
  Book book;
  while (book.loans.size() < 60) {
    const Loan loan = random_loan(draw, kToday, static_cast<int>(book.loans.size()));
    if (!loan.hardware.empty()) book.loans.push_back(loan);
  }
  const std::size_t count = book.loans.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Loan loan = book.loans[i];
    book.vehicles.push_back(vehicle_of(loan, book));
  }
  RunSettings settings = settings_of(kToday);
  settings.provisions = Provisions{3, 30, 0.45};
  int compared = 0;
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const SimulatedBlock b(market, book, settings, basis, 3);
    for (std::size_t i = 0; i < count; ++i) {
      SCOPED_TRACE("loan " + std::to_string(i));
      const std::size_t tape = contract_of(b.plan, i), tranche = contract_of(b.plan, count + i);
      // A tape's loan whose borrower pays every shortfall, without account and coverage test, is
      // valued without its cash; in a vehicle cash waits for the payment, may be trapped, and goes
      // to the claim.
      const bool waits = book.loans[i].frequency != Frequency::monthly;
      if (!b.plan.contracts[tape].variant.cash && (waits || book.loans[i].max_loan_to_value))
        continue;
      ++compared;
      expect_equal(b, tape, tranche);
      expect_same_tests(b, tape, tranche);
      const std::size_t v = b.plan.contracts[tranche].vehicle;
      EXPECT_LT(b.square(b.layout.vehicle(v, kCashImbalance)), 1e-20);
    }
  }
  EXPECT_GT(compared, 90);
}
INSTANTIATE_TEST_SUITE_P(Seeds, VehicleOfALoan, ::testing::Values(1, 2));

// A loan on hardware that is valued by its income, with a customer whose contract a buyer takes
// over.
Loan income_loan() {
  Loan loan;
  loan.id = "loan";
  loan.borrower = "borrower";
  loan.recourse = Recourse::none;
  loan.hardware = "income";
  loan.units = 1000;
  loan.principal = 90e6;  // more than any sale brings, so that all of it counts
  loan.amortization = Amortization::bullet;
  loan.closing = kToday;
  loan.maturity = add_months(kToday, 48, true);
  loan.coupon = 0.11;
  loan.customer = "customer";
  loan.contract_share = 0.7;
  loan.contract_rate = 3.2;
  loan.contract_end = add_months(kToday, 60, true);
  loan.reserve_initial = 1e6;
  loan.reserve_target = 2e6;
  return loan;
}

Market income_market() {
  Market market = sample_market();
  market.hardware[0].attrition = 0.03;
  return market;
}

TEST(VehicleBook, StepsIntoACustomersContractAsALoanDoes) {
  Book book;
  book.loans = {income_loan()};
  book.vehicles.push_back(vehicle_of(income_loan(), book));
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const SimulatedBlock b(income_market(), book, settings_of(kToday), basis, 1);
    const std::size_t tape = contract_of(b.plan, 0), tranche = contract_of(b.plan, 1);
    expect_equal(b, tape, tranche);
    EXPECT_NE(b.plan.vehicles[0].offtakes[0].step_in, kNone);
    const auto& left = b.plan.lots[b.plan.vehicles[0].lots[0].lot].remaining;
    ASSERT_GT(left.size(), 24U);
    EXPECT_NEAR(left[24], std::exp(-0.06), 1e-12);
  }
}

// Borrower and customer of a network default by drawing in both kernels, kicked or short of cash.
TEST(VehicleBook, DefaultsInANetworkAsALoanDoes) {
  Market market = income_market();
  market.contagion = {{"customer", "borrower", 2, 1, {}}, {"borrower", "customer", 1, 0, {}}};
  market.clearing = Clearing{0.5, 1};
  market.parties[1].cash = 6;
  market.claims = {{"customer", "borrower", 6, add_months(kToday, 15, true), {}},
                   {"borrower", "customer", 5, add_months(kToday, 15, true), {}}};
  Book book;
  book.loans = {income_loan()};
  book.vehicles.push_back(vehicle_of(income_loan(), book));
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const SimulatedBlock b(market, book, settings_of(kToday), basis, 1);
    const std::size_t tape = contract_of(b.plan, 0), tranche = contract_of(b.plan, 1);
    expect_equal(b, tape, tranche);
    // Drawn: the whole balance or nothing.
    const double defaults = b.sum(b.layout.contract(tranche, kExposure)) / income_loan().principal;
    EXPECT_GT(defaults, 16);
    EXPECT_NEAR(defaults, std::round(defaults), 1e-12);
  }
}

TEST(VehicleBook, HalvesOfOneRankAreTheWhole) {
  Loan half = income_loan();
  half.principal /= 2;
  Book book;
  book.vehicles.push_back(vehicle_of(income_loan(), book));
  Vehicle halves = vehicle_of(half, book);
  Loan other = book.loans.back();
  other.id += "-2";
  Tranche second = halves.tranches[0];
  second.id = "second";
  second.loan = book.loans.size();
  book.loans.push_back(other);
  halves.tranches.push_back(second);
  book.vehicles.push_back(halves);
  const SimulatedBlock b(income_market(), book, settings_of(kToday), MeasureBasis::risk_neutral, 1);
  const std::size_t whole = contract_of(b.plan, 0), one = contract_of(b.plan, 1),
                    two = contract_of(b.plan, 2);
  for (const std::size_t s : {std::size_t{kPresentValue}, std::size_t{kExposure},
                              std::size_t{kLossAtDefault}, std::size_t{kFixedSamples}}) {
    const double all = b.sum(b.layout.contract(whole, s));
    EXPECT_GT(all, 0);
    EXPECT_NEAR(b.sum(b.layout.contract(one, s)), all / 2, 1e-11 * all) << s;
    EXPECT_NEAR(b.sum(b.layout.contract(two, s)), all / 2, 1e-11 * all) << s;
  }
  EXPECT_NEAR(b.sum(b.layout.vehicle(0, kDistributions)),
              b.sum(b.layout.vehicle(1, kDistributions)),
              1e-11 * b.sum(b.layout.vehicle(0, kDistributions)));
}

}  // namespace
}  // namespace lien::pricing
