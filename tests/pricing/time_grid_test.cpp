#include "pricing/plan/time_grid.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

TEST(AddMonths, TakesTheLastDayOfAShorterMonth) {
  EXPECT_EQ(add_months(2026y / 1 / 31, 1, false), Date{2026y / 2 / 28});
  EXPECT_EQ(add_months(2028y / 1 / 31, 1, false), Date{2028y / 2 / 29});
  EXPECT_EQ(add_months(2026y / 1 / 31, 2, false), Date{2026y / 3 / 31});
  EXPECT_EQ(add_months(2024y / 2 / 29, 12, false), Date{2025y / 2 / 28});
  EXPECT_EQ(add_months(2026y / 3 / 30, -1, false), Date{2026y / 2 / 28});
}

TEST(AddMonths, KeepsTheEndOfMonthWhereAsked) {
  EXPECT_EQ(add_months(2026y / 9 / 30, 1, true), Date{2026y / 10 / 31});
  EXPECT_EQ(add_months(2026y / 9 / 30, 1, false), Date{2026y / 10 / 30});
  EXPECT_EQ(add_months(2027y / 2 / 28, 12, true), Date{2028y / 2 / 29});
  EXPECT_EQ(add_months(2026y / 9 / 30, -7, true), Date{2026y / 2 / 28});
}

TEST(AddMonths, RefusesDatesThatQuantLibCannotHold) {
  EXPECT_EQ(add_months(2199y / 11 / 30, 1, true), Date{2199y / 12 / 31});
  EXPECT_THROW((void)add_months(2199y / 12 / 1, 1, false), std::domain_error);
  EXPECT_THROW((void)add_months(1901y / 1 / 1, -1, false), std::domain_error);
  EXPECT_THROW((void)ends_month(1900y / 1 / 1), std::domain_error);
  EXPECT_THROW((void)agreement_dates(2190y / 1 / 1, 2199y / 6 / 1, 12), std::domain_error);
}

TEST(EndsMonth, KnowsLeapYears) {
  EXPECT_TRUE(ends_month(2028y / 2 / 29));
  EXPECT_FALSE(ends_month(2028y / 2 / 28));
  EXPECT_TRUE(ends_month(2027y / 2 / 28));
  EXPECT_TRUE(ends_month(2100y / 2 / 28));  // no leap year
}

TEST(AgreementDates, StepFromTheStartAndEndWithAShortPeriod) {
  EXPECT_EQ(agreement_dates(2027y / 12 / 31, 2028y / 4 / 10, 1),
            (std::vector<Date>{2027y / 12 / 31, 2028y / 1 / 31, 2028y / 2 / 29, 2028y / 3 / 31,
                               2028y / 4 / 10}));
  EXPECT_EQ(agreement_dates(2026y / 9 / 30, 2027y / 3 / 31, 3),
            (std::vector<Date>{2026y / 9 / 30, 2026y / 12 / 31, 2027y / 3 / 31}));
  EXPECT_EQ(agreement_dates(2026y / 9 / 30, 2026y / 9 / 30, 3), std::vector<Date>{2026y / 9 / 30});
}

// Days counted by hand; 30/360: 360 dy + 30 dm + dd with 31 read as 30 (the second only after a
// 30th or 31st), ISDA 2006 section 4.16(f).
TEST(YearFractions, CountDaysByEachConvention) {
  const std::vector<Date> dates = {2028y / 1 / 31, 2028y / 2 / 29, 2028y / 3 / 31, 2028y / 5 / 31};
  const auto is = [&](DayCount day_count, std::vector<double> days, double year) {
    const std::vector<double> fractions = year_fractions(day_count, dates);
    ASSERT_EQ(fractions.size(), days.size());
    for (std::size_t i = 0; i < days.size(); ++i) EXPECT_DOUBLE_EQ(fractions[i], days[i] / year);
  };
  is(DayCount::actual_360, {29, 31, 61}, 360);
  is(DayCount::actual_365, {29, 31, 61}, 365);
  is(DayCount::thirty_360, {29, 32, 60}, 360);
}

// From any day on, of agreements of any day: a payment in each month of the grid.
TEST(TimeGrid, BooksOnePaymentInEachMonth) {
  for (Date today{2026y / 9 / 15}; today < Date{2028y / 4 / 1}; today += std::chrono::days{1})
    for (const unsigned day : {1U, 15U, 27U, 28U, 29U, 30U, 31U}) {
      const Date first = 2026y / 8 / std::chrono::day(day);
      const TimeGrid grid(today, 30);
      std::vector<int> payments(32, 0);
      for (int i = 1; i < 60; ++i) {
        const Date d = add_months(first, i, ends_month(first));
        if (d > today) ++payments[static_cast<std::size_t>(grid.month_of(grid.booked(d, first)))];
      }
      for (std::size_t k = 1; k <= 30; ++k)
        EXPECT_EQ(payments[k], 1) << (today - Date{2026y / 9 / 15}).count() << ' ' << day << ' '
                                  << k;
    }
}

TEST(TimeGrid, BooksAPaymentOffThePatternOnItsDay) {
  const TimeGrid grid(2026y / 10 / 30, 12);
  EXPECT_EQ(grid.booked(2026y / 11 / 30, 2026y / 8 / 31), Date{2026y / 12 / 1});
  EXPECT_EQ(grid.booked(2026y / 11 / 30, 2026y / 8 / 30), Date{2026y / 11 / 30});
  EXPECT_EQ(grid.booked(2026y / 11 / 29, 2026y / 8 / 31), Date{2026y / 11 / 29});
  EXPECT_EQ(grid.booked(2027y / 2 / 28, 2026y / 8 / 31), Date{2027y / 3 / 1});
  EXPECT_EQ(grid.booked(2026y / 12 / 30, 2026y / 8 / 31), Date{2026y / 12 / 30}) << "a last day";
  EXPECT_EQ(TimeGrid(2026y / 10 / 31, 12).booked(2026y / 11 / 30, 2026y / 8 / 31),
            Date{2026y / 11 / 30});
}

TEST(TimeGrid, StepsByCalendarMonths) {
  const TimeGrid grid(2026y / 1 / 30, 3);
  EXPECT_EQ(grid.months(), 3);
  EXPECT_EQ(grid.dates(),
            (std::vector<Date>{2026y / 1 / 30, 2026y / 2 / 28, 2026y / 3 / 30, 2026y / 4 / 30}));
  EXPECT_EQ(TimeGrid(2026y / 9 / 30, 1).date(1), Date{2026y / 10 / 31});
  EXPECT_EQ(TimeGrid(2026y / 10 / 1, 0).months(), 0);
  EXPECT_THROW(TimeGrid(2026y / 10 / 1, -1), std::invalid_argument);
}

TEST(TimeGrid, PutsADateIntoTheMonthThatEndsOnOrAfterIt) {
  const TimeGrid grid(2026y / 9 / 30, 12);
  EXPECT_EQ(grid.month_of(2026y / 9 / 29), 0);
  EXPECT_EQ(grid.month_of(2026y / 9 / 30), 0);
  EXPECT_EQ(grid.month_of(2026y / 10 / 1), 1);
  EXPECT_EQ(grid.month_of(2026y / 10 / 31), 1);
  EXPECT_EQ(grid.month_of(2026y / 11 / 1), 2);
  EXPECT_EQ(grid.month_of(2027y / 9 / 30), 12);
  EXPECT_EQ(grid.month_of(2027y / 10 / 1), 13);
}

TEST(TimeGrid, MeasuresTimeByShareOfTheMonth) {
  const TimeGrid grid(2026y / 10 / 15, 24);
  for (int k = 0; k <= 24; ++k) EXPECT_EQ(grid.time_of(grid.date(k)), k / 12.0) << k;
  // 15 Oct to 15 Nov has 31 days, 15 Feb to 15 Mar 2027 has 28.
  EXPECT_DOUBLE_EQ(grid.time_of(2026y / 10 / 25), 10.0 / 31 / 12);
  EXPECT_DOUBLE_EQ(grid.time_of(2027y / 3 / 1), (4 + 14.0 / 28) / 12);
}

TEST(TimeGrid, MeasuresTimeBeforeTodayAndBeyondItsEndByTheSameRule) {
  const TimeGrid grid(2026y / 9 / 30, 1);
  EXPECT_EQ(grid.time_of(2026y / 8 / 31), -1 / 12.0);
  EXPECT_EQ(grid.time_of(2024y / 2 / 29), -31 / 12.0);
  EXPECT_DOUBLE_EQ(grid.time_of(2026y / 9 / 15), (-1 + 15.0 / 30) / 12);
  EXPECT_EQ(grid.time_of(2036y / 9 / 30), 10.0);
  EXPECT_DOUBLE_EQ(grid.time_of(2026y / 11 / 10), (1 + 10.0 / 30) / 12);
  const TimeGrid mid(2026y / 1 / 30, 1);  // date -1 is 30 Dec: the month before a 31-day month
  EXPECT_EQ(mid.time_of(2025y / 12 / 30), -1 / 12.0);
  EXPECT_DOUBLE_EQ(mid.time_of(2025y / 12 / 31), (-1 + 1.0 / 31) / 12);
}

TEST(TimeGrid, TimeRisesWithEveryDayAndFindsTheSameMonthEverywhere) {
  const TimeGrid full(2027y / 8 / 31, 60), bare(2027y / 8 / 31, 0);
  double before = full.time_of(2025y / 1 / 1);
  for (Date d{2025y / 1 / 2}; d < Date{2032y / 1 / 1}; d += std::chrono::days{1}) {
    const double t = full.time_of(d);
    EXPECT_GT(t, before);
    EXPECT_EQ(t, bare.time_of(d));
    before = t;
  }
}

TEST(TimeGrid, SharesOfMonthsAddUpToTheDays) {
  const TimeGrid grid(2026y / 10 / 1, 6);
  EXPECT_DOUBLE_EQ(grid.share_of_month(1, 2026y / 10 / 1, 2026y / 11 / 1), 1.0);
  EXPECT_DOUBLE_EQ(grid.share_of_month(1, 2020y / 1 / 1, 2026y / 10 / 11), 10.0 / 31);
  EXPECT_DOUBLE_EQ(grid.share_of_month(2, 2026y / 11 / 21, 2030y / 1 / 1), 10.0 / 30);
  EXPECT_EQ(grid.share_of_month(3, 2026y / 10 / 1, 2026y / 12 / 1), 0.0);
  EXPECT_EQ(grid.share_of_month(3, 2027y / 1 / 1, 2026y / 12 / 1), 0.0);
}

}  // namespace
}  // namespace lien::pricing
