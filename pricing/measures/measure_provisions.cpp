#include "pricing/measures/measure_provisions.hpp"

#include <algorithm>
#include <numeric>

#include "engine/elementary/elementary.hpp"

namespace lien::pricing {

std::vector<std::size_t> by_contract_id(const ScenarioRun& scenario) {
  const auto& contracts = scenario.any().plan.contracts;
  std::vector<std::size_t> order(contracts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return contract_id(*scenario.book, contracts[a]) < contract_id(*scenario.book, contracts[b]);
  });
  return order;
}

engine::Estimate default_probability(const BasisRun& run, std::size_t i, int months) {
  return run.mean(
      run.layout.contract(i, kFixedSamples + run.snapshot(months) * kSnapshotSamples + kDefault));
}

int stage_of(const Provisions& rule, const Book& book, const BasisRun& run, std::size_t i) {
  const ContractPlan& contract = run.plan.contracts[i];
  if (contract.party != kNone && run.plan.parties[contract.party].defaulted) return 3;
  const bool loan = contract.kind == ContractKind::loan;
  const int past_due =
      loan ? book.loans[contract.source].days_past_due : book.leases[contract.source].days_past_due;
  if (past_due > rule.days_past_due_backstop) return 2;
  if (!loan || !book.loans[contract.source].pd_one_year_at_closing) return 1;
  const double at_closing = *book.loans[contract.source].pd_one_year_at_closing;
  const double years = contract.months / 12.0;
  const double then = at_closing < 1 ? 1 - engine::pow(1 - at_closing, years) : 1.0;
  const double now = default_probability(run, i, 0).value;
  return now > rule.significant_increase_ratio * then ? 2 : 1;
}

}  // namespace lien::pricing
