#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "pricing/credit/hazard_curve.hpp"

// A hazard that several factors move: ln h_k = a_k - b chi_{k-1} - b_c z_{k-1} + s eps_{k-1}, with
// scarcity chi, credit z and the party's own noise eps, each with exact monthly steps. Source:
// docs/model.md, "Hazard fit".
namespace lien::pricing {

struct HazardLaw {
  ScarcityLaw scarcity;
  double scarcity_loading = 0;
  double credit_mean_reversion = 0;  // per year; 0: no factor
  double credit_loading = 0;
  double scarcity_credit = 0;       // correlation of the Brownian motions
  double noise_mean_reversion = 0;  // per year
  double noise_stdev = 0;           // stationary
};

// What a law comes to: sums of Ornstein-Uhlenbeck processes of one mean reversion are one. Lines
// are deviations from the known means, with the loadings in them: ln h_k = a_k - mean_k - line_0 -
// ...
struct HazardLine {
  double mean_reversion = 0;  // per year
  double variance_rate = 0;   // of its shocks, per year
};
struct HazardLines {
  std::vector<HazardLine> lines;   // at most three; scarcity's first where it is random
  double covariance_rate = 0;      // of the first two, per year
  std::optional<Regime> regime{};  // moves the first; means with the loading in them
  std::vector<double> means;       // [months], b x mean of chi without regimes
};
[[nodiscard]] HazardLines hazard_lines(const HazardLaw& law, std::size_t months);

// As fit_log_hazards and expected_survival of one factor. Throws std::domain_error where these do,
// where the lines are more than two, and where two are so nearly one that no grid holds both.
[[nodiscard]] std::vector<double> fit_log_hazards(const std::vector<double>& hazards,
                                                  bool fit_survival, const HazardLaw& law);
[[nodiscard]] std::vector<double> expected_survival(const std::vector<double>& log_hazards,
                                                    const HazardLaw& law);

}  // namespace lien::pricing
