#include <algorithm>
#include <cmath>

#include "pricing/measures/look_through.hpp"
#include "pricing/measures/measure_provisions.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/measures/replay_tail.hpp"

// contributions.csv: which contracts, and which groups of them, the tails are made of.
namespace lien::pricing {
namespace {

// Members of one `by`, in the order of their ids.
struct Members {
  std::string by;
  std::vector<std::string> ids;
  std::vector<std::size_t> members;
};

std::vector<Members> members_of(const ScenarioRun& scenario,
                                const std::vector<ContractGroups>& groups, bool by_contract) {
  std::vector<Members> out;
  const auto& contracts = scenario.real_world->plan.contracts;
  if (by_contract) {
    Members all{"contract", {}, by_contract_id(scenario)};
    for (const std::size_t i : all.members)
      all.ids.push_back(contract_id(*scenario.book, contracts[i]));
    out.push_back(std::move(all));
  }
  std::size_t next = by_contract ? contracts.size() : 0;
  for (const ContractGroups& kind : groups) {
    Members some{kind.by, kind.ids, {}};
    for (std::size_t i = 0; i < kind.ids.size(); ++i) some.members.push_back(next++);
    out.push_back(std::move(some));
  }
  return out;
}

// Parts add up to the whole, and a replayed path loses what it lost in the run.
void check_parts(const TailParts& parts, const std::vector<Members>& all, Table& checks) {
  constexpr double kTolerance = 1e-9;
  const auto add = [&checks](const std::string& check, double actual, double tolerance) {
    const bool passed = actual <= tolerance;
    checks.add({std::string_view(check), 0.0, actual, tolerance,
                std::string_view(passed ? "true" : "false")});
  };
  for (const Members& some : all) {
    double worst = 0;
    for (std::size_t c = 0; c < parts.cells.size(); ++c) {
      double shortfall = 0, at_risk = 0;
      for (const std::size_t m : some.members) {
        shortfall += parts.part(m, c).expected_shortfall;
        at_risk += parts.part(m, c).value_at_risk;
      }
      const engine::Tail& tail = parts.cells[c].tail;
      const double size = std::max(1.0, std::abs(tail.expected_shortfall));
      worst = std::max({worst, std::abs(shortfall - tail.expected_shortfall) / size,
                        std::abs(at_risk - tail.value_at_risk) / size});
    }
    add("contributions by " + some.by +
            " sum to expected shortfall and value at risk: largest difference, of the shortfall",
        worst, kTolerance);
  }
  add("losses of the tail's paths, simulated again, are the run's: sum of differences",
      parts.difference, 0.0);
}

// What report.html sets beside the contributions.
void add_balances(const std::vector<ContractGroups>& groups, Table& table) {
  for (const ContractGroups& kind : groups)
    for (std::size_t i = 0; i < kind.ids.size(); ++i)
      table.add({std::string_view(kind.by), std::string_view(kind.ids[i]), kind.balance[i]});
}

}  // namespace

void measure_contributions(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables,
                           const engine::StopQuestion* stop) {
  const BasisRun* run = scenario.real_world;
  if (run == nullptr || run->plan.contracts.empty()) return;
  const bool baseline = scenario.id == "baseline";
  // A row a contract, level and horizon is much: of scenarios the groups say where a loss comes
  // from.
  const bool by_contract = baseline || inputs.settings.contract_months;
  const std::vector<ContractGroups> groups =
      contract_groups(scenario, inputs.settings.look_through ? look_through(inputs, scenario)
                                                             : std::vector<RoleShares>{});
  const std::vector<Members> all = members_of(scenario, groups, by_contract);
  const TailParts parts = replay_tail(*scenario.tails, inputs.settings, groups, by_contract, stop);
  MeasureWriter writer(tables.measures, scenario.id, *run, "party");
  std::size_t c = 0;
  for (const int horizon : inputs.settings.loss_horizon_months)
    for (const double level : inputs.settings.confidence) {
      for (const Members& some : all)
        for (std::size_t i = 0; i < some.ids.size(); ++i) {
          const engine::TailContribution part = parts.part(some.members[i], c);
          tables.contributions.add(
              {std::string_view(scenario.id), horizon, level, std::string_view(some.by),
               std::string_view(some.ids[i]), std::string_view(inputs.market.currency),
               part.expected_shortfall, part.standard_error, part.value_at_risk});
          if (some.by == "party" && !some.ids[i].empty())
            writer.add_tail(some.ids[i], "expected_shortfall_contribution", horizon, level,
                            {part.expected_shortfall, part.standard_error});
        }
      ++c;
    }
  if (!baseline) return;
  check_parts(parts, all, tables.checks);
  add_balances(groups, tables.balances);
}

}  // namespace lien::pricing
