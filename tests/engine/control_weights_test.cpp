#include "engine/statistics/control_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "engine/random/stream_key.hpp"
#include "engine/statistics/student.hpp"

// A regression on control variates as weights of its samples.
namespace lien::engine {
namespace {

constexpr std::size_t kReplicates = 16;
const PhiloxKey kKey = stream_key(7, StreamKind::contrast, "test");

struct Corrected {
  double mean, standard_error;
};

// What the weights make of y: as a run does, from replicates.
Corrected corrected(const ControlWeights& of, const std::vector<double>& y) {
  const double each = static_cast<double>(of.samples) / static_cast<double>(of.replicates);
  std::vector<double> means(of.replicates, 0.0);
  for (std::size_t i = 0; i < of.samples; ++i)
    for (std::size_t r = 0; r < of.replicates; ++r)
      means[r] += of.weight[i * of.replicates + r] * y[i] / each;
  double sum = 0, square = 0;
  for (const double mean : means) sum += mean;
  const double n = static_cast<double>(of.replicates), all = sum / n;
  for (const double mean : means) square += (mean - all) * (mean - all);
  return {all, std::sqrt(square / (n * (n - 1)))};
}

// Normal controls of mean zero that hang together.
std::vector<double> drawn_controls(std::mt19937_64& draw, std::size_t samples,
                                   std::size_t controls) {
  std::normal_distribution<double> normal;
  std::vector<double> out(samples * controls);
  for (std::size_t i = 0; i < samples; ++i) {
    const double common = normal(draw);
    for (std::size_t c = 0; c < controls; ++c) out[i * controls + c] = common + normal(draw);
  }
  return out;
}

TEST(ControlWeights, MakeEveryControlExact) {
  std::mt19937_64 draw(1);
  const std::size_t n = 200, controls = 9;
  const auto deviations = drawn_controls(draw, n, controls);
  const ControlWeights weights = control_weights(deviations, n, controls, kReplicates, kKey);
  EXPECT_EQ(weights.used, controls);
  for (std::size_t c = 0; c < controls; ++c) {
    std::vector<double> y(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = deviations[i * controls + c];
    const Corrected got = corrected(weights, y);
    EXPECT_NEAR(got.mean, 0, 1e-14);
    EXPECT_NEAR(got.standard_error, 0, 1e-14);
  }
  const Corrected one = corrected(weights, std::vector<double>(n, 1.0));
  EXPECT_NEAR(one.mean, 1, 1e-14);
  EXPECT_NEAR(one.standard_error, 0, 1e-14);
}

// One control: the textbook's formula, y_bar - cov(y, c) / var(c) x (c_bar - c).
TEST(ControlWeights, AreTheRegressionOfOneControl) {
  std::mt19937_64 draw(2);
  std::normal_distribution<double> normal;
  const std::size_t n = 64;
  std::vector<double> c(n), y(n);
  for (std::size_t i = 0; i < n; ++i) {
    c[i] = normal(draw) + 0.3;
    y[i] = 5 + 2 * c[i] + c[i] * c[i] + normal(draw);
  }
  double mean_c = 0, mean_y = 0, cc = 0, cy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    mean_c += c[i] / n;
    mean_y += y[i] / n;
  }
  for (std::size_t i = 0; i < n; ++i) {
    cc += (c[i] - mean_c) * (c[i] - mean_c);
    cy += (c[i] - mean_c) * (y[i] - mean_y);
  }
  const Corrected got = corrected(control_weights(c, n, 1, kReplicates, kKey), y);
  EXPECT_NEAR(got.mean, mean_y - cy / cc * mean_c, 1e-12);
}

TEST(ControlWeights, LeaveOutWhatOtherControlsSay) {
  std::mt19937_64 draw(3);
  const std::size_t n = 100;
  const auto two = drawn_controls(draw, n, 2);
  std::vector<double> four(4 * n);
  for (std::size_t i = 0; i < n; ++i) {
    four[4 * i] = two[2 * i];
    four[4 * i + 1] = 3 * two[2 * i];
    four[4 * i + 2] = two[2 * i + 1];
    four[4 * i + 3] = two[2 * i] - two[2 * i + 1];
  }
  const ControlWeights weights = control_weights(four, n, 4, kReplicates, kKey);
  EXPECT_EQ(weights.used, 2U);
  const ControlWeights plain = control_weights(two, n, 2, kReplicates, kKey);
  for (std::size_t i = 0; i < weights.weight.size(); ++i)
    EXPECT_NEAR(weights.weight[i], plain.weight[i], 1e-12);
  // Of two that may be used the second is the first that is not known: the third.
  const ControlWeights second = control_weights(four, n, 2, kReplicates, kKey);
  EXPECT_EQ(second.weight, weights.weight);
  EXPECT_EQ(control_weights(four, n, 1, kReplicates, kKey).used, 1U);
  // A control that is the same in every sample says nothing.
  EXPECT_EQ(control_weights(std::vector<double>(n, 0.5), n, 1, kReplicates, kKey).used, 0U);
}

// y = 1 + beta c + residuals of stdev 2 over many seeds: the mean of the squared errors told is the
// variance of the corrected means, and Student's intervals hold as often as they say.
TEST(ControlWeights, TellTheErrorOfTheResiduals) {
  std::normal_distribution<double> normal;
  const std::size_t n = 120, controls = 10, seeds = 4000;
  double squares = 0, told = 0, inside = 0;
  const double multiple = student_multiple(1.959963984540054, kReplicates - 1);
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    std::mt19937_64 draw(100 + seed);
    const auto deviations = drawn_controls(draw, n, controls);
    std::vector<double> y(n);
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = 1 + 2 * normal(draw);
      for (std::size_t c = 0; c < controls; ++c)
        y[i] += static_cast<double>(c) * deviations[i * controls + c];
    }
    const Corrected got = corrected(control_weights(deviations, n, controls, kReplicates,
                                                    stream_key(seed, StreamKind::contrast, "test")),
                                    y);
    squares += (got.mean - 1) * (got.mean - 1);
    told += got.standard_error * got.standard_error;
    inside += std::abs(got.mean - 1) < multiple * got.standard_error ? 1 : 0;
  }
  // Given the controls, the variance is 4 times the weights' squares, in the mean over normal
  // controls 4/n (n - 2)/(n - p - 2).
  const double p = controls, size = n, expected = 4 / size * (size - 2) / (size - p - 2);
  const double count = seeds;
  EXPECT_NEAR(squares / count / expected, 1, 4 * std::sqrt(2 / count));
  EXPECT_NEAR(told / count / expected, 1, 4 * std::sqrt(2.0 / (kReplicates - 1) / count) + 0.01);
  EXPECT_NEAR(inside / count, 0.95, 4 * std::sqrt(0.95 * 0.05 / count));
}

// What the weights make of each replicate.
std::vector<double> corrected_replicates(const ControlWeights& of, const std::vector<double>& y) {
  std::vector<double> z(of.replicates, 0.0);
  for (std::size_t s = 0; s < of.samples; ++s)
    for (std::size_t r = 0; r < of.replicates; ++r) z[r] += of.weight[s * of.replicates + r] * y[s];
  return z;
}

// Each replicate corrected by the regression of the others, written out for two controls.
TEST(ReplicateWeights, LeaveEachReplicateToTheOthers) {
  std::mt19937_64 draw(11);
  std::normal_distribution<double> normal;
  const std::size_t n = 16;
  const auto c = drawn_controls(draw, n, 2);
  std::vector<double> y(n);
  for (double& one : y) one = 5 + normal(draw);
  const ControlWeights weights = replicate_weights(c, n);
  EXPECT_EQ(weights.used, 2U);
  const std::vector<double> z = corrected_replicates(weights, y);
  for (std::size_t r = 0; r < n; ++r) {
    double a = 0, b = 0, all = 0;  // means of the others
    for (std::size_t s = 0; s < n; ++s) {
      if (s == r) continue;
      a += c[2 * s] / static_cast<double>(n - 1);
      b += c[2 * s + 1] / static_cast<double>(n - 1);
      all += y[s] / static_cast<double>(n - 1);
    }
    double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;
    for (std::size_t s = 0; s < n; ++s) {
      if (s == r) continue;
      aa += (c[2 * s] - a) * (c[2 * s] - a);
      ab += (c[2 * s] - a) * (c[2 * s + 1] - b);
      bb += (c[2 * s + 1] - b) * (c[2 * s + 1] - b);
      ay += (c[2 * s] - a) * (y[s] - all);
      by += (c[2 * s + 1] - b) * (y[s] - all);
    }
    const double determinant = aa * bb - ab * ab;
    const double of_a = (bb * ay - ab * by) / determinant, of_b = (aa * by - ab * ay) / determinant;
    EXPECT_NEAR(z[r], y[r] - of_a * c[2 * r] - of_b * c[2 * r + 1], 1e-12) << r;
  }
}

// What is a sum of controls is known exactly; a control that others say already is none.
TEST(ReplicateWeights, KnowWhatControlsSay) {
  std::mt19937_64 draw(12);
  const std::size_t n = 16;
  auto c = drawn_controls(draw, n, 3);
  for (std::size_t r = 0; r < n; ++r) c[3 * r + 2] = 2 * c[3 * r] - c[3 * r + 1];
  const ControlWeights weights = replicate_weights(c, n);
  EXPECT_EQ(weights.used, 2U);
  std::vector<double> y(n);
  for (std::size_t r = 0; r < n; ++r) y[r] = 7 + 3 * c[3 * r] - 5 * c[3 * r + 1];
  for (const double one : corrected_replicates(weights, y)) EXPECT_NEAR(one, 7, 1e-12);
  // No control: the numbers as they are.
  EXPECT_EQ(corrected_replicates(replicate_weights({}, n), y), y);
}

// y = 1 + c_1 + c_2 + residuals of stdev 2 over many seeds. Unbiased. The variance of one corrected
// number is that of the residuals times 1 + p / (n - p - 3) = 1.182, by the mean of an inverse
// Wishart matrix of the n - 1 others, less what numbers share (0.001). That of the mean is 1.198
// times theirs over n, known to 0.1 % from two million draws of a program of its own.
TEST(ReplicateWeights, TellTheErrorOfTheResiduals) {
  std::normal_distribution<double> normal;
  const std::size_t n = 16;
  const int seeds = 20000;
  double sum = 0, squares = 0, told = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    std::mt19937_64 draw(static_cast<std::uint64_t>(100 + seed));
    const auto c = drawn_controls(draw, n, 2);
    std::vector<double> y(n);
    for (std::size_t r = 0; r < n; ++r) y[r] = 1 + c[2 * r] + c[2 * r + 1] + 2 * normal(draw);
    const Corrected got = corrected(replicate_weights(c, n), y);
    sum += got.mean - 1;
    squares += (got.mean - 1) * (got.mean - 1);
    told += got.standard_error * got.standard_error;
  }
  const double variance = squares / seeds;
  EXPECT_NEAR(sum / seeds, 0, 4 * std::sqrt(variance / seeds));
  EXPECT_NEAR(variance / (4.0 / n) / 1.198, 1, 4 * std::sqrt(2.0 / seeds));
  EXPECT_NEAR(told / seeds / (4.0 / n) / 1.181, 1, 4 * std::sqrt(2.0 / (15.0 * seeds)));
}

}  // namespace
}  // namespace lien::engine
