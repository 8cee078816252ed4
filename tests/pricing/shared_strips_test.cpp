#include <gtest/gtest.h>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Hardware of one shape shares rows of its strips: each must still be valued by its own rent, cost
// and life, whatever else is in the book. The book decides where the nodes of strips lie, so two
// books agree within the errors that their plans state.
namespace lien::pricing {
namespace {

// Three generations valued by income: two of one shape, one with an own noise.
Market three_generations() {
  Market market = sample_market();
  Hardware dear = market.hardware[0], noisy = market.hardware[0];
  dear.id = "dear";
  dear.rental_rate = 4.1;
  dear.operating_cost = 0.62;
  dear.life_years = 6;
  noisy.id = "noisy";
  noisy.rental_rate = 1.4;
  noisy.idiosyncratic = OwnNoise{1.5, 0.2};
  market.hardware.push_back(dear);
  market.hardware.push_back(noisy);
  return market;
}

Loan loan_on(const char* hardware) {
  Loan loan;
  loan.id = hardware;
  loan.borrower = "borrower";
  loan.hardware = hardware;
  loan.units = 100;
  loan.principal = 9e6;
  loan.closing = kSampleDate;
  loan.maturity = add_months(kSampleDate, 36, true);
  loan.coupon = 0.1;
  loan.max_loan_to_value = 0.7;
  return loan;
}

TEST(SharedStrips, ValueEachHardwareAsIfItWereAlone) {
  Book all;
  for (const char* id : {"noisy", "income", "dear"}) all.loans.push_back(loan_on(id));
  const RunSettings settings = settings_of(kSampleDate);
  const SimulatedBlock together(three_generations(), all, settings, MeasureBasis::risk_neutral, 2);
  for (std::size_t i = 0; i < all.loans.size(); ++i) {
    SCOPED_TRACE(all.loans[i].id);
    Book one;
    one.loans = {all.loans[i]};
    Market market = three_generations();
    std::erase_if(market.hardware,
                  [&](const Hardware& h) { return h.id != one.loans[0].hardware; });
    const SimulatedBlock alone(market, one, settings, MeasureBasis::risk_neutral, 2);
    std::size_t at = 0;
    while (together.plan.contracts[at].source != i) ++at;
    EXPECT_GT(alone.sum(alone.layout.contract(0, kLossAtDefault)), 0);
    for (std::size_t s = 0; s < alone.layout.samples; ++s) {
      const double expected = alone.sum(alone.layout.contract(0, s));
      EXPECT_NEAR(
          together.sum(together.layout.contract(at, s)), expected,
          (together.plan.interpolation_error + alone.plan.interpolation_error) * std::abs(expected))
          << s;
    }
  }
}

}  // namespace
}  // namespace lien::pricing
