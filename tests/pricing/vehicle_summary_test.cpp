#include "pricing/report/vehicle_summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "pricing/measures/value_book.hpp"
#include "pricing/plan/calendar.hpp"
#include "pricing/report/text_form.hpp"
#include "pricing/report/text_table.hpp"
#include "tests/pricing/sample_market.hpp"

// What a run says of a vehicle as a whole.
namespace lien::pricing {
namespace {

Date month(int k) { return add_months(kSampleDate, k, true); }

Loan tranche_terms(const char* id, double principal, double coupon) {
  Loan loan;
  loan.id = id;
  loan.recourse = Recourse::none;
  loan.principal = principal;
  loan.closing = kSampleDate;
  loan.maturity = month(24);
  loan.coupon = coupon;
  loan.day_count = DayCount::thirty_360;
  loan.frequency = Frequency::quarterly;
  loan.vehicle = 0;
  return loan;
}

// Ten units let to a customer that pays their cost too; one tranche.
Inputs inputs_with(const char* customer, double hazard) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 2048;
  inputs.settings.threads = 1;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.market = sample_market();
  Party party;
  party.id = customer;
  party.hazard = {{1}, {hazard}};
  inputs.market.parties.push_back(party);
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", "multiple", 10, {}, 20000, {}, {}}};
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = customer;
  offtake.rental_rate = 2;
  offtake.end = month(30);
  offtake.net = true;
  vehicle.offtakes = {offtake};
  Tranche tranche;
  tranche.id = "a";
  tranche.loan = 0;
  vehicle.tranches = {tranche};
  inputs.book.vehicles = {vehicle};
  return inputs;
}

std::optional<Estimate> measured(const RunTables& tables, const std::string& basis,
                                 const std::string& id, const std::string& measure, int months) {
  const Table& t = tables.measures;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    if (t.column("scenario").texts[row] != "baseline" ||
        t.column("measure_basis").texts[row] != basis || t.column("id").texts[row] != id ||
        t.column("measure").texts[row] != measure ||
        t.column("horizon_months").numbers[row] != months)
      continue;
    Estimate e;
    e.value = t.column("value").numbers[row];
    e.standard_error = t.column("standard_error").numbers[row];
    return e;
  }
  return std::nullopt;
}

// Debt sized to 1.25 of what a customer that cannot fail pays is covered 1.25 times; the balloon
// that the sizing leaves is covered by hand.
TEST(VehicleSummary, CoverageIsTheOneTheDebtIsSizedTo) {
  Inputs inputs = inputs_with("sound", 0);
  Loan loan = tranche_terms("v/a", 300000, 0.12);
  loan.amortization = Amortization::sculpted;
  loan.target_debt_service_coverage_ratio = 1.25;
  inputs.book.loans = {loan};
  const RunTables tables = value_book(inputs, {}).tables;
  const double cash = 10 * 730 * 3 * 2.0;
  double owed = 300000;
  for (int k = 3; k < 24; k += 3) owed -= cash / 1.25 - owed * 0.03;
  for (const char* basis : {"risk_neutral", "real_world"})
    for (int k = 1; k <= 24; ++k) {
      const auto e = measured(tables, basis, "v", "debt_service_coverage_ratio", k);
      ASSERT_EQ(e.has_value(), k % 3 == 0) << k;
      if (!e) continue;
      EXPECT_NEAR(e->value, k < 24 ? 1.25 : cash / (owed * 1.03), 1e-9) << basis << k;
      EXPECT_LT(e->standard_error, 1e-6);
    }
  const VehicleSummary summary = summarize_vehicles(tables, {});
  ASSERT_EQ(summary.deals.size(), 1U);
  EXPECT_EQ(summary.deals[0].coverage_month, 24);
  EXPECT_NEAR(summary.deals[0].coverage.value, cash / (owed * 1.03), 1e-9);
}

// Why a vehicle fails on every path is told: what it owed and what it had.
TEST(CertainDefaults, AreToldWithWhatWasDue) {
  const auto told = [](double principal, double operating_cost) {
    Inputs inputs = inputs_with("sound", 0);
    Loan loan = tranche_terms("v/a", principal, 0.12);
    loan.amortization = Amortization::straight_line;
    inputs.book.loans = {loan};
    Vehicle& vehicle = inputs.book.vehicles[0];
    vehicle.offtakes[0].net = false;
    vehicle.lots[0].operating_cost = operating_cost;
    std::string text;
    for (const std::string& warning : value_book(inputs, {}).facts.warnings)
      if (warning.starts_with("vehicle")) text += warning + "\n";
    return text;
  };
  EXPECT_EQ(told(200000, 0.5), "");
  // 1e6 / 8 and 12 % of 1e6 a year; 730 hours a month of ten units earn 2 and cost 0.4.
  EXPECT_EQ(told(1e6, 0.4),
            "vehicle v defaults on every path within 12 months: no path outlives the debt payment "
            "of " +
                iso_text(month(3)) +
                ", where USD k 155.0 is due and income less operating cost, fees and hedges is "
                "35.0\n");
  EXPECT_EQ(told(1e6, 3),
            "vehicle v defaults on every path within 12 months: it does not reach its first debt "
            "payment, of " +
                iso_text(month(3)) +
                "; operating cost, fees and hedges are more than its income and accounts\n");
}

// A run that looks at twelve months only still names the test that is breached most.
TEST(VehicleSummary, NamesTheLikeliestTestOfTheHorizonsThereAre) {
  RunTables tables;
  const auto add = [&tables](const char* level, const char* id, const char* measure, double value) {
    tables.measures.add({"baseline", "real_world", level, id, measure, 12, {}, value, 0.01});
  };
  add("vehicle", "v", "probability_of_default", 0.02);
  add("contract", "v/a", "breach_probability", 0.11);
  add("contract", "v/b", "breach_probability", 0.06);
  const VehicleSummary summary = summarize_vehicles(tables, {});
  ASSERT_EQ(summary.deals.size(), 1U);
  EXPECT_EQ(summary.deals[0].test, "a");
  EXPECT_EQ(summary.deals[0].breach_12m.value, 0.11);
}

// What the accounts hold after the last payment is the owner's: no test of liquidity fails then.
TEST(VehicleSummary, LiquidityIsNotTestedAfterTheLastPayment) {
  Inputs inputs = inputs_with("sound", 0);
  Loan loan = tranche_terms("v/a", 100000, 0.12);
  loan.amortization = Amortization::level;
  inputs.book.loans = {loan};
  ReserveAccount reserve;
  reserve.id = "r";
  reserve.initial = 9000;
  reserve.target = 9000;
  inputs.book.vehicles[0].reserves = {reserve};
  Covenant covenant;
  covenant.id = "liquid";
  covenant.test = CovenantTest::liquidity;
  covenant.min = 8000;
  covenant.consequences = kEventOfDefault;
  inputs.book.vehicles[0].covenants = {covenant};
  const RunTables tables = value_book(inputs, {}).tables;
  const auto e = measured(tables, "real_world", "v/liquid", "breach_probability", 0);
  ASSERT_TRUE(e);
  EXPECT_EQ(e->value, 0);
  const auto& months = tables.covenants.column("month").numbers;
  ASSERT_FALSE(months.empty());
  EXPECT_EQ(*std::max_element(months.begin(), months.end()), 23);
}

ScenarioRow row(const char* scenario, const char* input, Shock shock) {
  ScenarioRow out;
  out.scenario = scenario;
  out.input = input;
  out.shock = shock;
  return out;
}

class GuaranteedVehicle : public ::testing::Test {
 protected:
  GuaranteedVehicle() : inputs(inputs_with("weak", 0.3)) {
    Loan a = tranche_terms("v/a", 150000, 0.12), b = tranche_terms("v/b", 50000, 0.15);
    a.amortization = b.amortization = Amortization::level;
    b.held = 0.5;
    inputs.book.loans = {a, b};
    Vehicle& vehicle = inputs.book.vehicles[0];
    vehicle.tranches.push_back(vehicle.tranches[0]);
    vehicle.tranches[1].id = "b";
    vehicle.tranches[1].loan = 1;
    vehicle.tranches[1].rank = 2;
    Guarantee guarantee;
    guarantee.id = "g";
    guarantee.guarantor = "borrower";
    guarantee.covers = {"a"};
    vehicle.guarantees = {guarantee};
    // The first cancels and moves rents too, so it does not say what a guarantee is worth.
    inputs.scenarios = {row("mixed", "vehicle.*.guarantee.*", Shock::cancel),
                        row("mixed", "frontier.volatility", Shock::relative),
                        row("alone", "vehicle.v.guarantee.*", Shock::cancel)};
    inputs.scenarios[1].value = 0.1;
    tables = value_book(inputs, {}).tables;
  }
  [[nodiscard]] Estimate at(const char* id, const char* measure, int months,
                            const char* basis = "risk_neutral") const {
    return measured(tables, basis, id, measure, months).value_or(Estimate{});
  }
  Inputs inputs;
  RunTables tables;
};

TEST_F(GuaranteedVehicle, DebtIsTheSumOfItsTranches) {
  const double value = at("v/a", "present_value", 0).value + at("v/b", "present_value", 0).value;
  EXPECT_NEAR(at("v", "present_value", 0).value, value, 1e-9 * value);
  EXPECT_EQ(at("v", "outstanding_principal", 0).value, 175000);
  EXPECT_NEAR(at("v", "price", 0).value, value / 175000, 1e-9);
  const double errors =
      at("v/a", "present_value", 0).standard_error + at("v/b", "present_value", 0).standard_error;
  EXPECT_LT(at("v", "present_value", 0).standard_error, 0.9999 * errors);
  EXPECT_GT(at("v", "present_value", 0).standard_error, 0.5 * errors);
  for (const int h : {12, 0}) {
    const double loss = at("v/a", "expected_loss", h, "real_world").value +
                        at("v/b", "expected_loss", h, "real_world").value;
    EXPECT_GT(loss, 100);
    EXPECT_NEAR(at("v", "expected_loss", h, "real_world").value, loss, 1e-9 * loss);
  }
}

// The guarantee changes nothing but its own payments, so that with less without is its value.
TEST_F(GuaranteedVehicle, WithLessWithoutIsTheGuaranteesValue) {
  const VehicleSummary summary = summarize_vehicles(tables, inputs.scenarios);
  ASSERT_EQ(summary.guarantees.size(), 1U);
  const GuaranteeLine& line = summary.guarantees[0];
  EXPECT_EQ(line.scenario, "alone");
  EXPECT_NEAR(line.with.value, at("v/a", "price", 0).value, 1e-12);
  EXPECT_GT(line.value.value, 1000);
  EXPECT_NEAR((line.with.value - line.without.value) * 150000, line.value.value, 1e-3);
}

TEST_F(GuaranteedVehicle, StandsInTheTerminalsTable) {
  Loan tape = tranche_terms("tape", 1e5, 0.1);
  tape.vehicle.reset();
  tape.borrower = "borrower";
  tape.recourse = Recourse::full;
  tape.amortization = Amortization::bullet;
  inputs.book.loans.push_back(tape);
  const auto text_of = [](const Inputs& all) {
    return text_table({all.settings, "USD", all.scenarios, "1"}, value_book(all, {}), {});
  };
  const std::string text = text_of(inputs);
  const auto at = [&text](const char* what) { return text.find(what); };
  ASSERT_NE(at("\nDeal "), std::string::npos) << text;
  EXPECT_LT(at("\nDeal "), at("\nv "));
  EXPECT_LT(at("\nv "), at("\ntape "));
  EXPECT_LT(at("\ntape "), at("\nGuarantee "));
  EXPECT_LT(at("\nGuarantee "), at("\nv/g "));
  EXPECT_NE(at("without it"), std::string::npos);
  EXPECT_EQ(at("\nv/a "), std::string::npos) << "a tranche is no deal of its own";
  for (int i = 0; i < 40; ++i) {
    inputs.book.loans.push_back(tape);
    inputs.book.loans.back().id = "tape-" + std::to_string(i);
  }
  const std::string many = text_of(inputs);
  EXPECT_EQ(many.find("\ntape"), std::string::npos) << "more than a screen holds";
  EXPECT_NE(many.find("\n41 contracts of tapes: see contracts.csv\n"), std::string::npos);
  inputs.book.vehicles.clear();
  inputs.book.loans = {tape};
  inputs.scenarios.clear();
  EXPECT_EQ(text_of(inputs).find("\nDeal "), std::string::npos);
}

}  // namespace
}  // namespace lien::pricing
