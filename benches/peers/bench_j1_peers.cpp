// J1 in plain C++ and in QuantLib. No roofline: these are the numbers to beat, written as a desk
// would, one path at a time.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <ql/math/matrix.hpp>
#include <ql/math/randomnumbers/rngtraits.hpp>
#include <ql/methods/montecarlo/multipathgenerator.hpp>
#include <ql/processes/ornsteinuhlenbeckprocess.hpp>
#include <ql/processes/stochasticprocessarray.hpp>
#include <ql/timegrid.hpp>
#include <random>
#include <vector>

#include "benches/jobs/j1.hpp"
#include "benches/peers/j1_report.hpp"

namespace lien::benches {
namespace {

J1Estimate standard_library(std::uint64_t seed) {
  const J1Step step = j1_step();
  std::mt19937_64 words(seed);
  std::normal_distribution<double> normal;
  J1Totals totals;
  for (std::size_t p = 0; p < kJ1Paths; ++p) {
    std::array<double, 3> x{}, price{};
    for (std::size_t f = 0; f < kJ1Factors; ++f) x[f] = std::log(kJ1Start[f]);
    double income = 0.0;
    for (std::size_t s = 0; s < kJ1Months; ++s) {
      std::array<double, 3> z{};
      for (double& draw : z) draw = normal(words);
      double net = -kJ1Cost;
      for (std::size_t f = 0; f < kJ1Factors; ++f) {
        x[f] = step.decay[f] * x[f] + step.shift[f];
        for (std::size_t j = 0; j <= f; ++j) x[f] += step.mixing[f][j] * z[j];
        price[f] = std::exp(x[f]);
        net += kJ1RentWeight[f] * price[f];
      }
      income += net;
    }
    double end_value = 0.0;
    for (std::size_t f = 0; f < kJ1Factors; ++f) end_value += kJ1EndWeight[f] * price[f];
    totals.add(income, end_value);
  }
  return j1_estimate(totals);
}

// QuantLib's array of processes takes the correlation of a step's draws. Given that of the exact
// step and not the instantaneous rho, its law is exactly J1's.
QuantLib::ext::shared_ptr<QuantLib::StochasticProcess> quantlib_process() {
  const J1Step step = j1_step();
  std::vector<QuantLib::ext::shared_ptr<QuantLib::StochasticProcess1D>> processes;
  QuantLib::Matrix correlation(kJ1Factors, kJ1Factors);
  for (std::size_t i = 0; i < kJ1Factors; ++i) {
    processes.push_back(QuantLib::ext::make_shared<QuantLib::OrnsteinUhlenbeckProcess>(
        kJ1ReversionSpeed[i], kJ1Volatility[i], std::log(kJ1Start[i]), std::log(kJ1Level[i])));
    for (std::size_t j = 0; j < kJ1Factors; ++j) {
      correlation[i][j] =
          step.covariance[i][j] / std::sqrt(step.covariance[i][i] * step.covariance[j][j]);
    }
  }
  return QuantLib::ext::make_shared<QuantLib::StochasticProcessArray>(processes, correlation);
}

J1Estimate quantlib(std::uint32_t seed) {
  const QuantLib::TimeGrid grid(double(kJ1Months) * kJ1MonthYears, kJ1Months);
  QuantLib::MultiPathGenerator<QuantLib::PseudoRandom::rsg_type> generator(
      quantlib_process(), grid,
      QuantLib::PseudoRandom::make_sequence_generator(kJ1Months * kJ1Factors, seed), false);
  J1Totals totals;
  for (std::size_t p = 0; p < kJ1Paths; ++p) {
    const QuantLib::MultiPath& path = generator.next().value;
    double income = 0.0, end_value = 0.0;
    for (std::size_t s = 1; s <= kJ1Months; ++s) {
      income -= kJ1Cost;
      end_value = 0.0;
      for (std::size_t f = 0; f < kJ1Factors; ++f) {
        const double price = std::exp(path[f][s]);
        income += kJ1RentWeight[f] * price;
        end_value += kJ1EndWeight[f] * price;
      }
    }
    totals.add(income, end_value);
  }
  return j1_estimate(totals);
}

void bench_standard_library(benchmark::State& state) {
  J1Estimate estimate{};
  for (auto _ : state) benchmark::DoNotOptimize(estimate = standard_library(20'260'930));
  report_j1(state, estimate);
}
BENCHMARK(bench_standard_library)->Name("J1/cpp_std")->Unit(benchmark::kMillisecond);

void bench_quantlib(benchmark::State& state) {
  J1Estimate estimate{};
  for (auto _ : state) benchmark::DoNotOptimize(estimate = quantlib(20'260'931));
  report_j1(state, estimate);
}
BENCHMARK(bench_quantlib)->Name("J1/quantlib")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lien::benches
