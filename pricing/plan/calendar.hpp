#pragma once

#include <vector>

#include "pricing/contract/contract.hpp"

// The only door to QuantLib: month arithmetic and year fractions, on plain calendar days. It never
// sees a rate, so no number of a Plan is QuantLib's arithmetic beyond days over a denominator.
// Errors: std::domain_error for a date outside 1901-01-01 .. 2199-12-31, QuantLib's range.
namespace lien::pricing {

// d plus months (may be negative), on the last day of a month that lacks d's day. end_of_month
// moves the result to the last day of its month: for steps from an anchor that ends its own.
[[nodiscard]] Date add_months(Date d, int months, bool end_of_month);
[[nodiscard]] bool ends_month(Date d);

// start, then its steps of step_months counted each from start (31 Jan, 28 Feb, 31 Mar; ends of
// months where start ends its own), then end, at most a step after the last: the dates of an
// agreement. Just start where end <= start. step_months > 0; end before 2199, so that no step
// leaves QuantLib's range.
[[nodiscard]] std::vector<Date> agreement_dates(Date start, Date end, int step_months);

// Years of each period between neighbouring dates, >= 0: actual days over 360 or 365, or 30/360
// in its bond basis (US without the February rule, ISDA 2006 section 4.16(f)).
[[nodiscard]] std::vector<double> year_fractions(DayCount day_count,
                                                 const std::vector<Date>& dates);

}  // namespace lien::pricing
