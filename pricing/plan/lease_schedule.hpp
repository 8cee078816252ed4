#pragma once

#include <vector>

#include "pricing/contract/contract.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {

struct Rent {
  Date date{};
  double step = 1;  // money per unit of `rent`
};
// Every rent of the agreement, past ones too, as told below.
[[nodiscard]] std::vector<Rent> rents_from_start(const Lease& lease);

// A lease on the monthly grid, in money of the whole lease; entry k is month k, entry 0 the
// valuation date itself (the rent in advance of a lease that starts on it).
//
// Rents: one a step of the frequency from start (dates as a loan's from its closing), on the first
// day of its period or the last; rent x (1 + rent_growth)^whole years since start; a last
// short period pays by its share of days. Rents and months beyond the grid are left out.
//
// Net investment, the claim on the lessee: its payments still to come at the implicit rate, which
// makes rents and assumed residual at `end` worth units x purchase_price at start. Assumed
// residual is what the lessee owes: guaranteed_residual, else option_price of a fixed_price, 1 of a
// one_dollar, else 0; the hardware itself is the lessor's and no part of the claim. Where no
// purchase_price is given, or the payments do not repay it (an operating lease: its implicit rate
// would be below 0), at the zero curve.
//
// Errors: std::domain_error where the implicit rate is above 1000 % a year.
struct LeaseSchedule {
  int months = 0;                  // month of `end`
  std::vector<double> rent;        // [months + 1] scheduled, as dated
  std::vector<double> rent_timed;  // [months + 1] times timing_in_month: by the zero curve
  std::vector<double> rent_value;  // [months + 1] times value_timing_in_month: as it is valued
  // What the lessee owes from the valuation date on, with its days: all rents, and last the assumed
  // residual, 0 where there is none.
  std::vector<double> due_times, due;
  // Sum over rents to come of P(0,t(d)) e^(-liquidity_spread t(d)) x share x yearly step, without
  // credit risk: the fair rent is (cost - present value of the residual)/this.
  double annuity_timed = 0;
  // [months + 1] claim of a default in month k: net investment at t_{k-1} after its rent, for a
  // defaulter does not pay at t_k; 0 up to the month of a start to come. [0]: outstanding.
  std::vector<double> opening;
  double owed_after = 0;     // net investment at the last month, after its rent: 0 unless the lease
                             // outlives the grid
  double outstanding = 0;    // net investment on the valuation date, after past payments; the rent
                             // in advance of a lease that starts on it is to come
  double implicit_rate = 0;  // effective a year; from the zero curve: the one rate of equal worth
};
[[nodiscard]] LeaseSchedule schedule_lease(const Lease& lease, const Rates& rates,
                                           const TimeGrid& grid);

// What the lessee may choose at `end` of a lease with extension_months > 0, as a lease from that
// day on: its rents are flat and by the same frequency and timing; end option and guarantee are
// those of the agreed end, moved.
[[nodiscard]] Lease extension_of(const Lease& lease);
// Its schedule, the claim at the implicit rate of the agreed lease: of months after that of `end`.
[[nodiscard]] LeaseSchedule schedule_extension(const Lease& lease, const Rates& rates,
                                               const TimeGrid& grid);

}  // namespace lien::pricing
