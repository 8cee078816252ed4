#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/statistics/stopping.hpp"
#include "pricing/valuation/tail_replay.hpp"

// What the stages of a book keep by path or by block, beside their sums.
namespace lien::pricing {

// What the fit of a tilt reads of listed paths, by year and party: the hazard that the party lived
// through, with a minus in the year of its default, 0 after it.
struct TiltSample {
  std::size_t parties = 0, paths = 0;
  std::vector<double> hazard;  // [years][parties][paths]
  [[nodiscard]] std::size_t at(std::size_t year, std::size_t party) const noexcept {
    return (year * parties + party) * paths;
  }
};

// What a run before the run reads of every block for its control variates.
struct ControlSample {
  std::vector<double>
      deviations;  // [blocks][Plan::controls] mean over the block less the known mean
};

// Results that belong to a path or a block, written by whichever thread runs it at a place of its
// own.
struct PathResults {
  // [snapshots][paths] discounted sampled loss of the portfolio; filled on the real-world basis.
  std::vector<std::vector<double>> losses;
  // [blocks][groups][samples] sums over a block's paths, for paired differences; empty if not
  // asked.
  std::vector<double> block_groups;
  // [snapshots][paths] density of the law over that of the mixture which the paths are drawn from,
  // seen up to the snapshot's last sale; filled where the plan is tilted.
  std::vector<std::vector<double>> weights;
  // Number of the run's first block: rows by path and by block count from it.
  std::uint64_t first_block = 0;
  // What the one instrument of a pilot plan sees, for the fit of its rule; null in a run.
  lien::engine::StoppingSample* pilot = nullptr;
  // The tail paths that are simulated again; null in a run.
  const TailReplay* tail = nullptr;
  // Paths that are simulated again to fit a tilt, and what they show; null in a run.
  const std::uint64_t* listed = nullptr;
  TiltSample* tilt_sample = nullptr;
  // Where it stands, blocks end with it: the market and the parties are all that is simulated.
  ControlSample* control_sample = nullptr;
};

// Where the stages spend their time, seconds.
struct StageSeconds {
  double market = 0, parties = 0, resale = 0, contracts = 0, other = 0;
};

}  // namespace lien::pricing
