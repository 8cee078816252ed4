#pragma once

#include <functional>
#include <vector>

#include "pricing/plan/compile.hpp"
#include "pricing/plan/contract_columns.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "pricing/plan/step_in.hpp"

namespace lien::pricing {

// Whole months from a default of the vehicle to the sale of its lots.
struct VehicleLag {
  int longest = 0;                // the lag where it is fixed
  std::uint32_t law = kNone;      // into Plan::lag_laws; kNone: fixed
  lien::engine::PhiloxKey key{};  // of its draws, by the vehicle's id
  std::uint32_t row = 0;          // into RatesPlan::lags; where drawn that of a sale at once
};
[[nodiscard]] VehicleLag vehicle_lag(const CompileInput& input, const Vehicle& vehicle, Plan& plan);
// The last day on which a tranche may pay: maturity with all its extensions.
[[nodiscard]] Date last_due(const Tranche& tranche, const Loan& loan);
// Last month in which a tranche may pay, or the grid's.
[[nodiscard]] int vehicle_months(const Vehicle& vehicle, const Book& book, const TimeGrid& grid);
// When the units of a lot begin to earn.
[[nodiscard]] Date in_service(const Vehicle& vehicle, const VehicleLot& lot, const Book& book);
// The same with the mean of its delay, of which the lot's age is; and by schedule: never where all
// draws that name it are too late for the mean.
[[nodiscard]] Date expected_service(const Vehicle& vehicle, const VehicleLot& lot,
                                    const Book& book);
[[nodiscard]] Date scheduled_service(const Vehicle& vehicle, const VehicleLot& lot,
                                     const Book& book);

// What a tranche owes and pays by its agreement.
struct TrancheSchedule {
  LoanSchedule schedule;
  std::vector<double> added;  // to principal instead of paid, one a payment
  MonthlySchedule monthly;
  std::vector<double> balloons;  // by month: shares of principal that coverage leaves out
};
// loan: index into the book's; throws std::domain_error as compile_loan does.
[[nodiscard]] TrancheSchedule schedule_tranche(const CompileInput& input, std::size_t loan,
                                               double payment_in_kind, const TimeGrid& grid);

// One debt tranche as a contract of the plan: what measures read of it. Returns it as the vehicle's
// kernel reads it, months [months + 1], without its contract, rank and sweep. Throws
// std::domain_error as compile_loan does.
[[nodiscard]] TranchePlan compile_tranche(const CompileInput& input, const Loan& loan,
                                          const Tranche& terms, const TimeGrid& grid, Plan& plan,
                                          ContractPlan& contract, ContractColumns& columns);

// The borrower's option to repay a tranche with a prepayment_spread. months: of its vehicle; early:
// the schedule without delay of lots that slip, null where none does. Throws std::domain_error
// where the borrower has no hazard.
[[nodiscard]] PrepaymentPlan compile_prepayment(const CompileInput& input, const Loan& loan,
                                                const LoanSchedule& schedule,
                                                const LoanSchedule* early, const TimeGrid& grid,
                                                const Plan& plan, std::size_t months);

// A tranche with terms for its balloon.
struct BalloonTerms {
  const Loan& loan;
  const Tranche& tranche;
  const LoanSchedule& schedule;
  Date last_due;  // of the vehicle's debt: to it a new lender's loan pays interest
};
// Adds the days on which its balloon is due, and the months of its extensions. Throws
// std::domain_error where nothing is left for maturity.
void add_balloon(const CompileInput& input, const BalloonTerms& terms, const TimeGrid& grid,
                 Plan& plan, ContractPlan& contract, const ContractColumns& columns,
                 TranchePlan& tranche);
// Once all tranches of a vehicle are known: the months in which some balloon is due. A fault where
// a loan to value is asked for and nothing has a value.
void mark_balloons(const Vehicle& terms, VehiclePlan& vehicle, std::vector<Diagnostic>& faults);
// Once all vehicles are known: fills plan.refinancing.
void number_balloons(const CompileInput& input, Plan& plan);

// Fills plan.vehicles; its tranches are among plan.contracts, its lots among plan.lots.
// A covenant that is tested in no month is a fault.
// lot_of: the row of a lot by hardware and in-service date; tranche_of: by index into book.loans,
// with its contract.
void compile_vehicles(const CompileInput& input, const TimeGrid& grid,
                      const std::function<std::uint32_t(std::uint32_t, Date)>& lot_of,
                      const std::function<TranchePlan(std::size_t)>& tranche_of, StepIns& step_ins,
                      Plan& plan, std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
