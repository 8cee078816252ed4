#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/simulation/path_block.hpp"
#include "pricing/plan/plan.hpp"

namespace lien::benches {

// A vehicle as deals have it, on even rows: one lot let to one customer, two tranches of debt, a
// fee, a reserve account, a coverage and a value covenant that trap and sweep.
class PlainVehicle {
 public:
  static constexpr int kMonths = 60;

  PlainVehicle();
  // One block of paths.
  void run();

 private:
  static constexpr std::size_t kLag = 6, kSteps = kMonths + kLag;

  void add_tranche(int rank, double owed, double rate);
  void add_covenant(pricing::CovenantTest test, double limit, bool at_least, unsigned consequences);

  pricing::VehiclePlan vehicle_;
  std::vector<pricing::ContractPlan> contracts_;
  std::vector<pricing::MonthTerms> terms_;
  engine::AlignedDoubles survival_, discount_, ratio_, sale_, tested_, gross_, spot_, utilization_,
      defaults_, samples_, months_, own_, coverage_, work_;
  std::vector<std::uint64_t> breaches_, living_;
};

}  // namespace lien::benches
