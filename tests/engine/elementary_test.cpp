#include "engine/elementary/elementary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace lien::engine {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr long double kTwoPi = 6.283185307179586476925286766559005768L;

// Distance from the exact value in units of the last place of a double of its size.
double ulps(double got, long double exact) {
  const double size = std::max(std::abs(static_cast<double>(exact)), 0x1p-1022);
  const double unit = std::nextafter(size, kInfinity) - size;
  return static_cast<double>(std::abs(got - exact)) / unit;
}

double relative(double got, long double exact) {
  return static_cast<double>(std::abs(got / exact - 1.0L));
}

// The largest error over 100,000 arguments, evenly spread in [low, high] with a random offset.
// Oracle: the C library's long double functions, whose 64-bit mantissa (or 113 on Arm) has eleven
// bits to spare, at the same double argument.
template <class Function, class Oracle, class Error>
double worst(Function function, Oracle oracle, double low, double high, Error error) {
  constexpr int count = 100000;
  std::mt19937_64 bits(1);
  double result = 0.0;
  for (int i = 0; i < count; ++i) {
    const double offset = static_cast<double>(bits() >> 11) * 0x1p-53;
    const double x = low + (high - low) * ((i + offset) / count);
    result = std::max(result, error(function(x), oracle(static_cast<long double>(x))));
  }
  return result;
}

long double normal_cdf_oracle(long double x) { return 0.5L * erfcl(-x / sqrtl(2.0L)); }

TEST(Exp, IsWithinItsPromisedUlps) {
  EXPECT_LE(worst(engine::exp, expl, -708.0, 709.7, ulps), 1.1);
  EXPECT_LE(worst(engine::exp, expl, -1.0, 1.0, ulps), 1.1);
  EXPECT_LE(worst(engine::exp, expl, -745.0, -708.0, ulps), 1.5);
}

TEST(Exp, HasItsLimits) {
  EXPECT_EQ(engine::exp(0.0), 1.0);
  EXPECT_EQ(engine::exp(-800.0), 0.0);
  EXPECT_EQ(engine::exp(-kInfinity), 0.0);
  EXPECT_EQ(engine::exp(710.0), kInfinity);
  EXPECT_EQ(engine::exp(kInfinity), kInfinity);
  EXPECT_TRUE(std::isfinite(engine::exp(709.78)));
  EXPECT_TRUE(std::isnan(engine::exp(std::nan(""))));
}

TEST(Log, IsWithinItsPromisedUlps) {
  EXPECT_LE(worst(engine::log, logl, 0.5, 2.0, ulps), 1.0);
  EXPECT_LE(worst(engine::log, logl, 1.0, 1e6, ulps), 1.0);
  for (int exponent = -1074; exponent < 1024; ++exponent) {
    const double x = std::ldexp(exponent < -1000 ? 1.0 : 1.37, exponent);
    EXPECT_LE(ulps(engine::log(x), logl(static_cast<long double>(x))), 1.0) << x;
  }
}

TEST(Log, HasItsLimits) {
  EXPECT_EQ(engine::log(1.0), 0.0);
  EXPECT_EQ(engine::log(0.0), -kInfinity);
  EXPECT_EQ(engine::log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(engine::log(-1.0)));
  EXPECT_TRUE(std::isnan(engine::log(std::nan(""))));
}

TEST(ExpAndLogBesideZeroAndOne, AreWithinTheirPromisedUlps) {
  EXPECT_LE(worst(engine::expm1, expm1l, -1.0, 1.0, ulps), 2.5);
  EXPECT_LE(worst(engine::expm1, expm1l, -45.0, 709.0, ulps), 2.5);
  EXPECT_LE(worst(engine::expm1, expm1l, -1e-8, 1e-8, ulps), 1.0);
  EXPECT_LE(worst(engine::log1p, log1pl, -0.999, 3.0, ulps), 1.5);
  EXPECT_LE(worst(engine::log1p, log1pl, 3.0, 1e9, ulps), 1.5);
  EXPECT_LE(worst(engine::log1p, log1pl, -1e-8, 1e-8, ulps), 1.0);
  EXPECT_EQ(engine::expm1(-kInfinity), -1.0);
  EXPECT_EQ(engine::log1p(-1.0), -kInfinity);
}

TEST(Pow, IsWithinItsPromisedUlps) {
  for (const double y : {-17.3, -1.0, 0.5, 1.0 / 3.0, 2.0, 12.0}) {
    const auto own = [y](double x) { return engine::pow(x, y); };
    const auto oracle = [y](long double x) { return powl(x, static_cast<long double>(y)); };
    EXPECT_LE(worst(own, oracle, 0.01, 100.0, ulps), 2.0) << y;
  }
}

TEST(Pow, ReproducesFortyDigitValues) {
  // mpmath 1.2, mpf(x) ** mpf(y) with 40 digits, at the double arguments.
  struct {
    double x, y, power;
  } const cases[] = {
      {1.1, 300.0, 2617010996188.463299},          {0.3, -500.0, 2.7502529562031889079e+261},
      {1.0000001, 1e9, 2.6881038582144646055e+43}, {123.456, -7.89, 3.1475216724926216697e-17},
      {5e-310, 0.5, 2.2360679774997862807e-155},   {0.9, 1000.0, 1.7478712517226947325e-46}};
  for (const auto& c : cases) EXPECT_LE(ulps(engine::pow(c.x, c.y), c.power), 4.0) << c.x;
  EXPECT_EQ(engine::pow(0.0, 2.0), 0.0);
  EXPECT_EQ(engine::pow(0.0, 0.0), 1.0);
  EXPECT_EQ(engine::pow(0.0, -2.0), kInfinity);
  EXPECT_EQ(engine::pow(2.0, 2000.0), kInfinity);
  EXPECT_EQ(engine::pow(2.0, -2000.0), 0.0);
  EXPECT_TRUE(std::isnan(engine::pow(-2.0, 2.0)));
}

TEST(LogGamma, ReproducesFortyDigitValues) {
  // mpmath 1.2, loggamma with 40 digits, at the double arguments.
  struct {
    double x, log_gamma;
  } const cases[] = {
      {1e-10, 23.025850929882735237},         {0.1, 2.252712651734205902},
      {0.5, 0.57236494292470008707},          {0.9999999, 5.7721574684441928263e-8},
      {1.0000001, -5.772155829918507097e-8},  {1.4616321449683622, -0.1214862905358496081},
      {1.9999999, -4.2278430309861298194e-8}, {2.0000001, 4.2278436665324979232e-8},
      {3.5, 1.2009736023470742248},           {7.9, 8.3242658680088096349},
      {8.0, 8.5251613610654143002},           {15.25, 25.861949901848519358},
      {100.5, 361.43554046777762156},         {1e6, 12815504.56914761166}};
  for (const auto& c : cases)
    EXPECT_LE(relative(engine::log_gamma(c.x), c.log_gamma), 1e-15) << c.x;
  EXPECT_EQ(engine::log_gamma(1.0), 0.0);
  EXPECT_EQ(engine::log_gamma(2.0), 0.0);
}

TEST(LogGamma, AgreesWithTheLibraryOnItsWholeRange) {
  EXPECT_LE(worst(engine::log_gamma, lgammal, 0.01, 30.0, relative), 1e-15);
  EXPECT_LE(worst(engine::log_gamma, lgammal, 0.9, 1.1, relative), 1e-15);
  EXPECT_LE(worst(engine::log_gamma, lgammal, 1.9, 2.1, relative), 1e-15);
  EXPECT_LE(worst(engine::log_gamma, lgammal, 30.0, 1e6, relative), 1e-15);
}

TEST(Gamma, ReproducesFortyDigitValues) {
  // mpmath 1.2, gamma with 40 digits, at the double arguments.
  struct {
    double x, gamma;
  } const cases[] = {{1e-10, 9999999999.4227839709},     {0.1, 9.5135076986687312858},
                     {0.5, 1.7724538509055160273},       {4.2, 7.7566895357931794455},
                     {20.0, 121645100408832000.0},       {20.5, 540624298233507504.47},
                     {100.25, 2.94846628183876997e+156}, {171.5, 9.4833675668247993363e+307}};
  for (const auto& c : cases) {
    EXPECT_LE(relative(engine::gamma_function(c.x), c.gamma), 3e-15) << c.x;
  }
  EXPECT_LE(worst(engine::gamma_function, tgammal, 0.01, 171.6, relative), 3e-15);
}

TEST(NormalLaw, DistributionAndDensityKeepTheirRelativeAccuracyInTheTails) {
  const auto density = [](long double x) { return expl(-x * x / 2) / sqrtl(kTwoPi); };
  EXPECT_LE(worst(engine::normal_cdf, normal_cdf_oracle, -37.0, 0.0, relative), 1e-15);
  EXPECT_LE(worst(engine::normal_cdf, normal_cdf_oracle, -4.0, 9.0, relative), 1e-15);
  EXPECT_LE(worst(engine::normal_density, density, -37.0, 37.0, relative), 5e-16);
}

TEST(NormalLaw, ReproducesFortyDigitValues) {
  // mpmath 1.2, erfc(-x / sqrt(2)) / 2 with 40 digits.
  struct {
    double x, probability;
  } const cases[] = {{-37.0, 5.7255712225245768227e-300},
                     {-30.0, 4.9067139271481870595e-198},
                     {-12.5, 3.7325642988777133772e-36},
                     {-8.0, 6.2209605742717841235e-16},
                     {-3.0, 0.0013498980316300945267},
                     {-1.0, 0.15865525393145705141},
                     {0.0, 0.5},
                     {0.5, 0.69146246127401310364},
                     {2.0, 0.9772498680518207928},
                     {6.0, 0.99999999901341235496}};
  for (const auto& c : cases) {
    EXPECT_LE(relative(engine::normal_cdf(c.x), c.probability), 1e-15) << c.x;
  }
  EXPECT_EQ(engine::normal_cdf(-40.0), 0.0);
  EXPECT_EQ(engine::normal_cdf(-kInfinity), 0.0);
  EXPECT_EQ(engine::normal_cdf(kInfinity), 1.0);
}

TEST(InverseNormal, ReproducesFortyDigitValues) {
  // mpmath 1.2, findroot on log(erfc(-x / sqrt(2)) / 2) = log(p) with 40 digits.
  struct {
    double probability, x;
  } const cases[] = {{1e-300, -37.047096299361199237},  {1e-50, -14.933337534788488981},
                     {1e-10, -6.3613409024040561991},   {0.001, -3.0902323061678135354},
                     {0.02425, -1.9729610513118848376}, {0.07, -1.4757910281791706856},
                     {0.3, -0.52440051270804081597},    {0.4999999, -2.5066282747031065135e-7},
                     {0.75, 0.6744897501960817432},     {0.925, 1.4395314709384562291},
                     {0.99, 2.3263478740408407676},     {0.9999999, 5.1993375822906610937}};
  for (const auto& c : cases) {
    EXPECT_LE(relative(engine::inverse_normal(c.probability), c.x), 1e-15) << c.probability;
  }
  EXPECT_EQ(engine::inverse_normal(0.5), 0.0);
  EXPECT_EQ(engine::inverse_normal(0.0), -kInfinity);
  EXPECT_EQ(engine::inverse_normal(1.0), kInfinity);
  EXPECT_TRUE(std::isnan(engine::inverse_normal(1.5)));
}

TEST(SinCosTwoPi, IsWithinItsPromisedError) {
  const auto error = [](double got, long double exact) {
    return static_cast<double>(std::abs(got - exact));
  };
  // The library gets the fraction of a turn, taken exactly: its own reduction of 2 pi t would not
  // be.
  const auto fraction = [](long double t) { return kTwoPi * (t - roundl(t)); };
  const auto sine = [](double t) { return engine::sin_cos_two_pi(t).first; };
  const auto cosine = [](double t) { return engine::sin_cos_two_pi(t).second; };
  const auto sine_oracle = [&](long double t) { return sinl(fraction(t)); };
  const auto cosine_oracle = [&](long double t) { return cosl(fraction(t)); };
  EXPECT_LE(worst(sine, sine_oracle, -2.0, 2.0, error), 1.5e-16);
  EXPECT_LE(worst(cosine, cosine_oracle, -2.0, 2.0, error), 1.5e-16);
  EXPECT_LE(worst(sine, sine_oracle, 1e9, 1e9 + 1e4, error), 1.5e-16);
  EXPECT_EQ(sine(0.0), 0.0);
  EXPECT_EQ(cosine(0.0), 1.0);
  EXPECT_EQ(cosine(0.25), 0.0);
  EXPECT_EQ(sine(0.75), -1.0);
}

TEST(BlackCall, MatchesQuadratureOfItsDefinition) {
  // mpmath 1.2, 40 digits, quad of (exp(k + sqrt(v) z - v / 2) - 1) times the normal density over
  // the z that exercise; no closed form involved.
  struct {
    double k, v, call;
  } const cases[] = {
      {0.0, 0.04, 0.079655674554057963757},      {-0.5, 0.25, 0.031806663879214053612},
      {0.5, 0.25, 0.70116159398779780856},       {-3.0, 1.0, 0.000076531953080445529308},
      {2.0, 4.0, 6.7209540977074796208},         {-0.01, 1e-6, 7.4372798175401778478e-28},
      {-0.25, 0.0025, 2.3582970940537039374e-9}, {0.1, 9.0, 0.96475729729067048245}};
  for (const auto& c : cases) {
    EXPECT_NEAR(engine::black_call(c.k, c.v), c.call, 1e-15 * std::max(1.0, engine::exp(c.k)))
        << c.k << ", " << c.v;
  }
}

TEST(BlackCall, IsIntrinsicWithoutVarianceAndSatisfiesParity) {
  EXPECT_EQ(engine::black_call(-0.3, 0.0), 0.0);
  EXPECT_EQ(engine::black_call(0.3, 0.0), engine::expm1(0.3));
  // C(k) - e^k C(-k) = e^k - 1: a call on X struck at 1 is e^k puts on 1 / X under X's measure.
  for (double k = -4.0; k <= 4.0; k += 0.37) {
    for (const double v : {1e-8, 1e-3, 0.1, 1.0, 16.0}) {
      const double mean = engine::exp(k);
      EXPECT_NEAR(engine::black_call(k, v) - mean * engine::black_call(-k, v), engine::expm1(k),
                  2e-15 * std::max(1.0, mean));
    }
  }
}

}  // namespace
}  // namespace lien::engine
