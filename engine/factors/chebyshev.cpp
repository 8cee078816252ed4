#include "engine/factors/chebyshev.hpp"

#include "engine/elementary/elementary.hpp"

namespace lien::engine {
namespace {

double cosine(double turns) { return sin_cos_two_pi(turns).second; }

}  // namespace

std::vector<double> chebyshev_points(std::size_t n) {
  std::vector<double> points;
  for (std::size_t j = 0; j < n; ++j)
    points.push_back(cosine((static_cast<double>(j) + 0.5) / (2 * static_cast<double>(n))));
  return points;
}

std::vector<double> chebyshev_coefficients(const std::vector<double>& values, int degree) {
  const auto n = values.size();
  const double count = static_cast<double>(n);
  std::vector<double> coefficients(static_cast<std::size_t>(degree) + 1, 0.0);
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    for (std::size_t j = 0; j < n; ++j) {
      coefficients[k] += values[j] * cosine(static_cast<double>(k * (2 * j + 1)) / (4 * count));
    }
    coefficients[k] *= (k == 0 ? 1.0 : 2.0) / count;
  }
  return coefficients;
}

std::vector<double> in_powers(const std::vector<double>& coefficients, int degree) {
  const auto n = static_cast<std::size_t>(degree) + 1;
  std::vector<double> powers(n, 0.0), previous(n, 0.0), current(n, 0.0);  // T_{k-1}, T_k
  current[0] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < n; ++i) powers[i] += coefficients[k] * current[i];
    std::vector<double> next(n, 0.0);  // T_{k+1} = 2 x T_k - T_{k-1}, but T_1 = x
    for (std::size_t i = 0; i + 1 < n; ++i) next[i + 1] = (k == 0 ? 1 : 2) * current[i];
    for (std::size_t i = 0; i < n; ++i) next[i] -= previous[i];
    previous = current;
    current = next;
  }
  return powers;
}

}  // namespace lien::engine
