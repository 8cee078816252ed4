#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <ql/time/daycounters/thirty360.hpp>

#include "pricing/plan/calendar.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Delayed draws of a tranche: by hand, by QuantLib's day counts, and as loans of their own.
namespace lien::pricing {
namespace {

Date month(int k) { return add_months(kSampleDate, k, true); }

QuantLib::Date quantlib(Date d) {
  const std::chrono::year_month_day ymd(d);
  return {static_cast<int>(static_cast<unsigned>(ymd.day())),
          static_cast<QuantLib::Month>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(ymd.year())};
}

double years(Date from, Date to) {
  return QuantLib::Thirty360(QuantLib::Thirty360::BondBasis)
      .yearFraction(quantlib(from), quantlib(to));
}

// 60 lent today, and two draws.
Loan commitment(Amortization amortization, Date first_draw, Date second_draw) {
  Loan loan;
  loan.id = "v/debt";
  loan.recourse = Recourse::none;
  loan.principal = 60000;
  loan.commitment = 110000;
  loan.draws = {{first_draw, 20000}, {second_draw, 25000}};
  loan.undrawn_fee = 0.006;
  loan.draw_end = month(11);
  loan.closing = kSampleDate;
  loan.maturity = month(24);
  loan.coupon = 0.12;
  loan.amortization = amortization;
  loan.frequency = Frequency::quarterly;
  loan.vehicle = 0;
  return loan;
}

// Flows of a schedule by date, draws and fees apart.
std::map<Date, double> flows(const LoanSchedule& schedule) {
  std::map<Date, double> sums;
  for (const LoanPayment& payment : schedule.payments)
    sums[payment.end] += payment.principal + payment.interest;
  return sums;
}

class DrawOnAPaymentDate : public ::testing::TestWithParam<Amortization> {};

TEST_P(DrawOnAPaymentDate, IsALoanOfItsOwn) {
  Loan loan = commitment(GetParam(), month(6), month(9));
  if (GetParam() == Amortization::balloon) loan.balloon = 0.3;
  loan.interest_only_months = 6;
  const Rates rates{{{1}, {0.04}}, 0, {}};
  const auto all = flows(schedule_loan(loan, rates, TimeGrid(kSampleDate, 60)));
  std::map<Date, double> parts;
  for (const auto& [date, amount] :
       {std::pair{kSampleDate, 60000.0}, {month(6), 20000.0}, {month(9), 25000.0}}) {
    Loan part = loan;
    part.commitment.reset();
    part.draws.clear();
    part.principal = amount;
    part.closing = date;
    part.interest_only_months = date == kSampleDate ? 6 : 0;
    for (const auto& [paid, flow] : flows(schedule_loan(part, rates, TimeGrid(date, 60))))
      parts[paid] += flow;
  }
  ASSERT_EQ(all.size(), 8U);
  ASSERT_EQ(parts.size(), 8U);
  for (const auto& [date, flow] : parts) EXPECT_NEAR(all.at(date), flow, 1e-10 * flow);
}
INSTANTIATE_TEST_SUITE_P(All, DrawOnAPaymentDate,
                         ::testing::Values(Amortization::level, Amortization::straight_line,
                                           Amortization::bullet, Amortization::balloon));

// A draw inside a period bears interest from its day; one in the month of a payment, before it,
// leaves those days to the next payment. The fee is on what is undrawn, day by day, to draw_end.
TEST(Draws, InsideAPeriodCountFromTheirDay) {
  const Date first = month(2) - std::chrono::days(13), second = month(6) - std::chrono::days(5);
  const Loan loan = commitment(Amortization::bullet, first, second);
  const LoanSchedule schedule =
      schedule_loan(loan, {{{1}, {0.04}}, 0, {}}, TimeGrid(kSampleDate, 60));
  ASSERT_EQ(schedule.payments.size(), 8U);
  const double quarter = 0.12 / 4;
  EXPECT_NEAR(schedule.payments[0].interest,
              60000 * quarter + 20000 * 0.12 * years(first, month(3)), 1e-9);
  EXPECT_NEAR(schedule.payments[1].interest, 80000 * quarter, 1e-9);
  EXPECT_NEAR(schedule.payments[2].interest,
              105000 * quarter + 25000 * 0.12 * years(second, month(6)), 1e-9);
  EXPECT_NEAR(schedule.payments[3].interest, 105000 * quarter, 1e-9);
  EXPECT_NEAR(schedule.payments[7].principal, 105000, 1e-9);
  EXPECT_NEAR(schedule.payments[0].fee, 0.006 * (50000 / 4.0 - 20000 * years(first, month(3))),
              1e-9);
  EXPECT_NEAR(schedule.payments[1].fee, 0.006 * 30000 / 4.0, 1e-9);
  EXPECT_NEAR(schedule.payments[2].fee, 0.006 * (5000 / 4.0 - 25000 * years(second, month(6))),
              1e-9);
  EXPECT_NEAR(schedule.payments[3].fee, 0.006 * 5000 * years(month(9), month(11)), 1e-9);
  for (std::size_t i = 4; i < 8; ++i) EXPECT_EQ(schedule.payments[i].fee, 0) << i;
}

// Level payments are equal after a draw inside a period too, and end at zero.
TEST(Draws, InsideAPeriodLeaveALevelPayment) {
  const Loan loan = commitment(Amortization::level, month(4) + std::chrono::days(9), month(8));
  const LoanSchedule schedule =
      schedule_loan(loan, {{{1}, {0.04}}, 0, {}}, TimeGrid(kSampleDate, 60));
  const auto paid = [&](std::size_t i) {
    return schedule.payments[i].principal + schedule.payments[i].interest;
  };
  for (std::size_t i = 3; i < 8; ++i) EXPECT_NEAR(paid(i), paid(2), 1e-8) << i;
  EXPECT_GT(paid(2), paid(1) * 1.2);
}

// Drawn before today: the same, seen from later.
TEST(Draws, OfThePastAreOwed) {
  const Date first = month(2) - std::chrono::days(13), second = month(6) - std::chrono::days(5);
  const Loan loan = commitment(Amortization::straight_line, first, second);
  const Rates rates{{{1}, {0.04}}, 0, {}};
  const LoanSchedule whole = schedule_loan(loan, rates, TimeGrid(kSampleDate, 60));
  for (const int k : {2, 3, 4, 6, 7}) {
    const LoanSchedule later = schedule_loan(loan, rates, TimeGrid(month(k), 60));
    const std::size_t past = whole.payments.size() - later.payments.size();
    for (std::size_t i = 0; i < later.payments.size(); ++i) {
      const LoanPayment &a = later.payments[i], &b = whole.payments[past + i];
      EXPECT_NEAR(a.opening, b.opening, 1e-9) << k << ' ' << i;
      EXPECT_NEAR(a.interest, b.interest, 1e-9) << k << ' ' << i;
      EXPECT_NEAR(a.principal, b.principal, 1e-9) << k << ' ' << i;
      EXPECT_NEAR(a.fee, b.fee, 1e-9) << k << ' ' << i;
    }
  }
}

// One vehicle with cash for everything and a customer who pays.
Book rich_vehicle(const Loan& loan) {
  Book book;
  book.loans = {loan};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"old", "multiple", 10, {}, 4000, 0.5, {}},
                  {"new", "multiple", 20, loan.draws[0].date, 3000, 0.5, {}}};
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = "customer";
  offtake.rental_rate = 200;
  offtake.end = month(60);
  vehicle.offtakes = {offtake};
  Tranche tranche;
  tranche.id = "debt";
  tranche.loan = 0;
  TrancheDraw draw;
  draw.lots = {"new"};
  draw.amount = loan.draws[0].amount;
  tranche.draws = {draw};
  vehicle.tranches = {tranche};
  book.vehicles = {vehicle};
  return book;
}

Market without_risk() {
  Market market = sample_market();
  market.rates.hull_white.reset();
  market.parties[1].hazard = {{1}, {0}};
  return market;
}

// At the sample market's curve and its liquidity spread.
double discount(Date d) {
  const TimeGrid grid(kSampleDate, 60);
  const double t = grid.time_of(d);
  const double rate = 0.04 + 0.005 * std::clamp((t - 1) / 4, 0.0, 1.0);
  return std::exp(-(rate + 0.01) * t);
}

// Without default and volatility the value is that of the dated flows, draws as outflows.
TEST(Draws, AreOutflowsOfTheValue) {
  const Date first = month(2) - std::chrono::days(13), second = month(6);
  const Loan loan = commitment(Amortization::straight_line, first, second);
  const Market market = without_risk();
  const SimulatedBlock block(market, rich_vehicle(loan), settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  // By hand: parts of what is owed over the dates left.
  double owed = 60000, value = -20000 * discount(first) - 25000 * discount(second);
  for (int i = 1; i <= 8; ++i) {
    double interest = owed * 0.03, fee = 0;
    if (i == 1) {
      interest += 20000 * 0.12 * years(first, month(3));
      fee = 0.006 * (50000 / 4.0 - 20000 * years(first, month(3)));
      owed += 20000;
    }
    if (i == 2) fee = 0.006 * 30000 / 4.0;
    if (i == 3) fee = 0.006 * 5000 / 4.0;
    if (i == 4) fee = 0.006 * 5000 * years(month(9), month(11));
    const double principal = owed / (9 - i);
    value += (interest + fee + principal) * discount(month(3 * i));
    owed -= principal;
    if (i == 2) owed += 25000;
  }
  const double mean =
      block.sum(block.layout.contract(0, kPresentValue)) / static_cast<double>(engine::kBlockPaths);
  EXPECT_NEAR(mean, value, 1e-10 * 60000);
  EXPECT_LT(block.square(block.layout.vehicle(0, kCashImbalance)), 1e-20);
}

// Beyond the horizon nothing is lent, and price counts nothing of it; at it all of the month is.
TEST(Draws, AfterTheHorizonAreNoPartOfThePrice) {
  const Loan loan = commitment(Amortization::straight_line, month(3), month(6));
  const Market market = without_risk();
  for (const auto& [horizon, to_draw] :
       {std::pair{2, 0.0}, {3, 20000.0}, {5, 20000.0}, {6, 45000.0}, {0, 45000.0}}) {
    RunSettings settings = settings_of(kSampleDate);
    settings.horizon_months = horizon;
    const SimulatedBlock block(market, rich_vehicle(loan), settings, MeasureBasis::risk_neutral, 0);
    EXPECT_EQ(block.plan.contracts[0].to_draw, to_draw) << horizon;
  }
}

// Draws that a scenario puts after the last day of drawing are not made: where nothing else is
// lent, the fee on the undrawn is all there is.
TEST(Draws, ThatAllLapseLeaveTheFee) {
  Loan loan = commitment(Amortization::bullet, month(13), month(14));
  loan.draws.clear();
  loan.principal = 0;
  loan.outstanding_principal = 0.0;
  const SimulatedBlock block(without_risk(), rich_vehicle(loan), settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  const SumLayout& layout = block.layout;
  double fees = 0;
  for (const Date day : {month(3), month(6), month(9), month(12)}) {
    const Date from = add_months(day, -3, true);
    fees += 110000 * 0.006 * years(from, std::min(day, month(11))) * discount(day);
  }
  EXPECT_NEAR(block.sum(layout.contract(0, kPresentValue)), 64 * fees, 1e-6 * fees);
  EXPECT_EQ(block.sum(layout.contract(0, kExposure)), 0.0);
}

// What a draw pays for counts from its month on, in tests and in what is sold after them.
TEST(Draws, BringTheirLotsWithThem) {
  const Loan loan = commitment(Amortization::straight_line, month(5), month(7));
  Book book = rich_vehicle(loan);
  Covenant covenant;
  covenant.id = "cost";
  covenant.test = CovenantTest::loan_to_cost;
  covenant.max = 0.9;
  covenant.consequences = kDrawStop;
  Covenant value;  // 1.4 of the old lot's cost, 0.75 of both
  value.id = "value";
  value.test = CovenantTest::loan_to_value;
  value.max = 1;
  book.vehicles[0].covenants = {covenant, value};
  book.vehicles[0].mark = Mark::cost;
  const SimulatedBlock block(without_risk(), book, settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  const VehiclePlan& plan = block.plan.vehicles[0];
  EXPECT_NEAR(plan.covenants[0].cost[4], 40000, 1e-9);
  EXPECT_NEAR(plan.covenants[0].cost[5], 100000, 1e-9);
  EXPECT_EQ(plan.lots[1].bought, 5);
  EXPECT_NEAR(plan.worth_today, 40000, 1e-6);
  EXPECT_EQ(block.test(plan.covenants[1].slot, 4, kInBreach), engine::kBlockPaths);
  EXPECT_EQ(block.test(plan.covenants[1].slot, 5, kInBreach), 0U);
  const TrancheMonth& drawn = plan.tranches[0].months[5];
  EXPECT_EQ(drawn.draw, 20000);
  EXPECT_NEAR(drawn.draw_elapsed, 20000 * (1 - 4 * years(month(5), month(6))), 1e-9);
  EXPECT_NEAR(plan.tranches[0].months[6].fixed_interest, 0.03, 1e-15);
  EXPECT_EQ(plan.tranches[0].months[11].may_draw, 1);
  EXPECT_EQ(plan.tranches[0].months[12].may_draw, 0);
  const ContractPlan& contract = block.plan.contracts[0];
  EXPECT_EQ(contract.to_draw, 45000);
  EXPECT_NEAR(block.plan.columns.draw[contract.first_month + 7], 25000, 1e-9);
}

// The lots of one draw are paid for by it, when the last of them enters service.
TEST(Draws, BringAllTheirLotsTogether) {
  Book book = rich_vehicle(commitment(Amortization::straight_line, month(5), month(7)));
  VehicleLot early = book.vehicles[0].lots[1];
  early.id = "early";
  early.in_service = month(2);
  book.vehicles[0].lots.push_back(early);
  for (TrancheDraw& draw : book.vehicles[0].tranches[0].draws)
    if (!draw.lots.empty()) draw.lots.push_back("early");
  const SimulatedBlock block(without_risk(), book, settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  EXPECT_EQ(block.plan.vehicles[0].lots[1].bought, 5);
  EXPECT_EQ(block.plan.vehicles[0].lots[2].bought, 5);
}

// A stopped draw comes late only while the schedule still repays something after it.
TEST(Draws, LapseOnceNothingIsRepaidAnyMore) {
  Loan loan = commitment(Amortization::custom, month(2), month(3));
  loan.schedule = {{6, 1.0}};
  const SimulatedBlock block(without_risk(), rich_vehicle(loan), settings_of(kSampleDate),
                             MeasureBasis::risk_neutral, 0);
  const auto& months = block.plan.vehicles[0].tranches[0].months;
  EXPECT_GT(months[6].repaid, 0);
  EXPECT_EQ(months[5].may_draw, 1);
  for (const std::size_t k : {6, 7, 12}) EXPECT_EQ(months[k].may_draw, 0) << k;
}

// After a default up to the month of the draw its lot is not sold; after a later one it is.
TEST(Draws, BringNothingToASaleBeforeThem) {
  constexpr int kDrawn = 5;
  Loan loan = commitment(Amortization::bullet, month(kDrawn), month(7));
  loan.frequency = Frequency::monthly;  // so that accounts are empty when a default comes
  loan.borrower = "borrower";
  loan.recourse = Recourse::full;
  Market market = without_risk();
  market.liquidation = Liquidation{0.10, 0, 40, 3};  // keep of what is there alone
  market.parties[0].recovery = 0;
  Book drawn = rich_vehicle(loan);
  Vehicle& vehicle = drawn.vehicles[0];
  vehicle.borrower = "borrower";
  vehicle.recourse = Recourse::full;
  vehicle.offtakes.clear();
  vehicle.lots[0].units = vehicle.lots[1].units = 1;  // less than the claim
  Book both = drawn, old = drawn;
  both.vehicles[0].tranches[0].draws.clear();  // the loan's own remain
  old.vehicles[0].tranches[0].draws.clear();
  old.vehicles[0].lots.pop_back();
  const auto recovered = [&](const Book& book) {
    const SimulatedBlock block(market, book, settings_of(kSampleDate), MeasureBasis::risk_neutral,
                               0);
    std::vector<double> sums;
    for (std::size_t k = 0; k <= 24 + 3; ++k)
      sums.push_back(block.sum(block.layout.contract_month(0, k, kRecovery)));
    return sums;
  };
  const std::vector<double> of_drawn = recovered(drawn), of_both = recovered(both),
                            of_old = recovered(old);
  for (std::size_t k = 1 + 3; k <= 24 + 3; ++k) {
    EXPECT_GT(of_both[k], 1.5 * of_old[k]) << k;
    EXPECT_NEAR(of_drawn[k], k <= kDrawn + 3 ? of_old[k] : of_both[k], 1e-9 * of_both[k]) << k;
  }
}

// An event of default is told after the month's draws: it claims them, and sells what they paid
// for.
TEST(Draws, AreSoldByAnEventOfTheirMonth) {
  Loan loan = commitment(Amortization::bullet, month(5), month(7));
  loan.frequency = Frequency::monthly;  // so that accounts are empty when the default comes
  Market market = without_risk();
  Book drawn = rich_vehicle(loan);
  Vehicle& vehicle = drawn.vehicles[0];
  vehicle.lots[0].units = vehicle.lots[1].units = 1;  // less than the claim
  Covenant event;
  event.id = "event";
  event.test = CovenantTest::loan_to_cost;
  event.max = 0.01;
  event.first_test = month(5);
  event.consequences = kEventOfDefault;
  vehicle.covenants = {event};
  Book both = drawn;
  both.vehicles[0].tranches[0].draws.clear();  // the loan's own remain
  Book old = both;
  old.vehicles[0].lots.pop_back();
  for (const int lag : {0, 3})
    for (const double stdev : {0.0, 2.0}) {
      if (lag == 0 && stdev > 0) continue;
      market.liquidation = Liquidation{0.10, 0, 40, static_cast<double>(lag), stdev};
      const auto value = [&](const Book& book) {
        const SimulatedBlock block(market, book, settings_of(kSampleDate),
                                   MeasureBasis::risk_neutral, 0);
        EXPECT_GT(block.sum(block.layout.contract(0, kExposure)), 60 * 80000.0) << "draw claimed";
        return block.sum(block.layout.contract(0, kPresentValue));
      };
      EXPECT_NEAR(value(drawn), value(both), 1e-9 * 64 * 80000) << lag << ' ' << stdev;
      EXPECT_GT(std::abs(value(drawn) - value(old)), 0.01 * 64 * 80000) << "the lot matters";
    }
}

// A lot that a scenario delays takes its draw along, and past draw_end nothing is drawn for it.
TEST(Draws, FollowTheirLots) {
  Loan loan = commitment(Amortization::bullet, month(5), month(7));
  Book book = rich_vehicle(loan);
  date_draws(book);  // the vehicle names one draw of its own
  ASSERT_EQ(book.loans[0].draws.size(), 1U);
  EXPECT_EQ(book.loans[0].draws[0].date, month(5));
  EXPECT_EQ(book.loans[0].draws[0].amount, 20000);
  book.vehicles[0].lots[1].in_service = month(9);
  date_draws(book);
  EXPECT_EQ(book.loans[0].draws.at(0).date, month(9));
  book.vehicles[0].tranches[0].draws[0].amount.reset();
  book.vehicles[0].tranches[0].draws[0].advance_rate = 0.25;
  date_draws(book);
  EXPECT_NEAR(book.loans[0].draws.at(0).amount, 0.25 * 20 * 3000, 1e-9);
  book.vehicles[0].lots[1].in_service = month(12);
  date_draws(book);
  EXPECT_TRUE(book.loans[0].draws.empty());
}

}  // namespace
}  // namespace lien::pricing
