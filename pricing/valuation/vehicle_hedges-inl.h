// Settlements of a vehicle's hedges in its month: receipts, payments and what they are worth.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_HEDGES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_HEDGES_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_HEDGES_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_HEDGES_INL_H_
#endif

#include "pricing/valuation/vehicle_room-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
// What hedge h settles in month k, a row of paths; null where it settles nothing.
inline const double* Settled(const Room& room, std::size_t h, std::size_t k) {
  if (room.v.hedges[h].timing[k] == 0) return nullptr;
  return room.a.hedges + (h * (room.a.steps + 1) + k) * kBlockPaths;
}

// Receipts are cash of the month, as what customers pay.
inline void CollectHedges(const Room& room, std::size_t k) {
  for (std::size_t h = 0; h < room.v.hedges.size(); ++h) {
    const double* const settled = Settled(room, h, k);
    for (std::size_t p = 0; p < kBlockPaths && settled != nullptr; p += kWidth)
      Add(room.state(kRevenue), p, Positive(Row(settled, p)));
  }
}

// What the vehicle owes on hedge h: a cost of the month, at its step of the waterfall.
inline V HedgePayment(const double* settled, std::size_t p) {
  return Positive(hn::Sub(Zero(), Row(settled, p)));
}

// Settlements of the living, discounted.
inline void BookHedges(const Room& room, std::size_t k) {
  if (!room.a.prices) return;
  for (std::size_t h = 0; h < room.v.hedges.size(); ++h) {
    const double* const settled = Settled(room, h, k);
    if (settled == nullptr) continue;
    const V timing = Num(room.v.hedges[h].timing[k]);
    double* const worth = room.a.hedged + h * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const V living =
          hn::Mul(Row(room.state(kAlive), p), Row(room.a.survival + k * kBlockPaths, p));
      const V discounted =
          hn::Mul(hn::Mul(living, Row(room.a.discount + k * kBlockPaths, p)), timing);
      Put(worth, p, hn::MulAdd(discounted, Row(settled, p), Row(worth, p)));
    }
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_HEDGES_INL_H_
