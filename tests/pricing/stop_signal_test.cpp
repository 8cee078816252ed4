#include "pricing/cli/stop_signal.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

// Signals that ask a run to end: each case in a process of its own.
namespace lien::pricing {
namespace {

// As in a shell, whatever the tests were begun with: what runs in the background may ignore SIGINT.
const StopTime& asked_in_a_shell() {
  for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, SIG_DFL);
  return stop_signal();
}

// Exits with 1 where the run was asked to end, else 0.
[[noreturn]] void tell() { std::exit(stop_signal() != 0 ? 1 : 0); }

TEST(StopSignal, AsksOnceForEither) {
  EXPECT_EXIT(tell(), testing::ExitedWithCode(0), "");
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          const StopTime& stop = asked_in_a_shell();
          std::raise(signal);
          const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
          std::exit(stop > 0 && stop <= now ? 1 : 0);
        },
        testing::ExitedWithCode(1), "");
  }
}

TEST(StopSignal, EndsTheProcessTheSecondTimeWhicheverItIs) {
  for (const int first : {SIGTERM, SIGINT})
    for (const int second : {SIGTERM, SIGINT}) {
      EXPECT_EXIT(
          {
            static_cast<void>(asked_in_a_shell());
            std::raise(first);
            std::raise(second);
            std::exit(2);
          },
          testing::KilledBySignal(second), "");
    }
}

TEST(StopSignal, LeavesWhatIsIgnoredIgnored) {
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        static_cast<void>(stop_signal());
        std::raise(SIGINT);
        tell();
      },
      testing::ExitedWithCode(0), "");
  // Also after the other has come.
  EXPECT_EXIT(
      {
        std::signal(SIGTERM, SIG_DFL);
        std::signal(SIGINT, SIG_IGN);
        static_cast<void>(stop_signal());
        std::raise(SIGTERM);
        std::raise(SIGINT);
        std::exit(3);
      },
      testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace lien::pricing
