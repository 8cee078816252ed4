// J1 in our hands: the engine's random numbers, keyed by factor and path, and its exponential, in a
// kernel for this job (bench_j1_kernel.cpp). A path draws the same numbers in any block, so unlike
// the peers' generators these leave nothing to carry between blocks.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "benches/bench_j1_kernel.hpp"
#include "benches/peers/j1_report.hpp"
#include "engine/elementary/elementary.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"

namespace lien::benches {
namespace {

using Keys = std::array<engine::PhiloxKey, kJ1Factors>;

Keys factor_keys(std::uint64_t seed) {
  Keys keys{};
  for (std::size_t f = 0; f < kJ1Factors; ++f)
    keys[f] =
        engine::stream_key(seed, engine::StreamKind::factor, "price_" + std::to_string(f + 1));
  return keys;
}

// Paths first_path .. first_path + kJ1Chunk - 1 from today to the last month.
void simulate(const J1Step& step, const Keys& keys, std::uint64_t first_path, J1Chunk& chunk) {
  for (std::size_t f = 0; f < kJ1Factors; ++f)
    std::fill_n(chunk.log_price[f], kJ1Chunk, engine::log(kJ1Start[f]));
  std::fill_n(chunk.income, kJ1Chunk, 0.0);
  for (std::uint32_t group = 0; group < kJ1Months / kJ1GroupMonths; ++group) {
    for (std::size_t f = 0; f < kJ1Factors; ++f) {
      auto& normal = chunk.normal[f];
      engine::normal_rows(keys[f], first_path, group, normal[0], normal[1], normal[2], normal[3],
                          kJ1Chunk);
    }
    j1_group(step, chunk);
  }
}

J1Estimate lien(std::uint64_t seed, J1Chunk& chunk) {
  const J1Step step = j1_step();
  const Keys keys = factor_keys(seed);
  J1Totals totals;
  for (std::size_t first = 0; first < kJ1Paths; first += kJ1Chunk) {
    simulate(step, keys, first, chunk);
    // The last chunk is run whole and counted in part.
    for (std::size_t p = 0; p < std::min(kJ1Chunk, kJ1Paths - first); ++p)
      totals.add(chunk.income[p], chunk.end_value[p]);
  }
  return j1_estimate(totals);
}

void bench_lien(benchmark::State& state) {
  const auto chunk = std::make_unique<J1Chunk>();
  J1Estimate estimate{};
  for (auto _ : state) benchmark::DoNotOptimize(estimate = lien(20'260'934, *chunk));
  report_j1(state, estimate);
}
BENCHMARK(bench_lien)->Name("J1/lien")->Unit(benchmark::kMillisecond);

// The same less its random numbers: what the steps, exponentials and payoff cost.
void bench_steps(benchmark::State& state) {
  const auto chunk = std::make_unique<J1Chunk>();
  const J1Step step = j1_step();
  simulate(step, factor_keys(1), 0, *chunk);
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
