#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/contract_columns.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/effective_rate.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "pricing/plan/repayment.hpp"
#include "pricing/plan/segments.hpp"

namespace lien::pricing {
namespace {

constexpr double kHoursPerMonth = 730;

// Revenue and operating cost of the lot by month.
void fill_revenue(const CompileInput& input, const Loan& loan, const TimeGrid& grid,
                  const Plan& plan, const ContractPlan& contract, ContractColumns& columns) {
  const std::uint32_t hardware = plan.lots[contract.lot].hardware;
  const Date service = loan.in_service.value_or(loan.closing);
  for (int k = 1; k <= contract.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double hours =
        loan.units * kHoursPerMonth * remaining_units(input.market->hardware[hardware], k / 12.0);
    const double active = grid.share_of_month(k, service, grid.date(k));
    double under = 0;
    if (!loan.customer.empty())
      under = loan.contract_share *
              grid.share_of_month(k, std::max(service, loan.contract_start.value_or(service)),
                                  *loan.contract_end);
    columns.free_hours[at] = hours * (active - under);
    columns.contract_revenue[at] = hours * under * loan.contract_rate * loan.take_or_pay;
    columns.lost_hours[at] = hours * under;
    const double own =
        loan.operating_cost.value_or(input.market->hardware[hardware].operating_cost.value_or(0.0));
    // The loan's own cost grows as its hardware's.
    const double growth =
        engine::exp(input.market->hardware[hardware].operating_cost_growth * k / 12.0);
    columns.operating_cost[at] = hours * active * own * growth;
    // A path of a scenario is of the hardware's cost, not of one that the loan states.
    if (!loan.operating_cost)
      columns.operating_cost[at] *= cost_path_factor(input.market->hardware[hardware], k);
  }
}

// balloons: shares of principal that coverage leaves out.
void fill_service(const MonthlySchedule& schedule, const Loan& loan,
                  const std::vector<double>& balloons, ContractColumns& columns) {
  bool paid_before = true;  // month 1 starts a window of its own
  for (int k = 1; k <= schedule.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double due = schedule.principal[at] + schedule.fixed_interest[at] + schedule.fee[at];
    const double share = schedule.service_share[at];
    const double base = schedule.floating_base[at];
    const bool pays = due != 0 || base != 0;
    columns.service[at] = due * share;
    columns.floating_base_service[at] = base * share;
    // A window that began before the valuation date has months this run did not see: no test.
    const double tested = due - balloons[at] * schedule.principal[at];
    columns.test_service[at] = pays && share == 1.0 ? tested : 0.0;
    // A floating interest-only month has a due of 0 without its interest: keep the test alive.
    if (pays && share == 1.0 && !(tested > 0)) columns.test_service[at] = 1e-300;
    columns.reserve_cap[at] = pays ? loan.reserve_target : 1e30;
    columns.window_keep[at] = paid_before ? 0.0 : 1.0;
    paid_before = pays;
  }
}

void fill_floating(const CompileInput& input, const Loan& loan, const MonthlySchedule& schedule,
                   Plan& plan, ContractPlan& contract, ContractColumns& columns) {
  if (loan.cap) contract.caps.assign(static_cast<std::size_t>(schedule.months) + 1, kUncapped);
  for (int k = 1; k <= schedule.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    if (schedule.floating_base[at] == 0) continue;
    columns.floating_base[at] = schedule.floating_base_timed[at] * columns.present_factor[at];
    columns.floating_base_test[at] = schedule.floating_base[at];
    columns.gross_ratio[at] = schedule.gross_ratio[at];
    columns.floor[at] = schedule.floor[at];
    if (loan.cap) contract.caps[at] = schedule.cap[at];
    columns.margin[at] = schedule.margin[at];
    const std::uint32_t tenor = tenor_row(input, plan, schedule.tenor[at]);
    columns.fixing[at] = static_cast<int>(tenor) * (plan.steps + 1) + schedule.fixing[at];
    columns.floating_scheduled[at] = 1;
  }
}

// Where a payment whose rate is known falls into the month of one that floats, as margin of that
// one: the path pays one interest a month.
void merge_fixed_interest(MonthlySchedule& monthly) {
  for (std::size_t k = 1; k < monthly.fixed_interest.size(); ++k) {
    if (monthly.floating_base[k] == 0 || monthly.fixed_interest[k] == 0) continue;
    monthly.margin[k] += monthly.fixed_interest_timed[k] / monthly.floating_base_timed[k];
    monthly.fixed_interest[k] = monthly.fixed_interest_timed[k] = 0;
  }
}

}  // namespace

void set_effective_rate(const Loan& loan, const LoanSchedule& schedule, const TimeGrid& grid,
                        ContractPlan& contract) {
  std::vector<double> times, flows;  // of what is drawn, without the fee on what is not
  // The fee and the discount not yet earned lower the carrying amount; they are earned by the day.
  const double whole = static_cast<double>((loan.maturity - loan.closing).count());
  const auto unearned = [&](Date d) {
    return std::clamp(static_cast<double>((loan.maturity - d).count()) / whole, 0.0, 1.0);
  };
  for (const auto& payment : schedule.payments) {
    times.push_back(grid.time_of(payment.end));
    flows.push_back(payment.principal + payment.interest);
    contract.schedule_times.push_back(times.back());
    contract.schedule_flows.push_back(flows.back() + payment.fee);
  }
  // Of a commitment each draw carries its part of the fee, and comes at its own discount.
  const double discount = loan.original_issue_discount;
  for (const auto& draw : schedule.draws) {
    times.push_back(grid.time_of(draw.date));
    flows.push_back(-draw.amount * (1 - loan.closing_fee * unearned(draw.date) - discount));
    contract.schedule_times.push_back(times.back());
    contract.schedule_flows.push_back(-draw.amount * (1 - discount));
  }
  const double lent =
      loan.commitment ? *loan.commitment - schedule.commitment_left : loan.principal;
  const double fee = (loan.closing_fee + discount) * lent * unearned(grid.date(0));
  // Of what is never lent nothing is lost, at whatever rate: draws that a scenario has put after
  // the last day of drawing.
  if (schedule.outstanding > 0 || !schedule.draws.empty())
    contract.effective_rate =
        effective_rate(times, flows, schedule.outstanding + schedule.accrued - fee);
}

void compile_loan(const CompileInput& input, const Loan& loan, const TimeGrid& grid, Plan& plan,
                  ContractPlan& contract, ContractColumns& columns) {
  const Market& market = *input.market;
  const LoanSchedule schedule = schedule_loan(loan, market.rates, grid);
  MonthlySchedule monthly = on_grid(schedule, loan, market.rates, grid);
  merge_fixed_interest(monthly);
  contract.kind = ContractKind::loan;
  contract.party = contract.group = party_index(market, loan.borrower);
  contract.customer = party_index(market, loan.customer);
  contract.months = monthly.months;
  contract.outlives_horizon = monthly.outlives_grid;
  contract.held = loan.held;
  contract.outstanding = schedule.outstanding;
  contract.accrued = schedule.accrued;
  contract.scale = std::max(schedule.outstanding, 1e-6);
  contract.day_zero = schedule.closing_fee;
  const Hardware* const hardware =
      contract.lot == kNone ? nullptr : &market.hardware[plan.lots[contract.lot].hardware];
  set_liquidation(input, loan.id, loan.units, loan.liquidation_haircut, loan.liquidation_lag_months,
                  plan, contract);
  set_effective_rate(loan, schedule, grid, contract);

  contract.default_on_shortfall = loan.recourse == Recourse::none && hardware != nullptr;
  contract.reserve_initial = loan.reserve_initial;
  contract.reserve_target = loan.reserve_target;
  contract.relet_months = loan.relet_months;
  contract.min_coverage = loan.min_debt_service_coverage_ratio.value_or(0.0);
  contract.max_loan_to_value = loan.max_loan_to_value.value_or(0.0);
  if (hardware != nullptr) compile_mark(input, loan, plan, contract);
  if (hardware != nullptr && loan.max_loan_to_value && !contract.value_observed)
    throw std::domain_error("max_loan_to_value has no value to test: the resale multiple of " +
                            hardware->id + " is 0");
  contract.variant.cash =
      hardware != nullptr && (contract.default_on_shortfall || contract.min_coverage > 0 ||
                              loan.reserve_initial > 0 || loan.reserve_target > 0);
  contract.variant.value_test = contract.value_observed;

  clear_columns(contract.months, columns);
  columns.opening = monthly.opening;
  columns.closing = monthly.closing;
  columns.interest = monthly.interest;
  columns.principal = monthly.principal;
  columns.fee = monthly.fee;
  fill_discounts(input, contract, columns);
  for (std::size_t k = 1; k < columns.flow.size(); ++k)
    columns.flow[k] =
        (monthly.principal_timed[k] + monthly.fixed_interest_timed[k] + monthly.fee_timed[k]) *
        columns.present_factor[k];
  fill_floating(input, loan, monthly, plan, contract, columns);
  contract.variant.floating =
      std::any_of(columns.floating_scheduled.begin(), columns.floating_scheduled.end(),
                  [](double x) { return x > 0; });
  if (contract.variant.cash) {
    contract.segment = segment_row(input, plan.lots[contract.lot].hardware, loan.segment, plan);
    fill_revenue(input, loan, grid, plan, contract, columns);
    fill_service(monthly, loan, balloon_shares(loan, schedule, grid), columns);
  }
}

}  // namespace lien::pricing
