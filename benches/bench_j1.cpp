// J1 in our hands (jobs/j1_lien.hpp), timed.
#include <benchmark/benchmark.h>

#include <memory>

#include "benches/jobs/j1_lien.hpp"
#include "benches/peers/j1_report.hpp"

namespace lien::benches {
namespace {

void bench_lien(benchmark::State& state) {
  const auto chunk = std::make_unique<J1Chunk>();
  J1Estimate estimate{};
  for (auto _ : state) benchmark::DoNotOptimize(estimate = j1_lien(20'260'934, *chunk));
  report_j1(state, estimate);
}
BENCHMARK(bench_lien)->Name("J1/lien")->Unit(benchmark::kMillisecond);

// The same less its random numbers: what the steps, exponentials and payoff cost.
void bench_steps(benchmark::State& state) {
  const auto chunk = std::make_unique<J1Chunk>();
  const J1Step step = j1_step();
  j1_simulate(step, j1_keys(1), 0, *chunk);
  for (auto _ : state) {
    j1_group(step, *chunk);
    benchmark::DoNotOptimize(chunk->income[0]);
  }
  state.counters["ns_per_item"] = benchmark::Counter(
      double(kJ1Factors * kJ1GroupMonths * kJ1Chunk) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(bench_steps)->Name("J1_steps/lien");

}  // namespace
}  // namespace lien::benches
