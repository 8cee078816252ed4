#include "pricing/credit/capital.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace lien::pricing {
namespace {

// Case O18: 30-digit quadrature.
TEST(Capital, VasicekQuantilesOfTheReference) {
  EXPECT_NEAR(vasicek_quantile(0.02, 0.20, 0.999), 0.22631280715580143, 1e-10 * 0.226);
  EXPECT_NEAR(vasicek_quantile(0.02, 0.20, 0.99), 0.1286098249324714, 1e-10 * 0.129);
}

TEST(Capital, InternalRatingsOfTheReference) {
  const IrbCapital k = irb_capital(0.01, 0.45, 2.5);
  EXPECT_NEAR(k.correlation, 0.192783679166, 1e-12);
  EXPECT_NEAR(k.maturity_adjustment, 0.137486130897, 1e-12);
  EXPECT_NEAR(k.requirement, 0.07385344111364112, 1e-12);
  EXPECT_NEAR(k.risk_weight, 0.9231680139205138, 1e-11);
}

// Published in Basel II, annex 5: corporate, loss 45 %, 2.5 years, in per cent; its last digit is
// one off at 5 %.
TEST(Capital, PublishedRiskWeights) {
  const double published[][2] = {{0.0025, 49.47}, {0.01, 92.32}, {0.05, 149.86}, {0.20, 238.23}};
  for (const auto& [pd, weight] : published)
    EXPECT_NEAR(100 * irb_capital(pd, 0.45, 2.5).risk_weight, weight, 0.01) << pd;
}

TEST(Capital, FloorAndDefault) {
  EXPECT_EQ(irb_capital(0, 0.45, 2.5).requirement, irb_capital(0.0005, 0.45, 2.5).requirement);
  EXPECT_EQ(irb_capital(1, 0.45, 2.5).requirement, 0);
  EXPECT_EQ(irb_capital(0.01, 0, 2.5).requirement, 0);
  EXPECT_GT(irb_capital(0.01, 0.45, 5).requirement, irb_capital(0.01, 0.45, 1).requirement);
}

TEST(Capital, SlottingRises) {
  EXPECT_EQ(slotting_risk_weight(SlottingCategory::strong), 0.70);
  EXPECT_EQ(slotting_risk_weight(SlottingCategory::weak), 2.50);
}

}  // namespace
}  // namespace lien::pricing
