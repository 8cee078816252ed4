#pragma once

#include "pricing/market/market.hpp"
#include "pricing/market/month_path.hpp"

namespace lien::pricing {

// The zero curve whose forward rates are the given curve's plus a path by month: z(t) + S(t) / t, S
// the integral of the path to t. Knots every month of the longest run besides the curve's own, so
// that it is exact at both.
[[nodiscard]] Curve with_forward_path(const Curve& zero_curve, const MonthPath& path);

}  // namespace lien::pricing
