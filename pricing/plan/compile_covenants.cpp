#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "pricing/contract/tape_row.hpp"
#include "pricing/plan/vehicle_work.hpp"

// Tests of a vehicle, and the months whose coverage is reported.
namespace lien::pricing {
namespace {

// Months between the payments of the tranche that pays most often.
int payment_months(const VehicleWork& work) {
  int months = 12;
  for (const Tranche& tranche : work.terms.tranches)
    if (tranche.loan)
      months = std::min(months, static_cast<int>(work.input.book->loans[*tranche.loan].frequency));
  return months;
}

// False where the window holds a payment whose period began before this run saw its cash.
bool seen_whole(const VehicleWork& work, int last, int window) {
  for (const TranchePlan& tranche : work.out.tranches)
    for (int k = last - window + 1; k <= last; ++k)
      if (tranche.months[static_cast<std::size_t>(k)].from_cash != 1.0) return false;
  return true;
}

bool pays_in(const TranchePlan& tranche, int k) {
  const TrancheMonth& month = tranche.months[static_cast<std::size_t>(k)];
  return month.fixed_interest != 0 || month.floating_base != 0 || month.repaid != 0 ||
         month.undrawn_rate != 0;
}

// False where the end of the debt cuts the window after month k to less than a payment period of
// some tranche: the cash of what is left of it would be set against the dues of all of it.
bool holds_whole_periods(const VehicleWork& work, int k, int window) {
  if (k + window <= work.out.months) return true;
  for (const TranchePlan& tranche : work.out.tranches) {
    bool pays_later = false;
    for (int j = k + 1; j <= work.out.months; ++j) pays_later = pays_later || pays_in(tranche, j);
    if (pays_later && !pays_in(tranche, k)) return false;
  }
  return true;
}

// Debt service by schedule without balloons; one that a new lender repays is off already.
std::vector<double> instalments(const VehicleWork& work) {
  std::vector<double> service = work.debt_service;
  for (const TranchePlan& tranche : work.out.tranches) {
    const std::size_t first = work.plan.contracts[tranche.contract].first_month;
    for (std::size_t k = 1; k < service.size(); ++k) {
      const bool off = tranche.balloon.refinances && !tranche.balloon.dates.empty() &&
                       static_cast<int>(k) == tranche.last_payment;
      if (!off) service[k] -= tranche.months[k].balloon * work.plan.columns.principal[first + k];
    }
  }
  return service;
}

// What is agreed of the months after each that the test looks ahead to, as far as the run goes.
void look_ahead(const VehicleWork& work, int months, CovenantPlan& plan) {
  plan.ahead = months;
  const std::size_t size = work.debt.size();
  const auto sums_of = [&](const std::vector<double>& column) {
    std::vector<double> sums(size, 0.0);
    for (std::size_t k = 0; k < size; ++k)
      for (std::size_t j = k + 1; j < size && j <= k + static_cast<std::size_t>(months); ++j)
        sums[k] += column[j];
    return sums;
  };
  const auto append = [&](const std::vector<double>& column, std::vector<double>& all) {
    const std::vector<double> sums = sums_of(column);
    all.insert(all.end(), sums.begin(), sums.end());
  };
  for (const VehicleLotPlan& lot : work.out.lots) {
    append(scheduled_free_hours(lot), plan.ahead_hours);
    append(scheduled_cost(lot), plan.ahead_cost);
  }
  for (const OfftakePlan& offtake : work.out.offtakes)
    append(scheduled_revenue(offtake), plan.ahead_revenue);
  plan.ahead_fees = sums_of(work.fees);
  plan.ahead_service = sums_of(instalments(work));
  for (std::size_t k = 0; k < size; ++k)
    plan.ahead_service[k] = work.debt[k] > 0 ? plan.ahead_service[k] / work.debt[k] : 0.0;
}

// Numbers the customers of offtakes and leases.
void number_payers(VehicleWork& work) {
  std::vector<std::uint32_t> seen;
  for (OfftakePlan& offtake : work.out.offtakes) {
    auto found = std::find(seen.begin(), seen.end(), offtake.customer);
    if (found == seen.end()) found = seen.insert(seen.end(), offtake.customer);
    offtake.payer = static_cast<std::uint32_t>(found - seen.begin());
  }
  work.out.payers = static_cast<std::uint32_t>(seen.size());
}

// A month of the covenant's tests, of which the others are a whole number of periods away: that of
// the first test, else that of the first closing, before today a month of 0 or less.
int test_month(const VehicleWork& work, const Covenant& covenant) {
  std::optional<Date> first;
  for (const Tranche& tranche : work.terms.tranches)
    if (tranche.loan) {
      const Date closing = work.input.book->loans[*tranche.loan].closing;
      first = first ? std::min(*first, closing) : closing;
    }
  if (!covenant.first_test && !first) return 0;
  const Date day = covenant.first_test ? *covenant.first_test : *first;
  const Date booked = work.grid.booked(day, first ? *first : day);
  return static_cast<int>(std::ceil(12 * work.grid.time_of(booked) - 1e-9));
}

// Lots under a mark: what a loan on them would be tested against.
std::vector<CovenantMarkPlan::Lot> lots_at(const VehicleWork& work, Mark mark) {
  std::vector<CovenantMarkPlan::Lot> lots;
  for (std::size_t i = 0; i < work.terms.lots.size(); ++i) {
    const ContractPlan contract = mark_of_lot(work, work.terms.lots[i], work.out.lots[i].lot, mark);
    lots.push_back({contract.mark, contract.mark_units});
  }
  return lots;
}

// The rows of a covenant's own mark; kNone where it takes every lot for what the vehicle's does.
std::uint32_t covenant_mark(VehicleWork& work, const Covenant& covenant) {
  if (covenant.mark == Mark::by_law) return kNone;
  std::vector<CovenantMarkPlan::Lot> lots = lots_at(work, covenant.mark);
  const auto equal = [&](const std::vector<CovenantMarkPlan::Lot>& other) {
    return std::equal(lots.begin(), lots.end(), other.begin(), [](const auto& a, const auto& b) {
      return a.mark == b.mark && a.units == b.units;
    });
  };
  std::vector<CovenantMarkPlan::Lot> own;
  for (const VehicleLotPlan& lot : work.out.lots) own.push_back({lot.mark, lot.mark_units});
  if (equal(own)) return kNone;
  for (const CovenantMarkPlan& mark : work.out.covenant_marks)
    if (equal(mark.lots)) return mark.row;
  const auto row = static_cast<std::uint32_t>(work.plan.covenant_marks++);
  work.out.covenant_marks.push_back({row, std::move(lots)});
  return row;
}

}  // namespace

void add_covenants(VehicleWork& work) {
  // Lots that draws pay for cost from their draw on.
  std::vector<double> cost = work.column();
  for (std::size_t i = 0; i < work.terms.lots.size(); ++i) {
    const VehicleLot& lot = work.terms.lots[i];
    work.out.lots[i].price = lot.units * lot.purchase_price.value_or(0);
    // Where the path decides the month of the draw it adds the price itself.
    if (work.out.lots[i].delivery != kNone && work.out.lots[i].bought > 0) continue;
    for (std::size_t k = 0; k < cost.size(); ++k)
      if (static_cast<int>(k) >= work.out.lots[i].bought) cost[k] += work.out.lots[i].price;
  }
  const bool sold_at_mark =
      std::any_of(work.out.lots.begin(), work.out.lots.end(),
                  [](const VehicleLotPlan& l) { return l.depth != kNone && l.mark == kNone; });
  for (const Covenant& covenant : work.terms.covenants) {
    CovenantPlan plan;
    plan.test = covenant.test;
    plan.at_least = covenant.min.has_value();
    plan.limit = covenant.min ? *covenant.min : covenant.max.value_or(0.0);
    plan.reached = plan.limit * (plan.at_least ? 1 + 1e-9 : 1 - 1e-9);
    plan.party = work.party(covenant.party);
    if (covenant.test == CovenantTest::offtake_termination)
      for (std::size_t o = 0; o < work.terms.offtakes.size(); ++o) {
        const Offtake& offtake = work.terms.offtakes[o];
        if ((offtake.notice_months || offtake.cancelled) &&
            (covenant.party.empty() || covenant.party == offtake.customer))
          plan.notice_rows.push_back(work.out.customers[work.customers[o]].first_row + kNotice);
      }
    plan.consequences = covenant.consequences;
    plan.step_up = covenant.step_up;
    plan.sweep_share = covenant.sweep_share;
    const bool coverage = covenant.test == CovenantTest::debt_service_coverage_ratio;
    const bool ahead = coverage && covenant.window_months < 0;
    plan.window = coverage && !ahead ? std::max(covenant.window_months, payment_months(work)) : 1;
    if (ahead) look_ahead(work, std::max(-covenant.window_months, payment_months(work)), plan);
    work.out.prepays = work.out.prepays || (covenant.consequences & kMandatoryPrepayment) != 0;
    plan.sponsor = work.party(work.terms.sponsor);
    plan.cure_limit = covenant.equity_cure_limit;
    plan.cures = covenant.equity_cure_count;
    if (covenant.test == CovenantTest::customer_concentration && work.out.payers == 0)
      number_payers(work);
    plan.release_tests = covenant.release_tests;
    plan.cure_months = (covenant.cure_period_days + 29) / 30;
    plan.slot = static_cast<std::uint32_t>(work.plan.tests++);
    plan.cost = cost;
    plan.hedged = work.hedges.hedged;
    // A ratio that is the least allowed passes, whatever its last digit.
    if (covenant.test == CovenantTest::hedge_ratio) plan.limit *= 1 - 1e-9;
    plan.mark = covenant_mark(work, covenant);
    // At a mark of its own no event of default is tested where that mark is what a sale presses.
    plan.pressed = sold_at_mark && plan.mark == kNone &&
                   covenant.test == CovenantTest::loan_to_value &&
                   covenant.consequences == kEventOfDefault;
    plan.tested.assign(work.debt.size(), 0);
    // After the last payment the accounts are the owner's: there is no liquidity to test.
    // After the last month there is none to look at.
    const bool emptied =
        (covenant.test == CovenantTest::liquidity && !work.out.outlives_horizon) || ahead;
    const int last = work.out.months - (emptied ? 1 : 0);
    const int anchor = test_month(work, covenant);
    for (int k = plan.window; k <= last; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const bool due = k >= anchor && (k - anchor) % static_cast<int>(covenant.frequency) == 0;
      const bool covered =
          !coverage || (work.out.pays[at] != 0 && (ahead ? holds_whole_periods(work, k, plan.ahead)
                                                         : seen_whole(work, k, plan.window)));
      plan.tested[at] = due && covered ? 1 : 0;
    }
    // A row of a tape may be in its last months; it has no dates of tests to mend.
    if (std::find(plan.tested.begin(), plan.tested.end(), 1) == plan.tested.end() &&
        !is_row(work.terms, *work.input.book))
      refuse_part(work, {"covenant", covenant.id},
                  plan.window > last ? std::vector<std::string>{"window_months", "test"}
                                     : std::vector<std::string>{"first_test", "window_months",
                                                                "frequency", "test"},
                  "is tested in no month of the vehicle's debt",
                  "look at first_test, frequency and window_months: coverage is tested "
                  "in months in which debt is paid");
    work.out.longest_window = std::max(work.out.longest_window, plan.window);
    work.out.covenants.push_back(std::move(plan));
  }
}

void add_coverage(VehicleWork& work) {
  const int months = payment_months(work);
  work.out.coverage_months = months;
  work.out.covered.assign(work.debt.size(), 0);
  for (int k = months; k <= work.out.months; ++k)
    work.out.covered[static_cast<std::size_t>(k)] =
        work.out.pays[static_cast<std::size_t>(k)] != 0 && seen_whole(work, k, months) ? 1 : 0;
  work.out.longest_window = std::max(work.out.longest_window, months);
}

}  // namespace lien::pricing
