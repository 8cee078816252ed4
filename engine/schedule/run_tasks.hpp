#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "engine/memory/large_array.hpp"
#include "engine/schedule/integer_totals.hpp"
#include "engine/schedule/stop_question.hpp"

namespace lien::engine {

// Called after a task is added to the totals, one call at a time.
using TaskDone = std::function<void(std::uint64_t tasks_done)>;

// Threads that a number of them asks for: 0 for all that the machine has.
[[nodiscard]] inline unsigned threads_of(unsigned asked) {
  return asked == 0 ? std::max(1U, std::thread::hardware_concurrency()) : asked;
}

// Tasks [first, end), over how many threads (0: all).
struct TaskRange {
  std::uint64_t first = 0, end = 0;
  unsigned threads = 0;
  // Asked by every thread before it takes another task: true ends the run, with the tasks that are
  // taken done, one a thread at least. Null: never.
  const StopQuestion* pause = nullptr;
};

template <class Worker>
struct FinishedTasks {
  std::vector<Worker> workers;  // one a thread, in no meaningful order
  std::uint64_t end = 0;        // every task before this one is done
};

// Runs every task of the range once.
//   make_worker(): called once a thread on the calling thread, so that what can fail (memory) fails
//   before any thread starts; the worker is worker(task, sums) noexcept: adds the task's
//   contribution to sums, [size], zeroed before
//   finish(task, worker, sums) noexcept: what becomes of a task's sums; one call at a time, in no
//   meaningful order
// The caller owns the workers' other results through what is returned.
template <class MakeWorker, class Finish>
auto finish_tasks(const TaskRange& range, std::size_t size, const MakeWorker& make_worker,
                  const Finish& finish) {
  using Worker = std::decay_t<decltype(make_worker())>;
  static_assert(std::is_nothrow_invocable_v<Worker&, std::uint64_t, double*>);
  const std::uint64_t tasks = range.end - range.first;
  unsigned threads = threads_of(range.threads);
  if (threads > tasks) threads = static_cast<unsigned>(std::max<std::uint64_t>(tasks, 1));

  FinishedTasks<Worker> out;
  std::vector<LargeVector<double>> sums(threads, LargeVector<double>(size));
  out.workers.reserve(threads);
  for (unsigned t = 0; t < threads; ++t) out.workers.push_back(make_worker());

  std::atomic<std::uint64_t> next{range.first};
  std::mutex finishing;
  const auto drain = [&](unsigned t) {
    for (std::uint64_t task; (task = next.fetch_add(1)) < range.end;) {
      std::fill(sums[t].begin(), sums[t].end(), 0.0);
      out.workers[t](task, sums[t].data());
      const std::scoped_lock lock(finishing);
      finish(task, out.workers[t], sums[t].data());
      if (range.pause != nullptr && (*range.pause)()) return;
    }
  };
  {
    std::vector<std::jthread> team;
    for (unsigned t = 1; t < threads; ++t) team.emplace_back(drain, t);
    drain(0);
  }  // joins
  out.end = std::min(next.load(), range.end);
  return out;
}

// The same, adding every task's sums, [totals.size()], to `totals`.
template <class MakeWorker>
auto run_tasks(std::uint64_t tasks, unsigned threads, IntegerTotals& totals,
               const MakeWorker& make_worker, const TaskDone& done) {
  std::uint64_t finished = 0;
  return finish_tasks(TaskRange{0, tasks, threads}, totals.size(), make_worker,
                      [&](std::uint64_t, const auto&, const double* sums) {
                        totals.add(sums);
                        if (done) done(++finished);
                      })
      .workers;
}

}  // namespace lien::engine
