#include "engine/simulation/simulate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/factors/joint_step.hpp"
#include "tests/engine/factor_blocks.hpp"

namespace lien::engine {
namespace {

constexpr std::size_t kNumbers = 3;

FactorPlan small_plan() {
  FactorPlan plan = plan_of(example_line(), 12);
  plan.scarcity_decay = std::exp(-0.9 / 12);
  plan.cholesky = lower_cholesky(step_covariance({0.9, 0.4, 0.18, 0, 0, 0.3, 0, 0}, 1.0 / 12));
  plan.random = {true, true, false, false};
  plan.keys = {stream_key(1, StreamKind::factor, "a"), stream_key(1, StreamKind::factor, "b"),
               PhiloxKey{}, PhiloxKey{}};
  return plan;
}

// Sums over all rows and keeps, at places of the block's own, what every path came to.
struct Stages {
  std::vector<double>* paths;
  std::uint64_t first_block;
  std::vector<std::uint64_t> blocks;
  [[nodiscard]] std::size_t derived_series() const noexcept { return 2; }
  void operator()(PathBlock& block, std::uint64_t number, double* sums) noexcept {
    blocks.push_back(number);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      double* const derived = block.row(line_series(1, kLaunchPipeline), 12);
      derived[p] = block.row(kScarcity, 12)[p] - block.row(line_series(0, kLaunchEffect), 12)[p];
      (*paths)[(number - first_block) * kBlockPaths + p] = derived[p];
      sums[0] += derived[p];
      sums[1] += block.row(kFrontier, 7)[p];
      sums[2] += derived[p] * derived[p];
    }
  }
};

struct Outcome {
  std::vector<double> totals, paths;
  std::vector<std::uint64_t> blocks;
};
Outcome run(std::uint64_t paths, unsigned threads, std::uint64_t first_block = 0) {
  Outcome out;
  out.paths.assign(paths, std::numeric_limits<double>::quiet_NaN());
  IntegerTotals totals(std::vector<double>(kNumbers, 1.0));
  const auto simulated = simulate(small_plan(), {paths, threads, first_block * kBlockPaths}, totals,
                                  [&] {
                                    return Stages{&out.paths, first_block, {}};
                                  },
                                  {});
  for (std::size_t i = 0; i < kNumbers; ++i) out.totals.push_back(totals.value(i));
  for (const auto& stage : simulated.stages)
    out.blocks.insert(out.blocks.end(), stage->blocks.begin(), stage->blocks.end());
  std::sort(out.blocks.begin(), out.blocks.end());
  return out;
}

TEST(Simulate, GivesTheSameBitsFromAnyNumberOfThreads) {
  const std::uint64_t paths = kBlockPaths * (3 * kTaskBlocks * 16 + 5);  // the last task is short
  const Outcome one = run(paths, 1);
  EXPECT_TRUE(std::none_of(one.paths.begin(), one.paths.end(), [](double x) { return x != x; }));
  for (const unsigned threads : {2U, 3U, 7U, 16U}) {
    const Outcome many = run(paths, threads);
    EXPECT_EQ(many.totals, one.totals) << threads;
    EXPECT_EQ(many.paths, one.paths) << threads;
  }
}

// A few paths of many, side by side in one block: each is the path that it is in the run of all.
TEST(Simulate, OfListedPathsIsThatOfAll) {
  const Outcome all = run(kBlockPaths * 40, 2);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 3 * kBlockPaths; ++i) numbers.push_back(i * 997 % all.paths.size());
  for (const unsigned threads : {1U, 2U}) {
    std::vector<double> paths(numbers.size());
    IntegerTotals totals(std::vector<double>(kNumbers, 1.0));
    simulate(small_plan(), {numbers.size(), threads, 0, numbers.data()}, totals,
             [&] {
               return Stages{&paths, 0, {}};
             },
             {});
    double sum = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      EXPECT_EQ(paths[i], all.paths[numbers[i]]) << numbers[i];
      sum += paths[i];
    }
    EXPECT_NEAR(totals.value(0), sum, 1e-9);
  }
}

// Groups of paths that are summed apart: to the bits of each group alone, whatever else runs.
TEST(Simulate, OfGroupsIsThatOfEachAlone) {
  constexpr std::size_t kGroups = 5;
  for (const std::uint64_t blocks : {std::uint64_t{3}, std::uint64_t{kTaskBlocks + 4}}) {
    for (const unsigned threads : {1U, 3U}) {
      const std::uint64_t each = blocks * kBlockPaths;
      std::vector<double> paths(kGroups * each);
      std::vector<IntegerTotals> totals(kGroups, IntegerTotals(std::vector<double>(kNumbers, 1.0)));
      simulate_groups(
          small_plan(), {kGroups * each, threads, 7 * kBlockPaths, nullptr, each}, kNumbers,
          [&] {
            return Stages{&paths, 7, {}};
          },
          [&](std::uint64_t group, const Stages&, const double* sums) { totals[group].add(sums); });
      for (std::size_t g = 0; g < kGroups; ++g) {
        const Outcome alone = run(each, 1, 7 + g * blocks);
        for (std::size_t i = 0; i < kNumbers; ++i)
          EXPECT_EQ(totals[g].value(i), alone.totals[i]) << blocks << ' ' << threads << ' ' << g;
      }
    }
  }
}

TEST(Simulate, RunsEveryBlockOnce) {
  for (const std::uint64_t blocks : {std::uint64_t{1}, std::uint64_t{kTaskBlocks},
                                     std::uint64_t{kTaskBlocks + 1}, std::uint64_t{100}}) {
    const Outcome all = run(blocks * kBlockPaths, 3);
    ASSERT_EQ(all.blocks.size(), blocks);
    for (std::uint64_t b = 0; b < blocks; ++b) EXPECT_EQ(all.blocks[b], b);
  }
}

// Stages key what they draw by a block's number among all blocks, as the factors are.
TEST(Simulate, NumbersBlocksFromTheFirstOfAll) {
  const Outcome later = run(kBlockPaths * 20, 2, 30), all = run(kBlockPaths * 50, 3);
  for (std::uint64_t b = 0; b < 20; ++b) EXPECT_EQ(later.blocks[b], 30 + b);
  for (std::size_t p = 0; p < later.paths.size(); ++p)
    EXPECT_EQ(later.paths[p], all.paths[30 * kBlockPaths + p]);
}

// More paths keep those that were there.
TEST(Simulate, APathIsAFunctionOfItsNumber) {
  const Outcome few = run(kBlockPaths * 20, 2), many = run(kBlockPaths * 50, 3);
  for (std::size_t p = 0; p < few.paths.size(); ++p) EXPECT_EQ(few.paths[p], many.paths[p]);
}

TEST(Simulate, TotalsAreTheSumOverPaths) {
  const Outcome all = run(kBlockPaths * 100, 3);
  double sum = 0;
  for (const double x : all.paths) sum += x;
  EXPECT_NEAR(all.totals[0], sum, 1e-9);
}

}  // namespace
}  // namespace lien::engine
