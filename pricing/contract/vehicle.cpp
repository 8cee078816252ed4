#include "pricing/contract/vehicle.hpp"

#include <algorithm>

namespace lien::pricing {

std::vector<const Tranche*> debt_by_rank(const Vehicle& vehicle) {
  std::vector<const Tranche*> debt;
  for (const Tranche& tranche : vehicle.tranches)
    if (!tranche.equity) debt.push_back(&tranche);
  std::stable_sort(debt.begin(), debt.end(),
                   [](const Tranche* a, const Tranche* b) { return a->rank < b->rank; });
  return debt;
}

std::vector<WaterfallStep> default_waterfall(const Vehicle& vehicle) {
  std::vector<WaterfallStep> steps = {{CashStep::operating_cost, {}}, {CashStep::fee, {}}};
  const std::vector<const Tranche*> debt = debt_by_rank(vehicle);
  for (std::size_t first = 0; first < debt.size();) {
    std::size_t last = first;
    while (last < debt.size() && debt[last]->rank == debt[first]->rank) ++last;
    for (const CashStep step : {CashStep::interest, CashStep::principal})
      for (std::size_t t = first; t < last; ++t) steps.push_back({step, debt[t]->id});
    first = last;
  }
  for (const CashStep step :
       {CashStep::reserve, CashStep::cash_trap, CashStep::cash_sweep, CashStep::distribution})
    steps.push_back({step, {}});
  return steps;
}

}  // namespace lien::pricing
