#pragma once

#include <string>
#include <vector>

#include "pricing/actus/terms.hpp"
#include "pricing/book/diagnostic.hpp"

namespace lien::pricing {

// Reads contracts in ACTUS JSON: an object of contracts by id, each either its terms or an object
// of `terms`, `to`, `dataObserved` and `eventsObserved`; a list of these; or one of them. Throws
// InputError with every fault found.
[[nodiscard]] std::vector<actus::Contract> read_actus(const std::string& file);

}  // namespace lien::pricing
