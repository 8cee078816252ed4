#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "pricing/plan/compile.hpp"

// What the launches to come do to a rent, as the path loop reads it.
namespace lien::pricing {

// The transform of one line under one loading on these drifts: polynomials in age at `months`,
// tables at the horizons of each step (empty: none is read). Throws InputError where the tables of
// scheduled launches would take too much memory.
[[nodiscard]] LaunchTransformPlan launch_transform_plan(
    const CompileInput& input, std::size_t line, double loading, MeasureBasis drifts,
    const std::vector<int>& months, const std::vector<std::vector<int>>& horizons,
    const Plan& plan);

// Least and largest l_2 - 2 l_1, what it adds to a log variance, at every node month of the plan,
// over the ages and the pending launches that paths can have. plan: nodes indexed.
[[nodiscard]] std::vector<std::pair<double, double>> launch_variances(
    const LaunchTransformPlan& transform, const Plan& plan);

}  // namespace lien::pricing
