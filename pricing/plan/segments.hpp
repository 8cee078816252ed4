#pragma once

#include <string>

#include "pricing/plan/compile.hpp"

namespace lien::pricing {

// Row of the rent of a hardware's segment in plan.segments, added if new; kNone where the hardware
// gives the segment no entry, so that it is rental_rate itself. An empty name is spot.
[[nodiscard]] std::uint32_t segment_row(const CompileInput& input, std::uint32_t hardware,
                                        const std::string& name, Plan& plan);

}  // namespace lien::pricing
