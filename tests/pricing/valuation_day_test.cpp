// A book valued day after day: what the day of the month must not change.
#include <gtest/gtest.h>

#include <vector>

#include "pricing/report/text_form.hpp"
#include "tests/pricing/certain_book.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

// One unit earns 1,460 a month for certain, and its loan is tested on that alone.
Inputs book_of(Date closing, Frequency frequency) {
  Inputs inputs = certain_inputs(closing, "borrower", 0, flat_rates(0.04));
  inputs.settings.loss_horizon_months = {0};
  Loan loan = term_loan(22000, closing, 2, 0.08);
  loan.id = "L";
  loan.hardware = "X";
  loan.units = 1;
  loan.frequency = frequency;
  loan.recourse = Recourse::none;
  loan.min_debt_service_coverage_ratio = 1.2;
  inputs.book.loans.push_back(loan);
  return inputs;
}

// Days around the ends of months and in their middle, a year of them.
std::vector<Date> days() {
  std::vector<Date> out;
  for (Date day{2026y / 10 / 1}; day < Date{2027y / 10 / 1}; day += std::chrono::days{1}) {
    const auto of_month = static_cast<unsigned>(std::chrono::year_month_day{day}.day());
    if (of_month <= 2 || of_month >= 27 || of_month == 15) out.push_back(day);
  }
  return out;
}

// Income is 1.47 times the debt service; loans that pay on month ends, on the 30th, 29th or 28th.
TEST(ValuationDay, DoesNotMakeAHealthyLoanDefault) {
  for (const unsigned closing : {28U, 29U, 30U})
    for (const unsigned month : {6U, 8U})  // the 30th ends June
      for (const Frequency frequency : {Frequency::monthly, Frequency::quarterly}) {
        Inputs inputs =
            book_of(Date{2026y / std::chrono::month(month) / std::chrono::day(closing)}, frequency);
        for (const Date day : days()) {
          inputs.settings.valuation_date = day;
          const RunResults results = value_book(inputs, {});
          EXPECT_EQ(row_of(results, "probability_of_default").first, 0)
              << month << closing << ' ' << iso_text(day);
          EXPECT_EQ(row_of(results, "breach_probability").first, 0)
              << month << closing << ' ' << iso_text(day);
        }
      }
}

// Ten times the interest: the principal of the last day is no service, whichever month it counts
// in.
TEST(ValuationDay, DoesNotMakeABulletBreachItsCoverage) {
  for (const unsigned closing : {28U, 30U}) {
    Inputs inputs = book_of(Date{2026y / 6 / std::chrono::day(closing)}, Frequency::quarterly);
    Loan& loan = inputs.book.loans[0];
    loan.borrower = "borrower";
    loan.recourse = Recourse::full;
    loan.amortization = Amortization::bullet;
    loan.maturity = Date{2027y / 11 / std::chrono::day(closing)};
    for (const Date day : days()) {
      inputs.settings.valuation_date = day;
      EXPECT_EQ(row_of(value_book(inputs, {}), "breach_probability").first, 0)
          << closing << ' ' << iso_text(day);
    }
  }
}

}  // namespace
}  // namespace lien::pricing
