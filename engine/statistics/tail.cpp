#include "engine/statistics/tail.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lien::engine {
namespace {

// nq, an integer where it is one but for rounding.
double rank_of(double n, double q) {
  const double nq = n * q;
  return std::abs(nq - std::nearbyint(nq)) < 1e-9 * std::max(1.0, nq) ? std::nearbyint(nq) : nq;
}

}  // namespace

TailEstimate tail_of(const std::vector<double>& sorted, double confidence) {
  if (sorted.size() < 2) throw std::invalid_argument("tail_of: at least two losses");
  const double n = static_cast<double>(sorted.size());
  const double q = confidence;
  const double nq = rank_of(n, q);
  const auto order = [&](double rank) {
    const double clamped = std::clamp(rank, 1.0, n);
    return sorted[static_cast<std::size_t>(clamped) - 1];
  };
  TailEstimate t;
  t.confidence = q;
  t.value_at_risk = order(std::ceil(nq));
  const double half = kNormalHalfWidth * std::sqrt(n * q * (1 - q));
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
  const double error = kNormalHalfWidth * std::sqrt(variance / n);
  t.expected_shortfall_low = t.expected_shortfall - error;
  t.expected_shortfall_high = t.expected_shortfall + error;
  return t;
}

Tail tail_at(const TailEstimate& estimate, double paths) {
  Tail tail;
  tail.value_at_risk = estimate.value_at_risk;
  tail.low = estimate.value_at_risk_low;
  tail.high = estimate.value_at_risk_high;
  tail.expected_shortfall = estimate.expected_shortfall;
  tail.paths = paths;
  tail.confidence = estimate.confidence;
  return tail;
}

Tail weigh_tail(const std::vector<double>& sorted, double confidence) {
  const TailEstimate t = tail_of(sorted, confidence);
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), t.value_at_risk);
  const double above = static_cast<double>(sorted.end() - last);
  const double at = static_cast<double>(last - first);
  Tail tail = tail_at(t, static_cast<double>(sorted.size()));
  tail.weights = tail.paths - rank_of(tail.paths, confidence);
  tail.at_risk_weight = (tail.weights - above) / at;
  tail.square_weights = above + at * tail.at_risk_weight * tail.at_risk_weight;
  return tail;
}

TailContribution contribution_of(const TailSums& sums, const Tail& tail) {
  TailContribution out;
  out.expected_shortfall = sums.weighted / tail.weights;
  if (sums.near_total != 0) out.value_at_risk = tail.value_at_risk * (sums.near / sums.near_total);
  const double c = out.value_at_risk, n = tail.paths;
  const double mean = (sums.weighted - c * tail.weights) / n;
  const double square =
      (sums.square - 2 * c * sums.twice_weighted + c * c * tail.square_weights) / n;
  out.standard_error = std::sqrt(std::max(0.0, square - mean * mean) / n) / (1 - tail.confidence);
  return out;
}

}  // namespace lien::engine
