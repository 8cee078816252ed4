#include <cstdio>
#include <nlohmann/json.hpp>

#include "benches/jobs/j1_lien.hpp"
#include "benches/jobs/j2_lien.hpp"
#include "benches/jobs/measure_speed.hpp"
#include "engine/kernels/instruction_set.hpp"
#include "pricing/cli/choose_kernels.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"

namespace lien::pricing {
namespace {

constexpr int kRounds = 15;
constexpr double kRoundSeconds = 0.6;

std::string line(const char* what, const benches::Timing& timing, double share) {
  char text[160];
  std::snprintf(text, sizeof text, "%-46s %8.3f ns  (least %.3f)", what, timing.median,
                timing.least);
  std::string words = text;
  if (share > 0.0) {
    std::snprintf(text, sizeof text, "  %2.0f %% of the limit", 100.0 * share);
    words += text;
  }
  return words + "\n";
}

std::string in_words(const benches::Speed& speed) {
  const auto j1 = speed.share_of_limit(speed.path_step_factor, benches::kJ1Operations);
  const auto j2 = speed.share_of_limit(speed.loan_month_path, benches::kJ2Operations);
  const auto cached = speed.share_of_limit(speed.loan_month_cached, benches::kJ2Operations);
  char text[640];
  std::snprintf(text, sizeof text,
                "%.0f million loan-months a second, each on one path, on %u %s with %s\n\n",
                1e-6 * speed.loan_months_a_second, speed.threads,
                speed.threads == 1 ? "thread" : "threads", engine::instruction_set().c_str());
  std::string words = text;
  words += line("a path, step and factor, simulated (J1)", speed.path_step_factor, j1);
  words += line("a loan, month and path, valued (J2)", speed.loan_month_path, j2);
  words += line("the same with its rows in cache, as in a book", speed.loan_month_cached, cached);
  words += line("the same in a scalar loop, path by path", speed.scalar_loop, 0.0);
  words += line("one multiply-add in full vectors", speed.multiply_add, 0.0);
  std::snprintf(
      text, sizeof text,
      "\nTimes are processor time of one thread while all run, medians of %d rounds. Loan-months\n"
      "a second are by the clock, with rows in cache. Other work on this machine lengthens both.\n"
      "Limit: the %.1f (J1) and %.1f (J2) floating-point operations of an item as multiply-adds "
      "in\n"
      "full vectors; integer operations and loads come on top. Kernels and scalar loops gave the\n"
      "same numbers to 1e-9.\n",
      speed.rounds, benches::kJ1Operations, benches::kJ2Operations);
  return words + text;
}

}  // namespace

int bench_command(const Options& options) {
  choose_kernels(options.instruction_set);
  const benches::Speed speed =
      benches::measure_speed(options.overrides.threads.value_or(0), kRounds, kRoundSeconds);
  if (!options.json) {
    print(in_words(speed));
    return kDone;
  }
  const nlohmann::ordered_json object = {{"ns_per_path_step_factor", speed.path_step_factor.median},
                                         {"ns_per_loan_month_path", speed.loan_month_path.median},
                                         {"scalar_loop_ns", speed.scalar_loop.median},
                                         {"instruction_set", engine::instruction_set()},
                                         {"threads", speed.threads}};
  print(object.dump(2) + "\n");
  return kDone;
}

}  // namespace lien::pricing
