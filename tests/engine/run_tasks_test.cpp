#include "engine/schedule/run_tasks.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace lien::engine {
namespace {

constexpr unsigned kThreadCounts[] = {1, 2, 3, 7, 16};
constexpr std::uint64_t kTasks = 200;
constexpr std::size_t kNumbers = 9;

// A number that depends on the task alone, of any size.
double contribution(std::uint64_t task, std::size_t number) {
  std::mt19937_64 draw(task * kNumbers + number);
  return std::ldexp(static_cast<double>(static_cast<std::int64_t>(draw())),
                    -60 + static_cast<int>(number));
}

struct Adder {
  std::vector<std::uint64_t> ran;
  void operator()(std::uint64_t task, double* sums) noexcept {
    ran.push_back(task);
    for (std::size_t i = 0; i < kNumbers; ++i) sums[i] += contribution(task, i);
  }
};

IntegerTotals empty_totals() { return IntegerTotals(std::vector<double>(kNumbers, 1.0)); }

TEST(RunTasks, RunsEveryTaskOnce) {
  for (const unsigned threads : kThreadCounts) {
    IntegerTotals totals = empty_totals();
    const auto workers = run_tasks(kTasks, threads, totals, [] { return Adder{}; }, {});
    EXPECT_EQ(workers.size(), threads);
    std::map<std::uint64_t, int> times;
    for (const Adder& worker : workers)
      for (const std::uint64_t task : worker.ran) ++times[task];
    EXPECT_EQ(times.size(), kTasks);
    for (const auto& [task, count] : times) EXPECT_EQ(count, 1) << task;
  }
}

TEST(RunTasks, GivesTheSameBitsFromAnyNumberOfThreads) {
  std::vector<double> expected(kNumbers, 0.0);
  IntegerTotals serial = empty_totals();
  for (std::uint64_t task = 0; task < kTasks; ++task) {
    for (std::size_t i = 0; i < kNumbers; ++i) expected[i] = contribution(task, i);
    serial.add(expected.data());
  }
  for (const unsigned threads : kThreadCounts)
    for (int repeat = 0; repeat < 5; ++repeat) {
      IntegerTotals totals = empty_totals();
      run_tasks(kTasks, threads, totals, [] { return Adder{}; }, {});
      for (std::size_t i = 0; i < kNumbers; ++i) EXPECT_EQ(totals.value(i), serial.value(i));
    }
}

TEST(RunTasks, ReportsEveryTaskAfterItIsAdded) {
  for (const unsigned threads : kThreadCounts) {
    IntegerTotals totals(std::vector<double>{1.0});
    struct One {
      void operator()(std::uint64_t, double* sums) noexcept { sums[0] += 1; }
    };
    std::vector<std::uint64_t> reports;  // one call at a time: no lock of ours
    run_tasks(
        kTasks, threads, totals, [] { return One{}; },
        [&](std::uint64_t done) {
          reports.push_back(done);
          EXPECT_EQ(totals.value(0), static_cast<double>(done));
        });
    ASSERT_EQ(reports.size(), kTasks);
    for (std::uint64_t i = 0; i < kTasks; ++i) EXPECT_EQ(reports[i], i + 1);
  }
}

TEST(RunTasks, MakesNoMoreWorkersThanTasks) {
  for (const std::uint64_t tasks : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{5}}) {
    IntegerTotals totals = empty_totals();
    const auto workers = run_tasks(tasks, 16, totals, [] { return Adder{}; }, {});
    EXPECT_EQ(workers.size(), std::max<std::uint64_t>(tasks, 1));
    std::size_t ran = 0;
    for (const Adder& worker : workers) ran += worker.ran.size();
    EXPECT_EQ(ran, tasks);
  }
}

TEST(RunTasks, MakesEveryWorkerBeforeAnyTaskRuns) {
  int made = 0;
  std::atomic<int> ran{0};
  struct Counting {
    std::atomic<int>* ran;
    void operator()(std::uint64_t, double*) noexcept { ++*ran; }
  };
  IntegerTotals totals = empty_totals();
  EXPECT_THROW(run_tasks(kTasks, 7, totals,
                         [&] {
                           if (++made == 4) throw std::runtime_error("no memory");
                           return Counting{&ran};
                         },
                         {}),
               std::runtime_error);
  EXPECT_EQ(ran.load(), 0);
}

TEST(RunTasks, RemembersAResultThatIsNotFinite) {
  struct Dividing {
    void operator()(std::uint64_t task, double* sums) noexcept {
      sums[3] += 1.0 / (static_cast<double>(task) - 17.0);
    }
  };
  IntegerTotals totals = empty_totals();
  run_tasks(kTasks, 3, totals, [] { return Dividing{}; }, {});
  EXPECT_EQ(totals.first_non_finite(), 3U);
}

// A run in pieces, each ended by a pause after some tasks: every task once, in all.
TEST(FinishTasks, GoesOnFromWhereItPaused) {
  for (const unsigned threads : kThreadCounts) {
    std::map<std::uint64_t, int> times;
    std::uint64_t first = 0;
    int pieces = 0;
    while (first < kTasks) {
      std::atomic<int> asked{0};
      const std::function<bool()> pause = [&asked] { return ++asked >= 40; };
      const auto finished = finish_tasks(
          TaskRange{first, kTasks, threads, &pause}, kNumbers, [] { return Adder{}; },
          [&](std::uint64_t task, const Adder&, const double* sums) {
            ++times[task];
            EXPECT_EQ(sums[0], contribution(task, 0));
          });
      ASSERT_GT(finished.end, first);
      EXPECT_LE(finished.end, first + 40 + threads);
      EXPECT_EQ(times.size(), finished.end);
      EXPECT_EQ(times.rbegin()->first, finished.end - 1);
      first = finished.end;
      ++pieces;
    }
    EXPECT_GE(pieces, 4) << threads;
    EXPECT_LE(pieces, 5) << threads;
    for (const auto& [task, count] : times) EXPECT_EQ(count, 1) << task;
  }
}

TEST(FinishTasks, TakesATaskAThreadWhereItIsPausedAtOnce) {
  const std::function<bool()> pause = [] { return true; };
  const auto finished = finish_tasks(
      TaskRange{7, kTasks, 3, &pause}, kNumbers, [] { return Adder{}; },
      [](std::uint64_t, const Adder&, const double*) {});
  EXPECT_GT(finished.end, 7U);
  EXPECT_LE(finished.end, 10U);
}

}  // namespace
}  // namespace lien::engine
