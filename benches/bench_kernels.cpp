// Kernels one at a time, on rows of one block of 64 paths that stay in L1 or L2, in the shapes that
// examples/neocloud has: 16 strip nodes, polynomials of degree 12 in the root of a line's age.
//
// Above each bench stands its roofline: floating-point operations (a fused multiply-add is one) and
// memory traffic an item, and what bounds it. A core with four doubles a vector and two pipes for
// multiplication does at best 8 multiply-adds a cycle (eight doubles: 16), loads two vectors and
// stores one. Integer operations share the pipes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/kernels/factor_rows.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"
#include "engine/schedule/integer_totals.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/row_sums.hpp"

namespace lien::benches {
namespace {

using engine::AlignedDoubles;
using engine::kBlockPaths;

constexpr std::size_t kNodes = 16;
constexpr int kDegree = 12;

// Items a second and nanoseconds of processor time an item.
void report(benchmark::State& state, std::size_t items) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
  state.counters["ns_per_item"] =
      benchmark::Counter(double(items) * 1e-9, benchmark::Counter::kIsIterationInvariantRate |
                                                   benchmark::Counter::kInvert);
}

engine::PhiloxKey key() { return engine::stream_key(1, engine::StreamKind::factor, "bench"); }

// mean + stdev x normals, [rows][kBlockPaths]; rows a multiple of four.
AlignedDoubles normals(std::size_t rows, double mean, double stdev) {
  AlignedDoubles all(rows * kBlockPaths);
  for (std::size_t r = 0; r < rows; r += 4) {
    double* const row = all.get() + r * kBlockPaths;
    engine::normal_rows(key(), 0, static_cast<std::uint32_t>(r), row, row + kBlockPaths,
                        row + 2 * kBlockPaths, row + 3 * kBlockPaths, kBlockPaths);
  }
  for (std::size_t i = 0; i < all.size(); ++i) all.get()[i] = mean + stdev * all.get()[i];
  return all;
}

// Item: one normal. Philox: 80 integer operations a counter, shared by four normals, 20. Radius: 22
// operations, a division and a root, shared by two. Angle: 24 shared by two. 43 in all, 8 bytes
// stored: bound by arithmetic.
void bench_normal_rows(benchmark::State& state) {
  AlignedDoubles rows(4 * kBlockPaths);
  double* const z = rows.get();
  std::uint32_t group = 0;
  for (auto _ : state) {
    engine::normal_rows(key(), 0, group++, z, z + kBlockPaths, z + 2 * kBlockPaths,
                        z + 3 * kBlockPaths, kBlockPaths);
    benchmark::ClobberMemory();
  }
  report(state, 4 * kBlockPaths);
}
BENCHMARK(bench_normal_rows)->Name("kernel/normal_rows");

// Item: one path-step of the four factors. 15 operations, 64 bytes loaded and 32 stored. At best
// the four stores bound it; in fact the loads do, since the 17 coefficients outnumber the
// registers.
void bench_advance_factors(benchmark::State& state) {
  engine::FactorPlan plan;
  plan.scarcity_decay = 0.93;
  plan.rate_decay = 0.99;
  plan.rate_integral_loading = 0.08;
  for (std::size_t i = 0; i < 16; ++i) plan.cholesky[i] = i % 4 <= i / 4 ? 0.01 : 0.0;
  const AlignedDoubles z = normals(4, 0.0, 1.0);
  const double* const normal[4] = {z.get(), z.get() + kBlockPaths, z.get() + 2 * kBlockPaths,
                                   z.get() + 3 * kBlockPaths};
  AlignedDoubles rows = normals(8, 0.0, 0.1);
  const auto row = [&](std::size_t i) { return rows.get() + i * kBlockPaths; };
  const engine::FactorRow from{row(0), row(1), row(2), row(3)}, to{row(4), row(5), row(6), row(7)};
  for (auto _ : state) {
    engine::advance_factors(plan, normal, from, to, kBlockPaths);
    benchmark::ClobberMemory();
  }
  report(state, kBlockPaths);
}
BENCHMARK(bench_advance_factors)->Name("kernel/advance_factors");

std::vector<std::uint32_t> all_nodes() {
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t j = 0; j < kNodes; ++j) nodes.push_back(j);
  return nodes;
}

// Item: one node of one path. Two polynomials of degree 12, 24 multiply-adds, 16 bytes stored; the
// coefficients come broadcast from L1: bound by arithmetic, 3 cycles with four doubles a vector.
void bench_launch_transform_rows(benchmark::State& state) {
  pricing::LaunchTransformPlan plan;
  plan.age_max = 6.0;
  plan.root_age = true;
  plan.degree = kDegree;
  plan.first.assign(kNodes * (kDegree + 1), -0.01);
  plan.second.assign(kNodes * (kDegree + 1), -0.02);
  const AlignedDoubles age = normals(4, 2.0, 0.2), pending = normals(4, 0.0, 0.0);
  AlignedDoubles first(kNodes * kBlockPaths), second(kNodes * kBlockPaths);
  const auto nodes = all_nodes();
  for (auto _ : state) {
    pricing::launch_transform_rows(plan, nodes, 1, age.get(), pending.get(), first.get(),
                                   second.get(), kBlockPaths);
    benchmark::ClobberMemory();
  }
  report(state, kNodes * kBlockPaths);
}
BENCHMARK(bench_launch_transform_rows)->Name("kernel/launch_transform_rows");

pricing::TimeValues time_values() {
  std::vector<std::pair<double, double>> variances;
  for (std::size_t j = 0; j < kNodes; ++j)
    variances.emplace_back(0.02 * double(j + 1), 0.02 * double(j + 2));
  return pricing::fit_time_values(variances);
}

pricing::StripPlan strip_plan() {
  pricing::StripPlan strip;
  strip.constant.assign(kNodes, 0.2);
  strip.call_constant = strip.constant;
  strip.call_half.assign(kNodes, 1.1);
  strip.scarcity.assign(kNodes, 0.5);
  for (std::size_t j = 0; j < kNodes; ++j) strip.variance.push_back(0.02 * double(j + 1));
  strip.pipeline.assign(1, std::vector<double>(kNodes, 0.1));
  strip.ramps.resize(1);
  return strip;
}

// Item: one node of one path, one line of launches. An exponential of 15 operations, a root, a
// quotient and 8 more: 25, with 16 bytes loaded and 32 stored: bound by stores. Once for all
// hardware of a shape.
void bench_strip_shape_rows(benchmark::State& state) {
  const auto strip = strip_plan();
  const auto values = time_values();
  const AlignedDoubles rows = normals(4, 0.0, 0.3);
  const AlignedDoubles l1 = normals(kNodes, -0.2, 0.01), l2 = normals(kNodes, -0.35, 0.01);
  const std::size_t size = kNodes * kBlockPaths;
  AlignedDoubles out(4 * size);
  const double *const pipeline = rows.get() + 2 * kBlockPaths, *const first = l1.get(),
                      *const second = l2.get();
  const auto nodes = all_nodes();
  const pricing::StripInput input{nodes,     rows.get(), nullptr, 0.0,    1,
                                  &pipeline, nullptr,    &first,  &second};
  for (auto _ : state) {
    pricing::strip_shape_rows(
        strip, values, input,
        {out.get(), out.get() + size, out.get() + 2 * size, out.get() + 3 * size}, kBlockPaths);
    benchmark::ClobberMemory();
  }
  report(state, size);
}
BENCHMARK(bench_strip_shape_rows)->Name("kernel/strip_shape_rows");

// Item: one node of one path. Two polynomials in the moneyness, 25, and 13 more: 38, with 40 bytes
// moved: bound by arithmetic.
void bench_strip_call_rows(benchmark::State& state) {
  const auto strip = strip_plan();
  const auto values = time_values();
  const std::size_t size = kNodes * kBlockPaths;
  const AlignedDoubles log_rent = normals(4, 0.0, 0.3), shift = normals(kNodes, 0.0, 0.2);
  AlignedDoubles out(4 * size), calls(size);
  std::copy_n(shift.get(), size, out.get());
  for (std::size_t i = size; i < 4 * size; ++i) out.get()[i] = i < 2 * size ? 1.0 : 0.5;
  const auto nodes = all_nodes();
  const pricing::CallInput input{
      nodes,
      0,
      log_rent.get(),
      1.0,
      {out.get(), out.get() + size, out.get() + 2 * size, out.get() + 3 * size}};
  for (auto _ : state) {
    pricing::strip_call_rows(strip, values, input, calls.get(), kBlockPaths);
    benchmark::ClobberMemory();
  }
  report(state, size);
}
BENCHMARK(bench_strip_call_rows)->Name("kernel/strip_call_rows");

// Item: one node of one path. One multiply-add and 8 bytes loaded: bound by loads.
void bench_combine_strip_row(benchmark::State& state) {
  const std::vector<double> weights(kNodes, 0.1);
  const AlignedDoubles calls = normals(kNodes, 1.0, 0.2);
  AlignedDoubles value(kBlockPaths);
  for (auto _ : state) {
    pricing::combine_strip_row(weights.data(), kNodes, calls.get(), 0.3, 300.0, value.get(),
                               kBlockPaths);
    benchmark::ClobberMemory();
  }
  report(state, kNodes * kBlockPaths);
}
BENCHMARK(bench_combine_strip_row)->Name("kernel/combine_strip_row");

// Item: one party, path and month. Two exponentials of 20 operations and 6 more: 46, with 32 bytes
// loaded and 24 stored: bound by arithmetic.
void bench_party_month(benchmark::State& state) {
  const AlignedDoubles scarcity = normals(4, 0.0, 0.3), clock = normals(4, 5.0, 0.5);
  AlignedDoubles accumulated(kBlockPaths), survival(kBlockPaths);
  AlignedDoubles default_month = normals(4, pricing::kNever, 0.0);
  for (auto _ : state) {
    // Hazard of 1e-9 a year, so that a long bench does not run into the clock.
    pricing::party_month(-20.0, 1.2, 1.0 / 12.0, 5.0, scarcity.get(), clock.get(),
                         accumulated.get(), survival.get(), default_month.get(), kBlockPaths);
    benchmark::ClobberMemory();
  }
  report(state, kBlockPaths);
}
BENCHMARK(bench_party_month)->Name("kernel/party_month");

// Item: one number of one block. A subtraction, an addition and a multiply-add, 8 bytes loaded. The
// eight lanes stand in memory, so what bounds it is not arithmetic but storing and loading them.
void bench_row_sums(benchmark::State& state) {
  const AlignedDoubles row = normals(4, 1.0, 0.2);
  for (auto _ : state)
    benchmark::DoNotOptimize(pricing::row_sums(row.get(), 1.0, kBlockPaths).square);
  report(state, kBlockPaths);
}
BENCHMARK(bench_row_sums)->Name("kernel/row_sums");

// Item: one number of one task of 1,024 paths, so a thousandth of it a path. A multiplication, a
// rounding, a conversion and a 128-bit addition, 8 + 8 bytes loaded and 32 read and written:
// scalar.
void bench_integer_totals(benchmark::State& state) {
  constexpr std::size_t kNumbers = 4096;
  engine::IntegerTotals totals(std::vector<double>(kNumbers, 1e6));
  std::vector<double> sums(kNumbers);
  for (std::size_t i = 0; i < kNumbers; ++i) sums[i] = 1e6 / double(i + 3);
  for (auto _ : state) {
    totals.add(sums.data());
    benchmark::ClobberMemory();
  }
  report(state, kNumbers);
}
BENCHMARK(bench_integer_totals)->Name("kernel/integer_totals_add");

}  // namespace
}  // namespace lien::benches
