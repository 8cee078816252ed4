#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pricing/book/read.hpp"
#include "pricing/measures/reach_error.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

class Checkpoints;  // pricing/report/checkpoints.hpp

// Where a run stands: called from the calling thread's side of the scheduler, at most a few
// times a second. done and total count tasks over all scenarios and measure bases.
struct Progress {
  std::string scenario;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

// What the manifest says about a run besides the tables.
struct RunFacts {
  std::uint64_t paths = 0;
  std::uint64_t block_paths = 0;
  int months = 0;  // longest grid simulated: horizon, loss horizons and liquidations
  int horizon_months = 0, liquidation_months = 0;  // of the book's flows; longest default to sale
  std::uint64_t contracts_priced = 0, rows_read = 0, rows_rejected = 0;
  double balance = 0;                    // outstanding principal held, reporting currency
  std::vector<std::string> drivers_off;  // optional drivers that are absent
  std::vector<std::string> notes;        // assumptions the reader of the numbers must know
  std::vector<std::string> warnings;     // inputs that are accepted but seldom meant
  std::vector<std::pair<std::string, double>> accuracy;  // e.g. "resale_interpolation_error"
  // States of all paths that the strips count at the end of their polynomials in age; empty: none
  // has law income.
  std::optional<double> resale_states_clamped;
  // Where time went, seconds by stage (not part of the compared bytes).
  std::vector<std::pair<std::string, double>> stage_seconds;
  // The tries at a target error, the last one with the run's paths; empty where none was asked for.
  std::vector<ErrorRound> error_rounds;
  // Control variates used, by measure basis of the baseline; empty where none were asked for.
  std::vector<std::pair<std::string, std::uint64_t>> control_variates;
  double loan_months = 0;  // contract-months times paths times bases and scenarios
};

struct RunResults {
  RunTables tables;
  RunFacts facts;
};

// The main job: compiles, simulates and measures the baseline and every scenario on the same random
// numbers, on both measure bases. Throws InputError where the book asks what the market lacks,
// std::runtime_error on a non-finite result. With a target error the paths are first found that
// reach it, and all of the run has as many.
// checkpoints: what is kept of the simulations, and taken over where there is any; null: nothing.
// Throws Interrupted where they are told to stop.
[[nodiscard]] RunResults value_book(const Inputs& inputs,
                                    const std::function<void(const Progress&)>& progress,
                                    Checkpoints* checkpoints = nullptr);

}  // namespace lien::pricing
