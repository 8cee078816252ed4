#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/factors/launch_law.hpp"
#include "pricing/contract/terms.hpp"
#include "pricing/market/market.hpp"
#include "pricing/plan/plan_indices.hpp"
#include "pricing/plan/time_value.hpp"

// Rents, resale values, marks and sales of hardware as the month loop reads them.
namespace lien::pricing {

// ln of what launches after today cost a rent at node horizon h: l_1 and l_2 of one line under one
// loading, as polynomials in age; tables by month and set of pending launches where launches are
// scheduled.
struct LaunchTransformPlan {
  std::size_t line = 0;
  double loading = 1;
  double age_max = 0;
  bool root_age = false;  // the polynomials are in the square root of age
  int degree = 0;
  std::vector<double> first, second;  // [node month][degree + 1], in scaled age on [-1, 1]
  std::size_t scheduled = 0;          // launches of the line that are scheduled
  // A launch is pending for certain until its date; past it, it may be or not. Row r of step k,
  // [nodes of the step] from pending_at[k] + r x nodes: bit i of r is the i-th lowest of the bits
  // overdue[k] of the line's pending mask. Steps without a path that has launches pending: none.
  std::vector<std::uint32_t> overdue;   // [steps + 1]
  std::vector<std::size_t> pending_at;  // [steps + 1]
  std::vector<double> pending_first, pending_second;
};

// How the drops of one line that are on their way today have arrived by node j, as a factor on
// pipeline_j Y, s a number of the path:
//   exponential, step: 1
//   linear: min(node_j s, 1), node_j the years, s = 1 / (years - age)
//   bass: 1 / (1 + node_j s), node_j = e^{-(p+q) h_j}, s = q/p e^{-(p+q) age}
struct StripRamp {
  engine::RampShape shape = engine::RampShape::exponential;
  double years = 0;            // linear
  double rate = 0, ratio = 0;  // bass: p + q, q / p
  std::vector<double> node;    // [node months]; empty for exponential and step
};

// The strip of one hardware: V = (1 - k_m) c_t sum_j W_j(m) b_j(k_j) + S with
//   k_j = ln(u R / c) - scarcity_j chi + constant_j + sum over lines (l_1 - pipeline_j Y),
//   b_j = one Black call at variance v_j + sum (l_2 - 2 l_1),
// constant and variance those of the path's regime, constant moved by the forward curve.
// Columns are by Plan::node_months, of which each month of the run reads its own nodes.
struct StripPlan {
  StripPlan();  // these six: collateral_plan.cpp
  StripPlan(const StripPlan&);
  StripPlan(StripPlan&&) noexcept;
  StripPlan& operator=(const StripPlan&);
  StripPlan& operator=(StripPlan&&) noexcept;
  ~StripPlan();

  std::vector<double> constant, scarcity, variance;  // [node months]
  std::vector<std::uint32_t> transforms;             // into Plan::transforms
  std::vector<std::vector<double>> pipeline;         // [its transforms][node months]
  // k_j -= loading[j] x noise: what is left of the hardware's own noise at the node.
  struct NoiseTerm {
    std::uint32_t noise = kNone;
    std::vector<double> loading;  // [node months]
  };
  std::vector<NoiseTerm> noises;
  // Regimes: what state 1 adds to constant and variance over state 0; empty: off.
  std::vector<double> regime_constant, regime_variance;  // [node months]
  // Forward curve: s(t_k + h) - s(t_k), added to constant in month k; empty: none.
  std::vector<double> forward;   // laid out as Plan::node_index
  std::vector<StripRamp> ramps;  // [its transforms]
  // Of a hardware: its shape, into Plan::shapes; constant and forward, and e^ of half of them, both
  // laid out as Plan::node_index.
  std::uint32_t shape = kNone;
  std::vector<double> call_constant, call_half;
  // Where the cost follows power: E[cost of the node | p] = cost x [fixed + mean exp(decay p)],
  // taken off k_j as a logarithm and multiplied with b_j.
  double power_fixed = 1;
  std::vector<double> power_mean, power_decay;  // [node months]; empty where it does not
};

// Strips of hardware with equal loadings and drifts differ in ln R and constants only: what the
// state adds to k_j and to the variance is made once a month of the run for all of one shape.
struct StripShape {
  std::uint32_t strip = kNone;  // one of them, into Plan::strips
  TimeValues time_values;       // [node months]
};

// Rent of a segment of one hardware: ln R + basis + noise.
struct SegmentPlan {
  std::uint32_t hardware = 0;
  std::string name;
  double basis = 0;
  std::uint32_t noise = kNone;  // into FactorPlan::noises
};

// The power price relative to today: level exp(p).
// No month of a run.
inline constexpr int kNeverFixed = std::numeric_limits<int>::max();

struct PowerPlan {
  bool on = false;
  double level = 1;
  std::vector<double> path;  // [steps + 1] a scenario's factor of it; empty: none
  // [steps + 1] where a scenario fixes it from a month on; empty: nowhere.
  std::vector<double> fixed_level;
  int fixed_from = kNeverFixed;      // first of those months
  std::uint32_t noise = kNone;       // p, into FactorPlan::noises; kNone: p is 0
  std::vector<double> fixed, share;  // [cost rows] (1 - power_share), power_share
};

enum class ValueLaw { income, rental_multiple, curve };

struct HardwarePlan {
  std::vector<double> log_rent;  // [steps + 1] ln R_0 - wear t + shifts - loading chi_0
  // s(t_k), what matches the forward curve, part of log_rent; [steps + longest life in months + 1],
  // empty: no curve.
  std::vector<double> forward_shift;
  bool earns = true;  // false: rental_rate 0; log_rent then starts at 0
  // First month in which a scenario fixes the rent at log_rent on every path, the utilization at
  // utilization_fixed [steps + 1].
  int rent_fixed_from = kNeverFixed, utilization_fixed_from = kNeverFixed;
  std::vector<double> utilization_fixed;
  double scarcity_loading = 1, frontier_loading = 1;
  struct LineLoading {
    std::size_t line;
    double loading;
  };
  std::vector<LineLoading> lines;
  std::uint32_t idiosyncratic = kNone;  // into FactorPlan::noises, added to ln R
  bool utilization_moves = false;
  double utilization = 1;                  // constant, and the strip's mean
  std::vector<double> utilization_factor;  // [steps + 1] a scenario's path; empty: none
  double logit_constant = 0, logit_loading = 0, utilization_min = 0, utilization_max = 1;
  std::uint32_t utilization_noise = kNone;  // into FactorPlan::noises, added to the logit
  std::vector<double> operating_cost;       // [steps + 1] hourly, at today's power price
  std::uint32_t cost_row = kNone;           // of PowerPlan: the cost follows power
  ValueLaw law = ValueLaw::curve;
  double multiple = 0;              // rental_multiple
  double scrap = 0;                 // income
  std::vector<double> curve_scale;  // [steps + 1] curve value over the expected rent (curve law)
  std::uint32_t strip = kNone;      // income: into Plan::strips
  bool valued = false;              // a resale law was compiled: lots of it have values
  bool observed_value = false;      // some contract, test or fan reads its resale value

  // The strip's mean as a path of a scenario has it in a month: it is taken to last.
  [[nodiscard]] double mean_utilization(std::size_t k) const noexcept {
    if (static_cast<int>(k) >= utilization_fixed_from) return utilization_fixed[k];
    return utilization_factor.empty() ? utilization : utilization * utilization_factor[k];
  }
};

// Units of one hardware that entered service in one month share a resale value.
struct LotPlan {
  std::uint32_t hardware = 0;
  int age_months = 0;             // at the valuation date; negative: enters service later
  std::vector<double> weights;    // income: W_j of the life left at k, laid out as node_index
  double value_today = 0;         // exact, money a unit
  int last_month = 0;             // last month at which something reads its value
  std::vector<double> remaining;  // [steps + 1] share of its units that is left; empty: all
  std::vector<double>
      scheduled_units;  // [steps + 1] units securing contracts that are not yet repaid
};

// What tests take a unit of a lot for, where that is neither its resale value nor a part of it:
// factor[k], times the rent e^{ln R} where it follows the rent. Sales never read it.
struct MarkPlan {
  std::uint32_t lot = 0;
  Mark of = Mark::cost;
  bool follows_rent = false;
  std::vector<double> factor;           // [steps + 1]
  std::vector<double> scheduled_units;  // as LotPlan's
  int last_month = 0;
};

// A drawn liquidation lag in whole months: cumulative[j] = P(lag <= j), the last one 1.
struct LagPlan {
  double mean_months = 0, stdev_months = 0;
  std::vector<double> cumulative;
};

// A hardware whose price the book's own sales press: proceeds times exp(-impact x units sold).
struct DepthPlan {
  std::uint32_t hardware = 0;
  double impact = 0;  // price_impact / (depth x installed base), a unit
};

// All hours of a unit after a sale in month k and up to month `end` of the run: what their own use
// is worth, a row that contracts on one hardware share. A contract that ends inside a month is a
// mean of two of them, since the strip is a sum over hours.
struct OwnUsePlan {
  std::uint32_t hardware = 0;
  std::uint32_t place = 0;      // among those of its hardware
  int end = 0;                  // month of the run
  std::vector<double> weights;  // of the strip over those hours, laid out as node_index
};

// The hours of a lot that a customer has under contract, from and to given dates: what they bring a
// buyer in a sale at month k, per unit and contracted share of it, net of the transaction cost.
struct StepInPlan {
  std::uint32_t lot = 0;
  Date from{}, to{};
  std::vector<double> revenue;  // [steps + 1] present value of 1 an hour until the contract's end
  std::vector<double> cost;     // [steps + 1] of the operating cost of those hours
  std::vector<double>
      weights;  // of the strip over the same hours, laid out as node_index; or none:
  // own use of the same hours is (1 - share) of that up to `near` and share of that up to `far`,
  // into Plan::own_uses; kNone where weights say it
  std::uint32_t near = kNone, far = kNone;
  double share = 0;
};

}  // namespace lien::pricing
