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

// Horizons, in months, at which the strip's functions of the horizon are evaluated; between them
// they are interpolated by one polynomial a segment, in the root of the months since before its
// start. Where a function bends, at the date of an announced launch for one, a segment starts.
struct StripNodes {
  std::vector<int> months;       // rising, distinct; the first and the last of each segment
  std::vector<int> first_month;  // of each segment; front() 1
  std::vector<int> first_node;   // of each segment, into months
  [[nodiscard]] bool operator==(const StripNodes&) const = default;
};

// Horizons at which the functions bend, months, in any order.
struct StripBends {
  std::vector<double> at;  // on every path
  int within = 0;          // up to this month a path may bend anywhere: every month is a node
};

// Nodes for remaining lives of 1 .. longest_life months: near Chebyshev points of the variable, as
// many as keep the error under 1e-4 with a margin (docs/model.md, "Resale value"), and `more` of
// them in each segment.
[[nodiscard]] StripNodes strip_nodes(int longest_life_months, const StripBends& bends,
                                     int more = 0);

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

// W_j by months of life left, for every lot of one hardware: with a constant operator rate the
// months of the run that share their nodes share a table, with the risk-free curve each has its
// own.
class StripWeights {
 public:
  // nodes: [steps of the run]
  StripWeights(const StripLaw& law, const std::vector<StripNodes>& nodes, int longest_life,
               int steps_per_year = 12);
  // [nodes of step k], 0 <= life <= the smaller of longest_life and the last node of step k.
  [[nodiscard]] std::span<const double> at(int k, int life) const {
    const Table& table = tables_[table_of_[static_cast<std::size_t>(k)]];
    return std::span(table.weights)
        .subspan(static_cast<std::size_t>(life) * table.nodes, table.nodes);
  }

 private:
  struct Table {
    std::size_t nodes = 0;
    std::vector<double> weights;  // [life + 1][nodes]
  };
  std::vector<Table> tables_;
  std::vector<std::size_t> table_of_;  // [steps of the run]
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
