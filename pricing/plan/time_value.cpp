#include "pricing/plan/time_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/age_polynomial.hpp"
#include "engine/factors/chebyshev.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kFitPoints = 40;
constexpr int kMaxDegree = 30;
constexpr double kTolerance = 1e-8;
constexpr double kReach = 5.25;       // stdevs beyond d1 = 0: n(y) - y N(-y) = 1.3e-8
constexpr double kLeastStdev = 1e-4;  // g has reached its limit 0 to 1e-9

// Chebyshev series in x of g at v = 0 and of its slope in v, from its values at two variances.
struct Series {
  std::vector<double> level, slope;
  double width = 0;  // of the range of v
};

Series fit(const std::pair<double, double>& range, double reach) {
  // Chebyshev points of the range: a linear g is off least with these.
  const double middle = (range.first + range.second) / 2, half = (range.second - range.first) / 2;
  const double a = std::max(middle - half * std::sqrt(0.5), kLeastStdev * kLeastStdev);
  const double b = std::max(middle + half * std::sqrt(0.5), a);
  std::vector<double> level, slope;
  for (const double x : engine::chebyshev_points(kFitPoints)) {
    const double y = (x + 1) * reach / 2;
    const double at_a = time_value(y, std::sqrt(a));
    const double at_b = b > a ? time_value(y, std::sqrt(b)) : at_a;
    // A range of rounding size has no slope.
    slope.push_back(b - a > 1e-9 ? (at_b - at_a) / (b - a) : 0.0);
    level.push_back(at_a - a * slope.back());
  }
  return {engine::chebyshev_coefficients(level, kMaxDegree),
          engine::chebyshev_coefficients(slope, kMaxDegree), range.second};
}

// The degree from which on `size` times the coefficients sum to less than the tolerance.
int least_degree(const std::vector<double>& coefficients, double size) {
  double rest = 0;
  int degree = kMaxDegree;
  for (; degree > 0; --degree) {
    rest += size * std::abs(coefficients[static_cast<std::size_t>(degree)]);
    if (rest > kTolerance) break;
  }
  return degree;
}

}  // namespace

double time_value(double y, double stdev) {
  const double half_log = stdev * y / 2;
  return (engine::exp(-half_log) * engine::normal_cdf(stdev / 2 - y) -
          engine::exp(half_log) * engine::normal_cdf(-stdev / 2 - y)) /
         stdev;
}

TimeValues fit_time_values(const std::vector<std::pair<double, double>>& variances) {
  TimeValues out;
  std::vector<Series> all;
  for (const auto& range : variances) {
    const double reach = kReach + std::sqrt(std::max(range.second, 0.0)) / 2;
    out.scale.push_back(2 / reach);
    all.push_back(fit(range, reach));
    out.degree = std::max(out.degree, least_degree(all.back().level, 1.0));
    out.slope_degree = std::max(out.slope_degree, least_degree(all.back().slope, all.back().width));
  }
  for (const Series& series : all) {
    const auto level = engine::in_powers(series.level, out.degree);
    const auto slope = engine::in_powers(series.slope, out.slope_degree);
    out.level.insert(out.level.end(), level.begin(), level.end());
    out.slope.insert(out.slope.end(), slope.begin(), slope.end());
  }
  return out;
}

double fitted_call(const TimeValues& values, std::size_t node, double k, double variance) {
  const double stdev = std::sqrt(variance);
  const double x = std::min(std::abs(k) * (values.scale[node] / stdev), 2.0) - 1;
  const auto terms = static_cast<std::size_t>(values.degree) + 1;
  const auto slope_terms = static_cast<std::size_t>(values.slope_degree) + 1;
  const double level = engine::polynomial_value(&values.level[node * terms], values.degree, x);
  const double slope =
      engine::polynomial_value(&values.slope[node * slope_terms], values.slope_degree, x);
  const double g = std::max(std::fma(slope, variance, level), 0.0);
  const double root = engine::exp(k / 2);
  return std::max(root * root - 1, 0.0) + root * stdev * g;
}

}  // namespace lien::pricing
