#include "pricing/measures/measure_provisions.hpp"
#include "pricing/plan/lease_class.hpp"

// The allowance of ASC 326 beside that of IFRS 9.
namespace lien::pricing {
namespace {

// An operating lease is no financial asset: its hardware is impaired, not its rents (ASC
// 326-20-15-3).
bool in_scope(const ScenarioRun& scenario, const BasisRun& run, const ContractPlan& contract) {
  if (contract.kind != ContractKind::lease) return true;
  const Lease& lease = scenario.book->leases[contract.source];
  const Hardware& hardware = scenario.market->hardware[run.plan.lots[contract.lot].hardware];
  return classify_lease(lease, hardware).asc_842 != Asc842Class::operating;
}

}  // namespace

void measure_cecl(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  const BasisRun* run = scenario.real_world;
  if (!inputs.settings.cecl || run == nullptr) return;
  const std::size_t sample = kFixedSamples + run->snapshot(0) * kSnapshotSamples + kCreditLoss;
  MeasureWriter writer(tables.measures, scenario.id, *run, "contract");
  engine::Estimate book = run->mean(run->layout.group(run->layout.portfolio(), sample));
  for (const std::size_t i : by_contract_id(scenario)) {
    const ContractPlan& contract = run->plan.contracts[i];
    const engine::Estimate loss = scaled(run->mean(run->layout.contract(i, sample)), contract.held);
    if (in_scope(scenario, *run, contract)) {
      writer.add(contract_id(*scenario.book, contract), "cecl_allowance", 0, loss);
      continue;
    }
    // Standard deviations of a difference add up at most.
    book.value -= loss.value;
    book.standard_error += loss.standard_error;
  }
  MeasureWriter(tables.measures, scenario.id, *run, "portfolio").add("", "cecl_allowance", 0, book);
}

}  // namespace lien::pricing
