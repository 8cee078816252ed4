#include "benches/kernels/plain_vehicle.hpp"

#include <algorithm>
#include <array>

#include "benches/kernels/kernel_case.hpp"
#include "engine/elementary/elementary.hpp"
#include "pricing/valuation/vehicle_kernel.hpp"

namespace lien::benches {
namespace {

using engine::AlignedDoubles;
using engine::kBlockPaths;
using pricing::CashStep;

constexpr std::size_t kParties = 2;  // borrower, customer; after them nobody, who never defaults
constexpr std::array<int, 1> kSnapshots = {PlainVehicle::kMonths};

// [rows][kBlockPaths]: start e^{growth k}, times 1 +- spread by path.
AlignedDoubles even(std::size_t rows, double start, double growth, double spread) {
  const Rows z = normals(4, 0.0, 1.0);
  AlignedDoubles all(rows * kBlockPaths);
  for (std::size_t k = 0; k < rows; ++k)
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      all.get()[k * kBlockPaths + p] =
          start * engine::exp(growth * double(k)) * (1.0 + spread * row(z, 0)[p]);
  return all;
}

}  // namespace

PlainVehicle::PlainVehicle()
    : survival_(even(kSteps + 1, 1.0, -0.002, 0.0)),
      discount_(even(kSteps + 1, 1.0, -0.003, 0.01)),
      ratio_(even(kSteps + 1, 0.98, 0.0, 0.0)),
      sale_(even(kSteps + 1, 120.0, -0.02, 0.2)),
      tested_(even(kSteps + 1, 150.0, -0.02, 0.2)),
      gross_(even(kSteps + 1, 1.003, 0.0, 0.001)),
      spot_(even(kSteps + 1, 1.5, -0.01, 0.2)),
      utilization_(even(kSteps + 1, 0.8, 0.0, 0.05)),
      defaults_((kParties + 1) * kBlockPaths),
      samples_(2 * pricing::sample_count(1) * kBlockPaths),
      months_(2 * (kSteps + 1) * pricing::kMonthRows * engine::kLanes),
      own_(pricing::kVehicleSamples * kBlockPaths),
      coverage_((kSteps + 1) * pricing::kCoverageSums * engine::kLanes),
      breaches_(2 * (kSteps + 1)),
      living_(kSteps + 1) {
  for (std::size_t i = 0; i < defaults_.size(); ++i)
    defaults_.get()[i] =
        i % 8 == 0 && i < kParties * kBlockPaths ? double(10 + i % 40) : pricing::kNever;
  vehicle_.party = 0;
  vehicle_.months = kMonths;
  vehicle_.lag = static_cast<int>(kLag);
  vehicle_.deduction = 2.0;
  vehicle_.recovery = 0.2;
  vehicle_.value_observed = true;
  vehicle_.pays.assign(kMonths + 1, 1);
  vehicle_.pays[0] = 0;
  vehicle_.covered = vehicle_.pays;
  add_tranche(1, 60.0, 0.008);
  add_tranche(2, 20.0, 0.011);
  const auto column = [](double value) { return std::vector<double>(kSteps + 1, value); };
  vehicle_.lots.resize(1);
  vehicle_.lots[0].free_hours = column(0.4);
  vehicle_.lots[0].operating_cost = column(0.5);
  pricing::OfftakePlan offtake;
  offtake.customer = 1;
  offtake.relet_months = 2.0;
  offtake.revenue = offtake.agreed = column(2.4);
  offtake.lost_hours = column(1.2);
  vehicle_.offtakes = {offtake};
  vehicle_.fees = {{column(0.01), 0.0001}};
  vehicle_.reserves = {{4.0, pricing::kDebtServiceItem, column(4.0)}};
  add_covenant(pricing::CovenantTest::debt_service_coverage_ratio, 1.1, true, pricing::kCashTrap);
  add_covenant(pricing::CovenantTest::loan_to_value, 0.8, false, pricing::kCashSweep);
  vehicle_.waterfall = {{CashStep::operating_cost, 0}, {CashStep::fee, 0},
                        {CashStep::interest, 0},       {CashStep::principal, 0},
                        {CashStep::reserve, 0},        {CashStep::interest, 1},
                        {CashStep::principal, 1},      {CashStep::cash_trap, 0},
                        {CashStep::cash_sweep, 0},     {CashStep::distribution, 0}};
  work_ = AlignedDoubles(pricing::vehicle_work_rows(vehicle_) * kBlockPaths);
}

void PlainVehicle::add_tranche(int rank, double owed, double rate) {
  pricing::TranchePlan tranche;
  tranche.contract = static_cast<std::uint32_t>(contracts_.size());
  tranche.rank = rank;
  tranche.cash_sweep = 0.5;
  pricing::ContractPlan contract;
  contract.outstanding = owed;
  contract.first_month = terms_.size();
  contract.months = kMonths;
  contracts_.push_back(contract);
  for (int k = 0; k <= kMonths; ++k) {
    pricing::TrancheMonth month;
    pricing::MonthTerms terms;
    terms.present_factor = terms.recovery_factor = 1.0;
    terms.eir_discount = terms.eir_discount_sale = 0.9;
    if (k > 0) {
      month.accrual = 1.0 / 12;
      month.repaid = 1.0 / double(kMonths + 1 - k);
      month.floating_base = 1.0;
      month.gross_ratio = 1.0;
      month.margin = rate;
      month.fixing = k - 1;
    }
    tranche.months.push_back(month);
    terms_.push_back(terms);
  }
  vehicle_.tranches.push_back(tranche);
}

void PlainVehicle::add_covenant(pricing::CovenantTest test, double limit, bool at_least,
                                unsigned consequences) {
  pricing::CovenantPlan covenant;
  covenant.test = test;
  covenant.limit = limit;
  covenant.at_least = at_least;
  covenant.consequences = consequences;
  covenant.party = 1;
  covenant.cost.assign(kMonths + 1, 100.0);
  covenant.tested.assign(kMonths + 1, 1);
  vehicle_.covenants.push_back(covenant);
}

void PlainVehicle::run() {
  const double* const spot = spot_.get();
  const double* const utilization = utilization_.get();
  const double* const cost = nullptr;
  pricing::VehicleArguments a{};
  a.vehicle = &vehicle_;
  a.contracts = contracts_.data();
  a.terms = terms_.data();
  a.survival = survival_.get();
  a.discount = discount_.get();
  a.discount_ratio = ratio_.get();
  a.sale = sale_.get() + kLag * kBlockPaths;
  a.tested = tested_.get();
  a.gross = gross_.get();
  a.spot = &spot;
  a.utilization = &utilization;
  a.cost = &cost;
  a.default_months = defaults_.get();
  a.parties = kParties;
  a.steps = kSteps;
  a.prices = true;
  a.snapshots = kSnapshots.data();
  a.snapshot_count = 1;
  a.samples = samples_.get();
  a.month_sums = months_.get();
  a.vehicle_samples = own_.get();
  a.coverage = coverage_.get();
  a.breaches = breaches_.data();
  a.living = living_.data();
  a.work = work_.get();
  pricing::run_vehicle(a);
}

}  // namespace lien::benches
