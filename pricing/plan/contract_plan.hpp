#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "engine/memory/large_array.hpp"
#include "engine/random/philox.hpp"
#include "pricing/plan/lease_end_plan.hpp"
#include "pricing/plan/plan_indices.hpp"

// Loans, leases and tranches as the kernel reads them.
namespace lien::pricing {

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

// One contract. Its months stand in Plan::terms and Plan::columns from `first_month`, months + 1 of
// them.
struct ContractPlan {
  std::uint32_t source = 0;  // index in the book's loans or leases
  ContractKind kind = ContractKind::loan;
  KernelVariant variant;
  std::uint32_t lot = kNone, party = kNone, customer = kNone, guarantor = kNone;
  std::uint32_t segment = kNone;    // in which free hours are let; kNone: at R
  std::uint32_t group = kNone;      // index of the party whose totals it joins; kNone: no party
  std::uint32_t vehicle = kNone;    // a tranche: into Plan::vehicles, whose kernel fills its rows
  std::uint32_t lease_end = kNone;  // into Plan::lease_ends, where its end is not the agreed one
  int months = 0;                   // last month with a flow, or the horizon
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
  double accrued = 0;             // interest on it since the last payment; 0 of a lease
  double to_draw = 0;             // draws to come, as far as lots are expected in time
  double most_to_draw = 0;        // the same if all of them are
  double issue_discount = 0;      // share of a draw that its lender keeps back
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
  // [months + 1] cap x accrual, kUncapped where nothing floats; empty: no cap
  std::vector<double> caps;
  // For yields, exact days: a loan's payments and draws; a lease's costs, rents and deposit, last
  // the residual owed.
  std::vector<double> schedule_times, schedule_flows;

  // Money that the lender pays out for the draws to come.
  [[nodiscard]] double to_pay() const noexcept { return to_draw * (1 - issue_discount); }
};

// Month columns of one contract as it is compiled, [months + 1] each.
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
  std::vector<double> draw;                // paid out; closing holds it
  std::vector<double> floating_scheduled;  // interest is floating this month: 1
};

// What the tables say of a month, of all contracts: as in MonthColumns. A contract's part starts at
// its first_month.
struct ScheduledColumns {
  lien::engine::LargeVector<double> closing, interest, principal, fee, rent, draw,
      floating_scheduled;
};

// One month of one contract as the kernel reads it: everything side by side, so that a month is
// three cache lines behind one pointer (half as many in floats). Fields as in MonthColumns.
template <class Real>
struct MonthTermsOf {
  Real month = 0;  // its number
  Real opening = 0, flow = 0, present_factor = 1, recovery_factor = 1;
  Real eir_discount = 1, eir_discount_sale = 1;
  // Units that the mark is of over the tested balance: times the mark the inverse of loan to value.
  Real tested_balance = 0, units_over_tested = Real(1e30);
  Real free_hours = 0, contract_revenue = 0, lost_hours = 0, operating_cost = 0;
  Real service = 0, test_service = 0, reserve_cap = Real(1e30), window_keep = 0;
  Real floating_base = 0, floating_base_service = 0, floating_base_test = 0;
  Real gross_ratio = 0, floor = 0, margin = 0;
  std::conditional_t<sizeof(Real) == 8, std::int64_t, std::int32_t> fixing = 0;
};
using MonthTerms = MonthTermsOf<double>;
using SingleTerms = MonthTermsOf<float>;

}  // namespace lien::pricing
