#pragma once

#include <compare>
#include <optional>
#include <vector>

#include "pricing/market/market.hpp"

// Times, cycles and day counts of the ACTUS standard. Source: ACTUS technical specification 1.1,
// sections 3.1 to 3.6, and the ACTUS dictionary. Dates: 1901-01-01 .. 2199-12-31.
namespace lien::pricing::actus {

// A calendar day, or with end_of_day its last second, which the standard writes 23:59:59 and counts
// as the start of the next day.
struct Time {
  Date day{};
  bool end_of_day = false;

  friend auto operator<=>(const Time&, const Time&) = default;
};
// The day that interest is counted to.
[[nodiscard]] Date counted_day(Time t);

// A length of calendar time: months or days, never both.
struct Period {
  int months = 0;
  int days = 0;
};
[[nodiscard]] Time operator+(Time t, Period period);
[[nodiscard]] Time operator-(Time t, Period period);

// How often an event comes back. A last period that is not whole is kept (short stub) or joined to
// the one before it (long stub).
struct Cycle {
  Period period;  // longer than nothing
  bool long_stub = false;
};

// The dates of one kind of event, as the contract states them.
struct Repeats {
  std::optional<Time> anchor;
  std::optional<Cycle> cycle;

  [[nodiscard]] bool stated() const { return anchor || cycle; }
  // The first of them: the anchor, else one cycle after `from`. Asks for stated().
  [[nodiscard]] Time first(Time from) const;
};

// anchor + k cycles, each counted from the anchor. month_ends keeps the ends of months, if the
// anchor ends its own and the cycle is one of months.
[[nodiscard]] Time repeated(Time anchor, Period cycle, int k, bool month_ends);

// anchor, its repetitions before `end`, and `end` itself if include_end. A long stub takes out the
// last one before an `end` that is no repetition, unless only the anchor is left. Without a cycle
// the anchor alone. Nothing but `end` where the anchor lies on or after it.
[[nodiscard]] std::vector<Time> repetitions(Time anchor, const std::optional<Cycle>& cycle,
                                            Time end, bool include_end, bool month_ends);

enum class Shift { none, following, modified_following, preceding, modified_preceding };

// What happens to an event on a Saturday or a Sunday, the days without business of calendar MF.
struct BusinessDays {
  Shift shift = Shift::none;
  bool calculate_shifted = true;  // SC..: counts interest to the shifted day; CS..: to the first
  bool weekends = false;          // calendar MF; under NC every day is one of business

  [[nodiscard]] Time shifted(Time t) const;
};

enum class YearCount {
  actual_actual,
  actual_360,
  actual_365,
  thirty_e_360,
  thirty_e_360_isda,
  twenty_eight_e_336
};

// Years from `from` to `to`, from <= to. maturity: exempt from the last-of-February rule of
// thirty_e_360_isda. Source: ISDA 2006 definitions, section 4.16 (b), (d), (e), (g), (h).
[[nodiscard]] double year_fraction(YearCount count, Date from, Date to,
                                   std::optional<Date> maturity);

}  // namespace lien::pricing::actus
