// What a run says of a hardware, against closed forms, and one path against the run it belongs to.
#include "pricing/report/explain.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pricing/measures/replay_path.hpp"
#include "pricing/measures/value_book.hpp"
#include "pricing/report/explain_rows.hpp"
#include "tests/pricing/sample_market.hpp"

namespace lien::pricing {
namespace {

// A forward on rents far out, so that a run has months; nothing else.
Inputs run_of(Market market, std::uint64_t paths) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = paths;
  inputs.settings.threads = 1;
  inputs.settings.risk_neutral = false;
  inputs.settings.loss_horizon_months = {12};
  inputs.market = std::move(market);
  inputs.market.parties.clear();
  Instrument forward;
  forward.id = "forward";
  forward.hardware = inputs.market.hardware[0].id;
  forward.expiry = std::chrono::year(2029) / std::chrono::month(9) / std::chrono::day(30);
  inputs.book.instruments = {forward};
  return inputs;
}

double path_row(const Table& paths, const std::string& series, const std::string& id, int month,
                const char* column = "mean") {
  for (std::size_t row = 0; row < paths.rows(); ++row)
    if (paths.column("series").texts[row] == series && paths.column("id").texts[row] == id &&
        paths.column("month").numbers[row] == month)
      return paths.column(column).numbers[row];
  return std::nan("");
}

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

// One lognormal rent with a constant utilization; the cost grows so that the ratio has no drift.
Market lognormal_market() {
  Market market = sample_market();
  market.scarcity.reset();
  market.launches.clear();
  market.frontier = Frontier{};
  market.frontier->volatility = 0.35;
  market.hardware.resize(1);
  Hardware& hardware = market.hardware[0];
  hardware.wear = 0;
  hardware.rental_rate = 1.0;
  hardware.utilization = Utilization{};
  hardware.utilization->mean = 0.8;
  hardware.operating_cost = 0.5;
  hardware.operating_cost_growth = 0;
  return market;
}

// A year's number among the measures.
double measure_row(const Table& measures, const std::string& name, int month) {
  for (std::size_t row = 0; row < measures.rows(); ++row)
    if (measures.column("measure").texts[row] == name &&
        measures.column("horizon_months").numbers[row] == month)
      return measures.column("value").numbers[row];
  return std::nan("");
}

TEST(UnderCost, HasTheLognormalsProbabilitiesOnAFinerGrid) {
  Inputs inputs = run_of(lognormal_market(), 16384);
  inputs.settings.steps_per_year = 50;
  const RunTables t = value_book(inputs, {}).tables;
  for (const int month : {12, 24, 36}) {
    const double root = 0.35 * std::sqrt(month / 12.0), gap = std::log(0.5 / 0.8);
    const double now = normal_cdf(gap / root);
    const double band = 4 / 128.0;
    EXPECT_NEAR(measure_row(t.measures, "under_cost_probability", month), now,
                band * std::sqrt(now * (1 - now)));
    EXPECT_EQ(measure_row(t.measures, "under_cost_probability", month),
              path_row(t.paths, "under_cost", "income", month));
    const double ever = 2 * normal_cdf((gap - 0.5826 * 0.35 * std::sqrt(1 / 50.0)) / root);
    EXPECT_NEAR(measure_row(t.measures, "ever_under_cost_probability", month), ever,
                band * std::sqrt(ever * (1 - ever)) + 1e-3);
  }
}

TEST(UnderCost, HasTheLognormalsProbabilities) {
  const std::uint64_t paths = 16384;
  const Table t = value_book(run_of(lognormal_market(), paths), {}).tables.paths;
  for (const int month : {6, 12, 36}) {
    const double root = 0.35 * std::sqrt(month / 12.0), gap = std::log(0.5 / 0.8);
    const double now = normal_cdf(gap / root);
    EXPECT_NEAR(path_row(t, "under_cost", "income", month), now,
                4 * std::sqrt(now * (1 - now) / static_cast<double>(paths)));
    // Watched once a month: the reflection principle with the barrier moved by 0.5826 sigma
    // sqrt(dt). Source: Broadie, Glasserman, Kou, Mathematical Finance 7, 1997; good to 1e-3 here.
    const double ever = 2 * normal_cdf((gap - 0.5826 * 0.35 * std::sqrt(1 / 12.0)) / root);
    EXPECT_NEAR(path_row(t, "ever_under_cost", "income", month), ever,
                4 * std::sqrt(ever * (1 - ever) / static_cast<double>(paths)) + 1e-3);
  }
  EXPECT_EQ(path_row(t, "under_cost", "income", 0), 0);
}

TEST(Retention, IsTheMeanValueOverTodays) {
  Market market = lognormal_market();
  market.frontier->drift = -0.1;
  market.hardware[0].resale->law = ResaleLaw::rental_multiple;
  market.hardware[0].resale->multiple = 9000;
  for (const int per_year : {12, 50}) {
    Inputs inputs = run_of(market, 16384);
    inputs.settings.steps_per_year = per_year;
    const RunTables t = value_book(inputs, {}).tables;
    int found = 0;
    for (std::size_t row = 0; row < t.measures.rows(); ++row) {
      if (t.measures.column("measure").texts[row] != "value_retention") continue;
      const double years = t.measures.column("horizon_months").numbers[row] / 12;
      EXPECT_NEAR(t.measures.column("value").numbers[row],
                  std::exp((-0.1 + 0.35 * 0.35 / 2) * years),
                  4 * t.measures.column("standard_error").numbers[row]);
      ++found;
    }
    EXPECT_EQ(found, 3);
  }
}

// The mean of the 64 paths of a block is the mean of a run of 64 paths.
TEST(ReplayedPath, IsTheOneTheRunUsed) {
  Market market = sample_market();
  market.launches[0].law = LaunchLaw::exponential;
  market.power = Power{{1.5, 0.4}, 2};
  market.hardware[0].power_share = 0.8;
  market.hardware[0].attrition = 0.1;
  Inputs inputs = run_of(market, 64);
  const Table t = value_book(inputs, {}).tables.paths;
  double rent[3] = {}, value[3] = {}, utilization[3] = {}, launches[3] = {}, under[3] = {};
  const int months[3] = {0, 11, 36};
  for (std::uint64_t number = 0; number < 64; ++number) {
    const ReplayedPath path = replay_path(inputs, MeasureBasis::real_world, 0, number);
    ASSERT_EQ(path.steps, 36);
    for (int i = 0; i < 3; ++i) {
      const auto at = static_cast<std::size_t>(months[i]);
      rent[i] += path.rent[at] / 64;
      value[i] += path.value[at] / 64;
      utilization[i] += path.utilization[at] / 64;
      under[i] += path.earned[at] < path.cost[at] ? 1.0 / 64 : 0;
      for (const ReplayedLaunch& launch : path.launches)
        launches[i] += launch.step <= months[i] ? launch.count / 64.0 : 0;
    }
  }
  for (int i = 0; i < 3; ++i) {
    const auto mean = [&](const char* series, const char* id) {
      return path_row(t, series, id, months[i]);
    };
    EXPECT_NEAR(rent[i], mean("rental_rate", "income"), 1e-11) << months[i];
    EXPECT_NEAR(value[i] / mean("resale_value", "income"), 1, 1e-11) << months[i];
    EXPECT_NEAR(utilization[i], mean("utilization", "income"), 1e-11) << months[i];
    EXPECT_NEAR(launches[i], mean("launch_count", "line"), 1e-11) << months[i];
    EXPECT_EQ(under[i], mean("under_cost", "income")) << months[i];
  }
}

// Step ramp, every other driver off: each launch is a fall of ln R by its drop, in its month.
// Vehicles are no part of the story: a book of them tells the same path.
TEST(ReplayedPath, IsTheSameBesideAVehicle) {
  const Inputs alone = run_of(sample_market(), 128);
  Inputs inputs = alone;
  Loan debt;
  debt.id = "v/debt";
  debt.recourse = Recourse::none;
  debt.principal = 1000;
  debt.closing = kSampleDate;
  debt.maturity = inputs.book.instruments[0].expiry;
  debt.coupon = 0.1;
  debt.vehicle = 0;
  inputs.book.loans = {debt};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"lot", "income", 10, {}, {}, {}, {}}};
  Tranche tranche;
  tranche.id = "debt";
  tranche.loan = 0;
  vehicle.tranches = {tranche};
  inputs.book.vehicles = {vehicle};
  const ReplayedPath path = replay_path(inputs, MeasureBasis::real_world, 0, 70);
  const ReplayedPath expected = replay_path(alone, MeasureBasis::real_world, 0, 70);
  EXPECT_EQ(path.rent, expected.rent);
  EXPECT_EQ(path.value.size(), path.rent.size());
}

TEST(ReplayedPath, FallsByItsLaunchesAndNothingElse) {
  Market market = sample_market();
  market.scarcity.reset();
  market.frontier.reset();
  market.launches[0].ramp = RampLaw::step;
  market.hardware[0].wear = 0;
  const Inputs inputs = run_of(market, 256);
  const ReplayedPath path = replay_path(inputs, MeasureBasis::real_world, 0, 200);
  ASSERT_FALSE(path.launches.empty());
  std::size_t next = 0;
  for (int k = 1; k <= path.steps; ++k) {
    const auto at = static_cast<std::size_t>(k);
    double drop = 0;
    if (next < path.launches.size() && path.launches[next].step == k) {
      const ReplayedLaunch& launch = path.launches[next++];
      drop = launch.drop;
      EXPECT_GT(launch.years, (k - 1) / 12.0);
      EXPECT_LE(launch.years, k / 12.0);
    }
    EXPECT_NEAR(std::log(path.rent[at] / path.rent[at - 1]), -drop, 1e-13);
  }
  EXPECT_EQ(next, path.launches.size());
}

// The same under an exponential ramp on weekly steps: what has arrived of each drop by its date.
TEST(ReplayedPath, FallsByWhatHasArrivedOfItsLaunches) {
  Market market = sample_market();
  market.scarcity.reset();
  market.frontier.reset();
  market.hardware[0].wear = 0;
  Inputs inputs = run_of(market, 256);
  inputs.settings.steps_per_year = 52;
  const ReplayedPath path = replay_path(inputs, MeasureBasis::real_world, 0, 200);
  ASSERT_FALSE(path.launches.empty());
  for (int k = 1; k <= path.steps; ++k) {
    double arrived = 0;
    bool alone = true;  // two launches in one step share a date
    for (const ReplayedLaunch& launch : path.launches) {
      alone = alone && launch.count == 1;
      if (launch.step <= k)
        arrived += launch.drop * (1 - std::exp(-(k / 52.0 - launch.years) / 0.5));
    }
    ASSERT_TRUE(alone);
    EXPECT_NEAR(std::log(path.rent[static_cast<std::size_t>(k)] / path.rent[0]), -arrived, 1e-12);
  }
}

TEST(Explain, WritesAStageAsAClassAndMoneyInItsCurrency) {
  FinishedRun run;
  run.inputs.market.currency = "EUR";
  run.measures = measures_table();
  for (const auto& [measure, value] :
       {std::pair{"stage", 2.0}, {"ecl_12m", 5e4}, {"resale_value", 7.0}, {"price", 0.97}})
    run.measures.add({std::string_view("baseline"), std::string_view("real_world"),
                      std::string_view("contract"), std::string_view("L-1"),
                      std::string_view(measure), Cell{}, Cell{}, value, Cell{}});
  const StoryTable table = measures_of(run, "contract", "L-1");
  const auto cell = [&](std::size_t row, const char* key) {
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (table.columns[c].key == key) return table.rows[row][c];
    return StoryCell();
  };
  EXPECT_EQ(cell(0, "value"), StoryCell(2));
  EXPECT_EQ(cell(1, "value"), StoryCell(5e4));
  EXPECT_EQ(cell(0, "unit"), StoryCell(std::string()));
  EXPECT_EQ(cell(1, "unit"), StoryCell(std::string("EUR")));
  EXPECT_EQ(cell(2, "unit"), StoryCell(std::string("EUR a unit")));
  EXPECT_EQ(cell(3, "unit"), StoryCell(std::string("share")));
  const Story story{"loan", "L-1", {}, {table}};
  EXPECT_EQ(story_text(story, {80, false}).find("2.0000"), std::string::npos);
}

// The step that prepays stands in every default waterfall; without a share and without a covenant
// that gives one it never prepays anything, and is not told.
TEST(WaterfallWords, TellOfASweepWhereThereIsOne) {
  const auto told = [](const Vehicle& vehicle) {
    std::string found;
    for (const std::string& step : waterfall_words(vehicle))
      if (step.starts_with("prepay")) found += step + "\n";
    return found;
  };
  Vehicle vehicle;
  vehicle.tranches.resize(2);
  vehicle.tranches[0].id = "senior";
  vehicle.tranches[1].id = "junior";
  EXPECT_EQ(told(vehicle), "");
  vehicle.tranches[0].cash_sweep = 0.5;
  EXPECT_EQ(told(vehicle), "prepay senior with its own share of the rest\n");
  vehicle.covenants.resize(1);
  vehicle.covenants[0].id = "value";
  vehicle.covenants[0].consequences = kCashSweep;
  EXPECT_EQ(told(vehicle),
            "prepay senior with its own share of the rest, and senior, junior with that of a "
            "breach of value\n");
  vehicle.tranches[1].cash_sweep = 1;
  EXPECT_EQ(told(vehicle),
            "prepay senior, junior with its own share of the rest, or that of a breach of value\n");
  vehicle.tranches[0].cash_sweep = vehicle.tranches[1].cash_sweep = 0;
  EXPECT_EQ(told(vehicle), "prepay senior, junior with the share of a breach of value\n");
}

}  // namespace
}  // namespace lien::pricing
