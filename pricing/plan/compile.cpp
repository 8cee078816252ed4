#include "pricing/plan/compile.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/lease_schedule.hpp"
#include "pricing/plan/power_cost.hpp"
#include "pricing/plan/sampling.hpp"
#include "pricing/plan/stream_keys.hpp"
#include "pricing/plan/strip_accuracy.hpp"

namespace lien::pricing {

Horizon horizon_of(const RunSettings& settings, const Market& market, const Book& book) {
  // A grid long enough for any date: 50 years (horizon_months goes to 600 itself).
  const int per_year = settings.steps_per_year, longest = 50 * per_year;
  const TimeGrid grid(settings.valuation_date, longest, per_year);
  Horizon horizon;
  const double stdev = market.liquidation ? market.liquidation->lag_stdev_months : 0.0;
  int lag = 0;
  const auto see = [&](Date date) {
    horizon.months = std::max(horizon.months, std::min(grid.month_of(date), longest));
  };
  for (const auto& loan : book.loans) {
    see(grid.booked(loan.maturity, loan.closing));
    if (loan.liquidation_lag_months)
      lag = std::max(lag, longest_lag(*loan.liquidation_lag_months, stdev));
  }
  for (const auto& lease : book.leases)
    see(lease.extension_months > 0 ? extension_of(lease).end : lease.end);
  for (const auto& vehicle : book.vehicles) {
    // What a lessee with options does depends on all of its lease.
    for (const auto& lease : vehicle.leases)
      if (lease.has_options())
        see(add_months(lease.end, lease.extension_months, ends_month(lease.end)));
    for (const auto& tranche : vehicle.tranches)
      if (tranche.loan) {
        const Loan& loan = book.loans[*tranche.loan];
        see(grid.booked(last_due(tranche, loan), loan.closing));
      }
    if (vehicle.liquidation_lag_months)
      lag = std::max(lag, longest_lag(*vehicle.liquidation_lag_months, stdev));
  }
  for (const auto& instrument : book.instruments) see(instrument.expiry);
  if (settings.horizon_months > 0)
    horizon.months = step_of_month(settings.horizon_months, per_year);
  if (market.liquidation) lag = std::max(lag, longest_lag(market.liquidation->lag_months, stdev));
  if (lag > kLongestLag)
    throw InputError({{{market.file, 0, 0},
                       "liquidation / lag_stdev_months",
                       "",
                       "draws lags of more than " + std::to_string(kLongestLag) +
                           " months more often than 1 in 1,000",
                       "lower it, or the lags it goes with"}});
  horizon.months = std::max(horizon.months, 1);
  horizon.steps = horizon.months;
  for (const int months : settings.loss_horizon_months)
    horizon.steps = std::max(horizon.steps, step_of_month(months, per_year));
  horizon.steps += step_of_month(lag, per_year);
  return horizon;
}

namespace {

// Of a resale value, on the states of strip_accuracy.hpp; the states of a run are held to 1e-4.
constexpr double kInterpolationTarget = 8e-5;
constexpr int kMoreNodes = 4, kMostMoreNodes = 24;

// A copula has one month of default, the last of the book: what ends before would never see it.
void refuse_before_copula(const CompileInput& input, const Plan& plan,
                          std::vector<Diagnostic>& faults) {
  if (!input.settings->copula) return;
  const auto refuse = [&](Location where, const std::string& name, int month) {
    if (month < plan.months)
      faults.push_back({std::move(where), name, "",
                        "ends in month " + std::to_string(month) +
                            ", before the copula's defaults of month " +
                            std::to_string(plan.months),
                        "set horizon_months to the month of the first end, or default_method to "
                        "sampled"});
  };
  for (const ContractPlan& contract : plan.contracts) {
    if (contract.party == kNone) continue;
    const auto refuse_row = [&](const auto& terms, const char* kind) {
      refuse({terms.source.file, terms.source.line, 0}, kind + terms.id, contract.months);
    };
    if (contract.lease_end != kNone && plan.lease_ends[contract.lease_end].decides) {
      const Lease& lease = input.book->leases[contract.source];
      faults.push_back({{lease.source.file, lease.source.line, 0},
                        "lease " + lease.id,
                        "",
                        "may end before the copula's defaults of month " +
                            std::to_string(plan.months) + ": its lessee has options",
                        "remove the options, or set default_method to sampled"});
    }
    if (contract.kind == ContractKind::loan)
      refuse_row(input.book->loans[contract.source], "loan ");
    else
      refuse_row(input.book->leases[contract.source], "lease ");
  }
  for (const InstrumentPlan& instrument : plan.instruments) {
    const Instrument& terms = input.book->instruments[instrument.source];
    if (instrument.counterparty != kNone || instrument.bond)
      refuse(terms.where, label_of(terms), instrument.month);
  }
  for (const VehiclePlan& vehicle : plan.vehicles)
    for (std::size_t h = 0; h < vehicle.hedges.size(); ++h) {
      const Instrument& terms = input.book->vehicles[vehicle.source].hedges[h];
      if (vehicle.hedges[h].instrument.counterparty != kNone)
        refuse(terms.where, label_of(terms), vehicle.hedges[h].instrument.month);
    }
}

Plan compile_with(const CompileInput& input, const Horizon& horizon, const TimeGrid& grid,
                  int more_nodes) {
  Plan plan;
  plan.more_nodes = more_nodes;
  plan.real_world = input.basis == MeasureBasis::real_world;
  plan.steps_per_year = input.settings->steps_per_year;
  plan.steps = horizon.steps;
  plan.months = horizon.months;
  plan.snapshots = {plan.steps_per_year, horizon.months};
  for (const int months : input.settings->loss_horizon_months)
    if (months > 0) plan.snapshots.push_back(step_of_month(months, plan.steps_per_year));
  std::sort(plan.snapshots.begin(), plan.snapshots.end());
  plan.snapshots.erase(std::unique(plan.snapshots.begin(), plan.snapshots.end()),
                       plan.snapshots.end());

  std::vector<Diagnostic> faults;
  compile_factors(input, plan);
  compile_rates(input, plan);
  const auto start = std::chrono::steady_clock::now();
  compile_power(input, plan);
  compile_hardware(input, plan);
  compile_strips(input, grid, plan);
  plan.collateral_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  compile_parties(input, plan);
  compile_network(input, grid, plan);
  compile_contracts(input, grid, plan, faults);
  compile_instruments(input, grid, plan, faults);
  refuse_before_copula(input, plan, faults);
  compile_fans(input, plan);
  if (!faults.empty()) throw InputError(std::move(faults));
  refuse_equal_keys(input, plan, stream_keys(plan));
  set_sampling(*input.settings, plan);
  if (input.settings->single_precision) fill_single_terms(plan);
  plan.interpolation_error = strip_interpolation_error(input, plan);
  return plan;
}

}  // namespace

Plan compile(const CompileInput& input, const Horizon& horizon, const TimeGrid& grid) {
  // The usual nodes serve nearly every market; one that they do not serve gets more, as long as
  // that helps: the polynomials in age have an error of their own.
  Plan plan = compile_with(input, horizon, grid, 0);
  for (int more = kMoreNodes;
       plan.interpolation_error > kInterpolationTarget && more <= kMostMoreNodes;
       more += kMoreNodes) {
    Plan next = compile_with(input, horizon, grid, more);
    if (next.interpolation_error > 0.9 * plan.interpolation_error) break;
    plan = std::move(next);
  }
  return plan;
}

}  // namespace lien::pricing
