#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/statistics/replicates.hpp"
#include "engine/statistics/tail.hpp"
#include "engine/statistics/weighed_tail.hpp"
#include "pricing/measures/basis_run.hpp"

namespace lien::pricing {

// The losses of a run at one snapshot, in order: equally likely paths, or paths with weights where
// they were drawn from a mixture.
class LossSample {
 public:
  // replicates: under sobol, each of them equally many losses one after the other; else 0.
  explicit LossSample(std::vector<double> losses, std::size_t replicates = 0);
  explicit LossSample(engine::WeighedLosses losses) : weighed_(std::move(losses)) {}

  [[nodiscard]] engine::TailEstimate tail(double confidence) const {
    if (replicated_) return replicated_->tail(confidence);
    return weighed_ ? weighed_->tail(confidence) : engine::tail_of(sorted_, confidence);
  }
  // Half width of its 95 % intervals in standard errors.
  [[nodiscard]] double multiple() const {
    return replicated_ ? replicated_->multiple() : engine::kNormalHalfWidth;
  }
  [[nodiscard]] engine::Tail weigh(double confidence) const {
    return weighed_ ? weighed_->weigh(confidence) : engine::weigh_tail(sorted_, confidence);
  }
  // P(loss <= x) with the error of replicates; empty where there are none.
  [[nodiscard]] std::optional<engine::Estimate> replicated_below(double x) const {
    return replicated_ ? std::optional(replicated_->below(x)) : std::nullopt;
  }
  [[nodiscard]] double least() const { return weighed_ ? weighed_->loss(0) : sorted_.front(); }
  // A loss near the quantile, for the axis of a chart.
  [[nodiscard]] double quantile_near(double level) const;
  // f(loss, chance), losses rising.
  template <class F>
  void each(const F& f) const {
    const std::size_t n = weighed_ ? weighed_->size() : sorted_.size();
    for (std::size_t i = 0; i < n; ++i)
      f(weighed_ ? weighed_->loss(i) : sorted_[i],
        weighed_ ? weighed_->weight(i) / static_cast<double>(n) : 1.0 / static_cast<double>(n));
  }

 private:
  std::vector<double> sorted_;
  std::optional<engine::WeighedLosses> weighed_;
  std::optional<engine::ReplicatedLosses> replicated_;
};

[[nodiscard]] LossSample loss_sample(const BasisRun& run, std::size_t snapshot);

}  // namespace lien::pricing
