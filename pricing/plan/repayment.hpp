#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pricing/plan/loan_schedule.hpp"

// How a loan's schedule repays, period by period.
namespace lien::pricing {

// What joins the balance before each payment, the part of it that bears no interest there yet, and
// the part of it that the fee on what is undrawn is still charged on.
struct Inflows {
  std::vector<double> drawn, elapsed, undrawn;
  explicit Inflows(std::size_t periods)
      : drawn(periods, 0.0), elapsed(periods, 0.0), undrawn(periods, 0.0) {}
};

// Fills opening, principal and interest of `count` periods of `periods`, which run to maturity,
// from the balance at the start of the first. lent: what was paid out so far. Returns the balance
// after them.
double repay(const Loan& loan, double balance, double lent, std::span<LoanPayment> periods,
             std::span<const double> shares, const Inflows& inflows, std::size_t count,
             const std::vector<double>& sculpted = {});

// Paid out up to today; of a loan that states what is owed and no more of its past, that.
[[nodiscard]] double lent_today(const Loan& loan, const LoanSchedule& schedule,
                                const TimeGrid& grid);

// Share of each month's principal, [grid.months() + 1], that is a balloon and no instalment, which
// coverage leaves out: all that is repaid at once, and what the last payment repays beyond its own
// instalment. That of a custom or sculpted schedule counts as an instalment.
[[nodiscard]] std::vector<double> balloon_shares(const Loan& loan, const LoanSchedule& schedule,
                                                 const TimeGrid& grid);

// Draws that are repaid each on its own day, with what is lent at closing as the first.
struct DrawPart {
  Date day{};
  std::size_t at = 0, last = 0;  // periods in which it is first and last owed
  double amount = 0;
  double elapsed = 0;  // of the first of them, x amount
};
[[nodiscard]] std::vector<DrawPart> parts_of(const Loan& loan, std::span<const LoanPayment> all,
                                             const TimeGrid& grid);
// What is left of each today by schedule, at one rate since closing; past: periods that are paid.
// A part that is still to be drawn has nothing.
[[nodiscard]] std::vector<double> left_of_parts(const Loan& loan,
                                                const std::vector<DrawPart>& parts,
                                                std::span<const LoanPayment> all, std::size_t past,
                                                double rate, const TimeGrid& grid);
// Fills the remaining periods, all from number `past` on, with the sums over the parts.
void repay_parts(const Loan& loan, const std::vector<DrawPart>& parts,
                 const std::vector<double>& left, std::size_t past,
                 std::span<LoanPayment> remaining, std::span<const double> shares);

}  // namespace lien::pricing
