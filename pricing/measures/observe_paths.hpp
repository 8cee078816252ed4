#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {

// One number that a path has.
struct PathQuantity {
  enum class Of {
    loss,           // of a group, sampled, at the horizon
    default_share,  // of a party by the horizon: 1 or 0, of a pool the share of its members
    default_month,  // NaN where it does not default by the horizon
    rent,           // over today's
    launch_count,
    launch_drop,  // log, of all launches so far, with what of it is still to come
    scarcity,
    frontier,
    short_rate,  // less its curve
  };
  Of of = Of::loss;
  std::size_t index = 0;  // group, party, hardware or line
  std::string id;         // its id; empty: the whole book, the market
  int month = 0;          // of the run; 0: lifetime
  int step = 0;
  // Where the quantity takes part in finding a typical path: itself, or less the value of another
  // one, the same a year before.
  bool typical = false;
  std::size_t before = SIZE_MAX;
};

// What happened on a few paths of a finished run.
struct PathObservations {
  std::vector<PathQuantity> quantities;
  std::size_t paths = 0;
  std::vector<double> values;  // [quantities][paths]
  double difference = 0;       // sum over paths of |loss - the run's|: 0 but for a fault

  [[nodiscard]] std::span<const double> of(std::size_t quantity) const {
    return std::span(values).subspan(quantity * paths, paths);
  }
};

// Simulates the paths `numbers` of the scenario's real-world run again, whole: factors, parties and
// contracts. Rents, launches and factors at `months`, losses and defaults by `horizon` (one of
// loss_horizon_months). Any number of threads gives the same bits. stop: as simulate_beside has it.
[[nodiscard]] PathObservations observe_paths(const ScenarioRun& scenario,
                                             const RunSettings& settings,
                                             const std::vector<std::uint64_t>& numbers,
                                             const std::vector<int>& months, int horizon,
                                             const engine::StopQuestion* stop = nullptr);

}  // namespace lien::pricing
