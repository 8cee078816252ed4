#include "pricing/measures/replay_tail.hpp"

#include <algorithm>

#include "pricing/measures/loss_sample.hpp"
#include "pricing/valuation/simulate_beside.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;

// Sums of tails keep every bit of a task: their units are far below a path's value, which leaves
// room for 2^60 of those.
constexpr double kFine = 0x1p-20;

std::vector<TailCell> cells_of(const BasisRun& run, const RunSettings& settings) {
  std::vector<TailCell> cells;
  for (const int horizon : settings.loss_horizon_months) {
    const std::size_t snapshot = run.snapshot(horizon);
    const LossSample sample = loss_sample(run, snapshot);
    for (const double level : settings.confidence) cells.push_back({snapshot, sample.weigh(level)});
  }
  return cells;
}

// Paths from `first` to `last` that some cell weighs; a path that loses nothing adds nothing to
// anybody.
void choose_paths(std::size_t first, std::size_t last, TailReplay& replay) {
  replay.paths.clear();
  for (std::size_t p = first; p < last; ++p) {
    const bool counts =
        std::any_of(replay.cells.begin(), replay.cells.end(), [&](const TailCell& cell) {
          const double loss = (*replay.losses)[cell.snapshot][p];
          return loss != 0.0 && (cell.tail.weight(loss) > 0 || cell.tail.near_value_at_risk(loss));
        });
    if (counts) replay.paths.push_back(p);
  }
  replay.count = replay.paths.size();
  while (replay.paths.size() % kBlockPaths != 0) replay.paths.push_back(replay.paths.back());
}

// Adds what the paths of one replicate, first .. last - 1, sum to.
void add_replicate(const TailReplay& replay, const engine::IntegerTotals& totals, std::size_t first,
                   std::size_t last, TailParts& out) {
  const std::size_t cells = replay.cells.size();
  for (std::size_t c = 0; c < cells; ++c) {
    const std::vector<double>& losses = (*replay.losses)[replay.cells[c].snapshot];
    double weights = 0;
    for (std::size_t p = first; p < last; ++p) weights += replay.cells[c].tail.weight(losses[p]);
    for (std::size_t m = 0; m < replay.contracts + replay.groups; ++m) {
      const double weighted = totals.value(replay.at(m, c) + kTailWeighted);
      engine::ReplicatedTailSums& sums = out.replicated[m * cells + c];
      sums.squares += weighted * weighted;
      sums.products += weighted * weights;
      sums.weights += weights * weights;
    }
  }
}

std::vector<double> scales_of(const SumLayout& layout, const Plan& plan, const TailReplay& replay) {
  std::vector<double> scales = layout.scales;
  double book = 1.0;
  for (const ContractPlan& contract : plan.contracts) book += contract.scale;
  scales.resize(replay.end(), book * kFine);
  for (std::size_t m = 0; m < replay.contracts + replay.groups; ++m) {
    const double scale = kFine * (m < replay.contracts ? plan.contracts[m].scale : book);
    for (std::size_t c = 0; c < replay.cells.size(); ++c) {
      const std::size_t at = replay.at(m, c);
      for (std::size_t n = 0; n < kTailNumbers; ++n)
        scales[at + n] = n == kTailSquare ? scale * scale : scale;
    }
  }
  return scales;
}

}  // namespace

engine::TailContribution TailParts::part(std::size_t member, std::size_t cell) const {
  const double* const at = sums.data() + (member * cells.size() + cell) * kTailNumbers;
  const engine::TailSums own = {at[kTailWeighted], at[kTailTwiceWeighted], at[kTailSquare],
                                at[kTailNear], near_total[cell]};
  if (replicated.empty()) return engine::contribution_of(own, cells[cell].tail);
  return engine::contribution_of(own, replicated[member * cells.size() + cell], cells[cell].tail);
}

TailParts replay_tail(const BasisRun& run, const RunSettings& settings,
                      const std::vector<ContractGroups>& groups, bool by_contract,
                      const engine::StopQuestion* stop) {
  const SumLayout layout = lay_out_sums(run.plan, false);
  TailReplay replay;
  replay.losses = &run.results.losses;
  replay.weights = &run.results.weights;
  replay.cells = cells_of(run, settings);
  replay.contracts = by_contract ? run.plan.contracts.size() : 0;
  replay.kinds = groups.size();
  replay.first = 2 * layout.pairs;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i) {
    std::size_t before = 0;
    for (const ContractGroups& kind : groups) {
      replay.group_of.push_back(static_cast<std::uint32_t>(before + kind.of[i]));
      before += kind.ids.size();
    }
    replay.groups = before;
  }

  TailParts out;
  out.cells = replay.cells;
  out.contracts = replay.contracts;
  for (const TailCell& cell : replay.cells) {
    double near = 0;
    const std::vector<double>& losses = run.results.losses[cell.snapshot];
    for (std::size_t p = 0; p < losses.size(); ++p)
      if (cell.tail.near_value_at_risk(losses[p]))
        near += replay.path_weight(cell.snapshot, p) * losses[p];
    out.near_total.push_back(near);
  }
  const std::vector<double> scales = scales_of(layout, run.plan, replay);
  engine::IntegerTotals totals(scales);
  PathResults results;
  results.tail = &replay;
  const std::size_t paths = replay.losses->empty() ? 0 : replay.losses->front().size();
  const std::size_t replicates = std::max<std::size_t>(1, run.scrambles());
  if (run.scrambles() > 0)
    out.replicated.assign((replay.contracts + replay.groups) * replay.cells.size(),
                          {replicates, 0, 0, 0});
  for (std::size_t r = 0; r < replicates; ++r) {
    const std::size_t first = r * (paths / replicates), last = first + paths / replicates;
    choose_paths(first, last, replay);
    out.replayed += replay.count;
    engine::IntegerTotals own(scales);
    simulate_beside(
        run.plan.factors, {replay.paths.size(), settings.threads, 0, replay.paths.data()}, own,
        [&] { return BookStages(run.plan, layout, results, nullptr); }, stop);
    if (!out.replicated.empty()) add_replicate(replay, own, first, last, out);
    totals.add(own);
  }
  for (std::size_t i = replay.first; i < replay.difference(); ++i)
    out.sums.push_back(totals.value(i));
  out.difference = totals.value(replay.difference());
  return out;
}

}  // namespace lien::pricing
