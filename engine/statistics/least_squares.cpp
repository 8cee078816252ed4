#include "engine/statistics/least_squares.hpp"

#include <cmath>

namespace lien::engine {

LeastSquares::LeastSquares(std::size_t terms)
    : terms_(terms), normal_(terms * terms), right_(terms) {}

void LeastSquares::add(const double* basis, double target) noexcept {
  ++rows_;
  for (std::size_t i = 0; i < terms_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) normal_[i * terms_ + j] += basis[i] * basis[j];
    right_[i] += basis[i] * target;
  }
}

std::vector<double> LeastSquares::solve() const {
  constexpr double kExplained = 1e-11;
  const std::size_t n = terms_;
  std::vector<double> l(n * n), x(n);
  std::vector<bool> kept(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = normal_[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      if (j < i) {
        l[i * n + j] = kept[j] ? sum / l[j * n + j] : 0.0;
      } else {
        kept[i] = sum > kExplained * normal_[i * n + i];
        l[i * n + i] = kept[i] ? std::sqrt(sum) : 0.0;
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!kept[i]) continue;
    double sum = right_[i];
    for (std::size_t k = 0; k < i; ++k) sum -= l[i * n + k] * x[k];
    x[i] = sum / l[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    if (!kept[i]) continue;
    double sum = x[i];
    for (std::size_t k = i + 1; k < n; ++k) sum -= l[k * n + i] * x[k];
    x[i] = sum / l[i * n + i];
  }
  return x;
}

}  // namespace lien::engine
