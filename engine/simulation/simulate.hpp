#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "engine/factors/factor_plan.hpp"
#include "engine/factors/factor_scratch.hpp"
#include "engine/random/path_numbers.hpp"
#include "engine/schedule/run_tasks.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::engine {

// How many paths, on how many threads. paths is a multiple of kBlockPaths.
struct SimulationSize {
  std::uint64_t paths = 0;
  unsigned threads = 0;          // 0: all; never changes a result
  std::uint64_t first_path = 0;  // number of the first path, a multiple of kBlockPaths
  // Numbers of the paths, [paths], where they are no run of consecutive ones; else null. A block's
  // number is then its place in this list over kBlockPaths.
  const std::uint64_t* listed = nullptr;

  [[nodiscard]] std::uint64_t blocks() const noexcept { return paths / kBlockPaths; }
  [[nodiscard]] std::uint64_t tasks() const noexcept {
    return (blocks() + kTaskBlocks - 1) / kTaskBlocks;
  }
};

// What a simulation leaves behind.
template <class Stages>
struct Simulated {
  std::vector<std::unique_ptr<Stages>> stages;  // one a thread, for their counts
  double factor_seconds = 0;                    // in the factor stage, over all threads
};

// The loop of the program: for every block of paths the factor stage, then the caller's stages.
//   make_stages(): one object a thread; called on the calling thread; its derived_series() says how
//   many series it wants beside the factors
//   stages(PathBlock&, block, sums) noexcept: the block's factor rows are filled; block is its
//   number among all blocks there are (first path over kBlockPaths), so that what the stages draw
//   themselves is keyed as the factors are; adds to sums
// What couples threads is only `totals` (order-free) and whatever rows the stages write at places
// that belong to one block.
template <class MakeStages>
auto simulate(const FactorPlan& plan, const SimulationSize& size, IntegerTotals& totals,
              const MakeStages& make_stages, const TaskDone& done) {
  using Stages = std::decay_t<decltype(make_stages())>;
  static_assert(std::is_nothrow_invocable_v<Stages&, PathBlock&, std::uint64_t, double*>);
  struct Worker {
    const FactorPlan* plan;
    std::uint64_t blocks, first_path;
    const std::uint64_t* listed;
    std::unique_ptr<Stages> stages;
    std::unique_ptr<FactorScratch> scratch;
    std::unique_ptr<PathBlock> block;
    double factor_seconds = 0;
    void operator()(std::uint64_t task, double* sums) noexcept {
      const std::uint64_t last = std::min(blocks, (task + 1) * kTaskBlocks);
      for (std::uint64_t b = task * kTaskBlocks; b < last; ++b) {
        const auto start = std::chrono::steady_clock::now();
        const std::uint64_t number = first_path / kBlockPaths + b;
        fill_factors(*plan,
                     listed == nullptr ? PathNumbers(number * kBlockPaths)
                                       : PathNumbers::of(listed + b * kBlockPaths),
                     *scratch, *block);
        factor_seconds +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        (*stages)(*block, number, sums);
      }
    }
  };
  auto workers = run_tasks(
      size.tasks(), size.threads, totals,
      [&] {
        auto stages = std::make_unique<Stages>(make_stages());
        auto block =
            std::make_unique<PathBlock>(factor_series(plan) + stages->derived_series(), plan.steps);
        return Worker{&plan,           size.blocks(),     size.first_path,
                      size.listed,     std::move(stages), std::make_unique<FactorScratch>(plan),
                      std::move(block)};
      },
      done);
  Simulated<Stages> out;
  for (auto& worker : workers) {
    out.stages.push_back(std::move(worker.stages));
    out.factor_seconds += worker.factor_seconds;
  }
  return out;
}

}  // namespace lien::engine
