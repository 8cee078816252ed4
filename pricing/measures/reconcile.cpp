#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "engine/elementary/hypotenuse.hpp"
#include "pricing/credit/hazard_curve.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/expected_rent.hpp"

// checks.csv: what a run can verify about itself, each against something it did not compute that
// way. Simulated numbers are held to 4.5 standard errors (under sobol what these are in Student's
// law): with a hundred checks a sound run fails
// one in a thousand times.
namespace lien::pricing {
namespace {

constexpr double kErrors = 4.5;

class Checks {
 public:
  explicit Checks(Table& table) : table_(&table) {}
  void add(const std::string& check, double expected, double actual, double tolerance) {
    const bool passed = std::abs(actual - expected) <= tolerance;
    table_->add({std::string_view(check), expected, actual, tolerance,
                 std::string_view(passed ? "true" : "false")});
  }

 private:
  Table* table_;
};

void check_groups(const BasisRun& run, Checks& checks) {
  double value = 0, loss = 0, balance = 1;
  const std::size_t last = run.snapshot(0);
  const std::size_t loss_sample = kFixedSamples + last * kSnapshotSamples + kLoss;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i) {
    const double held = run.plan.contracts[i].held;
    balance += held * run.plan.contracts[i].outstanding;
    value += held * run.mean(run.layout.contract(i, kPresentValue)).value;
    loss += held * run.mean(run.layout.contract(i, loss_sample)).value;
  }
  for (std::size_t i = 0; i < run.plan.instruments.size(); ++i)
    value += run.mean(run.layout.instrument(i, kPayoff)).value;
  const std::size_t portfolio = run.layout.portfolio();
  const double scale = 1e-9 * std::max(balance, std::abs(value));
  const std::string basis = run.plan.real_world ? "real_world" : "risk_neutral";
  if (!run.plan.real_world)
    checks.add("sum of contracts is the portfolio: value, " + basis, value,
               run.mean(run.layout.group(portfolio, kPresentValue)).value, scale);
  checks.add("sum of contracts is the portfolio: expected loss, " + basis, loss,
             run.mean(run.layout.group(portfolio, loss_sample)).value, scale);
  if (!run.plan.real_world) return;  // defaults are sampled for losses, on the real-world basis
  // The sampled default has the law of the survival weights: both are means of the same loss.
  const auto sampled =
      run.mean(run.layout.group(portfolio, kFixedSamples + last * kSnapshotSamples + kSampledLoss));
  const auto weighted = run.mean(run.layout.group(portfolio, loss_sample));
  checks.add(
      "sampled losses average to the expected loss, real_world", weighted.value, sampled.value,
      run.errors(kErrors) * engine::hypotenuse(sampled.standard_error, weighted.standard_error) +
          scale);
}

// Of means without control variates: those of independent paths, or of scrambles.
double errors_as_drawn(const BasisRun& run) {
  return run.scrambles() > 0 ? run.errors(kErrors) : kErrors;
}

void check_survival(const Inputs& inputs, const BasisRun& run, Checks& checks) {
  const MeasureBasis basis =
      run.plan.real_world ? MeasureBasis::real_world : MeasureBasis::risk_neutral;
  for (std::size_t i = 0; i < run.plan.parties.size(); ++i) {
    const Party& party = inputs.market.parties[i];
    if (!party.fit_survival || party.forced_default_month || party.default_date) continue;
    if (loses_to_network(run.plan.network, i)) continue;
    const auto hazards = monthly_hazards(party, inputs.market.rates, basis, run.plan.months);
    double sum = 0;
    for (const double hazard : hazards) sum += hazard / 12;
    const auto survival = run.mean_as_drawn(run.layout.survival(i, run.snapshot(0)));
    // Where every replicate counts as many defaults there is no error; a count is known to one.
    const double grain =
        run.scrambles() > 0 && run.plan.parties[i].sampled_value ? 1 / run.replicates.paths : 0.0;
    checks.add("survival of " + party.id + " is its curve's, " +
                   (run.plan.real_world ? "real_world" : "risk_neutral"),
               engine::exp(-sum), survival.value,
               errors_as_drawn(run) * survival.standard_error + grain + 1e-9);
  }
}

void check_rents(const Inputs& inputs, const BasisRun& run, Checks& checks) {
  const MeasureBasis basis =
      run.plan.real_world ? MeasureBasis::real_world : MeasureBasis::risk_neutral;
  for (std::size_t f = 0; f < run.plan.fans.size(); ++f) {
    const FanPlan& fan = run.plan.fans[f];
    if (fan.of != FanPlan::Of::rental_rate) continue;
    const Hardware& hardware = inputs.market.hardware[fan.index];
    // Between month ends the closed form of launches is interpolated.
    if (!run.plan.hardware[fan.index].lines.empty() &&
        run.plan.months * 12 % run.plan.steps_per_year != 0)
      continue;
    const auto expected =
        expected_log_rents(inputs.market, hardware, basis, inputs.settings.valuation_date,
                           run.plan.months, run.plan.steps_per_year);
    const auto mean =
        run.mean_as_drawn(run.layout.fan(f, static_cast<std::size_t>(run.plan.months)));
    const auto& shift = run.plan.hardware[fan.index].forward_shift;
    const double closed = engine::exp(
        expected.back() + (shift.empty() ? 0.0 : shift[static_cast<std::size_t>(run.plan.months)]));
    checks.add("mean rent of " + hardware.id + " is its closed form, " +
                   (run.plan.real_world ? "real_world" : "risk_neutral"),
               closed, mean.value, errors_as_drawn(run) * mean.standard_error + 1e-9 * closed);
  }
}

// Cash in is cash out on every path: the largest of root mean squares over paths, by vehicle.
void check_cash(const BasisRun& run, Checks& checks) {
  double worst = 0;
  for (std::size_t v = 0; v < run.plan.vehicles.size(); ++v) {
    const auto imbalance = run.mean_of_paths(run.layout.vehicle(v, kCashImbalance));
    worst = std::max(worst,
                     std::abs(imbalance.value) + imbalance.standard_error * std::sqrt(run.paths));
  }
  if (!run.plan.vehicles.empty())
    checks.add(std::string("cash into vehicles less cash out of them, of what came in, ") +
                   (run.plan.real_world ? "real_world" : "risk_neutral"),
               0, worst, 1e-10);
}

}  // namespace

void reconcile(const Inputs& inputs, const ScenarioRun& baseline, RunTables& tables) {
  Checks checks(tables.checks);
  const double priced = static_cast<double>(inputs.book.loans.size() + inputs.book.leases.size() +
                                            inputs.book.instruments.size());
  // A rejected row has one fault or several: rejected rows are what was read and not priced.
  checks.add("contracts priced and rejected are the rows read",
             static_cast<double>(inputs.rows_read),
             priced + static_cast<double>(rejected_rows(inputs)), 0);
  for (const BasisRun* run : {baseline.risk_neutral, baseline.real_world}) {
    if (run == nullptr) continue;
    check_groups(*run, checks);
    check_survival(inputs, *run, checks);
    check_rents(inputs, *run, checks);
    check_cash(*run, checks);
  }
}

}  // namespace lien::pricing
