#pragma once

#include "engine/simulation/simulate.hpp"
#include "pricing/valuation/interrupted.hpp"

namespace lien::pricing {

// A simulation beside a run's own, of which nothing is kept (a pilot, a replay): engine::simulate,
// given up between two blocks once `stop` says that the run is to end; throws Interrupted then.
// stop: null: never.
template <class MakeStages>
void simulate_beside(const engine::FactorPlan& plan, engine::SimulationSize size,
                     engine::IntegerTotals& totals, const MakeStages& make_stages,
                     const engine::StopQuestion* stop) {
  size.abandon = stop;
  if (engine::simulate(plan, size, totals, make_stages, {}).abandoned) throw Interrupted();
}

}  // namespace lien::pricing
