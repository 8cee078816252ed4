#include "pricing/plan/launch_transforms.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

#include "engine/factors/age_polynomial.hpp"
#include "engine/factors/scheduled_launches.hpp"
#include "pricing/plan/market_laws.hpp"

namespace lien::pricing {
namespace {

// A date this near a step is neither certainly past nor certainly ahead; years.
constexpr double kSameDate = 1e-9;
// Numbers in the tables of one transform, 256 MiB: beyond, a book is asked to schedule less.
constexpr std::size_t kMostPending = std::size_t{1} << 25;

// Tables while scheduled launches are pending; horizons: by step, empty where none is read.
void add_pending(const engine::LaunchProcess& process, const LaunchLine& line,
                 const std::vector<std::vector<int>>& horizons, const Plan& plan,
                 LaunchTransformPlan& out) {
  int longest = 1;
  for (const auto& of_step : horizons)
    if (!of_step.empty()) longest = std::max(longest, of_step.back());
  const engine::ScheduledTransforms one(process, out.loading, longest);
  const engine::ScheduledTransforms two(process, 2 * out.loading, longest);
  unsigned sure_before = 0;
  for (std::size_t k = 0; k < horizons.size(); ++k) {
    const double now = plan.years(static_cast<int>(k));
    unsigned sure = 0, overdue = 0;
    for (std::size_t i = 0; i < process.scheduled.size(); ++i) {
      const auto& launch = process.scheduled[i];
      const unsigned bit = 1U << i;
      if (launch.years > now + kSameDate)
        sure |= bit;
      else if (launch.slip_years > 0 || launch.years > now - kSameDate)
        overdue |= bit;
    }
    // Time counts through the waits alone: once all dates have passed, nothing changes.
    const bool same = k > 0 && sure == 0 && sure_before == 0 && overdue == out.overdue.back() &&
                      horizons[k] == horizons[k - 1];
    sure_before = sure;
    out.overdue.push_back(overdue);
    out.pending_at.push_back(same ? out.pending_at.back() : out.pending_first.size());
    if (same || horizons[k].empty() || (sure | overdue) == 0) continue;
    if (out.pending_first.size() > kMostPending)
      throw InputError({{line.where, "launches " + line.line + " / scheduled", "",
                         "takes too much memory: all sets of the launches that may be late",
                         "schedule fewer launches with slip_months, or take longer steps"}});
    const auto first = one.rows(now, sure, overdue, horizons[k]);
    const auto second = two.rows(now, sure, overdue, horizons[k]);
    out.pending_first.insert(out.pending_first.end(), first.begin(), first.end());
    out.pending_second.insert(out.pending_second.end(), second.begin(), second.end());
  }
}

}  // namespace

LaunchTransformPlan launch_transform_plan(const CompileInput& input, std::size_t line,
                                          double loading, MeasureBasis drifts,
                                          const std::vector<int>& months,
                                          const std::vector<std::vector<int>>& horizons,
                                          const Plan& plan) {
  const LaunchLine& launches = input.market->launches[line];
  const engine::LaunchProcess process =
      launch_process(launches, drifts, input.settings->valuation_date);
  const auto polynomials = engine::age_polynomials(process, loading, months);
  LaunchTransformPlan out;
  out.line = line;
  out.loading = loading;
  out.age_max = polynomials.age_max;
  out.root_age = polynomials.root_age;
  out.degree = polynomials.degree;
  out.first = polynomials.first;
  out.second = polynomials.second;
  out.scheduled = process.scheduled.size();
  if (out.scheduled > 0) add_pending(process, launches, horizons, plan, out);
  return out;
}

std::vector<std::pair<double, double>> launch_variances(const LaunchTransformPlan& transform,
                                                        const Plan& plan) {
  constexpr int kAges = 32;
  const std::size_t terms = static_cast<std::size_t>(transform.degree) + 1;
  std::vector<std::pair<double, double>> out(plan.node_months.size(), {1e300, -1e300});
  const auto see = [&out](std::size_t node, double v) {
    out[node] = {std::min(out[node].first, v), std::max(out[node].second, v)};
  };
  for (std::size_t j = 0; j < out.size(); ++j)
    for (int i = 0; i <= kAges; ++i) {
      const auto at = [&](const std::vector<double>& c) {
        return engine::polynomial_value(&c[j * terms], transform.degree, 2.0 * i / kAges - 1);
      };
      see(j, at(transform.second) - 2 * at(transform.first));
    }
  for (int k = 0; transform.scheduled > 0 && k <= plan.steps; ++k) {
    const auto nodes = plan.nodes(k);
    const auto step = static_cast<std::size_t>(k);
    const std::size_t first = transform.pending_at[step];
    if (k > 0 && first == transform.pending_at[step - 1]) continue;
    const std::size_t last =
        std::min(first + (nodes.size() << std::popcount(transform.overdue[step])),
                 transform.pending_first.size());
    // Row 0 is zeros where all dates have passed: nothing pending, which no path reads. Zeros
    // elsewhere are horizons before a date that is sure.
    const auto row = transform.pending_first.begin() + static_cast<std::ptrdiff_t>(first);
    const bool idle = transform.overdue[step] != 0 && last > first &&
                      std::all_of(row, row + static_cast<std::ptrdiff_t>(nodes.size()),
                                  [](double value) { return value == 0; });
    for (std::size_t i = first + (idle ? nodes.size() : 0); i < last; ++i)
      see(nodes[(i - first) % nodes.size()],
          transform.pending_second[i] - 2 * transform.pending_first[i]);
  }
  return out;
}

}  // namespace lien::pricing
