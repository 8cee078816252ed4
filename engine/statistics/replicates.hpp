#pragma once

#include <cstddef>
#include <vector>

#include "engine/statistics/moments.hpp"
#include "engine/statistics/tail.hpp"

// Statistics of paths that are not independent of each other, but come in replicates that are:
// independent scrambles of one set of points. An error comes from the spread of what the replicates
// say and never from that of paths.
namespace lien::engine {

// A level of a loss distribution from `replicates` runs of equally many losses one after the other,
// at least two.
//   VaR and ES are those of all losses together.
//   ES: by replicate, VaR + the mean of (x - VaR)^+ / (1-q), whose mean is ES but for an atom at
//   VaR; the error of VaR adds nothing in first order, for ES is the least of such sums over it.
//   VaR: the error of the share of losses at or under VaR, by replicate, gives the levels whose
//   quantiles are the ends of the interval, as binomial ranks do for independent losses.
//   Intervals (95 %) by Student's law with replicates - 1 degrees of freedom.
// Sources: Asmussen, Glynn, "Stochastic Simulation", 2007, III.4 and 5 (sectioning); Rockafellar,
// Uryasev, "Optimization of conditional value-at-risk", 2000 (ES as a least value).
class ReplicatedLosses {
 public:
  ReplicatedLosses(const std::vector<double>& losses, std::size_t replicates);

  [[nodiscard]] TailEstimate tail(double confidence) const;
  // The share of losses at or under x, with its error.
  [[nodiscard]] Estimate below(double x) const;
  // Half width of a 95 % interval in standard errors.
  [[nodiscard]] double multiple() const noexcept { return multiple_; }

 private:
  std::vector<double> sorted_;                   // all
  std::vector<std::vector<double>> replicates_;  // each sorted
  double multiple_;
};

// Sums over paths and over replicates of one part's loss x, where w weighs the path of the total's
// loss: W = sum of w x and V = sum of w over the paths of one replicate.
struct ReplicatedTailSums {
  std::size_t replicates = 0;
  double squares = 0, products = 0, weights = 0;  // over replicates: of W^2, of W V, of V^2
};
// contribution_of() with the error of the replicates. sums: near, near_total and weighted are read.
[[nodiscard]] TailContribution contribution_of(const TailSums& sums,
                                               const ReplicatedTailSums& replicated,
                                               const Tail& tail);

}  // namespace lien::engine
