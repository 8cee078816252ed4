#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/elementary/elementary.hpp"
#include "pricing/credit/hazard_curve.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/strip.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// Regimes of scarcity in strips and hazards; their law itself: tests/engine/regime_test.cpp.
namespace lien::pricing {
namespace {

Market regime_market() {
  Market market = lognormal_market();
  market.scarcity->regime = sample_regime();
  market.hardware.resize(1);
  market.hardware[0].scarcity_loading = 1.3;
  return market;
}

// The two moments that the strip keeps, from all ways of the chain.
TEST(RegimeStrip, MatchesTheMomentsOfAllChains) {
  const Market market = regime_market();
  const StripLaw law{MeasureBasis::real_world, &market, &market.hardware[0], kSampleDate};
  for (const int h : {1, 5, 14})
    for (const int start : {0, 1}) {
      const auto at = static_cast<std::size_t>(start);
      const StripMonth month = strip_month(law, h);
      const auto log_mean = [&](double q) {
        return std::log(
            over_chains(start, h, 0.9, [q](double g) { return std::exp(1.3 * q * g); }));
      };
      EXPECT_NEAR(month.regime_mean[at], log_mean(1), 1e-14);
      EXPECT_NEAR(month.regime_variance[at], log_mean(2) - 2 * log_mean(1), 1e-14);
    }
}

// What moment matching costs over a year: the mean of Black's calls over the 4,096 ways. Both laws
// have the same E[x] and E[x^2]; the first term in which they differ is that of the third cumulant
// c of the log, c/6 D (D - 1) (D - 2) Black, D the derivative by the log of the forward, which is
// -c/6 F phi(d1)/s (1 + d1/s). The band is twice the sum of its sizes: the next terms are smaller.
TEST(RegimeStrip, IsNearTheMixtureOfCalls) {
  const Market market = regime_market();
  const StripLaw law{MeasureBasis::real_world, &market, &market.hardware[0], kSampleDate};
  for (const double moneyness : {-0.5, 0.2, 1.5}) {
    double exact = 0, matched = 0, third = 0;
    for (int h = 1; h <= 12; ++h) {
      const StripMonth month = strip_month(law, h);
      const double k = moneyness + month.constant;
      const double mean = over_chains(1, h, 0.9, [](double g) { return 1.3 * g; });
      const double cumulant =
          over_chains(1, h, 0.9, [&](double g) { return std::pow(1.3 * g - mean, 3); });
      const double forward = k + month.regime_mean[1];
      const double s = std::sqrt(month.variance + month.regime_variance[1]);
      const double d = forward / s + s / 2;
      third += std::abs(cumulant / 6 * std::exp(forward - d * d / 2) /
                        std::sqrt(2 * std::acos(-1.0)) / s * (1 + d / s));
      exact += over_chains(
          1, h, 0.9, [&](double g) { return engine::black_call(k + 1.3 * g, month.variance); });
      matched +=
          engine::black_call(k + month.regime_mean[1], month.variance + month.regime_variance[1]);
    }
    EXPECT_NEAR(matched, exact, 2 * third) << moneyness;
    EXPECT_LT(2 * third, 0.01 * exact) << moneyness;
  }
}

// The program's resale rows of one block against the exact sum at each path's own state, with and
// without a forward curve, whose constants change by month and whose knots start segments.
TEST(RegimeStrip, RowsAreTheExactStripAtEveryState) {
  for (const bool forward : {false, true}) {
    Market market = regime_market();
    if (forward) market.hardware[0].forward_curve = {{0.0, 4.0}, {2.35, 1.2}};
    RunSettings settings = settings_of(kSampleDate);
    settings.horizon_months = 30;
    const SimulatedBlock b(market, {}, settings, MeasureBasis::real_world, 3);
    const Hardware& h = b.market.hardware[0];
    const StripLaw law{MeasureBasis::real_world, &b.market, &h, kSampleDate};
    const std::size_t regime = engine::regime_series(b.plan.factors);
    std::size_t fan = 0;
    while (b.plan.fans[fan].of != FanPlan::Of::resale_value) ++fan;
    int switched = 0;
    for (const int k : {0, 7, 30}) {
      const auto at = static_cast<std::size_t>(k);
      const auto& compiled = b.plan.hardware[0];
      const double cost = compiled.operating_cost[at];
      double expected = 0;
      for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
        StripState state;
        state.scarcity = b.rows.row(engine::kScarcity, k)[p];
        state.regime = b.rows.row(regime, k)[p] == 1.0 ? 1 : 0;
        switched += state.regime == 0 ? 1 : 0;
        state.log_moneyness = std::log(0.8 / cost) + compiled.log_rent[at] + 1.3 * state.scarcity +
                              b.rows.row(engine::kFrontier, k)[p];
        state.launch_mean.assign(96, 0.0);
        if (forward)
          for (std::size_t m = 1; m <= 96; ++m)
            state.launch_mean[m - 1] = compiled.forward_shift[at + m] - compiled.forward_shift[at];
        expected += exact_strip(law, state, cost, 300, k, 96 - k);
      }
      EXPECT_NEAR(b.sum(b.layout.fan(fan, at)), expected, 5e-5 * expected) << k << ' ' << forward;
    }
    EXPECT_GT(switched, 20);
    EXPECT_LT(b.plan.interpolation_error, 1e-4);
  }
}

// Months 2 and 3 by nested Simpson sums over chi and sums over the chain, with libm.
TEST(FitLogHazards, MeetTheCurveUnderRegimesByDirectQuadrature) {
  const Regime regime = sample_regime();
  const double dt = 1.0 / 12, decay = std::exp(-0.9 * dt);
  const double stdev = 0.40 * std::sqrt((1 - decay * decay) / 1.8);
  const double drifted = -0.10 * (1 - decay) / 0.9;
  const double total = regime.rates[0] + regime.rates[1], gone = 1 - std::exp(-total * dt);
  for (const int initial : {0, 1})
    for (const double loading : {0.8, 2.0, -1.0}) {
      ScarcityLaw law{.initial = 0.3, .mean_reversion = 0.9, .volatility = 0.40, .drift = -0.10};
      law.regime = regime;
      law.regime->initial = initial;
      const auto a = fit_log_hazards({0.04, 0.05, 0.09}, loading, true, law);
      const auto survive = [&](std::size_t k, double chi) {
        return std::exp(-dt * std::exp(a[k] - loading * chi));
      };
      // E over the next chi and regime of value(chi, regime).
      const auto next = [&](double chi, std::size_t j, const auto& value) {
        constexpr int panels = 120;
        const double leave = regime.rates[j] / total * gone;
        double sum = 0;
        for (int i = 0; i <= panels; ++i) {
          const double z = -8 + 16.0 * i / panels;
          const double weight = i == 0 || i == panels ? 1 : i % 2 == 1 ? 4 : 2;
          const double to = decay * chi + (1 - decay) * regime.means[j] + drifted + stdev * z;
          sum += weight * std::exp(-z * z / 2) *
                 ((1 - leave) * value(to, j) + leave * value(to, 1 - j));
        }
        return sum * 16 / panels / 3 / std::sqrt(2 * 3.14159265358979323846);
      };
      const auto start = static_cast<std::size_t>(initial);
      const double one = survive(0, 0.3);
      const double two =
          one * next(0.3, start, [&](double c, std::size_t) { return survive(1, c); });
      const double three = one * next(0.3, start, [&](double c1, std::size_t j1) {
                             return survive(1, c1) * next(c1, j1, [&](double c2, std::size_t) {
                                      return survive(2, c2);
                                    });
                           });
      EXPECT_NEAR(one, std::exp(-0.04 / 12), 1e-14) << loading;
      EXPECT_NEAR(two, std::exp(-0.09 / 12), 1e-13) << loading;
      EXPECT_NEAR(three, std::exp(-0.18 / 12), 1e-13) << loading;
    }
}

// A regime far below on little noise: the density travels seventy of its stdevs.
TEST(FitLogHazards, MeetTheCurveUnderAFarRegime) {
  ScarcityLaw law{.initial = 0, .mean_reversion = 2, .volatility = 0.05, .drift = 0};
  law.regime = Regime{{-2.5, 0}, {3.0, 0.5}, 0};
  const double loading = 0.5, decay = std::exp(-2.0 / 12);
  const std::vector<double> hazards(24, 0.05);
  const auto a = fit_log_hazards(hazards, loading, true, law);
  const auto survival = expected_survival(a, loading, law);
  for (std::size_t k = 0; k <= 24; ++k)
    EXPECT_NEAR(survival[k], std::exp(-0.05 * static_cast<double>(k) / 12), 1e-12);
  // Sampled by a generator of another library.
  std::mt19937_64 bits(5);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  constexpr int kPaths = 100000;
  const double stdev = 0.05 * std::sqrt((1 - decay * decay) / 4);
  const double gone = 1 - std::exp(-3.5 / 12);
  double sum = 0, square = 0;
  for (int p = 0; p < kPaths; ++p) {
    double chi = 0, integral = 0;
    std::size_t j = 0;
    for (std::size_t k = 0; k < 24; ++k) {
      integral += std::exp(a[k] - loading * chi) / 12;
      chi = decay * chi + (1 - decay) * law.regime->means[j] + stdev * normal(bits);
      if (uniform(bits) < law.regime->rates[j] / 3.5 * gone) j = 1 - j;
    }
    sum += std::exp(-integral);
    square += std::exp(-2 * integral);
  }
  const double mean = sum / kPaths, error = std::sqrt((square / kPaths - mean * mean) / kPaths);
  EXPECT_NEAR(mean, std::exp(-0.1), 4 * error);
  EXPECT_LT(error, 1e-3);
}

TEST(FitLogHazards, RefuseRegimesWithoutVolatility) {
  ScarcityLaw law{.initial = 0, .mean_reversion = 0.9, .volatility = 0, .drift = 0};
  law.regime = sample_regime();
  EXPECT_THROW(static_cast<void>(fit_log_hazards({0.04, 0.05}, 1, true, law)), std::domain_error);
  law.volatility = 5e-4;  // points of the grid are further apart than 0.7 of a month's stdev
  EXPECT_THROW(static_cast<void>(fit_log_hazards({0.04, 0.05}, 1, true, law)), std::domain_error);
  law.volatility = 1e-5;
  EXPECT_THROW(static_cast<void>(fit_log_hazards({0.04, 0.05}, 1, true, law)), std::domain_error);
  EXPECT_NO_THROW(static_cast<void>(fit_log_hazards({0.04, 0.05}, 0, true, law)));
}

// The simulated survival of a party that loads on scarcity is its curve's on both bases.
TEST(FitLogHazards, HoldTheCurveOnSimulatedRegimes) {
  const Market market = regime_market();
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    CompiledMarket compiled(market, basis, 48);
    const BasisRun run = compiled.run(1 << 15);
    for (std::size_t i = 0; i < market.parties.size(); ++i) {
      const auto survival = run.mean(run.layout.survival(i, run.snapshot(0)));
      const double hazard = market.parties[i].hazard.values[0];
      EXPECT_NEAR(survival.value, std::exp(-4 * hazard), 4 * survival.standard_error) << i;
      EXPECT_LT(survival.standard_error, 1e-3);
    }
  }
}

}  // namespace
}  // namespace lien::pricing
