#pragma once

#include "pricing/plan/compile_vehicles.hpp"

// Draws that lots delay, of a loan whose draws have maturities of their own (draw_maturity_months).
namespace lien::pricing {

// What a draw owes and repays by the month in which it is made, months of the tranche's plan. Its
// day is `earliest`, moved by whole months; its last payment that of draw_maturity_months from
// there, at the latest at maturity; rates are today's forwards, as of draws that have a day.
[[nodiscard]] DrawRepayment repayment_of_draw(const Loan& loan, const Rates& rates,
                                              const TimeGrid& grid, Date earliest, int months);

// What all other draws owe and repay, and the terms of months in which something may be owed on
// some path; before tranche.draws are added. Nothing where no lot delays a draw. scheduled: what
// the schedule on the mean deliveries owes, by month. Throws std::domain_error as schedule_loan.
void add_own_maturities(const CompileInput& input, const Loan& loan, const TimeGrid& grid,
                        const MonthlySchedule& scheduled, const ContractColumns& columns,
                        Plan& plan, TranchePlan& tranche);

}  // namespace lien::pricing
