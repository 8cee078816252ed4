#pragma once

#include <string>
#include <vector>

#include "pricing/measures/contract_events.hpp"

namespace lien::pricing {

// The agreed payments of the loans and leases of a book file, from closing or start to the end, by
// the schedules that the pricing uses. No market is read: interest of a floating loan is empty, and
// so is principal where a level payment hangs on it. outstanding_principal and current_rate, which
// belong to a valuation date, are not used. Instruments have no agreed payments.
// Throws InputError with every fault.
[[nodiscard]] std::vector<ContractEvents> book_events(const std::string& file);

}  // namespace lien::pricing
