#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/random/stream_key.hpp"
#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "pricing/plan/tranche_months.hpp"

// Balloons: the days on which they are due, and what their extensions pay (docs/model.md,
// "Balloons").
namespace lien::pricing {
namespace {

Date due_after(const Tranche& tranche, const Loan& loan, int extensions) {
  return add_months(loan.maturity, extensions * tranche.extension_months,
                    ends_month(loan.maturity));
}

// To when interest runs on after maturity: the end of the last extension or, where a new lender may
// stay, a whole period that ends no earlier than the vehicle's debt.
Date interest_end(const BalloonTerms& terms) {
  Date end = last_due(terms.tranche, terms.loan);
  if (!terms.tranche.refinancing_max_loan_to_value) return end;
  const int period = static_cast<int>(terms.loan.frequency);
  for (int i = 0; end < terms.last_due; i += period)
    end = add_months(terms.loan.maturity, i, ends_month(terms.loan.maturity));
  return end;
}

// Interest on 1 of principal after maturity. A period that ends in the month of maturity is paid
// with the next: that month has had its payment.
LoanSchedule extensions_of_one(const BalloonTerms& terms, const Rates& rates,
                               const TimeGrid& grid) {
  const Loan& loan = terms.loan;
  const std::vector<Date> dates =
      agreement_dates(loan.maturity, interest_end(terms), static_cast<int>(loan.frequency));
  const std::vector<double> accruals = year_fractions(loan.day_count, dates);
  LoanSchedule schedule;
  schedule.outstanding = 1;
  LoanPayment period{.start = loan.maturity, .opening = 1, .base = 1};
  for (std::size_t i = 0; i < accruals.size(); ++i) {
    period.end = dates[i + 1];
    period.booked = grid.booked(period.end, loan.closing);
    period.accrual += accruals[i];
    if (grid.month_of(period.booked) == grid.month_of(grid.booked(loan.maturity, loan.closing)))
      continue;
    schedule.payments.push_back(period);
    period = {.start = dates[i + 1], .opening = 1, .base = 1};
  }
  const std::vector<double> shares =
      interest_shares(loan, rates.zero_curve, grid, schedule.payments);
  for (std::size_t i = 0; i < shares.size(); ++i) schedule.payments[i].interest = shares[i];
  if (!schedule.payments.empty()) schedule.payments.back().principal = 1;
  return schedule;
}

void add_dates(const BalloonTerms& terms, const TimeGrid& grid, ContractPlan& contract,
               BalloonPlan& balloon) {
  int before = 0;
  for (int i = 0; i <= terms.tranche.extension_count; ++i) {
    const Date due = due_after(terms.tranche, terms.loan, i);
    const int month = grid.month_of(grid.booked(due, terms.loan.closing));
    if (month > grid.months()) {
      contract.outlives_horizon = true;
      return;
    }
    if (month <= before)
      throw std::domain_error(
          "an extension of one month begins and ends in one month of the run: write a longer one");
    balloon.dates.push_back({month, 0, i < terms.tranche.extension_count});
    before = month;
  }
}

// The months after maturity: interest as before it, of the lender who extends or the new one, and
// all that is owed on each day it is due.
void add_extensions(const CompileInput& input, const BalloonTerms& terms, const TimeGrid& grid,
                    const ContractColumns& columns, Plan& plan, TranchePlan& tranche) {
  const Rates& rates = input.market->rates;
  const LoanSchedule schedule = extensions_of_one(terms, rates, grid);
  const MonthlySchedule monthly = on_grid(schedule, terms.loan, rates, grid);
  const std::vector<double> years = accruals_by_month(schedule, grid, monthly.months);
  const double owed = terms.schedule.payments.back().principal;
  const auto first = static_cast<std::size_t>(tranche.last_payment) + 1;
  for (std::size_t k = first; k < monthly.opening.size() && k < tranche.months.size(); ++k) {
    TrancheMonth& month = tranche.months[k];
    month = tranche_month(input, monthly, k, years[k], 0, columns.present_factor[k], 1, plan);
    if (month.accrual > 0) month.in_kind = terms.tranche.payment_in_kind;
    // After the last day that it is due only a new lender is owed: he is not repaid in the run.
    if (static_cast<int>(k) > tranche.balloon.dates.back().month) month.repaid = 0;
    tranche.balloon.service[k] += owed * monthly.interest[k];
  }
  if (terms.tranche.extension_count == 0) return;
  for (const BalloonDate& date : tranche.balloon.dates) {
    TrancheMonth& month = tranche.months[static_cast<std::size_t>(date.month)];
    month.repaid = 1;
    // An extension's end is all balloon; what maturity has of an instalment stays one.
    if (date.month > tranche.last_payment) month.balloon = 1;
    month.in_kind = 0;
  }
}

// The chance that a scenario's path, or the market's curve, gives a month.
double open_in(const Refinancing& terms, int month) {
  const auto& path = terms.open_path;
  if (path.empty() || month < path.front().first)
    return interpolate(terms.open_probability, month / 12.0);
  for (std::size_t i = 1; i < path.size(); ++i) {
    const auto& [start, from] = path[i - 1];
    if (month < path[i].first)
      return from + (path[i].second - from) * (month - start) / (path[i].first - start);
  }
  return path.back().second;
}

}  // namespace

Date last_due(const Tranche& tranche, const Loan& loan) {
  return tranche.extension_count == 0 ? loan.maturity
                                      : due_after(tranche, loan, tranche.extension_count);
}

void add_balloon(const CompileInput& input, const BalloonTerms& terms, const TimeGrid& grid,
                 Plan& plan, ContractPlan& contract, const ContractColumns& columns,
                 TranchePlan& tranche) {
  const std::vector<LoanPayment>& payments = terms.schedule.payments;
  if (payments.empty() || payments.back().end != terms.loan.maturity ||
      !(payments.back().principal > 0))
    throw std::domain_error(
        "its schedule leaves nothing for maturity, and refinancing_max_loan_to_value and "
        "extension_count are of what is left: remove them, or let the schedule leave a balloon");
  BalloonPlan& balloon = tranche.balloon;
  add_dates(terms, grid, contract, balloon);
  if (balloon.dates.empty()) return;
  balloon.refinances = terms.tranche.refinancing_max_loan_to_value.has_value();
  balloon.max_loan_to_value = terms.tranche.refinancing_max_loan_to_value.value_or(0.0);
  balloon.extension_fee = terms.tranche.extension_fee;
  balloon.service.assign(tranche.months.size(), 0.0);
  if (balloon.refinances)
    balloon.service[static_cast<std::size_t>(tranche.last_payment)] = -payments.back().principal;
  if (interest_end(terms) > terms.loan.maturity)
    add_extensions(input, terms, grid, columns, plan, tranche);
}

void mark_balloons(const Vehicle& terms, VehiclePlan& vehicle, std::vector<Diagnostic>& faults) {
  for (const TranchePlan& tranche : vehicle.tranches) {
    const BalloonPlan& balloon = tranche.balloon;
    const bool prepayable = !tranche.prepayment.may.empty();
    vehicle.may_prepay = vehicle.may_prepay || prepayable;
    if (balloon.dates.empty() && !prepayable) continue;
    vehicle.balloons.resize(static_cast<std::size_t>(vehicle.months) + 1, 0);
    for (const BalloonDate& date : balloon.dates)
      vehicle.balloons[static_cast<std::size_t>(date.month)] = 1;
    if (balloon.refinances && !vehicle.value_observed)
      faults.push_back({{terms.source.file, terms.source.line, 0},
                        "vehicle " + terms.id,
                        "",
                        "has a refinancing_max_loan_to_value and lots without a value",
                        "give their hardware a resale value, or choose another mark"});
  }
}

void number_balloons(const CompileInput& input, Plan& plan) {
  const Refinancing always;
  const Refinancing& terms = input.market->refinancing ? *input.market->refinancing : always;
  RefinancingPlan& out = plan.refinancing;
  const auto each = [&](const auto& visit) {
    for (VehiclePlan& vehicle : plan.vehicles)
      for (TranchePlan& tranche : vehicle.tranches)
        for (BalloonDate& date : tranche.balloon.dates) visit(date);
  };
  each([&](const BalloonDate& date) { out.months.push_back(date.month); });
  if (out.months.empty()) return;
  std::sort(out.months.begin(), out.months.end());
  out.months.erase(std::unique(out.months.begin(), out.months.end()), out.months.end());
  for (const int month : out.months) out.open.push_back(open_in(terms, month));
  each([&](BalloonDate& date) {
    const auto at = std::lower_bound(out.months.begin(), out.months.end(), date.month);
    date.market = static_cast<std::uint32_t>(at - out.months.begin());
  });
  out.key = engine::stream_key(input.settings->seed, engine::StreamKind::gate, "refinancing");
}

}  // namespace lien::pricing
