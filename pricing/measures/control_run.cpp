#include "pricing/measures/control_run.hpp"

#include <vector>

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
  const std::uint64_t most = blocks / kBlocksAControl;
  if (plan.controls.empty() || most == 0 || blocks < 2 * kReplicates) return {};
  const ControlSample sample = sample_controls(plan, settings, plan.controls.size());
  const auto weights_of_first = [&](std::size_t controls) {
    std::vector<double> deviations(sample.deviations.size() / sample.controls * controls);
    for (std::size_t i = 0; i < deviations.size(); ++i)
      deviations[i] = sample.deviations[i / controls * sample.controls + i % controls];
    return engine::control_weights(
        deviations, static_cast<std::size_t>(blocks), kReplicates,
        engine::stream_key(settings.seed, engine::StreamKind::contrast, "control variates"));
  };
  // Many controls know what those before them know: what counts is how many are of their own.
  std::size_t enough = 1, beyond = sample.controls + 1;
  while (enough + 1 < beyond) {
    const std::size_t middle = (enough + beyond) / 2;
    // A regression on all samples has no residual: never more controls than leave some.
    const bool fits = middle + kReplicates < blocks && weights_of_first(middle).used <= most;
    (fits ? enough : beyond) = middle;
  }
  return weights_of_first(enough);
}

}  // namespace lien::pricing
