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

}  // namespace

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
