#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "engine/simulation/path_block.hpp"
#include "pricing/measures/control_run.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/plan/sampling.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/strip_of_calls.hpp"

// Control variates under sobol: each replicate corrected by the coefficients of the others.
namespace lien::pricing {
namespace {

constexpr std::size_t kReplicates = 16;
constexpr MeasureBasis kPrices = MeasureBasis::risk_neutral;

// A book whose plan is compiled and run on its own.
struct Controlled {
  Inputs inputs;

  explicit Controlled(Inputs in) : inputs(std::move(in)) {
    inputs.settings.sobol = true;
    inputs.settings.replicates = kReplicates;
    inputs.settings.paths = 2048;
    inputs.settings.threads = 1;
    inputs.settings.loss_horizon_months = {12, 0};
  }
  [[nodiscard]] Plan plan(MeasureBasis basis = kPrices) const {
    const RunSettings& settings = inputs.settings;
    const std::vector<std::string> changed;
    const CompileInput input{&settings, &inputs.market, &inputs.book,
                             basis,     &inputs.market, &changed};
    const Horizon horizon = horizon_of(settings, inputs.market, inputs.book);
    Plan plan = compile(input, horizon, TimeGrid(settings.valuation_date, horizon.months));
    compile_controls(input, plan);
    return plan;
  }
  [[nodiscard]] BasisRun run(bool controlled, MeasureBasis basis = kPrices,
                             const engine::ControlWeights* weights = nullptr) const {
    Plan of = plan(basis);
    if (!controlled) of.controls.clear();
    return simulate_plan(std::move(of), inputs.settings, true, true, {}, weights);
  }
};

Controlled loans(int count = 6) {
  std::mt19937_64 draw(5);
  Inputs inputs = quiet_inputs();
  inputs.market = random_market(draw);
  inputs.market.file = "market.toml";
  for (int i = 0; i < count; ++i) inputs.book.loans.push_back(random_loan(draw, kSampleDate, i));
  return Controlled(std::move(inputs));
}

std::size_t of_book(const BasisRun& run, std::size_t sample) {
  return run.layout.group(run.layout.portfolio(), sample);
}

// [replicates] means of a number as it was drawn.
std::vector<double> drawn_means(const BasisRun& run, GroupNumber of) {
  const std::size_t groups = run.layout.groups, samples = run.layout.samples;
  const std::size_t blocks = run.results.block_groups.size() / (groups * samples);
  std::vector<double> means(kReplicates, 0.0);
  for (std::size_t b = 0; b < blocks; ++b)
    means[b * kReplicates / blocks] +=
        run.results.block_groups[(b * groups + of.group) * samples + of.sample] * kReplicates /
        run.paths;
  return means;
}

// [replicates] means of the one or two controls less what the plan holds for them; else 0.
using Controls = std::vector<std::array<double, 2>>;
Controls control_means(const Controlled& of, MeasureBasis basis = kPrices) {
  const Plan plan = of.plan(basis);
  const ControlSample sample = sample_controls(plan, of.inputs.settings);
  const std::size_t count = plan.controls.size(), blocks = sample.deviations.size() / count;
  const std::size_t replicates = of.inputs.settings.replicates;
  Controls means(replicates, {0, 0});
  for (std::size_t b = 0; b < blocks; ++b)
    for (std::size_t c = 0; c < count; ++c)
      means[b * replicates / blocks][c] += sample.deviations[count * b + c] *
                                           static_cast<double>(replicates) /
                                           static_cast<double>(blocks);
  return means;
}

// Normal equations of one or two controls over all replicates but one (none: kReplicates).
std::array<double, 2> coefficients(const std::vector<double>& y, const Controls& c,
                                   std::size_t without) {
  double n = 0, a = 0, b = 0, all = 0;
  for (std::size_t s = 0; s < y.size(); ++s) {
    if (s == without) continue;
    n += 1;
    a += c[s][0];
    b += c[s][1];
    all += y[s];
  }
  double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;
  for (std::size_t s = 0; s < y.size(); ++s) {
    if (s == without) continue;
    const double da = c[s][0] - a / n, db = c[s][1] - b / n, dy = y[s] - all / n;
    aa += da * da;
    ab += da * db;
    bb += db * db;
    ay += da * dy;
    by += db * dy;
  }
  if (bb == 0) return {ay / aa, 0};
  const double determinant = aa * bb - ab * ab;
  return {(bb * ay - ab * by) / determinant, (aa * by - ab * ay) / determinant};
}

std::vector<double> corrected(const std::vector<double>& y, const Controls& c) {
  std::vector<double> z = y;
  for (std::size_t r = 0; r < y.size(); ++r) {
    const auto beta = coefficients(y, c, r);
    z[r] -= beta[0] * c[r][0] + beta[1] * c[r][1];
  }
  return z;
}

engine::Estimate mean_and_error(const std::vector<double>& z) {
  const double n = static_cast<double>(z.size());
  double mean = 0, square = 0;
  for (const double one : z) mean += one / n;
  for (const double one : z) square += (one - mean) * (one - mean);
  return {mean, std::sqrt(square / (n * (n - 1)))};
}

void expect_near(const engine::Estimate& got, const engine::Estimate& expected, double scale) {
  EXPECT_NEAR(got.value, expected.value, 1e-9 * scale);
  EXPECT_NEAR(got.standard_error, expected.standard_error,
              1e-7 * expected.standard_error + 1e-12 * scale);
}

// Every number of every group, and a ratio of two, by the regressions written out.
TEST(SobolControls, AreTheRegressionsOfTheOtherReplicates) {
  const Controlled book = loans();
  for (const MeasureBasis basis : {kPrices, MeasureBasis::real_world}) {
    const BasisRun run = book.run(true, basis);
    ASSERT_EQ(run.controls.used, basis == kPrices ? 2U : 1U);
    const Controls c = control_means(book, basis);
    for (std::size_t g = 0; g < run.layout.groups; ++g)
      for (std::size_t s = 0; s < run.layout.samples; ++s) {
        const auto y = drawn_means(run, {g, s});
        double scale = 0;
        for (const double one : y) scale = std::max(scale, std::abs(one));
        const std::size_t pair = run.layout.group(g, s);
        expect_near(run.mean(pair), mean_and_error(corrected(y, c)), scale);
        expect_near(run.mean_as_drawn(pair), mean_and_error(y), scale);
      }
    const std::size_t all = run.layout.portfolio();
    const auto loss = corrected(drawn_means(run, {all, kLossAtDefault}), c);
    const auto exposure = corrected(drawn_means(run, {all, kExposure}), c);
    const double ratio = mean_and_error(loss).value / mean_and_error(exposure).value;
    std::vector<double> residual(kReplicates);
    for (std::size_t r = 0; r < kReplicates; ++r) residual[r] = loss[r] - ratio * exposure[r];
    const double error = mean_and_error(residual).standard_error / mean_and_error(exposure).value;
    expect_near(run.loss_given_default(run.layout.group(all, 0)), {ratio, error}, 1);
  }
}

TEST(SobolControls, OfContractsSumToTheBook) {
  const BasisRun run = loans().run(true);
  double sum = 0;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i)
    sum += run.plan.contracts[i].held * run.mean(run.layout.contract(i, kPresentValue)).value;
  EXPECT_NEAR(run.mean(of_book(run, kPresentValue)).value, sum, 1e-10 * std::abs(sum));
}

// Launches, a regime and an uncertain drift, and powers of either sign: 64 scrambles of 2,048
// points have the means that the plan holds. Four errors are 4.3 of Student's law.
TEST(SobolControls, HaveTheMeansThatThePlanKnows) {
  Controlled book = loans(0);
  book.inputs.market = sample_market();
  book.inputs.market.scarcity->regime = sample_regime();
  book.inputs.market.frontier->drift_stdev = 0.12;
  book.inputs.settings.replicates = 64;
  book.inputs.settings.paths = 64 * 2048;
  book.inputs.settings.horizon_months = 48;
  for (const MeasureBasis basis : {kPrices, MeasureBasis::real_world}) {
    const Controls c = control_means(book, basis);
    for (std::size_t i = 0; i < (basis == kPrices ? 2U : 1U); ++i) {
      std::vector<double> misses;
      for (const auto& one : c) misses.push_back(one[i]);
      const engine::Estimate got = mean_and_error(misses);
      std::printf("control %zu: %.2g +- %.2g\n", i, got.value, got.standard_error);
      EXPECT_NEAR(got.value, 0, 4.3 * got.standard_error);
      EXPECT_GT(got.standard_error, 0);
    }
  }
}

// Case O09 over many seeds: no bias from what it is worth in closed form, the error told is the
// spread of the values, and that is what residuals of a regression over all seeds leave, times what
// coefficients of fifteen numbers cost two normal controls (ReplicateWeights): 1.198, of which
// 1.181 is told.
TEST(SobolControls, EstimateTheClosedFormWithTheErrorTheyTell) {
  constexpr int kSeeds = 400;
  Controlled strip(strip_of_calls(-0.25, false));
  std::vector<double> values, drawn, all;
  Controls controls;
  double told = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    strip.inputs.settings.paths = 1024;
    strip.inputs.settings.seed = static_cast<std::uint64_t>(seed);
    const BasisRun run = strip.run(true);
    const std::size_t pair = of_book(run, kPresentValue);
    values.push_back(run.mean(pair).value);
    drawn.push_back(run.mean_as_drawn(pair).value);
    told += std::pow(run.mean(pair).standard_error, 2) / kSeeds;
    const auto y = drawn_means(run, {run.layout.portfolio(), kPresentValue});
    all.insert(all.end(), y.begin(), y.end());
    const Controls c = control_means(strip);
    controls.insert(controls.end(), c.begin(), c.end());
  }
  const auto beta = coefficients(all, controls, all.size());
  double residual = 0;
  std::vector<double> left(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    left[i] = all[i] - beta[0] * controls[i][0] - beta[1] * controls[i][1];
  residual = std::pow(mean_and_error(left).standard_error, 2) * kSeeds;  // of a run's mean
  const engine::Estimate mean = mean_and_error(values);
  const double spread = std::pow(mean.standard_error, 2) * kSeeds;
  const double plain = std::pow(mean_and_error(drawn).standard_error, 2) * kSeeds;
  std::printf("value %.2f +- %.2f, exact %.2f; told over seen %.3f; seen over drawn %.3f\n",
              mean.value, mean.standard_error, kO09, std::sqrt(told / spread),
              std::sqrt(spread / plain));
  EXPECT_NEAR(mean.value, kO09, 4 * mean.standard_error);
  EXPECT_NEAR(told / spread, 1.181 / 1.198, 4 * std::sqrt(2.0 / kSeeds + 2.0 / (15.0 * kSeeds)));
  EXPECT_NEAR(spread / (1.198 * residual), 1, 4 * std::sqrt(2.0 / kSeeds));
  EXPECT_LT(spread, plain);
}

// A change is the difference of the two values, by replicate: of a scenario, which has the weights
// of its baseline, and of two markets that have their own, as `lien compare` parts them.
TEST(SobolControls, CorrectChangesAsTheirTwoValues) {
  const Controlled book = loans();
  Controlled shocked = book;
  for (Hardware& hardware : shocked.inputs.market.hardware) hardware.rental_rate *= 0.8;
  shocked.inputs.market.scarcity->mean_reversion *= 3;  // its own weights are not its baseline's
  const BasisRun before = book.run(true);
  const Controls c = control_means(book), own = control_means(shocked);
  const GroupNumber value{before.layout.portfolio(), kPresentValue};
  for (const bool scenario : {true, false}) {
    const BasisRun after =
        scenario ? shocked.run(false, kPrices, &before.controls) : shocked.run(true);
    const auto was = corrected(drawn_means(before, value), c);
    const auto is = corrected(drawn_means(after, value), scenario ? c : own);
    std::vector<double> change(kReplicates);
    for (std::size_t r = 0; r < kReplicates; ++r) change[r] = is[r] - was[r];
    const engine::Estimate got = paired_change(before, after, value, value);
    expect_near(got, mean_and_error(change), std::abs(was[0]));
    EXPECT_NEAR(got.value,
                after.mean(of_book(after, kPresentValue)).value -
                    before.mean(of_book(before, kPresentValue)).value,
                1e-9 * std::abs(was[0]));
  }
}

// Counts, tails and what was drawn are those of a run without.
TEST(SobolControls, LeaveWhatWasDrawn) {
  const Controlled book = loans();
  for (const MeasureBasis basis : {kPrices, MeasureBasis::real_world}) {
    const BasisRun with = book.run(true, basis), without = book.run(false, basis);
    for (std::size_t pair = 0; pair < with.layout.group_month_first; ++pair) {
      EXPECT_EQ(with.mean_as_drawn(pair).value, without.mean(pair).value) << pair;
      EXPECT_EQ(with.mean_as_drawn(pair).standard_error, without.mean(pair).standard_error);
    }
    EXPECT_EQ(with.sums, without.sums);
    EXPECT_EQ(with.replicates.tests, without.replicates.tests);
    EXPECT_EQ(with.test_counts, without.test_counts);
    EXPECT_EQ(with.results.losses, without.results.losses);
  }
}

TEST(SobolControls, KeepTheirBitsOnAnyThreads) {
  Controlled book = loans();
  const BasisRun one = book.run(true);
  book.inputs.settings.threads = 3;
  const BasisRun three = book.run(true);
  EXPECT_EQ(one.controls.weight, three.controls.weight);
  EXPECT_EQ(one.controlled, three.controlled);
  EXPECT_EQ(one.replicates.squares, three.replicates.squares);
  EXPECT_EQ(one.replicates.as_drawn, three.replicates.as_drawn);
}

// Rents of the accelerator under most of what is owed: for prices at half and two thirds of the
// months, for losses at a quarter.
TEST(SobolControls, AreRentsOfTheMainHardware) {
  Controlled book = loans(0);
  book.inputs.market = sample_market();
  for (const char* hardware : {"income", "multiple", "multiple"}) {
    Loan loan;
    loan.id = "loan" + std::to_string(book.inputs.book.loans.size());
    loan.borrower = "borrower";
    loan.hardware = hardware;
    loan.units = 1000;
    loan.principal = 13e6;
    loan.closing = kSampleDate;
    loan.maturity = kSampleDate + std::chrono::days(365 * 3);
    loan.coupon = 0.12;
    book.inputs.book.loans.push_back(loan);
  }
  const Plan plan = book.plan();
  ASSERT_EQ(plan.controls.size(), 2U);
  const double powers[] = {1, 0.5};
  const int steps[] = {plan.months / 2, plan.months * 2 / 3};
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_EQ(plan.controls[c].of, ControlPlan::Of::rent);
    EXPECT_EQ(plan.controls[c].index, 1U);
    EXPECT_EQ(plan.controls[c].power, powers[c]);
    EXPECT_EQ(plan.controls[c].step, steps[c]);
  }
  const Plan losses = book.plan(MeasureBasis::real_world);
  ASSERT_EQ(losses.controls.size(), 1U);
  EXPECT_EQ(losses.controls[0].index, 1U);
  EXPECT_EQ(losses.controls[0].power, -0.5);
  EXPECT_EQ(losses.controls[0].step, losses.months / 4);
  // What does not move says nothing, and what it would correct stays as it was drawn.
  Controlled still(quiet_inputs());
  still.inputs.book.instruments = {on_chip(InstrumentKind::call, Underlying::rental_rate, 1)};
  const BasisRun run = still.run(true);
  EXPECT_EQ(run.controls.used, 0U);
  EXPECT_EQ(run.mean(of_book(run, kPresentValue)).value,
            run.mean_as_drawn(of_book(run, kPresentValue)).value);
}

// A whole run to a target error: that of a run of as many paths, and no round more than it takes.
TEST(SobolControls, ReachATargetError) {
  Controlled book = loans();
  Inputs& inputs = book.inputs;
  inputs.settings.control_variates = true;
  inputs.settings.paths = 1024;
  double balance = 0;
  for (const ContractPlan& contract : book.plan().contracts)
    balance += contract.held * contract.outstanding;
  const BasisRun first = book.run(true);
  const double target = first.mean(of_book(first, kPresentValue)).standard_error / balance / 3;
  inputs.settings.target_error = target;
  const RunResults reached = value_book(inputs, {});
  const auto& rounds = reached.facts.error_rounds;
  ASSERT_GE(rounds.size(), 2U);
  EXPECT_DOUBLE_EQ(rounds.front().error, 3 * target);
  EXPECT_LE(rounds.back().error, target);
  EXPECT_GT(rounds[rounds.size() - 2].error, target);
  inputs.settings.target_error.reset();
  inputs.settings.paths = rounds.back().paths;
  const RunResults same = value_book(inputs, {});
  const auto a = measured(reached.tables, "risk_neutral", "", "present_value");
  const auto b = measured(same.tables, "risk_neutral", "", "present_value");
  EXPECT_EQ(a->value, b->value);
  EXPECT_EQ(a->error, b->error);
  EXPECT_NEAR(a->error / balance, rounds.back().error, 1e-12 * rounds.back().error);
  ASSERT_EQ(same.facts.control_variates.size(), 2U);
  EXPECT_EQ(same.facts.control_variates[0].second, 2U);
  EXPECT_EQ(same.facts.control_variates[1].second, 1U);
}

}  // namespace
}  // namespace lien::pricing
