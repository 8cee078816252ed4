#include "benches/jobs/measure_speed.hpp"

#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "benches/jobs/j1_lien.hpp"
#include "benches/jobs/j2_lien.hpp"
#include "benches/jobs/limit_kernel.hpp"

namespace lien::benches {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kSeed = 20'260'934;
constexpr double kAgreement = 1e-9;

void require(const char* job, const char* number, double kernel, double scalar) {
  // Written so that a NaN is a disagreement.
  if (std::abs(kernel - scalar) <= kAgreement * std::abs(scalar)) return;
  throw Disagreement(std::string(job) + ": kernel and scalar loop differ in " + number + ": " +
                     std::to_string(kernel) + " against " + std::to_string(scalar) +
                     "; their times are not shown");
}

J2Totals all_blocks(J2Work& work) {
  J2Totals total;
  for (std::size_t b = 0; b < kJ2Blocks; ++b) work.value(b, total);
  return total;
}

// Path by path on the same numbers: the first and last path of a chunk, and some between.
void require_same_paths(const J1Step& step, const J1Keys& keys) {
  const auto chunk = std::make_unique<J1Chunk>();
  j1_simulate(step, keys, 0, *chunk);
  for (std::size_t p = 0; p < kJ1Chunk; p += kJ1Chunk / 2 - 1) {
    const J1Path path = j1_scalar(step, keys, p);
    require("J1", "income", chunk->income[p], path.income);
    require("J1", "end value", chunk->end_value[p], path.end_value);
  }
}

enum Contender : std::size_t { kSimulated, kValued, kCached, kScalar, kMultiplyAdd };

// One thread's contenders; each call is a batch of about a millisecond and returns its items.
class Contenders {
 public:
  Contenders(const J1Step& step, const J1Keys& keys, const J2Inputs& inputs)
      : step_(step), keys_(keys), inputs_(inputs), work_(inputs, true) {}

  static constexpr std::size_t kCount = 5;

  double batch(std::size_t contender) {
    switch (contender) {
      case kSimulated:
        return simulate();
      case kValued:
        keep(all_blocks(work_).loss);
        return kJ2Items;
      case kCached:
        return cached();
      case kScalar:
        keep(j2_scalar(loan_, inputs_.rows).loss);
        return kJ2Items;
      default:
        keep(multiply_adds(kRepeats));
        return double(kRepeats * kLimitChains * vector_doubles());
    }
  }

 private:
  static constexpr std::size_t kRepeats = 1 << 18;

  void keep(double number) noexcept { kept_ = number; }

  double simulate() {
    constexpr std::size_t kChunks = 20;
    for (std::size_t i = 0; i < kChunks; ++i) {
      j1_simulate(step_, keys_, next_path_, *chunk_);
      next_path_ += kJ1Chunk;
      keep(chunk_->income[0] + chunk_->end_value[0]);
    }
    return double(kChunks * kJ1Chunk * kJ1Months * kJ1Factors);
  }

  double cached() {
    J2Totals total;
    for (std::size_t b = 0; b < kJ2Blocks; ++b) work_.value(0, total);
    keep(total.loss);
    return kJ2Items;
  }

  const J1Step& step_;
  const J1Keys& keys_;
  const J2Inputs& inputs_;
  const J2Loan loan_ = j2_reference_loan();
  J2Work work_;
  std::unique_ptr<J1Chunk> chunk_ = std::make_unique<J1Chunk>();
  std::uint64_t next_path_ = 0;
  volatile double kept_ = 0.0;  // a result that nobody reads could be left out by the compiler
};

// Of one thread that ran a contender for a while.
struct Slot {
  double items = 0.0;
  double processor_ns = 0.0;
  double clock_ns = 0.0;
};

double processor_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e9 + double(now.tv_nsec);
}

// Runs a contender until `end`, once at least.
Slot run_until(Clock::time_point end, Contenders& contenders, std::size_t contender) {
  Slot slot;
  const double processor = processor_ns();
  const Clock::time_point begin = Clock::now();
  Clock::time_point now;
  do {
    slot.items += contenders.batch(contender);
    now = Clock::now();
  } while (now < end);
  slot.processor_ns = processor_ns() - processor;
  slot.clock_ns = std::chrono::duration<double, std::nano>(now - begin).count();
  return slot;
}

Timing timing(std::vector<double> ns) {
  std::sort(ns.begin(), ns.end());
  const std::size_t half = ns.size() / 2;
  return {ns.size() % 2 == 1 ? ns[half] : 0.5 * (ns[half - 1] + ns[half]), ns.front()};
}

}  // namespace

void require_agreement(const J2Totals& kernel, const J2Totals& scalar) {
  require("J2", "present value", kernel.present_value, scalar.present_value);
  require("J2", "loss", kernel.loss, scalar.loss);
  require("J2", "probability of default", kernel.default_probability, scalar.default_probability);
}

Speed measure_speed(unsigned threads, int rounds, double round_seconds) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  const J1Step step = j1_step();
  const J1Keys keys = j1_keys(kSeed);
  const J2Inputs inputs;
  require_same_paths(step, keys);
  {
    J2Work work(inputs, true);
    require_agreement(all_blocks(work), j2_scalar(j2_reference_loan(), inputs.rows));
  }

  // What can fail (memory) fails here, before any thread starts.
  std::vector<Contenders> team;
  team.reserve(threads);
  for (unsigned t = 0; t < threads; ++t) team.emplace_back(step, keys, inputs);
  const auto slots = Contenders::kCount * static_cast<std::size_t>(rounds);
  std::vector<std::vector<Slot>> ran(threads, std::vector<Slot>(slots));
  // By the clock and not by a barrier: all threads run the same contender at the same time, and one
  // that cannot start keeps no other waiting.
  const Clock::time_point begin = Clock::now();
  const std::chrono::duration<double> slot_time(round_seconds / double(Contenders::kCount));
  const auto run = [&](unsigned t) {
    for (std::size_t slot = 0; slot < slots; ++slot) {
      const auto passed = std::chrono::duration_cast<Clock::duration>(slot_time * double(slot + 1));
      ran[t][slot] = run_until(begin + passed, team[t], slot % Contenders::kCount);
    }
  };
  {
    std::vector<std::jthread> running;
    for (unsigned t = 1; t < threads; ++t) running.emplace_back(run, t);
    run(0);
  }  // joins

  std::array<std::vector<double>, Contenders::kCount> ns;
  std::vector<double> loan_months;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    double items = 0.0, processor = 0.0, a_second = 0.0;
    for (const auto& thread : ran) {
      items += thread[slot].items;
      processor += thread[slot].processor_ns;
      a_second += thread[slot].items / thread[slot].clock_ns * 1e9;
    }
    ns[slot % Contenders::kCount].push_back(processor / items);
    if (slot % Contenders::kCount == kCached) loan_months.push_back(a_second);
  }
  const auto of = [&](Contender contender) { return timing(std::move(ns[contender])); };
  return {.threads = threads,
          .rounds = rounds,
          .loan_months_a_second = timing(std::move(loan_months)).median,
          .path_step_factor = of(kSimulated),
          .loan_month_path = of(kValued),
          .loan_month_cached = of(kCached),
          .scalar_loop = of(kScalar),
          .multiply_add = of(kMultiplyAdd)};
}

}  // namespace lien::benches
