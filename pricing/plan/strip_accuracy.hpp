#pragma once

#include "pricing/plan/compile.hpp"

namespace lien::pricing {

// Largest |interpolated - exact| / exact resale value of a unit, scrap included, over all hardware
// with law income: what the nodes of the strip and the polynomials in age cost. Measured, not
// bounded, on a fixed set of states: three months of the run (its ends and its middle), the
// youngest and the oldest lot then, rent and scarcity at their 1, 50 and 99 % quantiles in every
// combination, four ages of the newest generation up to the one that one gap in a hundred outlives,
// with and without a drop on its way, and, while launches are scheduled, all of them pending. 0
// where no hardware has law income. Cost about 10 ms a hardware. plan: contracts compiled.
[[nodiscard]] double strip_interpolation_error(const CompileInput& input, const Plan& plan);

}  // namespace lien::pricing
