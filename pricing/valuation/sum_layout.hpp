#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pricing/plan/plan.hpp"
#include "pricing/valuation/contract_kernel.hpp"
#include "pricing/valuation/vehicle_kernel.hpp"

namespace lien::pricing {

// By month, for every group: what cashflows.csv and covenants.csv say of portfolio and parties.
enum GroupMonth : std::size_t {
  kGroupInterest = 0,
  kGroupPrincipal = 1,
  kGroupRecovery = 2,
  kGroupFee = 3,
  kGroupRent = 4,
  kGroupInBreach = 5,    // number of tests in breach
  kGroupEverBreach = 6,  // number of tests breached at least once so far
  kGroupMonths = 7,
};
enum InstrumentSample : std::size_t {
  kPayoff = 0,
  kExercised = 1,  // has_annuity: the annuity of a unit instead
  kUnderlying = 2,
  kPayoffTimesAnnuity = 3,  // has_annuity: one number, in the first half of the pair; else 0
  kInstrumentSamples = 4
};

enum ClearingSample : std::size_t { kClearingPayment = 0, kEquityValue = 1, kClearingSamples = 2 };

// Of all the debt of a vehicle together, as held, on every path: its value; then its loss by
// snapshot.
enum VehicleDebt : std::size_t { kDebtValue = 0, kVehicleDebt = 1 };
// Cash, service, and their product (one number, in the first half of the pair).
enum CoveragePair : std::size_t {
  kPairCash = 0,
  kPairService = 1,
  kPairProduct = 2,
  kCoveragePairs = 3
};

// Of a lease whose lessee has options: lessor's value without them less that with them, the
// lessee's gain by them, both discounted on the path; then how likely a living lessee uses which.
enum LeaseEndSample : std::size_t {
  kOptionValue = 0,
  kLesseeValue = 1,
  kExtended = 2,
  kBoughtOut = 3,
  kTerminated = 4,
  kLeaseEndSamples = 5
};

// Where each number stands among the sums of a run. Every number is a pair: the sum of deviations
// d from a reference near its mean, and the sum of d^2; pair i is at sums[2i], sums[2i + 1].
//
// Contracts, parties, instruments and fans are sampled by path. What is summed by month is sampled
// by block of paths (a sum over 64 paths is one sample), which saves a second pass over the months.
struct SumLayout {
  std::size_t snapshots = 0, samples = 0;
  std::size_t groups = 0;  // parties, then `no party`, then the portfolio
  std::size_t steps = 0;
  std::size_t contract_first = 0;     // [contracts][samples + 1]: the last is exposure x loss
  std::size_t group_first = 0;        // [groups][samples + 1]
  std::size_t survival_first = 0;     // [parties][snapshots]
  std::size_t group_month_first = 0;  // [groups][steps + 1][kGroupMonths]
  std::size_t instrument_first = 0;   // [instruments][kInstrumentSamples]
  std::size_t fan_first = 0;          // [fans][steps + 1]
  std::size_t clearing_first = 0;     // [clearings][members of the network][kClearingSamples]
  std::size_t members = 0;
  std::vector<std::size_t> vehicle_first;  // a vehicle's samples, its guarantees' values, balloons
  std::vector<std::size_t> hedge_first;    // the values of a vehicle's hedges
  std::vector<std::size_t> vehicle_debt_first;  // a vehicle's debt: [kVehicleDebt + snapshots]
  std::size_t lease_end_first = 0;              // [lease ends][kLeaseEndSamples]
  bool contract_months = false;
  std::vector<std::size_t> contract_month_first;  // a contract's [months + lag + 1][kMonthSums]
  // A vehicle's [months + 1][kCoveragePairs], sampled by block as a contract's months are, and kept
  // with them: behind contract_month_first.
  std::vector<std::size_t> coverage_first;
  std::size_t pairs = 0;
  std::vector<double> scales;  // [2 pairs] size of one path's contribution, for the integer totals

  [[nodiscard]] std::size_t contract(std::size_t i, std::size_t sample) const noexcept {
    return contract_first + i * (samples + 1) + sample;
  }
  [[nodiscard]] std::size_t group(std::size_t g, std::size_t sample) const noexcept {
    return group_first + g * (samples + 1) + sample;
  }
  [[nodiscard]] std::size_t survival(std::size_t party, std::size_t snapshot) const noexcept {
    return survival_first + party * snapshots + snapshot;
  }
  [[nodiscard]] std::size_t group_month(std::size_t g, std::size_t month,
                                        std::size_t which) const noexcept {
    return group_month_first + (g * (steps + 1) + month) * kGroupMonths + which;
  }
  [[nodiscard]] std::size_t contract_month(std::size_t i, std::size_t month,
                                           std::size_t which) const noexcept {
    return contract_month_first[i] + month * kMonthSums + which;
  }
  [[nodiscard]] std::size_t instrument(std::size_t i, std::size_t sample) const noexcept {
    return instrument_first + i * kInstrumentSamples + sample;
  }
  [[nodiscard]] std::size_t fan(std::size_t f, std::size_t month) const noexcept {
    return fan_first + f * (steps + 1) + month;
  }
  [[nodiscard]] std::size_t clearing(std::size_t c, std::size_t member,
                                     std::size_t sample) const noexcept {
    return clearing_first + (c * members + member) * kClearingSamples + sample;
  }
  [[nodiscard]] std::size_t vehicle(std::size_t v, VehicleSample which) const noexcept {
    return vehicle_first[v] + which;
  }
  [[nodiscard]] std::size_t guarantee(std::size_t v, std::size_t g) const noexcept {
    return vehicle_first[v] + kVehicleSamples + g;
  }
  [[nodiscard]] std::size_t hedge(std::size_t v, std::size_t h) const noexcept {
    return hedge_first[v] + h;
  }
  // A sample of kVehicleDebt, or behind them the loss to a snapshot.
  [[nodiscard]] std::size_t vehicle_debt(std::size_t v, std::size_t sample) const noexcept {
    return vehicle_debt_first[v] + sample;
  }
  [[nodiscard]] std::size_t coverage(std::size_t v, std::size_t month,
                                     CoveragePair which) const noexcept {
    return coverage_first[v] + month * kCoveragePairs + which;
  }
  // Of vehicles with balloons.
  [[nodiscard]] std::size_t balloon(std::size_t v, const VehiclePlan& plan, std::size_t t,
                                    BalloonSample which) const noexcept {
    return vehicle_first[v] + kVehicleSamples + plan.guarantees.size() + t * kBalloonSamples +
           which;
  }
  [[nodiscard]] std::size_t vehicle_default(std::size_t v, const VehiclePlan& plan,
                                            std::size_t snapshot) const noexcept {
    return balloon(v, plan, plan.tranches.size(), kBalloonRefinanced) + snapshot;
  }
  [[nodiscard]] std::size_t lease_end(std::size_t i, LeaseEndSample which) const noexcept {
    return lease_end_first + i * kLeaseEndSamples + which;
  }
  [[nodiscard]] std::size_t portfolio() const noexcept { return groups - 1; }
  [[nodiscard]] std::size_t no_party() const noexcept { return groups - 2; }
};

// contract_months: keep expected flows by contract and month, not only by group.
[[nodiscard]] SumLayout lay_out_sums(const Plan& plan, bool contract_months);

}  // namespace lien::pricing
