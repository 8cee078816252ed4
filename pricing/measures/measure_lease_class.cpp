#include <cmath>

#include "pricing/measures/measure_provisions.hpp"
#include "pricing/plan/lease_class.hpp"

namespace lien::pricing {

// The class is that of the start: no scenario moves it, so the baseline tells it once.
void measure_lease_class(const ScenarioRun& scenario, RunTables& tables) {
  if (scenario.id != "baseline") return;
  const BasisRun& run = scenario.any();
  MeasureWriter writer(tables.measures, scenario.id, run, "contract");
  for (const std::size_t i : by_contract_id(scenario)) {
    const ContractPlan& contract = run.plan.contracts[i];
    if (contract.kind != ContractKind::lease) continue;
    const Lease& lease = scenario.book->leases[contract.source];
    const LeaseClass found =
        classify_lease(lease, scenario.market->hardware[run.plan.lots[contract.lot].hardware]);
    writer.add_exact(lease.id, "lease_class_ifrs_16", -1, static_cast<int>(found.ifrs_16));
    writer.add_exact(lease.id, "lease_class_asc_842", -1, static_cast<int>(found.asc_842));
    if (!std::isnan(found.term_share))
      writer.add_exact(lease.id, "lease_term_share", -1, found.term_share);
    if (!std::isnan(found.payment_share))
      writer.add_exact(lease.id, "lease_payment_share", -1, found.payment_share);
  }
}

}  // namespace lien::pricing
