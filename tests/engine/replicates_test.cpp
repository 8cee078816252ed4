#include "engine/statistics/replicates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/statistics/student.hpp"

namespace lien::engine {
namespace {

// Printed in every table of Student's law: two-sided 95 %. k = 1.959964 gives the same probability.
TEST(StudentMultiple, IsTheTables) {
  const double tables[][2] = {{1, 12.7062047362},  {2, 4.30265272991},   {3, 3.18244630528},
                              {7, 2.36462425101},  {15, 2.13144954556},  {30, 2.04227245630},
                              {63, 1.99834054177}, {1023, 1.96228561965}};
  for (const auto& [degrees, t] : tables)
    EXPECT_NEAR(student_multiple(kNormalHalfWidth, degrees), t, 2e-8 * t) << degrees;
}

// Against a plain sum over the density, far out too: 4.5 standard errors of 15 degrees of freedom.
TEST(StudentMultiple, HoldsTheChanceOfTheNormalLaw) {
  for (const double degrees : {4.0, 15.0, 63.0})
    for (const double k : {1.0, 4.5}) {
      const double t = student_multiple(k, degrees);
      const double scale = std::exp(std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2)) /
                           std::sqrt(degrees * 3.14159265358979324);
      constexpr int kSteps = 200000;
      double inside = 0;
      for (int i = 0; i < kSteps; ++i) {
        const double x = t * (i + 0.5) / kSteps;
        inside += 2 * t / kSteps * scale * std::pow(1 + x * x / degrees, -(degrees + 1) / 2);
      }
      EXPECT_NEAR(1 - inside, std::erfc(k / std::sqrt(2.0)), 1e-9) << degrees << ", " << k;
    }
}

std::vector<double> losses_of(std::uint64_t seed, std::size_t replicates, std::size_t each,
                              double common) {
  std::mt19937_64 bits(seed);
  std::normal_distribution<double> normal;
  std::vector<double> losses;
  for (std::size_t r = 0; r < replicates; ++r) {
    const double shared = common * normal(bits);  // what makes a replicate's paths dependent
    for (std::size_t p = 0; p < each; ++p) losses.push_back(std::exp(normal(bits)) + shared);
  }
  return losses;
}

// Values are those of all losses; errors are written out again from their definition.
TEST(ReplicatedLosses, AreWhatTheirDefinitionSays) {
  constexpr std::size_t kReplicates = 8, kEach = 200;
  const std::vector<double> losses = losses_of(3, kReplicates, kEach, 0.1);
  const ReplicatedLosses replicated(losses, kReplicates);
  std::vector<double> sorted = losses;
  std::sort(sorted.begin(), sorted.end());
  for (const double q : {0.9, 0.99}) {
    const TailEstimate all = tail_of(sorted, q), got = replicated.tail(q);
    EXPECT_EQ(got.value_at_risk, all.value_at_risk);
    EXPECT_EQ(got.expected_shortfall, all.expected_shortfall);
    std::vector<double> share, shortfall;
    for (std::size_t r = 0; r < kReplicates; ++r) {
      double under = 0, over = 0;
      for (std::size_t p = 0; p < kEach; ++p) {
        const double x = losses[r * kEach + p];
        under += x <= all.value_at_risk ? 1.0 / kEach : 0.0;
        over += std::max(0.0, x - all.value_at_risk) / kEach / (1 - q);
      }
      share.push_back(under);
      shortfall.push_back(over);
    }
    const auto error = [](const std::vector<double>& x) {
      double mean = 0, square = 0;
      for (const double v : x) mean += v / kReplicates;
      for (const double v : x) square += (v - mean) * (v - mean);
      return std::sqrt(square / (kReplicates - 1) / kReplicates);
    };
    const double half = 2.36462425101 * error(shortfall);
    EXPECT_NEAR(got.expected_shortfall_high - got.expected_shortfall, half, 1e-7 * half);
    EXPECT_NEAR(got.expected_shortfall - got.expected_shortfall_low, half, 1e-7 * half);
    const double reach = 2.36462425101 * error(share) * kReplicates * kEach;
    const double rank = q * kReplicates * kEach;
    EXPECT_EQ(got.value_at_risk_low,
              sorted[static_cast<std::size_t>(std::max(1.0, std::floor(rank - reach))) - 1]);
    EXPECT_EQ(got.value_at_risk_high,
              sorted[static_cast<std::size_t>(
                         std::min<double>(kReplicates * kEach, std::ceil(rank + reach) + 1)) -
                     1]);
  }
}

// 95 % intervals hold the law's own value in 93 to 97 % of runs whose replicates share a shock,
// where intervals of independent paths hold it in 86 %. 1,000 runs: one standard error of the
// share is 0.7 %.
TEST(ReplicatedLosses, CoverTheTruth) {
  constexpr std::size_t kRuns = 1000, kReplicates = 16, kEach = 256;
  constexpr double kCommon = 0.6, kLevel = 0.95;
  // Quantile and shortfall of exp(Z) + 0.6 Y from one run of 2^22 paths, each a replicate.
  const TailEstimate exact = [&] {
    std::vector<double> all = losses_of(99, std::size_t{1} << 22, 1, kCommon);
    std::sort(all.begin(), all.end());
    return tail_of(all, kLevel);
  }();
  double at_risk = 0, shortfall = 0, plain = 0;
  for (std::size_t run = 0; run < kRuns; ++run) {
    std::vector<double> losses = losses_of(1000 + run, kReplicates, kEach, kCommon);
    const TailEstimate t = ReplicatedLosses(losses, kReplicates).tail(kLevel);
    at_risk +=
        t.value_at_risk_low <= exact.value_at_risk && exact.value_at_risk <= t.value_at_risk_high
            ? 1
            : 0;
    shortfall += t.expected_shortfall_low <= exact.expected_shortfall &&
                         exact.expected_shortfall <= t.expected_shortfall_high
                     ? 1
                     : 0;
    std::sort(losses.begin(), losses.end());
    const TailEstimate naive = tail_of(losses, kLevel);
    plain += naive.value_at_risk_low <= exact.value_at_risk &&
                     exact.value_at_risk <= naive.value_at_risk_high
                 ? 1
                 : 0;
  }
  EXPECT_NEAR(at_risk / kRuns, 0.95, 0.025);
  EXPECT_NEAR(shortfall / kRuns, 0.95, 0.03);  // skewed: 256 paths a replicate have few in the tail
  EXPECT_LT(plain / kRuns, 0.90);
}

// The part that is the total has the total's own error.
TEST(ReplicatedLosses, GiveAPartThatIsAllTheErrorOfAll) {
  constexpr std::size_t kReplicates = 8, kEach = 500;
  const std::vector<double> losses = losses_of(5, kReplicates, kEach, 0.1);
  std::vector<double> sorted = losses;
  std::sort(sorted.begin(), sorted.end());
  const double q = 0.95;
  const Tail tail = weigh_tail(sorted, q);
  TailSums sums;
  ReplicatedTailSums replicated{kReplicates, 0, 0, 0};
  for (std::size_t r = 0; r < kReplicates; ++r) {
    double weighted = 0, weights = 0;
    for (std::size_t p = 0; p < kEach; ++p) {
      const double x = losses[r * kEach + p], w = tail.weight(x);
      weighted += w * x;
      weights += w;
      if (tail.near_value_at_risk(x)) sums.near += x;
    }
    sums.weighted += weighted;
    replicated.squares += weighted * weighted;
    replicated.products += weighted * weights;
    replicated.weights += weights * weights;
  }
  sums.near_total = sums.near;
  const TailContribution part = contribution_of(sums, replicated, tail);
  const ReplicatedLosses all(losses, kReplicates);
  const TailEstimate t = all.tail(q);
  EXPECT_NEAR(part.expected_shortfall, t.expected_shortfall, 1e-12 * t.expected_shortfall);
  const double error = (t.expected_shortfall_high - t.expected_shortfall) / all.multiple();
  EXPECT_NEAR(part.standard_error, error, 1e-9 * error);
}

}  // namespace
}  // namespace lien::engine
