#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/statistics/stopping.hpp"
#include "pricing/plan/collateral_plan.hpp"
#include "pricing/plan/plan_indices.hpp"

// Instruments as the month loop reads them.
namespace lien::pricing {

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
  double weight = 1;  // due x timing x liquidity
  double due = 1;     // years of accrual; of a hedge x its size then: money for one over the strike
  // A hedge of a tranche settles on the tranche's own rate, slope x G + shift, G the gross row of
  // `tenor` in month `observed`; slope 0: the rate is known today.
  bool of_tranche = false;
  std::uint32_t tenor = kNone;
  double slope = 0, shift = 0;
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

}  // namespace lien::pricing
