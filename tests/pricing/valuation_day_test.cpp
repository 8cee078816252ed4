// A book valued day after day: what the day of the month must not change.
#include <gtest/gtest.h>

#include <cmath>

#include "pricing/measures/value_book.hpp"
#include "tests/pricing/schedule_test.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

// One unit earns 1,460 a month for certain, and its loan lives on that alone.
Inputs certain_inputs(Date closing, Frequency frequency) {
  Inputs inputs;
  inputs.settings.name = "day";
  inputs.settings.paths = 64;
  inputs.settings.threads = 1;
  inputs.settings.loss_horizon_months = {0};
  inputs.market.currency = "USD";
  inputs.market.rates = flat_rates(0.04);
  inputs.market.liquidation.emplace();
  Hardware hardware;
  hardware.id = "X";
  hardware.rental_rate = 2;
  hardware.resale.emplace();
  hardware.resale->law = ResaleLaw::rental_multiple;
  hardware.resale->multiple = 8000;
  inputs.market.hardware.push_back(hardware);
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

double measure(const RunResults& results, const std::string& name) {
  const Table& table = results.tables.measures;
  for (std::size_t row = 0; row < table.column("measure").texts.size(); ++row)
    if (table.column("measure").texts[row] == name &&
        table.column("level").texts[row] == "contract" &&
        table.column("measure_basis").texts[row] == "real_world")
      return table.column("value").numbers[row];
  return std::nan("");
}

// Income is 1.47 times the debt service: of loans that pay on month ends, on the 30th or the 28th,
// valued around the ends of months and in
// their middle.
TEST(ValuationDay, DoesNotMakeAHealthyLoanDefault) {
  for (const unsigned closing : {28U, 29U, 30U})
    for (const unsigned month : {6U, 8U})  // the 30th ends June
      for (const Frequency frequency : {Frequency::monthly, Frequency::quarterly}) {
        Inputs inputs = certain_inputs(
            Date{2026y / std::chrono::month(month) / std::chrono::day(closing)}, frequency);
        for (Date day{2026y / 10 / 1}; day < Date{2027y / 10 / 1}; day += std::chrono::days{1}) {
          const unsigned of_month = static_cast<unsigned>(std::chrono::year_month_day{day}.day());
          if (of_month > 2 && of_month < 27 && of_month != 15) continue;
          inputs.settings.valuation_date = day;
          const RunResults results = value_book(inputs, {});
          const std::string when = std::to_string((day - Date{2026y / 10 / 1}).count());
          EXPECT_EQ(measure(results, "probability_of_default"), 0)
              << month << closing << ' ' << when;
          EXPECT_EQ(measure(results, "breach_probability"), 0) << month << closing << ' ' << when;
        }
      }
}

}  // namespace
}  // namespace lien::pricing
