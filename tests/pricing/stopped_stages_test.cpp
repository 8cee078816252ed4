#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "pricing/measures/value_book.hpp"
#include "pricing/report/checkpoints.hpp"
#include "tests/pricing/network_runs.hpp"
#include "tests/pricing/sample_market.hpp"

// What a run simulates beside its own simulations asks, too, whether the run is to end.
namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

class StoppedStages : public testing::Test {
 protected:
  StoppedStages() {
    std::string name = (fs::temp_directory_path() / "lien_stopped_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    inputs_.settings.valuation_date = kSampleDate;
    inputs_.settings.paths = 2048;
    inputs_.settings.threads = 2;
    inputs_.settings.loss_horizon_months = {12, 0};
    inputs_.market = sample_market();
    inputs_.market.file = "market.toml";
  }
  ~StoppedStages() override { fs::remove_all(folder_); }

  enum class Where { before_the_first, between };
  // Lets a run keep all of its simulations, so that the next has none left to ask in: what it is
  // stopped in is beside them.
  void expect_stopped_beside(Where where) {
    StopTime stop{0};
    Checkpoints whole(folder_.string(), 1e-9, stop);
    static_cast<void>(value_book(inputs_, {}, &whole));
    ASSERT_TRUE(whole.any_kept());
    stop = std::chrono::steady_clock::now().time_since_epoch().count();
    Checkpoints stopped(folder_.string(), 1e-9, stop);
    EXPECT_THROW(static_cast<void>(value_book(inputs_, {}, &stopped)), Interrupted);
    EXPECT_EQ(stopped.tasks_kept() == 0, where == Where::before_the_first);
    stop = 0;
    Checkpoints again(folder_.string(), 1e-9, stop);
    static_cast<void>(value_book(inputs_, {}, &again));
    EXPECT_GT(again.tasks_kept(), 0U);
  }
  void lend() {
    inputs_.market.parties = {party_with("A", 0.05), party_with("B", 0.2)};
    inputs_.market.contagion.clear();
    inputs_.market.claims.clear();
    inputs_.book = bullets({"A", "B"}, 36);
    inputs_.rows_read = 2;
  }
  void hold_an_option() {
    Instrument option;
    option.id = "early";
    option.kind = InstrumentKind::put;
    option.on = Underlying::rental_rate;
    option.hardware = "multiple";
    option.strike = 2.5;
    option.expiry = std::chrono::year(2027) / std::chrono::month(9) / std::chrono::day(30);
    option.bermudan = true;
    inputs_.book.instruments = {option};
    inputs_.rows_read += 1;
  }

  fs::path folder_;
  Inputs inputs_;
};

TEST_F(StoppedStages, RuleOfAnOption) {
  inputs_.settings.real_world = false;
  hold_an_option();
  expect_stopped_beside(Where::before_the_first);
}

TEST_F(StoppedStages, RuleBeforeTheRoundsOfATargetError) {
  inputs_.settings.real_world = false;
  inputs_.settings.target_error = 1.0;
  lend();
  hold_an_option();
  expect_stopped_beside(Where::before_the_first);
}

TEST_F(StoppedStages, ControlVariates) {
  inputs_.settings.real_world = false;
  inputs_.settings.control_variates = true;
  lend();
  expect_stopped_beside(Where::before_the_first);
}

TEST_F(StoppedStages, TiltOfTheTails) {
  inputs_.settings.risk_neutral = false;
  inputs_.settings.importance_sampling = true;
  lend();
  expect_stopped_beside(Where::before_the_first);
}

TEST_F(StoppedStages, EndOfLife) {
  inputs_.settings.real_world = false;
  inputs_.market.hardware[0].life_years = 4;
  inputs_.market.hardware[0].operating_cost = 1.2;
  inputs_.market.hardware[0].resale->end_of_life = EndOfLife::irreversible;
  lend();
  expect_stopped_beside(Where::before_the_first);
}

TEST_F(StoppedStages, ReplayOfTheTail) {
  inputs_.settings.risk_neutral = false;
  lend();
  expect_stopped_beside(Where::between);
}

TEST_F(StoppedStages, PathsOfAReverseStress) {
  inputs_.settings.risk_neutral = false;
  inputs_.settings.confidence = {};  // no tail is replayed before
  inputs_.settings.reverse_stress = ReverseStress{};
  inputs_.settings.reverse_stress->loss = 1;
  lend();
  expect_stopped_beside(Where::between);
}

// Each of its simulations asks as well.
TEST_F(StoppedStages, SearchOfReverseShocks) {
  inputs_.settings.reverse_stress = ReverseStress{};
  inputs_.settings.reverse_stress->loss = 1.9;
  inputs_.settings.reverse_stress->shocks = true;
  lend();
  StopTime stop{0};
  Checkpoints checkpoints(folder_.string(), 1e-9, stop);
  int begun = 0;
  const auto progress = [&](const Progress& at) {
    if (at.scenario != "default hazards rise") return;
    ++begun;
    stop = std::chrono::steady_clock::now().time_since_epoch().count();
  };
  EXPECT_THROW(static_cast<void>(value_book(inputs_, progress, &checkpoints)), Interrupted);
  EXPECT_EQ(begun, 1);
}

}  // namespace
}  // namespace lien::pricing
