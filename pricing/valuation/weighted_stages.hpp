#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/simulation/path_block.hpp"
#include "engine/statistics/control_weights.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/resale_rows.hpp"

namespace lien::pricing {

// BookStages and, where control variates weigh the blocks, sums once more for each replicate:
//   sums: [2 pairs] of the book, then [replicates][weighed pairs] of weight x the block's first
//   half
// A task's blocks are kept and weighed together, so that its many sums pass the cache once.
class WeightedStages {
 public:
  // weights: of the run's blocks, or null: the book alone. weighed: pairs, from the first.
  WeightedStages(const Plan& plan, const SumLayout& layout, PathResults& results,
                 const double* references, const lien::engine::ControlWeights* weights,
                 std::size_t weighed)
      : book_(plan, layout, results, references),
        weights_(weights),
        pairs_(layout.pairs),
        weighed_(weights == nullptr ? 0 : weighed),
        pitch_((weighed_ + lien::engine::kLanes - 1) / lien::engine::kLanes * lien::engine::kLanes),
        own_(weights == nullptr ? 0 : 2 * layout.pairs),
        blocks_(pitch_ * lien::engine::kTaskBlocks) {}

  [[nodiscard]] const BookStages& book() const noexcept { return book_; }
  [[nodiscard]] BookStages& book() noexcept { return book_; }
  [[nodiscard]] std::size_t derived_series() const noexcept { return book_.derived_series(); }

  void operator()(lien::engine::PathBlock& block, std::uint64_t number, double* sums) noexcept {
    if (weights_ == nullptr) return book_(block, number, sums);
    std::fill(own_.begin(), own_.end(), 0.0);
    book_(block, number, own_.data());
    for (std::size_t i = 0; i < own_.size(); ++i) sums[i] += own_[i];
    double* const kept = blocks_.get() + held_ * pitch_;
    for (std::size_t i = 0; i < weighed_; ++i) kept[i] = own_[2 * i];
    ++held_;
    // Tasks begin at multiples of kTaskBlocks and end there or with the run.
    if ((number + 1) % lien::engine::kTaskBlocks == 0 || number + 1 == weights_->samples)
      weigh(number + 1 - held_, sums + 2 * pairs_);
  }

 private:
  void weigh(std::uint64_t first, double* sums) noexcept {
    const std::size_t replicates = weights_->replicates;
    for (std::size_t from = 0; from < pitch_; from += kChunk) {
      const std::size_t count = std::min(kChunk, pitch_ - from);
      for (std::size_t r = 0; r < replicates; ++r) {
        double* const chunk = chunk_.get();
        std::fill_n(chunk, count, 0.0);
        for (std::size_t b = 0; b < held_; ++b)
          add_scaled_row(weights_->weight[(first + b) * replicates + r],
                         blocks_.get() + b * pitch_ + from, chunk, count);
        double* const to = sums + r * weighed_ + from;
        for (std::size_t i = 0; i < std::min(count, weighed_ - from); ++i) to[i] += chunk[i];
      }
    }
    held_ = 0;
  }

  static constexpr std::size_t kChunk = 512;  // pairs whose blocks stay in the nearest cache
  BookStages book_;
  const lien::engine::ControlWeights* weights_;
  std::size_t pairs_, weighed_, pitch_;
  std::size_t held_ = 0;                 // blocks of the task that runs
  std::vector<double> own_;              // sums of the block that runs
  lien::engine::AlignedDoubles blocks_;  // [blocks held][pitch] first halves of their sums
  lien::engine::AlignedDoubles chunk_{kChunk};
};

}  // namespace lien::pricing
