#include "pricing/credit/hazard_law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/plain_credit.hpp"

// Hazards that scarcity, credit and a noise of their own move.
namespace lien::pricing {
namespace {

constexpr double kMonth = 1.0 / 12;

HazardLaw law_of(double scarcity, double credit, double noise) {
  HazardLaw law;
  law.scarcity = {.initial = 0.3, .mean_reversion = 0.9, .volatility = 0.40, .drift = -0.10};
  law.scarcity_loading = scarcity;
  law.credit_mean_reversion = 0.5;
  law.credit_loading = credit;
  law.scarcity_credit = 0.6;
  law.noise_mean_reversion = 2.0;
  law.noise_stdev = noise;
  return law;
}

std::vector<double> rising(std::size_t months) {
  std::vector<double> hazards(months);
  for (std::size_t k = 0; k < months; ++k) hazards[k] = 0.03 + 0.002 * static_cast<double>(k);
  return hazards;
}

double curve_survival(const std::vector<double>& hazards, std::size_t months) {
  double sum = 0;
  for (std::size_t k = 0; k < months; ++k) sum += hazards[k] / 12;
  return std::exp(-sum);
}

// The three normals of a month, chi, z and eps, by products of trapezoid sums with the C library:
// E[value(chi', z', eps')] given today's.
struct State {
  double chi, z, eps;
};
template <class Value>
double expect_over(const HazardLaw& law, const State& from, double shift, const Value& value) {
  const auto decayed = [](double k) { return k > 0 ? (1 - std::exp(-k * kMonth)) / k : kMonth; };
  const double kappa = law.scarcity.mean_reversion, kc = law.credit_mean_reversion;
  const double ke = law.noise_mean_reversion, sc = law.scarcity.volatility, sz = std::sqrt(2 * kc);
  const bool needed = law.scarcity_loading != 0;  // else credit's shocks are all its own
  const double first = needed ? sc * std::sqrt(decayed(2 * kappa)) : 0;
  const double shared = first > 0 ? law.scarcity_credit * sc * sz * decayed(kappa + kc) / first : 0;
  const double own = std::sqrt(sz * sz * decayed(2 * kc) - shared * shared);
  const double noise = law.noise_stdev * std::sqrt(1 - std::exp(-2 * ke * kMonth));
  constexpr double kSpacing = 0.55;
  constexpr int kHalf = 14;
  const auto points = [](bool random) { return random ? kHalf : 0; };
  const int i_of = points(needed);
  const int j_of = points(law.credit_loading != 0), l_of = points(law.noise_stdev != 0);
  double sum = 0, weights = 0;
  for (int i = -i_of; i <= i_of; ++i)
    for (int j = -j_of; j <= j_of; ++j)
      for (int l = -l_of; l <= l_of; ++l) {
        const double u = kSpacing * i, v = kSpacing * j, w = kSpacing * l;
        const double weight = std::exp(-(u * u + v * v + w * w) / 2);
        weights += weight;
        sum += weight * value(State{std::exp(-kappa * kMonth) * from.chi +
                                        law.scarcity.drift * decayed(kappa) + shift + first * u,
                                    std::exp(-kc * kMonth) * from.z + shared * u + own * v,
                                    std::exp(-ke * kMonth) * from.eps + noise * w});
      }
  return sum / weights;
}

double keep(const HazardLaw& law, double a, const State& s) {
  return std::exp(-kMonth *
                  std::exp(a - law.scarcity_loading * s.chi - law.credit_loading * s.z + s.eps));
}

// Months 1 to 3 by nested sums over the factors' own normals, no grid of the program's.
TEST(HazardLaw, MeetsTheCurveByDirectQuadrature) {
  const std::vector<double> hazards = {0.04, 0.05, 0.09};
  std::vector<HazardLaw> laws = {law_of(0, 1.2, 0),  law_of(0, 0, 0.7),   law_of(0.8, 1.2, 0),
                                 law_of(2, -0.7, 0), law_of(0.8, 0, 0.7), law_of(0, 1.2, 0.7),
                                 law_of(0.8, 1.2, 0)};
  laws.back().scarcity_credit = -0.9;
  laws.push_back(law_of(0.8, 1.2, 0));  // one line of two factors
  laws.back().credit_mean_reversion = 0.9;
  laws.push_back(law_of(0.8, 1.2, 0.7));  // two lines of three
  laws.back().noise_mean_reversion = 0.5;
  laws.push_back(law_of(0.8, 1.2, 0));  // a walk
  laws.back().scarcity.mean_reversion = 0;
  laws.push_back(law_of(0.8, 1.2, 0));  // scarcity that only drifts
  laws.back().scarcity.volatility = 0;
  for (std::size_t i = 0; i < laws.size(); ++i) {
    const HazardLaw& law = laws[i];
    const auto a = fit_log_hazards(hazards, true, law);
    const State today{law.scarcity.initial, 0, 0};
    const double one = keep(law, a[0], today);
    const double two =
        one * expect_over(law, today, 0, [&](const State& s) { return keep(law, a[1], s); });
    EXPECT_NEAR(one, std::exp(-0.04 / 12), 1e-14) << i;
    EXPECT_NEAR(two, std::exp(-0.09 / 12), 1e-12) << i;
    const int random = (law.scarcity_loading != 0) + (law.credit_loading != 0);
    if (random + (law.noise_stdev != 0) > 2) continue;  // 29^6 points
    const double three =
        one * expect_over(law, today, 0, [&](const State& s) {
          return keep(law, a[1], s) *
                 expect_over(law, s, 0, [&](const State& next) { return keep(law, a[2], next); });
        });
    EXPECT_NEAR(three, std::exp(-0.18 / 12), 1e-12) << i;
  }
}

// The same with regimes of scarcity: the sum over where the chain is in month 2.
TEST(HazardLaw, MeetsTheCurveUnderRegimesByDirectQuadrature) {
  const std::vector<double> hazards = {0.04, 0.05, 0.09};
  for (const double speed : {0.5, 0.9}) {
    HazardLaw law = law_of(1.5, 1.0, 0);
    law.credit_mean_reversion = speed;
    law.scarcity.regime = sample_regime();
    const Regime& regime = *law.scarcity.regime;
    const auto a = fit_log_hazards(hazards, true, law);
    const auto shift = [&](std::size_t j) { return (1 - std::exp(-0.9 / 12)) * regime.means[j]; };
    const double leave = regime.rates[1] / 1.7 * (1 - std::exp(-1.7 / 12));  // out of state 1
    const State today{0.3, 0, 0};
    const double one = keep(law, a[0], today);
    const double three = one * expect_over(law, today, shift(1), [&](const State& s) {
                           const auto rest = [&](std::size_t j) {
                             return expect_over(law, s, shift(j), [&](const State& next) {
                               return keep(law, a[2], next);
                             });
                           };
                           return keep(law, a[1], s) * ((1 - leave) * rest(1) + leave * rest(0));
                         });
    EXPECT_NEAR(three, std::exp(-0.18 / 12), 1e-12) << speed;
  }
}

// Two years by a plain density over scarcity and credit in their own coordinates.
TEST(HazardLaw, MeetsTheCurveOfTwoYearsOnAPlainGrid) {
  const std::vector<double> hazards = rising(24);
  Market market;
  market.scarcity = Scarcity{0.9, 0.40, 0.3, 0};
  market.credit = Credit{0.5};
  market.correlation.scarcity_credit = 0.6;
  const PlainCredit plain(market, -0.10, 24, 8);
  for (const auto& [scarcity, credit] : {std::pair{0.0, 1.5}, {0.8, 1.0}, {1.5, -0.6}}) {
    const HazardLaw law = law_of(scarcity, credit, 0);
    const auto a = fit_log_hazards(hazards, true, law);
    const auto survival = plain.run(24, [&](int k, double chi, double z) {
      return keep(law, a[static_cast<std::size_t>(k - 1)], {chi, z, 0});
    });
    const auto own = expected_survival(a, law);
    for (std::size_t k = 1; k <= 24; ++k) {
      EXPECT_NEAR(survival[k], curve_survival(hazards, k), 1e-10) << scarcity << ' ' << k;
      EXPECT_NEAR(own[k], curve_survival(hazards, k), 1e-12) << scarcity << ' ' << k;
    }
  }
}

// Years, large loadings, fast and slow factors: the program's own recursion run forward.
TEST(HazardLaw, MeetsTheCurveOverTheLifeOfABook) {
  std::vector<double> hazards = rising(84);
  hazards[40] = 0;
  std::vector<HazardLaw> laws = {law_of(0, 4, 0), law_of(0, 0, 2), law_of(2, 2, 0),
                                 law_of(0, 1, 1.5)};
  laws.push_back(law_of(1, 1, 0));
  laws.back().credit_mean_reversion = 8;
  laws.push_back(law_of(1, 0, 1));
  laws.back().noise_mean_reversion = 0.05;
  for (std::size_t i = 0; i < laws.size(); ++i) {
    const auto survival = expected_survival(fit_log_hazards(hazards, true, laws[i]), laws[i]);
    for (std::size_t k = 1; k <= 84; ++k)
      ASSERT_NEAR(survival[k], curve_survival(hazards, k), 1e-11) << i << ' ' << k;
  }
}

// A spacing that is fine for the density may be too wide for exp(-dt e^x): month 2 of a hazard that
// credit moves strongly, by a sum with a fifth of the spacing.
TEST(HazardLaw, HoldsLargeLoadingsOfAFastFactor) {
  HazardLaw law = law_of(0, 5, 0);
  law.credit_mean_reversion = 4;
  const auto a = fit_log_hazards({0.2, 0.3}, true, law);
  const double stdev = std::sqrt(1 - std::exp(-8.0 / 12));
  double sum = 0;
  for (int i = -900; i <= 900; ++i) {
    const double z = 0.01 * i;
    sum += 0.01 * std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0)) *
           keep(law, a[1], {0, stdev * z, 0});
  }
  EXPECT_NEAR(keep(law, a[0], {0, 0, 0}) * sum, std::exp(-0.5 / 12), 1e-11);
}

TEST(HazardLaw, MergesFactorsOfOneMeanReversion) {
  HazardLaw law = law_of(0.8, 1.2, 0.7);
  EXPECT_EQ(hazard_lines(law, 12).lines.size(), 3U);
  law.noise_mean_reversion = 0.5;
  HazardLines lines = hazard_lines(law, 12);
  ASSERT_EQ(lines.lines.size(), 2U);
  EXPECT_NEAR(lines.lines[0].variance_rate, 0.64 * 0.16, 1e-15);
  EXPECT_NEAR(lines.lines[1].variance_rate, 1.44 + 0.49, 1e-15);  // times 2 k = 1
  EXPECT_NEAR(lines.covariance_rate, 0.6 * 0.8 * 0.4 * 1.2, 1e-15);
  EXPECT_NEAR(lines.means[0], 0.8 * 0.3, 1e-15);
  law.credit_mean_reversion = law.noise_mean_reversion = 0.9;
  lines = hazard_lines(law, 12);
  ASSERT_EQ(lines.lines.size(), 1U);
  const double credit = 1.2 * std::sqrt(1.8), scarcity = 0.8 * 0.4;
  EXPECT_NEAR(lines.lines[0].variance_rate,
              scarcity * scarcity + credit * credit + 2 * 0.6 * scarcity * credit + 0.49 * 1.8,
              1e-15);
}

TEST(HazardLaw, IsTheOlderFitOfScarcityAlone) {
  const HazardLaw law = law_of(0.8, 0, 0);
  const auto hazards = rising(36);
  EXPECT_EQ(fit_log_hazards(hazards, true, law), fit_log_hazards(hazards, 0.8, true, law.scarcity));
  EXPECT_EQ(fit_log_hazards(hazards, false, law_of(0.8, 1, 1)),
            fit_log_hazards(hazards, 0, false, law.scarcity));
}

TEST(HazardLaw, RefusesWhatNoGridHolds) {
  const auto hazards = rising(24);
  const auto refused = [&](const HazardLaw& law) {
    EXPECT_THROW(static_cast<void>(fit_log_hazards(hazards, true, law)), std::domain_error);
    EXPECT_NO_THROW(static_cast<void>(fit_log_hazards(hazards, false, law)));
  };
  refused(law_of(0.8, 1.2, 0.7));  // three
  HazardLaw one = law_of(1, 1, 0);
  one.scarcity_credit = 1;
  one.credit_mean_reversion = 0.9 + 1e-9;
  refused(one);
  HazardLaw large = law_of(1, 40, 0);
  refused(large);
  HazardLaw still = law_of(1, 1, 0);
  still.scarcity.volatility = 0;
  still.scarcity.regime = sample_regime();
  refused(still);
}

}  // namespace
}  // namespace lien::pricing
