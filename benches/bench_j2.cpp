// J2 in our hands (jobs/j2_lien.hpp), timed.
#include <benchmark/benchmark.h>

#include <cstddef>

#include "benches/jobs/j2_lien.hpp"
#include "benches/jobs/j2_single.hpp"

namespace lien::benches {
namespace {

void report_j2(benchmark::State& state, const J2Totals& total) {
  const double n = double(kJ2Paths);
  state.counters["mean"] = total.present_value / n;
  state.counters["loss"] = total.loss / n;
  state.counters["default_probability"] = total.default_probability / n;
  state.counters["ns_per_item"] = benchmark::Counter(
      kJ2Items * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

template <class Work>
void run_j2(benchmark::State& state, bool prices, bool in_cache) {
  const J2Inputs inputs;
  Work work(inputs, prices);
  J2Totals total;
  for (auto _ : state) {
    total = {};
    for (std::size_t b = 0; b < kJ2Blocks; ++b) work.value(in_cache ? 0 : b, total);
    benchmark::DoNotOptimize(total);
  }
  report_j2(state, total);
}

void in_doubles(benchmark::State& state, bool prices, bool in_cache) {
  run_j2<J2Work>(state, prices, in_cache);
}
void in_floats(benchmark::State& state, bool prices, bool in_cache) {
  run_j2<J2SingleWork>(state, prices, in_cache);
}

// Every block's rows come from memory, as for the peers.
BENCHMARK_CAPTURE(in_doubles, prices, true, false)->Name("J2/lien")->Unit(benchmark::kMillisecond);
// As in a book: many loans in turn on the rows of one block, which stay in the cache.
BENCHMARK_CAPTURE(in_doubles, cached, true, true)
    ->Name("J2_in_cache/lien")
    ->Unit(benchmark::kMillisecond);
// The same on the real-world basis.
BENCHMARK_CAPTURE(in_doubles, real_world, false, true)
    ->Name("J2_in_cache/lien_real_world")
    ->Unit(benchmark::kMillisecond);
// In single precision.
BENCHMARK_CAPTURE(in_floats, single, true, false)
    ->Name("J2_single/lien")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(in_floats, single_cached, true, true)
    ->Name("J2_single_in_cache/lien")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(in_floats, single_real_world, false, true)
    ->Name("J2_single_in_cache/lien_real_world")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lien::benches
