#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pricing/book/read.hpp"

namespace lien::pricing {

// Launches of one line that landed in one step (a month, but for other steps_per_year) of a path.
struct ReplayedLaunch {
  std::string line;
  int step = 0;
  int count = 1;     // launches in that step
  double years = 0;  // model time of the last of them
  double drop = 0;   // log, all of them
};

// One path of the baseline, recomputed from its number. Columns are [steps + 1].
struct ReplayedPath {
  std::uint64_t number = 0;
  int steps = 0, steps_per_year = 12;
  std::vector<double> scarcity, frontier;
  std::vector<double> credit;                     // empty: no party loads on it
  std::vector<double> rent, utilization, earned;  // of the hardware; earned = utilization x rent
  std::vector<double> cost;                       // hourly, of a unit
  std::vector<double> value;  // of a unit that enters service today; empty: no resale law
  std::vector<ReplayedLaunch> launches;  // rising steps within a line
};

// Runs the one block that holds path `number` through the stages of the run, so that every number
// is the one the run used. hardware: index in the market; number < paths of the run.
[[nodiscard]] ReplayedPath replay_path(const Inputs& inputs, MeasureBasis basis,
                                       std::uint32_t hardware, std::uint64_t number);

}  // namespace lien::pricing
