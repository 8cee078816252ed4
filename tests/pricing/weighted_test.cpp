#include <gtest/gtest.h>

#include <cmath>
#include <string_view>

#include "pricing/market/scenario.hpp"
#include "pricing/measures/measure_weighted.hpp"

namespace lien::pricing {
namespace {

using std::string_view_literals::operator""sv;

ScenarioRow weighed(const char* scenario, double weight) {
  ScenarioRow row;
  row.scenario = scenario;
  row.weight = weight;
  return row;
}

Table measures() {
  Table table = measures_table();
  const auto add = [&](std::string_view scenario, std::string_view measure, double value,
                       Cell error) {
    table.add({scenario, "real_world"sv, "portfolio"sv, ""sv, measure, 0, Cell{}, value, error});
  };
  add("baseline", "ecl_lifetime", 100.0, 2.0);
  add("baseline", "price", 1.0, 0.1);
  add("baseline", "ecl_12m", 10.0, Cell{});
  add("boom", "ecl_lifetime", 40.0, 1.0);
  add("boom", "ecl_12m", 4.0, Cell{});
  add("bust", "ecl_lifetime", 300.0, 8.0);
  add("idle", "ecl_lifetime", 1e9, 8.0);
  add("boom", "ecl_lifetime_change", -60.0, 0.5);
  add("bust", "ecl_lifetime_change", 200.0, 3.0);
  return table;
}

// 0.5 x 100 + 0.3 x 40 + 0.2 x 300; a scenario without weight is none; two rows have one weight.
TEST(Weighted, SumsByWeightWithTheRestToTheBaseline) {
  Table table = measures();
  const std::size_t before = table.rows();
  const std::vector<ScenarioRow> rows = {weighed("boom", 0.3), weighed("boom", 0.3),
                                         weighed("idle", 0), weighed("bust", 0.2)};
  EXPECT_TRUE(has_weights(rows));
  measure_weighted(rows, table);
  ASSERT_EQ(table.rows(), before + 2) << "ecl_12m is not of every scenario, price is none";
  const auto& names = table.column("measure").texts;
  EXPECT_EQ(table.column("scenario").texts[before], "weighted");
  EXPECT_EQ(names[before], "ecl_lifetime");
  EXPECT_NEAR(table.column("value").numbers[before], 122, 1e-12);
  EXPECT_NEAR(table.column("standard_error").numbers[before], 0.5 * 2 + 0.3 + 0.2 * 8, 1e-12);
  EXPECT_EQ(names[before + 1], "ecl_lifetime_change");
  EXPECT_NEAR(table.column("value").numbers[before + 1], 22, 1e-12) << "122 less the baseline";
}

// Weights of one leave the baseline out; without any there are no rows.
TEST(Weighted, LeavesOutTheBaselineWithoutARest) {
  Table table = measures();
  const std::size_t before = table.rows();
  measure_weighted({weighed("boom", 0.3), weighed("bust", 0.7)}, table);
  ASSERT_EQ(table.rows(), before + 2);
  EXPECT_NEAR(table.column("value").numbers[before], 0.3 * 40 + 0.7 * 300, 1e-12);
  Table same = measures();
  measure_weighted({weighed("boom", 0)}, same);
  EXPECT_EQ(same.rows(), before);
}

}  // namespace
}  // namespace lien::pricing
