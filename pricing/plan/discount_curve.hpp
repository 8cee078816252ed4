#pragma once

#include "pricing/market/market.hpp"

// Reading curves, in model time (years). The numbers enter a Plan, so the elementary functions are
// the engine's own. Errors: std::invalid_argument for a curve without knots.
namespace lien::pricing {

// Linear between knots, flat outside: zero rates, forwards, resale values.
[[nodiscard]] double interpolate(const Curve& curve, double years);

// Zero rate z(t), continuous, per year, by interpolate. P(0,t) = exp(-z(t) t); above 1 for t < 0.
[[nodiscard]] double zero_rate(const Curve& zero_curve, double years);
[[nodiscard]] double discount_factor(const Curve& zero_curve, double years);

// As fair values are discounted: with the liquidity spread.
[[nodiscard]] double value_discount_factor(const Rates& rates, double years);

// What money of a day inside month k of the grid is worth in money of its end, t_k = k/12 years: by
// the zero curve; and with the liquidity spread, as fair values are discounted. 1 on the grid.
[[nodiscard]] double timing_in_month(const Curve& zero_curve, double years, int k);
[[nodiscard]] double value_timing_in_month(const Rates& rates, double years, int k);

}  // namespace lien::pricing
