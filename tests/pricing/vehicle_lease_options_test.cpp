// Over 400 lines on purpose: the plain writing and the books that are held to it stand together.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/statistics/stopping.hpp"
#include "pricing/valuation/fit_exercise.hpp"
#include "tests/pricing/vehicle_paths.hpp"

// Deposits and options of lessees inside vehicles: path by path against a plain writing, which
// takes of the program the fitted rule alone; where a choice is certain, against the lease that it
// makes; and against a lease of a tape.
namespace lien::pricing {
namespace {

constexpr int kAgreed = 15, kLonger = 21, kLag = 6, kRelet = 4;

// A block under a fitted rule.
struct Chosen {
  SimulatedBlock b;
  BookStages stages;
  Chosen(const Market& market, const Book& book, std::uint64_t number)
      : b(market, book, settings_of(kSampleDate), MeasureBasis::risk_neutral, number),
        stages((static_cast<void>(fit_exercise(b.plan, 2)), b.plan), b.layout, b.results, nullptr) {
    b.sums.assign(2 * b.layout.pairs, 0.0);
    stages(b.rows, number, b.sums.data());
  }
  [[nodiscard]] double equity() const { return b.sum(b.layout.vehicle(0, kDistributions)); }
  [[nodiscard]] double dies(std::size_t party, std::size_t p) const {
    return stages.default_months(party)[p];
  }
  [[nodiscard]] double rent(int k, std::size_t p) const {
    return std::exp(b.rows.row(stages.log_rent_series(1), k)[p]);
  }
  [[nodiscard]] double spot(int k, std::size_t p) const {
    return b.rows.row(stages.spot_series(1), k)[p];
  }
  [[nodiscard]] double worth(int k, std::size_t p) const { return 10 * 9000 * rent(k, p); }
  [[nodiscard]] std::uint32_t breaches(std::uint32_t test, int k) const {
    return stages.test_counts()[stages.test_first(test) +
                                static_cast<std::size_t>(k) * kTestCounts + kInBreach];
  }
  [[nodiscard]] double used(LeaseEndSample which, std::size_t lot = 0) const {
    return b.sum(b.layout.lease_end(lot, which));
  }
};

struct Case {
  RentTiming timing;
  Frequency frequency;
  bool net, relets, extends, buys, leaves;
  EndOption option;
  double guaranteed;
  bool third_party;
  double deposit;
};

VehicleLease lease_of(const Case& c) {
  VehicleLease out;
  out.id = "lease";
  out.lessee = "customer";
  out.lots = {"lot"};
  out.start = kSampleDate;
  out.end = month(kAgreed);
  out.frequency = c.frequency;
  out.timing = c.timing;
  out.rent = (c.net ? 10500.0 : 13500.0) * static_cast<int>(c.frequency);
  out.rent_growth = 0.06;
  out.net = c.net;
  out.relets = c.relets;
  out.relet_months = kRelet;
  out.return_cost = c.relets ? 0 : 250;
  out.end_option = c.option;
  if (c.option == EndOption::fixed_price) out.option_price = 150000;
  out.guaranteed_residual = c.guaranteed;
  if (c.third_party) out.residual_guarantor = "guarantor";
  out.deposit = c.deposit;
  if (c.extends) out.extension_months = kLonger - kAgreed;
  if (c.extends && c.net) out.extension_rent = 10000.0 * static_cast<int>(c.frequency);
  if (c.buys) {
    out.buyout_start = month(3);
    out.buyout_price = {{0.0, 2.0}, {230000, 110000}};
  }
  if (c.leaves) {
    out.termination_start = month(5);
    out.termination_fee = 9000;
  }
  return out;
}

Book book_of(const VehicleLease* lease) {
  Book book = rich_vehicle("multiple", 0.3);
  book.vehicles[0].lots[0].purchase_price = {};
  if (lease != nullptr) book.vehicles[0].leases = {*lease};
  return book;
}

double cost(int k) { return kHours * 0.3 * std::exp(0.025 * k / 12); }

// The lease written down once more, month by month.
struct Plain {
  const VehicleLease& lease;
  [[nodiscard]] bool advance() const { return lease.timing == RentTiming::advance; }
  [[nodiscard]] int every() const { return static_cast<int>(lease.frequency); }
  [[nodiscard]] int last() const { return kAgreed + lease.extension_months; }
  [[nodiscard]] double grown(int begin) const { return std::pow(1.06, begin / 12); }
  [[nodiscard]] double agreed_rent(int k) const {
    const int begin = advance() ? k : k - every();
    if (k % every() != 0 || begin < 0 || begin >= kAgreed || k == 0) return 0;
    return lease.rent * grown(begin);
  }
  [[nodiscard]] double extension_rent(int k) const {
    const int begin = advance() ? k : k - every();
    if ((k - kAgreed) % every() != 0 || begin < kAgreed || begin >= last()) return 0;
    return lease.extension_rent.value_or(lease.rent * grown(kAgreed - every()));
  }
  [[nodiscard]] double rent(int k) const { return agreed_rent(k) + extension_rent(k); }
  [[nodiscard]] double saved(int k) const { return advance() && k < last() ? rent(k) : 0; }
  [[nodiscard]] bool is_rent_date(int k) const {
    return k > 0 && k < last() && k != kAgreed && k % every() == 0;
  }
  [[nodiscard]] bool may_buy(int k) const {
    return lease.buyout_start && is_rent_date(k) && k >= 3;
  }
  [[nodiscard]] bool may_leave(int k) const {
    return lease.termination_start && is_rent_date(k) && k >= 5;
  }
  [[nodiscard]] bool open(int k) const {
    return may_buy(k) || may_leave(k) || (k == kAgreed && lease.extension_months > 0);
  }
  [[nodiscard]] double price(int k) const { return 230000 - 120000 * std::min(k / 24.0, 1.0); }
  [[nodiscard]] double residual() const {
    return lease.guaranteed_residual > 0                ? lease.guaranteed_residual
           : lease.end_option == EndOption::fixed_price ? lease.option_price
                                                        : 0.0;
  }
  // Of a default in month k, at the zero curve: the rents of the term that runs, and its residual.
  [[nodiscard]] double claim(int k) const {
    const int end = k <= kAgreed ? kAgreed : last();
    double sum = residual() * discount(end);
    for (int j = k; j <= end; ++j)
      sum += discount(j) * (k <= kAgreed ? agreed_rent(j) : extension_rent(j));
    return sum / discount(k - 1);
  }
  // To the lessee for ending it at t_k.
  [[nodiscard]] double brings(int k, double worth) const {
    double best = 0;
    if (k == kAgreed || k == last()) {
      const double short_of = lease.guaranteed_residual - (worth - 10 * lease.return_cost);
      const bool pays = lease.residual_guarantor.empty() && lease.guaranteed_residual > 0;
      best = pays ? -std::max(0.0, short_of) : 0.0;
      if (lease.end_option == EndOption::fixed_price && worth > lease.option_price)
        best = worth - lease.option_price;
      if (lease.end_option == EndOption::fair_market_value) best = 0;
    } else if (may_buy(k) || may_leave(k)) {
      best = std::max(may_buy(k) ? worth - price(k) : -1e300,
                      may_leave(k) ? -lease.termination_fee : -1e300);
    }
    return best + lease.deposit + saved(k);
  }
};

struct Way {
  int month = 0;
  char how = 'e';  // end, bought, terminated
};

// What the rule makes of each path, of numbers that are written down here.
std::vector<Way> ways(const Chosen& ran, const Plain& plain, std::size_t end_index) {
  const LeaseEndPlan& end = ran.b.plan.lease_ends[end_index];
  std::vector<Way> out(engine::kBlockPaths);
  std::vector<char> done(engine::kBlockPaths, 0);
  for (int k = 1; k <= plain.last(); ++k) {
    alignas(64) double rows[3][engine::kBlockPaths], gain[engine::kBlockPaths];
    std::vector<const double*> states = {rows[0], rows[1], rows[2]};
    for (const std::size_t series : end.states) states.push_back(ran.b.rows.row(series, k));
    for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
      rows[0][p] = std::log(ran.rent(k, p));
      rows[1][p] = ran.spot(k, p);
      rows[2][p] = plain.brings(k, ran.worth(k, p));
    }
    const auto& date = end.rule.dates[static_cast<std::size_t>(k)];
    const bool last = k == plain.last();
    if (!last && (!plain.open(k) || date.coefficients.empty())) continue;
    if (!last) engine::gain_row(date, states.data(), gain, engine::kBlockPaths);
    for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
      if (done[p] != 0 || (!last && gain[p] > 0)) continue;
      done[p] = 1;
      const bool runs_out = k == kAgreed || last;
      const bool buys =
          plain.may_buy(k) &&
          (!plain.may_leave(k) || ran.worth(k, p) - plain.price(k) >= -plain.lease.termination_fee);
      out[p] = {k, runs_out ? 'e' : buys ? 'b' : 't'};
    }
  }
  return out;
}

// What the lease makes of the vehicle's cash on one path, over no lease at all, discounted.
double over_no_lease(const Chosen& ran, const Plain& plain, Way way, std::size_t p) {
  const VehicleLease& lease = plain.lease;
  const double dies = ran.dies(1, p);
  const double fails = lease.residual_guarantor.empty() ? dies : ran.dies(2, p);
  const bool lost = dies <= way.month;
  const int term = !lost ? way.month : dies <= kAgreed ? kAgreed : plain.last();
  double sum = 0, gone = 1e9;  // month at whose end the units are no longer the vehicle's
  for (int k = 1; k <= kEnd; ++k) {
    const double use = kHours * ran.spot(k, p), worth = ran.worth(k, p);
    double cash = 0;
    if (k < dies && k <= term) {
      cash += k <= kAgreed ? plain.agreed_rent(k) : 0;
      if (k >= kAgreed && way.month > kAgreed) cash += plain.extension_rent(k);
      if (k == way.month && way.how != 'e') cash -= plain.saved(k);
      if (lease.net) cash += cost(k);
    }
    if (lost && k >= dies && k <= term && lease.relets && k >= dies + kRelet) cash += use;
    if (k > term && k <= gone) cash += use;
    if (k <= gone) cash -= cost(k);
    if (lost && k == dies) cash += std::min(lease.deposit, plain.claim(k));
    if (lost && !lease.relets && k == dies + kLag) {
      cash += std::max(0.0, 0.9 * worth - 10 * lease.return_cost - 10 * 2.0 * kLag);
      gone = k;
    }
    if (!lost && k == way.month) {
      const double floor = fails > k ? lease.guaranteed_residual : 0;
      const double back = std::max(0.0, worth - 10 * lease.return_cost);
      const bool taken = lease.end_option == EndOption::fixed_price && worth > lease.option_price;
      if (way.how == 'b') {
        cash += plain.price(k), gone = k;
      } else if (way.how == 't') {
        cash += lease.termination_fee + (lease.relets ? 0 : back);
        if (!lease.relets) gone = k;
      } else if (lease.end_option == EndOption::fair_market_value) {
        cash += worth, gone = k;
      } else if (taken) {
        cash += lease.option_price, gone = k;
      } else if (lease.relets) {
        cash += std::max(0.0, floor - worth);
      } else {
        cash += std::max(back, floor), gone = k;
      }
    }
    sum += discount(k) * (cash - (use - cost(k)));
  }
  return sum;
}

TEST(VehicleLeaseOptions, AreUsedAsIsWrittenPathByPath) {
  using E = EndOption;
  using F = Frequency;
  const auto arrears = RentTiming::arrears, advance = RentTiming::advance;
  double used[3] = {0, 0, 0};
  for (const Case& c :
       {Case{arrears, F::monthly, true, false, false, false, true, E::none, 0, false, 0},
        Case{advance, F::monthly, true, true, false, false, true, E::none, 0, false, 40000},
        Case{advance, F::quarterly, false, false, false, true, false, E::none, 0, false, 0},
        Case{arrears, F::monthly, true, false, true, false, false, E::none, 0, false, 0},
        Case{advance, F::quarterly, true, true, true, true, true, E::none, 180000, true, 30000},
        Case{arrears, F::quarterly, false, false, true, true, true, E::fixed_price, 120000, false,
             2e6},
        Case{advance, F::monthly, false, true, true, false, true, E::fixed_price, 0, false, 1000},
        Case{arrears, F::monthly, true, false, true, true, false, E::fair_market_value, 0, false,
             20000},
        Case{arrears, F::quarterly, true, true, false, false, false, E::none, 0, false, 60000}}) {
    const VehicleLease lease = lease_of(c);
    const Plain plain{lease};
    const Chosen ran(certain_rates(), book_of(&lease), 3),
        without(certain_rates(), book_of(nullptr), 3);
    std::vector<Way> all(engine::kBlockPaths, Way{kAgreed, 'e'});
    if (lease.has_options()) all = ways(ran, plain, 0);
    double expected = 0, counted[3] = {0, 0, 0};
    for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
      expected += over_no_lease(ran, plain, all[p], p);
      counted[0] += all[p].month > kAgreed && ran.dies(1, p) > kAgreed ? 1 : 0;
      counted[1] += all[p].how == 'b' && ran.dies(1, p) > all[p].month ? 1 : 0;
      counted[2] += all[p].how == 't' && ran.dies(1, p) > all[p].month ? 1 : 0;
    }
    const std::string text = "case of deposit " + std::to_string(c.deposit) + ", extends " +
                             std::to_string(c.extends) + ", buys " + std::to_string(c.buys);
    EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity()) << text;
    EXPECT_LT(ran.b.square(ran.b.layout.vehicle(0, kCashImbalance)), 1e-18) << text;
    if (!lease.has_options()) continue;
    for (int i = 0; i < 3; ++i) used[i] += counted[i];
    EXPECT_EQ(ran.used(kExtended), counted[0]) << text;
    EXPECT_EQ(ran.used(kBoughtOut), counted[1]) << text;
    EXPECT_EQ(ran.used(kTerminated), counted[2]) << text;
  }
  for (const double times : used) EXPECT_GT(times, 20);  // else the cases show nothing
}

// A lease of a tape whose lessee cannot fail is worth the same to a vehicle that holds nothing
// else: what its units add to the equity, sold at the end.
TEST(VehicleLeaseOptions, AreThoseOfATape) {
  Market market = certain_rates();
  for (Party& party : market.parties) {
    party.hazard = {{1}, {0.0}};
    party.scarcity_loading = 0;
  }
  for (const Case& c : {Case{RentTiming::arrears, Frequency::monthly, true, false, true, true, true,
                             EndOption::none, 100000, false, 0},
                        Case{RentTiming::arrears, Frequency::quarterly, false, false, true, false,
                             true, EndOption::fixed_price, 0, false, 0}}) {
    const VehicleLease terms = lease_of(c);
    Book inside = book_of(&terms);
    inside.vehicles[0].lots[0].operating_cost = {};
    Book alone = book_of(nullptr);
    alone.vehicles[0].lots.erase(alone.vehicles[0].lots.begin());
    Lease lease;
    lease.id = "tape";
    lease.lessee = "customer";
    lease.hardware = "multiple";
    lease.units = 10;
    lease.start = terms.start;
    lease.end = terms.end;
    lease.frequency = terms.frequency;
    lease.rent = terms.rent;
    lease.timing = terms.timing;
    lease.rent_growth = terms.rent_growth;
    lease.net = terms.net;
    lease.guaranteed_residual = terms.guaranteed_residual;
    lease.end_option = terms.end_option;
    lease.option_price = terms.option_price;
    lease.extension_months = terms.extension_months;
    lease.extension_rent = terms.extension_rent;
    lease.buyout_start = terms.buyout_start;
    lease.buyout_price = terms.buyout_price;
    lease.termination_start = terms.termination_start;
    lease.termination_fee = terms.termination_fee;
    lease.return_cost = terms.return_cost;
    alone.leases = {lease};
    const Chosen x(market, inside, 5), y(market, alone, 5);
    std::size_t tape = 0;
    while (y.b.plan.contracts[tape].kind != ContractKind::lease) ++tape;
    const double value = y.b.sum(y.b.layout.contract(tape, kPresentValue));
    EXPECT_NEAR(x.equity() - y.equity(), value, 1e-11 * x.equity());
    for (const LeaseEndSample which : {kLesseeValue, kExtended, kBoughtOut, kTerminated})
      EXPECT_NEAR(x.used(which), y.used(which), 1e-9 * std::abs(y.used(which))) << which;
    EXPECT_GT(y.used(kTerminated), 0);
  }
}

// Each lot has its part by units.
TEST(VehicleLeaseOptions, GoLotByLot) {
  const Case c{RentTiming::advance,
               Frequency::monthly,
               true,
               true,
               true,
               true,
               true,
               EndOption::none,
               160000,
               true,
               50000};
  VehicleLease whole = lease_of(c);
  Book together = book_of(&whole);
  VehicleLot second = together.vehicles[0].lots[0];
  second.id = "second";
  second.units = 30;
  together.vehicles[0].lots.push_back(second);
  together.vehicles[0].leases[0].lots = {"lot", "second"};
  Book apart = together;
  VehicleLease parts[2] = {whole, whole};
  const double share[2] = {0.25, 0.75};
  for (int i = 0; i < 2; ++i) {
    VehicleLease& part = parts[i];
    part.id += std::to_string(i);
    part.lots = {i == 0 ? "lot" : "second"};
    for (double* money : {&part.rent, &part.guaranteed_residual, &part.deposit,
                          &part.termination_fee, &*part.extension_rent})
      *money *= share[i];
    for (double& price : part.buyout_price.values) price *= share[i];
  }
  apart.vehicles[0].leases = {parts[0], parts[1]};
  const Chosen x(certain_rates(), together, 2), y(certain_rates(), apart, 2);
  EXPECT_NEAR(x.equity(), y.equity(), 1e-12 * y.equity());
  for (const std::size_t lot : {0, 1})
    EXPECT_EQ(x.used(kBoughtOut, lot), y.used(kBoughtOut, lot)) << lot;
}

// A choice that is certain makes the lease that was agreed so, with its tests, its sale by a
// lender, and its rents: everything of the vehicle is the same.
void expect_same(const Book& chosen, const Book& agreed, const Market& market, const char* name) {
  const Chosen x(market, chosen, 1), y(market, agreed, 1);
  EXPECT_NEAR(x.equity(), y.equity(), 1e-12 * y.equity()) << name;
  for (std::size_t s = 0; s < x.b.layout.samples; ++s) {
    const double expected = y.b.sum(y.b.layout.contract(0, s));
    EXPECT_NEAR(x.b.sum(x.b.layout.contract(0, s)), expected, 1e-11 * std::abs(expected) + 1e-9)
        << name << " sample " << s;
  }
  for (int k = 1; k <= kEnd; ++k)
    for (const std::uint32_t test : {0U, 1U, 2U})
      EXPECT_EQ(x.breaches(test, k), y.breaches(test, k)) << name << ' ' << test << ' ' << k;
}

Book tested_book(const VehicleLease& lease) {
  Book book = book_of(&lease);
  Vehicle& vehicle = book.vehicles[0];
  vehicle.borrower = book.loans[0].borrower = "borrower";
  vehicle.recourse = Recourse::full;
  vehicle.lots[0].purchase_price = 60000;
  vehicle.lots[1].purchase_price = 0;
  book.loans[0].principal = 150000;
  book.loans[0].amortization = Amortization::bullet;
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = "guarantor";
  offtake.lots = {"steady"};
  offtake.share = 0.1;
  offtake.rental_rate = 1;
  offtake.end = month(kEnd);
  vehicle.offtakes = {offtake};
  Covenant cost, realized, payers;
  cost.id = "cost";
  cost.test = CovenantTest::loan_to_cost;
  cost.max = 0.9;
  realized.id = "realized";
  realized.test = CovenantTest::contract_realization;
  realized.min = 0.99;
  payers.id = "payers";
  payers.test = CovenantTest::customer_concentration;
  payers.max = 0.95;
  vehicle.covenants = {cost, realized, payers};
  return book;
}

TEST(VehicleLeaseOptions, ThatAreSureMakeTheLeaseThatWasAgreedSo) {
  Market market = certain_rates();
  for (Party& party : market.parties) {
    party.hazard = {{1}, {0.0}};
    party.scarcity_loading = 0;
  }
  market.parties[0].hazard = {{1}, {0.4}};
  for (const RentTiming timing : {RentTiming::arrears, RentTiming::advance})
    for (const bool relets : {false, true}) {
      VehicleLease plain;
      plain.id = "lease";
      plain.lessee = "customer";
      plain.lots = {"lot"};
      plain.start = kSampleDate;
      plain.end = month(10);
      plain.rent = 20000;
      plain.timing = timing;
      plain.relets = relets;
      VehicleLease longer = plain;
      longer.end = month(20);
      // Bought for next to nothing.
      VehicleLease bought = longer, option = plain;
      bought.buyout_start = month(10);
      bought.buyout_price = {{1.0}, {100.0}};
      option.end_option = EndOption::fixed_price;
      option.option_price = 100;
      expect_same(tested_book(bought), tested_book(option), market, "bought");
      // Handed back for nothing: the rent is far above the market's.
      VehicleLease left = longer, over = plain;
      left.rent = over.rent = 60000;
      left.termination_start = month(10);
      left.termination_fee = 0;
      expect_same(tested_book(left), tested_book(over), market, "left");
      // Extended at a rent of next to nothing.
      VehicleLease extended = plain;
      extended.rent = 10;
      extended.extension_months = 10;
      longer.rent = 10;
      expect_same(tested_book(extended), tested_book(longer), market, "extended");
      // Never handed back, at a fee that nobody would pay, of a term that ends within a month.
      VehicleLease kept = plain;
      kept.start = kSampleDate - std::chrono::days(14);
      kept.end = add_months(kept.start, 10, false) + std::chrono::days(9);  // its last rent too
      VehicleLease idle = kept;
      idle.termination_start = add_months(kept.start, 5, false);
      idle.termination_fee = 1e9;
      expect_same(tested_book(idle), tested_book(kept), market, "kept");
      // In the middle of a month.
      extended.start = longer.start = kSampleDate - std::chrono::days(14);
      extended.end = add_months(extended.start, 10, false);
      longer.end = add_months(longer.start, 20, false);
      expect_same(tested_book(extended), tested_book(longer), market, "mid-month");
      // Not extended, at a rent that nobody would pay.
      VehicleLease refused = extended, ended = extended;
      refused.extension_rent = 90000;
      ended.extension_months = 0;
      expect_same(tested_book(refused), tested_book(ended), market, "refused");
    }
}

}  // namespace
}  // namespace lien::pricing
