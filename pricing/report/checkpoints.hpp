#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/schedule/stop_question.hpp"
#include "pricing/valuation/interrupted.hpp"

namespace lien::pricing {

// When a run was asked to end, on the steady clock; 0: it was not.
using StopTime = std::atomic<std::chrono::steady_clock::rep>;

// The states in which a run's simulations were last kept, one file each in a folder: what a run
// that goes on need not simulate again. Simulations are numbered in the order in which a run
// begins them, which its inputs alone decide.
class Checkpoints {
 public:
  // folder: exists. seconds: > 0, between two states of one simulation. stop: set once the run is
  // to end.
  Checkpoints(std::string folder, double seconds, const StopTime& stop);

  // The number of the simulation that begins now.
  [[nodiscard]] std::uint64_t begin() noexcept {
    last_ = Clock::now();
    return begun_++;
  }
  // What was kept of it, or nothing: no state, a file that is not whole, or one that was kept of
  // another simulation. identity: 32 bytes that say which one it is.
  [[nodiscard]] std::optional<std::string> load(std::uint64_t number,
                                                std::string_view identity) const;
  // Replaces what is kept of it by what write_state puts, piece by piece: large books have no room
  // for their state twice. A disk that cannot take it ends no run: failed() says so, and nothing of
  // the try is left on the disk.
  using Put = std::function<void(std::string_view)>;
  void save(std::uint64_t number, std::string_view identity,
            const std::function<void(const Put&)>& write_state) noexcept;

  // Time for the next state; asked by any thread.
  [[nodiscard]] bool due() const noexcept;
  // Whether a simulation that took this long is kept when it ends: what is computed again in no
  // time needs no file.
  [[nodiscard]] bool keeps(double seconds_taken) const noexcept;
  // The run is to end: no further task is begun.
  [[nodiscard]] bool stops() const noexcept { return stop_->load(std::memory_order_relaxed) != 0; }
  // The same question, for simulations of which nothing is kept.
  [[nodiscard]] const engine::StopQuestion& stop_question() const noexcept { return question_; }
  // It is to end at once: what is begun would take too long. Asked by any thread.
  [[nodiscard]] bool abandons() const noexcept;
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  // Whether the folder holds states that a run could go on from.
  [[nodiscard]] bool any_kept() const noexcept { return any_kept_; }
  // Tasks that were taken over and not simulated again, over all simulations.
  [[nodiscard]] std::uint64_t tasks_kept() const noexcept { return tasks_kept_; }
  void count_kept(std::uint64_t tasks) noexcept {
    tasks_kept_ += tasks;
    any_kept_ = true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::string file(std::uint64_t number) const;
  std::string folder_;
  double seconds_;
  const StopTime* stop_;
  engine::StopQuestion question_;
  std::uint64_t begun_ = 0, tasks_kept_ = 0;
  Clock::time_point last_;
  bool failed_ = false, any_kept_ = false;
};

// What simulations ask of which nothing is kept; null where nothing stops a run.
[[nodiscard]] inline const engine::StopQuestion* stop_question(const Checkpoints* checkpoints) {
  return checkpoints == nullptr ? nullptr : &checkpoints->stop_question();
}

}  // namespace lien::pricing
