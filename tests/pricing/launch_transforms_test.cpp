#include "pricing/plan/launch_transforms.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "tests/pricing/compiled_market.hpp"

namespace lien::pricing {
namespace {

// What launches add to the variance at the plan's nodes over 24 months of a run: full drops, no
// other launches than one announced for `days` from today.
std::vector<std::pair<double, double>> announced_variances(int days, double slip_months,
                                                           Plan& plan) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::none;
  market.launches[0].ramp = RampLaw::step;
  market.launches[0].scheduled = {{"next", kSampleDate + std::chrono::days(days), slip_months}};
  plan = CompiledMarket(market, MeasureBasis::real_world, 24).plan;
  return launch_variances(plan.transforms.at(0), plan);
}

// A date that has passed: by month h it has come with chance p = 1 - e^{-h/6}, of which
// l_q = ln(1 - p + p E e^{-qD}). Nothing pending is the polynomials' 0.
TEST(LaunchVariances, OfALateLaunchAreThoseOfItsWait) {
  Plan plan;
  const auto range = announced_variances(-20, 6, plan);
  const auto mean = [](double q) { return std::exp(-0.229 * q + 0.0081 * q * q / 2); };
  for (std::size_t j = 0; j < range.size(); ++j) {
    const double p = -std::expm1(-plan.node_months[j] / 6.0);
    EXPECT_EQ(range[j].first, 0.0);
    EXPECT_NEAR(range[j].second, std::log(1 - p + p * mean(2)) - 2 * std::log(1 - p + p * mean(1)),
                1e-10)
        << plan.node_months[j];
  }
}

// With other launches too, a node always sees some variance: rows of nothing pending are not read.
TEST(LaunchVariances, LeaveOutRowsThatNoPathReads) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::exponential;
  market.launches[0].scheduled = {{"next", kSampleDate - std::chrono::days(20), 6}};
  const Plan plan = CompiledMarket(market, MeasureBasis::real_world, 24).plan;
  for (const auto& [least, most] : launch_variances(plan.transforms.at(0), plan)) {
    EXPECT_GT(least, 0);
    EXPECT_GT(most, least);
  }
}

// A launch that is late and one on its date: once the date has passed, only the late one is left in
// the tables, though nothing else has changed.
TEST(LaunchTransforms, ForgetADateThatHasPassed) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::none;
  market.launches[0].ramp = RampLaw::step;
  market.launches[0].scheduled = {{"late", kSampleDate - std::chrono::days(20), 6},
                                  {"sure", kSampleDate + std::chrono::days(470), 0}};
  const Plan plan = CompiledMarket(market, MeasureBasis::real_world, 24).plan;
  const LaunchTransformPlan& transform = plan.transforms.at(0);
  const double mean = std::exp(-0.229 + 0.0081 / 2);
  for (const int k : {15, 16, 24}) {  // the sure date is in month 16
    const auto nodes = plan.nodes(k);
    const auto step = static_cast<std::size_t>(k);
    ASSERT_EQ(transform.overdue[step], 1U);
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      const double p = -std::expm1(-plan.node_months[nodes[j]] / 6.0);
      EXPECT_NEAR(transform.pending_first[transform.pending_at[step] + nodes.size() + j],
                  std::log(1 - p + p * mean) + (k == 15 ? std::log(mean) : 0.0), 1e-10)
          << k << ' ' << j;
    }
  }
}

}  // namespace
}  // namespace lien::pricing
