#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/single_rows.hpp"
#include "pricing/valuation/stage_sizes.hpp"

// One contract after the other: what the kernel reads, the kernel, and what becomes of its rows.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using engine::kLanes;
using engine::PathBlock;
using namespace stage_sizes;

// What is read of a contract only once a block comes from memory where the book is large: it is
// asked for while the contract before runs.
void fetch_numbers(const Plan& plan, std::size_t index) {
  constexpr std::size_t kLine = 8;  // doubles
  if (index >= plan.contracts.size()) return;
  const ContractPlan& contract = plan.contracts[index];
  const auto last = static_cast<std::size_t>(contract.months);
  const auto fetch = [](const auto& numbers, std::size_t first, std::size_t end) {
    if (numbers.empty()) return;
    for (std::size_t i = first; i <= std::min(end, numbers.size() - 1); i += kLine)
      __builtin_prefetch(numbers.data() + i);
  };
  const ScheduledColumns& columns = plan.columns;
  const std::size_t from = contract.first_month;
  for (const auto* const column : {&columns.interest, &columns.principal, &columns.fee})
    fetch(*column, from, from + last);
  // What add_contract_months does not read of a loan is not asked for.
  const bool loan = contract.kind == ContractKind::loan && contract.vehicle == kNone;
  if (!loan) fetch(columns.rent, from, from + last);
  if (!loan || contract.variant.floating) fetch(columns.floating_scheduled, from, from + last);
  if (contract.step_in != kNone)
    for (const auto* const numbers :
         {&plan.step_ins[contract.step_in].revenue, &plan.step_ins[contract.step_in].cost})
      fetch(*numbers, 0, last);
  if (index + 1 >= plan.contracts.size()) return;
  const auto* const next = reinterpret_cast<const char*>(&plan.contracts[index + 1]);
  for (std::size_t i = 0; i < sizeof(ContractPlan); i += kLine * sizeof(double))
    __builtin_prefetch(next + i);
}

}  // namespace

// What the kernel reads of a block by series, whose rows row_of gives, and what it says by bits;
// months: default_months_ in the kernel's precision.
template <class Real, class RowOf>
ContractArgumentsOf<Real> BookStages::shared_arguments(const ContractPlan& contract,
                                                       const RowOf& row_of,
                                                       const Real* months) noexcept {
  const Plan& plan = *plan_;
  const auto month_of = [&](std::uint32_t party) {
    return months +
           (party == kNone ? plan.parties.size() : static_cast<std::size_t>(party)) * kBlockPaths;
  };
  const std::size_t hardware = contract.lot == kNone ? 0 : plan.lots[contract.lot].hardware;
  ContractArgumentsOf<Real> a{};
  a.contract = &contract;
  a.survival = row_of(contract.party == kNone ? ones_ : survival_ + contract.party);
  a.discount = row_of(discount_);
  a.value = row_of(contract.lot == kNone ? zeros_ : value_of_lot(contract.lot));
  a.mark = contract.mark == kNone ? a.value : row_of(mark_);
  a.spot = row_of(contract.lot == kNone       ? zeros_
                  : contract.segment != kNone ? segment_ + contract.segment
                                              : spot_ + hardware);
  if (contract.lot != kNone && plan.hardware[hardware].cost_row != kNone)
    a.cost = row_of(cost_ + plan.hardware[hardware].cost_row);
  a.gross = row_of(plan.rates.tenors.empty() ? ones_ : gross_);
  a.default_month = month_of(contract.party);
  a.customer_month = month_of(contract.customer);
  a.guarantor_month = month_of(contract.guarantor);
  a.snapshots = plan.snapshots.data();
  a.snapshot_count = plan.snapshots.size();
  a.prices = !plan.real_world;
  a.bits.coverage = contract.coverage_test == kNone ? nullptr : month_bits_.data();
  a.bits.value = contract.value_test_slot == kNone ? nullptr : month_bits_.data() + rows(plan);
  a.bits.failed = contract.variant.cash ? month_bits_.data() + 2 * rows(plan) : nullptr;
  return a;
}

// Runs the kernel on one contract; samples_, month_sums_ and month_bits_ are then its own.
void BookStages::value_rows(PathBlock& block, std::size_t index, const double* proceeds,
                            const double* ratio) noexcept {
  const auto& contract = plan_->contracts[index];
  // Rows that the kernel leaves, which these read and add to.
  if (contract.variant.prepared || contract.lease_end != kNone)
    std::fill_n(month_sums_.get(),
                static_cast<std::size_t>(contract.months + contract.lag + 1) * kMonthRows * kLanes,
                0.0);
  ContractArguments a = shared_arguments<double>(
      contract, [&](std::size_t which) { return block.row(series(which), 0); },
      default_months_.get());
  a.terms = plan_->terms.data() + contract.first_month;
  a.discount_ratio = ratio;
  a.proceeds = proceeds;
  a.received = received_.get();
  const bool adds = contract.step_in != kNone && !contract.variant.prepared;
  if (!adds) std::fill_n(no_step_in_.get(), kBlockPaths, 0.0 - contract.deduction);
  a.step_in = adds ? step_in_.get() : no_step_in_.get();
  a.step_in_stride = adds ? kBlockPaths : 0;
  a.sale_factor = sale_work_.get();
  if (contract.lease_end != kNone) {
    a.survival = lease_survival_.get();
    a.runs = lease_runs_.get();
    a.default_month = lease_work_.get();
  }
  a.samples = samples_.get();
  a.month_sums = month_sums_.get();
  value_contract(a);
}

// The same in floats; month sums stay in singles_, see fold_single.
void BookStages::value_single(const PathBlock& block, std::size_t index) noexcept {
  const Plan& plan = *plan_;
  const ContractPlan& contract = plan.contracts[index];
  SingleArguments a = shared_arguments<float>(
      contract, [this](std::size_t which) { return single_row(which); }, singles_.own.data());
  a.terms = plan.single_terms.data() + contract.first_month;
  a.defaulted = single_row(contract.party == kNone ? zeros_ : derived_ + contract.party);
  a.discount_ratio = single_row(ratio_ + contract.lag_row);
  float* const no_step_in = singles_.own.data() + (plan.parties.size() + 1) * kBlockPaths;
  const bool adds = contract.step_in != kNone;
  if (!adds) std::fill_n(no_step_in, kBlockPaths, static_cast<float>(0.0 - contract.deduction));
  a.step_in = adds ? singles_.step_in.data() : no_step_in;
  a.step_in_stride = adds ? kBlockPaths : 0;
  a.samples = singles_.samples.data();
  a.month_sums = singles_.months.data();
  value_contract(a);
  promote_samples(block, contract);
}

void BookStages::run_contract(PathBlock& block, std::size_t index, double* sums) noexcept {
  const auto& contract = plan_->contracts[index];
  if (results_->pilot != nullptr) return record_lease(block, plan_->lease_ends[contract.lease_end]);
  fetch_numbers(*plan_, index + 1);
  const double* ratio = block.row(series(ratio_ + contract.lag_row), 0);
  // A prepared sale takes its costs off itself.
  if (contract.step_in != kNone)
    fill_step_in(contract, contract.variant.prepared ? 0.0 : contract.deduction);
  if (contract.variant.prepared) {
    prepare_sale(block, contract);
    if (contract.lag_law != kNone) ratio = sale_ratio_.get();
  }
  if (is_single(contract))
    value_single(block, index);
  else if (contract.lease_end == kNone)
    value_rows(block, index, proceeds_.get(), ratio);
  else
    value_lease(block, index, ratio, sums);
  if (contract.variant.prepared) spread_receipts(contract);
  add_contract(index, sums);
  add_contract_months(index, sums);
  add_tests(index);
}

}  // namespace lien::pricing
