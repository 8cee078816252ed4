#include "pricing/plan/loan_schedule.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/draw_terms.hpp"

namespace lien::pricing {
namespace {

// All accrual periods of the loan, past ones too, without money.
std::vector<LoanPayment> periods_from_closing(const Loan& loan) {
  const std::vector<Date> dates =
      agreement_dates(loan.closing, loan.maturity, static_cast<int>(loan.frequency));
  const std::vector<double> accruals = year_fractions(loan.day_count, dates);
  std::vector<LoanPayment> periods(accruals.size());
  for (std::size_t i = 0; i < periods.size(); ++i)
    periods[i] = {.start = dates[i], .end = dates[i + 1], .accrual = accruals[i]};
  return periods;
}

// What joins the balance before each payment, the part of it that bears no interest there yet, and
// the part of it that the fee on what is undrawn is still charged on.
struct Inflows {
  std::vector<double> drawn, elapsed, undrawn;
  explicit Inflows(std::size_t periods)
      : drawn(periods, 0.0), elapsed(periods, 0.0), undrawn(periods, 0.0) {}
};

// The amount of each remaining payment from period `first` on.
struct Repayment {
  double level = 0, part = 0;
};
Repayment repayment_from(const Loan& loan, double balance, double residual, double elapsed,
                         std::span<const double> shares, std::size_t first) {
  // balance x growth - amount x annuity = residual, by the recursion of the balance itself.
  double growth = 1, annuity = 0, later = 1;
  for (std::size_t i = first; i < shares.size(); ++i) {
    growth *= 1 + shares[i];
    annuity = annuity * (1 + shares[i]) + 1;
    if (i > first) later *= 1 + shares[i];
  }
  const double not_due = elapsed * shares[first] * later;
  return {loan.payment.value_or((balance * growth - not_due - residual) / annuity),
          (balance - residual) / static_cast<double>(shares.size() - first)};
}

// Shares of the custom schedule by period.
std::vector<double> custom_shares(const Loan& loan, std::span<const LoanPayment> periods) {
  std::vector<double> shares(periods.size(), 0.0);
  for (const Instalment& part : loan.schedule) {
    const Date due = add_months(loan.closing, part.months, ends_month(loan.closing));
    if (due <= periods.front().start) continue;
    std::size_t i = 0;
    while (i + 1 < periods.size() && periods[i].end < due) ++i;
    shares[i] += part.share;
  }
  return shares;
}

// What is left of the cost of the hardware in service, as a share of it; 1 where none is:
// hardware that is still to come has lost nothing.
double cost_left(const Loan& loan, Date d) {
  double cost = 0, left = 0;
  for (const FinancedCost& lot : loan.financed) {
    if (lot.service > d) continue;
    const double age = year_fractions(DayCount::thirty_360, {lot.service, d}).front();
    cost += lot.cost;
    left += lot.cost * std::max(0.0, 1 - age / loan.depreciation_years.value_or(1.0));
  }
  return cost > 0 ? left / cost : 1.0;
}

// Fills opening, principal and interest of `count` periods of `periods`, which run to maturity,
// from the balance at the start of the first. lent: what was paid out so far. Returns the balance
// after them.
double repay(const Loan& loan, double balance, double lent, std::span<LoanPayment> periods,
             std::span<const double> shares, const Inflows& inflows, std::size_t count,
             const std::vector<double>& sculpted = {}) {
  const Date interest_only_end =
      add_months(loan.closing, loan.interest_only_months, ends_month(loan.closing));
  std::size_t repaying = 0;  // first period that repays
  while (repaying < periods.size() && periods[repaying].end <= interest_only_end) ++repaying;

  std::vector<double> custom;
  double custom_left = 0;
  if (loan.amortization == Amortization::custom) {
    custom = custom_shares(loan, periods);
    for (const double share : custom) custom_left += share;
  }
  bool stale = true;  // the amounts are those of another balance
  Repayment each;
  for (std::size_t i = 0; i < count; ++i) {
    LoanPayment& period = periods[i];
    balance += inflows.drawn[i];
    lent += inflows.drawn[i];
    stale = stale || inflows.drawn[i] > 0;
    if (stale && i >= repaying) {
      each = repayment_from(loan, balance, std::min(loan.balloon * lent, balance),
                            inflows.elapsed[i], shares, i);
      stale = false;
    }
    period.opening = balance;
    period.base = balance - inflows.elapsed[i];
    period.interest = period.base * shares[i];
    if (i + 1 == periods.size()) {
      period.principal = balance;
    } else if (i < repaying) {
      period.principal = 0;
    } else {
      switch (loan.amortization) {
        case Amortization::bullet:
          period.principal = 0;
          break;
        case Amortization::straight_line:
          period.principal = each.part;
          break;
        case Amortization::custom:
          period.principal = custom_left > 0 ? balance * (custom[i] / custom_left) : 0.0;
          break;
        case Amortization::depreciated_cost:
          period.principal = std::max(0.0, balance - lent * cost_left(loan, period.end));
          break;
        case Amortization::sculpted:
          period.principal = i < sculpted.size() ? std::min(sculpted[i], balance) : 0.0;
          break;
        case Amortization::level:
        case Amortization::balloon:
          period.principal = std::min(each.level - period.interest, balance);
          break;
      }
    }
    if (!custom.empty()) custom_left -= custom[i];
    balance -= period.principal;
  }
  return balance;
}

// Principal owed today by a loan that states none. Its past rates are not on file, so the running
// one stands for them; it matters to level repayment alone.
double outstanding_by_schedule(const Loan& loan, std::span<LoanPayment> all, std::size_t past,
                               double running_share, const TimeGrid& grid) {
  const double running_accrual = all[past].accrual;
  double rate = loan.floating ? loan.margin : loan.coupon;
  if (loan.floating && running_accrual > 0) rate = running_share / running_accrual;
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

// Paid out up to today; of a loan that states what is owed and no more of its past, that.
double lent_today(const Loan& loan, const LoanSchedule& schedule, const TimeGrid& grid) {
  double lent = loan.principal;
  for (const LoanDraw& draw : loan.draws)
    if (draw.date <= grid.date(0)) lent += draw.amount;
  if (loan.principal == 0 && loan.outstanding_principal)
    lent = std::max(lent, schedule.outstanding);
  return lent;
}

// Notes the draws to come and those of the running period, all[past].
Inflows add_draws(const Loan& loan, const TimeGrid& grid, std::span<const LoanPayment> all,
                  std::size_t past, LoanSchedule& schedule) {
  Inflows inflows(all.size() - past);
  for (const LoanDraw& draw : loan.draws) {
    const std::size_t at = period_of_draw(all, draw.date, grid);
    if (at == all.size())
      throw std::domain_error("a draw in the month of the last payment is not repaid");
    if (at < past) continue;
    const ScheduledDraw made = draw_at(loan, all, at, draw.date, draw.amount);
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
  schedule.commitment_left =
      std::max(0.0, loan.commitment.value_or(0.0) - lent_today(loan, schedule, grid));
  return inflows;
}

// The fee on what is undrawn, paid with each interest.
void charge_undrawn(const Loan& loan, const Inflows& inflows, const LoanSchedule& schedule,
                    std::span<LoanPayment> remaining) {
  if (!(loan.undrawn_fee > 0)) return;
  double left = schedule.commitment_left;
  for (std::size_t i = 0; i < remaining.size(); ++i) {
    LoanPayment& period = remaining[i];
    left -= inflows.drawn[i];
    period.fee_rate = loan.undrawn_fee * years_to_draw(loan, period.start, period.end);
    period.fee = period.fee_rate * (left + inflows.undrawn[i]);
  }
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
    schedule.closing_fee = loan.closing_fee * loan.commitment.value_or(loan.principal);

  std::vector<LoanPayment> all = periods_from_closing(loan);
  const auto first = std::find_if(all.begin(), all.end(), [&](const LoanPayment& period) {
    return period.end > valuation_date;
  });
  const std::span<LoanPayment> remaining(first, all.end());
  const std::vector<double> shares = interest_shares(loan, rates.zero_curve, grid, remaining);
  const auto past = static_cast<std::size_t>(first - all.begin());
  schedule.outstanding = loan.outstanding_principal
                             ? *loan.outstanding_principal
                             : outstanding_by_schedule(loan, all, past, shares.front(), grid);
  const Inflows inflows = add_draws(loan, grid, all, past, schedule);
  repay(loan, schedule.outstanding, lent_today(loan, schedule, grid), remaining, shares, inflows,
        remaining.size(), sculpted);
  charge_undrawn(loan, inflows, schedule, remaining);
  for (const LoanPayment& payment : remaining)
    if (payment.opening != 0 || loan.commitment || loan.amortization == Amortization::sculpted)
      schedule.payments.push_back(payment);
  return schedule;
}

}  // namespace lien::pricing
