#pragma once

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"

// Runs of a market of parties, with one unsecured bullet of 1 to the first of them.
namespace lien::pricing {

inline Party party_with(const std::string& id, double hazard, double recovery = 0) {
  Party party;
  party.id = id;
  party.hazard = {{1}, {hazard}};
  party.recovery = recovery;
  return party;
}

inline Market market_of_parties(const std::vector<Party>& parties) {
  Market market;
  market.currency = "USD";
  market.rates.zero_curve = {{1}, {0.0}};
  market.parties = parties;
  return market;
}

inline Book bullets(const std::vector<std::string>& borrowers, int months) {
  Book book;
  for (const std::string& borrower : borrowers) {
    Loan loan;
    loan.id = "loan-" + borrower;
    loan.borrower = borrower;
    loan.principal = 1;
    loan.closing = kSampleDate;
    loan.maturity = add_months(kSampleDate, months, true);
    loan.amortization = Amortization::bullet;
    book.loans.push_back(loan);
  }
  return book;
}

struct NetworkRun {
  RunSettings settings;
  NetworkRun() {
    settings.valuation_date = kSampleDate;
    settings.loss_horizon_months = {12, 36, 60};
    settings.paths = 1 << 16;
    settings.threads = 1;
  }
  [[nodiscard]] BasisRun run(const Market& market, const Book& book,
                             MeasureBasis basis = MeasureBasis::real_world) const {
    const std::vector<std::string> changed;
    const Horizon horizon = horizon_of(settings, market, book);
    const TimeGrid grid(kSampleDate, horizon.months);
    return simulate_plan(
        compile({&settings, &market, &book, basis, &market, &changed}, horizon, grid), settings,
        true, false, {});
  }
};

inline engine::Estimate survival_of(const BasisRun& run, std::size_t party, int months) {
  return run.mean(run.layout.survival(party, run.snapshot(months)));
}

}  // namespace lien::pricing
