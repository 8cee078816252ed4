#include "engine/factors/regime.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "engine/factors/joint_step.hpp"
#include "tests/engine/factor_blocks.hpp"

namespace lien::engine {
namespace {

constexpr double kDt = 1.0 / 12;
const std::array<double, 2> kMeans = {-0.4, 0.3}, kRates = {0.7, 1.0};

RegimeLaw example(int initial = 1, double kappa = 0.9) {
  return regime_law(kMeans, kRates, initial, kappa, kDt);
}

// Sums value(G_n) over all 2^n ways of the chain, with their probabilities.
double over_chains(int start, int n, double kappa, const std::function<double(double)>& value) {
  const double decay = std::exp(-kappa * kDt), total = kRates[0] + kRates[1];
  const std::function<double(int, int, double)> from = [&](int state, int left, double g) {
    if (left == 0) return value(g);
    const auto at = static_cast<std::size_t>(state);
    const double next = decay * g + (1 - decay) * kMeans[at];
    const double leave = kRates[at] / total * (1 - std::exp(-total * kDt));
    return (1 - leave) * from(state, left - 1, next) + leave * from(1 - state, left - 1, next);
  };
  return from(start, n, 0);
}

TEST(RegimeTransforms, AreTheSumOverAllChains) {
  for (const double kappa : {0.0, 0.9, 6.0})
    for (const double q : {1.0, 2.0, -1.3, 0.0}) {
      const auto transforms = regime_transforms(example(1, kappa), q, 14);
      for (const int n : {1, 2, 5, 14})
        for (const int start : {0, 1}) {
          const double expected =
              over_chains(start, n, kappa, [q](double g) { return std::exp(q * g); });
          EXPECT_NEAR(transforms[static_cast<std::size_t>(n - 1)][static_cast<std::size_t>(start)],
                      std::log(expected), 1e-14)
              << kappa << ' ' << q << ' ' << n << ' ' << start;
        }
    }
}

TEST(RegimeMeans, AreTheSumOverAllChains) {
  const auto means = regime_means(example(), 12);
  for (const int n : {1, 3, 12})
    for (const int start : {0, 1})
      EXPECT_NEAR(means[static_cast<std::size_t>(n - 1)][static_cast<std::size_t>(start)],
                  over_chains(start, n, 0.9, [](double g) { return g; }), 1e-15);
}

// Moments of the stationary law by their own recursion: E[G'^n; j'] from E[G^i; j], i <= n.
std::array<double, 2> stationary_moments(const RegimeLaw& law, int n,
                                         std::vector<std::array<double, 2>>& known) {
  std::array<double, 2> rest{};  // sum over i < n, before the switch
  for (std::size_t j = 0; j < 2; ++j) {
    double binomial = 1;
    for (int i = 0; i < n; ++i) {
      rest[j] += binomial * std::pow(law.decay, i) *
                 std::pow((1 - law.decay) * law.means[j], n - i) *
                 known[static_cast<std::size_t>(i)][j];
      binomial *= static_cast<double>(n - i) / (i + 1);
    }
  }
  // x_j = sum_k P(k -> j) (decay^n x_k + rest_k): two equations.
  const double a = std::pow(law.decay, n), p = law.leave[0], q = law.leave[1];
  const double b0 = (1 - p) * rest[0] + q * rest[1], b1 = p * rest[0] + (1 - q) * rest[1];
  const double m00 = 1 - a * (1 - p), m01 = -a * q, m10 = -a * p, m11 = 1 - a * (1 - q);
  const double determinant = m00 * m11 - m01 * m10;
  return {(b0 * m11 - m01 * b1) / determinant, (m00 * b1 - b0 * m10) / determinant};
}

TEST(StationaryRegime, HasTheMomentsOfTheLaw) {
  for (const double kappa : {0.05, 0.9, 12.0}) {
    const RegimeLaw law = example(0, kappa);
    const auto points = stationary_regime(law);
    const double one = kRates[0] / (kRates[0] + kRates[1]);
    std::vector<std::array<double, 2>> known = {{1 - one, one}};
    for (int n = 1; n <= 8; ++n) {
      known.push_back(stationary_moments(law, n, known));
      double moment = 0;
      for (const auto& point : points) moment += point.weight * std::pow(point.value, n);
      EXPECT_NEAR(moment, known.back()[0] + known.back()[1], 1e-12) << kappa << ' ' << n;
    }
  }
}

TEST(StationaryRegime, IsWhatAnyStartForgets) {
  const RegimeLaw law = example();
  for (const double q : {1.5, -4.0}) {
    double expected = 0;
    for (const auto& point : stationary_regime(law))
      expected += point.weight * std::exp(q * point.value);
    for (const std::size_t start : {0U, 1U})
      EXPECT_NEAR(std::exp(regime_transforms(law, q, 2000).back()[start]), expected,
                  1e-12 * expected);
  }
}

FactorPlan plan_with(int steps, bool noise) {
  FactorLaw law;
  law.scarcity_mean_reversion = 0.9;
  law.scarcity_volatility = noise ? 0.4 : 0;
  law.frontier_volatility = noise ? 0.18 : 0;
  FactorPlan plan;
  plan.steps = steps;
  plan.scarcity_initial = 0.2;
  plan.scarcity_decay = std::exp(-0.9 / 12);
  plan.cholesky = lower_cholesky(step_covariance(law, kDt));
  plan.random = {noise, noise, false, false};
  plan.keys[0] = stream_key(1, StreamKind::factor, "scarcity");
  plan.keys[1] = stream_key(1, StreamKind::factor, "frontier");
  plan.regime_key = stream_key(1, StreamKind::factor, "regime");
  plan.frontier_drift_key = stream_key(1, StreamKind::factor, "frontier_drift");
  return plan;
}

// Mean of e^chi, and how often the chain is in state 1, against closed forms.
TEST(FillFactors, FollowTheLawOfRegimes) {
  constexpr std::uint64_t kPaths = 1 << 17;
  FactorPlan plan = plan_with(24, true);
  plan.regime = example();
  for (const int step : {1, 6, 24}) {
    double sum = 0, square = 0, ones = 0;
    each_block(plan, kPaths, [&](const PathBlock& block, std::uint64_t) {
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const double x = std::exp(block.row(kScarcity, step)[p]);
        sum += x;
        square += x * x;
        ones += block.row(regime_series(plan), step)[p];
      }
    });
    const double n = static_cast<double>(kPaths), t = step / 12.0;
    const double normal = 0.2 * std::exp(-0.9 * t) + 0.16 * -std::expm1(-1.8 * t) / 1.8 / 2;
    const double expected = std::exp(normal + regime_transforms(example(), 1, step).back()[1]);
    const double error = std::sqrt((square / n - sum / n * sum / n) / n);
    EXPECT_NEAR(sum / n, expected, 4 * error) << step;
    const double total = kRates[0] + kRates[1];
    const double one = kRates[0] / total + (1 - kRates[0] / total) * std::exp(-total * t);
    EXPECT_NEAR(ones / n, one, 4 * std::sqrt(one * (1 - one) / n)) << step;
  }
}

// Without noise a path is its chain: the step adds the shift of the regime at its start.
TEST(FillFactors, MoveByTheRegimeAtTheStartOfTheMonth) {
  FactorPlan plan = plan_with(36, false);
  plan.regime = example();
  each_block(plan, kBlockPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      EXPECT_EQ(block.row(regime_series(plan), 0)[p], 1.0);
      for (int k = 0; k < 36; ++k) {
        const double m = block.row(regime_series(plan), k)[p] == 1.0 ? 0.3 : -0.4;
        const double from = block.row(kScarcity, k)[p];
        EXPECT_NEAR(block.row(kScarcity, k + 1)[p], m + std::exp(-0.9 / 12) * (from - m), 1e-15);
      }
    }
  });
}

// xi_t = (mu + own) t + noise: variances add, and the own part is the same in every step.
TEST(FillFactors, DrawTheDriftOnceAPath) {
  constexpr std::uint64_t kPaths = 1 << 17;
  FactorPlan plan = plan_with(24, true);
  plan.frontier_drift = -0.03 / 12;
  plan.frontier_drift_stdev = 0.15 / 12;
  double mean = 0, near = 0, far = 0, both = 0;
  each_block(plan, kPaths, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double x = block.row(kFrontier, 6)[p] + 0.03 * 0.5;
      const double y = block.row(kFrontier, 24)[p] + 0.03 * 2;
      mean += y;
      near += x * x;
      far += y * y;
      both += x * y;
    }
  });
  const double n = static_cast<double>(kPaths);
  const double vx = 0.0324 * 0.5 + 0.0225 * 0.25, vy = 0.0324 * 2 + 0.0225 * 4;
  const double c = 0.0324 * 0.5 + 0.0225 * 0.5 * 2;
  EXPECT_NEAR(mean / n, 0, 4 * std::sqrt(vy / n));
  EXPECT_NEAR(near / n, vx, 4 * vx * std::sqrt(2 / n));
  EXPECT_NEAR(far / n, vy, 4 * vy * std::sqrt(2 / n));
  EXPECT_NEAR(both / n, c, 4 * std::sqrt((vx * vy + c * c) / n));
}

TEST(FillFactors, KeepTheirBytesWhileRegimesAndDriftAreOff) {
  FactorPlan off = plan_with(12, true), on = off;
  on.regime = example();
  on.regime->means = {0, 0};
  FactorScratch scratch(off), other(on);
  PathBlock one(factor_series(off), 12), two(factor_series(on), 12);
  EXPECT_EQ(factor_series(off) + 1, factor_series(on));
  fill_factors(off, 0, scratch, one);
  fill_factors(on, 0, other, two);
  for (int k = 0; k <= 12; ++k)
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      EXPECT_EQ(one.row(kScarcity, k)[p], two.row(kScarcity, k)[p]);
}

}  // namespace
}  // namespace lien::engine
