#include <algorithm>

#include "pricing/plan/draw_terms.hpp"
#include "pricing/plan/repayment.hpp"

// A loan whose draws have their own maturities: each is a loan of its own, on the same days.
namespace lien::pricing {

std::vector<DrawPart> parts_of(const Loan& loan, std::span<const LoanPayment> all,
                               const TimeGrid& grid) {
  const auto last_of = [&](Date drawn) {
    const Date due = add_months(drawn, *loan.draw_maturity_months, ends_month(drawn));
    std::size_t i = 0;
    while (i + 1 < all.size() && all[i].end < due) ++i;
    return i;
  };
  std::vector<DrawPart> parts;
  if (loan.principal > 0)
    parts.push_back({loan.closing, 0, last_of(loan.closing), loan.principal, 0});
  for (const LoanDraw& draw : loan.draws) {
    const std::size_t at = period_of_draw(all, draw.date, grid);
    if (at == all.size()) continue;  // a fault of its own
    const double elapsed = draw_at(loan, all, at, draw.date, draw.amount).elapsed;
    parts.push_back(
        {draw.date, at, std::max(at, last_of(draw.date)), draw.amount, draw.amount * elapsed});
  }
  return parts;
}

std::vector<double> left_of_parts(const Loan& loan, const std::vector<DrawPart>& parts,
                                  std::span<const LoanPayment> all, std::size_t past, double rate,
                                  const TimeGrid& grid) {
  std::vector<double> shares, left;
  for (const LoanPayment& period : all) shares.push_back(rate * period.accrual);
  for (const DrawPart& part : parts) {
    const bool lent = part.day <= grid.date(0);
    left.push_back(lent ? part.amount : 0.0);
    if (!lent || part.at >= past) continue;
    const std::size_t own = part.last + 1;
    std::vector<LoanPayment> periods(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(own));
    Inflows inflows(own);
    inflows.drawn[part.at] = part.amount;
    inflows.elapsed[part.at] = part.elapsed;
    left.back() =
        repay(loan, 0, 0, periods, std::span(shares).first(own), inflows, std::min(past, own));
  }
  return left;
}

void repay_parts(const Loan& loan, const std::vector<DrawPart>& parts,
                 const std::vector<double>& left, std::size_t past,
                 std::span<LoanPayment> remaining, std::span<const double> shares) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const DrawPart& part = parts[i];
    if (part.last < past) continue;
    const std::size_t own = part.last + 1 - past;
    std::vector<LoanPayment> periods(remaining.begin(),
                                     remaining.begin() + static_cast<std::ptrdiff_t>(own));
    Inflows inflows(own);
    if (part.at >= past) {
      if (left[i] == 0) inflows.drawn[part.at - past] = part.amount;
      inflows.elapsed[part.at - past] = part.elapsed;
    }
    repay(loan, left[i], left[i], periods, shares.first(own), inflows, own);
    for (std::size_t k = 0; k < own; ++k) {
      remaining[k].opening += periods[k].opening;
      remaining[k].base += periods[k].base;
      remaining[k].interest += periods[k].interest;
      remaining[k].principal += periods[k].principal;
    }
  }
}

}  // namespace lien::pricing
