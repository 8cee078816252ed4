#include "engine/statistics/moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace lien::engine {
namespace {

std::vector<double> normals(std::size_t n, double mean, double stdev, unsigned seed) {
  std::mt19937_64 draw(seed);
  std::normal_distribution<double> normal(mean, stdev);
  std::vector<double> x(n);
  for (double& value : x) value = normal(draw);
  return x;
}

double average(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

// Two passes: the textbook's standard error of a mean.
double plain_error(const std::vector<double>& x) {
  const double mean = average(x), n = static_cast<double>(x.size());
  double square = 0;
  for (const double value : x) square += (value - mean) * (value - mean);
  return std::sqrt(square / (n - 1) / n);
}

Estimate estimate(const std::vector<double>& x, double reference) {
  double sum = 0, square = 0;
  for (const double value : x) {
    sum += value - reference;
    square += (value - reference) * (value - reference);
  }
  return mean_of(sum, square, static_cast<double>(x.size()), reference);
}

TEST(MeanOf, IsTheTwoPassMeanAndError) {
  for (const double mean : {0.0, 3.0, 1e9}) {
    const auto x = normals(1000, mean, 2.0, 1);
    for (const double reference : {average(x), mean + 0.5, mean - 5.0}) {
      const Estimate e = estimate(x, reference);
      EXPECT_NEAR(e.value, average(x), 1e-14 * std::max(1.0, mean));
      EXPECT_NEAR(e.standard_error, plain_error(x), 1e-10);
    }
  }
}

// {1, 2, 3, 4}: mean 2.5, variance 5/3, error sqrt(5/12).
TEST(MeanOf, HasBesselsCorrection) {
  const Estimate e = mean_of(10, 30, 4, 0);
  EXPECT_EQ(e.value, 2.5);
  EXPECT_DOUBLE_EQ(e.standard_error, std::sqrt(5.0 / 12));
}

TEST(MeanOf, WhatIsTheSameOnEveryPathHasNoError) {
  EXPECT_EQ(mean_of(0, 0, 100, 0.1).standard_error, 0.0);
  EXPECT_EQ(mean_of(0, 0, 100, 0.1).value, 0.1);
  // Rounding of a mean of 1e7 over a million paths is not a spread.
  const double d = 1e-9;
  EXPECT_EQ(mean_of(1e6 * d, 1e6 * d * d * (1 + 1e-15), 1e6, 1e7).standard_error, 0.0);
  EXPECT_GT(mean_of(0, 1e6, 1e6, 1e7).standard_error, 0.0);
}

TEST(MeanOf, OneSampleHasNoKnownError) {
  EXPECT_EQ(mean_of(1, 1, 1, 2).value, 3.0);
  EXPECT_TRUE(std::isnan(mean_of(1, 1, 1, 2).standard_error));
}

TEST(RatioOf, IsTheRatioOfMeansAndNotTheMeanOfRatios) {
  // x = (1, 3), y = (1, 1): and y = (1, 3), x = (2, 2) has mean ratio 4/3 but ratio 1.
  const Estimate e = ratio_of({4, 4, 8, 10, 8}, 2);
  EXPECT_EQ(e.value, 1.0);
  // d = x - y = (1, -1): variance of the sum over n - 1 = 2, over n, over the mean 2.
  EXPECT_DOUBLE_EQ(e.standard_error, 0.5);
}

// The linearised error against the spread of the ratio over independent repetitions.
TEST(RatioOf, ErrorIsTheSpreadOverRepetitions) {
  constexpr int kRepetitions = 2000;
  constexpr std::size_t kSamples = 400;
  double sum = 0, square = 0, claimed = 0;
  for (int r = 0; r < kRepetitions; ++r) {
    const auto y = normals(kSamples, 2.0, 0.3, 2 * static_cast<unsigned>(r));
    const auto noise = normals(kSamples, 0.1, 0.2, 2 * static_cast<unsigned>(r) + 1);
    PairSums s;
    for (std::size_t i = 0; i < kSamples; ++i) {
      const double x = 0.4 * y[i] + noise[i];
      s.x += x;
      s.y += y[i];
      s.xx += x * x;
      s.yy += y[i] * y[i];
      s.xy += x * y[i];
    }
    const Estimate e = ratio_of(s, static_cast<double>(kSamples));
    sum += e.value;
    square += e.value * e.value;
    claimed += e.standard_error;
  }
  const double mean = sum / kRepetitions;
  const double spread = std::sqrt(square / kRepetitions - mean * mean);
  // A standard deviation from 2000 values is known to 1.6 %: four of those.
  EXPECT_NEAR(claimed / kRepetitions / spread, 1.0, 4 / std::sqrt(2.0 * kRepetitions));
  EXPECT_NEAR(mean, 0.45, 4 * spread / std::sqrt(double{kRepetitions}));
}

TEST(RatioOf, IsNoneOverNothing) {
  EXPECT_TRUE(std::isnan(ratio_of({0, 0, 0, 0, 0}, 10).value));
  // A constant ratio has no error.
  EXPECT_EQ(ratio_of({3, 6, 5, 20, 10}, 2).value, 0.5);
  EXPECT_EQ(ratio_of({3, 6, 5, 20, 10}, 2).standard_error, 0.0);
}

TEST(ShareOf, IsTheMeanOfZerosAndOnes) {
  for (const int hits : {0, 1, 37, 100}) {
    std::vector<double> x(100, 0.0);
    std::fill_n(x.begin(), hits, 1.0);
    const Estimate e = share_of(hits, 100);
    EXPECT_DOUBLE_EQ(e.value, average(x));
    EXPECT_NEAR(e.standard_error, plain_error(x), 1e-15);
  }
  EXPECT_TRUE(std::isnan(share_of(1, 1).standard_error));
}

}  // namespace
}  // namespace lien::engine
