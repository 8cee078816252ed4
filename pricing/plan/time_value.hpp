#pragma once

#include <utility>
#include <vector>

// The undiscounted Black call as the path loop has it: with y = |k|/s, v = s^2,
//   C(k, v) = max(e^k - 1, 0) + e^{k/2} s g(y, v),
//   g = [e^{-sy/2} N(-y + s/2) - e^{sy/2} N(-y - s/2)] / s,
// whose g is smooth, the same on both sides of the strike, and bends little in v: at v = 0 it is
// Bachelier's n(y) - y N(-y). A node of a strip sees a narrow range of v (only the age of launches
// moves it), so g is a polynomial in y plus v times another. Source: docs/model.md, "Resale value".
namespace lien::pricing {

// Two polynomials a node in x = scale y - 1, x in [-1, 1], which call for one exponential less, no
// root and no quotient beside 1/s.
struct TimeValues {
  int degree = 0, slope_degree = 0;
  std::vector<double> scale;  // [nodes]; y beyond 2 / scale counts as that: g < 2e-8 there
  std::vector<double> level;  // [node][degree + 1], rising powers of x
  std::vector<double> slope;  // [node][slope_degree + 1]
};

// Fits g for variances from first to second of each node (0 <= first <= second): the least degrees
// that keep either polynomial to 1e-8, but 30 at most. Error of g within the range: 4e-8, and
// 6e-4 r^2 from taking v linearly, r half the width of the range.
[[nodiscard]] TimeValues fit_time_values(const std::vector<std::pair<double, double>>& variances);

// g by its formula: y >= 0, 0 < stdev <= 30. Error 1e-16 / stdev.
[[nodiscard]] double time_value(double y, double stdev);

// C as the path loop has it; variance >= 1e-12.
[[nodiscard]] double fitted_call(const TimeValues& values, std::size_t node, double k,
                                 double variance);

}  // namespace lien::pricing
