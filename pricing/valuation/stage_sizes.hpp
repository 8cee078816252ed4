#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/simulation/path_block.hpp"
#include "pricing/plan/plan.hpp"
#include "pricing/valuation/vehicle_kernel.hpp"

// How much room the stages of a plan take: what BookStages allocates once.
namespace lien::pricing::stage_sizes {

inline std::size_t rows(const Plan& plan) { return static_cast<std::size_t>(plan.steps) + 1; }

// Of the contract or vehicle that sells by prepared rows; 0 where none does.
inline std::size_t prepared_rows(const Plan& plan) {
  const bool any = std::any_of(plan.contracts.begin(), plan.contracts.end(),
                               [](const ContractPlan& c) { return c.variant.prepared; }) ||
                   std::any_of(plan.vehicles.begin(), plan.vehicles.end(),
                               [](const VehiclePlan& v) { return v.lag_law != kNone; });
  return any ? rows(plan) * engine::kBlockPaths : 0;
}

// Most ends of contracts on one hardware that share rows of own use.
inline std::size_t own_use_places(const Plan& plan) {
  std::size_t places = 0;
  for (const auto& own : plan.own_uses)
    places = std::max(places, static_cast<std::size_t>(own.place) + 1);
  return places;
}

// Nodes of which the strip's power factors are kept: contracts that a sale adds to read all months.
inline std::size_t power_nodes(const Plan& plan) {
  if (plan.power.share.empty() || plan.strips.empty()) return 0;
  return plan.step_ins.empty() ? plan.most_nodes : plan.strips.size() * plan.node_index.size();
}

// An offset, then l_1 and l_2 of each line.
inline std::size_t forward_rows(const Plan& plan) {
  std::size_t lines = 0;
  for (const auto& forward : plan.forward_rents) lines = std::max(lines, forward.transforms.size());
  return plan.forward_rents.empty() ? 0 : 1 + 2 * lines;
}

inline std::size_t tranches(const VehiclePlan& v) noexcept { return v.tranches.size(); }
inline std::size_t guarantees(const VehiclePlan& v) noexcept { return v.guarantees.size(); }
inline std::size_t hedges(const VehiclePlan& v) noexcept { return v.hedges.size(); }
// Those of a vehicle with balloons.
inline std::size_t balloon_tranches(const VehiclePlan& v) noexcept {
  return v.balloons.empty() ? 0 : v.tranches.size();
}
// Those of a vehicle with something that may be prepaid.
inline std::size_t prepayable_tranches(const VehiclePlan& v) noexcept {
  return v.may_prepay ? v.tranches.size() : 0;
}
// Rows of a vehicle's own results, without those by snapshot.
inline std::size_t vehicle_result_rows(const VehiclePlan& v) noexcept {
  return kVehicleSamples + guarantees(v) + hedges(v) + balloon_tranches(v) * kBalloonSamples;
}
// Most lots of one contract whose customer decides.
inline std::size_t customer_lots(const VehiclePlan& v) noexcept {
  std::size_t lots = 0;
  for (const auto& customer : v.customers) lots = std::max(lots, customer.lots.size());
  return lots;
}
inline std::size_t covenants(const VehiclePlan& v) noexcept { return v.covenants.size(); }
// The largest count among the vehicles: they take turns in one room.
inline std::size_t most(const Plan& plan, std::size_t (*count)(const VehiclePlan&) noexcept) {
  std::size_t largest = 0;
  for (const auto& vehicle : plan.vehicles) largest = std::max(largest, count(vehicle));
  return largest;
}
// Vehicles that a test at a pressed price may end, the lots in it, the tests.
struct PressedCounts {
  std::size_t vehicles = 0, lots = 0, tests = 0;
};
inline PressedCounts pressed(const Plan& plan) {
  PressedCounts counts;
  for (const auto& vehicle : plan.vehicles) {
    if (vehicle.pressed == kNone) continue;
    ++counts.vehicles;
    for (const auto& lot : vehicle.lots) counts.lots += lot.pressed != kNone ? 1 : 0;
    for (const auto& covenant : vehicle.covenants) counts.tests += covenant.pressed ? 1 : 0;
  }
  return counts;
}

}  // namespace lien::pricing::stage_sizes
