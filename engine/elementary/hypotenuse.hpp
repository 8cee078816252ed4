#pragma once

namespace lien::engine {

// sqrt(a^2 + b^2), for the standard error of a difference: the C library's takes other roads where
// the compiler may use a fused multiply-add, and differs in the last digit. Error <= 1 ulp while
// both are 0 or their sizes lie within 2^-450 and 2^500. NaN gives NaN.
[[nodiscard]] double hypotenuse(double a, double b) noexcept;

}  // namespace lien::engine
