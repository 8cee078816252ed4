#include "pricing/measures/replay_path.hpp"

#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/factor_scratch.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/measures/compile_scenario.hpp"
#include "pricing/valuation/book_stages.hpp"

namespace lien::pricing {
namespace {

// The plan with what one hardware's story needs: its rents, and the unit that enters service today.
Plan plan_of_hardware(const Inputs& inputs, MeasureBasis basis, std::uint32_t hardware) {
  Plan plan = compile_scenario(inputs, "baseline", {inputs.market, inputs.book, {}}, basis);
  std::erase_if(plan.lots, [hardware](const LotPlan& lot) {
    return lot.hardware != hardware || lot.age_months != 0;
  });
  plan.contracts.clear();
  plan.lease_ends.clear();
  plan.vehicles.clear();
  plan.depths.clear();
  plan.instruments.clear();
  plan.fans.clear();
  plan.tests = 0;
  return plan;
}

// Where the count of launches rises: the age dates the last of them, and what the effect and the
// pipeline gained together is the sum of their drops.
void add_launches(const engine::PathBlock& block, std::size_t line, const std::string& name,
                  std::size_t path, ReplayedPath& out) {
  const auto at = [&](engine::LineSeries which, int k) {
    return block.row(engine::line_series(line, which), k)[path];
  };
  for (int k = 1; k <= out.steps; ++k) {
    const double count = at(engine::kLaunchCount, k) - at(engine::kLaunchCount, k - 1);
    if (!(count > 0)) continue;
    const auto drops = [&](int step) {
      return at(engine::kLaunchEffect, step) + at(engine::kLaunchPipeline, step);
    };
    out.launches.push_back({name, k, static_cast<int>(count),
                            static_cast<double>(k) / out.steps_per_year - at(engine::kLaunchAge, k),
                            drops(k) - drops(k - 1)});
  }
}

}  // namespace

ReplayedPath replay_path(const Inputs& inputs, MeasureBasis basis, std::uint32_t hardware,
                         std::uint64_t number) {
  const Plan plan = plan_of_hardware(inputs, basis, hardware);
  const SumLayout layout = lay_out_sums(plan, false);
  PathResults nowhere;
  BookStages stages(plan, layout, nowhere, nullptr);
  engine::FactorScratch scratch(plan.factors);
  engine::PathBlock block(engine::factor_series(plan.factors) + stages.derived_series(),
                          plan.steps);
  std::vector<double> sums(2 * layout.pairs, 0.0);
  const std::uint64_t index = number / engine::kBlockPaths;
  const std::size_t path = number % engine::kBlockPaths;
  engine::fill_factors(plan.factors, index * engine::kBlockPaths, scratch, block);
  stages(block, index, sums.data());

  ReplayedPath out;
  out.number = number;
  out.steps = plan.months;
  out.steps_per_year = plan.steps_per_year;
  const HardwarePlan& of = plan.hardware[hardware];
  for (int k = 0; k <= plan.months; ++k) {
    const auto at = [&](std::size_t series) { return block.row(series, k)[path]; };
    out.scarcity.push_back(at(engine::kScarcity));
    out.frontier.push_back(at(engine::kFrontier));
    if (plan.credit != kNone)
      out.credit.push_back(at(engine::noise_series(plan.factors, plan.credit)));
    out.rent.push_back(of.earns ? engine::exp(at(stages.log_rent_series(hardware))) : 0.0);
    out.utilization.push_back(at(stages.utilization_series(hardware)));
    out.earned.push_back(at(stages.spot_series(hardware)));
    out.cost.push_back(of.operating_cost[static_cast<std::size_t>(k)] *
                       (of.cost_row == kNone ? 1.0 : at(stages.cost_series(of.cost_row))));
    if (!plan.lots.empty()) out.value.push_back(at(stages.value_series()));
  }
  for (std::size_t l = 0; l < plan.factors.lines.size(); ++l)
    add_launches(block, l, inputs.market.launches[l].line, path, out);
  return out;
}

}  // namespace lien::pricing
