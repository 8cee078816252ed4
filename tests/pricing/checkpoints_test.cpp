#include "pricing/report/checkpoints.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "pricing/measures/basis_run.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/report/run_directory.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/random_book.hpp"

// What is kept of a run, and runs that go on from it: the numbers are those of a run that nothing
// interrupts, to the bit.
namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

class CheckpointsTest : public testing::Test {
 protected:
  CheckpointsTest() {
    std::string name = (fs::temp_directory_path() / "lien_checkpoints_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~CheckpointsTest() override { fs::remove_all(folder_); }
  [[nodiscard]] Checkpoints checkpoints(double seconds = 1e-9) const {
    return {folder_.string(), seconds, stop_};
  }
  fs::path folder_;
  void ask() { stop_ = std::chrono::steady_clock::now().time_since_epoch().count(); }
  StopTime stop_{0};
};
using CheckpointFiles = CheckpointsTest;
using InterruptedSimulations = CheckpointsTest;

const std::string kOne(32, 'a'), kOther(32, 'b');

void save(Checkpoints& checkpoints, std::uint64_t number, const std::string& state) {
  checkpoints.save(number, kOne, [&](const Checkpoints::Put& put) {
    put(std::string_view(state).substr(0, 2));
    put(std::string_view(state).substr(2));
  });
}

TEST_F(CheckpointFiles, GiveBackTheLastState) {
  Checkpoints kept = checkpoints();
  EXPECT_FALSE(kept.load(0, kOne));
  save(kept, 0, "first state");
  save(kept, 1, "another simulation's");
  save(kept, 0, std::string("second\0state", 12));
  const Checkpoints later = checkpoints();
  EXPECT_EQ(later.load(0, kOne), std::string("second\0state", 12));
  EXPECT_EQ(later.load(1, kOne), "another simulation's");
  EXPECT_FALSE(later.load(0, kOther));
  EXPECT_FALSE(later.load(2, kOne));
  EXPECT_FALSE(kept.failed());
}

TEST_F(CheckpointFiles, ThatAreNotWholeAreNone) {
  Checkpoints kept = checkpoints();
  save(kept, 0, "some state of a simulation");
  const fs::path file = folder_ / "0";
  std::ifstream stream(file, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, size);
    EXPECT_FALSE(kept.load(0, kOne)) << size;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 4);
    std::ofstream(file, std::ios::binary) << altered;
    EXPECT_FALSE(kept.load(0, kOne)) << at;
  }
  std::ofstream(file, std::ios::binary) << whole << "x";
  EXPECT_FALSE(kept.load(0, kOne));
  std::ofstream(file, std::ios::binary) << whole;
  EXPECT_TRUE(kept.load(0, kOne));
}

TEST_F(CheckpointFiles, ThatCannotBeWrittenAreTold) {
  Checkpoints kept((folder_ / "nowhere").string(), 1, stop_);
  save(kept, 0, "state");
  EXPECT_TRUE(kept.failed());
  EXPECT_FALSE(kept.load(0, kOne));
}

// What is half written would fill the disk that could not take it.
TEST_F(CheckpointFiles, LeaveNothingWhereTheyFail) {
  Checkpoints kept = checkpoints();
  save(kept, 0, "state");
  EXPECT_TRUE(kept.any_kept());
  const auto files = [this] { return std::distance(fs::directory_iterator(folder_), {}); };
  kept.save(0, kOne, [](const Checkpoints::Put& put) {
    put("half of");
    throw std::bad_alloc();
  });
  EXPECT_TRUE(kept.failed());
  EXPECT_EQ(files(), 1);
  fs::create_symlink("/dev/full", folder_ / "0.new");
  save(kept, 0, "state that is not written");
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(kept.load(0, kOne), "state");
  fs::create_directories(folder_ / "1" / "in the way");
  save(kept, 1, "state that cannot take its place");
  EXPECT_EQ(files(), 2);
  Checkpoints none = checkpoints();
  EXPECT_FALSE(none.any_kept());
}

// A book whose state fills half of the memory must be able to go on.
TEST_F(CheckpointFiles, AreReadWithoutRoomForTwo) {
  constexpr std::size_t kSize = std::size_t{64} << 20U;
  Checkpoints kept = checkpoints();
  kept.save(0, kOne, [](const Checkpoints::Put& put) {
    const std::string part(kSize / 64, 'x');
    for (int i = 0; i < 64; ++i) put(part);
  });
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit before{};
  ::getrlimit(RLIMIT_AS, &before);
  const rlimit small{pages * 4096 + kSize + kSize / 2, before.rlim_max};
  ::setrlimit(RLIMIT_AS, &small);
  std::size_t read = 0;
  try {
    read = kept.load(0, kOne).value_or("").size();
  } catch (const std::bad_alloc&) {
  }
  ::setrlimit(RLIMIT_AS, &before);
  EXPECT_EQ(read, kSize);
}

TEST_F(CheckpointFiles, AreDueAfterTheirTime) {
  const Checkpoints often = checkpoints(1e-9), seldom = checkpoints(3600);
  EXPECT_TRUE(often.due());
  EXPECT_FALSE(seldom.due());
  EXPECT_TRUE(seldom.keeps(200));
  EXPECT_FALSE(seldom.keeps(60));
}

struct Sampling {
  const char* name;
  bool sobol, controls, real_world;
};

class Interrupting {
 public:
  explicit Interrupting(const Sampling& of) : of_(of) {
    std::mt19937_64 draw(11);
    market_ = random_market(draw);
    for (int i = 0; i < 9; ++i) book_.loans.push_back(random_loan(draw, kSampleDate, i));
    settings_.valuation_date = kSampleDate;
    settings_.horizon_months = 0;
    settings_.loss_horizon_months = {12, 0};
    settings_.sobol = of.sobol;
    settings_.replicates = of.controls ? kFewestControlledReplicates : 4;
    settings_.paths = 16384;
    settings_.seed = 3;
  }
  [[nodiscard]] BasisRun run(unsigned threads, const SimulationWatch& watch,
                             std::uint64_t seed = 3) const {
    RunSettings settings = settings_;
    settings.threads = threads;
    settings.seed = seed;
    const std::vector<std::string> changed;
    const CompileInput input{
        &settings, &market_,
        &book_,    of_.real_world ? MeasureBasis::real_world : MeasureBasis::risk_neutral,
        &market_,  &changed};
    const Horizon horizon = horizon_of(settings, market_, book_);
    Plan plan = compile(input, horizon, TimeGrid(kSampleDate, horizon.months));
    if (of_.controls) compile_controls(input, plan);
    return simulate_plan(std::move(plan), settings, true, true, watch);
  }

 private:
  Sampling of_;
  Market market_;
  Book book_;
  RunSettings settings_;
};

void expect_same(const BasisRun& got, const BasisRun& expected) {
  EXPECT_EQ(got.sums, expected.sums);
  EXPECT_EQ(got.test_counts, expected.test_counts);
  EXPECT_EQ(got.fan_counts, expected.fan_counts);
  EXPECT_EQ(got.under_costs, expected.under_costs);
  EXPECT_EQ(got.replicates.squares, expected.replicates.squares);
  EXPECT_EQ(got.replicates.as_drawn, expected.replicates.as_drawn);
  EXPECT_EQ(got.replicates.tests, expected.replicates.tests);
  EXPECT_EQ(got.replicates.under_costs, expected.replicates.under_costs);
  EXPECT_EQ(got.controlled, expected.controlled);
  EXPECT_EQ(got.results.losses, expected.results.losses);
  EXPECT_EQ(got.results.block_groups, expected.results.block_groups);
  EXPECT_EQ(got.clamped_ages, expected.clamped_ages);
}

// Counted from the wish, not from when a simulation first asks: what runs then may take long.
TEST_F(CheckpointFiles, AbandonATaskThatTakesTooLong) {
  const Checkpoints kept = checkpoints();
  EXPECT_FALSE(kept.abandons());
  ask();
  EXPECT_FALSE(kept.abandons());
  stop_ -= std::chrono::steady_clock::duration(std::chrono::milliseconds(1300)).count();
  EXPECT_TRUE(kept.abandons());
}

// Stopped every few tasks, each time going on with other threads.
TEST_F(InterruptedSimulations, EndWithTheNumbersOfOneThatIsNot) {
  for (const Sampling of :
       {Sampling{"independent paths", false, false, true},
        Sampling{"control variates", false, true, false}, Sampling{"replicates", true, false, true},
        Sampling{"corrected replicates", true, true, false}}) {
    SCOPED_TRACE(of.name);
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    const Interrupting simulation(of);
    const BasisRun expected = simulation.run(2, {});
    std::uint64_t kept = 0;
    int stops = 0;
    for (unsigned threads = 1;; threads = threads % 3 + 1) {
      stop_ = 0;
      Checkpoints checkpoints = this->checkpoints();
      std::uint64_t first = 0, calls = 0;
      const SimulationWatch watch{[&](std::uint64_t done) {
                                    if (calls++ == 0) first = done;
                                    if (calls == 6) ask();
                                  },
                                  &checkpoints};
      try {
        const BasisRun got = simulation.run(threads, watch);
        expect_same(got, expected);
        kept = checkpoints.tasks_kept();
        break;
      } catch (const Interrupted&) {
        ++stops;
        ASSERT_LT(stops, 20);
        EXPECT_GE(checkpoints.tasks_kept(), kept);
        kept = checkpoints.tasks_kept();
      }
    }
    EXPECT_GE(stops, 2);
    EXPECT_GE(kept, 8U);
    // All of it is kept in the end.
    stop_ = 0;
    Checkpoints whole = this->checkpoints();
    expect_same(simulation.run(2, {{}, &whole}), expected);
    EXPECT_EQ(whole.tasks_kept(), 16U);
    // Another seed's simulation is another, whatever its number.
    Checkpoints other = this->checkpoints();
    const BasisRun of_other = simulation.run(2, {{}, &other}, 4);
    EXPECT_EQ(other.tasks_kept(), 0U);
    EXPECT_NE(of_other.sums, expected.sums);
  }
}

TEST_F(InterruptedSimulations, KeepNothingWhereTheyWereStoppedBeforeTheFirstTask) {
  ask();
  Checkpoints checkpoints = this->checkpoints();
  const Interrupting simulation({"independent paths", false, false, false});
  EXPECT_THROW(static_cast<void>(simulation.run(2, {{}, &checkpoints})), Interrupted);
  EXPECT_TRUE(fs::is_empty(folder_));
}

void write_run_file(const fs::path& folder) {
  std::ofstream(folder / kRunFile) << "{\n  \"kept_by\": \"lien run\",\n  \"commit\": \"\"\n}\n";
}

TEST_F(CheckpointFiles, OutliveTheirRunAndGoWithTheFinishedOne) {
  const std::string name = (folder_ / "run").string();
  EXPECT_THROW(static_cast<void>(RunDirectory::interrupted(name)), OutputError);
  {
    RunDirectory directory(name, false);
    EXPECT_FALSE(directory.replaces_interrupted());
    std::ofstream(directory.checkpoint_folder() + "/0") << "state";
    write_run_file(directory.checkpoint_folder());
    directory.create("half.csv")->close();
    EXPECT_THROW(static_cast<void>(RunDirectory::interrupted(name)),
                 OutputError);  // it is being written
    directory.leave();
  }
  EXPECT_FALSE(RunDirectory::is_complete(name));
  {
    RunDirectory directory = RunDirectory::interrupted(name + ".partial/");
    EXPECT_EQ(directory.path(), name);
    EXPECT_EQ(directory.partial_path(), name + ".partial");
    EXPECT_TRUE(fs::exists(directory.checkpoint_folder() + "/0"));
    EXPECT_FALSE(fs::exists(name + ".partial/half.csv"));
    directory.create("manifest.json")->close();
    directory.commit();
  }
  EXPECT_TRUE(RunDirectory::is_complete(name));
  EXPECT_EQ(std::distance(fs::directory_iterator(name), {}), 1);
  EXPECT_FALSE(fs::exists(name + ".partial"));
  {
    RunDirectory directory(name + "2", false);
    static_cast<void>(directory.checkpoint_folder());
    directory.leave();
  }
  EXPECT_TRUE(RunDirectory(name + "2", false).replaces_interrupted());
  EXPECT_FALSE(fs::exists(name + "2.partial"));
}

// A folder may be called as ours is and be somebody's own.
TEST_F(CheckpointFiles, OfNobodysRunStay) {
  const fs::path complete = folder_ / "run", own = complete / "checkpoint";
  fs::create_directories(own);
  std::ofstream(complete / "manifest.json") << "{}";
  std::ofstream(own / "notes") << "mine";
  EXPECT_TRUE(RunDirectory::is_complete(complete.string()));
  EXPECT_TRUE(fs::exists(own / "notes"));
  std::ofstream(own / kRunFile) << "{\"kept_by\": \"me\"}";
  EXPECT_TRUE(RunDirectory::is_complete(complete.string()));
  EXPECT_TRUE(fs::exists(own / "notes"));
  write_run_file(own);
  EXPECT_TRUE(RunDirectory::is_complete(complete.string()));
  EXPECT_FALSE(fs::exists(own));
  // Nor does one that goes on clear a folder that no run left.
  const fs::path partial = folder_ / "other.partial";
  fs::create_directories(partial / "checkpoint");
  std::ofstream(partial / "mine") << "mine";
  RunDirectory::interrupted((folder_ / "other").string()).leave();
  EXPECT_TRUE(fs::exists(partial / "mine"));
}

TEST_F(CheckpointFiles, AreFoundByANameThatEndsAsTheirFolderDoes) {
  const std::string name = (folder_ / "run.partial").string();
  {
    RunDirectory directory(name, false);
    write_run_file(directory.checkpoint_folder());
    directory.leave();
  }
  RunDirectory directory = RunDirectory::interrupted(name);
  EXPECT_EQ(directory.path(), name);
  directory.create("manifest.json")->close();
  directory.commit();
  EXPECT_TRUE(RunDirectory::is_complete(name));
}

// A run that was killed between its last file and its last step.
TEST_F(CheckpointFiles, AreNoCompleteRunsUnderTheNameOfTheirFolder) {
  const std::string name = (folder_ / "run").string();
  {
    RunDirectory directory(name, false);
    write_run_file(directory.checkpoint_folder());
    directory.create("manifest.json")->close();
    directory.leave();
  }
  EXPECT_FALSE(RunDirectory::is_complete(name + ".partial"));
  EXPECT_EQ(RunDirectory::interrupted(name + ".partial").path(), name);
}

}  // namespace
}  // namespace lien::pricing
