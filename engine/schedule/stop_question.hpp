#pragma once

#include <functional>

namespace lien::engine {

// Asked by any thread, between two pieces of work: true ends it there.
using StopQuestion = std::function<bool()>;

}  // namespace lien::engine
