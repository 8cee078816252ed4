#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <vector>

#include "engine/factors/launch_law.hpp"
#include "engine/factors/renewal_equation.hpp"

// Ramps by which a drop arrives, and what they do to the launch transform.
namespace lien::engine {
namespace {

LaunchProcess poisson() {
  LaunchProcess process;
  process.law = RenewalLaw::exponential;
  process.scale_years = 1.25;
  process.drop_mean = 0.26;
  process.drop_stdev = 0.10;
  return process;
}
LaunchProcess linear(LaunchProcess process, double years) {
  process.ramp = RampShape::linear;
  process.ramp_years = years;
  return process;
}
LaunchProcess bass(LaunchProcess process, double p, double q) {
  process.ramp = RampShape::bass;
  process.innovation = p;
  process.imitation = q;
  return process;
}

TEST(LaunchRamp, ArrivesAsItsLawSays) {
  const LaunchProcess line = linear(poisson(), 0.8), adoption = bass(poisson(), 0.4, 3.0);
  for (const double s : {0.0, 0.1, 0.8, 2.0}) {
    EXPECT_NEAR(ramp_arrived(line, s), std::min(s / 0.8, 1.0), 1e-15);
    const double e = std::exp(-3.4 * s);
    EXPECT_NEAR(ramp_arrived(adoption, s), (1 - e) / (1 + 7.5 * e), 1e-15);
    for (const auto& process : {line, adoption, poisson()})
      EXPECT_NEAR(ramp_arrived(process, s) + ramp_remaining(process, s), 1, 1e-15);
  }
  // The law behind the formula: F' = (p + q F)(1 - F).
  const double s = 0.7, h = 1e-5, f = ramp_arrived(adoption, s);
  EXPECT_NEAR((ramp_arrived(adoption, s + h) - ramp_arrived(adoption, s - h)) / (2 * h),
              (0.4 + 3.0 * f) * (1 - f), 1e-8);
}

TEST(LaunchRamp, OfBassWithoutImitationIsExponential) {
  LaunchProcess exponential = poisson();
  exponential.ramp_years = 0.5;
  const LaunchProcess alike = bass(poisson(), 2.0, 0.0);
  const auto expected = launch_transform(exponential, 1.3, 0, 96),
             got = launch_transform(alike, 1.3, 0, 96);
  for (std::size_t m = 0; m < 96; ++m) EXPECT_NEAR(got[m], expected[m], 1e-14);
}

// l_q = lambda int_0^h (g_q - 1), by adaptive Gauss-Kronrod on the definition of the ramp.
TEST(LaunchTransform, OfPoissonLaunchesHasAClosedFormForEveryRamp) {
  for (const auto& process :
       {linear(poisson(), 0.5), linear(poisson(), 0.37), linear(poisson(), 30.0),
        linear(poisson(), 0.01), bass(poisson(), 0.03, 0.38), bass(poisson(), 0.02, 8.0),
        bass(poisson(), 1.0, 400.0)})
    for (const double q : {0.5, 1.0, 2.0}) {
      const auto got = launch_transform(process, q, 0, 96);
      for (const int month : {1, 5, 6, 7, 36, 96}) {
        const auto g = [&](double s) {
          const double f = process.ramp == RampShape::linear ? std::min(s / process.ramp_years, 1.0)
                                                             : ramp_arrived(process, s);
          return std::exp(-q * f * 0.26 + q * q * f * f * 0.01 / 2) - 1;
        };
        const double h = month / 12.0;
        const double kink =
            process.ramp == RampShape::linear ? std::min(process.ramp_years, h) : h / 3;
        using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;
        const double integral =
            Rule::integrate(g, 0.0, kink, 15, 1e-14) + Rule::integrate(g, kink, h, 15, 1e-14);
        EXPECT_NEAR(got[static_cast<std::size_t>(month) - 1], integral / 1.25, 1e-13)
            << q << ' ' << month << ' ' << process.ramp_years << ' ' << process.imitation;
      }
    }
}

// A Weibull law of shape 1 is solved by the renewal equation and has the closed form: what a kink
// of the ramp inside a month costs.
TEST(LaunchTransform, OfLinearRampsFollowsTheirKink) {
  for (const double years : {0.5, 2.0, 0.37, 0.04, 1.0 / 12 + 1e-3, 20.0}) {
    const LaunchProcess process = linear(poisson(), years);
    LaunchProcess renewal = process;
    renewal.law = RenewalLaw::weibull;
    const bool whole = std::abs(12 * years - std::round(12 * years)) < 1e-9 || years > 8;
    const auto expected = launch_transform(process, 1, 0, 96);
    for (const auto& got : launch_transforms(renewal, 1, {0, 0.3, 2}, 96))
      for (std::size_t m = 0; m < 96; ++m)
        EXPECT_NEAR(got[m], expected[m], whole ? 1e-12 : 1e-7) << years << " month " << m + 1;
  }
}

TEST(LaunchTransform, OfBassRampsSolvesTheRenewalEquation) {
  for (const auto& process : {bass(poisson(), 0.03, 0.38), bass(poisson(), 0.3, 5.0)}) {
    LaunchProcess renewal = process;
    renewal.law = RenewalLaw::weibull;
    const auto expected = launch_transform(process, 1, 0, 96);
    for (const auto& got : launch_transforms(renewal, 1, {0, 0.3, 2}, 96))
      for (std::size_t m = 0; m < 96; ++m) EXPECT_NEAR(got[m], expected[m], 1e-12);
  }
}

}  // namespace
}  // namespace lien::engine
