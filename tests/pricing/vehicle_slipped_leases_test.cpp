#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"
#include "tests/pricing/plain_lease_end.hpp"
#include "tests/pricing/vehicle_paths.hpp"

// Leases of lots that come late: told once more from the stream, path by path; and as the lease
// that was agreed for so many months later where the delay is certain.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;

constexpr int kLag = 6;

VehicleLease lease_from(Date start, int end) {
  VehicleLease out;
  out.id = "lease";
  out.lessee = "customer";
  out.lots = {"lot"};
  out.start = start;
  out.end = month(end);
  out.rent = 20000;
  out.timing = RentTiming::arrears;
  out.net = true;
  return out;
}

Book book_of(Date in_service, double slip, const std::vector<VehicleLease>& leases) {
  Book book = rich_vehicle("multiple", 0.3);
  book.vehicles[0].lots[0].in_service = in_service;
  book.vehicles[0].lots[0].slip_months = slip;
  book.vehicles[0].leases = leases;
  return book;
}

double cost(int k) { return kHours * 0.3 * std::exp(0.025 * k / 12); }

// Months after today of the lot's delivery.
double delivery(double from, double mean, std::uint64_t path) {
  const auto key = engine::stream_key(settings_of(kSampleDate).seed, engine::StreamKind::delay,
                                      std::string("v/lot"));
  return from + mean * engine::exponential_at(key, path);
}

// One lease on one path: its days, moved by the delivery, as times in months.
struct Moved {
  double delivered;
  int months;  // by which it is moved
  double start, end;
  double paid_for = 0;  // month of the draw that pays for the lot
  Moved(double at, double agreed_start, int agreed_end)
      : delivered(at),
        months(std::max(
            0, static_cast<int>(std::ceil(at)) - static_cast<int>(std::ceil(agreed_start)))),
        start(agreed_start + months),
        end(agreed_end + months) {}
  [[nodiscard]] double there(int k) const { return std::clamp(k - delivered, 0.0, 1.0); }
  [[nodiscard]] double let(int k) const {
    const double from = std::max({k - 1.0, delivered, start}), to = std::min(1.0 * k, end);
    return std::max(0.0, to - from);
  }
};

// Money of a rent that is due in month k, for periods of the agreed lease moved as a whole.
double rent_due(const VehicleLease& lease, const Moved& moved, int k) {
  const int every = static_cast<int>(lease.frequency);
  const int first = static_cast<int>(std::ceil(moved.start));
  const int since = k - first - (lease.timing == RentTiming::advance ? 0 : every);
  if (since < 0 || since % every != 0 || since + every > moved.end - first) return 0;
  return lease.rent * std::pow(1 + lease.rent_growth, since / 12);
}

// What the lease makes of the vehicle's cash on one path, over the lot without it, discounted.
double over_no_lease(const VehiclePaths& ran, const VehicleLease& lease, const Moved& moved,
                     std::size_t p) {
  const double dies = ran.dies(1, p);
  const double fails = lease.residual_guarantor.empty() ? dies : ran.dies(2, p);
  const double sold = std::max({dies, std::ceil(moved.delivered), moved.paid_for}) + kLag;
  double sum = 0, gone = 1e9;  // month at whose end the units are no longer the vehicle's
  for (int k = 1; k <= kEnd; ++k) {
    double cash = 0;
    const double let = moved.let(k), there = moved.there(k), spot = kHours * ran.spot(1, k, p);
    const bool lives = k < dies;
    if (lives) cash += rent_due(lease, moved, k);
    if (lives && lease.net) cash += let * cost(k);
    if (k <= gone) cash += (there - let) * spot - there * cost(k);
    if (!lives && lease.relets && k >= dies + lease.relet_months) cash += let * spot;
    if (dies <= moved.end && dies > moved.start && k == dies) cash += lease.deposit;
    if (dies <= moved.end && !lease.relets && k == sold) {
      cash += std::max(0.0, 0.9 * ran.worth(k, p) - 10 * lease.return_cost - 10 * 2.0 * kLag);
      gone = k;
    }
    if (dies > moved.end && k == moved.end) {
      const double floor = fails > moved.end ? lease.guaranteed_residual : 0;
      const PlainLeaseEnd end = plain_lease_end(lease, ran.worth(k, p), floor);
      cash += end.cash;
      gone = end.stays ? 1e9 : k;
    }
    sum += discount(k) * (cash - there * (spot - cost(k)));
  }
  return sum;
}

struct SlippedCase {
  EndOption option;
  bool relets;
  double guaranteed;
  bool third_party;
  RentTiming timing;
  Frequency frequency;
  double deposit;
};

TEST(SlippedLeases, BecomeAsIsWrittenPathByPath) {
  using E = EndOption;
  using F = Frequency;
  const auto arrears = RentTiming::arrears, advance = RentTiming::advance;
  int late = 0, outlive = 0, unborn = 0;
  for (const SlippedCase& c :
       {SlippedCase{E::none, true, 0, false, arrears, F::monthly, 0},
        SlippedCase{E::none, true, 190000, true, advance, F::quarterly, 0},
        SlippedCase{E::none, false, 150000, true, arrears, F::quarterly, 0},
        SlippedCase{E::none, false, 200000, false, advance, F::monthly, 0},
        SlippedCase{E::fixed_price, true, 0, false, arrears, F::monthly, 15000},
        SlippedCase{E::fixed_price, false, 9e4, true, arrears, F::monthly, 0},
        SlippedCase{E::fair_market_value, true, 0, false, arrears, F::monthly, 0}})
    // Agreed: to begin with the delivery, inside a month, and some months after it.
    for (const auto& [service, start] : {std::pair{month(3), month(3)},
                                         {month(2) + std::chrono::days(11), month(3)},
                                         {month(2) + std::chrono::days(20), month(6)}}) {
      VehicleLease lease = lease_from(start, 18);
      lease.end_option = c.option;
      lease.relets = c.relets;
      lease.guaranteed_residual = c.guaranteed;
      if (c.third_party && c.guaranteed > 0) lease.residual_guarantor = "guarantor";
      lease.timing = c.timing;
      lease.frequency = c.frequency;
      lease.rent = 20000.0 * static_cast<int>(c.frequency);
      lease.rent_growth = 0.06;
      lease.return_cost = c.relets ? 0 : 250;
      lease.deposit = c.deposit;
      if (c.option == E::fixed_price) lease.option_price = 165000;
      constexpr double kMean = 3;
      const VehiclePaths ran(certain_rates(), book_of(service, kMean, {lease}), 4),
          without(certain_rates(), book_of(service, kMean, {}), 4);
      const double from = 12 * ran.b.grid.time_of(service), agreed = ran.b.grid.month_of(start);
      double expected = 0;
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const Moved moved(delivery(from, kMean, 4 * kBlockPaths + p), agreed, 18);
        expected += over_no_lease(ran, lease, moved, p);
        late += moved.months > 0 ? 1 : 0;
        outlive += moved.end > kEnd ? 1 : 0;
        unborn += ran.dies(1, p) < moved.start ? 1 : 0;
      }
      EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity())
          << static_cast<int>(c.option) << c.relets << ' ' << start.time_since_epoch().count();
      ran.expect_balanced();
    }
  EXPECT_GT(late, 500);
  EXPECT_GT(outlive, 20);
  EXPECT_GT(unborn, 20);
}

// Beside the lease: what tests, margins and guarantors of hours read.
void add_readers(Book& book) {
  Vehicle& vehicle = book.vehicles[0];
  vehicle.lots[0].purchase_price = 30000;
  vehicle.lots[1].purchase_price = 0;
  book.loans[0].principal = 200000;
  book.loans[0].outstanding_principal = 200000;
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = "guarantor";
  offtake.lots = {"steady"};
  offtake.share = 0.05;
  offtake.rental_rate = 1;
  offtake.end = month(kEnd);
  vehicle.offtakes = {offtake};
  const auto add = [&](const char* id, CovenantTest test, std::optional<double> min,
                       std::optional<double> max, int window) {
    Covenant covenant;
    covenant.id = id;
    covenant.test = test;
    covenant.min = min;
    covenant.max = max;
    covenant.window_months = window;
    vehicle.covenants.push_back(covenant);
  };
  using T = CovenantTest;
  add("coverage", T::debt_service_coverage_ratio, 12.0, {}, 1);
  add("ahead", T::debt_service_coverage_ratio, 10.0, {}, -4);
  add("value", T::loan_to_value, {}, 0.05, 1);
  add("cost", T::loan_to_cost, {}, 0.4, 1);
  add("realized", T::contract_realization, 0.6, {}, 1);
  add("payers", T::customer_concentration, {}, 0.5, 1);
  Guarantee last;
  last.id = "last";
  last.kind = GuaranteeKind::last_lessee;
  last.guarantor = "guarantor";
  last.lots = {"lot"};
  last.price = 4;
  last.share = 0.8;
  vehicle.guarantees = {last};
}

// A delay that is certain, by so many whole months, is the lease of so many months later: all sums
// and all tests, where no lessee defaults before the lot is there.
TEST(SlippedLeases, OfACertainDelayAreLeasesOfLaterDays) {
  std::array<std::array<std::size_t, 2>, 6> seen{};  // by covenant: breaches, passes
  for (const int later : {0, 1, 5})
    for (const bool drawn : {false, true})
      for (const bool relets : {false, true}) {
        Market market = certain_rates();
        market.parties[1].hazard = {{1, 3}, {0.0, 0.6}};
        market.parties[1].fit_survival = false;
        const auto book = [&](int by, double slip) {
          VehicleLease lease = lease_from(month(3 + by), 12 + by);
          lease.relets = relets;
          lease.rent_growth = 0.05;
          lease.deposit = 17000;
          if (!relets) lease.guaranteed_residual = 120000;
          Book out = book_of(month(3 + by), slip, {lease});
          add_readers(out);
          if (drawn) {
            Loan& loan = out.loans[0];
            loan.commitment = 260000;
            loan.undrawn_fee = 0.01;
            TrancheDraw draw;
            draw.lots = {"lot"};
            draw.amount = 40000;
            out.vehicles[0].tranches[0].draws = {draw};
          }
          date_draws(out);
          return out;
        };
        // The lot's age in its value is that of its mean delivery, the schedule too: as agreed
        // later.
        VehiclePaths slipped(market, book(0, later == 0 ? 1e-9 : later), 3);
        VehiclePaths agreed(market, book(later, 0), 3);
        ASSERT_EQ(slipped.b.plan.vehicles[0].deliveries.size(), 1U);
        slipped.b.plan.vehicles[0].deliveries[0].mean = 0;
        slipped.b.plan.vehicles[0].deliveries[0].month = 3 + later;
        const auto sums_of = [](VehiclePaths& paths) {
          std::vector<double> sums(2 * paths.b.layout.pairs, 0.0);
          paths.stages = BookStages(paths.b.plan, paths.b.layout, paths.b.results, nullptr);
          paths.stages(paths.b.rows, 3, sums.data());
          return sums;
        };
        const std::vector<double> one = sums_of(slipped), other = sums_of(agreed);
        ASSERT_EQ(one.size(), other.size());
        double largest = 0;
        for (const double sum : other) largest = std::max(largest, std::abs(sum));
        for (std::size_t i = 0; i < one.size(); ++i)
          EXPECT_NEAR(one[i], other[i], 1e-9 * std::abs(other[i]) + 1e-15 * largest)
              << i << ' ' << later << drawn << relets;
        EXPECT_TRUE(std::ranges::equal(slipped.stages.test_counts(), agreed.stages.test_counts()))
            << later << drawn;
        const SimulatedBlock& b = agreed.b;
        for (std::size_t c = 0; c < seen.size(); ++c)
          for (int k = 4 + later; k < kEnd; ++k) {
            const std::uint32_t slot = b.plan.vehicles[0].covenants[c].slot;
            seen[c][0] += b.test(slot, k, kInBreach);
            seen[c][1] += kBlockPaths - b.test(slot, k, kInBreach);
          }
      }
  for (std::size_t c = 0; c < seen.size(); ++c) {
    EXPECT_GT(seen[c][0], 0U) << c;
    EXPECT_GT(seen[c][1], 0U) << c;
  }
}

// A lot whose draw lapses never joins: no rent of it is paid, and it is neither sold nor returned.
TEST(SlippedLeases, OfLotsThatNeverJoinNeverBegin) {
  VehicleLease lease = lease_from(month(3), 12);
  lease.end_option = EndOption::fair_market_value;
  Book book = book_of(month(3), 4, {lease});
  Loan& loan = book.loans[0];
  loan.commitment = 1400;
  loan.draw_end = month(8);
  // The draw waits for another lot too, and what is not paid for is not sold.
  VehicleLot other = book.vehicles[0].lots[0];
  other.id = "other";
  other.units = 1e-9;
  other.in_service = month(7);
  other.slip_months = 0;
  book.vehicles[0].lots.push_back(other);
  TrancheDraw draw;
  draw.lots = {"lot", "other"};
  draw.amount = 300;
  book.vehicles[0].tranches[0].draws = {draw};
  date_draws(book);
  Book none = book;
  none.vehicles[0].leases.clear();
  const VehiclePaths ran(certain_rates(), book, 1), without(certain_rates(), none, 1);
  double expected = 0;
  int lapsed = 0, waits = 0;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double at = delivery(3, 4, kBlockPaths + p);
    lapsed += at > 8 ? 1 : 0;
    if (at > 8) continue;
    Moved moved(at, 3, 12);
    moved.paid_for = std::max(7.0, std::ceil(at));
    expected += over_no_lease(ran, lease, moved, p);
    waits += ran.dies(1, p) < 7 && at < 6 ? 1 : 0;
  }
  EXPECT_NEAR(ran.equity() - without.equity(), expected, 1e-11 * without.equity());
  EXPECT_GT(lapsed, 5);
  EXPECT_LT(lapsed, 40);
  EXPECT_GT(waits, 0);
  ran.expect_balanced();
}

// A default up to the draw leaves a lender none of the lot, though the lessee would have bought it
// before the sale; one that follows it brings the price.
TEST(SlippedLeases, OfLotsThatAreNotPaidForBringALenderNothing) {
  VehicleLease lease = lease_from(month(3), 5);
  lease.end_option = EndOption::fair_market_value;
  Market market = certain_rates();
  market.parties[0].hazard = {{1}, {0.5}};
  market.parties[0].recovery = 0;
  market.parties[1].hazard = {{1}, {0}};
  Book book = book_of(month(3), 2, {lease});
  Loan& loan = book.loans[0];
  loan.borrower = book.vehicles[0].borrower = "borrower";
  loan.recourse = book.vehicles[0].recourse = Recourse::full;
  loan.principal = 5e6;  // more than all sales bring
  loan.commitment = 5.1e6;
  loan.amortization = Amortization::bullet;
  TrancheDraw draw;
  draw.lots = {"lot"};
  draw.amount = 300;
  book.vehicles[0].tranches[0].draws = {draw};
  date_draws(book);
  Book none = book;
  none.vehicles[0].lots[0].units = 1e-9;
  const VehiclePaths ran(market, book, 2), without(market, none, 2);
  const auto recovered = [](const VehiclePaths& paths, int k) {
    return paths.b.sum(paths.b.layout.contract_month(0, static_cast<std::size_t>(k), kRecovery));
  };
  // No lot comes before month 4: a default up to it is sold in month 10 at the latest. What the
  // lessee pays in the month of a default is the lenders'.
  for (int k = kLag + 1; k <= kLag + 4; ++k) {
    double expected = recovered(without, k);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double* const before = ran.b.rows.row(ran.stages.survival_series(0), k - 1);
      const double* const after = ran.b.rows.row(ran.stages.survival_series(0), k);
      if (Moved(delivery(3, 2, 2 * kBlockPaths + p), 3, 5).end == k)
        expected += (before[p] - after[p]) * ran.worth(k, p);
    }
    EXPECT_NEAR(recovered(ran, k), expected, 1e-9 * expected) << k;
  }
  EXPECT_GT(recovered(ran, kLag + 6), 1.01 * recovered(without, kLag + 6));
}

// By schedule the lease begins with the mean delivery, and ends so much later.
TEST(SlippedLeases, OfTheScheduleAreThoseOfTheMean) {
  const VehicleLease lease = lease_from(month(3), 12);
  const VehiclePaths late(certain_rates(), book_of(month(3), 4, {lease}), 0),
      sure(certain_rates(), book_of(month(7), 0, {lease_from(month(7), 16)}), 0);
  const OfftakePlan& one = late.b.plan.vehicles[0].offtakes[0];
  const OfftakePlan& other = sure.b.plan.vehicles[0].offtakes[0];
  for (std::size_t k = 0; k <= kEnd; ++k) {
    EXPECT_NEAR(scheduled_revenue(one)[k], scheduled_revenue(other)[k], 1e-9) << k;
    EXPECT_NEAR(scheduled_hours(one)[k], scheduled_hours(other)[k], 1e-9) << k;
    EXPECT_NEAR(scheduled_free_hours(late.b.plan.vehicles[0].lots[0])[k],
                scheduled_free_hours(sure.b.plan.vehicles[0].lots[0])[k], 1e-9)
        << k;
  }
}

}  // namespace
}  // namespace lien::pricing
