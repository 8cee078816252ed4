#include "pricing/measures/reverse_stress.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pricing/measures/observe_paths.hpp"
#include "pricing/plan/time_grid.hpp"

// What makes the book lose a given amount: the paths on which it does, beside all paths.
namespace lien::pricing {
namespace {

using Of = PathQuantity::Of;

// Paths of either kind that are looked at. Paths are drawn independently, so the first ones stand
// for all of them.
constexpr std::size_t kObserved = 4096;

struct Mean {
  double value = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  double stdev = 0;
};

// Over the paths that have the quantity.
Mean mean_of(std::span<const double> values) {
  double n = 0, sum = 0, squares = 0;
  for (const double x : values)
    if (!std::isnan(x)) {
      n += 1;
      sum += x;
    }
  Mean mean;
  if (n == 0) return mean;
  mean.value = sum / n;
  for (const double x : values)
    if (!std::isnan(x)) squares += (x - mean.value) * (x - mean.value);
  if (n < 2) return mean;
  mean.stdev = std::sqrt(squares / (n - 1));
  mean.standard_error = mean.stdev / std::sqrt(n);
  return mean;
}

// The path that lies nearest the mean of all, each typical quantity in units of its own standard
// deviation; of equals the first.
std::size_t nearest_to_mean(const PathObservations& seen) {
  std::vector<double> distance(seen.paths, 0.0), moves(seen.paths);
  for (std::size_t q = 0; q < seen.quantities.size(); ++q) {
    const PathQuantity& of = seen.quantities[q];
    if (!of.typical) continue;
    for (std::size_t p = 0; p < seen.paths; ++p)
      moves[p] = seen.of(q)[p] - (of.before == SIZE_MAX ? 0.0 : seen.of(of.before)[p]);
    const Mean mean = mean_of(moves);
    if (!(mean.stdev > 0)) continue;
    for (std::size_t p = 0; p < seen.paths; ++p) {
      const double away = (moves[p] - mean.value) / mean.stdev;
      distance[p] += away * away;
    }
  }
  return static_cast<std::size_t>(std::min_element(distance.begin(), distance.end()) -
                                  distance.begin());
}

struct Names {
  const char *about, *quantity;
};

Names names_of(const PathQuantity& of) {
  switch (of.of) {
    case Of::loss:
      return {of.id.empty() ? "portfolio" : "party", "loss"};
    case Of::default_share:
      return {"party", "default"};
    case Of::default_month:
      return {"party", "default_month"};
    case Of::rent:
      return {"hardware", "rental_rate_over_today"};
    case Of::launch_count:
      return {"launches", "launch_count"};
    case Of::launch_drop:
      return {"launches", "launch_drop"};
    case Of::scarcity:
      return {"market", "scarcity"};
    case Of::frontier:
      return {"market", "frontier"};
    case Of::short_rate:
      break;
  }
  return {"market", "short_rate_over_curve"};
}

class Rows {
 public:
  explicit Rows(Table& table) : table_(&table) {}
  void add(const Names& names, const std::string& id, const Cell& month, const Mean& tail,
           const Mean& all, double nearest) {
    table_->add({std::string_view(names.about), std::string_view(id),
                 std::string_view(names.quantity), month, tail.value, tail.standard_error,
                 all.value, all.standard_error, nearest});
  }
  void put(const char* quantity, double tail, double all, double nearest) {
    add({"portfolio", quantity}, "", {}, {tail}, {all}, nearest);
  }

 private:
  Table* table_;
};

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// A binomial share, and the 95 % interval of Wilson, which holds where no path or every path is in
// the tail too.
void add_probability(double tail, double paths, Rows& rows) {
  constexpr double z = 1.959963984540054;
  const double p = tail / paths;
  rows.add({"portfolio", "probability"}, "", {}, {}, {p, std::sqrt(p * (1 - p) / paths)}, kMissing);
  const double middle = p + z * z / (2 * paths), size = 1 + z * z / paths;
  const double half = z * std::sqrt(p * (1 - p) / paths + z * z / (4 * paths * paths));
  rows.put("probability_low", kMissing, std::max(0.0, (middle - half) / size), kMissing);
  rows.put("probability_high", kMissing, std::min(1.0, (middle + half) / size), kMissing);
}

// Each month in which a line launches on the path, with the drop.
void add_launches_of(const PathObservations& path, Rows& rows) {
  for (std::size_t q = 0; q < path.quantities.size(); ++q) {
    const PathQuantity& of = path.quantities[q];
    if (of.of != Of::launch_count) continue;
    const double before = of.before == SIZE_MAX ? 0.0 : path.of(of.before)[0];
    if (path.of(q)[0] <= before) continue;
    rows.add({"launches", "launch"}, of.id, of.month, {}, {}, path.of(q)[0] - before);
  }
}

std::vector<int> months_of(const Plan& plan, bool every_month) {
  std::vector<int> months;
  const int last = month_of_step(plan.months, plan.steps_per_year);
  if (every_month)
    for (int month = 1; month <= last; ++month) months.push_back(month);
  else
    for (const int month : {12, 24, 36})
      if (month <= last) months.push_back(month);
  return months;
}

}  // namespace

double reverse_stress_loss(const ReverseStress& asked, const Plan& plan) {
  if (asked.loss) return *asked.loss;
  double balance = 0;
  for (const ContractPlan& contract : plan.contracts)
    balance += contract.held * contract.outstanding;
  return *asked.loss_share * balance;
}

void measure_reverse_stress(const Inputs& inputs, const ScenarioRun& baseline, RunTables& tables,
                            const engine::StopQuestion* stop) {
  if (!inputs.settings.reverse_stress || baseline.real_world == nullptr) return;
  const ReverseStress& asked = *inputs.settings.reverse_stress;
  const BasisRun& run = *baseline.real_world;
  const double wanted = reverse_stress_loss(asked, run.plan);
  const std::vector<double>& losses = run.results.losses[run.snapshot(asked.horizon_months)];
  std::vector<std::uint64_t> tail, all;
  double in_tail = 0;
  for (std::uint64_t p = 0; p < losses.size(); ++p) {
    if (p < kObserved) all.push_back(p);
    if (losses[p] < wanted) continue;
    in_tail += 1;
    if (tail.size() < kObserved) tail.push_back(p);
  }
  Rows rows(tables.reverse_stress);
  rows.put("threshold", kMissing, wanted, kMissing);
  add_probability(in_tail, static_cast<double>(losses.size()), rows);
  rows.put("paths", in_tail, static_cast<double>(losses.size()), kMissing);

  const std::vector<int> months = months_of(run.plan, false);
  const auto observe = [&](const std::vector<std::uint64_t>& numbers, const std::vector<int>& at) {
    return observe_paths(baseline, inputs.settings, numbers, at, asked.horizon_months, stop);
  };
  const PathObservations there = observe(tail, months), here = observe(all, months);
  std::size_t nearest = 0;
  if (!tail.empty()) nearest = nearest_to_mean(there);
  const double number = tail.empty() ? kMissing : static_cast<double>(tail[nearest]);
  rows.put("observed_paths", static_cast<double>(tail.size()), static_cast<double>(all.size()),
           number);
  for (std::size_t q = 0; q < here.quantities.size(); ++q) {
    const PathQuantity& of = here.quantities[q];
    rows.add(names_of(of), of.id, of.month, mean_of(there.of(q)), mean_of(here.of(q)),
             tail.empty() ? kMissing : there.of(q)[nearest]);
  }
  if (!tail.empty()) add_launches_of(observe({tail[nearest]}, months_of(run.plan, true)), rows);
  tables.checks.add(
      {"losses of the reverse stress's paths, simulated again, are the run's: sum of "
       "differences",
       0.0, there.difference + here.difference, 0.0,
       std::string_view(there.difference + here.difference == 0 ? "true" : "false")});
}

}  // namespace lien::pricing
