#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include "engine/memory/large_array.hpp"

namespace lien::engine {

// Paths simulated together. A constant of the model version and never of the machine: it decides
// in which order numbers are added. 64 paths keep about five rows of a contract in L2.
inline constexpr std::size_t kBlockPaths = 64;

// Blocks a task runs in order before its sums become integers (see IntegerTotals).
inline constexpr std::size_t kTaskBlocks = 16;

// Sums over paths run in eight virtual lanes whatever the vector width, then through a fixed tree.
inline constexpr std::size_t kLanes = 8;

// Aligned doubles, zeroed, in large pages where they are many (large_array.hpp). Move-only; the
// size never changes after construction.
class AlignedDoubles {
 public:
  AlignedDoubles() = default;
  explicit AlignedDoubles(std::size_t count)
      : count_(count),
        values_(static_cast<double*>(allocate_array(bytes_of(count))), Free{bytes_of(count)}) {
    std::fill_n(values_.get(), count + kLanes, 0.0);
  }
  [[nodiscard]] double* get() noexcept { return values_.get(); }
  [[nodiscard]] const double* get() const noexcept { return values_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  // One vector more, since a kernel may ask for what follows the last row.
  static std::size_t bytes_of(std::size_t count) noexcept {
    return sizeof(double) * (count + kLanes);
  }
  struct Free {
    std::size_t bytes = 0;
    void operator()(double* p) const noexcept { free_array(p, bytes); }
  };
  std::size_t count_ = 0;
  std::unique_ptr<double, Free> values_;
};

// One block of paths: [series][steps + 1][kBlockPaths] doubles. Engine fills the factor series;
// what the further series mean is the business of the stages that fill and read them.
class PathBlock {
 public:
  PathBlock(std::size_t series, int steps)
      : steps_(steps), rows_(series * (static_cast<std::size_t>(steps) + 1) * kBlockPaths) {}

  [[nodiscard]] int steps() const noexcept { return steps_; }
  // Row of one series at one step: [kBlockPaths], 64-byte aligned.
  [[nodiscard]] double* row(std::size_t series, int step) noexcept {
    return rows_.get() + offset(series, step);
  }
  [[nodiscard]] const double* row(std::size_t series, int step) const noexcept {
    return rows_.get() + offset(series, step);
  }

 private:
  [[nodiscard]] std::size_t offset(std::size_t series, int step) const noexcept {
    return (series * (static_cast<std::size_t>(steps_) + 1) + static_cast<std::size_t>(step)) *
           kBlockPaths;
  }
  int steps_;
  AlignedDoubles rows_;
};

}  // namespace lien::engine
