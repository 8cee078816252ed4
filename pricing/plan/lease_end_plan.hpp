#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/statistics/stopping.hpp"
#include "pricing/plan/plan_indices.hpp"

// Leases that hold a deposit, or whose lessee may end or extend them, as the path loop reads them.
namespace lien::pricing {

enum class ResidualRule { none, lessor, fixed_price, fair_market_value, one_dollar };

// What a lessee looks at beside factor series: ln of the hardware's rent, what an hour of use is
// worth, what ending the lease brings.
inline constexpr std::size_t kOwnVariables = 3;
// Of the first of these: every state is looked at.
inline constexpr double kNoBound = -1e300;

// How a lease came to its end on a path. An agreed or an extended end is settled by its rule.
enum class LeaseEnding { ended, bought, terminated };

// Columns are [last + 1]. Money of the whole lease, or of its part in one lot of a vehicle. A
// decision of month k is made at t_k, on prices of t_k; what is due on the valuation date is past
// by the decision of month 0.
struct LeaseEndPlan {
  std::uint32_t lot = 0;  // into Plan::lots
  double units = 0;
  int last = 0;                                // month of the last end there may be
  int end = 0;                                 // month of the agreed end
  bool extends = false;                        // the lessee may go on from `end` to the last month
  ResidualRule residual = ResidualRule::none;  // of the end, agreed or extended
  double option_price = 0, guaranteed_residual = 0;
  // The lessee pays what a guaranteed residual is short of; else a third party does.
  bool lessee_guarantees = false;
  double deposit = 0;
  int deposit_month = 0;  // in which it is still to be received; 0: it is held already
  // May buy or hand back in the month; both end the lease before it is due to end.
  std::vector<char> buys, terminates;
  std::vector<char> open;  // the lessee has a choice in the month: these, or to extend
  std::vector<double> buyout_price, return_cost;
  double termination_fee = 0;
  std::vector<double> rent;  // due in the month, undiscounted, an extension's too: expected rents
  // Rent in advance due in the month, which who ends the lease in it does not pay: undiscounted,
  // and as valued (timed, times exp(-liquidity spread t)).
  std::vector<double> saved, saved_value;
  // Of money paid for the units in the month: P(0,t(d))/P(0,t_k), 1 but for an end inside a month;
  // and that times exp(-liquidity spread t(d)).
  std::vector<double> timing, valued;
  // What the lessor gives back of the deposit after a default in the month: what the claim leaves.
  std::vector<double> returned, returned_value;  // the second times exp(-liquidity spread t_k)

  // The lessee's side; empty without options. Use: hours x utilization x rent of its segment.
  bool decides = false;
  std::uint32_t segment = kNone;
  std::vector<double> hours;        // units left x 730 x share of the month under lease
  std::vector<double> cost;         // operating cost that the lessee pays, at today's power
  std::vector<double> due;          // its rents, timed
  std::vector<double> saved_due;    // `saved`, timed
  std::vector<std::size_t> states;  // factor series beside what the lessee sees of its own
  lien::engine::StoppingRule rule;  // when it ends the lease; dates from the pilot
};

}  // namespace lien::pricing
