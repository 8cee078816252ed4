#include <algorithm>
#include <cmath>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/tail_replay.hpp"

// What a replay of tail paths adds to its sums: whose losses the tail is made of.
namespace lien::pricing {

using engine::kBlockPaths;

// The paths of a block weigh what their losses of the run say; the repeated ones weigh nothing.
void BookStages::start_tail(std::uint64_t number) noexcept {
  const TailReplay& replay = *results_->tail;
  std::fill_n(tail_groups_.get(), tail_groups_.size(), 0.0);
  for (std::size_t c = 0; c < replay.cells.size(); ++c) {
    const TailCell& cell = replay.cells[c];
    double* const weights = tail_weights_.get() + c * kBlockPaths;
    double* const near = tail_near_.get() + c * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const bool counts = number * kBlockPaths + p < replay.count;
      const double loss = (*replay.losses)[cell.snapshot][paths_[p]];
      const double once = counts ? replay.path_weight(cell.snapshot, paths_[p]) : 0.0;
      weights[p] = once * cell.tail.weight(loss);
      near[p] = cell.tail.near_value_at_risk(loss) ? once : 0.0;
    }
  }
}

// losses: [paths] of one contract or group at a snapshot. Path after path, so that the order of
// additions is none of the vector's width.
void BookStages::add_tail_row(std::size_t member, std::size_t snapshot, const double* losses,
                              double* sums) noexcept {
  const TailReplay& replay = *results_->tail;
  std::size_t lossy[kBlockPaths], count = 0;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    lossy[count] = p;
    count += losses[p] != 0.0 ? 1 : 0;
  }
  if (count == 0) return;
  for (std::size_t c = 0; c < replay.cells.size(); ++c) {
    if (replay.cells[c].snapshot != snapshot) continue;
    const double* const weights = tail_weights_.get() + c * kBlockPaths;
    const double* const nears = tail_near_.get() + c * kBlockPaths;
    double weighted = 0, twice = 0, square = 0, near = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t p = lossy[i];
      const double once = weights[p] * losses[p];
      weighted += once;
      twice += weights[p] * once;
      square += once * once;
      near += nears[p] * losses[p];
    }
    double* const to = sums + replay.at(member, c);
    to[kTailWeighted] += weighted;
    to[kTailTwiceWeighted] += twice;
    to[kTailSquare] += square;
    to[kTailNear] += near;
  }
}

// The contract that has just run; samples_ are its own.
void BookStages::add_tail(std::size_t index, double* sums) noexcept {
  const TailReplay& replay = *results_->tail;
  const double held = plan_->contracts[index].held;
  const std::uint32_t* const groups = replay.group_of.data() + index * replay.kinds;
  double losses[kBlockPaths];
  for (std::size_t s = 0; s < layout_->snapshots; ++s) {
    const double* const row =
        samples_.get() + (kFixedSamples + s * kSnapshotSamples + kSampledLoss) * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) losses[p] = held * row[p];
    if (replay.contracts > 0) add_tail_row(index, s, losses, sums);
    for (std::size_t k = 0; k < replay.kinds; ++k) {
      double* const group = tail_groups_.get() + (groups[k] * layout_->snapshots + s) * kBlockPaths;
      for (std::size_t p = 0; p < kBlockPaths; ++p) group[p] += losses[p];
    }
  }
}

void BookStages::end_tail(double* sums) noexcept {
  const TailReplay& replay = *results_->tail;
  for (std::size_t g = 0; g < replay.groups; ++g)
    for (std::size_t s = 0; s < layout_->snapshots; ++s)
      add_tail_row(replay.contracts + g, s,
                   tail_groups_.get() + (g * layout_->snapshots + s) * kBlockPaths, sums);
  // The portfolio's own rows, added up as in the run: the same bits.
  for (std::size_t s = 0; s < layout_->snapshots; ++s) {
    const double* const again =
        groups_.get() + (layout_->portfolio() * layout_->samples + kFixedSamples +
                         s * kSnapshotSamples + kSampledLoss) *
                            kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      sums[replay.difference()] += std::abs(again[p] - (*replay.losses)[s][paths_[p]]);
  }
}

}  // namespace lien::pricing
