#include "engine/factors/regime.hpp"

#include <cstddef>

#include "engine/elementary/elementary.hpp"

namespace lien::engine {
namespace {

constexpr std::size_t kPoints = 33;         // of the stationary law
constexpr std::size_t kSize = 2 * kPoints;  // by state
constexpr int kSquarings = 40;              // 2^40 steps: forgets any start

// Chebyshev points of the second kind on [-1, 1].
double chebyshev(std::size_t i) {
  return sin_cos_two_pi(0.5 * static_cast<double>(i) / (kPoints - 1)).second;
}

// Lagrange polynomials of the points at x, by the barycentric formula.
std::array<double, kPoints> lagrange(double x) {
  std::array<double, kPoints> out{};
  double sum = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double distance = x - chebyshev(i);
    if (distance == 0) {
      out.fill(0);
      out[i] = 1;
      return out;
    }
    const double half = i == 0 || i == kPoints - 1 ? 0.5 : 1.0;
    out[i] = (i % 2 == 0 ? half : -half) / distance;
    sum += out[i];
  }
  for (double& value : out) value /= sum;
  return out;
}

using Matrix = std::vector<double>;  // [kSize][kSize]

// Its rows are expectations: they sum to 1, which rounding must not wear away.
void make_rows_sum_to_one(Matrix& matrix) {
  for (std::size_t i = 0; i < kSize; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < kSize; ++j) sum += matrix[i * kSize + j];
    for (std::size_t j = 0; j < kSize; ++j) matrix[i * kSize + j] /= sum;
  }
}

Matrix squared(const Matrix& matrix) {
  Matrix out(kSize * kSize, 0.0);
  for (std::size_t i = 0; i < kSize; ++i)
    for (std::size_t k = 0; k < kSize; ++k)
      for (std::size_t j = 0; j < kSize; ++j)
        out[i * kSize + j] += matrix[i * kSize + k] * matrix[k * kSize + j];
  make_rows_sum_to_one(out);
  return out;
}

}  // namespace

RegimeLaw regime_law(const std::array<double, 2>& means,
                     const std::array<double, 2>& rates_per_year, int initial,
                     double mean_reversion, double dt_years) {
  RegimeLaw law;
  law.means = means;
  const double total = rates_per_year[0] + rates_per_year[1];
  const double forgotten = -expm1(-total * dt_years);
  for (std::size_t j = 0; j < 2; ++j) law.leave[j] = rates_per_year[j] / total * forgotten;
  law.decay = exp(-mean_reversion * dt_years);
  law.initial = initial;
  return law;
}

std::vector<std::array<double, 2>> regime_transforms(const RegimeLaw& law, double q, int steps) {
  std::vector<std::array<double, 2>> out;
  std::array<double, 2> log_value{};  // of a horizon one step shorter
  double kept = 1;                    // decay^{n-1}: what is left of the first step's shift
  for (int n = 1; n <= steps; ++n) {
    std::array<double, 2> next{};
    for (std::size_t j = 0; j < 2; ++j) {
      // ln(stay e^here + leave e^there)
      const double here = log_value[j], there = log_value[1 - j];
      const double switched = law.leave[j] * expm1(there - here);
      next[j] = q * kept * law.shift(static_cast<int>(j)) + here + log1p(switched);
    }
    log_value = next;
    kept *= law.decay;
    out.push_back(log_value);
  }
  return out;
}

std::vector<std::array<double, 2>> regime_means(const RegimeLaw& law, int steps) {
  std::vector<std::array<double, 2>> out;
  std::array<double, 2> mean{};
  double kept = 1;
  for (int n = 1; n <= steps; ++n) {
    std::array<double, 2> next{};
    for (std::size_t j = 0; j < 2; ++j)
      next[j] =
          kept * law.shift(static_cast<int>(j)) + mean[j] + law.leave[j] * (mean[1 - j] - mean[j]);
    mean = next;
    kept *= law.decay;
    out.push_back(mean);
  }
  return out;
}

std::vector<WeightedPoint> stationary_regime(const RegimeLaw& law) {
  // On x in [-1, 1], -1 and 1 the two means, one step maps f(x, j) to E[f(decay x + (1 - decay)
  // x_j, next state)]: a polynomial in x stays one of its degree, so the step is a matrix on the
  // values at the points, and a high power of it takes every f to its stationary mean.
  Matrix step(kSize * kSize, 0.0);
  for (std::size_t j = 0; j < 2; ++j)
    for (std::size_t i = 0; i < kPoints; ++i) {
      const double to = law.decay * chebyshev(i) + (1 - law.decay) * (j == 0 ? -1.0 : 1.0);
      const auto basis = lagrange(to);
      for (std::size_t n = 0; n < kPoints; ++n) {
        double* const row = &step[(j * kPoints + i) * kSize];
        row[j * kPoints + n] = (1 - law.leave[j]) * basis[n];
        row[(1 - j) * kPoints + n] = law.leave[j] * basis[n];
      }
    }
  for (int s = 0; s < kSquarings; ++s) step = squared(step);
  std::vector<WeightedPoint> points;
  for (std::size_t n = 0; n < kPoints; ++n) {
    const double share = (chebyshev(n) + 1) / 2;
    points.push_back(
        {law.means[0] + (law.means[1] - law.means[0]) * share, step[n] + step[kPoints + n]});
  }
  return points;
}

}  // namespace lien::engine
