#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "engine/statistics/tail.hpp"
#include "pricing/market/market_inputs.hpp"
#include "pricing/measures/compile_scenario.hpp"
#include "pricing/measures/reverse_stress.hpp"
#include "pricing/measures/scenario_runs.hpp"

// The size of each single shock that brings the book to a given loss, by root finding over runs on
// the same random numbers.
namespace lien::pricing {
namespace {

constexpr std::uint64_t kFewPaths = 4096;
constexpr double kLossTolerance = 1e-3, kSizeTolerance = 1e-4;  // relative
constexpr int kMostRuns = 16, kHalvings = 20;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// One thing that moves, by one number: every input that one of the patterns names.
struct SizedShock {
  const char* name;
  std::vector<std::string> inputs;
  Shock shock;
  double farthest;  // size at which the search ends
};

const std::vector<SizedShock>& all_shocks() {
  static const std::vector<SizedShock> shocks = {
      {"rental rates fall", {"hardware.*.rental_rate"}, Shock::relative, -0.95},
      {"haircut of a sale rises", {"liquidation.haircut"}, Shock::absolute, 1.0},
      {"launches come faster", {"launches.*.mean_years"}, Shock::relative, -0.9},
      {"launches take more off rents", {"launches.*.drop.mean"}, Shock::relative, 4.0},
      {"default hazards rise",
       {"party.*.hazard", "party.*.cds_spreads", "party.*.pd_one_year"},
       Shock::relative,
       19.0},
      {"zero curve rises", {"rates.zero_curve"}, Shock::absolute, 0.10},
  };
  return shocks;
}

// The patterns that name something of this market.
std::vector<std::string> known_inputs(const SizedShock& shock, const Market& market) {
  Market copy = market;  // inputs point into a market that may be changed
  const std::vector<MarketInput> inputs = market_inputs(copy);
  std::vector<std::string> known;
  for (const std::string& pattern : shock.inputs)
    if (std::any_of(inputs.begin(), inputs.end(),
                    [&](const MarketInput& input) { return input.matches(pattern); }))
      known.push_back(pattern);
  return known;
}

// Runs of the book with one shock: real-world, few paths.
class ShockedBook {
 public:
  ShockedBook(const Inputs& inputs, const engine::StopQuestion* stop)
      : inputs_(inputs), stop_(stop) {
    RunSettings& settings = inputs_.settings;
    settings.risk_neutral = false;
    settings.contract_months = false;
    settings.paths = std::min(settings.paths, kFewPaths);
    inputs_.book.instruments.clear();  // they make no loss of default
  }

  [[nodiscard]] bool takes(const std::vector<ScenarioRow>& rows) const {
    try {
      static_cast<void>(
          apply_scenario(inputs_.market, inputs_.book, rows, inputs_.settings.valuation_date));
      return true;
    } catch (const InputError&) {
      return false;
    }
  }

  // The party that owes most; empty where no party owes anything.
  [[nodiscard]] std::string largest_party() const {
    std::vector<double> owed(inputs_.market.parties.size(), 0.0);
    const Plan plan = compile_scenario(inputs_, "baseline", {inputs_.market, inputs_.book, {}},
                                       MeasureBasis::real_world);
    for (const ContractPlan& contract : plan.contracts)
      if (contract.group != kNone) owed[contract.group] += contract.held * contract.outstanding;
    if (owed.empty()) return {};
    const auto most = std::max_element(owed.begin(), owed.end());
    return *most > 0 ? inputs_.market.parties[static_cast<std::size_t>(most - owed.begin())].id
                     : "";
  }

  // Empty where the inputs refuse the rows.
  std::optional<engine::Estimate> loss(const std::vector<ScenarioRow>& rows) {
    const RunSettings& settings = inputs_.settings;
    try {
      const Stressed stressed =
          apply_scenario(inputs_.market, inputs_.book, rows, settings.valuation_date);
      Plan plan = compile_scenario(inputs_, "baseline", stressed, MeasureBasis::real_world);
      if (exercises_early(plan))
        set_exercise(rules_of_prices(inputs_, "baseline", stressed, plan, stop_), plan);
      const BasisRun run =
          simulate_plan(std::move(plan), settings, false, false, {{}, nullptr, stop_});
      ++runs_;
      target_ = reverse_stress_loss(*settings.reverse_stress, run.plan);
      return statistic(run);
    } catch (const InputError&) {
      return std::nullopt;
    }
  }

  [[nodiscard]] double target() const { return target_; }
  // Runs since the last call.
  int take_runs() { return std::exchange(runs_, 0); }

 private:
  [[nodiscard]] engine::Estimate statistic(const BasisRun& run) const {
    const ReverseStress& asked = *inputs_.settings.reverse_stress;
    const std::size_t snapshot = run.snapshot(asked.horizon_months);
    if (!asked.confidence)
      return run.mean(run.layout.group(run.layout.portfolio(),
                                       kFixedSamples + snapshot * kSnapshotSamples + kLoss));
    std::vector<double> sorted = run.results.losses[snapshot];
    std::sort(sorted.begin(), sorted.end());
    const engine::TailEstimate tail = engine::tail_of(sorted, *asked.confidence);
    return {tail.expected_shortfall,
            (tail.expected_shortfall_high - tail.expected_shortfall) / 1.959963984540054};
  }

  Inputs inputs_;
  const engine::StopQuestion* stop_;
  double target_ = 0;
  int runs_ = 0;
};

struct Found {
  double size = kMissing;
  engine::Estimate loss{kMissing, kMissing};
  double farthest = kMissing, farthest_loss = kMissing;
  const char* outcome = "";
};

std::vector<ScenarioRow> rows_of(const std::vector<std::string>& inputs, Shock shock, double size) {
  std::vector<ScenarioRow> rows;
  for (const std::string& input : inputs)
    rows.push_back({"reverse_stress", input, shock, {}, size, 0, "", {}});
  return rows;
}

// Between a size that loses less than the target and one that loses more: the regula falsi of
// Illinois, which halves the weight of an end that stays (Dowell and Jarratt 1971), and a
// bisection every third time, for a loss that is nearly a step.
void search(const std::function<std::optional<engine::Estimate>(double)>& loss_at, double target,
            double start_loss, const engine::Estimate& farthest, Found& found) {
  double low = 0, f_low = start_loss - target;
  double high = found.farthest, f_high = found.farthest_loss - target;
  engine::Estimate at_high = farthest;
  int last = 0;
  for (int run = 1; run <= kMostRuns; ++run) {
    const double x =
        run % 3 == 0 ? (low + high) / 2 : low - f_low * (high - low) / (f_high - f_low);
    const std::optional<engine::Estimate> loss = loss_at(x);
    if (!loss) return;  // an input refuses a size between two that it takes
    const double f = loss->value - target;
    if (std::abs(f) <= kLossTolerance * target) {
      found.size = x;
      found.loss = *loss;
      found.outcome = "reached";
      return;
    }
    if (f < 0) {
      low = x;
      f_low = f;
      if (last < 0) f_high /= 2;
      last = -1;
    } else {
      high = x;
      f_high = f;
      at_high = *loss;
      if (last > 0) f_low /= 2;
      last = 1;
    }
    if (std::abs(high - low) <= kSizeTolerance * std::abs(found.farthest)) break;
  }
  // A step in the loss, or slow: the smallest size tried that loses as much.
  found.size = high;
  found.loss = at_high;
  found.outcome = "passed";
}

// The farthest size that the inputs take: a share cannot pass 1, whatever the search would like.
double farthest_taken(const SizedShock& shock, const std::vector<std::string>& inputs,
                      const ShockedBook& book) {
  double taken = shock.farthest, refused = shock.farthest;
  if (book.takes(rows_of(inputs, shock.shock, taken))) return taken;
  taken = 0;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (taken + refused) / 2;
    (book.takes(rows_of(inputs, shock.shock, middle)) ? taken : refused) = middle;
  }
  return taken;
}

Found find_size(const SizedShock& shock, const std::vector<std::string>& inputs, double start_loss,
                ShockedBook& book) {
  const auto loss_at = [&](double size) { return book.loss(rows_of(inputs, shock.shock, size)); };
  Found found;
  found.farthest = farthest_taken(shock, inputs, book);
  const std::optional<engine::Estimate> farthest = loss_at(found.farthest);
  found.outcome = "refused by the inputs";
  if (found.farthest == 0 || !farthest) return found;
  found.farthest_loss = farthest->value;
  found.outcome = "not reached";
  if (farthest->value < book.target()) return found;
  search(loss_at, book.target(), start_loss, *farthest, found);
  return found;
}

std::string joined(const std::vector<std::string>& inputs) {
  std::string text;
  for (const std::string& input : inputs) text += (text.empty() ? "" : ";") + input;
  return text;
}

}  // namespace

void search_reverse_shocks(const Inputs& inputs, RunTables& tables,
                           const std::function<void(const std::string&)>& started,
                           const engine::StopQuestion* stop) {
  const std::optional<ReverseStress>& asked = inputs.settings.reverse_stress;
  if (!asked || !asked->shocks || inputs.book.loans.size() + inputs.book.leases.size() == 0) return;
  ShockedBook book(inputs, stop);
  const std::optional<engine::Estimate> start = book.loss({});
  if (!start) return;
  book.take_runs();
  const char* const statistic = asked->confidence ? "expected_shortfall" : "expected_loss";
  const auto add = [&](const char* name, const std::string& input, Found found) {
    if (start->value >= book.target()) found = {0, *start, kMissing, kMissing, "lost without it"};
    tables.reverse_shocks.add(
        {std::string_view(name), std::string_view(input), std::string_view(statistic),
         book.target(), start->value, found.size, found.loss.value, found.loss.standard_error,
         found.farthest, found.farthest_loss, std::string_view(found.outcome), book.take_runs()});
  };
  for (const SizedShock& shock : all_shocks()) {
    const std::vector<std::string> known = known_inputs(shock, inputs.market);
    if (known.empty()) continue;
    started(shock.name);
    add(shock.name, joined(known),
        start->value < book.target() ? find_size(shock, known, start->value, book) : Found{});
  }
  const std::string party = book.largest_party();
  if (party.empty()) return;
  started("the largest borrower defaults");
  Found found;
  found.outcome = "refused by the inputs";
  const std::optional<engine::Estimate> loss =
      book.loss({{"reverse_stress", "party." + party, Shock::default_event, 1, {}, 0, "", {}}});
  if (loss) {
    found.farthest_loss = loss->value;
    found.loss = *loss;
    found.outcome = loss->value >= book.target() ? "reached" : "not reached";
  }
  add("the largest borrower defaults in month 1", "party." + party, found);
}

}  // namespace lien::pricing
