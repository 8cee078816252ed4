#include "pricing/measures/check_limits.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "pricing/book/read_limits.hpp"
#include "pricing/report/limit_summary.hpp"

namespace lien::pricing {
namespace {

using std::string_view_literals::operator""sv;

Table measures() {
  Table table = measures_table();
  const auto add = [&](std::string_view scenario, std::string_view level, std::string_view id,
                       std::string_view measure, int horizon, Cell confidence, Cell value) {
    table.add({scenario, "real_world"sv, level, id, measure, horizon, confidence, value, 0.5});
  };
  add("baseline", "portfolio", "", "expected_shortfall", 12, 0.99, 90.0);
  add("baseline", "portfolio", "", "expected_shortfall", 12, 0.999, 200.0);
  add("baseline", "portfolio", "", "expected_shortfall", 0, 0.99, 300.0);
  add("shock", "portfolio", "", "expected_shortfall", 12, 0.99, 110.0);
  add("baseline", "party", "a", "exposure_share", 0, {}, 0.25);
  add("baseline", "party", "b", "exposure_share", 0, {}, 0.30);
  add("baseline", "party", "c", "exposure_share", 0, {}, {});
  return table;
}

Limit tail(double max) {
  Limit limit;
  limit.id = "tail";
  limit.measure = "expected_shortfall";
  limit.level = "portfolio";
  limit.horizon_months = 12;
  limit.confidence = 0.99;
  limit.max = max;
  return limit;
}

// Every level that the reader names is kept as its own word.
TEST(ReadLimits, KeepsEachLevel) {
  const std::pair<const char*, const char*> levels[] = {{"portfolio", "present_value"},
                                                        {"party", "present_value"},
                                                        {"vehicle", "equity_value"},
                                                        {"contract", "present_value"},
                                                        {"hardware", "resale_value"}};
  const auto file = std::filesystem::temp_directory_path() / "lien_limit_levels.toml";
  for (const auto& [level, measure] : levels) {
    std::ofstream(file) << "[[limit]]\nid = \"x\"\nmeasure = \"" << measure << "\"\nlevel = \""
                        << level << "\"\nmin = 1\n[[tolerance]]\nmeasure = \"" << measure
                        << "\"\nlevel = \"" << level << "\"\nabsolute = 1\n";
    std::vector<Diagnostic> faults;
    const Limits limits = read_limits(file.string(), {}, {}, faults);
    EXPECT_TRUE(faults.empty()) << level;
    ASSERT_EQ(limits.limits.size(), 1U);
    EXPECT_EQ(limits.limits[0].level, level);
    EXPECT_EQ(limits.tolerances[0].level, level);
  }
  std::filesystem::remove(file);
}

TEST(CheckLimits, HoldsForEveryRowItMatchesAndForNoOther) {
  const Table table = check_limits({{tail(100)}, {}}, measures());
  ASSERT_EQ(table.rows(), 2u);
  EXPECT_EQ(table.column("value").numbers, (std::vector<double>{90, 110}));
  EXPECT_EQ(table.column("kept").texts, (std::vector<std::string>{"true", "false"}));
  EXPECT_EQ(limits_passed(table), 1u);
}

TEST(CheckLimits, NarrowsByScenarioAndId) {
  Limit limit = tail(100);
  limit.scenario = "baseline";
  EXPECT_EQ(limits_passed(check_limits({{limit}, {}}, measures())), 0u);
  Limit share;
  share.measure = "exposure_share";
  share.level = "party";
  share.of = "a";
  share.max = 0.25;  // the bound itself is inside
  const Table table = check_limits({{share}, {}}, measures());
  ASSERT_EQ(table.rows(), 1u);
  EXPECT_EQ(limits_passed(table), 0u);
}

TEST(CheckLimits, NarrowsByBasisAndLevel) {
  Limit limit = tail(100);
  limit.measure_basis = "real_world";
  EXPECT_FALSE(check_limits({{limit}, {}}, measures()).column("scenario").texts[0].empty());
  limit.measure_basis = "risk_neutral";
  const Table other = check_limits({{limit}, {}}, measures());
  ASSERT_EQ(other.rows(), 1u);
  EXPECT_TRUE(other.column("scenario").texts[0].empty());  // no number met
  limit = tail(100);
  limit.level = "party";
  const Table parties = check_limits({{limit}, {}}, measures());
  ASSERT_EQ(parties.rows(), 1u);
  EXPECT_TRUE(parties.column("scenario").texts[0].empty());
}

TEST(CheckLimits, AMinimumIsPassedFromAboveAndAMissingNumberKeepsNothing) {
  Limit limit;
  limit.measure = "exposure_share";
  limit.level = "party";
  limit.min = 0.28;
  const Table table = check_limits({{limit}, {}}, measures());
  EXPECT_EQ(table.column("kept").texts, (std::vector<std::string>{"false", "true", "false"}));
}

TEST(CheckLimits, ALimitThatMeasuresNothingIsNotKept) {
  Limit limit = tail(1e9);
  limit.measure = "expected_shortfal";
  const Table table = check_limits({{limit}, {}}, measures());
  ASSERT_EQ(table.rows(), 1u);
  EXPECT_EQ(limits_passed(table), 1u);
  EXPECT_NE(limit_block(table, {1, "USD"}).find("no such number in this run"), std::string::npos);
}

TEST(CheckLimits, TheSummaryNamesTheNumberFarthestPastItsBound) {
  const auto lines = limit_lines(check_limits({{tail(80)}, {}}, measures()), {1, "USD"});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].where, "shock, real_world");
  EXPECT_EQ(lines[0].value, "USD 110.0 +- 0.5");
  EXPECT_EQ(lines[0].not_kept, 2u);
  EXPECT_EQ(lines[0].matched, 2u);
}

}  // namespace
}  // namespace lien::pricing
