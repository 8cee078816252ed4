#include <gtest/gtest.h>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Hardware of one shape shares rows of its strips: each must still be valued by its own rent, cost
// and life, in its own sales and step-ins, whatever else is in the book. The book decides where the
// nodes of strips lie, so two books agree within the errors that their plans state.
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

// Place of a loan of the book in the plan.
std::size_t contract_of(const Plan& plan, std::size_t loan) {
  std::size_t i = 0;
  while (plan.contracts[i].source != loan) ++i;
  return i;
}

// A loan whose recovery is the sale alone, with a customer that a buyer takes over.
Loan loan_on(const std::string& hardware) {
  Loan loan;
  loan.id = hardware;
  loan.borrower = "borrower";
  loan.recourse = Recourse::none;
  loan.hardware = hardware;
  loan.units = 100;
  loan.customer = "customer";
  loan.contract_share = 0.7;
  loan.contract_rate = 3.2;
  loan.contract_end = add_months(kSampleDate, 60, true);
  loan.principal = 9e6;
  loan.closing = kSampleDate;
  loan.maturity = add_months(kSampleDate, 36, true);
  loan.coupon = 0.1;
  loan.max_loan_to_value = 0.7;
  return loan;
}

// The same loan as the tranche of a vehicle.
void add_vehicle(const std::string& hardware, Book& book) {
  Loan loan = loan_on(hardware);
  Vehicle vehicle;
  vehicle.id = "vehicle-" + hardware;
  vehicle.borrower = loan.borrower;
  vehicle.recourse = loan.recourse;
  vehicle.lots = {{"lot", hardware, loan.units, {}, {}, {}, ""}};
  vehicle.offtakes.resize(1);
  vehicle.offtakes[0].id = "offtake";
  vehicle.offtakes[0].customer = loan.customer;
  vehicle.offtakes[0].share = loan.contract_share;
  vehicle.offtakes[0].rental_rate = loan.contract_rate;
  vehicle.offtakes[0].end = *loan.contract_end;
  vehicle.tranches.resize(1);
  vehicle.tranches[0].id = "debt";
  vehicle.tranches[0].loan = book.loans.size();
  loan.id = vehicle.id + "/debt";
  loan.hardware.clear();
  loan.customer.clear();
  loan.max_loan_to_value.reset();
  loan.vehicle = book.vehicles.size();
  book.loans.push_back(loan);
  book.vehicles.push_back(vehicle);
}

Book book_on(const std::vector<std::string>& hardware) {
  Book book;
  for (const auto& id : hardware) book.loans.push_back(loan_on(id));
  for (const auto& id : hardware) add_vehicle(id, book);
  return book;
}

struct Variant {
  const char* name;
  void (*set)(Market& market);
};
const Variant kVariants[] = {
    {"as it is", [](Market&) {}},
    {"regimes",
     [](Market& m) {
       m.scarcity->regime = Regime{{-0.4, 0.3}, {0.7, 1.0}, 1};
     }},
    {"forward curve",
     [](Market& m) {
       m.hardware[2].forward_curve = {{0.0, 1.5, 4.0}, {4.1, 3.2, 2.0}};
     }},
    {"power",
     [](Market& m) {
       m.power = Power{{1.5, 0.4}, 1.2};
       m.correlation.scarcity_power = 0.5;
       m.hardware[2].power_share = 0.6;
       m.hardware[0].power_share = 0.3;
     }},
    // A noise of one law each, not one noise for both.
    {"own noises",
     [](Market& m) {
       m.hardware[2].idiosyncratic = OwnNoise{1.5, 0.2};
     }},
    {"own frontier", [](Market& m) { m.hardware[2].frontier_loading = 0.5; }},
    {"own launches",
     [](Market& m) {
       m.hardware[2].launch_loadings = {{"line", 1.4}};
     }},
    {"own drifts", [](Market& m) { m.hardware[2].resale->risk_neutral_drifts = true; }},
    {"launch on its date",
     [](Market& m) {
       m.launches[0].ramp = RampLaw::linear;
       m.launches[0].scheduled = {{"next", add_months(kSampleDate, 15, true), 0}};
     }},
    {"market depth",
     [](Market& m) {
       m.liquidation->depth = 0.03;
       m.liquidation->price_impact = 0.7;
       for (const auto& h : m.hardware) m.liquidation->installed_base[h.id] = 2e4;
     }},
};

TEST(SharedStrips, ValueEachHardwareAsIfItWereAlone) {
  const std::vector<std::string> ids = {"noisy", "income", "dear"};
  const Book all = book_on(ids);
  const RunSettings settings = settings_of(kSampleDate);
  for (const Variant& variant : kVariants) {
    Market market = three_generations();
    variant.set(market);
    const SimulatedBlock together(market, all, settings, MeasureBasis::risk_neutral, 2);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      Market left = market;
      std::erase_if(left.hardware, [&](const Hardware& h) { return h.id != ids[i]; });
      const SimulatedBlock alone(left, book_on({ids[i]}), settings, MeasureBasis::risk_neutral, 2);
      const double error =
          together.plan.interpolation_error + alone.plan.interpolation_error + 1e-12;
      for (const std::size_t source : {std::size_t{0}, std::size_t{1}}) {  // loan, tranche
        SCOPED_TRACE(std::string(variant.name) + ", " + ids[i] + (source ? ", vehicle" : ", loan"));
        const std::size_t one = contract_of(alone.plan, source);
        const std::size_t same = contract_of(together.plan, i + source * ids.size());
        EXPECT_GT(alone.sum(alone.layout.contract(one, kLossAtDefault)), 0);
        for (std::size_t s = 0; s < alone.layout.samples; ++s) {
          const double expected = alone.sum(alone.layout.contract(one, s));
          EXPECT_NEAR(together.sum(together.layout.contract(same, s)), expected,
                      error * std::abs(expected))
              << s;
        }
      }
    }
  }
}

}  // namespace
}  // namespace lien::pricing
