#pragma once

#include <cstddef>
#include <vector>

#include "engine/schedule/stop_question.hpp"
#include "engine/statistics/replicates.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/measures/tail_groups.hpp"
#include "pricing/valuation/tail_replay.hpp"

namespace lien::pricing {

// Whose losses the tails of a run are made of. A part is a member: the contracts of the plan if
// asked for, then the groups in their order.
struct TailParts {
  std::vector<TailCell> cells;  // horizons as given, in each the levels as given
  std::size_t contracts = 0;
  std::vector<double> near_total;  // [cells] losses near VaR
  std::vector<double> sums;        // [members][cells][kTailNumbers]
  // Under sobol: [members][cells] of products, and by cell of weights.
  std::vector<engine::ReplicatedTailSums> replicated;
  double difference = 0;     // sum over replayed paths of |loss - the run's|: 0 but for a fault
  std::size_t replayed = 0;  // paths

  [[nodiscard]] engine::TailContribution part(std::size_t member, std::size_t cell) const;
};

// Simulates the tail paths of a real-world run again: those whose loss is not nothing and at or
// above VaR, or in its interval, at any level and horizon of the settings. 64 of them fill a block
// whatever their numbers, so the work is the tails' share of the run. Any number of threads gives
// the same bits. stop: as simulate_beside has it.
[[nodiscard]] TailParts replay_tail(const BasisRun& run, const RunSettings& settings,
                                    const std::vector<ContractGroups>& groups, bool by_contract,
                                    const engine::StopQuestion* stop = nullptr);

}  // namespace lien::pricing
