#include "pricing/plan/repayment.hpp"

#include <algorithm>

namespace lien::pricing {
namespace {

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

// What was and will be lent, by schedule.
double lent_in_all(const Loan& loan, const LoanSchedule& schedule, const TimeGrid& grid) {
  double lent = lent_today(loan, schedule, grid);
  for (const ScheduledDraw& draw : schedule.draws) lent += draw.amount;
  return lent;
}

// Of the last payment's principal what is no instalment.
double balloon_of(const Loan& loan, const LoanSchedule& schedule, const TimeGrid& grid) {
  const LoanPayment& last = schedule.payments.back();
  const double all = last.principal;
  const Date interest_only_end =
      add_months(loan.closing, loan.interest_only_months, ends_month(loan.closing));
  switch (loan.amortization) {
    case Amortization::custom:
    case Amortization::sculpted:
      return 0;
    case Amortization::bullet:
      return all;
    case Amortization::depreciated_cost:
      return all - std::clamp(
                       last.opening - lent_in_all(loan, schedule, grid) * cost_left(loan, last.end),
                       0.0, all);
    case Amortization::straight_line:
    case Amortization::level:
    case Amortization::balloon:
      break;
  }
  // One payment of all principal is a bullet by another name.
  if (last.start <= interest_only_end) return all;
  if (loan.payment && loan.amortization != Amortization::straight_line)
    return std::clamp(all + last.interest - *loan.payment, 0.0, all);
  return std::min(loan.balloon * lent_in_all(loan, schedule, grid), all);
}

}  // namespace

double lent_today(const Loan& loan, const LoanSchedule& schedule, const TimeGrid& grid) {
  double lent = loan.principal;
  for (const LoanDraw& draw : loan.draws)
    if (draw.date <= grid.date(0)) lent += draw.amount;
  if (loan.principal == 0 && loan.outstanding_principal)
    lent = std::max(lent, schedule.outstanding);
  return lent;
}

std::vector<double> balloon_shares(const Loan& loan, const LoanSchedule& schedule,
                                   const TimeGrid& grid) {
  const auto size = static_cast<std::size_t>(grid.months()) + 1;
  const bool each_draw = loan.draw_maturity_months.has_value();  // on its own day
  // By instalments each draw ends in one; else all of every payment is a balloon.
  if (each_draw) return std::vector<double>(size, loan.amortization == Amortization::bullet);
  std::vector<double> shares(size, 0.0);
  if (schedule.payments.empty()) return shares;
  const int k = grid.month_of(schedule.payments.back().booked);
  double principal = 0;
  for (const LoanPayment& payment : schedule.payments)
    if (grid.month_of(payment.booked) == k) principal += payment.principal;
  if (k <= grid.months() && principal > 0)
    shares[static_cast<std::size_t>(k)] = balloon_of(loan, schedule, grid) / principal;
  return shares;
}

double repay(const Loan& loan, double balance, double lent, std::span<LoanPayment> periods,
             std::span<const double> shares, const Inflows& inflows, std::size_t count,
             const std::vector<double>& sculpted) {
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

}  // namespace lien::pricing
