#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/lease_rows.hpp"

// What a lessee sees and does: an optimal stopping problem of its own money at the market, without
// its own default. The rule was fitted before the run (fit_exercise.hpp).
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

namespace {

// What the end of the lease brings the lessee: units that it takes, less what it pays for them.
double end_brings(const LeaseEndPlan& end, std::size_t k, double worth) noexcept {
  const double short_of = end.guaranteed_residual - (worth - end.return_cost[k]);
  const double pays =
      end.lessee_guarantees && end.guaranteed_residual > 0 ? std::max(0.0, short_of) : 0.0;
  switch (end.residual) {
    case ResidualRule::lessor:
      return -pays;
    case ResidualRule::fixed_price:
      return worth > end.option_price ? worth - end.option_price : -pays;
    case ResidualRule::one_dollar:
      return worth - end.option_price;
    case ResidualRule::fair_market_value:
    case ResidualRule::none:
      break;
  }
  return 0;
}

bool is_end(const LeaseEndPlan& end, int k) noexcept { return k == end.end || k == end.last; }

}  // namespace

std::size_t BookStages::lease_work_rows() noexcept { return kLeaseWorkRows; }

void BookStages::fill_lease_step(PathBlock& block, const LeaseEndPlan& end, int k) noexcept {
  const auto at = static_cast<std::size_t>(k);
  const std::size_t index = plan_->lots[end.lot].hardware;
  const HardwarePlan& hardware = plan_->hardware[index];
  const double* const spot =
      block.row(series(end.segment == kNone ? spot_ + index : segment_ + end.segment), k);
  const double* const power =
      block.row(series(hardware.cost_row == kNone ? ones_ : cost_ + hardware.cost_row), k);
  const double* const value = block.row(series(value_of_lot(end.lot)), k);
  std::copy_n(block.row(series(log_rent_ + index), k), kBlockPaths, lease_work(kLogRent));
  std::copy_n(spot, kBlockPaths, lease_work(kUse));
  double *const worth = lease_work(kWorth), *const brings = lease_work(kEndBrings);
  double* const earned = lease_work(kEarned);
  const bool last = is_end(end, k);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    worth[p] = end.units * value[p];
    earned[p] = end.hours[at] * spot[p] - end.cost[at] * power[p] - end.due[at];
    double best = 0;
    if (last) {
      best = end_brings(end, at, worth[p]);
    } else if (end.buys[at] != 0) {
      best = worth[p] - end.buyout_price[at];
      if (end.terminates[at] != 0) best = std::max(best, -end.termination_fee);
    } else if (end.terminates[at] != 0) {
      best = -end.termination_fee;
    }
    brings[p] = end.timing[at] * (best + end.deposit) + end.saved_due[at];
  }
}

void BookStages::record_lease(PathBlock& block, const LeaseEndPlan& end) noexcept {
  engine::StoppingSample& sample = *results_->pilot;
  const std::size_t first = (number_ - results_->first_block) * kBlockPaths;
  for (int k = 0; k <= end.last; ++k) {
    const auto step = static_cast<std::size_t>(k);
    fill_lease_step(block, end, k);
    const auto put = [&](const double* row, std::size_t variable) {
      std::copy_n(row, kBlockPaths, sample.states.data() + sample.state_at(step, variable) + first);
    };
    for (std::size_t v = 0; v < kOwnVariables; ++v) put(lease_work(kLogRent + v), v);
    for (std::size_t v = 0; v < end.states.size(); ++v)
      put(block.row(end.states[v], k), kOwnVariables + v);
    const double* const discount = block.row(series(discount_), k);
    const std::size_t date = step * sample.paths + first;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      sample.flow[date + p] = discount[p] * lease_work(kEarned)[p];
      sample.reward[date + p] = discount[p] * lease_work(kEndBrings)[p];
      sample.discount[date + p] = discount[p];
    }
  }
}

// Sets the month of the end, how it came, and what the options bring the lessee.
void BookStages::decide_lease_end(PathBlock& block, const LeaseEndPlan& end) noexcept {
  double *const month = lease_work(kLeaseMonth), *const ending = lease_work(kLeaseEnding);
  double *const gain = lease_work(kGainOfGoing), *const lessee = lease_work(kLessee);
  const double *const worth = lease_work(kWorth), *const brings = lease_work(kEndBrings);
  const double* const earned = lease_work(kEarned);
  std::fill_n(month, kBlockPaths, kNever);
  std::fill_n(ending, kBlockPaths, static_cast<double>(LeaseEnding::ended));
  std::fill_n(lessee, kBlockPaths, 0.0);
  const double* states[kOwnVariables + kMostExerciseStates + 2] = {
      lease_work(kLogRent), lease_work(kUse), lease_work(kEndBrings)};
  for (int k = 0; k <= end.last; ++k) {
    const auto at = static_cast<std::size_t>(k);
    fill_lease_step(block, end, k);
    const double* const discount = block.row(series(discount_), k);
    // Against the lease as agreed, which brings the same until it ends.
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const bool runs = month[p] == kNever, agreed = k <= end.end;
      if (runs != agreed) lessee[p] += (runs ? 1.0 : -1.0) * discount[p] * earned[p];
      if (k == end.end) lessee[p] -= discount[p] * brings[p];
    }
    const engine::StoppingDate& date = end.rule.dates[at];
    const bool last = k == end.last;
    if (!last && (end.open[at] == 0 || date.coefficients.empty())) continue;
    if (!last) {
      for (std::size_t v = 0; v < end.states.size(); ++v)
        states[kOwnVariables + v] = block.row(end.states[v], k);
      engine::gain_row(date, states, gain, kBlockPaths);
    }
    const bool buys = end.buys[at] != 0, leaves = end.terminates[at] != 0;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      if (month[p] != kNever || (!last && gain[p] > 0)) continue;
      month[p] = k;
      lessee[p] += discount[p] * brings[p];
      if (is_end(end, k)) continue;
      const bool bought =
          buys && (!leaves || worth[p] - end.buyout_price[at] >= -end.termination_fee);
      ending[p] = static_cast<double>(bought ? LeaseEnding::bought : LeaseEnding::terminated);
    }
  }
}

}  // namespace lien::pricing
