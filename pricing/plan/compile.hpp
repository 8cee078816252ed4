#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/contract/run_settings.hpp"
#include "pricing/plan/plan.hpp"
#include "pricing/plan/strip.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {

// What a plan is made of: one market and book (a scenario's, or the baseline's) on one basis.
struct CompileInput {
  const RunSettings* settings;
  const Market* market;
  const Book* book;
  MeasureBasis basis;
  // Hazards are fitted on the baseline's market, so that a scarcity shock moves default; parties in
  // `changed_credit_curves` are fitted on their own.
  const Market* baseline;
  const std::vector<std::string>* changed_credit_curves;
};

// How far a run must look, the same on both bases of a scenario.
struct Horizon {
  int months = 0;  // last month with a flow of the book, or horizon_months
  int steps = 0;   // months simulated: flows, loss horizons, and the longest liquidation after them
  // both in steps where [simulation] steps_per_year is not 12
};
// Throws InputError if liquidation takes longer than any run.
[[nodiscard]] Horizon horizon_of(const RunSettings& settings, const Market& market,
                                 const Book& book);

// Resolves dates, curves and names once, before any thread starts. All that can fail fails here.
// Throws InputError naming the book's line where the book asks what the market lacks or a schedule
// has no solution; all such faults at once. grid: horizon.months months (steps, of the settings'
// steps_per_year), so that flows beyond horizon_months are left out.
[[nodiscard]] Plan compile(const CompileInput& input, const Horizon& horizon, const TimeGrid& grid);

// The parts of compile(), one a file; each fills its columns of the plan and adds its faults.
void compile_factors(const CompileInput& input, Plan& plan);
void compile_rates(const CompileInput& input, Plan& plan);
void compile_hardware(const CompileInput& input, Plan& plan);
// Strips of the hardware compiled before, and the nodes of every step.
void compile_strips(const CompileInput& input, const TimeGrid& grid, Plan& plan);
void compile_parties(const CompileInput& input, Plan& plan);
// What contagion and claims connect; after compile_parties.
void compile_network(const CompileInput& input, const TimeGrid& grid, Plan& plan);
void compile_contracts(const CompileInput& input, const TimeGrid& grid, Plan& plan,
                       std::vector<Diagnostic>& faults);
// One of them, or a hedge of a vehicle, without its source; empty after a fault.
[[nodiscard]] std::optional<InstrumentPlan> compile_instrument(const CompileInput& input,
                                                               const TimeGrid& grid,
                                                               const Instrument& terms, Plan& plan,
                                                               std::vector<Diagnostic>& faults);
void compile_instruments(const CompileInput& input, const TimeGrid& grid, Plan& plan,
                         std::vector<Diagnostic>& faults);
// A Bermudan option's columns; the instrument's other fields are set.
void set_early_exercise(const CompileInput& input, const Plan& plan, InstrumentPlan& instrument);
// Factor series on which the value of stopping depends beside the rent of a hardware,
// of the segment told.
[[nodiscard]] std::vector<std::size_t> exercise_states(const Plan& plan,
                                                       const HardwarePlan& hardware,
                                                       std::uint32_t segment = kNone);
// True if nothing but the two price factors moves its rent, so that it is lognormal given them.
[[nodiscard]] bool rent_is_lognormal(const Market& market, const Hardware& hardware);
// Appends to plan.forward_rents what the instrument's forward rent `months` (> 0; whole where
// launches age the hardware) after its step reads; at most kMostStripLines lines.
void compile_forward_rent(const CompileInput& input, double months, Plan& plan,
                          InstrumentPlan& instrument);
void compile_fans(const CompileInput& input, Plan& plan);
// Control variates of a market without scenario paths; after hardware, rates, parties and network.
void compile_controls(const CompileInput& input, Plan& plan);
// Kicks and what a party owes make defaults that its curve does not know.
[[nodiscard]] bool loses_to_network(const NetworkPlan& network, std::size_t party);

// Nodes of the strips at every step of the run; plan: hardware compiled, some of law income.
[[nodiscard]] std::vector<StripNodes> strip_nodes_by_step(const CompileInput& input,
                                                          const TimeGrid& grid, const Plan& plan);
// Months a unit has been in service on the valuation date; negative if it enters later.
[[nodiscard]] int age_months(const TimeGrid& grid, Date in_service);
// Whole months that a new unit earns; the hardware states its life.
[[nodiscard]] int life_months(const Hardware& hardware);
// What remains of them in month k of a unit that is age_today months old (negative: not yet in
// service) on the valuation date.
[[nodiscard]] int life_left(const Hardware& hardware, int age_today, int k);
// Hourly cost today, kept above nothing so that rent over cost is finite (compile_hardware.cpp).
[[nodiscard]] double cost_today(const Hardware& hardware);
// What a scenario's path makes of the operating cost in a month, as a factor.
[[nodiscard]] double cost_path_factor(const Hardware& hardware, double month);
// The rent that resale laws follow today: 1 where the hardware earns nothing from the market.
[[nodiscard]] double rent_today(const Hardware& hardware);
// [steps + 1] the given curve of a unit's value over the expected rent, so that value = this x R.
[[nodiscard]] std::vector<double> curve_over_rent(const CompileInput& input,
                                                  const Hardware& hardware, int steps);
// What a loan's tests take its units for: its mark's row and units; lot, units and plan are set.
void compile_mark(const CompileInput& input, const Loan& loan, Plan& plan, ContractPlan& contract);

// Whole months from default to sale.
[[nodiscard]] int whole_lag(double lag_months);
// The share of drawn lags that would be longer and is sold at the longest one.
inline constexpr double kLagCut = 1e-3;
// P(floor(L + 1/2) <= j) of j = 0, 1, .., L lognormal with this mean and standard deviation, both
// > 0; ends with 1 at the month that leaves at most kLagCut, or at kLongestLag + 1.
inline constexpr int kLongestLag = 600;
[[nodiscard]] std::vector<double> lag_distribution(double mean_months, double stdev_months);
// Longest lag in months: whole_lag of a fixed one (stdev or mean 0), else the end of the above.
[[nodiscard]] int longest_lag(double mean_months, double stdev_months);
// Months from a default in month 1 to the sale, of a lag that began with a default on this date: at
// least that month is left.
[[nodiscard]] int lag_left(int lag, Date default_date, Date valuation_date);
// Index of the lag's or tenor's row, added if new.
[[nodiscard]] std::uint32_t lag_row(RatesPlan& rates, int lag);
[[nodiscard]] std::uint32_t tenor_row(const CompileInput& input, Plan& plan, int months);
// Index of a hardware or party by id; kNone if there is none or id is empty.
[[nodiscard]] std::uint32_t hardware_index(const Market& market, const std::string& id);
[[nodiscard]] std::uint32_t party_index(const Market& market, const std::string& id);

}  // namespace lien::pricing
