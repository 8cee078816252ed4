#include "pricing/plan/calendar.hpp"

#include <ql/time/date.hpp>
#include <ql/time/daycounters/actual360.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <ql/time/daycounters/thirty360.hpp>
#include <ql/time/period.hpp>
#include <stdexcept>

namespace lien::pricing {
namespace {

// QuantLib counts days as spreadsheets do, from 1899-12-30.
constexpr QuantLib::Date::serial_type kSerialOfUnixEpoch = 25569;
constexpr const char* kOutside = "a date lies outside 1901-01-01 to 2199-12-31";

QuantLib::Date to_quantlib(Date d) {
  const auto serial = d.time_since_epoch().count() + kSerialOfUnixEpoch;
  if (serial < QuantLib::Date::minDate().serialNumber() ||
      serial > QuantLib::Date::maxDate().serialNumber())
    throw std::domain_error(kOutside);
  return QuantLib::Date(static_cast<QuantLib::Date::serial_type>(serial));
}

Date from_quantlib(const QuantLib::Date& d) {
  return Date{std::chrono::days{d.serialNumber() - kSerialOfUnixEpoch}};
}

QuantLib::DayCounter to_quantlib(DayCount day_count) {
  switch (day_count) {
    case DayCount::actual_360:
      return QuantLib::Actual360();
    case DayCount::actual_365:
      return QuantLib::Actual365Fixed();
    case DayCount::thirty_360:
      return QuantLib::Thirty360(QuantLib::Thirty360::BondBasis);
  }
  throw std::invalid_argument("to_quantlib: day_count is not one of DayCount");
}

QuantLib::Date moved(const QuantLib::Date& d, int months, bool end_of_month) {
  const QuantLib::Date there = d + QuantLib::Period(months, QuantLib::Months);
  return end_of_month ? QuantLib::Date::endOfMonth(there) : there;
}

}  // namespace

Date add_months(Date d, int months, bool end_of_month) {
  const QuantLib::Date from = to_quantlib(d);
  const int month = from.year() * 12 + (from.month() - 1) + months;
  if (month < 1901 * 12 || month >= 2200 * 12) throw std::domain_error(kOutside);
  return from_quantlib(moved(from, months, end_of_month));
}

bool ends_month(Date d) { return QuantLib::Date::isEndOfMonth(to_quantlib(d)); }

std::vector<Date> agreement_dates(Date start, Date end, int step_months) {
  const QuantLib::Date from = to_quantlib(start), to = to_quantlib(end);
  const bool end_of_month = QuantLib::Date::isEndOfMonth(from);
  std::vector<Date> dates{start};
  if (end <= start) return dates;
  if (to.year() >= 2199) throw std::domain_error(kOutside);
  dates.reserve(static_cast<std::size_t>((to - from) / (28 * step_months)) + 2);
  for (int months = step_months;; months += step_months) {
    const QuantLib::Date date = moved(from, months, end_of_month);
    if (date >= to) break;
    dates.push_back(from_quantlib(date));
  }
  dates.push_back(end);
  return dates;
}

std::vector<double> year_fractions(DayCount day_count, const std::vector<Date>& dates) {
  const QuantLib::DayCounter counter = to_quantlib(day_count);
  std::vector<double> fractions;
  fractions.reserve(dates.size());
  for (std::size_t i = 1; i < dates.size(); ++i)
    fractions.push_back(counter.yearFraction(to_quantlib(dates[i - 1]), to_quantlib(dates[i])));
  return fractions;
}

}  // namespace lien::pricing
