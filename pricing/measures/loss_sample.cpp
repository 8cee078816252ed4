#include "pricing/measures/loss_sample.hpp"

#include <algorithm>

namespace lien::pricing {

LossSample::LossSample(std::vector<double> losses, std::size_t replicates)
    : sorted_(std::move(losses)) {
  if (replicates > 0) replicated_.emplace(sorted_, replicates);
  std::sort(sorted_.begin(), sorted_.end());
}

double LossSample::quantile_near(double level) const {
  if (weighed_) return weighed_->tail(level).value_at_risk;
  return sorted_[static_cast<std::size_t>(level * static_cast<double>(sorted_.size() - 1))];
}

LossSample loss_sample(const BasisRun& run, std::size_t snapshot) {
  if (run.results.weights.empty()) return LossSample(run.results.losses[snapshot], run.scrambles());
  return LossSample(engine::WeighedLosses(run.results.losses[snapshot],
                                          run.results.weights[snapshot],
                                          run.plan.factors.tilt.of.data(), engine::kBlockPaths));
}

}  // namespace lien::pricing
