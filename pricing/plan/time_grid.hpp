#pragma once

#include <cstddef>
#include <vector>

#include "pricing/plan/calendar.hpp"

namespace lien::pricing {

// The monthly grid of a run: date k is the valuation date plus k calendar months, same day or the
// last of a shorter month; if the valuation date ends its month, every grid date does. Model time
// is t_k = k/12 exactly, in years. The same rule runs on before the valuation date and beyond the
// last month, where time_of still answers.
// With other steps a year (a book of instruments) a `month` below is a step: t_k = k/steps_per_year
// exactly, and date k is the last day whose model time is not after it. time_of is the same on
// every grid.
// Errors: std::invalid_argument for months < 0 or steps_per_year < 1; std::domain_error for a date
// outside 1901 .. 2199.
// Source: the conventions of docs/model.md, "Time".
class TimeGrid {
 public:
  TimeGrid(Date valuation_date, int months, int steps_per_year = 12);

  [[nodiscard]] int months() const noexcept { return static_cast<int>(dates_.size()) - 1; }
  [[nodiscard]] Date date(int k) const { return dates_[static_cast<std::size_t>(k)]; }
  [[nodiscard]] const std::vector<Date>& dates() const noexcept { return dates_; }

  // k with t_{k-1} < t(d) <= t_k, on the monthly grid date_{k-1} < d <= date_k; 0 for d <=
  // valuation date; months() + 1 beyond the grid.
  [[nodiscard]] int month_of(Date d) const;
  // The day by whose month of the grid a payment of d counts, of an agreement that pays in steps of
  // months from `first` on. It is d, but the day after where a short month has put d onto the
  // grid's own date while the agreement pays on a later day of the month than the grid's: month
  // ends, on the grid of the 30th, would else be two in the month that ends on 30 November and none
  // in the next, for one month's income each.
  [[nodiscard]] Date booked(Date d, Date first) const;
  // Exact model time (k - 1 + share of month k by days)/12 in years; k/12 to the bit on grid
  // dates; negative before the valuation date.
  [[nodiscard]] double time_of(Date d) const;
  // Share of month k (by days, in [0, 1]) that lies in (from, to]; k in 1 .. months();
  // the monthly grid's only.
  [[nodiscard]] double share_of_month(int k, Date from, Date to) const;

 private:
  int steps_per_year_;
  std::vector<Date> dates_;  // [months + 1]
};

// The step in which a number of whole months ends, and the month in which a step ends; the number
// itself at 12 steps a year.
[[nodiscard]] constexpr int step_of_month(int months, int steps_per_year) noexcept {
  return (months * steps_per_year + 11) / 12;
}
[[nodiscard]] constexpr int month_of_step(int step, int steps_per_year) noexcept {
  return (step * 12 + steps_per_year - 1) / steps_per_year;
}

}  // namespace lien::pricing
