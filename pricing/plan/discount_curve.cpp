#include "pricing/plan/discount_curve.hpp"

#include <algorithm>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"

namespace lien::pricing {

double interpolate(const Curve& curve, double years) {
  if (curve.empty() || curve.years.size() != curve.values.size())
    throw std::invalid_argument("interpolate: the curve needs one value a knot, and a knot");
  const auto after = std::lower_bound(curve.years.begin(), curve.years.end(), years);
  if (after == curve.years.begin()) return curve.values.front();
  if (after == curve.years.end()) return curve.values.back();
  const auto right = static_cast<std::size_t>(after - curve.years.begin());
  const double left_year = curve.years[right - 1], left = curve.values[right - 1];
  if (*after == years) return curve.values[right];  // to the bit: cases quote values at knots
  return left + (curve.values[right] - left) * ((years - left_year) / (*after - left_year));
}

double zero_rate(const Curve& zero_curve, double years) { return interpolate(zero_curve, years); }

double discount_factor(const Curve& zero_curve, double years) {
  return engine::exp(-zero_rate(zero_curve, years) * years);
}

double value_discount_factor(const Rates& rates, double years) {
  return discount_factor(rates.zero_curve, years) * engine::exp(-rates.liquidity_spread * years);
}

double timing_in_month(const Curve& zero_curve, double years, int k) {
  return discount_factor(zero_curve, years) / discount_factor(zero_curve, k / 12.0);
}

double value_timing_in_month(const Rates& rates, double years, int k) {
  return timing_in_month(rates.zero_curve, years, k) *
         engine::exp(-rates.liquidity_spread * (years - k / 12.0));
}

}  // namespace lien::pricing
