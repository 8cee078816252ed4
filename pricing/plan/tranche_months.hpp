#pragma once

#include <vector>

#include "pricing/plan/compile.hpp"
#include "pricing/plan/loan_schedule.hpp"

// A tranche's schedule as shares of what is owed, month by month.
namespace lien::pricing {

// Years of interest that is paid in each month.
[[nodiscard]] std::vector<double> accruals_by_month(const LoanSchedule& schedule,
                                                    const TimeGrid& grid, int months);

// Interest of month k as shares of what bears it, and principal of what is owed. accrual: years of
// interest; added: interest that joins principal; present: factor of the liquidity spread.
[[nodiscard]] TrancheMonth tranche_month(const CompileInput& input, const MonthlySchedule& monthly,
                                         std::size_t k, double accrual, double added,
                                         double present, double bearing, Plan& plan);

}  // namespace lien::pricing
