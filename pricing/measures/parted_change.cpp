#include "pricing/measures/parted_change.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "engine/elementary/hypotenuse.hpp"
#include "pricing/measures/book_parts.hpp"
#include "pricing/measures/loss_sample.hpp"
#include "pricing/measures/progress_counter.hpp"
#include "pricing/measures/scenario_runs.hpp"
#include "pricing/report/resolved_settings.hpp"

namespace lien::pricing {
namespace {

using engine::Estimate;

struct State {
  std::string step;  // that leads to it
  Inputs inputs;
};

// A run of the baseline alone, for its portfolio.
Inputs baseline_of(Inputs inputs) {
  RunSettings& settings = inputs.settings;
  settings.contract_months = false;
  settings.premium_interval.reset();
  settings.reverse_stress.reset();
  inputs.scenarios.clear();
  inputs.limits = {};
  return inputs;
}

// The market with what only the other has of what contracts name.
Market completed(Market market, const Market& other) {
  const auto complete = [](auto& have, const auto& theirs, const auto& id_of) {
    for (const auto& one : theirs)
      if (std::none_of(have.begin(), have.end(),
                       [&](const auto& mine) { return id_of(mine) == id_of(one); }))
        have.push_back(one);
  };
  complete(market.launches, other.launches, [](const LaunchLine& l) { return l.line; });
  complete(market.hardware, other.hardware, [](const Hardware& h) { return h.id; });
  complete(market.parties, other.parties, [](const Party& p) { return p.id; });
  return market;
}

std::set<std::string> common_parts(const Book& a, const Book& b) {
  const auto one = parts_of(a), other = parts_of(b);
  std::set<std::string> both;
  std::set_intersection(one.begin(), one.end(), other.begin(), other.end(),
                        std::inserter(both, both.begin()));
  return both;
}

// Two runs' settings are one model where resolved.toml says the same of both, but for what are
// steps of their own: a setting that is added there is compared here.
std::string model_of(RunSettings settings) {
  settings.name = settings.file = settings.market = "same";
  settings.book = {"same"};
  settings.scenarios.clear();
  settings.limits.clear();
  settings.skip_rejected_rows = false;
  settings.valuation_date = {};
  settings.seed = 0;
  return resolved_settings(settings, {});
}

bool same_model(const RunSettings& a, const RunSettings& b) { return model_of(a) == model_of(b); }

// Paired are runs of one seed and model; what is drawn does not know the precision.
bool same_paths(const RunSettings& a, const RunSettings& b) {
  const auto drawn_by = [](RunSettings settings) {
    settings.single_precision = false;
    return model_of(std::move(settings));
  };
  return a.seed == b.seed && drawn_by(a) == drawn_by(b);
}

std::string first_fault(const InputError& error) {
  const Diagnostic& fault = error.faults().front();
  return fault.field.empty() ? fault.problem : fault.field + ": " + fault.problem;
}

// The states, in order: the first run's, and those that differ from the one before. parted_market:
// false where trying it failed, for the reason in `together`.
std::vector<State> states_between(const Inputs& before, const Inputs& after, bool same_market,
                                  bool same_book, bool parted_market, std::string& together) {
  std::vector<State> states = {{"", before}};
  const std::set<std::string> both = common_parts(before.book, after.book);
  if (both.size() < parts_of(before.book).size()) {
    states.push_back({kGoneStep, before});
    states.back().inputs.book = book_of_parts(before.book, both);
  }
  const bool same_date = before.settings.valuation_date == after.settings.valuation_date;
  Inputs target = after;  // the second book and market under the first settings
  target.settings = before.settings;
  target.settings.valuation_date = after.settings.valuation_date;
  target.settings.book = after.settings.book;
  target.settings.skip_rejected_rows = after.settings.skip_rejected_rows;
  std::vector<State> parted;
  try {
    if (!parted_market) throw InputError({{{}, "", "", together, ""}});
    if (!same_book || !same_date) {
      const Market first =
          completed(read_market_at(before, after.settings.valuation_date), after.market);
      const Inputs whole = same_market ? target : with_market(target, first);
      parted.push_back({kTermsStep, whole});
      parted.back().inputs.book = book_of_parts(whole.book, both);
      if (both.size() < parts_of(whole.book).size()) parted.push_back({kNewStep, whole});
    }
    if (!same_market) parted.push_back({kMarketStep, target});
  } catch (const InputError& error) {
    together = first_fault(error);
    parted = {{kTogetherStep, target}};
  }
  std::move(parted.begin(), parted.end(), std::back_inserter(states));
  if (!same_model(before.settings, after.settings)) {
    states.push_back({kSettingsStep, target});
    states.back().inputs.settings = after.settings;
    states.back().inputs.settings.seed = before.settings.seed;
  }
  if (before.settings.seed != after.settings.seed) states.push_back({kSeedStep, after});
  return states;
}

// One state valued; a book of nothing is worth nothing and needs no paths.
struct Valued {
  std::optional<ScenarioRuns> runs;
  const RunSettings* settings = nullptr;

  [[nodiscard]] const BasisRun* basis(const FollowedNumber& of) const {
    if (!runs) return nullptr;
    const auto& run = of.measure == "present_value" ? runs->risk_neutral : runs->real_world;
    return run ? &*run : nullptr;
  }
};

std::size_t sample_of(const BasisRun& run, const FollowedNumber& of) {
  if (of.measure == "present_value") return kPresentValue;
  return kFixedSamples + run.snapshot(of.horizon) * kSnapshotSamples +
         (of.measure == "expected_loss" ? kLoss : kCreditLoss);
}

const BasisRun* tails_of(const Valued& state) {
  if (!state.runs || !state.runs->real_world || state.runs->real_world->plan.contracts.empty())
    return nullptr;
  return state.runs->importance ? &*state.runs->importance : &*state.runs->real_world;
}

Estimate shortfall(const Valued& state, const FollowedNumber& of) {
  const BasisRun* run = tails_of(state);
  if (run == nullptr) return {};
  const LossSample sample = loss_sample(*run, run->snapshot(of.horizon));
  const engine::TailEstimate tail = sample.tail(of.confidence);
  return {tail.expected_shortfall,
          (tail.expected_shortfall_high - tail.expected_shortfall) / sample.multiple()};
}

Estimate value_of(const Valued& state, const FollowedNumber& of) {
  if (of.measure == "expected_shortfall") return shortfall(state, of);
  const BasisRun* run = state.basis(of);
  if (run == nullptr) return {};
  return run->mean(run->layout.group(run->layout.portfolio(), sample_of(*run, of)));
}

Estimate independent(const Estimate& a, const Estimate& b) {
  return {b.value - a.value, engine::hypotenuse(a.standard_error, b.standard_error)};
}

// The shortfall is asymptotically the mean of VaR + (loss - VaR)^+ / (1 - q): the difference of two
// on the same paths has the error of the mean difference of those (docs/model.md, "Statistics").
double paired_shortfall_error(const BasisRun& a, const BasisRun& b, const FollowedNumber& of) {
  const auto &was = a.results.losses[a.snapshot(of.horizon)],
             &is = b.results.losses[b.snapshot(of.horizon)];
  const auto at_risk = [&](const BasisRun& run) {
    return loss_sample(run, run.snapshot(of.horizon)).tail(of.confidence).value_at_risk;
  };
  const double low = at_risk(a), high = at_risk(b);
  // Independent are the paths of philox, and the replicates of sobol.
  const std::size_t samples = b.scrambles() == 0 ? was.size() : b.scrambles();
  const std::size_t each = was.size() / samples;
  double sum = 0, square = 0;
  for (std::size_t s = 0; s < samples; ++s) {
    double d = 0;
    for (std::size_t i = s * each; i < (s + 1) * each; ++i)
      d += (std::max(is[i] - high, 0.0) - std::max(was[i] - low, 0.0)) / (1 - of.confidence);
    d /= static_cast<double>(each);
    sum += d;
    square += d * d;
  }
  return engine::mean_of(sum, square, static_cast<double>(samples), 0.0).standard_error;
}

Estimate change_of(const Valued& a, const Valued& b, const FollowedNumber& of) {
  const Estimate was = value_of(a, of), is = value_of(b, of);
  Estimate change = independent(was, is);
  const bool paired = a.runs && b.runs && same_paths(*a.settings, *b.settings);
  if (!paired) return change;
  if (of.measure == "expected_shortfall") {
    const BasisRun *before = tails_of(a), *after = tails_of(b);
    // Mixtures are fitted to each book: their paths are not the same.
    if (before != nullptr && after != nullptr && !a.runs->importance && !b.runs->importance)
      change.standard_error = paired_shortfall_error(*before, *after, of);
    return change;
  }
  const BasisRun *before = a.basis(of), *after = b.basis(of);
  if (before == nullptr || after == nullptr) return change;
  change.standard_error =
      paired_change(*before, *after, {before->layout.portfolio(), sample_of(*before, of)},
                    {after->layout.portfolio(), sample_of(*after, of)})
          .standard_error;
  return change;
}

// Values the states one after the other: never more than two are held.
void value_states(const std::vector<State>& states, const std::vector<FollowedNumber>& followed,
                  const std::function<void(const Progress&)>& progress, PartedChange& out) {
  std::uint64_t tasks = 0;
  for (const State& state : states)
    tasks += tasks_of(state.inputs.settings) * simulations_of(state.inputs.settings);
  ProgressCounter counter(progress, tasks);
  RunFacts facts;
  Valued last;
  for (const State& state : states) {
    Valued now;
    now.settings = &state.inputs.settings;
    if (!parts_of(state.inputs.book).empty()) {
      const std::string label = state.step.empty() ? "before" : state.step;
      now.runs = run_scenario(
          state.inputs, "baseline", {state.inputs.market, state.inputs.book, {}}, true,
          [&] { return counter.start(label); }, facts);
      ++out.runs;
    }
    if (state.step.empty()) {
      for (const FollowedNumber& of : followed) out.before.push_back(value_of(now, of));
    } else {
      ChangeStep step{state.step, {}};
      for (const FollowedNumber& of : followed) step.changes.push_back(change_of(last, now, of));
      out.steps.push_back(std::move(step));
    }
    last = std::move(now);
  }
  for (const FollowedNumber& of : followed) out.after.push_back(value_of(last, of));
}

}  // namespace

PartedChange part_change(const Inputs& before, const Inputs& after, bool same_market,
                         bool same_book, const std::vector<FollowedNumber>& followed,
                         const std::function<void(const Progress&)>& progress) {
  const Inputs first = baseline_of(before), second = baseline_of(after);
  PartedChange out;
  try {
    value_states(states_between(first, second, same_market, same_book, true, out.together),
                 followed, progress, out);
  } catch (const InputError& error) {
    // A plan found what reading did not: the mixture has none.
    if (!out.together.empty()) throw;
    out = {};
    out.together = first_fault(error);
    value_states(states_between(first, second, same_market, same_book, false, out.together),
                 followed, progress, out);
  }
  return out;
}

}  // namespace lien::pricing
