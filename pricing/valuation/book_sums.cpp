#include <algorithm>
#include <array>
#include <cmath>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/month_flows.hpp"
#include "pricing/valuation/month_sums.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/row_sums.hpp"
#include "pricing/valuation/stage_sizes.hpp"

// What BookStages adds to the sums of a run, after the kernels have filled its rows.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::kLanes;
using engine::PathBlock;
using stage_sizes::rows;

void BookStages::add_pair(std::size_t pair, const double* row, double* sums) noexcept {
  const RowSums s = row_sums(row, reference(pair), kBlockPaths);
  sums[2 * pair] += s.sum;
  sums[2 * pair + 1] += s.square;
}

void BookStages::add_block_sample(std::size_t pair, double value, double* sums) noexcept {
  const double d = value - reference(pair);
  sums[2 * pair] += d;
  sums[2 * pair + 1] += d * d;
}

// False for a sample that is zero on every path: contract_kernel.hpp says of which basis it is. A
// vehicle's kernel fills the samples of its tranches.
bool BookStages::is_sampled(const ContractPlan& contract, std::size_t sample) const noexcept {
  if (contract.vehicle != kNone || contract.kind != ContractKind::loan) return true;
  if (sample == kResidual) return false;
  if (sample == kPresentValue) return !plan_->real_world;
  if (sample < kFixedSamples || plan_->real_world) return true;
  const std::size_t which = (sample - kFixedSamples) % kSnapshotSamples;
  return which != kSampledLoss && which != kCreditLoss;
}

void BookStages::add_contract(std::size_t index, double* sums) noexcept {
  const auto& contract = plan_->contracts[index];
  const auto sample = [this](std::size_t s) { return samples_.get() + s * kBlockPaths; };
  // A pool's survival is sampled itself, and so is the loss weighed by it.
  if (contract.party != kNone && plan_->parties[contract.party].count > 1 && plan_->real_world)
    for (std::size_t s = kFixedSamples; s < layout_->samples; s += kSnapshotSamples)
      std::copy_n(sample(s + kLoss), kBlockPaths, sample(s + kSampledLoss));
  if (results_->tail != nullptr) add_tail(index, sums);
  const std::size_t group = contract.group == kNone ? layout_->no_party() : contract.group;
  double* const rows = groups_.get() + group * layout_->samples * kBlockPaths;
  std::array<SampleRow, 16> batch;
  std::size_t count = 0;
  for (std::size_t s = 0; s < layout_->samples; ++s) {
    if (!is_sampled(contract, s)) continue;
    const bool probability =
        s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kDefault;
    const std::size_t pair = layout_->contract(index, s);
    // A group's probability of default is weighted by balance; its peak is no sum.
    batch[count++] = {sample(s), reference(pair), sums + 2 * pair,
                      probability ? contract.held * contract.outstanding : contract.held,
                      s == kPeakLoanToValue ? nullptr : rows + s * kBlockPaths};
    if (count < batch.size()) continue;
    add_sample_rows(batch.data(), count, kBlockPaths);
    count = 0;
  }
  add_sample_rows(batch.data(), count, kBlockPaths);
  sums[2 * layout_->contract(index, layout_->samples)] += row_product(
      sample(kExposure), reference(layout_->contract(index, kExposure)), sample(kLossAtDefault),
      reference(layout_->contract(index, kLossAtDefault)), kBlockPaths);
}

void BookStages::add_contract_months(std::size_t index, double* sums) noexcept {
  const auto& contract = plan_->contracts[index];
  const ScheduledColumns& c = plan_->columns;
  const std::size_t group = contract.group == kNone ? layout_->no_party() : contract.group;
  const auto row = [&](GroupMonth which) {
    return group_months_.get() + (group * kGroupMonths + which) * (layout_->steps + 1);
  };
  const std::size_t party = contract.party == kNone ? plan_->parties.size() : contract.party;
  const auto last = static_cast<std::size_t>(contract.months + contract.lag);
  const auto end = static_cast<std::size_t>(contract.months);
  // Sums that this contract has; what its kernel leaves at zero is not folded.
  const bool single = is_single(contract);
  const bool all = contract.vehicle != kNone || contract.lease_end != kNone;
  const auto folded = [&](MonthSum which, bool has) -> const double* {
    double* const out = folded_.data() + which * (layout_->steps + 1);
    if (single && has)
      fold_single(which, last, out);
    else if (has || all)
      fold_months(month_sums_.get() + which * kLanes, kMonthRows * kLanes, last, out);
    else
      std::fill_n(out, last + 1, 0.0);
    return out;
  };
  const KernelVariant& has = contract.variant;
  const double* const survivals = has.cash || contract.lease_end != kNone
                                      ? folded(kSurvival, true)
                                      : party_survival_.data() + party * (layout_->steps + 1);
  const double* const recoveries = folded(kRecovery, true);
  const double* const seized = folded(kSeizedCash, has.cash);
  const double* const variables = folded(kVariable, has.floating || has.owner);
  const double* const repayments = folded(kRepaid, false);
  if (layout_->contract_months)
    for (std::size_t m = 1; m <= last; ++m) {
      add_block_sample(layout_->contract_month(index, m, kSurvival), survivals[m], sums);
      add_block_sample(layout_->contract_month(index, m, kRecovery), recoveries[m] + seized[m],
                       sums);
      add_block_sample(layout_->contract_month(index, m, kVariable), variables[m], sums);
      add_block_sample(layout_->contract_month(index, m, kRepaid), repayments[m], sums);
    }
  add_both(contract.held, recoveries, seized, last, row(kGroupRecovery));
  const std::size_t at = contract.first_month;
  if (contract.kind == ContractKind::loan && contract.vehicle == kNone) {
    // A loan pays no rent; see compile_loan for what the variant says of floating interest.
    add_loan_flows(
        {contract.held, survivals, variables, c.interest.data() + at, c.principal.data() + at,
         c.fee.data() + at, nullptr, has.floating ? c.floating_scheduled.data() + at : nullptr},
        end, {row(kGroupInterest), row(kGroupPrincipal), row(kGroupFee), row(kGroupRent)});
    return;
  }
  const bool lease = contract.kind == ContractKind::lease;
  const double* const rents = contract.lease_end == kNone
                                  ? c.rent.data() + at
                                  : plan_->lease_ends[contract.lease_end].rent.data();
  for (std::size_t m = 1; m <= end; ++m) {
    const double survival = survivals[m], variable = variables[m];
    const double interest =
        c.floating_scheduled[at + m] > 0 ? variable : survival * c.interest[at + m];
    row(kGroupInterest)[m] += contract.held * (lease ? 0.0 : interest);
    row(kGroupPrincipal)[m] += contract.held * (lease ? variable : repayments[m]);
    row(kGroupFee)[m] += contract.held * survival * c.fee[at + m];
    row(kGroupRent)[m] += contract.held * survival * rents[m];
  }
}

void BookStages::add_tests(std::size_t index) noexcept {
  const auto& contract = plan_->contracts[index];
  const std::size_t group = contract.group == kNone ? layout_->no_party() : contract.group;
  const std::size_t party = contract.party == kNone ? plan_->parties.size() : contract.party;
  const std::uint32_t slots[2] = {contract.coverage_test, contract.value_test_slot};
  for (std::size_t t = 0; t < 2; ++t)
    if (slots[t] != kNone)
      count_test({month_bits_.data() + t * rows(*plan_), living_.data() + party * rows(*plan_),
                  contract.variant.cash ? month_bits_.data() + 2 * rows(*plan_) : nullptr,
                  test_months_.of(slots[t]), static_cast<std::size_t>(contract.months)},
                 static_cast<std::uint32_t>(group), slots[t]);
}

void BookStages::count_test(const TestWords& test, std::uint32_t group,
                            std::uint32_t slot) noexcept {
  double* const months = group_months_.get() + group * kGroupMonths * rows(*plan_);
  count_test_months(test,
                    {counts_.data() + test_first(slot), months + kGroupInBreach * rows(*plan_),
                     months + kGroupEverBreach * rows(*plan_)});
}

// What an instrument is on, seen at step k; floating_rate: the rate that is fixed then.
void BookStages::fill_underlying(PathBlock& block, const InstrumentPlan& instrument, int k,
                                 double* level) noexcept {
  const bool segment = instrument.segment != kNone;
  if (segment) segment_log_rent(block, instrument.segment, k, level);
  switch (instrument.on) {
    case PayoffOn::rental_rate:
      multiple_row(1.0, segment ? level : block.row(series(log_rent_ + instrument.hardware), k),
                   level, kBlockPaths);
      break;
    case PayoffOn::power:
      std::copy_n(block.row(series(power_), k), kBlockPaths, level);
      break;
    case PayoffOn::log_rental_rate:
      if (segment) break;
      std::copy_n(block.row(series(log_rent_ + instrument.hardware), k), kBlockPaths, level);
      break;
    case PayoffOn::resale_value:
      std::copy_n(block.row(series(value_), k), kBlockPaths, level);
      break;
    case PayoffOn::zero_coupon_bond:
      quotient_row(block.row(series(ones_), k),
                   instrument.tenor == kNone ? block.row(series(ones_), k)
                                             : block.row(series(gross_ + instrument.tenor), k),
                   level, kBlockPaths);
      break;
    case PayoffOn::launch_count:
      std::copy_n(block.row(engine::line_series(instrument.line, engine::kLaunchCount), k),
                  kBlockPaths, level);
      break;
    case PayoffOn::forward_rental_rate:
      fill_forward_rent(block, instrument, level);
      break;
    case PayoffOn::floating_rate: {
      const double* const gross = block.row(series(gross_ + instrument.tenor), k);
      for (std::size_t p = 0; p < kBlockPaths; ++p) level[p] = (gross[p] - 1) / instrument.accrual;
      break;
    }
  }
}

void BookStages::run_instrument(PathBlock& block, std::uint64_t number, std::size_t index,
                                double* sums) noexcept {
  const auto& instrument = plan_->instruments[index];
  if (instrument.early) return run_early_exercise(block, number, index, sums);
  if (instrument.bond) return run_bond(block, index, sums);
  if (!instrument.settlements.empty()) return run_settlements(block, index, sums);
  const int k = instrument.month;
  double *const level = work_.get(), *const payoff = level + kBlockPaths;
  double* const exercised = payoff + kBlockPaths;
  fill_underlying(block, instrument, k, level);
  const double* const discount = block.row(series(discount_), k);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double over = level[p] - instrument.strike;
    const double signed_over = instrument.kind == PayoffKind::put ? -over : over;
    const bool forward = instrument.kind == PayoffKind::forward;
    exercised[p] = forward || signed_over > 0 ? 1.0 : 0.0;
    payoff[p] = instrument.quantity * instrument.timing * discount[p] *
                (forward ? over : std::max(signed_over, 0.0));
  }
  add_instrument(index, payoff, exercised, level, sums);
}

void BookStages::add_instrument(std::size_t index, const double* payoff, const double* exercised,
                                const double* level, double* sums) noexcept {
  add_pair(layout_->instrument(index, kPayoff), payoff, sums);
  add_pair(layout_->instrument(index, kExercised), exercised, sums);
  add_pair(layout_->instrument(index, kUnderlying), level, sums);
  if (plan_->instruments[index].has_annuity)
    sums[2 * layout_->instrument(index, kPayoffTimesAnnuity)] +=
        row_product(payoff, reference(layout_->instrument(index, kPayoff)), exercised,
                    reference(layout_->instrument(index, kExercised)), kBlockPaths);
  double* const group = groups_.get() + layout_->no_party() * layout_->samples * kBlockPaths;
  add_scaled_row(1.0, payoff, group + kPresentValue * kBlockPaths, kBlockPaths);
}

void BookStages::count_fan(std::size_t fan, const double* level, const double* axis, int month,
                           double* sums) noexcept {
  const auto& plan = plan_->fans[fan];
  const auto m = static_cast<std::size_t>(month);
  add_pair(layout_->fan(fan, m), level, sums);
  double* const logarithm = work_.get() + 3 * kBlockPaths;
  if (plan.logarithmic && axis == nullptr) log_row(level, logarithm, kBlockPaths);
  const double* const x = !plan.logarithmic ? level : axis == nullptr ? logarithm : axis;
  std::uint32_t* const counts = fans_.data() + fan_first(fan, month);
  alignas(64) std::int32_t bins[kBlockPaths];
  bin_row(x, plan.low[m], plan.inverse_width[m], kFanBins - 1, bins, kBlockPaths);
  for (const std::int32_t bin : bins) ++counts[bin];
}

// What a vehicle's lenders pay out in a month, or those of the whole book.
const double* BookStages::draws_of(std::uint32_t vehicle, std::size_t month) noexcept {
  if (vehicle != kNone) return drawn(plan_->vehicles[vehicle].draws, month);
  double* const all = work_.get();
  std::fill_n(all, kBlockPaths, 0.0);
  for (const VehiclePlan& one : plan_->vehicles)
    if (one.draws != kNone) add_scaled_row(1.0, drawn(one.draws, month), all, kBlockPaths);
  return all;
}

void BookStages::run_fans(PathBlock& block, double* sums) noexcept {
  using Of = FanPlan::Of;
  double* const level = work_.get();
  for (std::size_t f = 0; f < plan_->fans.size(); ++f) {
    const auto& fan = plan_->fans[f];
    if (fan.of == Of::resale_value) continue;  // counted while its lot's row was there
    for (int k = 0; k <= plan_->steps; ++k) {
      const auto step = static_cast<std::size_t>(k);
      switch (fan.of) {
        case Of::rental_rate: {
          const double* const log_rent = block.row(series(log_rent_ + fan.index), k);
          multiple_row(1.0, log_rent, level, kBlockPaths);
          count_fan(f, level, log_rent, k, sums);
          break;
        }
        case Of::utilization:
          count_fan(f, block.row(series(utilization_ + fan.index), k), nullptr, k, sums);
          break;
        case Of::short_rate: {
          const double* const x = block.row(engine::kShortRate, k);
          for (std::size_t p = 0; p < kBlockPaths; ++p) level[p] = x[p] + fan.shift[step];
          count_fan(f, level, nullptr, k, sums);
          break;
        }
        case Of::launch_count:
          count_fan(f, block.row(engine::line_series(fan.index, engine::kLaunchCount), k), nullptr,
                    k, sums);
          break;
        case Of::loan_to_value: {
          if (!(plan_->book_balance[step] > 0)) break;
          const double* const worth = block.row(series(book_value_), k);
          for (std::size_t p = 0; p < kBlockPaths; ++p)
            level[p] = worth[p] > 0
                           ? std::min(plan_->book_balance[step] / worth[p], kLargestLoanToValue)
                           : kLargestLoanToValue;
          count_fan(f, level, nullptr, k, sums);
          break;
        }
        case Of::power:
          count_fan(f, block.row(series(power_), k), nullptr, k, sums);
          break;
        case Of::draw:
          count_fan(f, draws_of(fan.index, step), nullptr, k, sums);
          break;
        case Of::resale_value:
          break;
      }
    }
  }
}

void BookStages::add_groups(std::uint64_t number, double* sums) noexcept {
  const std::size_t samples = layout_->samples, portfolio = layout_->portfolio();
  double* const all = groups_.get() + portfolio * samples * kBlockPaths;
  for (std::size_t g = 0; g < portfolio; ++g)
    add_scaled_row(1.0, groups_.get() + g * samples * kBlockPaths, all, samples * kBlockPaths);
  double* const all_months = group_months_.get() + portfolio * (layout_->steps + 1) * kGroupMonths;
  for (std::size_t g = 0; g < portfolio; ++g) {
    double* const months = group_months_.get() + g * (layout_->steps + 1) * kGroupMonths;
    // Tests have counted who breaches in a month for the first time.
    double* const ever = months + kGroupEverBreach * (layout_->steps + 1);
    for (std::size_t m = 1; m <= layout_->steps; ++m) ever[m] += ever[m - 1];
    for (std::size_t i = 0; i < (layout_->steps + 1) * kGroupMonths; ++i)
      all_months[i] += months[i];
  }
  for (std::size_t g = 0; g < layout_->groups; ++g) {
    const double* const rows = groups_.get() + g * samples * kBlockPaths;
    for (std::size_t s = 0; s < samples; ++s) {
      const double* const row = rows + s * kBlockPaths;
      add_pair(layout_->group(g, s), row, sums);
      if (!results_->block_groups.empty())
        results_
            ->block_groups[((number - results_->first_block) * layout_->groups + g) * samples + s] =
            row_sums(row, 0.0, kBlockPaths).sum;
    }
    sums[2 * layout_->group(g, samples)] +=
        row_product(rows + kExposure * kBlockPaths, reference(layout_->group(g, kExposure)),
                    rows + kLossAtDefault * kBlockPaths,
                    reference(layout_->group(g, kLossAtDefault)), kBlockPaths);
    const double* const months = group_months_.get() + g * (layout_->steps + 1) * kGroupMonths;
    for (std::size_t m = 0; m <= layout_->steps; ++m)
      for (std::size_t f = 0; f < kGroupMonths; ++f)
        add_block_sample(layout_->group_month(g, m, f), months[f * (layout_->steps + 1) + m], sums);
  }
  for (std::size_t s = 0; s < results_->losses.size(); ++s)
    std::copy_n(all + (kFixedSamples + s * kSnapshotSamples + kSampledLoss) * kBlockPaths,
                kBlockPaths,
                results_->losses[s].data() + (number - results_->first_block) * kBlockPaths);
}

}  // namespace lien::pricing
