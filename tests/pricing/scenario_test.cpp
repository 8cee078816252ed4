#include "pricing/market/scenario.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace lien::pricing {
namespace {

Date day(int y, int m, int d) { return std::chrono::sys_days(std::chrono::year(y) / m / d); }

Market market() {
  Market m;
  m.file = "market.toml";
  m.rates.zero_curve = {{1, 5}, {0.03, 0.04}};
  LaunchLine line;
  line.line = "nvidia";
  line.law = LaunchLaw::weibull;
  line.mean_years = 1.25;
  line.scheduled = {{"Rubin", day(2026, 10, 31), 3}};
  m.launches.push_back(line);
  for (const char* id : {"H100", "B200"}) {
    Hardware h;
    h.id = id;
    h.rental_rate = 2.5;
    m.hardware.push_back(h);
  }
  m.hardware[0].utilization = Utilization{0.8, true, 0.35, 0.97, 1.5};
  m.hardware[1].operating_cost = 0.4;
  Party bank, lab;
  bank.id = "bank";
  bank.input = CreditInput::pd_one_year;
  bank.pd_one_year = 0.001;
  lab.id = "lab";
  lab.hazard = {{1, 3}, {0.04, 0.05}};
  m.parties = {bank, lab};
  return m;
}

ScenarioRow row(const char* input, Shock shock, std::optional<double> value,
                std::optional<int> month = std::nullopt) {
  ScenarioRow r;
  r.scenario = "s";
  r.input = input;
  r.shock = shock;
  r.value = value;
  r.month = month;
  r.where = {"s.csv", 2, {{"input", 3}, {"value", 30}}, {}};
  return r;
}

Stressed apply(const std::vector<ScenarioRow>& rows) {
  return apply_scenario(market(), {}, rows, day(2026, 9, 30));
}

std::string fault(const ScenarioRow& r) {
  try {
    (void)apply({r});
  } catch (const InputError& error) {
    return to_string(error.faults().at(0));
  }
  return "accepted";
}

TEST(Scenario, ReachesPowerSegmentsAndAttrition) {
  Market m = market();
  m.power = Power{{1.5, 0.4}, 1};
  m.hardware[0].segments["term"] = {0.09, {}};
  const std::vector<ScenarioRow> rows = {
      row("power.level", Shock::level, 1.5), row("power.volatility", Shock::relative, 1),
      row("hardware.*.power_share", Shock::level, 0.4),
      row("hardware.H100.attrition", Shock::absolute, 0.02),
      row("hardware.H100.segments.term.basis", Shock::absolute, -0.1)};
  const Market changed = apply_scenario(m, {}, rows, day(2026, 9, 30)).market;
  EXPECT_EQ(changed.power->level, 1.5);
  EXPECT_EQ(changed.power->noise.volatility, 0.8);
  EXPECT_EQ(changed.hardware[1].power_share, 0.4);
  EXPECT_EQ(changed.hardware[0].attrition, 0.02);
  EXPECT_NEAR(changed.hardware[0].segments.at("term").basis, -0.01, 1e-15);
  EXPECT_NE(fault(rows[0]).find("add [power] there"), std::string::npos);
}

// Noises are inputs where the market gives them, and only there.
TEST(Scenario, ReachesTheNoisesOfAHardware) {
  Market m = market();
  m.hardware[0].idiosyncratic = OwnNoise{2, 0.2};
  m.hardware[0].utilization->noise = {4, 0.5};
  const std::vector<ScenarioRow> rows = {
      row("hardware.H100.idiosyncratic.volatility", Shock::relative, 0.5),
      row("hardware.*.idiosyncratic.mean_reversion", Shock::level, 1),
      row("hardware.H100.utilization.volatility", Shock::level, 0.7),
      row("hardware.H100.utilization.mean_reversion", Shock::absolute, 1)};
  const Market changed = apply_scenario(m, {}, rows, day(2026, 9, 30)).market;
  EXPECT_NEAR(changed.hardware[0].idiosyncratic->volatility, 0.3, 1e-15);
  EXPECT_EQ(changed.hardware[0].idiosyncratic->mean_reversion, 1);
  EXPECT_EQ(changed.hardware[0].utilization->noise.volatility, 0.7);
  EXPECT_EQ(changed.hardware[0].utilization->noise.mean_reversion, 5);
  for (const ScenarioRow& wanted : rows) EXPECT_THROW((void)apply({wanted}), InputError);
}

TEST(Scenario, ShocksAreRelativeAbsoluteOrLevels) {
  const auto rent = [](Shock shock, double v) {
    return apply({row("hardware.H100.rental_rate", shock, v)}).market.hardware[0].rental_rate;
  };
  EXPECT_EQ(rent(Shock::relative, -0.4), 2.5 * 0.6);
  EXPECT_EQ(rent(Shock::absolute, -0.5), 2.0);
  EXPECT_EQ(rent(Shock::level, 7.0), 7.0);
}

TEST(Scenario, LeavesEverythingElseAlone) {
  const Stressed s = apply({row("hardware.H100.rental_rate", Shock::level, 7.0)});
  EXPECT_EQ(s.market.hardware[1].rental_rate, 2.5);
  EXPECT_EQ(s.market.rates.zero_curve.values, market().rates.zero_curve.values);
  EXPECT_TRUE(s.changed_credit_curves.empty());
}

TEST(Scenario, ShiftsEveryKnotOfACurve) {
  const Stressed s = apply({row("rates.zero_curve", Shock::absolute, 0.02)});
  EXPECT_EQ(s.market.rates.zero_curve.values, (std::vector<double>{0.03 + 0.02, 0.04 + 0.02}));
}

TEST(Scenario, RowsOfOneScenarioActInTheirOrder) {
  const Stressed s = apply({row("hardware.H100.rental_rate", Shock::absolute, 0.5),
                            row("hardware.H100.rental_rate", Shock::relative, 1.0)});
  EXPECT_EQ(s.market.hardware[0].rental_rate, 6.0);
}

TEST(Scenario, AStarStandsForEveryIdThatHasTheField) {
  const Stressed rents = apply({row("hardware.*.rental_rate", Shock::relative, -0.5)});
  EXPECT_EQ(rents.market.hardware[0].rental_rate, 1.25);
  EXPECT_EQ(rents.market.hardware[1].rental_rate, 1.25);
  const Stressed costs = apply({row("hardware.*.operating_cost", Shock::relative, 1.0)});
  EXPECT_FALSE(costs.market.hardware[0].operating_cost);
  EXPECT_EQ(*costs.market.hardware[1].operating_cost, 0.8);
}

TEST(Scenario, NamesThePartiesWhoseCurveItChanged) {
  const Stressed s = apply(
      {row("party.*.hazard", Shock::relative, 1.0), row("party.bank.recovery", Shock::level, 0.5)});
  EXPECT_EQ(s.changed_credit_curves, std::vector<std::string>{"lab"});
  EXPECT_EQ(s.market.parties[1].hazard.values, (std::vector<double>{0.08, 0.10}));
  EXPECT_EQ(apply({row("party.bank.pd_one_year", Shock::level, 0.5)}).changed_credit_curves,
            std::vector<std::string>{"bank"});
}

TEST(Scenario, MovesDatesByCalendarMonths) {
  const auto moved = [](double months) {
    return apply({row("launches.nvidia.Rubin.date", Shock::absolute, months)})
        .market.launches[0]
        .scheduled[0]
        .date;
  };
  EXPECT_EQ(moved(2), day(2026, 12, 31));
  EXPECT_EQ(moved(4), day(2027, 2, 28));  // no 31 February
  EXPECT_EQ(moved(8), day(2027, 6, 30));  // no 31 June
  EXPECT_NE(fault(row("launches.nvidia.Rubin.date", Shock::absolute, -2)).find("valuation date"),
            std::string::npos);
  EXPECT_NE(fault(row("launches.nvidia.Rubin.date", Shock::relative, 1)).find("must be absolute"),
            std::string::npos);
}

TEST(Scenario, PutsEventsOnEveryPath) {
  const Stressed s = apply({row("party.lab", Shock::default_event, std::nullopt, 6),
                            row("launches.nvidia", Shock::launch, 0.35, 12)});
  EXPECT_EQ(s.market.parties[1].forced_default_month, 6);
  EXPECT_FALSE(s.market.parties[0].forced_default_month);
  ASSERT_EQ(s.market.launches[0].forced.size(), 1u);
  EXPECT_EQ(s.market.launches[0].forced[0].month, 12);
  EXPECT_EQ(s.market.launches[0].forced[0].drop, 0.35);
}

// The first default of a party counts, a star stands for all of them, and both for lines.
TEST(Scenario, PutsEventsOnAllAndKeepsTheFirstDefault) {
  const Stressed s = apply({row("party.lab", Shock::default_event, std::nullopt, 6),
                            row("party.*", Shock::default_event, std::nullopt, 9),
                            row("launches.*", Shock::launch, 0.2, 3)});
  EXPECT_EQ(s.market.parties[0].forced_default_month, 9);
  EXPECT_EQ(s.market.parties[1].forced_default_month, 6);
  ASSERT_EQ(s.market.launches[0].forced.size(), 1u);
  EXPECT_EQ(s.market.launches[0].forced[0].month, 3);
}

TEST(Scenario, CancelsAScheduledLaunch) {
  const ScenarioRow rubin = row("launches.nvidia.Rubin", Shock::cancel, std::nullopt);
  // The law remembers its last launch, and the market does not say when that was.
  EXPECT_NE(fault(rubin).find("add years_since_last"), std::string::npos);
  Market known = market();
  known.launches[0].years_since_last = 0.6;
  known.launches[0].age_is_known = true;
  EXPECT_TRUE(apply_scenario(known, {}, std::vector{rubin}, day(2026, 9, 30))
                  .market.launches[0]
                  .scheduled.empty());
  EXPECT_NE(fault(row("launches.nvidia.Rubim", Shock::cancel, std::nullopt))
                .find("did you mean launches.nvidia.Rubin?"),
            std::string::npos);
  EXPECT_NE(fault(row("launches.nvidia.Rubin", Shock::cancel, std::nullopt, 6)).find("leave it"),
            std::string::npos);
}

TEST(Scenario, ReachesTheLawAndTheRampOfALine) {
  Market m = market();
  LaunchLine& line = m.launches[0];
  line.law = LaunchLaw::gamma;
  line.shape = 4;
  line.ramp = RampLaw::bass;
  line.innovation = 0.4;
  line.imitation = 3;
  const auto shocked = [&](const char* input, double value) {
    return apply_scenario(m, {}, std::vector{row(input, Shock::level, value)}, day(2026, 9, 30))
        .market.launches[0];
  };
  EXPECT_EQ(shocked("launches.nvidia.ramp.p", 0.1).innovation, 0.1);
  EXPECT_EQ(shocked("launches.nvidia.ramp.q", 0.0).imitation, 0.0);
  EXPECT_EQ(shocked("launches.nvidia.shape", 7).shape, 7);
  EXPECT_EQ(shocked("launches.nvidia.drop.premium", 0.2).drop_premium, 0.2);
  EXPECT_THROW(shocked("launches.nvidia.shape", 70), InputError);
  EXPECT_THROW(shocked("launches.nvidia.ramp.years", 1), InputError);
  line.ramp = RampLaw::linear;
  EXPECT_EQ(shocked("launches.nvidia.ramp.years", 1).ramp_years, 1);
}

TEST(Scenario, RowsWithMonthsMakeAPathOfTheRentalRate) {
  const Stressed s = apply({row("hardware.*.rental_rate", Shock::relative, -0.75, 18),
                            row("hardware.*.rental_rate", Shock::relative, 0.0, 0),
                            row("hardware.*.rental_rate", Shock::relative, -0.3, 6)});
  const std::vector<std::pair<int, double>> path = {{0, 0.0}, {6, -0.3}, {18, -0.75}};
  EXPECT_EQ(s.market.hardware[0].rental_rate_path, path);
  EXPECT_EQ(s.market.hardware[1].rental_rate_path, path);
  EXPECT_EQ(s.market.hardware[0].rental_rate, 2.5);
  EXPECT_NE(fault(row("rates.zero_curve", Shock::relative, 0.02, 6))
                .find("goes with absolute shocks of rates.zero_curve only"),
            std::string::npos);
  EXPECT_NE(fault(row("hardware.H100.wear", Shock::absolute, 0.02, 6)).find("no series by month"),
            std::string::npos);
  EXPECT_NE(fault(row("hardware.*.rental_rate", Shock::relative, -1.5, 6)).find("at least -1"),
            std::string::npos);
  ScenarioRow again = row("hardware.H100.rental_rate", Shock::relative, -0.1, 6);
  try {
    (void)apply({again, again});
    ADD_FAILURE() << "a month twice was accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("stands twice"), std::string::npos);
  }
}

TEST(Scenario, RowsWithMonthsMakePathsOfOtherSeries) {
  Market m = market();
  m.power = Power{{1.5, 0.4}, 1};
  const std::vector<ScenarioRow> rows = {row("power.level", Shock::relative, 0.5, 6),
                                         row("hardware.*.utilization", Shock::relative, -0.2, 12),
                                         row("hardware.*.operating_cost", Shock::relative, 0.3, 3),
                                         row("party.lab.hazard", Shock::relative, 1.0, 9),
                                         row("rates.zero_curve", Shock::absolute, 0.01, 12)};
  const Stressed s = apply_scenario(m, {}, rows, day(2026, 9, 30));
  const auto one = [](int month, double value) { return MonthPath{{month, value}}; };
  EXPECT_EQ(s.market.power->level_path, one(6, 0.5));
  EXPECT_EQ(s.market.power->level, 1);
  EXPECT_EQ(s.market.hardware[0].utilization_path, one(12, -0.2));
  EXPECT_TRUE(s.market.hardware[1].utilization_path.empty());
  EXPECT_EQ(s.market.hardware[1].operating_cost_path, one(3, 0.3));
  EXPECT_EQ(s.market.parties[1].hazard_path, one(9, 1.0));
  EXPECT_EQ(s.changed_credit_curves, std::vector<std::string>{"lab"});
  // No more hours can be rented than there are: 0.97 on the best path.
  EXPECT_NE(fault(row("hardware.H100.utilization", Shock::relative, 0.04, 6)).find("no point"),
            std::string::npos);
  EXPECT_EQ(fault(row("hardware.H100.utilization", Shock::relative, 0.03, 6)), "accepted");
}

// Forward rates 1 % higher from the first year on: nothing in it, 1 % (t - 1) / t after it.
TEST(Scenario, MovesForwardRatesFromAMonthOn) {
  const Stressed s = apply({row("rates.zero_curve", Shock::absolute, 0.01, 12)});
  const Curve& moved = s.market.rates.zero_curve;
  const Curve before = market().rates.zero_curve;
  const auto at = [](const Curve& curve, double t) {
    for (std::size_t i = 0; i < curve.years.size(); ++i)
      if (curve.years[i] == t) return curve.values[i];
    return std::nan("");
  };
  EXPECT_EQ(at(moved, 0.5), 0.03);
  EXPECT_EQ(at(moved, 1.0), at(before, 1.0));
  EXPECT_NEAR(at(moved, 2.0), 0.0325 + 0.01 / 2, 1e-15);
  EXPECT_NEAR(at(moved, 5.0), 0.04 + 0.01 * 4 / 5, 1e-15);
  EXPECT_NEAR(at(moved, 10.0), 0.04 + 0.01 * 9 / 10, 1e-15);
}

TEST(Scenario, NamesTheRowOfAWrongInput) {
  EXPECT_EQ(fault(row("launches.nvidia.mean_year", Shock::relative, -0.4)),
            "s.csv:2:3: scenario s / input: is launches.nvidia.mean_year; is no input of "
            "market.toml\n    did you mean launches.nvidia.mean_years?");
  EXPECT_EQ(fault(row("hardware.H100.rental_rate", Shock::level, -1)),
            "s.csv:2:30: scenario s / value: moves hardware.H100.rental_rate out of its range\n"
            "    it must be at least 0");
  // A party has one credit input; a shock of another would change nothing.
  EXPECT_NE(fault(row("party.lab.pd_one_year", Shock::level, 0.5)).find("is no input"),
            std::string::npos);
  // Nothing reads cash but clearing.
  EXPECT_NE(fault(row("party.lab.cash", Shock::level, 5)).find("is no input"), std::string::npos);
  EXPECT_NE(fault(row("credit.mean_reversion", Shock::relative, 1)).find("add [credit]"),
            std::string::npos);
  EXPECT_NE(fault(row("party.lab.credit_loading", Shock::level, 1)).find("has no [credit]"),
            std::string::npos);
  EXPECT_NE(fault(row("scarcity.initial", Shock::level, 1)).find("add [scarcity]"),
            std::string::npos);
}

TEST(Scenario, ReachesTheNetwork) {
  Market m = market();
  m.contagion = {{"lab", "bank", 0.2, 1.5, {}}};
  m.clearing.emplace();
  m.claims = {{"lab", "bank", 3, day(2027, 1, 1), {}}, {"lab", "bank", 4, day(2028, 1, 1), {}}};
  const Market after =
      apply_scenario(m, {},
                     std::vector{row("party.lab.cash", Shock::level, 5),
                                 row("contagion.lab.bank.jump", Shock::relative, 0.5),
                                 row("contagion.lab.bank.decay", Shock::absolute, 1),
                                 row("clearing.asset_recovery", Shock::level, 0.7),
                                 row("claim.lab.bank.amount", Shock::relative, 1)},
                     day(2026, 9, 30))
          .market;
  EXPECT_EQ(after.parties[1].cash, 5);
  EXPECT_DOUBLE_EQ(after.contagion[0].jump, 0.3);
  EXPECT_EQ(after.contagion[0].decay, 2.5);
  EXPECT_EQ(after.clearing->asset_recovery, 0.7);
  EXPECT_EQ(after.clearing->claim_recovery, 1);
  EXPECT_EQ(after.claims[0].amount, 6);
  EXPECT_EQ(after.claims[1].amount, 8);
}

TEST(Scenario, RefusesResultsThatContradictEachOther) {
  EXPECT_NE(fault(row("hardware.H100.utilization", Shock::level, 0.99)).find("min < mean < max"),
            std::string::npos);
  EXPECT_EQ(fault(row("hardware.H100.utilization", Shock::level, 0.5)), "accepted");
}

}  // namespace
}  // namespace lien::pricing
