#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "engine/simulation/path_block.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

using engine::Estimate;

// One month of scheduled and expected flows, of the part held.
struct MonthFlows {
  double interest = 0, principal = 0, fee = 0, rent = 0, outstanding = 0;
  Estimate expected_interest, expected_principal, expected_recovery, expected_fee, expected_rent;
};

void add_row(const std::string& scenario, const char* basis, const std::string& contract,
             const std::string& currency, int month, const std::string& date, const MonthFlows& f,
             Table& table) {
  table.add({std::string_view(scenario),
             std::string_view(basis),
             std::string_view(contract),
             std::string_view(currency),
             month,
             std::string_view(date),
             f.interest,
             f.principal,
             f.fee,
             f.rent,
             f.outstanding,
             f.expected_interest.value,
             f.expected_interest.standard_error,
             f.expected_principal.value,
             f.expected_principal.standard_error,
             f.expected_recovery.value,
             f.expected_recovery.standard_error,
             f.expected_fee.value,
             f.expected_fee.standard_error,
             f.expected_rent.value,
             f.expected_rent.standard_error});
}

MonthFlows scheduled(const BasisRun& run, const ContractPlan& contract, int k) {
  MonthFlows f;
  if (k > contract.months) return f;
  const auto& c = run.plan.columns;
  const std::size_t at = contract.first_month + static_cast<std::size_t>(k);
  f.interest = contract.held * c.interest[at];
  f.principal = contract.held * (c.principal[at] - c.draw[at] * (1 - contract.issue_discount));
  f.fee = contract.held * c.fee[at];
  f.rent = contract.held * c.rent[at];
  f.outstanding = contract.held * c.closing[at];
  return f;
}

void add_scheduled(const MonthFlows& one, MonthFlows& sum) {
  sum.interest += one.interest;
  sum.principal += one.principal;
  sum.fee += one.fee;
  sum.rent += one.rent;
  sum.outstanding += one.outstanding;
}

MonthFlows contract_month(const BasisRun& run, std::size_t i, int k) {
  const ContractPlan& contract = run.plan.contracts[i];
  MonthFlows f = scheduled(run, contract, k);
  if (k == 0) {  // certain: what a contract that starts today brings today
    f.expected_fee = {f.fee, 0};
    f.expected_rent = {f.rent, 0};
    return f;
  }
  const auto month = static_cast<std::size_t>(k);
  const auto sum = [&](MonthSum which) {
    return scaled(run.block_mean(run.layout.contract_month(i, month, which)), 1);
  };
  const Estimate survival = sum(kSurvival), variable = sum(kVariable);
  f.expected_recovery = scaled(sum(kRecovery), contract.held);
  if (k > contract.months) return f;
  const bool lease = contract.kind == ContractKind::lease;
  const bool floats = run.plan.columns.floating_scheduled[contract.first_month + month] > 0;
  if (!lease)
    f.expected_interest = floats ? scaled(variable, contract.held) : scaled(survival, f.interest);
  // The principal of a lease is the residual it brings at its end.
  f.expected_principal = lease ? scaled(variable, contract.held) : scaled(survival, f.principal);
  if (contract.vehicle != kNone) f.expected_principal = scaled(sum(kRepaid), contract.held);
  f.expected_fee = scaled(survival, f.fee);
  f.expected_rent = scaled(survival, f.rent);
  // With the rents of an extension, which no schedule knows.
  if (contract.lease_end != kNone)
    f.expected_rent =
        scaled(survival, contract.held * run.plan.lease_ends[contract.lease_end].rent[month]);
  return f;
}

bool says_something(const MonthFlows& f) {
  return f.interest != 0 || f.principal != 0 || f.fee != 0 || f.rent != 0 || f.outstanding != 0 ||
         f.expected_recovery.value != 0 || f.expected_principal.value != 0 ||
         f.expected_interest.value != 0 || f.expected_fee.value != 0 || f.expected_rent.value != 0;
}

void add_groups(const Inputs& inputs, const ScenarioRun& scenario, const BasisRun& run,
                const std::vector<std::string>& dates, Table& table) {
  const char* const basis = run.plan.real_world ? "real_world" : "risk_neutral";
  const std::size_t portfolio = run.layout.portfolio();
  const auto months = static_cast<std::size_t>(run.plan.steps) + 1;
  std::vector<MonthFlows> all(run.layout.groups * months);
  std::vector<bool> holds(run.layout.groups);  // at least one contract
  for (const auto& contract : run.plan.contracts)
    for (const std::size_t g : {portfolio, static_cast<std::size_t>(contract.group)}) {
      if (g == kNone) continue;
      holds[g] = true;
      for (int k = 0; k <= contract.months; ++k)
        add_scheduled(scheduled(run, contract, k), all[g * months + static_cast<std::size_t>(k)]);
    }
  for (std::size_t g = 0; g < run.layout.groups; ++g) {
    if (!holds[g]) continue;
    const std::string id = g == portfolio ? "portfolio" : "party:" + scenario.market->parties[g].id;
    for (int k = 0; k <= run.plan.steps; ++k) {
      MonthFlows& f = all[g * months + static_cast<std::size_t>(k)];
      const auto sum = [&](GroupMonth which) {
        return run.block_mean(run.layout.group_month(g, static_cast<std::size_t>(k), which));
      };
      f.expected_interest = sum(kGroupInterest);
      f.expected_principal = sum(kGroupPrincipal);
      f.expected_recovery = sum(kGroupRecovery);
      f.expected_fee = k == 0 ? Estimate{f.fee, 0} : sum(kGroupFee);
      f.expected_rent = k == 0 ? Estimate{f.rent, 0} : sum(kGroupRent);
      if (says_something(f))
        add_row(scenario.id, basis, id, inputs.market.currency, k,
                dates[static_cast<std::size_t>(k)], f, table);
    }
  }
}

}  // namespace

void measure_cashflows(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    const TimeGrid grid(inputs.settings.valuation_date, run->plan.steps, run->plan.steps_per_year);
    std::vector<std::string> dates;
    for (const Date date : grid.dates()) dates.push_back(iso_text(date));
    if (!run->layout.contract_months) {
      add_groups(inputs, scenario, *run, dates, tables.cashflows);
      continue;
    }
    const char* const basis = run->plan.real_world ? "real_world" : "risk_neutral";
    const auto& contracts = run->plan.contracts;
    std::vector<std::size_t> order(contracts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return contract_id(*scenario.book, contracts[a]) < contract_id(*scenario.book, contracts[b]);
    });
    for (const std::size_t i : order)
      for (int k = 0; k <= contracts[i].months + contracts[i].lag; ++k) {
        const MonthFlows f = contract_month(*run, i, k);
        if (says_something(f))
          add_row(scenario.id, basis, contract_id(*scenario.book, contracts[i]),
                  inputs.market.currency, k, dates[static_cast<std::size_t>(k)], f,
                  tables.cashflows);
      }
  }
}

}  // namespace lien::pricing
