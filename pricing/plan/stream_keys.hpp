#pragma once

#include <vector>

#include "engine/random/stream_key.hpp"
#include "pricing/plan/compile.hpp"

namespace lien::pricing {

// One stream that a plan draws from. index: of its factor, line, noise, party or contract; of
// vehicles after all contracts, of lots whose delivery is drawn after all vehicles.
struct PlanKey {
  lien::engine::PhiloxKey key;
  lien::engine::StreamKind kind;
  std::size_t index = 0;
  friend auto operator<=>(const PlanKey&, const PlanKey&) = default;
};

// Every key of the plan: factors, an uncertain drift, regimes, lines, noises, parties, drawn lags,
// deliveries, the market for balloons.
[[nodiscard]] std::vector<PlanKey> stream_keys(const Plan& plan);

// Throws InputError, naming the file's line of one, where two of `keys` are equal: both streams
// would draw the same numbers, whatever their kinds.
void refuse_equal_keys(const CompileInput& input, const Plan& plan, std::vector<PlanKey> keys);

}  // namespace lien::pricing
