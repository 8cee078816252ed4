#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/random/philox.hpp"

namespace lien::engine {

// A regression on control variates, as weights of its samples: of any number y sampled beside the
// controls, sum over samples of w y is the mean of y corrected by what the controls' means missed,
//   y_bar - beta (c_bar - c),   beta by least squares of y on the controls,
// and the weights do not depend on y: sums of corrected numbers are corrected sums.
//
// Errors: `replicates` weights stand for one, w + s z_r, where z_r are directions at right angles
// to the controls and to each other, drawn at random and turned so that they sum to zero over r. In
// such a direction y shows nothing but residuals, so the replicates' spread is an error with
// replicates - 1 degrees of freedom, as of independent runs, without beta being known.
// Sources: Glasserman, "Monte Carlo Methods in Financial Engineering", 2003, 4.1.3 (weights);
// Seber, Lee, "Linear Regression Analysis", 2003, 3.3 (residuals in orthogonal directions).
struct ControlWeights {
  std::size_t samples = 0, replicates = 0;
  std::size_t used = 0;  // controls that are none of the ones before
  std::vector<double>
      weight;  // [samples][replicates]; of a replicate they sum to samples/replicates
};

// deviations: [samples][controls], of the sampled controls from their means; the first `most` of
// them that the ones before do not know are used. samples > most + replicates, replicates >= 2.
// The same bits on every machine.
[[nodiscard]] ControlWeights control_weights(std::span<const double> deviations,
                                             std::size_t samples, std::size_t most,
                                             std::size_t replicates, PhiloxKey key);

// The same where the samples are the replicates themselves: independent, and too few to tell what
// is left of a number from what a regression took with it. Each is corrected by coefficients of the
// others alone,
//   z_r = y_r - beta_(-r) c_r,   beta_(-r) by least squares of y_s on the controls over s != r,
// so that no coefficient knows what it corrects: z_r is unbiased, and so is the error that its
// spread tells but for what the coefficients share. weight[s replicates + r] is what z_r takes of
// y_s: 1 of its own.
// deviations: [replicates][controls]; replicates > controls + 2. used: as above, the least of all
// r. Source: splitting of Nelson, "Control variate remedies", Operations Research 38 (1990),
// 974-992, into groups of one.
[[nodiscard]] ControlWeights replicate_weights(std::span<const double> deviations,
                                               std::size_t replicates);

}  // namespace lien::engine
