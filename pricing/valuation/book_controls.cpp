#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/row_sums.hpp"

// What a block's paths say of the control variates.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

void BookStages::sample_controls(PathBlock& block, std::uint64_t number) noexcept {
  const std::size_t controls = plan_->controls.size();
  double* const to = results_->control_sample->deviations.data() + number * controls;
  double* const level = work_.get();
  for (std::size_t c = 0; c < controls; ++c) {
    const ControlPlan& control = plan_->controls[c];
    const double* row = level;
    switch (control.of) {
      case ControlPlan::Of::rent:
        exponential_row(1.0, control.power,
                        block.row(series(log_rent_ + control.index), control.step), level,
                        kBlockPaths);
        break;
      case ControlPlan::Of::discount:
        row = block.row(series(discount_), control.step);
        break;
      case ControlPlan::Of::survival:
        row = block.row(series(survival_ + control.index), control.step);
        break;
    }
    to[c] = row_sums(row, control.mean, kBlockPaths).sum / kBlockPaths;
  }
}

}  // namespace lien::pricing
