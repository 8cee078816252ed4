#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "pricing/market/contract_inputs.hpp"
#include "tests/pricing/vehicle_paths.hpp"

// Over 400 lines on purpose: all cases are variations of one small vehicle.
// Customers of a vehicle that leave and renew: their decisions written once more, path by path, by
// quadrature and by hand.
namespace lien::pricing {
namespace {

using Ran = VehiclePaths;

Offtake contract(double rate, int months) {
  Offtake out;
  out.id = "o";
  out.customer = "customer";
  out.lots = {"lot"};
  out.rental_rate = rate;
  out.end = month(months);
  out.relet_months = 2;
  return out;
}

Book book_of(const std::vector<Offtake>& offtakes, const char* hardware = "multiple") {
  Book book = rich_vehicle(hardware, 0.0);
  book.vehicles[0].offtakes = offtakes;
  return book;
}

// Rents fall by a tenth a year, and nothing is random; nobody defaults.
Market certain_rents() {
  Market market = certain_rates();
  market.scarcity.reset();
  market.launches.clear();
  market.correlation = {};
  market.frontier = Frontier{-0.10, 0, 0, 0};
  for (Hardware& hardware : market.hardware) {
    hardware.line.clear();
    hardware.wear = 0;
    hardware.utilization = Utilization{0.5, false, 0, 0, 0};
  }
  for (Party& party : market.parties) {
    party.hazard = {{1}, {0.0}};
    party.scarcity_loading = 0;
  }
  return market;
}

// What the first customer of a vehicle without any other pays and leaves behind on one path, over
// what its hours would earn on the market, discounted. The rules of docs/model.md, told in order.
double over_market(const Ran& ran, const Offtake& o, std::size_t hardware, std::size_t p) {
  const double dies = ran.dies(1, p);
  const double ratio = o.walk_away_ratio.value_or(1.0);
  double gone = dies, notice = 1e9, rate = o.rental_rate, sum = 0;
  int ends = 0;  // month of the end of the running term
  while (month(ends) < o.end) ++ends;
  bool running = true;
  int renewals = 0, began = 0;  // month in which a renewal's rent was fixed
  for (int k = 1; k <= kEnd; ++k) {
    const double spot = ran.spot(hardware, k, p);
    // The month that ends on an anniversary is still of the year before; who decides at its end
    // looks at the year that begins.
    const double agreed = rate * std::pow(1 + o.growth, (k - 1 - began) / 12);
    const double asks = rate * std::pow(1 + o.growth, (k - began) / 12);
    double earns = 0;
    if (!running)
      earns = spot;
    else if (k < gone)
      earns = agreed * o.take_or_pay;
    else if (k >= gone + o.relet_months)
      earns = spot;
    if (running && k < gone && k == notice + o.notice_months.value_or(0))
      earns += o.termination_fee / kHours;
    sum += discount(k) * kHours * (earns - spot);
    const double market = ran.rent(hardware, k, p);
    if (running && o.notice_months && notice == 1e9 && k < gone &&
        k + *o.notice_months + 1 <= ends && asks > ratio * market) {
      notice = k;
      gone = std::min(gone, notice + *o.notice_months + 1.0);
    }
    if (!running || k != ends) continue;
    const double next = rate * std::pow(1 + o.growth, (ends - began) / 12);
    running =
        renewals < o.renewal_count && gone > k && (o.renews_at_market || next <= ratio * market);
    if (!running) continue;
    ++renewals;
    ends += o.renewal_months;
    if (o.renews_at_market) rate = market, began = k;
  }
  return sum;
}

Offtake leaving() {
  Offtake o = contract(2.6, 20);
  o.walk_away_ratio = 1.25;
  o.notice_months = 3;
  o.termination_fee = 4000;
  o.growth = 0.05;
  o.take_or_pay = 0.9;
  return o;
}
Offtake renewing(bool at_market) {
  Offtake o = contract(2.2, 7);
  o.renewal_months = 5;
  o.renewal_count = 3;
  o.renews_at_market = at_market;
  o.growth = 0.04;
  return o;
}

TEST(Customers, DecideAsIsWrittenPathByPath) {
  Offtake both = renewing(true);
  both.walk_away_ratio = 1.2;
  both.notice_months = 1;
  both.termination_fee = 900;
  Offtake stays = renewing(false);
  stays.walk_away_ratio = 1.3;
  for (const Offtake& o : {leaving(), renewing(false), renewing(true), both, stays})
    for (const std::uint64_t number : {0, 1, 5}) {
      const Ran ran(certain_rates(), book_of({o}), number),
          without(certain_rates(), book_of({}), number);
      double expected = 0, changed = 0;
      for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
        const double part = over_market(ran, o, 1, p);
        Offtake fixed = o;
        fixed.notice_months.reset();
        fixed.renewal_count = 0;
        changed += part != over_market(ran, fixed, 1, p) ? 1 : 0;
        expected += part;
      }
      EXPECT_GT(changed, 5);
      EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity())
          << o.renewal_count << ' ' << o.renews_at_market << ' ' << number;
      ran.expect_balanced();
    }
}

// Notice is given in the first month whose rent is under contract/ratio: a Gaussian walk on the
// monthly grid that crosses a level, by quadrature of what has not crossed yet.
TEST(Customers, GiveNoticeAtTheFirstPassageOfALognormalRent) {
  constexpr double kDrift = -0.15, kVolatility = 0.35;
  Market market = certain_rents();
  market.frontier = Frontier{kDrift, kVolatility, 0, 0};
  Offtake o = contract(2.6, kEnd);
  o.walk_away_ratio = 1.25;
  o.notice_months = 0;
  Book book = book_of({o});
  Covenant covenant;
  covenant.id = "leaves";
  covenant.test = CovenantTest::offtake_termination;
  book.vehicles[0].covenants = {covenant};

  constexpr int kCells = 4000, kBlocks = 96;
  const double barrier = std::log(2.6 / 1.25 / 2.35), high = barrier + 3, width = 3.0 / kCells;
  const double mean = kDrift / 12, deviation = kVolatility / std::sqrt(12.0);
  const auto density = [&](double z) {
    return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0)) / deviation;
  };
  std::vector<double> alive(kCells);
  const auto place = [&](int i) { return high - (i + 0.5) * width; };
  for (int i = 0; i < kCells; ++i) alive[i] = density((place(i) - mean) / deviation);
  std::vector<double> passed = {0};
  for (int k = 1; k < kEnd; ++k) {
    double left = 0;
    for (const double x : alive) left += x * width;
    passed.push_back(1 - left);
    std::vector<double> next(kCells, 0.0);
    const int reach = static_cast<int>(8 * deviation / width);
    std::vector<double> step(2 * reach + 1);
    for (int j = -reach; j <= reach; ++j)
      step[j + reach] = density((-j * width - mean) / deviation) * width;
    for (int i = 0; i < kCells; ++i)
      for (int j = std::max(0, i - reach); j <= std::min(kCells - 1, i + reach); ++j)
        next[j] += alive[i] * step[j - i + reach];
    alive = next;
  }
  std::vector<double> counted(kEnd + 1, 0.0);
  for (std::uint64_t number = 0; number < kBlocks; ++number) {
    const SimulatedBlock b(market, book, settings_of(kSampleDate), MeasureBasis::risk_neutral,
                           number);
    for (int k = 1; k <= kEnd; ++k) counted[k] += b.test(0, k, kInBreach);
  }
  const double paths = kBlocks * static_cast<double>(engine::kBlockPaths);
  for (const int k : {1, 3, 6, 12, 22}) {
    const double p = passed[static_cast<std::size_t>(k)];
    EXPECT_NEAR(counted[k] / paths, p, 4 * std::sqrt(p * (1 - p) / paths)) << k;
    EXPECT_GT(p, 0.05);
    EXPECT_LT(p, 0.95);
  }
  // From the last month with a rent to escape on nobody gives notice.
  EXPECT_EQ(counted[kEnd], counted[kEnd - 1]);
}

// Where rents are certain every decision can be told by hand: 2.35 e^{-0.1 t}, let half of the
// time.
double certain_rent(int k) { return 2.35 * std::exp(-0.10 * k / 12); }
double contract_sum(const Ran& ran, const Ran& without) {
  return (ran.equity() - without.equity()) / engine::kBlockPaths / kHours;
}

TEST(Customers, RenewAtTheSameRentWhereTheMarketAsksMore) {
  Offtake o = contract(2.1, 6);  // 2.235 at month 6, 2.126 at 12, 2.022 at 18
  o.renewal_months = 6;
  o.renewal_count = 4;
  o.renews_at_market = false;
  const Ran without(certain_rents(), book_of({}), 0);
  const auto expect_until = [&](int last) {
    double expected = 0;
    for (int k = 1; k <= last; ++k) expected += discount(k) * (2.1 - 0.5 * certain_rent(k));
    EXPECT_NEAR(contract_sum({certain_rents(), book_of({o}), 0}, without), expected, 1e-9) << last;
  };
  expect_until(18);
  o.walk_away_ratio = 1.04;  // 2.1 against 2.103
  expect_until(24);
  o.walk_away_ratio = 1.03;
  expect_until(18);
  o.renewal_count = 1;
  expect_until(12);
}

TEST(Customers, RenewAtTheRentOfThatDayForTheTerm) {
  Offtake o = contract(2.1, 6);
  o.renewal_months = 9;
  o.renewal_count = 1;
  o.net = true;
  o.realization = 0.9;
  Book book = book_of({o});
  book.vehicles[0].lots[0].operating_cost = 0.3;
  Book alone = book_of({});
  alone.vehicles[0].lots[0].operating_cost = 0.3;
  double expected = 0;
  for (int k = 1; k <= 15; ++k) {
    const double rate = k <= 6 ? 2.1 : certain_rent(6);
    const double cost = 0.3 * std::exp(0.025 * k / 12);
    expected += discount(k) * (0.9 * rate + cost - 0.5 * certain_rent(k));
  }
  EXPECT_NEAR(contract_sum({certain_rents(), book, 0}, {certain_rents(), alone, 0}), expected,
              1e-9);
}

// In the middle of a month: its days under the old rent, the others under the new one, which is
// the market's at the month's end.
TEST(Customers, RenewInTheMiddleOfAMonth) {
  Offtake o = contract(2.1, 6);
  o.end -= std::chrono::days(10);
  o.renewal_months = 3;
  o.renewal_count = 1;
  const Ran ran(certain_rents(), book_of({o}), 0), without(certain_rents(), book_of({}), 0);
  const double days = static_cast<double>((month(6) - month(5)).count());
  const Date end = add_months(o.end, 3, false);
  const double last = static_cast<double>((end - month(8)).count()) /
                      static_cast<double>((month(9) - month(8)).count());
  double expected = 0;
  for (int k = 1; k <= 9; ++k) {
    double rate = k < 6 ? 2.1 : certain_rent(6);
    if (k == 6) rate = 2.1 * (1 - 10 / days) + certain_rent(6) * 10 / days;
    const double share = k == 9 ? last : 1;
    expected += discount(k) * share * (rate - 0.5 * certain_rent(k));
  }
  EXPECT_NEAR(contract_sum(ran, without), expected, 1e-9);
}

// A contract over two lots compares all its hours at once.
TEST(Customers, CompareAllTheirHours) {
  Market market = certain_rents();
  market.hardware[0].rental_rate = 1.0;
  Offtake o = contract(2.25, 20);
  o.walk_away_ratio = 1.2;  // 3 x 2.25 against 1.2 (1.0 + 2 x 2.35) e^{-0.1 t}: from month 2 on
  o.notice_months = 1;
  o.relet_months = 0;
  o.lots.clear();
  Book book = book_of({o});
  book.vehicles[0].lots = {{"a", "income", 10, {}, 20000, 0.0, {}},
                           {"b", "multiple", 20, {}, 20000, 0.0, {}}};
  Book alone = book;
  alone.vehicles[0].offtakes.clear();
  double expected = 0;
  for (int k = 1; k <= 3; ++k) {
    const double fall = std::exp(-0.10 * k / 12);
    EXPECT_EQ(3 * 2.25 > 1.2 * (1.0 + 2 * 2.35) * fall, k >= 2);
    expected += discount(k) * (3 * 2.25 - 0.5 * fall * (1.0 + 2 * 2.35));
  }
  EXPECT_NEAR(contract_sum({market, book, 0}, {market, alone, 0}), expected, 1e-9);
}

// Who never has a reason to leave is as who may not, and a renewal that is always taken is a longer
// contract: to the last bit, sales included.
TEST(Customers, WithoutAReasonStay) {
  for (const char* hardware : {"income", "multiple"}) {
    Offtake plain = contract(2.6, 20), free = plain;
    free.walk_away_ratio = 1e6;
    free.notice_months = 2;
    free.termination_fee = 1e5;
    Book a = book_of({plain}, hardware), b = book_of({free}, hardware);
    for (Book* book : {&a, &b}) {
      book->vehicles[0].borrower = "borrower";
      book->loans[0].borrower = "borrower";
      book->loans[0].principal = 100000;
    }
    const Ran x(certain_rates(), a, 3), y(certain_rates(), b, 3);
    EXPECT_EQ(x.b.sums, y.b.sums);
  }
  Offtake longer = contract(2.6, 18), renews = contract(2.6, 6);
  renews.renewal_months = 4;
  renews.renewal_count = 3;
  renews.renews_at_market = false;
  renews.walk_away_ratio = 1e6;
  longer.growth = renews.growth = 0.1;
  longer.relet_months = renews.relet_months = 0;  // a gap ends with the running term
  const Ran x(certain_rates(), book_of({longer}), 3), y(certain_rates(), book_of({renews}), 3);
  EXPECT_NEAR(y.equity(), x.equity(), 1e-13 * x.equity());
}

// A buyer counts on no contract that has been given notice of, though its rent is still paid: as on
// one that has ended. Equity has the rent, the lender the sale.
TEST(Customers, WhoHaveGivenNoticeAddNothingToASale) {
  Offtake leaves = contract(10, 20), ends = contract(10, 1);
  leaves.walk_away_ratio = 1.5;
  leaves.notice_months = 12;
  leaves.relet_months = ends.relet_months = 0;
  Book a = book_of({leaves}, "income"), b = book_of({ends}, "income");
  Book stays = a;
  stays.vehicles[0].offtakes[0].notice_months.reset();
  for (Book* book : {&a, &b, &stays}) {
    book->vehicles[0].borrower = "borrower";
    book->vehicles[0].recourse = Recourse::full;
    book->vehicles[0].lots.resize(1);
    book->loans[0].borrower = "borrower";
    book->loans[0].principal = 400000;
  }
  const Ran x(certain_rates(), a, 2), y(certain_rates(), b, 2), z(certain_rates(), stays, 2);
  const std::size_t value = x.b.layout.contract(0, kPresentValue);
  EXPECT_NEAR(x.b.sum(value), y.b.sum(value), 1e-12 * y.b.sum(value));
  EXPECT_GT(z.b.sum(value), 1.001 * y.b.sum(value));
}

// Nor on a contract that is prepaid: what the advance credits would be the buyer's to honour.
TEST(Customers, WhoHavePrepaidAddNothingToASale) {
  Offtake prepaid = contract(10, 20);
  prepaid.prepaid = 100 * kHours;
  prepaid.prepaid_months = 20;
  Book a = book_of({prepaid}, "income"), b = book_of({contract(10, 1)}, "income");
  Book stays = a;
  stays.vehicles[0].offtakes[0].prepaid = 0;
  for (Book* book : {&a, &b, &stays}) {
    book->vehicles[0].borrower = "borrower";
    book->vehicles[0].recourse = Recourse::full;
    book->vehicles[0].lots.resize(1);
    book->loans[0].borrower = "borrower";
    book->loans[0].principal = 400000;
  }
  const Ran x(certain_rates(), a, 2), y(certain_rates(), b, 2), z(certain_rates(), stays, 2);
  const std::size_t value = x.b.layout.contract(0, kPresentValue);
  EXPECT_NEAR(x.b.sum(value), y.b.sum(value), 1e-12 * y.b.sum(value));
  EXPECT_GT(z.b.sum(value), 1.001 * y.b.sum(value));
}

// An advance is credited in equal parts; what a month's rent is too small for, in the next.
TEST(Customers, EarnWhatTheyHavePrepaid) {
  Offtake o = contract(2.0, 20);
  o.start = month(2);
  o.growth = -0.9;  // 0.2 from month 15 on
  o.prepaid = 16 * kHours;
  o.prepaid_months = 16;
  Book book = book_of({o}), alone = book_of({o});
  alone.vehicles[0].offtakes[0].prepaid = 0;
  Covenant covenant;
  covenant.id = "delivered";
  covenant.test = CovenantTest::contract_realization;
  covenant.min = 1 - 1e-9;
  book.vehicles[0].covenants = {covenant};
  double expected = 0;
  for (int k = 3; k <= 20; ++k)
    expected += discount(k) * (k < 15 ? 1.0 : 0.2);  // 12 + 6 x 0.2: the rest is lost
  const Ran with(certain_rents(), book, 0), without(certain_rents(), alone, 0);
  EXPECT_NEAR(-contract_sum(with, without), expected, 1e-9);
  for (int k = 1; k <= kEnd; ++k) EXPECT_EQ(with.b.test(0, k, kInBreach), 0U) << k;
  with.expect_balanced();
}

// A scenario takes the customer away after month 5: its hours stand still, then are the market's.
TEST(Customers, FallAwayInAScenario) {
  Offtake o = contract(2.0, 20), other = o;
  o.share = other.share = 0.5;
  other.id = "other";
  Book book = book_of({o, other});
  Covenant covenant;
  covenant.id = "leaves";
  covenant.test = CovenantTest::offtake_termination;
  book.vehicles[0].covenants = {covenant};
  std::vector<std::string> known;
  const Cancelled done = cancel_promises(book, "vehicle.v.offtake.o", month(5), kSampleDate, known);
  EXPECT_EQ(done.changed, 1);
  const Ran ran(certain_rents(), book, 0), without(certain_rents(), book_of({}), 0);
  double expected = 0;
  for (int k = 1; k <= 20; ++k) {
    const double spot = 0.5 * certain_rent(k);
    const double gone = k <= 5 ? 2.0 : k <= 7 ? 0 : spot;
    expected += discount(k) * (0.5 * (2.0 + gone) - spot);
  }
  EXPECT_NEAR(contract_sum(ran, without), expected, 1e-9);
  for (int k = 1; k <= kEnd; ++k)
    EXPECT_EQ(ran.b.test(0, k, kInBreach), k >= 5 ? engine::kBlockPaths : 0U) << k;
  // At once: nothing is ever paid.
  Book at_once = book_of({o});
  EXPECT_EQ(
      cancel_promises(at_once, "vehicle.*.offtake.*", std::nullopt, kSampleDate, known).changed, 1);
  Offtake never = o;
  never.cancelled = month(0);
  EXPECT_EQ(Ran(certain_rates(), at_once, 1).b.sums,
            Ran(certain_rates(), book_of({never}), 1).b.sums);
}

// Renewals that would let an hour twice are a fault once their dates are known.
TEST(Customers, RenewalsLetNoHourTwice) {
  Offtake o = contract(2.0, 6), next = contract(2.0, 20);
  o.renewal_months = 3;
  o.renewal_count = 1;
  next.id = "next";
  next.start = month(8);
  try {
    const Ran ran(certain_rents(), book_of({o, next}), 0);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("lot lot: is let more than whole in month 9"),
              std::string::npos)
        << error.what();
  }
  next.start = month(9);
  EXPECT_NO_THROW(Ran(certain_rents(), book_of({o, next}), 0));
}

}  // namespace
}  // namespace lien::pricing
