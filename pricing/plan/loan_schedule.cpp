#include "pricing/plan/loan_schedule.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "pricing/plan/discount_curve.hpp"

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

// Interest on 1 of principal in each period from `first` on, at today's forwards where it floats.
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

// Fills opening, principal and interest of `count` periods of `periods`, which run to maturity,
// from the balance at the start of the first. Returns the balance after them.
double repay(const Loan& loan, double balance, std::span<LoanPayment> periods,
             std::span<const double> shares, std::size_t count) {
  const Date interest_only_end =
      add_months(loan.closing, loan.interest_only_months, ends_month(loan.closing));
  std::size_t repaying = 0;  // first period that repays
  while (repaying < periods.size() && periods[repaying].end <= interest_only_end) ++repaying;
  const double residual = std::min(loan.balloon * loan.principal, balance);

  // balance x growth - amount x annuity = residual, by the recursion of the balance itself.
  double growth = 1, annuity = 0;
  for (std::size_t i = repaying; i < periods.size(); ++i) {
    growth *= 1 + shares[i];
    annuity = annuity * (1 + shares[i]) + 1;
  }
  const double level = loan.payment.value_or((balance * growth - residual) / annuity);
  const double part = (balance - residual) / static_cast<double>(periods.size() - repaying);

  for (std::size_t i = 0; i < count; ++i) {
    LoanPayment& period = periods[i];
    period.opening = balance;
    period.interest = balance * shares[i];
    if (i + 1 == periods.size()) {
      period.principal = balance;
    } else if (i < repaying || loan.amortization == Amortization::bullet) {
      period.principal = 0;
    } else if (loan.amortization == Amortization::straight_line) {
      period.principal = part;
    } else {
      period.principal = std::min(level - period.interest, balance);
    }
    balance -= period.principal;
  }
  return balance;
}

// Principal owed today by a loan that states none. Its past rates are not on file, so the running
// one stands for them; it matters to level repayment alone.
double outstanding_by_schedule(const Loan& loan, std::span<LoanPayment> all, std::size_t past,
                               double running_share) {
  const double running_accrual = all[past].accrual;
  double rate = loan.floating ? loan.margin : loan.coupon;
  if (loan.floating && running_accrual > 0) rate = running_share / running_accrual;
  std::vector<double> shares;
  shares.reserve(all.size());
  for (const LoanPayment& period : all) shares.push_back(rate * period.accrual);
  return repay(loan, loan.principal, all, shares, past);
}

}  // namespace

LoanSchedule schedule_loan(const Loan& loan, const Rates& rates, const TimeGrid& grid) {
  const Date valuation_date = grid.date(0);
  if (loan.closing > valuation_date)
    throw std::domain_error("the loan closes after the valuation date: a commitment is not valued");
  LoanSchedule schedule;
  if (loan.maturity <= valuation_date) return schedule;
  if (loan.closing == valuation_date) schedule.closing_fee = loan.closing_fee * loan.principal;

  std::vector<LoanPayment> all = periods_from_closing(loan);
  const auto first = std::find_if(all.begin(), all.end(), [&](const LoanPayment& period) {
    return period.end > valuation_date;
  });
  const std::span<LoanPayment> remaining(first, all.end());
  const std::vector<double> shares = interest_shares(loan, rates.zero_curve, grid, remaining);
  schedule.outstanding =
      loan.outstanding_principal
          ? *loan.outstanding_principal
          : outstanding_by_schedule(loan, all, static_cast<std::size_t>(first - all.begin()),
                                    shares.front());
  repay(loan, schedule.outstanding, remaining, shares, remaining.size());
  for (const LoanPayment& payment : remaining)
    if (payment.opening != 0) schedule.payments.push_back(payment);
  return schedule;
}

}  // namespace lien::pricing
