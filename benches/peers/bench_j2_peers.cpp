// J2 in plain C++, and the program `peers`: every contender of J1 and J2 written in C++.
//   peers                      the benchmarks (Google Benchmark's flags)
//   peers --write-j2-inputs F  the reference loan and rows for j2_numpy.py, which says the order
#include <benchmark/benchmark.h>

#include <cstring>
#include <fstream>
#include <iostream>

#include "benches/jobs/j2_loan.hpp"

namespace lien::benches {
namespace {

void bench_scalar(benchmark::State& state) {
  const J2Loan loan = j2_reference_loan();
  const J2Rows rows = j2_reference_rows();
  J2Totals total;
  for (auto _ : state) benchmark::DoNotOptimize(total = j2_scalar(loan, rows));
  const double n = double(kJ2Paths);
  state.counters["mean"] = total.present_value / n;
  state.counters["loss"] = total.loss / n;
  state.counters["default_probability"] = total.default_probability / n;
  state.counters["breaches"] = total.breaches / n;
  state.counters["ns_per_item"] = benchmark::Counter(
      kJ2Items * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(bench_scalar)->Name("J2/cpp_scalar")->Unit(benchmark::kMillisecond);

void write_doubles(std::ofstream& out, const double* first, std::size_t count) {
  out.write(reinterpret_cast<const char*>(first), std::streamsize(count * sizeof(double)));
}

bool write_inputs(const char* file) {
  const J2Loan loan = j2_reference_loan();
  const J2Rows rows = j2_reference_rows();
  std::ofstream out(file, std::ios::binary);
  static_assert(sizeof(J2Loan) == (9 + 6 * (kJ2Months + 1)) * sizeof(double));
  write_doubles(out, &loan.units, sizeof(J2Loan) / sizeof(double));
  for (const auto* row : {&rows.spot_revenue, &rows.resale_value, &rows.discount, &rows.survival,
                          &rows.forward_return}) {
    write_doubles(out, row->data(), row->size());
  }
  out.close();
  return out.good();
}

}  // namespace
}  // namespace lien::benches

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--write-j2-inputs") == 0) {
    if (lien::benches::write_inputs(argv[2])) return 0;
    std::cerr << "cannot write " << argv[2] << '\n';
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
