#pragma once

#include <vector>

#include "pricing/market/market.hpp"

namespace lien::pricing {

// The rates at which contractual flows are worth an amount. times: model time in years (exact, not
// rounded to months), flows: money then, same length; a floating loan's at today's forwards.
// Found by Newton steps kept inside a bracket, with the engine's own exp and log and a fixed
// largest count of steps: the same bits everywhere, within 1e-15 of the root.
// Errors: std::domain_error where no rate in (-0.99, 10) gives the amount (no flows, an amount <= 0
// of flows to come); std::invalid_argument for lengths that differ.

// Effective annual rate y: sum of flows x (1 + y)^-t = amount. The EIR of IFRS 9 at balance
// less fees; the yield at a price.
[[nodiscard]] double effective_rate(const std::vector<double>& times,
                                    const std::vector<double>& flows, double amount);

// Level spread s over the continuous forwards of the curve: sum of flows x P(0,t) e^(-s t) =
// amount.
[[nodiscard]] double discount_margin(const Curve& zero_curve, const std::vector<double>& times,
                                     const std::vector<double>& flows, double amount);

}  // namespace lien::pricing
