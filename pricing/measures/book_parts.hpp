#pragma once

#include <set>
#include <string>

#include "pricing/contract/contract.hpp"

namespace lien::pricing {

// What can be taken out of a book without changing what is left: loans and leases of tapes,
// instruments, and vehicles as a whole, whose tranches share their cash. By kind, since a vehicle
// and an instrument may share an id: "loan L-001", "vehicle ddtl-4".
[[nodiscard]] std::set<std::string> parts_of(const Book& book);

// The parts of the book that are among these.
[[nodiscard]] Book book_of_parts(const Book& book, const std::set<std::string>& parts);

}  // namespace lien::pricing
