#pragma once

#include <cstdint>
#include <vector>

#include "engine/schedule/integer_totals.hpp"
#include "pricing/measures/basis_run.hpp"

namespace lien::pricing {

// What the threads of one simulation counted, each for itself, where replicates are told apart.
struct StageCounts {
  std::vector<std::uint32_t> tests, under_costs;

  void add(const BookStages& stages);
  void move_to(BasisRun& run);
};
// What they gathered over all simulations: fans, seconds, clamped states.
void add_stages(const BookStages& stages, BasisRun& run);

// Before the first replicate of `paths` paths.
void start_replicates(std::uint64_t count, std::uint64_t paths, BasisRun& run);
// Folds what one replicate summed and counted into run.replicates.
void add_replicate(const lien::engine::IntegerTotals& totals, const StageCounts& counts,
                   BasisRun& run);

// Pairs that control variates weigh: all but months by contract, which would take most of the
// memory.
[[nodiscard]] std::size_t weighed_pairs(const SumLayout& layout);
// The layout's scales, and those of the weighed sums of each replicate behind them.
[[nodiscard]] std::vector<double> weighed_scales(const SumLayout& layout, std::size_t replicates);
// Folds the weighed sums that stand behind the layout's own into run.replicates and run.controlled.
void add_weighed(const lien::engine::IntegerTotals& totals, BasisRun& run);
// Under sobol: keeps the weighed pairs' first halves of a replicate, [replicates][pairs]; then,
// once all are kept, corrects them by run.controls and folds them in the place of what
// add_replicate has.
void keep_replicate(const lien::engine::IntegerTotals& totals, const SumLayout& layout,
                    std::vector<double>& kept);
void correct_replicates(const std::vector<double>& kept, BasisRun& run);

}  // namespace lien::pricing
