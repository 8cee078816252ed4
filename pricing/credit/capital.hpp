#pragma once

// Regulatory capital of one exposure. Shares and years in, shares out; nothing here fails.
namespace lien::pricing {

// Quantile `confidence` of the default rate of an infinitely fine pool whose members default with
// probability pd, 0 < pd < 1, and asset correlation rho in [0, 1):
//   N((G(pd) + sqrt(rho) G(confidence)) / sqrt(1 - rho)).
// Source: Vasicek, "Loan portfolio value", 2002 (cases O18, docs/model.md "Capital").
[[nodiscard]] double vasicek_quantile(double pd, double rho, double confidence);

struct IrbCapital {
  double correlation = 0;          // R
  double maturity_adjustment = 0;  // b
  double requirement = 0;          // K, of the exposure at default
  double risk_weight = 0;          // 12.5 K
};
// Internal-ratings formula for corporates, 99.9 % over a year, no scaling factor and no adjustment
// for size. pd in [0, 1], floored at 0.05 %; 1 (in default) needs nothing beyond its provision.
// loss_given_default in [0, 1], maturity_years in [1, 5].
// Source: Basel Framework CRE31.5, CRE31.6, CRE32.4.
[[nodiscard]] IrbCapital irb_capital(double pd, double loss_given_default, double maturity_years);

// Supervisory slotting category of specialised lending; object finance, maturity 2.5 years or more.
enum class SlottingCategory { strong, good, satisfactory, weak, in_default };
// Risk weight, a share of the exposure. Source: Basel Framework CRE33.5: 70, 90, 115, 250, 0 %.
[[nodiscard]] double slotting_risk_weight(SlottingCategory category);

// Own funds are 8 % of risk-weighted assets.
inline constexpr double kCapitalRatio = 0.08;

}  // namespace lien::pricing
