#pragma once

#include <cstddef>

namespace lien::pricing {

// Rows of one lease on one block, [paths] each: BookStages::lease_work. Money of the whole lease.
enum LeaseWork : std::size_t {
  kDefaultMonth = 0,  // month of the lessee's default while the lease runs, else kNever
  kLeaseMonth = 1,    // month of its end
  kLeaseEnding = 2,   // LeaseEnding
  kLogRent = 3,       // what the lessee sees of a month: kOwnVariables of a rule from here
  kUse = 4,           // utilization x rent, hourly
  kEndBrings = 5,     // to the lessee for ending the lease in the month
  kWorth = 6,         // of the units
  kEarned = 7,        // by the lessee in the month: use less rent and cost
  kGainOfGoing = 8,   // of going on, by the rule
  kLessee = 9,        // what its options bring the lessee, discounted
  kAgreedValue = 10,  // to the lessor of the lease without options, discounted
  kLeaseRow = 11,     // passing
  kLeaseWorkRows = 12,
};

}  // namespace lien::pricing
