#include "engine/statistics/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lien::engine {

Estimate mean_of(double sum, double square_sum, double n, double reference) {
  const double shift = sum / n;
  const double mean = reference + shift;
  if (n < 2) return {mean, std::numeric_limits<double>::quiet_NaN()};
  const double variance = std::max(0.0, square_sum / n - shift * shift) * n / (n - 1);
  const double error = std::sqrt(variance / n);
  // 2^-40 of the value is the grain of the integer totals: below it nothing was measured.
  return {mean, error < 1e-13 * std::abs(mean) ? 0.0 : error};
}

Estimate ratio_of(const PairSums& s, double n) {
  const double x = s.x / n, y = s.y / n;
  if (y == 0) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none};
  }
  const double ratio = x / y;
  const double square = s.xx / n - 2 * ratio * (s.xy / n) + ratio * ratio * (s.yy / n);
  const double error = std::sqrt(std::max(0.0, square) / (n > 1 ? n - 1 : 1)) / std::abs(y);
  return {ratio, error < 1e-12 * std::abs(ratio) ? 0.0 : error};
}

Estimate share_of(double hits, double n) {
  const double share = hits / n;
  return {share, n < 2 ? std::numeric_limits<double>::quiet_NaN()
                       : std::sqrt(std::max(0.0, share * (1 - share)) / (n - 1))};
}

}  // namespace lien::engine
