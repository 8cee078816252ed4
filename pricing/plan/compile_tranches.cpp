#include <algorithm>
#include <optional>

#include "engine/random/stream_key.hpp"
#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/draw_terms.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "pricing/plan/repayment.hpp"
#include "pricing/plan/sculpt.hpp"
#include "pricing/plan/slipped_maturities.hpp"
#include "pricing/plan/tranche_months.hpp"

// The debt of vehicles: each tranche's schedule as shares of what is owed, so that what a path has
// swept or added in kind carries through it.
namespace lien::pricing {
namespace {

// Adds `share` of every interest but the last to principal: payments then carry their interest in
// full and a principal from which that is taken off. Returns what is added, one a payment.
std::vector<double> add_in_kind(double share, LoanSchedule& schedule) {
  std::vector<double> added(schedule.payments.size(), 0.0);
  if (share == 0) return added;
  double owed = schedule.outstanding;
  for (std::size_t i = 0; i < added.size(); ++i) {
    LoanPayment& payment = schedule.payments[i];
    const double growth = owed / payment.opening;
    payment.opening = payment.base = owed;
    payment.interest *= growth;
    payment.principal *= growth;
    if (i + 1 == added.size()) break;
    added[i] = share * payment.interest;
    payment.principal -= added[i];
    owed -= payment.principal;
  }
  return added;
}

// The same by month.
std::vector<double> added_by_month(const LoanSchedule& schedule, const std::vector<double>& added,
                                   const TimeGrid& grid, int months) {
  std::vector<double> sums(static_cast<std::size_t>(months) + 1, 0.0);
  for (std::size_t i = 0; i < added.size(); ++i)
    if (const int k = grid.month_of(schedule.payments[i].booked); k <= months)
      sums[static_cast<std::size_t>(k)] += added[i];
  return sums;
}

// What new draws leave without interest at the payments of each month.
std::vector<double> elapsed_by_month(const LoanSchedule& schedule, const TimeGrid& grid,
                                     int months) {
  std::vector<double> sums(static_cast<std::size_t>(months) + 1, 0.0);
  const auto add = [&](std::size_t payment, double elapsed) {
    if (payment == schedule.payments.size()) return;
    if (const int k = grid.month_of(schedule.payments[payment].booked); k <= months)
      sums[static_cast<std::size_t>(k)] += elapsed;
  };
  add(0, schedule.elapsed_today);
  for (const ScheduledDraw& draw : schedule.draws)
    add(period_of_draw(schedule.payments, draw.date, grid), draw.amount * draw.elapsed);
  return sums;
}

bool is_late(const Loan& loan, const LoanDraw& draw) {
  return draw.earliest && draw.date > loan.maturity;
}
bool slips_at_all(const Loan& loan) {
  return std::any_of(loan.draws.begin(), loan.draws.end(),
                     [](const LoanDraw& draw) { return draw.earliest.has_value(); });
}

// What draws that lots delay are, made on any day. last_repaid: month after which nothing is.
void add_slipped_months(const Loan& loan, const Rates& rates, const TimeGrid& grid,
                        const LoanSchedule& schedule, const ContractColumns& columns,
                        std::size_t last_repaid, TranchePlan& tranche) {
  if (!slips_at_all(loan)) return;
  tranche.slipped_months.resize(tranche.months.size());
  tranche.hedgeable.assign(
      columns.closing.begin(),
      columns.closing.begin() + static_cast<std::ptrdiff_t>(tranche.months.size()));
  for (std::size_t at = 1; at < tranche.months.size() && at < last_repaid; ++at) {
    const int k = static_cast<int>(at);
    const std::size_t next = period_of_draw(schedule.payments, grid.date(k), grid);
    if (next == schedule.payments.size()) break;
    const ScheduledDraw first = draw_at(loan, schedule.payments, next, grid.date(k - 1), 1.0);
    const ScheduledDraw last = draw_at(loan, schedule.payments, next, grid.date(k), 1.0);
    const double month_before = value_timing_in_month(rates, (k - 1) / 12.0, k);
    const double timing = columns.present_factor[at];
    tranche.slipped_months[at] = {first.elapsed,         last.elapsed - first.elapsed,
                                  first.undrawn,         last.undrawn - first.undrawn,
                                  timing * month_before, timing * (1 - month_before)};
    tranche.last_draw = k;
  }
  const Date end = loan.draw_end.value_or(loan.maturity);
  tranche.last_draw = std::min(tranche.last_draw, 12 * grid.time_of(end));
}

// A loan whose lots come without any delay, and its schedule.
struct EarlySchedule {
  Loan loan;
  LoanSchedule schedule;
};
EarlySchedule early_schedule(const CompileInput& input, const Loan& loan, const TimeGrid& grid,
                             const LoanSchedule& schedule) {
  EarlySchedule early{loan, {}};
  for (LoanDraw& draw : early.loan.draws) draw.date = draw.earliest.value_or(draw.date);
  early.loan.revolving = false;  // what comes before it is repaid may pass the commitment
  std::stable_sort(early.loan.draws.begin(), early.loan.draws.end(),
                   [](const LoanDraw& a, const LoanDraw& b) { return a.date < b.date; });
  std::vector<double> principal;  // read where it is sculpted
  for (const LoanPayment& payment : schedule.payments) principal.push_back(payment.principal);
  early.schedule = schedule_loan(early.loan, input.market->rates, grid, principal);
  return early;
}

// Months in which the schedule owes nothing and a path may, since lots come before their mean
// delivery: interest and principal are those without any delay.
void fill_early_months(const CompileInput& input, const EarlySchedule& early, const TimeGrid& grid,
                       const MonthlySchedule& monthly, const std::vector<double>& years,
                       const ContractColumns& columns, Plan& plan, TranchePlan& tranche) {
  const MonthlySchedule months = on_grid(early.schedule, early.loan, input.market->rates, grid);
  const std::vector<double> elapsed = elapsed_by_month(early.schedule, grid, months.months);
  const std::size_t count = std::min(monthly.opening.size(), months.opening.size());
  for (std::size_t k = 1; k < count; ++k)
    if (monthly.opening[k] == 0 && months.opening[k] > 0)
      tranche.months[k] = tranche_month(input, months, k, years[k], 0.0, columns.present_factor[k],
                                        months.opening[k] - elapsed[k], plan);
}

// What a tranche's draws are by month, and the fee on what is undrawn.
void add_draws(const Loan& loan, const Rates& rates, const TimeGrid& grid,
               const LoanSchedule& schedule, const ContractColumns& columns, bool outlives_grid,
               TranchePlan& tranche) {
  tranche.draws = true;
  tranche.undrawn = schedule.commitment_left;
  tranche.revolving = loan.revolving ? *loan.commitment : 0.0;
  tranche.elapsed_today = schedule.elapsed_today;
  tranche.undrawn_today = schedule.undrawn_today;
  const Date last_draw = loan.draw_end.value_or(loan.maturity);
  for (const LoanPayment& payment : schedule.payments) {
    const int k = grid.month_of(payment.booked);
    if (k > grid.months()) break;
    TrancheMonth& month = tranche.months[static_cast<std::size_t>(k)];
    month.pays = true;
    month.undrawn_rate += payment.fee_rate;
    month.undrawn_fee += payment.fee;
    month.fee = 0;  // the path decides it
  }
  for (const ScheduledDraw& draw : schedule.draws) {
    const int k = grid.month_of(draw.date);
    if (k > grid.months()) break;
    if (draw.slips) continue;  // the path makes it
    const auto at = static_cast<std::size_t>(k);
    TrancheMonth& month = tranche.months[at];
    const double timing = value_timing_in_month(rates, grid.time_of(draw.date), k);
    month.draw += draw.amount;
    month.draw_elapsed += draw.amount * draw.elapsed;
    month.draw_undrawn += draw.amount * draw.undrawn;
    month.draw_timing += columns.present_factor[at] * timing * draw.amount;
  }
  // A draw that comes late needs a payment after it that the schedule has: by custom, sculpted or
  // depreciated repayment nothing may be owed any more.
  std::size_t last_repaid = 0;
  for (std::size_t at = 1; at < tranche.months.size(); ++at)
    if (tranche.months[at].repaid > 0) last_repaid = at;
  if (outlives_grid) last_repaid = tranche.months.size();  // the run does not see the last
  add_slipped_months(loan, rates, grid, schedule, columns, last_repaid, tranche);
  for (std::size_t at = 1; at < tranche.months.size(); ++at) {
    TrancheMonth& month = tranche.months[at];
    if (month.draw > 0) month.draw_timing /= month.draw;
    const Date end = grid.date(static_cast<int>(at));
    const std::size_t next = period_of_draw(schedule.payments, end, grid);
    if (end > last_draw || next == schedule.payments.size() || at >= last_repaid) continue;
    const ScheduledDraw late = draw_at(loan, schedule.payments, next, end, 1.0);
    month.may_draw = 1;
    month.late_elapsed = late.elapsed;
    month.late_undrawn = late.undrawn;
  }
}

void copy_scheduled(const MonthlySchedule& monthly, ContractColumns& columns) {
  const auto count = monthly.opening.size();
  std::copy_n(monthly.opening.begin(), count, columns.opening.begin());
  std::copy_n(monthly.closing.begin(), count, columns.closing.begin());
  std::copy_n(monthly.interest.begin(), count, columns.interest.begin());
  std::copy_n(monthly.principal.begin(), count, columns.principal.begin());
  std::copy_n(monthly.fee.begin(), count, columns.fee.begin());
  std::copy_n(monthly.draw.begin(), count, columns.draw.begin());
  // The path decides the interest: sweeps, payment in kind, steps of the margin.
  std::fill(columns.floating_scheduled.begin(), columns.floating_scheduled.end(), 1.0);
}

}  // namespace

VehicleLag vehicle_lag(const CompileInput& input, const Vehicle& vehicle, Plan& plan) {
  const auto& terms = input.market->liquidation;
  const double mean = vehicle.liquidation_lag_months.value_or(terms ? terms->lag_months : 0.0);
  const double stdev = terms ? terms->lag_stdev_months : 0.0;
  VehicleLag lag;
  lag.longest = longest_lag(mean, stdev);
  if (mean > 0 && stdev > 0) {
    lag.law = lag_law(plan, mean, stdev);
    lag.key = engine::stream_key(input.settings->seed, engine::StreamKind::delay, vehicle.id);
  }
  lag.row = lag_row(plan.rates, lag.law == kNone ? lag.longest : 0);
  return lag;
}

int vehicle_months(const Vehicle& vehicle, const Book& book, const TimeGrid& grid) {
  int months = 0;
  for (const Tranche& tranche : vehicle.tranches)
    if (tranche.loan) {
      const Loan& loan = book.loans[*tranche.loan];
      const Date last = grid.booked(last_due(tranche, loan), loan.closing);
      months = std::max(months, std::min(grid.month_of(last), grid.months()));
    }
  return months;
}

TrancheSchedule schedule_tranche(const CompileInput& input, std::size_t index,
                                 double payment_in_kind, const TimeGrid& grid) {
  const Loan& loan = input.book->loans[index];
  const Rates& rates = input.market->rates;
  std::vector<double> sculpted;
  if (loan.amortization == Amortization::sculpted)
    sculpted = sculpted_principal(input, index, grid);
  TrancheSchedule out;
  out.schedule = schedule_loan(loan, rates, grid, sculpted);
  out.balloons = balloon_shares(loan, out.schedule, grid);
  out.added = add_in_kind(payment_in_kind, out.schedule);
  out.monthly = on_grid(out.schedule, loan, rates, grid);
  return out;
}

TranchePlan compile_tranche(const CompileInput& input, const Loan& loan, const Tranche& terms,
                            const TimeGrid& grid, Plan& plan, ContractPlan& contract,
                            ContractColumns& columns) {
  const Market& market = *input.market;
  const Vehicle& vehicle = input.book->vehicles[*loan.vehicle];
  const auto [schedule, additions, monthly, balloons] =
      schedule_tranche(input, contract.source, terms.payment_in_kind, grid);
  contract.kind = ContractKind::loan;
  contract.vehicle = static_cast<std::uint32_t>(*loan.vehicle);
  contract.party = contract.group = party_index(market, vehicle.borrower);
  contract.months = vehicle_months(vehicle, *input.book, grid);
  contract.outlives_horizon = monthly.outlives_grid;
  contract.held = loan.held;
  contract.outstanding = schedule.outstanding;
  contract.accrued = schedule.accrued;
  // After the horizon nothing is lent; of draws that the path decides the chance is taken later.
  for (const ScheduledDraw& draw : schedule.draws)
    if (draw.slips || grid.month_of(draw.date) <= grid.months()) contract.to_draw += draw.amount;
  for (const LoanDraw& draw : loan.draws)  // on some path
    if (is_late(loan, draw)) contract.to_draw += draw.amount;
  contract.most_to_draw = contract.to_draw;
  contract.issue_discount = loan.original_issue_discount;
  contract.scale = std::max(schedule.outstanding + contract.to_draw, 1e-6);
  contract.day_zero = schedule.closing_fee;
  const VehicleLag lag = vehicle_lag(input, vehicle, plan);
  contract.lag = lag.longest;
  contract.lag_law = lag.law;
  contract.lag_row = lag.row;
  contract.variant.cash = true;  // its survival is the vehicle's, path by path
  std::optional<EarlySchedule> early;
  if (slips_at_all(loan)) early = early_schedule(input, loan, grid, schedule);
  // Nothing is owed on any day by schedule: the rate is that of what may be.
  if (early && schedule.outstanding == 0 && schedule.draws.empty())
    set_effective_rate(early->loan, early->schedule, grid, contract);
  else
    set_effective_rate(loan, schedule, grid, contract);

  clear_columns(contract.months, columns);
  copy_scheduled(monthly, columns);
  const std::vector<double> added = added_by_month(schedule, additions, grid, monthly.months);
  for (std::size_t k = 1; k < added.size(); ++k) {  // what is paid in cash
    columns.interest[k] -= added[k];
    columns.principal[k] += added[k];
  }
  fill_discounts(input, contract, columns);
  const std::vector<double> years = accruals_by_month(schedule, grid, monthly.months);
  TranchePlan tranche;
  tranche.months.resize(static_cast<std::size_t>(contract.months) + 1);
  const std::vector<double> elapsed = elapsed_by_month(schedule, grid, monthly.months);
  for (std::size_t k = 1; k < monthly.opening.size(); ++k)
    tranche.months[k] =
        tranche_month(input, monthly, k, years[k], added[k], columns.present_factor[k],
                      monthly.opening[k] - elapsed[k], plan);
  for (std::size_t k = 1; k < monthly.opening.size(); ++k) tranche.months[k].balloon = balloons[k];
  if (early) fill_early_months(input, *early, grid, monthly, years, columns, plan, tranche);
  add_own_maturities(input, loan, grid, monthly, columns, plan, tranche);
  if (loan.commitment)
    add_draws(loan, market.rates, grid, schedule, columns, monthly.outlives_grid, tranche);
  tranche.last_payment =
      schedule.payments.empty() ? 0 : grid.month_of(schedule.payments.back().booked);
  if (loan.prepayment_spread)
    tranche.prepayment =
        compile_prepayment(input, loan, schedule, early ? &early->schedule : nullptr, grid, plan,
                           static_cast<std::size_t>(contract.months));
  Date end = loan.maturity;
  for (const Tranche& other : vehicle.tranches)
    if (other.loan) end = std::max(end, last_due(other, input.book->loans[*other.loan]));
  if (has_balloon_terms(terms))
    add_balloon(input, {loan, terms, schedule, end}, grid, plan, contract, columns, tranche);
  return tranche;
}

}  // namespace lien::pricing
