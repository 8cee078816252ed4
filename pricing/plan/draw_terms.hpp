#pragma once

#include <span>
#include <vector>

#include "pricing/plan/loan_schedule.hpp"

namespace lien::pricing {

// Index of the first period that is paid in a later month of the grid than a draw of date d is made
// in, before the valuation date and beyond the grid's end too; periods.size() where none is.
[[nodiscard]] std::size_t period_of_draw(std::span<const LoanPayment> periods, Date d,
                                         const TimeGrid& grid);

// The shares `elapsed` and `undrawn` of a draw of date d whose first payment is periods[at].
[[nodiscard]] ScheduledDraw draw_at(const Loan& loan, std::span<const LoanPayment> periods,
                                    std::size_t at, Date d, double amount);

// Years of [from, to] in which the loan may be drawn; by its day count.
[[nodiscard]] double years_to_draw(const Loan& loan, Date from, Date to);

}  // namespace lien::pricing
