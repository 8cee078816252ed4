#pragma once

#include <cstddef>
#include <cstdint>

#include "pricing/plan/plan.hpp"
#include "pricing/valuation/row_sums.hpp"

// The month loop of one contract over one block of paths: contracts outside, months inside, paths
// innermost, so that a contract's state stays in registers. Compiled once per instruction set, in
// doubles and in floats: Real below.
namespace lien::pricing {

// What a contract yields on every path: five numbers, then four for every snapshot month.
enum ContractSample : std::size_t {
  kPresentValue = 0,   // all flows and recoveries, discounted on the path; risk neutral, else 0
  kExposure = 1,       // weight of default x claim, undiscounted
  kLossAtDefault = 2,  // weight of default x (claim - recovery discounted to the default)
  kPeakLoanToValue = 3,
  kResidual = 4,  // lease: residual at the end, discounted
  kFixedSamples = 5,
};
enum SnapshotSample : std::size_t {
  kLoss = 0,         // expected given the factors: weight of default x discounted loss
  kDefault = 1,      // weight of default so far
  kSampledLoss = 2,  // discounted loss of the one sampled default; real world, else 0
  kCreditLoss = 3,   // as kLoss, discounted at the effective rate (IFRS 9); real world, else 0
  kSnapshotSamples = 4,
};
[[nodiscard]] constexpr std::size_t sample_count(std::size_t snapshots) noexcept {
  return kFixedSamples + kSnapshotSamples * snapshots;
}
// Ratios of loan to value are counted up to this: a unit worth nothing would make a mean infinite.
inline constexpr double kLargestLoanToValue = 100.0;

// Counts over paths with sampled defaults, by month: [month][kTestCounts].
enum TestCount : std::size_t { kInBreach = 0, kFirstBreach = 1, kCured = 2, kTestCounts = 3 };

// What the kernel sums over paths by month, in lanes: [month][kMonthRows][kRealLanes]; kMonthSums
// of them are reported.
enum MonthSum : std::size_t {
  kSurvival = 0,  // weight of not having defaulted, after the month's defaults; left at zero
                  // without a cash account, where it is the party's own survival; of a lease whose
                  // end the path decides, weight of who pays the month's rent
  kRecovery = 1,  // received in the month, undiscounted
  kVariable = 2,  // interest paid where it floats; at a lease's end its residual
  kRepaid = 3,    // principal paid, where the path decides it: tranches of vehicles
  kMonthSums = 4,
  // Cash of the account that a default takes, in the month of the default; part of what is
  // reported as received. Apart, because a month's sales and a later month's cash would meet in one
  // lane in an order that the width of a vector decides.
  kSeizedCash = 4,
  kMonthRows = 5,
};
// What happened in a month, one bit a path of the block: [month].
struct MonthBits {
  std::uint64_t* coverage = nullptr;  // coverage test breached; null without the test
  std::uint64_t* value = nullptr;     // loan-to-value test breached; null without the test
  std::uint64_t* failed = nullptr;  // cash-flow default in this month; null without a cash account
};

// Virtual lanes of sums over paths: a cache line of them, 8 doubles or 16 floats.
template <class Real>
inline constexpr std::size_t kRealLanes = 64 / sizeof(Real);

template <class Real>
struct ContractArgumentsOf {
  const ContractPlan* contract;
  const MonthTermsOf<Real>* terms;  // [months + 1]
  // Rows of the block, [steps + 1][kBlockPaths]; never null (a row of ones or zeros instead).
  const Real* survival;
  // Floats only: what survival falls by in a month, rounded once; the difference of two floats near
  // one would be rough where defaults are rare. Row 0 is not read.
  const Real* defaulted;
  const Real* discount;
  const Real* discount_ratio;  // D_{k + lag}/D_k; floats: less 1
  const Real* value;           // of one unit, in a sale and at a lease's end
  const Real* mark;            // of one unit of mark_units, in the loan-to-value test
  const Real* proceeds;        // prepared sales only: net of every cost, of a default in month k
  const Real* spot;            // utilization x rent, hourly
  const Real* cost;            // operating cost over what it is at today's power; null for ones
  // Leases whose end the path decides: 1 while the lease runs, 0 after it; else null.
  const Real* runs;
  const Real* gross;  // 1/P(t_k, t_k + tenor); floats: less 1
  // What a surviving customer's contract adds to a sale in a month less what the sale costs, money:
  // [months + lag + 1] rows of this many doubles, or one row of the latter and a stride of 0.
  // Prepared sales hold both already.
  const Real* step_in;
  std::size_t step_in_stride;
  Real* received;  // prepared sales only, written: weight x what a default in month k brings
  // One value a path.
  const Real* sale_factor;  // prepared sales only: recovery and EIR factors times this
  const Real* default_month;
  const Real* customer_month;
  const Real* guarantor_month;
  bool prices;  // risk-neutral basis: value is kept; else credit loss and sampled loss are
  const int* snapshots;
  std::size_t snapshot_count;
  Real* samples;     // [sample_count][kBlockPaths], overwritten
  Real* month_sums;  // [months + lag + 1][kMonthRows][kRealLanes], see below
  MonthBits bits;    // [months + 1] each, overwritten from month 1 on
};
using ContractArguments = ContractArgumentsOf<double>;
using SingleArguments = ContractArgumentsOf<float>;

// True of contracts that can be valued in floats: prepared sales, leases whose end the path decides
// and tranches of vehicles are valued in doubles.
[[nodiscard]] inline bool fits_floats(const ContractPlan& contract) noexcept {
  return contract.vehicle == kNone && !contract.variant.prepared && contract.lease_end == kNone;
}

// Of month_sums, from month 1 on, rows are overwritten that the contract's months add to: kRecovery
// where no sale is prepared, kSurvival and kSeizedCash with cash, kVariable where it floats and of
// a lease; all others are left as they are.
//
// In doubles, or in floats: the same operations on half the bits, each rounded to 2^-24, and no
// sale prepared.
void value_contract(const ContractArguments& arguments) noexcept;
void value_contract(const SingleArguments& arguments) noexcept;

}  // namespace lien::pricing
