#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/statistics/tail.hpp"

namespace lien::pricing {

// One level at one loss horizon, and whose weights a replayed path gets.
struct TailCell {
  std::size_t snapshot = 0;  // into Plan::snapshots
  engine::Tail tail;
};

// What is summed of a contract or group in a cell: see engine::TailSums.
enum TailNumber : std::size_t {
  kTailWeighted = 0,
  kTailTwiceWeighted = 1,
  kTailSquare = 2,
  kTailNear = 3,
  kTailNumbers = 4,
};

// The paths of a finished run that made its tail, to be simulated once more from their numbers: the
// run kept one loss a path and horizon, so that its memory does not grow with contracts x paths.
// What a replay sums follows the pairs of its SumLayout, from `first`: members x cells x
// kTailNumbers, then one number, the sum of |loss of the replay - loss of the run|.
struct TailReplay {
  std::vector<std::uint64_t> paths;  // rising; the last is repeated to fill its block
  std::size_t count = 0;             // of `paths`, without the repeated ones
  const std::vector<std::vector<double>>* losses = nullptr;  // of the run, PathResults::losses
  const std::vector<std::vector<double>>* weights =
      nullptr;  // its PathResults::weights; may be empty
  std::vector<TailCell> cells;
  std::size_t contracts = 0;  // members before the groups: those of the plan, or none
  std::size_t groups = 0, kinds = 0;
  std::vector<std::uint32_t> group_of;  // [contracts of the plan][kinds] a group
  std::size_t first = 0;

  // How many paths of the law a path of the run stands for.
  [[nodiscard]] double path_weight(std::size_t snapshot, std::uint64_t path) const noexcept {
    return weights->empty() ? 1.0 : (*weights)[snapshot][path];
  }
  [[nodiscard]] std::size_t at(std::size_t member, std::size_t cell) const noexcept {
    return first + (member * cells.size() + cell) * kTailNumbers;
  }
  [[nodiscard]] std::size_t difference() const noexcept { return at(contracts + groups, 0); }
  [[nodiscard]] std::size_t end() const noexcept { return difference() + 1; }
};

}  // namespace lien::pricing
