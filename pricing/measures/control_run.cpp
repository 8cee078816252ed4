#include "pricing/measures/control_run.hpp"

#include <algorithm>

#include "engine/random/stream_key.hpp"
#include "engine/simulation/simulate.hpp"
#include "pricing/plan/sampling.hpp"
#include "pricing/valuation/book_stages.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kReplicates = 16;
// Blocks a control: a regression on more of them takes from the error what its controls give.
constexpr std::uint64_t kBlocksAControl = 10;

}  // namespace

ControlSample sample_controls(const Plan& plan, const RunSettings& settings, std::size_t controls) {
  const std::uint64_t paths = simulated_paths(settings);
  ControlSample sample;
  sample.controls = controls;
  sample.deviations.resize(static_cast<std::size_t>(paths / engine::kBlockPaths) * controls);
  PathResults results;
  results.control_sample = &sample;
  const SumLayout layout = lay_out_sums(plan, false);
  engine::IntegerTotals totals(layout.scales);
  engine::simulate(plan.factors, {paths, settings.threads}, totals,
                   [&] { return BookStages(plan, layout, results, nullptr); }, {});
  return sample;
}

engine::ControlWeights fit_controls(const Plan& plan, const RunSettings& settings) {
  const std::uint64_t blocks = simulated_paths(settings) / engine::kBlockPaths;
  const auto controls = std::min<std::size_t>(plan.controls.size(),
                                              static_cast<std::size_t>(blocks / kBlocksAControl));
  if (controls == 0 || blocks < 2 * kReplicates) return {};
  return engine::control_weights(
      sample_controls(plan, settings, controls).deviations, static_cast<std::size_t>(blocks),
      kReplicates,
      engine::stream_key(settings.seed, engine::StreamKind::contrast, "control variates"));
}

}  // namespace lien::pricing
