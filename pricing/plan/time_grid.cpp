#include "pricing/plan/time_grid.hpp"

#include <algorithm>
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

}  // namespace

TimeGrid::TimeGrid(Date valuation_date, int months) {
  if (months < 0) throw std::invalid_argument("TimeGrid: months is negative");
  const bool end_of_month = ends_month(valuation_date);
  dates_.reserve(static_cast<std::size_t>(months) + 1);
  for (int k = 0; k <= months; ++k) dates_.push_back(add_months(valuation_date, k, end_of_month));
}

int TimeGrid::month_of(Date d) const {
  return static_cast<int>(std::lower_bound(dates_.begin(), dates_.end(), d) - dates_.begin());
}

double TimeGrid::time_of(Date d) const {
  if (d > dates_.front() && d <= dates_.back()) {
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
