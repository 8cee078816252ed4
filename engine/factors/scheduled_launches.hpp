#pragma once

#include <vector>

#include "engine/factors/launch_law.hpp"
#include "engine/factors/renewal_equation.hpp"

namespace lien::engine {

// E[exp(-q x effect at t + h)] of the launches after t while scheduled ones are still to come, each
// at max(date, t) + its slip, independent; the renewal starts at age 0 at the latest of them.
class ScheduledTransforms {
 public:
  // Horizons up to `months`. Solves the renewal equation once.
  ScheduledTransforms(const LaunchProcess& process, double q, int months);
  // ln E at these horizons (months, >= 1, rising) for every set of launches that holds all of
  // `sure` and any of `overdue` (bits of process.scheduled, disjoint): [2^overdue][horizons], bit i
  // of the row being the i-th lowest bit of `overdue`. 0 where nothing is pending. Cost about 0.1
  // ms a horizon, and 1 us a horizon and row.
  [[nodiscard]] std::vector<double> rows(double time_years, unsigned sure, unsigned overdue,
                                         const std::vector<int>& horizon_months) const;

 private:
  LaunchProcess process_;
  double q_;
  RenewalTransform renewal_;
  GaussLegendre rule_;
  std::vector<double> cumulative_;  // [node][node] integrals of Lagrange polynomials
};

}  // namespace lien::engine
