#pragma once

#include <vector>

namespace lien::engine {

// Half width of a 95 % interval in standard errors, by the normal law.
inline constexpr double kNormalHalfWidth = 1.959963984540054;

// One level of a loss distribution estimated from n independent equally likely paths.
struct TailEstimate {
  double confidence = 0;
  double value_at_risk = 0, value_at_risk_low = 0, value_at_risk_high = 0;
  double expected_shortfall = 0, expected_shortfall_low = 0, expected_shortfall_high = 0;
  double cumulative_probability = 0;  // P(loss <= value_at_risk), above `confidence` at an atom
};

// sorted: losses ascending, n >= 2.
//   VaR_q = x_(ceil(nq)) = min{x: cdf(x) >= q}; nq within 1e-9 of an integer is that integer
//   ES_q = [sum over x > VaR + (n cdf(VaR) - nq) VaR] / (n (1-q))
// Intervals (95 %): VaR by binomial order statistics; ES by its asymptotic variance, the variance
// of VaR + (x - VaR)^+ / (1-q) over n. Source: docs/model.md, "Statistics"; Serfling 1980, 2.3
// and 2.6.
[[nodiscard]] TailEstimate tail_of(const std::vector<double>& sorted, double confidence);

// Which paths make the tail of one level and what each weighs: paths above VaR count in full, those
// at it share what is left, so that the weights sum to n (1-q) and the weighted mean loss is ES.
struct Tail {
  double value_at_risk = 0, at_risk_weight = 0;  // the weight of a loss that is VaR
  double low = 0, high = 0;                      // 95 % interval of VaR
  double expected_shortfall = 0;
  double weights = 0, square_weights = 0;  // sums over all paths
  double paths = 0, confidence = 0;        // n and q

  [[nodiscard]] double weight(double loss) const noexcept {
    return loss > value_at_risk ? 1.0 : loss == value_at_risk ? at_risk_weight : 0.0;
  }
  [[nodiscard]] bool near_value_at_risk(double loss) const noexcept {
    return loss >= low && loss <= high;
  }
};
// What a tail has of its estimate; weights are still to come. paths: n.
[[nodiscard]] Tail tail_at(const TailEstimate& estimate, double paths);
// sorted: as for tail_of().
[[nodiscard]] Tail weigh_tail(const std::vector<double>& sorted, double confidence);

// Sums over paths of one part's loss x, where w weighs the path of the total's loss.
struct TailSums {
  double weighted = 0, twice_weighted = 0;  // of w x, of w^2 x
  double square = 0;                        // of (w x)^2
  double near = 0, near_total = 0;          // of x, and of the total, near VaR
};
// Euler contribution of the part: contributions of parts that add up to the total add up to its ES
// and VaR, and scale with the part.
struct TailContribution {
  double expected_shortfall = 0, standard_error = 0;
  double value_at_risk = 0;
};
//   ES part: sum of w x over n (1-q), the mean of the part given the total's tail
//   VaR part c: the mean of the part given that the total is near VaR, scaled so that parts sum to
//   VaR: one order statistic says nothing of a part
//   error: the variance of w (x - c) / (1-q) over n: that of the ES of the total when the part is
//   the total. It takes c for known.
// Sources: Tasche, "Risk contributions and performance measurement", 1999; Glasserman, "Measuring
// marginal risk contributions in credit portfolios", Journal of Computational Finance 9, 2005.
[[nodiscard]] TailContribution contribution_of(const TailSums& sums, const Tail& tail);

}  // namespace lien::engine
