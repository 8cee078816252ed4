// The program bench_jobs: jobs J1 and J2 as benches/peers/run compares them, and every kernel.
//   bench_jobs --benchmark_filter='^J2/'   one job; other flags are Google Benchmark's
#include <benchmark/benchmark.h>

#include <iostream>

#include "benches/bench_kernels.hpp"
#include "engine/kernels/instruction_set.hpp"

int main(int argc, char** argv) {
  if (!lien::engine::cpu_supported()) {
    std::cerr << "this CPU lacks AVX2 with fused multiply-add\n";
    return 70;
  }
  lien::engine::choose_instruction_set();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
  benchmark::AddCustomContext("instruction_set", lien::engine::instruction_set());
  lien::benches::register_kernels();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
