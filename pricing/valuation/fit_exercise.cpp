#include "pricing/valuation/fit_exercise.hpp"

#include <algorithm>

#include "engine/simulation/simulate.hpp"
#include "engine/statistics/least_squares.hpp"
#include "pricing/plan/pilot.hpp"
#include "pricing/valuation/book_stages.hpp"

namespace lien::pricing {
namespace {

// Of the strips only that of the one lot is read, if any.
void keep_strip(Plan& plan) {
  const std::uint32_t kept = plan.lots.empty() ? kNone : plan.hardware[plan.lots[0].hardware].strip;
  for (HardwarePlan& hardware : plan.hardware) hardware.strip = kNone;
  if (kept == kNone) {
    plan.strips.clear();
    plan.shapes.clear();
    return;
  }
  plan.hardware[plan.lots[0].hardware].strip = 0;
  plan.strips = {plan.strips[kept]};
  plan.shapes = {plan.shapes[plan.strips[0].shape]};
  plan.strips[0].shape = plan.shapes[0].strip = 0;
}

// The plan of one instrument alone, up to its last step. Of a book it takes nothing: contracts,
// their columns, and lots that the instrument is not on stay behind.
Plan alone(const Plan& plan, std::size_t index) {
  Plan out;
  out.real_world = plan.real_world;
  out.steps_per_year = plan.steps_per_year;
  out.factors = plan.factors;
  out.rates = plan.rates;
  out.node_months = plan.node_months;
  out.node_index = plan.node_index;
  out.node_first = plan.node_first;
  out.most_nodes = plan.most_nodes;
  out.transforms = plan.transforms;
  out.strips = plan.strips;
  out.shapes = plan.shapes;
  out.hardware = plan.hardware;
  out.power = plan.power;
  out.segments = plan.segments;
  out.instruments = {plan.instruments[index]};
  InstrumentPlan& instrument = out.instruments.front();
  if (instrument.lot != kNone) {
    out.lots = {plan.lots[instrument.lot]};
    out.lots[0].last_month = std::min(out.lots[0].last_month, instrument.month);
    instrument.lot = 0;
  }
  keep_strip(out);
  out.steps = out.months = out.factors.steps = instrument.month;
  out.snapshots = {instrument.month};
  return out;
}

engine::StoppingSample pilot_of(const Plan& plan, unsigned threads) {
  const InstrumentPlan& instrument = plan.instruments.front();
  engine::StoppingSample sample;
  const std::size_t dates = static_cast<std::size_t>(instrument.month) + 1;
  const std::size_t variables = 1 + instrument.early->states.size();
  const std::uint64_t paths = pilot_paths(dates, variables);
  sample.size(paths, dates, variables);
  sample.side = instrument.early->rule.side;
  sample.bound = instrument.early->rule.bound;
  if (!instrument.early->european.empty()) sample.held.resize(sample.reward.size());
  PathResults results;
  results.pilot = &sample;
  results.first_block = kPilotFirst / engine::kBlockPaths;
  const SumLayout layout = lay_out_sums(plan, false);
  engine::IntegerTotals nothing(layout.scales);
  engine::simulate(plan.factors, {paths, threads, kPilotFirst}, nothing,
                   [&] { return BookStages(plan, layout, results, nullptr); }, {});
  return sample;
}

// Least squares of what a unit earns until it stops on its two controls, both of known mean.
void set_controls(const engine::StoppingSample& sample, const std::vector<double>& value,
                  EarlyExercisePlan& early) {
  engine::LeastSquares fit(early.mothball_known ? 3 : 2);
  for (std::size_t p = 0; p < sample.paths; ++p) {
    double basis[3] = {1.0, 0.0, 0.0};
    for (std::size_t k = 1; k < sample.dates; ++k) {
      const double flow = sample.flow[k * sample.paths + p];
      basis[1] += flow;
      basis[2] += std::max(flow, 0.0);
    }
    fit.add(basis, value[p]);
  }
  const std::vector<double> weights = fit.solve();
  early.never_weight = weights[1];
  early.mothball_weight = early.mothball_known ? weights[2] : 0.0;
}

}  // namespace

std::vector<ExerciseRule> fit_exercise(Plan& plan, unsigned threads) {
  std::vector<ExerciseRule> rules;
  std::vector<double> value;
  for (std::size_t i = 0; i < plan.instruments.size(); ++i) {
    if (!plan.instruments[i].early) continue;
    const engine::StoppingSample sample = pilot_of(alone(plan, i), threads);
    EarlyExercisePlan& early = *plan.instruments[i].early;
    rules.push_back({engine::fit_stopping(sample, value), early.european});
    if (!early.hours.empty()) set_controls(sample, value, early);
  }
  set_exercise(rules, plan);
  return rules;
}

void set_exercise(const std::vector<ExerciseRule>& rules, Plan& plan) {
  std::size_t next = 0;
  for (InstrumentPlan& instrument : plan.instruments)
    if (instrument.early) {
      const ExerciseRule& rule = rules[next++];
      instrument.early->rule = rule.stopping;
      // The risk-neutral plan's own European values are those that decide.
      if (plan.real_world) instrument.early->priced = rule.european;
    }
}

bool exercises_early(const Plan& plan) {
  return std::any_of(plan.instruments.begin(), plan.instruments.end(),
                     [](const InstrumentPlan& i) { return i.early.has_value(); });
}

}  // namespace lien::pricing
