#pragma once

#include <array>
#include <cstddef>

#include "engine/factors/factor_plan.hpp"

// Row kernels of the factor stage. Every row is [paths] doubles, 64-byte aligned; paths is a
// multiple of 8, so there is no tail and a path's value cannot depend on its place in the block.
namespace lien::engine {

struct FactorRow {
  double* scarcity;
  double* frontier;
  double* rate;
  double* integral;
};

// One exact joint step of all paths from `from` to `to`; normals: four rows (zero where off).
void advance_factors(const FactorPlan& plan, const double* const normals[4], const FactorRow& from,
                     const FactorRow& to, std::size_t paths) noexcept;

// One exact step of a noise: to = decay x from + stdev x normal.
void advance_noise(const NoisePlan& noise, const double* normal, const double* from, double* to,
                   std::size_t paths) noexcept;
// to += loading x normal.
void add_shock(double loading, const double* normal, double* to, std::size_t paths) noexcept;

// time = clock + gap, gap drawn from the renewal law by inversion of `uniform`;
// first: conditioned on the age of the process (clock must be 0 then).
//   Weibull gap: s (-ln U)^(1/k); first: s ((a/s)^k - ln U)^(1/k) - a
//   gamma: s x - a, x from line.gaps at hazard H(a) - ln U / multiple
void renewal_times(const LaunchLinePlan& line, bool first, const double* uniform,
                   const double* clock, double* time, std::size_t paths) noexcept;

// time = announced + slip x (-ln U).
void scheduled_times(double announced_years, double slip_years, const double* uniform, double* time,
                     std::size_t paths) noexcept;

// Linear and Bass ramps: adds drop x (1 - F(t_k - time)) to row k of pipeline [steps + 1][paths]
// for every k from `step` on, a row of whole numbers as launch_drops writes it.
void spread_ramp(const LaunchProcess& process, double dt_years, int steps, const double* time,
                 const double* drop, const double* step, double* pipeline,
                 std::size_t paths) noexcept;

// For each path: drop = mean + stdev z; step = the k with t_{k-1} < time <= t_k (at least 1, as a
// double); arriving = drop x exp(-(t_k - time)/tau), 0 for all
// other ramps.
void launch_drops(const LaunchProcess& process, double dt_years, const double* normal,
                  const double* time, double* drop, double* step, double* arriving,
                  std::size_t paths) noexcept;

}  // namespace lien::engine
