#include "pricing/plan/time_value.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/resale_rows.hpp"

namespace lien::pricing {
namespace {

// Against Black's formula, over both sides of the strike, at narrow and wide ranges of variance.
TEST(TimeValue, FitIsBlacksCall) {
  const TimeValues fit =
      fit_time_values({{0.013, 0.014}, {0.14, 0.146}, {0.0, 0.02}, {0.3, 0.4}, {2.0, 2.0}});
  const double variances[][3] = {{0.013, 0.0136, 0.014},
                                 {0.14, 0.143, 0.146},
                                 {1e-8, 0.01, 0.02},
                                 {0.3, 0.33, 0.4},
                                 {2, 2, 2}};
  const double half_widths[] = {0.0005, 0.003, 0.01, 0.05, 0};
  for (std::size_t node = 0; node < 5; ++node)
    for (const double v : variances[node])
      for (double y = -8; y <= 8; y += 0.01) {
        const double k = y * std::sqrt(v);
        // 1e-8 of the fit and what is left beyond its reach, each in units of e^{k/2} s.
        const double tolerance = 4e-8 + 6e-4 * half_widths[node] * half_widths[node];
        EXPECT_NEAR(fitted_call(fit, node, k, v), engine::black_call(k, v),
                    tolerance * std::exp(k / 2) * std::sqrt(v))
            << node << ' ' << v << ' ' << y;
      }
}

// Without variance the call is its intrinsic value; it is never below it.
TEST(TimeValue, FitIsTheIntrinsicValueWithoutVariance) {
  const TimeValues fit = fit_time_values({{0.0, 0.0}});
  for (double k = -3; k <= 3; k += 0.1) {
    const double intrinsic = std::max(std::exp(k) - 1, 0.0);
    EXPECT_NEAR(fitted_call(fit, 0, k, 1e-12), intrinsic, 5e-7 * std::exp(k / 2));
    EXPECT_GE(fitted_call(fit, 0, k, 1e-12), intrinsic * (1 - 1e-14));
  }
}

// The rows of the path loop are fitted_call, at the strike and far from it, for variances that
// regimes move; a variance of nothing is the intrinsic value, at the strike too.
TEST(TimeValue, RowsAreTheFittedCall) {
  using engine::kBlockPaths;
  for (const double spread : {0.0, 0.02}) {
    const double constant = 0.25, loading = 0.5;
    StripPlan strip;
    strip.constant = {constant};
    strip.scarcity = {loading};
    strip.variance = {spread / 4};
    strip.regime_constant = {-0.125};
    strip.regime_variance = {spread};
    strip.call_constant = {constant};
    strip.call_half = {std::exp(constant / 2)};
    const TimeValues fit = fit_time_values({{spread / 4, 1.25 * spread}});
    engine::AlignedDoubles scarcity(kBlockPaths), regime(kBlockPaths), log_rent(kBlockPaths),
        moves(4 * kBlockPaths), calls(kBlockPaths);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      scarcity.get()[p] = static_cast<double>(p % 5) / 8;
      regime.get()[p] = static_cast<double>(p % 2);
      log_rent.get()[p] = (static_cast<double>(p) - 32) / 16 - constant;
    }
    scarcity.get()[32] = 0;  // k = 0
    const std::uint32_t nodes[] = {0};
    StripInput input{nodes, scarcity.get(), nullptr, 0.0, 0, nullptr, nullptr, nullptr, nullptr};
    input.regime = regime.get();
    const ShapeRows rows{moves.get(), moves.get() + kBlockPaths, moves.get() + 2 * kBlockPaths,
                         moves.get() + 3 * kBlockPaths};
    strip_shape_rows(strip, fit, input, rows, kBlockPaths);
    strip_call_rows(strip, fit, {nodes, 0, log_rent.get(), 0.0, rows}, calls.get(), kBlockPaths);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double r = regime.get()[p];
      const double k = log_rent.get()[p] + constant - loading * scarcity.get()[p] - 0.125 * r;
      const double v = std::max(spread / 4 + r * spread, 1e-12);
      const double intrinsic = std::max(std::exp(k) - 1, 0.0);
      EXPECT_NEAR(calls.get()[p], fitted_call(fit, 0, k, v), 2e-11 * std::max(1.0, std::exp(k)))
          << spread << ' ' << k;
      EXPECT_GE(calls.get()[p], intrinsic - 2e-11 * std::exp(k)) << spread << ' ' << k;
    }
  }
}

}  // namespace
}  // namespace lien::pricing
