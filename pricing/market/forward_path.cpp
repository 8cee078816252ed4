#include "pricing/market/forward_path.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "pricing/plan/discount_curve.hpp"

namespace lien::pricing {
namespace {

constexpr int kLongestMonth = 600;

// Integral of the path from 0 to t years. The path jumps at its first month.
double integral(const MonthPath& path, double years) {
  const double months = years * 12;
  const int whole = static_cast<int>(std::floor(months));
  const int first = path.front().first;
  double sum = 0;
  const auto part = [&](double from, double to) {
    sum += (path_value(path, from, 0) + path_value(path, to, 0)) / 2 * (to - from) / 12;
  };
  for (int k = first; k < whole; ++k) part(k, k + 1);
  if (whole >= first) part(whole, months);
  return sum;
}

}  // namespace

Curve with_forward_path(const Curve& zero_curve, const MonthPath& path) {
  Curve out;
  for (int k = 1; k <= kLongestMonth; ++k) out.years.push_back(k / 12.0);
  out.years.insert(out.years.end(), zero_curve.years.begin(), zero_curve.years.end());
  std::sort(out.years.begin(), out.years.end());
  out.years.erase(std::unique(out.years.begin(), out.years.end()), out.years.end());
  for (const double t : out.years)
    out.values.push_back(zero_rate(zero_curve, t) + integral(path, t) / t);
  return out;
}

}  // namespace lien::pricing
