#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/statistics/tail.hpp"

// Tails of losses whose paths were drawn from a mixture of laws (importance sampling): see
// engine/factors/factor_tilt.hpp.
namespace lien::engine {

// n losses, ascending, and what each path weighs: density of the law over that of the mixture. A
// stratum is the component that a path was drawn from; each has a fixed share of the paths.
class WeighedLosses {
 public:
  // losses, weights: [paths], path by path; strata: that of path p at p modulo its size. Equal
  // losses are kept in the order of their paths. Throws std::invalid_argument under two paths or
  // where sizes differ.
  WeighedLosses(const std::vector<double>& losses, const std::vector<double>& weights,
                const std::uint8_t* strata, std::size_t period);

  // Estimates of the law's loss L.
  //   P(L > x) = sum of w over losses above x, over n
  //   VaR_q = min{x among the losses: P(L > x) <= 1 - q}
  //   ES_q = VaR + sum of w (x - VaR)^+ / (n (1-q))
  // Intervals (95 %): of ES the variance of w (x - VaR)^+ / (1-q) inside the strata, over n; of VaR
  // the losses at which P(L > x) is 1 - q -+ 1.96 errors of P(L > VaR).
  // Sources: Glynn, "Importance sampling for Monte Carlo estimation of quantiles", 1996; Owen,
  // "Monte Carlo theory, methods and examples", 2013, chapters 8 and 9.
  [[nodiscard]] TailEstimate tail(double confidence) const;
  // What a path's weight is multiplied by: as weigh_tail(), so that products sum to n (1-q).
  [[nodiscard]] Tail weigh(double confidence) const;
  // P(L > x), and its error inside the strata.
  struct Chance {
    double value = 0, standard_error = 0;
  };
  [[nodiscard]] Chance chance_above(double loss) const;

  [[nodiscard]] std::size_t size() const noexcept { return losses_.size(); }
  [[nodiscard]] double loss(std::size_t i) const noexcept { return losses_[i]; }
  [[nodiscard]] double weight(std::size_t i) const noexcept { return weights_[i]; }

 private:
  [[nodiscard]] double quantile(double above) const;  // least loss with sum of weights above <=
  template <class F>
  [[nodiscard]] double variance(std::size_t first, const F& f) const;

  std::vector<double> losses_, weights_, above_;  // above_[i]: sum of weights from i on
  std::vector<std::uint8_t> strata_;
  std::vector<double> counts_;  // [strata] paths
};

}  // namespace lien::engine
