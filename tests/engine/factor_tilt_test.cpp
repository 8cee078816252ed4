#include "engine/factors/factor_tilt.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "tests/engine/factor_blocks.hpp"

namespace lien::engine {
namespace {

constexpr int kSteps = 30;

FactorPlan joint_plan() {
  FactorPlan plan;
  plan.steps = kSteps;
  FactorLaw law;
  law.scarcity_mean_reversion = 0.9;
  law.scarcity_volatility = 0.4;
  law.frontier_volatility = 0.18;
  law.rate_mean_reversion = 0.08;
  law.rate_volatility = 0.012;
  law.scarcity_frontier = 0.3;
  plan.scarcity_decay = std::exp(-0.9 / 12);
  plan.cholesky = lower_cholesky(step_covariance(law, 1.0 / 12));
  for (std::size_t f = 0; f < 4; ++f) {
    plan.random[f] = true;
    plan.keys[f] = stream_key(7, StreamKind::factor, "f" + std::to_string(f));
  }
  plan.noises.resize(1);
  plan.noises[0].key = stream_key(7, StreamKind::factor, "noise");
  plan.noises[0].decay = 0.9;
  plan.noises[0].stdev = 0.1;
  plan.noises[0].joint[1] = 0.05;
  return plan;
}

// Half of the paths by the law, a quarter by each of two tilts.
FactorPlan tilted_plan() {
  FactorPlan plan = joint_plan();
  FactorTilt& tilt = plan.tilt;
  tilt.components = 3;
  tilt.until = {12, 20, kSteps};
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    tilt.of[p] = static_cast<std::uint8_t>(p % 4 < 2 ? 0 : p % 4 - 1);
  tilt.shift.assign(kSteps * 4 * 3, 0.0);
  for (std::size_t k = 0; k < kSteps; ++k) {
    tilt.shift[tilt.at(k, 0) + 1] = -0.3;
    tilt.shift[tilt.at(k, 1) + 1] = k < 12 ? 0.1 : 0.0;
    tilt.shift[tilt.at(k, 1) + 2] = -0.02 * static_cast<double>(k);
    tilt.shift[tilt.at(k, 3) + 2] = 0.05;
  }
  return plan;
}

// A path of the law is itself; another is the one that its shifted normals make.
TEST(FactorTilt, ShiftsNormalsAndLeavesTheLawAlone) {
  const FactorPlan plain = joint_plan(), tilted = tilted_plan();
  FactorScratch scratch(tilted);
  PathBlock block(factor_series(tilted), kSteps), law(factor_series(plain), kSteps);
  fill_factors(tilted, 640, scratch, block);
  FactorScratch other(plain);
  fill_factors(plain, 640, other, law);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    for (std::size_t s = 0; s < factor_series(plain); ++s)
      for (int k = 0; k <= kSteps; ++k) {
        if (tilted.tilt.component(640 + p) == 0) {
          ASSERT_EQ(block.row(s, k)[p], law.row(s, k)[p]) << s << ' ' << k << ' ' << p;
        }
      }
  // Frontier: sums of steps; and the noise that shares its shocks.
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const std::size_t c = tilted.tilt.component(640 + p);
    double frontier = 0, noise = 0;
    for (int k = 0; k < kSteps; ++k) {
      double z[2];
      for (std::size_t f = 0; f < 2; ++f)
        z[f] = normal_at(tilted.keys[f], 640 + p, static_cast<std::uint32_t>(k)) +
               tilted.tilt.shift[tilted.tilt.at(static_cast<std::size_t>(k), f) + c];
      frontier += tilted.cholesky[4] * z[0] + tilted.cholesky[5] * z[1];
      noise = 0.9 * noise +
              0.1 * normal_at(tilted.noises[0].key, 640 + p, static_cast<std::uint32_t>(k)) +
              0.05 * z[1];
      ASSERT_NEAR(block.row(kFrontier, k + 1)[p], frontier, 1e-12);
      ASSERT_NEAR(block.row(noise_series(tilted, 0), k + 1)[p], noise, 1e-12);
    }
  }
}

// ln of prod phi(z - shift)/phi(z) over factors and steps, by its definition.
TEST(FactorTilt, KeepsDensityRatios) {
  const FactorPlan plan = tilted_plan();
  FactorScratch scratch(plan);
  PathBlock block(factor_series(plan), kSteps);
  fill_factors(plan, 64, scratch, block);
  for (std::size_t u = 0; u < plan.tilt.until.size(); ++u)
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        double log_ratio = 0;
        for (int k = 0; k < plan.tilt.until[u]; ++k)
          for (std::size_t f = 0; f < 4; ++f) {
            const double* const shift =
                plan.tilt.shift.data() + plan.tilt.at(static_cast<std::size_t>(k), f);
            const double z = normal_at(plan.keys[f], 64 + p, static_cast<std::uint32_t>(k)) +
                             shift[plan.tilt.component(64 + p)];
            log_ratio += -(z - shift[c]) * (z - shift[c]) / 2 + z * z / 2;
          }
        EXPECT_NEAR(tilt_row(plan, block, u * 3 + c)[p], log_ratio, 1e-11);
      }
}

// Weights bring back the law: mean 1, and the law's mean of the frontier.
TEST(FactorTilt, WeightsBringBackTheLaw) {
  const FactorPlan plan = tilted_plan();
  double n = 0, sums[2] = {}, squares[2] = {};
  each_block(plan, 1 << 16, [&](const PathBlock& block, std::uint64_t) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      double mixture = 0.5;
      for (std::size_t c = 1; c < 3; ++c)
        mixture += 0.25 * std::exp(tilt_row(plan, block, 6 + c)[p]);
      const double w = 1 / mixture;
      const double x[2] = {w, w * block.row(kFrontier, kSteps)[p]};
      n += 1;
      for (int i = 0; i < 2; ++i) {
        sums[i] += x[i];
        squares[i] += x[i] * x[i];
      }
    }
  });
  const double expected[2] = {1, 0};
  for (int i = 0; i < 2; ++i) {
    const double mean = sums[i] / n;
    EXPECT_NEAR(mean, expected[i], 4 * std::sqrt((squares[i] / n - mean * mean) / n)) << i;
  }
}

}  // namespace
}  // namespace lien::engine
