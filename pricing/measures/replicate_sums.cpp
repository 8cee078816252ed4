#include "pricing/measures/replicate_sums.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace lien::pricing {
namespace {

void add_counts(std::span<const std::uint32_t> counts, std::vector<std::uint32_t>& to) {
  to.resize(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) to[i] += counts[i];
}

void move_counts(std::vector<std::uint32_t>& counts, std::vector<std::uint32_t>& to) {
  if (to.empty())
    to = std::move(counts);
  else
    add_counts(counts, to);
}

// Pairs whose first half is a sum of products: f(product, one factor, the other).
template <class F>
void each_product(const SumLayout& layout, const Plan& plan, const F& f) {
  const auto of_samples = [&](std::size_t first) {
    f(first + layout.samples, first + kExposure, first + kLossAtDefault);
  };
  for (std::size_t i = 0; i < plan.contracts.size(); ++i) of_samples(layout.contract(i, 0));
  for (std::size_t g = 0; g < layout.groups; ++g) of_samples(layout.group(g, 0));
  for (std::size_t i = 0; i < plan.instruments.size(); ++i)
    if (plan.instruments[i].has_annuity)
      f(layout.instrument(i, kPayoffTimesAnnuity), layout.instrument(i, kPayoff),
        layout.instrument(i, kExercised));
  for (std::size_t v = 0; v < layout.coverage_first.size(); ++v)
    for (int k = 0; k <= plan.vehicles[v].months; ++k) {
      const auto month = static_cast<std::size_t>(k);
      f(layout.coverage(v, month, kPairProduct), layout.coverage(v, month, kPairCash),
        layout.coverage(v, month, kPairService));
    }
}

}  // namespace

void StageCounts::add(const BookStages& stages) {
  add_counts(stages.test_counts(), tests);
  add_counts(stages.under_cost(), under_costs);
}

void StageCounts::move_to(BasisRun& run) {
  move_counts(tests, run.test_counts);
  move_counts(under_costs, run.under_costs);
}

void add_stages(const BookStages& stages, BasisRun& run) {
  add_counts(stages.fan_counts(), run.fan_counts);
  run.seconds.market += stages.seconds().market;
  run.seconds.parties += stages.seconds().parties;
  run.seconds.resale += stages.seconds().resale;
  run.seconds.contracts += stages.seconds().contracts;
  run.seconds.other += stages.seconds().other;
  run.clamped_ages += static_cast<double>(stages.clamped_ages());
}

void start_replicates(std::uint64_t count, std::uint64_t paths, BasisRun& run) {
  run.replicates.count = static_cast<std::size_t>(count);
  run.replicates.paths = static_cast<double>(paths);
  run.replicates.squares.assign(run.layout.pairs, 0.0);
  run.replicates.is_product.assign(run.layout.pairs, false);
  each_product(run.layout, run.plan, [&run](std::size_t product, std::size_t, std::size_t) {
    run.replicates.is_product[product] = true;
  });
}

void add_replicate(const engine::IntegerTotals& totals, const StageCounts& counts, BasisRun& run) {
  ReplicateSums& sums = run.replicates;
  for (std::size_t pair = 0; pair < run.layout.pairs; ++pair) {
    if (sums.is_product[pair]) continue;
    const double sum = totals.value(2 * pair);
    sums.squares[pair] += sum * sum;
  }
  each_product(run.layout, run.plan, [&](std::size_t product, std::size_t x, std::size_t y) {
    sums.squares[product] += totals.value(2 * x) * totals.value(2 * y);
  });
  sums.tests.resize(counts.tests.size());
  sums.under_costs.resize(counts.under_costs.size());
  for (std::size_t i = 0; i < counts.under_costs.size(); ++i)
    sums.under_costs[i] += static_cast<double>(counts.under_costs[i]) * counts.under_costs[i];
  const std::size_t months = run.layout.steps + 1;
  for (std::size_t first = 0; first < counts.tests.size(); first += months * kTestCounts) {
    double so_far = 0;
    for (std::size_t at = first; at < first + months * kTestCounts; at += kTestCounts) {
      so_far += counts.tests[at + kFirstBreach];
      for (std::size_t c = 0; c < kTestCounts; ++c) {
        const double count = c == kFirstBreach ? so_far : counts.tests[at + c];
        sums.tests[at + c] += count * count;
      }
    }
  }
}

std::size_t weighed_pairs(const SumLayout& layout) {
  return layout.contract_month_first.empty() ? layout.pairs : layout.contract_month_first.front();
}

std::vector<double> weighed_scales(const SumLayout& layout, std::size_t replicates) {
  std::vector<double> scales = layout.scales;
  const std::size_t pairs = weighed_pairs(layout);
  scales.reserve(scales.size() + replicates * pairs);
  for (std::size_t r = 0; r < replicates; ++r)
    for (std::size_t pair = 0; pair < pairs; ++pair) scales.push_back(layout.scales[2 * pair]);
  return scales;
}

namespace {

// Folds corrected sums into run.replicates and run.controlled: fill(r, row) sets row[pairs] to
// those of replicate r.
template <class Fill>
void fold_corrected(std::size_t count, const Fill& fill, BasisRun& run) {
  const std::size_t pairs = weighed_pairs(run.layout);
  std::vector<double>& squares = run.replicates.squares;
  run.controlled.assign(pairs, 0.0);
  std::fill_n(squares.begin(), pairs, 0.0);
  std::vector<double> row(pairs);
  for (std::size_t r = 0; r < count; ++r) {
    fill(r, row);
    for (std::size_t pair = 0; pair < pairs; ++pair) {
      run.controlled[pair] += row[pair];
      if (!run.replicates.is_product[pair]) squares[pair] += row[pair] * row[pair];
    }
    each_product(run.layout, run.plan, [&](std::size_t product, std::size_t x, std::size_t y) {
      if (product < pairs) squares[product] += row[x] * row[y];
    });
  }
}

}  // namespace

void add_weighed(const engine::IntegerTotals& totals, BasisRun& run) {
  const std::size_t count = run.controls.replicates, pairs = weighed_pairs(run.layout);
  start_replicates(count, 1, run);
  run.replicates.paths = run.paths / static_cast<double>(count);
  const auto fill = [&](std::size_t r, std::vector<double>& row) {
    for (std::size_t pair = 0; pair < pairs; ++pair)
      row[pair] = totals.value(2 * run.layout.pairs + r * pairs + pair);
  };
  fold_corrected(count, fill, run);
}

void keep_replicate(const engine::IntegerTotals& totals, const SumLayout& layout,
                    std::vector<double>& kept) {
  const std::size_t pairs = weighed_pairs(layout);
  for (std::size_t pair = 0; pair < pairs; ++pair) kept.push_back(totals.value(2 * pair));
}

void correct_replicates(const std::vector<double>& kept, BasisRun& run) {
  const std::size_t count = run.controls.replicates, pairs = weighed_pairs(run.layout);
  run.replicates.as_drawn = run.replicates.squares;
  const auto fill = [&](std::size_t r, std::vector<double>& row) {
    std::fill(row.begin(), row.end(), 0.0);
    for (std::size_t s = 0; s < count; ++s) {
      const double weight = run.controls.weight[s * count + r];
      for (std::size_t pair = 0; pair < pairs; ++pair) row[pair] += weight * kept[s * pairs + pair];
    }
  };
  fold_corrected(count, fill, run);
}

}  // namespace lien::pricing
