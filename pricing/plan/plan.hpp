#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/factors/factor_plan.hpp"
#include "engine/random/philox.hpp"
#include "engine/statistics/stopping.hpp"
#include "pricing/contract/contract.hpp"
#include "pricing/plan/time_value.hpp"
#include "pricing/plan/vehicle_plan.hpp"

// What a run on one scenario and one measure basis needs inside the path loop, and nothing else:
// dates, curves, names and currencies were resolved by compile(), so the loop cannot fail and
// touches no string. Columns are structures of arrays; [months + 1] columns are indexed by month.
namespace lien::pricing {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
inline constexpr double kNever = 1e9;  // a default month that is never reached

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
struct PowerPlan {
  bool on = false;
  double level = 1;
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
  double scarcity_loading = 1, frontier_loading = 1;
  struct LineLoading {
    std::size_t line;
    double loading;
  };
  std::vector<LineLoading> lines;
  std::uint32_t idiosyncratic = kNone;  // into FactorPlan::noises, added to ln R
  bool utilization_moves = false;
  double utilization = 1;  // constant, and the strip's mean
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

// The hours of a lot that a customer has under contract, from and to given dates: what they bring a
// buyer in a sale at month k, per unit and contracted share of it, net of the transaction cost.
struct StepInPlan {
  std::uint32_t lot = 0;
  Date from{}, to{};
  std::vector<double> revenue;  // [steps + 1] present value of 1 an hour until the contract's end
  std::vector<double> cost;     // [steps + 1] of the operating cost of those hours
  std::vector<double> weights;  // of the strip over the same hours, laid out as node_index
};

struct PartyPlan {
  std::vector<double> log_hazard;  // [steps + 1] a_k for month k; entry 0 unused
  double scarcity_loading = 0;
  int forced_month = -1;          // defaults at this month on every path (scenarios); -1: none
  lien::engine::PhiloxKey key{};  // of its default clock
  bool sampled_value = false;     // values use the sampled default instead of survival weights
  bool networked = false;         // one of NetworkPlan::members
  // Parties behind the id. Above 1 every survival is the share of them that lives, values too.
  int count = 1;
  // Copula: the party defaults at this month where its own standard normal is below
  // copula_constant - copula_loading chi of that month; -1: by its hazard.
  int copula_month = -1;
  double copula_constant = 0, copula_loading = 0;
};

// A default of `from` adds jump e^{-decay t} to the hazard of `to`, t years after it.
struct KickPlan {
  std::uint32_t from = 0, to = 0;  // into NetworkPlan::members
  double jump = 0, decay = 0;      // per year
  double month_decay = 1;          // e^{-decay / 12}
  double month_integral = 0;       // integral of e^{-decay s} over a month
};

// One quarter end with claims due. Columns of members of the network.
struct ClearingPlan {
  int month = 0;
  std::vector<double> owed;   // [members] to all others, money
  std::vector<double> share;  // [members][members] of what the first owes, to the second
};

// Parties whose defaults depend on each other: their months run together.
struct NetworkPlan {
  std::vector<std::uint32_t> members;  // into Plan::parties, rising
  std::vector<KickPlan> kicks;         // sorted by `to`
  std::vector<double> cash;            // [members] today, money
  double asset_recovery = 1, claim_recovery = 1;
  std::vector<ClearingPlan> clearings;  // by month
  double scale = 1;                     // size of a payment, for the integer totals
};

enum class ContractKind { loan, lease };

// Which blocks of the kernel a contract needs; it pays for no other.
struct KernelVariant {
  bool cash = false;        // revenue, reserve account, coverage test, cash-flow default
  bool floating = false;    // interest at a forward rate of the path
  bool value_test = false;  // loan-to-value by month
  bool owner =
      false;  // a lease: proceeds above the claim stay with the lessor, residual at the end
  bool prepared = false;  // proceeds are rows made before: drawn lag, market depth
  [[nodiscard]] unsigned code() const noexcept {
    return (cash ? 1U : 0U) | (floating ? 2U : 0U) | (value_test ? 4U : 0U) | (owner ? 8U : 0U) |
           (prepared ? 16U : 0U);
  }
};

enum class ResidualRule { none, lessor, fixed_price, fair_market_value, one_dollar };

// One contract. Month columns stand in Plan::months, from `first_month`, months + 1 each.
struct ContractPlan {
  std::uint32_t source = 0;  // index in the book's loans or leases
  ContractKind kind = ContractKind::loan;
  KernelVariant variant;
  std::uint32_t lot = kNone, party = kNone, customer = kNone, guarantor = kNone;
  std::uint32_t segment = kNone;  // in which free hours are let; kNone: at R
  std::uint32_t group = kNone;    // index of the party whose totals it joins; kNone: no party
  std::uint32_t vehicle = kNone;  // a tranche: into Plan::vehicles, whose kernel fills its rows
  int months = 0;                 // last month with a flow, or the horizon
  // Its later flows are left out: at `months` it is alive, something is owed and nothing ends.
  bool outlives_horizon = false;
  std::size_t first_month = 0;        // offset of its month columns
  int lag = 0;                        // months from default to sale; the longest where it is drawn
  std::uint32_t lag_law = kNone;      // into Plan::lag_laws; kNone: the lag is fixed
  lien::engine::PhiloxKey lag_key{};  // of its drawn lag, one a path
  // [lag + 1] where the lag is drawn: liquidity spread (prices) or effective rate over that lag
  std::vector<double> lag_factor;
  std::uint32_t depth = kNone;  // into Plan::depths; kNone: sales move no price
  std::uint32_t lag_row = 0;    // into RatesPlan::lags
  double held = 1;
  double units = 0;
  double haircut_units = 0;       // units x (1 - haircut)
  bool value_observed = false;    // its mark is worth something
  std::uint32_t mark = kNone;     // row its test reads, into Plan::marks; kNone: the resale value
  double mark_units = 0;          // units times what the mark takes of that row
  double worth_today = 0;         // of the lot under its mark, money
  std::uint32_t step_in = kNone;  // into Plan::step_ins; kNone: a sale is of the units alone
  double step_in_units = 0;       // units x contract_share
  double step_in_rate = 0;        // hourly, times take_or_pay
  double deduction = 0;           // fixed cost + holding cost x units x lag, if that is fixed
  double holding_cost = 0;        // of the lot, a month of lag, where the lag is drawn
  double recovery = 0;            // party's, on what proceeds leave
  double loss_floor = 0;          // share of the exposure that a default costs at least, in ECL
  double outstanding = 0;         // principal owed today (lease: net investment)
  double day_zero = 0;            // flows on the valuation date, certain
  double scale = 1;               // size of a path's value, for the integer totals
  double effective_rate = 0;      // EIR, a year
  // cash
  double reserve_initial = 0, reserve_target = 0;
  int relet_months = 0;
  double min_coverage = 0;            // 0: no test
  double max_loan_to_value = 0;       // 0: no test
  bool default_on_shortfall = false;  // recourse none
  // lease end
  ResidualRule residual = ResidualRule::none;
  double option_price = 0, guaranteed_residual = 0, return_cost = 0;
  double residual_factor = 1;  // timing x liquidity of the end date
  // Test slots for covenants: kNone or index into the count arrays.
  std::uint32_t coverage_test = kNone, value_test_slot = kNone;
  std::vector<double> schedule_times, schedule_flows;  // for yields; empty where never asked
};

// Month columns of all contracts, each one array; a contract's part starts at its first_month.
struct MonthColumns {
  std::vector<double> opening;         // claim of a default in the month
  std::vector<double> closing;         // owed after the month's payment
  std::vector<double> tested_balance;  // owed when value is tested: closing; at maturity opening
  std::vector<double> inverse_tested;  // its inverse; 1e30 where nothing is owed
  std::vector<double> present_factor;  // exp(-liquidity spread t_k)
  std::vector<double>
      flow;  // valued: timed, times exp(-liquidity spread t); without floating interest
  std::vector<double> recovery_factor;    // exp(-liquidity spread t_{k+lag})
  std::vector<double> eir_discount;       // (1 + EIR)^-t_k
  std::vector<double> eir_discount_sale;  // (1 + EIR)^-t_{k+lag}
  // cash (contracts without it have zeros)
  std::vector<double> free_hours;        // units x 730 x share that earns the spot rate
  std::vector<double> contract_revenue;  // while the customer lives
  std::vector<double> lost_hours;        // units x 730 under contract: relet at spot after a loss
  std::vector<double> operating_cost;    // money
  std::vector<double> service;  // debt service for the cash test, without floating interest
  std::vector<double>
      test_service;  // full debt service for the coverage test; 0: no test this month
  std::vector<double>
      reserve_cap;  // target in payment months, else 1e30: cash waits for the payment
  std::vector<double> window_keep;  // 0 in the month after a payment, else 1
  // floating
  std::vector<double> floating_base;          // valued: timed x liquidity
  std::vector<double> floating_base_service;  // for the cash test (share after today)
  std::vector<double> floating_base_test;     // full
  std::vector<double> gross_ratio, floor, margin;
  std::vector<int> fixing;  // tenor x (steps + 1) + month of fixing: row of RatesPlan::tenors
  // scheduled, for cashflows.csv: as dated, money of the whole contract
  std::vector<double> interest, principal, fee, rent;
  std::vector<double> floating_scheduled;  // interest is floating this month: 1
};

// One month of one contract as the kernel reads it: everything side by side, so that a month is
// three cache lines behind one pointer. Fields as in MonthColumns.
struct MonthTerms {
  double month = 0;  // its number
  double opening = 0, flow = 0, present_factor = 1, recovery_factor = 1;
  double eir_discount = 1, eir_discount_sale = 1;
  double tested_balance = 0, inverse_tested = 1e30;
  double free_hours = 0, contract_revenue = 0, lost_hours = 0, operating_cost = 0;
  double service = 0, test_service = 0, reserve_cap = 1e30, window_keep = 0;
  double floating_base = 0, floating_base_service = 0, floating_base_test = 0;
  double gross_ratio = 0, floor = 0, margin = 0;
  std::int64_t fixing = 0;
};

enum class PayoffKind { forward, call, put };
enum class PayoffOn {
  rental_rate,
  log_rental_rate,
  resale_value,
  zero_coupon_bond,
  launch_count,
  forward_rental_rate,
  power,
  floating_rate
};

// The forward rent of a hardware for one later date, seen at one step of the path: a strip of one
// node on risk-neutral drifts, before its option, with cost 1 and utilization 1.
struct ForwardRentPlan {
  StripPlan strip;                              // transforms: 0, 1, ..
  std::vector<LaunchTransformPlan> transforms;  // its own, at its one node
};

// Factor series that a rule of early exercise reads beside its first variable, at most.
inline constexpr std::size_t kMostExerciseStates = 36;

// What an instrument that may stop at any step up to its month needs; columns [month + 1].
struct EarlyExercisePlan {
  std::vector<std::size_t> states;  // factor series of the block, beside the first variable
  engine::StoppingRule rule;        // side and bound from compile(), dates from the pilot
  std::vector<double> timing;       // option: liquidity factor of a payment at the step
  std::vector<double> shift;        // first variable less ln(underlying), or less ln(rent)
  // European value at a step, where it has a closed form (else empty): unit x the call of one node
  // at the rule's first variable, or the put by parity.
  std::vector<StripPlan> european;
  // The same on the basis whose prices decide, where that is another one; else empty.
  std::vector<StripPlan> priced;
  double unit = 0, european_today = 0;  // discounted strike; value today, quantity 1
  // A unit of hardware that earns hours x (utilization x rent - cost) a month until it is stopped
  // for good; empty: an option. timing is then the strip's discount factor.
  std::vector<double> hours, cost;
  double utilization = 1;
  // Its controls: the means of all flows and of the positive ones, and what is taken off by them.
  bool mothball_known = false;
  double never = 0, mothball = 0, never_weight = 0, mothball_weight = 0;
};

// One payment of an instrument that makes several, or that pays otherwise than once at a level.
struct SettlementPlan {
  int month = 0;      // of the payment
  int observed = 0;   // floating_rate: at which the period's rate is fixed; else as month
  double weight = 1;  // years of accrual x timing x liquidity
};

// An unsecured bond of a party, par 1: coupons while it lives, then par or a share of it.
struct BondPlan {
  std::uint32_t party = kNone;
  double coupon = 0, recovery = 0;
  bool continuous = false;
  std::vector<double> accrual;    // [month + 1] years paid for then x timing x liquidity
  std::vector<double> liquidity;  // [month + 1] of a payment at the step
};

struct InstrumentPlan {
  std::uint32_t source = 0;
  PayoffKind kind = PayoffKind::forward;
  PayoffOn on = PayoffOn::rental_rate;
  std::uint32_t hardware = kNone, lot = kNone, line = kNone, tenor = kNone, segment = kNone;
  std::uint32_t forward = kNone;  // into Plan::forward_rents
  int month = 0;
  double strike = 0;
  double quantity = 1;  // negative: short
  double timing = 1;    // P(0,t(d))/P(0,t_k) x liquidity
  double scale = 1;
  std::optional<EarlyExercisePlan> early;   // may stop before its month
  std::vector<SettlementPlan> settlements;  // empty: one payment at its month, by timing
  bool margined = false;                    // a future: gains are paid as they arise
  bool averaged = false;                    // on the mean of a month, from its two ends
  double accrual = 0;                       // floating_rate: years of a period
  std::uint32_t counterparty = kNone;       // what it owes after its default brings its recovery
  double counterparty_recovery = 0;
  // Swaps and bonds: what one unit of strike or coupon is worth stands in the place of kExercised.
  bool has_annuity = false;
  std::optional<BondPlan> bond;
  double closed_forward = std::numeric_limits<double>::quiet_NaN();  // where one exists
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
    power
  };
  Of of = Of::rental_rate;
  std::uint32_t index = kNone;  // hardware or line
  std::uint32_t lot = kNone;    // resale_value: the lot that entered service on the valuation date
  bool logarithmic = true;      // bins equal in ln, else in level
  double scale = 1;             // size of a value, for the integer totals
  std::vector<double> shift;    // [steps + 1] short_rate: r = x + shift
  std::vector<double> low, inverse_width;  // [steps + 1] of the bins' axis
};

struct Plan {
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
  std::vector<PartyPlan> parties;
  NetworkPlan network;
  std::vector<ContractPlan> contracts;  // sorted by lot, party, variant, id
  std::vector<MonthTerms> terms;        // all contracts, each from its first_month
  MonthColumns columns;                 // what the tables say of a month; the rest stands in terms
  std::vector<VehiclePlan> vehicles;
  std::vector<InstrumentPlan> instruments;
  std::vector<ForwardRentPlan> forward_rents;
  std::vector<FanPlan> fans;
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
