#pragma once

#include <vector>

namespace lien::engine {

// Gauss-Legendre rule on [0, 1]: exact for polynomials of degree 2 n - 1.
struct GaussLegendre {
  std::vector<double> nodes;        // rising
  std::vector<double> weights;      // sum 1
  std::vector<double> barycentric;  // of the nodes, for interpolation; alternating in sign
};

// n in 1..64. Nodes by ten Newton steps on the Legendre recursion, to 1e-16.
[[nodiscard]] GaussLegendre gauss_legendre(int n);

// Values at x of the Lagrange polynomials of the rule's nodes; row must hold n numbers.
void lagrange_values(const GaussLegendre& rule, double x, double* row);

}  // namespace lien::engine
