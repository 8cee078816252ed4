#pragma once

#include <optional>
#include <vector>

#include "pricing/contract/run_settings.hpp"
#include "pricing/market/market.hpp"

namespace lien::pricing {

// Hazard of each month, per year: entry k - 1 is 12 (H(t_k) - H(t_{k-1})), H the integrated hazard
// on one basis, t_k = k / 12.
//   hazard: forward hazards, constant up to and including each knot; pd_one_year p: flat -ln(1 -
//   p).
//     Real world as given; risk neutral times risk_neutral_ratio.
//   cds_spreads: quarterly premiums, t_j = j/4, sum s/4 P(0,t_j) (S_{j-1} + S_j)/2 =
//     (1 - recovery) sum P(0,t_{j-1/2}) (S_{j-1} - S_j), hazards constant between the quoted years,
//     each rounded to a quarter. Risk neutral as bootstrapped; real world divided by the ratio.
// Throws std::domain_error if a spread admits no hazard >= 0, or two quotes fall on one quarter.
// Source: docs/model.md, "Parties and default".
[[nodiscard]] std::vector<double> monthly_hazards(const Party& party, const Rates& rates,
                                                  MeasureBasis basis, int months);

// The scarcity factor as the fit sees it: known at 0, exact monthly steps.
struct ScarcityLaw {
  double initial = 0;
  double mean_reversion = 0;  // per year, >= 0; 0: Brownian
  double volatility = 0;      // per root-year, >= 0
  double drift = 0;           // per year: 0 real world, -risk_premium risk neutral
  std::optional<Regime> regime{};
};

// Mean of chi at the start of month k, entry k - 1, without regimes.
[[nodiscard]] std::vector<double> scarcity_means(const ScarcityLaw& law, std::size_t months);

// a_k, entry k - 1 for month k, such that the hazard exp(a_k - loading chi_{k-1}), held for month
// k, gives E[survival] = the curve's at the end of every month: relative 1e-12, by forward
// recursion on the density of the survivors, by regime where there are regimes. fit_survival false,
// or loading 0: ln of the curve hazard. A hazard of 0 gives -1e4, of which the exponential is 0.
// Throws std::domain_error if a month has no root (a loading so large that doubles cannot hold the
// tail it needs), or if regimes meet a volatility too small for the grid. Source: docs/model.md,
// "Hazard fit".
[[nodiscard]] std::vector<double> fit_log_hazards(const std::vector<double>& hazards,
                                                  double loading, bool fit_survival,
                                                  const ScarcityLaw& law);

// E[survival] to the end of each month for given a_k: entry k for month k, entry 0 is 1. The
// recursion of the fit run forward (case O30).
[[nodiscard]] std::vector<double> expected_survival(const std::vector<double>& log_hazards,
                                                    double loading, const ScarcityLaw& law);

}  // namespace lien::pricing
