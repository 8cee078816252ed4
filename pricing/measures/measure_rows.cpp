#include "pricing/measures/measure_rows.hpp"

#include <algorithm>
#include <cmath>

namespace lien::pricing {
namespace {

Cell number(double x) { return std::isnan(x) ? Cell{} : Cell{x}; }
Cell months(int horizon) { return horizon < 0 ? Cell{} : Cell{horizon}; }

}  // namespace

void MeasureWriter::add(std::string_view id, std::string_view measure, int horizon,
                        const engine::Estimate& estimate) {
  table_->add({std::string_view(scenario_), std::string_view(basis_), std::string_view(level_), id,
               measure, months(horizon), Cell{}, number(estimate.value),
               number(estimate.standard_error)});
}

void MeasureWriter::add_exact(std::string_view id, std::string_view measure, int horizon,
                              double value) {
  table_->add({std::string_view(scenario_), std::string_view(basis_), std::string_view(level_), id,
               measure, months(horizon), Cell{}, number(value), Cell{}});
}

void MeasureWriter::add_tail(std::string_view id, std::string_view measure, int horizon,
                             double confidence, const engine::Estimate& estimate) {
  table_->add({std::string_view(scenario_), std::string_view(basis_), std::string_view(level_), id,
               measure, horizon, confidence, number(estimate.value),
               number(estimate.standard_error)});
}

const std::string& contract_id(const Book& book, const ContractPlan& contract) {
  return contract.kind == ContractKind::loan ? book.loans[contract.source].id
                                             : book.leases[contract.source].id;
}

double tests_of(const Plan& plan, std::size_t index) {
  const ContractPlan& contract = plan.contracts[index];
  double tests = 0;
  if (contract.coverage_test != kNone) tests += 1;
  if (contract.value_test_slot != kNone) tests += 1;
  if (contract.vehicle == kNone) return tests;
  const VehiclePlan& vehicle = plan.vehicles[contract.vehicle];
  const bool first = vehicle.tranches.front().contract == index;
  return tests + (first ? static_cast<double>(vehicle.covenants.size()) : 0.0);
}

engine::Estimate scaled(engine::Estimate estimate, double factor) {
  return {estimate.value * factor, estimate.standard_error * std::abs(factor)};
}

engine::Estimate breach_probability(const BasisRun& run, std::uint32_t test, int horizon) {
  const int last = horizon == 0 ? run.plan.months : std::min(horizon, run.plan.steps);
  return run.breached(test, last);
}

}  // namespace lien::pricing
