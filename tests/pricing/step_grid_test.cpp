// [simulation] steps_per_year other than 12: dates on the grid, and the law at common dates, which
// no grid may change (docs/model.md, "Time").
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "engine/factors/factor_scratch.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/market_laws.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

TEST(StepGrid, StepsEndWithTheMonthsTheyShareATimeWith) {
  const TimeGrid months(2026y / 9 / 30, 24), fifty(2026y / 9 / 30, 100, 50),
      weeks(2026y / 9 / 30, 104, 52);
  EXPECT_EQ(fifty.date(25), months.date(6));
  EXPECT_EQ(fifty.date(100), months.date(24));
  EXPECT_EQ(weeks.date(13), months.date(3));
  EXPECT_EQ(fifty.month_of(months.date(12)), 50);
  EXPECT_EQ(fifty.month_of(months.date(12) + std::chrono::days{1}), 51);
  EXPECT_EQ(fifty.month_of(2026y / 9 / 30), 0);
  EXPECT_EQ(fifty.month_of(2026y / 10 / 1), 1);
  EXPECT_EQ(fifty.month_of(2031y / 1 / 1), 101);
  for (const Date date : {Date{2026y / 10 / 17}, Date{2028y / 2 / 29}}) {
    EXPECT_EQ(fifty.time_of(date), months.time_of(date));
    const int k = fifty.month_of(date);
    EXPECT_LE(fifty.time_of(date), k / 50.0);
    EXPECT_GT(fifty.time_of(date), (k - 1) / 50.0);
  }
  for (int k = 1; k <= 100; ++k) {  // the last day that is not after t_k
    EXPECT_LE(fifty.time_of(fifty.date(k)), k / 50.0 + 1e-12);
    EXPECT_GT(fifty.time_of(fifty.date(k) + std::chrono::days{1}), k / 50.0);
    EXPECT_EQ(fifty.month_of(fifty.date(k)), k);
  }
  EXPECT_EQ(step_of_month(12, 50), 50);
  EXPECT_EQ(step_of_month(1, 50), 5);  // 4.17 steps: it ends in the fifth
  EXPECT_EQ(month_of_step(5, 50), 2);
  EXPECT_EQ(month_of_step(4, 50), 1);
}

Plan plan_of(const Market& market, MeasureBasis basis, int steps_per_year) {
  Book book;
  Instrument forward;
  forward.id = "F";
  forward.hardware = "multiple";
  forward.expiry = Date{2028y / 9 / 30};
  book.instruments = {forward};
  RunSettings settings = settings_of(kSampleDate);
  settings.loss_horizon_months = {24};
  settings.steps_per_year = steps_per_year;
  const std::vector<std::string> changed;
  const Horizon horizon = horizon_of(settings, market, book);
  return compile({&settings, &market, &book, basis, &market, &changed}, horizon,
                 TimeGrid(kSampleDate, horizon.months, steps_per_year));
}

using Matrix = std::array<double, 16>;

Matrix product(const Matrix& a, const Matrix& b, bool transposed) {
  Matrix c{};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t k = 0; k < 4; ++k)
        c[4 * i + j] += a[4 * i + k] * b[transposed ? 4 * j + k : 4 * k + j];
  return c;
}

// The steps of the plan strung together give the exact covariance of a whole year.
TEST(StepGrid, EveryGridStringsItsStepsToTheSameCovariance) {
  const Market market = sample_market();
  const auto exact = engine::step_covariance(factor_law_of(market), 1.0);
  for (const int per_year : {1, 12, 48, 50, 52}) {
    const engine::FactorPlan f = plan_of(market, MeasureBasis::risk_neutral, per_year).factors;
    Matrix move{f.scarcity_decay,        0, 0, 0, 0, 1, 0, 0, 0, 0, f.rate_decay, 0, 0, 0,
                f.rate_integral_loading, 1};
    const Matrix step = product(f.cholesky, f.cholesky, true);
    Matrix sum{};
    double scarcity = f.scarcity_initial, frontier = 0;
    for (int k = 0; k < per_year; ++k) {
      sum = product(product(move, sum, false), move, true);
      for (std::size_t i = 0; i < 16; ++i) sum[i] += step[i];
      scarcity = f.scarcity_decay * scarcity + f.scarcity_drift;
      frontier += f.frontier_drift;
    }
    for (std::size_t i = 0; i < 16; ++i)
      EXPECT_NEAR(sum[i], exact[i], 1e-12 * (std::abs(exact[i]) + 1e-3)) << per_year << " " << i;
    EXPECT_NEAR(scarcity, -0.10 * (1 - std::exp(-0.9)) / 0.9, 1e-13);
    EXPECT_NEAR(frontier, -0.03 - 0.036, 1e-13);
  }
}

// A year of steps of a hardware's own noise is one exact step of a year.
TEST(StepGrid, EveryGridStringsItsStepsToTheSameNoise) {
  Market market = sample_market();
  market.hardware[1].idiosyncratic = OwnNoise{1.5, 0.4};
  for (const int per_year : {1, 12, 48, 50, 52}) {
    const engine::FactorPlan f = plan_of(market, MeasureBasis::risk_neutral, per_year).factors;
    ASSERT_EQ(f.noises.size(), 1u);
    double decay = 1, variance = 0;
    for (int k = 0; k < per_year; ++k) {
      decay *= f.noises[0].decay;
      variance =
          f.noises[0].decay * f.noises[0].decay * variance + f.noises[0].stdev * f.noises[0].stdev;
    }
    EXPECT_NEAR(decay, std::exp(-1.5), 1e-13) << per_year;
    EXPECT_NEAR(variance, 0.16 * (1 - std::exp(-3.0)) / 3, 1e-13) << per_year;
  }
}

struct Moments {
  double mean = 0, error = 0, variance = 0, variance_error = 0;
};

Moments moments(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  Moments m;
  double fourth = 0;
  for (const double v : x) m.mean += v / n;
  for (const double v : x) {
    const double square = (v - m.mean) * (v - m.mean);
    m.variance += square / n;
    fourth += square * square / n;
  }
  m.error = std::sqrt(m.variance / n);
  m.variance_error = std::sqrt((fourth - m.variance * m.variance) / n);
  return m;
}

// chi, xi, x, I, launch effect, log rent after one and two years.
std::vector<std::vector<double>> simulated(const Plan& plan, std::uint64_t paths) {
  engine::FactorScratch scratch(plan.factors);
  engine::PathBlock block(engine::factor_series(plan.factors), plan.steps);
  std::vector<std::vector<double>> out(12);
  for (std::uint64_t first = 0; first < paths; first += engine::kBlockPaths) {
    engine::fill_factors(plan.factors, first, scratch, block);
    for (std::size_t year = 1; year <= 2; ++year) {
      const int k = static_cast<int>(year) * plan.steps_per_year;
      const double* const rows[] = {block.row(0, k), block.row(1, k), block.row(2, k),
                                    block.row(3, k),
                                    block.row(engine::line_series(0, engine::kLaunchEffect), k)};
      for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
        for (std::size_t i = 0; i < 5; ++i) out[6 * (year - 1) + i].push_back(rows[i][p]);
        out[6 * (year - 1) + 5].push_back(
            std::exp(plan.hardware[1].log_rent[k] + rows[0][p] + rows[1][p] - rows[4][p]));
      }
    }
  }
  return out;
}

TEST(StepGrid, MonthsAndWeeksGiveOneLawAtCommonDates) {
  const Market market = sample_market();
  constexpr std::uint64_t kPaths = 1 << 14;
  const MeasureBasis basis = MeasureBasis::real_world;
  std::vector<std::vector<Moments>> grids;
  for (const int per_year : {12, 48, 52}) {
    const Plan plan = plan_of(market, basis, per_year);
    ASSERT_EQ(plan.steps, 2 * per_year + (6 * per_year + 11) / 12);
    grids.emplace_back();
    for (const auto& sample : simulated(plan, kPaths)) grids.back().push_back(moments(sample));
    const auto rents =
        expected_log_rents(market, market.hardware[1], basis, kSampleDate, 2 * per_year, per_year);
    for (const int year : {1, 2}) {
      const Moments& rent = grids.back()[static_cast<std::size_t>(6 * year - 1)];
      EXPECT_NEAR(rent.mean, std::exp(rents[static_cast<std::size_t>(year * per_year)]),
                  4 * rent.error);
      const auto exact = engine::step_covariance(factor_law_of(market), year);
      for (std::size_t i = 0; i < 4; ++i) {
        const Moments& factor = grids.back()[6 * static_cast<std::size_t>(year - 1) + i];
        EXPECT_NEAR(factor.variance, exact[5 * i], 4 * factor.variance_error);
      }
    }
  }
  for (std::size_t g = 1; g < grids.size(); ++g)
    for (std::size_t i = 0; i < grids[g].size(); ++i) {
      const Moments &a = grids[0][i], &b = grids[g][i];
      EXPECT_NEAR(a.mean, b.mean, 4 * std::hypot(a.error, b.error)) << i;
      EXPECT_NEAR(a.variance, b.variance, 4 * std::hypot(a.variance_error, b.variance_error)) << i;
    }
}

TEST(StepGrid, ExpectedRentsAndTodaysValueDoNotDependOnTheGrid) {
  Market market = sample_market();
  const Plan months = plan_of(market, MeasureBasis::risk_neutral, 12);
  const Plan steps = plan_of(market, MeasureBasis::risk_neutral, 50);
  ASSERT_EQ(months.lots.size(), steps.lots.size());
  for (std::size_t lot = 0; lot < steps.lots.size(); ++lot)
    EXPECT_EQ(months.lots[lot].value_today, steps.lots[lot].value_today);
  const auto weights = [](const Plan& plan, int k) {
    return &plan.lots[0].weights[plan.node_first[static_cast<std::size_t>(k)]];
  };
  ASSERT_EQ(months.nodes(6).size(), steps.nodes(25).size());
  for (std::size_t j = 0; j < months.nodes(6).size(); ++j)  // half a year: step 25, month 6
    EXPECT_EQ(weights(months, 6)[j], weights(steps, 25)[j]);
  ASSERT_EQ(months.nodes(1).size(), steps.nodes(3).size());
  for (std::size_t j = 0; j < months.nodes(1).size(); ++j) {
    // Step 3 is month 0.72: between the weights of months 0 and 1.
    const double w = weights(steps, 3)[j];
    EXPECT_NEAR(w, 0.28 * weights(months, 0)[j] + 0.72 * weights(months, 1)[j],
                1e-12 * std::abs(w) + 1e-15);
  }
  market.launches.clear();
  const Hardware& hardware = market.hardware[1];
  const auto by_month =
      expected_log_rents(market, hardware, MeasureBasis::risk_neutral, kSampleDate, 24);
  const auto by_step =
      expected_log_rents(market, hardware, MeasureBasis::risk_neutral, kSampleDate, 96, 48);
  for (std::size_t k = 0; k <= 24; ++k) EXPECT_NEAR(by_month[k], by_step[4 * k], 1e-15);
}

}  // namespace
}  // namespace lien::pricing
