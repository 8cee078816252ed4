#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/actus/time.hpp"

namespace lien::pricing {

// One dated event of a contract, under the names of the ACTUS standard. Empty: not known, or
// without meaning for the contract. Money of the whole contract; positive to its holder.
struct ContractEvent {
  actus::Time time{};
  std::string type;  // IED, IP, PR, MD, ..; RENT of a lease
  std::optional<double> payoff;
  std::optional<double> notional;  // after the event
  std::optional<double> rate;      // per year, after the event
  std::optional<double> accrued;   // interest, after the event
  std::optional<double> exercise_amount;
  std::optional<actus::Time> exercise_date;
};

struct ContractEvents {
  std::string id;
  std::string about;     // what the reader must know to read the table; may be empty
  std::string currency;  // empty: the file names none
  std::vector<ContractEvent> events;
};

// The contractual events of every contract of a file, in its order: ACTUS contracts of a .json
// file, else loans, then leases of a book file. Throws InputError with every fault.
[[nodiscard]] std::vector<ContractEvents> contract_events(const std::string& file);

}  // namespace lien::pricing
