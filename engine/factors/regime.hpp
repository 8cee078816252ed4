#pragma once

#include <array>
#include <vector>

// A two-state chain that moves the mean of a mean-reverting factor. In one step of dt years
//   factor' = m_j + decay (factor - m_j) + noise,   decay = exp(-kappa dt),
// j the state at the start of the step; at its end the chain switches with its exact probability.
// The noise does not depend on the chain, so factor_n = (the factor without regimes) + G_n with
//   G_n = sum_{i<n} decay^{n-1-i} (1 - decay) m_{j_i},
// and everything here is about G. Source: docs/model.md, "Factors".
namespace lien::engine {

struct RegimeLaw {
  std::array<double, 2> means{};  // m_j, in units of the factor
  std::array<double, 2> leave{};  // probability that a step from state j ends in the other one
  double decay = 1;               // in (0, 1]; 1: no mean reversion, the chain is without effect
  int initial = 0;                // state today, 0 or 1

  // What a step in state j adds to the factor.
  [[nodiscard]] double shift(int state) const noexcept {
    return (1 - decay) * means[static_cast<std::size_t>(state)];
  }
};

// rates: out of state 0 and 1, per year, > 0. leave_a = q_a / (q_0 + q_1) (1 - e^{-(q_0 + q_1)
// dt}). mean_reversion: per year, >= 0.
[[nodiscard]] RegimeLaw regime_law(const std::array<double, 2>& means,
                                   const std::array<double, 2>& rates_per_year, int initial,
                                   double mean_reversion, double dt_years);

// ln E[exp(q G_n) | state j at the start], entry n - 1 for n = 1 .. steps: a product of 2 x 2
// matrices. Relative error of the expectation about n ulp.
[[nodiscard]] std::vector<std::array<double, 2>> regime_transforms(const RegimeLaw& law, double q,
                                                                   int steps);

// E[G_n | state j at the start], likewise.
[[nodiscard]] std::vector<std::array<double, 2>> regime_means(const RegimeLaw& law, int steps);

// The stationary law of G as points and weights that sum to 1: a sum over them is the expectation
// of any polynomial of degree 32 or less, so of a smooth function nearly to rounding. decay < 1.
struct WeightedPoint {
  double value, weight;
};
[[nodiscard]] std::vector<WeightedPoint> stationary_regime(const RegimeLaw& law);

}  // namespace lien::engine
