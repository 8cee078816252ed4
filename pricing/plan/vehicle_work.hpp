#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/plan/compile_hedges.hpp"
#include "pricing/plan/compile_vehicles.hpp"

namespace lien::pricing {

// One vehicle while it is compiled: its agreement, its place in time, and the plan it joins.
struct VehicleWork {
  const CompileInput& input;
  const Vehicle& terms;
  const TimeGrid& grid;
  Plan& plan;
  VehiclePlan& out;
  StepIns& step_ins;
  std::vector<Diagnostic>& faults;
  std::vector<double> debt_service, fees, debt;  // scheduled, [months + 1]
  HedgeColumns hedges;
  std::vector<std::size_t> customers;  // [offtakes] into out.customers; none: its size

  [[nodiscard]] std::vector<double> column() const {
    return std::vector<double>(static_cast<std::size_t>(out.months) + 1, 0.0);
  }
  [[nodiscard]] std::uint32_t party(const std::string& id) const {
    return party_index(*input.market, id);
  }
};

// A part of the vehicle as its file names it: "lease" and its id.
struct VehiclePart {
  std::string kind, id;
};
// Adds a fault of the part, at the first of these fields that its file gives.
void refuse_part(VehicleWork& work, const VehiclePart& part, const std::vector<std::string>& fields,
                 std::string problem, std::string remedy);
// What a mark takes a lot for: a row, units of it, what they are worth today; row: the lot's.
[[nodiscard]] ContractPlan mark_of_lot(const VehicleWork& work, const VehicleLot& lot,
                                       std::uint32_t row, Mark mark);
// Lots whose delivery the path decides, and the draws that wait for them: before the lots. Then the
// first row of deliveries of the lot that is added next, kNone where the day is agreed.
void add_deliveries(VehicleWork& work);
std::uint32_t delivery_row(const VehicleWork& work);
// By month, of hours from one day to another (none: without end).
ServedShare served_share(const VehicleWork& work, Date from, std::optional<Date> to);
// The customers that decide something, by offtake; then lot by lot what customers pay, which leaves
// own.free_hours. segment: in which the lot's hours are let.
void add_customers(VehicleWork& work);
void add_offtakes(VehicleWork& work, const VehicleLot& lot, Date service, std::uint32_t segment,
                  VehicleLotPlan& own);
// Last month in which a guarantee may be called.
int last_call(const VehicleWork& work, const Guarantee& guarantee);
// The lease of the lot, if it is let: after its offtakes.
void add_leases(VehicleWork& work, const VehicleLot& lot, Date service, VehicleLotPlan& own);
// A share of a vehicle's lease in the terms of one on a tape, whose hardware, units and price stay
// to be told: rents, schedule and end are those of a tape's lease.
[[nodiscard]] Lease lease_of(const VehicleLease& lease, double share);
// The lot's part of the lease, by units.
[[nodiscard]] double share_of(const Vehicle& vehicle, const VehicleLease& lease,
                              const VehicleLot& lot);
// A deposit and what the lessee may choose, of the lease that was added last.
void add_choices(VehicleWork& work, const VehicleLease& lease, const VehicleLot& lot, Date service,
                 VehicleLotPlan& own);
// Renewals and leases are agreed for later: that they let no hour twice is seen once their dates
// are known.
void check_hours(VehicleWork& work, const VehicleLot& lot, const VehicleLotPlan& own);
// In this order, once the vehicle's lots, tranches and schedules are known: each adds its part of
// the plan. tranches: ids of the debt by rank. A covenant that is tested in no month is a fault.
// The margins of a grid by offtake.
void add_margin_grid(const VehicleWork& work, const Tranche& terms, TranchePlan& tranche);
void add_fees(VehicleWork& work);
void add_reserves(VehicleWork& work);
void add_covenants(VehicleWork& work);
// Coverage of each payment period of which this run sees all cash.
void add_coverage(VehicleWork& work);
void add_guarantees(VehicleWork& work, const std::vector<std::string>& tranches);
// Each step names one part: a bare word is all of its kind, tranches by rank.
void add_waterfall(VehicleWork& work, const std::vector<std::string>& tranches);

}  // namespace lien::pricing
