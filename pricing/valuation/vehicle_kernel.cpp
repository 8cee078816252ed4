#include "pricing/valuation/vehicle_kernel.hpp"

#include <algorithm>

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/vehicle_kernel.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"
#include "pricing/valuation/vehicle_balloons-inl.h"
#include "pricing/valuation/vehicle_covenants-inl.h"
#include "pricing/valuation/vehicle_coverage-inl.h"
#include "pricing/valuation/vehicle_cures-inl.h"
#include "pricing/valuation/vehicle_default-inl.h"
#include "pricing/valuation/vehicle_draws-inl.h"
#include "pricing/valuation/vehicle_hedges-inl.h"
#include "pricing/valuation/vehicle_prepayment-inl.h"
#include "pricing/valuation/vehicle_waterfall-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

// Debt at the month's end, loan to value by rank, and who still pays.
void Close(const Room& room, std::size_t k) {
  const auto& tranches = room.v.tranches;
  const double* const worth = room.a.tested + k * kBlockPaths;
  std::uint64_t living = 0;
  const bool last = static_cast<int>(k) == room.v.months && !room.v.outlives_horizon;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    // Loan to value through each rank: what it and those before it owe.
    V debt = Zero();
    for (std::size_t first = 0; first < tranches.size();) {
      std::size_t end = first;
      for (; end < tranches.size() && tranches[end].rank == tranches[first].rank; ++end) {
        V owed =
            last ? hn::Add(Row(room.tranche(end, kPrincipal), p), Row(room.tranche(end, kSwept), p))
                 : Row(room.tranche(end, kOwed), p);
        // A balloon that a new lender has is owed on.
        if (last && room.has_balloons()) owed = hn::Add(owed, Row(room.tranche(end, kOwed), p));
        debt = hn::Add(debt, owed);
      }
      const V floor = hn::Max(Row(worth, p), hn::Mul(debt, Num(1.0 / kLargestLoanToValue)));
      const V ratio =
          hn::IfThenElseZero(hn::Gt(debt, Zero()), hn::Div(debt, hn::Max(floor, Num(1e-300))));
      for (; first < end; ++first) {
        if (!room.v.value_observed) continue;
        double* const peak = room.sample(first, kPeakLoanToValue);
        Put(peak, p, hn::Max(Row(peak, p), OfTheBook(room, first, p, ratio)));
      }
    }
    V left = Zero();
    for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
      left = hn::Add(left, Row(room.tranche(t, kOwed), p));
    Put(room.state(kDebt), p, left);
    M pays = hn::And(hn::Gt(Row(room.state(kAlive), p), Zero()),
                     hn::Gt(Row(room.month_of(room.v.party), p), Num(static_cast<double>(k))));
    if (room.has_balloons()) pays = hn::And(pays, hn::Gt(AnyHeld(room, p), Zero()));
    std::uint8_t bytes[8] = {};
    hn::StoreMaskBits(Tag(), pays, bytes);
    living |= static_cast<std::uint64_t>(bytes[0]) << p;
  }
  room.a.living[k] = living;
}

// Copies the running sums into the samples of a snapshot at month k.
void Snapshot(const Room& room, std::size_t snapshot, std::size_t k) {
  const std::size_t last = room.a.snapshot_count - 1;
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const double* const running = room.sample(t, kFixedSamples + last * kSnapshotSamples);
    double* const at = room.sample(t, kFixedSamples + snapshot * kSnapshotSamples);
    if (snapshot != last) std::copy_n(running, kSnapshotSamples * kBlockPaths, at);
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth)
      Put(at + kDefault * kBlockPaths, p,
          hn::NegMulAdd(Row(room.state(kAlive), p), Row(room.a.survival + k * kBlockPaths, p),
                        Num(1.0)));
    if (room.has_balloons())
      std::copy_n(room.tranche(t, kDefaultedHeld), kBlockPaths, at + kDefault * kBlockPaths);
  }
  if (room.has_balloons())
    std::copy_n(room.state(kDefaulted), kBlockPaths, room.a.defaulted + snapshot * kBlockPaths);
}

void RunMonth(const Room& room, std::size_t k) {
  const VehiclePlan& v = room.v;
  HazardDefaults(room, k);
  Collect(room, k);
  CollectHedges(room, k);
  CallForHours(room, k);
  EarnInterest(room, k);
  SetDues(room, k);
  if (v.may_prepay) LowerDues(room, k);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    Put(room.state(kBefore), p, Row(room.state(kDebt), p));
    Add(room.state(kCash), p, Row(room.state(kRevenue), p));
    Add(room.state(kInflow), p, hn::Mul(Row(room.state(kAlive), p), Row(room.state(kRevenue), p)));
  }
  const bool balloons = room.has_balloons() && v.balloons[k];
  if (balloons) MeetBalloons(room, k);
  RunSteps(room, k);
  if (static_cast<int>(k) == v.months && !v.outlives_horizon) Release(room);
  KeepWindow(room, k);
  CountCoverage(room, k);
  if (v.default_on_shortfall) ShortfallDefaults(room, k);
  if (v.default_on_shortfall && balloons) CountFailed(room, k);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth)
    if (!v.default_on_shortfall)  // the borrower pays what the vehicle cannot
      Add(room.state(kInflow), p, hn::Mul(Row(room.state(kAlive), p), Row(room.state(kUnpaid), p)));
  BookPayments(room, k);
  BookHedges(room, k);
  if (v.may_prepay) DecidePrepayments(room, k);
  for (std::size_t t = 0; t < v.tranches.size(); ++t)
    if (v.tranches[t].draws) Draw(room, t, k);
  Close(room, k);
  if (v.may_prepay) Prepay(room, k);
  if (room.has_balloons()) CloseBalloons(room, k);
  RunTests(room, k);
  if (room.a.owed != nullptr)
    std::copy_n(room.state(kDebt), kBlockPaths, room.a.owed + k * kBlockPaths);
  CovenantDefaults(room, k);
}

void Start(const Room& room) {
  const VehiclePlan& v = room.v;
  std::fill_n(room.a.work, vehicle_work_rows(v) * kBlockPaths, 0.0);
  std::fill_n(room.a.samples, v.tranches.size() * room.samples * kBlockPaths, 0.0);
  std::fill_n(room.a.month_sums, v.tranches.size() * (room.a.steps + 1) * kMonthRows * kLanes, 0.0);
  std::fill_n(room.a.vehicle_samples, kVehicleSamples * kBlockPaths, 0.0);
  std::fill_n(room.a.coverage, (room.a.steps + 1) * kCoverageSums * kLanes, 0.0);
  std::fill_n(room.a.guaranteed, v.guarantees.size() * kBlockPaths, 0.0);
  std::fill_n(room.a.hedged, v.hedges.size() * kBlockPaths, 0.0);
  std::fill_n(room.state(kAlive), kBlockPaths, 1.0);
  if (room.has_balloons())
    std::fill_n(room.a.balloons, v.tranches.size() * kBalloonSamples * kBlockPaths, 0.0);
  if (room.a.ended != nullptr) std::fill_n(room.a.ended, kBlockPaths, kNever);
  for (std::size_t t = 0; t < v.tranches.size(); ++t) {
    const ContractPlan& contract = room.a.contracts[v.tranches[t].contract];
    std::fill_n(room.tranche(t, kOwed), kBlockPaths, contract.outstanding);
    for (std::size_t p = 0; p < kBlockPaths; ++p) room.state(kDebt)[p] += contract.outstanding;
    std::fill_n(room.tranche(t, kHeld), kBlockPaths, 1.0);
    std::fill_n(room.tranche(t, kUndrawn), kBlockPaths, v.tranches[t].undrawn);
    std::fill_n(room.tranche(t, kElapsed), kBlockPaths, v.tranches[t].elapsed_today);
    std::fill_n(room.tranche(t, kOpen), kBlockPaths, v.tranches[t].undrawn_today);
    if (room.a.prices) std::fill_n(room.sample(t, kPresentValue), kBlockPaths, contract.day_zero);
  }
  for (std::size_t r = 0; r < v.reserves.size(); ++r) {
    std::fill_n(room.reserve(r), kBlockPaths, v.reserves[r].initial);
    for (std::size_t p = 0; p < kBlockPaths; ++p) room.state(kInflow)[p] += v.reserves[r].initial;
  }
  for (std::size_t g = 0; g < v.guarantees.size(); ++g)
    std::fill_n(room.guarantee(g, kCapLeft), kBlockPaths, v.guarantees[g].cap);
  for (std::size_t c = 0; c < v.covenants.size(); ++c) {
    std::fill_n(room.covenant(c, kCureLeft), kBlockPaths, v.covenants[c].cure_limit);
    std::fill_n(room.covenant(c, kCuresLeft), kBlockPaths, v.covenants[c].cures);
  }
}

void RunVehicle(const VehicleArguments& a) {
  const Room room{a, *a.vehicle, sample_count(a.snapshot_count), !a.vehicle->balloons.empty(),
                  !a.vehicle->deliveries.empty()};
  Start(room);
  const std::size_t months = static_cast<std::size_t>(room.v.months);
  std::size_t k = 1;
  for (std::size_t snapshot = 0; snapshot < a.snapshot_count; ++snapshot) {
    const std::size_t last = std::min(static_cast<std::size_t>(a.snapshots[snapshot]), months);
    for (; k <= last; ++k) RunMonth(room, k);
    Snapshot(room, snapshot, last);
  }
  double* const imbalance = a.vehicle_samples + kCashImbalance * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V in = Row(room.state(kInflow), p);
    const V out =
        hn::MulAdd(Row(room.state(kAlive), p), Accounts(room, p), Row(room.state(kOutflow), p));
    Put(imbalance, p, hn::Div(hn::Sub(in, out), hn::Max(in, Num(1.0))));
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(RunVehicle);

std::size_t vehicle_work_rows(const VehiclePlan& v) noexcept {
  // As Room lays them out: its own rows, then tranches, accounts, covenants, guarantees, windows;
  // where balloons are due, accounts once more.
  constexpr std::size_t kOwn = 23, kTranche = 16, kCovenant = 5, kGuarantee = 2, kWindow = 2;
  return kOwn + v.tranches.size() * kTranche + v.reserves.size() + v.covenants.size() * kCovenant +
         v.guarantees.size() * kGuarantee + static_cast<std::size_t>(v.longest_window) * kWindow +
         (v.balloons.empty() ? 0 : 2 + v.reserves.size());
}

void run_vehicle(const VehicleArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(RunVehicle)(arguments);
}
}  // namespace lien::pricing
#endif
