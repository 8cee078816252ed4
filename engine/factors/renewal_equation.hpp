#pragma once

#include <vector>

#include "engine/factors/gap_law.hpp"
#include "engine/factors/gauss_legendre.hpp"
#include "engine/factors/launch_law.hpp"

namespace lien::engine {

// M(h) = E[exp(-q x effect at h of the launches in (0, h])] of an ordinary renewal (age 0):
//   M(h) = S(h) + int_0^h f(v) g(h - v) M(h - v) dv,  g = launch_effect,
// by collocation at the nodes of one panel a month. Near 0 the density f(v) ~ v^(k-1) and M(h)
// ~ 1 - c h^k are rough: there the variable is the sixth root of time, in which both are smooth, so
// that no shape needs a finer grid.
struct RenewalTransform {
  GapLaw gap;
  int months = 0;
  GaussLegendre root_rule, month_rule;  // of the first panel, in root time; of the others
  std::vector<double> node_years;       // [nodes] panel by panel
  std::vector<double> weight_years;     // [nodes] of the integral over time
  std::vector<double> transform;        // [nodes] M
  std::vector<double> effect;           // [nodes] g M; where g bends, its least-squares polynomial
};

[[nodiscard]] RenewalTransform solve_renewal(const LaunchProcess& process, double q, int months);

// M(h), 0 <= h <= months / 12.
[[nodiscard]] double ordinary_transform(const RenewalTransform& renewal, double h_years);

// ln E at these horizons, 1..renewal.months months, when the last launch was age_years >= 0 ago.
// Cost 0.1 ms for 96 horizons.
[[nodiscard]] std::vector<double> aged_log_transform(const RenewalTransform& renewal,
                                                     double age_years,
                                                     const std::vector<int>& horizon_months);

}  // namespace lien::engine
