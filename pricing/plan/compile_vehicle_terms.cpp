#include <algorithm>
#include <cmath>
#include <utility>

#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/vehicle_cash.hpp"
#include "pricing/plan/vehicle_work.hpp"

// Fees, accounts, tests, guarantees and the order of payments of a vehicle.
namespace lien::pricing {
namespace {

// What the items covered come to over the months after k, by schedule.
double covered_after(const VehicleWork& work, const ReserveAccount& reserve, std::size_t k) {
  double sum = 0, left = *reserve.target_months;
  for (std::size_t j = k + 1; j < work.debt.size() && left > 0; ++j, left -= 1) {
    double month = 0;
    if ((reserve.covers & kOperatingCostItem) != 0)
      for (const VehicleLotPlan& lot : work.out.lots) month += lot.operating_cost[j];
    if ((reserve.covers & kFeeItem) != 0) month += work.fees[j];
    if ((reserve.covers & kHedgeItem) != 0) month += work.hedges.payments[j];
    if ((reserve.covers & kDebtServiceItem) != 0) month += work.debt_service[j];
    sum += std::min(left, 1.0) * month;
  }
  return sum;
}

// Months between the payments of the tranche that pays most often.
int payment_months(const VehicleWork& work) {
  int months = 12;
  for (const Tranche& tranche : work.terms.tranches)
    if (tranche.loan)
      months = std::min(months, static_cast<int>(work.input.book->loans[*tranche.loan].frequency));
  return months;
}

// False where the window holds a payment whose period began before this run saw its cash.
bool seen_whole(const VehicleWork& work, int last, int window) {
  for (const TranchePlan& tranche : work.out.tranches)
    for (int k = last - window + 1; k <= last; ++k)
      if (tranche.months[static_cast<std::size_t>(k)].from_cash != 1.0) return false;
  return true;
}

}  // namespace

void add_fees(VehicleWork& work) {
  for (const VehicleFee& fee : work.terms.fees) {
    FeePlan plan;
    plan.amount = work.column();
    plan.rate_per_month = fee.rate.value_or(0.0) / 12;
    for (std::size_t k = 1; k < plan.amount.size(); ++k) {
      plan.amount[k] = fee_amount(fee, static_cast<int>(k));
      work.fees[k] += plan.amount[k] + plan.rate_per_month * work.debt[k - 1];
    }
    work.out.fees.push_back(std::move(plan));
  }
}

void add_reserves(VehicleWork& work) {
  for (const ReserveAccount& reserve : work.terms.reserves) {
    ReservePlan plan;
    plan.initial = reserve.initial;
    plan.covers = reserve.covers;
    plan.target = work.column();
    for (std::size_t k = 0; k < plan.target.size(); ++k)
      plan.target[k] = reserve.target ? *reserve.target : covered_after(work, reserve, k);
    work.out.reserves.push_back(std::move(plan));
  }
}

void add_covenants(VehicleWork& work) {
  // Lots that draws pay for cost from their draw on.
  std::vector<double> cost = work.column();
  for (std::size_t i = 0; i < work.terms.lots.size(); ++i) {
    const VehicleLot& lot = work.terms.lots[i];
    for (std::size_t k = 0; k < cost.size(); ++k)
      if (static_cast<int>(k) >= work.out.lots[i].bought)
        cost[k] += lot.units * lot.purchase_price.value_or(0);
  }
  const bool sold_at_mark =
      std::any_of(work.out.lots.begin(), work.out.lots.end(),
                  [](const VehicleLotPlan& l) { return l.depth != kNone && l.mark == kNone; });
  for (const Covenant& covenant : work.terms.covenants) {
    CovenantPlan plan;
    plan.test = covenant.test;
    plan.at_least = covenant.min.has_value();
    plan.limit = covenant.min ? *covenant.min : covenant.max.value_or(0.0);
    plan.party = work.party(covenant.party);
    if (covenant.test == CovenantTest::offtake_termination)
      for (std::size_t o = 0; o < work.terms.offtakes.size(); ++o) {
        const Offtake& offtake = work.terms.offtakes[o];
        if ((offtake.notice_months || offtake.cancelled) &&
            (covenant.party.empty() || covenant.party == offtake.customer))
          plan.notice_rows.push_back(work.out.customers[work.customers[o]].first_row + kNotice);
      }
    plan.consequences = covenant.consequences;
    plan.step_up = covenant.step_up;
    plan.sweep_share = covenant.sweep_share;
    const bool coverage = covenant.test == CovenantTest::debt_service_coverage_ratio;
    plan.window = coverage ? std::max(covenant.window_months, payment_months(work)) : 1;
    plan.release_tests = covenant.release_tests;
    plan.cure_months = (covenant.cure_period_days + 29) / 30;
    plan.slot = static_cast<std::uint32_t>(work.plan.tests++);
    plan.cost = cost;
    plan.hedged = work.hedges.hedged;
    // A ratio that is the least allowed passes, whatever its last digit.
    if (covenant.test == CovenantTest::hedge_ratio) plan.limit *= 1 - 1e-9;
    plan.pressed = sold_at_mark && covenant.test == CovenantTest::loan_to_value &&
                   covenant.consequences == kEventOfDefault;
    plan.tested.assign(work.debt.size(), 0);
    // After the last payment the accounts are the owner's: there is no liquidity to test.
    const bool emptied = covenant.test == CovenantTest::liquidity && !work.out.outlives_horizon;
    const int last = work.out.months - (emptied ? 1 : 0);
    for (int k = plan.window; k <= last; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const bool due = k % static_cast<int>(covenant.frequency) == 0 &&
                       (!covenant.first_test || work.grid.date(k) >= *covenant.first_test);
      const bool covered =
          !coverage || (work.out.pays[at] != 0 && seen_whole(work, k, plan.window));
      plan.tested[at] = due && covered ? 1 : 0;
    }
    if (std::find(plan.tested.begin(), plan.tested.end(), 1) == plan.tested.end())
      work.faults.push_back({{work.terms.source.file, work.terms.source.line, 0},
                             "vehicle " + work.terms.id + " covenant " + covenant.id,
                             "",
                             "is tested in no month of the vehicle's debt",
                             "look at first_test, frequency and window_months: coverage is tested "
                             "in months in which debt is paid"});
    work.out.longest_window = std::max(work.out.longest_window, plan.window);
    work.out.covenants.push_back(std::move(plan));
  }
}

void add_coverage(VehicleWork& work) {
  const int months = payment_months(work);
  work.out.coverage_months = months;
  work.out.covered.assign(work.debt.size(), 0);
  for (int k = months; k <= work.out.months; ++k)
    work.out.covered[static_cast<std::size_t>(k)] =
        work.out.pays[static_cast<std::size_t>(k)] != 0 && seen_whole(work, k, months) ? 1 : 0;
  work.out.longest_window = std::max(work.out.longest_window, months);
}

void add_guarantees(VehicleWork& work, const std::vector<std::string>& tranches) {
  for (const Guarantee& guarantee : work.terms.guarantees) {
    GuaranteePlan plan;
    plan.kind = guarantee.kind;
    plan.guarantor = work.party(guarantee.guarantor);
    if (guarantee.cap) plan.cap = *guarantee.cap;
    plan.share = guarantee.share;
    plan.price = guarantee.price;
    plan.last_month = last_call(work, guarantee);
    plan.triggers = guarantee.triggers;
    for (std::size_t o = 0; o < work.terms.offtakes.size(); ++o)
      if (guarantee.kind == GuaranteeKind::pay_or_step_in &&
          backs(work.terms, guarantee, work.terms.offtakes[o]))
        plan.customer = static_cast<std::uint32_t>(work.customers[o]);
    for (const std::string& id : tranches) plan.covers.push_back(names_part(guarantee.covers, id));
    for (const VehicleLot& lot : work.terms.lots)
      plan.lots.push_back(names_part(guarantee.lots, lot.id) ? 1.0 : 0.0);
    for (int k = 0; k <= work.out.months + work.out.lag; ++k)
      plan.floors.push_back(guarantee.floors.empty() ? 0.0
                                                     : interpolate(guarantee.floors, k / 12.0));
    work.out.guarantees.push_back(std::move(plan));
  }
}

void add_waterfall(VehicleWork& work, const std::vector<std::string>& tranches) {
  std::vector<std::string> fees, hedges, reserves;
  for (const VehicleFee& fee : work.terms.fees) fees.push_back(fee.id);
  for (const Instrument& hedge : work.terms.hedges) hedges.push_back(hedge.id);
  for (const ReserveAccount& reserve : work.terms.reserves) reserves.push_back(reserve.id);
  const std::vector<WaterfallStep> steps =
      work.terms.waterfall.empty() ? default_waterfall(work.terms) : work.terms.waterfall;
  for (const WaterfallStep& step : steps) {
    const std::vector<std::string>* parts = nullptr;
    if (step.step == CashStep::fee) parts = &fees;
    if (step.step == CashStep::hedge) parts = &hedges;
    if (step.step == CashStep::reserve) parts = &reserves;
    if (step.step == CashStep::interest || step.step == CashStep::principal ||
        step.step == CashStep::cash_sweep)
      parts = &tranches;
    if (!parts) {
      work.out.waterfall.push_back({step.step, 0});
      continue;
    }
    for (std::size_t i = 0; i < parts->size(); ++i)
      if (step.part.empty() || step.part == (*parts)[i])
        work.out.waterfall.push_back({step.step, static_cast<std::uint32_t>(i)});
  }
}

}  // namespace lien::pricing
