#pragma once

#include <cstdint>

namespace lien::engine {

struct Estimate {
  double value = 0;
  double standard_error = 0;
};

// Mean and standard error from sums of deviations d = x - reference and of d^2 over n samples.
// The reference is near the mean, so that little cancels. A spread below rounding is zero: what is
// the same on every path has no error.
[[nodiscard]] Estimate mean_of(double sum, double square_sum, double n, double reference);

// Ratio of two means with its first-order (delta method) standard error, from sums of the same n
// samples: numerator x, denominator y. Value NaN if the denominator's mean is 0.
struct PairSums {
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
};
[[nodiscard]] Estimate ratio_of(const PairSums& sums, double n);

// A share k/n with its binomial standard error.
[[nodiscard]] Estimate share_of(double hits, double n);

}  // namespace lien::engine
