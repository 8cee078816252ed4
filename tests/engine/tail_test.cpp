#include "engine/statistics/tail.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace lien::engine {
namespace {

double upper_normal(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

// Losses of n equally likely outcomes, ascending.
std::vector<double> sorted(std::vector<double> losses) {
  std::sort(losses.begin(), losses.end());
  return losses;
}

// The definitions by counting, without ranks: VaR = min{x: cdf(x) >= q}; ES = mean of the worst
// 1 - q, the outcome at the boundary counted in part.
double plain_value_at_risk(const std::vector<double>& losses, double q) {
  double least = INFINITY;
  for (const double x : losses) {
    double under = 0;
    for (const double y : losses) under += y <= x ? 1 : 0;
    if (under >= q * static_cast<double>(losses.size()) - 1e-9) least = std::min(least, x);
  }
  return least;
}
double plain_expected_shortfall(const std::vector<double>& losses, double q) {
  const double n = static_cast<double>(losses.size());
  double left = n * (1 - q), sum = 0;
  for (auto x = losses.rbegin(); x != losses.rend() && left > 1e-9; ++x) {
    const double weight = std::min(1.0, left);
    sum += weight * *x;
    left -= weight;
  }
  return sum / (n * (1 - q));
}

TEST(TailOf, IsTheDefinitionOnAnySample) {
  std::mt19937_64 draw(1);
  for (const std::size_t n : {2U, 3U, 10U, 97U, 400U}) {
    std::uniform_int_distribution<int> level(0, 12);  // atoms everywhere
    std::vector<double> losses(n);
    for (double& x : losses) x = 0.45 * std::max(0, level(draw) - 4);
    losses = sorted(losses);
    for (const double q : {0.01, 0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999}) {
      const TailEstimate t = tail_of(losses, q);
      EXPECT_EQ(t.value_at_risk, plain_value_at_risk(losses, q)) << n << ' ' << q;
      EXPECT_NEAR(t.expected_shortfall, plain_expected_shortfall(losses, q), 1e-12)
          << n << ' ' << q;
      const auto above = std::upper_bound(losses.begin(), losses.end(), t.value_at_risk);
      EXPECT_EQ(t.cumulative_probability,
                static_cast<double>(above - losses.begin()) / static_cast<double>(n));
      EXPECT_GE(t.expected_shortfall, t.value_at_risk);
      EXPECT_LE(t.value_at_risk_low, t.value_at_risk);
      EXPECT_GE(t.value_at_risk_high, t.value_at_risk);
      EXPECT_LE(t.expected_shortfall_low, t.expected_shortfall);
    }
  }
}

// 0.95 x 20 is 19.000000000000004 in doubles for some n: a whole rank stays one.
TEST(TailOf, TakesAWholeRankForWhole) {
  for (std::size_t n = 20; n <= 2000; n += 20) {
    std::vector<double> losses(n);
    for (std::size_t i = 0; i < n; ++i) losses[i] = static_cast<double>(i + 1);
    EXPECT_EQ(tail_of(losses, 0.95).value_at_risk, static_cast<double>(n) * 19 / 20);
    const double worst = static_cast<double>(n) / 20;
    EXPECT_NEAR(tail_of(losses, 0.95).expected_shortfall, static_cast<double>(n) - (worst - 1) / 2,
                1e-9);
  }
}

// Case O19: a pool of 100, PD 2 %, asset correlation 0.20, loss given default 45 %.
// P(k) by the trapezoid over the common factor, accurate to 1e-14.
std::vector<double> pool_distribution() {
  const double threshold = -2.0537489106318225;  // N^-1(0.02)
  std::vector<double> probability(101, 0.0);
  const double step = 0.01;
  for (int i = -1000; i <= 1000; ++i) {
    const double m = step * i;
    const double density = step * std::exp(-m * m / 2) / std::sqrt(2 * 3.14159265358979323846);
    const double p = upper_normal(-(threshold - std::sqrt(0.2) * m) / std::sqrt(0.8));
    for (int k = 0; k <= 100; ++k)
      probability[static_cast<std::size_t>(k)] +=
          density * std::exp(std::lgamma(101.0) - std::lgamma(k + 1.0) - std::lgamma(101.0 - k) +
                             k * std::log(p) + (100 - k) * std::log1p(-p));
  }
  return probability;
}

// n outcomes that follow the distribution as closely as n can.
std::vector<double> pool_losses(std::size_t n) {
  const auto probability = pool_distribution();
  std::vector<double> losses;
  double cumulative = 0;
  for (std::size_t k = 0; k <= 100; ++k) {
    cumulative += probability[k];
    while (losses.size() < n &&
           (static_cast<double>(losses.size()) + 0.5) / static_cast<double>(n) <= cumulative)
      losses.push_back(static_cast<double>(k) * 0.45 / 100);
  }
  while (losses.size() < n) losses.push_back(0.45);
  return losses;
}

TEST(TailOf, SplitsTheAtomOfCaseO19) {
  const auto probability = pool_distribution();
  EXPECT_NEAR(probability[0], 0.382763680696, 1e-11);
  EXPECT_NEAR(probability[7], 0.0177916306199, 1e-11);
  const auto losses = pool_losses(4'000'000);
  const TailEstimate one = tail_of(losses, 0.99), two = tail_of(losses, 0.999);
  EXPECT_DOUBLE_EQ(one.value_at_risk, 0.063);
  EXPECT_NEAR(one.cumulative_probability, 0.991121515815, 3e-7);
  EXPECT_NEAR(one.expected_shortfall, 0.0829028941807, 2e-6);
  EXPECT_DOUBLE_EQ(two.value_at_risk, 0.108);
  EXPECT_NEAR(two.cumulative_probability, 0.999033855661, 3e-7);
  EXPECT_NEAR(two.expected_shortfall, 0.130887224032, 1e-5);
}

// Case O33: loss 100 - V, ln(V/100) ~ N(-0.25 - 0.08, 0.40^2) with a drift of the price.
constexpr double kValueAtRisk[] = {71.6498864241, 79.1140378984};
constexpr double kExpectedShortfall[] = {75.0630072694, 81.2075045189};

TEST(TailOf, IntervalsCoverCaseO33) {
  constexpr int kRepetitions = 1000;
  constexpr std::size_t kPaths = 20'000;
  int value_covered = 0, shortfall_covered = 0;
  double value = 0, shortfall = 0;
  std::mt19937_64 draw(7);
  std::normal_distribution<double> normal;
  std::vector<double> losses(kPaths);
  for (int r = 0; r < kRepetitions; ++r) {
    for (double& x : losses) x = 100 - 100 * std::exp(-0.33 + 0.40 * normal(draw));
    // Only the worst matter here: the rest keeps its number but not its order.
    std::partial_sort(losses.begin(), losses.begin() + 1000, losses.end(), std::greater<>());
    std::reverse(losses.begin(), losses.end());
    const TailEstimate t = tail_of(losses, 0.99);
    value += t.value_at_risk;
    shortfall += t.expected_shortfall;
    value_covered +=
        t.value_at_risk_low <= kValueAtRisk[0] && kValueAtRisk[0] <= t.value_at_risk_high;
    shortfall_covered += t.expected_shortfall_low <= kExpectedShortfall[0] &&
                         kExpectedShortfall[0] <= t.expected_shortfall_high;
  }
  // 95 % of 1000: 950 with a standard deviation of 6.9.
  EXPECT_NEAR(value_covered, 950, 28);
  EXPECT_NEAR(shortfall_covered, 950, 28);
  EXPECT_NEAR(value / kRepetitions, kValueAtRisk[0], 0.03);
  EXPECT_NEAR(shortfall / kRepetitions, kExpectedShortfall[0], 0.03);
}

TEST(TailOf, OfEqualLossesIsThatLoss) {
  const std::vector<double> losses(1000, 7.25);
  const TailEstimate t = tail_of(losses, 0.99);
  EXPECT_EQ(t.value_at_risk, 7.25);
  EXPECT_EQ(t.expected_shortfall, 7.25);
  EXPECT_EQ(t.expected_shortfall_low, 7.25);
  EXPECT_EQ(t.value_at_risk_high, 7.25);
  EXPECT_EQ(t.cumulative_probability, 1.0);
}

TEST(TailOf, NeedsTwoLosses) {
  EXPECT_THROW(static_cast<void>(tail_of({1.0}, 0.99)), std::invalid_argument);
}

// Sums over a sample of the parts of a total, by the definition of TailSums.
TailContribution plain_part(const std::vector<double>& part, const std::vector<double>& total,
                            double q) {
  const Tail tail = weigh_tail(sorted(total), q);
  TailSums sums;
  for (std::size_t p = 0; p < part.size(); ++p) {
    const double w = tail.weight(total[p]);
    sums.weighted += w * part[p];
    sums.twice_weighted += w * w * part[p];
    sums.square += w * part[p] * w * part[p];
    if (!tail.near_value_at_risk(total[p])) continue;
    sums.near += part[p];
    sums.near_total += total[p];
  }
  return contribution_of(sums, tail);
}

// Case O20: Gaussian parts, contributions mu_i + (covariance with the total / its stdev) times the
// standard normal's quantile or mean excess. Bands 4 standard errors: of ES as given, of VaR by the
// spread of a part given the total over the paths that count as near.
TEST(TailContribution, OfGaussianPartsIsTheClosedForm) {
  const double mean[3] = {1, 2, 0.5}, stdev[3] = {3, 5, 2};
  const double rho[3][3] = {{1, 0.3, 0.1}, {0.3, 1, 0.5}, {0.1, 0.5, 1}};
  const double l11 = std::sqrt(1 - 0.09), l21 = (0.5 - 0.03) / l11;
  const double factor[3][3] = {
      {1, 0, 0}, {0.3, l11, 0}, {0.1, l21, std::sqrt(1 - 0.01 - l21 * l21)}};
  constexpr std::size_t kSample = 1 << 20;
  std::vector<double> part[3], total(kSample);
  std::mt19937_64 draw(20);
  std::normal_distribution<double> normal;
  for (auto& row : part) row.resize(kSample);
  for (std::size_t p = 0; p < kSample; ++p) {
    const double z[3] = {normal(draw), normal(draw), normal(draw)};
    for (int i = 0; i < 3; ++i) {
      part[i][p] =
          mean[i] + stdev[i] * (factor[i][0] * z[0] + factor[i][1] * z[1] + factor[i][2] * z[2]);
      total[p] += part[i][p];
    }
  }
  struct Level {
    double q, shortfall[3], at_risk[3];
  };
  const Level levels[] = {{0.99,
                           {5.92594708309, 14.0528492459, 3.85383631189},
                           {5.29964182125, 12.5204002009, 3.42741570808}},
                          {0.999,
                           {7.22317989188, 17.2269295227, 4.73705864979},
                           {6.71148116292, 15.9749007178, 4.38866802581}}};
  double variance = 0;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) variance += rho[i][j] * stdev[i] * stdev[j];
  for (const Level& level : levels) {
    double shortfall = 0, at_risk = 0;
    for (int i = 0; i < 3; ++i) {
      const TailContribution c = plain_part(part[i], total, level.q);
      EXPECT_NEAR(c.expected_shortfall, level.shortfall[i], 4 * c.standard_error) << level.q << i;
      EXPECT_LT(c.standard_error, 0.02 * level.shortfall[i]);
      double covariance = 0;
      for (int j = 0; j < 3; ++j) covariance += rho[i][j] * stdev[i] * stdev[j];
      const double residual = std::sqrt(stdev[i] * stdev[i] - covariance * covariance / variance);
      const double near = 2 * 1.96 * std::sqrt(kSample * level.q * (1 - level.q));
      EXPECT_NEAR(c.value_at_risk, level.at_risk[i],
                  4 * std::hypot(residual / std::sqrt(near), c.standard_error))
          << level.q << i;
      shortfall += c.expected_shortfall;
      at_risk += c.value_at_risk;
    }
    const TailEstimate t = tail_of(sorted(total), level.q);
    EXPECT_NEAR(shortfall, t.expected_shortfall, 1e-9);
    EXPECT_NEAR(at_risk, t.value_at_risk, 1e-9);
  }
}

// The same without noise: totals at the middles of equal strata, each part its mean given the
// total.
TEST(TailContribution, OfStrataIsTheClosedFormOfCaseO20) {
  constexpr std::size_t kStrata = 1 << 19;
  const double mean[3] = {1, 2, 0.5}, stdev[3] = {3, 5, 2};
  const double rho[3][3] = {{1, 0.3, 0.1}, {0.3, 1, 0.5}, {0.1, 0.5, 1}};
  double covariance[3] = {}, variance = 0;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) covariance[i] += rho[i][j] * stdev[i] * stdev[j];
    variance += covariance[i];
  }
  std::vector<double> total(kStrata), part[3];
  double z = -6;
  for (std::size_t p = 0; p < kStrata; ++p) {
    const double tail = 1 - (static_cast<double>(p) + 0.5) / kStrata;
    for (int i = 0; i < 40; ++i) {  // Newton, from the stratum before
      const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0));
      const double step = (upper_normal(z) - tail) / density;
      z += std::clamp(step, -0.5, 0.5);
      if (std::abs(step) < 1e-13) break;
    }
    total[p] = 3.5 + std::sqrt(variance) * z;
    for (int i = 0; i < 3; ++i)
      part[i].push_back(mean[i] + covariance[i] / std::sqrt(variance) * z);
  }
  const double shortfall[3] = {5.92594708309, 14.0528492459, 3.85383631189};
  const double at_risk[3] = {5.29964182125, 12.5204002009, 3.42741570808};
  for (int i = 0; i < 3; ++i) {
    const TailContribution c = plain_part(part[i], total, 0.99);
    EXPECT_NEAR(c.expected_shortfall, shortfall[i], 1e-4 * shortfall[i]);
    EXPECT_NEAR(c.value_at_risk, at_risk[i], 1e-4 * at_risk[i]);
  }
}

// The total as its only part, atoms and all; and its parts in proportion.
TEST(TailContribution, OfTheTotalIsItsShortfallAndError) {
  std::mt19937_64 draw(7);
  std::uniform_int_distribution<int> level(0, 12);
  for (const bool atoms : {true, false}) {
    std::vector<double> losses(5000), third(5000);
    for (double& x : losses)
      x = atoms ? 0.45 * std::max(0, level(draw) - 4)
                : std::exp(std::normal_distribution<double>(0, 1)(draw));
    for (std::size_t p = 0; p < losses.size(); ++p) third[p] = losses[p] / 3;
    for (const double q : {0.55, 0.75, 0.9, 0.95, 0.999}) {
      const TailEstimate t = tail_of(sorted(losses), q);
      const Tail tail = weigh_tail(sorted(losses), q);
      double weights = 0, squares = 0;
      for (const double x : losses) {
        weights += tail.weight(x);
        squares += tail.weight(x) * tail.weight(x);
      }
      EXPECT_NEAR(weights, 5000 * (1 - q), 1e-9) << q;
      EXPECT_NEAR(weights, tail.weights, 1e-9) << q;
      EXPECT_NEAR(squares, tail.square_weights, 1e-9) << q;
      const double error = (t.expected_shortfall_high - t.expected_shortfall) / 1.959963984540054;
      const TailContribution all = plain_part(losses, losses, q),
                             part = plain_part(third, losses, q);
      EXPECT_NEAR(all.expected_shortfall, t.expected_shortfall, 1e-12) << q;
      EXPECT_NEAR(all.value_at_risk, t.value_at_risk, 1e-12) << q;
      EXPECT_NEAR(all.standard_error, error, 1e-7) << q;
      EXPECT_NEAR(part.expected_shortfall, t.expected_shortfall / 3, 1e-12) << q;
      EXPECT_NEAR(part.value_at_risk, t.value_at_risk / 3, 1e-12) << q;
      EXPECT_NEAR(part.standard_error, error / 3, 1e-7) << q;
    }
  }
}

}  // namespace
}  // namespace lien::engine
