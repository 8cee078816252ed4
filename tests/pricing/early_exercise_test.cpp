// Early exercise through the whole program: limits that hold for every market, and threads that
// change nothing. Known values: validation cases O17 and O23.
#include <gtest/gtest.h>

#include <cmath>

#include "pricing/measures/value_book.hpp"
#include "pricing/plan/pilot.hpp"
#include "pricing/valuation/fit_exercise.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/instrument_runs.hpp"
#include "tests/pricing/simulated_block.hpp"

namespace lien::pricing {
namespace {

using namespace std::chrono_literals;

Instrument option(const char* id, InstrumentKind kind, double strike, bool bermudan) {
  Instrument out;
  out.id = id;
  out.kind = kind;
  out.on = Underlying::rental_rate;
  out.hardware = "multiple";
  out.strike = strike;
  out.expiry = Date{2027y / 9 / 30};
  out.bermudan = bermudan;
  return out;
}

Inputs inputs_of(Market market, std::vector<Instrument> instruments) {
  Inputs inputs;
  inputs.settings.name = "exercise";
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 8192;
  inputs.settings.threads = 2;
  inputs.market = std::move(market);
  inputs.market.parties.clear();
  inputs.book.instruments = std::move(instruments);
  inputs.rows_read = inputs.book.instruments.size();
  return inputs;
}

engine::Estimate value_of(const RunResults& results, const std::string& id) {
  const Table& table = results.tables.measures;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.column("measure").texts[row] == "present_value" &&
        table.column("id").texts[row] == id)
      return {table.column("value").numbers[row], table.column("standard_error").numbers[row]};
  ADD_FAILURE() << "no present_value of " << id;
  return {};
}

// Launches, random rates, everything the fit must do without a closed form.
TEST(EarlyExercise, IsWorthAtLeastTheEuropeanOptionAndItsValueToday) {
  const RunResults results =
      value_book(inputs_of(sample_market(), {option("late", InstrumentKind::put, 2.5, false),
                                             option("early", InstrumentKind::put, 2.5, true),
                                             option("deep", InstrumentKind::put, 50, true)}),
                 {});
  const auto late = value_of(results, "late"), early = value_of(results, "early");
  EXPECT_GT(early.value, late.value - 4 * std::hypot(early.standard_error, late.standard_error));
  EXPECT_GT(early.value, 0.15);
  // Rents fall, yet waiting loses interest on 50: at 2.35 it is exercised or worth more than today.
  EXPECT_GT(value_of(results, "deep").value, 50 - 2.35 - 1e-9);
}

// Two factors of different reversion, so that no one number says what waiting is worth: a put on a
// rent that follows scarcity (which reverts) and the frontier, exercised on 13 dates. Exact:
// backward induction on a grid of the two, each step a product of two Gauss-Hermite rules.
double put_on_two_factors(double rate, double strike) {
  constexpr int kPoints = 121, kDates = 13;
  constexpr double kKappa = 0.9, kChi = 0.5, kXi = 0.3, kDt = 1.0 / 12;
  constexpr double kSlope = -0.05;  // log drift of the frontier
  // Probabilists' Gauss-Hermite, five nodes.
  const double far = std::sqrt(5 + std::sqrt(10.0)), near = std::sqrt(5 - std::sqrt(10.0));
  const double w_far = (7 - 2 * std::sqrt(10.0)) / 60, w_near = (7 + 2 * std::sqrt(10.0)) / 60;
  const double nodes[5] = {-far, -near, 0, near, far};
  const double weights[5] = {w_far, w_near, 8.0 / 15, w_near, w_far};
  const double decay = std::exp(-kKappa * kDt);
  const double chi_stdev = kChi * std::sqrt((1 - decay * decay) / (2 * kKappa));
  const double xi_stdev = kXi * std::sqrt(kDt);
  const double chi_width = 2.4, xi_width = 2.1;  // over six stdevs of a year
  const auto at = [](double width, int i) { return width * (2.0 * i / (kPoints - 1) - 1); };
  const auto money = [&](double chi, double xi) {
    return std::max(strike - 2.35 * std::exp(chi + xi), 0.0);
  };
  std::vector<double> value(kPoints * kPoints), next;
  // Cubic through four neighbours in each direction.
  const auto look_up = [&](double chi, double xi) {
    const auto place = [](double width, double x, double* c) {
      const double u = (x / width + 1) / 2 * (kPoints - 1);
      const int i = std::min(std::max(static_cast<int>(u), 1), kPoints - 3);
      const double s = std::min(std::max(u - i, -1.0), 2.0);
      c[0] = -s * (s - 1) * (s - 2) / 6;
      c[1] = (s + 1) * (s - 1) * (s - 2) / 2;
      c[2] = -(s + 1) * s * (s - 2) / 2;
      c[3] = (s + 1) * s * (s - 1) / 6;
      return i - 1;
    };
    double a[4], b[4], sum = 0;
    const int i = place(chi_width, chi, a), j = place(xi_width, xi, b);
    for (int p = 0; p < 4; ++p)
      for (int q = 0; q < 4; ++q)
        sum += a[p] * b[q] * next[static_cast<std::size_t>((i + p) * kPoints + j + q)];
    return sum;
  };
  for (int date = kDates - 1; date >= 0; --date) {
    next = value;
    for (int i = 0; i < kPoints; ++i)
      for (int j = 0; j < kPoints; ++j) {
        const double chi = at(chi_width, i), xi = at(xi_width, j);
        double going_on = 0;
        if (date < kDates - 1)
          for (int p = 0; p < 5; ++p)
            for (int q = 0; q < 5; ++q)
              going_on += weights[p] * weights[q] *
                          look_up(decay * chi + chi_stdev * nodes[p],
                                  xi + kSlope * kDt + xi_stdev * nodes[q]);
        value[static_cast<std::size_t>(i * kPoints + j)] =
            std::max(money(chi, xi), std::exp(-rate * kDt) * going_on);
      }
  }
  return value[static_cast<std::size_t>((kPoints / 2) * kPoints + kPoints / 2)];
}

// The factor that reverts is scarcity, or the noise of a segment of the same law.
TEST(EarlyExercise, IsTheValueOfAGridOfTwoFactors) {
  const double exact = put_on_two_factors(0.12, 2.6);
  for (const bool segment : {false, true}) {
    Market market = sample_market();
    market.rates = {{{1}, {0.12}}, 0, std::nullopt};
    market.launches.clear();
    market.hardware.erase(market.hardware.begin());
    market.hardware[0].wear = 0;
    market.hardware[0].line.clear();
    market.hardware[0].scarcity_loading = market.hardware[0].frontier_loading = 1;
    market.scarcity.reset();
    if (segment) {
      market.hardware[0].segments = {{"term", {0, {0.9, 0.5}}}};
    } else {
      market.scarcity = Scarcity{};
      market.scarcity->mean_reversion = 0.9;
      market.scarcity->volatility = 0.5;
    }
    market.frontier = Frontier{-0.05, 0.3, 0, 0, false};
    market.correlation = {};
    Inputs inputs = inputs_of(market, {option("put", InstrumentKind::put, 2.6, true)});
    if (segment) inputs.book.instruments[0].segment = "term";
    inputs.settings.paths = 1 << 16;  // a rule that looks at the rent alone is 1.1 % low
    const auto value = value_of(value_book(inputs, {}), "put");
    // From above the rule's mean is at most the value. From below a fit of 32,768 paths in nine
    // terms costs what its mistakes near the boundary do: second order in the fit's error e of the
    // gain, which is at most (sd of a gain) sqrt(9 / 32768) = 1.7 % of it a date, so that 13 dates
    // cost under 13 x 0.017^2 = 0.4 % of the value.
    EXPECT_LT(value.value, exact + 4 * value.standard_error) << segment;
    EXPECT_GT(value.value, exact * (1 - 0.004) - 4 * value.standard_error) << segment;
    // A segment has no European values to take the noise off.
    EXPECT_LT(value.standard_error, (segment ? 0.004 : 0.001) * exact) << segment;
  }
}

TEST(EarlyExercise, KeepsItsPilotWithinAStatedMemory) {
  EXPECT_EQ(pilot_paths(61, 3), kPilotPaths);
  for (const std::size_t dates : {61U, 601U, 1831U, 3661U})
    for (const std::size_t variables : {1U, 5U, 37U})
      if (const std::uint64_t paths = pilot_paths(dates, variables); paths > 0) {
        EXPECT_LE(pilot_bytes(paths, dates, variables), kPilotBytes);
        EXPECT_TRUE(paths == kPilotPaths || pilot_bytes(2 * paths, dates, variables) > kPilotBytes);
      }
  // 366 steps a year over ten years and a thousand variables' worth of dates: refused by name.
  Inputs inputs = inputs_of(sample_market(), {option("daily", InstrumentKind::put, 2.5, true)});
  inputs.settings.steps_per_year = 366;
  inputs.book.instruments[0].expiry = Date{2050y / 9 / 30};
  try {
    static_cast<void>(value_book(inputs, {}));
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(to_string(error.faults().front()).find("instrument daily / exercise"),
              std::string::npos);
    EXPECT_NE(to_string(error.faults().front()).find("1024 MiB"), std::string::npos);
  }
}

// A driver that the lognormal closed form leaves out must take it out of the control variate too.
// Rents rise, so that a call is kept: it is worth the European one at least, and under each driver
// that is more than without.
TEST(EarlyExercise, KnowsTheDriversThatItsClosedFormLeavesOut) {
  Market market = lognormal_market();
  market.rates.hull_white.reset();
  market.hardware.erase(market.hardware.begin());
  market.frontier->drift = 1.2;
  Market regime = market, drift = market, curve = market;
  curve.hardware[0].forward_curve = {{0.5, 1}, {8, 16}};
  regime.scarcity->regime = Regime{{-1.5, 1.5}, {0.5, 0.5}, 1};
  drift.frontier->drift_stdev = 0.6;
  for (const Market& with : {regime, drift, curve}) {
    Book book;
    book.instruments = {option("early", InstrumentKind::call, 8, true),
                        option("late", InstrumentKind::call, 8, false)};
    CompiledMarket plain(market, MeasureBasis::real_world, 12, book);
    CompiledMarket moved(with, MeasureBasis::real_world, 12, book);
    static_cast<void>(fit_exercise(moved.plan, 2));
    const BasisRun without = plain.run(1 << 14), run = moved.run(1 << 14);
    const auto early = run.mean(run.layout.instrument(0, kPayoff));
    const auto late = run.mean(run.layout.instrument(1, kPayoff));
    const auto calm = without.mean(without.layout.instrument(1, kPayoff));
    EXPECT_GT(early.value, late.value - 0.01 * late.value);  // the same paths
    EXPECT_GT(late.value, 1.2 * calm.value);
  }
}

// A noise that reverts is priced path by path: its value with the control variate, had it one, must
// be that without. The drift's uncertainty takes the control off and moves no risk-neutral rent.
TEST(EarlyExercise, PricesARevertingNoiseWithoutTheClosedForm) {
  Market market = lognormal_market();
  market.rates.hull_white.reset();
  market.hardware.erase(market.hardware.begin());
  market.hardware[0].idiosyncratic = OwnNoise{4, 1.2};
  const auto price = [](const Market& with) {
    Book book;
    book.instruments = {option("early", InstrumentKind::call, 2.6, true)};
    CompiledMarket compiled(with, MeasureBasis::risk_neutral, 12, book);
    static_cast<void>(fit_exercise(compiled.plan, 2));
    const BasisRun run = compiled.run(1 << 14);
    return run.mean(run.layout.instrument(0, kPayoff));
  };
  const auto found = price(market);
  market.frontier->drift_stdev = 0.1;
  const auto plain = price(market);
  EXPECT_NEAR(found.value, plain.value, 4 * std::hypot(found.standard_error, plain.standard_error));
  EXPECT_LT(plain.standard_error, 0.02 * plain.value);
}

// A call on what pays nothing and grows at the rate is never exercised early (Merton 1973): only
// the fit's mistakes are, and the closed form takes the noise of all others off.
TEST(EarlyExercise, NeverExercisesACallOnAnAssetThatPaysNothing) {
  Market market = sample_market();
  market.rates = {{{1}, {0.04}}, 0.02, std::nullopt};  // values are discounted at both
  market.scarcity.reset();
  market.launches.clear();
  market.hardware[1].wear = 0;
  market.hardware[1].launch_loadings.clear();
  market.hardware.erase(market.hardware.begin());
  market.hardware[0].line.clear();
  market.frontier = Frontier{0.06, 0.3, 0, 0, true};
  const RunResults results =
      value_book(inputs_of(market, {option("call", InstrumentKind::call, 2.2, true)}), {});
  const double v = 0.09, forward = 2.35 * std::exp(0.06);
  const double d = std::log(forward / 2.2) / 0.3 + 0.15;
  const auto cdf = [](double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; };
  const double black = std::exp(-0.06) * (forward * cdf(d) - 2.2 * cdf(d - std::sqrt(v)));
  const auto value = value_of(results, "call");
  EXPECT_NEAR(value.value, black, 1e-3 * black);
  EXPECT_LE(value.value, black + 4 * value.standard_error + 1e-9);
  EXPECT_LT(value.standard_error, 1e-3 * black);
}

// A put on a rent whose log drifts at -5 % a year in prices and at 20 % in the real world, looked
// at on 13 dates: exercise decided by backward induction on a grid under the drift of prices,
// paths counted under the real one.
double exercised_in_the_real_world(double rate, double strike) {
  constexpr int kPoints = 1601, kDates = 13;
  constexpr double kStep = 4.0 / (kPoints - 1), kStdev = 0.3;
  const double dt = 1.0 / 12, sd = kStdev * std::sqrt(dt);
  const auto x = [](int i) { return std::log(2.35) - 2 + kStep * i; };
  const auto density = [&](double move, double drift) {
    const double z = (move - drift * dt) / sd;
    return std::exp(-z * z / 2) / (sd * std::sqrt(2 * std::acos(-1.0))) * kStep;
  };
  const int reach = static_cast<int>(8 * sd / kStep);
  std::vector<std::vector<bool>> stop(kDates, std::vector<bool>(kPoints));
  std::vector<double> value(kPoints), held(kPoints);
  for (int date = kDates - 1; date >= 0; --date)
    for (int i = 0; i < kPoints; ++i) {
      if (i == 0 && date < kDates - 1)
        for (int to = 0; to < kPoints; ++to) {
          held[static_cast<std::size_t>(to)] = 0;
          for (int j = std::max(0, to - reach); j < std::min(kPoints, to + reach); ++j)
            held[static_cast<std::size_t>(to)] += std::exp(-rate * dt) *
                                                  density(x(j) - x(to), -0.05) *
                                                  value[static_cast<std::size_t>(j)];
        }
      if (i == 0 && date < kDates - 1) value = held;
      const double money = std::max(strike - std::exp(x(i)), 0.0);
      const auto at = static_cast<std::size_t>(i);
      const double going_on = date == kDates - 1 ? 0 : held[at];
      stop[static_cast<std::size_t>(date)][at] = money > going_on;
      value[at] = std::max(money, going_on);
    }
  std::vector<double> alive(kPoints, 0.0);
  alive[(kPoints - 1) / 2] = 1;
  double exercised = 0;
  for (int date = 0; date < kDates; ++date) {
    std::vector<double> next(kPoints, 0.0);
    for (int i = 0; i < kPoints; ++i) {
      const double mass = alive[static_cast<std::size_t>(i)];
      if (mass == 0) continue;
      if (stop[static_cast<std::size_t>(date)][static_cast<std::size_t>(i)]) {
        exercised += mass;
        continue;
      }
      for (int j = std::max(0, i - reach); j < std::min(kPoints, i + reach); ++j)
        next[static_cast<std::size_t>(j)] += mass * density(x(j) - x(i), 0.20);
    }
    alive = next;
  }
  return exercised;
}

TEST(EarlyExercise, IsDecidedByPricesInTheRealWorldToo) {
  Market market = sample_market();
  market.rates = {{{1}, {0.12}}, 0, std::nullopt};
  market.scarcity.reset();
  market.launches.clear();
  market.hardware.erase(market.hardware.begin());
  market.hardware[0].wear = 0;
  market.hardware[0].line.clear();
  market.frontier = Frontier{0.20, 0.3, 0.25, 0, false};
  const RunResults results =
      value_book(inputs_of(market, {option("put", InstrumentKind::put, 2.3, true)}), {});
  const Table& table = results.tables.measures;
  const double expected = exercised_in_the_real_world(0.12, 2.3);
  bool found = false;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.column("measure").texts[row] == "exercise_probability" &&
        table.column("measure_basis").texts[row] == "real_world") {
      found = true;
      // Decided by real-world values it was 0.487; the grid says 0.238.
      EXPECT_NEAR(table.column("value").numbers[row], expected,
                  4 * table.column("standard_error").numbers[row]);
    }
  EXPECT_TRUE(found);
}

TEST(EarlyExercise, GivesTheSameBitsOnAnyNumberOfThreads) {
  Inputs inputs = inputs_of(sample_market(), {option("early", InstrumentKind::put, 2.5, true)});
  inputs.settings.paths = 2048;
  const RunResults two = value_book(inputs, {});
  inputs.settings.threads = 3;
  const RunResults three = value_book(inputs, {});
  EXPECT_EQ(value_of(two, "early").value, value_of(three, "early").value);
  EXPECT_EQ(value_of(two, "early").standard_error, value_of(three, "early").standard_error);
}

// A put on the value of a unit under a random power price: the rule sees the price.
TEST(EarlyExercise, SeesThePowerPrice) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 1 << 12;
  inputs.settings.threads = 1;
  inputs.market = sample_market();
  inputs.market.launches.clear();
  inputs.market.parties.clear();
  inputs.market.liquidation.reset();
  inputs.market.hardware.resize(1);
  inputs.market.power = Power{{0.2, 0.6}, 1};
  Hardware& hardware = inputs.market.hardware[0];
  hardware.line.clear();
  hardware.operating_cost = 1;
  hardware.power_share = 1;
  Instrument put;
  put.id = "option";
  put.kind = InstrumentKind::put;
  put.on = Underlying::resale_value;
  put.hardware = "income";
  put.strike = 14000;
  put.expiry = Date{2027y / 9 / 30};
  const auto worth = [&](bool bermudan) {
    put.bermudan = bermudan;
    inputs.book.instruments = {put};
    return measured(value_book(inputs, {}).tables, "risk_neutral", "option", "present_value")
        .value();
  };
  const Measured early = worth(true), european = worth(false);
  EXPECT_GT(early.value, european.value - 4 * std::hypot(early.error, european.error));
  const SimulatedBlock b(inputs.market, inputs.book, inputs.settings, MeasureBasis::risk_neutral,
                         0);
  const auto states = exercise_states(b.plan, b.plan.hardware[0]);
  EXPECT_EQ(std::count(states.begin(), states.end(),
                       engine::noise_series(b.plan.factors, b.plan.power.noise)),
            1);
}

}  // namespace
}  // namespace lien::pricing
