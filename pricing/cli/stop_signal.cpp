#include "pricing/cli/stop_signal.hpp"

#include <csignal>

namespace lien::pricing {
namespace {

// What a handler may write to has to outlive every function: the one place of the program that is
// told things from outside.
std::atomic<bool>& asked() {
  static std::atomic<bool> stop{false};
  return stop;
}
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void ask_to_stop(int) { asked().store(true); }

}  // namespace

const std::atomic<bool>& stop_signal() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  const std::atomic<bool>& stop = asked();  // made before a handler can ask for it
  for (const int signal : {SIGTERM, SIGINT}) ::sigaction(signal, &action, nullptr);
  return stop;
}

}  // namespace lien::pricing
