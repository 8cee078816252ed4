#pragma once

#include <vector>

#include "engine/factors/launch_law.hpp"

namespace lien::engine {

// ln(gap / scale) of a gamma law as a function of z, the logarithm of the integrated hazard at
// hazard multiple 1: what a path evaluates, in place of Newton steps on the incomplete gamma
// function. A function between the slopes 1/k and 1, smooth on the whole line, as polynomials on
// pieces of equal width in local x on [-1, 1].
struct GapTable {
  int pieces = 0, degree = 0;        // 0: not a gamma law
  double start = 0, per_width = 0;   // z of the first piece; 1 / width of a piece
  double age_hazard = 0;             // integrated hazard at the age of the process, multiple 1
  std::vector<double> coefficients;  // [degree + 1][pieces] rising powers of x
};

// For law gamma. Covers every uniform of random_rows, U in [2^-54, 1 - 2^-54]. Error of the gap:
// 1e-11 relative.
[[nodiscard]] GapTable gap_table(const LaunchProcess& process);

}  // namespace lien::engine
