#include "engine/factors/age_polynomial.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/chebyshev.hpp"
#include "engine/factors/renewal_equation.hpp"

namespace lien::engine {
namespace {

constexpr int kMaxDegree = 24;
constexpr std::size_t kFitNodes = 32;
constexpr int kCheckedAges = 100;
constexpr double kTolerance = 2e-6;
constexpr double kOutlived = 16.118095650958319;  // -ln 1e-7

// l_q then l_2q at every horizon: one column an age.
using Rows = std::vector<std::vector<double>>;

Rows transforms_at(const RenewalTransform& one, const RenewalTransform& two,
                   const std::vector<double>& ages, const std::vector<int>& horizons) {
  Rows rows(2 * horizons.size());
  for (const double age : ages) {
    const std::vector<double> first = aged_log_transform(one, age, horizons);
    const std::vector<double> second = aged_log_transform(two, age, horizons);
    for (std::size_t h = 0; h < horizons.size(); ++h) {
      rows[h].push_back(first[h]);
      rows[horizons.size() + h].push_back(second[h]);
    }
  }
  return rows;
}

// Ages at the Chebyshev points of x.
std::vector<double> fit_ages(double age_max, bool root_age) {
  std::vector<double> ages;
  for (const double x : chebyshev_points(kFitNodes)) {
    const double r = (1 + x) / 2;
    ages.push_back(age_max * (root_age ? r * r : r));
  }
  return ages;
}

struct Fit {
  AgePolynomials polynomials;
  Rows coefficients;  // Chebyshev
};

// Cuts the series at `degree` and measures the error at the checked ages.
void cut(Fit& fit, int degree, const std::vector<double>& ages, const Rows& exact) {
  AgePolynomials& polynomials = fit.polynomials;
  polynomials.degree = degree;
  polynomials.first.clear();
  polynomials.second.clear();
  polynomials.max_error = 0;
  for (std::size_t row = 0; row < exact.size(); ++row) {
    const std::vector<double> powers = in_powers(fit.coefficients[row], degree);
    for (std::size_t i = 0; i < ages.size(); ++i) {
      const double value =
          polynomial_value(powers.data(), degree, scaled_age(polynomials, ages[i]));
      polynomials.max_error = std::max(polynomials.max_error, std::abs(value - exact[row][i]));
    }
    std::vector<double>& out = 2 * row < exact.size() ? polynomials.first : polynomials.second;
    out.insert(out.end(), powers.begin(), powers.end());
  }
}

AgePolynomials ageless(const LaunchProcess& process, double q, const std::vector<int>& horizons) {
  AgePolynomials polynomials;
  const int months = horizons.empty() ? 0 : horizons.back();
  const std::vector<double> first = launch_transform(process, q, 0, months);
  const std::vector<double> second = launch_transform(process, 2 * q, 0, months);
  for (const int m : horizons) {
    polynomials.first.push_back(first[static_cast<std::size_t>(m) - 1]);
    polynomials.second.push_back(second[static_cast<std::size_t>(m) - 1]);
  }
  return polynomials;
}

}  // namespace

double scaled_age(const AgePolynomials& polynomials, double age_years) {
  if (polynomials.age_max == 0) return 0;
  const double r = std::min(age_years / polynomials.age_max, 1.0);
  return 2 * (polynomials.root_age ? std::sqrt(r) : r) - 1;
}

double polynomial_value(const double* coefficients, int degree, double x) {
  double value = coefficients[degree];
  for (int i = degree - 1; i >= 0; --i) value = std::fma(value, x, coefficients[i]);
  return value;
}

AgePolynomials age_polynomials(const LaunchProcess& process, double q,
                               const std::vector<int>& horizon_months) {
  const GapLaw gap = gap_law(process);
  if (!gap.remembers() || horizon_months.empty()) {
    return ageless(process, q, horizon_months);
  }
  const RenewalTransform one = solve_renewal(process, q, horizon_months.back());
  const RenewalTransform two = solve_renewal(process, 2 * q, horizon_months.back());
  const double age_max = gap_years(gap, integrated_hazard(gap, process.age_years) + kOutlived);

  std::vector<double> ages;  // closer together at 0, where l_q bends most
  for (int i = 0; i <= kCheckedAges; ++i)
    ages.push_back(age_max * i * i / kCheckedAges / kCheckedAges);
  const Rows exact = transforms_at(one, two, ages, horizon_months);
  std::vector<Fit> fits(2);  // linear first: it costs a path no square root
  for (const bool root_age : {false, true}) {
    Fit& fit = fits[root_age ? 1 : 0];
    fit.polynomials.age_max = age_max;
    fit.polynomials.root_age = root_age;
    for (const auto& row : transforms_at(one, two, fit_ages(age_max, root_age), horizon_months)) {
      fit.coefficients.push_back(chebyshev_coefficients(row, kMaxDegree));
    }
  }
  for (int degree = 1; degree <= kMaxDegree; ++degree) {
    for (Fit& fit : fits) {
      cut(fit, degree, ages, exact);
      if (fit.polynomials.max_error <= kTolerance) return fit.polynomials;
    }
  }
  return fits[fits[0].polynomials.max_error <= fits[1].polynomials.max_error ? 0 : 1].polynomials;
}

}  // namespace lien::engine
