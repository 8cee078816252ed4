#pragma once

#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/calendar.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Loans on hardware whose value is known, for tests of what a forced sale brings.
namespace lien::pricing::liquidation {

using engine::kBlockPaths;

inline constexpr double kRate = 0.05;
inline constexpr double kFall = 0.30;          // of rents, a year
inline constexpr double kPrice = 9000 * 2.35;  // of a unit today

// No random driver but default: V(t) = kPrice e^{-0.32 t}, wear included; P(0,t) = e^{-0.05 t}.
inline Market certain_market() {
  Market market = sample_market();
  market.rates = {};
  market.rates.zero_curve = {{1}, {kRate}};
  market.rates.liquidity_spread = 0.02;
  market.scarcity.reset();
  market.frontier = Frontier{-kFall, 0, 0, false};
  market.launches.clear();
  for (Hardware& hardware : market.hardware) {
    hardware.line.clear();
    hardware.utilization = Utilization{0.80};
  }
  market.hardware[1].resale->multiple = 9000;
  for (Party& party : market.parties) party.scarcity_loading = 0;
  market.liquidation = Liquidation{};
  return market;
}

inline double price_of(int k) { return kPrice * std::exp(-(kFall + 0.02) * k / 12.0); }

inline Loan loan_on(const std::string& id, const std::string& borrower, double units = 1000) {
  Loan loan;
  loan.id = id;
  loan.borrower = borrower;
  loan.hardware = "multiple";
  loan.units = units;
  loan.principal = 16000 * units;
  loan.coupon = 0.11;
  loan.closing = kSampleDate;
  loan.maturity = add_months(kSampleDate, 36, true);
  return loan;
}

inline BasisRun value(const Market& market, const Book& book, MeasureBasis basis,
                      std::uint64_t paths, bool sampled = false, unsigned threads = 1) {
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.loss_horizon_months = {12, 0};
  settings.paths = paths;
  settings.threads = threads;
  settings.sample_values = sampled;
  const std::vector<std::string> changed;
  const Horizon horizon = horizon_of(settings, market, book);
  const TimeGrid grid(kSampleDate, horizon.months);
  return simulate_plan(
      compile({&settings, &market, &book, basis, &market, &changed}, horizon, grid), settings, true,
      false, {});
}

inline std::size_t loss_pair(const BasisRun& run, std::size_t contract) {
  return run.layout.contract(contract, kFixedSamples + run.snapshot(0) * kSnapshotSamples + kLoss);
}

// Chance of the borrower's default in month k, hazard 8 % a year.
inline double default_in(int k) {
  return std::exp(-0.08 * (k - 1) / 12.0) - std::exp(-0.08 * k / 12.0);
}

// Expected loss of a loan whose default in month k brings net(k, claim) at once discounted.
template <class Recovered>
inline double expected_loss(const BasisRun& run, const Recovered& recovered) {
  double loss = 0;
  for (int k = 1; k <= 36; ++k) {
    const double claim = run.plan.terms[static_cast<std::size_t>(k)].opening;
    loss += default_in(k) * std::exp(-kRate * k / 12.0) * (claim - recovered(k, claim));
  }
  return loss;
}

// What the lender gets of a claim: proceeds, and 35 % of what they leave.
inline double settled(double claim, double proceeds) {
  const double covered = std::min(claim, std::max(proceeds, 0.0));
  return covered + 0.35 * (claim - covered);
}

}  // namespace lien::pricing::liquidation
