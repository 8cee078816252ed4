#include "pricing/plan/time_grid.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lien::pricing {
namespace {

int calendar_month(Date d) {
  const std::chrono::year_month_day day{d};
  return static_cast<int>(day.year()) * 12 + static_cast<int>(static_cast<unsigned>(day.month()));
}

double days(Date from, Date to) { return static_cast<double>((to - from).count()); }

// Model time of d in the month that ends at date k.
double time_in_month(int k, Date before, Date d, Date after) {
  return (k - 1 + days(before, d) / days(before, after)) / 12;
}

// Last day whose model time is at most step / steps_per_year: the days of a month share its time
// evenly, so it is a whole number of days after the grid's last month end.
Date date_of_step(Date start, bool end_of_month, int step, int steps_per_year) {
  const int months = step * 12 / steps_per_year, rest = step * 12 % steps_per_year;
  const Date before = add_months(start, months, end_of_month);
  if (rest == 0) return before;
  const auto length = (add_months(start, months + 1, end_of_month) - before).count();
  return before + std::chrono::days{length * rest / steps_per_year};
}

}  // namespace

TimeGrid::TimeGrid(Date valuation_date, int months, int steps_per_year)
    : steps_per_year_(steps_per_year) {
  if (months < 0) throw std::invalid_argument("TimeGrid: months is negative");
  if (steps_per_year < 1) throw std::invalid_argument("TimeGrid: steps_per_year is below 1");
  const bool end_of_month = ends_month(valuation_date);
  dates_.reserve(static_cast<std::size_t>(months) + 1);
  for (int k = 0; k <= months; ++k)
    dates_.push_back(steps_per_year == 12
                         ? add_months(valuation_date, k, end_of_month)
                         : date_of_step(valuation_date, end_of_month, k, steps_per_year));
}

int TimeGrid::month_of(Date d) const {
  if (steps_per_year_ != 12) {
    if (d <= dates_.front()) return 0;
    // The nearest double of a step's own time may lie an ulp beside k: a date on a step is on it.
    const double steps = time_of(d) * steps_per_year_;
    return static_cast<int>(std::min(std::ceil(steps - 1e-9), months() + 1.0));
  }
  return static_cast<int>(std::lower_bound(dates_.begin(), dates_.end(), d) - dates_.begin());
}

Date TimeGrid::booked(Date d, Date first) const {
  const auto day_of_month = [](Date date) {
    const std::chrono::year_month_day parts{date};
    return ends_month(date) ? 31U : static_cast<unsigned>(parts.day());
  };
  const Date start = dates_.front();
  if (steps_per_year_ != 12 || day_of_month(first) <= day_of_month(start)) return d;
  const auto agreed = [d](Date from) {
    return add_months(from, calendar_month(d) - calendar_month(from), ends_month(from)) == d;
  };
  return agreed(first) && agreed(start) ? d + std::chrono::days{1} : d;
}

double TimeGrid::time_of(Date d) const {
  if (steps_per_year_ == 12 && d > dates_.front() && d <= dates_.back()) {
    const int k = month_of(d);
    return time_in_month(k, date(k - 1), d, date(k));
  }
  // Outside the stored dates: the grid has one date in each calendar month, so the end of d's
  // month of the grid is in d's calendar month or in the one after.
  const Date start = dates_.front();
  const bool end_of_month = ends_month(start);
  int k = calendar_month(d) - calendar_month(start);
  if (d > add_months(start, k, end_of_month)) ++k;
  return time_in_month(k, add_months(start, k - 1, end_of_month), d,
                       add_months(start, k, end_of_month));
}

double TimeGrid::share_of_month(int k, Date from, Date to) const {
  const Date begin = std::max(from, date(k - 1)), end = std::min(to, date(k));
  return end > begin ? days(begin, end) / days(date(k - 1), date(k)) : 0.0;
}

}  // namespace lien::pricing
