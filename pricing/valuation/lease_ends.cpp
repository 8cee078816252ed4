#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/lease_rows.hpp"
#include "pricing/valuation/row_sums.hpp"

// What the end of a lease brings the lessor where a deposit or an option of the lessee makes it
// another than the agreed one. The kernel values rents and defaults up to the path's own end; what
// comes then is settled here, in plain numbers: once a path, not once a month.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::kLanes;
using engine::PathBlock;

namespace {

// What the lessor gets for its units, and a fee if there is one. As the kernel's LeaseResidual.
double lessor_gets(const LeaseEndPlan& end, std::size_t k, LeaseEnding how, double worth,
                   bool guaranteed) noexcept {
  const double returned = worth - end.return_cost[k];
  if (how == LeaseEnding::bought) return end.buyout_price[k];
  if (how == LeaseEnding::terminated) return returned + end.termination_fee;
  const double kept = guaranteed && end.guaranteed_residual > 0
                          ? std::max(returned, end.guaranteed_residual)
                          : returned;
  switch (end.residual) {
    case ResidualRule::none:
      return 0;
    case ResidualRule::lessor:
      return kept;
    case ResidualRule::fixed_price:
      return worth > end.option_price ? end.option_price : kept;
    case ResidualRule::fair_market_value:
      return worth;
    case ResidualRule::one_dollar:
      return end.option_price;
  }
  return 0;
}

}  // namespace

// Survival that stands still once the lease has ended: nobody defaults on it any more.
void BookStages::run_to_end(PathBlock& block, const ContractPlan& contract) noexcept {
  const std::size_t party = contract.party == kNone ? plan_->parties.size() : contract.party;
  const double* const dies = default_months_.get() + party * kBlockPaths;
  const double* const month = lease_work(kLeaseMonth);
  double* const dies_before = lease_work(kDefaultMonth);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    dies_before[p] = dies[p] <= month[p] ? dies[p] : kNever;
  for (int k = 0; k <= contract.months; ++k) {
    const double* const survival =
        block.row(series(contract.party == kNone ? ones_ : survival_ + contract.party), k);
    double* const kept = lease_survival_.get() + static_cast<std::size_t>(k) * kBlockPaths;
    double* const runs = lease_runs_.get() + static_cast<std::size_t>(k) * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const bool on = k <= month[p];
      kept[p] = on ? survival[p] : (kept - kBlockPaths)[p];
      runs[p] = on ? 1.0 : 0.0;
    }
  }
}

void BookStages::settle_lease(PathBlock& block, const ContractPlan& contract) noexcept {
  const LeaseEndPlan& end = plan_->lease_ends[contract.lease_end];
  const bool prices = !plan_->real_world;
  const std::size_t guarantor =
      contract.guarantor == kNone ? plan_->parties.size() : contract.guarantor;
  const double* const fails = default_months_.get() + guarantor * kBlockPaths;
  double* const value = samples_.get() + kPresentValue * kBlockPaths;
  double* const residual = samples_.get() + kResidual * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const auto k = static_cast<std::size_t>(lease_work(kLeaseMonth)[p]);
    const int month = static_cast<int>(k);
    const auto how = static_cast<LeaseEnding>(static_cast<int>(lease_work(kLeaseEnding)[p]));
    const double worth = contract.units * block.row(series(value_of_lot(contract.lot)), month)[p];
    const double gets = lessor_gets(end, k, how, worth, fails[p] > static_cast<double>(k));
    const double gives = contract.outlives_horizon ? 0.0 : end.deposit;
    const double discount = block.row(series(discount_), month)[p];
    const double living = lease_survival_.get()[k * kBlockPaths + p];
    const double weighted = living * (gets - gives);
    residual[p] = discount * end.valued[k] * (living * gets);
    month_sums_.get()[(k * kMonthRows + kVariable) * kLanes + p % kLanes] += weighted;
    if (!prices) continue;
    value[p] += discount * end.valued[k] * weighted;
    if (end.saved_value[k] != 0) value[p] -= discount * living * end.saved_value[k];
  }
  if (end.deposit > 0) hold_deposit(block, contract);
}

// The deposit on its way: received at a start to come; what a claim leaves of it is given back.
void BookStages::hold_deposit(PathBlock& block, const ContractPlan& contract) noexcept {
  const LeaseEndPlan& end = plan_->lease_ends[contract.lease_end];
  double* const value = samples_.get() + kPresentValue * kBlockPaths;
  for (int k = 1; k <= contract.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double received = k == end.deposit_month ? end.deposit : 0.0;
    if (received == 0 && end.returned[at] == 0) continue;
    const double* const living = lease_survival_.get() + at * kBlockPaths;
    const double* const discount = block.row(series(discount_), k);
    double* const lanes = month_sums_.get() + (at * kMonthRows + kVariable) * kLanes;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double defaulted = (living - kBlockPaths)[p] - living[p];
      lanes[p % kLanes] += received * living[p] - defaulted * end.returned[at];
      if (!plan_->real_world) value[p] -= defaulted * discount[p] * end.returned_value[at];
    }
  }
}

// Weight of who pays the rent of each month. Who ends the lease in it saves a rent in advance.
void BookStages::count_rents(const ContractPlan& contract) noexcept {
  const LeaseEndPlan& end = plan_->lease_ends[contract.lease_end];
  const double* const month = lease_work(kLeaseMonth);
  double* const pays = lease_work(kLeaseRow);
  for (std::size_t k = 1; k <= static_cast<std::size_t>(contract.months); ++k) {
    const double* const living = lease_survival_.get() + k * kBlockPaths;
    const double* const runs = lease_runs_.get() + k * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const bool saves = end.saved[k] != 0 && month[p] == static_cast<double>(k);
      pays[p] = saves ? 0.0 : living[p] * runs[p];
    }
    month_sums_.get()[(k * kMonthRows + kSurvival) * kLanes] = row_sums(pays, 0.0, kBlockPaths).sum;
  }
}

// samples_ and month_sums_ are then the lease's own, as its lessee ends it.
void BookStages::value_lease(PathBlock& block, std::size_t index, const double* ratio,
                             double* sums) noexcept {
  const ContractPlan& contract = plan_->contracts[index];
  const LeaseEndPlan& end = plan_->lease_ends[contract.lease_end];
  const auto value = [&] {
    run_to_end(block, contract);
    value_rows(block, index, proceeds_.get(), ratio);
    settle_lease(block, contract);
    count_rents(contract);
  };
  std::fill_n(lease_work(kLeaseMonth), kBlockPaths, static_cast<double>(end.end));
  std::fill_n(lease_work(kLeaseEnding), kBlockPaths, static_cast<double>(LeaseEnding::ended));
  if (!end.decides) return value();
  if (!plan_->real_world) {
    value();
    std::copy_n(samples_.get() + kPresentValue * kBlockPaths, kBlockPaths,
                lease_work(kAgreedValue));
  }
  decide_lease_end(block, end);
  value();
  add_lease_options(contract, sums);
}

void BookStages::add_lease_options(const ContractPlan& contract, double* sums) noexcept {
  const LeaseEndPlan& end = plan_->lease_ends[contract.lease_end];
  const double *const month = lease_work(kLeaseMonth), *const ending = lease_work(kLeaseEnding);
  double* const row = lease_work(kLeaseRow);
  const auto add = [&](LeaseEndSample which, const auto& sample) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) row[p] = sample(p);
    add_pair(layout_->lease_end(contract.lease_end, which), row, sums);
  };
  if (!plan_->real_world) {
    const double* const with = samples_.get() + kPresentValue * kBlockPaths;
    add(kOptionValue, [&](std::size_t p) { return lease_work(kAgreedValue)[p] - with[p]; });
    add(kLesseeValue, [&](std::size_t p) { return lease_work(kLessee)[p]; });
  }
  const auto living = [&](std::size_t k, std::size_t p) {
    return lease_survival_.get()[k * kBlockPaths + p];
  };
  const auto agreed = static_cast<std::size_t>(end.end);
  add(kExtended, [&](std::size_t p) {
    return month[p] > static_cast<double>(end.end) ? living(agreed, p) : 0.0;
  });
  const auto used = [&](LeaseEnding how) {
    return [&, how](std::size_t p) {
      return ending[p] == static_cast<double>(how) ? living(static_cast<std::size_t>(month[p]), p)
                                                   : 0.0;
    };
  };
  add(kBoughtOut, used(LeaseEnding::bought));
  add(kTerminated, used(LeaseEnding::terminated));
}

}  // namespace lien::pricing
