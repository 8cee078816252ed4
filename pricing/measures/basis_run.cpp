#include "pricing/measures/basis_run.hpp"

#include <algorithm>

#include "engine/simulation/path_block.hpp"
#include "engine/statistics/student.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {

using engine::kBlockPaths;

// A pair is sampled by path, or by block: sums over kBlockPaths paths. Replicates are the samples
// where there are any, each the mean of its own.
BasisRun::Samples BasisRun::samples(std::size_t pair, double paths_a_sample) const {
  if (!replicated(pair)) return {paths / paths_a_sample, 1};
  return {static_cast<double>(replicates.count), replicates.paths / paths_a_sample};
}

engine::Estimate BasisRun::mean(std::size_t pair, double paths_a_sample) const {
  const Samples of = samples(pair, paths_a_sample);
  const double square = replicated(pair) ? replicates.squares[pair] : sums[2 * pair + 1];
  return engine::mean_of(first_half(pair) / of.each, square / (of.each * of.each), of.count,
                         references[pair]);
}

engine::Estimate BasisRun::mean(std::size_t pair) const { return mean(pair, 1); }

engine::Estimate BasisRun::mean_as_drawn(std::size_t pair) const {
  if (scrambles() == 0) return mean_of_paths(pair);
  if (replicates.as_drawn.empty()) return mean(pair);
  const double each = replicates.paths;
  return engine::mean_of(sums[2 * pair] / each, replicates.as_drawn[pair] / (each * each),
                         static_cast<double>(replicates.count), references[pair]);
}

engine::Estimate BasisRun::block_mean(std::size_t pair) const {
  const auto e = mean(pair, kBlockPaths);
  return {e.value / kBlockPaths, e.standard_error / kBlockPaths};
}

engine::Estimate BasisRun::mean_of_paths(std::size_t pair) const {
  return engine::mean_of(sums[2 * pair], sums[2 * pair + 1], paths, references[pair]);
}

engine::Estimate BasisRun::ratio(std::size_t x, std::size_t y, std::size_t product,
                                 double paths_a_sample) const {
  const Samples of = samples(x, paths_a_sample);
  const double n = of.count, each = of.each;
  const auto second = [&](std::size_t pair, std::size_t half) {
    return replicated(pair) ? replicates.squares[pair] / (each * each) : sums[2 * pair + half];
  };
  const double rx = references[x], ry = references[y];
  const double dx = first_half(x) / each, dy = first_half(y) / each;
  engine::PairSums s;
  // Sums of the numbers themselves from those of their deviations.
  s.x = dx + n * rx;
  s.y = dy + n * ry;
  s.xx = second(x, 1) + 2 * rx * dx + n * rx * rx;
  s.yy = second(y, 1) + 2 * ry * dy + n * ry * ry;
  s.xy = second(product, 0) + rx * dy + ry * dx + n * rx * ry;
  return engine::ratio_of(s, n);
}

engine::Estimate BasisRun::loss_given_default(std::size_t first) const {
  return ratio(first + kLossAtDefault, first + kExposure, first + layout.samples, 1);
}

engine::Estimate BasisRun::coverage(std::size_t vehicle, int month) const {
  const auto k = static_cast<std::size_t>(month);
  return ratio(layout.coverage(vehicle, k, kPairCash), layout.coverage(vehicle, k, kPairService),
               layout.coverage(vehicle, k, kPairProduct), kBlockPaths);
}

double BasisRun::covariance_of_means(std::size_t a, std::size_t b, std::size_t product) const {
  const Samples of = samples(a, 1);
  const double n = of.count, each = of.each;
  const double together =
      replicated(product) ? replicates.squares[product] / (each * each) : sums[2 * product];
  return (together - first_half(a) / each * (first_half(b) / each) / n) / (n * (n - 1));
}

engine::Estimate BasisRun::share(double hits, double squares) const {
  if (scrambles() == 0) return engine::share_of(hits, paths);
  const double n = static_cast<double>(replicates.count), each = replicates.paths;
  return {hits / paths, engine::mean_of(hits / each, squares / (each * each), n, 0).standard_error};
}

engine::Estimate BasisRun::under_cost_share(std::size_t hardware, int month,
                                            UnderCost which) const {
  const std::size_t at =
      (hardware * (layout.steps + 1) + static_cast<std::size_t>(month)) * kUnderCosts + which;
  return share(under_costs[at], scrambles() == 0 ? 0.0 : replicates.under_costs[at]);
}

engine::Estimate BasisRun::in_breach(std::uint32_t test, int month) const {
  return share(tests(test, month, kInBreach),
               scrambles() == 0 ? 0.0 : replicates.tests[test_at(test, month, kInBreach)]);
}

engine::Estimate BasisRun::breached(std::uint32_t test, int month) const {
  double hits = 0;
  for (int m = 0; m <= month; ++m) hits += tests(test, m, kFirstBreach);
  return share(hits, scrambles() == 0 ? 0.0 : replicates.tests[test_at(test, month, kFirstBreach)]);
}

double BasisRun::errors(double k) const {
  return replicates.count == 0
             ? k
             : engine::student_multiple(k, static_cast<double>(replicates.count - 1));
}

std::size_t BasisRun::snapshot(int months) const {
  const int wanted = months == 0 ? plan.months : step_of_month(months, plan.steps_per_year);
  const auto found = std::find(plan.snapshots.begin(), plan.snapshots.end(), wanted);
  return static_cast<std::size_t>(found - plan.snapshots.begin());
}

}  // namespace lien::pricing
