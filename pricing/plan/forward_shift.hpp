#pragma once

#include <vector>

#include "pricing/market/market.hpp"

namespace lien::pricing {

// s(t_k) = ln F(0,t_k) - ln E_Q[R(t_k)], what is added to ln R on both bases so that the rents of
// the risk-neutral one have the forward curve as their mean: entry k for k = 0 .. months, s(0) = 0
// since today's rent is rental_rate. Empty where the hardware has no forward curve.
// F: `hardware`'s curve, linear between its months, flat outside. E_Q: by the model of `baseline`,
// in which the hardware of the same id is looked up, so that a scenario's other changes still move
// rents. Source: docs/model.md, "Rental rate".
[[nodiscard]] std::vector<double> forward_shifts(const Market& baseline, const Hardware& hardware,
                                                 Date valuation_date, int months);

}  // namespace lien::pricing
