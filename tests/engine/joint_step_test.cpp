#include "engine/factors/joint_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace lien::engine {
namespace {

// Case O34: kappa 0.9, sc 0.40, sx 0.18, a 0.08, sr 0.012, correlations 0.30, 0.25, 0.10.
constexpr FactorLaw kO34{.scarcity_mean_reversion = 0.9,
                         .scarcity_volatility = 0.40,
                         .frontier_volatility = 0.18,
                         .rate_mean_reversion = 0.08,
                         .rate_volatility = 0.012,
                         .scarcity_frontier = 0.30,
                         .scarcity_rate = 0.25,
                         .frontier_rate = 0.10};

void expect_relative(double got, double expected, double tolerance) {
  EXPECT_NEAR(got, expected, tolerance * std::abs(expected));
}

TEST(StepCovariance, ReproducesCaseO34) {
  const std::array<double, 16> s = step_covariance(kO34, 1.0 / 12);
  const double expected[] = {0.012381513206661528,   0.0017341563281147306,  9.602559117953846e-05,
                             3.955338113221053e-06,  0.0017341563281147306,  0.0027,
                             1.7940133111407077e-05, 7.483361074115187e-07,  9.602559117953846e-05,
                             1.7940133111407077e-05, 1.1920354373523855e-05, 4.966795926774762e-07,
                             3.955338113221053e-06,  7.483361074115187e-07,  4.966795926774762e-07,
                             2.7639319960869265e-08};
  for (std::size_t i = 0; i < 16; ++i) expect_relative(s[i], expected[i], 2e-15);
}

// The covariances are integrals over the step of products of two loadings on the shock at s before
// its end: e^{-kappa s}, 1, e^{-a s} and (1 - e^{-a s})/a. Midpoint sums in long double, whose
// errors of second and fourth order are removed by Richardson steps.
std::array<long double, 16> by_quadrature(const FactorLaw& law, long double dt, int points) {
  const long double kappa = law.scarcity_mean_reversion, a = law.rate_mean_reversion;
  const long double volatility[] = {law.scarcity_volatility, law.frontier_volatility,
                                    law.rate_volatility, law.rate_volatility};
  const long double rho[4][4] = {{1, law.scarcity_frontier, law.scarcity_rate, law.scarcity_rate},
                                 {law.scarcity_frontier, 1, law.frontier_rate, law.frontier_rate},
                                 {law.scarcity_rate, law.frontier_rate, 1, 1},
                                 {law.scarcity_rate, law.frontier_rate, 1, 1}};
  std::array<long double, 16> sum{};
  for (int p = 0; p < points; ++p) {
    const long double s = dt * (p + 0.5L) / points;
    const long double loading[] = {std::exp(-kappa * s), 1, std::exp(-a * s),
                                   a == 0 ? s : -std::expm1(-a * s) / a};
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < 4; ++j) {
        sum[4 * i + j] +=
            rho[i][j] * volatility[i] * volatility[j] * loading[i] * loading[j] * dt / points;
      }
    }
  }
  return sum;
}

TEST(StepCovariance, IsTheIntegralOfTheLoadingsForEveryReversion) {
  for (const double kappa : {0.0, 1e-7, 0.9, 12.0, 30.0}) {
    for (const double a : {0.0, 1e-9, 0.08, 12.0, 40.0}) {
      for (const double dt : {1.0 / 12, 1.0}) {
        FactorLaw law = kO34;
        law.scarcity_mean_reversion = kappa;
        law.rate_mean_reversion = a;
        const auto got = step_covariance(law, dt);
        const auto coarse = by_quadrature(law, dt, 1000), middle = by_quadrature(law, dt, 2000),
                   fine = by_quadrature(law, dt, 4000);
        for (std::size_t i = 0; i < 16; ++i) {
          const auto expected =
              static_cast<double>((64 * fine[i] - 20 * middle[i] + coarse[i]) / 45);
          EXPECT_NEAR(got[i], expected, 2e-13 * std::abs(expected))
              << "element " << i << ", kappa " << kappa << ", a " << a << ", dt " << dt;
        }
      }
    }
  }
}

TEST(StepCovariance, LimitsOfNoMeanReversionAreThoseOfBrownianMotion) {
  const double t = 0.25;
  EXPECT_DOUBLE_EQ(exponential_integral_factor(0, t), t);
  EXPECT_DOUBLE_EQ(integrated_rate_variance(0, 0.012, t), 0.012 * 0.012 * t * t * t / 3);
}

// V_I of case O34's rate law over 5 years, from its formula in long double: no cancellation there.
TEST(IntegratedRateVariance, MatchesItsFormulaWhereTheFormulaIsExact) {
  const long double a = 0.08L, t = 5, sr = 0.012L;
  const long double expected =
      sr * sr / a / a * (t + 2 * std::expm1(-a * t) / a - std::expm1(-2 * a * t) / (2 * a));
  expect_relative(integrated_rate_variance(0.08, 0.012, 5), static_cast<double>(expected), 1e-14);
}

// Case O07: Schwartz and Smith (2000), futures-data estimates.
TEST(LogPriceVariance, ReproducesCaseO07) {
  FactorLaw law;
  law.scarcity_mean_reversion = 1.49;
  law.scarcity_volatility = 0.286;
  law.frontier_volatility = 0.145;
  law.scarcity_frontier = 0.300;
  expect_relative(std::sqrt(log_price_variance(law, 1, 1, 1)), 0.2449793886213751, 1e-15);
  expect_relative(std::sqrt(log_price_variance(law, 1, 1, 5)), 0.3863456121692641, 1e-15);
  // Loadings scale the factors: both by 2 is four times the variance, and signs matter.
  EXPECT_DOUBLE_EQ(log_price_variance(law, 2, 2, 1), 4 * log_price_variance(law, 1, 1, 1));
  EXPECT_LT(log_price_variance(law, 1, -1, 1), log_price_variance(law, 1, 1, 1));
}

void expect_factor(const std::array<double, 16>& covariance, double tolerance) {
  const std::array<double, 16> lower = lower_cholesky(covariance);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 4; ++k) product += lower[4 * i + k] * lower[4 * j + k];
      EXPECT_NEAR(product, covariance[4 * i + j],
                  tolerance * std::sqrt(covariance[5 * i] * covariance[5 * j]));
      if (j > i) {
        EXPECT_EQ(lower[4 * i + j], 0);
      }
    }
  }
}

TEST(LowerCholesky, MultipliesBackToTheCovariance) {
  expect_factor(step_covariance(kO34, 1.0 / 12), 1e-15);
}

TEST(LowerCholesky, TakesSemidefiniteMatrices) {
  expect_factor({}, 0);
  FactorLaw rate_off = kO34;
  rate_off.rate_volatility = 0;
  expect_factor(step_covariance(rate_off, 1.0 / 12), 1e-15);
  FactorLaw same_shock = kO34;  // chi and xi Brownian and one: rank 3
  same_shock.scarcity_mean_reversion = 0;
  same_shock.scarcity_frontier = 1;
  same_shock.scarcity_rate = same_shock.frontier_rate = 0.2;
  expect_factor(step_covariance(same_shock, 1.0 / 12), 1e-13);
}

TEST(LowerCholesky, RefusesAnIndefiniteMatrixAndNamesThePivot) {
  // Correlations 0.9, 0.9, -0.9 between three variables: determinant -2.888.
  const std::array<double, 16> indefinite = {1,   0.9,  0.9, 0, 0.9, 1, -0.9, 0,
                                             0.9, -0.9, 1,   0, 0,   0, 0,    1};
  try {
    static_cast<void>(lower_cholesky(indefinite));
    FAIL() << "no exception";
  } catch (const std::domain_error& error) {
    EXPECT_NE(std::string(error.what()).find("pivot 3"), std::string::npos) << error.what();
  }
  // A variance of zero cannot have a covariance.
  EXPECT_THROW(
      static_cast<void>(lower_cholesky({0, 0.1, 0, 0, 0.1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1})),
      std::domain_error);
}

}  // namespace
}  // namespace lien::engine
