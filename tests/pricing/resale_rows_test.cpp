#include "pricing/valuation/resale_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/factors/factor_scratch.hpp"
#include "engine/factors/renewal_equation.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/strip.hpp"
#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;

constexpr int kMonths[] = {0, 6, 18, 36};
constexpr int kLives[] = {1, 3, 12, 36, 60, 96};
constexpr std::uint64_t kBlocks = 12;

struct Case {
  RunSettings settings;
  Market market;
  Book book;
  std::vector<std::string> changed;
  Plan plan;

  explicit Case(Market m, MeasureBasis basis) : market(std::move(m)) {
    settings.valuation_date = kSampleDate;
    settings.horizon_months = 36;
    const Horizon horizon = horizon_of(settings, market, book);
    plan = compile({&settings, &market, &book, basis, &market, &changed}, horizon,
                   TimeGrid(kSampleDate, horizon.months));
  }
};

// l_1 and l_2 of the hardware's line for 1 .. 96 months, straight from the renewal equation.
class LaunchesToCome {
 public:
  LaunchesToCome(const Market& market, const Hardware& hardware, MeasureBasis drifts)
      : line_(market.launches[0]),
        process_(engine::LaunchProcess{launch_process(line_, drifts, kSampleDate)}),
        loading_(line_loadings(market, hardware)[0].second),
        first_(engine::solve_renewal(process_, loading_, 96)),
        second_(engine::solve_renewal(process_, 2 * loading_, 96)) {
    for (int h = 1; h <= 96; ++h) horizons_.push_back(h);
  }

  // Adds to the state what launches and pipeline do.
  void add_to(StripState& state, int k, double age, unsigned pending, double pipeline,
              double pipeline_age) {
    std::vector<double> one, two;
    if (pending != 0) {
      auto& known = scheduled_[{k, pending}];
      if (known.first.empty())
        known = {engine::scheduled_transform(process_, loading_, k / 12.0, pending, 96),
                 engine::scheduled_transform(process_, 2 * loading_, k / 12.0, pending, 96)};
      std::tie(one, two) = known;
    } else if (process_.law == engine::RenewalLaw::exponential) {
      one = engine::launch_transform(process_, loading_, 0, 96);
      two = engine::launch_transform(process_, 2 * loading_, 0, 96);
    } else {
      one = engine::aged_log_transform(first_, age, horizons_);
      two = engine::aged_log_transform(second_, age, horizons_);
    }
    for (std::size_t h = 0; h < 96; ++h) {
      const double t = static_cast<double>(h + 1) / 12;
      // docs/model.md: 1 - (1 - F(a + h)) / (1 - F(a)), a the age of the newest launch.
      const double left = engine::ramp_remaining(process_, pipeline_age);
      const double later = engine::ramp_remaining(process_, pipeline_age + t);
      const double arriving = left > 0 ? pipeline * (1 - later / left) : 0.0;
      state.launch_mean.push_back(one[h] - loading_ * arriving);
      state.launch_variance.push_back(two[h] - 2 * one[h]);
    }
  }

 private:
  const LaunchLine& line_;
  engine::LaunchProcess process_;
  double loading_;
  engine::RenewalTransform first_, second_;
  std::vector<int> horizons_;
  std::map<std::pair<int, unsigned>, std::pair<std::vector<double>, std::vector<double>>>
      scheduled_;
};

// The rows of one block, month and life as the program fills them.
std::vector<double> interpolated(const Plan& plan, const StripWeights& weights,
                                 const engine::PathBlock& block, const double* log_rent, int k,
                                 int life) {
  const std::size_t nodes = plan.node_months.size();
  const StripPlan& strip = plan.strips[0];
  engine::AlignedDoubles first(nodes * kBlockPaths), second(nodes * kBlockPaths);
  engine::AlignedDoubles calls(nodes * kBlockPaths), value(kBlockPaths);
  const auto row = [&](engine::LineSeries which) {
    return block.row(engine::line_series(0, which), k);
  };
  launch_transform_rows(plan.transforms[0], nodes, k, row(engine::kLaunchAge),
                        row(engine::kLaunchPending), first.get(), second.get(), kBlockPaths);
  const double* const pipeline[] = {row(engine::kLaunchPipeline)};
  const double* const age[] = {row(engine::kPipelineAge)};
  const double *const one[] = {first.get()}, *const two[] = {second.get()};
  const auto& hardware = plan.hardware[0];
  const double cost = hardware.operating_cost[static_cast<std::size_t>(k)];
  strip_rows(strip,
             {block.row(engine::kScarcity, k), log_rent, std::log(hardware.utilization / cost), 1,
              pipeline, age, one, two},
             calls.get(), kBlockPaths);
  combine_strip_row(weights.at(k, life).data(), nodes, calls.get(), cost, hardware.scrap,
                    value.get(), kBlockPaths);
  return {value.get(), value.get() + kBlockPaths};
}

// Largest error relative to the exact value, scrap included, by life.
std::vector<double> errors(const Case& c, MeasureBasis drifts) {
  const Hardware& hardware = c.market.hardware[0];
  const StripLaw law{drifts, &c.market, &hardware, kSampleDate};
  const std::vector<int> nodes(c.plan.node_months.begin(), c.plan.node_months.end());
  const StripWeights weights(law, nodes, c.plan.steps, 96);
  LaunchesToCome launches(c.market, hardware, drifts);
  engine::FactorScratch scratch(c.plan.factors);
  engine::PathBlock block(engine::factor_series(c.plan.factors), c.plan.steps);
  std::vector<double> largest(std::size(kLives), 0.0);
  for (std::uint64_t b = 0; b < kBlocks; ++b) {
    engine::fill_factors(c.plan.factors, b * kBlockPaths, scratch, block);
    for (const int k : kMonths) {
      engine::AlignedDoubles log_rent(kBlockPaths);
      const auto at = [&](std::size_t series, std::size_t p) { return block.row(series, k)[p]; };
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        log_rent.get()[p] =
            std::log(hardware.rental_rate) + hardware.scarcity_loading * at(engine::kScarcity, p) +
            hardware.frontier_loading * at(engine::kFrontier, p) - hardware.wear * k / 12.0 -
            at(engine::line_series(0, engine::kLaunchEffect), p);
      std::vector<std::vector<double>> rows;
      for (const int life : kLives)
        rows.push_back(interpolated(c.plan, weights, block, log_rent.get(), k, life));
      const double cost = c.plan.hardware[0].operating_cost[static_cast<std::size_t>(k)];
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        StripState state;
        state.scarcity = at(engine::kScarcity, p);
        state.log_moneyness = std::log(c.plan.hardware[0].utilization / cost) + log_rent.get()[p];
        launches.add_to(
            state, k, at(engine::line_series(0, engine::kLaunchAge), p),
            static_cast<unsigned>(at(engine::line_series(0, engine::kLaunchPending), p)),
            at(engine::line_series(0, engine::kLaunchPipeline), p),
            at(engine::line_series(0, engine::kPipelineAge), p));
        for (std::size_t l = 0; l < std::size(kLives); ++l) {
          const double exact = exact_strip(law, state, cost, hardware.resale->scrap, k, kLives[l]);
          largest[l] = std::max(largest[l], std::abs(rows[l][p] / exact - 1));
        }
      }
    }
  }
  return largest;
}

// 3,072 simulated states, each at six lives.
void expect_accurate(const char* name, Market market, double tolerance,
                     bool neutral_drifts = false) {
  market.hardware.resize(1);
  market.hardware[0].resale->risk_neutral_drifts = neutral_drifts;
  const MeasureBasis drifts =
      neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world;
  const auto largest = errors(Case(market, MeasureBasis::real_world), drifts);
  for (std::size_t l = 0; l < largest.size(); ++l) {
    EXPECT_LE(largest[l], tolerance) << name << ", " << kLives[l] << " months of life";
  }
}

TEST(ResaleRows, AreTheExactStripForWeibullLaunches) {
  expect_accurate("weibull", sample_market(), 3e-5);
}
TEST(ResaleRows, AreTheExactStripOnRiskNeutralDrifts) {
  Market market = sample_market();
  market.hardware[0].resale->operator_rate.reset();
  market.hardware[0].resale->liquidity_spread = 0.03;
  expect_accurate("risk-free, neutral", market, 3e-5, true);
}
TEST(ResaleRows, AreTheExactStripForPoissonLaunches) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::exponential;
  expect_accurate("poisson", market, 5e-6);
}
TEST(ResaleRows, AreTheExactStripForGammaLaunches) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::gamma;
  market.launches[0].shape = 4;
  expect_accurate("gamma", market, 1e-4);
  market.launches[0].shape = 0.7;
  expect_accurate("gamma 0.7", market, 1e-4);
}
TEST(ResaleRows, AreTheExactStripForBassRamps) {
  Market market = sample_market();
  market.launches[0].ramp = RampLaw::bass;
  market.launches[0].innovation = 0.4;
  market.launches[0].imitation = 3;
  expect_accurate("bass", market, 1e-4);
}
// A linear ramp bends the functions of the horizon where it ends, as an announced launch does.
TEST(ResaleRows, MissTheExactStripByHalfAPercentForLinearRamps) {
  Market market = sample_market();
  market.launches[0].ramp = RampLaw::linear;
  expect_accurate("linear", market, 7e-3);
}
// A launch that is announced bends the functions of the horizon at its date: the nodes of sqrt(h)
// miss the aim of 1e-4, the more the less it can slip.
TEST(ResaleRows, MissTheExactStripByLittleForScheduledLaunches) {
  Market market = sample_market();
  market.launches[0].scheduled = {
      {"next", std::chrono::year(2027) / std::chrono::month(3) / std::chrono::day(31), 4}};
  expect_accurate("scheduled", market, 4e-4);
}
TEST(ResaleRows, MissTheExactStripByOnePercentForALaunchOnItsDate) {
  Market market = sample_market();
  market.launches[0].scheduled = {
      {"next", std::chrono::year(2027) / std::chrono::month(12) / std::chrono::day(31), 0}};
  expect_accurate("scheduled, no slip", market, 1.2e-2);
}
TEST(ResaleRows, AreTheExactStripForAWeakRent) {
  Market market = sample_market();
  market.hardware[0].rental_rate = 0.6;
  market.hardware[0].resale->scrap = 30;
  expect_accurate("rent near cost", market, 1e-4);
}

}  // namespace
}  // namespace lien::pricing
