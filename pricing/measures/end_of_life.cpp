#include "pricing/measures/end_of_life.hpp"

#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/calendar.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/power_cost.hpp"
#include "pricing/report/checkpoints.hpp"
#include "pricing/valuation/fit_exercise.hpp"

namespace lien::pricing {
namespace {

// A unit whose rent is over e^0.5 times its cost is run on without looking: the next month earns.
constexpr double kSurelyEarning = 0.5;

struct Unit {
  const Hardware* hardware;
  StripLaw law;
  StripState today;
  double cost = 0;  // an hour, today
  double utilization = 0;
  int life = 0;  // months
};

Unit unit_of(const RunSettings& settings, const Market& market, const Hardware& hardware) {
  const MeasureBasis drifts =
      hardware.resale->risk_neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world;
  Unit unit{&hardware, {drifts, &market, &hardware, settings.valuation_date}, {}, 0, 0, 0};
  unit.life = life_months(hardware);
  unit.cost = cost_today(hardware) * cost_path_factor(hardware, 0);
  unit.today = strip_state_today(market, hardware, drifts, settings.valuation_date, unit.life);
  unit.utilization = hardware.utilization->mean * (1 + path_value(hardware.utilization_path, 0, 0));
  unit.today.log_moneyness = engine::log(unit.utilization * rent_today(hardware) / unit.cost);
  return unit;
}

// Operating cost of a month, h months on, over the one without power: at its expectation, as in the
// strip.
double expected_power(const Unit& unit, int h) {
  return power_factor(power_cost(*unit.law.market, *unit.hardware, h / 12.0), 0.0);
}

// Expected flows if the unit runs to the end of its life whatever it earns, scrap left out.
double never_stopped(const Unit& unit) {
  double sum = 0;
  for (int h = 1; h <= unit.life; ++h) {
    const StripMonth month = strip_month(unit.law, h);
    const double forward = unit.today.log_moneyness - month.scarcity * unit.today.scarcity +
                           month.constant + month.regime_mean[unit.today.regime] +
                           unit.today.launch_mean[static_cast<std::size_t>(h - 1)];
    sum +=
        strip_discount(unit.law, 0, h) * (engine::expm1(forward) - (expected_power(unit, h) - 1));
  }
  return unit.cost * sum;
}

// The unit as an instrument that receives its income until it is stopped for good.
InstrumentPlan operation(const Unit& unit, const Plan& plan, double never, double mothball) {
  const Resale& resale = *unit.hardware->resale;
  InstrumentPlan out;
  out.hardware = 0;
  out.month = unit.life;
  out.scale = std::max({std::abs(never), mothball, 1e-6});
  EarlyExercisePlan early;
  early.rule.side = -1;
  early.rule.bound = kSurelyEarning;
  early.rule.dates.resize(static_cast<std::size_t>(unit.life) + 1);
  early.states = exercise_states(plan, plan.hardware[0]);
  early.utilization = unit.utilization;
  for (int k = 0; k <= unit.life; ++k) {
    const double growth = engine::exp(unit.hardware->operating_cost_growth * k / 12.0);
    early.cost.push_back(unit.cost * growth * expected_power(unit, k));
    early.hours.push_back(strip_discount(unit.law, 0, k) / growth);
    early.shift.push_back(engine::log(early.utilization) - engine::log(early.cost.back()));
    // Without hours and transaction cost: the discount alone.
    early.timing.push_back(resale.transaction_cost < 1 ? early.hours.back() / early.hours.front()
                                                       : 1.0);
  }
  early.mothball_known = rent_is_lognormal(*unit.law.market, *unit.hardware);
  early.never = never;
  early.mothball = early.mothball_known ? mothball : 0;
  out.early = std::move(early);
  return out;
}

engine::Estimate simulate_unit(const RunSettings& settings, const Market& market, const Unit& unit,
                               double never, double mothball, Checkpoints* checkpoints) {
  // Only what moves this rent, by month, on the drifts of the strip.
  Market alone = market;
  alone.hardware = {*unit.hardware};
  alone.hardware[0].resale.reset();
  alone.hardware[0].vendor.clear();
  // A strip foresees neither a scenario's paths nor the launches it forces, and begins at today's.
  if (alone.hardware[0].rental_rate > 0) alone.hardware[0].rental_rate = rent_today(*unit.hardware);
  for (MonthPath* path :
       {&alone.hardware[0].rental_rate_path, &alone.hardware[0].utilization_path,
        &alone.hardware[0].operating_cost_path, &alone.hardware[0].rental_rate_levels,
        &alone.hardware[0].utilization_levels, &alone.hardware[0].operating_cost_levels})
    path->clear();
  for (LaunchLine& line : alone.launches) line.forced.clear();
  alone.parties.clear();
  alone.liquidation.reset();
  alone.rates.hull_white.reset();
  alone.power.reset();                                  // the cost has its expectation already
  if (alone.frontier) alone.frontier->drift_stdev = 0;  // the strip knows the mean drift
  RunSettings monthly = settings;
  monthly.steps_per_year = 12;
  monthly.loss_horizon_months = {0};
  const Book nothing;
  const std::vector<std::string> changed;
  const TimeGrid grid(settings.valuation_date, unit.life);
  Plan plan = compile({&monthly, &alone, &nothing, unit.law.drifts, &alone, &changed},
                      {unit.life, unit.life}, grid);
  plan.fans.clear();
  plan.instruments = {operation(unit, plan, never, mothball)};
  static_cast<void>(fit_exercise(plan, settings.threads, stop_question(checkpoints)));
  const BasisRun run = simulate_plan(std::move(plan), monthly, false, false, {{}, checkpoints});
  return run.mean(run.layout.instrument(0, kPayoff));
}

}  // namespace

engine::Estimate mothball_ratio(const EndOfLifeValue& unit) {
  const double ratio = unit.mothball / unit.value.value;
  return {ratio, std::abs(ratio * unit.value.standard_error / unit.value.value)};
}

std::vector<EndOfLifeValue> end_of_life_values(const RunSettings& settings, const Market& market,
                                               Checkpoints* checkpoints) {
  std::vector<EndOfLifeValue> out;
  for (const Hardware& hardware : market.hardware) {
    if (!hardware.resale || hardware.resale->law != ResaleLaw::income ||
        hardware.resale->end_of_life == EndOfLife::mothball)
      continue;
    if (!hardware.utilization || !hardware.operating_cost || !hardware.life_years) continue;
    const Unit unit = unit_of(settings, market, hardware);
    const double scrap = hardware.resale->scrap, never = never_stopped(unit);
    const double mothball = exact_strip(unit.law, unit.today, unit.cost, 0, 0, unit.life);
    EndOfLifeValue value{hardware.id,
                         {never + scrap, 0},
                         mothball + scrap,
                         hardware.resale->end_of_life == EndOfLife::irreversible};
    if (value.irreversible) {
      value.value = simulate_unit(settings, market, unit, never, mothball, checkpoints);
      value.value.value += scrap;
    }
    out.push_back(std::move(value));
  }
  return out;
}

}  // namespace lien::pricing
