#pragma once

#include <cmath>
#include <functional>

#include "engine/factors/factor_plan.hpp"
#include "engine/factors/factor_scratch.hpp"
#include "engine/random/stream_key.hpp"
#include "engine/simulation/path_block.hpp"

// What tests of simulated factors share.
namespace lien::engine {

// Weibull 2.1 with mean 1.25 years, 0.6 years after the last launch, drop N(0.229, 0.09^2), ramp
// 0.5 years, 0.1 still to arrive from earlier launches.
inline LaunchLinePlan example_line(const char* id = "line") {
  LaunchLinePlan line;
  line.process.law = RenewalLaw::weibull;
  line.process.shape = 2.1;
  line.process.scale_years = 1.25 / std::tgamma(1 + 1 / 2.1);
  line.process.age_years = 0.6;
  line.process.drop_mean = 0.229;
  line.process.drop_stdev = 0.09;
  line.process.ramp_years = 0.5;
  line.ramp_decay = std::exp(-1 / 6.0);
  line.pipeline_today = 0.1;
  line.key = stream_key(1, StreamKind::launch, id);
  return line;
}

inline FactorPlan plan_of(LaunchLinePlan line, int steps) {
  FactorPlan plan;
  plan.steps = steps;
  plan.lines = {std::move(line)};
  return plan;
}

// Every block of paths 0 .. paths - 1.
inline void each_block(const FactorPlan& plan, std::uint64_t paths,
                       const std::function<void(const PathBlock&, std::uint64_t)>& visit) {
  FactorScratch scratch(plan);
  PathBlock block(factor_series(plan), plan.steps);
  for (std::uint64_t first = 0; first < paths; first += kBlockPaths) {
    fill_factors(plan, first, scratch, block);
    visit(block, first);
  }
}

}  // namespace lien::engine
