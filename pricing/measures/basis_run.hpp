#pragma once

#include <functional>
#include <vector>

#include "engine/schedule/stop_question.hpp"
#include "engine/statistics/control_weights.hpp"
#include "engine/statistics/moments.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/sampling.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/under_cost.hpp"

namespace lien::pricing {

class Checkpoints;  // pricing/report/checkpoints.hpp

// What the replicates of a run under sobol say apart from each other. Paths of one replicate depend
// on each other, so every error comes from these sums over replicates. Under control variates they
// are the weighed sums over all paths that stand for replicates (engine/statistics/
// control_weights.hpp).
struct ReplicateSums {
  std::size_t count = 0;         // 0: paths are independent, and weigh the same
  double paths = 0;              // of each
  std::vector<double> squares;   // [pairs] of a pair's sum of deviations, squared; of a pair that
                                 // holds a product, the product of its two factors' sums
  std::vector<bool> is_product;  // [pairs]
  std::vector<double> as_drawn;  // squares before control variates; empty without them or philox
  std::vector<double> tests;     // as test_counts: of counts squared, kFirstBreach of those so far
  std::vector<double> under_costs;  // as under_costs: of counts squared
};

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
  ReplicateSums replicates;
  engine::ControlWeights controls;  // no replicates: none
  // [pairs before contract months] weighed first halves of `sums`; empty without control variates.
  std::vector<double> controlled;
  PathResults results;
  StageSeconds seconds;
  double clamped_ages = 0;  // BookStages::clamped_ages, of all paths
  double compile_seconds = 0, simulate_seconds = 0;
  double factor_seconds = 0;  // of all threads, in the engine

  // Mean over paths of a pair sampled by path, corrected by control variates where there are any.
  [[nodiscard]] engine::Estimate mean(std::size_t pair) const;
  // The same without control variates, which make many a mean exact: for checks of what they use.
  [[nodiscard]] engine::Estimate mean_as_drawn(std::size_t pair) const;
  // Independent sets of paths: replicates of sobol, else 0. Control variates of philox have no such
  // sets: counts, percentiles and tails are those of their paths as they are.
  [[nodiscard]] std::size_t scrambles() const noexcept {
    return plan.factors.sobol.on() ? replicates.count : 0;
  }
  // The same with the error that independent paths would have: it shows how paths spread.
  [[nodiscard]] engine::Estimate mean_of_paths(std::size_t pair) const;
  // Covariance of the means of two pairs sampled by path whose product stands at a third.
  [[nodiscard]] double covariance_of_means(std::size_t a, std::size_t b, std::size_t product) const;
  // Mean over paths of a pair sampled by block (sums over kBlockPaths paths).
  [[nodiscard]] engine::Estimate block_mean(std::size_t pair) const;
  // Loss given default of a contract or group whose samples start at `first`: a ratio of means.
  [[nodiscard]] engine::Estimate loss_given_default(std::size_t first) const;
  // Debt service coverage of the payment period that ends in a month: a ratio of means.
  [[nodiscard]] engine::Estimate coverage(std::size_t vehicle, int month) const;
  // Standard errors that hold what k would of a normal law.
  [[nodiscard]] double errors(double k) const;
  [[nodiscard]] std::size_t snapshot(int months) const;  // index of a horizon; 0: lifetime
  // Number of paths on which the hardware's rent is under its cost at a month, or was so far.
  [[nodiscard]] std::uint32_t under_cost(std::size_t hardware, int month, UnderCost which) const {
    return under_costs[(hardware * (layout.steps + 1) + static_cast<std::size_t>(month)) *
                           kUnderCosts +
                       which];
  }
  // The shares of paths of these counts, with their errors; breached: by that month.
  [[nodiscard]] engine::Estimate under_cost_share(std::size_t hardware, int month,
                                                  UnderCost which) const;
  [[nodiscard]] engine::Estimate in_breach(std::uint32_t test, int month) const;
  [[nodiscard]] engine::Estimate breached(std::uint32_t test, int month) const;
  [[nodiscard]] std::uint32_t tests(std::uint32_t test, int month, TestCount which) const {
    return test_counts[test_at(test, month, which)];
  }
  [[nodiscard]] std::size_t test_at(std::uint32_t test, int month, TestCount which) const noexcept {
    return (static_cast<std::size_t>(test) * (layout.steps + 1) + static_cast<std::size_t>(month)) *
               kTestCounts +
           which;
  }

 private:
  // Independent samples, as means over equally many paths each: their number, and what a sum over
  // all paths or blocks is divided by.
  struct Samples {
    double count, each;
  };
  // True if the error of a pair is that of its replicates.
  [[nodiscard]] bool replicated(std::size_t pair) const noexcept {
    return replicates.count > 0 && (scrambles() > 0 || pair < controlled.size());
  }
  [[nodiscard]] double first_half(std::size_t pair) const noexcept {
    return pair < controlled.size() ? controlled[pair] : sums[2 * pair];
  }
  [[nodiscard]] Samples samples(std::size_t pair, double paths_a_sample) const;
  [[nodiscard]] engine::Estimate mean(std::size_t pair, double paths_a_sample) const;
  [[nodiscard]] engine::Estimate ratio(std::size_t x, std::size_t y, std::size_t product,
                                       double paths_a_sample) const;
  [[nodiscard]] engine::Estimate share(double hits, double squares) const;
};

// Who looks after a simulation while it runs.
struct SimulationWatch {
  std::function<void(std::uint64_t)> task_done{};  // told of the tasks done in it; may be empty
  Checkpoints* checkpoints = nullptr;              // null: nothing is kept
  // Without checkpoints: as simulate_beside has it.
  const engine::StopQuestion* stop = nullptr;
};

// Simulates a compiled plan. keep_paired: also sums by block, for differences between scenarios.
// controls: weights of another run on the same random numbers, whose control variates serve here
// too; null: those of the plan's own, if it has any. What watch.checkpoints has of it is taken
// over. Throws std::runtime_error naming the number if a result is not finite, and Interrupted.
[[nodiscard]] BasisRun simulate_plan(Plan plan, const RunSettings& settings, bool contract_months,
                                     bool keep_paired, const SimulationWatch& watch,
                                     const engine::ControlWeights* controls = nullptr);

}  // namespace lien::pricing
