#pragma once

#include <array>
#include <cstdint>

#include "engine/factors/noise.hpp"
#include "pricing/plan/compile.hpp"

// The systematic credit factor as the engine's: a noise of unit stationary variance that is
// correlated with scarcity, frontier and short rate. Source: docs/model.md, "Exact monthly
// transitions".
namespace lien::pricing {

// The market's law of it; there must be [credit].
[[nodiscard]] engine::NoiseLaw credit_law(const Market& market);
[[nodiscard]] engine::NoiseCorrelation credit_correlation(const Market& market);

// Its index in plan.factors.noises, to which it is added.
[[nodiscard]] std::uint32_t add_credit(const CompileInput& input, Plan& plan);

}  // namespace lien::pricing
