#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "engine/schedule/integer_totals.hpp"

namespace lien::engine {

// Called after a task is added to the totals, one call at a time.
using TaskDone = std::function<void(std::uint64_t tasks_done)>;

// Runs every task in [0, tasks) once over `threads` threads and adds its sums to `totals`.
//   make_worker(): called once a thread on the calling thread, so that what can fail (memory) fails
//   before any thread starts; the worker is worker(task, sums) noexcept: adds the task's
//   contribution to sums, [totals.size()], zeroed before
// The caller owns the workers' other results through the returned vector, in no meaningful order.
template <class MakeWorker>
auto run_tasks(std::uint64_t tasks, unsigned threads, IntegerTotals& totals,
               const MakeWorker& make_worker, const TaskDone& done) {
  using Worker = std::decay_t<decltype(make_worker())>;
  static_assert(std::is_nothrow_invocable_v<Worker&, std::uint64_t, double*>);
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  if (threads > tasks) threads = static_cast<unsigned>(std::max<std::uint64_t>(tasks, 1));

  std::vector<Worker> workers;
  std::vector<std::vector<double>> sums(threads, std::vector<double>(totals.size()));
  workers.reserve(threads);
  for (unsigned t = 0; t < threads; ++t) workers.push_back(make_worker());

  std::atomic<std::uint64_t> next{0};
  std::mutex adding;
  std::uint64_t finished = 0;
  const auto drain = [&](unsigned t) {
    for (std::uint64_t task; (task = next.fetch_add(1)) < tasks;) {
      std::fill(sums[t].begin(), sums[t].end(), 0.0);
      workers[t](task, sums[t].data());
      const std::scoped_lock lock(adding);
      totals.add(sums[t].data());
      if (done) done(++finished);
    }
  };
  {
    std::vector<std::jthread> team;
    for (unsigned t = 1; t < threads; ++t) team.emplace_back(drain, t);
    drain(0);
  }  // joins
  return workers;
}

}  // namespace lien::engine
