#pragma once

#include <span>
#include <vector>

#include "pricing/contract/contract.hpp"
#include "pricing/plan/plan_indices.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {

// One payment of a loan after the valuation date, in money of the whole loan, not of the part held.
struct LoanPayment {
  Date start{}, end{};     // accrual period; paid on `end`
  Date booked{};           // the day by whose month of the grid it counts: TimeGrid::booked
  double accrual = 0;      // year fraction by the loan's day count
  double opening = 0;      // principal owed when it is due: of the period, draws included
  double base = 0;         // principal that interest runs on: opening less `elapsed` of new draws
  double principal = 0;    // scheduled repayment on `end`; < 0 if a stated payment misses interest
  double interest = 0;     // on `opening`: fixed, or at the forward of the valuation date
  double fee = 0;          // on what was undrawn
  double fee_rate = 0;     // undrawn_fee x the years of the period in which draws may be made
  bool fixed_now = false;  // the rate is known today: fixed loan, or the running floating period
};

// A draw after the valuation date. Its interest runs from its own day and is paid from the first
// payment of a later month on: that payment runs on it but for the share `elapsed` of its period,
// and the fee on what is undrawn is charged on it for the share `undrawn`. Both are below 0 where
// the draw's own month has a payment after it, which leaves its first days to the next.
struct ScheduledDraw {
  Date date{};
  double amount = 0;
  double elapsed = 0, undrawn = 0;
  bool slips = false;  // by its lots: the path decides the day
};

// What a loan owes from the valuation date (date 0 of the grid) on.
//
// Dates: from closing in steps of the frequency, each counted from closing (31 Jan, 28 Feb,
// 31 Mar), then a last short period to maturity; a closing that ends its month keeps month ends.
//
// Rates: coupon; or min(max(forward, floor), cap) + margin, the forward of a period (s,e] being
//   (P(0,s)/P(0,e) - 1)/accrual.
// A floating period that runs on the valuation date (start <= it < end) has current_rate, all-in;
// one that starts on it and has none takes the forward.
//
// Principal, over the payments after interest_only_months (all at maturity if none is left):
//   level          the one amount that ends at zero with the actual accruals and the rates above,
//                  solved from the outstanding principal over the remaining dates; or `payment`
//   straight_line  equal parts of the outstanding principal, one a remaining date
//   bullet         at maturity
//   balloon        level
//
//   custom         the stated shares, of what is owed in proportion to the shares left
//   depreciated_cost  what is owed above lent x (cost of the lots in service less straight-line
//                  depreciation over depreciation_years) / their cost
//   sculpted       as given in `sculpted`, one a remaining payment; nothing where it ends
//
// `balloon` x principal is left for maturity under all but bullet. The last payment repays what is
// owed, so principal sums to outstanding; a stated `payment` that repays early ends the schedule.
//
// Draws join what is owed at the end of their month, after its payments, and level and straight
// line are then made anew from what is owed over the remaining dates: the parts of a loan that is
// drawn on payment dates are the schedules of loans that close on them. balloon is a share of what
// is drawn.
//
// outstanding_principal blank: by the same rules from closing, as if the rate of the running period
// (the first forward + margin where none is given) had held since.
//
// Errors: std::domain_error with a sentence for a loan that closes after the valuation date and for
// a floating period begun before it without current_rate.
struct LoanSchedule {
  double outstanding = 0;             // principal owed on the valuation date, after past payments
  std::vector<LoanPayment> payments;  // after the valuation date, rising; empty once matured
  // Money received on the valuation date if the loan closes on it, else 0. The payout of that day
  // is not a flow: measures are of the asset.
  double closing_fee = 0;
  std::vector<ScheduledDraw> draws;  // by date
  double commitment_left = 0;        // undrawn on the valuation date
  // Draws of the running period before today, x elapsed and x undrawn.
  double elapsed_today = 0, undrawn_today = 0;
  double accrued = 0;  // interest since the payment before today, by the day count; >= 0
};
[[nodiscard]] LoanSchedule schedule_loan(const Loan& loan, const Rates& rates, const TimeGrid& grid,
                                         const std::vector<double>& sculpted = {});

// Interest on 1 of principal in each of the remaining periods, at today's forwards where it floats;
// sets their fixed_now. Throws as schedule_loan does.
[[nodiscard]] std::vector<double> interest_shares(const Loan& loan, const Curve& zero_curve,
                                                  const TimeGrid& grid,
                                                  std::span<LoanPayment> remaining);

// A loan's schedule put on the monthly grid, in money of the whole loan. Entry k is month k; entry
// 0 is the valuation date itself and holds nothing but a closing fee. Several payments in one month
// add up. A flow dated inside month k is worth timing = value_timing_in_month of one paid at t_k, 1
// on grid dates: the _timed columns carry that factor, the others are as dated. Payments beyond the
// last month of the grid are left out; then closing[months] > 0.
struct MonthlySchedule {
  int months = 0;  // last month with a flow, or of the grid where flows follow; 0: none
  bool outlives_grid = false;
  // Every column: [months + 1].
  std::vector<double> opening;    // owed during month k: the claim of a default in it
  std::vector<double> closing;    // after the payments of month k; closing[0] = outstanding
  std::vector<double> principal;  // scheduled
  std::vector<double> interest;   // scheduled: fixed, or at today's forwards
  std::vector<double> fee;
  std::vector<double> draw;  // paid out after the payments of month k; closing holds it
  std::vector<double> principal_timed;
  std::vector<double> fixed_interest;  // the part known today; 0 where the rate floats
  std::vector<double> fixed_interest_timed;
  std::vector<double> fee_timed;
  // Share of the debt service of month k that falls after today, for coverage and reserves. Of a
  // quarterly or longer period already begun what accrued before today is taken as set aside: by
  // days. 1 for monthly payments, and where nothing is due.
  std::vector<double> service_share;

  // Where the rate floats, and 0 base elsewhere, with G = 1/P(t_fixing, t_fixing + tenor) on the
  // path, fixed at month `fixing`:
  //   interest = floating_base x (min(max(gross_ratio x G - 1, floor), cap) + margin).
  // For a period (s,e] with any dates
  //   gross_ratio = [P(0,s)/P(0,e)] / [P(0,t_fixing)/P(0,t_k)]
  // makes E[D_k timing (gross_ratio G - 1)] = P(0,s) - P(0,e): the value of a floating payment is
  // exact although G spans whole months. Two floating payments in one month (a short last period)
  // merge into one fixed with the first; without floor and cap their joint value stays exact.
  std::vector<double> floating_base;  // principal of the period
  std::vector<double> floating_base_timed;
  std::vector<double> gross_ratio;
  std::vector<double> floor;   // floor x accrual; -1 where there is none, as no rate is below
  std::vector<double> cap;     // cap x accrual; kUncapped where there is none
  std::vector<double> margin;  // margin x accrual
  std::vector<double> floating_accrual;
  std::vector<int> fixing;  // month, < k; 0 where nothing floats
  std::vector<int> tenor;   // k - fixing, months, >= 1; 0 where nothing floats
};
[[nodiscard]] MonthlySchedule on_grid(const LoanSchedule& schedule, const Loan& loan,
                                      const Rates& rates, const TimeGrid& grid);

}  // namespace lien::pricing
