#pragma once

#include <vector>

#include "engine/factors/regime.hpp"

namespace lien::pricing {

// The constant alpha with E[min + (max - min) logistic(alpha + g + y)] = mean, y ~ N(0, stdev^2), g
// by `regimes`, independent of y: the stationary real-world law of loading x scarcity. regimes:
// points and weights of g, {0, 1} without regimes. Trapezoid on +-9 stdev (error below 1e-14) and
// bisection with a fixed count of steps. min < mean < max.
// Check: min 0.35, max 0.97, mean 0.80, stdev 1.5 x 0.40/sqrt(1.8) gives 1.01696.
[[nodiscard]] double utilization_constant(double mean, double min, double max, double stdev,
                                          const std::vector<engine::WeightedPoint>& regimes = {
                                              {0.0, 1.0}});

}  // namespace lien::pricing
