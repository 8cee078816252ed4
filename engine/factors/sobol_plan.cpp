#include "engine/factors/sobol_plan.hpp"

#include <algorithm>

#include "engine/factors/factor_plan.hpp"

namespace lien::engine {

SobolPlan sobol_plan(const FactorPlan& factors, std::uint64_t seed, std::uint64_t points,
                     std::size_t clocks) {
  // A scenario that moves the end of the run by a month would otherwise move every middle, and its
  // paths would no longer be the baseline's.
  constexpr int kWhole = 12;
  SobolPlan plan;
  plan.steps = (factors.steps + kWhole - 1) / kWhole * kWhole;
  plan.nodes = brownian_bridge(plan.steps);
  plan.clocks = std::min(clocks, SobolPlan::kMostClocks);
  std::size_t next = 2 * SobolPlan::kLineLaunches * factors.lines.size();
  if (factors.frontier_drift_stdev != 0) plan.drift = next++;
  // Series that are drawn level by level, each with a dimension at every node.
  const auto take = [&](const std::vector<SobolPlan::Series*>& together, std::size_t gap) {
    for (std::size_t i = 0; i < together.size(); ++i)
      *together[i] = {next + i, together.size(), gap};
    next += together.size() * plan.nodes.size() + gap;
  };
  std::vector<SobolPlan::Series*> moving, residual, noises;
  for (std::size_t f = 0; f < 4; ++f)
    if (factors.random[f]) (f < 3 ? moving : residual).push_back(&plan.joint[f]);
  plan.noises.resize(factors.noises.size());
  for (SobolPlan::Series& noise : plan.noises) noises.push_back(&noise);
  plan.first_clock = next + moving.size() * std::min(SobolPlan::kEarlyNodes, plan.nodes.size());
  take(moving, plan.clocks);
  take(residual, 0);
  take(noises, 0);
  plan.points = SobolPoints(seed, points, std::clamp<std::size_t>(next, 1, kSobolDimensions));
  if (plan.drift >= plan.points.dimensions()) plan.drift = SobolPlan::kNoDimension;
  return plan;
}

}  // namespace lien::engine
