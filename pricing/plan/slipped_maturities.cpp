#include "pricing/plan/slipped_maturities.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include "pricing/plan/repayment.hpp"
#include "pricing/plan/tranche_months.hpp"

namespace lien::pricing {
namespace {

// A loan of 1 on the same days that repays something on each of them.
Loan loan_of_one(const Loan& loan) {
  Loan one = loan;
  one.draws.clear();
  one.draw_maturity_months.reset();
  one.principal = 1;
  one.outstanding_principal = one.commitment = 1.0;
  one.revolving = false;
  one.amortization = Amortization::straight_line;
  one.interest_only_months = 0;
  one.undrawn_fee = one.closing_fee = one.original_issue_discount = 0;
  return one;
}

// Adds what payments owe and repay to columns by month, column + k x width each.
void add_by_month(std::span<const LoanPayment> payments, const TimeGrid& grid, std::size_t width,
                  double* opening, double* principal, std::size_t months) {
  for (const LoanPayment& payment : payments) {
    const auto k = static_cast<std::size_t>(grid.month_of(payment.booked));
    if (!(payment.opening > 0) || k > months) continue;
    if (!(opening[k * width] > 0)) opening[k * width] = payment.opening;
    principal[k * width] += payment.principal;
  }
}

// The payments after today, without money, and today's interest on 1 in each.
struct Periods {
  std::vector<LoanPayment> payments;
  std::vector<double> shares;
};
Periods periods_of(const Loan& loan, const Rates& rates, const TimeGrid& grid) {
  Periods out{schedule_loan(loan_of_one(loan), rates, grid).payments, {}};
  out.shares = interest_shares(loan, rates.zero_curve, grid, out.payments);
  for (LoanPayment& payment : out.payments)
    payment.opening = payment.base = payment.interest = payment.principal = payment.fee = 0;
  return out;
}

// The day agreed, moved by whole months into month i.
Date day_in(Date agreed, int i, const TimeGrid& grid) {
  const int first = std::max(1, grid.month_of(agreed));
  const Date moved = add_months(agreed, i - first, ends_month(agreed));
  return std::clamp(moved, grid.date(i - 1) + std::chrono::days(1), grid.date(i));
}

// The last month in which a draw may be made, and one for the rounding of its time.
int last_month(const Loan& loan, const TimeGrid& grid, int months) {
  return std::min(months, grid.month_of(loan.draw_end.value_or(loan.maturity)) + 1);
}

DrawRepayment repayment_of(const Loan& loan, const Periods& periods, const TimeGrid& grid,
                           Date earliest, int months) {
  const int last = last_month(loan, grid, months);
  DrawRepayment out;
  out.width = static_cast<std::size_t>(last) + 1;
  out.opening.assign((static_cast<std::size_t>(months) + 1) * out.width, 0.0);
  out.principal = out.opening;
  Loan one = loan;
  one.principal = 0;
  for (int i = std::max(1, grid.month_of(earliest)); i <= last; ++i) {
    one.draws = {{day_in(earliest, i, grid), 1.0, {}}};
    const std::vector<DrawPart> parts = parts_of(one, periods.payments, grid);
    if (parts.empty()) continue;  // no payment follows
    std::vector<LoanPayment> own = periods.payments;
    repay_parts(one, parts, {0.0}, 0, own, periods.shares);
    const auto column = static_cast<std::size_t>(i);
    add_by_month(own, grid, out.width, out.opening.data() + column, out.principal.data() + column,
                 static_cast<std::size_t>(months));
  }
  return out;
}

// [months + 1] true where something may be owed at the month's payment.
std::vector<bool> may_be_owed(const Loan& loan, const Periods& periods, const TimeGrid& grid,
                              const TranchePlan& tranche) {
  std::vector<bool> owed;
  for (const double opening : tranche.others_opening) owed.push_back(opening > 0);
  const int months = static_cast<int>(owed.size()) - 1;
  for (const LoanDraw& draw : loan.draws) {
    if (!draw.earliest) continue;
    const DrawRepayment own = repayment_of(loan, periods, grid, *draw.earliest, months);
    for (std::size_t k = 0; k < owed.size(); ++k)
      for (std::size_t i = 0; i < own.width && !owed[k]; ++i)
        owed[k] = own.opening[k * own.width + i] > 0;
  }
  return owed;
}

}  // namespace

DrawRepayment repayment_of_draw(const Loan& loan, const Rates& rates, const TimeGrid& grid,
                                Date earliest, int months) {
  return repayment_of(loan, periods_of(loan, rates, grid), grid, earliest, months);
}

void add_own_maturities(const CompileInput& input, const Loan& loan, const TimeGrid& grid,
                        const MonthlySchedule& scheduled, const ContractColumns& columns,
                        Plan& plan, TranchePlan& tranche) {
  const auto slips = [](const LoanDraw& draw) { return draw.earliest.has_value(); };
  if (!loan.draw_maturity_months || std::none_of(loan.draws.begin(), loan.draws.end(), slips))
    return;
  const Rates& rates = input.market->rates;
  Loan others = loan;
  others.draws.erase(std::remove_if(others.draws.begin(), others.draws.end(), slips),
                     others.draws.end());
  tranche.others_opening.assign(tranche.months.size(), 0.0);
  tranche.others_principal = tranche.others_opening;
  add_by_month(schedule_loan(others, rates, grid).payments, grid, 1, tranche.others_opening.data(),
               tranche.others_principal.data(), tranche.months.size() - 1);
  const std::vector<bool> owed = may_be_owed(loan, periods_of(loan, rates, grid), grid, tranche);

  const Loan one = loan_of_one(loan);
  const LoanSchedule schedule = schedule_loan(one, rates, grid);
  const MonthlySchedule monthly = on_grid(schedule, one, rates, grid);
  const std::vector<double> years = accruals_by_month(schedule, grid, monthly.months);
  const bool owes_today = !scheduled.closing.empty() && scheduled.closing[0] > 0;
  for (std::size_t k = 1; k < tranche.months.size() && k < monthly.opening.size(); ++k) {
    if (!owed[k] || !(monthly.principal[k] > 0)) continue;
    TrancheMonth& month = tranche.months[k];
    TrancheMonth own = tranche_month(input, monthly, k, years[k], 0.0, columns.present_factor[k],
                                     monthly.opening[k], plan);
    if (!owes_today) own.from_cash = 1;  // nothing was set aside
    if (k < scheduled.opening.size() && scheduled.opening[k] > 0)
      month.timing = own.timing;  // of principal that the schedule does not have
    else
      month = own;
    // A draw that was held back until the schedule owes nothing is repaid at once.
    month.repaid = 1;
  }
}

}  // namespace lien::pricing
