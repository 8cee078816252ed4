#include "pricing/valuation/resale_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/elementary/elementary.hpp"
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

constexpr int kMonths[] = {0, 7, 18, 36};
constexpr int kLives[] = {1, 3, 12, 36, 60, 84, 96};
constexpr std::uint64_t kBlocks = 12;
constexpr int kLife = 96;

struct Case {
  RunSettings settings;
  Market market;
  Book book;
  std::vector<std::string> changed;
  TimeGrid grid;
  Plan plan;
  std::vector<StripNodes> nodes;

  explicit Case(Market m, MeasureBasis basis) : market(std::move(m)), grid(kSampleDate, 36) {
    settings.valuation_date = kSampleDate;
    settings.horizon_months = 36;
    const Horizon horizon = horizon_of(settings, market, book);
    const CompileInput input{&settings, &market, &book, basis, &market, &changed};
    grid = TimeGrid(kSampleDate, horizon.months);
    plan = compile(input, horizon, grid);
    nodes = strip_nodes_by_step(input, grid, plan);
  }
};

// l_1 and l_2 of the hardware's line for 1 .. kLife months, straight from the renewal equation.
class LaunchesToCome {
 public:
  LaunchesToCome(const Market& market, const Hardware& hardware, MeasureBasis drifts)
      : process_(engine::LaunchProcess{launch_process(market.launches[0], drifts, kSampleDate)}),
        loading_(line_loadings(market, hardware)[0].second),
        first_(engine::solve_renewal(process_, loading_, kLife)),
        second_(engine::solve_renewal(process_, 2 * loading_, kLife)),
        poisson_first_(engine::launch_transform(process_, loading_, 0, kLife)),
        poisson_second_(engine::launch_transform(process_, 2 * loading_, 0, kLife)) {
    for (int h = 1; h <= kLife; ++h) horizons_.push_back(h);
  }

  // Adds to the state what launches and pipeline do.
  void add_to(StripState& state, int k, double age, unsigned pending, double pipeline,
              double pipeline_age) {
    std::vector<double> one = poisson_first_, two = poisson_second_;
    if (pending != 0) {
      auto& known = scheduled_[{k, pending}];
      if (known.first.empty())
        known = {engine::scheduled_transform(process_, loading_, k / 12.0, pending, kLife),
                 engine::scheduled_transform(process_, 2 * loading_, k / 12.0, pending, kLife)};
      std::tie(one, two) = known;
    } else if (process_.law != engine::RenewalLaw::exponential) {
      one = engine::aged_log_transform(first_, age, horizons_);
      two = engine::aged_log_transform(second_, age, horizons_);
    }
    for (std::size_t h = 0; h < kLife; ++h) {
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
  engine::LaunchProcess process_;
  double loading_;
  engine::RenewalTransform first_, second_;
  std::vector<double> poisson_first_, poisson_second_;
  std::vector<int> horizons_;
  std::map<std::pair<int, unsigned>, std::pair<std::vector<double>, std::vector<double>>>
      scheduled_;
};

// The rows of one block and month as the program fills them, one for each life of the list that the
// month has nodes for.
std::vector<std::vector<double>> interpolated(const Case& c, const StripWeights& weights,
                                              const engine::PathBlock& block,
                                              const double* log_rent, int k) {
  const Plan& plan = c.plan;
  const auto at = static_cast<std::size_t>(k);
  const auto nodes = plan.nodes(k);
  const StripPlan& strip = plan.strips[0];
  engine::AlignedDoubles first(nodes.size() * kBlockPaths), second(nodes.size() * kBlockPaths);
  engine::AlignedDoubles calls(nodes.size() * kBlockPaths), value(kBlockPaths);
  const auto row = [&](engine::LineSeries which) {
    return block.row(engine::line_series(0, which), k);
  };
  launch_transform_rows(plan.transforms[0], nodes, k, row(engine::kLaunchAge),
                        row(engine::kLaunchPending), first.get(), second.get(), kBlockPaths);
  const double* const pipeline[] = {row(engine::kLaunchPipeline)};
  const double* const age[] = {row(engine::kPipelineAge)};
  const double *const one[] = {first.get()}, *const two[] = {second.get()};
  const auto& hardware = plan.hardware[0];
  const double cost = hardware.operating_cost[at];
  StripInput input{nodes, block.row(engine::kScarcity, k), nullptr, 0.0, 1, pipeline, age, one,
                   two};
  if (plan.factors.regime) input.regime = block.row(engine::regime_series(plan.factors), k);
  const TimeValues& time_values = plan.shapes[strip.shape].time_values;
  const std::size_t size = nodes.size() * kBlockPaths;
  engine::AlignedDoubles moves(4 * size);
  const ShapeRows shape{moves.get(), moves.get() + size, moves.get() + 2 * size,
                        moves.get() + 3 * size};
  strip_shape_rows(strip, time_values, input, shape, kBlockPaths);
  strip_call_rows(
      strip, time_values,
      {nodes, plan.node_first[at], log_rent, std::log(hardware.utilization / cost), shape},
      calls.get(), kBlockPaths);
  std::vector<std::vector<double>> rows;
  for (const int life : kLives) {
    if (life > c.nodes[at].months.back()) break;
    combine_strip_row(weights.at(k, life).data(), nodes.size(), calls.get(), cost, hardware.scrap,
                      value.get(), kBlockPaths);
    rows.emplace_back(value.get(), value.get() + kBlockPaths);
  }
  return rows;
}

// Largest error relative to the exact value, scrap included, by life; 0 where a life is not seen.
std::vector<double> errors(const Case& c, MeasureBasis drifts, std::uint64_t blocks) {
  const Hardware& hardware = c.market.hardware[0];
  const HardwarePlan& compiled = c.plan.hardware[0];
  const StripLaw law{drifts, &c.market, &hardware, kSampleDate};
  const StripWeights weights(law, c.nodes, kLife);
  LaunchesToCome launches(c.market, hardware, drifts);
  std::vector<StripMonth> months;
  for (int h = 1; h <= kLife; ++h) months.push_back(strip_month(law, h));
  engine::FactorScratch scratch(c.plan.factors);
  engine::PathBlock block(engine::factor_series(c.plan.factors), c.plan.steps);
  std::vector<double> largest(std::size(kLives), 0.0);
  for (std::uint64_t b = 0; b < blocks; ++b) {
    engine::fill_factors(c.plan.factors, b * kBlockPaths, scratch, block);
    for (const int k : kMonths) {
      const auto step = static_cast<std::size_t>(k);
      engine::AlignedDoubles log_rent(kBlockPaths);
      const auto at = [&](std::size_t series, std::size_t p) { return block.row(series, k)[p]; };
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        log_rent.get()[p] = compiled.log_rent[step] +
                            hardware.scarcity_loading * at(engine::kScarcity, p) +
                            hardware.frontier_loading * at(engine::kFrontier, p) -
                            at(engine::line_series(0, engine::kLaunchEffect), p);
      const auto rows = interpolated(c, weights, block, log_rent.get(), k);
      const double cost = compiled.operating_cost[step];
      std::vector<double> discount;
      for (int h = 1; h <= kLife; ++h) discount.push_back(strip_discount(law, k, h));
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        StripState state;
        launches.add_to(
            state, k, at(engine::line_series(0, engine::kLaunchAge), p),
            static_cast<unsigned>(at(engine::line_series(0, engine::kLaunchPending), p)),
            at(engine::line_series(0, engine::kLaunchPipeline), p),
            at(engine::line_series(0, engine::kPipelineAge), p));
        const std::size_t regime =
            c.plan.factors.regime && at(engine::regime_series(c.plan.factors), p) == 1.0 ? 1 : 0;
        double sum = 0;
        std::size_t life = 0;
        for (std::size_t h = 0; h < kLife && life < rows.size(); ++h) {
          const StripMonth& month = months[h];
          const auto& shift = compiled.forward_shift;
          const double forward = shift.empty() ? 0.0 : shift[step + h + 1] - shift[step];
          sum += discount[h] *
                 engine::black_call(
                     std::log(compiled.utilization / cost) + log_rent.get()[p] + forward -
                         month.scarcity * at(engine::kScarcity, p) + month.constant +
                         month.regime_mean[regime] + state.launch_mean[h],
                     month.variance + month.regime_variance[regime] + state.launch_variance[h]);
          if (static_cast<int>(h) + 1 != kLives[life]) continue;
          const double exact = cost * sum + hardware.resale->scrap;
          largest[life] = std::max(largest[life], std::abs(rows[life][p] / exact - 1));
          ++life;
        }
      }
    }
  }
  return largest;
}

// 256 states a block, each at every life that the month has nodes for, within the promised 1e-4;
// what the run states of itself is of that size too. It looks at fewer lives, those of its lots.
void expect_accurate(const char* name, Market market, std::uint64_t blocks = kBlocks,
                     bool neutral_drifts = false) {
  market.hardware.resize(1);
  market.hardware[0].resale->risk_neutral_drifts = neutral_drifts;
  const MeasureBasis drifts =
      neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world;
  const Case c(market, MeasureBasis::real_world);
  const auto largest = errors(c, drifts, blocks);
  for (std::size_t l = 0; l < largest.size(); ++l)
    EXPECT_LE(largest[l], 1e-4) << name << ", " << kLives[l] << " months of life";
  EXPECT_LE(c.plan.interpolation_error, 1e-4) << name;
  EXPECT_LE(*std::max_element(largest.begin(), largest.end()),
            10 * c.plan.interpolation_error + 1e-6)
      << name;
}

struct Ramp {
  const char* name;
  void (*set)(LaunchLine& line);
};
const Ramp kRamps[] = {
    {"exponential", [](LaunchLine&) {}},
    {"linear", [](LaunchLine& line) { line.ramp = RampLaw::linear; }},
    {"bass",
     [](LaunchLine& line) {
       line.ramp = RampLaw::bass;
       line.innovation = 0.4;
       line.imitation = 3;
     }},
    {"step", [](LaunchLine& line) { line.ramp = RampLaw::step; }},
};

// Every ramp under one law of launches, the exponential one on 3,072 states.
void expect_accurate_ramps(const std::string& law, const Market& market,
                           std::uint64_t other_blocks = 4) {
  for (const Ramp& ramp : kRamps) {
    Market with = market;
    ramp.set(with.launches[0]);
    const bool other = &ramp != &kRamps[0];
    expect_accurate((law + ", " + ramp.name).c_str(), with, other ? other_blocks : kBlocks);
  }
}

Market scheduled(int year, unsigned month, double slip_months) {
  Market market = sample_market();
  const Date date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(28);
  market.launches[0].scheduled = {{"next", date, slip_months}};
  return market;
}

// Convention A: a private operator's rate and real-world drifts.
TEST(ResaleRows, AreTheExactStripForWeibullLaunches) {
  expect_accurate_ramps("weibull", sample_market());
}
TEST(ResaleRows, AreTheExactStripForAnAgeOfThreeYears) {
  Market market = sample_market();
  market.launches[0].years_since_last = 3;
  expect_accurate("three years without a launch", market);
}
// Convention B: the curve and a liquidity spread, with risk-neutral drifts.
TEST(ResaleRows, AreTheExactStripOnRiskNeutralDrifts) {
  Market market = sample_market();
  market.hardware[0].resale->operator_rate.reset();
  market.hardware[0].resale->liquidity_spread = 0.03;
  expect_accurate("risk-free, neutral", market, kBlocks, true);
}
TEST(ResaleRows, AreTheExactStripForPoissonLaunches) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::exponential;
  expect_accurate_ramps("poisson", market);
}
TEST(ResaleRows, AreTheExactStripForGammaLaunches) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::gamma;
  market.launches[0].shape = 4;
  expect_accurate_ramps("gamma", market, 1);
  market.launches[0].shape = 0.7;
  expect_accurate("gamma 0.7", market, 4);
}
// An announced launch bends the functions of the horizon at its date, the more the less it can
// slip: a segment of nodes starts there.
TEST(ResaleRows, AreTheExactStripForALaunchOnItsDate) {
  expect_accurate_ramps("no slip", scheduled(2027, 12, 0));
}
TEST(ResaleRows, AreTheExactStripForALaunchThatSlipsMonths) {
  expect_accurate_ramps("slip of three months", scheduled(2027, 12, 3));
  expect_accurate("slip of a month", scheduled(2027, 3, 1));
}
// More than one scheduled launch: tables by the launches that may be late.
TEST(ResaleRows, AreTheExactStripForTwelveScheduledLaunches) {
  Market market = sample_market();
  for (int i = 0; i < 12; ++i)
    market.launches[0].scheduled.push_back(
        {std::string(1, static_cast<char>('a' + i)),
         std::chrono::year(2027 + i / 4) /
             std::chrono::month(2 + 3 * static_cast<unsigned>(i % 4)) / std::chrono::day(20),
         i % 3 == 0 ? 0.0 : 1.0 + i});
  expect_accurate("twelve", market);
}
TEST(ResaleRows, AreTheExactStripForForwardCurves) {
  Market market = sample_market();
  market.hardware[0].forward_curve = {{0.0, 0.5, 1.0, 2.0, 4.0}, {2.35, 2.3, 1.9, 1.6, 1.1}};
  expect_accurate("forward curve", market);
}
TEST(ResaleRows, AreTheExactStripUnderRegimes) {
  Market market = sample_market();
  market.scarcity->regime = Regime{{-0.4, 0.3}, {0.7, 1.0}, 1};
  expect_accurate("regimes", market);
  market.hardware[0].forward_curve = {{0.0, 1.5, 4.0}, {2.35, 1.9, 1.1}};
  expect_accurate("regimes, forward curve", market);
}
TEST(ResaleRows, AreTheExactStripForAWeakRent) {
  Market market = sample_market();
  market.hardware[0].rental_rate = 0.6;
  market.hardware[0].resale->scrap = 30;
  expect_accurate("rent near cost", market);
}

// Ages beyond the polynomials count as their end, and are counted.
TEST(ResaleRows, CountTheAgesBeyondThePolynomials) {
  Market market = sample_market();
  market.hardware.resize(1);
  const Case c(market, MeasureBasis::real_world);
  engine::AlignedDoubles age(kBlockPaths), none(kBlockPaths);
  const auto nodes = c.plan.nodes(0);
  engine::AlignedDoubles first(nodes.size() * kBlockPaths), second(nodes.size() * kBlockPaths);
  std::fill_n(age.get(), kBlockPaths, 0.5);
  std::fill_n(none.get(), kBlockPaths, 0.0);
  const LaunchTransformPlan& transform = c.plan.transforms[0];
  const auto rows = [&] {
    return launch_transform_rows(transform, nodes, 0, age.get(), none.get(), first.get(),
                                 second.get(), kBlockPaths);
  };
  EXPECT_EQ(rows(), 0U);
  age.get()[7] = transform.age_max;
  EXPECT_EQ(rows(), 0U);
  age.get()[3] = age.get()[40] = transform.age_max * 1.01;
  EXPECT_EQ(rows(), 2U);
  EXPECT_EQ(first.get()[3], first.get()[7]);
}

}  // namespace
}  // namespace lien::pricing
