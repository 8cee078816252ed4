#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "engine/factors/factor_scratch.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/strip.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "tests/pricing/compiled_market.hpp"

// More launches, earlier ones and larger drops never raise what a unit already bought is worth:
// each makes the sum of ramped drops larger at every date, for the same random numbers path by
// path. Drops of 0.229 have a stdev of 0.02 here, so that none is a gain.
namespace lien::pricing {
namespace {

struct Gaps {
  const char* name;
  LaunchLaw law;
  double shape;
};
constexpr Gaps kGaps[] = {{"weibull 2.1", LaunchLaw::weibull, 2.1},
                          {"weibull 0.7", LaunchLaw::weibull, 0.7},
                          {"gamma 4", LaunchLaw::gamma, 4},
                          {"gamma 0.7", LaunchLaw::gamma, 0.7},
                          {"exponential", LaunchLaw::exponential, 1}};

struct Ramp {
  const char* name;
  RampLaw law;
};
constexpr Ramp kRamps[] = {{"exponential", RampLaw::exponential},
                           {"linear", RampLaw::linear},
                           {"bass", RampLaw::bass},
                           {"step", RampLaw::step}};

Market market_of(const Gaps& gaps, const Ramp& ramp) {
  Market market = sample_market();
  market.hardware.resize(1);
  market.hardware[0].life_years = 4;
  LaunchLine& line = market.launches[0];
  line.law = gaps.law;
  line.shape = gaps.shape;
  line.drop_stdev = 0.02;
  line.ramp = ramp.law;
  line.innovation = 0.4;
  line.imitation = 3;
  return market;
}

ScheduledLaunch announced(int days) { return {"next", kSampleDate + std::chrono::days(days), 3}; }

struct Change {
  const char* name;
  std::function<void(LaunchLine&)> before, after;
};

// From `before` to `after` launches come more often, earlier, or cost more.
std::vector<Change> changes(const Gaps& gaps) {
  // The older, the sooner the next launch; of shapes under 1 the younger.
  const double early = gaps.shape < 1 ? 0.2 : 1.2;
  return {
      {"more", [](LaunchLine&) {}, [](LaunchLine& line) { line.mean_years = 0.9; }},
      {"larger", [](LaunchLine&) {}, [](LaunchLine& line) { line.drop_mean = 0.30; }},
      {"older", [](LaunchLine&) {}, [early](LaunchLine& line) { line.years_since_last = early; }},
      {"announced for an earlier date", [](LaunchLine& line) { line.scheduled = {announced(600)}; },
       [](LaunchLine& line) { line.scheduled = {announced(300)}; }}};
}

// What the fits of the strip's calls may add to one value over another (time_value.hpp): on either
// (4e-8 + 6e-4 r^2) e^{k/2} s, where e^{k/2} s is a fourth of the call and r at most 0.04, half of
// the variance that launches add before an announced date if they do.
constexpr double kCallFits = 5e-7;

// Today's launches for 96 months, and the strip of a unit with fewer left at this moneyness.
StripState launches_today(const Market& market) {
  return strip_state_today(market, market.hardware[0], MeasureBasis::real_world, kSampleDate, 96);
}
double strip_value(const Market& market, StripState state, double log_moneyness, int life) {
  const Hardware& hardware = market.hardware[0];
  state.log_moneyness = log_moneyness;
  return exact_strip({MeasureBasis::real_world, &market, &hardware, kSampleDate}, state,
                     *hardware.operating_cost, 0, 0, life);
}

// A unit that earns its cost twice over, and any other within 1 % of a month's cost: the strip's
// lognormal has the mean and variance of what launches do, but not their one-sided law, so that on
// a unit under water larger drops can add more spread than they take mean.
TEST(LaunchOrder, NeverRaisesTheStrip) {
  for (const Gaps& gaps : kGaps)
    for (const Ramp& ramp : kRamps)
      for (const Change& change : changes(gaps)) {
        Market before = market_of(gaps, ramp), after = before;
        change.before(before.launches[0]);
        change.after(after.launches[0]);
        const StripState one = launches_today(before), two = launches_today(after);
        const double slack = 0.01 * 730 * *before.hardware[0].operating_cost;
        for (const double log_moneyness : {2.0, 0.7, 0.0, -0.7, -1.5})
          for (const int life : {1, 12, 48, 96}) {
            const double more = strip_value(before, one, log_moneyness, life);
            const double less = strip_value(after, two, log_moneyness, life);
            EXPECT_LE(less, log_moneyness > 0.5 ? more * (1 + 1e-12) : more + slack)
                << gaps.name << ", " << ramp.name << ", " << change.name << " at " << log_moneyness
                << " over " << life << " months";
          }
      }
}

// Rents and values of a unit that enters service today, [steps + 1][paths].
struct Rows {
  std::vector<double> log_rent, value;
};
Rows rows_of(const Market& market) {
  constexpr int kSteps = 24;
  constexpr std::uint64_t kBlocks = 2;
  CompiledMarket compiled(market, MeasureBasis::real_world, kSteps);
  const Plan& plan = compiled.plan;
  const SumLayout layout = lay_out_sums(plan, false);
  PathResults results;
  BookStages stages(plan, layout, results, nullptr);
  engine::PathBlock block(engine::factor_series(plan.factors) + stages.derived_series(),
                          plan.steps);
  engine::FactorScratch scratch(plan.factors);
  std::vector<double> sums(2 * layout.pairs);
  Rows out;
  for (std::uint64_t b = 0; b < kBlocks; ++b) {
    engine::fill_factors(plan.factors, b * engine::kBlockPaths, scratch, block);
    stages(block, b, sums.data());
    for (int k = 0; k <= plan.steps; ++k)
      for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
        out.log_rent.push_back(block.row(stages.log_rent_series(0), k)[p]);
        out.value.push_back(block.row(stages.value_series(), k)[p]);
      }
  }
  return out;
}

// The rent falls path by path. So does the value where old generations are replaced the sooner:
// the age of the newest launch, all a path knows of the next, then orders what is to come as the
// launches so far are ordered.
TEST(LaunchOrder, NeverRaisesRentOrValueOnAnyPath) {
  for (const Gaps& gaps : kGaps)
    for (const Ramp& ramp : kRamps) {
      const Market market = market_of(gaps, ramp);
      const Rows usual = rows_of(market);
      for (const Change& change : changes(gaps)) {
        Market before = market, after = market;
        change.before(before.launches[0]);
        change.after(after.launches[0]);
        const bool same = before.launches[0].scheduled.empty();
        const Rows more = same ? usual : rows_of(before), less = rows_of(after);
        double rent = -INFINITY, value = -INFINITY, mean = 0;
        for (std::size_t i = 0; i < more.log_rent.size(); ++i) {
          rent = std::max(rent, less.log_rent[i] - more.log_rent[i]);
          value = std::max(value, less.value[i] / more.value[i] - 1);
          mean += less.value[i] - more.value[i];
        }
        const auto where = std::string(gaps.name) + ", " + ramp.name + ", " + change.name;
        EXPECT_LE(rent, 1e-12) << where;
        EXPECT_LE(mean, 0) << where;
        if (gaps.shape >= 1) {
          EXPECT_LE(value, kCallFits) << where;
        }
      }
    }
}

}  // namespace
}  // namespace lien::pricing
