#pragma once

#include "engine/factors/factor_scratch.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/valuation/book_stages.hpp"

namespace lien::pricing {

inline RunSettings settings_of(Date valuation_date) {
  RunSettings settings;
  settings.valuation_date = valuation_date;
  settings.loss_horizon_months = {7, 12, 0};
  return settings;
}

// One block through the stages of the program, and what the plain writing makes of it.
struct SimulatedBlock {
  Market market;
  Book book;
  RunSettings settings;
  std::vector<std::string> changed_credit_curves;
  Horizon horizon;
  TimeGrid grid;
  Plan plan;
  SumLayout layout;
  PathResults results;
  engine::PathBlock rows;
  std::vector<double> sums;
  std::vector<std::uint32_t> tests, fans;

  SimulatedBlock(Market m, Book b, RunSettings s, MeasureBasis basis, std::uint64_t number)
      : market(std::move(m)),
        book(std::move(b)),
        settings(std::move(s)),
        horizon(horizon_of(settings, market, book)),
        grid(settings.valuation_date, horizon.months),
        plan(compile({&settings, &market, &book, basis, &market, &changed_credit_curves}, horizon,
                     grid)),
        layout(lay_out_sums(plan, true)),
        rows(1, 1),
        sums(2 * layout.pairs, 0.0) {
    if (plan.real_world)
      results.losses.assign(plan.snapshots.size(),
                            std::vector<double>((number + 1) * engine::kBlockPaths));
    BookStages stages(plan, layout, results, nullptr);
    rows = engine::PathBlock(engine::factor_series(plan.factors) + stages.derived_series(),
                             plan.steps);
    engine::FactorScratch scratch(plan.factors);
    engine::fill_factors(plan.factors, number * engine::kBlockPaths, scratch, rows);
    stages(rows, number, sums.data());
    tests.assign(stages.test_counts().begin(), stages.test_counts().end());
    fans.assign(stages.fan_counts().begin(), stages.fan_counts().end());
  }

  [[nodiscard]] double sum(std::size_t pair) const { return sums[2 * pair]; }
  [[nodiscard]] double square(std::size_t pair) const { return sums[2 * pair + 1]; }
  [[nodiscard]] std::uint32_t test(std::uint32_t slot, int k, TestCount which) const {
    return tests[(static_cast<std::size_t>(slot) * (layout.steps + 1) +
                  static_cast<std::size_t>(k)) *
                     kTestCounts +
                 which];
  }
};

}  // namespace lien::pricing
