#include "pricing/plan/compile_vehicles.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile_hedges.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/segments.hpp"
#include "pricing/plan/vehicle_cash.hpp"

namespace lien::pricing {
namespace {

// One vehicle while it is compiled: its agreement, its place in time, and the plan it joins.
struct Work {
  const CompileInput& input;
  const Vehicle& terms;
  const TimeGrid& grid;
  Plan& plan;
  VehiclePlan& out;
  StepIns& step_ins;
  std::vector<Diagnostic>& faults;
  std::vector<double> debt_service, fees, debt;  // scheduled, [months + 1]
  HedgeColumns hedges;

  [[nodiscard]] std::vector<double> column() const {
    return std::vector<double>(static_cast<std::size_t>(out.months) + 1, 0.0);
  }
  [[nodiscard]] std::uint32_t party(const std::string& id) const {
    return party_index(*input.market, id);
  }
};

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
        if (named_lot(draw, other.id)) day = std::max(day, in_service(vehicle, other, book));
      first = first ? std::min(*first, day) : day;
    }
  return first;
}

// What a buyer of the lot takes over: the same as of a loan on it with this customer.
void add_step_in(Work& work, const VehicleLot& lot, const Offtake& offtake, OfftakePlan& plan) {
  Loan loan;
  loan.units = lot.units;
  loan.in_service = in_service(work.terms, lot, *work.input.book);
  loan.contract_start = offtake.start;
  loan.contract_end = offtake.end;
  loan.contract_share = offtake.share;
  loan.contract_rate = offtake.rental_rate * offtake.realization;
  loan.take_or_pay = offtake.take_or_pay;
  ContractPlan contract;
  contract.lot = plan.lot;
  contract.customer = plan.customer;
  work.step_ins.add(loan, contract);
  plan.step_in = contract.step_in;
  plan.step_in_units = contract.step_in_units;
  plan.step_in_rate = contract.step_in_rate;
}

void add_offtakes(Work& work, const VehicleLot& lot, Date service, VehicleLotPlan& own) {
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  for (const Offtake& offtake : work.terms.offtakes) {
    if (!names_part(offtake.lots, lot.id)) continue;
    OfftakePlan plan;
    plan.rent = own.rent;
    plan.customer = work.party(offtake.customer);
    plan.lot = own.lot;
    plan.net = offtake.net;
    plan.bought = own.bought;
    add_step_in(work, lot, offtake, plan);
    plan.relet_months = offtake.relet_months;
    plan.revenue = plan.lost_hours = plan.agreed = work.column();
    for (int k = 1; k <= work.out.months; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const OfftakeMonth month = offtake_month(lot, hardware, offtake, service, work.grid, k);
      plan.lost_hours[at] = month.hours;
      plan.agreed[at] = month.agreed;
      plan.revenue[at] = month.revenue;
      own.free_hours[at] -= month.hours;
    }
    work.out.offtakes.push_back(std::move(plan));
  }
}

void add_lot(Work& work, const VehicleLot& lot, std::uint32_t row) {
  const auto& terms = work.input.market->liquidation;
  VehicleLotPlan own;
  own.lot = row;
  own.hardware = work.plan.lots[row].hardware;
  own.sale_units =
      lot.units * (1 - work.terms.liquidation_haircut.value_or(terms ? terms->haircut : 0.0));
  own.free_hours = own.operating_cost = work.column();
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  const std::uint32_t segment = segment_row(work.input, own.hardware, lot.segment, work.plan);
  own.rent = segment == kNone ? own.hardware
                              : static_cast<std::uint32_t>(work.plan.hardware.size()) + segment;
  const Date service = in_service(work.terms, lot, *work.input.book);
  if (const auto day = bought_on(work.terms, lot.id, *work.input.book))
    own.bought = std::min(work.grid.month_of(*day), work.out.months + 1);
  for (int k = 1; k <= work.out.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double active = lot_hours(lot, hardware, service, work.grid, k);
    own.free_hours[at] = active;
    own.operating_cost[at] = active * hourly_cost(lot, hardware, k);
  }
  add_offtakes(work, lot, service, own);
  // The mark of one lot is that of a loan on it.
  Loan loan;
  loan.mark = work.terms.mark;
  loan.units = lot.units;
  loan.purchase_price = lot.purchase_price;
  ContractPlan contract;
  contract.lot = row;
  contract.units = lot.units;
  compile_mark(work.input, loan, work.plan, contract);
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
  work.out.lots.push_back(std::move(own));
}

// What the tranches owe and pay by schedule, and in which months.
void add_schedules(Work& work) {
  work.debt_service = work.debt = work.fees = work.column();
  work.out.pays.assign(work.debt.size(), 0);
  for (const TranchePlan& tranche : work.out.tranches) {
    const ContractPlan& contract = work.plan.contracts[tranche.contract];
    for (std::size_t k = 0; k < work.debt.size(); ++k) {
      const std::size_t at = contract.first_month + k;
      const MonthColumns& c = work.plan.columns;
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
  work.out.pays.back() = 1;
}

void add_fees(Work& work) {
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

// What the items covered come to over the months after k, by schedule.
double covered_after(const Work& work, const ReserveAccount& reserve, std::size_t k) {
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

void add_reserves(Work& work) {
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

// Months between the payments of the tranche that pays most often.
int payment_months(const Work& work) {
  int months = 12;
  for (const Tranche& tranche : work.terms.tranches)
    if (tranche.loan)
      months = std::min(months, static_cast<int>(work.input.book->loans[*tranche.loan].frequency));
  return months;
}

// False where the window holds a payment whose period began before this run saw its cash.
bool seen_whole(const Work& work, int last, int window) {
  for (const TranchePlan& tranche : work.out.tranches)
    for (int k = last - window + 1; k <= last; ++k)
      if (tranche.months[static_cast<std::size_t>(k)].from_cash != 1.0) return false;
  return true;
}

void add_covenants(Work& work) {
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

// Coverage of each payment period of which this run sees all cash.
void add_coverage(Work& work) {
  const int months = payment_months(work);
  work.out.coverage_months = months;
  work.out.covered.assign(work.debt.size(), 0);
  for (int k = months; k <= work.out.months; ++k)
    work.out.covered[static_cast<std::size_t>(k)] =
        work.out.pays[static_cast<std::size_t>(k)] != 0 && seen_whole(work, k, months) ? 1 : 0;
  work.out.longest_window = std::max(work.out.longest_window, months);
}

void add_guarantees(Work& work, const std::vector<std::string>& tranches) {
  for (const Guarantee& guarantee : work.terms.guarantees) {
    GuaranteePlan plan;
    plan.kind = guarantee.kind;
    plan.guarantor = work.party(guarantee.guarantor);
    if (guarantee.cap) plan.cap = *guarantee.cap;
    plan.share = guarantee.share;
    plan.price = guarantee.price;
    plan.last_month = work.out.months;
    while (guarantee.expiry && plan.last_month > 0 &&
           work.grid.date(plan.last_month) > *guarantee.expiry)
      --plan.last_month;
    for (const std::string& id : tranches) plan.covers.push_back(names_part(guarantee.covers, id));
    for (const VehicleLot& lot : work.terms.lots)
      plan.lots.push_back(names_part(guarantee.lots, lot.id) ? 1.0 : 0.0);
    for (int k = 0; k <= work.out.months + work.out.lag; ++k)
      plan.floors.push_back(guarantee.floors.empty() ? 0.0
                                                     : interpolate(guarantee.floors, k / 12.0));
    work.out.guarantees.push_back(std::move(plan));
  }
}

// Each step names one part: a bare word is all of its kind, tranches by rank.
void add_waterfall(Work& work, const std::vector<std::string>& tranches) {
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

// The tranches' share of the vehicle's worth: after the ranks before them.
void set_worth(Work& work) {
  for (const TranchePlan& tranche : work.out.tranches) {
    ContractPlan& contract = work.plan.contracts[tranche.contract];
    contract.value_observed = contract.variant.value_test = work.out.value_observed;
    // Loan to value through this rank: what it and those before it owe over the worth.
    double through = 0;
    for (const TranchePlan& other : work.out.tranches)
      if (other.rank <= tranche.rank) through += work.plan.contracts[other.contract].outstanding;
    contract.worth_today =
        through > 0 ? work.out.worth_today * contract.outstanding / through : 0.0;
    work.out.scale += contract.outstanding + contract.to_draw;
    if (contract.party != kNone)
      contract.recovery = work.input.market->parties[contract.party].recovery;
  }
}

void add_to_book_totals(Work& work) {
  if (!work.out.value_observed) return;
  double held = 0, all = 0;
  for (const TranchePlan& tranche : work.out.tranches) {
    const ContractPlan& contract = work.plan.contracts[tranche.contract];
    held += contract.held * (contract.outstanding + contract.to_draw);
    all += contract.outstanding + contract.to_draw;
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

Date in_service(const Vehicle& vehicle, const VehicleLot& lot, const Book& book) {
  if (lot.in_service) return *lot.in_service;
  Date first{};
  for (const Tranche& tranche : vehicle.tranches)
    if (tranche.loan && (first == Date{} || book.loans[*tranche.loan].closing < first))
      first = book.loans[*tranche.loan].closing;
  return first;
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
    Work work{input, terms, grid, plan, out, step_ins, faults, {}, {}, {}, {}};
    for (const VehicleLot& lot : terms.lots)
      add_lot(work, lot,
              lot_of(hardware_index(*input.market, lot.hardware), in_service(terms, lot, book)));
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
