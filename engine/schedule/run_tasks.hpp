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

namespace lien::engine {

// Called after a task is added to the totals, one call at a time.
using TaskDone = std::function<void(std::uint64_t tasks_done)>;

// Threads that a number of them asks for: 0 for all that the machine has.
[[nodiscard]] inline unsigned threads_of(unsigned asked) {
  return asked == 0 ? std::max(1U, std::thread::hardware_concurrency()) : asked;
}

// Runs every task in [0, tasks) once over `threads` threads.
//   make_worker(): called once a thread on the calling thread, so that what can fail (memory) fails
//   before any thread starts; the worker is worker(task, sums) noexcept: adds the task's
//   contribution to sums, [size], zeroed before
//   finish(task, worker, sums) noexcept: what becomes of a task's sums; one call at a time, in no
//   meaningful order
// The caller owns the workers' other results through the returned vector, in no meaningful order.
template <class MakeWorker, class Finish>
auto finish_tasks(std::uint64_t tasks, unsigned threads, std::size_t size,
                  const MakeWorker& make_worker, const Finish& finish) {
  using Worker = std::decay_t<decltype(make_worker())>;
  static_assert(std::is_nothrow_invocable_v<Worker&, std::uint64_t, double*>);
  threads = threads_of(threads);
  if (threads > tasks) threads = static_cast<unsigned>(std::max<std::uint64_t>(tasks, 1));

  std::vector<Worker> workers;
  std::vector<LargeVector<double>> sums(threads, LargeVector<double>(size));
  workers.reserve(threads);
  for (unsigned t = 0; t < threads; ++t) workers.push_back(make_worker());

  std::atomic<std::uint64_t> next{0};
  std::mutex finishing;
  const auto drain = [&](unsigned t) {
    for (std::uint64_t task; (task = next.fetch_add(1)) < tasks;) {
      std::fill(sums[t].begin(), sums[t].end(), 0.0);
      workers[t](task, sums[t].data());
      const std::scoped_lock lock(finishing);
      finish(task, workers[t], sums[t].data());
    }
  };
  {
    std::vector<std::jthread> team;
    for (unsigned t = 1; t < threads; ++t) team.emplace_back(drain, t);
    drain(0);
  }  // joins
  return workers;
}

// The same, adding every task's sums, [totals.size()], to `totals`.
template <class MakeWorker>
auto run_tasks(std::uint64_t tasks, unsigned threads, IntegerTotals& totals,
               const MakeWorker& make_worker, const TaskDone& done) {
  std::uint64_t finished = 0;
  return finish_tasks(tasks, threads, totals.size(), make_worker,
                      [&](std::uint64_t, const auto&, const double* sums) {
                        totals.add(sums);
                        if (done) done(++finished);
                      });
}

}  // namespace lien::engine
