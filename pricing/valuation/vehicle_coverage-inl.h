// Cash and debt service of a vehicle's months, kept for tests of coverage and for its report.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_
#endif

#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// What came in before debt service, and what debt service was due.
inline void KeepWindow(const Room& room, std::size_t k) {
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V cash = hn::Sub(Row(room.state(kRevenue), p), Row(room.state(kOperating), p));
    Put(room.window(k, kWindowCash), p, cash);
    Put(room.window(k, kWindowService), p, Row(room.state(kService), p));
  }
}

// Before the month's own shortfalls: they are what a coverage under 1 means.
inline void CountCoverage(const Room& room, std::size_t k) {
  if (room.v.covered[k] == 0) return;
  double* const sums = room.a.coverage + k * kCoverageSums * kLanes;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V cash = Zero(), service = Zero();
    for (int i = 0; i < room.v.coverage_months; ++i) {
      const std::size_t month = k - static_cast<std::size_t>(i);
      cash = hn::Add(cash, Row(room.window(month, kWindowCash), p));
      service = hn::Add(service, Row(room.window(month, kWindowService), p));
    }
    const V living = hn::Mul(Row(room.state(kAlive), p), Row(room.a.survival + k * kBlockPaths, p));
    double* const lane = sums + p % kLanes;
    Put(lane, kCoverageCash * kLanes, hn::MulAdd(living, cash, Row(lane, kCoverageCash * kLanes)));
    Put(lane, kCoverageService * kLanes,
        hn::MulAdd(living, service, Row(lane, kCoverageService * kLanes)));
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_
