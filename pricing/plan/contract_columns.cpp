#include "pricing/plan/contract_columns.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "engine/random/stream_key.hpp"

namespace lien::pricing {
namespace {

// Inverse of a balance of nothing: beyond any that is tested.
constexpr double kNothingTested = 1e30;

// Every column of MonthColumns, so that clear_columns cannot miss one.
template <class Columns, class Visit>
void each_column(Columns& c, const Visit& visit) {
  visit(c.opening);
  visit(c.closing);
  visit(c.tested_balance);
  visit(c.inverse_tested);
  visit(c.present_factor);
  visit(c.flow);
  visit(c.recovery_factor);
  visit(c.eir_discount);
  visit(c.eir_discount_sale);
  visit(c.free_hours);
  visit(c.contract_revenue);
  visit(c.lost_hours);
  visit(c.operating_cost);
  visit(c.service);
  visit(c.test_service);
  visit(c.reserve_cap);
  visit(c.window_keep);
  visit(c.floating_base);
  visit(c.floating_base_service);
  visit(c.floating_base_test);
  visit(c.gross_ratio);
  visit(c.floor);
  visit(c.margin);
  visit(c.interest);
  visit(c.principal);
  visit(c.fee);
  visit(c.rent);
  visit(c.draw);
  visit(c.floating_scheduled);
}

// Where nothing is owed it stays beyond any.
double units_over_tested(const ContractPlan& contract, double inverse_tested) noexcept {
  return inverse_tested < kNothingTested ? contract.mark_units * inverse_tested : inverse_tested;
}

}  // namespace

std::uint32_t lag_law(Plan& plan, double mean, double stdev) {
  const auto row = std::find_if(plan.lag_laws.begin(), plan.lag_laws.end(), [&](const LagPlan& l) {
    return l.mean_months == mean && l.stdev_months == stdev;
  });
  if (row != plan.lag_laws.end()) return static_cast<std::uint32_t>(row - plan.lag_laws.begin());
  plan.lag_laws.push_back({mean, stdev, lag_distribution(mean, stdev)});
  return static_cast<std::uint32_t>(plan.lag_laws.size() - 1);
}

std::uint32_t depth_row(const CompileInput& input, std::uint32_t hardware, Plan& plan) {
  const auto& terms = input.market->liquidation;
  if (!terms) return kNone;
  const auto base = terms->installed_base.find(input.market->hardware[hardware].id);
  if (base == terms->installed_base.end()) return kNone;
  for (std::size_t i = 0; i < plan.depths.size(); ++i)
    if (plan.depths[i].hardware == hardware) return static_cast<std::uint32_t>(i);
  // Finite, so that a month without sales has a factor of 1 at any depth.
  const double impact = std::min(terms->price_impact / (terms->depth * base->second), 1e300);
  plan.depths.push_back({hardware, impact});
  return static_cast<std::uint32_t>(plan.depths.size() - 1);
}

void clear_columns(int months, ContractColumns& columns) {
  const std::size_t size = static_cast<std::size_t>(months) + 1;
  each_column(columns, [size](std::vector<double>& column) { column.assign(size, 0.0); });
  columns.fixing.assign(size, 0);
  columns.inverse_tested.assign(size, kNothingTested);
  columns.reserve_cap.assign(size, 1e30);
}

void append(const ContractColumns& c, Plan& plan, ContractPlan& contract) {
  contract.first_month = plan.terms.size();
  for (std::size_t k = 0; k < c.opening.size(); ++k)
    plan.terms.push_back({.month = static_cast<double>(k),
                          .opening = c.opening[k],
                          .flow = c.flow[k],
                          .present_factor = c.present_factor[k],
                          .recovery_factor = c.recovery_factor[k],
                          .eir_discount = c.eir_discount[k],
                          .eir_discount_sale = c.eir_discount_sale[k],
                          .tested_balance = c.tested_balance[k],
                          .units_over_tested = units_over_tested(contract, c.inverse_tested[k]),
                          .free_hours = c.free_hours[k],
                          .contract_revenue = c.contract_revenue[k],
                          .lost_hours = c.lost_hours[k],
                          .operating_cost = c.operating_cost[k],
                          .service = c.service[k],
                          .test_service = c.test_service[k],
                          .reserve_cap = c.reserve_cap[k],
                          .window_keep = c.window_keep[k],
                          .floating_base = c.floating_base[k],
                          .floating_base_service = c.floating_base_service[k],
                          .floating_base_test = c.floating_base_test[k],
                          .gross_ratio = c.gross_ratio[k],
                          .floor = c.floor[k],
                          .margin = c.margin[k],
                          .fixing = c.fixing[k]});
  const auto keep = [](const std::vector<double>& one, engine::LargeVector<double>& all) {
    all.insert(all.end(), one.begin(), one.end());
  };
  keep(c.closing, plan.columns.closing);
  keep(c.interest, plan.columns.interest);
  keep(c.principal, plan.columns.principal);
  keep(c.fee, plan.columns.fee);
  keep(c.rent, plan.columns.rent);
  keep(c.draw, plan.columns.draw);
  keep(c.floating_scheduled, plan.columns.floating_scheduled);
}

void reserve_months(std::size_t months, Plan& plan) {
  plan.terms.reserve(months);
  ScheduledColumns& c = plan.columns;
  for (auto* const column :
       {&c.closing, &c.interest, &c.principal, &c.fee, &c.rent, &c.draw, &c.floating_scheduled})
    column->reserve(months);
}

void sort_months(Plan& plan) {
  // One array after the other, so that no two of them exist twice.
  const auto sort = [&plan](auto& all) {
    std::remove_reference_t<decltype(all)> sorted;
    sorted.reserve(all.size());
    for (const ContractPlan& contract : plan.contracts) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(contract.first_month);
      sorted.insert(sorted.end(), first, first + contract.months + 1);
    }
    all = std::move(sorted);
  };
  sort(plan.terms);
  ScheduledColumns& c = plan.columns;
  for (auto* const column :
       {&c.closing, &c.interest, &c.principal, &c.fee, &c.rent, &c.draw, &c.floating_scheduled})
    sort(*column);
  std::size_t first = 0;
  for (ContractPlan& contract : plan.contracts) {
    contract.first_month = first;
    first += static_cast<std::size_t>(contract.months) + 1;
  }
}

SingleTerms single_terms(const MonthTerms& t) noexcept {
  // A tiny positive number says that there is a test this month: it must not become zero.
  const auto single = [](double x) {
    const auto rounded = static_cast<float>(x);
    return x > 0 && rounded == 0 ? std::numeric_limits<float>::min() : rounded;
  };
  return {.month = single(t.month),
          .opening = single(t.opening),
          .flow = single(t.flow),
          .present_factor = single(t.present_factor),
          .recovery_factor = single(t.recovery_factor),
          .eir_discount = single(t.eir_discount),
          .eir_discount_sale = static_cast<float>(t.eir_discount - t.eir_discount_sale),
          .tested_balance = single(t.tested_balance),
          .units_over_tested = single(t.units_over_tested),
          .free_hours = single(t.free_hours),
          .contract_revenue = single(t.contract_revenue),
          .lost_hours = single(t.lost_hours),
          .operating_cost = single(t.operating_cost),
          .service = single(t.service),
          .test_service = single(t.test_service),
          .reserve_cap = single(t.reserve_cap),
          .window_keep = single(t.window_keep),
          .floating_base = single(t.floating_base),
          .floating_base_service = single(t.floating_base_service),
          .floating_base_test = single(t.floating_base_test),
          .gross_ratio = static_cast<float>(t.gross_ratio - 1),
          .floor = single(t.floor),
          .margin = single(t.margin),
          .fixing = static_cast<std::int32_t>(t.fixing)};
}

void fill_single_terms(Plan& plan) {
  plan.single_terms.clear();
  plan.single_terms.reserve(plan.terms.size());
  for (const MonthTerms& month : plan.terms) plan.single_terms.push_back(single_terms(month));
}

void fill_discounts(const CompileInput& input, ContractPlan& contract, ContractColumns& columns) {
  const double spread = input.market->rates.liquidity_spread;
  const double log_rate = engine::log1p(contract.effective_rate);
  const bool drawn = contract.lag_law != kNone;
  const int lag = drawn ? 0 : contract.lag;
  const double rate = input.basis == MeasureBasis::risk_neutral ? spread : log_rate;
  for (int j = 0; drawn && j <= contract.lag; ++j)
    contract.lag_factor.push_back(engine::exp(-rate * j / 12.0));
  for (int k = 0; k <= contract.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double t = k / 12.0, sale = (k + lag) / 12.0;
    columns.present_factor[at] = engine::exp(-spread * t);
    columns.recovery_factor[at] = engine::exp(-spread * sale);
    columns.eir_discount[at] = engine::exp(-log_rate * t);
    columns.eir_discount_sale[at] = engine::exp(-log_rate * sale);
    // The last payment is made or refinanced against the collateral: it is tested before it.
    const bool last = k == contract.months && !contract.outlives_horizon;
    columns.tested_balance[at] = last ? columns.opening[at] : columns.closing[at];
    columns.inverse_tested[at] =
        columns.tested_balance[at] > 0 ? 1.0 / columns.tested_balance[at] : 1e30;
  }
}

double remaining_units(const Hardware& hardware, double t) {
  return engine::exp(-hardware.attrition * t);
}

void set_liquidation(const CompileInput& input, const std::string& id, double units,
                     const std::optional<double>& haircut, const std::optional<double>& lag_months,
                     Plan& plan, ContractPlan& contract) {
  contract.units = units;
  if (contract.lot != kNone) {
    const auto& terms = input.market->liquidation;
    const double lag = lag_months.value_or(terms ? terms->lag_months : 0.0);
    const double stdev = terms ? terms->lag_stdev_months : 0.0;
    const double holding = terms ? terms->holding_cost * units : 0.0;
    contract.lag = longest_lag(lag, stdev);
    int held_months = contract.lag;
    if (contract.party != kNone)
      if (const auto& since = input.market->parties[contract.party].default_date) {
        contract.lag = lag_left(contract.lag, *since, input.settings->valuation_date);
        held_months = contract.lag + 1;  // from today, a month before the default of the paths
      }
    contract.haircut_units = units * (1 - haircut.value_or(terms ? terms->haircut : 0.0));
    if (lag > 0 && stdev > 0) {
      contract.lag_law = lag_law(plan, lag, stdev);
      contract.lag_key = engine::stream_key(input.settings->seed, engine::StreamKind::delay, id);
      contract.deduction = terms->fixed_cost;
      contract.holding_cost = holding;
    } else if (terms) {
      contract.deduction = terms->fixed_cost + terms->holding_cost * units * held_months;
    }
    contract.depth = depth_row(input, plan.lots[contract.lot].hardware, plan);
    contract.variant.prepared = contract.lag_law != kNone || contract.depth != kNone;
  }
  contract.lag_row = lag_row(plan.rates, contract.lag_law == kNone ? contract.lag : 0);
  if (contract.party != kNone) contract.recovery = input.market->parties[contract.party].recovery;
}

}  // namespace lien::pricing
