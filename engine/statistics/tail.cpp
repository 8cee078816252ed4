#include "engine/statistics/tail.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lien::engine {

TailEstimate tail_of(const std::vector<double>& sorted, double confidence) {
  if (sorted.size() < 2) throw std::invalid_argument("tail_of: at least two losses");
  const double n = static_cast<double>(sorted.size());
  const double q = confidence;
  double nq = n * q;
  if (std::abs(nq - std::nearbyint(nq)) < 1e-9 * std::max(1.0, nq)) nq = std::nearbyint(nq);
  const auto order = [&](double rank) {
    const double clamped = std::clamp(rank, 1.0, n);
    return sorted[static_cast<std::size_t>(clamped) - 1];
  };
  TailEstimate t;
  t.confidence = q;
  t.value_at_risk = order(std::ceil(nq));
  const double half = 1.959963984540054 * std::sqrt(n * q * (1 - q));
  t.value_at_risk_low = order(std::floor(n * q - half));
  t.value_at_risk_high = order(std::ceil(n * q + half) + 1);

  const auto above = std::upper_bound(sorted.begin(), sorted.end(), t.value_at_risk);
  const double covered = static_cast<double>(above - sorted.begin());
  t.cumulative_probability = covered / n;
  double sum = 0, square = 0;  // of (x - VaR)^+: small terms first, so that the sum is accurate
  for (auto x = above; x != sorted.end(); ++x) {
    const double excess = *x - t.value_at_risk;
    sum += excess;
    square += excess * excess;
  }
  const double tail = n - nq;
  t.expected_shortfall = t.value_at_risk + sum / tail;
  const double mean = sum / n;
  const double variance = std::max(0.0, square / n - mean * mean) / ((1 - q) * (1 - q));
  const double error = 1.959963984540054 * std::sqrt(variance / n);
  t.expected_shortfall_low = t.expected_shortfall - error;
  t.expected_shortfall_high = t.expected_shortfall + error;
  return t;
}

}  // namespace lien::engine
