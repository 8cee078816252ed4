#include "pricing/cli/progress.hpp"

#include <unistd.h>

#include <algorithm>

#include "pricing/cli/console.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

std::string duration_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return std::to_string(whole) + " s";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

}  // namespace

ProgressMeter::ProgressMeter()
    : start_(std::chrono::steady_clock::now()), terminal_(is_terminal(STDERR_FILENO)) {}

ProgressMeter::~ProgressMeter() {
  if (drawn_) print_error("\r\033[K");
}

void ProgressMeter::show(const Progress& progress) {
  if (progress.total == 0) return;
  const double share = static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double left = share > 0 ? elapsed * (1 - share) / share : 0;
  const std::string scenario = without_controls(progress.scenario);
  if (terminal_) {
    constexpr std::size_t width = 30;
    const auto filled = std::min(width, static_cast<std::size_t>(share * width));
    print_error("\r\033[K[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
                fixed_text(share * 100, 0) + " %  " + scenario.substr(0, 24) +
                (share > 0 && share < 1 ? "  " + duration_text(left) + " left" : ""));
    drawn_ = true;
    return;
  }
  const int step = static_cast<int>(share * 20);
  if (step <= last_step_) return;
  last_step_ = step;
  // Scenario names are [A-Za-z0-9._-]: nothing in them wants escaping.
  print_error("{\"percent\": " + std::to_string(step * 5) + ", \"scenario\": \"" + scenario +
              "\", \"done\": " + std::to_string(progress.done) +
              ", \"total\": " + std::to_string(progress.total) + ", \"seconds\": " +
              round_trip_text(static_cast<double>(static_cast<long>(elapsed * 10)) / 10) +
              ", \"seconds_left\": " +
              round_trip_text(static_cast<double>(static_cast<long>(left * 10)) / 10) + "}\n");
}

}  // namespace lien::pricing
