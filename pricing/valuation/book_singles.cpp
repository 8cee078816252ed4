#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/single_rows.hpp"
#include "pricing/valuation/stage_sizes.hpp"

// Contracts in single precision: what the kernel reads of a block as floats, and what it yields as
// doubles. Whatever is simulated or summed over paths stays in doubles.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

namespace {
constexpr std::size_t kFloatLanes = kRealLanes<float>;
}  // namespace

BookStages::Singles::Singles(const Plan& plan, std::size_t series, std::size_t sample_rows) {
  const std::size_t steps = stage_sizes::rows(plan);
  rows.resize((series + plan.parties.size()) * steps * kBlockPaths);
  step_in.resize(steps * kBlockPaths);
  own_use.resize(stage_sizes::own_use_places(plan) * steps * kBlockPaths);
  own.resize((plan.parties.size() + 2) * kBlockPaths);
  samples.resize(sample_rows * kBlockPaths);
  months.resize(steps * kMonthRows * kFloatLanes);
}

void BookStages::fill_single(PathBlock& block, std::size_t which) noexcept {
  if (plan_->single_terms.empty()) return;
  const std::size_t size = (layout_->steps + 1) * kBlockPaths;
  demote_row(block.row(series(which), 0), singles_.rows.data() + which * size, size);
}

// What the contracts of a block share, once the market and the parties stand; values and marks
// follow as they are filled.
void BookStages::fill_singles(PathBlock& block) noexcept {
  const Plan& plan = *plan_;
  if (plan.single_terms.empty()) return;
  const auto fill = [&](std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) fill_single(block, first + i);
  };
  fill(ones_, 1);
  fill(zeros_, 1);
  fill(discount_, 1);
  const std::size_t size = (layout_->steps + 1) * kBlockPaths;
  const auto fill_less_one = [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i)
      demote_less_one(block.row(series(i), 0), singles_.rows.data() + i * size, size);
  };
  fill_less_one(ratio_, plan.rates.lags.size());
  fill_less_one(gross_, plan.rates.tenors.size());
  fill(spot_, plan.hardware.size());
  fill(cost_, plan.power.share.size());
  fill(segment_, plan.segments.size());
  fill(survival_, plan.parties.size());
  for (std::size_t i = 0; i < plan.parties.size(); ++i)
    demote_falls(block.row(series(survival_ + i), 0), layout_->steps,
                 singles_.rows.data() + (derived_ + i) * (layout_->steps + 1) * kBlockPaths);
  demote_row(default_months_.get(), singles_.own.data(), (plan.parties.size() + 1) * kBlockPaths);
}

// Samples of the contract that has just run, as doubles; what is zero on every path nobody reads.
void BookStages::promote_samples(const PathBlock& block, const ContractPlan& contract) noexcept {
  for (std::size_t s = 0; s < layout_->samples; ++s) {
    if (!is_sampled(contract, s)) continue;
    const float* const single = singles_.samples.data() + s * kBlockPaths;
    double* const out = samples_.get() + s * kBlockPaths;
    const bool defaults = s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kDefault;
    if (!defaults || contract.party == kNone) {
      promote_row(single, out, kBlockPaths);
      continue;
    }
    const int month =
        std::min(plan_->snapshots[(s - kFixedSamples) / kSnapshotSamples], contract.months);
    promote_defaults(single, block.row(series(survival_ + contract.party), month), out,
                     kBlockPaths);
  }
}

void BookStages::fold_single(std::size_t row, std::size_t last, double* sums) const noexcept {
  fold_single_months(singles_.months.data() + row * kFloatLanes, kMonthRows * kFloatLanes, last,
                     sums);
}

void BookStages::fill_single_step_in(const ContractPlan& contract, const StepInHours& hours,
                                     double deduction) noexcept {
  const StepInPlan& terms = plan_->step_ins[contract.step_in];
  const std::size_t size = (layout_->steps + 1) * kBlockPaths;
  const auto own = [&](std::uint32_t use) {
    return singles_.own_use.data() + plan_->own_uses[use].place * size;
  };
  single_step_in_rows({hours, own(terms.near), own(terms.far),
                       singles_.own.data() + contract.customer * kBlockPaths, deduction},
                      singles_.step_in.data());
}

}  // namespace lien::pricing
