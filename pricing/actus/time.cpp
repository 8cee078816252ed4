#include "pricing/actus/time.hpp"

#include <algorithm>

#include "pricing/plan/calendar.hpp"

namespace lien::pricing::actus {
namespace {

using std::chrono::days;
using std::chrono::weekday;

bool is_business_day(Date d) {
  const weekday day{d};
  return day != std::chrono::Saturday && day != std::chrono::Sunday;
}

Date next_business_day(Date d, int step) {
  while (!is_business_day(d)) d += days{step};
  return d;
}

bool same_month(Date a, Date b) {
  return std::chrono::year_month_day{a}.month() == std::chrono::year_month_day{b}.month();
}

bool is_modified(Shift shift) {
  return shift == Shift::modified_following || shift == Shift::modified_preceding;
}

}  // namespace

Date counted_day(Time t) { return t.end_of_day ? t.day + days{1} : t.day; }

Time operator+(Time t, Period period) {
  return {period.months != 0 ? add_months(t.day, period.months, false) : t.day + days{period.days},
          t.end_of_day};
}

Time operator-(Time t, Period period) { return t + Period{-period.months, -period.days}; }

Time Repeats::first(Time from) const { return anchor ? *anchor : from + cycle->period; }

Time repeated(Time anchor, Period cycle, int k, bool month_ends) {
  if (cycle.months == 0) return anchor + Period{0, cycle.days * k};
  const bool keep_end = month_ends && ends_month(anchor.day);
  return {add_months(anchor.day, cycle.months * k, keep_end), anchor.end_of_day};
}

std::vector<Time> repetitions(Time anchor, const std::optional<Cycle>& cycle, Time end,
                              bool include_end, bool month_ends) {
  std::vector<Time> times;
  Time next = anchor;
  for (int k = 1; next < end; ++k) {
    times.push_back(next);
    if (!cycle) break;
    next = repeated(anchor, cycle->period, k, month_ends);
  }
  const bool partial = cycle && next != end;
  if (partial && cycle->long_stub && times.size() > 1) times.pop_back();
  if (include_end) times.push_back(end);
  return times;
}

Time BusinessDays::shifted(Time t) const {
  if (!weekends || shift == Shift::none || is_business_day(t.day)) return t;
  const int step = shift == Shift::following || shift == Shift::modified_following ? 1 : -1;
  const Date there = next_business_day(t.day, step);
  const bool turn = is_modified(shift) && !same_month(there, t.day);
  return {turn ? next_business_day(t.day, -step) : there, t.end_of_day};
}

}  // namespace lien::pricing::actus
