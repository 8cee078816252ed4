#pragma once

#include <utility>

// Elementary functions that give the same bits on every machine.
//
// libm's exp, log, pow, erf and gamma differ between CPUs with and without fused multiply-add and
// between versions of the C library, so no number that enters a plan or a path may come from it.
// These use only correctly rounded operations: +, -, *, /, sqrt, fused multiply-add, bit patterns.
// exp, log, sin_cos_two_pi, normal_density and normal_cdf are one lane of the vector functions in
// engine/kernels/elementary-inl.h and equal them bit for bit.
//
// Call them qualified, engine::exp(x), so that the C library's cannot be meant by mistake.
// Errors: none is thrown; outside its domain a function returns NaN, and NaN gives NaN. Errors are
// stated in units in the last place (ulp), measured against 64-bit-mantissa or 40-digit references.
namespace lien::engine {

// e^x. 0 below -745.13, infinity above 709.78. Error <= 1.1 ulp (results below 1e-308: 1.5).
[[nodiscard]] double exp(double x) noexcept;

// e^x - 1, accurate for small x. Error <= 2.5 ulp.
[[nodiscard]] double expm1(double x) noexcept;

// Natural logarithm; log(0) = -infinity, NaN for x < 0. Error <= 1 ulp.
[[nodiscard]] double log(double x) noexcept;

// ln(1 + x), accurate for small x; -infinity at -1, NaN below. Error <= 1.5 ulp.
[[nodiscard]] double log1p(double x) noexcept;

// x^y for x >= 0 (NaN for x < 0; 0^y is 0, 1 or infinity by the sign of y). Error <= 2 ulp while
// |y ln x| < 100, <= 4 ulp elsewhere.
[[nodiscard]] double pow(double x, double y) noexcept;

// ln Gamma(x), x > 0. Relative error <= 1e-15, beside its zeros x = 1 and x = 2 too.
[[nodiscard]] double log_gamma(double x) noexcept;

// Gamma(x), 0 < x <= 171.6 (infinity above). Relative error <= 3e-15.
[[nodiscard]] double gamma_function(double x) noexcept;

// Density of the standard normal law. Relative error <= 5e-16 while |x| <= 37.
[[nodiscard]] double normal_density(double x) noexcept;

// P(Z <= x) for standard normal Z; relative error <= 1e-15 in the left tail too, down to x = -37.
// Below -37.5 the result is 0.
[[nodiscard]] double normal_cdf(double x) noexcept;

// The x with normal_cdf(x) = p, 0 < p < 1; -+infinity at 0 and 1, NaN outside. Relative error
// <= 1e-15 (about x = 0 too).
// Source: Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), PPND16.
[[nodiscard]] double inverse_normal(double p) noexcept;

// {sin, cos} of 2 pi turns, |turns| < 2^48. Absolute error <= 1.5e-16.
[[nodiscard]] std::pair<double, double> sin_cos_two_pi(double turns) noexcept;

// Undiscounted call on a lognormal with mean e^k, strike 1 and log variance v >= 0:
//   E[(exp(k + sqrt(v) Z - v / 2) - 1)^+],  k <= 700.
// v = 0 gives the intrinsic value. Error <= 1e-15 max(1, e^k).
[[nodiscard]] double black_call(double k, double v) noexcept;

}  // namespace lien::engine
