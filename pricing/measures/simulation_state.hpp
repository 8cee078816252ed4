#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/schedule/integer_totals.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/measures/replicate_sums.hpp"
#include "pricing/report/checkpoints.hpp"

namespace lien::pricing {

// What the paths of one replicate, or all paths, summed and counted.
struct Replicate {
  lien::engine::IntegerTotals totals;
  StageCounts counts{};
  Replicate(const BasisRun& run, const std::vector<double>& scales);
};

// Where a simulation stands between two tasks, beside what its BasisRun holds.
struct SimulationState {
  std::uint64_t first = 0;            // first path of the replicates that run
  std::uint64_t task = 0;             // of their tasks, those before this one are done
  std::uint64_t tasks_done = 0;       // of all replicates
  std::vector<Replicate> replicates;  // that run; none between two groups of them
  std::optional<lien::engine::IntegerTotals> totals;  // of those before
  std::vector<double> controlled;  // of the same, what control variates correct: see keep_replicate
};

// 32 bytes that a simulation of other inputs, paths or layout does not share: run has its plan,
// its layout and its references.
[[nodiscard]] std::string identity_of(const BasisRun& run, const std::vector<double>& scales,
                                      std::uint64_t paths, std::uint64_t each);

// All that path after path has added to, as bytes of this kind of machine, and put back into a run
// and a state that are as at the beginning. False if the bytes are of another layout; of both
// nothing must then be used.
void write_state(const SimulationState& state, const BasisRun& run, const Checkpoints::Put& put);
[[nodiscard]] bool restore(std::string_view bytes, const std::vector<double>& scales,
                           SimulationState& state, BasisRun& run);

}  // namespace lien::pricing
