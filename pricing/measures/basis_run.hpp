#pragma once

#include <functional>
#include <vector>

#include "engine/statistics/moments.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/under_cost.hpp"

namespace lien::pricing {

// One simulated plan: a scenario on one measure basis, with its sums turned back into estimates.
struct BasisRun {
  Plan plan;
  SumLayout layout;
  double paths = 0;
  std::vector<double> references;          // [pairs]
  std::vector<double> sums;                // [2 pairs]
  std::vector<std::uint32_t> test_counts;  // [tests][steps + 1][kTestCounts]
  std::vector<std::uint32_t> fan_counts;   // [fans][steps + 1][kFanBins]
  std::vector<std::uint32_t> under_costs;  // [hardware][steps + 1][kUnderCosts]
  PathResults results;
  StageSeconds seconds;
  double clamped_ages = 0;  // BookStages::clamped_ages, of all paths
  double compile_seconds = 0, simulate_seconds = 0;
  double factor_seconds = 0;  // of all threads, in the engine

  // Mean over paths of a pair sampled by path.
  [[nodiscard]] engine::Estimate mean(std::size_t pair) const;
  // Mean over paths of a pair sampled by block (sums over kBlockPaths paths).
  [[nodiscard]] engine::Estimate block_mean(std::size_t pair) const;
  // Loss given default of a contract or group whose samples start at `first`: a ratio of means.
  [[nodiscard]] engine::Estimate loss_given_default(std::size_t first) const;
  // Debt service coverage of the payment period that ends in a month: a ratio of means.
  [[nodiscard]] engine::Estimate coverage(std::size_t vehicle, int month) const;
  [[nodiscard]] std::size_t snapshot(int months) const;  // index of a horizon; 0: lifetime
  // Number of paths on which the hardware's rent is under its cost at a month, or was so far.
  [[nodiscard]] std::uint32_t under_cost(std::size_t hardware, int month, UnderCost which) const {
    return under_costs[(hardware * (layout.steps + 1) + static_cast<std::size_t>(month)) *
                           kUnderCosts +
                       which];
  }
  [[nodiscard]] std::uint32_t tests(std::uint32_t test, int month, TestCount which) const {
    return test_counts[(static_cast<std::size_t>(test) * (layout.steps + 1) +
                        static_cast<std::size_t>(month)) *
                           kTestCounts +
                       which];
  }
};

// Simulates a compiled plan. keep_paired: also sums by block, for differences between scenarios.
// Throws std::runtime_error naming the number if a result is not finite.
[[nodiscard]] BasisRun simulate_plan(Plan plan, const RunSettings& settings, bool contract_months,
                                     bool keep_paired,
                                     const std::function<void(std::uint64_t)>& task_done);

// Paths are simulated in whole blocks: the number asked for, rounded up.
[[nodiscard]] std::uint64_t whole_paths(std::uint64_t paths);

}  // namespace lien::pricing
