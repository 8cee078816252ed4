#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lien::pricing {

// A run that was asked to stop (exit 75).
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(const std::string& sentence = "interrupted")
      : std::runtime_error(sentence) {}
};

// The states in which a run's simulations were last kept, one file each in a folder: what a run
// that goes on need not simulate again. Simulations are numbered in the order in which a run
// begins them, which its inputs alone decide.
class Checkpoints {
 public:
  // folder: exists. seconds: > 0, between two states of one simulation. stop: true once the run is
  // to end.
  Checkpoints(std::string folder, double seconds, const std::atomic<bool>& stop);

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
  // for their state twice. A disk that cannot take it ends no run: failed() says so.
  using Put = std::function<void(std::string_view)>;
  void save(std::uint64_t number, std::string_view identity,
            const std::function<void(const Put&)>& write_state) noexcept;

  // Time for the next state; asked by any thread.
  [[nodiscard]] bool due() const noexcept;
  // Whether a simulation that took this long is kept when it ends: what is computed again in no
  // time needs no file.
  [[nodiscard]] bool keeps(double seconds_taken) const noexcept;
  // The run is to end: no further task is begun.
  [[nodiscard]] bool stops() const noexcept { return stop_->load(std::memory_order_relaxed); }
  // It is to end at once: what is begun would take too long. Asked by any thread.
  [[nodiscard]] bool abandons() noexcept;
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  // Tasks that were taken over and not simulated again, over all simulations.
  [[nodiscard]] std::uint64_t tasks_kept() const noexcept { return tasks_kept_; }
  void count_kept(std::uint64_t tasks) noexcept { tasks_kept_ += tasks; }

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::string file(std::uint64_t number) const;
  std::string folder_;
  double seconds_;
  const std::atomic<bool>* stop_;
  std::uint64_t begun_ = 0, tasks_kept_ = 0;
  Clock::time_point last_;
  std::atomic<Clock::rep> stop_seen_{0};  // when the first who asked saw that the run is to end
  bool failed_ = false;
};

}  // namespace lien::pricing
