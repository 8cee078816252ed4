#include "engine/statistics/replicates.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/statistics/student.hpp"

namespace lien::engine {

ReplicatedLosses::ReplicatedLosses(const std::vector<double>& losses, std::size_t replicates)
    : sorted_(losses) {
  if (replicates < 2 || losses.size() % replicates != 0 || losses.empty())
    throw std::invalid_argument("ReplicatedLosses: at least two replicates of equal size");
  const std::size_t each = losses.size() / replicates;
  for (std::size_t r = 0; r < replicates; ++r) {
    const auto first = losses.begin() + static_cast<std::ptrdiff_t>(r * each);
    replicates_.emplace_back(first, first + static_cast<std::ptrdiff_t>(each));
    std::sort(replicates_.back().begin(), replicates_.back().end());
  }
  std::sort(sorted_.begin(), sorted_.end());
  multiple_ = student_multiple(kNormalHalfWidth, static_cast<double>(replicates - 1));
}

Estimate ReplicatedLosses::below(double x) const {
  double sum = 0, square = 0;
  for (const std::vector<double>& losses : replicates_) {
    const auto above = std::upper_bound(losses.begin(), losses.end(), x);
    const double share =
        static_cast<double>(above - losses.begin()) / static_cast<double>(losses.size());
    sum += share;
    square += share * share;
  }
  return mean_of(sum, square, static_cast<double>(replicates_.size()), 0);
}

TailEstimate ReplicatedLosses::tail(double confidence) const {
  TailEstimate t = tail_of(sorted_, confidence);
  double shares = 0, share_squares = 0, excesses = 0, excess_squares = 0;
  for (const std::vector<double>& losses : replicates_) {
    const double each = static_cast<double>(losses.size());
    const auto above = std::upper_bound(losses.begin(), losses.end(), t.value_at_risk);
    const double share = static_cast<double>(above - losses.begin()) / each - confidence;
    double excess = 0;
    for (auto x = above; x != losses.end(); ++x) excess += *x - t.value_at_risk;
    excess /= each * (1 - confidence);
    shares += share;
    share_squares += share * share;
    excesses += excess;
    excess_squares += excess * excess;
  }
  const double count = static_cast<double>(replicates_.size());
  const double n = static_cast<double>(sorted_.size());
  const auto order = [&](double rank) {
    return sorted_[static_cast<std::size_t>(std::clamp(rank, 1.0, n)) - 1];
  };
  const double reach = multiple_ * n * mean_of(shares, share_squares, count, 0).standard_error;
  t.value_at_risk_low = order(std::floor(n * confidence - reach));
  t.value_at_risk_high = order(std::ceil(n * confidence + reach) + 1);
  const double error = multiple_ * mean_of(excesses, excess_squares, count, 0).standard_error;
  t.expected_shortfall_low = t.expected_shortfall - error;
  t.expected_shortfall_high = t.expected_shortfall + error;
  return t;
}

TailContribution contribution_of(const TailSums& sums, const ReplicatedTailSums& replicated,
                                 const Tail& tail) {
  TailContribution out = contribution_of(sums, tail);
  const double c = out.value_at_risk, count = static_cast<double>(replicated.replicates);
  const double each = tail.paths / count;
  const double mean = (sums.weighted - c * tail.weights) / tail.paths;
  const double square =
      (replicated.squares - 2 * c * replicated.products + c * c * replicated.weights) /
      (each * each) / count;
  out.standard_error =
      std::sqrt(std::max(0.0, square - mean * mean) / (count - 1)) / (1 - tail.confidence);
  return out;
}

}  // namespace lien::engine
