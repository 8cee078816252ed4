#include "pricing/report/resolved_settings.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/pricing/report/sample_run.hpp"

// The text of resolved.toml, and what it leaves unsaid.
namespace lien::pricing {
namespace {

TEST(ResolvedSettings, NamesItsInputsAsTheRunFileDoes) {
  EXPECT_EQ(beside_run_file("examples/a/market.toml", "examples/a/run.toml"), "market.toml");
  EXPECT_EQ(beside_run_file("/x/a/../m.toml", "/x/a/run.toml"), "../m.toml");
  EXPECT_EQ(beside_run_file("market.toml", "run.toml"), "market.toml");
  EXPECT_EQ(beside_run_file("/far/market.toml", "run.toml"), "/far/market.toml");
  const SampleRun run = sample_run();
  const std::string text = resolved_settings(run.inputs.settings, run.inputs.scenarios);
  EXPECT_NE(text.find("book = [\"loans.csv\", \"leases.csv\"]\n"), std::string::npos);
  EXPECT_NE(text.find("0.98999999999999999"), std::string::npos);  // 0.99 with 17 digits
}

// What is said only where it is not the default is the default where it is not said.
TEST(ResolvedSettings, SaysWhatItLeavesOut) {
  const RunSettings plain;
  RunSettings other;
  other.steps_per_year = 52;
  other.importance_sampling = other.control_variates = other.single_precision = true;
  other.cecl = other.look_through = true;
  const std::string without = resolved_settings(plain, {}), with = resolved_settings(other, {});
  const auto leaves_out = [&](const std::string& table, const std::string& key) {
    const std::string line = "\n" + key + " = ";
    EXPECT_EQ(without.find(line), std::string::npos) << key;
    EXPECT_NE(with.find(line), std::string::npos) << key;
    return unsaid_setting(table + "." + key);
  };
  const auto word = [](bool is) { return is ? "true" : "false"; };
  EXPECT_EQ(leaves_out("simulation", "steps_per_year"), std::to_string(plain.steps_per_year));
  EXPECT_EQ(leaves_out("simulation", "importance_sampling"), word(plain.importance_sampling));
  EXPECT_EQ(leaves_out("simulation", "control_variates"), word(plain.control_variates));
  EXPECT_EQ(leaves_out("simulation", "precision"),
            plain.single_precision ? "\"single\"" : "\"double\"");
  EXPECT_EQ(leaves_out("results", "cecl"), word(plain.cecl));
  EXPECT_EQ(leaves_out("results", "look_through"), word(plain.look_through));
  EXPECT_EQ(unsaid_setting("simulation.target_error"), "none");
}

}  // namespace
}  // namespace lien::pricing
