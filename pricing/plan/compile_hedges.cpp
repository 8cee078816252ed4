#include "pricing/plan/compile_hedges.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/settlements.hpp"

namespace lien::pricing {
namespace {

// The tranche that a hedge is sized by, and its schedule.
struct HedgedTranche {
  const Loan* loan = nullptr;
  TrancheSchedule schedule;
};
HedgedTranche hedged_tranche(const CompileInput& input, const Instrument& terms,
                             const TimeGrid& grid) {
  HedgedTranche out;
  for (const Vehicle& vehicle : input.book->vehicles) {
    if (vehicle.id != terms.vehicle) continue;
    for (const Tranche& tranche : vehicle.tranches) {
      if (tranche.id != terms.tranche || !tranche.loan) continue;
      out.loan = &input.book->loans[*tranche.loan];
      out.schedule = schedule_tranche(input, *tranche.loan, tranche.payment_in_kind, grid);
    }
  }
  return out;
}

bool covers(const Instrument& terms, Date start, Date end) {
  return (!terms.start || start >= *terms.start) && end <= terms.expiry;
}

// The share of a month's operating cost, at today's power price, that moves with that price.
std::vector<double> cost_on_power(const CompileInput& input, const VehiclePlan& vehicle) {
  std::vector<double> sum(static_cast<std::size_t>(vehicle.months) + 1, 0.0);
  for (const VehicleLotPlan& lot : vehicle.lots)
    for (std::size_t k = 0; k < sum.size(); ++k)
      sum[k] += input.market->hardware[lot.hardware].power_share * scheduled_cost(lot)[k];
  return sum;
}

void size_by_cost(const Instrument& terms, const std::vector<double>& cost, InstrumentPlan& out) {
  double most = 0;
  for (SettlementPlan& settlement : out.settlements) {
    const auto k = static_cast<std::size_t>(settlement.month);
    const double size = *terms.ratio * (k < cost.size() ? cost[k] : 0.0);
    settlement.due *= size;
    settlement.weight *= size;
    most = std::max(most, size);
  }
  out.scale *= std::max(most, 1e-6);
}

// What the settlement is at if rates come as today's forwards and all else stays as it is.
double level_today(const CompileInput& input, const Plan& plan, const InstrumentPlan& instrument,
                   const SettlementPlan& settlement) {
  const Market& market = *input.market;
  if (instrument.on == PayoffOn::power) return market.power->level;
  if (instrument.on == PayoffOn::resale_value) return plan.lots[instrument.lot].value_today;
  if (instrument.on == PayoffOn::rental_rate)
    return market.hardware[instrument.hardware].rental_rate *
           (instrument.segment == kNone ? 1.0
                                        : engine::exp(plan.segments[instrument.segment].basis));
  if (settlement.of_tranche && settlement.slope == 0) return settlement.shift;
  const std::uint32_t row = settlement.of_tranche ? settlement.tenor : instrument.tenor;
  const double from = settlement.observed / 12.0, tenor = plan.rates.tenors[row].months / 12.0;
  const Curve& curve = market.rates.zero_curve;
  const double gross = discount_factor(curve, from) / discount_factor(curve, from + tenor);
  return settlement.of_tranche ? settlement.slope * gross + settlement.shift
                               : (gross - 1) / instrument.accrual;
}

void add_payments(const CompileInput& input, const Plan& plan, const InstrumentPlan& instrument,
                  std::vector<double>& payments) {
  const double sign = instrument.kind == PayoffKind::put ? -1.0 : 1.0;
  for (const SettlementPlan& settlement : instrument.settlements) {
    // A future whose price stays as it is pays once what it is over the strike.
    if (instrument.margined && &settlement != instrument.settlements.data()) break;
    const double over =
        sign * (level_today(input, plan, instrument, settlement) - instrument.strike);
    const double pays = instrument.kind == PayoffKind::forward ? over : std::max(over, 0.0);
    payments[static_cast<std::size_t>(settlement.month)] +=
        std::max(0.0, -instrument.quantity * settlement.due * pays);
  }
}

// Swaps and caps that pay when rates rise, from the first month whose period has begun to the last
// settlement.
void add_hedged(const CompileInput& input, const Instrument& terms, const TimeGrid& grid,
                const InstrumentPlan& instrument, std::vector<double>& hedged) {
  const bool rises = terms.kind == InstrumentKind::swap || terms.kind == InstrumentKind::cap;
  if (terms.on != Underlying::floating_rate || !rises || !terms.long_position ||
      instrument.settlements.empty())
    return;
  std::vector<double> size(hedged.size(), terms.quantity);
  if (!terms.tranche.empty()) {
    const std::vector<double> owed = hedged_tranche(input, terms, grid).schedule.monthly.closing;
    for (std::size_t k = 0; k < size.size(); ++k)
      size[k] = k < owed.size() ? *terms.ratio * owed[k] : 0.0;
  }
  const int last = instrument.settlements.back().month;
  for (int k = 0; k < last; ++k)
    if (!terms.start || *terms.start <= grid.date(k))
      hedged[static_cast<std::size_t>(k)] += size[static_cast<std::size_t>(k)];
}

// A future's price at each month's end, and its settlements: what it has gained in the month.
// False, with a fault, where the market has no formula for the price.
bool set_margin(const CompileInput& input, const TimeGrid& grid, const Instrument& terms,
                Plan& plan, HedgePlan& hedge, std::vector<Diagnostic>& faults) {
  InstrumentPlan& own = hedge.instrument;
  if (plan.hardware[own.hardware].lines.size() > kMostStripLines) {
    faults.push_back({terms.where, label_of(terms) + " / kind", "future",
                      "is of a hardware aged by more than " + std::to_string(kMostStripLines) +
                          " lines of launches",
                      "leave out the lines with the smallest loadings, or write forward"});
    return false;
  }
  own.settlements.clear();
  hedge.prices_a_month = own.averaged ? 2 : 1;
  for (int k = 0; k < own.month; ++k)
    for (int at = own.month - (own.averaged ? 1 : 0); at <= own.month; ++at) {
      InstrumentPlan price = own;
      price.month = k;
      price.averaged = false;
      if (at > k) {
        price.on = PayoffOn::forward_rental_rate;
        compile_forward_rent(input, at - k, plan, price);
      }
      hedge.prices.push_back(std::move(price));
    }
  for (int k = 1; k <= own.month; ++k) {
    SettlementPlan s;
    s.month = s.observed = k;
    s.weight = k < own.month ? payment_timing(input, grid, plan, grid.date(k)) : own.timing;
    own.settlements.push_back(s);
  }
  return true;
}

void set_timing(const VehiclePlan& vehicle, HedgePlan& hedge) {
  std::vector<double> due(static_cast<std::size_t>(vehicle.months) + 1, 0.0);
  hedge.timing = due;
  for (const SettlementPlan& settlement : hedge.instrument.settlements) {
    due[static_cast<std::size_t>(settlement.month)] += settlement.due;
    hedge.timing[static_cast<std::size_t>(settlement.month)] += settlement.weight;
  }
  for (std::size_t k = 0; k < due.size(); ++k)
    if (due[k] != 0) hedge.timing[k] /= due[k];
}

}  // namespace

bool set_tranche_settlements(const CompileInput& input, const TimeGrid& grid,
                             const Instrument& terms, Plan& plan, InstrumentPlan& out,
                             std::vector<Diagnostic>& faults) {
  const auto [loan, schedule] = hedged_tranche(input, terms, grid);
  const MonthlySchedule& monthly = schedule.monthly;
  const auto size = static_cast<std::size_t>(grid.months()) + 1;
  std::vector<std::optional<Date>> starts(size), ends(size);  // of periods at a forward rate
  bool whole = terms.expiry == loan->maturity, later = false;
  const auto add = [&](int month, Date paid, double years, double part) {
    SettlementPlan s;
    s.month = month;
    s.of_tranche = true;
    // What was set aside before today for a running period is none of the run's cash.
    s.due = *terms.ratio * years * part;
    s.weight = *terms.ratio * years * payment_timing(input, grid, plan, paid);
    out.scale += std::abs(s.weight);
    out.settlements.push_back(s);
  };
  out.on = PayoffOn::floating_rate;
  out.scale = 1;
  for (const LoanPayment& payment : schedule.schedule.payments) {
    whole = whole || payment.end == terms.expiry;
    const int month = grid.month_of(payment.booked);
    if (payment.base == 0) continue;
    if (month > grid.months()) {
      later = later || covers(terms, payment.start, payment.end);
      continue;
    }
    const auto k = static_cast<std::size_t>(month);
    if (payment.fixed_now && covers(terms, payment.start, payment.end)) {
      add(month, payment.end, payment.base * payment.accrual, monthly.service_share[k]);
      out.settlements.back().shift =
          payment.interest / (payment.base * payment.accrual) - loan->margin;
    }
    if (payment.fixed_now) continue;
    if (!starts[k]) starts[k] = payment.start;
    ends[k] = payment.end;
  }
  if (!whole) {
    faults.push_back({terms.where, label_of(terms) + " / expiry", "",
                      "is no payment date of tranche " + terms.tranche,
                      "end the hedge with a period of the tranche"});
    return false;
  }
  for (std::size_t k = 1; k < monthly.opening.size(); ++k) {
    if (!starts[k] || !covers(terms, *starts[k], *ends[k])) continue;
    const double accrual = monthly.floating_accrual[k];
    add(static_cast<int>(k), *ends[k], monthly.floating_base[k] * accrual,
        monthly.service_share[k]);
    SettlementPlan& s = out.settlements.back();
    s.observed = monthly.fixing[k];
    s.tenor = tenor_row(input, plan, monthly.tenor[k]);
    s.slope = monthly.gross_ratio[k] / accrual;
    s.shift = -1 / accrual;
  }
  if (out.settlements.empty() && !later) {
    faults.push_back(
        {terms.where, label_of(terms) + " / start", "",
         "leaves no period before expiry in which tranche " + terms.tranche + " owes anything",
         "start earlier, with a period of the tranche"});
    return false;
  }
  return true;
}

HedgeColumns compile_hedges(const CompileInput& input, const Vehicle& terms, const TimeGrid& grid,
                            Plan& plan, VehiclePlan& vehicle, std::vector<Diagnostic>& faults) {
  HedgeColumns columns;
  columns.payments.assign(static_cast<std::size_t>(vehicle.months) + 1, 0.0);
  columns.hedged = columns.payments;
  const std::vector<double> cost = cost_on_power(input, vehicle);
  for (const Instrument& hedge : terms.hedges) {
    auto compiled = compile_instrument(input, grid, hedge, plan, faults);
    if (!compiled) continue;
    const bool once = hedge.kind == InstrumentKind::forward || hedge.kind == InstrumentKind::call ||
                      hedge.kind == InstrumentKind::put;
    if (compiled->settlements.empty() && once)  // one payment, which nobody may fail to make
      compiled->settlements = {
          {.month = compiled->month, .observed = compiled->month, .weight = compiled->timing}};
    if (hedge.ratio && hedge.on == Underlying::power) size_by_cost(hedge, cost, *compiled);
    HedgePlan plan_of{std::move(*compiled), {}, kNone};
    if (plan_of.instrument.margined && !set_margin(input, grid, hedge, plan, plan_of, faults))
      continue;
    std::erase_if(plan_of.instrument.settlements, [&](const SettlementPlan& settlement) {
      return hedge.last && settlement.month > grid.month_of(*hedge.last);
    });
    set_timing(vehicle, plan_of);
    if (plan_of.instrument.on == PayoffOn::resale_value) {
      plan_of.first_level = static_cast<std::uint32_t>(plan.hedge_levels);
      plan.hedge_levels += plan_of.instrument.settlements.size();
    }
    add_payments(input, plan, plan_of.instrument, columns.payments);
    add_hedged(input, hedge, grid, plan_of.instrument, columns.hedged);
    vehicle.hedges.push_back(std::move(plan_of));
  }
  return columns;
}

}  // namespace lien::pricing
