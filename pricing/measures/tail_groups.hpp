#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pricing/measures/look_through.hpp"
#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {

// The contracts of a plan sorted by one thing they have in common.
struct ContractGroups {
  std::string by;                 // party, group, hardware, vendor, vintage, customer, guarantor
  std::vector<std::string> ids;   // rising; "" for those that have none
  std::vector<std::uint32_t> of;  // [contracts] into ids
  std::vector<double> balance;    // [ids] held
};

// By party; by its group, where a party of the market has one (a party without one stands for
// itself); by hardware and its vendor, several of a vehicle joined by '+'; by vintage, the year of
// closing of a loan or of the start of a lease.
// roles: of look_through(), one a contract, for the parts by customer and guarantor, several joined
// by '+'; empty: without them.
[[nodiscard]] std::vector<ContractGroups> contract_groups(
    const ScenarioRun& scenario, const std::vector<RoleShares>& roles = {});

}  // namespace lien::pricing
