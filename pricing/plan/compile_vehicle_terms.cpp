#include <algorithm>
#include <cmath>
#include <utility>

#include "pricing/market/rating.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/vehicle_cash.hpp"
#include "pricing/plan/vehicle_work.hpp"

// Fees, accounts, margins by rating, guarantees and the order of payments of a vehicle.
namespace lien::pricing {
namespace {

// What the items covered come to over the months after k, by schedule.
double covered_after(const VehicleWork& work, const ReserveAccount& reserve, std::size_t k) {
  double sum = 0, left = *reserve.target_months;
  for (std::size_t j = k + 1; j < work.debt.size() && left > 0; ++j, left -= 1) {
    double month = 0;
    if ((reserve.covers & kOperatingCostItem) != 0)
      for (const VehicleLotPlan& lot : work.out.lots) month += scheduled_cost(lot)[j];
    if ((reserve.covers & kFeeItem) != 0) month += work.fees[j];
    if ((reserve.covers & kHedgeItem) != 0) month += work.hedges.payments[j];
    if ((reserve.covers & kDebtServiceItem) != 0) month += work.debt_service[j];
    sum += std::min(left, 1.0) * month;
  }
  return sum;
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

void add_margin_grid(const VehicleWork& work, const Tranche& terms, TranchePlan& tranche) {
  if (terms.margin_grid.empty()) return;
  // The grid's ratings fall: the first that is no better than the customer's is his.
  const auto margin_of = [&](const Party& customer) {
    const int grade = rating_grade(customer.rating).value_or(0);
    for (const GridMargin& row : terms.margin_grid)
      if (rating_grade(row.rating).value_or(0) >= grade) return row.margin;
    return terms.margin_grid.back().margin;
  };
  for (const OfftakePlan& offtake : work.out.offtakes)
    tranche.grid.push_back(margin_of(work.input.market->parties[offtake.customer]));
  tranche.grid_without = terms.margin_grid.back().margin;
}

void add_reserves(VehicleWork& work) {
  for (const ReserveAccount& reserve : work.terms.reserves) {
    ReservePlan plan;
    plan.initial = reserve.initial;
    plan.covers = reserve.covers;
    plan.earns = reserve.earns_interest;
    if (plan.earns) work.out.month_rate = tenor_row(work.input, work.plan, 1);
    plan.target = work.column();
    for (std::size_t k = 0; k < plan.target.size(); ++k)
      plan.target[k] = reserve.target ? *reserve.target : covered_after(work, reserve, k);
    work.out.reserves.push_back(std::move(plan));
  }
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
