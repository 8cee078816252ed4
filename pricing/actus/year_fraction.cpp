#include <algorithm>

#include "pricing/actus/time.hpp"

namespace lien::pricing::actus {
namespace {

using std::chrono::year_month_day;

struct Parts {
  int year, month, day;
};

Parts parts(Date d) {
  const year_month_day ymd{d};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

double days_between(Date from, Date to) { return static_cast<double>((to - from).count()); }

bool ends_february(Date d) {
  const year_month_day ymd{d};
  return ymd.month() == std::chrono::February &&
         year_month_day{d + std::chrono::days{1}}.day() == std::chrono::day{1};
}

Date new_year(int year) {
  return year_month_day{std::chrono::year{year}, std::chrono::January, std::chrono::day{1}};
}

// Days of each calendar year over its own length.
double actual_actual(Date from, Date to) {
  double years = 0;
  for (int year = parts(from).year; year <= parts(to).year; ++year) {
    const Date start = std::max(from, new_year(year)), end = std::min(to, new_year(year + 1));
    years += days_between(start, end) / days_between(new_year(year), new_year(year + 1));
  }
  return years;
}

// Months of `month_days` days, twelve a year.
double equal_months(const Parts& from, const Parts& to, int month_days) {
  const int months = (to.year - from.year) * 12 + to.month - from.month;
  return static_cast<double>(months * month_days + to.day - from.day) / (12 * month_days);
}

}  // namespace

double year_fraction(YearCount count, Date from, Date to, std::optional<Date> maturity) {
  Parts a = parts(from), b = parts(to);
  switch (count) {
    case YearCount::actual_actual:
      return actual_actual(from, to);
    case YearCount::actual_360:
      return days_between(from, to) / 360;
    case YearCount::actual_365:
      return days_between(from, to) / 365;
    case YearCount::thirty_e_360_isda:
      if (ends_february(from)) a.day = 30;
      if (ends_february(to) && to != maturity) b.day = 30;
      [[fallthrough]];
    case YearCount::thirty_e_360:
      a.day = std::min(a.day, 30);
      b.day = std::min(b.day, 30);
      return equal_months(a, b, 30);
    case YearCount::twenty_eight_e_336:
      a.day = std::min(a.day, 28);
      b.day = std::min(b.day, 28);
      return equal_months(a, b, 28);
  }
  return 0;
}

}  // namespace lien::pricing::actus
