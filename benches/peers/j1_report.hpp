#pragma once

#include <benchmark/benchmark.h>

#include "benches/jobs/j1.hpp"

namespace lien::benches {

// Puts the estimate and the time per path-step-factor of a J1 contender into its counters; `run`
// reads these names. The time is processor time, so that a busy machine disturbs it least. It is in
// nanoseconds, whatever unit the library prints behind it.
inline void report_j1(benchmark::State& state, const J1Estimate& estimate) {
  state.counters["mean"] = estimate.mean;
  state.counters["standard_error"] = estimate.standard_error;
  state.counters["income_mean"] = estimate.income_mean;
  state.counters["income_standard_error"] = estimate.income_standard_error;
  state.counters["income_closed_form"] = j1_expected_income();
  state.counters["ns_per_item"] = benchmark::Counter(
      kJ1Items * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace lien::benches
