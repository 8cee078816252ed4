#include "engine/schedule/integer_totals.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lien::engine {
namespace {

constexpr double kUnits = 0x1p40;
constexpr double kLargest = 0x1p120;  // leaves 2^7 tasks of head room at the very edge
constexpr double kMantissa = 0x1p53;

// Nearest integer to x, halves to even: adding and taking away 1.5 x 2^52 rounds, and no libm call
// can differ.
double round_half_even(double x) noexcept {
  constexpr double magic = 0x1.8p52;
  return std::abs(x) < 0x1p51 ? (x + magic) - magic : x;
}

}  // namespace

IntegerTotals::IntegerTotals(std::span<const double> scales)
    : units_(scales.size(), 0), to_units_(scales.size()), non_finite_(scales.size()) {
  for (std::size_t i = 0; i < scales.size(); ++i) {
    if (!(scales[i] > 0) || !std::isfinite(scales[i]))
      throw std::invalid_argument("IntegerTotals: a scale must be a positive number");
    int exponent = 0;
    const double mantissa = std::frexp(scales[i], &exponent);
    if (mantissa == 0.5) --exponent;  // already a power of two
    to_units_[i] = kUnits * std::ldexp(1.0, -exponent);
  }
}

void IntegerTotals::add(const double* sums) noexcept {
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const double x = round_half_even(sums[i] * to_units_[i]);
    if (!(std::abs(x) < kLargest)) {
      non_finite_ = std::min(non_finite_, i);
      continue;
    }
    if (std::abs(x) < 0x1p62) {
      units_[i] += static_cast<long long>(x);
      continue;
    }
    // Beyond 64 bits: an integer mantissa and a shift, both exact.
    int exponent = 0;
    const double mantissa = std::frexp(x, &exponent);
    const auto whole = static_cast<WideInteger>(static_cast<long long>(mantissa * kMantissa));
    units_[i] += whole * (static_cast<WideInteger>(1) << (exponent - 53));
  }
}

void IntegerTotals::add(const IntegerTotals& other) noexcept {
  for (std::size_t i = 0; i < units_.size(); ++i) units_[i] += other.units_[i];
  non_finite_ = std::min(non_finite_, other.non_finite_);
}

void IntegerTotals::restore(std::span<const WideInteger> units, std::size_t first_non_finite) {
  if (units.size() != units_.size() || first_non_finite > units_.size())
    throw std::invalid_argument("IntegerTotals: units of other totals");
  std::copy(units.begin(), units.end(), units_.begin());
  non_finite_ = first_non_finite;
}

double IntegerTotals::value(std::size_t i) const noexcept {
  return static_cast<double>(units_[i]) / to_units_[i];
}

}  // namespace lien::engine
