#include <algorithm>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/vehicle_checks.hpp"

// What a lot that may come late does not go with in this version.
namespace lien::pricing {
namespace {

// The delivery of a lot moves its lease as a whole: what could not move with it.
void add_lease_faults(const Vehicle& vehicle, const VehicleLease& lease, std::size_t lot,
                      const std::string& late, std::optional<Date> today,
                      std::vector<SlipFault>& faults) {
  const std::string let = late + "is let by lease " + lease.id;
  if (lease.has_options())
    faults.push_back(
        {lot, let + ", whose lessee has options: the two do not go together in this version",
         "remove slip_months, or extension_months, buyout_start and "
         "termination_start of the lease"});
  const VehicleLot& own = vehicle.lots[lot];
  if (today && lease.start <= *today) {
    if (own.in_service && *own.in_service <= *today)
      faults.push_back({lot, let + " from a day that is past, which a delivery would move",
                        "leave the lot, which is there, out of the lots of the draw"});
    else
      faults.push_back({lot, let + " from a day that is past, and is not there yet",
                        "write the start of the lease that is now expected"});
  }
  for (const Offtake& offtake : vehicle.offtakes)
    if (names_part(offtake.lots, vehicle.lots[lot].id))
      faults.push_back({lot,
                        let + " and by offtake " + offtake.id +
                            ": a lease that begins later would run into the other's days",
                        "name the lots of each, or write the hours of the lease as an offtake"});
}

}  // namespace

std::vector<SlipFault> faults_of_slips(const Vehicle& vehicle, std::optional<Date> today) {
  std::vector<SlipFault> faults;
  const std::vector<bool> by_path = delivered_by_path(vehicle);
  for (std::size_t l = 0; l < vehicle.lots.size(); ++l) {
    const VehicleLot& lot = vehicle.lots[l];
    if (!by_path[l]) continue;
    const bool slips_itself = lot.slip_months > 0;
    const std::string late = slips_itself ? "" : "is paid for together with a lot that slips, and ";
    if (slips_itself && !lot.in_service)
      faults.push_back({l, "has no in_service, from which it slips", "add in_service to the lot"});
    if (slips_itself && today && lot.in_service && *lot.in_service <= *today)
      faults.push_back({l, "is in service by the valuation date",
                        "remove slip_months, or write the in_service that is now expected"});
    for (const VehicleLease& lease : vehicle.leases)
      if (names_part(lease.lots, lot.id)) add_lease_faults(vehicle, lease, l, late, today, faults);
  }
  return faults;
}

void check_slips(const Vehicle& vehicle, const TomlValue& table, const Scope& scope,
                 std::optional<Date> today) {
  const std::vector<SlipFault> faults = faults_of_slips(vehicle, today);
  if (faults.empty()) return;
  std::vector<Diagnostic> told;  // when the lots were read
  const auto parts = tables_of(table.find("lot"), "lot", {told, scope.file, scope.label});
  for (const SlipFault& fault : faults) {
    const VehicleLot& lot = vehicle.lots[fault.lot];
    const Scope own{scope.faults, scope.file, scope.label + " lot " + lot.id};
    const TomlValue* const part = fault.lot < parts.size() ? parts[fault.lot] : nullptr;
    if (!lot.in_service && part && part->find("in_service")) continue;  // told already
    if (const TomlValue* const field = part ? part->find("slip_months") : nullptr)
      own.fault(field->scalar(), "slip_months", fault.problem, fault.remedy);
    else
      own.fault(part ? part->line : table.line, part ? part->column : table.column, "slip_months",
                "", fault.problem, fault.remedy);
  }
}

}  // namespace lien::pricing
