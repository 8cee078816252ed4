#pragma once

#include <cstddef>
#include <vector>

namespace lien::engine {

// Least squares y = sum_i c_i f_i by normal equations. Sums grow in the order in which rows are
// added, so the same rows in the same order give the same bits. Terms should be of one size:
// centre and scale the variables behind them.
class LeastSquares {
 public:
  explicit LeastSquares(std::size_t terms);
  // One row: [terms] values of the basis, and what it should explain.
  void add(const double* basis, double target) noexcept;
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  // Coefficients [terms]. A term that the ones before it explain to 1e-11 of its square gets 0.
  [[nodiscard]] std::vector<double> solve() const;

 private:
  std::size_t terms_, rows_ = 0;
  std::vector<double> normal_;  // [terms][terms] lower triangle of sum f f^T
  std::vector<double> right_;   // [terms] sum f y
};

}  // namespace lien::engine
