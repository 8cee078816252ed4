#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "tests/engine/factor_blocks.hpp"

namespace lien::engine {
namespace {

constexpr double kBand = 4;  // standard errors

// One path's launches, one after the other, by the C library: what the rows must hold.
struct PlainLaunch {
  double time, drop;
  int scheduled;  // entry of the list, or -1
};
std::vector<PlainLaunch> plain_launches(const LaunchLinePlan& line, std::uint64_t path,
                                        double until) {
  const LaunchProcess& process = line.process;
  std::vector<PlainLaunch> launches;
  std::uint32_t draw = 0;
  double clock = 0;
  for (std::size_t i = 0; i < process.scheduled.size(); ++i) {
    const auto random = uniform_and_normal_at(line.key, path, draw++);
    const double time = std::max(process.scheduled[i].years, 0.0) -
                        process.scheduled[i].slip_years * std::log(random.uniform);
    launches.push_back(
        {time, process.drop_mean + process.drop_stdev * random.normal, static_cast<int>(i)});
    clock = std::max(clock, time);
  }
  bool first = process.scheduled.empty();
  const double k = process.law == RenewalLaw::weibull ? process.shape : 1;
  while (process.law != RenewalLaw::none && clock <= until) {
    const auto random = uniform_and_normal_at(line.key, path, draw++);
    const double age = first && process.law != RenewalLaw::exponential ? process.age_years : 0;
    // S(age + gap) = U S(age).
    if (process.law == RenewalLaw::gamma) {
      const double s = process.scale_years;
      const double survival = boost::math::gamma_q(process.shape, age / s) *
                              std::pow(random.uniform, 1 / process.hazard_multiple);
      clock += s * boost::math::gamma_q_inv(process.shape, survival) - age;
    } else {
      const double hazard = std::pow(age / process.scale_years, k) - std::log(random.uniform);
      clock += process.scale_years * std::pow(hazard, 1 / k) - age;
    }
    launches.push_back({clock, process.drop_mean + process.drop_stdev * random.normal, -1});
    first = false;
  }
  return launches;
}

// F of docs/model.md; 1 for a step.
double arrived(const LaunchProcess& process, double age) {
  if (process.ramp == RampShape::bass) {
    const double p = process.innovation, q = process.imitation, e = std::exp(-(p + q) * age);
    return (1 - e) / (1 + q / p * e);
  }
  if (process.ramp_years <= 0) return 1;
  return process.ramp == RampShape::linear ? std::min(age / process.ramp_years, 1.0)
                                           : 1 - std::exp(-age / process.ramp_years);
}

// One past launch of the drop and age that known() below puts into a line's plan.
constexpr double kPastDrop = 0.3, kPastAge = 0.2;

// The rows of month k from the launches themselves, no recursion.
void expect_month(const LaunchLinePlan& line, const std::vector<PlainLaunch>& launches,
                  const PathBlock& block, std::size_t p, int k) {
  const double now = k / 12.0, ramp = line.process.ramp_years;
  const bool recursive = line.known_pipeline.empty();
  double effect = 0, newest = -kPastAge, count = 0, last = -line.process.age_years;
  double pending = std::exp2(static_cast<double>(line.process.scheduled.size())) - 1;
  double pipeline = ramp > 0 ? line.pipeline_today * std::exp(-now / ramp) : 0;
  if (!recursive) pipeline = kPastDrop * (1 - arrived(line.process, now + kPastAge));
  effect += ramp > 0 || !recursive ? line.pipeline_today - pipeline : 0;
  const auto arrive = [&](double time, double drop) {
    const double left = 1 - arrived(line.process, now - time);
    effect += drop * (1 - left);
    newest = std::max(newest, time);
    pipeline += drop * left;
    ++count;
  };
  for (const auto& launch : launches) {
    if (launch.time > now) continue;
    arrive(launch.time, launch.drop);
    last = std::max(last, launch.time);
    if (launch.scheduled >= 0) pending -= std::exp2(launch.scheduled);
  }
  for (const auto& forced : line.forced)
    if (forced.step <= k) arrive(forced.step / 12.0, forced.drop);
  const auto row = [&](LineSeries which) { return block.row(line_series(0, which), k)[p]; };
  EXPECT_NEAR(row(kLaunchEffect), effect, 1e-12) << k;
  EXPECT_NEAR(row(kLaunchPipeline), pipeline, 1e-12) << k;
  EXPECT_NEAR(row(kLaunchAge), now - last, 1e-12) << k;
  EXPECT_EQ(row(kLaunchCount), count) << k;
  EXPECT_EQ(row(kLaunchPending), pending) << k;
  if (!recursive) {
    EXPECT_NEAR(row(kPipelineAge), now - newest, 1e-12) << k;
  }
}

// Gives a linear or Bass line what compile would: Y_k of past and forced launches.
void know_pipeline(LaunchLinePlan& line) {
  line.ramp_decay = 0;
  line.pipeline_today = kPastDrop * (1 - arrived(line.process, kPastAge));
  line.pipeline_age = kPastAge;
  for (int k = 0; k <= 36; ++k) {
    double left = kPastDrop * (1 - arrived(line.process, k / 12.0 + kPastAge));
    for (const auto& forced : line.forced)
      if (forced.step <= k)
        left += forced.drop * (1 - arrived(line.process, (k - forced.step) / 12.0));
    line.known_pipeline.push_back(left);
  }
}

void make_gamma(LaunchLinePlan& line, double shape, double multiple) {
  line.process.law = RenewalLaw::gamma;
  line.process.shape = shape;
  line.process.scale_years = 1.25 / shape;
  line.process.hazard_multiple = multiple;
  line.gaps = gap_table(line.process);
}

std::vector<LaunchLinePlan> lines() {
  std::vector<LaunchLinePlan> all(11, example_line());
  all[1].process.law = RenewalLaw::exponential;
  all[1].process.scale_years = 0.7;
  all[2].process.ramp_years = all[2].ramp_decay = all[2].pipeline_today = 0;  // step
  all[3].process.scheduled = {{0.5, 0.25}, {2.0, 0.0}, {1.0, 0.5}};
  all[3].process.age_years = 0;
  all[4].process.scheduled = {{-0.2, 0.3}};  // due since before today
  all[4].process.age_years = 0;
  all[4].process.law = RenewalLaw::none;
  all[5].forced = {{1, 0.5}, {14, -0.1}, {14, 0.2}, {40, 0.3}};
  all[6].process.scale_years = 0.02;  // several launches a month
  make_gamma(all[7], 4, 1.25);
  all[8] = all[5];
  all[8].process.ramp = RampShape::linear;
  all[9].process.ramp = RampShape::bass;
  all[9].process.innovation = 0.4;
  all[9].process.imitation = 3;
  make_gamma(all[9], 2.5, 1);
  all[10] = all[3];
  all[10].process.ramp = RampShape::linear;
  all[10].process.ramp_years = 0.37;
  for (const std::size_t i : {8U, 9U, 10U}) know_pipeline(all[i]);
  return all;
}

TEST(FillLaunches, AreThePlainSimulation) {
  for (const auto& line : lines()) {
    const FactorPlan plan = plan_of(line, 36);
    each_block(plan, 2 * kBlockPaths, [&](const PathBlock& block, std::uint64_t first) {
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const auto launches = plain_launches(line, first + p, 3.0);
        for (int k = 0; k <= 36; ++k) expect_month(line, launches, block, p, k);
      }
    });
    if (testing::Test::HasFailure()) break;
  }
}

TEST(FillLaunches, AreTheSameWhereverTheBlockBegins) {
  const FactorPlan plan = plan_of(example_line(), 24);
  FactorScratch scratch(plan);
  PathBlock whole(factor_series(plan), 24), shifted(factor_series(plan), 24);
  fill_factors(plan, 0, scratch, whole);
  fill_factors(plan, 24, scratch, shifted);
  for (std::size_t s = kFactorSeries; s < factor_series(plan); ++s)
    for (int k = 0; k <= 24; ++k)
      for (std::size_t p = 24; p < kBlockPaths; ++p)
        EXPECT_EQ(whole.row(s, k)[p], shifted.row(s, k)[p - 24]);
}

// Shares of paths by launches so far, held to probabilities from elsewhere.
void expect_counts(const LaunchLinePlan& line, int month, const std::vector<double>& probability) {
  constexpr std::uint64_t kPaths = 1 << 18;
  std::vector<double> seen(probability.size(), 0.0);
  each_block(plan_of(line, month), kPaths, [&](const PathBlock& block, std::uint64_t) {
    const double* const count = block.row(line_series(0, kLaunchCount), month);
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      if (count[p] < static_cast<double>(seen.size())) ++seen[static_cast<std::size_t>(count[p])];
  });
  const double n = static_cast<double>(kPaths);
  for (std::size_t i = 0; i < seen.size(); ++i)
    EXPECT_NEAR(seen[i] / n, probability[i],
                kBand * std::sqrt(probability[i] * (1 - probability[i]) / n) + 1e-12)
        << i << " launches";
}

TEST(FillLaunches, CountAsCaseO15) {
  LaunchLinePlan line = example_line();
  line.process.shape = 3;
  line.process.scale_years = 1.39980815215;
  line.process.age_years = 0;
  expect_counts(line, 60,
                {0, 5.92577732064e-05, 0.0590030822692, 0.435485168698, 0.396480441204,
                 0.0984977434528, 0.00994708552384, 0.000511534040617, 1.53863585065e-05});
}

TEST(FillLaunches, CountAsTheGammaLawOfCaseO15) {
  LaunchLinePlan line = example_line();
  line.process.age_years = 0;
  make_gamma(line, 4, 1);
  expect_counts(
      line, 60,
      {9.31416129426e-05, 0.00990663934016, 0.116992889113, 0.339752221321, 0.345503636949,
       0.151065813846, 0.0325805957626, 0.00382886225514, 0.000264476105908});
}

TEST(FillLaunches, ConditionTheFirstGammaArrivalOnItsAge) {
  for (const double age : {0.0, 0.6, 2.0}) {
    LaunchLinePlan line = example_line();
    line.process.age_years = age;
    make_gamma(line, 4, 1.25);
    const double s = line.process.scale_years;
    for (const int month : {1, 6, 18})
      expect_counts(line, month,
                    {std::pow(boost::math::gamma_q(4, (age + month / 12.0) / s) /
                                  boost::math::gamma_q(4, age / s),
                              1.25)});
  }
}

TEST(FillLaunches, CountAsPoisson) {
  LaunchLinePlan line = example_line();
  line.process.law = RenewalLaw::exponential;
  line.process.scale_years = 1.25;
  std::vector<double> probability = {std::exp(-4.0)};
  for (int n = 1; n <= 12; ++n) probability.push_back(probability.back() * 4 / n);
  expect_counts(line, 60, probability);
}

TEST(FillLaunches, ConditionTheFirstArrivalOnItsAge) {
  for (const double age : {0.0, 0.6, 2.0}) {
    LaunchLinePlan line = example_line();
    line.process.age_years = age;
    const double s = line.process.scale_years, k = line.process.shape;
    for (const int month : {1, 6, 18})
      expect_counts(line, month,
                    {std::exp(std::pow(age / s, k) - std::pow((age + month / 12.0) / s, k))});
  }
}

// Scheduled launches slip on their own: every set of pending ones is a product of exponentials.
TEST(FillLaunches, KeepTheScheduledPendingForTheirSlip) {
  constexpr std::uint64_t kPaths = 1 << 18;
  LaunchLinePlan line = example_line();
  line.process.scheduled = {{0.3, 0.5}, {1.0, 0.25}};
  const auto out = [](double from, double slip, double t) {
    return t <= from ? 1 : std::exp(-(t - from) / slip);
  };
  const int months[] = {3, 6, 12, 15, 24};
  double seen[5][4] = {};
  each_block(plan_of(line, 24), kPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t m = 0; m < 5; ++m)
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        ++seen[m]
              [static_cast<std::size_t>(block.row(line_series(0, kLaunchPending), months[m])[p])];
  });
  const double n = static_cast<double>(kPaths);
  for (std::size_t m = 0; m < 5; ++m)
    for (unsigned mask = 0; mask < 4; ++mask) {
      const double t = months[m] / 12.0, a = out(0.3, 0.5, t), b = out(1.0, 0.25, t);
      const double probability = ((mask & 1) != 0 ? a : 1 - a) * ((mask & 2) != 0 ? b : 1 - b);
      EXPECT_NEAR(seen[m][mask] / n, probability,
                  kBand * std::sqrt(probability * (1 - probability) / n))
          << months[m] << ' ' << mask;
    }
}

// E[exp(-q X)] against the transform: the ramp is exact inside the month, and the mean has no bias.
void expect_transform(const LaunchLinePlan& line, double q, const std::vector<double>& log_expected,
                      std::uint64_t paths) {
  const int steps = static_cast<int>(log_expected.size());
  std::vector<double> sum(log_expected.size() + 1, 0.0), square = sum;
  each_block(plan_of(line, steps), paths, [&](const PathBlock& block, std::uint64_t) {
    for (int k = 1; k <= steps; k += k < 3 ? 1 : 3) {
      const double* const effect = block.row(line_series(0, kLaunchEffect), k);
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const double x = std::exp(-q * effect[p]);
        sum[static_cast<std::size_t>(k)] += x;
        square[static_cast<std::size_t>(k)] += x * x;
      }
    }
  });
  const double n = static_cast<double>(paths);
  for (int k = 1; k <= steps; k += k < 3 ? 1 : 3) {
    const auto at = static_cast<std::size_t>(k);
    double arriving = line.process.ramp_years > 0
                          ? line.pipeline_today * -std::expm1(-k / 12.0 / line.process.ramp_years)
                          : 0.0;
    if (!line.known_pipeline.empty()) arriving = line.pipeline_today - line.known_pipeline[at];
    const double expected = std::exp(log_expected[at - 1] - q * arriving);
    const double mean = sum[at] / n;
    // Before the first launch can have come every path is the same, and the transform 1e-12 off.
    const double variance = std::max(square[at] / n - mean * mean, 0.0);
    EXPECT_NEAR(mean, expected, kBand * std::sqrt(variance / n) + 1e-11)
        << "month " << k << ", loading " << q;
  }
}

TEST(FillLaunches, HaveTheLaunchTransform) {
  auto all = lines();
  all[8].process.law = RenewalLaw::exponential;  // and a linear ramp
  all[8].forced.clear();
  all[8].known_pipeline.clear();
  know_pipeline(all[8]);
  for (const std::size_t i : {0U, 1U, 2U, 7U, 8U, 9U})
    for (const double q : {1.0, 2.0})
      expect_transform(all[i], q, launch_transform(all[i].process, q, all[i].process.age_years, 36),
                       1 << 17);
}

TEST(FillLaunches, HaveTheScheduledTransform) {
  auto all = lines();
  expect_transform(all[3], 1, scheduled_transform(all[3].process, 1, 0, 7, 36), 1 << 17);
  expect_transform(all[10], 1, scheduled_transform(all[10].process, 1, 0, 7, 36), 1 << 17);
  expect_transform(all[4], 2, scheduled_transform(all[4].process, 2, 0, 1, 36), 1 << 17);
}

// Case O13 on a million paths of its own seed: 0.898415, 0.757282, 0.633271, 0.441842. Of 872
// million paths drawn once, thirteen seeds, the mean at month 60 was 2.9e-5 low, 1.8 standard
// errors.
TEST(FillLaunches, HaveNoBiasInCaseO13) {
  LaunchLinePlan line = example_line("poisson");
  line.process.law = RenewalLaw::exponential;
  line.process.scale_years = 1.25;
  line.process.drop_mean = 0.26;
  line.process.drop_stdev = 0.10;
  line.pipeline_today = 0;
  const auto expected = launch_transform(line.process, 1, 0, 60);
  EXPECT_NEAR(std::exp(expected[11]), 0.8984153798389506, 1e-12);
  EXPECT_NEAR(std::exp(expected[59]), 0.4418423073989841, 1e-12);
  expect_transform(line, 1, expected, 1 << 20);
}

}  // namespace
}  // namespace lien::engine
