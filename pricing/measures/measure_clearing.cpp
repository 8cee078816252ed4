#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {

void measure_clearing(const Inputs&, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    const NetworkPlan& network = run->plan.network;
    MeasureWriter writer(tables.measures, scenario.id, *run, "party");
    for (std::size_t m = 0; m < network.members.size(); ++m) {
      const std::string& id = scenario.market->parties[network.members[m]].id;
      for (std::size_t c = 0; c < network.clearings.size(); ++c) {
        const int month = network.clearings[c].month;
        writer.add(id, "clearing_payment", month,
                   run->mean(run->layout.clearing(c, m, kClearingPayment)));
        writer.add(id, "equity_value", month, run->mean(run->layout.clearing(c, m, kEquityValue)));
      }
    }
  }
}

}  // namespace lien::pricing
