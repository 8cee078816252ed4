#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tests/pricing/plain_lease_end.hpp"
#include "tests/pricing/vehicle_paths.hpp"

// Leases inside vehicles: as offtakes where they are nothing else, by hand where rents are certain,
// and path by path what becomes of the lot.
namespace lien::pricing {
namespace {

using Ran = VehiclePaths;

VehicleLease lease_of(int months) {
  VehicleLease out;
  out.id = "lease";
  out.lessee = "customer";
  out.lots = {"lot"};
  out.start = kSampleDate;
  out.end = month(months);
  out.rent = 20000;
  out.timing = RentTiming::arrears;
  out.net = true;
  return out;
}

Book book_of(const std::vector<VehicleLease>& leases) {
  Book book = rich_vehicle("multiple", 0.3);
  book.vehicles[0].leases = leases;
  return book;
}

double cost(int k) { return kHours * 0.3 * std::exp(0.025 * k / 12); }

// What the lease makes of the vehicle's cash on one path, over no lease at all, discounted.
double over_no_lease(const Ran& ran, const VehicleLease& lease, int ends, std::size_t p) {
  constexpr int kLag = 6;
  const double dies = ran.dies(1, p);
  const double fails = lease.residual_guarantor.empty() ? dies : ran.dies(2, p);
  const int every = static_cast<int>(lease.frequency);
  const bool advance = lease.timing == RentTiming::advance;
  double sum = 0, gone = 1e9;  // month at whose end the units are no longer the vehicle's
  for (int k = 1; k <= kEnd; ++k) {
    double cash = 0;
    const bool lives = k < dies;
    if (lives && k <= ends && (advance ? k < ends : true) && k % every == 0)
      cash += lease.rent * std::pow(1 + lease.rent_growth, (advance ? k : k - every) / 12);
    if (lives && k <= ends && lease.net) cash += cost(k);
    // The market's rent: after the lease, or after a gap, while the units are there.
    if (k > ends && k <= gone) cash += kHours * ran.spot(1, k, p);
    if (k <= ends && !lives && lease.relets && k >= dies + lease.relet_months)
      cash += kHours * ran.spot(1, k, p);
    if (k <= gone) cash -= cost(k);
    if (dies <= ends && !lease.relets && k == dies + kLag) {
      cash += std::max(0.0, 0.9 * ran.worth(k, p) - 10 * lease.return_cost - 10 * 2.0 * kLag);
      gone = k;
    }
    if (dies > ends && k == ends) {
      const double floor = fails > ends ? lease.guaranteed_residual : 0;
      const PlainLeaseEnd end = plain_lease_end(lease, ran.worth(k, p), floor);
      cash += end.cash;
      gone = end.stays ? 1e9 : k;
    }
    sum += discount(k) * (cash - (kHours * ran.spot(1, k, p) - cost(k)));
  }
  return sum;
}

struct LeaseCase {
  EndOption option;
  bool relets;
  double guaranteed;
  bool third_party;
  RentTiming timing;
  Frequency frequency;
};

TEST(VehicleLeases, BecomeAsIsWrittenPathByPath) {
  using E = EndOption;
  using F = Frequency;
  const auto arrears = RentTiming::arrears, advance = RentTiming::advance;
  for (const LeaseCase& c : {LeaseCase{E::none, true, 0, false, arrears, F::monthly},
                             LeaseCase{E::none, true, 190000, true, advance, F::quarterly},
                             LeaseCase{E::none, false, 150000, true, arrears, F::quarterly},
                             LeaseCase{E::none, false, 200000, false, advance, F::monthly},
                             LeaseCase{E::fixed_price, true, 0, false, arrears, F::quarterly},
                             LeaseCase{E::fixed_price, false, 140000, true, arrears, F::monthly},
                             LeaseCase{E::fair_market_value, true, 0, false, arrears, F::monthly},
                             LeaseCase{E::one_dollar, false, 0, false, advance, F::monthly}})
    for (const std::uint64_t number : {0, 4}) {
      VehicleLease lease = lease_of(15);
      lease.end_option = c.option;
      lease.relets = c.relets;
      lease.guaranteed_residual = c.guaranteed;
      if (c.third_party) lease.residual_guarantor = "guarantor";
      lease.timing = c.timing;
      lease.frequency = c.frequency;
      lease.rent = 20000.0 * static_cast<int>(c.frequency);
      lease.rent_growth = 0.06;
      lease.return_cost = c.relets ? 0 : 250;
      if (c.option == E::fixed_price) lease.option_price = 165000;
      const Ran ran(certain_rates(), book_of({lease}), number),
          without(certain_rates(), book_of({}), number);
      double expected = 0;
      for (std::size_t p = 0; p < engine::kBlockPaths; ++p)
        expected += over_no_lease(ran, lease, 15, p);
      EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity())
          << static_cast<int>(c.option) << c.relets << ' ' << number;
      ran.expect_balanced();
    }
}

// A monthly rent in arrears that is kept to the end is an offtake's.
TEST(VehicleLeases, ThatLetAgainAreOfftakes) {
  VehicleLease lease = lease_of(20);
  lease.relets = true;
  lease.relet_months = 4;
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = "customer";
  offtake.lots = {"lot"};
  offtake.rental_rate = 20000 / kHours;
  offtake.end = month(20);
  offtake.relet_months = 4;
  offtake.net = true;
  Book other = book_of({});
  other.vehicles[0].offtakes = {offtake};
  const Ran x(certain_rates(), book_of({lease}), 2), y(certain_rates(), other, 2);
  EXPECT_NEAR(x.equity(), y.equity(), 1e-12 * y.equity());
}

// What a lessee has bought is no cost that a loan may be tested against.
TEST(VehicleLeases, LotsThatAreGoneAreInNoTest) {
  Market market = certain_rates();
  market.parties[1].hazard = {{1}, {0.0}};
  market.parties[1].scarcity_loading = 0;
  VehicleLease lease = lease_of(6);
  lease.end_option = EndOption::one_dollar;
  Book book = book_of({lease});
  book.vehicles[0].lots[1].purchase_price = 0;
  Covenant covenant;
  covenant.id = "cost";
  covenant.test = CovenantTest::loan_to_cost;
  covenant.max = 0.5;
  book.vehicles[0].covenants = {covenant};
  const Ran ran(market, book, 0);
  for (int k = 1; k < kEnd; ++k)
    EXPECT_EQ(ran.b.test(0, k, kInBreach), k < 6 ? 0U : engine::kBlockPaths) << k;
}

// A loan on a lot that is sold before its lender sells it: the price, or nothing once it was paid.
TEST(VehicleLeases, TheLenderSellsWhatIsLeft) {
  Market market = certain_rates();
  for (Party& party : market.parties) {
    party.hazard = {{1}, {0.0}};
    party.scarcity_loading = 0;
  }
  market.parties[0].hazard = {{1}, {0.5}};
  VehicleLease lease = lease_of(10);
  lease.end_option = EndOption::fixed_price;
  lease.option_price = 30000;
  Book sold = book_of({lease});
  Book kept = sold;
  kept.vehicles[0].leases[0].end_option = EndOption::none;
  kept.vehicles[0].leases[0].relets = true;
  for (Book* book : {&sold, &kept}) {
    book->vehicles[0].borrower = book->loans[0].borrower = "borrower";
    book->vehicles[0].recourse = Recourse::full;
    book->vehicles[0].lots.resize(1);
    book->loans[0].principal = 150000;
    book->loans[0].amortization = Amortization::bullet;
  }
  const Ran x(market, sold, 1), y(market, kept, 1);
  const auto recovered = [](const Ran& ran, int k) {
    return ran.b.sum(ran.b.layout.contract_month(0, static_cast<std::size_t>(k), kRecovery));
  };
  const auto defaults = [&x](int k) {  // weight of those in month k
    double weight = 0;
    for (std::size_t p = 0; p < engine::kBlockPaths; ++p)
      weight += x.b.rows.row(x.stages.survival_series(0), k - 1)[p] -
                x.b.rows.row(x.stages.survival_series(0), k)[p];
    return weight;
  };
  // Sales of months up to 9 are of the lot. Then a default before month 10 brings the price, less
  // what a sale costs; in month 10 the price is the estate's, and later there is nothing.
  const double own = market.parties[0].recovery, net = 30000 - 5000 - 10 * 2.0 * 6;
  for (int k = 7; k <= kEnd + 6; ++k) {
    if (k < 10) {
      EXPECT_NEAR(recovered(x, k), recovered(y, k), 1e-9 * recovered(y, k)) << k;
      continue;
    }
    const int of = k - 6;
    const double sale = of < 10 ? net : 0, claim = of == 10 ? 120000 : 150000;
    const double expected =
        (sale + own * (claim - sale)) * defaults(of) + (k == 10 ? 30000 * defaults(10) : 0.0);
    EXPECT_NEAR(recovered(x, k), expected, 1e-9 * expected) << k;
  }
}

}  // namespace
}  // namespace lien::pricing
