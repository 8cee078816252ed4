#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "pricing/measures/control_run.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/value_book.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/random_book.hpp"

// Control variates: numbers of a path whose means the market knows in closed form.
namespace lien::pricing {
namespace {

Market rich_market() {
  Market market = sample_market();
  market.scarcity->initial = 0.25;
  market.scarcity->regime = sample_regime();
  market.frontier->drift_stdev = 0.12;
  market.rates.hull_white = HullWhite{0.15, 0.012};
  market.launches[0].past_launches = {{kSampleDate - std::chrono::days(120), 0.25}};
  market.hardware[0].forward_curve = {{0.5, 1.0, 2.0}, {2.5, 2.3, 1.6}};
  return market;
}

Plan controlled_plan(const Market& market, const Book& book, MeasureBasis basis,
                     const RunSettings& settings) {
  const std::vector<std::string> changed;
  const CompileInput input{&settings, &market, &book, basis, &market, &changed};
  const Horizon horizon = horizon_of(settings, market, book);
  Plan plan = compile(input, horizon, TimeGrid(kSampleDate, horizon.months));
  compile_controls(input, plan);
  return plan;
}

RunSettings settings_of(int months) {
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.horizon_months = months;
  settings.loss_horizon_months = {12, 0};
  settings.threads = 1;
  return settings;
}

// Each control's mean over many paths is the closed form that the plan holds.
TEST(ControlVariates, HaveTheMeansThatThePlanKnows) {
  const Market market = rich_market();
  RunSettings settings = settings_of(48);
  settings.paths = 1 << 17;
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const Plan plan = controlled_plan(market, {}, basis, settings);
    const ControlSample sample = sample_controls(plan, settings);
    const std::size_t blocks = settings.paths / engine::kBlockPaths;
    bool discounts = false, survivals = false;
    for (std::size_t c = 0; c < plan.controls.size(); ++c) {
      double sum = 0, square = 0;
      for (std::size_t b = 0; b < blocks; ++b) {
        const double d = sample.deviations[b * plan.controls.size() + c];
        sum += d;
        square += d * d;
      }
      const auto got = engine::mean_of(sum, square, static_cast<double>(blocks), 0);
      const ControlPlan& control = plan.controls[c];
      discounts = discounts || control.of == ControlPlan::Of::discount;
      survivals = survivals || control.of == ControlPlan::Of::survival;
      EXPECT_NEAR(got.value, 0, 4.5 * got.standard_error + 1e-12)
          << static_cast<int>(control.of) << " " << control.index << " month " << control.step
          << " power " << control.power;
    }
    EXPECT_EQ(discounts, basis == MeasureBasis::risk_neutral);
    EXPECT_TRUE(survivals);
  }
}

// Once another's default raises its hazard, a party's survival is not what its curve says.
TEST(ControlVariates, OfPartiesInANetworkAreNone) {
  Market market = rich_market();
  market.contagion = {{market.parties[0].id, market.parties[1].id, 0.8, 0.5, {}}};
  const Plan plan = controlled_plan(market, {}, MeasureBasis::real_world, settings_of(24));
  EXPECT_FALSE(plan.controls.empty());
  for (const ControlPlan& control : plan.controls) EXPECT_NE(control.of, ControlPlan::Of::survival);
}

TEST(ControlVariates, PowerOneIsTheExpectedRent) {
  const Market market = rich_market();
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world})
    for (const Hardware& hardware : market.hardware) {
      const auto rent = expected_log_rents(market, hardware, basis, kSampleDate, 60);
      const auto power = expected_log_powers(market, hardware, basis, kSampleDate, 60, 1);
      for (std::size_t k = 0; k <= 60; ++k) EXPECT_NEAR(power[k], rent[k], 1e-13) << k;
    }
}

struct Loans {
  Market market = rich_market();
  Book book;
  explicit Loans(int count = 12) {
    std::mt19937_64 draw(5);
    market = random_market(draw);
    for (int i = 0; i < count; ++i) book.loans.push_back(random_loan(draw, kSampleDate, i));
  }
  [[nodiscard]] BasisRun run(MeasureBasis basis, std::uint64_t paths, std::uint64_t seed,
                             bool controlled, unsigned threads = 1,
                             const engine::ControlWeights* weights = nullptr) const {
    RunSettings settings = settings_of(0);
    settings.paths = paths;
    settings.seed = seed;
    settings.threads = threads;
    Plan plan = controlled_plan(market, book, basis, settings);
    if (!controlled) plan.controls.clear();
    return simulate_plan(std::move(plan), settings, true, true, {}, weights);
  }
};

std::size_t of_book(const BasisRun& run, std::size_t sample) {
  return run.layout.group(run.layout.portfolio(), sample);
}

// The same law, with less error: z of the difference from a run of many other paths, as it is.
TEST(ControlVariates, EstimateTheSameMeansMorePrecisely) {
  const Loans loans;
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const BasisRun with = loans.run(basis, 1 << 15, 1, true);
    const BasisRun without = loans.run(basis, 1 << 17, 2, false);
    const std::size_t loss = kFixedSamples + with.snapshot(0) * kSnapshotSamples + kLoss;
    for (const std::size_t sample : {std::size_t{kPresentValue}, loss}) {
      if (sample == kPresentValue && basis == MeasureBasis::real_world) continue;
      const auto a = with.mean(of_book(with, sample)), b = without.mean(of_book(without, sample));
      EXPECT_NEAR(a.value, b.value, 4 * std::hypot(a.standard_error, b.standard_error));
      const auto plain = with.mean_as_drawn(of_book(with, sample));
      EXPECT_LT(a.standard_error, 0.7 * plain.standard_error);
      std::printf("error %.3g of that of the paths as they are\n",
                  a.standard_error / plain.standard_error);
      // What was drawn is what a run without control variates draws.
      const BasisRun same = loans.run(basis, 1 << 15, 1, false);
      EXPECT_EQ(plain.value, same.mean(of_book(same, sample)).value);
      EXPECT_EQ(plain.standard_error, same.mean(of_book(same, sample)).standard_error);
    }
  }
}

TEST(ControlVariates, OfContractsSumToTheBook) {
  const Loans loans;
  const BasisRun run = loans.run(MeasureBasis::risk_neutral, 1 << 14, 3, true);
  double sum = 0, balance = 0;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i) {
    sum += run.plan.contracts[i].held * run.mean(run.layout.contract(i, kPresentValue)).value;
    balance += run.plan.contracts[i].held * run.plan.contracts[i].outstanding;
  }
  EXPECT_NEAR(run.mean(of_book(run, kPresentValue)).value, sum, 1e-10 * balance);
}

// A scenario is weighed as the baseline is: the change is the difference of the two values, and its
// error that of what both have not in common, smaller than on the paths as they are.
TEST(ControlVariates, WeighAScenarioAsItsBaseline) {
  const Loans loans(4);
  Loans shocked = loans;
  for (Hardware& hardware : shocked.market.hardware) hardware.rental_rate *= 0.8;
  constexpr MeasureBasis kBasis = MeasureBasis::risk_neutral;
  const BasisRun before = loans.run(kBasis, 1 << 16, 6, true);
  const BasisRun after = shocked.run(kBasis, 1 << 16, 6, false, 1, &before.controls);
  const BasisRun drawn = loans.run(kBasis, 1 << 16, 6, false);
  const BasisRun drawn_after = shocked.run(kBasis, 1 << 16, 6, false);
  const GroupNumber value{before.layout.portfolio(), kPresentValue};
  const auto change = paired_change(before, after, value, value);
  const auto plain = paired_change(drawn, drawn_after, value, value);
  const double difference = after.mean(of_book(after, kPresentValue)).value -
                            before.mean(of_book(before, kPresentValue)).value;
  EXPECT_NEAR(change.value, difference, 1e-9 * std::abs(difference));
  EXPECT_NEAR(change.value, plain.value,
              4 * std::hypot(change.standard_error, plain.standard_error));
  EXPECT_GT(change.standard_error, 0);
  EXPECT_LT(change.standard_error, 0.8 * plain.standard_error);
}

// The variance told is, in the mean, that of the values over seeds: of a mean, of a sum over a
// group by month and of a ratio of means.
TEST(ControlVariates, TellTheirError) {
  const Loans loans(3);
  constexpr int kSeeds = 100;
  constexpr std::size_t kNumbers = 3;
  std::vector<std::array<engine::Estimate, kNumbers>> got;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const BasisRun run = loans.run(MeasureBasis::risk_neutral, 1 << 12,
                                   100 + static_cast<std::uint64_t>(seed), true);
    const std::size_t book = run.layout.portfolio();
    got.push_back({run.mean(of_book(run, kPresentValue)),
                   run.block_mean(run.layout.group_month(book, 24, kGroupInterest)),
                   run.loss_given_default(run.layout.group(book, 0))});
  }
  for (std::size_t n = 0; n < kNumbers; ++n) {
    double mean = 0, spread = 0, told = 0;
    for (const auto& one : got) mean += one[n].value / kSeeds;
    for (const auto& one : got) {
      spread += (one[n].value - mean) * (one[n].value - mean) / (kSeeds - 1);
      told += one[n].standard_error * one[n].standard_error / kSeeds;
    }
    // Variances of both estimates of the variance, normal and with 15 degrees of freedom.
    EXPECT_NEAR(told / spread, 1, 4 * std::sqrt(2.0 / kSeeds + 2.0 / (15.0 * kSeeds))) << n;
  }
}

TEST(ControlVariates, KeepTheirBitsOnAnyThreads) {
  const Loans loans;
  const BasisRun one = loans.run(MeasureBasis::real_world, 5000, 4, true, 1);
  const BasisRun three = loans.run(MeasureBasis::real_world, 5000, 4, true, 3);
  EXPECT_GT(one.controls.used, 3U);
  EXPECT_EQ(one.controlled, three.controlled);
  EXPECT_EQ(one.replicates.squares, three.replicates.squares);
}

double number_of(const Table& measures, const char* scenario, const char* measure,
                 const char* column) {
  for (std::size_t row = 0; row < measures.rows(); ++row)
    if (measures.column("scenario").texts[row] == scenario &&
        measures.column("level").texts[row] == "portfolio" &&
        measures.column("measure").texts[row] == measure &&
        measures.column("horizon_months").numbers[row] == 0)
      return measures.column(column).numbers[row];
  ADD_FAILURE() << scenario << " has no " << measure;
  return 0;
}

// A whole run: the scenario's change is the difference of what both say, with less error than on
// the paths as they are, and the run says how many controls it used.
TEST(ControlVariates, OfARunServeItsScenarios) {
  const Loans loans(4);
  Inputs inputs;
  inputs.settings = settings_of(0);
  inputs.settings.paths = 1 << 14;
  inputs.settings.real_world = false;
  inputs.market = loans.market;
  inputs.market.file = "market.toml";
  inputs.book = loans.book;
  ScenarioRow row;
  row.scenario = "rents";
  row.input = "hardware.*.rental_rate";
  row.value = -0.2;
  inputs.scenarios = {row};
  const RunResults plain = value_book(inputs, {});
  inputs.settings.control_variates = true;
  const RunResults with = value_book(inputs, {});
  const auto of = [](const RunResults& run, const char* scenario, const char* measure,
                     const char* column) {
    return number_of(run.tables.measures, scenario, measure, column);
  };
  const double change = of(with, "rents", "present_value_change", "value");
  const double error = of(with, "rents", "present_value_change", "standard_error");
  EXPECT_NEAR(
      change,
      of(with, "rents", "present_value", "value") - of(with, "baseline", "present_value", "value"),
      1e-9 * std::abs(change));
  const double drawn = of(plain, "rents", "present_value_change", "value");
  const double drawn_error = of(plain, "rents", "present_value_change", "standard_error");
  EXPECT_NEAR(change, drawn, 4 * std::hypot(error, drawn_error));
  for (const char* scenario : {"baseline", "rents"})
    EXPECT_LT(of(with, scenario, "present_value", "standard_error"),
              0.8 * of(plain, scenario, "present_value", "standard_error"));
  ASSERT_EQ(with.facts.control_variates.size(), 1U);
  EXPECT_GT(with.facts.control_variates[0].second, 5U);
  EXPECT_TRUE(plain.facts.control_variates.empty());
  // What is checked is what was drawn: the same in both runs.
  const auto checked = [](const RunResults& run) {
    return run.tables.checks.column("actual").numbers;
  };
  ASSERT_EQ(checked(with).size(), checked(plain).size());
  for (std::size_t i = 3; i < checked(with).size(); ++i)
    EXPECT_EQ(checked(with)[i], checked(plain)[i]) << i;
}

// Fewer than 32 blocks have no regression: the run is the plain one.
TEST(ControlVariates, OfFewPathsAreNone) {
  const Loans loans;
  const BasisRun run = loans.run(MeasureBasis::risk_neutral, 1024, 4, true);
  EXPECT_EQ(run.controls.replicates, 0U);
  EXPECT_EQ(run.mean(of_book(run, kPresentValue)).value,
            run.mean_as_drawn(of_book(run, kPresentValue)).value);
}

}  // namespace
}  // namespace lien::pricing
