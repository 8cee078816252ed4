#include "pricing/plan/vehicle_plan.hpp"

// The special members of large structures, compiled once: inline they were a third of every test's
// compile time.
namespace lien::pricing {

VehiclePlan::VehiclePlan() = default;
VehiclePlan::VehiclePlan(const VehiclePlan&) = default;
VehiclePlan::VehiclePlan(VehiclePlan&&) noexcept = default;
VehiclePlan& VehiclePlan::operator=(const VehiclePlan&) = default;
VehiclePlan& VehiclePlan::operator=(VehiclePlan&&) noexcept = default;
VehiclePlan::~VehiclePlan() = default;

}  // namespace lien::pricing
