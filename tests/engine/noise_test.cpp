#include "engine/factors/noise.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "tests/engine/factor_blocks.hpp"

namespace lien::engine {
namespace {

constexpr std::uint64_t kPaths = 1 << 16;
constexpr double kBand = 4;  // standard errors

FactorPlan noise_plan(const std::vector<NoiseLaw>& laws, int steps) {
  FactorPlan plan;
  plan.steps = steps;
  const std::array<const char*, 3> names = {"a", "b", "c"};
  for (std::size_t n = 0; n < laws.size(); ++n)
    plan.noises.push_back(
        noise_step(laws[n], 1.0 / 12, stream_key(1, StreamKind::noise, names[n])));
  return plan;
}

// Var y_t as the integral of the squared response, by Simpson's rule.
double variance_by_quadrature(const NoiseLaw& law, double t) {
  constexpr int kSteps = 20000;
  double sum = 0;
  for (int s = 0; s <= kSteps; ++s) {
    const double r = law.volatility * std::exp(-law.mean_reversion * t * s / kSteps);
    sum += (s == 0 || s == kSteps ? 1 : s % 2 == 1 ? 4 : 2) * r * r;
  }
  return sum * t / kSteps / 3;
}

TEST(Noise, HasTheVarianceOfItsLaw) {
  for (const NoiseLaw& law : {NoiseLaw{2, 0.3}, {0, 0.1}, {1e-9, 0.1}, {25, 1.5}})
    for (const double t : {1.0 / 12, 1.0, 7.0}) {
      const double expected = variance_by_quadrature(law, t);
      EXPECT_NEAR(noise_variance(law, t), expected, 1e-9 * expected)
          << law.mean_reversion << ' ' << t;
    }
}

// Variances, covariance over time, and no covariance between two series: simulated.
TEST(Noise, FollowsItsLawOverManySteps) {
  const std::vector<NoiseLaw> laws = {{2, 0.3}, {0, 0.1}};
  const FactorPlan plan = noise_plan(laws, 24);
  std::array<double, 2> sum{}, square{}, lagged{};
  double across = 0;
  each_block(plan, kPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      std::array<double, 2> y{}, earlier{};
      for (std::size_t n = 0; n < 2; ++n) {
        EXPECT_EQ(block.row(noise_series(plan, n), 0)[p], 0.0);
        y[n] = block.row(noise_series(plan, n), 24)[p];
        earlier[n] = block.row(noise_series(plan, n), 9)[p];
        sum[n] += y[n];
        square[n] += y[n] * y[n];
        lagged[n] += y[n] * earlier[n];
      }
      across += y[0] * y[1];
    }
  });
  const double n = static_cast<double>(kPaths);
  std::array<double, 2> variance{};
  for (std::size_t i = 0; i < 2; ++i) {
    variance[i] = noise_variance(laws[i], 2);
    const double early = noise_variance(laws[i], 0.75);
    const double covariance = early * std::exp(-laws[i].mean_reversion * 1.25);
    EXPECT_NEAR(sum[i] / n, 0, kBand * std::sqrt(variance[i] / n));
    EXPECT_NEAR(square[i] / n, variance[i], kBand * variance[i] * std::sqrt(2 / n));
    EXPECT_NEAR(lagged[i] / n, covariance,
                kBand * std::sqrt((variance[i] * early + covariance * covariance) / n));
  }
  EXPECT_NEAR(across / n, 0, kBand * std::sqrt(variance[0] * variance[1] / n));
}

// A path is a function of its number and the key: the recursion by hand on the same normals.
TEST(Noise, IsItsRecursion) {
  const FactorPlan plan = noise_plan({{1, 0.2}, {3, 0.5}}, 13);
  each_block(plan, 2 * kBlockPaths, [&](const PathBlock& block, std::uint64_t first) {
    for (const std::size_t p : {std::size_t{0}, std::size_t{41}})
      for (std::size_t i = 0; i < 2; ++i) {
        double y = 0;
        for (std::uint32_t step = 0; step < 13; ++step)
          y = std::fma(plan.noises[i].stdev, normal_at(plan.noises[i].key, first + p, step),
                       plan.noises[i].decay * y);
        EXPECT_EQ(block.row(noise_series(plan, i), 13)[p], y);
      }
  });
}

// Series are added behind the others: what was there keeps its numbers.
TEST(Noise, LeavesTheOtherSeriesAsTheyAre) {
  FactorPlan without = plan_of(example_line(), 24), with = without;
  with.noises = noise_plan({{1, 0.2}}, 24).noises;
  std::vector<double> numbers;
  each_block(without, kBlockPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t s = 0; s < factor_series(without); ++s)
      numbers.insert(numbers.end(), block.row(s, 0), block.row(s, 24) + kBlockPaths);
  });
  std::size_t next = 0;
  each_block(with, kBlockPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t s = 0; s < factor_series(without); ++s)
      for (const double* x = block.row(s, 0); x != block.row(s, 24) + kBlockPaths; ++x)
        ASSERT_EQ(*x, numbers[next++]);
  });
  EXPECT_EQ(next, numbers.size());
}

// Covariance with factor f after t years, by the midpoint rule of the product of the responses to a
// shock u years ago.
double covariance_by_quadrature(const NoiseLaw& noise, const NoiseCorrelation& correlation,
                                const FactorLaw& law, std::size_t f, double t) {
  constexpr int kSteps = 20000;
  double sum = 0;
  for (int s = 0; s < kSteps; ++s) {
    const double u = t * (s + 0.5) / kSteps, a = law.rate_mean_reversion;
    const double integral = a > 0 ? (1 - std::exp(-a * u)) / a : u;
    const std::array<double, 4> response = {
        correlation.scarcity * law.scarcity_volatility * std::exp(-law.scarcity_mean_reversion * u),
        correlation.frontier * law.frontier_volatility,
        correlation.rate * law.rate_volatility * std::exp(-a * u),
        correlation.rate * law.rate_volatility * integral};
    sum += response[f] * noise.volatility * std::exp(-noise.mean_reversion * u) * t / kSteps;
  }
  return sum;
}

TEST(Noise, HasTheCovariancesOfItsLaw) {
  const FactorLaw example = {0.9, 0.40, 0.18, 0.08, 0.05, 0.30, 0.25, 0.10};
  const FactorLaw walks = {0, 0.40, 0.18, 0, 0.05, 0.30, 0.25, 0.10};
  for (const FactorLaw& law : {example, walks})
    for (const NoiseLaw& noise : {NoiseLaw{0.5, 1.0}, {1e-7, 0.3}, {25, 2}})
      for (const double t : {1.0 / 12, 5.0}) {
        const NoiseCorrelation correlation{0.4, -0.3, 0.2};
        const auto got = noise_covariance(noise, correlation, law, t);
        for (std::size_t f = 0; f < 4; ++f) {
          const double expected = covariance_by_quadrature(noise, correlation, law, f, t);
          EXPECT_NEAR(got[f], expected, 1e-5 * std::abs(expected))
              << f << ' ' << noise.mean_reversion << ' ' << t;
        }
      }
}

// Noises correlated with scarcity alone (as power is) and with all three (as credit is):
// covariances with all four factors after two years, by quadrature of the responses, that of the
// two noises by what both take of the factors; and the factors keep their numbers to the bit.
TEST(Noise, IsCorrelatedWithTheFactors) {
  const FactorLaw law = {0.9, 0.40, 0.18, 0.08, 0.05, 0.30, 0.25, 0.10};
  const std::array<NoiseLaw, 2> noises = {NoiseLaw{1.5, 0.4}, {0.5, 1.0}};
  const std::array<NoiseCorrelation, 2> correlations = {NoiseCorrelation{-0.6, 0, 0},
                                                        {0.5, -0.4, 0.3}};
  FactorPlan plan;
  plan.steps = 24;
  plan.scarcity_decay = std::exp(-law.scarcity_mean_reversion / 12);
  plan.rate_decay = std::exp(-law.rate_mean_reversion / 12);
  plan.rate_integral_loading = exponential_integral_factor(law.rate_mean_reversion, 1.0 / 12);
  plan.cholesky = lower_cholesky(step_covariance(law, 1.0 / 12));
  plan.random = {true, true, true, true};
  const char* const names[4] = {"scarcity", "frontier", "short_rate", "rate_integral"};
  for (std::size_t f = 0; f < 4; ++f) plan.keys[f] = stream_key(1, StreamKind::factor, names[f]);
  std::vector<double> alone;
  each_block(plan, kBlockPaths, [&](const PathBlock& block, std::uint64_t) {
    alone.assign(block.row(0, 0), block.row(3, 24) + kBlockPaths);
  });
  for (std::size_t i = 0; i < 2; ++i)
    plan.noises.push_back(
        correlated_noise_step(noises[i], correlations[i], law, 1.0 / 12,
                              stream_key(1, StreamKind::noise, i == 0 ? "power" : "credit")));
  std::array<std::array<double, 4>, 2> product{};
  std::array<double, 4> square{};
  std::array<double, 2> own{};
  each_block(plan, kPaths, [&](const PathBlock& block, std::uint64_t first) {
    if (first == 0) {
      const double* x = block.row(0, 0);
      for (const double before : alone) ASSERT_EQ(*x++, before);
    }
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      for (std::size_t i = 0; i < 2; ++i) {
        const double y = block.row(noise_series(plan, i), 24)[p];
        own[i] += y * y;
        for (std::size_t f = 0; f < 4; ++f) {
          const double x = block.row(f, 24)[p];
          product[i][f] += x * y;
          if (i == 0) square[f] += x * x;
        }
      }
  });
  const double n = static_cast<double>(kPaths);
  for (std::size_t i = 0; i < 2; ++i) {
    const double variance = variance_by_quadrature(noises[i], 2);
    EXPECT_NEAR(own[i] / n, variance, kBand * variance * std::sqrt(2 / n));
    for (std::size_t f = 0; f < 4; ++f) {
      const double expected = covariance_by_quadrature(noises[i], correlations[i], law, f, 2);
      const double error = std::sqrt((square[f] / n * variance + expected * expected) / n);
      EXPECT_NEAR(product[i][f] / n, expected, kBand * error) << i << names[f];
    }
  }
}

TEST(Noise, RefusesCorrelationsThatContradictEachOther) {
  const FactorLaw law = {0.9, 0.40, 0.18, 0.08, 0.05, 0.9, 0, 0};
  EXPECT_NO_THROW(
      static_cast<void>(correlated_noise_step({0.9, 1}, {0.8, 0.6, 0}, law, 1.0 / 12, {})));
  EXPECT_THROW(
      static_cast<void>(correlated_noise_step({0.9, 1}, {0.8, -0.6, 0}, law, 1.0 / 12, {})),
      std::domain_error);
}

}  // namespace
}  // namespace lien::engine
