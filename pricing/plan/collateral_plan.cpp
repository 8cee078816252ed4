#include "pricing/plan/collateral_plan.hpp"

// The special members of large structures, compiled once: inline they were a third of every test's
// compile time.
namespace lien::pricing {

StripPlan::StripPlan() = default;
StripPlan::StripPlan(const StripPlan&) = default;
StripPlan::StripPlan(StripPlan&&) noexcept = default;
StripPlan& StripPlan::operator=(const StripPlan&) = default;
StripPlan& StripPlan::operator=(StripPlan&&) noexcept = default;
StripPlan::~StripPlan() = default;

}  // namespace lien::pricing
