#include <algorithm>
#include <cmath>

#include "engine/factors/joint_step.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/plan/credit_factor.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {
namespace {

// Covariance of the means of an instrument's payoff and annuity.
double covariance_of_means(const BasisRun& run, std::size_t i) {
  return run.covariance_of_means(run.layout.instrument(i, kPayoff),
                                 run.layout.instrument(i, kExercised),
                                 run.layout.instrument(i, kPayoffTimesAnnuity));
}

// The strike at which a swap is worth nothing, the coupon at which a bond is worth par; both are
// linear. The error is that of a ratio of means: of the value of the instrument at that rate.
void add_fair_rate(const BasisRun& run, std::size_t i, const std::string& id,
                   const engine::Estimate& value, MeasureWriter& writer) {
  const InstrumentPlan& instrument = run.plan.instruments[i];
  if (run.plan.real_world) return;
  const engine::Estimate annuity = run.mean(run.layout.instrument(i, kExercised));
  const double unit = instrument.quantity * annuity.value;
  const double rate = instrument.bond ? instrument.bond->coupon : instrument.strike;
  const double over = (instrument.bond ? instrument.quantity - value.value : value.value) / unit;
  // What the value loses with each unit of annuity, at that rate.
  const double slope = (instrument.bond ? -over : over) * instrument.quantity;
  const double variance = value.standard_error * value.standard_error +
                          slope * slope * annuity.standard_error * annuity.standard_error -
                          2 * slope * covariance_of_means(run, i);
  writer.add(id, "fair_rate", -1,
             {rate + over, std::sqrt(std::max(0.0, variance)) / std::abs(unit)});
}

void add_instruments(const ScenarioRun& scenario, const BasisRun& run, RunTables& tables) {
  MeasureWriter writer(tables.measures, scenario.id, run, "contract");
  for (std::size_t i = 0; i < run.plan.instruments.size(); ++i) {
    const InstrumentPlan& instrument = run.plan.instruments[i];
    const std::string& id = scenario.book->instruments[instrument.source].id;
    const engine::Estimate value = run.mean(run.layout.instrument(i, kPayoff));
    const int month = month_of_step(instrument.month, run.plan.steps_per_year);
    if (!run.plan.real_world) writer.add(id, "present_value", 0, value);
    // The loss of an instrument is minus what it pays.
    writer.add(id, "expected_loss", 0, scaled(value, -1));
    if (instrument.has_annuity) add_fair_rate(run, i, id, value, writer);
    if (instrument.bond) continue;
    if (instrument.kind != PayoffKind::forward)
      writer.add(id, "exercise_probability", month, run.mean(run.layout.instrument(i, kExercised)));
    if (instrument.closed_forward == instrument.closed_forward)
      writer.add_exact(id, "forward_value", month, instrument.closed_forward);
    else
      writer.add(id, "forward_value", month, run.mean(run.layout.instrument(i, kUnderlying)));
  }
}

// Of the credit factor, whether a party loads on it or not.
void add_credit_covariances(const Market& market, MeasureWriter& writer) {
  if (!market.credit) return;
  const double month = 1.0 / 12;
  const engine::NoiseLaw law = credit_law(market);
  writer.add_exact("credit/credit", "factor_covariance", 1, engine::noise_variance(law, month));
  const auto s =
      engine::noise_covariance(law, credit_correlation(market), factor_law_of(market), month);
  const char* const names[4] = {"scarcity", "frontier", "short_rate", "rate_integral"};
  for (std::size_t f = 0; f < 4; ++f)
    if (s[f] != 0)
      writer.add_exact(std::string(names[f]) + "/credit", "factor_covariance", 1, s[f]);
}

void add_covariances(const ScenarioRun& scenario, const BasisRun& run, RunTables& tables) {
  const auto s = engine::step_covariance(factor_law_of(*scenario.market), 1.0 / 12);
  const char* const names[4] = {"scarcity", "frontier", "short_rate", "rate_integral"};
  MeasureWriter writer(tables.measures, scenario.id, run, "portfolio");
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = i; j < 4; ++j) {
      if (s[4 * i + i] == 0 || s[4 * j + j] == 0) continue;  // a factor that is off
      writer.add_exact(std::string(names[i]) + "/" + names[j], "factor_covariance", 1,
                       s[4 * i + j]);
    }
  add_credit_covariances(*scenario.market, writer);
  if (!scenario.market->power || run.plan.power.noise == kNone) return;
  const engine::NoisePlan& power = run.plan.factors.noises[run.plan.power.noise];
  double variance = power.stdev * power.stdev;
  for (const double shared : power.joint) variance += shared * shared;
  writer.add_exact("power/power", "factor_covariance", 1, variance);
  if (power.joint[0] != 0)
    writer.add_exact("scarcity/power", "factor_covariance", 1,
                     run.plan.factors.cholesky[0] * power.joint[0]);
}

// One value a hardware, the same on both bases: the strip has its own drifts.
void add_end_of_life(const ScenarioRun& scenario, MeasureWriter& writer) {
  for (const EndOfLifeValue& unit : scenario.end_of_life) {
    writer.add(unit.hardware, "resale_value", 0, unit.value);
    writer.add_exact(unit.hardware, "mothball_value", 0, unit.mothball);
    if (unit.irreversible && unit.value.value > 0)
      writer.add(unit.hardware, "mothball_over_irreversible", 0, mothball_ratio(unit));
  }
}

}  // namespace

void measure_market(const Inputs&, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    add_instruments(scenario, *run, tables);
    MeasureWriter hardware(tables.measures, scenario.id, *run, "hardware");
    for (const auto& lot : run->plan.lots)
      if (lot.age_months == 0)
        hardware.add_exact(scenario.market->hardware[lot.hardware].id, "resale_value", 0,
                           lot.value_today);
    add_end_of_life(scenario, hardware);
    add_covariances(scenario, *run, tables);
  }
}

}  // namespace lien::pricing
