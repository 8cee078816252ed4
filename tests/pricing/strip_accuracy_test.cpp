#include "pricing/plan/strip_accuracy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

double measured(Market market, int months = 60) {
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.horizon_months = months;
  const Book book;
  const std::vector<std::string> changed;
  const CompileInput input{&settings, &market, &book, MeasureBasis::real_world, &market, &changed};
  const Horizon horizon = horizon_of(settings, market, book);
  const Plan plan = compile(input, horizon, TimeGrid(kSampleDate, horizon.months));
  return strip_interpolation_error(input, plan);
}

// The simulated states of resale_rows_test.cpp err by up to 2e-5 here.
TEST(StripAccuracy, IsTheErrorOfSimulatedStates) {
  const double error = measured(sample_market());
  EXPECT_GT(error, 3e-6);
  EXPECT_LT(error, 1e-4);
}

// A segment of nodes starts at the date, so the run keeps its promise.
TEST(StripAccuracy, HoldsWhileALaunchIsScheduled) {
  Market market = sample_market();
  market.launches[0].scheduled = {
      {"next", std::chrono::year(2027) / std::chrono::month(12) / std::chrono::day(31), 0}};
  const double error = measured(market, 30);
  EXPECT_GT(error, 1e-6);
  EXPECT_LT(error, 1e-4);
}

TEST(StripAccuracy, IsZeroWithoutAStrip) {
  Market market = sample_market();
  market.hardware.erase(market.hardware.begin());
  EXPECT_EQ(measured(market), 0.0);
}

// Where every month is a node nothing is interpolated: the polynomials in age are left, 2e-6.
TEST(StripAccuracy, IsTheAgePolynomialForAShortLife) {
  Market market = sample_market();
  market.hardware.pop_back();  // its life would spread the nodes
  market.hardware[0].life_years = 0.5;
  EXPECT_LT(measured(market, 4), 2e-6);
  market.launches[0].law = LaunchLaw::exponential;
  EXPECT_LT(measured(market, 4), 1e-7);  // the fit of the calls
}

}  // namespace
}  // namespace lien::pricing
