#include <cstdint>

#include "benches/kernels/kernel_case.hpp"
#include "engine/factors/gap_table.hpp"
#include "engine/kernels/factor_rows.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/kernels/sobol_rows.hpp"
#include "engine/random/stream_key.hpp"
#include "engine/schedule/integer_totals.hpp"

namespace lien::benches {
namespace {

using engine::kBlockPaths;

engine::PhiloxKey key() { return engine::stream_key(1, engine::StreamKind::factor, "bench"); }

// Item: one normal. Philox: 80 integer operations a counter, shared by four normals, 20. Radius: 22
// operations, a division and a root, shared by two. Angle: 24 shared by two. 43 in all, 8 bytes
// stored: bound by arithmetic.
Repeat normal_rows() {
  return repeating([z = zeros(4), group = std::uint32_t{0}]() mutable {
    engine::normal_rows(key(), 0, group++, row(z, 0), row(z, 1), row(z, 2), row(z, 3), kBlockPaths);
  });
}

// Item: one uniform and one normal of a path: a counter, a radius and an angle, 16 bytes stored.
// Bound by arithmetic.
Repeat uniform_and_normal_row() {
  return repeating([out = zeros(2), index = std::uint32_t{0}]() mutable {
    engine::uniform_and_normal_row(key(), 0, index++, row(out, 0), row(out, 1), kBlockPaths);
  });
}

// Item: one clock: a counter and a logarithm. Bound by arithmetic.
Repeat exponential_row() {
  return repeating(
      [out = zeros(1)] { engine::exponential_row(key(), 0, row(out, 0), kBlockPaths); });
}

// Item: one path-step of the four factors. 15 operations, 64 bytes loaded and 32 stored. At best
// the four stores bound it; in fact the loads do, since the 17 coefficients outnumber the
// registers.
Repeat advance_factors() {
  engine::FactorPlan plan;
  plan.scarcity_decay = 0.93;
  plan.rate_decay = 0.99;
  plan.rate_integral_loading = 0.08;
  for (std::size_t i = 0; i < 16; ++i) plan.cholesky[i] = i % 4 <= i / 4 ? 0.01 : 0.0;
  return repeating([plan, z = normals(4, 0.0, 1.0), rows = normals(8, 0.0, 0.1)] {
    const double* const normal[4] = {row(z, 0), row(z, 1), row(z, 2), row(z, 3)};
    const engine::FactorRow from{row(rows, 0), row(rows, 1), row(rows, 2), row(rows, 3)};
    const engine::FactorRow to{row(rows, 4), row(rows, 5), row(rows, 6), row(rows, 7)};
    engine::advance_factors(plan, normal, from, to, kBlockPaths);
  });
}

// Item: one path-step of a noise: two operations, 24 bytes. Bound by loads and stores.
Repeat advance_noise() {
  engine::NoisePlan noise;
  noise.decay = 0.9;
  noise.stdev = 0.1;
  return repeating([noise, z = normals(4, 0.0, 1.0), out = zeros(1)] {
    engine::advance_noise(noise, row(z, 0), row(z, 1), row(out, 0), kBlockPaths);
  });
}

// Item: one path: a multiply-add, 24 bytes. Bound by loads and stores.
Repeat add_shock() {
  return repeating([z = normals(4, 0.0, 1.0), to = zeros(1)] {
    engine::add_shock(1e-9, row(z, 0), row(to, 0), kBlockPaths);
  });
}

engine::LaunchLinePlan launch_line(engine::RenewalLaw law) {
  engine::LaunchLinePlan line;
  line.process.law = law;
  line.process.shape = 2.1;
  line.process.scale_years = 1.4;
  line.process.drop_mean = 0.23;
  line.process.drop_stdev = 0.09;
  line.process.ramp_years = 0.5;
  if (law == engine::RenewalLaw::gamma) line.gaps = engine::gap_table(line.process);
  return line;
}

Repeat renewal_times(engine::RenewalLaw law) {
  return repeating(
      [line = launch_line(law), u = uniforms(), clock = normals(4, 1.0, 0.1), time = zeros(1)] {
        engine::renewal_times(line, false, row(u, 0), row(clock, 0), row(time, 0), kBlockPaths);
      });
}

// Item: one gap by inversion: two logarithms and an exponential. Bound by arithmetic.
Repeat weibull_times() { return renewal_times(engine::RenewalLaw::weibull); }
// The same through the table of a gamma law, whose piece every path looks up: bound by its gathers.
Repeat gamma_times() { return renewal_times(engine::RenewalLaw::gamma); }

// Item: one time: a logarithm and a multiply-add. Bound by arithmetic.
Repeat scheduled_times() {
  return repeating([u = uniforms(), time = zeros(1)] {
    engine::scheduled_times(0.5, 0.25, row(u, 0), row(time, 0), kBlockPaths);
  });
}

// Item: one drop: a multiply-add, its month, an exponential. Bound by arithmetic.
Repeat launch_drops() {
  return repeating([line = launch_line(engine::RenewalLaw::weibull), z = normals(4, 0.0, 1.0),
                    time = normals(4, 3.0, 0.3), out = zeros(3)] {
    engine::launch_drops(line.process, 1.0 / 12, row(z, 0), row(time, 0), row(out, 0), row(out, 1),
                         row(out, 2), kBlockPaths);
  });
}

// Item: one path: a linear ramp that starts about month 36 of 60, so that each path writes to its
// own two dozen rows of the pipeline.
Repeat spread_ramp() {
  auto line = launch_line(engine::RenewalLaw::weibull);
  line.process.ramp = engine::RampShape::linear;
  const Rows drop = zeros(3), time = normals(4, 3.0, 0.3), z = normals(4, 0.0, 1.0);
  engine::launch_drops(line.process, 1.0 / 12, row(z, 0), row(time, 0), row(drop, 0), row(drop, 1),
                       row(drop, 2), kBlockPaths);
  return repeating([line, drop, time, pipeline = zeros(61)] {
    engine::spread_ramp(line.process, 1.0 / 12, 60, row(time, 0), row(drop, 0), row(drop, 1),
                        row(pipeline, 0), kBlockPaths);
  });
}

const engine::SobolPoints& points() {
  static const engine::SobolPoints kPoints(1, 4096, 64);
  return kPoints;
}

// Item: one number: an exclusive or, four multiplications of 32 bits and a reversal of bits,
// sixteen words a vector, and a conversion. Bound by arithmetic.
Repeat sobol_uniform_row() {
  return repeating(
      [row_of = zeros(1)] { engine::sobol_uniform_row(points(), 17, 1984, row(row_of, 0)); });
}

// Item: one normal of four dimensions, other ones each time: the same words, 10 multiply-adds, 8
// permutations of pairs of registers and 12 operations about them, 39 in all; one word in 256 comes
// once more, alone. Bound by arithmetic: multiplications, permutations and the rest have two of
// four pipes each.
Repeat sobol_normal_rows() {
  return repeating([out = zeros(4), dimension = std::size_t{0}]() mutable {
    engine::sobol_normal_rows(points(), dimension, 3, 4, 1984, row(out, 0));
    dimension = (dimension + 1) % 32;
  });
}

// Item: one number: the words of a uniform and a logarithm.
Repeat sobol_exponential_row() {
  return repeating(
      [row_of = zeros(1)] { engine::sobol_exponential_row(points(), 17, 1984, row(row_of, 0)); });
}

// Item: one number: three multiply-adds, 24 bytes loaded and 8 stored.
Repeat bridge_row() {
  return repeating([node = engine::brownian_bridge(60)[3], z = normals(4, 0.0, 1.0),
                    rows = zeros(61)] { engine::bridge_row(node, row(z, 0), row(rows, 0)); });
}

// Item: one number of 60 rows: a difference, 16 bytes loaded and 8 stored.
Repeat increment_rows() {
  return repeating([rows = zeros(61)] { engine::increment_rows(60, row(rows, 0)); });
}

constexpr std::size_t kNumbers = 4096;
// Item: one number of one task of 1,024 paths, so a thousandth of it a path. A multiplication, a
// rounding, a conversion and a 128-bit addition, 8 + 8 bytes loaded and 32 read and written:
// scalar.
Repeat integer_totals() {
  auto totals = std::make_shared<engine::IntegerTotals>(std::vector<double>(kNumbers, 1e6));
  std::vector<double> sums(kNumbers);
  for (std::size_t i = 0; i < kNumbers; ++i) sums[i] = 1e6 / double(i + 3);
  return repeating([totals, sums] { totals->add(sums.data()); });
}

}  // namespace

std::vector<KernelCase> engine_cases() {
#define IN_RANDOM(name) "engine/kernels/random_rows.cpp:" name
#define IN_SOBOL(name) "engine/kernels/sobol_rows.cpp:" name
#define IN_FACTORS(name) "engine/kernels/factor_rows.cpp:" name
  return {
      {"normal_rows", IN_RANDOM("NormalRows"), 4 * kBlockPaths, normal_rows},
      {"uniform_and_normal_row", IN_RANDOM("UniformAndNormalRow"), kBlockPaths,
       uniform_and_normal_row},
      {"clock_row", IN_RANDOM("ExponentialRow"), kBlockPaths, exponential_row},
      {"sobol_uniform_row", IN_SOBOL("SobolUniformRow"), kBlockPaths, sobol_uniform_row},
      {"sobol_normal_rows", IN_SOBOL("SobolNormalRows"), 4 * kBlockPaths, sobol_normal_rows},
      {"sobol_exponential_row", IN_SOBOL("SobolExponentialRow"), kBlockPaths,
       sobol_exponential_row},
      {"bridge_row", IN_SOBOL("BridgeRow"), kBlockPaths, bridge_row},
      {"increment_rows", IN_SOBOL("IncrementRows"), 60 * kBlockPaths, increment_rows},
      {"advance_factors", IN_FACTORS("AdvanceFactors"), kBlockPaths, advance_factors},
      {"advance_noise", IN_FACTORS("AdvanceNoise"), kBlockPaths, advance_noise},
      {"add_shock", IN_FACTORS("AddShock"), kBlockPaths, add_shock},
      {"renewal_times_weibull", IN_FACTORS("RenewalTimes"), kBlockPaths, weibull_times},
      {"renewal_times_gamma", IN_FACTORS("RenewalTimes"), kBlockPaths, gamma_times},
      {"scheduled_times", IN_FACTORS("ScheduledTimes"), kBlockPaths, scheduled_times},
      {"launch_drops", IN_FACTORS("LaunchDrops"), kBlockPaths, launch_drops},
      {"spread_ramp", IN_FACTORS("SpreadRamp"), kBlockPaths, spread_ramp},
      {"integer_totals_add", "", kNumbers, integer_totals},
  };
#undef IN_RANDOM
#undef IN_SOBOL
#undef IN_FACTORS
}

}  // namespace lien::benches
