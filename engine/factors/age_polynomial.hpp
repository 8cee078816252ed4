#pragma once

#include <vector>

#include "engine/factors/launch_law.hpp"

namespace lien::engine {

// l_q(h, age) of a renewal as polynomials in age, one a horizon: what a path evaluates instead of
// the renewal equation. They are in x in [-1, 1], x = 2 r - 1, r = age / age_max or, with root_age,
// its square root: l_q has a term age^k at 0, k the Weibull shape, which a polynomial in age itself
// follows badly for k < 3.
struct AgePolynomials {
  double age_max = 0;          // years; an older age counts as this one. 0: age does not matter
  bool root_age = false;       // r is the square root
  int degree = 0;              // <= 24; 0 where age does not matter
  std::vector<double> first;   // [horizon][degree + 1] l_q, rising powers of x
  std::vector<double> second;  // [horizon][degree + 1] l_2q
  double max_error = 0;        // absolute, in l_q and l_2q, over a grid of ages
};

// The least degree with an error <= 2e-6; if there is none, degree 24, and max_error tells
// (Weibull shapes under 1 or above 5; gamma 7e-5 at shape 0.7, 2e-5 at 50). age_max is the age that
// the renewal, started at process.age_years, outlives with probability 1e-7. Horizons in months, >=
// 1, rising. Cost 30 ms for 16 horizons up to 96 months.
[[nodiscard]] AgePolynomials age_polynomials(const LaunchProcess& process, double q,
                                             const std::vector<int>& horizon_months);

// x of an age in years >= 0, clamped.
[[nodiscard]] double scaled_age(const AgePolynomials& polynomials, double age_years);

// Value at x of one polynomial, coefficients in rising powers.
[[nodiscard]] double polynomial_value(const double* coefficients, int degree, double x);

}  // namespace lien::engine
