#pragma once

#include <string>

#include "pricing/plan/compile.hpp"

// Ornstein-Uhlenbeck series that belong to one driver of the market.
namespace lien::pricing {

[[nodiscard]] engine::NoiseLaw noise_law(const OwnNoise& noise);

// Index of the series in plan.factors.noises, added with the stream of `name`; kNone where the
// volatility is 0. Throws InputError at `where` if two series would draw the same numbers.
[[nodiscard]] std::uint32_t add_noise(const CompileInput& input, const OwnNoise& noise,
                                      const std::string& name, const Location& where, Plan& plan);

}  // namespace lien::pricing
