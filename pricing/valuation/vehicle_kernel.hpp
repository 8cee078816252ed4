#pragma once

#include <cstddef>
#include <cstdint>

#include "pricing/plan/plan.hpp"
#include "pricing/valuation/contract_kernel.hpp"

// The month loop of one vehicle over one block of paths: months outside, the steps of the waterfall
// inside, paths innermost, so that what a structure lacks costs nothing. Compiled once per
// instruction set.
namespace lien::pricing {

// What a vehicle yields on every path beside its tranches' own samples.
enum VehicleSample : std::size_t {
  kDistributions = 0,  // to equity, discounted on the path with the liquidity spread
  kCashImbalance = 1,  // cash in less cash out, undiscounted, relative to what came in; rounding
  kCures = 2,          // what the sponsor pays to cure covenants, discounted as distributions
  kVehicleSamples = 3,
};

// What coverage is made of, by month: cash before debt service and debt service of the payment
// period that ends there, of paths without a default before the month's own payments.
enum CoverageSum : std::size_t { kCoverageCash = 0, kCoverageService = 1, kCoverageSums = 2 };

// What becomes of a tranche before or at its end, as weights of the path. Its balloon: repaid by a
// new lender, put off once at least, unpaid.
enum BalloonSample : std::size_t {
  kBalloonRefinanced = 0,
  kBalloonExtended = 1,
  kBalloonFailed = 2,
  kPrepaid = 3,  // all of the debt, before it was due, at the borrower's option
  kBalloonSamples = 4,
};

struct VehicleArguments {
  const VehiclePlan* vehicle;
  const ContractPlan* contracts;  // Plan::contracts
  const MonthTerms* terms;        // Plan::terms
  // Rows of the block, [steps + 1][kBlockPaths].
  const double* survival;
  const double* discount;
  const double* discount_ratio;  // D_{k + lag}/D_k
  // Of a default in month k: sum over lots of sale_units x value of a unit x what own sales leave
  // of it, and step-ins, at the sale; where the lag is drawn less its holding cost.
  const double* sale;
  // What the lots that draws of month k pay for add to the sale of a default that follows the draw;
  // null without draws.
  const double* after_draw;
  const double* tested;  // sum over lots of mark_units x mark
  // The same at the prices that own sales leave; null while those are sought: covenants that are
  // tested at them are then not in breach.
  const double* pressed;
  // The same under marks of covenants: the rows of Plan::covenant_marks; null where there are none.
  const double* covenant_worth;
  // Where something may be prepaid, else null: what the market asks for the rest of each tranche,
  // a year, in months in which it may be; [tranches][steps + 1][kBlockPaths].
  const double* market_rates;
  const double* gross;  // 1/P(t_k, t_k + tenor)
  const double*
      open;  // [months of RefinancingPlan][kBlockPaths] 1 where the market is open, else 0
  // One base of rows a hardware, then one a segment.
  const double* const* spot;
  // One base of rows a hardware; cost over today's where it follows power, else null.
  const double* const* utilization;
  const double* const* cost;
  // One row a party: the month of its sampled default; [parties + 1], the last never.
  const double* default_months;
  std::size_t parties;
  const double* customers;  // [customer rows][kBlockPaths] what customers have decided
  const double* leased;     // [lease rows][kBlockPaths] what becomes of lots under leases
  // [delivery rows][kBlockPaths] when lots whose delivery the path decides enter service, and when
  // their draws are made: see DeliveryRow and SlippedDraw
  const double* deliveries;
  // Where the lag is drawn, else null: months to the sale, [paths], and what recovery and EIR
  // factors are multiplied with, [tranches][kBlockPaths].
  const std::size_t* lags;
  const double* sale_factor;
  std::size_t steps;  // of the block
  // [hedges][steps + 1][kBlockPaths] what they settle in the month; below 0: the vehicle pays.
  const double* hedges;
  bool prices;
  const int* snapshots;
  std::size_t snapshot_count;
  double* samples;          // [tranches][sample_count][kBlockPaths], overwritten
  double* month_sums;       // [tranches][steps + 1][kMonthRows][kLanes], overwritten
  double* vehicle_samples;  // [kVehicleSamples][kBlockPaths], overwritten
  double* coverage;         // [steps + 1][kCoverageSums][kLanes], overwritten
  double* guaranteed;       // [guarantees][kBlockPaths] discounted payments, overwritten
  double* hedged;           // [hedges][kBlockPaths] discounted settlements, overwritten
  // Where the vehicle has balloons, else unused: [tranches][kBalloonSamples][kBlockPaths], and the
  // weight of defaults up to each snapshot while somebody of the book was owed something,
  // [snapshots][kBlockPaths]; overwritten.
  double* balloons;
  double* defaulted;
  // Where something may be drawn, else null: what is lent out in the month of the part held, on
  // paths on which the borrower lives by its sampled default; [steps + 1][kBlockPaths], added to.
  double* drawn;
  std::uint64_t* breaches;  // [covenants][steps + 1] one bit a path, overwritten
  std::uint64_t* living;    // [steps + 1] paths without any default so far, overwritten
  // Where own sales press prices, else null: month of the sampled default on whose claims the lots
  // are sold, [kBlockPaths], kNever without one; what is owed at each month's end as long as there
  // was none, a row of [steps + 1][kBlockPaths].
  double* ended;
  double* owed;
  double* work;  // [vehicle_work_rows()][kBlockPaths]
};

[[nodiscard]] std::size_t vehicle_work_rows(const VehiclePlan& vehicle) noexcept;
void run_vehicle(const VehicleArguments& arguments) noexcept;

}  // namespace lien::pricing
