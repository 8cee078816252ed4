#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/factors/factor_scratch.hpp"
#include "engine/factors/renewal_equation.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/strip.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "tests/pricing/compiled_market.hpp"

// Resale values as the stages of the program leave them on simulated states, against the exact sum
// of each state: what rows of a strip share, and what is a hardware's own.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;

constexpr int kLife = 96;
constexpr int kSeen[] = {0, 7, 18, 36};

// Everything that moves a strip: regimes, power, Poisson launches. Two hardware of one shape, the
// second of which pays for its power and follows a curve.
Market moving_market() {
  Market market = sample_market();
  market.scarcity->regime = sample_regime();
  market.power = Power{{1.5, 0.4}, 1.2};
  market.correlation.scarcity_power = 0.5;
  market.launches[0].law = LaunchLaw::exponential;
  market.hardware[1] = market.hardware[0];
  market.hardware[1].id = "powered";
  market.hardware[1].rental_rate = 1.1;
  market.hardware[1].power_share = 0.6;
  market.hardware[1].forward_curve = {{0.0, 1.5, 4.0}, {1.1, 0.9, 0.6}};
  return market;
}

// Largest error, relative to the exact value, of a unit of the last hardware that enters service
// today: its rows are the ones left.
double stage_error(const Market& market) {
  constexpr std::uint64_t kBlocks = 2;
  const CompiledMarket c(market, MeasureBasis::real_world, 36);
  const Hardware& hardware = c.market.hardware.back();
  const HardwarePlan& compiled = c.plan.hardware.back();
  const engine::FactorPlan& factors = c.plan.factors;
  const StripLaw law{MeasureBasis::real_world, &c.market, &hardware, kSampleDate};
  const auto process = launch_process(c.market.launches[0], law.drifts, kSampleDate);
  const auto one = engine::launch_transform(process, 1, 0, kLife);
  const auto two = engine::launch_transform(process, 2, 0, kLife);
  const SumLayout layout = lay_out_sums(c.plan, false);
  PathResults results;
  BookStages stages(c.plan, layout, results, nullptr);
  engine::PathBlock block(engine::factor_series(factors) + stages.derived_series(), c.plan.steps);
  engine::FactorScratch scratch(factors);
  std::vector<double> sums(2 * layout.pairs);
  double largest = 0;
  for (std::uint64_t b = 0; b < kBlocks; ++b) {
    engine::fill_factors(factors, b * kBlockPaths, scratch, block);
    stages(block, b, sums.data());
    for (const int k : kSeen)
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const auto at = [&](std::size_t series) { return block.row(series, k)[p]; };
        const auto step = static_cast<std::size_t>(k);
        const double cost = 0.36 * std::exp(0.025 * k / 12);
        StripState state;
        state.log_moneyness =
            at(stages.log_rent_series(c.market.hardware.size() - 1)) + std::log(0.8 / cost);
        state.scarcity = at(engine::kScarcity);
        state.regime = at(engine::regime_series(factors)) == 1.0 ? 1 : 0;
        state.power = at(engine::noise_series(factors, c.plan.power.noise));
        if (compiled.idiosyncratic != kNone)
          state.idiosyncratic = at(engine::noise_series(factors, compiled.idiosyncratic));
        const double pipeline = at(engine::line_series(0, engine::kLaunchPipeline));
        for (std::size_t h = 1; h <= kLife; ++h) {
          // The ramp of half a year, and what the curve still shifts the rent by.
          const auto months = static_cast<double>(h);
          double mean = one[h - 1] - pipeline * (1 - std::exp(-months / 6));
          if (const auto& shift = compiled.forward_shift; !shift.empty())
            mean += shift[step + h] - shift[step];
          state.launch_mean.push_back(mean);
          state.launch_variance.push_back(two[h - 1] - 2 * one[h - 1]);
        }
        const double exact = exact_strip(law, state, cost, 300, k, kLife - k);
        largest = std::max(largest, std::abs(at(stages.value_series()) / exact - 1));
      }
  }
  EXPECT_LE(c.plan.interpolation_error, 1e-4);
  EXPECT_LE(largest, 10 * c.plan.interpolation_error + 1e-6);
  return largest;
}

TEST(StripStages, ValueEitherOfOneShape) {
  Market market = moving_market();
  EXPECT_LE(stage_error(market), 1e-4);
  std::swap(market.hardware[0], market.hardware[1]);
  EXPECT_LE(stage_error(market), 1e-4);
}

TEST(StripStages, ValueEitherWithItsOwnNoise) {
  Market market = moving_market();
  market.hardware[0].idiosyncratic = OwnNoise{1.5, 0.2};
  market.hardware[1].idiosyncratic = OwnNoise{0.5, 0.3};
  EXPECT_LE(stage_error(market), 1e-4);
  std::swap(market.hardware[0], market.hardware[1]);
  EXPECT_LE(stage_error(market), 1e-4);
}

}  // namespace
}  // namespace lien::pricing
