#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pricing/book/row_vehicle.hpp"
#include "tests/pricing/simulated_block.hpp"

// A row of a loan tape as a vehicle with one lot, one offtake, one account and one tranche.
namespace lien::pricing {

inline Covenant covenant(const char* id, CovenantTest test) {
  Covenant out;
  out.id = id;
  out.test = test;
  out.consequences = kCashTrap;
  return out;
}

// The loan's vehicle, as a row that needs one becomes it; its tranche is appended to the book's
// loans.
inline Vehicle vehicle_of(const Loan& loan, Book& book) {
  Vehicle vehicle = vehicle_of_row(loan);
  vehicle.id = "vehicle-" + loan.id;
  vehicle.tranches.front().loan = book.loans.size();
  Loan debt = loan;
  debt.id = vehicle.id + "/debt";
  debt.hardware.clear();
  debt.customer.clear();
  debt.vehicle = book.vehicles.size();
  book.loans.push_back(debt);
  return vehicle;
}

// Contracts of a plan by the loan they were made from.
inline std::size_t contract_of(const Plan& plan, std::size_t loan) {
  std::size_t i = 0;
  while (plan.contracts[i].source != loan) ++i;
  return i;
}

// Every sample of a loan, and what it recovers by month, is that of a tranche in another book.
inline void expect_equal(const SimulatedBlock& of_tape, std::size_t tape,
                         const SimulatedBlock& of_vehicles, std::size_t tranche) {
  const ContractPlan& contract = of_tape.plan.contracts[tape];
  for (std::size_t s = 0; s < of_tape.layout.samples; ++s) {
    if (s == kPeakLoanToValue && !contract.variant.value_test) continue;
    const std::size_t x = of_tape.layout.contract(tape, s),
                      y = of_vehicles.layout.contract(tranche, s);
    // Small differences of large numbers carry the rounding of the large ones.
    const bool probability =
        s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kDefault;
    const double scale = probability || s == kPeakLoanToValue ? 1.0 : contract.scale;
    const double size = std::max(std::abs(of_tape.sum(x)), 1e-3 * scale * engine::kBlockPaths);
    EXPECT_NEAR(of_vehicles.sum(y), of_tape.sum(x), 1e-12 * size) << "sample " << s;
  }
  for (int k = 1; k <= contract.months + contract.lag; ++k) {
    const auto month = static_cast<std::size_t>(k);
    EXPECT_NEAR(of_vehicles.sum(of_vehicles.layout.contract_month(tranche, month, kRecovery)),
                of_tape.sum(of_tape.layout.contract_month(tape, month, kRecovery)),
                1e-12 * contract.scale * engine::kBlockPaths)
        << "month " << k;
  }
}
inline void expect_equal(const SimulatedBlock& b, std::size_t tape, std::size_t tranche) {
  expect_equal(b, tape, b, tranche);
}

}  // namespace lien::pricing
