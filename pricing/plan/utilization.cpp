#include "pricing/plan/utilization.hpp"

#include "engine/elementary/elementary.hpp"

namespace lien::pricing {

double utilization_constant(double mean, double min, double max, double stdev,
                            const std::vector<engine::WeightedPoint>& regimes) {
  constexpr int kPoints = 256;
  constexpr double kRange = 9.0;
  const auto logistic_mean = [&](double alpha) {
    double sum = 0, weights = 0;
    for (int i = -kPoints; i <= kPoints; ++i) {
      const double z = kRange * i / kPoints;
      const double weight = engine::exp(-z * z / 2);
      sum += weight / (1.0 + engine::exp(-(alpha + stdev * z)));
      weights += weight;
    }
    return min + (max - min) * sum / weights;
  };
  const auto expected = [&](double alpha) {
    double sum = 0;
    for (const auto& regime : regimes) sum += regime.weight * logistic_mean(alpha + regime.value);
    return sum;
  };
  double low = -60, high = 60;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (expected(middle) < mean ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace lien::pricing
