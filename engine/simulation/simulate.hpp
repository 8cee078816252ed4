#pragma once

#include <chrono>
#include <functional>
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
  // Paths that belong together, a multiple of kBlockPaths: no task has paths of two. 0: all.
  std::uint64_t group_paths = 0;
  std::uint64_t first_task = 0;         // those before are done
  const StopQuestion* pause = nullptr;  // as of TaskRange
  // Asked by every thread before it runs a block: true leaves the task half done, and all that was
  // simulated is then of no use (Simulated::abandoned). Null: never.
  const StopQuestion* abandon = nullptr;

  [[nodiscard]] std::uint64_t group_blocks() const noexcept {
    return group_paths == 0 ? blocks() : group_paths / kBlockPaths;
  }
  [[nodiscard]] std::uint64_t group_tasks() const noexcept {
    return (group_blocks() + kTaskBlocks - 1) / kTaskBlocks;
  }
  [[nodiscard]] std::uint64_t blocks() const noexcept { return paths / kBlockPaths; }
  // paths is a multiple of group_paths where there is one.
  [[nodiscard]] std::uint64_t tasks() const noexcept {
    return blocks() == 0 ? 0 : blocks() / group_blocks() * group_tasks();
  }
};

// What a simulation leaves behind.
template <class Stages>
struct Simulated {
  std::vector<std::unique_ptr<Stages>> stages;  // one a thread, for their counts
  double factor_seconds = 0;                    // in the factor stage, over all threads
  std::uint64_t tasks = 0;                      // those before this one are done
  bool abandoned = false;
};

// The loop of the program: for every block of paths the factor stage, then the caller's stages.
//   make_stages(): one object a thread; called on the calling thread; its derived_series() says how
//   many series it wants beside the factors
//   stages(PathBlock&, block, sums) noexcept: the block's factor rows are filled; block is its
//   number among all blocks there are (first path over kBlockPaths), so that what the stages draw
//   themselves is keyed as the factors are; adds to sums
//   finish(group, stages, sums) noexcept: what becomes of a task's sums, [sums]; one call at a time
// What couples threads is only what `finish` does (in no meaningful order) and whatever rows the
// stages write at places that belong to one block.
template <class MakeStages, class Finish>
auto simulate_groups(const FactorPlan& plan, const SimulationSize& size, std::size_t sums,
                     const MakeStages& make_stages, const Finish& finish) {
  using Stages = std::decay_t<decltype(make_stages())>;
  static_assert(std::is_nothrow_invocable_v<Stages&, PathBlock&, std::uint64_t, double*>);
  struct Worker {
    const FactorPlan* plan;
    SimulationSize size;
    std::unique_ptr<Stages> stages;
    std::unique_ptr<FactorScratch> scratch;
    std::unique_ptr<PathBlock> block;
    double factor_seconds = 0;
    bool abandoned = false;
    void operator()(std::uint64_t task, double* sums) noexcept {
      const std::uint64_t group = task / size.group_tasks();
      const std::uint64_t first =
          group * size.group_blocks() + (task - group * size.group_tasks()) * kTaskBlocks;
      const std::uint64_t last = std::min((group + 1) * size.group_blocks(), first + kTaskBlocks);
      for (std::uint64_t b = first; b < last; ++b) {
        if (size.abandon != nullptr && (*size.abandon)()) {
          abandoned = true;
          return;
        }
        const auto start = std::chrono::steady_clock::now();
        const std::uint64_t number = size.first_path / kBlockPaths + b;
        fill_factors(*plan,
                     size.listed == nullptr ? PathNumbers(number * kBlockPaths)
                                            : PathNumbers::of(size.listed + b * kBlockPaths),
                     *scratch, *block);
        factor_seconds +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        (*stages)(*block, number, sums);
      }
    }
  };
  auto finished = finish_tasks(
      TaskRange{size.first_task, size.tasks(), size.threads, size.pause}, sums,
      [&] {
        auto stages = std::make_unique<Stages>(make_stages());
        auto block =
            std::make_unique<PathBlock>(factor_series(plan) + stages->derived_series(), plan.steps);
        return Worker{&plan, size, std::move(stages), std::make_unique<FactorScratch>(plan),
                      std::move(block)};
      },
      [&](std::uint64_t task, Worker& worker, const double* of_task) {
        finish(task / size.group_tasks(), *worker.stages, of_task);
      });
  Simulated<Stages> out;
  out.tasks = finished.end;
  for (auto& worker : finished.workers) {
    out.stages.push_back(std::move(worker.stages));
    out.factor_seconds += worker.factor_seconds;
    out.abandoned = out.abandoned || worker.abandoned;
  }
  return out;
}

// The same, adding every task's sums to `totals`.
template <class MakeStages>
auto simulate(const FactorPlan& plan, const SimulationSize& size, IntegerTotals& totals,
              const MakeStages& make_stages, const TaskDone& done) {
  std::uint64_t finished = 0;
  return simulate_groups(plan, size, totals.size(), make_stages,
                         [&](std::uint64_t, const auto&, const double* sums) {
                           totals.add(sums);
                           if (done) done(++finished);
                         });
}

}  // namespace lien::engine
