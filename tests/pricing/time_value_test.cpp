#include "pricing/plan/time_value.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"

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

}  // namespace
}  // namespace lien::pricing
