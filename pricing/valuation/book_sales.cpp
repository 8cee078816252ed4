#include <algorithm>
#include <bit>

#include "engine/kernels/random_rows.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/single_rows.hpp"

// Sales that a contract cannot see from its own month: at a drawn lag, at a price that the book's
// own sales press. They are rows before the kernel runs.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::kLanes;
using engine::PathBlock;

void BookStages::draw_lags(std::uint32_t law, const engine::PhiloxKey& key, int fixed,
                           std::size_t* lags) noexcept {
  if (law == kNone) {
    std::fill_n(lags, kBlockPaths, static_cast<std::size_t>(fixed));
    return;
  }
  const auto& cumulative = plan_->lag_laws[law].cumulative;
  double *const uniform = sale_work_.get() + 2 * kBlockPaths, *const unused = uniform + kBlockPaths;
  engine::uniform_and_normal_row(key, paths_, 0, uniform, unused, kBlockPaths);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    lags[p] = static_cast<std::size_t>(
        std::lower_bound(cumulative.begin(), cumulative.end(), uniform[p]) - cumulative.begin());
}

// Rows that the contracts on one hardware share: worth of the own use of a unit's hours up to a
// month's end, with their cost where that follows power.
void BookStages::fill_own_use(std::uint32_t index) noexcept {
  own_use_of_ = index;
  const HardwarePlan& hardware = plan_->hardware[index];
  const auto fill_month = [&](const OwnUsePlan& own, std::size_t k) {
    const std::size_t node = plan_->node_first[k], nodes = plan_->node_first[k + 1] - node;
    const double* const weights = own.weights.data() + node;
    double* const row = own_use_row(own) + k * kBlockPaths;
    combine_strip_row(weights, nodes, calls_of(hardware) + node * kBlockPaths,
                      hardware.operating_cost[k], 0.0, row, kBlockPaths);
    if (hardware.cost_row == kNone) return;
    combine_strip_row(weights, nodes, power_factors(hardware, static_cast<int>(k)),
                      hardware.operating_cost[k], 0.0, power_cost_.get(), kBlockPaths);
    add_scaled_row(1.0, power_cost_.get(), row, kBlockPaths);
  };
  // A few months for all ends, so that their calls stay in the cache.
  constexpr std::size_t kTogether = 8;
  for (std::size_t first = 1; first <= layout_->steps; first += kTogether)
    for (const OwnUsePlan& own : plan_->own_uses) {
      if (own.hardware != index) continue;
      const auto last =
          std::min({static_cast<std::size_t>(own.end), layout_->steps, first + kTogether - 1});
      for (std::size_t k = first; k <= last; ++k) fill_month(own, k);
    }
  if (!singles_.own_use.empty())
    demote_row(own_use_.get(), singles_.own_use.data(), singles_.own_use.size());
}

// What a living customer's contract adds to a sale in month k, money, less what the sale costs: its
// revenue less the cost of its hours and less their own use, which the resale value holds already;
// never below nothing, since a buyer need not take it.
void BookStages::fill_step_in(const ContractPlan& contract, double deduction) noexcept {
  const LotPlan& lot = plan_->lots[contract.lot];
  const HardwarePlan& hardware = plan_->hardware[lot.hardware];
  const StepInPlan& terms = plan_->step_ins[contract.step_in];
  const double* const customer = default_months_.get() + contract.customer * kBlockPaths;
  const auto last = static_cast<std::size_t>(contract.months + contract.lag);
  const auto units = [&](std::size_t k) {
    return contract.step_in_units * (lot.remaining.empty() ? 1.0 : lot.remaining[k]);
  };
  if (terms.near == kNone) {
    for (std::size_t k = 1; k <= last; ++k) {
      double* const row = step_in_.get() + k * kBlockPaths;
      fill_step_in_month({terms, hardware, contract.step_in_rate, units(k), customer, true}, k,
                         row);
      affine_row(-deduction, 1.0, row, row, kBlockPaths);
    }
    if (is_single(contract))
      demote_row(step_in_.get(), singles_.step_in.data(), (last + 1) * kBlockPaths);
    return;
  }
  if (own_use_of_ != lot.hardware) fill_own_use(lot.hardware);
  StepInHours hours{contract.step_in_rate,
                    contract.step_in_units,
                    terms.revenue.data(),
                    hardware.cost_row == kNone ? terms.cost.data() : nullptr,
                    lot.remaining.empty() ? nullptr : lot.remaining.data(),
                    1 - terms.share,
                    terms.share,
                    1,
                    last};
  // No sale falls into the first months where its lag is fixed, and nobody reads them.
  if (contract.lag_law == kNone) hours.first = static_cast<std::size_t>(contract.lag) + 1;
  if (is_single(contract)) return fill_single_step_in(contract, hours, deduction);
  shared_step_in_rows({hours, own_use_row(plan_->own_uses[terms.near]),
                       own_use_row(plan_->own_uses[terms.far]), customer, deduction},
                      step_in_.get(), kBlockPaths);
}

// One month of a contract with weights of its own.
void BookStages::fill_step_in_month(const StepInSale& sale, std::size_t k, double* row) noexcept {
  const std::size_t node = plan_->node_first[k], nodes = plan_->node_first[k + 1] - node;
  const double* const weights = sale.terms.weights.data() + node;
  // A cost that follows power is a row: the strip's weights of its expectation, node by node.
  const double* cost = nullptr;
  double worth = sale.rate * sale.terms.revenue[k];
  if (sale.pays_cost && sale.hardware.cost_row == kNone) worth -= sale.terms.cost[k];
  if (worth <= 0) {
    std::fill_n(row, kBlockPaths, 0.0);
    return;
  }
  if (sale.pays_cost && sale.hardware.cost_row != kNone) {
    combine_strip_row(weights, nodes, power_factors(sale.hardware, static_cast<int>(k)),
                      sale.hardware.operating_cost[k], 0.0, power_cost_.get(), kBlockPaths);
    cost = power_cost_.get();
  }
  step_in_row({weights, nodes, calls_of(sale.hardware) + node * kBlockPaths,
               sale.hardware.operating_cost[k], worth, sale.units, static_cast<double>(k),
               sale.customer, cost},
              row, kBlockPaths);
}

void BookStages::prepare_sale(PathBlock& block, const ContractPlan& contract) noexcept {
  const bool drawn = contract.lag_law != kNone;
  draw_lags(contract.lag_law, contract.lag_key, contract.lag, lags_.data());
  double *const factor = sale_work_.get(), *const deduction = factor + kBlockPaths;
  double *const value = deduction + kBlockPaths, *const gathered = value + kBlockPaths;
  double* const net_of_contract = gathered + kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    factor[p] = drawn ? contract.lag_factor[lags_[p]] : 1.0;
    deduction[p] = contract.deduction + contract.holding_cost * static_cast<double>(lags_[p]);
  }
  // Row k of `out` holds, path by path, the row of the month that is the path's lag later.
  const auto at_sale = [&](std::size_t which, int k, double* out) {
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      out[p] = block.row(series(which), k + static_cast<int>(lags_[p]))[p];
    return out;
  };
  const std::size_t worth_row = value_of_lot(contract.lot);
  for (int k = 1; k <= contract.months; ++k) {
    const std::size_t row = static_cast<std::size_t>(k) * kBlockPaths;
    const int later = k + contract.lag;
    const double* const worth =
        drawn ? at_sale(worth_row, k, value) : block.row(series(worth_row), later);
    const double* price = block.row(series(ones_), k);
    if (contract.depth != kNone)
      price = drawn ? at_sale(price_ + contract.depth, k, gathered)
                    : block.row(series(price_ + contract.depth), later);
    const double* off = deduction;
    if (contract.step_in != kNone) {
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        net_of_contract[p] =
            deduction[p] -
            step_in_.get()[(static_cast<std::size_t>(k) + lags_[p]) * kBlockPaths + p];
      off = net_of_contract;
    }
    proceeds_row(contract.haircut_units, worth, price, off, proceeds_.get() + row, kBlockPaths);
    if (drawn)
      quotient_row(at_sale(discount_, k, gathered), block.row(series(discount_), k),
                   sale_ratio_.get() + row, kBlockPaths);
  }
}

void BookStages::spread_receipts(const ContractPlan& contract) noexcept {
  for (std::size_t k = 1; k <= static_cast<std::size_t>(contract.months); ++k)
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      month_sums_.get()[((k + lags_[p]) * kMonthRows + kRecovery) * kLanes + p % kLanes] +=
          received_.get()[k * kBlockPaths + p];
}

// The units that each sampled default of this contract brings to market, in the month of its sale.
void BookStages::count_sales_of(PathBlock& block, std::size_t index) noexcept {
  const Plan& plan = *plan_;
  const auto& contract = plan.contracts[index];
  const std::size_t party = contract.party == kNone ? plan.parties.size() : contract.party;
  double* const month = sale_work_.get() + kBlockPaths;
  std::copy_n(default_months_.get() + party * kBlockPaths, kBlockPaths, month);
  if (contract.default_on_shortfall) {
    // An empty account is a default that no price of a sale moves: any proceeds will do.
    std::fill_n(sale_work_.get(), kBlockPaths, 1.0);
    value_rows(block, index, block.row(series(zeros_), 0), block.row(series(ones_), 0));
    const std::uint64_t* const failed = month_bits_.data() + 2 * (layout_->steps + 1);
    for (int k = 1; k <= contract.months; ++k)
      for (std::uint64_t left = failed[k]; left != 0; left &= left - 1) {
        double& first = month[std::countr_zero(left)];
        first = std::min(first, static_cast<double>(k));
      }
  }
  draw_lags(contract.lag_law, contract.lag_key, contract.lag, lags_.data());
  const auto& left = plan.lots[contract.lot].remaining;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (!(month[p] <= contract.months)) continue;
    const std::size_t sale = static_cast<std::size_t>(month[p]) + lags_[p];
    block.row(series(price_ + contract.depth), static_cast<int>(sale))[p] +=
        contract.units * (left.empty() ? 1.0 : left[sale]);
  }
}

// First sweep: the units sold, month by month, before any contract is valued; the second sweep
// reads the factor they leave. When a contract of a tape defaults depends on no price of a sale;
// vehicles come last, since a test of theirs may look at what all others have sold.
void BookStages::count_sales(PathBlock& block) noexcept {
  const Plan& plan = *plan_;
  for (std::size_t d = 0; d < plan.depths.size(); ++d)
    for (int k = 0; k <= plan.steps; ++k)
      std::fill_n(block.row(series(price_ + d), k), kBlockPaths, 0.0);
  std::uint32_t lot = kNone, mark = kNone;  // whose rows are filled
  for (std::size_t i = 0; i < plan.contracts.size(); ++i) {
    const auto& contract = plan.contracts[i];
    if (contract.depth == kNone) continue;
    // Cash trapped by a value test decides whether the account runs dry: such a loan needs its
    // rows.
    if (contract.default_on_shortfall && contract.value_test_slot != kNone) {
      if (lot != contract.lot) {
        fill_lot(block, lot = contract.lot);
        lose_units(block, lot);
      }
      if (contract.mark != kNone && mark != contract.mark) fill_mark(block, mark = contract.mark);
    }
    count_sales_of(block, i);
  }
  count_vehicles(block);
  for (std::size_t d = 0; d < plan.depths.size(); ++d)
    for (int k = 0; k <= plan.steps; ++k) {
      double* const row = block.row(series(price_ + d), k);
      exponential_row(1.0, -plan.depths[d].impact, row, row, kBlockPaths);
    }
  // Filling lots added to the book's value and to vehicles; the second sweep begins anew.
  clear_vehicles();
  for (int k = 0; k <= plan.steps; ++k)
    std::fill_n(block.row(series(book_value_), k), kBlockPaths, 0.0);
}

}  // namespace lien::pricing
