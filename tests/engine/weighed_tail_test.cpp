#include "engine/statistics/weighed_tail.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace lien::engine {
namespace {

constexpr std::uint8_t kOne[1] = {0};

TEST(WeighedLosses, OfEqualWeightsAreThoseOfTailOf) {
  std::mt19937_64 draw(3);
  for (const std::size_t n : {2U, 10U, 97U, 1000U})
    for (const bool atoms : {false, true}) {
      std::uniform_real_distribution<double> level(-3, 9);
      std::vector<double> losses(n);
      for (double& x : losses) x = std::max(0.0, atoms ? std::floor(level(draw)) : level(draw));
      const WeighedLosses weighed(losses, std::vector<double>(n, 1.0), kOne, 1);
      std::sort(losses.begin(), losses.end());
      for (const double q : {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999}) {
        const TailEstimate got = weighed.tail(q), plain = tail_of(losses, q);
        EXPECT_EQ(got.value_at_risk, plain.value_at_risk) << n << ' ' << q;
        EXPECT_NEAR(got.expected_shortfall, plain.expected_shortfall, 1e-11);
        EXPECT_NEAR(got.expected_shortfall_high, plain.expected_shortfall_high, 1e-11);
        EXPECT_NEAR(got.expected_shortfall_low, plain.expected_shortfall_low, 1e-11);
        EXPECT_NEAR(got.cumulative_probability, plain.cumulative_probability, 1e-12);
        const Tail a = weighed.weigh(q), b = weigh_tail(losses, q);
        EXPECT_NEAR(a.at_risk_weight, b.at_risk_weight, 1e-9);
        EXPECT_NEAR(a.weights, b.weights, 1e-9);
        EXPECT_NEAR(a.square_weights, b.square_weights, 1e-9);
      }
    }
}

// Exponential losses of mean 1, drawn half from the law and half with mean 6, in turn.
struct Drawn {
  std::vector<double> losses, weights;
};
constexpr std::uint8_t kHalves[2] = {0, 1};
Drawn exponential_of_mixture(std::uint64_t seed, std::size_t n) {
  constexpr double kMean = 6;
  std::mt19937_64 draw(seed);
  std::exponential_distribution<double> clock(1);
  Drawn out;
  for (std::size_t p = 0; p < n; ++p) {
    const double x = clock(draw) * (p % 2 == 0 ? 1 : kMean);
    out.losses.push_back(x);
    out.weights.push_back(1 / (0.5 + 0.5 * std::exp(x - x / kMean) / kMean));
  }
  return out;
}

// P(L > x) = e^-x, VaR_q = -ln(1 - q), ES_q = VaR_q + 1.
TEST(WeighedLosses, OfAMixtureAreTheTailsOfTheLaw) {
  constexpr std::size_t kPaths = 1 << 17;
  const Drawn drawn = exponential_of_mixture(11, kPaths);
  const WeighedLosses weighed(drawn.losses, drawn.weights, kHalves, 2);
  for (const double q : {0.5, 0.9, 0.99, 0.999, 0.99999}) {
    const TailEstimate t = weighed.tail(q);
    const double at_risk = -std::log1p(-q);
    EXPECT_NEAR(t.value_at_risk, at_risk, 2 * (t.value_at_risk_high - t.value_at_risk_low)) << q;
    EXPECT_NEAR(t.expected_shortfall, at_risk + 1,
                2 * (t.expected_shortfall_high - t.expected_shortfall_low))
        << q;
    EXPECT_LT(t.expected_shortfall_high - t.expected_shortfall, 0.05) << q;
    const WeighedLosses::Chance chance = weighed.chance_above(at_risk);
    EXPECT_NEAR(chance.value, 1 - q, 4 * chance.standard_error);
  }
}

// 95 % intervals hold the law's numbers on 95 % of seeds: a band of four binomial errors.
TEST(WeighedLosses, HaveIntervalsThatHold) {
  constexpr int kSeeds = 1000;
  constexpr double kConfidence = 0.999;
  const double at_risk = -std::log1p(-kConfidence);
  int value = 0, shortfall = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Drawn drawn = exponential_of_mixture(static_cast<std::uint64_t>(1000 + seed), 4096);
    const TailEstimate t = WeighedLosses(drawn.losses, drawn.weights, kHalves, 2).tail(kConfidence);
    value += t.value_at_risk_low <= at_risk && at_risk <= t.value_at_risk_high ? 1 : 0;
    shortfall +=
        t.expected_shortfall_low <= at_risk + 1 && at_risk + 1 <= t.expected_shortfall_high ? 1 : 0;
  }
  EXPECT_NEAR(value, 950, 20) << "93 to 97 %";
  EXPECT_NEAR(shortfall, 950, 20) << "93 to 97 %";
}

// A stratum that never reaches the tail adds no error, though its share of the paths is large.
TEST(WeighedLosses, CountErrorsInsideTheStrata) {
  std::vector<double> losses, weights;
  for (int p = 0; p < 1000; ++p) {
    losses.push_back(p % 2 == 0 ? 0.0 : 5.0 + (p % 4 == 1 ? 1.0 : 0.0));
    weights.push_back(p % 2 == 0 ? 1.98 : 0.02);
  }
  const WeighedLosses weighed(losses, weights, kHalves, 2);
  EXPECT_NEAR(weighed.chance_above(1).value, 0.01, 1e-12);
  EXPECT_NEAR(weighed.chance_above(1).standard_error, 0, 1e-9) << "rounding under a root";
  const WeighedLosses one(losses, weights, kOne, 1);
  EXPECT_NEAR(one.chance_above(1).standard_error, 0.01 / std::sqrt(1000.0), 1e-9);
}

TEST(WeighedLosses, WeighTheTailToItsShortfall) {
  const Drawn drawn = exponential_of_mixture(5, 4096);
  std::vector<double> losses = drawn.losses;
  for (double& x : losses) x = std::floor(2 * x);  // atoms
  const WeighedLosses weighed(losses, drawn.weights, kHalves, 2);
  for (const double q : {0.9, 0.99, 0.999}) {
    const Tail tail = weighed.weigh(q);
    double sum = 0, mean = 0;
    for (std::size_t p = 0; p < losses.size(); ++p) {
      const double w = drawn.weights[p] * tail.weight(losses[p]);
      sum += w;
      mean += w * losses[p];
    }
    EXPECT_NEAR(sum, 4096 * (1 - q), 1e-9);
    EXPECT_NEAR(mean / sum, weighed.tail(q).expected_shortfall, 1e-9);
  }
}

TEST(WeighedLosses, RefuseWhatHasNoWeight) {
  EXPECT_THROW(WeighedLosses({1, 2}, {1}, kOne, 1), std::invalid_argument);
  EXPECT_THROW(WeighedLosses({1}, {1}, kOne, 1), std::invalid_argument);
}

}  // namespace
}  // namespace lien::engine
