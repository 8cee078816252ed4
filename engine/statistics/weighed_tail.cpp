#include "engine/statistics/weighed_tail.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace lien::engine {
namespace {
constexpr double kHalfWidth = 1.959963984540054;  // of a 95 % interval, in standard errors
}  // namespace

WeighedLosses::WeighedLosses(const std::vector<double>& losses, const std::vector<double>& weights,
                             const std::uint8_t* strata, std::size_t period) {
  if (losses.size() < 2 || losses.size() != weights.size())
    throw std::invalid_argument("WeighedLosses: at least two losses, each with a weight");
  std::vector<std::size_t> order(losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&losses](std::size_t a, std::size_t b) { return losses[a] < losses[b]; });
  counts_.resize(*std::max_element(strata, strata + period) + std::size_t{1});
  for (const std::size_t p : order) {
    losses_.push_back(losses[p]);
    weights_.push_back(weights[p]);
    strata_.push_back(strata[p % period]);
    counts_[strata_.back()] += 1;
  }
  above_.resize(losses_.size() + 1);
  for (std::size_t i = losses_.size(); i-- > 0;) above_[i] = above_[i + 1] + weights_[i];
}

// Least loss x with the sum of weights above x at most `above`; a sum within 1e-9 of it is it.
double WeighedLosses::quantile(double above) const {
  const double bound = above + 1e-9 * std::max(1.0, above);
  // above_[i + 1] falls with i: the first i that is under the bound.
  std::size_t low = 0, high = losses_.size() - 1;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const auto end = std::upper_bound(losses_.begin(), losses_.end(), losses_[middle]);
    if (above_[static_cast<std::size_t>(end - losses_.begin())] <= bound)
      high = middle;
    else
      low = middle + 1;
  }
  return losses_[low];
}

// Variance of the mean over n of f(i) w_i, f nothing below `first`: each stratum has its share of
// the paths whatever happens, so only what varies inside the strata counts.
template <class F>
double WeighedLosses::variance(std::size_t first, const F& f) const {
  std::vector<double> sums(counts_.size()), squares(counts_.size());
  for (std::size_t i = first; i < losses_.size(); ++i) {
    const double y = weights_[i] * f(losses_[i]);
    sums[strata_[i]] += y;
    squares[strata_[i]] += y * y;
  }
  double sum = 0;
  for (std::size_t c = 0; c < counts_.size(); ++c)
    if (counts_[c] > 0) sum += std::max(0.0, squares[c] - sums[c] * sums[c] / counts_[c]);
  const double n = static_cast<double>(losses_.size());
  return sum / (n * n);
}

WeighedLosses::Chance WeighedLosses::chance_above(double loss) const {
  const auto end = std::upper_bound(losses_.begin(), losses_.end(), loss);
  const auto first = static_cast<std::size_t>(end - losses_.begin());
  return {above_[first] / static_cast<double>(losses_.size()),
          std::sqrt(variance(first, [](double) { return 1.0; }))};
}

TailEstimate WeighedLosses::tail(double confidence) const {
  const double n = static_cast<double>(losses_.size()), rest = 1 - confidence;
  TailEstimate t;
  t.confidence = confidence;
  t.value_at_risk = quantile(n * rest);
  const Chance chance = chance_above(t.value_at_risk);
  t.cumulative_probability = 1 - chance.value;
  const double half_chance = kHalfWidth * chance.standard_error;
  t.value_at_risk_low = quantile(n * (rest + half_chance));
  t.value_at_risk_high = quantile(std::max(0.0, n * (rest - half_chance)));
  const auto end = std::upper_bound(losses_.begin(), losses_.end(), t.value_at_risk);
  const auto first = static_cast<std::size_t>(end - losses_.begin());
  double sum = 0;
  for (std::size_t i = first; i < losses_.size(); ++i)
    sum += weights_[i] * (losses_[i] - t.value_at_risk);
  t.expected_shortfall = t.value_at_risk + sum / (n * rest);
  const double half =
      kHalfWidth / rest *
      std::sqrt(variance(first, [&t](double loss) { return loss - t.value_at_risk; }));
  t.expected_shortfall_low = t.expected_shortfall - half;
  t.expected_shortfall_high = t.expected_shortfall + half;
  return t;
}

Tail WeighedLosses::weigh(double confidence) const {
  const TailEstimate t = tail(confidence);
  const auto [from, to] = std::equal_range(losses_.begin(), losses_.end(), t.value_at_risk);
  const auto first = static_cast<std::size_t>(from - losses_.begin());
  const auto last = static_cast<std::size_t>(to - losses_.begin());
  Tail tail = tail_at(t, static_cast<double>(losses_.size()));
  tail.weights = tail.paths * (1 - confidence);
  const double at = above_[first] - above_[last];
  tail.at_risk_weight = at > 0 ? (tail.weights - above_[last]) / at : 0;
  for (std::size_t i = first; i < losses_.size(); ++i) {
    const double once = weights_[i] * tail.weight(losses_[i]);
    tail.square_weights += once * once;
  }
  return tail;
}

}  // namespace lien::engine
