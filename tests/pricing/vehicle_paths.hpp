#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// A small vehicle whose equity is its cash, and a look at the paths of a block: for tests that tell
// its cash once more, path by path.
namespace lien::pricing {

inline constexpr int kEnd = 24;         // months of the debt
inline constexpr double kHours = 7300;  // of ten units in a month

inline Date month(int k) { return add_months(kSampleDate, k, true); }
inline double discount(int k) { return std::exp(-0.04 * k / 12); }

// Ten units under test; beside them a hundred that always earn more than the little debt and the
// ten cost, so that no account is ever touched and equity is the cash of the month.
inline Book rich_vehicle(const char* hardware, double operating_cost) {
  Book book;
  Loan loan;
  loan.id = "v/debt";
  loan.recourse = Recourse::none;
  loan.principal = 1000;
  loan.closing = kSampleDate;
  loan.maturity = month(kEnd);
  loan.coupon = 0.10;
  loan.amortization = Amortization::straight_line;
  loan.vehicle = 0;
  book.loans = {loan};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", hardware, 10, {}, 20000, operating_cost, {}},
                  {"steady", "multiple", 100, {}, 20000, 0.0, {}}};
  Tranche tranche;
  tranche.id = "debt";
  tranche.loan = 0;
  vehicle.tranches = {tranche};
  book.vehicles = {vehicle};
  return book;
}

// Rents are random, discounting is not; beside borrower and customer there is a guarantor.
inline Market certain_rates() {
  Market market = sample_market();
  market.rates = Rates{{{1}, {0.04}}, 0, {}};
  Party guarantor = market.parties[1];
  guarantor.id = "guarantor";
  guarantor.hazard = {{1}, {0.3}};
  market.parties.push_back(guarantor);
  return market;
}

// A block, and the stages that hold what they have drawn of it.
struct VehiclePaths {
  SimulatedBlock b;
  BookStages stages;
  VehiclePaths(const Market& market, const Book& book, std::uint64_t number,
               MeasureBasis basis = MeasureBasis::risk_neutral)
      : b(market, book, settings_of(kSampleDate), basis, number),
        stages(b.plan, b.layout, b.results, nullptr) {
    std::vector<double> sums(2 * b.layout.pairs, 0.0);
    stages(b.rows, number, sums.data());
  }
  [[nodiscard]] double equity() const { return b.sum(b.layout.vehicle(0, kDistributions)); }
  [[nodiscard]] double dies(std::size_t party, std::size_t p) const {
    return stages.default_months(party)[p];
  }
  // Of an hour of the hardware: its rent, and with utilization.
  [[nodiscard]] double rent(std::size_t hardware, int k, std::size_t p) const {
    return std::exp(b.rows.row(stages.log_rent_series(hardware), k)[p]);
  }
  [[nodiscard]] double spot(std::size_t hardware, int k, std::size_t p) const {
    return b.rows.row(stages.spot_series(hardware), k)[p];
  }
  // Of ten units of the hardware "multiple".
  [[nodiscard]] double worth(int k, std::size_t p) const { return 10 * 9000 * rent(1, k, p); }
  void expect_balanced() const { EXPECT_LT(b.square(b.layout.vehicle(0, kCashImbalance)), 1e-18); }
};

}  // namespace lien::pricing
