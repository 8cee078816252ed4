#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/expected_rent.hpp"

namespace lien::pricing {

bool rent_is_lognormal(const Market& market, const Hardware& hardware) {
  return line_loadings(market, hardware).empty() && !moves_by_path(hardware) &&
         hardware.forward_curve.empty() && !hardware.idiosyncratic &&
         !(market.scarcity && market.scarcity->regime) &&
         !(market.frontier && market.frontier->drift_stdev > 0);
}

std::vector<std::size_t> exercise_states(const Plan& plan, const HardwarePlan& hardware,
                                         std::uint32_t segment) {
  std::vector<std::size_t> states;
  const engine::FactorPlan& factors = plan.factors;
  if (factors.random[engine::kScarcity] && hardware.scarcity_loading != 0)
    states.push_back(engine::kScarcity);
  if (factors.regime && hardware.scarcity_loading != 0)
    states.push_back(engine::regime_series(factors));
  if (factors.random[engine::kShortRate]) states.push_back(engine::kShortRate);
  if (hardware.idiosyncratic != kNone)
    states.push_back(engine::noise_series(factors, hardware.idiosyncratic));
  if (hardware.cost_row != kNone && hardware.law == ValueLaw::income && plan.power.noise != kNone)
    states.push_back(engine::noise_series(factors, plan.power.noise));
  if (segment != kNone && plan.segments[segment].noise != kNone)
    states.push_back(engine::noise_series(factors, plan.segments[segment].noise));
  for (const auto& line : hardware.lines) {
    const engine::LaunchProcess& process = factors.lines[line.line].process;
    const auto add = [&](engine::LineSeries which) {
      states.push_back(engine::line_series(line.line, which));
    };
    add(engine::kLaunchPipeline);
    if (process.ramp != engine::RampShape::exponential) add(engine::kPipelineAge);
    if (process.law != engine::RenewalLaw::none && process.law != engine::RenewalLaw::exponential)
      add(engine::kLaunchAge);
    if (!process.scheduled.empty()) add(engine::kLaunchPending);
  }
  if (states.size() > kMostExerciseStates)
    throw std::domain_error("early exercise looks at " + std::to_string(states.size()) +
                            " factors of the hardware, more than the " +
                            std::to_string(kMostExerciseStates) + " there is room for");
  return states;
}

namespace {

// European values on the way: known while the underlying is lognormal and rates are certain.
void set_european(const CompileInput& input, const Plan& plan, const InstrumentPlan& instrument,
                  EarlyExercisePlan& early) {
  const Market& market = *input.market;
  const Hardware& hardware = market.hardware[instrument.hardware];
  const HardwarePlan& compiled = plan.hardware[instrument.hardware];
  const bool value = instrument.on == PayoffOn::resale_value;
  if (plan.rates.random || !rent_is_lognormal(market, hardware) || !compiled.earns) return;
  if (instrument.segment != kNone) return;
  if (value && compiled.law != ValueLaw::rental_multiple) return;
  const StripLaw law{input.basis, &market, &hardware, input.settings->valuation_date};
  for (int k = 0; k <= instrument.month; ++k) {
    const double months = 12.0 * (instrument.month - k) / plan.steps_per_year;
    const StripMonth month = strip_month(law, months);
    // strip_month counts rent in units of a growing operating cost: taken back.
    StripPlan node;
    node.constant = {month.constant + hardware.operating_cost_growth * months / 12.0};
    node.scarcity = {month.scarcity};
    node.variance = {month.variance};
    early.european.push_back(std::move(node));
  }
  const auto last = static_cast<std::size_t>(instrument.month);
  early.unit = plan.rates.discount[last] * early.timing[last] * instrument.strike;
  const double today = (value ? engine::log(compiled.multiple) : 0.0) +
                       engine::log(hardware.rental_rate) + early.shift[0] +
                       early.european[0].constant[0] -
                       early.european[0].scarcity[0] * plan.factors.scarcity_initial;
  const double call = engine::black_call(today, early.european[0].variance[0]);
  early.european_today =
      early.unit * (instrument.kind == PayoffKind::put ? call - engine::expm1(today) : call);
}

}  // namespace

void set_early_exercise(const CompileInput& input, const Plan& plan, InstrumentPlan& instrument) {
  EarlyExercisePlan early;
  const double spread = input.market->rates.liquidity_spread;
  for (int k = 0; k < instrument.month; ++k)
    early.timing.push_back(engine::exp(-spread * plan.years(k)));
  early.timing.push_back(instrument.timing);
  early.shift.assign(early.timing.size(), -engine::log(instrument.strike));
  early.states = exercise_states(plan, plan.hardware[instrument.hardware], instrument.segment);
  early.rule.side = instrument.kind == PayoffKind::put ? -1.0 : 1.0;
  early.rule.dates.resize(early.timing.size());
  set_european(input, plan, instrument, early);
  instrument.early = std::move(early);
}

}  // namespace lien::pricing
