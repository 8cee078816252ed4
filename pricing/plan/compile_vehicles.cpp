#include "pricing/plan/compile_vehicles.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/segments.hpp"
#include "pricing/plan/vehicle_cash.hpp"
#include "pricing/plan/vehicle_work.hpp"

namespace lien::pricing {
namespace {

bool named_lot(const TrancheDraw& draw, const std::string& lot) {
  return std::find(draw.lots.begin(), draw.lots.end(), lot) != draw.lots.end();
}

// The day of the first draw that names the lot: the last of the draw's lots enters service then.
std::optional<Date> bought_on(const Vehicle& vehicle, const std::string& lot, const Book& book) {
  std::optional<Date> first;
  for (const Tranche& tranche : vehicle.tranches)
    for (const TrancheDraw& draw : tranche.draws) {
      if (!named_lot(draw, lot)) continue;
      Date day{};
      for (const VehicleLot& other : vehicle.lots)
        if (named_lot(draw, other.id)) day = std::max(day, scheduled_service(vehicle, other, book));
      first = first ? std::min(*first, day) : day;
    }
  return first;
}

void add_lot(VehicleWork& work, const VehicleLot& lot, std::uint32_t row) {
  const auto& terms = work.input.market->liquidation;
  VehicleLotPlan own;
  own.lot = row;
  own.hardware = work.plan.lots[row].hardware;
  own.sale_units =
      lot.units * (1 - work.terms.liquidation_haircut.value_or(terms ? terms->haircut : 0.0));
  own.free_hours = own.operating_cost = work.column();
  own.expected_free_hours = own.expected_cost = own.free_hours;
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  const std::uint32_t segment = segment_row(work.input, own.hardware, lot.segment, work.plan);
  own.rent = segment == kNone ? own.hardware
                              : static_cast<std::uint32_t>(work.plan.hardware.size()) + segment;
  const Date service = in_service(work.terms, lot, *work.input.book);
  const Date expected = scheduled_service(work.terms, lot, *work.input.book);
  own.delivery = delivery_row(work);
  if (const auto day = bought_on(work.terms, lot.id, *work.input.book))
    own.bought = std::min(work.grid.month_of(*day), work.out.months + 1);
  for (int k = 1; k <= work.out.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double active = lot_hours(lot, hardware, service, work.grid, k);
    own.free_hours[at] = active;
    own.operating_cost[at] = active * hourly_cost(lot, hardware, k);
    if (own.delivery == kNone) continue;
    const double later = lot_hours(lot, hardware, expected, work.grid, k);
    own.expected_free_hours[at] = later;
    own.expected_cost[at] = later * hourly_cost(lot, hardware, k);
  }
  if (own.delivery != kNone) {
    own.hours = own.free_hours;
    own.served = served_share(work, service, std::nullopt);
  }
  add_offtakes(work, lot, service, segment, own);
  add_leases(work, lot, service, own);
  check_hours(work, lot, own);
  const ContractPlan contract = mark_of_lot(work, lot, row, work.terms.mark);
  own.mark = contract.mark;
  own.mark_units = contract.mark_units;
  if (own.bought == 0) work.out.worth_today += contract.worth_today;
  work.out.value_observed = work.out.value_observed || contract.value_observed;
  own.units = lot.units;
  own.depth = depth_row(work.input, own.hardware, work.plan);
  if (own.depth != kNone) {
    work.out.presses = true;
    // How much is sold depends on who defaulted: weights would put the mean into an exponent.
    if (work.out.party != kNone) work.plan.parties[work.out.party].sampled_value = true;
  }
  // A lot that a draw pays for costs its keep only once it is bought: with what it brings, by path.
  if (terms && own.bought > 0)
    own.holding_cost = terms->holding_cost * lot.units;
  else if (terms && work.out.lag_law == kNone)
    work.out.deduction += terms->holding_cost * lot.units * work.out.lag;
  else if (terms)
    work.out.holding_cost += terms->holding_cost * lot.units;
  int& last = work.plan.lots[row].last_month;
  last = std::max(last, work.out.months + work.out.lag);
  if (own.delivery == kNone) own.expected_free_hours = own.expected_cost = {};
  work.out.lots.push_back(std::move(own));
}

// What the tranches owe and pay by schedule, and in which months.
void add_schedules(VehicleWork& work) {
  work.debt_service = work.debt = work.fees = work.column();
  work.out.pays.assign(work.debt.size(), 0);
  for (const TranchePlan& tranche : work.out.tranches) {
    const ContractPlan& contract = work.plan.contracts[tranche.contract];
    for (std::size_t k = 0; k < work.debt.size(); ++k) {
      const std::size_t at = contract.first_month + k;
      const ScheduledColumns& c = work.plan.columns;
      work.debt[k] += c.closing[at];
      if (k == 0) continue;
      work.debt_service[k] += c.interest[at] + c.principal[at] + c.fee[at];
      if (!tranche.balloon.service.empty()) work.debt_service[k] += tranche.balloon.service[k];
      const TrancheMonth& month = tranche.months[k];
      if (month.fixed_interest != 0 || month.floating_base != 0 || month.repaid != 0 ||
          month.undrawn_rate != 0)
        work.out.pays[k] = 1;
    }
  }
  // After the last payment the cash that waited is the owner's; a horizon is no such end.
  if (!work.out.outlives_horizon) work.out.pays.back() = 1;
}

// The tranches' share of the vehicle's worth: after the ranks before them.
void set_worth(VehicleWork& work) {
  for (const TranchePlan& tranche : work.out.tranches) {
    ContractPlan& contract = work.plan.contracts[tranche.contract];
    contract.value_observed = contract.variant.value_test = work.out.value_observed;
    // Loan to value through this rank: what it and those before it owe over the worth.
    double through = 0;
    for (const TranchePlan& other : work.out.tranches)
      if (other.rank <= tranche.rank) through += work.plan.contracts[other.contract].outstanding;
    contract.worth_today =
        through > 0 ? work.out.worth_today * contract.outstanding / through : 0.0;
    work.out.scale += contract.outstanding + contract.most_to_draw;
    if (contract.party != kNone)
      contract.recovery = work.input.market->parties[contract.party].recovery;
  }
}

void add_to_book_totals(VehicleWork& work) {
  if (!work.out.value_observed) return;
  double held = 0, all = 0;
  for (const TranchePlan& tranche : work.out.tranches) {
    const ContractPlan& contract = work.plan.contracts[tranche.contract];
    held += contract.held * (contract.outstanding + contract.most_to_draw);
    all += contract.outstanding + contract.most_to_draw;
    for (std::size_t k = 0; k < work.debt.size(); ++k)
      work.plan.book_balance[k] +=
          contract.held * work.plan.columns.closing[contract.first_month + k];
  }
  for (std::size_t i = 0; i < work.out.lots.size(); ++i)
    for (std::size_t k = 0; k < work.debt.size(); ++k)
      if (work.debt[k] > 0 && static_cast<int>(k) >= work.out.lots[i].bought)
        work.plan.lots[work.out.lots[i].lot].scheduled_units[k] +=
            work.terms.lots[i].units * (all > 0 ? held / all : 0.0);
}

// Numbers the vehicles that a test at a pressed price may end, and the lots whose worth moves in
// it.
void number_pressed(std::vector<VehiclePlan>& vehicles) {
  std::uint32_t pressed = 0, lots = 0;
  for (VehiclePlan& vehicle : vehicles) {
    if (std::none_of(vehicle.covenants.begin(), vehicle.covenants.end(),
                     [](const CovenantPlan& c) { return c.pressed; }))
      continue;
    vehicle.pressed = pressed++;
    for (VehicleLotPlan& lot : vehicle.lots)
      if (lot.depth != kNone && lot.mark == kNone) lot.pressed = lots++;
  }
}

}  // namespace

ContractPlan mark_of_lot(const VehicleWork& work, const VehicleLot& lot, std::uint32_t row,
                         Mark mark) {
  // The mark of one lot is that of a loan on it.
  Loan loan;
  loan.mark = mark;
  loan.units = lot.units;
  loan.purchase_price = lot.purchase_price;
  ContractPlan contract;
  contract.lot = row;
  contract.units = lot.units;
  compile_mark(work.input, loan, work.plan, contract);
  return contract;
}

Date in_service(const Vehicle& vehicle, const VehicleLot& lot, const Book& book) {
  if (lot.in_service) return *lot.in_service;
  Date first{};
  for (const Tranche& tranche : vehicle.tranches)
    if (tranche.loan && (first == Date{} || book.loans[*tranche.loan].closing < first))
      first = book.loans[*tranche.loan].closing;
  return first;
}

Date expected_service(const Vehicle& vehicle, const VehicleLot& lot, const Book& book) {
  return expected_service(lot, in_service(vehicle, lot, book));
}

Date scheduled_service(const Vehicle& vehicle, const VehicleLot& lot, const Book& book) {
  bool named = false, joins = false;
  for (const Tranche& tranche : vehicle.tranches)
    for (const TrancheDraw& draw : tranche.draws) {
      if (!named_lot(draw, lot.id)) continue;
      const Loan& loan = book.loans[*tranche.loan];
      named = true;
      joins =
          joins || !slips(vehicle, draw) || dated_draw(vehicle, draw, loan).date < loan.maturity;
    }
  constexpr Date kNoDay = std::chrono::year(2190) / 1 / 1;
  return named && !joins ? kNoDay : expected_service(vehicle, lot, book);
}

void compile_vehicles(const CompileInput& input, const TimeGrid& grid,
                      const std::function<std::uint32_t(std::uint32_t, Date)>& lot_of,
                      const std::function<TranchePlan(std::size_t)>& tranche_of, StepIns& step_ins,
                      Plan& plan, std::vector<Diagnostic>& faults) {
  const Book& book = *input.book;
  for (std::size_t v = 0; v < book.vehicles.size(); ++v) {
    const Vehicle& terms = book.vehicles[v];
    VehiclePlan out;
    out.source = static_cast<std::uint32_t>(v);
    out.party = party_index(*input.market, terms.borrower);
    out.default_on_shortfall = terms.recourse == Recourse::none;
    out.months = vehicle_months(terms, book, grid);
    const VehicleLag lag = vehicle_lag(input, terms, plan);
    out.lag = lag.longest;
    out.lag_law = lag.law;
    out.lag_key = lag.key;
    out.lag_row = lag.row;
    if (input.market->liquidation) out.deduction = input.market->liquidation->fixed_cost;
    if (out.party != kNone) out.recovery = input.market->parties[out.party].recovery;
    out.scale = 1;

    const std::vector<const Tranche*> debt = debt_by_rank(terms);
    std::vector<std::string> ids;
    for (const Tranche* tranche : debt) {
      TranchePlan compiled = tranche_of(*tranche->loan);
      out.outlives_horizon =
          out.outlives_horizon || plan.contracts[compiled.contract].outlives_horizon;
      ids.push_back(tranche->id);
      compiled.rank = tranche->rank;
      compiled.cash_sweep = tranche->cash_sweep;
      compiled.floating = book.loans[*tranche->loan].floating;
      out.tranches.push_back(std::move(compiled));
    }
    VehicleWork work{input, terms, grid, plan, out, step_ins, faults, {}, {}, {}, {}, {}};
    add_customers(work);
    add_deliveries(work);
    for (const VehicleLot& lot : terms.lots)
      add_lot(
          work, lot,
          lot_of(hardware_index(*input.market, lot.hardware), expected_service(terms, lot, book)));
    for (std::size_t t = 0; t < debt.size(); ++t) add_margin_grid(work, *debt[t], out.tranches[t]);
    add_schedules(work);
    add_fees(work);
    work.hedges = compile_hedges(input, terms, grid, plan, out, faults);
    add_reserves(work);
    add_covenants(work);
    add_coverage(work);
    add_guarantees(work, ids);
    add_waterfall(work, ids);
    set_worth(work);
    add_to_book_totals(work);
    mark_balloons(terms, out, faults);
    for (TranchePlan& tranche : out.tranches)
      plan.contracts[tranche.contract].vehicle = static_cast<std::uint32_t>(plan.vehicles.size());
    plan.vehicles.push_back(std::move(out));
  }
  number_pressed(plan.vehicles);
  number_balloons(input, plan);
}

}  // namespace lien::pricing
