// Over 400 lines on purpose: all cases are variations of the few books in it.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <ql/pricingengines/blackformula.hpp>
#include <string>
#include <vector>

#include "pricing/market/scenario.hpp"
#include "pricing/measures/value_book.hpp"
#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Balloons of vehicles: refinanced, put off, unpaid. Closed forms and sums by hand.
namespace lien::pricing {
namespace {

Date month(int k) { return add_months(kSampleDate, k, true); }

double normal(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

constexpr double kOwed = 60000, kDrift = -0.20, kVolatility = 0.35;

Loan bullet(double principal, double coupon, int months) {
  Loan loan;
  loan.id = "v/debt";
  loan.recourse = Recourse::none;
  loan.principal = principal;
  loan.closing = kSampleDate;
  loan.maturity = month(months);
  loan.coupon = coupon;
  loan.amortization = Amortization::bullet;
  loan.frequency = Frequency::quarterly;  // four equal quarters by 30/360
  loan.vehicle = 0;
  return loan;
}

// A vehicle that owes `kOwed` for two years on one lot worth 100 hours of a rent that starts at
// 1,000: without revenue and cost, so that nothing but the market repays it.
Inputs bare(double open) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 32768;
  inputs.settings.threads = 2;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.settings.confidence = {0.9};
  Market& market = inputs.market;
  market.currency = "USD";
  market.file = "market.toml";
  market.rates.zero_curve = {{1}, {0}};
  Hardware hardware;
  hardware.id = "multiple";
  hardware.rental_rate = 1;
  hardware.utilization = Utilization{0.0};
  hardware.operating_cost = 0;
  hardware.resale = Resale{};
  hardware.resale->law = ResaleLaw::rental_multiple;
  hardware.resale->multiple = 100;
  market.hardware = {hardware};
  market.liquidation = Liquidation{};
  market.refinancing = Refinancing{{{1}, {open}}, {}};
  Party customer;
  customer.id = "customer";
  customer.hazard = {{1}, {0}};
  market.parties = {customer};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", "multiple", 1000, kSampleDate, {}, {}, {}}};
  Tranche tranche;
  tranche.id = "debt";
  tranche.loan = 0;
  tranche.refinancing_max_loan_to_value = 0.8;
  vehicle.tranches = {tranche};
  inputs.book.loans = {bullet(kOwed, 0, 24)};
  inputs.book.vehicles = {vehicle};
  inputs.rows_read = 1;
  return inputs;
}

Inputs lognormal(double open) {
  Inputs inputs = bare(open);
  inputs.market.frontier = Frontier{kDrift, kVolatility, 0, 0, false};
  return inputs;
}

// The same with a customer who pays `monthly` for good.
Inputs rented(double open, double monthly, double coupon) {
  Inputs inputs = bare(open);
  Offtake offtake;
  offtake.id = "customer";
  offtake.customer = "customer";
  offtake.rental_rate = monthly / (1000 * 730);
  offtake.end = month(120);
  inputs.book.vehicles[0].offtakes = {offtake};
  inputs.book.loans[0].coupon = coupon;
  return inputs;
}

Tranche& debt(Inputs& inputs) { return inputs.book.vehicles[0].tranches[0]; }

void extend(Tranche& tranche, int months, int count, double fee) {
  tranche.extension_months = months;
  tranche.extension_count = count;
  tranche.extension_fee = fee;
}

// A second tranche of the vehicle, of the rank behind.
void add_junior(Inputs& inputs, double principal, int months) {
  Loan loan = bullet(principal, 0, months);
  loan.id = "v/junior";
  Tranche tranche = debt(inputs);
  tranche.id = "junior";
  tranche.rank = 2;
  tranche.loan = 1;
  inputs.book.loans.push_back(loan);
  inputs.book.vehicles[0].tranches.push_back(tranche);
}

struct Found {
  double value = std::nan(""), error = 0;
};

struct Valued {
  RunResults results;
  explicit Valued(const Inputs& inputs) : results(value_book(inputs, {})) {}
  [[nodiscard]] Found at(const std::string& id, const std::string& name, int horizon = 0,
                         const std::string& scenario = "baseline") const {
    const Table& t = results.tables.measures;
    const bool price = name.starts_with("present_value") || name == "equity_value";
    for (std::size_t r = 0; r < t.rows(); ++r)
      if (t.column("scenario").texts[r] == scenario && t.column("id").texts[r] == id &&
          t.column("measure").texts[r] == name &&
          (t.column("measure_basis").texts[r] == "risk_neutral") == price &&
          !(std::abs(t.column("horizon_months").numbers[r] - horizon) > 0))
        return {t.column("value").numbers[r], t.column("standard_error").numbers[r]};
    ADD_FAILURE() << "no " << name << " of " << id;
    return {};
  }
};

// Four standard errors of a share of the paths.
double band(double share) { return 4 * std::sqrt(share * (1 - share) / 32768); }

TEST(Balloon, FailsUnlessTheMarketIsOpenAndTheMarkIsHighEnough) {
  const double years = 2, stdev = kVolatility * std::sqrt(years);
  const double d = (std::log(0.8 * 100000 / kOwed) + kDrift * years) / stdev;
  for (const double open : {0.0, 0.7, 1.0}) {
    const Valued run(lognormal(open));
    const double refinanced = open * normal(d);
    EXPECT_NEAR(run.at("v/debt", "refinancing_probability").value, refinanced, band(refinanced));
    EXPECT_NEAR(run.at("v/debt", "balloon_default_probability").value, 1 - refinanced,
                band(refinanced));
    for (const char* id : {"v/debt", "v"}) {
      EXPECT_NEAR(run.at(id, "probability_of_default").value, 1 - refinanced, band(refinanced));
      EXPECT_EQ(run.at(id, "probability_of_default", 12).value, 0) << id;
    }
    // Where it is refused under the limit, the sale repays it: the loss is that of the collateral.
    const double mean = 100000 * std::exp(kDrift * years + stdev * stdev / 2);
    const Found loss = run.at("v/debt", "expected_loss");
    EXPECT_NEAR(loss.value, QuantLib::blackFormula(QuantLib::Option::Put, kOwed, mean, stdev),
                4 * loss.error);
  }
}

// Above a loan to value of 1 an open market saves what a sale would lose.
TEST(Balloon, AnOpenMarketBearsTheLossUpToItsLimit) {
  Inputs inputs = lognormal(0.6);
  debt(inputs).refinancing_max_loan_to_value = 1.25;
  const double stdev = kVolatility * std::numbers::sqrt2;
  const double mean = 100000 * std::exp(2 * kDrift + stdev * stdev / 2), fits = kOwed / 1.25;
  const double put = QuantLib::blackFormula(QuantLib::Option::Put, kOwed, mean, stdev);
  // E[(owed - S) 1(S < fits)]
  const double d = (std::log(fits / 100000) - 2 * kDrift) / stdev;
  const double below = kOwed * normal(d) - mean * normal(d - stdev);
  const Found loss = Valued(inputs).at("v/debt", "expected_loss");
  EXPECT_NEAR(loss.value, 0.4 * put + 0.6 * below, 4 * loss.error);
  EXPECT_GT(put - below, 10 * loss.error);
}

TEST(Balloon, OfOneMonthMeetOneMarketAndOfTwoMonthsTwo) {
  Inputs inputs = bare(0.7);
  debt(inputs).refinancing_max_loan_to_value = 1e6;
  add_junior(inputs, 1000, 24);
  const Valued together(inputs);
  EXPECT_NEAR(together.at("v", "probability_of_default").value, 0.3, band(0.3));
  EXPECT_NEAR(together.at("v/junior", "refinancing_probability").value, 0.7, band(0.3));
  inputs.book.loans[0].maturity = month(12);
  const Valued apart(inputs);
  EXPECT_NEAR(apart.at("v", "probability_of_default").value, 0.51, band(0.51));
  EXPECT_NEAR(apart.at("v/debt", "probability_of_default").value, 0.3, band(0.3));
  EXPECT_NEAR(apart.at("v/junior", "refinancing_probability").value, 0.49, band(0.49));
}

// One rank that cannot be refinanced takes the other with it.
TEST(Balloon, OfOneMonthStandOrFallTogether) {
  Inputs inputs = bare(1);
  add_junior(inputs, 30000, 24);  // 0.9 of the worth
  const Valued run(inputs);
  EXPECT_EQ(run.at("v/debt", "refinancing_probability").value, 0);
  // A new lender was there for it, and the default of the month came first.
  EXPECT_EQ(run.at("v/debt", "balloon_default_probability").value, 1);
  EXPECT_EQ(run.at("v/junior", "balloon_default_probability").value, 1);
  EXPECT_EQ(run.at("v/debt", "probability_of_default").value, 1);
}

TEST(Balloon, InAnOpenMarketIsRepaidAsByABorrower) {
  Inputs inputs = rented(1, 7300, 0.12);
  inputs.market.rates.zero_curve = {{1}, {0.04}};
  Party borrower;
  borrower.id = "borrower";
  borrower.hazard = {{1}, {0.08}};
  borrower.recovery = 0.3;
  inputs.market.parties.push_back(borrower);
  inputs.book.vehicles[0].borrower = inputs.book.loans[0].borrower = "borrower";
  inputs.market.hardware[0].resale->multiple = 50;
  debt(inputs).refinancing_max_loan_to_value = 1e6;
  Inputs paid = inputs;
  paid.book.vehicles[0].recourse = paid.book.loans[0].recourse = Recourse::full;
  debt(paid).refinancing_max_loan_to_value.reset();
  const Valued open(inputs), recourse(paid);
  for (const char* name :
       {"present_value", "expected_loss", "probability_of_default", "ecl_lifetime"}) {
    const double expected = recourse.at("v/debt", name).value;
    EXPECT_GT(expected, 0);
    EXPECT_NEAR(open.at("v/debt", name).value, expected, 1e-12 * expected) << name;
  }
}

TEST(Balloon, InAShutMarketIsDue) {
  Inputs inputs = rented(0, 7300, 0.12);
  inputs.market.frontier = Frontier{kDrift, kVolatility, 0, 0, false};
  Inputs plain = inputs;
  debt(plain).refinancing_max_loan_to_value.reset();
  const Valued shut(inputs), due(plain);
  for (const char* name :
       {"present_value", "expected_loss", "probability_of_default", "ecl_lifetime"}) {
    const double expected = due.at("v/debt", name).value;
    EXPECT_NEAR(shut.at("v/debt", name).value, expected, 1e-12 * expected) << name;
  }
  EXPECT_EQ(due.at("v/debt", "probability_of_default").value, 1);
}

// Two years, one more for a fee, and a sale.
TEST(Balloon, IsPutOffForAFeeAndThenDue) {
  for (const bool asked : {true, false}) {  // a new lender who refuses, or none
    Inputs inputs = rented(1, 7300, 0.12);
    inputs.market.rates.zero_curve = {{1}, {0.04}};
    inputs.market.hardware[0].resale->multiple = 30;
    extend(debt(inputs), 12, 1, 0.01);
    if (!asked) debt(inputs).refinancing_max_loan_to_value.reset();
    const Valued run(inputs);
    // Interest of 12 quarters but the last, the fee after the eighth; then cash and the sale.
    double value = 0, equity = 0;
    for (int k = 3; k < 36; k += 3) {
      const double due = kOwed * 0.03 + (k == 24 ? kOwed * 0.01 : 0);
      value += due * std::exp(-0.04 * k / 12);
      equity += (3 * 7300 - due) * std::exp(-0.04 * k / 12);
    }
    value += (3 * 7300 + 30000) * std::exp(-0.12);
    EXPECT_NEAR(run.at("v/debt", "present_value").value, value, 1e-10 * value);
    EXPECT_EQ(run.at("v/debt", "extension_probability").value, 1);
    EXPECT_EQ(run.at("v/debt", "balloon_default_probability").value, 1);
    EXPECT_NEAR(run.at("v/debt", "expected_loss").value,
                (kOwed - 3 * 7300 - 30000) * std::exp(-0.12), 1e-9);
    // The owner has what interest and the fee leave, until the default.
    const Table& t = run.results.tables.measures;
    for (std::size_t r = 0; r < t.rows(); ++r)
      if (t.column("measure").texts[r] == "equity_value") {
        EXPECT_NEAR(t.column("value").numbers[r], equity, 1e-9 * equity);
      }
  }
}

// A fee that cash does not pay is a due like any other.
TEST(Balloon, IsNotPutOffWithoutItsFee) {
  Inputs inputs = rented(0, 650, 0.12);
  extend(debt(inputs), 12, 1, 0.01);
  const Valued run(inputs);
  EXPECT_EQ(run.at("v/debt", "probability_of_default").value, 1);
  EXPECT_EQ(run.at("v/debt", "extension_probability").value, 0);
}

TEST(Balloon, ThatCashRepaysIsNotPutOff) {
  Inputs inputs = rented(0, 7300, 0.12);
  extend(debt(inputs), 12, 2, 0.01);
  ReserveAccount account;
  account.id = "sinking";
  account.initial = account.target.emplace(55000);
  inputs.book.vehicles[0].reserves = {account};
  const Valued run(inputs);
  EXPECT_EQ(run.at("v/debt", "extension_probability").value, 0);
  EXPECT_EQ(run.at("v/debt", "balloon_default_probability").value, 0);
  EXPECT_EQ(run.at("v/debt", "probability_of_default").value, 0);
  EXPECT_NEAR(run.at("v/debt", "present_value").value, kOwed * (1 + 0.24), 1e-9 * kOwed);
  inputs.book.vehicles[0].reserves[0].initial = 30000;
  inputs.book.vehicles[0].reserves[0].target = 30000;
  EXPECT_EQ(Valued(inputs).at("v/debt", "extension_probability").value, 1);
}

// A floating rate pays par whenever it is repaid: interest in an extension is at the path's rates.
TEST(Balloon, FloatsInAnExtension) {
  Inputs inputs = rented(1, 7300, 0);
  inputs.market.rates.zero_curve = {{1, 5}, {0.04, 0.045}};
  inputs.market.rates.hull_white = HullWhite{0.08, 0.012};
  inputs.market.refinancing->open_probability = {{2, 35 / 12.0, 3}, {0, 0, 1}};
  inputs.book.loans[0].floating = true;
  inputs.book.loans[0].frequency = Frequency::quarterly;
  debt(inputs).refinancing_max_loan_to_value = 10;
  extend(debt(inputs), 12, 1, 0);
  const Valued run(inputs);
  EXPECT_EQ(run.at("v/debt", "extension_probability").value, 1);
  EXPECT_EQ(run.at("v/debt", "refinancing_probability").value, 1);
  const Found value = run.at("v/debt", "present_value");
  EXPECT_NEAR(value.value, kOwed, 4 * value.error);
  EXPECT_LT(value.error, 1e-3 * kOwed);
}

// The new lender stands where the old one stood: what is behind it gains nothing.
TEST(Balloon, OnceRefinancedStaysAheadOfTheNextRank) {
  Inputs inputs = bare(1);
  inputs.market.hardware[0].resale->multiple = 70;
  inputs.market.refinancing->open_probability = {{1, 2}, {1, 0}};
  debt(inputs).refinancing_max_loan_to_value = 2;
  inputs.book.loans[0] = bullet(50000, 0, 12);
  add_junior(inputs, 40000, 24);
  const Valued run(inputs);
  EXPECT_EQ(run.at("v/debt", "refinancing_probability").value, 1);
  EXPECT_EQ(run.at("v/debt", "probability_of_default").value, 0);
  EXPECT_NEAR(run.at("v/debt", "expected_loss").value, 0, 1e-12);
  EXPECT_NEAR(run.at("v/debt", "present_value").value, 50000, 1e-7);
  EXPECT_EQ(run.at("v/junior", "probability_of_default").value, 1);
  EXPECT_NEAR(run.at("v/junior", "expected_loss").value, 20000, 1e-8);
}

// Interest only to the end of the vehicle's debt: an option that is never taken changes nothing,
// and the junior is short by what the new lender takes.
TEST(Balloon, OnceRefinancedPaysInterestToTheEndOfTheVehicle) {
  const auto valued = [](bool option) {
    Inputs inputs = rented(1, 2000, 0.12);
    debt(inputs).refinancing_max_loan_to_value = 9;
    inputs.book.loans[0].maturity = month(12);
    add_junior(inputs, 150, 36);
    inputs.book.vehicles[0].tranches[1].refinancing_max_loan_to_value.reset();
    if (option) extend(debt(inputs), 12, 2, 0);
    return Valued(inputs);
  };
  const Valued plain = valued(false), option = valued(true);
  EXPECT_EQ(option.at("v/debt", "extension_probability").value, 0);
  for (const char* id : {"v/debt", "v/junior"})
    EXPECT_NEAR(plain.at(id, "present_value").value, option.at(id, "present_value").value, 1e-7);
  // 36 months of 2,000; interest on 60,000 to the old lender, then to the new one; 150 repaid.
  const double interest = 0.12 * kOwed * 3;
  EXPECT_NEAR(plain.at("v", "equity_value").value, 36 * 2000 - interest - 150, 1e-6);
}

// cashflows.csv has the months in which nothing is paid but interest by an extension.
TEST(Balloon, ShowsAllFlowsOfAnExtension) {
  Inputs inputs = rented(0, 2000, 0.12);
  extend(debt(inputs), 12, 1, 0.002);
  const Valued run(inputs);
  const Table& t = run.results.tables.cashflows;
  double sum = 0;
  std::size_t months = 0;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    if (t.column("contract").texts[r] != "v/debt" || t.column("scenario").texts[r] != "baseline" ||
        t.column("measure_basis").texts[r] != "risk_neutral")
      continue;
    months += t.column("month").numbers[r] > 24 ? 1 : 0;
    for (const char* name :
         {"expected_interest", "expected_principal", "expected_recovery", "expected_fee"})
      sum += t.column(name).numbers[r];
  }
  EXPECT_GE(months, 4U);
  EXPECT_NEAR(sum, run.at("v/debt", "present_value").value, 1e-6);
}

// A scenario shuts the market for a year; what it changes is told with a paired error.
TEST(Balloon, IsShutOutByAScenario) {
  Inputs inputs = lognormal(0.9);
  inputs.settings.loss_horizon_months = {0};
  const auto row = [](int at, double level) {
    ScenarioRow out;
    out.scenario = "shut";
    out.input = "refinancing.open_probability";
    out.shock = Shock::level;
    out.month = at;
    out.value = level;
    return out;
  };
  inputs.scenarios = {row(23, 1), row(24, 0), row(36, 0), row(37, 1)};
  const Valued run(inputs);
  EXPECT_EQ(run.at("v/debt", "refinancing_probability", 0, "shut").value, 0);
  const double stdev = kVolatility * std::numbers::sqrt2;
  const double fits = normal((std::log(0.8 * 100000 / kOwed) + 2 * kDrift) / stdev);
  EXPECT_NEAR(run.at("v/debt", "refinancing_probability").value, 0.9 * fits, band(0.9 * fits));
  EXPECT_NEAR(run.at("", "probability_of_default_change", 0, "shut").value, 0.9 * fits,
              band(0.9 * fits));
}

std::vector<double> openings(const Inputs& inputs, const std::vector<ScenarioRow>& rows) {
  const Stressed stressed = apply_scenario(inputs.market, inputs.book, rows, kSampleDate);
  const SimulatedBlock block(stressed.market, stressed.book, inputs.settings,
                             MeasureBasis::real_world, 0);
  EXPECT_EQ(block.plan.refinancing.months, (std::vector<int>{12, 18, 24}));
  return block.plan.refinancing.open;
}

TEST(Balloon, MeetsTheChanceOfItsMonth) {
  Inputs inputs = bare(0.8);
  inputs.book.loans[0].maturity = month(12);
  extend(debt(inputs), 6, 2, 0);
  const auto row = [](Shock shock, std::optional<int> at, double value) {
    ScenarioRow out;
    out.scenario = "s";
    out.input = "refinancing.open_probability";
    out.shock = shock;
    out.month = at;
    out.value = value;
    return out;
  };
  const auto expect = [&](const std::vector<ScenarioRow>& rows, std::array<double, 3> expected) {
    const std::vector<double> open = openings(inputs, rows);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(open[i], expected[i], 1e-15) << i;
  };
  expect({}, {0.8, 0.8, 0.8});
  expect({row(Shock::relative, {}, -0.25)}, {0.6, 0.6, 0.6});
  // Before its first month a path leaves the market's own chance; then linear, the last held.
  expect({row(Shock::level, 20, 0.2), row(Shock::level, 14, 0.5)}, {0.8, 0.3, 0.2});
  inputs.market.refinancing->open_probability = {{1, 2}, {1, 0}};
  expect({}, {1, 0.5, 0});
  inputs.market.refinancing.reset();
  expect({}, {1, 1, 1});
}

// An account for the next three months of debt service holds no balloon that is refinanced.
TEST(Balloon, IsNoDebtServiceToReserve) {
  Inputs inputs = rented(1, 7300, 0.12);
  extend(debt(inputs), 12, 1, 0.01);
  ReserveAccount account;
  account.id = "service";
  account.target_months = 3;
  inputs.book.vehicles[0].reserves = {account};
  const auto target = [&](std::size_t k) {
    const SimulatedBlock block(inputs.market, inputs.book, inputs.settings,
                               MeasureBasis::real_world, 0);
    EXPECT_EQ(block.plan.vehicles[0].months, 36);
    return block.plan.vehicles[0].reserves[0].target[k];
  };
  EXPECT_NEAR(target(22), 1800, 1e-9);
  EXPECT_NEAR(target(30), 1800, 1e-9);
  debt(inputs).refinancing_max_loan_to_value.reset();
  EXPECT_NEAR(target(22), 1800 + kOwed, 1e-9);
}

// A horizon inside an extension leaves the debt owed and the vehicle alive.
TEST(Balloon, OutlivesAHorizonInsideItsExtension) {
  Inputs inputs = rented(0, 7300, 0.12);
  extend(debt(inputs), 12, 1, 0.01);
  inputs.settings.horizon_months = 30;
  inputs.settings.loss_horizon_months = {0};
  const Valued run(inputs);
  EXPECT_EQ(run.at("v/debt", "probability_of_default").value, 0);
  EXPECT_EQ(run.at("v/debt", "extension_probability").value, 1);
  EXPECT_NEAR(run.at("v/debt", "present_value").value, 10 * 1800 + 600, 1e-7);
}

// The two bases, and any number of threads, draw the same market.
TEST(Balloon, DrawsTheSameMarketForAnyThreadCount) {
  Inputs inputs = lognormal(0.5);
  const Valued two(inputs);
  inputs.settings.threads = 1;
  const Valued one(inputs);
  for (const char* name : {"refinancing_probability", "expected_loss", "present_value"})
    EXPECT_EQ(one.at("v/debt", name).value, two.at("v/debt", name).value) << name;
}

}  // namespace
}  // namespace lien::pricing
