#include "pricing/valuation/fit_exercise.hpp"

#include <algorithm>

#include "engine/statistics/least_squares.hpp"
#include "pricing/plan/pilot.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/simulate_beside.hpp"

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

// What moves the market, up to a step, and one lot if any. Of a book it takes nothing: contracts,
// their columns, and other lots stay behind.
Plan market_alone(const Plan& plan, std::uint32_t lot, int last) {
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
  if (lot != kNone) {
    out.lots = {plan.lots[lot]};
    out.lots[0].last_month = std::min(out.lots[0].last_month, last);
  }
  keep_strip(out);
  out.steps = out.months = out.factors.steps = last;
  out.snapshots = {last};
  return out;
}

// The plan of one instrument alone, up to its last step.
Plan alone(const Plan& plan, std::size_t index) {
  const InstrumentPlan& one = plan.instruments[index];
  Plan out = market_alone(plan, one.lot, one.month);
  out.instruments = {one};
  if (one.lot != kNone) out.instruments.front().lot = 0;
  return out;
}

// The plan of one lease alone, whose lessee neither fails nor is anybody.
Plan lease_alone(const Plan& plan, const LeaseEndPlan& end) {
  Plan out = market_alone(plan, end.lot, end.last);
  ContractPlan one;
  one.kind = ContractKind::lease;
  one.variant.owner = true;
  one.lot = 0;
  one.months = end.last;
  one.lease_end = 0;
  out.contracts = {std::move(one)};
  out.lease_ends = {end};
  out.lease_ends.front().lot = 0;
  return out;
}

// What a plan of one thing that may stop sees on the pilot. `sample` says how it is looked at.
void run_pilot(const Plan& plan, std::size_t variables, unsigned threads,
               engine::StoppingSample& sample, const engine::StopQuestion* stop) {
  const std::size_t dates = static_cast<std::size_t>(plan.steps) + 1;
  const std::uint64_t paths = pilot_paths(dates, variables);
  sample.size(paths, dates, variables);
  if (!plan.instruments.empty() && !plan.instruments.front().early->european.empty())
    sample.held.resize(sample.reward.size());
  PathResults results;
  results.pilot = &sample;
  results.first_block = kPilotFirst / engine::kBlockPaths;
  const SumLayout layout = lay_out_sums(plan, false);
  engine::IntegerTotals nothing(layout.scales);
  simulate_beside(
      plan.factors, {paths, threads, kPilotFirst}, nothing,
      [&] { return BookStages(plan, layout, results, nullptr); }, stop);
}

engine::StoppingSample pilot_of(const Plan& plan, unsigned threads,
                                const engine::StopQuestion* stop) {
  const EarlyExercisePlan& early = *plan.instruments.front().early;
  engine::StoppingSample sample;
  sample.side = early.rule.side;
  sample.bound = early.rule.bound;
  run_pilot(plan, 1 + early.states.size(), threads, sample, stop);
  return sample;
}

engine::StoppingRule fit_lease(const Plan& plan, const LeaseEndPlan& end, unsigned threads,
                               const engine::StopQuestion* stop) {
  engine::StoppingSample sample;
  sample.side = end.rule.side;
  sample.bound = end.rule.bound;
  sample.open = end.open;
  run_pilot(lease_alone(plan, end), kOwnVariables + end.states.size(), threads, sample, stop);
  std::vector<double> value;
  return engine::fit_stopping(sample, value);
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

std::vector<ExerciseRule> fit_exercise(Plan& plan, unsigned threads,
                                       const engine::StopQuestion* stop) {
  std::vector<ExerciseRule> rules;
  std::vector<double> value;
  for (std::size_t i = 0; i < plan.instruments.size(); ++i) {
    if (!plan.instruments[i].early) continue;
    const engine::StoppingSample sample = pilot_of(alone(plan, i), threads, stop);
    EarlyExercisePlan& early = *plan.instruments[i].early;
    rules.push_back({engine::fit_stopping(sample, value), early.european});
    if (!early.hours.empty()) set_controls(sample, value, early);
  }
  for (const LeaseEndPlan& end : plan.lease_ends)
    if (end.decides) rules.push_back({fit_lease(plan, end, threads, stop), {}});
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
  for (LeaseEndPlan& end : plan.lease_ends)
    if (end.decides) end.rule = rules[next++].stopping;
}

bool exercises_early(const Plan& plan) {
  return std::any_of(plan.instruments.begin(), plan.instruments.end(),
                     [](const InstrumentPlan& i) { return i.early.has_value(); }) ||
         std::any_of(plan.lease_ends.begin(), plan.lease_ends.end(),
                     [](const LeaseEndPlan& end) { return end.decides; });
}

}  // namespace lien::pricing
