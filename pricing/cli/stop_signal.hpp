#pragma once

#include "pricing/report/checkpoints.hpp"

namespace lien::pricing {

// Set once the process was asked to end, by SIGTERM or SIGINT. The first call begins to listen;
// after the first such signal the next one, of either kind, ends the process at once. A signal that
// is ignored already (nohup, a shell's background) stays so.
[[nodiscard]] const StopTime& stop_signal();

}  // namespace lien::pricing
