// Early exercise and irreversible end of life through the whole program: limits that hold for every
// market, and threads that change nothing. Known values: validation cases O17 and O23.
#include <gtest/gtest.h>

#include <cmath>

#include "pricing/measures/end_of_life.hpp"
#include "pricing/measures/value_book.hpp"
#include "tests/pricing/sample_market.hpp"

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

// A call on what pays nothing and grows at the rate is never exercised early (Merton 1973): only
// the fit's mistakes are, and the closed form takes the noise of all others off.
TEST(EarlyExercise, NeverExercisesACallOnAnAssetThatPaysNothing) {
  Market market = sample_market();
  market.rates = {{{1}, {0.04}}, 0, std::nullopt};
  market.scarcity.reset();
  market.launches.clear();
  market.hardware[1].wear = 0;
  market.hardware[1].launch_loadings.clear();
  market.hardware.erase(market.hardware.begin());
  market.hardware[0].line.clear();
  market.frontier = Frontier{0.04, 0.3, 0, 0, true};
  const RunResults results =
      value_book(inputs_of(market, {option("call", InstrumentKind::call, 2.2, true)}), {});
  const double v = 0.09, forward = 2.35 * std::exp(0.04);
  const double d = std::log(forward / 2.2) / 0.3 + 0.15;
  const auto cdf = [](double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; };
  const double black = std::exp(-0.04) * (forward * cdf(d) - 2.2 * cdf(d - std::sqrt(v)));
  const auto value = value_of(results, "call");
  EXPECT_NEAR(value.value, black, 1e-3 * black);
  EXPECT_LE(value.value, black + 4 * value.standard_error + 1e-9);
  EXPECT_LT(value.standard_error, 1e-3 * black);
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

TEST(EndOfLife, LiesBetweenNeverStoppingAndStartingAgainAtNoCost) {
  Market market = sample_market();
  market.hardware[0].life_years = 4;
  market.hardware[0].operating_cost = 1.2;  // half the rent: stopping matters
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.paths = 16384;
  settings.threads = 2;
  market.hardware[0].resale->end_of_life = EndOfLife::irreversible;
  const auto units = end_of_life_values(settings, market);
  ASSERT_EQ(units.size(), 1u);
  market.hardware[0].resale->end_of_life = EndOfLife::never;
  const auto never = end_of_life_values(settings, market);
  ASSERT_EQ(never.size(), 1u);
  EXPECT_EQ(never[0].value.standard_error, 0);
  EXPECT_EQ(never[0].mothball, units[0].mothball);
  const auto& value = units[0].value;
  EXPECT_GT(value.value, never[0].value.value + 4 * value.standard_error);
  // The strip's moment matching is low by a quarter of a percent.
  EXPECT_LT(value.value, 1.003 * units[0].mothball + 4 * value.standard_error);
  EXPECT_GT(value.value, 0.8 * units[0].mothball);
}

}  // namespace
}  // namespace lien::pricing
