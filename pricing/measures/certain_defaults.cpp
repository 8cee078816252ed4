#include <algorithm>
#include <cmath>

#include "pricing/measures/run_notes.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/report/text_form.hpp"
#include "pricing/valuation/contract_kernel.hpp"

// A vehicle that fails on every path is a mistake of its terms far more often than a judgement of
// its borrower, and the tables show the losses without the reason.
namespace lien::pricing {
namespace {

bool is_certain(const BasisRun& run, std::size_t v, int horizon) {
  const VehiclePlan& plan = run.plan.vehicles[v];
  const std::size_t snapshot = run.snapshot(horizon);
  const std::size_t pair =
      plan.balloons.empty()
          ? run.layout.contract(plan.tranches.front().contract,
                                kFixedSamples + snapshot * kSnapshotSamples + kDefault)
          : run.layout.vehicle_default(v, plan, snapshot);
  return run.mean(pair).value > 1 - 1e-9;
}

// Debt service due in a month on the paths that are alive before its payments, over all paths.
double service(const BasisRun& run, std::size_t v, int month) {
  return run.block_mean(run.layout.coverage(v, static_cast<std::size_t>(month), kPairService))
      .value;
}

std::string cause(const BasisRun& run, std::size_t v, const std::vector<Date>& dates,
                  const std::string& currency) {
  const VehiclePlan& plan = run.plan.vehicles[v];
  int first = 0, last = 0;
  double most = 0;
  for (int k = 1; k <= plan.months; ++k) {
    if (plan.covered[static_cast<std::size_t>(k)] == 0) continue;
    if (first == 0) first = k;
    const double due = service(run, v, k);
    most = std::max(most, due);
    if (due > 1e-9 * most) last = k;
  }
  if (first == 0) return "";
  const auto date = [&](int k) { return iso_text(dates[static_cast<std::size_t>(k)]); };
  if (last == 0)
    return ": it does not reach its first debt payment, of " + date(first) +
           "; operating cost, fees and hedges are more than its income and accounts";
  const double due = service(run, v, last);
  const double cash =
      run.block_mean(run.layout.coverage(v, static_cast<std::size_t>(last), kPairCash)).value;
  if (cash >= due)
    return ": no path outlives " + date(last) +
           ", though its cash covers the debt payment then; look at covenants with "
           "event_of_default";
  const MoneyUnit money = money_unit(std::max(std::abs(cash), due), currency);
  const auto amount = [&](double value) { return fixed_text(value / money.size, 1); };
  return ": no path outlives the debt payment of " + date(last) + ", where " + money.label + " " +
         amount(due) + " is due and income less operating cost, fees and hedges is " + amount(cash);
}

}  // namespace

void about_certain_defaults(const Inputs& inputs, const ScenarioRun& baseline,
                            std::vector<std::string>& warnings) {
  const BasisRun& run = baseline.any();
  const TimeGrid grid(inputs.settings.valuation_date, run.plan.steps, run.plan.steps_per_year);
  std::vector<int> horizons = inputs.settings.loss_horizon_months;
  std::sort(horizons.begin(), horizons.end(),
            [](int a, int b) { return a != 0 && (b == 0 || a < b); });
  for (std::size_t v = 0; v < run.plan.vehicles.size(); ++v) {
    const auto within = std::find_if(horizons.begin(), horizons.end(),
                                     [&](int h) { return is_certain(run, v, h); });
    if (within == horizons.end()) continue;
    const Vehicle& vehicle = baseline.book->vehicles[run.plan.vehicles[v].source];
    warnings.push_back(
        "vehicle " + vehicle.id + " defaults on every path" +
        (*within == 0 ? std::string() : " within " + std::to_string(*within) + " months") +
        (run.layout.contract_months ? cause(run, v, grid.dates(), inputs.market.currency) : ""));
  }
}

}  // namespace lien::pricing
