// Where a vehicle keeps what changes from month to month, and the row operations of its kernel.
// Included by vehicle_kernel.cpp once per instruction set.
#if defined(LIEN_PRICING_VALUATION_VEHICLE_ROOM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIEN_PRICING_VALUATION_VEHICLE_ROOM_INL_H_
#undef LIEN_PRICING_VALUATION_VEHICLE_ROOM_INL_H_
#else
#define LIEN_PRICING_VALUATION_VEHICLE_ROOM_INL_H_
#endif

#include <cstddef>

#include "engine/kernels/kept_vector-inl.h"
#include "engine/simulation/path_block.hpp"
#include "hwy/highway.h"
#include "pricing/valuation/vehicle_kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using M = hn::Mask<Tag>;
using lien::engine::kBlockPaths;
using lien::engine::kLanes;
using lien::engine::HWY_NAMESPACE::KeptVector;

inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());

HWY_INLINE V Num(double x) { return hn::Set(Tag(), x); }
HWY_INLINE V Row(const double* row, std::size_t path) { return hn::Load(Tag(), row + path); }
HWY_INLINE void Put(double* row, std::size_t path, V x) { hn::Store(x, Tag(), row + path); }
HWY_INLINE void Add(double* row, std::size_t path, V x) {
  Put(row, path, hn::Add(Row(row, path), x));
}
HWY_INLINE V Zero() { return hn::Zero(Tag()); }
HWY_INLINE V Positive(V x) { return hn::Max(Zero(), x); }

// Rows of the scratch that live from month to month, or through one month.
enum StateRow : std::size_t {
  kAlive = 0,  // 0 after a default of the vehicle's own making
  kCash,       // collected and not yet distributed
  kTrap,       // kept back by a covenant
  kPot,        // all accounts at the month's opening
  kRevenue,
  kContracted,  // revenue of living customers
  kOperating,   // cost, fees and what is due on hedges
  kUnpaid,      // of the month's dues
  kService,     // interest and principal due in cash
  kDistributed,
  kDebt,    // owed in all, at the month's end
  kBefore,  // the same at its opening
  kStep,    // what covenants add to margins
  kSweepShare,
  kTrapped,    // 1 while a covenant keeps excess cash back
  kStopped,    // 1 while a covenant stops draws
  kPrepay,     // what covenants ask to be prepaid this month, as far as it has not been
  kWeight,     // of the default that is being booked
  kSampled,    // the same, where the sampled default is this one
  kAvailable,  // cash of the default that is being booked
  kDefaulted,  // weight of defaults while the book was owed something; of vehicles with balloons
  kInflow,
  kOutflow,
  kWorkRows
};
static_assert(kWorkRows == 23, "vehicle_work_rows counts them");
// kFloating: interest at a forward rate, as a share of what bears it. kElapsed: of new draws, what
// bears no interest at the next payment; kOpen: what the fee on the undrawn is charged on besides.
// kStoppedDraw: scheduled, and not made as a covenant stopped it. Of vehicles with balloons: kHeld,
// 1 while the tranche is the book's, 0 once a new lender has it or all is repaid; what a new lender
// repays and what the borrower puts off in a month in which it is due; weight of defaults while
// held. kCheaper: what a new lender asks less a year, once the borrower has prepaid the old one.
// kPrepaying: what is prepaid in a month in which it may be, 0 where nothing is.
enum TrancheRow : std::size_t {
  kOwed = 0,
  kInterest,
  kFloating,
  kInKind,
  kPrincipal,
  kSwept,
  kElapsed,
  kUndrawn,
  kOpen,
  kStoppedDraw,
  kHeld,
  kRefinanced,
  kExtended,
  kDefaultedHeld,
  kCheaper,
  kPrepaying,
  kTrancheRows
};
static_assert(kTrancheRows == 16, "vehicle_work_rows counts them");
enum CovenantRow : std::size_t {
  kActive = 0,
  kPasses,
  kSince,
  kCureLeft,   // money that the sponsor still pays
  kCuresLeft,  // and how often
  kCovenantRows
};
static_assert(kCovenantRows == 5, "vehicle_work_rows counts them");
enum GuaranteeRow : std::size_t { kCapLeft = 0, kDrawn, kGuaranteeRows };  // drawn by one default
enum WindowRow : std::size_t { kWindowCash = 0, kWindowService, kWindowRows };

// Where everything stands; the counts are the vehicle's own.
struct Room {
  const VehicleArguments& a;
  const VehiclePlan& v;
  std::size_t samples;
  bool balloons;  // some balloon is due: read in every loop
  bool slips;     // the path decides the delivery of some lot: the same

  [[nodiscard]] double* state(std::size_t row) const { return a.work + row * kBlockPaths; }
  [[nodiscard]] double* tranche(std::size_t t, std::size_t row) const {
    return state(kWorkRows + t * kTrancheRows + row);
  }
  [[nodiscard]] double* reserve(std::size_t r) const {
    return state(kWorkRows + v.tranches.size() * kTrancheRows + r);
  }
  [[nodiscard]] double* covenant(std::size_t c, std::size_t row) const {
    return state(kWorkRows + v.tranches.size() * kTrancheRows + v.reserves.size() +
                 c * kCovenantRows + row);
  }
  [[nodiscard]] double* guarantee(std::size_t g, std::size_t row) const {
    return state(kWorkRows + v.tranches.size() * kTrancheRows + v.reserves.size() +
                 v.covenants.size() * kCovenantRows + g * kGuaranteeRows + row);
  }
  [[nodiscard]] double* window(std::size_t k, std::size_t row) const {
    return state(kWorkRows + v.tranches.size() * kTrancheRows + v.reserves.size() +
                 v.covenants.size() * kCovenantRows + v.guarantees.size() * kGuaranteeRows +
                 (k % static_cast<std::size_t>(v.longest_window)) * kWindowRows + row);
  }
  [[nodiscard]] double* kept(std::size_t row) const {
    return window(0, 0) +
           (static_cast<std::size_t>(v.longest_window) * kWindowRows + row) * kBlockPaths;
  }
  [[nodiscard]] bool has_balloons() const { return balloons; }
  [[nodiscard]] double* balloon(std::size_t t, std::size_t which) const {
    return a.balloons + (t * kBalloonSamples + which) * kBlockPaths;
  }
  [[nodiscard]] double* sample(std::size_t t, std::size_t which) const {
    return a.samples + (t * samples + which) * kBlockPaths;
  }
  [[nodiscard]] double* months(std::size_t t, std::size_t k, std::size_t which,
                               std::size_t path) const {
    return a.month_sums + ((t * (a.steps + 1) + k) * kMonthRows + which) * kLanes + path % kLanes;
  }
  [[nodiscard]] const double* month_of(std::uint32_t party) const {
    const std::size_t row = party == kNone ? a.parties : party;
    return a.default_months + row * kBlockPaths;
  }
  [[nodiscard]] const double* customer(std::uint32_t row) const {
    return a.customers + row * kBlockPaths;
  }
  [[nodiscard]] const double* leased(const VehicleLotPlan& lot, LeaseRow row) const {
    return a.leased + (v.leases[lot.lease].first_row + row) * kBlockPaths;
  }
  [[nodiscard]] const double* delivery(std::uint32_t row) const {
    return a.deliveries + row * kBlockPaths;
  }
  // First month in which the customer pays nothing.
  [[nodiscard]] const double* gone(const OfftakePlan& offtake) const {
    return offtake.gone_row == kNone ? month_of(offtake.customer) : customer(offtake.gone_row);
  }
  [[nodiscard]] const MonthTerms& terms(std::size_t t, std::size_t k) const {
    return a.terms[a.contracts[v.tranches[t].contract].first_month + k];
  }
};

// What a test of loan to value takes the lots for, by month and path.
inline const double* TestedWorth(const Room& room, const CovenantPlan& covenant) {
  if (covenant.mark == kNone) return room.a.tested;
  return room.a.covenant_worth + covenant.mark * (room.a.steps + 1) * kBlockPaths;
}

// The part of a weight that is the book's: nothing of what a new lender is owed.
HWY_INLINE V OfTheBook(const Room& room, std::size_t t, std::size_t p, V weight) {
  return room.has_balloons() ? hn::Mul(weight, Row(room.tranche(t, kHeld), p)) : weight;
}
// Whether tranche t may be prepaid on the payment of month k.
HWY_INLINE bool MayPrepay(const Room& room, std::size_t t, std::size_t k) {
  const auto& may = room.v.tranches[t].prepayment.may;
  return k < may.size() && may[k] != 0;
}
// 1 where somebody of the book is owed something.
HWY_INLINE V AnyHeld(const Room& room, std::size_t p) {
  V any = Zero();
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
    any = hn::Max(any, Row(room.tranche(t, kHeld), p));
  return any;
}

// The day of month k on which the tranche's balloon is due; null where there is none.
inline const BalloonDate* BalloonOf(const Room& room, std::size_t t, std::size_t k) {
  for (const BalloonDate& date : room.v.tranches[t].balloon.dates)
    if (date.month == static_cast<int>(k)) return &date;
  return nullptr;
}

// The part of a month's hours that is served, by the delivery of their lot: of a lot or an offtake.
template <class Part>
HWY_INLINE V ServedPart(const Room& room, const Part& part, std::size_t k, std::size_t p) {
  const V gone = hn::Sub(Row(room.delivery(part.delivery), p), Num(static_cast<double>(k) - 1.0));
  const V share = hn::NegMulAdd(Num(part.served.lost[k]), gone, Num(part.served.whole[k]));
  return hn::Min(Num(1.0), Positive(share));
}
template <class Part>
HWY_INLINE V OfServed(const Room& room, const Part& part, std::size_t k, std::size_t p, V amount) {
  if (!room.slips || part.delivery == kNone) return amount;
  return hn::Mul(amount, ServedPart(room, part, k, p));
}
// What a customer pays of what it owes for month k, where the path says when the rent is earned
// that it has paid in advance; of hours agreed.
HWY_INLINE V LessAdvance(const Room& room, const OfftakePlan& offtake, std::size_t k, std::size_t p,
                         V owed) {
  if (!room.slips || offtake.advance == kNone) return owed;
  const V share = Row(room.delivery(offtake.advance + static_cast<std::uint32_t>(k)), p);
  return hn::NegMulAdd(share, Num(offtake.advanced_rent[k]), owed);
}
// What a customer owes for month k of hours that OfServed counts, and those hours; of a lease whose
// term begins with its lot's delivery those of the path.
HWY_INLINE V OwedFor(const Room& room, const OfftakePlan& offtake, std::size_t k, std::size_t p) {
  if (!room.slips || offtake.term == kNone) return Num(offtake.revenue[k]);
  return Row(room.delivery(offtake.term) + k * kBlockPaths, p);
}
HWY_INLINE V HoursUnder(const Room& room, const OfftakePlan& offtake, std::size_t k,
                        std::size_t p) {
  if (!room.slips || offtake.term == kNone) return Num(offtake.lost_hours[k]);
  const auto months = static_cast<std::size_t>(room.v.months);
  return Row(room.delivery(offtake.term) + (months + 1 + k) * kBlockPaths, p);
}
// True where no path has an hour or a rent of it in month k. A rent may be due without an hour.
inline bool Idle(const OfftakePlan& offtake, std::size_t k) {
  return !(offtake.lost_hours[k] > 0) && !(offtake.revenue[k] > 0) && offtake.term == kNone;
}
// Hours of a lot that no agreement takes in month k.
HWY_INLINE V FreeHours(const Room& room, const VehicleLotPlan& lot, std::size_t k, std::size_t p) {
  if (!room.slips || lot.delivery == kNone) return Num(lot.free_hours[k]);
  const auto place = static_cast<std::uint32_t>(&lot - room.v.lots.data());
  V hours = hn::Mul(Num(lot.hours[k]), ServedPart(room, lot, k, p));
  for (const auto& offtake : room.v.offtakes) {
    if (offtake.place != place || Idle(offtake, k)) continue;
    if (offtake.term != kNone)
      hours = hn::Sub(hours, HoursUnder(room, offtake, k, p));
    else if (offtake.lost_hours[k] > 0)
      hours = hn::NegMulAdd(Num(offtake.lost_hours[k]), ServedPart(room, offtake, k, p), hours);
  }
  return Positive(hours);
}

// What is asked of the hours of a lot in month k, of units that are still the vehicle's.
HWY_INLINE V OfOwned(const Room& room, const VehicleLotPlan& lot, std::size_t k, std::size_t p,
                     V amount) {
  if (lot.lease == kNone) return amount;
  const M owned = hn::Ge(Row(room.leased(lot, kLeaves), p), Num(static_cast<double>(k)));
  return hn::IfThenElseZero(owned, amount);
}
// What the lots of a test of loan to cost cost at t_k, without those that a lease has parted with.
HWY_INLINE V TestedCost(const Room& room, const CovenantPlan& covenant, std::size_t k,
                        std::size_t p) {
  const V now = Num(static_cast<double>(k));
  V cost = Num(covenant.cost[k]);
  for (const auto& lot : room.v.lots) {
    if (lot.lease == kNone || lot.bought > static_cast<int>(k)) continue;
    if (lot.bought > 0 && lot.delivery != kNone) continue;  // below
    const M gone = hn::Le(Row(room.leased(lot, kLeaves), p), now);
    cost = hn::Sub(cost, hn::IfThenElseZero(gone, Num(lot.price)));
  }
  if (!room.slips) return cost;
  for (const auto& lot : room.v.lots) {
    if (lot.delivery == kNone || lot.bought == 0) continue;
    M there = hn::Le(Row(room.delivery(lot.delivery + kPaidFor), p), now);
    if (lot.lease != kNone) there = hn::And(there, hn::Gt(Row(room.leased(lot, kLeaves), p), now));
    cost = hn::Add(cost, hn::IfThenElseZero(there, Num(lot.price)));
  }
  return cost;
}
// What the lessee, its guarantor or a buyer pays in month k for what becomes of leased lots.
HWY_INLINE V ForLeasedLots(const Room& room, std::size_t k, std::size_t p) {
  V paid = Zero();
  for (const auto& lot : room.v.lots) {
    if (lot.lease == kNone) continue;
    const M now = hn::Eq(Row(room.leased(lot, kPaidIn), p), Num(static_cast<double>(k)));
    paid = hn::Add(paid, hn::IfThenElseZero(now, Row(room.leased(lot, kPaid), p)));
    if (room.v.leases[lot.lease].covered.empty()) continue;
    const M dies = hn::Eq(Row(room.leased(lot, kCoveredIn), p), Num(static_cast<double>(k)));
    paid = hn::Add(paid, hn::IfThenElseZero(dies, Row(room.leased(lot, kCovered), p)));
  }
  return paid;
}

// Of a lease whose lessee chooses its end: true where it has ended before month k; of its extension
// also where the lessee has not gone on.
HWY_INLINE M HasEnded(const Room& room, const OfftakePlan& offtake, std::size_t k, std::size_t p) {
  const V ends = Row(room.leased(room.v.lots[offtake.place], kEnds), p);
  return hn::Or(hn::Gt(Num(static_cast<double>(k)), ends), hn::Le(ends, Num(offtake.decided)));
}
// What it pays in month k, `paid` without an end in it: one that comes early saves a rent in
// advance.
HWY_INLINE V LessSaved(const Room& room, const OfftakePlan& offtake, std::size_t k, std::size_t p,
                       V paid) {
  if (offtake.saved.empty() || !(offtake.saved[k] > 0)) return paid;
  const V ends = Row(room.leased(room.v.lots[offtake.place], kEnds), p);
  const M now = hn::Eq(ends, Num(static_cast<double>(k)));
  return hn::Sub(paid, hn::IfThenElseZero(now, Num(offtake.saved[k])));
}

// True where the customer of an offtake pays in month k.
HWY_INLINE M Pays(const Room& room, const OfftakePlan& offtake, std::size_t k, std::size_t p) {
  const M stays = hn::Lt(Num(static_cast<double>(k)), Row(room.gone(offtake), p));
  if (offtake.chosen) return hn::AndNot(HasEnded(room, offtake, k, p), stays);
  if (offtake.rent_row == kNone) return stays;
  return hn::And(stays, hn::Gt(Row(room.customer(offtake.rent_row), p), Zero()));
}
// The same, of hours that are there.
HWY_INLINE M PaysForHours(const Room& room, const OfftakePlan& offtake, std::size_t k,
                          std::size_t p) {
  const M pays = Pays(room, offtake, k, p);
  if (!room.slips) return pays;
  if (offtake.term != kNone) {
    const V owed = OwedFor(room, offtake, k, p), hours = HoursUnder(room, offtake, k, p);
    return hn::And(pays, hn::Gt(hn::Max(owed, hours), Zero()));
  }
  if (offtake.delivery == kNone) return pays;
  return hn::And(pays, hn::Gt(ServedPart(room, offtake, k, p), Zero()));
}

// Contracted revenue of an offtake in month k.
HWY_INLINE V RentOf(const Room& room, const OfftakePlan& offtake, std::size_t k, std::size_t p) {
  if (Idle(offtake, k)) return Zero();
  V paid = OwedFor(room, offtake, k, p);
  if (offtake.rent_row != kNone) paid = hn::Mul(Row(room.customer(offtake.rent_row), p), paid);
  if (!offtake.borne.empty()) paid = hn::Add(paid, Num(offtake.borne[k]));
  if (!offtake.credited.empty()) paid = hn::Add(paid, Num(offtake.credited[k]));
  if (offtake.chosen) paid = LessSaved(room, offtake, k, p, paid);
  return hn::IfThenElseZero(Pays(room, offtake, k, p), OfServed(room, offtake, k, p, paid));
}

// All accounts of the vehicle.
HWY_INLINE V Accounts(const Room& room, std::size_t p) {
  V sum = hn::Add(Row(room.state(kCash), p), Row(room.state(kTrap), p));
  for (std::size_t r = 0; r < room.v.reserves.size(); ++r)
    sum = hn::Add(sum, Row(room.reserve(r), p));
  return sum;
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LIEN_PRICING_VALUATION_VEHICLE_ROOM_INL_H_
