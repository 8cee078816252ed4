#pragma once

#include "pricing/plan/compile.hpp"
#include "pricing/plan/loan_schedule.hpp"

namespace lien::pricing {

// One contract's month columns, [months + 1] each; the fields of MonthColumns.
using ContractColumns = MonthColumns;

// Fill a contract and its columns from its terms; contract.lot and .source are set before.
// Throws std::domain_error where a schedule or an effective rate has no solution.
void compile_loan(const CompileInput& input, const Loan& loan, const TimeGrid& grid, Plan& plan,
                  ContractPlan& contract, ContractColumns& columns);
void compile_lease(const CompileInput& input, const Lease& lease, const TimeGrid& grid, Plan& plan,
                   ContractPlan& contract, ContractColumns& columns);

// Flows by schedule and the effective annual rate that they give the carrying amount.
// Throws std::domain_error where there is none.
void set_effective_rate(const Loan& loan, const LoanSchedule& schedule, const TimeGrid& grid,
                        ContractPlan& contract);

// Appends one contract to the plan's terms and columns and notes where it starts.
void append(const ContractColumns& columns, Plan& plan, ContractPlan& contract);
// Room for so many months of all contracts, which need not be exact: what grows copies itself.
void reserve_months(std::size_t months, Plan& plan);
// Puts the months into the order of the contracts, in which the path loop reads them.
void sort_months(Plan& plan);
// A month's numbers rounded to floats; two of them are differences, since floats near one would be
// rough: gross_ratio is less 1, eir_discount_sale is what eir_discount falls by up to the sale. Of
// all contracts, for a run in single precision.
[[nodiscard]] SingleTerms single_terms(const MonthTerms& month) noexcept;
void fill_single_terms(Plan& plan);

// Columns of zeros (and 1e30 where nothing is owed), [months + 1], in the room of those before.
void clear_columns(int months, ContractColumns& columns);

// Discount columns that every contract has: present and recovery factors of the liquidity spread,
// effective-rate discounts at t_k and at the sale. A drawn lag stands in contract.lag_factor: the
// columns are then those of a sale at once.
void fill_discounts(const CompileInput& input, ContractPlan& contract, ContractColumns& columns);

// Share of the units of a lot that is left t years after the valuation date: exp(-attrition t).
[[nodiscard]] double remaining_units(const Hardware& hardware, double t);

// Row of a drawn lag's law among the plan's, added if new.
[[nodiscard]] std::uint32_t lag_law(Plan& plan, double mean_months, double stdev_months);
// Row of the hardware among those whose price sales press, added if new; kNone without a base.
[[nodiscard]] std::uint32_t depth_row(const CompileInput& input, std::uint32_t hardware,
                                      Plan& plan);

// Terms of sale: haircut, costs, lag, depth; and the party's recovery. id: of the contract.
void set_liquidation(const CompileInput& input, const std::string& id, double units,
                     const std::optional<double>& haircut, const std::optional<double>& lag_months,
                     Plan& plan, ContractPlan& contract);

}  // namespace lien::pricing
