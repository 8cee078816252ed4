#pragma once

#include <vector>

namespace lien::engine {

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

}  // namespace lien::engine
