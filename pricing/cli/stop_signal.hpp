#pragma once

#include <atomic>

namespace lien::pricing {

// True once the process was asked to end, by SIGTERM or SIGINT. The first call begins to listen;
// after the first such signal the next one ends the process at once.
[[nodiscard]] const std::atomic<bool>& stop_signal();

}  // namespace lien::pricing
