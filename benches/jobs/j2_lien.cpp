#include "benches/jobs/j2_lien.hpp"

#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "pricing/valuation/row_sums.hpp"

namespace lien::benches {
namespace {

using engine::AlignedDoubles;
using engine::kBlockPaths;
using pricing::ContractPlan;
using pricing::MonthTerms;

constexpr double kUnreachable = 1e9;

enum Series : std::size_t { kSpot, kValue, kDiscount, kRatio, kSurvival, kGross, kSeries };

// Where a series of a block has its month's row; rows are [kSeries][kJ2RowMonths][kBlockPaths].
std::size_t at_row(Series series, std::size_t month) {
  return (series * kJ2RowMonths + month) * kBlockPaths;
}

void fill_month(const J2Rows& from, std::size_t first, std::size_t k, AlignedDoubles& to) {
  const auto row = [&to](Series series, std::size_t month) {
    return to.get() + at_row(series, month);
  };
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const std::size_t at = k * kJ2Pitch + first + p;
    row(kSpot, k)[p] = from.spot_revenue[at];
    row(kValue, k)[p] = from.resale_value[at];
    row(kDiscount, k)[p] = from.discount[at];
    row(kGross, k)[p] = from.forward_return[at];
    // The kernel reads the weight of having survived to the month, the peers that of the month.
    row(kSurvival, k)[p] = k == 0 ? 1.0 : row(kSurvival, k - 1)[p] * from.survival[at];
    if (k + kJ2Lag < kJ2RowMonths)
      row(kRatio, k)[p] = from.discount[at + kJ2Lag * kJ2Pitch] / from.discount[at];
  }
}

std::vector<AlignedDoubles> block_rows(const J2Rows& rows, std::size_t count) {
  std::vector<AlignedDoubles> blocks;
  for (std::size_t b = 0; b < count; ++b) {
    blocks.emplace_back(kSeries * kJ2RowMonths * kBlockPaths);
    for (std::size_t k = 0; k < kJ2RowMonths; ++k) fill_month(rows, b * kBlockPaths, k, blocks[b]);
  }
  return blocks;
}

std::vector<MonthTerms> month_terms(const J2Loan& loan) {
  constexpr double kLogEffectiveRate = 0.10;  // a year; books credit loss, which peers do not
  std::vector<MonthTerms> terms(kJ2Months + 1);
  for (std::size_t k = 1; k <= kJ2Months; ++k) {
    const J2Month& month = loan.month[k];
    // As compile does: the last payment is tested before it is made.
    const double tested = month.opening_balance - (k == kJ2Months ? 0.0 : month.principal);
    terms[k] = {.month = double(k),
                .opening = month.opening_balance,
                .flow = month.principal,
                .eir_discount = engine::exp(-kLogEffectiveRate * double(k) / 12.0),
                .eir_discount_sale = engine::exp(-kLogEffectiveRate * double(k + kJ2Lag) / 12.0),
                .tested_balance = tested,
                .units_over_tested = loan.units / tested,
                .free_hours = month.free_units,  // the peers' spot revenue is by unit and month
                .contract_revenue = month.contract_revenue,
                .lost_hours = loan.units - month.free_units,
                .operating_cost = month.operating_cost,
                .service = month.principal,
                .test_service = month.principal,
                .reserve_cap = loan.reserve_cap,
                .floating_base = month.opening_balance,
                .floating_base_service = month.opening_balance,
                .floating_base_test = month.opening_balance,
                .gross_ratio = month.ratio,
                .floor = loan.floor,
                .margin = loan.margin,
                .fixing = static_cast<std::int64_t>(k)};
  }
  return terms;
}

ContractPlan contract_plan(const J2Loan& loan) {
  ContractPlan contract;
  contract.variant = {.cash = true, .floating = true, .value_test = true, .owner = false};
  contract.months = kJ2Months;
  contract.lag = kJ2Lag;
  contract.units = contract.mark_units = loan.units;
  contract.haircut_units = loan.units * (1.0 - loan.haircut);
  contract.deduction = loan.fixed_cost;
  contract.recovery = loan.recovery;
  contract.outstanding = loan.month[1].opening_balance;
  contract.reserve_initial = loan.reserve;
  contract.reserve_target = loan.reserve_cap;
  contract.max_loan_to_value = kUnreachable;
  contract.default_on_shortfall = true;
  contract.coverage_test = pricing::kNone;
  contract.value_test_slot = 0;
  return contract;
}

}  // namespace

J2Inputs::J2Inputs(std::size_t block_count)
    : rows(j2_reference_rows(block_count * kBlockPaths)),
      blocks(block_rows(rows, block_count)),
      terms(month_terms(j2_reference_loan())),
      contract(contract_plan(j2_reference_loan())) {}

J2Work::J2Work(const J2Inputs& inputs, bool prices) : inputs_(inputs), prices_(prices) {
  std::fill_n(never_.get(), kBlockPaths, pricing::kNever);
  std::fill_n(no_step_in_.get(), kBlockPaths, 0.0 - inputs.contract.deduction);
}

pricing::ContractArguments J2Work::arguments(std::size_t b) {
  const auto row = [&](Series series) { return inputs_.blocks[b].get() + at_row(series, 0); };
  pricing::ContractArguments a{};
  a.contract = &inputs_.contract;
  a.terms = inputs_.terms.data();
  a.survival = row(kSurvival);
  a.discount = row(kDiscount);
  a.discount_ratio = row(kRatio);
  a.value = row(kValue);
  a.mark = a.value;
  a.spot = row(kSpot);
  a.gross = row(kGross);
  a.step_in = no_step_in_.get();
  a.default_month = a.customer_month = a.guarantor_month = never_.get();
  a.snapshots = &snapshot_;
  a.snapshot_count = 1;
  a.samples = samples_.get();
  a.month_sums = month_sums_.get();
  a.prices = prices_;
  a.bits.value = value_bits_.data();
  a.bits.failed = failed_bits_.data();
  return a;
}

void J2Work::value(std::size_t b, J2Totals& total) {
  pricing::value_contract(arguments(b));
  total.present_value += sum(pricing::kPresentValue);
  total.loss += sum(std::size_t{pricing::kFixedSamples} + pricing::kLoss);
  total.default_probability += sum(std::size_t{pricing::kFixedSamples} + pricing::kDefault);
}

double J2Work::sum(std::size_t sample) const {
  return pricing::row_sums(samples_.get() + sample * kBlockPaths, 0.0, kBlockPaths).sum;
}

}  // namespace lien::benches
