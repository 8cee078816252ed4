#include "engine/factors/gauss_legendre.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/elementary/elementary.hpp"

namespace lien::engine {

GaussLegendre gauss_legendre(int n) {
  GaussLegendre rule;
  for (int i = 0; i < n; ++i) {
    // Tricomi's first approximation, cos(pi (i + 3/4) / (n + 1/2)), sign turned to rise.
    double x = -sin_cos_two_pi((i + 0.75) / (2 * n + 1)).second;
    double slope = 1;
    for (int newton = 0; newton < 10; ++newton) {
      double previous = 1, value = x;  // Legendre polynomials of degree 0 and 1
      for (int degree = 2; degree <= n; ++degree) {
        const double next = ((2 * degree - 1) * x * value - (degree - 1) * previous) / degree;
        previous = value;
        value = next;
      }
      slope = n * (x * value - previous) / (x * x - 1);
      x -= value / slope;
    }
    const double weight = 2 / ((1 - x * x) * slope * slope);
    rule.nodes.push_back((1 + x) / 2);
    rule.weights.push_back(weight / 2);
    // Wang and Xiang (2012), theorem 3.1, up to a common factor.
    rule.barycentric.push_back((i % 2 == 0 ? 1 : -1) * std::sqrt((1 - x * x) * weight));
  }
  return rule;
}

void lagrange_values(const GaussLegendre& rule, double x, double* row) {
  const std::size_t n = rule.nodes.size();
  double total = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const double distance = x - rule.nodes[j];
    if (distance == 0) {
      std::fill_n(row, n, 0.0);
      row[j] = 1;
      return;
    }
    row[j] = rule.barycentric[j] / distance;
    total += row[j];
  }
  for (std::size_t j = 0; j < n; ++j) row[j] /= total;
}

}  // namespace lien::engine
