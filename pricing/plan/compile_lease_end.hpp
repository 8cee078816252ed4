#pragma once

#include <optional>
#include <vector>

#include "pricing/plan/contract_columns.hpp"
#include "pricing/plan/lease_schedule.hpp"

namespace lien::pricing {

// A lease's months as far as the lessee may take them: those of the agreement, then those of its
// extension. Columns [months + 1], as LeaseSchedule's.
struct LeaseTerm {
  int months = 0;            // of the end, extended where the lessee may
  int agreed = 0;            // of the agreed end
  Date end{};                // the last one
  std::vector<double> rent;  // due
  std::vector<double> rent_timed, rent_value;
  std::vector<double> opening;  // claim of a default in the month
};
// Throws std::domain_error where options reach beyond the grid: what lies there is not simulated.
[[nodiscard]] LeaseTerm term_of(const Lease& lease, const LeaseSchedule& schedule,
                                const Rates& rates, const TimeGrid& grid);

// What LeaseEndPlan says of an end option; `none` is the lessor's choice where the end is seen.
[[nodiscard]] ResidualRule residual_rule(EndOption option);

// What the end of a lease is of beside its terms.
struct LeaseEndOf {
  std::uint32_t lot = 0;  // into Plan::lots
  ResidualRule residual = ResidualRule::none;
  bool outlives_horizon = false;
  std::optional<double> operating_cost{};     // hourly; empty: the hardware's
  const std::vector<double>& rent;            // agreed, by month
  const std::vector<double>& present_factor;  // by month, of money as valued
};
// The end of a lease, without what a deposit adds. Throws std::domain_error where the lessee's
// problem has no plan.
[[nodiscard]] LeaseEndPlan lease_end_of(const CompileInput& input, const Lease& lease,
                                        const LeaseTerm& term, const TimeGrid& grid, Plan& plan,
                                        const LeaseEndOf& of);

// Adds what a deposit and the lessee's options make of the end to plan.lease_ends, and takes the
// deposit off the contract's claims; contract and columns are those of the lease without them.
// Throws std::domain_error where the lessee's problem has no plan.
void add_lease_end(const CompileInput& input, const Lease& lease, const LeaseTerm& term,
                   const TimeGrid& grid, Plan& plan, ContractPlan& contract,
                   ContractColumns& columns);

}  // namespace lien::pricing
