#include "pricing/measures/control_run.hpp"

#include "engine/random/stream_key.hpp"
#include "pricing/plan/sampling.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/simulate_beside.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kReplicates = 16;
// Blocks a control: a regression on more of them takes from the error what its controls give.
constexpr std::size_t kBlocksAControl = 10;
constexpr std::size_t kFewestBlocks = 2 * kReplicates;

// Means over the paths of each replicate, of what its blocks say.
std::vector<double> replicate_means(const ControlSample& sample, std::size_t blocks,
                                    std::size_t replicates) {
  const std::size_t controls = sample.deviations.size() / blocks, each = blocks / replicates;
  std::vector<double> means(replicates * controls, 0.0);
  for (std::size_t b = 0; b < blocks; ++b)
    for (std::size_t c = 0; c < controls; ++c)
      means[b / each * controls + c] +=
          sample.deviations[b * controls + c] / static_cast<double>(each);
  return means;
}

}  // namespace

ControlSample sample_controls(const Plan& plan, const RunSettings& settings,
                              const engine::StopQuestion* stop) {
  const std::uint64_t paths = simulated_paths(settings);
  ControlSample sample;
  sample.deviations.resize(static_cast<std::size_t>(paths / engine::kBlockPaths) *
                           plan.controls.size());
  PathResults results;
  results.control_sample = &sample;
  const SumLayout layout = lay_out_sums(plan, false);
  engine::IntegerTotals totals(layout.scales);
  simulate_beside(
      plan.factors, {paths, settings.threads}, totals,
      [&] { return BookStages(plan, layout, results, nullptr); }, stop);
  return sample;
}

engine::ControlWeights fit_controls(const Plan& plan, const RunSettings& settings,
                                    const engine::StopQuestion* stop) {
  const auto blocks = static_cast<std::size_t>(simulated_paths(settings) / engine::kBlockPaths);
  if (plan.controls.empty()) return {};
  if (plan.factors.sobol.on()) {
    const std::size_t replicates =
        blocks * engine::kBlockPaths / plan.factors.sobol.points.points();
    if (replicates < kFewestControlledReplicates) return {};
    return engine::replicate_weights(
        replicate_means(sample_controls(plan, settings, stop), blocks, replicates), replicates);
  }
  if (blocks < kFewestBlocks) return {};
  return engine::control_weights(
      sample_controls(plan, settings, stop).deviations, blocks, blocks / kBlocksAControl,
      kReplicates,
      engine::stream_key(settings.seed, engine::StreamKind::contrast, "control variates"));
}

}  // namespace lien::pricing
