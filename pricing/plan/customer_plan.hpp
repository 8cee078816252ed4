#pragma once

#include <cstdint>
#include <vector>

#include "pricing/contract/vehicle.hpp"
#include "pricing/plan/plan_indices.hpp"

// What customers and lessees of a vehicle pay and decide. Columns are [months + 1], money of the
// whole contract or of its part in one lot; kNone stands for nobody.
namespace lien::pricing {

// Rows of a lot under a lease: the month at whose end it is no longer the vehicle's; in which the
// lessee, its guarantor or a buyer pays for what becomes of it, kNever without; and the money.
enum LeaseRow : std::uint32_t {
  kLeaves = 0,
  kPaidIn,
  kPaid,
  kLeaseRows,
  // Of a lease with a deposit or options of its lessee besides: the month of its end, as the lessee
  // chooses; in which a deposit pays what a default leaves open, kNever without, and the money; how
  // it ended (LeaseEnding) where its lessee lived to see it, else kNever; and what the options
  // bring the lessee, discounted.
  kEnds = kLeaseRows,
  kCoveredIn,
  kCovered,
  kHow,
  kGained,
  kChoiceRows
};

// What becomes of one lot at the end of its lease: money of the lot.
struct LeasedLotPlan {
  std::uint32_t first_row = 0;  // into the block's rows of leases
  std::uint32_t lessee = kNone, guarantor = kNone;
  int end = 0;  // its month; after the vehicle's last: nothing is decided
  EndOption option = EndOption::none;
  bool relets = false;
  double price = 0, guaranteed = 0, return_cost = 0, holding_cost = 0;
  std::uint32_t lease_end = kNone;  // into Plan::lease_ends: what its lessee chooses
  // Where the term begins with the lot's delivery: the row of LeaseTermPlan that says by how many
  // months it is moved, `end` and `covered` with it; else kNone.
  std::uint32_t moved_row = kNone;
  // [months + 1] what a deposit pays of the claim of a default in the month; empty: there is none.
  std::vector<double> covered{};
  [[nodiscard]] bool has_choice_rows() const noexcept {
    return lease_end != kNone || !covered.empty();
  }
};

// Rows of a lot whose delivery the path decides, in months after today: when it enters service,
// kNever where nobody pays for it; the month whose draw pays for it, 0 without draws, kNever where
// they lapse.
enum DeliveryRow : std::uint32_t { kDelivered = 0, kPaidFor, kDeliveryRows };

// By month, [months + 1]: of the month's hours that an agreement or a lot has from the day agreed
// on, the share min(1, max(0, whole - lost x)) is served where the lot enters service a part x into
// the month.
struct ServedShare {
  std::vector<double> whole, lost;
};

// The hours of one lot under one offtake contract or lease.
struct OfftakePlan {
  std::uint32_t rent = 0, customer = kNone;  // rent: as its lot's
  double relet_months = 0;
  // What the contract adds to a sale while the customer lives: into Plan::step_ins.
  std::uint32_t lot = 0, step_in = kNone;
  std::uint32_t place = 0;  // of its lot, in the vehicle's lots
  double step_in_units = 0, step_in_rate = 0;
  int bought = 0;           // as its lot
  bool net = false;         // the customer pays the cost of its hours
  std::uint32_t payer = 0;  // number of its customer among the vehicle's, where a test asks
  // Rows of a customer that decides, among the block's: from which month on it pays nothing, and
  // of a renewal the rent that `revenue` and `agreed` are multiplied with, 0 where it is not taken:
  // the hours are then let at the market's rent at once. kNone: by its default alone; always taken.
  std::uint32_t gone_row = kNone, rent_row = kNone;
  int decided = 0;      // of a renewal: at the end of which month it is taken or not
  bool chosen = false;  // a lease whose lessee chooses its end, or the extension of one
  // Of such a lease: rent in advance due in the month, which an early end in it saves.
  std::vector<double> saved{};
  std::vector<double> revenue;     // while the customer lives, with the operating cost it pays
  std::vector<double> lost_hours;  // let at the market's rent once the customer is lost
  std::vector<double> agreed;      // revenue if all were delivered and accepted
  std::vector<double> credited;    // rent that an advance has paid; empty: none
  std::vector<double> borne;  // renewed at the market's rent: operating cost it pays; else empty
  // Of a lot whose delivery the path decides: its first row of deliveries; what is then served of
  // the columns above, which are those of the day agreed; and revenue and lost_hours by schedule,
  // on the mean delivery.
  std::uint32_t delivery = kNone;
  ServedShare served{};
  std::vector<double> expected_revenue{}, expected_hours{};
  // Of a contract that is paid in advance, of lots of which the path delivers some: the first of
  // its rows of shares of rent that are credited, one a month, among the deliveries; and the rent
  // in `revenue`, which is then without credits. `credited` is empty. kNone: none of this.
  std::uint32_t advance = kNone;
  std::vector<double> advanced_rent{};
  // Of a lease whose term begins with its lot's delivery: its first row of payments, one a month
  // among the deliveries, then as many of hours; they stand for revenue, agreed and lost_hours,
  // which are those of the day agreed, and `delivery` is kNone. kNone: the lease has its days.
  std::uint32_t term = kNone;
};

// By schedule, whether the path decides the delivery or not.
[[nodiscard]] inline const std::vector<double>& scheduled_revenue(const OfftakePlan& offtake) {
  const bool by_path =
      offtake.delivery != kNone || offtake.advance != kNone || offtake.term != kNone;
  return by_path ? offtake.expected_revenue : offtake.revenue;
}
[[nodiscard]] inline const std::vector<double>& scheduled_hours(const OfftakePlan& offtake) {
  const bool by_path = offtake.delivery != kNone || offtake.term != kNone;
  return by_path ? offtake.expected_hours : offtake.lost_hours;
}

// Rows of a customer that decides: the month from which it pays nothing; from which its contract is
// nothing that a buyer would count on; in which it gave notice; in which it pays the fee; from
// which its guarantor pays the rent, up to kGone; in which that one pays the fee instead. kNever
// without.
enum CustomerRow : std::uint32_t {
  kGone = 0,
  kStanding,
  kNotice,
  kFeeMonth,
  kStepsIn,
  kStepFee,
  kCustomerRows
};

// What a customer decides of one contract, whoever owns the vehicle by then: it leaves, and renews.
struct CustomerPlan {
  // The hours of one lot, zero before the contract holds there; the operating cost of an hour, zero
  // where the vehicle pays it; by term the agreed rent of an hour, in a month and on the first day:
  // of a renewal at the market's rent over that rent.
  struct Lot {
    std::uint32_t hardware = 0, segment = kNone;
    std::vector<double> hours, cost;
    std::vector<std::vector<double>> rates;
    std::vector<double> first_rates;
    // By term, from a month on: what is left of its rent and hours in the run, and of the
    // operating cost borne beside the rent. Where it is backed.
    std::uint32_t spot = 0;  // as OfftakePlan::rent
    std::vector<std::vector<double>> rent_left, hours_left, borne_left;
  };
  // The agreed one, then renewals.
  struct Term {
    int first = 0, last = 0;         // months with its first and last hour
    std::uint32_t rent_row = kNone;  // of the first lot, the others follow; agreed term: none
  };
  std::uint32_t party = kNone, first_row = 0;
  bool may_leave = false, at_market = false;
  double stays_up_to = 1;  // contract's rent over the market's
  int notice_months = 0;
  int cancelled = -1;  // a scenario's: last month in which it pays; below 0: it is none
  double fee = 0;
  // Who pays a fee or takes the contract over when the customer defaults.
  std::uint32_t guarantor = kNone;
  int guaranteed_to = 0;  // last month of a call
  double guarantors_fee = 0;
  std::vector<Lot> lots;
  std::vector<Term> terms;
};

}  // namespace lien::pricing
