#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {

// The ways in which a contract may hang on a party.
enum Role : std::size_t { kBorrower = 0, kCustomer, kGuarantor, kVendor, kRoles };

// Shares of a contract's balance by party, for each role:
//   borrower   all of it, of the borrower or lessee
//   customer   of its part of the contracted rent to come of the loan or vehicle
//   guarantor  what its guarantees cover, at most: share and cap; of a lease its residual
//   vendor     of its hardware's part of what the collateral cost, or of its units where a price
//              is missing
using RoleShares = std::array<std::map<std::string, double>, kRoles>;

// One entry a contract of the plan.
[[nodiscard]] std::vector<RoleShares> look_through(const Inputs& inputs,
                                                   const ScenarioRun& scenario);

// The party that a party stands for: its group, or itself.
[[nodiscard]] std::string group_of(const Market& market, const std::string& party);

// Exposures by role of every party and, where some party has a group, of every group: measures
// borrower_exposure, customer_exposure, guarantor_exposure, vendor_exposure, and
// look_through_exposure, which counts a contract once, by the role in which most of it hangs on the
// party. Nothing without [results] look_through.
void measure_look_through(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables);

}  // namespace lien::pricing
