#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "engine/factors/joint_step.hpp"
#include "tests/engine/factor_blocks.hpp"

namespace lien::engine {
namespace {

constexpr std::uint64_t kPaths = 1 << 18;
constexpr double kBand = 4;  // standard errors

// Case O34's law, and what drifts add.
const FactorLaw kLaw = {0.9, 0.40, 0.18, 0.08, 0.012, 0.30, 0.25, 0.10};
constexpr double kInitial = 0.3, kPremium = 0.10, kDrift = -0.06;

FactorPlan joint_plan(const FactorLaw& law, int steps) {
  FactorPlan plan;
  plan.steps = steps;
  plan.scarcity_initial = kInitial;
  const double kappa = law.scarcity_mean_reversion, a = law.rate_mean_reversion;
  plan.scarcity_decay = std::exp(-kappa / 12);
  plan.scarcity_drift = -kPremium * exponential_integral_factor(kappa, 1.0 / 12);
  plan.frontier_drift = kDrift / 12;
  plan.rate_decay = std::exp(-a / 12);
  plan.rate_integral_loading = exponential_integral_factor(a, 1.0 / 12);
  plan.cholesky = lower_cholesky(step_covariance(law, 1.0 / 12));
  const char* const names[4] = {"scarcity", "frontier", "short_rate", "rate_integral"};
  for (std::size_t f = 0; f < 4; ++f) {
    plan.random[f] = plan.cholesky[5 * f] > 0;
    plan.keys[f] = stream_key(1, StreamKind::factor, names[f]);
  }
  return plan;
}

// What a shock u years ago still does to each factor.
std::array<double, 4> response(const FactorLaw& law, double u) {
  const double a = law.rate_mean_reversion;
  return {law.scarcity_volatility * std::exp(-law.scarcity_mean_reversion * u),
          law.frontier_volatility, law.rate_volatility * std::exp(-a * u),
          law.rate_volatility * (a > 0 ? -std::expm1(-a * u) / a : u)};
}

// Covariances over t years by Simpson's rule on the responses: no formula of the engine.
std::array<double, 16> covariance(const FactorLaw& law, double t) {
  const double mix[3][3] = {{1, law.scarcity_frontier, law.scarcity_rate},
                            {law.scarcity_frontier, 1, law.frontier_rate},
                            {law.scarcity_rate, law.frontier_rate, 1}};
  constexpr int kSteps = 2000;
  std::array<double, 16> sum{};
  for (int s = 0; s <= kSteps; ++s) {
    const double weight = s == 0 || s == kSteps ? 1 : s % 2 == 1 ? 4 : 2;
    const auto r = response(law, t * s / kSteps);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j)
        sum[4 * i + j] += weight * t / kSteps / 3 * r[i] * r[j] *
                          mix[std::min<std::size_t>(i, 2)][std::min<std::size_t>(j, 2)];
  }
  return sum;
}

void expect_moments(const FactorLaw& law, int steps) {
  const double t = steps / 12.0, kappa = law.scarcity_mean_reversion;
  std::array<double, 4> sum{};
  std::array<double, 16> product{};
  const double decay = std::exp(-kappa * t);
  const std::array<double, 4> mean = {
      kInitial * decay - kPremium * (kappa > 0 ? (1 - decay) / kappa : t), kDrift * t, 0, 0};
  each_block(joint_plan(law, steps), kPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t i = 0; i < 4; ++i) {
      const double* const x = block.row(i, steps);
      for (std::size_t p = 0; p < kBlockPaths; ++p) sum[i] += x[p] - mean[i];
      for (std::size_t j = 0; j <= i; ++j) {
        const double* const y = block.row(j, steps);
        for (std::size_t p = 0; p < kBlockPaths; ++p)
          product[4 * i + j] += (x[p] - mean[i]) * (y[p] - mean[j]);
      }
    }
  });
  const auto expected = covariance(law, t);
  const double n = static_cast<double>(kPaths);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(sum[i] / n, 0, kBand * std::sqrt(expected[5 * i] / n)) << i << ' ' << steps;
    for (std::size_t j = 0; j <= i; ++j) {
      const double c = expected[4 * i + j];
      const double error = std::sqrt((expected[5 * i] * expected[5 * j] + c * c) / n);
      EXPECT_NEAR(product[4 * i + j] / n, c, kBand * error) << i << ' ' << j << ' ' << steps;
    }
  }
}

TEST(FillFactors, FollowTheExactLawOverManySteps) {
  for (const int steps : {1, 3, 12, 60}) expect_moments(kLaw, steps);
}

TEST(FillFactors, FollowTheLawWithoutMeanReversion) {
  FactorLaw law = kLaw;
  law.scarcity_mean_reversion = law.rate_mean_reversion = 0;
  expect_moments(law, 24);
}

// Perfect correlation leaves a pivot of zero: two factors driven by one normal.
TEST(FillFactors, FollowALawOfLowerRank) {
  FactorLaw law = kLaw;
  law.scarcity_mean_reversion = 0;
  law.scarcity_frontier = 1;
  law.scarcity_rate = law.frontier_rate = 0.2;
  expect_moments(law, 12);
}

TEST(FillFactors, StartAtTodayAndStandStillWhenOff) {
  FactorLaw off;
  off.scarcity_mean_reversion = 0.9;
  FactorPlan plan = joint_plan(off, 12);
  each_block(plan, kBlockPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      EXPECT_EQ(block.row(kScarcity, 0)[p], kInitial);
      const double decay = std::exp(-0.9);
      EXPECT_NEAR(block.row(kScarcity, 12)[p], kInitial * decay - kPremium * (1 - decay) / 0.9,
                  1e-15);
      EXPECT_NEAR(block.row(kFrontier, 12)[p], kDrift, 1e-16);
      EXPECT_EQ(block.row(kShortRate, 12)[p], 0.0);
      EXPECT_EQ(block.row(kRateIntegral, 12)[p], 0.0);
    }
  });
}

// A discounted account is a martingale: E[exp(-I_t)] = exp(V(t)/2), V by quadrature.
TEST(FillFactors, DiscountOnTheFittedCurve) {
  FactorLaw law = kLaw;
  law.rate_volatility = 0.05;  // large, so that the convexity is seen
  const double variance = covariance(law, 5)[15];
  double sum = 0, square = 0;
  each_block(joint_plan(law, 60), kPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double d = std::exp(-variance / 2 - block.row(kRateIntegral, 60)[p]);
      sum += d;
      square += d * d;
    }
  });
  const double n = static_cast<double>(kPaths), mean = sum / n;
  EXPECT_NEAR(mean, 1.0, kBand * std::sqrt((square / n - mean * mean) / n));
}

}  // namespace
}  // namespace lien::engine
