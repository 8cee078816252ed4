// Over 400 lines on purpose: one line of launches, from its law to the polynomials of its
// transform.
#include "engine/factors/launch_law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/age_polynomial.hpp"
#include "engine/factors/joint_step.hpp"
#include "engine/factors/renewal_equation.hpp"
#include "engine/factors/scheduled_launches.hpp"

namespace lien::engine {
namespace {

// The example market's line: Weibull 2.1, mean 1.25 years, drop N(0.229, 0.09^2), ramp 0.5 years.
LaunchProcess example_line() {
  LaunchProcess process;
  process.law = RenewalLaw::weibull;
  process.shape = 2.1;
  process.scale_years = weibull_scale(2.1, 1.25);
  process.drop_mean = 0.229;
  process.drop_stdev = 0.09;
  process.ramp_years = 0.5;
  return process;
}

LaunchProcess poisson_line(double mean_years) {
  LaunchProcess process = example_line();
  process.law = RenewalLaw::exponential;
  process.shape = 1;
  process.scale_years = mean_years;
  return process;
}

TEST(WeibullScale, ReproducesCaseO15) {
  EXPECT_NEAR(weibull_scale(3, 1.25), 1.3998081521527321, 1e-15 * 8);
}

TEST(LaunchTransform, ReproducesCaseO13) {
  LaunchProcess process = poisson_line(1.25);
  process.drop_mean = 0.26;
  process.drop_stdev = 0.10;
  const std::vector<double> one = launch_transform(process, 1, 0, 60);
  EXPECT_NEAR(std::exp(one[11]), 0.8984153798389506, 1e-14);
  EXPECT_NEAR(std::exp(one[23]), 0.7572820510881916, 1e-14);
  EXPECT_NEAR(std::exp(one[35]), 0.6332707476465207, 1e-14);
  EXPECT_NEAR(std::exp(one[59]), 0.4418423073989841, 1e-14);
  EXPECT_NEAR(std::exp(launch_transform(process, 2, 0, 36)[35]), 0.44522699658330367, 1e-14);
}

// Case O15, Weibull(k = 3, mean 1.25) arrival counts by year 5: with a step ramp and drops of
// exactly 1, E[e^{-N}] is the generating function of the counts. Counts above 8 have probability
// 3.0e-7 and weigh at most e^-9.
TEST(LaunchTransform, IsTheGeneratingFunctionOfTheCountsOfCaseO15) {
  const double count_probability[] = {0.0,
                                      5.925777320636705e-05,
                                      0.059003082269196705,
                                      0.43548516869785214,
                                      0.39648044120412584,
                                      0.09849774345283498,
                                      0.009947085523842925,
                                      0.0005115340406172479,
                                      1.5386358506455925e-05};
  double expected = 0;
  for (int n = 0; n <= 8; ++n) expected += count_probability[n] * std::exp(-n);
  LaunchProcess process;
  process.law = RenewalLaw::weibull;
  process.shape = 3;
  process.scale_years = weibull_scale(3, 1.25);
  process.drop_mean = 1;
  EXPECT_NEAR(std::exp(launch_transform(process, 1, 0, 60)[59]), expected, 4e-11);
}

// Product trapezoid for the renewal equation in long double, linear in the transform and exact in
// the Weibull mass of each cell, 1536, 3072 and 6144 steps over 8 years, extrapolated twice; its
// levels agree to 1e-13. Another method than the collocation under test.
TEST(LaunchTransform, MatchesAnIndependentSolutionOfTheRenewalEquation) {
  struct Reference {
    double q, age;
    int month;
    double log_transform;
  };
  const Reference references[] = {{1, 0, 12, -0.03960560295589},   {1, 0, 36, -0.35469401508379},
                                  {1, 0, 96, -1.22931443758306},   {1, 0.6, 12, -0.09264301331173},
                                  {1, 0.6, 36, -0.43367101538662}, {1, 0.6, 96, -1.30882466244752},
                                  {2, 0, 12, -0.07468942013495},   {2, 0, 36, -0.67601645601681},
                                  {2, 0, 96, -2.35035462169649},   {2, 0.6, 12, -0.17602413017577},
                                  {2, 0.6, 36, -0.82941930839975}, {2, 0.6, 96, -2.50488819499680}};
  for (const Reference& r : references) {
    const auto got = launch_transform(example_line(), r.q, r.age, 96);
    EXPECT_NEAR(got[static_cast<std::size_t>(r.month) - 1], r.log_transform, 1e-12)
        << "q " << r.q << ", age " << r.age << ", month " << r.month;
  }
}

// A Weibull law of shape 1 has no memory: the renewal equation must give the closed form.
TEST(LaunchTransform, OfShapeOneIsTheExponentialLawAtEveryAge) {
  for (const double ramp : {0.0, 0.02, 0.5}) {
    LaunchProcess poisson = poisson_line(1.25), weibull = poisson;
    poisson.ramp_years = weibull.ramp_years = ramp;
    weibull.law = RenewalLaw::weibull;
    const auto expected = launch_transform(poisson, 2, 0, 96);
    for (const auto& got : launch_transforms(weibull, 2, {0, 0.001, 0.3, 2, 40}, 96)) {
      for (std::size_t m = 0; m < 96; ++m) EXPECT_NEAR(got[m], expected[m], 2e-14);
    }
  }
}

// docs/model.md, "Resale value": the strip of an H100 at 2.35, convention A, to the figures printed
// there for Weibull launches at three ages and for Poisson launches at 0.8 a year.
double example_strip(const LaunchProcess& process, double age) {
  FactorLaw law;
  law.scarcity_mean_reversion = 0.9;
  law.scarcity_volatility = 0.40;
  law.frontier_volatility = 0.18;
  law.scarcity_frontier = 0.30;
  const auto one = launch_transform(process, 1, age, 96),
             two = launch_transform(process, 2, age, 96);
  double strip = 0;
  for (int m = 1; m <= 96; ++m) {
    const double h = m / 12.0, l1 = one[static_cast<std::size_t>(m) - 1],
                 l2 = two[static_cast<std::size_t>(m) - 1];
    const double v = log_price_variance(law, 1, 1, h);
    const double cost = 0.36 * std::exp(0.025 * h);
    const double k = std::log(0.80 * 2.35 / cost) - 0.03 * h - 0.02 * h + v / 2 + l1;
    strip += std::exp(-0.14 * h) * 730 * cost * black_call(k, v + l2 - 2 * l1);
  }
  return 0.92 * strip + 300;
}

TEST(LaunchTransform, GivesTheResaleValuesOfTheModelDescription) {
  EXPECT_NEAR(example_strip(example_line(), 0), 34690, 0.5);
  EXPECT_NEAR(example_strip(example_line(), 0.6), 31923.5, 0.05);
  EXPECT_NEAR(example_strip(example_line(), 1.25), 30263, 0.5);
  EXPECT_NEAR(example_strip(poisson_line(1.25), 0), 32911.9, 0.05);
}

TEST(LaunchTransform, OfNoLawIsZero) {
  LaunchProcess none = example_line();
  none.law = RenewalLaw::none;
  for (const double l : launch_transform(none, 1, 0.6, 24)) EXPECT_EQ(l, 0);
  EXPECT_TRUE(launch_transform(example_line(), 1, 0.6, 0).empty());
}

TEST(OrdinaryTransform, JoinsTheMonthlyValuesAtAgeZero) {
  const RenewalTransform renewal = solve_renewal(example_line(), 1, 96);
  const auto monthly = launch_transform(example_line(), 1, 0, 96);
  EXPECT_NEAR(ordinary_transform(renewal, 0), 1, 1e-14);
  for (int m = 1; m <= 96; ++m) {
    EXPECT_NEAR(std::log(ordinary_transform(renewal, m / 12.0)),
                monthly[static_cast<std::size_t>(m) - 1], 1e-13);
  }
}

// Poisson launches of a step ramp: e^{rate x (g - 1)} a year, so every integral is elementary.
// One launch at d + Exp(s): P(T > h) + g int_d^h e^{-(v-d)/s}/s e^{c (h-v)} dv, c = rate (g - 1).
TEST(ScheduledTransform, OfOneLaunchHasAClosedFormForPoissonSteps) {
  LaunchProcess process = poisson_line(1.25);
  process.ramp_years = 0;
  const double g = std::exp(-0.229 + 0.09 * 0.09 / 2), c = (g - 1) / 1.25;
  const double date = 0.9, now = 0.15, d = date - now;
  for (const double s : {0.01, 0.25, 2.0}) {
    process.scheduled = {{.years = date, .slip_years = s}};
    const auto got = scheduled_transform(process, 1, now, 1, 96);
    for (int m = 1; m <= 96; ++m) {
      const double w = std::max(m / 12.0 - d, 0.0);
      const double expected =
          std::exp(-w / s) + g * (std::exp(c * w) - std::exp(-w / s)) / (1 + c * s);
      EXPECT_NEAR(std::exp(got[static_cast<std::size_t>(m) - 1]), expected, 1e-10)
          << "slip " << s << ", month " << m;
    }
  }
  process.scheduled = {{.years = date, .slip_years = 0}};
  const auto on_date = scheduled_transform(process, 1, now, 1, 96);
  EXPECT_NEAR(on_date[7], 0, 1e-15);  // month 8 < 0.75 years
  EXPECT_NEAR(on_date[8], std::log(g), 1e-13);
  EXPECT_NEAR(on_date[95], std::log(g) + c * (8 - d), 1e-13);
}

// Two launches with slips s1, s2 and dates passed, no renewal: E = prod (1 - (1 - g) P(T_i <= h)).
// With Poisson launches after the latest, whose density is the sum over subsets of exponentials
// f(v) = e^{-v/s1}/s1 + e^{-v/s2}/s2 - (1/s1 + 1/s2) e^{-v (1/s1 + 1/s2)}, still elementary.
TEST(ScheduledTransform, OfTwoLaunchesHasAClosedFormForPoissonSteps) {
  LaunchProcess process = poisson_line(1.25);
  process.ramp_years = 0;
  const double g = std::exp(-0.229 + 0.09 * 0.09 / 2), c = (g - 1) / 1.25;
  const double s1 = 0.25, s2 = 0.7;
  process.scheduled = {{-0.3, s1}, {5.0, 1.0}, {0.2, s2}};  // bit 1 has come
  const auto got = scheduled_transform(process, 1, 0.5, 0b101, 96);
  LaunchProcess no_renewal = process;
  no_renewal.law = RenewalLaw::none;
  const auto alone = scheduled_transform(no_renewal, 1, 0.5, 0b101, 96);
  for (int m = 1; m <= 96; ++m) {
    const double h = m / 12.0;
    const double p1 = -std::expm1(-h / s1), p2 = -std::expm1(-h / s2);
    EXPECT_NEAR(std::exp(alone[static_cast<std::size_t>(m) - 1]),
                (1 - (1 - g) * p1) * (1 - (1 - g) * p2), 1e-12);
    const auto after = [&](double rate) {  // int_0^h rate e^{-rate v} e^{c (h - v)} dv
      return rate * (std::exp(c * h) - std::exp(-rate * h)) / (c + rate);
    };
    const double all = after(1 / s1) + after(1 / s2) - after(1 / s1 + 1 / s2);
    const double expected = (1 - p1) * (1 - p2) + g * (p1 * (1 - p2) + p2 * (1 - p1)) + g * g * all;
    EXPECT_NEAR(std::exp(got[static_cast<std::size_t>(m) - 1]), expected, 1e-10) << "month " << m;
  }
}

// A linear ramp has a kink at its end: without renewals the integral over the arrival, by Simpson's
// rule on either side of it.
TEST(ScheduledTransform, OfALinearRampFollowsItsKink) {
  LaunchProcess process = example_line();
  process.law = RenewalLaw::none;
  process.ramp = RampShape::linear;
  const double s = 0.25;
  process.scheduled = {{.years = 0.4, .slip_years = s}};
  const auto got = scheduled_transform(process, 1, 0.1, 1, 96);
  for (const int m : {5, 9, 12, 30, 96}) {
    const double w = m / 12.0 - 0.3, kink = std::max(w - 0.5, 0.0);
    const auto integral = [&](double from, double to) {
      constexpr int kSteps = 4000;
      double sum = 0;
      for (int i = 0; i <= kSteps; ++i) {
        const double v = from + (to - from) * i / kSteps, f = std::min((w - v) / 0.5, 1.0);
        sum += (i == 0 || i == kSteps ? 1
                : i % 2 == 1          ? 4
                                      : 2) *
               std::exp(-v / s) / s * std::exp(-0.229 * f + 0.09 * 0.09 * f * f / 2);
      }
      return sum * (to - from) / kSteps / 3;
    };
    EXPECT_NEAR(std::exp(got[static_cast<std::size_t>(m) - 1]),
                std::exp(-w / s) + integral(0, kink) + integral(kink, w), 1e-10)
        << m;
  }
}

struct Estimate {
  double mean = 0, error = 0;
};

// E[e^{-X}] by simulation of dates and drops, as the model description states them.
Estimate simulate_scheduled(const LaunchProcess& process, double now, unsigned pending, double h) {
  std::mt19937_64 random(20260801);
  std::exponential_distribution<double> exponential;
  std::normal_distribution<double> normal;
  constexpr int paths = 400000;
  double sum = 0, square = 0;
  for (int p = 0; p < paths; ++p) {
    double effect = 0, latest = 0;
    const auto launch = [&](double t) {
      const double drop = process.drop_mean + process.drop_stdev * normal(random);
      if (t <= h) effect += drop * (1 - std::exp(-(h - t) / process.ramp_years));
    };
    for (std::size_t i = 0; i < process.scheduled.size(); ++i) {
      if ((pending >> i & 1u) == 0) continue;
      const auto [years, slip] = process.scheduled[i];
      const double t = std::max(years - now, 0.0) + slip * exponential(random);
      launch(t);
      latest = std::max(latest, t);
    }
    while (latest <= h) {
      latest += process.scale_years * std::pow(exponential(random), 1 / process.shape);
      if (latest <= h) launch(latest);
    }
    sum += std::exp(-effect);
    square += std::exp(-2 * effect);
  }
  const double mean = sum / paths;
  return {mean, std::sqrt((square / paths - mean * mean) / paths)};
}

// Band: four standard errors, 1e-3 at most. Power: a renewal that starts at the first scheduled
// launch instead of the latest moves the last line by 0.03.
TEST(ScheduledTransform, AgreesWithSimulation) {
  LaunchProcess process = example_line();
  process.scheduled = {{0.3, 0.25}, {0.7, 0.1}, {0.5, 0}};
  for (const unsigned pending : {0b001u, 0b100u, 0b011u, 0b101u, 0b110u, 0b111u}) {
    for (const int month : {6, 36}) {
      const Estimate simulated = simulate_scheduled(process, 0.1, pending, month / 12.0);
      const auto got = scheduled_transform(process, 1, 0.1, pending, month);
      EXPECT_NEAR(std::exp(got.back()), simulated.mean, 4 * simulated.error)
          << "pending " << pending << ", month " << month;
    }
  }
}

// The closed form above at several times; a date that has passed is due now, whenever it passed.
TEST(ScheduledTransform, OfManyTimesWaitsForTheDateOnly) {
  LaunchProcess process = poisson_line(1.25);
  process.ramp_years = 0;
  const double date = 0.9, s = 0.25;
  process.scheduled = {{.years = date, .slip_years = s}};
  const double g = std::exp(-0.229 + 0.09 * 0.09 / 2), c = (g - 1) / 1.25;
  const std::vector<int> horizons = {1, 10, 40, 96};
  const ScheduledTransforms transforms(process, 1, 96);
  for (const double time : {0.0, 0.5, 0.9, 1.5, 3.0}) {
    const auto got = transforms.rows(time, 1, 0, horizons);
    for (std::size_t j = 0; j < horizons.size(); ++j) {
      const double w = std::max(horizons[j] / 12.0 - std::max(date - time, 0.0), 0.0);
      const double expected =
          std::exp(-w / s) + g * (std::exp(c * w) - std::exp(-w / s)) / (1 + c * s);
      EXPECT_NEAR(std::exp(got[j]), expected, 1e-10) << time << ' ' << horizons[j];
    }
  }
}

// Twelve launches, some on their dates, some slipping, some past their dates: twelve without a
// renewal are a product, with one they agree with simulation; a row of all sets is the row of one.
TEST(ScheduledTransform, OfTwelveLaunches) {
  LaunchProcess process = example_line();
  for (int i = 0; i < 12; ++i)
    process.scheduled.push_back({0.15 * (i + 1), i % 3 == 0 ? 0.0 : 0.05 * i});
  const double now = 0.7;  // four dates have passed, one of them without slip
  const unsigned late = 0b0110, ahead = 0b111111110000;
  for (const int month : {3, 18, 48}) {
    const Estimate simulated = simulate_scheduled(process, now, late | ahead, month / 12.0);
    const auto got = scheduled_transform(process, 1, now, late | ahead, month);
    EXPECT_NEAR(std::exp(got.back()), simulated.mean, 4 * simulated.error) << month;
  }
  const std::vector<int> horizons = {1, 7, 30, 96};
  const ScheduledTransforms transforms(process, 1, 96);
  const auto all = transforms.rows(now, ahead, late, horizons);
  ASSERT_EQ(all.size(), 4 * horizons.size());
  for (unsigned row = 0; row < 4; ++row) {
    const auto one = scheduled_transform(process, 1, now, ahead | (row << 1), 96);
    for (std::size_t j = 0; j < horizons.size(); ++j)
      EXPECT_NEAR(all[row * horizons.size() + j], one[static_cast<std::size_t>(horizons[j]) - 1],
                  1e-11);
  }
  process.law = RenewalLaw::none;
  process.ramp_years = 0;
  const auto alone = scheduled_transform(process, 1, now, late | ahead, 36);
  const double g = std::exp(-0.229 + 0.09 * 0.09 / 2);
  double product = 1;
  for (std::size_t i = 0; i < 12; ++i) {
    if (((late | ahead) >> i & 1U) == 0) continue;
    const double over = 3 - std::max(process.scheduled[i].years - now, 0.0);
    const double slip = process.scheduled[i].slip_years;
    const double out = slip == 0 ? 0.0 : std::exp(-over / slip);
    product *= over < 0 ? 1.0 : out + g * (1 - out);
  }
  EXPECT_NEAR(std::exp(alone.back()), product, 1e-11);
}

// Nothing pending is a row of zeros.
TEST(ScheduledTransform, OfNothingPendingIsNothing) {
  LaunchProcess process = example_line();
  process.scheduled.assign(2, {1.0, 0.1});
  EXPECT_THROW(static_cast<void>(scheduled_transform(process, 1, 0, 0, 12)), std::domain_error);
  EXPECT_THROW(static_cast<void>(scheduled_transform(process, 1, 0, 4, 12)), std::domain_error);
  const auto rows = ScheduledTransforms(process, 1, 12).rows(2, 0, 3, {1, 12});
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows[0], 0.0);
  EXPECT_EQ(rows[1], 0.0);
  EXPECT_NEAR(rows[3], rows[5], 1e-14);
}

TEST(AgePolynomials, FollowTheTransformsWithinTheStatedError) {
  const std::vector<int> horizons = {1, 2, 3, 5, 8, 12, 18, 25, 34, 44, 56, 70, 83, 96};
  for (const double shape : {1.3, 2.1, 3.5}) {
    LaunchProcess process = example_line();
    process.shape = shape;
    process.scale_years = weibull_scale(shape, 1.25);
    const AgePolynomials got = age_polynomials(process, 1, horizons);
    EXPECT_LE(got.max_error, 2e-6);
    EXPECT_LE(got.degree, 16);
    // Survival to age_max from age 0 is 1e-7.
    EXPECT_NEAR(std::pow(got.age_max / process.scale_years, shape), std::log(1e7), 1e-9);
    for (const double share : {0.0, 0.003, 0.041, 0.2, 0.55, 0.83, 1.0}) {  // off the fit's ages
      const double age = share * got.age_max, x = scaled_age(got, age);
      const auto one = launch_transform(process, 1, age, 96),
                 two = launch_transform(process, 2, age, 96);
      for (std::size_t h = 0; h < horizons.size(); ++h) {
        const auto month = static_cast<std::size_t>(horizons[h]) - 1;
        const std::size_t row = h * static_cast<std::size_t>(got.degree + 1);
        EXPECT_NEAR(polynomial_value(&got.first[row], got.degree, x), one[month], 2.2e-6);
        EXPECT_NEAR(polynomial_value(&got.second[row], got.degree, x), two[month], 2.2e-6);
      }
    }
    EXPECT_EQ(scaled_age(got, 2 * got.age_max), 1);
  }
}

TEST(AgePolynomials, AreConstantsWhereAgeDoesNotMatter) {
  const AgePolynomials poisson = age_polynomials(poisson_line(1.25), 0.5, {6, 12});
  EXPECT_EQ(poisson.degree, 0);
  EXPECT_EQ(scaled_age(poisson, 3), 0);
  EXPECT_EQ(poisson.first[1], launch_transform(poisson_line(1.25), 0.5, 0, 12)[11]);
  EXPECT_EQ(poisson.second[1], launch_transform(poisson_line(1.25), 1, 0, 12)[11]);
  LaunchProcess none = example_line();
  none.law = RenewalLaw::none;
  EXPECT_EQ(age_polynomials(none, 1, {6, 12}).first, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace lien::engine
