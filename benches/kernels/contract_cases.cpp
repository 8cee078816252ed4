#include "benches/jobs/j1_lien.hpp"
#include "benches/jobs/j2_lien.hpp"
#include "benches/jobs/j2_single.hpp"
#include "benches/jobs/limit_kernel.hpp"
#include "benches/kernels/kernel_case.hpp"
#include "benches/kernels/plain_vehicle.hpp"

namespace lien::benches {
namespace {

using engine::kBlockPaths;

// Item: one path-step-factor of job J1 without its normals; see jobs/j1_kernel.cpp.
constexpr std::size_t kGroupItems = kJ1Factors * kJ1GroupMonths * kJ1Chunk;
Repeat group() {
  auto chunk = std::make_shared<J1Chunk>();
  j1_simulate(j1_step(), j1_keys(1), 0, *chunk);
  return repeating([chunk, step = j1_step()] { j1_group(step, *chunk); });
}

// Of job J2's rows one block is read.
constexpr std::size_t kBlocks = 1;

// Item: one loan-month-path of job J2. 43 operations, 56 bytes loaded: bound by arithmetic with
// rows in cache, by loads from memory.
Repeat valued(bool prices) {
  auto inputs = std::make_shared<const J2Inputs>(kBlocks);
  auto work = std::make_shared<J2Work>(*inputs, prices);
  return repeating([inputs, work] {
    J2Totals total;
    work->value(0, total);
  });
}
Repeat prices() { return valued(true); }
Repeat losses() { return valued(false); }

// The same in floats: half the vectors, half the bytes.
Repeat valued_in_floats(bool prices) {
  auto inputs = std::make_shared<const J2Inputs>(kBlocks);
  auto work = std::make_shared<J2SingleWork>(*inputs, prices);
  return repeating([inputs, work] {
    J2Totals total;
    work->value(0, total);
  });
}
Repeat single_prices() { return valued_in_floats(true); }
Repeat single_losses() { return valued_in_floats(false); }

// Item: one vehicle-month-path: two tranches, one lot, offtake, fee, reserve, two covenants.
Repeat run_vehicle() {
  return repeating([vehicle = std::make_shared<PlainVehicle>()] { vehicle->run(); });
}

// Item: one multiply-add of a double: the limit itself.
constexpr std::size_t kRounds = 64;
Repeat limit() {
  return repeating([kept = zeros(1)] { row(kept, 0)[0] = multiply_adds(kRounds); });
}

}  // namespace

std::vector<KernelCase> contract_cases() {
  return {
      {"j1_group", "benches/jobs/j1_kernel.cpp:Group", kGroupItems, group},
      {"value_contract_prices", "pricing/valuation/contract_prices.cpp:ContractPrices",
       kJ2Months * kBlockPaths, prices},
      {"value_contract_losses", "pricing/valuation/contract_losses.cpp:ContractLosses",
       kJ2Months * kBlockPaths, losses},
      {"value_contract_single_prices", "pricing/valuation/single_prices.cpp:ContractPrices",
       kJ2Months * kBlockPaths, single_prices},
      {"value_contract_single_losses", "pricing/valuation/single_losses.cpp:ContractLosses",
       kJ2Months * kBlockPaths, single_losses},
      {"run_vehicle", "pricing/valuation/vehicle_kernel.cpp:RunVehicle",
       PlainVehicle::kMonths * kBlockPaths, run_vehicle},
      {"multiply_adds", "benches/jobs/limit_kernel.cpp:MultiplyAdds",
       kRounds * kLimitChains * vector_doubles(), limit},
  };
}

}  // namespace lien::benches
