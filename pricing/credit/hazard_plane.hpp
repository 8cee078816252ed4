#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "pricing/credit/hazard_law.hpp"

// The density of survivors over two lines of a hazard, by month, on a grid.
//
// The steps of the lines y_0, y_1 are correlated. In the coordinates y_0 and w = y_1 - c y_0, c the
// step covariance over the step variance of y_0, they are not:
//   y_0' = d_0 y_0 + s_0 z_0,   w' = d_1 w + c (d_1 - d_0) y_0 + s_1 z_1,
// so that a step is one sum along w and then one along y_0. Sums on the grid are trapezoid sums of
// analytic functions that vanish at both ends: with a spacing under a step's stdev over 1.4 and
// under 0.35 in the log hazard their relative errors are 2 exp(-2 pi^2 1.4^2) and exp(-pi^2 /
// 0.35).
namespace lien::pricing {

class HazardPlane {
 public:
  // lines.lines.size() == 2. Throws std::domain_error where the grid would be too large.
  HazardPlane(const HazardLines& lines, std::size_t months);

  // Mass `survival` one step after today.
  void start(double survival);
  // a such that the hazard exp(a - y_0 - y_1) leaves `survival` at the end of the month. Throws
  // std::domain_error if there is none.
  [[nodiscard]] double solve(double survival) const;
  // Survivors of a month with that hazard.
  void survive(double a);
  // One exact step.
  void step();
  [[nodiscard]] double total() const;

 private:
  // Where a step comes from: weights of a target's sources, side by side.
  struct Band {
    std::vector<std::size_t> first, begin;  // [targets], [targets + 1]
    std::vector<double> weight;
  };
  // One a regime.
  struct Transition {
    Band across;                                    // along y_0
    std::vector<Band> along;                        // along w, one a point of y_0
    std::vector<double> start_across, start_along;  // masses after one step from today
  };
  struct Axis {
    std::vector<double> at;
    double spacing = 0;
  };

  [[nodiscard]] static Axis make_axis(double low, double high, double widest_spacing);
  [[nodiscard]] static Band make_band(const Axis& axis, double decay, double shift, double stdev);
  [[nodiscard]] static std::vector<double> make_start(const Axis& axis, double shift, double stdev);
  void switch_regimes();

  Axis first_, second_;
  std::vector<double> tilt_;  // [points] exp(-(y_0 + y_1))
  std::vector<Transition> transitions_;
  std::array<double, 2> leave_{};
  std::size_t initial_ = 0;
  std::vector<std::vector<double>> masses_;  // [regimes][points of y_0][points of w]
};

}  // namespace lien::pricing
