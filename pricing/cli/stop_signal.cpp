#include "pricing/cli/stop_signal.hpp"

#include <cerrno>
#include <csignal>

namespace lien::pricing {
namespace {

// What a handler may write to has to outlive every function: the one place of the program that is
// told things from outside.
StopTime& asked() {
  static StopTime stop{0};
  return stop;
}
static_assert(StopTime::is_always_lock_free);

constexpr int kSignals[] = {SIGTERM, SIGINT};

// Calls only what a handler may: sigaction, and clock_gettime through the clock.
extern "C" void ask_to_stop(int) {
  const int before = errno;
  asked().store(std::chrono::steady_clock::now().time_since_epoch().count());
  for (const int signal : kSignals) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != ask_to_stop) continue;
    action.sa_handler = SIG_DFL;
    ::sigaction(signal, &action, nullptr);
  }
  errno = before;
}

}  // namespace

const StopTime& stop_signal() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  const StopTime& stop = asked();  // made before a handler can ask for it
  for (const int signal : kSignals) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  return stop;
}

}  // namespace lien::pricing
