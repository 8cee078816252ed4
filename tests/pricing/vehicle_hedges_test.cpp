// Over 400 lines on purpose: all cases are variations of the few books in it.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "pricing/market/scenario.hpp"
#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Hedges inside a vehicle: against the tranche that they turn into, against the same instrument on
// its own, and by hand.
namespace lien::pricing {
namespace {

constexpr double kStrike = 0.037, kMargin = 0.03;

Date month(int k) { return add_months(kSampleDate, k, true); }

Loan debt(Date closing, Date maturity) {
  Loan loan;
  loan.id = "v/debt";
  loan.recourse = Recourse::none;
  loan.principal = 100000;
  loan.closing = closing;
  loan.maturity = maturity;
  loan.day_count = DayCount::actual_360;
  loan.amortization = Amortization::straight_line;
  loan.frequency = Frequency::quarterly;
  loan.vehicle = 0;
  return loan;
}

// A hundred units without customer, one tranche, an account that covers everything.
Book book_of(const Loan& loan, int units, const std::vector<Instrument>& hedges) {
  Book book;
  book.loans = {loan};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", "multiple", static_cast<double>(units), kSampleDate, 20000, 0.36, {}}};
  Tranche tranche;
  tranche.id = "debt";
  tranche.loan = 0;
  vehicle.tranches = {tranche};
  ReserveAccount reserve;
  reserve.id = "r";
  reserve.initial = reserve.target.emplace(2000);
  reserve.covers = kOperatingCostItem | kFeeItem | kDebtServiceItem | kHedgeItem;
  vehicle.reserves = {reserve};
  vehicle.hedges = hedges;
  book.vehicles = {vehicle};
  return book;
}

// With an account that pays whatever comes.
Book rich(Book book) {
  ReserveAccount& reserve = book.vehicles[0].reserves[0];
  reserve.initial = reserve.target.emplace(1e8);
  return book;
}

Instrument hedge(const char* id, InstrumentKind kind, Underlying on, double strike, Date expiry) {
  Instrument out;
  out.id = id;
  out.vehicle = "v";
  out.kind = kind;
  out.on = on;
  out.strike = strike;
  out.expiry = expiry;
  return out;
}
Instrument rate_hedge(const char* id, InstrumentKind kind, double ratio, const Loan& loan) {
  Instrument out = hedge(id, kind, Underlying::floating_rate, kStrike, loan.maturity);
  out.tranche = "debt";
  out.ratio = ratio;
  return out;
}

SimulatedBlock simulated(const Market& market, const Book& book, std::uint64_t number,
                         MeasureBasis basis = MeasureBasis::risk_neutral) {
  return {market, book, settings_of(kSampleDate), basis, number};
}

struct Twice {
  double sum, square;
};
Twice of(const SimulatedBlock& b, std::size_t pair) { return {b.sum(pair), b.square(pair)}; }
void expect_near(const Twice& found, const Twice& expected, double relative) {
  EXPECT_NEAR(found.sum, expected.sum, relative * std::abs(expected.sum));
  EXPECT_NEAR(found.square, expected.square, 2 * relative * expected.square);
}
std::size_t sample(const SimulatedBlock& b, std::size_t which) {
  return b.layout.contract(0, which);
}
std::size_t equity(const SimulatedBlock& b) { return b.layout.vehicle(0, kDistributions); }
constexpr std::size_t kLifetimeDefault = kFixedSamples + 2 * kSnapshotSamples + kDefault;

// Sums and sums of squares over the paths of a block: what is equal in both is equal path by path
// but for differences that cancel twice.
void expect_same_cash(const SimulatedBlock& found, const SimulatedBlock& expected) {
  expect_near(of(found, equity(found)), of(expected, equity(expected)), 1e-12);
  expect_near(of(found, sample(found, kLifetimeDefault)),
              of(expected, sample(expected, kLifetimeDefault)), 1e-12);
  expect_near(of(found, sample(found, kExposure)), of(expected, sample(expected, kExposure)),
              1e-12);
  EXPECT_LT(found.square(found.layout.vehicle(0, kCashImbalance)), 1e-20);
}

struct RateCase {
  const char* name;
  int closing_months, maturity_months, days;  // from the valuation date
  Frequency frequency;
  bool draws;
};
class SwapOnATranche : public ::testing::TestWithParam<RateCase> {
 protected:
  [[nodiscard]] Loan floating() const {
    const RateCase& c = GetParam();
    Loan loan = debt(month(c.closing_months) - std::chrono::days(c.days),
                     month(c.maturity_months) - std::chrono::days(c.days));
    loan.floating = true;
    loan.margin = kMargin;
    loan.current_rate = 0.081;
    loan.frequency = c.frequency;
    if (c.draws) {
      loan.commitment = 160000;
      loan.undrawn_fee = 0.005;
      loan.draws = {{month(4), 30000}, {month(8) - std::chrono::days(11), 20000}};
      loan.draw_end = month(10);
    }
    return loan;
  }
  [[nodiscard]] Loan fixed() const {
    Loan loan = floating();
    loan.floating = false;
    loan.coupon = kStrike + kMargin;
    loan.current_rate.reset();
    return loan;
  }
};

// Whatever rates do: cash, defaults and claims are those of a tranche with the fixed coupon.
TEST_P(SwapOnATranche, MakesItFixed) {
  const auto swap = rate_hedge("swap", InstrumentKind::swap, 1, floating());
  for (const std::uint64_t number : {0, 1, 2}) {
    SCOPED_TRACE(number);
    const auto hedged = simulated(sample_market(), book_of(floating(), 9, {swap}), number);
    const auto fixed_rate = simulated(sample_market(), book_of(fixed(), 9, {}), number);
    expect_same_cash(hedged, fixed_rate);
    const double defaults = fixed_rate.sum(sample(fixed_rate, kLifetimeDefault));
    EXPECT_GT(defaults, 2);  // of 64 paths
    EXPECT_LT(defaults, 62);
    const auto unhedged = simulated(sample_market(), book_of(floating(), 9, {}), number);
    EXPECT_GT(std::abs(unhedged.sum(equity(unhedged)) / fixed_rate.sum(equity(fixed_rate)) - 1),
              1e-4);
  }
}

// A long cap and a short floor are a swap, settlement by settlement.
TEST_P(SwapOnATranche, IsACapLessAFloor) {
  auto floor = rate_hedge("floor", InstrumentKind::floor, 0.7, floating());
  floor.long_position = false;
  const auto cap = rate_hedge("cap", InstrumentKind::cap, 0.7, floating());
  const auto swap = rate_hedge("swap", InstrumentKind::swap, 0.7, floating());
  const auto parts = simulated(sample_market(), book_of(floating(), 9, {cap, floor}), 3);
  const auto whole = simulated(sample_market(), book_of(floating(), 9, {swap}), 3);
  expect_same_cash(parts, whole);
  const double value = whole.sum(whole.layout.hedge(0, 0));
  EXPECT_NEAR(parts.sum(parts.layout.hedge(0, 0)) + parts.sum(parts.layout.hedge(0, 1)), value,
              1e-11 * parts.sum(parts.layout.hedge(0, 0)));
  EXPECT_GT(parts.sum(parts.layout.hedge(0, 0)), 0);
  EXPECT_LT(parts.sum(parts.layout.hedge(0, 1)), 0);
}
INSTANTIATE_TEST_SUITE_P(
    Periods, SwapOnATranche,
    ::testing::Values(RateCase{"from today", 0, 24, 0, Frequency::quarterly, false},
                      RateCase{"running", -2, 22, 0, Frequency::quarterly, false},
                      RateCase{"monthly", -6, 18, 0, Frequency::monthly, false},
                      RateCase{"off the grid", -1, 23, 12, Frequency::quarterly, false},
                      RateCase{"draws", -2, 22, 0, Frequency::quarterly, true}));

// Without volatility the rate stays above the strike: the cap is the swap, and bounds the rate.
TEST(VehicleHedges, CapBoundsTheRate) {
  Market market = sample_market();
  market.rates.hull_white.reset();
  market.rates.zero_curve = {{1}, {0.06}};
  Loan loan = debt(kSampleDate, month(24));
  loan.floating = true;
  loan.margin = kMargin;
  Loan fixed = loan;
  fixed.floating = false;
  fixed.coupon = kStrike + kMargin;
  const auto cap = rate_hedge("cap", InstrumentKind::cap, 1, loan);
  expect_same_cash(simulated(market, book_of(loan, 9, {cap}), 0),
                   simulated(market, book_of(fixed, 9, {}), 0));
  market.rates.zero_curve = {{1}, {0.02}};  // and costs nothing where rates are low
  expect_same_cash(simulated(market, book_of(loan, 9, {cap}), 0),
                   simulated(market, book_of(loan, 9, {}), 0));
}

Market powered(double share) {
  Market market = sample_market();
  Power power;
  power.noise = {0.5, 0.6};
  power.level = 1.3;
  market.power = power;
  market.hardware[1].power_share = share;
  market.hardware[1].segments["term"] = Segment{0.05, {1.0, 0.2}};
  return market;
}

// The whole of the cost that follows power, at a price of 1, leaves the cost without power.
TEST(VehicleHedges, PowerSwapMakesTheCostFixed) {
  Instrument swap = hedge("power", InstrumentKind::swap, Underlying::power, 1, month(24));
  swap.ratio = 1;
  Loan loan = debt(kSampleDate, month(24));
  loan.coupon = 0.08;
  const auto hedged = simulated(powered(0.6), book_of(loan, 9, {swap}), 0);
  const auto without = simulated(powered(0), book_of(loan, 9, {}), 0);
  expect_same_cash(hedged, without);
  const auto open = simulated(powered(0.6), book_of(loan, 9, {}), 0);
  EXPECT_LT(open.sum(equity(open)), 0.98 * without.sum(equity(without)));
}

// Rich enough to pay whatever comes: a hedge is then worth what the same instrument is.
TEST(VehicleHedges, AreTheInstrumentsOfTheSameTerms) {
  Market market = powered(0.6);
  market.contagion = {{"customer", "borrower", 0.1, 1, {}}};  // the customer defaults by drawing
  Loan loan = debt(kSampleDate, month(30));
  loan.coupon = 0.08;
  using K = InstrumentKind;
  std::vector<Instrument> hedges = {
      hedge("rent", K::swap, Underlying::rental_rate, 2.1, month(24)),
      hedge("segment", K::cap, Underlying::rental_rate, 2.2, month(18) - std::chrono::days(9)),
      hedge("forward", K::forward, Underlying::rental_rate, 2.0, month(20)),
      hedge("call", K::call, Underlying::power, 1.2, month(11) - std::chrono::days(3)),
      hedge("put", K::put, Underlying::rental_rate, 2.2, month(13)),
      hedge("floor", K::floor, Underlying::power, 1.3, month(12)),
      hedge("rate", K::swap, Underlying::floating_rate, 0.04, month(24)),
      hedge("mean", K::forward, Underlying::rental_rate, 1.9, month(15)),
      hedge("mean-power", K::forward, Underlying::power, 1.1, month(14)),
      hedge("worth-put", K::put, Underlying::resale_value, 17000, month(16)),
      hedge("worth-call", K::call, Underlying::resale_value, 12000, month(22)),
      hedge("worth", K::forward, Underlying::resale_value, 15000, month(9) - std::chrono::days(8))};
  for (Instrument& h : hedges) {
    if (h.on == Underlying::rental_rate || h.on == Underlying::resale_value)
      h.hardware = "multiple";
    h.quantity = h.on == Underlying::resale_value ? 30 : 700;
  }
  hedges[7].month_average = hedges[8].month_average = true;
  hedges[7].counterparty = "customer";
  hedges[9].counterparty = "customer";
  hedges[10].hardware = "income";  // no lot of the vehicle
  hedges[11].long_position = false;
  hedges[0].frequency = Frequency::quarterly;
  hedges[0].long_position = false;
  hedges[0].counterparty = "customer";
  hedges[1].segment = "term";
  hedges[1].month_average = true;
  hedges[1].start = month(3) - std::chrono::days(9);
  hedges[4].counterparty = "customer";
  hedges[5].month_average = true;
  hedges[6].frequency = Frequency::semiannual;
  hedges[6].counterparty = "customer";
  Book book = rich(book_of(loan, 90, hedges));
  for (Instrument h : hedges) {
    h.vehicle.clear();
    book.instruments.push_back(h);
  }
  const auto b = simulated(market, book, 1);
  EXPECT_EQ(b.sum(sample(b, kLifetimeDefault)), 0);
  for (std::size_t h = 0; h < hedges.size(); ++h) {
    SCOPED_TRACE(hedges[h].id);
    const Twice alone = of(b, b.layout.instrument(h, kPayoff));
    EXPECT_GT(alone.square, 0);
    expect_near(of(b, b.layout.hedge(0, h)), alone, 1e-12);
  }
}

// Own sales are counted before values are: puts that are never worth anything must not save
// the vehicle in that count.
TEST(VehicleHedges, OnAValueAreKnownWhenSalesAreCounted) {
  Loan loan = debt(kSampleDate, month(24));
  loan.coupon = 0.08;
  std::vector<Instrument> puts;  // one a month: what one pays is the owner's at the next payment
  for (int k = 1; k <= 24; ++k) {
    puts.push_back(hedge("put", InstrumentKind::put, Underlying::resale_value, 1, month(k)));
    puts.back().id += std::to_string(k);
    puts.back().hardware = "income";  // whose row no lot of the vehicle asks for
    puts.back().quantity = 1e5;
  }
  Market market = sample_market();
  market.liquidation->installed_base["multiple"] = 2000;
  constexpr std::size_t kLifetimeLoss = kFixedSamples + 2 * kSnapshotSamples + kLoss;
  for (const std::uint64_t number : {0, 1}) {
    const auto hedged = simulated(market, book_of(loan, 9, puts), number);
    const auto without = simulated(market, book_of(loan, 9, {}), number);
    expect_same_cash(hedged, without);
    expect_near(of(hedged, sample(hedged, kLifetimeLoss)),
                of(without, sample(without, kLifetimeLoss)), 1e-12);
    EXPECT_GT(without.sum(sample(without, kLifetimeDefault)), 2);
    const auto unpressed = simulated(sample_market(), book_of(loan, 9, {}), number);
    EXPECT_GT(without.sum(sample(without, kLifetimeLoss)),
              1.001 * unpressed.sum(sample(unpressed, kLifetimeLoss)));
  }
}

// Nothing random, no interest: a unit rents at 2, used at all hours, and costs 0.36.
Market quiet_market() {
  Market market;
  market.currency = "USD";
  market.rates.zero_curve = {{1}, {0.0}};
  Hardware chip;
  chip.id = "multiple";
  chip.rental_rate = 2;
  chip.utilization = Utilization{1.0, false, 0, 1, 0};
  chip.operating_cost = 0.36;
  chip.resale = Resale{};
  chip.resale->law = ResaleLaw::rental_multiple;
  chip.resale->multiple = 9000;
  market.hardware = {chip};
  market.liquidation = Liquidation{0.1, 0, 0, 6};
  Party bank;
  bank.id = "bank";
  bank.hazard = {{1}, {0.0}};
  bank.recovery = 0.4;
  market.parties = {bank};
  return market;
}
double value_of(const SimulatedBlock& b) { return b.sum(b.layout.hedge(0, 0)) / 64; }
double equity_of(const SimulatedBlock& b) { return b.sum(equity(b)) / 64; }

Instrument rent_hedge(double strike, bool long_position) {
  Instrument out = hedge("rent", InstrumentKind::swap, Underlying::rental_rate, strike, month(24));
  out.hardware = "multiple";
  out.quantity = 3000;
  out.long_position = long_position;
  out.counterparty = "bank";
  return out;
}
Loan free_loan() {
  Loan loan = debt(kSampleDate, month(24));
  loan.principal = 24000;
  return loan;
}

// Sold 3,000 hours a month at 2.2: 600 a month, and 40 % of it after the bank's default in month 9;
// what the vehicle owes a bank in default it pays in full.
TEST(VehicleHedges, RentalSwapByHand) {
  const double unhedged = equity_of(simulated(quiet_market(), book_of(free_loan(), 10, {}), 0));
  const double earned = 24 * 10 * 730 * (2 - 0.36) - 24000 + 2000;
  EXPECT_NEAR(unhedged, earned, 1e-8);
  const auto sold =
      simulated(quiet_market(), book_of(free_loan(), 10, {rent_hedge(2.2, false)}), 0);
  EXPECT_NEAR(value_of(sold), 24 * 600, 1e-8);
  EXPECT_NEAR(equity_of(sold), earned + 24 * 600, 1e-8);
  Market failing = quiet_market();
  failing.parties[0].forced_default_month = 9;
  const auto lost = simulated(failing, book_of(free_loan(), 10, {rent_hedge(2.2, false)}), 0);
  EXPECT_NEAR(value_of(lost), 8 * 600 + 16 * 0.4 * 600, 1e-8);
  EXPECT_NEAR(equity_of(lost), earned + 8 * 600 + 16 * 0.4 * 600, 1e-8);
  const auto owes = simulated(failing, book_of(free_loan(), 10, {rent_hedge(2.2, true)}), 0);
  EXPECT_NEAR(value_of(owes), -24 * 600, 1e-8);
  EXPECT_NEAR(equity_of(owes), earned - 24 * 600, 1e-8);
}

// A payment that neither cash nor the account covers ends the vehicle: the month's receipts are
// all the counterparty's, the account is the lenders', and the hedge is worth what was settled.
TEST(VehicleHedges, UnpaidOnesAreADefault) {
  Instrument bought = rent_hedge(8, true);  // owes 18,000 a month from month 6 on
  bought.start = month(5);
  for (const bool covered : {true, false}) {
    Book book = book_of(free_loan(), 10, {bought});
    if (!covered) book.vehicles[0].reserves[0].covers = kDebtServiceItem;
    const auto b = simulated(quiet_market(), book, 0);
    EXPECT_NEAR(b.sum(sample(b, kLifetimeDefault)) / 64, 1, 1e-12);
    // Cash of month 6 and two months before it has waited for the payment.
    EXPECT_NEAR(value_of(b), -18000, 1e-8);
    EXPECT_NEAR(b.sum(sample(b, kExposure)) / 64, 24000 - 2 * 3000, 1e-8);
  }
}

// A scenario lets a hedge fall away: nothing is settled from that month on.
TEST(VehicleHedges, FallAwayInAScenario) {
  const Book book = book_of(free_loan(), 10, {rent_hedge(2.2, false)});
  const auto without = [&](std::optional<int> from) {
    ScenarioRow row;
    row.scenario = "unhedged";
    row.input = "vehicle.*.hedge.*";
    row.shock = Shock::cancel;
    row.month = from;
    const Stressed stressed = apply_scenario(quiet_market(), book, std::vector{row}, kSampleDate);
    return simulated(stressed.market, stressed.book, 0);
  };
  const double earned = 24 * 10 * 730 * (2 - 0.36) - 24000 + 2000;
  EXPECT_NEAR(equity_of(without(7)), earned + 6 * 600, 1e-8);
  EXPECT_NEAR(equity_of(without(std::nullopt)), earned, 1e-8);
}

Loan floating_loan() {
  Loan loan = debt(kSampleDate, month(24));
  loan.floating = true;
  loan.margin = kMargin;
  return loan;
}
Covenant least_hedged(double min) {
  Covenant covenant;
  covenant.id = "hedging";
  covenant.test = CovenantTest::hedge_ratio;
  covenant.min = min;
  return covenant;
}
std::uint32_t breaches(const SimulatedBlock& b, int k) { return b.test(0, k, kInBreach); }

// 0.95 of the scheduled principal is 0.95 of the debt as long as it follows its schedule.
TEST(VehicleHedges, RatioIsOfWhatIsOwed) {
  for (const double min : {0.95, 0.951}) {
    Book book = rich(book_of(floating_loan(), 90,
                             {rate_hedge("swap", InstrumentKind::swap, 0.95, floating_loan())}));
    book.vehicles[0].covenants = {least_hedged(min)};
    const auto b = simulated(sample_market(), book, 0);
    for (int k = 1; k <= 23; ++k) EXPECT_EQ(breaches(b, k), min > 0.95 ? 64U : 0U) << k;
    EXPECT_EQ(breaches(b, 24), 0U);  // nothing is owed
  }
  // Of money: 60,000 of 100,000 falling to 12,500; from month 12 on, and not what is sold.
  Instrument amount =
      hedge("swap", InstrumentKind::swap, Underlying::floating_rate, 0.04, month(24));
  amount.frequency = Frequency::quarterly;
  amount.quantity = 60000;
  amount.start = month(12);
  Instrument sold = amount;
  sold.id = "sold";
  sold.start.reset();
  sold.long_position = false;
  Book book = rich(book_of(floating_loan(), 90, {amount, sold}));
  book.vehicles[0].covenants = {least_hedged(0.9)};
  const auto b = simulated(sample_market(), book, 0);
  for (int k = 1; k <= 23; ++k) {
    const double owed = 12500 * (8 - k / 3);
    EXPECT_EQ(breaches(b, k), k < 12 || 60000 < 0.9 * owed ? 64U : 0U) << k;
  }
}

// An account filled to what hedges cost at today's forward rates.
TEST(VehicleHedges, AccountsHoldTheirScheduledPayments) {
  Market market = sample_market();
  market.rates.zero_curve = {{1}, {0.02}};
  Book book = book_of(floating_loan(), 90,
                      {rate_hedge("swap", InstrumentKind::swap, 0.5, floating_loan())});
  ReserveAccount& reserve = book.vehicles[0].reserves[0];
  reserve.target.reset();
  reserve.target_months = 6;
  reserve.covers = kHedgeItem;
  const auto b = simulated(market, book, 0);
  // Months 6 and 9 after month 3: (strike x days / 360 - (e^{0.02/4} - 1)) on half of what is owed.
  double due = 0;
  for (const auto& [k, owed] : {std::pair{6, 87500.0}, {9, 75000.0}}) {
    const double days = static_cast<double>((month(k) - month(k - 3)).count());
    due += 0.5 * owed * (kStrike * days / 360 - std::expm1(0.005));
  }
  EXPECT_NEAR(b.plan.vehicles[0].reserves[0].target[3], due, 1e-9 * due);
  market.rates.zero_curve = {{1}, {0.05}};  // nothing is due at high rates
  EXPECT_EQ(simulated(market, book, 0).plan.vehicles[0].reserves[0].target[3], 0);
}

}  // namespace
}  // namespace lien::pricing
