#include "pricing/plan/expected_rent.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pricing/plan/utilization.hpp"
#include "tests/pricing/compiled_market.hpp"

namespace lien::pricing {
namespace {

double integral(double k, double t) { return k == 0 ? t : -std::expm1(-k * t) / k; }

// ln E[R(t)/R(0)] of lognormal_market() by the formulas of docs/model.md, uncertain drift and
// regimes aside.
double plain_log_mean(const Market& market, const Hardware& h, bool neutral, double t) {
  const double c = h.scarcity_loading, f = h.frontier_loading, kappa = 0.9;
  const double v = c * c * 0.16 * integral(1.8, t) + f * f * 0.0324 * t +
                   2 * 0.30 * c * f * 0.4 * 0.18 * integral(kappa, t);
  const double premia = c * 0.10 * integral(kappa, t) + f * 0.036 * t;
  return c * market.scarcity->initial * std::expm1(-kappa * t) + f * -0.03 * t - h.wear * t +
         v / 2 - (neutral ? premia : 0);
}

Market loaded_market() {
  Market market = lognormal_market();
  market.scarcity->initial = 0.25;
  market.hardware[0].scarcity_loading = 1.3;
  market.hardware[0].frontier_loading = 0.7;
  return market;
}

TEST(ExpectedRent, IncludesTheUncertainDriftInTheRealWorldOnly) {
  Market market = loaded_market();
  market.frontier->drift_stdev = 0.12;
  const Hardware& h = market.hardware[0];
  const auto p = expected_log_rents(market, h, MeasureBasis::real_world, kSampleDate, 60);
  const auto q = expected_log_rents(market, h, MeasureBasis::risk_neutral, kSampleDate, 60);
  Market certain = market;
  certain.frontier->drift_stdev = 0;
  const auto wide = log_rent_spread(market, h, MeasureBasis::real_world, kSampleDate, 60);
  const auto narrow = log_rent_spread(certain, h, MeasureBasis::real_world, kSampleDate, 60);
  for (std::size_t k = 1; k <= 60; ++k) {
    const double t = static_cast<double>(k) / 12, own = std::pow(0.7 * t * 0.12, 2);
    EXPECT_NEAR(p[k], std::log(2.35) + plain_log_mean(market, h, false, t) + own / 2, 1e-13);
    EXPECT_NEAR(q[k], std::log(2.35) + plain_log_mean(market, h, true, t), 1e-13);
    EXPECT_NEAR(wide.stdev[k] * wide.stdev[k] - narrow.stdev[k] * narrow.stdev[k], own, 1e-14);
    EXPECT_EQ(wide.mean[k], narrow.mean[k]);
  }
}

TEST(ExpectedRent, OfRegimesIsTheSumOverAllChains) {
  Market market = loaded_market();
  market.scarcity->regime = sample_regime();
  const Hardware& h = market.hardware[0];
  for (const bool neutral : {false, true}) {
    const MeasureBasis basis = neutral ? MeasureBasis::risk_neutral : MeasureBasis::real_world;
    const auto mean = expected_log_rents(market, h, basis, kSampleDate, 14);
    const auto spread = log_rent_spread(market, h, basis, kSampleDate, 14);
    for (const int k : {1, 4, 14}) {
      const auto at = static_cast<std::size_t>(k);
      const double t = k / 12.0;
      const double added =
          std::log(over_chains(1, k, 0.9, [](double g) { return std::exp(1.3 * g); }));
      EXPECT_NEAR(mean[at], std::log(2.35) + plain_log_mean(market, h, neutral, t) + added, 1e-13);
      const double middle = over_chains(1, k, 0.9, [](double g) { return 1.3 * g; });
      const auto plain = [&] {
        Market without = market;
        without.scarcity->regime.reset();
        return log_rent_spread(without, h, basis, kSampleDate, k).mean.back();
      }();
      EXPECT_NEAR(spread.mean[at], plain + middle, 1e-14);
    }
  }
}

// Fans of the program at 65,536 paths: mean and deviation under P with both drivers on.
TEST(ExpectedRent, IsTheMeanOfSimulatedRents) {
  Market market = loaded_market();
  market.frontier->drift_stdev = 0.12;
  market.scarcity->regime = sample_regime();
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    CompiledMarket compiled(market, basis, 36);
    const BasisRun run = compiled.run(1 << 16);
    const auto expected = expected_log_rents(market, market.hardware[0], basis, kSampleDate, 36);
    for (const int k : {1, 12, 36}) {
      const auto mean = fan_mean(run, FanPlan::Of::rental_rate, 0, k);
      const double closed = std::exp(expected[static_cast<std::size_t>(k)]);
      EXPECT_NEAR(mean.value, closed, 4 * mean.standard_error) << k;
      EXPECT_LT(mean.standard_error, 5e-3 * closed) << k;
    }
  }
}

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

// A call on the rent after a year is a mean of Black's calls over the 4,096 ways of the chain.
TEST(ExpectedRent, OfRegimesHasTheTailsOfItsMixture) {
  Market market = loaded_market();
  market.rates.hull_white.reset();
  market.scarcity->regime = sample_regime();
  Book book;
  for (const double strike : {1.5, 2.35, 3.5}) {
    Instrument call;
    call.id = "c";
    call.kind = InstrumentKind::call;
    call.on = Underlying::rental_rate;
    call.hardware = "income";
    call.strike = strike;
    call.expiry = std::chrono::year(2027) / std::chrono::month(9) / std::chrono::day(30);
    book.instruments.push_back(call);
  }
  CompiledMarket compiled(market, MeasureBasis::risk_neutral, 12, book);
  const BasisRun run = compiled.run(1 << 16);
  const Hardware& h = market.hardware[0];
  const double v = 1.69 * 0.16 * integral(1.8, 1) + 0.49 * 0.0324 +
                   2 * 0.30 * 1.3 * 0.7 * 0.4 * 0.18 * integral(0.9, 1);
  const double forward = 2.35 * std::exp(plain_log_mean(market, h, true, 1));
  const double discount = std::exp(-0.04 - 0.01);
  for (std::size_t i = 0; i < 3; ++i) {
    const double strike = book.instruments[i].strike;
    const double expected = discount * over_chains(1, 12, 0.9, [&](double g) {
                              const double f = forward * std::exp(1.3 * g), s = std::sqrt(v);
                              const double d = (std::log(f / strike) + v / 2) / s;
                              return f * normal_cdf(d) - strike * normal_cdf(d - s);
                            });
    const auto price = run.mean(run.layout.instrument(i, kPayoff));
    EXPECT_NEAR(price.value, expected, 4 * price.standard_error) << strike;
    EXPECT_LT(price.standard_error, 0.03 * expected);
  }
}

// After ten years nothing of today is left: the mean under P is the given one, regimes or not.
TEST(UtilizationConstant, HoldsTheMeanUnderRegimes) {
  Market market = lognormal_market();
  market.scarcity->regime = Regime{{-0.6, 0.2}, {0.7, 1.6}, 0};
  CompiledMarket compiled(market, MeasureBasis::real_world, 120);
  const BasisRun run = compiled.run(1 << 14);
  const auto mean = fan_mean(run, FanPlan::Of::utilization, 0, 120);
  EXPECT_NEAR(mean.value, 0.80, 4 * mean.standard_error);
  EXPECT_LT(mean.standard_error, 2e-3);
  // Ignoring the regimes would be off by far more than that.
  const double ignored = utilization_constant(0.80, 0.35, 0.97, 1.5 * 0.40 / std::sqrt(1.8));
  EXPECT_GT(std::abs(compiled.plan.hardware[0].logit_constant - ignored), 0.05);
}

}  // namespace
}  // namespace lien::pricing
