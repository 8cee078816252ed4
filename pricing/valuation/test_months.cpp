#include "pricing/valuation/test_months.hpp"

namespace lien::pricing {

TestMonths::TestMonths(const Plan& plan)
    : size_(static_cast<std::size_t>(plan.steps) / 64 + 1),
      words_(static_cast<std::size_t>(plan.tests) * size_) {
  const auto mark = [this](std::uint32_t slot, std::size_t month) {
    words_[slot * size_ + month / 64] |= std::uint64_t{1} << (month % 64);
  };
  for (const ContractPlan& contract : plan.contracts) {
    const MonthTerms* const terms = plan.terms.data() + contract.first_month;
    for (std::size_t m = 1; m <= static_cast<std::size_t>(contract.months); ++m) {
      if (contract.coverage_test != kNone && terms[m].test_service > 0)
        mark(contract.coverage_test, m);
      if (contract.value_test_slot != kNone && terms[m].tested_balance > 0)
        mark(contract.value_test_slot, m);
    }
  }
  for (const VehiclePlan& vehicle : plan.vehicles)
    for (const CovenantPlan& covenant : vehicle.covenants)
      for (std::size_t m = 1; m <= static_cast<std::size_t>(vehicle.months); ++m)
        if (covenant.tested[m] != 0) mark(covenant.slot, m);
}

}  // namespace lien::pricing
