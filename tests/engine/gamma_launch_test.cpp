#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <vector>

#include "engine/elementary/gamma_law.hpp"
#include "engine/factors/age_polynomial.hpp"
#include "engine/factors/gap_law.hpp"
#include "engine/factors/gap_table.hpp"
#include "engine/factors/gauss_legendre.hpp"
#include "engine/kernels/factor_rows.hpp"
#include "tests/engine/factor_blocks.hpp"

// Gamma launches against Boost.Math in long double, and against a chain of exponential phases.
namespace lien::engine {
namespace {

using Exact = long double;

LaunchProcess gamma_process(double shape, double mean_years, double age = 0, double multiple = 1) {
  LaunchProcess process;
  process.law = RenewalLaw::gamma;
  process.shape = shape;
  process.scale_years = mean_years / shape;
  process.age_years = age;
  process.hazard_multiple = multiple;
  process.drop_mean = 0.26;
  process.drop_stdev = 0.10;
  process.ramp_years = 0.5;
  return process;
}

TEST(GammaTail, IsBoosts) {
  for (const double shape : {0.5, 0.8, 1.0, 2.0, 3.7, 4.0, 17.3, 50.0})
    for (const double x : {1e-9, 1e-3, 0.1, 0.7, 1.5, 2.9, 4.9, 5.1, 18.0, 30.0, 49.0, 51.0, 52.0,
                           80.0, 200.0, 600.0}) {
      const GammaTail tail = gamma_tail(shape, x);
      const Exact k = shape, q = boost::math::gamma_q(k, Exact(x)),
                  p = boost::math::gamma_p(k, Exact(x));
      const Exact survival = p < 0.5L ? std::log1p(-p) : std::log(q);
      if (static_cast<double>(survival) == 0) continue;  // P underflows
      EXPECT_NEAR(tail.log_survival / static_cast<double>(survival), 1, 3e-13) << shape << ' ' << x;
      const Exact density = (k - 1) * std::log(Exact(x)) - x - boost::math::lgamma(k);
      EXPECT_NEAR(tail.log_density, static_cast<double>(density), 3e-13) << shape << ' ' << x;
    }
}

TEST(GammaQuantile, InvertsBoosts) {
  for (const double shape : {0.5, 1.0, 4.0, 17.3, 50.0})
    for (const double hazard : {1e-16, 1e-7, 0.01, 0.3, 0.7, 2.0, 10.0, 38.0, 400.0}) {
      const Exact exact = hazard < 0.7
                              ? boost::math::gamma_p_inv(Exact(shape), -std::expm1(-Exact(hazard)))
                              : boost::math::gamma_q_inv(Exact(shape), std::exp(-Exact(hazard)));
      EXPECT_NEAR(gamma_quantile(shape, hazard) / static_cast<double>(exact), 1, 3e-13)
          << shape << ' ' << hazard;
    }
}

// The gap that the path loop draws: S(a + gap) = U^(1/multiple) S(a).
TEST(RenewalTimes, OfTheGammaLawAreBoostsQuantiles) {
  for (const double shape : {0.5, 1.0, 2.5, 4.0, 50.0})
    for (const double multiple : {0.01, 1.0, 1.25, 40.0})
      for (const double age : {0.0, 0.6, 3.0}) {
        LaunchLinePlan line;
        line.process = gamma_process(shape, 1.25, age, multiple);
        line.gaps = gap_table(line.process);
        AlignedDoubles uniform(8), clock(8), time(8);
        const double u[8] = {0x1p-53, 1e-9, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6, 1 - 0x1p-53};
        std::copy_n(u, 8, uniform.get());
        std::fill_n(clock.get(), 8, 0.0);
        renewal_times(line, true, uniform.get(), clock.get(), time.get(), 8);
        const Exact k = shape, s = line.process.scale_years;
        const Exact at_age = age > 0 ? boost::math::gamma_q(k, Exact(age) / s) : 1;
        for (std::size_t i = 0; i < 8; ++i) {
          const Exact survival = std::exp(std::log(Exact(u[i])) / Exact(multiple)) * at_age;
          if (survival < 1e-4000L) continue;
          const Exact died = age > 0 ? 1 - survival : -std::expm1(std::log(Exact(u[i])) / multiple);
          const Exact x = survival < 0.5L ? boost::math::gamma_q_inv(k, survival)
                                          : boost::math::gamma_p_inv(k, died);
          const double gap = static_cast<double>(s * x - age);
          EXPECT_NEAR(time.get()[i], gap, 1e-11 * static_cast<double>(s * x) + 1e-300)
              << shape << ' ' << multiple << ' ' << age << ' ' << u[i];
        }
      }
}

// Case O15, shape 4, mean 1.25: mean and standard deviation of T_3, a sum of three gaps, from the
// survival; E T = int S, E T^2 = 2 int t S.
TEST(GapLaw, HasTheMomentsOfCaseO15) {
  const GapLaw law = gap_law(gamma_process(4, 1.25));
  const GaussLegendre rule = gauss_legendre(20);
  double mean = 0, square = 0;
  for (int panel = 0; panel < 60; ++panel)
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const double t = 0.25 * (panel + rule.nodes[i]), s = std::exp(-integrated_hazard(law, t));
      mean += 0.25 * rule.weights[i] * s;
      square += 0.25 * rule.weights[i] * 2 * t * s;
    }
  EXPECT_NEAR(3 * mean, 3.75, 1e-12);
  EXPECT_NEAR(std::sqrt(3 * (square - mean * mean)), 1.08253175473, 1e-11);
}

// Case O15: with a step and drops of exactly q, E[e^{-qN}] generates the counts. Counts above 8
// have probability 1.4e-5 and weigh at most e^-18.
TEST(LaunchTransform, OfTheGammaLawGeneratesTheCountsOfCaseO15) {
  const double probability[] = {9.31416129426e-05, 0.00990663934016, 0.116992889113,
                                0.339752221321,    0.345503636949,   0.151065813846,
                                0.0325805957626,   0.00382886225514, 0.000264476105908};
  LaunchProcess process = gamma_process(4, 1.25);
  process.drop_mean = 1;
  process.drop_stdev = process.ramp_years = 0;
  for (const double q : {2.0, 3.0}) {
    double expected = 0;
    for (int n = 0; n <= 8; ++n) expected += probability[n] * std::exp(-q * n);
    EXPECT_NEAR(std::exp(launch_transform(process, q, 0, 60)[59]), expected, 2e-12);
  }
  // E N as the slope at 0, by central differences of three widths, extrapolated twice.
  const auto slope = [&](double q) {
    return (std::exp(launch_transform(process, -q, 0, 60)[59]) -
            std::exp(launch_transform(process, q, 0, 60)[59])) /
           (2 * q);
  };
  const double a = slope(0.04), b = slope(0.02), c = slope(0.01);
  const double ab = b + (b - a) / 3, bc = c + (c - b) / 3;
  EXPECT_NEAR(bc + (bc - ab) / 15, 3.62499996496, 1e-8);
}

TEST(LaunchTransform, OfTheGammaLawReproducesCaseO16) {
  const LaunchProcess process = gamma_process(4, 1.25);
  const auto one = launch_transform(process, 1, 0, 60);
  EXPECT_NEAR(std::exp(one[11]), 0.95912208885, 1e-11);
  EXPECT_NEAR(std::exp(one[35]), 0.669711392689, 1e-12);
  EXPECT_NEAR(std::exp(one[59]), 0.4513314479, 1e-10);
  EXPECT_NEAR(std::exp(launch_transform(process, 2, 0, 36)[35]), 0.467467182336, 1e-12);
}

// A gamma gap of whole shape k is k exponential phases of rate 1/s, and its age says how many have
// passed: i of them with weight (a/s)^i / i!. E[e^{-qX_h}] solves p' = p Q(t), the last phase's way
// out weighted by g(h - t): no density, no renewal equation. Runge-Kutta, fourth order.
double phase_transform(const LaunchProcess& process, double q, double age, double h) {
  const auto k = static_cast<std::size_t>(process.shape);
  const double rate = 1 / process.scale_years;
  std::vector<double> p(k);
  double weight = 1, sum = 0;
  for (std::size_t i = 0; i < k; ++i) {
    p[i] = weight;
    sum += weight;
    weight *= age * rate / static_cast<double>(i + 1);
  }
  for (double& x : p) x /= sum;
  const auto slope = [&](const std::vector<double>& at, double t) {
    std::vector<double> d(k);
    for (std::size_t i = 0; i < k; ++i) d[i] = -rate * at[i];
    for (std::size_t i = 1; i < k; ++i) d[i] += rate * at[i - 1];
    d[0] += rate * at[k - 1] * launch_effect(process, q, h - t);
    return d;
  };
  const auto plus = [&](const std::vector<double>& a, const std::vector<double>& d, double dt) {
    std::vector<double> out(k);
    for (std::size_t i = 0; i < k; ++i) out[i] = a[i] + dt * d[i];
    return out;
  };
  const int steps = 4000;
  const double dt = h / steps;
  for (int n = 0; n < steps; ++n) {
    const double t = n * dt;
    const auto a = slope(p, t), b = slope(plus(p, a, dt / 2), t + dt / 2),
               c = slope(plus(p, b, dt / 2), t + dt / 2), d = slope(plus(p, c, dt), t + dt);
    for (std::size_t i = 0; i < k; ++i) p[i] += dt / 6 * (a[i] + 2 * b[i] + 2 * c[i] + d[i]);
  }
  double total = 0;
  for (const double x : p) total += x;
  return total;
}

TEST(LaunchTransform, OfTheGammaLawIsThatOfItsPhasesAtEveryAge) {
  for (const double shape : {2.0, 3.0, 7.0}) {
    const LaunchProcess process = gamma_process(shape, 1.6);
    for (const double age : {0.0, 0.5, 2.0, 6.0}) {
      const auto got = launch_transform(process, 1.5, age, 72);
      for (const int month : {1, 7, 24, 72})
        EXPECT_NEAR(got[static_cast<std::size_t>(month) - 1],
                    std::log(phase_transform(process, 1.5, age, month / 12.0)), 2e-11)
            << shape << ' ' << age << ' ' << month;
    }
  }
}

// S^multiple of shape 1 is exponential of mean scale / multiple, at every age.
TEST(LaunchTransform, OfAGammaLawOfShapeOneIsTheExponentialLaw) {
  LaunchProcess poisson = gamma_process(1, 1.25 / 1.4);
  poisson.law = RenewalLaw::exponential;
  const auto expected = launch_transform(poisson, 2, 0, 96);
  for (const auto& got :
       launch_transforms(gamma_process(1, 1.25, 0, 1.4), 2, {0, 0.001, 0.3, 2, 40}, 96))
    for (std::size_t m = 0; m < 96; ++m) EXPECT_NEAR(got[m], expected[m], 1e-12);
}

TEST(AgePolynomials, FollowTheGammaLaw) {
  const std::vector<int> horizons = {1, 2, 3, 5, 8, 12, 18, 25, 34, 44, 56, 70, 83, 96};
  for (const double shape : {1.3, 4.0, 9.0}) {
    const LaunchProcess process = gamma_process(shape, 1.25, 0, 1.25);
    const AgePolynomials got = age_polynomials(process, 1, horizons);
    EXPECT_LE(got.max_error, 2e-6) << shape;
    EXPECT_LE(got.degree, 24) << shape;
    EXPECT_NEAR(integrated_hazard(gap_law(process), got.age_max), std::log(1e7), 1e-9);
    for (const double share : {0.003, 0.2, 0.83}) {  // off the fit's ages
      const double age = share * got.age_max, x = scaled_age(got, age);
      const auto exact = launch_transform(process, 1, age, 96);
      for (std::size_t h = 0; h < horizons.size(); ++h) {
        const double* const row = &got.first[h * static_cast<std::size_t>(got.degree + 1)];
        EXPECT_NEAR(polynomial_value(row, got.degree, x),
                    exact[static_cast<std::size_t>(horizons[h]) - 1], 2.2e-6);
      }
    }
  }
}

}  // namespace
}  // namespace lien::engine
