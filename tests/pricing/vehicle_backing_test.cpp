#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/pricing/vehicle_paths.hpp"

// Who stands behind a vehicle's customers: a lessee of last resort, and a guarantor that pays a fee
// or takes the contract over. Path by path, written once more.
namespace lien::pricing {
namespace {

constexpr int kTerm = 18, kGap = 3;
constexpr double kRate = 2.4;

Offtake offtake() {
  Offtake out;
  out.id = "o";
  out.customer = "customer";
  out.lots = {"lot"};
  out.rental_rate = kRate;
  out.end = month(kTerm);
  out.relet_months = kGap;
  return out;
}
Guarantee guarantee(GuaranteeKind kind) {
  Guarantee out;
  out.id = "g";
  out.kind = kind;
  out.guarantor = "guarantor";
  out.lots = {"lot"};
  return out;
}
Book book_of(const Offtake& offtake, const std::vector<Guarantee>& guarantees) {
  Book book = rich_vehicle("multiple", 0.0);
  book.vehicles[0].offtakes = {offtake};
  book.vehicles[0].guarantees = guarantees;
  return book;
}
// Customers default often.
Market risky() {
  Market market = certain_rates();
  market.parties[1].hazard = {{1}, {0.6}};
  return market;
}
double value(const VehiclePaths& ran) { return ran.b.sum(ran.b.layout.guarantee(0, 0)); }

// A customer that leaves, or defaults; the last lessee pays what its hours then earn less than the
// price, while it lives, up to its expiry and its cap.
TEST(Backing, TheLastLesseePaysWhatHoursEarnLess) {
  Offtake o = offtake();
  o.notice_months = 1;
  o.walk_away_ratio = 1.4;
  for (const unsigned triggers : {3U, 1U, 2U}) {
    Guarantee last = guarantee(GuaranteeKind::last_lessee);
    last.price = 1.9;
    last.share = 0.7;
    last.cap = 30000;
    last.expiry = month(16);
    last.triggers = triggers;
    const VehiclePaths ran(risky(), book_of(o, {last}), 3), without(risky(), book_of(o, {}), 3);
    double expected = 0;
    int calls = 0, capped = 0;
    for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
      const double dies = ran.dies(1, p);
      double gone = dies, leaves = 1e9, left = 30000;
      for (int k = 1; k + 2 <= kTerm && k < dies; ++k)
        if (leaves > k + 2 && kRate > 1.4 * ran.rent(1, k, p)) leaves = k + 2.0;
      gone = std::min(gone, leaves);
      for (int k = 1; k <= 16; ++k) {
        if (k < gone || ran.dies(2, p) <= k) continue;
        if ((triggers & (dies < leaves ? 1U : 2U)) == 0) continue;
        const double earned = k >= gone + kGap ? ran.spot(1, k, p) : 0;
        const double asked = 0.7 * kHours * std::max(0.0, 1.9 - earned);
        const double paid = std::min(left, asked);
        left -= paid;
        capped += paid < asked ? 1 : 0;
        expected += discount(k) * paid;
        calls += paid > 0 ? 1 : 0;
      }
    }
    EXPECT_GT(calls, 40) << triggers;
    EXPECT_GT(capped, 0) << triggers;
    EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity()) << triggers;
    EXPECT_NEAR(value(ran), expected, 1e-11 * expected) << triggers;
    ran.expect_balanced();
  }
}

// At the customer's default a living guarantor compares its fee with what is left of the contract
// over today's market.
TEST(Backing, TheGuarantorTakesWhatIsCheaper) {
  Guarantee backing = guarantee(GuaranteeKind::pay_or_step_in);
  backing.termination_fee = 50000;
  backing.expiry = month(15);
  const VehiclePaths ran(risky(), book_of(offtake(), {backing}), 4),
      without(risky(), book_of(offtake(), {}), 4);
  double expected = 0, paid = 0;
  int fees = 0, entries = 0;
  for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
    const double dies = ran.dies(1, p), fails = ran.dies(2, p);
    if (dies > 15 || fails <= dies) continue;
    const int d = static_cast<int>(dies);
    if ((kTerm - d + 1) * kHours * (kRate - ran.spot(1, d, p)) > 50000) {
      expected += discount(d) * 50000;
      paid += discount(d) * 50000;
      ++fees;
      continue;
    }
    ++entries;
    for (int k = d; k <= kTerm; ++k) {
      const double alone = k >= d + kGap ? ran.spot(1, k, p) : 0;
      const double again = k >= fails + kGap ? ran.spot(1, k, p) : 0;
      expected += discount(k) * kHours * ((k < fails ? kRate : again) - alone);
      if (k < fails) paid += discount(k) * kHours * kRate;
    }
  }
  EXPECT_GT(fees, 5);
  EXPECT_GT(entries, 5);
  EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity());
  EXPECT_NEAR(value(ran), paid, 1e-11 * paid);
  ran.expect_balanced();
}

// Of a net contract and its renewal the guarantor bears the operating cost too, and counts it.
TEST(Backing, TheGuarantorCountsTheCostItWouldBear) {
  Offtake o = offtake();
  o.end = month(4);
  o.net = true;
  o.renewal_months = 14;
  o.renewal_count = 1;
  Guarantee backing = guarantee(GuaranteeKind::pay_or_step_in);
  backing.termination_fee = 20000;
  Book book = book_of(o, {backing});
  book.vehicles[0].lots[0].operating_cost = 0.3;
  const VehiclePaths ran(risky(), book, 6);
  double paid = 0;
  int fees = 0, entries = 0, turned = 0;
  for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
    const double dies = ran.dies(1, p), fails = ran.dies(2, p);
    if (dies > 18 || fails <= dies) continue;
    const int d = static_cast<int>(dies);
    const double rate = d > 4 ? ran.rent(1, 4, p) : kRate;
    double over = 0, cost = 0, rents = 0;
    for (int k = d; k <= (d > 4 ? 18 : 4); ++k) {
      const double borne = kHours * 0.3 * std::exp(0.025 * k / 12);
      over += kHours * (rate - ran.spot(1, d, p));
      cost += borne;
      if (k < fails) rents += discount(k) * (kHours * rate + borne);
    }
    const bool fee = over + cost > 20000;
    (fee ? fees : entries) += 1;
    turned += fee && over <= 20000 ? 1 : 0;
    paid += fee ? discount(d) * 20000 : rents;
  }
  EXPECT_GT(fees, 5);
  EXPECT_GT(entries, 3);
  EXPECT_GT(turned, 2);
  EXPECT_NEAR(value(ran), paid, 1e-11 * paid);
}

// A renewal that the customer has taken is taken over too, at its own rent.
TEST(Backing, TheGuarantorStepsIntoARenewal) {
  Offtake o = offtake();
  o.end = month(4);
  o.renewal_months = 14;
  o.renewal_count = 1;
  Guarantee backing = guarantee(GuaranteeKind::pay_or_step_in);
  backing.termination_fee = 1e12;
  const VehiclePaths ran(risky(), book_of(o, {backing}), 5), without(risky(), book_of(o, {}), 5);
  double expected = 0;
  int entries = 0;
  for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
    const double dies = ran.dies(1, p), fails = ran.dies(2, p);
    if (dies > 18 || fails <= dies) continue;
    const bool renewed = dies > 4;
    entries += renewed ? 1 : 0;
    for (int k = static_cast<int>(dies); k <= (renewed ? 18 : 4); ++k) {
      const double rate = renewed ? ran.rent(1, 4, p) : kRate;
      const double alone = k >= dies + kGap ? ran.spot(1, k, p) : 0;
      const double again = k >= fails + kGap ? ran.spot(1, k, p) : 0;
      expected += discount(k) * kHours * ((k < fails ? rate : again) - alone);
    }
  }
  EXPECT_GT(entries, 10);
  EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity());
}

}  // namespace
}  // namespace lien::pricing
