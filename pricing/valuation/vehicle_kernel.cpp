// Over 400 lines on purpose, as the contract's kernel: the month of a vehicle is one story in one
// order, and Highway compiles a kernel by including its file once per instruction set.
#include "pricing/valuation/vehicle_kernel.hpp"

#include <algorithm>

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/vehicle_kernel.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using M = hn::Mask<Tag>;
using lien::engine::kBlockPaths;
using lien::engine::kLanes;

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
  kOperating,   // cost and fees paid
  kUnpaid,      // of the month's dues
  kService,     // interest and principal due in cash
  kDistributed,
  kDebt,    // owed in all, at the month's end
  kBefore,  // the same at its opening
  kStep,    // what covenants add to margins
  kSweepShare,
  kTrapped,    // 1 while a covenant keeps excess cash back
  kWeight,     // of the default that is being booked
  kSampled,    // the same, where the sampled default is this one
  kAvailable,  // cash of the default that is being booked
  kInflow,
  kOutflow,
  kWorkRows
};
static_assert(kWorkRows == 20, "vehicle_work_rows counts them");
// kFloating: interest at a forward rate, as a share of what is owed.
enum TrancheRow : std::size_t {
  kOwed = 0,
  kInterest,
  kFloating,
  kInKind,
  kPrincipal,
  kSwept,
  kTrancheRows
};
enum CovenantRow : std::size_t { kActive = 0, kPasses, kSince, kCovenantRows };
enum GuaranteeRow : std::size_t { kCapLeft = 0, kDrawn, kGuaranteeRows };  // drawn by one default
enum WindowRow : std::size_t { kWindowCash = 0, kWindowService, kWindowRows };

// Where everything stands; the counts are the vehicle's own.
struct Room {
  const VehicleArguments& a;
  const VehiclePlan& v;
  std::size_t samples;

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
  [[nodiscard]] double* sample(std::size_t t, std::size_t which) const {
    return a.samples + (t * samples + which) * kBlockPaths;
  }
  [[nodiscard]] double* months(std::size_t t, std::size_t k, std::size_t which,
                               std::size_t path) const {
    return a.month_sums + ((t * (a.steps + 1) + k) * kMonthSums + which) * kLanes + path % kLanes;
  }
  [[nodiscard]] const double* month_of(std::uint32_t party) const {
    const std::size_t row = party == kNone ? a.parties : party;
    return a.default_months + row * kBlockPaths;
  }
  [[nodiscard]] const MonthTerms& terms(std::size_t t, std::size_t k) const {
    return a.terms[a.contracts[v.tranches[t].contract].first_month + k];
  }
};

// All accounts of the vehicle.
HWY_INLINE V Accounts(const Room& room, std::size_t p) {
  V sum = hn::Add(Row(room.state(kCash), p), Row(room.state(kTrap), p));
  for (std::size_t r = 0; r < room.v.reserves.size(); ++r)
    sum = hn::Add(sum, Row(room.reserve(r), p));
  return sum;
}

// Books what one tranche gets of a default in month k: `now` from the accounts, `later` from the
// sale, the guarantees and the borrower.
HWY_INLINE void BookTranche(const Room& room, std::size_t t, std::size_t k, std::size_t p, V owed,
                            V now, V later) {
  const MonthTerms& terms = room.terms(t, k);
  const std::size_t lag = static_cast<std::size_t>(room.v.lag);
  const V q = Row(room.state(kWeight), p), ratio = Row(room.a.discount_ratio + k * kBlockPaths, p);
  const V discounted = hn::Mul(q, Row(room.a.discount + k * kBlockPaths, p));
  const V claim = hn::Sub(owed, now), received = hn::Mul(later, ratio);
  const V loss = hn::Sub(claim, received);
  double* const exposure = room.sample(t, kExposure);
  double* const at_default = room.sample(t, kLossAtDefault);
  Put(exposure, p, hn::MulAdd(q, owed, Row(exposure, p)));
  Put(at_default, p, hn::MulAdd(q, loss, Row(at_default, p)));
  // The running sums stand in the last snapshot's rows and are copied at each snapshot.
  double* const running =
      room.sample(t, kFixedSamples + (room.a.snapshot_count - 1) * kSnapshotSamples);
  double* const expected = running + kLoss * kBlockPaths;
  Put(expected, p, hn::MulAdd(discounted, loss, Row(expected, p)));
  if (room.a.prices) {
    const V paid =
        hn::MulAdd(received, Num(terms.recovery_factor), hn::Mul(now, Num(terms.present_factor)));
    double* const value = room.sample(t, kPresentValue);
    Put(value, p, hn::MulAdd(discounted, paid, Row(value, p)));
  } else {
    double* const credit = running + kCreditLoss * kBlockPaths;
    const V loss_now =
        hn::NegMulAdd(later, Num(terms.eir_discount_sale), hn::Mul(claim, Num(terms.eir_discount)));
    Put(credit, p, hn::MulAdd(q, loss_now, Row(credit, p)));
    double* const sampled = running + kSampledLoss * kBlockPaths;
    const V hit = hn::Mul(Row(room.state(kSampled), p), Row(room.a.discount + k * kBlockPaths, p));
    Put(sampled, p, hn::MulAdd(hit, loss, Row(sampled, p)));
  }
  double* const here = room.months(t, k, kRecovery, p);
  double* const then = room.months(t, k + lag, kRecovery, p);
  Put(here, 0, hn::MulAdd(q, now, Row(here, 0)));
  Put(then, 0, hn::MulAdd(q, later, Row(then, 0)));
}

// What guarantors add to one tranche's claim that nothing else paid.
HWY_INLINE V Guaranteed(const Room& room, std::size_t t, std::size_t k, std::size_t p, V sale,
                        V unpaid) {
  const std::size_t lag = static_cast<std::size_t>(room.v.lag);
  V paid = Zero();
  for (std::size_t g = 0; g < room.v.guarantees.size(); ++g) {
    const GuaranteePlan& plan = room.v.guarantees[g];
    if (plan.kind == GuaranteeKind::capacity || !plan.covers[t] ||
        static_cast<int>(k) > plan.last_month)
      continue;
    V limit = Row(room.guarantee(g, kCapLeft), p);
    if (plan.kind == GuaranteeKind::residual_value)
      limit = hn::Min(limit, Positive(hn::Sub(Num(plan.floors[k + lag]), sale)));
    // What it paid to tranches before this one of the same default.
    limit = Positive(hn::Sub(limit, Row(room.guarantee(g, kDrawn), p)));
    const M stands = hn::Gt(Row(room.month_of(plan.guarantor), p), Num(static_cast<double>(k)));
    const V part =
        hn::IfThenElseZero(stands, hn::Min(limit, hn::Mul(Num(plan.share), hn::Sub(unpaid, paid))));
    Add(room.guarantee(g, kDrawn), p, part);
    paid = hn::Add(paid, part);
    const V q = hn::Mul(Row(room.state(kWeight), p), Row(room.a.discount + k * kBlockPaths, p));
    double* const worth = room.a.guaranteed + g * kBlockPaths;
    const V received = hn::Mul(hn::Mul(part, Row(room.a.discount_ratio + k * kBlockPaths, p)),
                               Num(room.terms(t, k).recovery_factor));
    Put(worth, p, hn::MulAdd(q, received, Row(worth, p)));
  }
  return paid;
}

// A default in month k: kWeight, kSampled and kAvailable are set. What there is goes to the ranks
// in order, within a rank by what is owed; then guarantees, then the borrower's other means.
void Settle(const Room& room, std::size_t k, std::size_t owed_row) {
  const auto& tranches = room.v.tranches;
  const std::size_t lag = static_cast<std::size_t>(room.v.lag);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    for (std::size_t g = 0; g < room.v.guarantees.size(); ++g)
      Put(room.guarantee(g, kDrawn), p, Zero());
    V cash = Row(room.state(kAvailable), p);
    const V sale =
        Positive(hn::Sub(Row(room.a.sale + (k + lag) * kBlockPaths, p), Num(room.v.deduction)));
    V left = sale;
    for (std::size_t first = 0; first < tranches.size();) {
      std::size_t last = first + 1;
      V owed = Row(room.tranche(first, owed_row), p);
      for (; last < tranches.size() && tranches[last].rank == tranches[first].rank; ++last)
        owed = hn::Add(owed, Row(room.tranche(last, owed_row), p));
      const V now = hn::Min(owed, cash);
      cash = hn::Sub(cash, now);
      const V claim = hn::Sub(owed, now), later = hn::Min(claim, left);
      left = hn::Sub(left, later);
      const bool alone = last == first + 1;
      const V inverse = alone ? Zero()
                              : hn::IfThenElseZero(hn::Gt(owed, Zero()),
                                                   hn::Div(Num(1.0), hn::Max(owed, Num(1e-300))));
      for (std::size_t t = first; t < last; ++t) {
        const V own = Row(room.tranche(t, owed_row), p);
        const V share = hn::Mul(own, inverse);
        const V own_now = alone ? now : hn::Mul(share, now);
        const V own_sale = alone ? later : hn::Mul(share, later);
        const V unpaid = hn::Sub(hn::Sub(own, own_now), own_sale);
        const V guaranteed = Guaranteed(room, t, k, p, sale, unpaid);
        const V rest = hn::Sub(unpaid, guaranteed);
        BookTranche(room, t, k, p, own, own_now,
                    hn::MulAdd(Num(room.v.recovery), rest, hn::Add(own_sale, guaranteed)));
      }
      first = last;
    }
  }
}

// Hazard defaults of month k, before any payment.
void HazardDefaults(const Room& room, std::size_t k) {
  const double* const before = room.a.survival + (k - 1) * kBlockPaths;
  const double* const now = room.a.survival + k * kBlockPaths;
  const double* const month = room.month_of(room.v.party);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V alive = Row(room.state(kAlive), p), accounts = Accounts(room, p);
    Put(room.state(kPot), p, accounts);
    Put(room.state(kAvailable), p, accounts);
    Put(room.state(kWeight), p, hn::Mul(alive, hn::Sub(Row(before, p), Row(now, p))));
    Put(room.state(kSampled), p,
        hn::IfThenElseZero(hn::Eq(Row(month, p), Num(static_cast<double>(k))), alive));
  }
  Settle(room, k, kOwed);
}

// What customers, the market and guarantors of capacity pay in month k.
void Collect(const Room& room, std::size_t k) {
  const std::size_t row = k * kBlockPaths;
  const double month = static_cast<double>(k);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V revenue = Zero(), contracted = Zero();
    for (const auto& lot : room.v.lots)
      revenue = hn::MulAdd(Num(lot.free_hours[k]), Row(room.a.spot[lot.rent] + row, p), revenue);
    for (const auto& offtake : room.v.offtakes) {
      if (!(offtake.lost_hours[k] > 0)) continue;
      const V lost = Row(room.month_of(offtake.customer), p), now = Num(month);
      const M relet = hn::Ge(now, hn::Add(lost, Num(offtake.relet_months)));
      const V spot = hn::IfThenElseZero(
          relet, hn::Mul(Num(offtake.lost_hours[k]), Row(room.a.spot[offtake.rent] + row, p)));
      const M lives = hn::Lt(now, lost);
      revenue = hn::Add(revenue, hn::IfThenElse(lives, Num(offtake.revenue[k]), spot));
      contracted = hn::Add(contracted, hn::IfThenElseZero(lives, Num(offtake.revenue[k])));
    }
    Put(room.state(kRevenue), p, revenue);
    Put(room.state(kContracted), p, contracted);
  }
}

// A backstop buys the hours that nobody rents, at its price, up to its cap.
void BuyUnsold(const Room& room, std::size_t g, std::size_t k) {
  const GuaranteePlan& plan = room.v.guarantees[g];
  if (plan.kind != GuaranteeKind::capacity || static_cast<int>(k) > plan.last_month) return;
  const std::size_t row = k * kBlockPaths;
  const V month = Num(static_cast<double>(k));
  const V liquidity = Num(room.v.tranches.empty() ? 1.0 : room.terms(0, k).present_factor);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V hours = Zero();
    for (std::size_t l = 0; l < room.v.lots.size(); ++l) {
      const auto& lot = room.v.lots[l];
      const V idle = hn::Sub(Num(1.0), Row(room.a.utilization[lot.hardware] + row, p));
      hours = hn::MulAdd(Num(plan.lots[l] * lot.free_hours[k]), idle, hours);
    }
    const M stands = hn::Gt(Row(room.month_of(plan.guarantor), p), month);
    const V bought = hn::Mul(Num(plan.price * plan.share), hours);
    const V paid = hn::IfThenElseZero(stands, hn::Min(Row(room.guarantee(g, kCapLeft), p), bought));
    const V living = hn::Mul(Row(room.state(kAlive), p), Row(room.a.survival + row, p));
    double* const cap_left = room.guarantee(g, kCapLeft);
    Put(cap_left, p, hn::Sub(Row(cap_left, p), paid));
    Add(room.state(kRevenue), p, paid);
    double* const worth = room.a.guaranteed + g * kBlockPaths;
    const V discounted = hn::Mul(hn::Mul(living, Row(room.a.discount + row, p)), liquidity);
    Put(worth, p, hn::MulAdd(discounted, paid, Row(worth, p)));
  }
}

// What each tranche is due in month k.
void SetDues(const Room& room, std::size_t k) {
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const TranchePlan& plan = room.v.tranches[t];
    const TrancheMonth& month = plan.months[k];
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      V floating = Zero();
      V share =
          hn::MulAdd(Row(room.state(kStep), p), Num(month.accrual), Num(month.fixed_interest));
      if (month.floating_base > 0) {
        const V gross = Row(room.a.gross + static_cast<std::size_t>(month.fixing) * kBlockPaths, p);
        const V forward =
            hn::Max(hn::MulSub(Num(month.gross_ratio), gross, Num(1.0)), Num(month.floor));
        floating = hn::Mul(Num(month.floating_base), hn::Add(forward, Num(month.margin)));
      }
      Put(room.tranche(t, kFloating), p, floating);
      share = hn::Add(share, floating);
      const V owed = Row(room.tranche(t, kOwed), p), interest = hn::Mul(owed, share);
      const V in_kind = hn::Mul(Num(plan.payment_in_kind), interest);
      Put(room.tranche(t, kInKind), p, in_kind);
      Put(room.tranche(t, kInterest), p, hn::Add(hn::Sub(interest, in_kind), Num(month.fee)));
      Put(room.tranche(t, kPrincipal), p, hn::Mul(owed, Num(month.repaid)));
      Put(room.tranche(t, kSwept), p, Zero());
    }
  }
}

// Pays `need` from the month's cash, then from what was trapped, then from the accounts that cover
// it; the rest is unpaid.
HWY_INLINE void Pay(const Room& room, unsigned item, std::size_t p, V need) {
  const auto take = [&need, p](double* from) HWY_ATTR {
    const V held = Row(from, p), paid = hn::Min(need, Positive(held));
    Put(from, p, hn::Sub(held, paid));
    need = hn::Sub(need, paid);
  };
  take(room.state(kCash));
  take(room.state(kTrap));
  for (std::size_t r = 0; r < room.v.reserves.size(); ++r)
    if ((room.v.reserves[r].covers & item) != 0) take(room.reserve(r));
  Add(room.state(kUnpaid), p, need);
}

void FillReserve(const Room& room, std::size_t r, std::size_t k) {
  double *const account = room.reserve(r), *const cash = room.state(kCash);
  const V target = Num(room.v.reserves[r].target[k]);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    // Above the target is set free; below it is filled.
    const V both = hn::Add(Row(account, p), Row(cash, p));
    const V kept = hn::Min(target, both);
    Put(account, p, kept);
    Put(cash, p, hn::Sub(both, kept));
  }
}

void TrapCash(const Room& room) {
  double *const trap = room.state(kTrap), *const cash = room.state(kCash);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V both = hn::Add(Row(trap, p), Row(cash, p));
    const M on = hn::Gt(Row(room.state(kTrapped), p), Zero());
    Put(trap, p, hn::IfThenElseZero(on, both));
    Put(cash, p, hn::IfThenZeroElse(on, both));
  }
}

void Sweep(const Room& room, std::size_t t) {
  double* const cash = room.state(kCash);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V share = hn::Max(Row(room.state(kSweepShare), p), Num(room.v.tranches[t].cash_sweep));
    const V owed = hn::Sub(Row(room.tranche(t, kOwed), p), Row(room.tranche(t, kPrincipal), p));
    const V swept = hn::Min(hn::Mul(share, Row(cash, p)), Positive(owed));
    Add(room.tranche(t, kSwept), p, swept);
    Put(cash, p, hn::Sub(Row(cash, p), swept));
  }
}

// Everything a step of the waterfall takes from the month's cash.
void RunStep(const Room& room, const CashStepPlan& step, std::size_t k) {
  const VehiclePlan& v = room.v;
  switch (step.step) {
    case CashStep::operating_cost:
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        V cost = Zero();
        for (const auto& lot : v.lots) {
          const double* const moves = room.a.cost[lot.hardware];
          const V own = Num(lot.operating_cost[k]);
          cost =
              hn::Add(cost, moves == nullptr ? own : hn::Mul(own, Row(moves + k * kBlockPaths, p)));
        }
        Pay(room, kOperatingCostItem, p, cost);
        Add(room.state(kOperating), p, cost);
      }
      break;
    case CashStep::fee: {
      const FeePlan& fee = v.fees[step.part];
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        const V due =
            hn::MulAdd(Num(fee.rate_per_month), Row(room.state(kBefore), p), Num(fee.amount[k]));
        Pay(room, kFeeItem, p, due);
        Add(room.state(kOperating), p, due);
      }
      break;
    }
    case CashStep::interest:
    case CashStep::principal: {
      const std::size_t row = step.step == CashStep::interest ? kInterest : kPrincipal;
      const double* const due = room.tranche(step.part, row);
      const double from_cash = v.tranches[step.part].months[k].from_cash;
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        Pay(room, kDebtServiceItem, p, hn::Mul(Num(from_cash), Row(due, p)));
        Add(room.state(kService), p, Row(due, p));
      }
      break;
    }
    case CashStep::reserve:
      if (v.pays[k]) FillReserve(room, step.part, k);
      break;
    case CashStep::cash_trap:
      if (v.pays[k]) TrapCash(room);
      break;
    case CashStep::cash_sweep:
      if (v.pays[k]) Sweep(room, step.part);
      break;
    case CashStep::distribution:
      if (!v.pays[k]) break;
      for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
        Add(room.state(kDistributed), p, Row(room.state(kCash), p));
        Put(room.state(kCash), p, Zero());
      }
      break;
  }
}

// After the last payment what the accounts hold is the owner's.
void Release(const Room& room) {
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    Add(room.state(kDistributed), p, Accounts(room, p));
    Put(room.state(kCash), p, Zero());
    Put(room.state(kTrap), p, Zero());
    for (std::size_t r = 0; r < room.v.reserves.size(); ++r) Put(room.reserve(r), p, Zero());
  }
}

// Kills the paths of `fails` in month k, with what the accounts hold (kAvailable).
HWY_INLINE void Fail(const Room& room, std::size_t k, std::size_t p, M fails, V available) {
  const V weight = Row(room.a.survival + k * kBlockPaths, p);
  const V killed = hn::IfThenElseZero(fails, Row(room.state(kAlive), p));
  const M in_time = hn::Gt(Row(room.month_of(room.v.party), p), Num(static_cast<double>(k)));
  Put(room.state(kWeight), p, hn::Mul(killed, weight));
  Put(room.state(kSampled), p, hn::IfThenElseZero(in_time, killed));
  Put(room.state(kAvailable), p, available);
  Put(room.state(kAlive), p, hn::Sub(Row(room.state(kAlive), p), killed));
}

// A month's dues that nothing pays are a default at t_k: the accounts as they stood at its opening
// and the month's cash go to the claims.
void ShortfallDefaults(const Room& room, std::size_t k) {
  bool any = false;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V revenue = Row(room.state(kRevenue), p), cost = Row(room.state(kOperating), p);
    const V earned = Positive(hn::Sub(revenue, cost));
    const M fails = hn::And(hn::Gt(Row(room.state(kUnpaid), p), Zero()),
                            hn::Gt(Row(room.state(kAlive), p), Zero()));
    any = any || !hn::AllFalse(Tag(), fails);
    const V available = hn::Add(Row(room.state(kPot), p), earned);
    const V out = hn::Add(available, hn::Min(revenue, cost));
    Fail(room, k, p, fails, available);
    Add(room.state(kOutflow), p, hn::IfThenElseZero(fails, out));
  }
  if (any) Settle(room, k, kOwed);
}

// Payments of the living, and what is owed after them.
void BookPayments(const Room& room, std::size_t k) {
  const double* const survival = room.a.survival + k * kBlockPaths;
  const double* const discount = room.a.discount + k * kBlockPaths;
  for (std::size_t t = 0; t < room.v.tranches.size(); ++t) {
    const V timing = Num(room.v.tranches[t].months[k].timing);
    const V floating_timing = Num(room.v.tranches[t].months[k].floating_timing);
    const V fee = Num(room.v.tranches[t].months[k].fee);
    double *const owed = room.tranche(t, kOwed), *const value = room.sample(t, kPresentValue);
    for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
      const V living = hn::Mul(Row(room.state(kAlive), p), Row(survival, p));
      const V interest = Row(room.tranche(t, kInterest), p);
      const V principal =
          hn::Add(Row(room.tranche(t, kPrincipal), p), Row(room.tranche(t, kSwept), p));
      const V paid = hn::Add(interest, principal);
      if (room.a.prices) {
        // Interest at a forward rate may be paid on other days of the month than the rest.
        const V cash_part = Num(1.0 - room.v.tranches[t].payment_in_kind);
        const V floating =
            hn::Mul(hn::Mul(Row(room.tranche(t, kFloating), p), cash_part), Row(owed, p));
        const V timed =
            hn::MulAdd(floating, hn::Sub(floating_timing, timing), hn::Mul(timing, paid));
        Put(value, p, hn::MulAdd(hn::Mul(living, Row(discount, p)), timed, Row(value, p)));
      }
      Put(owed, p,
          Positive(hn::Add(hn::Sub(Row(owed, p), principal), Row(room.tranche(t, kInKind), p))));
      double* const sums[3] = {room.months(t, k, kSurvival, p), room.months(t, k, kVariable, p),
                               room.months(t, k, kRepaid, p)};
      Add(sums[0], 0, living);
      Put(sums[1], 0, hn::MulAdd(living, hn::Sub(interest, fee), Row(sums[1], 0)));
      Put(sums[2], 0, hn::MulAdd(living, principal, Row(sums[2], 0)));
      // What was set aside before the valuation date is none of the run's cash.
      const V cash = hn::MulAdd(Num(room.v.tranches[t].months[k].from_cash),
                                hn::Sub(paid, Row(room.tranche(t, kSwept), p)),
                                Row(room.tranche(t, kSwept), p));
      Add(room.state(kOutflow), p, hn::Mul(Row(room.state(kAlive), p), cash));
    }
  }
  const double liquidity = room.terms(0, k).present_factor;
  double* const equity = room.a.vehicle_samples + kDistributions * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const V alive = Row(room.state(kAlive), p), given = Row(room.state(kDistributed), p);
    const V discounted =
        hn::Mul(hn::Mul(alive, Row(survival, p)), hn::Mul(Row(discount, p), Num(liquidity)));
    Put(equity, p, hn::MulAdd(discounted, given, Row(equity, p)));
    Add(room.state(kOutflow), p, hn::Mul(alive, hn::Add(given, Row(room.state(kOperating), p))));
  }
}

// True where the covenant is in breach at t_k.
HWY_INLINE M Breached(const Room& room, const CovenantPlan& covenant, std::size_t k,
                      std::size_t p) {
  const V limit = Num(covenant.limit);
  const bool at_least = covenant.at_least;
  const auto fails = [at_least](V measured, V bound) HWY_ATTR {
    return at_least ? hn::Lt(measured, bound) : hn::Gt(measured, bound);
  };
  switch (covenant.test) {
    case CovenantTest::debt_service_coverage_ratio: {
      V cash = Zero(), service = Zero();
      for (int i = 0; i < covenant.window; ++i) {
        const std::size_t month = k - static_cast<std::size_t>(i);
        cash = hn::Add(cash, Row(room.window(month, kWindowCash), p));
        service = hn::Add(service, Row(room.window(month, kWindowService), p));
      }
      return hn::And(hn::Gt(service, Zero()), fails(cash, hn::Mul(limit, service)));
    }
    case CovenantTest::loan_to_value: {
      // The last payment is made or refinanced against the collateral: tested before it.
      const bool last = static_cast<int>(k) == room.v.months && !room.v.outlives_horizon;
      const V debt = Row(room.state(last ? kBefore : kDebt), p);
      return fails(debt, hn::Mul(limit, Row(room.a.tested + k * kBlockPaths, p)));
    }
    case CovenantTest::loan_to_cost:
      return fails(Row(room.state(kDebt), p), Num(covenant.limit * covenant.cost));
    case CovenantTest::contract_realization: {
      double agreed = 0;
      for (const auto& offtake : room.v.offtakes) agreed += offtake.agreed[k];
      return hn::And(hn::Gt(Num(agreed), Zero()),
                     fails(Row(room.state(kContracted), p), Num(covenant.limit * agreed)));
    }
    case CovenantTest::liquidity:
      return fails(Accounts(room, p), limit);
    case CovenantTest::party_default:
      return hn::Le(Row(room.month_of(covenant.party), p), Num(static_cast<double>(k)));
  }
  return hn::Gt(Zero(), Num(1.0));
}

// Tests at t_k; consequences act from the next month on, an event of default at once.
void RunTests(const Room& room, std::size_t k) {
  const double month = static_cast<double>(k);
  for (std::size_t c = 0; c < room.v.covenants.size(); ++c) {
    const CovenantPlan& covenant = room.v.covenants[c];
    double *const active = room.covenant(c, kActive), *const passes = room.covenant(c, kPasses);
    double* const since = room.covenant(c, kSince);
    std::uint64_t* const word = room.a.breaches + c * (room.a.steps + 1) + k;
    *word = 0;
    for (std::size_t p = 0; p < kBlockPaths && covenant.tested[k]; p += kWidth) {
      const M breach = Breached(room, covenant, k, p);
      std::uint8_t bytes[8] = {};
      hn::StoreMaskBits(Tag(), breach, bytes);
      *word |= static_cast<std::uint64_t>(bytes[0]) << p;
      const V passed = hn::IfThenZeroElse(breach, hn::Add(Row(passes, p), Num(1.0)));
      Put(passes, p, passed);
      const M released = hn::Ge(passed, Num(covenant.release_tests));
      const M was = hn::Gt(Row(active, p), Zero());
      Put(since, p, hn::IfThenElse(hn::And(breach, hn::Not(was)), Num(month), Row(since, p)));
      Put(active, p,
          hn::IfThenElse(breach, Num(1.0), hn::IfThenZeroElse(released, Row(active, p))));
    }
  }
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    V step = Zero(), sweep = Zero(), trap = Zero();
    for (std::size_t c = 0; c < room.v.covenants.size(); ++c) {
      const CovenantPlan& covenant = room.v.covenants[c];
      const V active = Row(room.covenant(c, kActive), p);
      if ((covenant.consequences & kMarginStepUp) != 0)
        step = hn::MulAdd(active, Num(covenant.step_up), step);
      if ((covenant.consequences & kCashSweep) != 0)
        sweep = hn::Max(sweep, hn::Mul(active, Num(covenant.sweep_share)));
      if ((covenant.consequences & kCashTrap) != 0) trap = hn::Max(trap, active);
    }
    Put(room.state(kStep), p, step);
    Put(room.state(kSweepShare), p, sweep);
    Put(room.state(kTrapped), p, trap);
  }
}

// An uncured breach that is an event of default: the claim is what is owed at the month's end.
void CovenantDefaults(const Room& room, std::size_t k) {
  bool ends = false;
  for (const auto& covenant : room.v.covenants)
    ends = ends || (covenant.consequences & kEventOfDefault) != 0;
  if (!ends) return;
  bool any = false;
  const V month = Num(static_cast<double>(k));
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    const M owes = hn::And(hn::Gt(Row(room.state(kDebt), p), Zero()),
                           hn::Gt(Row(room.state(kAlive), p), Zero()));
    M fails = hn::Gt(Zero(), Num(1.0));
    for (std::size_t c = 0; c < room.v.covenants.size(); ++c) {
      const CovenantPlan& covenant = room.v.covenants[c];
      if ((covenant.consequences & kEventOfDefault) == 0) continue;
      const V for_months = hn::Sub(month, Row(room.covenant(c, kSince), p));
      fails = hn::Or(fails, hn::And(hn::Gt(Row(room.covenant(c, kActive), p), Zero()),
                                    hn::Ge(for_months, Num(covenant.cure_months))));
    }
    fails = hn::And(fails, owes);
    any = any || !hn::AllFalse(Tag(), fails);
    const V accounts = Accounts(room, p);
    Fail(room, k, p, fails, accounts);
    Add(room.state(kOutflow), p, hn::IfThenElseZero(fails, accounts));
  }
  if (any) Settle(room, k, kOwed);
}

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
        const V owed =
            last ? hn::Add(Row(room.tranche(end, kPrincipal), p), Row(room.tranche(end, kSwept), p))
                 : Row(room.tranche(end, kOwed), p);
        debt = hn::Add(debt, owed);
      }
      const V floor = hn::Max(Row(worth, p), hn::Mul(debt, Num(1.0 / kLargestLoanToValue)));
      const V ratio =
          hn::IfThenElseZero(hn::Gt(debt, Zero()), hn::Div(debt, hn::Max(floor, Num(1e-300))));
      for (; first < end; ++first) {
        if (!room.v.value_observed) continue;
        double* const peak = room.sample(first, kPeakLoanToValue);
        Put(peak, p, hn::Max(Row(peak, p), ratio));
      }
    }
    V left = Zero();
    for (std::size_t t = 0; t < room.v.tranches.size(); ++t)
      left = hn::Add(left, Row(room.tranche(t, kOwed), p));
    Put(room.state(kDebt), p, left);
    const M pays =
        hn::And(hn::Gt(Row(room.state(kAlive), p), Zero()),
                hn::Gt(Row(room.month_of(room.v.party), p), Num(static_cast<double>(k))));
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
  }
}

void RunMonth(const Room& room, std::size_t k) {
  const VehiclePlan& v = room.v;
  HazardDefaults(room, k);
  Collect(room, k);
  for (std::size_t g = 0; g < v.guarantees.size(); ++g) BuyUnsold(room, g, k);
  SetDues(room, k);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    for (const std::size_t row : {kOperating, kUnpaid, kService, kDistributed})
      Put(room.state(row), p, Zero());
    Put(room.state(kBefore), p, Row(room.state(kDebt), p));
    Add(room.state(kCash), p, Row(room.state(kRevenue), p));
    Add(room.state(kInflow), p, hn::Mul(Row(room.state(kAlive), p), Row(room.state(kRevenue), p)));
  }
  for (const CashStepPlan& step : v.waterfall) RunStep(room, step, k);
  if (static_cast<int>(k) == v.months && !v.outlives_horizon) Release(room);
  if (v.default_on_shortfall) ShortfallDefaults(room, k);
  for (std::size_t p = 0; p < kBlockPaths; p += kWidth) {
    if (!v.default_on_shortfall)  // the borrower pays what the vehicle cannot
      Add(room.state(kInflow), p, hn::Mul(Row(room.state(kAlive), p), Row(room.state(kUnpaid), p)));
    const V cash = hn::Sub(Row(room.state(kRevenue), p), Row(room.state(kOperating), p));
    Put(room.window(k, kWindowCash), p, cash);
    Put(room.window(k, kWindowService), p, Row(room.state(kService), p));
  }
  BookPayments(room, k);
  Close(room, k);
  RunTests(room, k);
  CovenantDefaults(room, k);
}

void Start(const Room& room) {
  const VehiclePlan& v = room.v;
  std::fill_n(room.a.work, vehicle_work_rows(v) * kBlockPaths, 0.0);
  std::fill_n(room.a.samples, v.tranches.size() * room.samples * kBlockPaths, 0.0);
  std::fill_n(room.a.month_sums, v.tranches.size() * (room.a.steps + 1) * kMonthSums * kLanes, 0.0);
  std::fill_n(room.a.vehicle_samples, kVehicleSamples * kBlockPaths, 0.0);
  std::fill_n(room.a.guaranteed, v.guarantees.size() * kBlockPaths, 0.0);
  std::fill_n(room.state(kAlive), kBlockPaths, 1.0);
  for (std::size_t t = 0; t < v.tranches.size(); ++t) {
    const ContractPlan& contract = room.a.contracts[v.tranches[t].contract];
    std::fill_n(room.tranche(t, kOwed), kBlockPaths, contract.outstanding);
    for (std::size_t p = 0; p < kBlockPaths; ++p) room.state(kDebt)[p] += contract.outstanding;
    if (room.a.prices) std::fill_n(room.sample(t, kPresentValue), kBlockPaths, contract.day_zero);
  }
  for (std::size_t r = 0; r < v.reserves.size(); ++r) {
    std::fill_n(room.reserve(r), kBlockPaths, v.reserves[r].initial);
    for (std::size_t p = 0; p < kBlockPaths; ++p) room.state(kInflow)[p] += v.reserves[r].initial;
  }
  for (std::size_t g = 0; g < v.guarantees.size(); ++g)
    std::fill_n(room.guarantee(g, kCapLeft), kBlockPaths, v.guarantees[g].cap);
}

void RunVehicle(const VehicleArguments& a) {
  const Room room{a, *a.vehicle, sample_count(a.snapshot_count)};
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
  // As Room lays them out: its own rows, then tranches, accounts, covenants, guarantees, windows.
  constexpr std::size_t kOwn = 20, kTranche = 6, kCovenant = 3, kGuarantee = 2, kWindow = 2;
  return kOwn + v.tranches.size() * kTranche + v.reserves.size() + v.covenants.size() * kCovenant +
         v.guarantees.size() * kGuarantee + static_cast<std::size_t>(v.longest_window) * kWindow;
}

void run_vehicle(const VehicleArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(RunVehicle)(arguments);
}
}  // namespace lien::pricing
#endif
