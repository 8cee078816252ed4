#include "pricing/plan/loan_schedule.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/draw_terms.hpp"
#include "pricing/plan/repayment.hpp"

namespace lien::pricing {
namespace {

// All accrual periods of the loan, past ones too, without money.
std::vector<LoanPayment> periods_from_closing(const Loan& loan, const TimeGrid& grid) {
  const std::vector<Date> dates =
      agreement_dates(loan.closing, loan.maturity, static_cast<int>(loan.frequency));
  const std::vector<double> accruals = year_fractions(loan.day_count, dates);
  std::vector<LoanPayment> periods(accruals.size());
  for (std::size_t i = 0; i < periods.size(); ++i)
    periods[i] = {.start = dates[i],
                  .end = dates[i + 1],
                  .booked = grid.booked(dates[i + 1], loan.closing),
                  .accrual = accruals[i]};
  return periods;
}

// The running rate stands for the past ones.
double past_rate(const Loan& loan, const LoanPayment& running, double share) {
  if (!loan.floating) return loan.coupon;
  return running.accrual > 0 ? share / running.accrual : loan.margin;
}

// Principal owed today by a loan that states none. Its past rates are not on file, so the running
// one stands for them; it matters to level repayment alone.
double outstanding_by_schedule(const Loan& loan, std::span<LoanPayment> all, std::size_t past,
                               double running_share, const TimeGrid& grid) {
  const double rate = past_rate(loan, all[past], running_share);
  std::vector<double> shares;
  shares.reserve(all.size());
  for (const LoanPayment& period : all) shares.push_back(rate * period.accrual);
  Inflows inflows(all.size());
  double running = 0;  // drawn in the period that runs
  for (const LoanDraw& draw : loan.draws) {
    if (draw.date > grid.date(0)) continue;
    const std::size_t at = period_of_draw(all, draw.date, grid);
    const ScheduledDraw made = draw_at(loan, all, at, draw.date, draw.amount);
    (at < past ? inflows.drawn[at] : running) += made.amount;
    if (at < past) inflows.elapsed[at] += made.amount * made.elapsed;
  }
  return repay(loan, loan.principal, loan.principal, all, shares, inflows, past) + running;
}

// Notes the draws to come and those of the running period, all[past].
Inflows add_draws(const Loan& loan, const TimeGrid& grid, std::span<const LoanPayment> all,
                  std::size_t past, LoanSchedule& schedule) {
  Inflows inflows(all.size() - past);
  for (const LoanDraw& draw : loan.draws) {
    if (draw.earliest && draw.date > loan.maturity)
      continue;  // its lots' mean delivery is too late
    const std::size_t at = period_of_draw(all, draw.date, grid);
    if (at == all.size())
      throw std::domain_error("a draw in the month of the last payment is not repaid");
    if (at < past) continue;
    ScheduledDraw made = draw_at(loan, all, at, draw.date, draw.amount);
    made.slips = draw.earliest.has_value();
    const double elapsed = made.amount * made.elapsed, undrawn = made.amount * made.undrawn;
    inflows.elapsed[at - past] += elapsed;
    inflows.undrawn[at - past] += undrawn;
    if (draw.date <= grid.date(0)) {
      schedule.elapsed_today += elapsed;
      schedule.undrawn_today += undrawn;
    } else {
      inflows.drawn[at - past] += made.amount;
      schedule.draws.push_back(made);
    }
  }
  const double used = loan.revolving ? schedule.outstanding : lent_today(loan, schedule, grid);
  schedule.commitment_left = std::max(0.0, loan.commitment.value_or(0.0) - used);
  return inflows;
}

// The fee on what is undrawn, paid with each interest.
void charge_undrawn(const Loan& loan, const Inflows& inflows, const LoanSchedule& schedule,
                    std::span<LoanPayment> remaining) {
  if (!(loan.undrawn_fee > 0)) return;
  double left = schedule.commitment_left;
  for (std::size_t i = 0; i < remaining.size(); ++i) {
    LoanPayment& period = remaining[i];
    left =
        loan.revolving ? std::max(0.0, *loan.commitment - period.opening) : left - inflows.drawn[i];
    period.fee_rate = loan.undrawn_fee * years_to_draw(loan, period.start, period.end);
    period.fee = period.fee_rate * (left + inflows.undrawn[i]);
  }
}

// Interest of the running period up to today: the rate on what is owed, and on what was drawn in
// the period from its day on.
double accrued_today(const Loan& loan, const LoanSchedule& schedule, const LoanPayment& running,
                     double running_share, Date today) {
  if (running.start >= today || !(running.accrual > 0)) return 0;
  const double elapsed =
      year_fractions(loan.day_count, {running.start, today}).front() / running.accrual;
  return std::max(0.0, running_share * (schedule.outstanding * elapsed - schedule.elapsed_today));
}

}  // namespace

// Forward x accrual needs no division, so a period of no 30/360 days is no special case.
std::vector<double> interest_shares(const Loan& loan, const Curve& zero_curve, const TimeGrid& grid,
                                    std::span<LoanPayment> remaining) {
  std::vector<double> shares;
  shares.reserve(remaining.size());
  for (LoanPayment& period : remaining) {
    const bool runs = period.start <= grid.date(0);
    period.fixed_now = !loan.floating || (runs && loan.current_rate);
    if (!loan.floating) {
      shares.push_back(loan.coupon * period.accrual);
    } else if (period.fixed_now) {
      shares.push_back(*loan.current_rate * period.accrual);
    } else if (period.start < grid.date(0)) {
      throw std::domain_error(
          "a floating period began before the valuation date: current_rate must state its rate");
    } else {
      double forward = discount_factor(zero_curve, grid.time_of(period.start)) /
                           discount_factor(zero_curve, grid.time_of(period.end)) -
                       1;
      if (loan.floor) forward = std::max(forward, *loan.floor * period.accrual);
      if (loan.cap) forward = std::min(forward, *loan.cap * period.accrual);
      shares.push_back(forward + loan.margin * period.accrual);
    }
  }
  return shares;
}

LoanSchedule schedule_loan(const Loan& loan, const Rates& rates, const TimeGrid& grid,
                           const std::vector<double>& sculpted) {
  const Date valuation_date = grid.date(0);
  if (loan.closing > valuation_date)
    throw std::domain_error("the loan closes after the valuation date: a commitment is not valued");
  LoanSchedule schedule;
  if (loan.maturity <= valuation_date) return schedule;
  if (loan.closing == valuation_date)
    schedule.closing_fee = loan.closing_fee * loan.commitment.value_or(loan.principal) +
                           loan.original_issue_discount * loan.principal;

  std::vector<LoanPayment> all = periods_from_closing(loan, grid);
  const auto first = std::find_if(all.begin(), all.end(), [&](const LoanPayment& period) {
    return period.end > valuation_date;
  });
  const std::span<LoanPayment> remaining(first, all.end());
  const std::vector<double> shares = interest_shares(loan, rates.zero_curve, grid, remaining);
  const auto past = static_cast<std::size_t>(first - all.begin());
  // Draws that mature each on their own day: what is left of each, in proportion to what is owed.
  std::vector<DrawPart> parts;
  std::vector<double> left;
  if (loan.draw_maturity_months) {
    parts = parts_of(loan, all, grid);
    left = left_of_parts(loan, parts, all, past, past_rate(loan, *first, shares.front()), grid);
    double by_schedule = 0;
    for (const double part : left) by_schedule += part;
    schedule.outstanding = loan.outstanding_principal.value_or(by_schedule);
    if (by_schedule == 0 && schedule.outstanding > 0)
      throw std::domain_error(
          "states what is owed, and by principal, draw and draw_maturity_months nothing is: name "
          "the draws of the past");
    for (double& part : left) part *= by_schedule > 0 ? schedule.outstanding / by_schedule : 1.0;
  } else {
    schedule.outstanding = loan.outstanding_principal
                               ? *loan.outstanding_principal
                               : outstanding_by_schedule(loan, all, past, shares.front(), grid);
  }
  const Inflows inflows = add_draws(loan, grid, all, past, schedule);
  schedule.accrued = accrued_today(loan, schedule, *first, shares.front(), valuation_date);
  if (loan.draw_maturity_months)
    repay_parts(loan, parts, left, past, remaining, shares);
  else
    repay(loan, schedule.outstanding, lent_today(loan, schedule, grid), remaining, shares, inflows,
          remaining.size(), sculpted);
  charge_undrawn(loan, inflows, schedule, remaining);
  if (loan.revolving)
    for (const LoanPayment& period : remaining)
      if (period.opening > *loan.commitment * (1 + 1e-12))
        throw std::domain_error(
            "owes more than the commitment by schedule: lower the draws, or date them after what "
            "is repaid");
  for (const LoanPayment& payment : remaining)
    if (payment.opening != 0 || loan.commitment || loan.amortization == Amortization::sculpted)
      schedule.payments.push_back(payment);
  return schedule;
}

}  // namespace lien::pricing
