// Kernels one at a time: kernels/kernel_case.hpp.
#include "benches/bench_kernels.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "benches/kernels/kernel_case.hpp"

namespace lien::benches {
namespace {

// Calls between two looks at the library's counter, which would show beside a short kernel.
constexpr std::int64_t kBatch = 16;

// Items a second and nanoseconds of processor time an item.
void time_kernel(benchmark::State& state, const KernelCase& kernel) {
  const Repeat repeat = kernel.prepare();
  while (state.KeepRunningBatch(kBatch)) {
    repeat(kBatch);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kernel.items));
  state.counters["ns_per_item"] = benchmark::Counter(
      double(kernel.items) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

void register_kernels() {
  for (const KernelCase& kernel : all_cases())
    benchmark::RegisterBenchmark(("kernel/" + std::string(kernel.name)).c_str(), time_kernel,
                                 kernel);
}

}  // namespace lien::benches
