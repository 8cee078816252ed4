#include <cmath>

#include "engine/simulation/path_block.hpp"
#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {
namespace {

using engine::Estimate;

std::size_t group_sample(const BasisRun& run, std::size_t g, SnapshotSample which, int horizon) {
  return run.layout.group(g, kFixedSamples + run.snapshot(horizon) * kSnapshotSamples + which);
}

// Balance and tests of every group, parties then portfolio, in one walk over the contracts.
struct GroupTotals {
  std::vector<double> balance, to_draw, to_pay, tests;
};

GroupTotals group_totals(const BasisRun& run) {
  const std::vector<double> none(run.layout.groups);
  GroupTotals totals{none, none, none, none};
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i) {
    const ContractPlan& contract = run.plan.contracts[i];
    const double balance = contract.held * contract.outstanding;
    const double to_draw = contract.held * contract.to_draw;
    const double to_pay = contract.held * contract.to_pay();
    const double tests = tests_of(run.plan, i);
    totals.balance[run.layout.portfolio()] += balance;
    totals.to_draw[run.layout.portfolio()] += to_draw;
    totals.to_pay[run.layout.portfolio()] += to_pay;
    totals.tests[run.layout.portfolio()] += tests;
    if (contract.group == kNone) continue;
    totals.balance[contract.group] += balance;
    totals.to_draw[contract.group] += to_draw;
    totals.to_pay[contract.group] += to_pay;
    totals.tests[contract.group] += tests;
  }
  return totals;
}

// What portfolio and parties have in common.
void add_group(const RunSettings& settings, const BasisRun& run, const GroupTotals& totals,
               std::size_t g, const std::string& id, MeasureWriter& writer) {
  const double balance = totals.balance[g];
  if (!run.plan.real_world) {
    const Estimate value = run.mean(run.layout.group(g, kPresentValue));
    writer.add(id, "present_value", 0, value);
    const double whole = balance + totals.to_draw[g];  // price: as of a contract
    Estimate price = scaled(value, 1 / whole);
    if (totals.to_draw[g] > 0) price.value += totals.to_pay[g] / whole;
    // Instruments have a value and no balance: with them it would be no share of what is owed.
    const bool mixed = g == run.layout.portfolio() && !run.plan.instruments.empty();
    if (whole > 0 && !mixed) writer.add(id, "price", 0, price);
  } else {
    writer.add(id, "ecl_12m", 12, run.mean(group_sample(run, g, kCreditLoss, 12)));
    writer.add(id, "ecl_lifetime", 0, run.mean(group_sample(run, g, kCreditLoss, 0)));
  }
  for (const int h : settings.loss_horizon_months) {
    writer.add(id, "expected_loss", h, run.mean(group_sample(run, g, kLoss, h)));
    const double tests = totals.tests[g];
    if (tests > 0) {
      const int month = h == 0 ? run.plan.months : step_of_month(h, run.plan.steps_per_year);
      writer.add(id, "breach_probability", h,
                 scaled(run.block_mean(run.layout.group_month(g, static_cast<std::size_t>(month),
                                                              kGroupEverBreach)),
                        1 / tests));
    }
  }
  if (run.mean(run.layout.group(g, kExposure)).value > 0)
    writer.add(id, "loss_given_default", 0, run.loss_given_default(run.layout.group(g, 0)));
}

void add_party(const RunSettings& settings, const BasisRun& run, const GroupTotals& totals,
               std::size_t i, const std::string& id, MeasureWriter& writer) {
  for (const int h : settings.loss_horizon_months) {
    const Estimate survival = run.mean(run.layout.survival(i, run.snapshot(h)));
    writer.add(id, "survival_probability", h, survival);
    writer.add(id, "probability_of_default", h, {1 - survival.value, survival.standard_error});
  }
  const double balance = totals.balance[i], book = totals.balance[run.layout.portfolio()];
  if (balance > 0 && book > 0) {
    writer.add_exact(id, "exposure_share", -1, balance / book);
    add_group(settings, run, totals, i, id, writer);
  }
}

}  // namespace

void measure_groups(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    const std::size_t portfolio = run->layout.portfolio();
    const GroupTotals totals = group_totals(*run);
    const double book = totals.balance[portfolio];
    MeasureWriter writer(tables.measures, scenario.id, *run, "portfolio");
    add_group(inputs.settings, *run, totals, portfolio, "", writer);
    if (book > 0) {
      for (const int h : inputs.settings.loss_horizon_months)
        writer.add("", "probability_of_default", h,
                   scaled(run->mean(group_sample(*run, portfolio, kDefault, h)), 1 / book));
      writer.add_exact("", "outstanding_principal", 0, book);
    }
    MeasureWriter parties(tables.measures, scenario.id, *run, "party");
    for (std::size_t i = 0; i < run->plan.parties.size(); ++i)
      add_party(inputs.settings, *run, totals, i, scenario.market->parties[i].id, parties);
  }
}

// What both have in common cancels path by path; sampled by block.
Estimate paired_change(const BasisRun& before, const BasisRun& after, GroupNumber of_before,
                       GroupNumber of_after) {
  const auto& a = before.results.block_groups;
  const auto& b = after.results.block_groups;
  const std::size_t blocks = a.size() / (before.layout.groups * before.layout.samples);
  const auto at = [](const BasisRun& run, std::size_t block, GroupNumber of) {
    return (block * run.layout.groups + of.group) * run.layout.samples + of.sample;
  };
  if (after.controls.replicates > 0 && before.controls.replicates > 0) {
    // Each by its own weights: what both miss in a direction cancels. A weight is that of a block,
    // under sobol of all blocks of a replicate.
    const std::size_t replicates = after.controls.replicates;
    const std::size_t each = blocks / after.controls.samples;
    std::vector<double> change(replicates, 0.0);
    for (std::size_t n = 0; n < blocks; ++n)
      for (std::size_t r = 0; r < replicates; ++r) {
        const std::size_t weight = n / each * replicates + r;
        change[r] += after.controls.weight[weight] * b[at(after, n, of_after)] -
                     before.controls.weight[weight] * a[at(before, n, of_before)];
      }
    double sum = 0, square = 0;
    for (double& one : change) {
      one /= after.replicates.paths;
      sum += one;
      square += one * one;
    }
    return engine::mean_of(sum, square, static_cast<double>(replicates), 0.0);
  }
  // Independent are the blocks of philox, and the replicates of sobol.
  const std::size_t samples = after.replicates.count == 0 ? blocks : after.replicates.count;
  const std::size_t each = blocks / samples;
  double sum = 0, square = 0;
  for (std::size_t s = 0; s < samples; ++s) {
    double d = 0;
    for (std::size_t n = s * each; n < (s + 1) * each; ++n)
      d += (b[at(after, n, of_after)] - a[at(before, n, of_before)]) / engine::kBlockPaths;
    d /= static_cast<double>(each);
    sum += d;
    square += d * d;
  }
  return engine::mean_of(sum, square, static_cast<double>(samples), 0.0);
}

namespace {

Estimate paired(const BasisRun& baseline, const BasisRun& run, std::size_t g, std::size_t before,
                std::size_t after) {
  return paired_change(baseline, run, {g, before}, {g, after});
}

void add_changes(const RunSettings& settings, const BasisRun& baseline, const BasisRun& run,
                 const GroupTotals& totals, std::size_t g, const std::string& id,
                 MeasureWriter& writer) {
  const auto at = [](const BasisRun& r, SnapshotSample which, int h) {
    return kFixedSamples + r.snapshot(h) * kSnapshotSamples + which;
  };
  const auto change = [&](SnapshotSample which, int h) {
    return paired(baseline, run, g, at(baseline, which, h), at(run, which, h));
  };
  if (!run.plan.real_world)
    writer.add(id, "present_value_change", 0,
               paired(baseline, run, g, kPresentValue, kPresentValue));
  for (const int h : settings.loss_horizon_months)
    writer.add(id, "expected_loss_change", h, change(kLoss, h));
  if (!run.plan.real_world) return;
  writer.add(id, "ecl_12m_change", 12, change(kCreditLoss, 12));
  writer.add(id, "ecl_lifetime_change", 0, change(kCreditLoss, 0));
  const double balance = totals.balance[g];
  if (g == run.layout.portfolio() && balance > 0)
    for (const int h : settings.loss_horizon_months)
      writer.add(id, "probability_of_default_change", h, scaled(change(kDefault, h), 1 / balance));
}

}  // namespace

void measure_changes(const Inputs& inputs, const ScenarioRun& baseline, const ScenarioRun& scenario,
                     RunTables& tables) {
  const std::pair<const BasisRun*, const BasisRun*> runs[] = {
      {baseline.risk_neutral, scenario.risk_neutral}, {baseline.real_world, scenario.real_world}};
  for (const auto& [before, after] : runs) {
    if (before == nullptr || after == nullptr) continue;
    MeasureWriter writer(tables.measures, scenario.id, *after, "portfolio");
    const GroupTotals totals = group_totals(*before);
    add_changes(inputs.settings, *before, *after, totals, after->layout.portfolio(), "", writer);
    MeasureWriter parties(tables.measures, scenario.id, *after, "party");
    for (std::size_t i = 0; i < after->plan.parties.size(); ++i)
      if (totals.balance[i] > 0)
        add_changes(inputs.settings, *before, *after, totals, i, scenario.market->parties[i].id,
                    parties);
  }
}

}  // namespace lien::pricing
