#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "tests/pricing/liquidation_cases.hpp"
#include "tests/pricing/vehicle_of_loan.hpp"

// What vehicles sell: at a drawn lag, and at prices that the book's own sales press.
namespace lien::pricing {
namespace {

using namespace liquidation;

// How a market sells, beside what is drawn for it.
struct Sales {
  double lag, stdev, base;
};

class SalesOfAVehicle : public ::testing::TestWithParam<Sales> {};

// The loans of a tape in one book and their vehicles in another, under the same ids, so that both
// draw the same lags.
TEST_P(SalesOfAVehicle, AreThoseOfTheLoan) {
  std::mt19937_64 draw(31);
  Market market = random_market(draw);
  market.liquidation->lag_months = GetParam().lag;
  market.liquidation->lag_stdev_months = GetParam().stdev;
  if (GetParam().base > 0)
    market.liquidation->installed_base = {{"multiple", GetParam().base},
                                          {"curve", 2 * GetParam().base}};
  Book tape, structured;
  while (tape.loans.size() < 60) {
    const Loan loan = random_loan(draw, kSampleDate, static_cast<int>(tape.loans.size()));
    if (!loan.hardware.empty()) tape.loans.push_back(loan);
  }
  for (const Loan& loan : tape.loans) {
    structured.vehicles.push_back(vehicle_of(loan, structured));
    structured.vehicles.back().id = loan.id;
  }
  RunSettings settings = settings_of(kSampleDate);
  settings.provisions = Provisions{3, 30, 0.45};
  int compared = 0;
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const SimulatedBlock loans(market, tape, settings, basis, 3);
    const SimulatedBlock vehicles(market, structured, settings, basis, 3);
    for (std::size_t i = 0; i < tape.loans.size(); ++i) {
      SCOPED_TRACE("loan " + std::to_string(i));
      const std::size_t one = contract_of(loans.plan, i), other = contract_of(vehicles.plan, i);
      // As in VehicleOfALoan: cash that only a vehicle keeps.
      const bool waits = tape.loans[i].frequency != Frequency::monthly;
      if (!loans.plan.contracts[one].variant.cash && (waits || tape.loans[i].max_loan_to_value))
        continue;
      ++compared;
      expect_equal(loans, one, vehicles, other);
    }
  }
  EXPECT_GT(compared, 90);
}
INSTANTIATE_TEST_SUITE_P(Markets, SalesOfAVehicle,
                         ::testing::Values(Sales{3, 2, 0}, Sales{0, 0, 1e6}, Sales{4, 0, 1e6},
                                           Sales{3, 2, 1e6}));

// One lot is there today, another when a draw pays for it; a customer's contract on both, which a
// buyer takes over.
Book with_a_late_lot() {
  Loan loan = loan_on("debt", "borrower", 600);
  loan.amortization = Amortization::bullet;
  loan.commitment = 2 * loan.principal;
  loan.draws = {{add_months(kSampleDate, 9, true), loan.principal}};
  loan.draw_end = add_months(kSampleDate, 12, true);
  loan.hardware = "income";
  loan.customer = "customer";
  loan.contract_share = 0.8;
  loan.contract_rate = 4;
  loan.contract_end = add_months(kSampleDate, 60, true);
  Book book;
  Vehicle vehicle = vehicle_of(loan, book);
  vehicle.lots.push_back(vehicle.lots[0]);
  vehicle.lots[0].in_service = kSampleDate;
  vehicle.lots[1].id = "late";
  vehicle.lots[1].in_service = loan.draws[0].date;
  TrancheDraw draw;
  draw.lots = {"late"};
  draw.amount = loan.principal;
  vehicle.tranches[0].draws = {draw};
  book.vehicles = {vehicle};
  return book;
}

// Path by path a drawn lag is a fixed lag, holding cost and units that came late included.
TEST(VehicleSales, AtADrawnLagAreThoseOfTheFixedOneOnEachPath) {
  Market market = sample_market();
  market.parties[0].hazard = {{1}, {0.8}};
  market.liquidation = Liquidation{0.3, 1e5, 60, 3, 2};
  constexpr std::uint64_t number = 1;
  int lost = 0;
  const auto losses = [&](const SimulatedBlock& b) {
    return b.results.losses.back().data() + number * kBlockPaths;
  };
  const SimulatedBlock drawn(market, with_a_late_lot(), settings_of(kSampleDate),
                             MeasureBasis::real_world, number);
  const VehiclePlan& plan = drawn.plan.vehicles[0];
  ASSERT_GT(plan.lots[1].bought, 0);
  const auto& cumulative = drawn.plan.lag_laws[plan.lag_law].cumulative;
  for (int lag = 0; lag <= plan.lag; ++lag) {
    Market fixed = market;
    fixed.liquidation->lag_months = lag;
    fixed.liquidation->lag_stdev_months = 0;
    // As many months as the other run, so that resale values have the same nodes.
    RunSettings settings = settings_of(kSampleDate);
    settings.loss_horizon_months = {36 + plan.lag - lag};
    const SimulatedBlock one(fixed, with_a_late_lot(), settings, MeasureBasis::real_world, number);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double u =
          engine::uniform_and_normal_at(plan.lag_key, number * kBlockPaths + p, 0).uniform;
      const auto at = static_cast<std::size_t>(lag);
      if (!(u <= cumulative[at]) || (lag > 0 && u <= cumulative[at - 1])) continue;
      EXPECT_NEAR(losses(drawn)[p], losses(one)[p], 1e-12 * 2e7) << "path " << p;
      lost += losses(one)[p] > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(lost, 40);
}

// Two hundred thousand units of one hardware; both loans of this size sell at once for certain.
Market two_sellers(int lag) {
  Market market = sample_market();
  market.liquidation->lag_months = lag;
  market.liquidation->installed_base = {{"multiple", 2e5}};
  for (Party& party : market.parties) party.forced_default_month = 9;
  return market;
}

TEST(VehicleSales, PressThoseOfATapeAndAreSoPressed) {
  for (const int lag : {0, 5}) {
    Book both, mixed;
    both.loans = {loan_on("one", "borrower", 3000), loan_on("two", "customer", 2000)};
    mixed.loans = {loan_on("one", "borrower", 3000)};
    mixed.vehicles.push_back(vehicle_of(loan_on("two", "customer", 2000), mixed));
    for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
      const SimulatedBlock a(two_sellers(lag), both, settings_of(kSampleDate), basis, 2);
      const SimulatedBlock b(two_sellers(lag), mixed, settings_of(kSampleDate), basis, 2);
      for (const std::size_t i : {std::size_t{0}, std::size_t{1}})
        expect_equal(a, contract_of(a.plan, i), b, contract_of(b.plan, i));
      Book alone;
      alone.loans = {loan_on("one", "borrower", 3000)};
      const SimulatedBlock c(two_sellers(lag), alone, settings_of(kSampleDate), basis, 2);
      const std::size_t loss = kFixedSamples + 2 * kSnapshotSamples + kLoss;
      EXPECT_GT(b.sum(b.layout.contract(contract_of(b.plan, 0), loss)),
                1.02 * c.sum(c.layout.contract(0, loss)));
    }
  }
}

// A book of vehicles, and one loan, on two hardware; accounts that run dry, value tests.
Book busy_vehicles() {
  std::mt19937_64 draw(17);
  Book book;
  std::vector<Loan> loans;
  while (loans.size() < 16) {
    Loan loan = random_loan(draw, kSampleDate, static_cast<int>(loans.size()));
    if (!loan.hardware.empty()) loans.push_back(loan);
  }
  book.loans = {loans[0]};
  for (std::size_t i = 1; i < loans.size(); ++i)
    book.vehicles.push_back(vehicle_of(loans[i], book));
  return book;
}

Market busy_market(double depth) {
  std::mt19937_64 draw(18);
  Market market = random_market(draw);
  market.liquidation->lag_months = 3;
  market.liquidation->lag_stdev_months = 2;
  market.liquidation->depth = depth;
  market.liquidation->installed_base = {{"multiple", 50000}, {"curve", 80000}};
  return market;
}

// Ends a vehicle whose units are worth less than `over` of what it owes.
Covenant value_event(double max) {
  Covenant event;
  event.id = "event";
  event.test = CovenantTest::loan_to_value;
  event.max = max;
  event.consequences = kEventOfDefault;
  return event;
}

// Every sample of every contract and every test's counts.
void expect_same(const BasisRun& a, const BasisRun& b) {
  for (std::size_t i = 0; i < a.plan.contracts.size(); ++i)
    for (std::size_t s = 0; s < a.layout.samples; ++s)
      EXPECT_EQ(a.mean(a.layout.contract(i, s)).value, b.mean(b.layout.contract(i, s)).value)
          << "contract " << i << ", sample " << s;
  EXPECT_EQ(a.test_counts, b.test_counts);
}

TEST(VehicleSales, OfNoBoundAreWithoutImpactAndOfNothingBringNothing) {
  Book tested = busy_vehicles(), untested = tested;
  for (Vehicle& vehicle : tested.vehicles) vehicle.covenants.push_back(value_event(1.5));
  for (Loan& loan : untested.loans) loan.liquidation_haircut.reset();
  for (Vehicle& vehicle : untested.vehicles) vehicle.liquidation_haircut.reset();
  Market off = busy_market(1), gone = off;
  off.liquidation->installed_base.clear();
  gone.liquidation->installed_base.clear();
  gone.liquidation->haircut = 1;
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    expect_same(value(busy_market(1e30), tested, basis, 256), value(off, tested, basis, 256, true));
    expect_same(value(busy_market(1e-30), untested, basis, 256),
                value(gone, untested, basis, 256, true));
  }
}

TEST(VehicleSales, InALargerMarketNeverLoseMoreOnAnyPath) {
  const Book book = busy_vehicles();
  std::vector<double> before;
  double total = 0;
  for (const double depth : {0.003, 0.01, 0.03, 0.1, 1.0, 1e9}) {
    const BasisRun run = value(busy_market(depth), book, MeasureBasis::real_world, 512);
    const auto& losses = run.results.losses[run.snapshot(0)];
    for (std::size_t p = 0; p < before.size(); ++p)
      EXPECT_LE(losses[p], before[p] + 1e-9 * std::abs(before[p])) << "path " << p;
    const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
    if (!before.empty()) {
      EXPECT_LT(sum, total);
    }
    total = sum;
    before = losses;
  }
}

TEST(VehicleSales, TheSameBitsFromAnyThreads) {
  Book book = busy_vehicles();
  for (Vehicle& vehicle : book.vehicles) vehicle.covenants.push_back(value_event(1.2));
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const BasisRun one = value(busy_market(0.03), book, basis, 4096, false, 1);
    for (const unsigned threads : {2U, 3U}) {
      const BasisRun more = value(busy_market(0.03), book, basis, 4096, false, threads);
      EXPECT_EQ(one.sums, more.sums);
      EXPECT_EQ(one.test_counts, more.test_counts);
    }
  }
}

}  // namespace
}  // namespace lien::pricing
