#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "engine/factors/joint_step.hpp"
#include "engine/factors/sobol_plan.hpp"
#include "tests/engine/factor_blocks.hpp"

// Factor paths from Sobol points: their laws, against closed forms with errors from independent
// scrambles, and what makes a path itself wherever it is drawn.
namespace lien::engine {
namespace {

const FactorLaw kLaw = {0.9, 0.40, 0.18, 0.08, 0.012, 0.30, 0.25, 0.10};

FactorPlan moving_plan(int steps) {
  FactorPlan plan = plan_of(example_line(), steps);
  plan.scarcity_decay = std::exp(-kLaw.scarcity_mean_reversion / 12);
  plan.rate_decay = std::exp(-kLaw.rate_mean_reversion / 12);
  plan.rate_integral_loading = exponential_integral_factor(kLaw.rate_mean_reversion, 1.0 / 12);
  plan.cholesky = lower_cholesky(step_covariance(kLaw, 1.0 / 12));
  const char* const names[4] = {"scarcity", "frontier", "short_rate", "rate_integral"};
  for (std::size_t f = 0; f < 4; ++f) {
    plan.random[f] = true;
    plan.keys[f] = stream_key(1, StreamKind::factor, names[f]);
  }
  plan.frontier_drift_stdev = 0.05 / 12;
  plan.frontier_drift_key = stream_key(1, StreamKind::factor, "frontier_drift");
  plan.noises = {noise_step({1.5, 0.3}, 1.0 / 12, stream_key(1, StreamKind::noise, "a")),
                 correlated_noise_step({2.0, 0.5}, {0.6, 0, 0}, kLaw, 1.0 / 12,
                                       stream_key(1, StreamKind::noise, "b"))};
  return plan;
}

FactorPlan sobol_of(FactorPlan plan, std::uint64_t points, std::uint64_t seed = 1) {
  plan.sobol = sobol_plan(plan, seed, points);
  return plan;
}

// Means over replicates of numbers of one path, and the spread of the replicates' means.
template <class Numbers>
void each_mean(const FactorPlan& plan, std::size_t replicates, std::size_t count,
               const Numbers& numbers, std::vector<double>& mean, std::vector<double>& error) {
  const std::uint64_t points = plan.sobol.points.points();
  std::vector<double> sum(count), square(count), own(count), x(count);
  std::uint64_t paths = 0;
  each_block(plan, replicates * points, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      numbers(block, p, x);
      for (std::size_t i = 0; i < count; ++i) own[i] += x[i];
    }
    paths += kBlockPaths;
    if (paths % points != 0) return;
    for (std::size_t i = 0; i < count; ++i) {
      const double m = own[i] / static_cast<double>(points);
      sum[i] += m;
      square[i] += m * m;
      own[i] = 0;
    }
  });
  const auto n = static_cast<double>(replicates);
  mean.assign(count, 0);
  error.assign(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    mean[i] = sum[i] / n;
    error[i] = std::sqrt(std::max(0.0, square[i] / n - mean[i] * mean[i]) / (n - 1));
  }
}

// Second moments at the end and at a middle month. 40 scrambles: 4.9 standard errors hold as four
// of a normal law do.
void expect_moments(const FactorPlan& plan, double least_gain) {
  constexpr std::size_t kReplicates = 40;
  const int last = plan.steps, middle = plan.steps / 2 - 1;
  const auto factor = [](const PathBlock& block, std::size_t f, int k, std::size_t p) {
    return block.row(f, k)[p];
  };
  std::vector<double> mean, error;
  each_mean(
      plan, kReplicates, 8,
      [&](const PathBlock& block, std::size_t p, std::vector<double>& x) {
        const double chi = factor(block, kScarcity, last, p),
                     xi = factor(block, kFrontier, last, p);
        const double early = factor(block, kScarcity, middle, p);
        x = {chi,
             chi * chi,
             xi * xi,
             chi * xi,
             chi * early,
             factor(block, kRateIntegral, last, p) * factor(block, kRateIntegral, last, p),
             block.row(noise_series(plan, 0), last)[p] * block.row(noise_series(plan, 0), last)[p],
             chi * block.row(noise_series(plan, 1), last)[p]};
      },
      mean, error);
  const double t = last / 12.0, k = kLaw.scarcity_mean_reversion, s = kLaw.scarcity_volatility;
  const double early = middle / 12.0;
  const auto b = [](double rate, double years) { return -std::expm1(-rate * years) / rate; };
  const double variance = s * s * b(2 * k, t);
  const std::vector<double> exact = {
      0,
      variance,
      kLaw.frontier_volatility * kLaw.frontier_volatility * t + 0.05 * 0.05 * t * t,
      kLaw.scarcity_frontier * s * kLaw.frontier_volatility * b(k, t),
      s * s * b(2 * k, early) * std::exp(-k * (t - early)),
      integrated_rate_variance(kLaw.rate_mean_reversion, kLaw.rate_volatility, t),
      0.3 * 0.3 * b(3.0, t),
      0.6 * s * 0.5 * b(k + 2.0, t)};
  for (std::size_t i = 0; i < exact.size(); ++i)
    EXPECT_NEAR(mean[i], exact[i], 4.9 * error[i]) << "moment " << i;
  // The variance of chi against what independent paths give of it: sqrt(2 / n).
  const double plain = variance * std::sqrt(2.0 / static_cast<double>(kReplicates) /
                                            static_cast<double>(plan.sobol.points.points()));
  EXPECT_LT(error[1], plain / least_gain);
}

TEST(SobolFactors, HaveTheLawsOfTheModel) { expect_moments(sobol_of(moving_plan(60), 1024), 10); }

// 600 months of six series want 3,609 dimensions, so that the later levels come from the streams.
TEST(SobolFactors, GoOnWithStreamsWhereDimensionsEnd) {
  const FactorPlan plan = sobol_of(moving_plan(600), 128);
  EXPECT_EQ(plan.sobol.points.dimensions(), kSobolDimensions);
  EXPECT_NE(plan.sobol.of_node(plan.sobol.joint[2], 300), SobolPlan::kNoDimension);
  EXPECT_EQ(plan.sobol.of_node(plan.sobol.joint[2], 400), SobolPlan::kNoDimension);
  EXPECT_EQ(plan.sobol.of_node(plan.sobol.noises[0], 0), SobolPlan::kNoDimension);
  expect_moments(plan, 1.5);
}

// Mean number of launches by five years, of which all that Sobol points draw are before the fifth;
// the same from the streams.
TEST(SobolFactors, LaunchAsTheRenewalDoes) {
  FactorPlan plan = moving_plan(60);
  double sum = 0, square = 0;
  constexpr std::uint64_t kPaths = 1 << 18;
  each_block(plan, kPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double effect = block.row(line_series(0, kLaunchEffect), 60)[p];
      sum += effect;
      square += effect * effect;
    }
  });
  const double streams = sum / kPaths,
               stream_error = std::sqrt((square / kPaths - streams * streams) / kPaths);
  std::vector<double> mean, error;
  each_mean(
      sobol_of(plan, 1024), 40, 1,
      [](const PathBlock& block, std::size_t p, std::vector<double>& x) {
        x[0] = block.row(line_series(0, kLaunchEffect), 60)[p];
      },
      mean, error);
  EXPECT_NEAR(mean[0], streams, 4 * std::hypot(stream_error, 1.25 * error[0]));
  EXPECT_LT(error[0], std::sqrt((square / kPaths - streams * streams) / (40 * 1024)) / 2.5);
}

TEST(SobolFactors, GiveEachUseADimensionOfItsOwn) {
  FactorPlan plan = moving_plan(60);
  plan.lines.push_back(example_line("other"));
  plan.random[2] = plan.random[3] = false;
  plan.sobol = sobol_plan(plan, 1, 64, 70);
  std::set<std::size_t> used;
  std::size_t uses = 0;
  const auto use = [&](std::size_t d) {
    ASSERT_NE(d, SobolPlan::kNoDimension);
    used.insert(d);
    ++uses;
  };
  for (std::size_t l = 0; l < 2; ++l)
    for (std::size_t draw = 0; draw < SobolPlan::kLineLaunches; ++draw) {
      EXPECT_EQ(plan.sobol.of_launch(l, draw), 8 * l + 2 * draw);
      use(plan.sobol.of_launch(l, draw));
      use(plan.sobol.of_launch(l, draw) + 1);
    }
  EXPECT_EQ(plan.sobol.of_launch(0, SobolPlan::kLineLaunches), SobolPlan::kNoDimension);
  use(plan.sobol.drift);
  EXPECT_EQ(plan.sobol.drift, 16U);
  for (std::size_t node = 0; node < plan.sobol.nodes.size(); ++node) {
    for (const std::size_t f : {0U, 1U}) use(plan.sobol.of_node(plan.sobol.joint[f], node));
    for (const std::size_t n : {0U, 1U}) use(plan.sobol.of_node(plan.sobol.noises[n], node));
  }
  EXPECT_EQ(plan.sobol.of_node(plan.sobol.joint[2], 0), SobolPlan::kNoDimension);
  for (std::size_t clock = 0; clock < SobolPlan::kMostClocks; ++clock)
    use(plan.sobol.of_clock(clock));
  EXPECT_EQ(plan.sobol.of_clock(SobolPlan::kMostClocks), SobolPlan::kNoDimension);
  EXPECT_EQ(plan.sobol.of_clock(0), 17U + 2 * SobolPlan::kEarlyNodes);
  EXPECT_EQ(used.size(), uses);
  EXPECT_EQ(uses, plan.sobol.points.dimensions());
}

// A plan that ends a month later has the same paths up to there, so that scenarios stay paired.
TEST(SobolFactors, KeepPathsWhenTheRunGrowsByAMonth) {
  const FactorPlan short_plan = sobol_of(moving_plan(50), 64),
                   long_plan = sobol_of(moving_plan(53), 64);
  FactorScratch a(short_plan), b(long_plan);
  PathBlock one(factor_series(short_plan), 50), two(factor_series(long_plan), 53);
  fill_factors(short_plan, 128, a, one);
  fill_factors(long_plan, 128, b, two);
  for (int k = 0; k <= 50; ++k)
    for (std::size_t s = 0; s < kFactorSeries; ++s)
      for (std::size_t p = 0; p < kBlockPaths; ++p) ASSERT_EQ(one.row(s, k)[p], two.row(s, k)[p]);
}

TEST(SobolFactors, ReplayAPathFromItsNumber) {
  const FactorPlan plan = sobol_of(moving_plan(36), 128);
  const std::uint64_t listed[kBlockPaths] = {700, 3, 129, 127, 64, 1000};
  FactorScratch scratch(plan);
  PathBlock replayed(factor_series(plan), plan.steps), block(factor_series(plan), plan.steps);
  fill_factors(plan, PathNumbers::of(listed), scratch, replayed);
  for (std::size_t i = 0; i < 6; ++i) {
    const std::uint64_t first = listed[i] / kBlockPaths * kBlockPaths;
    fill_factors(plan, first, scratch, block);
    for (std::size_t s = 0; s < factor_series(plan); ++s)
      for (int k = 0; k <= plan.steps; ++k)
        ASSERT_EQ(replayed.row(s, k)[i], block.row(s, k)[listed[i] - first])
            << "path " << listed[i] << ", series " << s << ", step " << k;
  }
}

}  // namespace
}  // namespace lien::engine
