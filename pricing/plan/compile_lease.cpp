#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile_lease_end.hpp"
#include "pricing/plan/contract_columns.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/lease_schedule.hpp"

namespace lien::pricing {
namespace {

constexpr double kHoursPerMonth = 730;

}  // namespace

ResidualRule residual_rule(EndOption option) {
  switch (option) {
    case EndOption::none:
      return ResidualRule::lessor;
    case EndOption::fair_market_value:
      return ResidualRule::fair_market_value;
    case EndOption::fixed_price:
      return ResidualRule::fixed_price;
    case EndOption::one_dollar:
      return ResidualRule::one_dollar;
  }
  return ResidualRule::none;
}

void compile_lease(const CompileInput& input, const Lease& lease, const TimeGrid& grid, Plan& plan,
                   ContractPlan& contract, ContractColumns& columns) {
  const Market& market = *input.market;
  const LeaseSchedule schedule = schedule_lease(lease, market.rates, grid);
  const LeaseTerm term = term_of(lease, schedule, market.rates, grid);
  contract.kind = ContractKind::lease;
  contract.party = contract.group = party_index(market, lease.lessee);
  contract.guarantor = party_index(market, lease.residual_guarantor);
  contract.months = term.months;
  contract.outlives_horizon = grid.month_of(lease.end) > grid.months();
  contract.outstanding = schedule.outstanding;
  const Hardware& hardware = market.hardware[plan.lots[contract.lot].hardware];
  set_liquidation(input, lease.id, lease.units, {}, {}, plan, contract);
  contract.variant.owner = true;
  contract.value_observed = plan.hardware[plan.lots[contract.lot].hardware].observed_value;
  contract.effective_rate = schedule.implicit_rate;
  contract.day_zero = schedule.rent_value[0];
  // The horizon is not the end: what comes then is a flow beyond it.
  contract.residual =
      contract.outlives_horizon ? ResidualRule::none : residual_rule(lease.end_option);
  contract.option_price = lease.option_price;
  contract.guaranteed_residual = lease.guarantee_withdrawn ? 0.0 : lease.guaranteed_residual;
  contract.return_cost =
      lease.return_cost * lease.units * remaining_units(hardware, schedule.months / 12.0);
  const double worth = lease.units * plan.lots[contract.lot].value_today;
  contract.mark_units = lease.units;
  contract.worth_today = worth;
  contract.scale = std::max({schedule.outstanding, worth, 1e-6});
  const Curve& curve = market.rates.zero_curve;
  const double end = grid.time_of(lease.end);
  contract.residual_factor = discount_factor(curve, end) /
                             discount_factor(curve, schedule.months / 12.0) *
                             engine::exp(-market.rates.liquidity_spread * end);

  clear_columns(contract.months, columns);
  columns.opening = term.opening;
  // What is agreed ends with the agreed term: an extension is a choice to come.
  std::copy(schedule.rent.begin(), schedule.rent.end(), columns.rent.begin());
  std::copy(schedule.opening.begin() + 1, schedule.opening.end(), columns.closing.begin());
  columns.closing[static_cast<std::size_t>(schedule.months)] = schedule.owed_after;
  fill_discounts(input, contract, columns);
  // Its flows for a yield: the costs, the rents and, last, the residual that is owed.
  const double cost_today = hardware.operating_cost.value_or(0.0);
  for (int k = 1; k <= contract.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    double cost = 0;
    if (!lease.net)
      cost = lease.units * kHoursPerMonth * cost_today *
             engine::exp(hardware.operating_cost_growth * k / 12.0) *
             cost_path_factor(hardware, k) * grid.share_of_month(k, lease.start, term.end) *
             remaining_units(hardware, k / 12.0);
    if (cost > 0 && k <= schedule.months) {
      contract.schedule_times.push_back(k / 12.0);
      contract.schedule_flows.push_back(-cost);
    }
    // A cost that follows power is paid path by path, at its row.
    if (plan.hardware[plan.lots[contract.lot].hardware].cost_row != kNone) {
      columns.operating_cost[at] = cost * columns.present_factor[at];
      cost = 0;
    }
    columns.flow[at] = (term.rent_value[at] - cost) * columns.present_factor[at];
  }
  contract.schedule_times.insert(contract.schedule_times.end(), schedule.due_times.begin(),
                                 schedule.due_times.end());
  contract.schedule_flows.insert(contract.schedule_flows.end(), schedule.due.begin(),
                                 schedule.due.end());
  if (lease.deposit > 0 || lease.has_options())
    add_lease_end(input, lease, term, grid, plan, contract, columns);
}

}  // namespace lien::pricing
