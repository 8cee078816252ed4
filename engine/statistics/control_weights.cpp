#include "engine/statistics/control_weights.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/kernels/random_rows.hpp"

namespace lien::engine {
namespace {

// What of a control's spread is no spread of the ones before and counts as its own.
constexpr double kOwn = 1e-6;

double product(const std::vector<double>& a, const std::vector<double>& b, std::size_t n) {
  // Eight sums: one after the other each addition would wait for the last.
  double lanes[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t l = 0; l < 8; ++l) lanes[l] += a[i + l] * b[i + l];
  for (; i < n; ++i) lanes[0] += a[i] * b[i];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

void add_times(double factor, const std::vector<double>& a, std::vector<double>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * a[i];
}

double take_mean(std::vector<double>& x, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += x[i];
  const double mean = sum / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) x[i] -= mean;
  return mean;
}

// Takes what x has of each of `basis` out of it, twice, since once leaves rounding; what stands
// behind the n samples goes along. Scales what is left to length 1; false where nothing is.
bool make_orthonormal(const std::vector<std::vector<double>>& basis, std::size_t n,
                      std::vector<double>& x) {
  const double before = std::sqrt(product(x, x, n));
  for (int round = 0; round < 2; ++round)
    for (const std::vector<double>& q : basis) add_times(-product(q, x, n), q, x);
  const double left = std::sqrt(product(x, x, n));
  if (!(left > kOwn * before)) return false;
  for (double& one : x) one /= left;
  return true;
}

}  // namespace

ControlWeights control_weights(std::span<const double> deviations, std::size_t samples,
                               std::size_t most, std::size_t replicates, PhiloxKey key) {
  const std::size_t n = samples, controls = deviations.size() / samples;
  const double count = static_cast<double>(n), rows = static_cast<double>(replicates);
  // Columns of the controls, orthonormal; entry n is how far the same combination of means is off.
  std::vector<std::vector<double>> basis;
  for (std::size_t c = 0; c < controls && basis.size() < most; ++c) {
    std::vector<double> x(n + 1);
    for (std::size_t i = 0; i < n; ++i) x[i] = deviations[i * controls + c];
    x[n] = take_mean(x, n);
    if (make_orthonormal(basis, n, x)) basis.push_back(std::move(x));
  }
  ControlWeights out{n, replicates, basis.size(), std::vector<double>(n * replicates)};
  std::vector<double> mean(n + 1, 1 / count);
  for (const std::vector<double>& q : basis) add_times(-q[n], q, mean);
  const double length = std::sqrt(rows * product(mean, mean, n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t r = 0; r < replicates; ++r) out.weight[i * replicates + r] = mean[i];
  for (std::size_t k = 1; k < replicates; ++k) {
    std::vector<double> x(n + 1, 0.0);
    for (std::size_t i = 0; i < n; ++i) x[i] = normal_at(key, i, static_cast<std::uint32_t>(k));
    take_mean(x, n);
    if (!make_orthonormal(basis, n, x)) continue;  // cannot be: there are more samples than these
    x[n] = 0;
    // Helmert's contrast k over the replicates: one each before k, minus k at k.
    const double each = length / std::sqrt(static_cast<double>(k) * static_cast<double>(k + 1));
    for (std::size_t i = 0; i < n; ++i) {
      double* const at = out.weight.data() + i * replicates;
      for (std::size_t r = 0; r < k; ++r) at[r] += each * x[i];
      at[k] -= each * static_cast<double>(k) * x[i];
    }
    basis.push_back(std::move(x));
  }
  for (double& weight : out.weight) weight *= count / rows;
  return out;
}

ControlWeights replicate_weights(std::span<const double> deviations, std::size_t replicates) {
  const std::size_t n = replicates, controls = deviations.size() / n, others = n - 1;
  ControlWeights out{n, n, controls, std::vector<double>(n * n)};
  for (std::size_t r = 0; r < n; ++r) {
    // Columns of the controls over the others; entry `others` is the same combination at r.
    std::vector<std::vector<double>> basis;
    for (std::size_t c = 0; c < controls; ++c) {
      std::vector<double> x;
      for (std::size_t s = 0; s < n; ++s)
        if (s != r) x.push_back(deviations[s * controls + c]);
      x.push_back(deviations[r * controls + c]);
      take_mean(x, others);
      if (make_orthonormal(basis, others, x)) basis.push_back(std::move(x));
    }
    out.used = std::min(out.used, basis.size());
    for (std::size_t s = 0; s < n; ++s) {
      double& weight = out.weight[s * n + r];
      weight = s == r ? 1.0 : 0.0;
      if (s == r) continue;
      for (const std::vector<double>& q : basis) weight -= q[others] * q[s < r ? s : s - 1];
    }
  }
  return out;
}

}  // namespace lien::engine
