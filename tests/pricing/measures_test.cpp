#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pricing/contract/measure_names.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/run_notes.hpp"
#include "pricing/measures/value_book.hpp"
#include "pricing/report/text_form.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

Inputs sample_inputs() {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 2048;
  inputs.settings.threads = 2;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.settings.confidence = {0.9, 0.99};
  inputs.market = sample_market();
  std::mt19937_64 draw(31);
  for (int i = 0; i < 15; ++i) {
    Loan loan = random_loan(draw, kSampleDate, i);
    if (!loan.hardware.empty()) loan.hardware = loan.hardware == "curve" ? "income" : "multiple";
    if (loan.borrower.empty()) loan.borrower = "customer";
    inputs.book.loans.push_back(loan);
  }
  for (int i = 0; i < 5; ++i) {
    Lease lease = random_lease(draw, kSampleDate, i);
    lease.hardware = "income";
    lease.residual_guarantor.clear();
    inputs.book.leases.push_back(lease);
  }
  inputs.rows_read = 20;
  inputs.market.file = "market.toml";
  ScenarioRow row;
  row.scenario = "weak";
  row.input = "hardware.*.rental_rate";
  row.shock = Shock::relative;
  row.value = -0.2;
  inputs.scenarios = {row};
  return inputs;
}

const RunTables& tables() {
  static const RunTables result = value_book(sample_inputs(), {}).tables;
  return result;
}

// What limits are read against holds every measure at every level that a run writes.
TEST(MeasureNames, HoldWhatARunWrites) {
  const Table& measures = tables().measures;
  std::set<std::string> wrong;
  for (std::size_t row = 0; row < measures.rows(); ++row) {
    const std::string& name = measures.column("measure").texts[row];
    const std::string level = "|" + measures.column("level").texts[row] + "|";
    const auto known = std::find_if(measure_names().begin(), measure_names().end(),
                                    [&](const MeasureName& m) { return m.name == name; });
    if (known == measure_names().end() ||
        ("|" + std::string(known->levels) + "|").find(level) == std::string::npos)
      wrong.insert(name + " " + level);
  }
  EXPECT_EQ(wrong, std::set<std::string>());
  EXPECT_GT(measures.rows(), 100u);
}

// Numbers of another unit pass every range; each kind of them is told once, with the first place.
TEST(Warnings, NameNumbersOfAnotherUnit) {
  const auto told = [](const Inputs& inputs) {
    std::string text;
    for (const std::string& warning : warnings(inputs)) text += warning + "\n";
    return text;
  };
  Inputs inputs;
  inputs.market.currency = "USD";
  inputs.book.loans.resize(3);
  for (Loan& loan : inputs.book.loans) {
    loan.id = "L-" + std::to_string(&loan - &inputs.book.loans[0]);
    loan.principal = 12e6;
    loan.min_debt_service_coverage_ratio = 1.2;
    loan.max_loan_to_value = 0.8;
  }
  inputs.market.parties.resize(1);
  inputs.market.parties[0].id = "lab";
  inputs.market.parties[0].hazard.values = {0.05, 0.5};
  inputs.market.scarcity.emplace().volatility = 0.9;
  Vehicle& vehicle = inputs.book.vehicles.emplace_back();
  vehicle.id = "ddtl";
  Covenant& covenant = vehicle.covenants.emplace_back();
  covenant.id = "dscr";
  covenant.min = 1.35;
  EXPECT_EQ(told(inputs), "");
  inputs.book.loans[1].principal = 12;
  EXPECT_EQ(told(inputs),
            "loan L-1 / principal: is 12; money is in whole USD: 12 million is 12e6\n");
  inputs.book.loans[1].principal = 12e6;
  inputs.book.loans[0].min_debt_service_coverage_ratio = 120;
  inputs.book.loans[2].min_debt_service_coverage_ratio = 115;
  EXPECT_EQ(
      told(inputs),
      "loan L-0 / min_debt_service_coverage_ratio: is 120; if 120 % is meant, write 1.2 (and 1 "
      "more)\n");
  inputs.book.loans[0].min_debt_service_coverage_ratio =
      inputs.book.loans[2].min_debt_service_coverage_ratio = 1.2;
  inputs.book.loans[2].max_loan_to_value = 80;
  EXPECT_EQ(told(inputs), "loan L-2 / max_loan_to_value: is 80; if 80 % is meant, write 0.8\n");
  inputs.book.loans[2].max_loan_to_value = 0.8;
  covenant.min = 135;
  EXPECT_EQ(told(inputs), "vehicle ddtl / covenant dscr: is 135; if 135 % is meant, write 1.35\n");
  covenant.test = CovenantTest::liquidity;  // money
  EXPECT_EQ(told(inputs), "");
  inputs.market.parties[0].hazard.values[1] = 9.5;
  EXPECT_EQ(told(inputs), "party lab / hazard: is 9.5; if 9.5 % is meant, write 0.095\n");
  inputs.market.parties[0].hazard.values[1] = 0.5;
  inputs.market.scarcity->volatility = 40;
  EXPECT_EQ(told(inputs), "scarcity / volatility: is 40; if 40 % is meant, write 0.4\n");
}

// A number with real_world drifts and risk_free with risk_neutral ones go together.
TEST(Warnings, NameAnUnusualPairOfRateAndDrifts) {
  Inputs inputs = sample_inputs();
  Resale& resale = *inputs.market.hardware[0].resale;
  EXPECT_TRUE(warnings(inputs).empty());
  resale.risk_neutral_drifts = true;
  ASSERT_EQ(warnings(inputs).size(), 1U);
  EXPECT_NE(warnings(inputs)[0].find("hardware income"), std::string::npos);
  EXPECT_NE(warnings(inputs)[0].find("twice"), std::string::npos);
  resale.operator_rate.reset();
  EXPECT_TRUE(warnings(inputs).empty());
  resale.risk_neutral_drifts = false;
  ASSERT_EQ(warnings(inputs).size(), 1U);
  EXPECT_NE(warnings(inputs)[0].find("liquidity_spread"), std::string::npos);
  resale.law = ResaleLaw::rental_multiple;
  EXPECT_TRUE(warnings(inputs).empty());
  resale = *sample_market().hardware[0].resale;
  resale.risk_neutral_drifts = true;
  inputs.settings.paths = 64;
  inputs.settings.confidence = {0.9};  // of more than 64 paths the tail has none
  EXPECT_EQ(value_book(inputs, {}).facts.warnings, warnings(inputs));
}

// One number of measures.csv.
struct Row {
  double value, error;
};
std::optional<Row> measure(const std::string& scenario, const std::string& basis,
                           const std::string& level, const std::string& id, const std::string& name,
                           int horizon) {
  const Table& t = tables().measures;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const double h = t.column("horizon_months").numbers[r];
    if (t.column("scenario").texts[r] == scenario && t.column("measure_basis").texts[r] == basis &&
        t.column("level").texts[r] == level && t.column("id").texts[r] == id &&
        t.column("measure").texts[r] == name && (horizon < 0 ? std::isnan(h) : h == horizon))
      return Row{t.column("value").numbers[r], t.column("standard_error").numbers[r]};
  }
  return std::nullopt;
}

double sum_over_contracts(const std::string& column) {
  const Table& t = tables().contracts;
  double sum = 0;
  for (std::size_t r = 0; r < t.rows(); ++r)
    if (t.column("scenario").texts[r] == "baseline") sum += t.column(column).numbers[r];
  return sum;
}

void expect_sum(const std::string& basis, const std::string& name, int horizon,
                const std::string& column) {
  const double sum = sum_over_contracts(column);
  EXPECT_NEAR(measure("baseline", basis, "portfolio", "", name, horizon).value().value, sum,
              1e-9 * std::abs(sum))
      << name;
}

TEST(Measures, OfThePortfolioAreSumsOfContracts) {
  expect_sum("risk_neutral", "present_value", 0, "present_value");
  expect_sum("real_world", "expected_loss", 0, "expected_loss");
  expect_sum("real_world", "ecl_12m", 12, "ecl_12m");
  expect_sum("real_world", "ecl_lifetime", 0, "ecl_lifetime");
  EXPECT_NEAR(measure("baseline", "risk_neutral", "portfolio", "", "outstanding_principal", 0)
                  .value()
                  .value,
              sum_over_contracts("balance"), 1e-6);
  // By parties too.
  double parties = 0;
  for (const char* id : {"borrower", "customer"})
    parties += measure("baseline", "real_world", "party", id, "ecl_lifetime", 0).value().value;
  EXPECT_NEAR(parties, sum_over_contracts("ecl_lifetime"), 1e-9 * parties);
}

TEST(Measures, WeighDefaultByBalance) {
  const Table& t = tables().contracts;
  double weighted = 0, balance = 0;
  for (std::size_t r = 0; r < t.rows(); ++r)
    if (t.column("scenario").texts[r] == "baseline") {
      const double b = t.column("balance").numbers[r];
      weighted += b * t.column("probability_of_default").numbers[r];
      balance += b;
    }
  EXPECT_NEAR(
      measure("baseline", "real_world", "portfolio", "", "probability_of_default", 0).value().value,
      weighted / balance, 1e-12);
}

// A paired difference is the difference, with less error than two runs would have.
TEST(Measures, OfAScenarioAreDifferences) {
  for (const auto& [basis, name, horizon] : {std::tuple{"risk_neutral", "present_value", 0},
                                             {"real_world", "expected_loss", 12},
                                             {"real_world", "ecl_lifetime", 0},
                                             {"real_world", "probability_of_default", 0}}) {
    const Row before = measure("baseline", basis, "portfolio", "", name, horizon).value();
    const Row after = measure("weak", basis, "portfolio", "", name, horizon).value();
    const Row change =
        measure("weak", basis, "portfolio", "", std::string(name) + "_change", horizon).value();
    EXPECT_NEAR(change.value, after.value - before.value, 1e-9 * std::abs(after.value)) << name;
    EXPECT_LT(change.error, std::hypot(before.error, after.error)) << name;
    EXPECT_GT(change.error, 0) << name;
  }
}

Inputs with_interval(double low, double high) {
  Inputs inputs = sample_inputs();
  inputs.scenarios.clear();
  inputs.settings.paths = 256;
  inputs.settings.premium_interval = {low, high};
  for (Party& party : inputs.market.parties) party.risk_neutral_ratio = 1.7;
  return inputs;
}

// Rows of one scenario on the risk-neutral basis without its name, changes left out.
std::vector<std::string> prices(const Table& t, const std::string& scenario) {
  std::vector<std::string> rows;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const std::string& name = t.column("measure").texts[r];
    if (t.column("scenario").texts[r] != scenario || name.ends_with("_change") ||
        t.column("measure_basis").texts[r] != "risk_neutral")
      continue;
    rows.push_back(t.column("level").texts[r] + "/" + t.column("id").texts[r] + "/" + name + "/" +
                   seventeen_digits(t.column("horizon_months").numbers[r]) + "/" +
                   seventeen_digits(t.column("value").numbers[r]) + "/" +
                   seventeen_digits(t.column("standard_error").numbers[r]));
  }
  return rows;
}

// Premia times 1 are the market's own, to the bit; times 0 are none: hazards fitted anew included.
TEST(Measures, OverThePremiumIntervalAreThoseOfTheScaledMarket) {
  const RunResults run = value_book(with_interval(0, 1), {});
  const Table& found = run.tables.measures;
  EXPECT_EQ(prices(found, "premium_1"), prices(found, "baseline"));
  Inputs none = with_interval(0, 1);
  none.settings.premium_interval.reset();
  none.market.scarcity->risk_premium = none.market.frontier->risk_premium = 0;
  none.market.launches[0].hazard_premium = none.market.launches[0].drop_premium = 0;
  for (Party& party : none.market.parties) party.risk_neutral_ratio = 1;
  const RunResults without = value_book(none, {});
  EXPECT_EQ(prices(found, "premium_0"), prices(without.tables.measures, "baseline"));
  EXPECT_NE(prices(found, "premium_0"), prices(found, "baseline"));
}

TEST(Measures, OverThePremiumIntervalChangeByTheDifference) {
  const RunTables& t = value_book(with_interval(0.5, 2), {}).tables;
  const auto number = [&t](const std::string& scenario, const std::string& name) {
    for (std::size_t r = 0; r < t.measures.rows(); ++r)
      if (t.measures.column("scenario").texts[r] == scenario &&
          t.measures.column("measure_basis").texts[r] == "risk_neutral" &&
          t.measures.column("level").texts[r] == "portfolio" &&
          t.measures.column("measure").texts[r] == name)
        return t.measures.column("value").numbers[r];
    return std::nan("");
  };
  const double today = number("baseline", "present_value");
  for (const char* id : {"premium_0.5", "premium_2"}) {
    const double after = number(id, "present_value");
    EXPECT_NEAR(number(id, "present_value_change"), after - today, 1e-9 * std::abs(today)) << id;
  }
  // More premium, less value: premia are what an owner of rents wants to be paid.
  EXPECT_GT(number("premium_0.5", "present_value"), today);
  EXPECT_LT(number("premium_2", "present_value"), today);
}

TEST(Measures, OfTheTailAreOrdered) {
  const Table& t = tables().losses;
  ASSERT_GT(t.rows(), 0U);
  double before = -INFINITY;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const double q = t.column("confidence").numbers[r];
    const double var = t.column("value_at_risk").numbers[r];
    if (q == 0.01) before = -INFINITY;
    EXPECT_GE(var, before);
    before = var;
    EXPECT_GE(t.column("expected_shortfall").numbers[r], var);
    EXPECT_LE(t.column("value_at_risk_low").numbers[r], var);
    EXPECT_GE(t.column("value_at_risk_high").numbers[r], var);
    EXPECT_GE(t.column("cumulative_probability").numbers[r], q - 1e-12);
  }
}

TEST(Measures, OfCovenantsAccumulate) {
  const Table& t = tables().covenants;
  ASSERT_GT(t.rows(), 0U);
  std::map<std::string, double> ever;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const std::string key = t.column("scenario").texts[r] + t.column("measure_basis").texts[r] +
                            t.column("contract").texts[r] + t.column("test").texts[r];
    const double now = t.column("breach_probability").numbers[r];
    const double cumulative = t.column("cumulative_breach_probability").numbers[r];
    EXPECT_GE(cumulative, now - 1e-12) << key;
    EXPECT_GE(cumulative, ever[key]) << key;
    EXPECT_LE(cumulative, 1.0);
    ever[key] = cumulative;
    const double cured = t.column("cure_probability").numbers[r];
    EXPECT_TRUE(std::isnan(cured) || (cured >= 0 && cured <= 1)) << key;
  }
}

// Told of the baseline alone: each hardware, both bases.
TEST(Measures, OfRentChangesAreTheBaselines) {
  for (const char* basis : {"risk_neutral", "real_world"})
    for (const char* id : {"income", "multiple"}) {
      EXPECT_TRUE(measure("baseline", basis, "hardware", id, "log_rental_rate_change", 12));
      EXPECT_FALSE(measure("weak", basis, "hardware", id, "log_rental_rate_change", 12));
    }
}

// Every expected flow is at most the scheduled one (fixed interest, principal, fee, rent), and
// scheduled principal adds up to the balance.
TEST(Measures, OfCashFlowsAreUnderTheirSchedule) {
  const Table& t = tables().cashflows;
  std::map<std::string, double> principal;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const std::string& id = t.column("contract").texts[r];
    const bool loan = id.rfind("loan", 0) == 0;
    if (t.column("scenario").texts[r] != "baseline" || !loan) continue;
    const double due = t.column("scheduled_principal").numbers[r];
    if (t.column("measure_basis").texts[r] == "real_world") principal[id] += due;
    EXPECT_LE(t.column("expected_principal").numbers[r], due + 1e-6) << id;
    EXPECT_LE(t.column("expected_fee").numbers[r], t.column("scheduled_fee").numbers[r] + 1e-6);
    EXPECT_GE(t.column("expected_recovery").numbers[r], 0);
  }
  const Table& contracts = tables().contracts;
  for (std::size_t r = 0; r < contracts.rows(); ++r) {
    const std::string& id = contracts.column("contract").texts[r];
    if (principal.count(id) == 0 || contracts.column("scenario").texts[r] != "baseline") continue;
    EXPECT_NEAR(principal[id], contracts.column("balance").numbers[r], 1e-6) << id;
  }
}

// A borrower with full recourse pays in its first months, at a floating rate as at a fixed one,
// with an account or without.
TEST(Measures, ExpectTheInterestOfTheFirstMonths) {
  std::map<std::string, bool> full;
  for (const Loan& loan : sample_inputs().book.loans)
    full[loan.id] = loan.recourse == Recourse::full;
  const Table& t = tables().cashflows;
  int compared = 0;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const double scheduled = t.column("scheduled_interest").numbers[r];
    const bool early = t.column("month").numbers[r] <= 6;
    if (!full[t.column("contract").texts[r]] || !early || !(scheduled > 0)) continue;
    const double share = t.column("expected_interest").numbers[r] / scheduled;
    EXPECT_GT(share, 0.7) << t.column("contract").texts[r] << ' ' << r;
    EXPECT_LT(share, 1.2) << t.column("contract").texts[r] << ' ' << r;
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

TEST(Measures, ReconcileWithThemselves) {
  const Table& t = tables().checks;
  ASSERT_GT(t.rows(), 5U);
  for (std::size_t r = 0; r < t.rows(); ++r)
    EXPECT_EQ(t.column("passed").texts[r], "true") << t.column("check").texts[r];
}

}  // namespace
}  // namespace lien::pricing
