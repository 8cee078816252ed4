#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/kernels/instruction_set.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/replay_tail.hpp"
#include "pricing/measures/value_book.hpp"
#include "pricing/plan/calendar.hpp"
#include "tests/pricing/network_runs.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"

// Whose losses a tail is made of, against closed forms, a plain writing from the losses of each
// contract alone, and what must hold of any book.
namespace lien::pricing {
namespace {

struct Row {
  double shortfall = 0, error = 0, at_risk = 0;
};
// By scenario, horizon, confidence, by, id.
using Rows = std::map<std::tuple<std::string, int, double, std::string, std::string>, Row>;

Rows rows_of(const Table& t) {
  Rows rows;
  for (std::size_t r = 0; r < t.rows(); ++r)
    rows[{t.column("scenario").texts[r], static_cast<int>(t.column("horizon_months").numbers[r]),
          t.column("confidence").numbers[r], t.column("by").texts[r], t.column("id").texts[r]}] = {
        t.column("expected_shortfall_contribution").numbers[r],
        t.column("standard_error").numbers[r], t.column("value_at_risk_contribution").numbers[r]};
  return rows;
}

Inputs inputs_of(const Market& market, const Book& book) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 4096;
  inputs.settings.threads = 2;
  inputs.settings.risk_neutral = false;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.settings.confidence = {0.9, 0.99};
  inputs.market = market;
  inputs.market.file = "market.toml";
  inputs.book = book;
  inputs.rows_read = book.loans.size() + book.leases.size();
  return inputs;
}

// Loans and leases on the sample market that every feature of a contract touches.
Book random_book(unsigned seed, int loans, int leases) {
  std::mt19937_64 draw(seed);
  Book book;
  for (int i = 0; i < loans; ++i) {
    Loan loan = random_loan(draw, kSampleDate, i);
    if (!loan.hardware.empty()) loan.hardware = loan.hardware == "curve" ? "income" : "multiple";
    if (loan.mark == Mark::curve) loan.mark = Mark::market;
    book.loans.push_back(loan);
  }
  for (int i = 0; i < leases; ++i) {
    Lease lease = random_lease(draw, kSampleDate, i);
    lease.hardware = "income";
    lease.residual_guarantor.clear();
    book.leases.push_back(lease);
  }
  return book;
}

// Two unsecured bullets of 1 and 3 to independent parties, no interest: the loss is one of four
// amounts. With a level between P(both) and P(the larger) VaR is the larger loan, and the smaller
// adds what it loses where both fail.
TEST(Contributions, OfTwoLoansAreTheClosedForm) {
  const double hazards[2] = {0.05, 0.04};
  Market market =
      market_of_parties({party_with("A", hazards[0], 0.4), party_with("B", hazards[1])});
  Book book = bullets({"A", "B"}, 36);
  book.loans[1].principal = 3;
  Inputs inputs = inputs_of(market, book);
  inputs.settings.paths = 1 << 17;
  inputs.settings.confidence = {0.93};
  inputs.settings.loss_horizon_months = {0};
  const Rows rows = rows_of(value_book(inputs, {}).tables.contributions);
  const auto row = [&](const char* by, const char* id) {
    return rows.at({"baseline", 0, 0.93, by, id});
  };
  const double a = 1 - std::exp(-3 * hazards[0]), b = 1 - std::exp(-3 * hazards[1]);
  ASSERT_LT(a * b, 0.07);
  ASSERT_GT(b, 0.08);
  const double small = 0.6, share = a * b / 0.07;
  const double error =
      small / 0.07 * std::sqrt(a * b * (1 - a * b) / static_cast<double>(inputs.settings.paths));
  EXPECT_NEAR(row("contract", "loan-A").shortfall, small * share, 4 * error);
  EXPECT_NEAR(row("contract", "loan-A").error, error, 0.05 * error);
  EXPECT_NEAR(row("contract", "loan-A").at_risk, 0, 1e-12);
  EXPECT_NEAR(row("contract", "loan-B").shortfall, 3, 1e-9);
  EXPECT_NEAR(row("contract", "loan-B").error, 0, 1e-7);
  EXPECT_NEAR(row("contract", "loan-B").at_risk, 3, 1e-12);
  for (const char* id : {"A", "B"}) {
    const Row contract = row("contract", (std::string("loan-") + id).c_str());
    EXPECT_NEAR(row("party", id).shortfall, contract.shortfall, 1e-12);
    EXPECT_NEAR(row("party", id).error, contract.error, 1e-9);
  }
  EXPECT_NEAR(row("hardware", "").shortfall, small * share + 3, 4 * error);
  EXPECT_NEAR(row("vintage", "2026").at_risk, 3, 1e-12);
}

BasisRun run_alone(const Inputs& inputs, const Book& book, const Horizon& horizon) {
  const std::vector<std::string> changed;
  const TimeGrid grid(kSampleDate, horizon.months);
  return simulate_plan(compile({&inputs.settings, &inputs.market, &book, MeasureBasis::real_world,
                                &inputs.market, &changed},
                               horizon, grid),
                       inputs.settings, false, false, {});
}

// Contracts that share no network lose alone what they lose in the book, path by path. So their
// runs one at a time give every part by its definition, nothing replayed.
TEST(Contributions, AreThoseOfEachContractRunAlone) {
  const Book book = random_book(5, 12, 4);
  const Inputs inputs = inputs_of(sample_market(), book);
  const Horizon horizon = horizon_of(inputs.settings, inputs.market, book);
  std::map<std::string, std::vector<std::vector<double>>> losses;  // by contract, horizon
  const auto keep = [&](const std::string& id, const Book& alone) {
    const BasisRun run = run_alone(inputs, alone, horizon);
    for (const int h : inputs.settings.loss_horizon_months)
      losses[id].push_back(run.results.losses[run.snapshot(h)]);
  };
  for (const Loan& loan : book.loans) {
    Book alone;
    alone.loans = {loan};
    keep(loan.id, alone);
  }
  for (const Lease& lease : book.leases) {
    Book alone;
    alone.leases = {lease};
    keep(lease.id, alone);
  }
  const Rows rows = rows_of(value_book(inputs, {}).tables.contributions);
  int positive = 0;
  for (std::size_t h = 0; h < 2; ++h) {
    const int horizon_months = inputs.settings.loss_horizon_months[h];
    const std::size_t n = inputs.settings.paths;
    std::vector<double> total(n);
    for (const auto& [id, mine] : losses)
      for (std::size_t p = 0; p < n; ++p) total[p] += mine[h][p];
    std::vector<std::size_t> order(n);
    for (std::size_t p = 0; p < n; ++p) order[p] = p;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return total[a] > total[b]; });
    for (const double q : inputs.settings.confidence) {
      // The worst n (1-q) paths, the last in part: with losses all different that is every weight.
      const double tail = static_cast<double>(n) * (1 - q);
      for (const auto& [id, mine] : losses) {
        double left = tail, sum = 0;
        for (std::size_t i = 0; left > 1e-9; ++i) {
          sum += std::min(1.0, left) * mine[h][order[i]];
          left -= std::min(1.0, left);
        }
        const Row row = rows.at({"baseline", horizon_months, q, "contract", id});
        EXPECT_NEAR(row.shortfall, sum / tail, 1e-6) << id << ' ' << horizon_months << ' ' << q;
        positive += row.shortfall > 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(positive, 40);
}

// The parts of every kind add up to what losses.csv says, in scenarios too, and the run's own
// checks see it.
TEST(Contributions, AddUpToTheShortfallOfEveryKind) {
  Inputs inputs = inputs_of(sample_market(), random_book(6, 20, 5));
  inputs.market.hardware[0].vendor = "customer";
  inputs.market.parties[0].group = "holding";
  ScenarioRow weak;
  weak.scenario = "weak";
  weak.input = "hardware.*.rental_rate";
  weak.shock = Shock::relative;
  weak.value = -0.3;
  inputs.scenarios = {weak};
  const RunTables tables = value_book(inputs, {}).tables;
  std::map<std::tuple<std::string, int, double, std::string>, Row> sums;
  for (const auto& [key, row] : rows_of(tables.contributions)) {
    const auto& [scenario, horizon, q, by, id] = key;
    Row& sum = sums[{scenario, horizon, q, by}];
    sum.shortfall += row.shortfall;
    sum.at_risk += row.at_risk;
    EXPECT_GE(row.error, 0);
  }
  // Four levels of the baseline by six kinds, of the scenario by all but the contracts.
  EXPECT_EQ(sums.size(), 4U * 6U + 4U * 5U);
  const Table& losses = tables.losses;
  for (std::size_t r = 0; r < losses.rows(); ++r)
    for (const char* by : {"contract", "party", "group", "hardware", "vendor", "vintage"}) {
      const auto sum = sums.find({losses.column("scenario").texts[r],
                                  static_cast<int>(losses.column("horizon_months").numbers[r]),
                                  losses.column("confidence").numbers[r], by});
      if (sum == sums.end()) continue;
      const double shortfall = losses.column("expected_shortfall").numbers[r];
      EXPECT_NEAR(sum->second.shortfall, shortfall, 1e-10 * shortfall) << by << ' ' << r;
      EXPECT_NEAR(sum->second.at_risk, losses.column("value_at_risk").numbers[r], 1e-10 * shortfall)
          << by << ' ' << r;
    }
  int checks = 0;
  for (std::size_t r = 0; r < tables.checks.rows(); ++r)
    if (tables.checks.column("check").texts[r].find("tail's paths") != std::string::npos) {
      EXPECT_EQ(tables.checks.column("actual").numbers[r], 0.0);
      EXPECT_EQ(tables.checks.column("passed").texts[r], "true");
      ++checks;
    }
  EXPECT_EQ(checks, 1);
}

TEST(Contributions, OfHalvesAreHalvesAndOrderDoesNotMatter) {
  Market market = sample_market();
  market.liquidation->fixed_cost = 0;  // a cost per sale is paid twice
  const Book whole = random_book(8, 10, 0);
  Book halves;
  for (const Loan& loan : whole.loans)
    for (const char* half : {"a", "b"}) {
      Loan part = loan;
      part.id += half;
      part.units /= 2;
      part.principal /= 2;
      if (part.outstanding_principal) *part.outstanding_principal /= 2;
      part.reserve_initial /= 2;
      part.reserve_target /= 2;
      halves.loans.push_back(part);
    }
  const Rows one = rows_of(value_book(inputs_of(market, whole), {}).tables.contributions);
  const Rows two = rows_of(value_book(inputs_of(market, halves), {}).tables.contributions);
  Book turned = whole;
  std::reverse(turned.loans.begin(), turned.loans.end());
  const Rows other = rows_of(value_book(inputs_of(market, turned), {}).tables.contributions);
  ASSERT_EQ(one.size(), other.size());
  for (const auto& [key, row] : one) {
    EXPECT_EQ(other.at(key).shortfall, row.shortfall);
    EXPECT_EQ(other.at(key).at_risk, row.at_risk);
    const auto& [scenario, horizon, q, by, id] = key;
    const double size = 1e-9 * (1 + std::abs(row.shortfall));
    if (by != "contract") {
      EXPECT_NEAR(two.at(key).shortfall, row.shortfall, size) << by << ' ' << id;
      continue;
    }
    for (const char* half : {"a", "b"}) {
      const Row& part = two.at({scenario, horizon, q, by, id + half});
      EXPECT_NEAR(part.shortfall, row.shortfall / 2, size) << id;
      EXPECT_NEAR(part.at_risk, row.at_risk / 2, size) << id;
      EXPECT_NEAR(part.error, row.error / 2, 1e-6 * (1 + row.error)) << id;
    }
  }
}

TEST(Contributions, AreTheSameBitsFromAnyThreadsAndInstructions) {
  Inputs inputs = inputs_of(sample_market(), random_book(9, 12, 3));
  const auto numbers = [&] {
    const Table t = value_book(inputs, {}).tables.contributions;
    std::vector<double> all = t.column("expected_shortfall_contribution").numbers;
    for (const char* column : {"standard_error", "value_at_risk_contribution"}) {
      const auto& more = t.column(column).numbers;
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  };
  inputs.settings.threads = 1;
  const std::vector<double> one = numbers();
  ASSERT_GT(one.size(), 100U);
  inputs.settings.threads = 3;
  EXPECT_EQ(numbers(), one);
  for (const char* set : {"avx2", "avx512"}) {
    if (!engine::force_instruction_set(set)) continue;
    EXPECT_EQ(numbers(), one) << set;
  }
  engine::choose_instruction_set();
}

// Whatever a path draws, it draws again when 64 paths of a tail share a block.
TEST(ReplayTail, RepeatsThePathsOfTheRun) {
  struct Feature {
    const char* name;
    std::function<void(Inputs&)> add;
  };
  const Feature features[] = {
      {"none", [](Inputs&) {}},
      {"drawn lags", [](Inputs& i) { i.market.liquidation->lag_stdev_months = 2; }},
      {"market depth",
       [](Inputs& i) {
         i.market.liquidation->installed_base = {{"income", 2e4}, {"multiple", 2e4}};
       }},
      {"pool", [](Inputs& i) { i.market.parties[0].count = 5; }},
      {"copula",
       [](Inputs& i) {
         i.settings.copula = true;
         i.settings.horizon_months = 9;  // no contract ends before
         i.settings.loss_horizon_months = {9, 0};
         for (Party& party : i.market.parties) party.scarcity_loading = 0.4;
       }},
      {"contagion",
       [](Inputs& i) {
         i.market.contagion = {{"customer", "borrower", 0.5, 1.0, {}}};
       }},
      {"clearing",
       [](Inputs& i) {
         i.market.clearing = Clearing{0.7, 0.7};
         i.market.claims = {{"customer", "borrower", 10, add_months(kSampleDate, 9, true), {}}};
         i.market.parties[1].cash = 8;
       }},
      {"regime",
       [](Inputs& i) {
         i.market.scarcity->regime = Regime{{-0.3, 0.4}, {0.8, 1.2}, 0};
       }},
      {"own noise",
       [](Inputs& i) {
         i.market.hardware[0].idiosyncratic = OwnNoise{1.0, 0.2};
       }},
      {"drift drawn once", [](Inputs& i) { i.market.frontier->drift_stdev = 0.05; }},
      {"scheduled launch",
       [](Inputs& i) {
         i.market.launches[0].scheduled = {{"next", add_months(kSampleDate, 4, true), 3}};
       }},
      {"gamma gaps", [](Inputs& i) { i.market.launches[0].law = LaunchLaw::gamma; }},
  };
  for (const Feature& feature : features) {
    SCOPED_TRACE(feature.name);
    Inputs inputs = inputs_of(sample_market(), random_book(10, 14, 3));
    feature.add(inputs);
    const Horizon horizon = horizon_of(inputs.settings, inputs.market, inputs.book);
    const BasisRun run = run_alone(inputs, inputs.book, horizon);
    const ScenarioRun scenario{"baseline", &inputs.market, &inputs.book, nullptr, &run};
    const TailParts parts = replay_tail(run, inputs.settings, contract_groups(scenario), true);
    EXPECT_EQ(parts.difference, 0.0) << feature.name;
    // A tenth of the paths of each horizon, and the interval of VaR under them; fewer where fewer
    // lose anything.
    EXPECT_GT(parts.replayed, 4096U / 20) << feature.name;
    EXPECT_LT(parts.replayed, 4096U / 3) << feature.name;
  }
}

TEST(ContractGroups, JoinTheHardwareOfAVehicle) {
  Market market = sample_market();
  market.hardware[0].vendor = "v1";
  market.hardware[1].vendor = "v2";
  Book book = bullets({"borrower"}, 12);
  book.loans[0].id = "V/debt";
  book.loans[0].vehicle = 0;
  Vehicle vehicle;
  vehicle.id = "V";
  vehicle.lots.resize(3);
  vehicle.lots[0].hardware = "multiple";
  vehicle.lots[1].hardware = "income";
  vehicle.lots[2].hardware = "multiple";
  book.vehicles = {vehicle};
  BasisRun run;
  run.plan.contracts.resize(1);
  run.plan.contracts[0].held = 0.5;
  run.plan.contracts[0].outstanding = 8;
  const ScenarioRun scenario{"baseline", &market, &book, nullptr, &run};
  std::map<std::string, std::string> found;
  for (const ContractGroups& kind : contract_groups(scenario)) {
    ASSERT_EQ(kind.ids.size(), 1U);
    EXPECT_EQ(kind.balance[0], 4);
    found[kind.by] = kind.ids[0];
  }
  EXPECT_EQ(found, (std::map<std::string, std::string>{{"party", "borrower"},
                                                       {"hardware", "income+multiple"},
                                                       {"vendor", "v1+v2"},
                                                       {"vintage", "2026"}}));
}

}  // namespace
}  // namespace lien::pricing
