#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/factors/factor_plan.hpp"
#include "pricing/contract/contract.hpp"
#include "pricing/plan/collateral_plan.hpp"
#include "pricing/plan/contract_plan.hpp"
#include "pricing/plan/control_plan.hpp"
#include "pricing/plan/instrument_plan.hpp"
#include "pricing/plan/lease_end_plan.hpp"
#include "pricing/plan/party_plan.hpp"
#include "pricing/plan/plan_indices.hpp"
#include "pricing/plan/vehicle_plan.hpp"

// What a run on one scenario and one measure basis needs inside the path loop, and nothing else:
// dates, curves, names and currencies were resolved by compile(), so the loop cannot fail and
// touches no string. Columns are structures of arrays; [months + 1] columns are indexed by month.
namespace lien::pricing {

// Discounting and forward rates on the path.
struct RatesPlan {
  bool random = false;           // short rate volatility > 0
  std::vector<double> discount;  // [steps + 1] P(0,t_k) exp(-V_I(t_k)/2): D_k = this exp(-I_k)
  std::vector<int> lags;         // distinct liquidation lags in months: rows D_{k+lag}/D_k
  // 1/P(t_k, t_k + tenor) = gross exp(loading x_k), one entry a distinct tenor
  struct Tenor {
    int months = 0;
    double loading = 0;         // B_a(tenor)
    std::vector<double> gross;  // [steps + 1]
  };
  std::vector<Tenor> tenors;
};

// Bins of a fan; 4,096 keep a quantile's error under 0.2 standard errors at 65,536 paths.
inline constexpr int kFanBins = 4096;

// A fan of quantiles: counts in fixed bins by month.
struct FanPlan {
  enum class Of {
    rental_rate,
    resale_value,
    utilization,
    short_rate,
    launch_count,
    loan_to_value,
    power,
    draw
  };
  Of of = Of::rental_rate;
  std::uint32_t index = kNone;  // hardware, line, or vehicle; draw: kNone the book
  std::uint32_t lot = kNone;    // resale_value: the lot that entered service on the valuation date
  bool logarithmic = true;      // bins equal in ln, else in level
  double scale = 1;             // size of a value, for the integer totals
  std::vector<double> shift;    // [steps + 1] short_rate: r = x + shift
  std::vector<double> low, inverse_width;  // [steps + 1] of the bins' axis
};

struct Plan {
  Plan();  // these six: plan.cpp
  Plan(const Plan&);
  Plan(Plan&&) noexcept;
  Plan& operator=(const Plan&);
  Plan& operator=(Plan&&) noexcept;
  ~Plan();

  bool real_world = true;  // basis
  // 12 unless the book holds instruments only; then every `month` and [steps + 1] column of a plan
  // counts steps, and model time is k / steps_per_year.
  int steps_per_year = 12;
  int steps = 0;   // months simulated
  int months = 0;  // last month with a flow of the book
  lien::engine::FactorPlan factors;
  RatesPlan rates;
  std::vector<double> node_months;  // horizons at which some month evaluates strips, rising
  // Nodes of month k: node_index[node_first[k] .. node_first[k + 1]), into node_months.
  std::vector<std::uint32_t> node_index;
  std::vector<std::size_t> node_first;  // [steps + 2]
  std::size_t most_nodes = 0;           // of a month
  int more_nodes = 0;                   // a segment, where the usual number was not enough
  std::vector<LaunchTransformPlan> transforms;
  std::vector<StripPlan> strips;
  std::vector<StripShape> shapes;
  std::vector<HardwarePlan> hardware;
  PowerPlan power;
  std::vector<SegmentPlan> segments;  // those that something reads
  std::vector<LotPlan> lots;
  std::vector<MarkPlan> marks;
  std::vector<LagPlan> lag_laws;
  std::vector<DepthPlan> depths;
  std::vector<StepInPlan> step_ins;
  std::vector<OwnUsePlan> own_uses;
  std::uint32_t credit =
      kNone;  // credit factor, into FactorPlan::noises; none: no party loads on it
  std::vector<PartyPlan> parties;
  NetworkPlan network;
  HazardTilt hazard_tilt;               // read where factors.tilt is on
  std::vector<ContractPlan> contracts;  // sorted by lot, party, variant, id
  // Months of all contracts, in their order: each from its first_month.
  lien::engine::LargeVector<MonthTerms> terms;
  // The same as floats where contracts are valued in single precision; else empty.
  lien::engine::LargeVector<SingleTerms> single_terms;
  ScheduledColumns columns;
  std::vector<LeaseEndPlan> lease_ends;  // of leases with a deposit or options of the lessee
  std::vector<VehiclePlan> vehicles;
  std::size_t covenant_marks = 0;  // rows of worth, of covenants with marks of their own
  std::size_t hedge_levels = 0;    // settlements on resale values, of all vehicles' hedges
  std::size_t customer_rows = 0;   // of all customers that decide
  std::size_t lease_rows = 0;      // of all lots under leases
  std::size_t delivery_rows = 0;   // of all lots whose delivery the path decides, and their draws
  RefinancingPlan refinancing;
  std::vector<InstrumentPlan> instruments;
  std::vector<ForwardRentPlan> forward_rents;
  std::vector<FanPlan> fans;
  std::vector<ControlPlan> controls;  // of control_variates, the most telling ones first
  std::vector<int>
      snapshots;  // months at which running sums are kept: horizons, 12, the end; rising
  int tests = 0;  // covenant test slots
  std::vector<double>
      book_balance;  // [steps + 1] scheduled closing balance of secured contracts, held
  double collateral_seconds = 0;   // that compiling hardware and its resale tables took; no result
  double interpolation_error = 0;  // of resale values, relative, measured at compile

  [[nodiscard]] double years(int k) const noexcept {
    return k / static_cast<double>(steps_per_year);
  }
  [[nodiscard]] std::span<const std::uint32_t> nodes(int k) const noexcept {
    const auto at = static_cast<std::size_t>(k);
    return std::span(node_index).subspan(node_first[at], node_first[at + 1] - node_first[at]);
  }
};

}  // namespace lien::pricing
