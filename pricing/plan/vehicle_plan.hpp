#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/random/philox.hpp"
#include "pricing/contract/vehicle.hpp"
#include "pricing/plan/customer_plan.hpp"
#include "pricing/plan/instrument_plan.hpp"
#include "pricing/plan/plan_indices.hpp"

// A vehicle as the month loop reads it. Columns are [months + 1], money of the whole vehicle;
// kNone stands for nobody.
namespace lien::pricing {

// Units of one lot: what they earn, and what they bring in a sale and in a test.
struct VehicleLotPlan {
  std::uint32_t lot = 0, hardware = 0;
  std::uint32_t rent = 0;       // of free hours: a hardware, or after them a segment
  std::uint32_t mark = kNone;   // into Plan::marks; kNone: a part of the resale value
  std::uint32_t lease = kNone;  // into the vehicle's leases
  double units = 0;
  double price = 0;       // that all of them cost, for loan_to_cost
  double sale_units = 0;  // units x (1 - haircut)
  double mark_units = 0;
  int bought =
      0;  // month whose draw pays for it: from then on it is tested, after it sold; 0: here
  // Of a lot whose delivery the path decides, else kNone: its first row of deliveries. `bought` is
  // then by schedule, and 0 where no draw pays for it.
  std::uint32_t delivery = kNone;
  double holding_cost = 0;      // a month from default to sale, of a lot that a draw pays for
  std::uint32_t depth = kNone;  // into Plan::depths; kNone: sales move no price
  // Place among the lots whose worth in a test moves with that price; kNone: it does not.
  std::uint32_t pressed = kNone;
  std::vector<double> free_hours;      // let at the market's rent
  std::vector<double> operating_cost;  // at today's power price
  // Where the path decides the delivery: all its hours and what is served of them, the columns
  // above being those of the day agreed; and they by schedule, on the mean delivery.
  std::vector<double> hours{};
  ServedShare served{};
  std::vector<double> expected_free_hours{}, expected_cost{};
};
// By schedule, whether the path decides the delivery or not.
[[nodiscard]] inline const std::vector<double>& scheduled_free_hours(const VehicleLotPlan& lot) {
  return lot.delivery == kNone ? lot.free_hours : lot.expected_free_hours;
}
[[nodiscard]] inline const std::vector<double>& scheduled_cost(const VehicleLotPlan& lot) {
  return lot.delivery == kNone ? lot.operating_cost : lot.expected_cost;
}

// When a lot enters service on a path: month + an exponential of this mean, months after today.
struct DeliveryPlan {
  lien::engine::PhiloxKey key{};  // of its delay, one a path
  std::uint32_t lot = 0;          // into the vehicle's
  double month = 0, mean = 0;
  std::vector<std::uint32_t> draws;  // that pay for it, into the vehicle's
};
// A draw that is made when the last of its lots enters service, up to `last`: later it lapses.
struct DeliveryDrawPlan {
  std::vector<std::uint32_t> lots;  // into the vehicle's deliveries
  double last = 0;                  // months after today
  double latest = 1e300;            // the same: it is made then if its lots are not there
};

// Rent that a customer has paid before today, while the path decides when it is earned: credited in
// equal parts over the first `months` months with rent, of all lots of the contract.
struct AdvancePlan {
  struct Lot {
    std::uint32_t delivery = kNone;  // as OfftakePlan::delivery
    ServedShare served{};
    std::vector<double> rent{};  // [months + 1] of the day agreed
  };
  std::uint32_t offtake = 0;  // into the vehicle's offtakes, as its terms list them
  double prepaid = 0;
  int months = 0;
  std::uint32_t first_row = 0;  // of [months + 1] shares of rent, among the deliveries
  std::vector<Lot> lots;
};

// A lease of a lot whose delivery the path decides: a delivery after its start moves all of it by
// whole months. Rows among the deliveries, from first_row on: by how many months, kNever where the
// lot never joins; what the lessee pays by month, [months + 1]; the hours it has, the same.
struct LeaseTermPlan {
  std::uint32_t delivery = kNone;  // as VehicleLotPlan::delivery
  std::uint32_t first_row = 0;
  double start = 0;  // as agreed, months after today
  // By month of the agreed term, [months + 1]: rent, money; the part of the month that is past
  // where the lease begins, and where it ends.
  std::vector<double> rent, from, to;
  // By month, [months + 1]: hours of all units in the whole of it; cost of an hour that the lessee
  // pays.
  std::vector<double> hours, cost;
};

// How draws are repaid that have maturities of their own, by the month in which they are made: of 1
// drawn in month i what is owed at the opening of month k and what is then repaid, at k x width +
// i. Nothing at i = 0, of a draw that is still to come.
struct DrawRepayment {
  std::size_t width = 0;  // 0: repaid with all others
  std::vector<double> opening, principal;
};

// Money that a tranche's lender pays out when lots enter service.
struct SlippedDraw {
  double amount = 0;
  std::uint32_t row = 0;  // of deliveries: months after today, kNever where it lapses
  DrawRepayment repayment{};
};
// The same as of ScheduledDraw, and the timing, for a draw a part x into a month: first + slope x.
struct SlippedMonth {
  double elapsed = 0, elapsed_slope = 0;
  double undrawn = 0, undrawn_slope = 0;
  double timing = 1, timing_slope = 0;
};

// A month of a tranche, as shares of what is owed at its opening.
struct TrancheMonth {
  double fixed_interest = 0;
  double floating_base = 0, gross_ratio = 0, floor = 0, margin = 0;  // see MonthlySchedule
  double cap = kUncapped;                                            // the same
  double floating_accrual = 0;  // years of interest at a forward rate
  double accrual = 0;           // years of interest paid in the month, for a step of the margin
  double repaid = 0;            // of principal
  double balloon = 0;           // share of that which is no instalment: coverage leaves it out
  double in_kind = 0;  // share of the interest that is added to principal; 0 at the last payment
  // Part of the month's dues that is paid from cash; the rest, of a payment period that began
  // before the valuation date, was set aside by then.
  double from_cash = 1;
  double fee = 0;  // to the lender, money
  // Draws, at the month's end after its payments: money by schedule, and the same x the shares of
  // ScheduledDraw; those shares of a draw that was stopped before; and whether one may be made.
  double draw = 0, draw_elapsed = 0, draw_undrawn = 0;
  double late_elapsed = 0, late_undrawn = 0, may_draw = 0;
  double draw_timing = 0;      // as timing, of the draw
  double undrawn_rate = 0;     // of the fee on what is undrawn, paid in the month
  double undrawn_fee = 0;      // the same in money by schedule
  bool pays = false;           // interest is paid: new draws bear the whole of the next
  double floating_timing = 1;  // as timing, of interest at a forward rate
  double timing = 1;           // of its payments: P(0,t(d))/P(0,t_k) x liquidity
  std::int64_t fixing = 0;
};

// A day on which a balloon is due: maturity, then the end of each extension.
struct BalloonDate {
  int month = 0;
  std::uint32_t market = 0;  // into RefinancingPlan: whether the market is open
  bool extends = false;      // the borrower has an option left
};

// What may meet a balloon besides cash.
struct BalloonPlan {
  bool refinances = false;  // a new lender, up to this loan to value
  double max_loan_to_value = 0;
  double extension_fee = 0;        // share of what is extended
  std::vector<BalloonDate> dates;  // in the run, rising; none: nothing but cash meets it
  // [months + 1] what this changes of the debt service by schedule: the balloon that a new lender
  // repays is off, the interest of extensions added. Compile reads it alone.
  std::vector<double> service;
};

// The months in which some balloon is due, rising, and the chance that the market then refinances.
struct RefinancingPlan {
  lien::engine::PhiloxKey key{};
  std::vector<int> months;
  std::vector<double> open;
};

// The borrower's option to repay all that it owes and to borrow it anew at the market's rate, which
// is zero + loading x + liquidity + credit e^{-mover}: the risk-free rate for what is left of the
// loan, and what lenders ask for the party's default by its hazard of the month that begins.
struct PrepaymentPlan {
  std::vector<char> may;  // [months + 1] payments on which it may; empty: never
  double spread = 0;      // it does where the loan costs more than the market by this, a year
  double penalty = 0;     // share of what is prepaid
  double own = 0;         // what the loan costs: all-in where it is fixed, else its margin
  // Fixed: of the zero rate for the average life left, continuous; else empty: margins are
  // compared.
  std::vector<double> zero, loading;
  double liquidity = 0;
  std::uint32_t party = kNone;  // whose credit the market sees
  // [months + 1] (1 - recovery) x the hazard of the next month, risk-neutral, where no factor moves
  // it.
  std::vector<double> credit;
};

struct TranchePlan {
  std::uint32_t contract = 0;  // into Plan::contracts
  int rank = 1;
  bool floating = false;
  double cash_sweep = 0;
  // By a margin grid: the margin while the customer of an offtake is the lowest rated, [offtakes],
  // and without customers. Empty without a grid.
  std::vector<double> grid;
  double grid_without = 0;
  std::vector<TrancheMonth> months;
  // Of a commitment: what is undrawn today, and what the running period's draws leave of interest
  // and of the fee on it.
  bool draws = false;
  double undrawn = 0, elapsed_today = 0, undrawn_today = 0;
  double revolving = 0;  // the commitment, of which what is not owed is undrawn; 0: never again
  // Draws that lots delay, beside those of `months`; terms of their months, [months + 1]; and until
  // when they may be made, months after today.
  std::vector<SlippedDraw> slipped;
  std::vector<SlippedMonth> slipped_months;
  double last_draw = 0;
  // Where draws have maturities of their own and lots delay some: what all others owe and repay by
  // schedule, [months + 1], to which the path adds those of `slipped`; `repaid` of a month is then
  // that of a path on which nothing is owed by schedule. Else empty.
  std::vector<double> others_opening, others_principal;
  // What is owed at each month's end by schedule, [months + 1], where lots delay a draw: no more
  // of it needs a hedge, which is of the schedule too. Else empty.
  std::vector<double> hedgeable;
  BalloonPlan balloon;
  PrepaymentPlan prepayment;
  int last_payment = 0;  // month of it by schedule, without extensions; after the run: its last + 1
};

struct ReservePlan {
  double initial = 0;
  unsigned covers = 0;  // CashItem
  std::vector<double> target;
  bool earns = false;  // interest, at the rate of VehiclePlan::month_rate
};

struct FeePlan {
  std::vector<double> amount;
  double rate_per_month = 0;  // of all debt owed
};

struct CovenantPlan {
  CovenantTest test = CovenantTest::debt_service_coverage_ratio;
  double limit = 0;
  double reached = 0;    // the limit by a billionth to the safe side: what money brings a ratio to
  bool at_least = true;  // the limit is a minimum
  std::uint32_t party = kNone;
  std::vector<std::uint32_t> notice_rows;  // offtake_termination: of the customers it watches
  unsigned consequences = 0;
  double step_up = 0, sweep_share = 1;
  int window = 1;  // months
  // Months that a test of coverage looks ahead, 0: none. What is agreed of them, sums over the
  // months after k, [months + 1] a lot or offtake: hours let freely, their cost, a customer's rent.
  int ahead = 0;
  std::vector<double> ahead_hours, ahead_cost, ahead_revenue;
  std::vector<double> ahead_fees;     // [months + 1] stated fees
  std::vector<double> ahead_service;  // [months + 1] debt service on 1 of debt
  std::uint32_t sponsor = kNone;      // pays for cures, at most this much and so many
  double cure_limit = 0, cures = 0;
  double release_tests = 1, cure_months = 0;
  std::uint32_t slot = 0;      // of its counts, into Plan::tests
  std::vector<double> cost;    // [months + 1] loan_to_cost: what the lots cost
  std::vector<double> hedged;  // [months + 1] hedge_ratio: principal whose rate is hedged
  // loan_to_value at a mark of its own: into the rows of Plan::covenant_marks; kNone: the vehicle's
  std::uint32_t mark = kNone;
  // loan_to_value that ends the vehicle and does nothing else: at the price that own sales leave
  bool pressed = false;
  std::vector<char> tested;  // [months + 1]
};

struct GuaranteePlan {
  GuaranteeKind kind = GuaranteeKind::payment;
  std::uint32_t guarantor = 0;
  double cap = 1e300, share = 1, price = 0;
  int last_month = 0;              // expiry
  std::vector<char> covers;        // [tranches]
  std::vector<double> floors;      // residual_value: at a sale in month k
  std::uint32_t customer = kNone;  // pay_or_step_in: into the vehicle's customers
  unsigned triggers = 0;           // last_lessee: GuaranteeTrigger
  // of hours: 1 by lot where it is covered, [lots]
  std::vector<double> lots;
};

// A hedge that the vehicle holds: it settles into the vehicle's cash while the vehicle lives.
struct HedgePlan {
  InstrumentPlan instrument;   // its settlements are months of the vehicle
  std::vector<double> timing;  // of the month's settlement: P(0,t(d))/P(0,t_k) x liquidity; 0: none
  // On a resale value, whose row is there for one lot at a time: where its settlements' values are
  // kept, into the rows of Plan::hedge_levels; kNone: on something else.
  std::uint32_t first_level = kNone;
  // Of a future, else empty: what its price is at the end of months 0, 1, .. before its own month:
  // the mean of so many forward rents a month, one or two. Its settlements are its margin then.
  std::vector<InstrumentPlan> prices{};
  std::size_t prices_a_month = 0;
};

// What a covenant's own mark takes the lots of a vehicle for.
struct CovenantMarkPlan {
  std::uint32_t row = 0;  // into the rows of Plan::covenant_marks
  struct Lot {
    std::uint32_t mark = kNone;  // as VehicleLotPlan::mark
    double units = 0;
  };
  std::vector<Lot> lots;  // [lots]
};

struct CashStepPlan {
  CashStep step = CashStep::operating_cost;
  std::uint32_t part = 0;
};

struct VehiclePlan {
  VehiclePlan();  // these six: vehicle_plan.cpp
  VehiclePlan(const VehiclePlan&);
  VehiclePlan(VehiclePlan&&) noexcept;
  VehiclePlan& operator=(const VehiclePlan&);
  VehiclePlan& operator=(VehiclePlan&&) noexcept;
  ~VehiclePlan();

  std::uint32_t source = 0;  // index in the book's vehicles
  std::uint32_t party = kNone;
  bool default_on_shortfall = true;
  int months = 0;                     // last month with a flow, or the horizon
  bool outlives_horizon = false;      // debt is owed after it
  int lag = 0;                        // months from default to sale; the longest where it is drawn
  std::uint32_t lag_law = kNone;      // into Plan::lag_laws; kNone: the lag is fixed
  lien::engine::PhiloxKey lag_key{};  // of its drawn lag, one a path
  std::uint32_t draws = kNone;  // its place among the vehicles of which something may be drawn
  std::uint32_t lag_row = 0;
  double deduction = 0;     // fixed cost of a sale, and holding cost where the lag is fixed
  double holding_cost = 0;  // of the lots, a month of lag, where the lag is drawn
  bool presses = false;     // some lot is of a hardware whose price sales move
  // Place among the vehicles that a test at a pressed price may end; kNone: none of its tests can.
  std::uint32_t pressed = kNone;
  double recovery = 0;  // party's, on what proceeds leave
  double worth_today = 0;
  bool value_observed = false;
  double scale = 1;  // size of a path's value, for the integer totals
  std::vector<VehicleLotPlan> lots;
  std::vector<OfftakePlan> offtakes;
  std::vector<LeasedLotPlan> leases;
  std::vector<CustomerPlan> customers;  // those that decide
  // Lots whose delivery the path decides, and the draws that pay for them. Rows of the block:
  // kDeliveryRows of each lot, then one of each draw, from first_delivery on.
  std::vector<DeliveryPlan> deliveries;
  std::vector<DeliveryDrawPlan> delivery_draws;
  std::vector<AdvancePlan> advances;
  std::vector<LeaseTermPlan> lease_terms;
  std::uint32_t first_delivery = 0;
  std::uint32_t payers = 0;           // customers, each counted once, where a test asks
  std::uint32_t month_rate = 0;       // into the tenors, of one month: what accounts earn
  bool prepays = false;               // some covenant asks for prepayment
  bool may_prepay = false;            // some tranche may be repaid at the borrower's option
  std::vector<TranchePlan> tranches;  // debt, by rank
  std::vector<FeePlan> fees;
  std::vector<ReservePlan> reserves;
  std::vector<CovenantPlan> covenants;
  std::vector<CovenantMarkPlan> covenant_marks;
  std::vector<GuaranteePlan> guarantees;
  std::vector<HedgePlan> hedges;
  std::vector<CashStepPlan> waterfall;
  std::vector<char> pays;  // debt is served this month: accounts are filled and cash distributed
  // [months + 1] some balloon is due this month; empty where none has terms that the run sees and
  // nothing may be prepaid: where the debt stays the book's to the end.
  std::vector<char> balloons;
  // Months whose debt service coverage is reported, that of the payment period ending there.
  std::vector<char> covered;
  int coverage_months = 1;  // of that period
  int longest_window = 1;   // of its covenants and of that period, months
};

}  // namespace lien::pricing
