#pragma once

#include "pricing/market/market.hpp"

namespace lien::pricing {

// Whether the shocks of scarcity, frontier and short rate can have these correlations: no principal
// minor of their matrix is negative (1e-12 of rounding).
[[nodiscard]] bool consistent_factors(const Correlation& c);
// The same with power beside them, which is correlated with scarcity only.
[[nodiscard]] bool consistent_power(const Correlation& c);
// The same with credit beside them.
[[nodiscard]] bool consistent_credit(const Correlation& c);
// All of it. Power and credit share no shock but those of the three, so nothing more is asked.
[[nodiscard]] bool consistent(const Correlation& c);

}  // namespace lien::pricing
