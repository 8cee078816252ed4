#pragma once

namespace lien::pricing {

// The constant alpha with E[min + (max - min) logistic(alpha + y)] = mean, y ~ N(0, stdev^2): the
// stationary real-world law of loading x scarcity. Trapezoid on +-9 stdev (error below 1e-14) and
// bisection with a fixed count of steps. min < mean < max.
// Check: min 0.35, max 0.97, mean 0.80, stdev 1.5 x 0.40/sqrt(1.8) gives 1.01696.
[[nodiscard]] double utilization_constant(double mean, double min, double max, double stdev);

}  // namespace lien::pricing
