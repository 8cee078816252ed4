#include <gtest/gtest.h>

#include <cmath>
#include <ql/cashflows/fixedratecoupon.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/calendars/weekendsonly.hpp>
#include <ql/time/daycounters/actual360.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <ql/time/daycounters/actualactual.hpp>
#include <ql/time/daycounters/thirty360.hpp>
#include <ql/time/schedule.hpp>
#include <random>

#include "pricing/actus/schedule.hpp"
#include "pricing/plan/calendar.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937;

int below(Random& random, int n) {
  return static_cast<int>(random() % static_cast<std::uint32_t>(n));
}

QuantLib::Date to_quantlib(Date d) {
  const std::chrono::year_month_day day{d};
  return {static_cast<int>(static_cast<unsigned>(day.day())),
          static_cast<QuantLib::Month>(static_cast<unsigned>(day.month())),
          static_cast<int>(day.year())};
}

constexpr actus::YearCount kCounts[] = {actus::YearCount::actual_actual,
                                        actus::YearCount::actual_360, actus::YearCount::actual_365,
                                        actus::YearCount::thirty_e_360};

QuantLib::DayCounter to_quantlib(actus::YearCount count) {
  switch (count) {
    case actus::YearCount::actual_actual:
      return QuantLib::ActualActual(QuantLib::ActualActual::ISDA);
    case actus::YearCount::actual_360:
      return QuantLib::Actual360();
    case actus::YearCount::actual_365:
      return QuantLib::Actual365Fixed();
    default:
      return QuantLib::Thirty360(QuantLib::Thirty360::European);
  }
}

QuantLib::BusinessDayConvention to_quantlib(actus::Shift shift) {
  constexpr QuantLib::BusinessDayConvention conventions[] = {
      QuantLib::Unadjusted, QuantLib::Following, QuantLib::ModifiedFollowing, QuantLib::Preceding,
      QuantLib::ModifiedPreceding};
  return conventions[static_cast<int>(shift)];
}

// A bullet or linear amortizer from a weekday on, month ends over-represented, cycles of days and
// months, a short last period.
actus::Contract random_contract(Random& random) {
  actus::Contract contract;
  actus::Terms& terms = contract.terms;
  Date start = Date{2018y / 1 / 1} + std::chrono::days{below(random, 3200)};
  if (below(random, 3) == 0) start = add_months(start, 0, true);
  while (std::chrono::weekday{start}.c_encoding() % 6 == 0) start -= std::chrono::days{1};
  terms.type = below(random, 2) == 0 ? actus::ContractType::pam : actus::ContractType::lam;
  terms.status_date = {start - std::chrono::days{10}, false};
  terms.initial_exchange = actus::Time{start, false};
  terms.maturity = actus::Time{start + std::chrono::days{20 + below(random, 1000)}, false};
  terms.notional = 1000 + below(random, 1000);
  terms.nominal_rate = below(random, 2000) / 10000.0;
  terms.day_count = kCounts[below(random, 4)];
  const int months[] = {1, 2, 3, 6, 12};
  const actus::Period period = below(random, 4) == 0 ? actus::Period{0, 7 + below(random, 90)}
                                                     : actus::Period{months[below(random, 5)], 0};
  terms.interest = {terms.initial_exchange, actus::Cycle{period, false}};
  terms.business_days = {static_cast<actus::Shift>(below(random, 5)), below(random, 2) == 0, true};
  // QuantLib ends months by business days, and not the calendar's, once dates are adjusted.
  terms.month_ends = !terms.business_days.calculate_shifted && below(random, 2) == 0;
  if (terms.type == actus::ContractType::lam)
    terms.principal = terms.interest;  // the first part is repaid at once
  return contract;
}

QuantLib::Schedule quantlib_dates(const actus::Terms& terms) {
  const actus::Period period = terms.interest.cycle->period;
  const bool shifted = terms.business_days.calculate_shifted;
  const QuantLib::Calendar calendar = shifted ? QuantLib::Calendar(QuantLib::WeekendsOnly())
                                              : QuantLib::Calendar(QuantLib::NullCalendar());
  const auto convention = shifted ? to_quantlib(terms.business_days.shift) : QuantLib::Unadjusted;
  const QuantLib::Period tenor = period.months != 0
                                     ? QuantLib::Period(period.months, QuantLib::Months)
                                     : QuantLib::Period(period.days, QuantLib::Days);
  const bool month_ends = terms.month_ends && period.months != 0;
  return {to_quantlib(terms.initial_exchange->day),
          to_quantlib(terms.maturity->day),
          tenor,
          calendar,
          convention,
          convention,
          QuantLib::DateGeneration::Forward,
          month_ends};
}

// Payments by day, zero ones left out: two that a weekend brings together count as one.
using Payments = std::map<QuantLib::Date, double>;

Payments quantlib_interest(const actus::Terms& terms, const std::vector<double>& notionals) {
  const QuantLib::Leg leg = QuantLib::FixedRateLeg(quantlib_dates(terms))
                                .withNotionals(notionals)
                                .withCouponRates(*terms.nominal_rate, to_quantlib(terms.day_count))
                                .withPaymentCalendar(QuantLib::WeekendsOnly())
                                .withPaymentAdjustment(to_quantlib(terms.business_days.shift));
  Payments payments;
  for (const auto& flow : leg)
    if (flow->amount() != 0) payments[flow->date()] += flow->amount();
  return payments;
}

TEST(ActusSchedule, InterestIsThatOfQuantLibsLegs) {
  Random random(20261124);
  constexpr int kSchedules = 10'000;
  int payments = 0;
  for (int n = 0; n < kSchedules; ++n) {
    const actus::Contract contract = random_contract(random);
    const std::vector<actus::Event> events = actus::schedule(contract);
    Payments ours;
    std::vector<double> notionals;
    for (const actus::Event& event : events) {
      if (event.type == actus::EventType::interest_payment && event.payoff != 0)
        ours[to_quantlib(event.time.day)] += event.payoff;
      if (event.type == actus::EventType::principal_redemption) notionals.push_back(event.notional);
    }
    if (notionals.empty()) notionals.push_back(*contract.terms.notional);
    if (contract.terms.type == actus::ContractType::lam) {
      const double part = *contract.terms.notional / static_cast<double>(notionals.size() + 1);
      for (std::size_t k = 0; k < notionals.size(); ++k)
        ASSERT_NEAR(notionals[k], *contract.terms.notional - part * static_cast<double>(k + 1),
                    1e-10);
    }
    const Payments expected = quantlib_interest(contract.terms, notionals);
    ASSERT_EQ(ours.size(), expected.size()) << n;
    for (const auto& [date, amount] : expected) {
      const auto own = ours.find(date);
      ASSERT_NE(own, ours.end()) << n << " " << date.serialNumber();
      ASSERT_NEAR(own->second, amount, 1e-10) << n << " " << date.serialNumber();
      ++payments;
    }
  }
  EXPECT_GT(payments, 9 * kSchedules);
}

// What the published cases hold alone is held here by hand, since they may be absent.
actus::Contract call_money() {
  actus::Contract contract;
  contract.terms.type = actus::ContractType::clm;
  contract.terms.status_date = {Date{2026y / 1 / 1}, false};
  contract.terms.initial_exchange = actus::Time{Date{2026y / 1 / 5}, false};
  contract.terms.notional = 3650;
  contract.terms.nominal_rate = 0.1;
  contract.terms.day_count = actus::YearCount::actual_365;
  contract.terms.notice = {0, 30};
  contract.observed.events.push_back({{Date{2026y / 3 / 6}, false}, "XD", 0, "", ""});
  return contract;
}

TEST(ActusSchedule, CalledMoneyEarnsInterestToTheCall) {
  const std::vector<actus::Event> events = actus::schedule(call_money());
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[1].type, actus::EventType::execution);
  EXPECT_EQ(events[2].time.day, Date{2026y / 4 / 5});
  EXPECT_NEAR(events[2].payoff, 60, 1e-12);  // a day is worth 1
  EXPECT_NEAR(events[3].payoff, 3650, 1e-12);
}

TEST(ActusSchedule, AnIndexIsObservedOnTheDateBeforeShifting) {
  actus::Contract contract = call_money();
  actus::Terms& terms = contract.terms;
  terms.type = actus::ContractType::pam;
  terms.maturity = actus::Time{Date{2027y / 1 / 5}, false};
  terms.rate_reset.anchor = actus::Time{Date{2026y / 2 / 1}, false};  // a Sunday
  terms.rate_index = "index";
  terms.business_days = {actus::Shift::preceding, true, true};
  contract.observed.series["index"] = {{{Date{2026y / 1 / 31}, false}, 0.02},
                                       {{Date{2026y / 2 / 1}, false}, 0.2}};
  const std::vector<actus::Event> events = actus::schedule(contract);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[1].time.day, Date{2026y / 1 / 30});
  EXPECT_EQ(events[1].rate, 0.2);
  EXPECT_NEAR(events[2].payoff, 25 + 2 * 340, 1e-9);
}

TEST(ActusSchedule, AnAnnuityReckonsItsPaymentToTheAmortizationDate) {
  actus::Contract contract = call_money();
  actus::Terms& terms = contract.terms;
  terms.type = actus::ContractType::ann;
  terms.day_count = actus::YearCount::thirty_e_360;
  terms.nominal_rate = 0.12;
  terms.notional = 1000;
  terms.interest.cycle = terms.principal.cycle = actus::Cycle{{1, 0}, false};
  terms.maturity = actus::Time{Date{2026y / 7 / 5}, false};
  terms.amortization_end = actus::Time{Date{2027y / 1 / 5}, false};
  const std::vector<actus::Event> events = actus::schedule(contract);
  // Twelve payments at 1 % a month; half a year is run, the rest falls due.
  const double payment = 1000 * 0.01 / (1 - std::pow(1.01, -12));
  const double owed = 1000 * std::pow(1.01, 5) - payment * (std::pow(1.01, 5) - 1) / 0.01;
  EXPECT_NEAR(events.back().payoff, owed, 1e-9);
  EXPECT_EQ(events.back().type, actus::EventType::maturity);
}

}  // namespace
}  // namespace lien::pricing
