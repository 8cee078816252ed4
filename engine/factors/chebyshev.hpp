#pragma once

#include <cstddef>
#include <vector>

// Fits of polynomials on [-1, 1] at Chebyshev points.
namespace lien::engine {

// The n zeros of T_n, falling from near 1.
[[nodiscard]] std::vector<double> chebyshev_points(std::size_t n);

// Chebyshev coefficients 0..degree of values at chebyshev_points(values.size()).
[[nodiscard]] std::vector<double> chebyshev_coefficients(const std::vector<double>& values,
                                                         int degree);

// The same polynomial cut at `degree`, in rising powers of x. Coefficients beyond it are left out.
[[nodiscard]] std::vector<double> in_powers(const std::vector<double>& coefficients, int degree);

}  // namespace lien::engine
