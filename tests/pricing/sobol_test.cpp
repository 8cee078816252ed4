#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/kernels/instruction_set.hpp"
#include "engine/statistics/moments.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/reach_error.hpp"
#include "pricing/measures/value_book.hpp"
#include "pricing/plan/sampling.hpp"
#include "tests/pricing/strip_of_calls.hpp"

// Runs on scrambled Sobol points: how fast errors fall, whether they are the errors they claim to
// be, and that nothing depends on threads.
namespace lien::pricing {
namespace {

engine::Estimate present_value(const Inputs& inputs) {
  const RunResults results = value_book(inputs, {});
  const auto found = measured(results.tables, "risk_neutral", "", "present_value");
  return {found->value, found->error};
}

// The error over 64 scrambles is known to 9 %, so a slope over six doublings to 0.03.
double error_slope(Inputs inputs, double exact) {
  double first = 0, last = 0;
  for (const std::uint64_t points : {64U, 512U, 4096U}) {
    inputs.settings.paths = 64 * points;
    const engine::Estimate value = present_value(inputs);
    std::printf("%5lu points: %.4f +- %.4f, exact %.4f\n", static_cast<unsigned long>(points),
                value.value, value.standard_error, exact);
    // Four errors of a normal law are 4.3 of Student's with 63 degrees of freedom. No bias.
    EXPECT_NEAR(value.value, exact, 4.3 * value.standard_error) << points;
    (points == 64 ? first : last) = value.standard_error;
  }
  return std::log2(last / first) / 6;
}

TEST(SobolRuns, HaveErrorsThatFallFasterThanTheRootOnCaseO09) {
  // 64 replicates throughout, so that both errors are of means over 64 replicates.
  EXPECT_LE(error_slope(strip_of_calls(-0.25, false), kO09), -0.75);
}

TEST(SobolRuns, HaveErrorsThatFallFasterThanTheRootOnCaseO14) {
  EXPECT_LE(error_slope(strip_of_calls(-0.06, true), kO14), -0.75);
}

TEST(SobolRuns, BeatIndependentPathsOnCaseO14) {
  Inputs inputs = strip_of_calls(-0.06, true);
  inputs.settings.paths = 64 * 1024;
  const double sobol = present_value(inputs).standard_error;
  inputs.settings.sobol = false;
  const engine::Estimate plain = present_value(inputs);
  EXPECT_NEAR(plain.value, kO14, 4 * plain.standard_error);
  std::printf("error of independent paths over that of points: %.1f\n",
              plain.standard_error / sobol);
  EXPECT_GT(plain.standard_error / sobol, 8);
}

// A book in which something of everything is measured, without a strip to compile.
Inputs small_book() {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.sobol = true;
  inputs.settings.replicates = 8;  // of four blocks each: what is taken by block shows
  inputs.settings.paths = 2048;
  inputs.settings.threads = 1;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.settings.confidence = {0.9};
  inputs.market = sample_market();
  inputs.market.file = "market.toml";
  inputs.market.hardware.erase(inputs.market.hardware.begin());
  for (int i = 0; i < 3; ++i) {
    Loan loan;
    loan.id = "loan" + std::to_string(i);
    loan.borrower = i == 0 ? "customer" : "borrower";
    loan.hardware = "multiple";
    loan.units = 1000;
    loan.principal = (13 + 2 * i) * 1e6;
    loan.closing = kSampleDate;
    loan.maturity = kSampleDate + std::chrono::days(365 * (2 + i));
    loan.coupon = 0.12;
    loan.max_loan_to_value = 1.1;
    inputs.book.loans.push_back(loan);
  }
  ScenarioRow row;
  row.scenario = "weak";
  row.input = "hardware.*.rental_rate";
  row.value = -0.2;
  inputs.scenarios = {row};
  inputs.rows_read = 3;
  return inputs;
}

using Name = std::tuple<std::string, std::string, std::string, std::string, std::string>;

// Every simulated number of measures.csv and contributions.csv, by what it is.
void each_estimate(const RunTables& tables,
                   const std::function<void(const Name&, double, double)>& f) {
  const Table& t = tables.measures;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const double error = t.column("standard_error").numbers[r];
    if (std::isnan(error)) continue;
    f({t.column("scenario").texts[r], t.column("measure_basis").texts[r],
       t.column("level").texts[r] + " " + t.column("id").texts[r], t.column("measure").texts[r],
       std::to_string(t.column("horizon_months").numbers[r])},
      t.column("value").numbers[r], error);
  }
  const Table& c = tables.contributions;
  for (std::size_t r = 0; r < c.rows(); ++r)
    f({c.column("scenario").texts[r], "", c.column("by").texts[r] + " " + c.column("id").texts[r],
       "contribution", std::to_string(c.column("horizon_months").numbers[r])},
      c.column("expected_shortfall_contribution").numbers[r],
      c.column("standard_error").numbers[r]);
}

// Claimed errors against the spread of values over 80 seeds, which is known to 8 %. A number whose
// error came from single paths would claim several times its spread.
TEST(SobolRuns, ClaimTheErrorsTheyHave) {
  constexpr int kSeeds = 80;
  struct Seen {
    double n = 0, sum = 0, square = 0, claimed = 0;
  };
  std::map<Name, Seen> all;
  Inputs inputs = small_book();
  for (int seed = 1; seed <= kSeeds; ++seed) {
    inputs.settings.seed = static_cast<std::uint64_t>(seed);
    each_estimate(value_book(inputs, {}).tables, [&](const Name& name, double value, double error) {
      Seen& seen = all[name];
      seen.n += 1;
      seen.sum += value;
      seen.square += value * value;
      seen.claimed += error * error;
    });
  }
  std::size_t compared = 0;
  double log_sum = 0;
  for (const auto& [name, seen] : all) {
    const double mean = seen.sum / seen.n, square = seen.square / seen.n - mean * mean;
    if (seen.n < kSeeds || !(square > 1e-18 * mean * mean)) continue;
    const auto& [scenario, basis, of, measure, horizon] = name;
    if (measure == "exposure_at_default") continue;  // its error is stated as the numerator's
    const double ratio = std::sqrt(seen.claimed / seen.n / (square * seen.n / (seen.n - 1)));
    // Quantiles of 2,048 paths and shares of rare events are coarse.
    const bool coarse = measure == "value_at_risk" || measure == "breach_probability" ||
                        measure == "contribution" || measure == "expected_shortfall_contribution";
    EXPECT_GT(ratio, coarse ? 0.6 : 0.68)
        << scenario << ' ' << basis << ' ' << of << ' ' << measure << ' ' << horizon;
    // A quantile's interval ends at order statistics outside it: too wide where paths are few.
    EXPECT_LT(ratio, measure == "value_at_risk" ? 2.5
                     : coarse                   ? 1.6
                                                : 1.45)
        << scenario << ' ' << basis << ' ' << of << ' ' << measure << ' ' << horizon;
    log_sum += std::log(ratio);
    ++compared;
  }
  EXPECT_GT(compared, 150U);
  const double typical = std::exp(log_sum / static_cast<double>(compared));
  std::printf("%zu errors, claimed over seen: geometric mean %.3f\n", compared, typical);
  EXPECT_NEAR(typical, 1, 0.08);
}

std::string bytes_of(const RunTables& tables) {
  std::string all;
  const auto add = [&all](const Table& table) {
    for (const Column& column : table.columns) {
      for (const std::string& text : column.texts) all += text + ",";
      for (const double x : column.numbers) all.append(reinterpret_cast<const char*>(&x), sizeof x);
    }
  };
  for (const Table* table : {&tables.measures, &tables.contracts, &tables.losses, &tables.cashflows,
                             &tables.covenants, &tables.paths, &tables.contributions})
    add(*table);
  return all;
}

TEST(SobolRuns, GiveTheSameBytesForAnyThreadsAndInstructionSet) {
  Inputs inputs = small_book();
  std::string one;
  for (const int paths : {2048, 1 << 15}) {  // a task a replicate, and four
    inputs.settings.paths = paths;
    inputs.settings.threads = 1;  // replicate by replicate; else several at once
    one = bytes_of(value_book(inputs, {}).tables);
    for (const int threads : {2, 3, 16}) {
      inputs.settings.threads = threads;
      EXPECT_EQ(bytes_of(value_book(inputs, {}).tables), one) << paths << ' ' << threads;
    }
  }
  if (engine::force_instruction_set("avx2")) {
    EXPECT_EQ(bytes_of(value_book(inputs, {}).tables), one);
    engine::choose_instruction_set();
  }
}

TEST(SobolRuns, ReplayTheirTails) {
  const RunTables tables = value_book(small_book(), {}).tables;
  for (std::size_t r = 0; r < tables.checks.rows(); ++r)
    EXPECT_EQ(tables.checks.column("passed").texts[r], "true")
        << tables.checks.column("check").texts[r];
}

// Blocks of one replicate make up for each other: only replicates tell how far a change is known.
TEST(PairedChange, SamplesReplicatesAndNotTheirBlocks) {
  BasisRun before, after;
  for (BasisRun* run : {&before, &after}) run->layout.groups = run->layout.samples = 1;
  before.results.block_groups = {64, 64, 64, 64};
  after.results.block_groups = {64 * (2 + 5), 64 * (2 - 5), 64 * (4 + 7), 64 * (4 - 7)};
  after.replicates.count = 2;  // means of change 1 and 3
  const engine::Estimate two = paired_change(before, after, {0, 0}, {0, 0});
  EXPECT_NEAR(two.value, 2, 1e-14);
  EXPECT_NEAR(two.standard_error, 1, 1e-14);
  after.replicates.count = 0;  // four blocks on their own: 6, -4, 10, -4
  const engine::Estimate four = paired_change(before, after, {0, 0}, {0, 0});
  EXPECT_NEAR(four.value, 2, 1e-14);
  EXPECT_NEAR(four.standard_error, std::sqrt(152.0 / 3 / 4), 1e-14);
}

TEST(SimulatedPaths, ArePowersOfTwoByReplicate) {
  RunSettings settings;
  settings.paths = 100000;
  EXPECT_EQ(simulated_paths(settings), 100032U);  // whole blocks
  settings.sobol = true;
  EXPECT_EQ(points_a_replicate(settings), 8192U);
  EXPECT_EQ(simulated_paths(settings), 131072U);
  settings.replicates = 1024;
  EXPECT_EQ(simulated_paths(settings), 131072U);
  settings.paths = 1;
  EXPECT_EQ(simulated_paths(settings), 65536U);
  settings.replicates = 3;
  settings.paths = 12289;
  EXPECT_EQ(simulated_paths(settings), 3U * 8192);
  settings.paths = 12288;  // a power of two a replicate already
  EXPECT_EQ(simulated_paths(settings), 12288U);
}

TEST(NextPaths, FollowTheErrorsSlope) {
  EXPECT_EQ(next_paths(1024, 1.01, false), 2048U);
  EXPECT_EQ(next_paths(1024, 3.9, false), 16384U);  // 2^4 paths leave a quarter
  EXPECT_EQ(next_paths(1024, 3.9, true), 8192U);    // 2^3 leave 2^-2.25, 2^2 only 2^-1.5
  EXPECT_EQ(next_paths(1024, 1.6, true), 2048U);
  EXPECT_EQ(next_paths(kMostRunPaths / 2, 1e9, false), kMostRunPaths);
}

TEST(TargetError, IsReachedAndGivesTheRunOfAsManyPaths) {
  for (const bool sobol : {false, true}) {
    Inputs inputs = small_book();
    inputs.scenarios.clear();
    inputs.settings.sobol = sobol;
    inputs.settings.paths = 1024;
    inputs.settings.target_error = present_value(inputs).standard_error / 45e6 / 3;
    const RunResults reached = value_book(inputs, {});
    const std::vector<ErrorRound>& rounds = reached.facts.error_rounds;
    ASSERT_GE(rounds.size(), 2U);
    EXPECT_EQ(rounds.front().paths, 1024U);
    for (std::size_t i = 0; i + 1 < rounds.size(); ++i) {
      EXPECT_GT(rounds[i].error, *inputs.settings.target_error);
      EXPECT_GE(rounds[i + 1].paths, 2 * rounds[i].paths);
    }
    EXPECT_LE(rounds.back().error, *inputs.settings.target_error);
    const auto value = measured(reached.tables, "risk_neutral", "", "present_value");
    EXPECT_DOUBLE_EQ(value->error / 45e6, rounds.back().error);
    EXPECT_EQ(reached.facts.paths, rounds.back().paths);

    inputs.settings.paths = rounds.back().paths;
    inputs.settings.target_error.reset();
    inputs.settings.threads = 2;
    EXPECT_EQ(bytes_of(value_book(inputs, {}).tables), bytes_of(reached.tables));
  }
}

TEST(TargetError, NeedsABalance) {
  Inputs inputs = strip_of_calls(-0.25, false);
  inputs.settings.target_error = 1e-3;
  EXPECT_THROW(static_cast<void>(value_book(inputs, {})), InputError);
}

}  // namespace
}  // namespace lien::pricing
