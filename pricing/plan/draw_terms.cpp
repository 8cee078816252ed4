#include "pricing/plan/draw_terms.hpp"

#include <algorithm>
#include <cmath>

namespace lien::pricing {
namespace {

double years(DayCount day_count, Date from, Date to) {
  return to > from ? year_fractions(day_count, {from, to}).front() : 0.0;
}

// The grid's month of any date, of the past and beyond its end too.
double month_number(Date d, const TimeGrid& grid) { return std::ceil(12 * grid.time_of(d) - 1e-9); }

}  // namespace

double years_to_draw(const Loan& loan, Date from, Date to) {
  return years(loan.day_count, from, std::min(to, loan.draw_end.value_or(loan.maturity)));
}

std::size_t period_of_draw(std::span<const LoanPayment> periods, Date d, const TimeGrid& grid) {
  const double month = month_number(d, grid);
  std::size_t i = 0;
  while (i < periods.size() && month_number(periods[i].booked, grid) <= month) ++i;
  return i;
}

ScheduledDraw draw_at(const Loan& loan, std::span<const LoanPayment> periods, std::size_t at,
                      Date d, double amount) {
  ScheduledDraw draw{d, amount, 0, 0};
  double owed = 0, drawn = 0;  // years from the draw to the payment
  for (std::size_t j = 0; j <= at; ++j) {
    if (periods[j].end <= d) continue;
    const Date from = std::max(periods[j].start, d);
    owed += years(loan.day_count, from, periods[j].end);
    drawn += years_to_draw(loan, from, periods[j].end);
  }
  const double open = years_to_draw(loan, periods[at].start, periods[at].end);
  if (periods[at].accrual > 0) draw.elapsed = 1 - owed / periods[at].accrual;
  if (open > 0) draw.undrawn = 1 - drawn / open;
  return draw;
}

}  // namespace lien::pricing
