#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "pricing/contract/run_settings.hpp"
#include "pricing/plan/plan.hpp"

// The income strip of one hardware: what the marginal operator can still earn with a unit.
//   V = (1 - k_m) sum_{h=1..n} e^{-rho h/12} 730 C(Fhat_h, c_{t+h}, vhat_h) + S
// Month h depends on the state through one number k_h only, so V for every remaining life is a
// weighted sum of the same few one-variable functions, at node months. Source: docs/model.md,
// "Resale value".
namespace lien::pricing {

// Months at which the strip's functions are evaluated: near Chebyshev points in sqrt(h) on 1 ..
// longest_life, at most 16, rising, distinct.
[[nodiscard]] std::vector<int> strip_nodes(int longest_life_months);

// The law of the strip: which drifts, whose premia.
struct StripLaw {
  MeasureBasis drifts;  // of the strip, not of the run
  const Market* market;
  const Hardware* hardware;
  Date valuation_date;
};

// k_h - ln(uR/c) without launches and state: -loading lambda B(kappa,h) + loading mu h - wear h -
// growth h + v(h)/2; h in months, not always whole (with regimes it is).
// regime_mean, regime_variance: what regimes add to ln F and to the variance, by the state's
// regime.
struct StripMonth {
  double constant, scarcity, variance;
  double idiosyncratic;  // of the hardware's own noise, what month h has forgotten
  std::array<double, 2> regime_mean{}, regime_variance{};
};
[[nodiscard]] StripMonth strip_month(const StripLaw& law, double h);

// Discount x 730 x (1 - k_m) x e^{growth h} of month h seen from month k of the run (k / 12 years
// from today, not always whole), per unit of today's operating cost of month k.
[[nodiscard]] double strip_discount(const StripLaw& law, double k, int h);

// W_j by months of life left, for every lot of one hardware: with a constant operator rate one
// table serves every month of the run, with the risk-free curve each month has its own.
class StripWeights {
 public:
  // steps: last step of the run asked for; longest_life: in months.
  StripWeights(const StripLaw& law, const std::vector<int>& nodes, int steps, int longest_life,
               int steps_per_year = 12);
  // [nodes], 0 <= k <= steps, 0 <= life <= longest_life.
  [[nodiscard]] std::span<const double> at(int k, int life) const {
    const auto table = static_cast<std::size_t>(by_month_ ? k : 0);
    return std::span(weights_).subspan(
        (table * (longest_life_ + 1) + static_cast<std::size_t>(life)) * nodes_, nodes_);
  }

 private:
  std::size_t nodes_, longest_life_;
  bool by_month_;
  std::vector<double> weights_;  // [months of the run or 1][longest_life + 1][nodes]
};

// What a state adds to month h: launches to come and their variance, pipeline under way.
struct StripState {
  double log_moneyness = 0;  // ln(u R / c)
  double scarcity = 0;
  double idiosyncratic = 0;             // the hardware's own noise
  std::size_t regime = 0;               // 0 or 1
  double power = 0;                     // p, the noise of the power price
  std::vector<double> launch_mean;      // [life] sum over lines of l_1(h) - pipeline
  std::vector<double> launch_variance;  // [life] sum of l_2 - 2 l_1
};
// The exact sum, money per unit (scrap included).
[[nodiscard]] double exact_strip(const StripLaw& law, const StripState& state, double cost,
                                 double scrap, int k, int life);

}  // namespace lien::pricing
