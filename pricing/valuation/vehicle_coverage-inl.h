// Cash and debt service of a vehicle's months, kept for tests of coverage and for its report.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_COVERAGE_INL_H_
#endif

#include <algorithm>
#include <vector>

#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// What came in before debt service, and what debt service was due but balloons.
inline void KeepWindow(const Room& room, std::size_t k) {
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V cash = hn::Sub(Row(room.state(kRevenue), p), Row(room.state(kOperating), p));
    Put(room.window(k, kWindowCash), p, cash);
    Put(room.window(k, kWindowService), p, Row(room.state(kService), p));
  }
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const double share = room.v.tranches[t].months[k].balloon;
    if (share == 0) continue;
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      double* const service = room.window(k, kWindowService);
      const V due = Row(room.tranche(t, kPrincipal), p);
      Put(service, p, hn::NegMulAdd(Num(share), due, Row(service, p)));
    }
  }
}

// Sums over the last months up to k.
struct Window {
  KeptVector cash, service;
};
HWY_INLINE Window WindowOf(const Room& room, int months, std::size_t k, std::size_t p) {
  Window sum{Zero(), Zero()};
  for (int i = 0; i < months; ++i) {
    const std::size_t month = k - static_cast<std::size_t>(i);
    sum.cash = hn::Add(sum.cash, Row(room.window(month, kWindowCash), p));
    sum.service = hn::Add(sum.service, Row(room.window(month, kWindowService), p));
  }
  return sum;
}

// The same of the months after k that a test looks ahead: as agreed while customers live, at the
// rents and power price of month k, and of the debt that is left.
inline Window Ahead(const Room& room, const CovenantPlan& covenant, std::size_t k, std::size_t p) {
  const std::size_t months = static_cast<std::size_t>(room.v.months), row = k * kBlockPaths;
  const std::size_t last = std::min(months, k + static_cast<std::size_t>(covenant.ahead));
  const auto at = [&](const std::vector<double>& sums, std::size_t part)
                      HWY_ATTR { return Num(sums[part * (months + 1) + k]); };
  V cash = hn::Sub(Zero(), Num(covenant.ahead_fees[k]));
  for (std::size_t l = 0; l < room.v.lots.size(); ++l) {
    const auto& lot = room.v.lots[l];
    const double* const moves = room.a.cost[lot.hardware];
    const V power = moves == nullptr ? Num(1.0) : Row(moves + row, p);
    cash = hn::MulAdd(at(covenant.ahead_hours, l), Row(room.a.spot[lot.rent] + row, p), cash);
    cash = hn::NegMulAdd(at(covenant.ahead_cost, l), power, cash);
  }
  for (std::size_t o = 0; o < room.v.offtakes.size(); ++o) {
    const auto& offtake = room.v.offtakes[o];
    const V lost = Row(room.gone(offtake), p);
    const M lives = hn::Lt(Num(static_cast<double>(k)), lost);
    V rent = hn::IfThenElseZero(lives, at(covenant.ahead_revenue, o));
    const V relet = hn::Add(lost, Num(offtake.relet_months));
    for (std::size_t month = k + 1; month <= last && !hn::AllTrue(Tag(), lives); ++month) {
      const M earns = hn::Ge(Num(static_cast<double>(month)), relet);
      const V hours = hn::IfThenElseZero(earns, Num(scheduled_hours(offtake)[month]));
      const V spot = Row(room.a.spot[offtake.rent] + row, p);
      rent = hn::Add(rent, hn::IfThenZeroElse(lives, hn::Mul(hours, spot)));
    }
    cash = hn::Add(cash, rent);
  }
  return {cash, hn::Mul(Num(covenant.ahead_service[k]), Row(room.state(kDebt), p))};
}

// Before the month's own shortfalls: they are what a coverage under 1 means.
inline void CountCoverage(const Room& room, std::size_t k) {
  if (room.v.covered[k] == 0) return;
  double* const sums = room.a.coverage + k * kCoverageSums * kLanes;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const auto [cash, service] = WindowOf(room, room.v.coverage_months, k, p);
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
