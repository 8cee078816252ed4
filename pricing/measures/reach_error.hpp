#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "pricing/book/read.hpp"
#include "pricing/measures/compile_scenario.hpp"

namespace lien::pricing {

class Checkpoints;  // pricing/report/checkpoints.hpp

// One try at a number of paths: the standard error of the baseline's present value, of the balance.
struct ErrorRound {
  std::uint64_t paths = 0;
  double error = 0;
};

// The most paths of a run; [simulation] paths goes no further either.
inline constexpr std::uint64_t kMostRunPaths = 1'000'000'000;

// The paths for the next round: at least twice as many, a power of two more where the error falls
// with its root (philox) or its power 3/4 (sobol). ratio: error over target, > 1.
[[nodiscard]] std::uint64_t next_paths(std::uint64_t paths, double ratio, bool sobol);

// Simulates prices of the baseline on more and more paths, settings.paths at first, until the
// standard error of the portfolio's present value is settings.target_error of the balance or less;
// the last round is the one that reached it, or where kMostRunPaths allow no other. The rounds
// depend on sums over paths alone, so any number of threads makes the same. A run on the last
// round's paths gives the numbers of a run that asks for as many. Throws InputError where the book
// has no balance, Interrupted.
// checkpoints: of the rounds; null: none are kept.
[[nodiscard]] std::vector<ErrorRound> reach_error(
    const Inputs& inputs, const std::function<void(std::uint64_t paths)>& starts,
    Checkpoints* checkpoints = nullptr);

}  // namespace lien::pricing
