#pragma once

#include "engine/factors/launch_law.hpp"

// The time between two launches of a renewal, S its survival. Times in years.
namespace lien::engine {

// What a LaunchProcess says of it; exponential is Weibull of shape 1.
struct GapLaw {
  RenewalLaw law = RenewalLaw::none;
  double shape = 1, scale_years = 1, hazard_multiple = 1;

  [[nodiscard]] bool remembers() const noexcept { return law != RenewalLaw::none && shape != 1; }
};
[[nodiscard]] GapLaw gap_law(const LaunchProcess& process);

// -ln S(v); 0 for v <= 0. Relative error 1e-15 (Weibull), 3e-13 (gamma).
[[nodiscard]] double integrated_hazard(const GapLaw& law, double years);

// f(v) / S(a), v > 0, given the integrated hazard at a: a difference of exponents, so that an age
// at which S underflows still has a law.
[[nodiscard]] double gap_density(const GapLaw& law, double years, double hazard_at_age);

// The v with integrated_hazard(v) = hazard > 0.
[[nodiscard]] double gap_years(const GapLaw& law, double hazard);

}  // namespace lien::engine
