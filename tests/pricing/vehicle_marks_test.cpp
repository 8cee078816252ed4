#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// A covenant's own mark: what the vehicle's mark does to the same test, and to nothing else.
namespace lien::pricing {
namespace {

Date month(int k) { return add_months(kSampleDate, k, true); }

Market marked_market() {
  Market market = sample_market();
  for (Hardware& hardware : market.hardware) {
    hardware.useful_life_years = 5;
    hardware.executed_price_ratio = 0.49;
    hardware.ask_price_ratio = 0.95;
    hardware.resale->curve = {{0, 2}, {26000, 8000}};
    hardware.attrition = 0.03;
  }
  Party sponsor = market.parties[1];
  sponsor.id = "sponsor";
  market.parties.push_back(sponsor);
  return market;
}

struct MarkedCase {
  const char* name;
  Mark mark;
  unsigned consequences;
  bool cured, leased;
};

// Two lots, of which one may leave under a lease; two tranches that covenants may sweep.
Book book_of(const MarkedCase& c, double limit) {
  Book book;
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.borrower = "borrower";
  vehicle.lots = {
      {"a", "income", 60, month(-8), 30000, {}, {}},
      {"b", c.mark == Mark::market ? "income" : "multiple", 40, month(4), 26000, {}, {}}};
  for (const int rank : {1, 2}) {
    Loan loan;
    loan.id = "v/" + std::to_string(rank);
    loan.borrower = "borrower";
    loan.recourse = vehicle.recourse = Recourse::none;
    loan.principal = rank == 1 ? 900000 : 400000;
    loan.closing = kSampleDate;
    loan.maturity = month(36);
    loan.coupon = 0.10;
    loan.frequency = Frequency::quarterly;
    loan.amortization = Amortization::straight_line;
    loan.vehicle = 0;
    Tranche tranche;
    tranche.id = std::to_string(rank);
    tranche.rank = rank;
    tranche.loan = book.loans.size();
    vehicle.tranches.push_back(tranche);
    book.loans.push_back(loan);
  }
  if (c.leased) {
    VehicleLease lease;
    lease.id = "lease";
    lease.lessee = "customer";
    lease.lots = {"b"};
    lease.start = month(4);
    lease.end = month(20);
    lease.rent = 30000;
    vehicle.leases = {lease};
  }
  Covenant covenant;
  covenant.id = "ltv";
  covenant.test = CovenantTest::loan_to_value;
  covenant.max = limit;
  covenant.consequences = c.consequences;
  covenant.step_up = 0.02;
  covenant.cure_period_days = (c.consequences & kEventOfDefault) != 0 ? 60 : 0;
  if (c.cured) {
    vehicle.sponsor = "sponsor";
    covenant.equity_cure_limit = 300000;
    covenant.equity_cure_count = 2;
  }
  vehicle.covenants = {covenant};
  book.vehicles = {vehicle};
  return book;
}

class CovenantMark : public ::testing::TestWithParam<MarkedCase> {};

// Two vehicles whose only difference is where the mark stands: of the vehicle, or of its one test.
TEST_P(CovenantMark, IsTheVehiclesOwn) {
  const MarkedCase& c = GetParam();
  const Market market = marked_market();
  std::uint32_t breaches = 0, passes = 0;
  bool differs = false, paid = false;
  for (const double limit : {0.45, 0.8, 1.4})
    for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
      Book whole = book_of(c, limit), of_test = whole;
      whole.vehicles[0].mark = c.mark;
      of_test.vehicles[0].covenants[0].mark = c.mark;
      const auto run = [&](const Book& book) {
        return SimulatedBlock(market, book, settings_of(kSampleDate), basis, 1);
      };
      const SimulatedBlock one = run(whole), other = run(of_test), by_law = run(book_of(c, limit));
      EXPECT_EQ(other.plan.covenant_marks, 1U);
      EXPECT_EQ(one.plan.covenant_marks, 0U);
      for (int k = 1; k <= 36; ++k) {
        EXPECT_EQ(one.test(0, k, kInBreach), other.test(0, k, kInBreach)) << k;
        breaches += one.test(0, k, kInBreach);
        passes += one.test(0, k, kInBreach) < 64 ? 1 : 0;
        differs = differs || one.test(0, k, kInBreach) != by_law.test(0, k, kInBreach);
      }
      for (std::size_t t = 0; t < 2; ++t)
        for (std::size_t s = 0; s < one.layout.samples; ++s) {
          const std::size_t at = one.layout.contract(t, s);
          if (s != kPeakLoanToValue) {
            EXPECT_EQ(one.sum(at), other.sum(at)) << t << ' ' << s;
          }
        }
      // What is reported of the vehicle stays at its own mark.
      const std::size_t peak = one.layout.contract(0, kPeakLoanToValue);
      if (c.consequences == 0) {
        EXPECT_EQ(other.sum(peak), by_law.sum(peak));
        EXPECT_NE(one.sum(peak), by_law.sum(peak));
      }
      const std::size_t cured = one.layout.vehicle(0, kCures);
      EXPECT_EQ(one.sum(cured), other.sum(cured));
      paid = paid || one.sum(cured) > 0;
    }
  EXPECT_GT(breaches, c.cured ? 5U : 100U);  // a cured test is none
  EXPECT_EQ(paid, c.cured);
  EXPECT_GT(passes, 10U);
  EXPECT_TRUE(differs);
}
INSTANTIATE_TEST_SUITE_P(
    Marks, CovenantMark,
    ::testing::Values(MarkedCase{"cost", Mark::cost, 0, false, false},
                      MarkedCase{"market", Mark::market, kCashSweep, false, false},
                      MarkedCase{"curve", Mark::curve, kMandatoryPrepayment, false, true},
                      MarkedCase{"cost", Mark::cost, kMarginStepUp | kEventOfDefault, true, false},
                      MarkedCase{"multiple", Mark::rental_multiple, kCashTrap, false, true},
                      MarkedCase{"curve", Mark::curve, kEventOfDefault, false, false}),
    [](const auto& tested) {
      return std::string(tested.param.name) + std::to_string(tested.index);
    });

// A covenant that names what its vehicle takes anyway is tested on the same rows.
TEST(CovenantMark, OfTheVehicleNeedsNoRows) {
  const MarkedCase c{"market", Mark::market, kCashSweep, false, false};
  Book book = book_of(c, 0.8), plain = book;
  book.vehicles[0].covenants[0].mark = Mark::income;  // what both lots' law says
  const SimulatedBlock one(marked_market(), book, settings_of(kSampleDate),
                           MeasureBasis::real_world, 0);
  EXPECT_EQ(one.plan.covenant_marks, 0U);
  const SimulatedBlock two(marked_market(), plain, settings_of(kSampleDate),
                           MeasureBasis::real_world, 0);
  EXPECT_EQ(one.sums, two.sums);
}

// Two tests under two marks beside the vehicle's: each in breach where its own mark says so.
TEST(CovenantMark, EachTestHasItsOwn) {
  const MarkedCase c{"", Mark::cost, 0, false, false};
  Book book = book_of(c, 0.7);
  Vehicle& vehicle = book.vehicles[0];
  vehicle.covenants.resize(3, vehicle.covenants[0]);
  vehicle.covenants[0].mark = Mark::cost;
  vehicle.covenants[1].mark = Mark::curve;
  const SimulatedBlock all(marked_market(), book, settings_of(kSampleDate),
                           MeasureBasis::real_world, 2);
  EXPECT_EQ(all.plan.covenant_marks, 2U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    Book alone = book_of(c, 0.7);
    alone.vehicles[0].mark = vehicle.covenants[i].mark;
    const SimulatedBlock one(marked_market(), alone, settings_of(kSampleDate),
                             MeasureBasis::real_world, 2);
    for (int k = 1; k <= 36; ++k)
      EXPECT_EQ(all.test(i, k, kInBreach), one.test(0, k, kInBreach)) << i << ' ' << k;
  }
}

}  // namespace
}  // namespace lien::pricing
