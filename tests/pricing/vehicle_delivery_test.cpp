// Over 400 lines on purpose: when lots come, and all that follows, told from one stream.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/market/contract_inputs.hpp"
#include "pricing/market/scenario.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "tests/pricing/vehicle_paths.hpp"

// Lots that come late: when they do, what they earn, and the draws that wait for them. Told once
// more from the stream itself, path by path, where nothing else is random.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;

constexpr double kPrice = 3000, kNewUnits = 20;

// Rents, rates and customers that are known: what is random is the delivery.
Market still() {
  Market market = certain_rates();
  market.rates.liquidity_spread = 0;
  market.scarcity->volatility = 0;
  market.frontier->volatility = 0;
  for (LaunchLine& line : market.launches) line.drop_mean = line.drop_stdev = 0;
  for (Hardware& hardware : market.hardware) hardware.utilization = Utilization{0.8};
  market.parties[1].hazard = {{1}, {0}};
  return market;
}

// A lot that is there, and one to come for which a draw pays.
Book late_vehicle(double slip, Date in_service, std::optional<Date> draw_end) {
  Book book;
  Loan loan;
  loan.id = "v/debt";
  loan.recourse = Recourse::none;
  loan.principal = 60000;
  loan.commitment = 110000;
  loan.draw_end = draw_end;
  loan.closing = kSampleDate;
  loan.maturity = month(kEnd);
  loan.coupon = 0.12;
  loan.amortization = Amortization::bullet;
  loan.vehicle = 0;
  book.loans = {loan};
  Vehicle vehicle;
  vehicle.id = "v";
  vehicle.lots = {{"old", "multiple", 100, {}, 4000, 0.5, {}},
                  {"new", "multiple", kNewUnits, in_service, kPrice, 0.5, {}, slip}};
  Offtake offtake;
  offtake.id = "o";
  offtake.customer = "customer";
  offtake.rental_rate = 2;
  offtake.end = month(60);
  vehicle.offtakes = {offtake};
  Tranche tranche;
  tranche.id = "debt";
  tranche.loan = 0;
  TrancheDraw draw;
  draw.lots = {"new"};
  draw.amount = 20000;
  tranche.draws = {draw};
  vehicle.tranches = {tranche};
  book.vehicles = {vehicle};
  date_draws(book);
  return book;
}
Book undrawn(Book book) {
  book.vehicles[0].tranches[0].draws.clear();
  book.loans[0].draws.clear();
  return book;
}

// The time of the lot's delivery, in months: from its stream.
double delivery(const char* lot, double from, double mean, std::uint64_t path) {
  const auto key = engine::stream_key(settings_of(kSampleDate).seed, engine::StreamKind::delay,
                                      std::string("v/") + lot);
  return from + mean * engine::exponential_at(key, path);
}
double there(double delivered, int k) { return std::clamp(k - delivered, 0.0, 1.0); }

// The years of the loan's months, from 1 on.
std::vector<double> accruals(const SimulatedBlock& b, const Loan& loan) {
  std::vector<double> years = {0};
  for (const LoanPayment& period : schedule_loan(loan, b.market.rates, b.grid).payments)
    years.push_back(period.accrual);
  return years;
}

// Many blocks of one book, each shown to `see` with the path number of its first path.
struct Blocks {
  VehiclePaths paths;
  Blocks(const Market& market, const Book& book, MeasureBasis basis = MeasureBasis::risk_neutral)
      : paths(market, book, 0, basis) {}
  void run(std::size_t count,
           const std::function<void(const std::vector<double>&, BookStages&, std::uint64_t)>& see) {
    SimulatedBlock& b = paths.b;
    engine::FactorScratch scratch(b.plan.factors);
    for (std::uint64_t n = 0; n < count; ++n) {
      std::vector<double> sums(2 * b.layout.pairs, 0.0);
      engine::fill_factors(b.plan.factors, n * kBlockPaths, scratch, b.rows);
      paths.stages(b.rows, n, sums.data());
      see(sums, paths.stages, n * kBlockPaths);
    }
  }
};

// 1. The law: of two lots of one vehicle, independently.
TEST(Delivery, IsExponentialFromTheDayAgreed) {
  Book book = undrawn(late_vehicle(3, month(4), {}));
  VehicleLot other = book.vehicles[0].lots[1];
  other.id = "other";
  other.slip_months = 5;
  book.vehicles[0].lots.push_back(other);
  Blocks blocks(still(), book);
  constexpr std::size_t kBlocks = 256;
  constexpr double kPaths = kBlocks * kBlockPaths;
  std::array<double, 2> mean{};
  std::array<double, 30> months{};
  double product = 0;
  blocks.run(kBlocks, [&](const auto&, BookStages& stages, std::uint64_t first) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double one = stages.delivery_row(kDelivered)[p] - 4,
                   two = stages.delivery_row(kDeliveryRows + kDelivered)[p] - 4;
      EXPECT_DOUBLE_EQ(one + 4, delivery("new", 4, 3, first + p));
      EXPECT_EQ(stages.delivery_row(kPaidFor)[p], 0);
      mean[0] += one / kPaths;
      mean[1] += two / kPaths;
      product += (one - 3) * (two - 5) / kPaths;
      if (one < 30) months[static_cast<std::size_t>(one)] += 1 / kPaths;
    }
  });
  EXPECT_NEAR(mean[0], 3, 4 * 3 / std::sqrt(kPaths));
  EXPECT_NEAR(mean[1], 5, 4 * 5 / std::sqrt(kPaths));
  EXPECT_NEAR(product, 0, 4 * 15 / std::sqrt(kPaths));
  for (std::size_t k = 0; k < 12; ++k) {
    const double share =
        std::exp(-static_cast<double>(k) / 3) - std::exp(-static_cast<double>(k + 1) / 3);
    EXPECT_NEAR(months[k], share, 4 * std::sqrt(share * (1 - share) / kPaths)) << k;
  }
}

// 2. What the lot earns and costs by month: path by path, and the mean against its closed form.
TEST(Delivery, IsWhenALotBeginsToEarn) {
  const Date service = month(3) + std::chrono::days(11);
  const Book book = undrawn(late_vehicle(4, service, {}));
  Blocks blocks(still(), book);
  const double from = 12 * blocks.paths.b.grid.time_of(service);
  constexpr std::size_t kBlocks = 128;
  constexpr double kPaths = kBlocks * kBlockPaths, kMean = 4;
  const double hour = 730 * (2 - 0.5);
  std::array<double, kEnd + 1> seen{};
  blocks.run(kBlocks, [&](const auto& sums, BookStages&, std::uint64_t first) {
    for (int k = 1; k <= kEnd; ++k) {
      double cash = 0, growth = std::exp(0.025 * k / 12);
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        cash += 730 * (2 - 0.5 * growth) *
                (100 + kNewUnits * there(delivery("new", from, kMean, first + p), k));
      const auto at = static_cast<std::size_t>(k);
      const double ran = sums[2 * blocks.paths.b.layout.coverage(0, at, kPairCash)];
      EXPECT_NEAR(ran, cash, 1e-11 * cash) << k;
      seen[at] += ran / (730 * (2 - 0.5 * growth)) / kPaths;
    }
    EXPECT_LT(sums[2 * blocks.paths.b.layout.vehicle(0, kCashImbalance) + 1], 1e-20);
  });
  EXPECT_GT(hour, 0);
  for (int k = 1; k <= kEnd; ++k) {
    // P(delivered by t) over the month, and twice its first moment from the month's end.
    const double begin = std::max(k - 1.0, from), d = std::max(0.0, k - begin);
    const double late = begin > from ? std::exp(-(begin - from) / kMean) : 1.0;
    const double share = d - late * kMean * (1 - std::exp(-d / kMean));
    double square = 0;  // E[share^2] = int 2 (k - t) P(delivered by t) dt, by Simpson
    constexpr int kSteps = 200;
    for (int i = 0; i <= kSteps && d > 0; ++i) {
      const double t = begin + d * i / kSteps;
      const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
      square += weight * 2 * (k - t) * (1 - std::exp(-(t - from) / kMean)) * d / kSteps / 3;
    }
    const double error = std::sqrt(std::max(0.0, square - share * share) / kPaths);
    EXPECT_NEAR(seen[static_cast<std::size_t>(k)], 100 + kNewUnits * share,
                4 * kNewUnits * error + 1e-9)
        << k;
  }
}

// 3. Without delay, or with none to speak of, the vehicle is that of a lot on its day: values,
// tests and months; of draws that have their own day to the square of a month's discounting.
TEST(Delivery, WithoutDelayIsOnItsDay) {
  const Date end = month(5), inside = month(5) + std::chrono::days(13);
  for (const auto& [service, drawn] : {std::pair{end, false}, {inside, false}, {inside, true}}) {
    const auto run = [&, day = service, draws = drawn](double slip) {
      Book book = late_vehicle(slip, day, month(12));
      book.loans[0].day_count = DayCount::actual_360;
      book.loans[0].frequency = Frequency::quarterly;
      book.loans[0].undrawn_fee = 0.01;
      book.vehicles[0].reserves = {{"r", 500, {}, 3.0, kOperatingCostItem}};
      Covenant covenant;
      covenant.id = "value";
      covenant.test = CovenantTest::loan_to_value;
      covenant.max = 0.07;
      book.vehicles[0].covenants = {covenant};
      return SimulatedBlock(certain_rates(), draws ? book : undrawn(book), settings_of(kSampleDate),
                            MeasureBasis::risk_neutral, 2);
    };
    const SimulatedBlock none = run(0), hardly = run(1e-11);
    EXPECT_TRUE(none.plan.vehicles[0].deliveries.empty());
    EXPECT_EQ(hardly.plan.vehicles[0].deliveries.size(), 1U);
    ASSERT_EQ(none.sums.size(), hardly.sums.size());
    double largest = 0;
    for (const double sum : none.sums) largest = std::max(largest, std::abs(sum));
    const double tolerance = drawn ? 4e-6 : 1e-9;
    for (std::size_t i = 0; i < none.sums.size(); ++i)
      EXPECT_NEAR(hardly.sums[i], none.sums[i],
                  tolerance * std::abs(none.sums[i]) + 1e-16 * largest)
          << i;
    EXPECT_EQ(hardly.tests, none.tests);
    const std::uint32_t slot = none.plan.vehicles[0].covenants[0].slot;
    EXPECT_GT(none.test(slot, 12, kInBreach), 0U);
    EXPECT_LT(none.test(slot, 12, kInBreach), kBlockPaths);
  }
}

// 4. The draw is made when the lot comes, up to draw_end; it lapses as often as the law says, and
// its lot then never joins. The interest on it runs from its day.
TEST(Delivery, MakesTheDraw) {
  constexpr double kMean = 4, kFrom = 3, kOpen = 8;
  Book book = late_vehicle(kMean, month(3), month(8));
  book.loans[0].principal = 0;  // nothing is owed before the draw: an early one bears interest too
  book.loans[0].outstanding_principal = 0;
  date_draws(book);
  EXPECT_EQ(book.loans[0].draws.at(0).date, month(7));
  Blocks blocks(still(), book);
  const SimulatedBlock& b = blocks.paths.b;
  const auto periods = schedule_loan(book.loans[0], b.market.rates, b.grid).payments;
  ASSERT_EQ(periods.size(), static_cast<std::size_t>(kEnd));
  const auto accrual = [&](int k) { return periods[static_cast<std::size_t>(k - 1)].accrual; };
  constexpr std::size_t kBlocks = 128;
  constexpr double kPaths = kBlocks * kBlockPaths;
  double lapsed = 0;
  blocks.run(kBlocks, [&](const auto& sums, BookStages& stages, std::uint64_t first) {
    std::array<double, kEnd + 2> drawn{}, interest{}, cash{};
    double value = 0;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double at = delivery("new", kFrom, kMean, first + p);
      const bool made = at <= kOpen;
      lapsed += made ? 0 : 1;
      EXPECT_EQ(stages.delivery_row(kPaidFor)[p], made ? std::ceil(at) : kNever);
      for (std::size_t k = 1; k <= kEnd; ++k)
        cash[k] += 730 * (2 - 0.5 * std::exp(0.025 * static_cast<double>(k) / 12)) *
                   (100 + (made ? kNewUnits * there(at, static_cast<int>(k)) : 0.0));
      if (!made) continue;
      const int k = static_cast<int>(std::ceil(at));
      drawn[static_cast<std::size_t>(k)] += 20000;
      const double part = at - (k - 1);
      // Discount between month ends linearly, as the day of a draw is.
      value -= 20000 * (discount(k) + (1 - part) * (discount(k - 1) - discount(k)));
      for (int j = k + 1; j <= kEnd; ++j) {
        const double owed = j == k + 1 ? accrual(j) + (1 - part) * accrual(k) : accrual(j);
        interest[static_cast<std::size_t>(j)] += 20000 * 0.12 * owed;
        value += 20000 * 0.12 * owed * discount(j);
      }
      value += 20000 * discount(kEnd);
    }
    for (std::size_t k = 1; k <= kEnd; ++k) {
      const double repaid = sums[2 * b.layout.contract_month(0, k, kRepaid)];
      const double last =
          k == kEnd
              ? 20000.0 * std::round((drawn[4] + drawn[5] + drawn[6] + drawn[7] + drawn[8]) / 20000)
              : 0.0;
      EXPECT_NEAR(repaid, last - drawn[k], 1e-6) << k;
      EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kVariable)], interest[k], 1e-6) << k;
      if (k > 3) {  // before, nothing is due on any path
        EXPECT_NEAR(sums[2 * b.layout.coverage(0, k, kPairCash)], cash[k], 1e-11 * cash[k]) << k;
      }
    }
    EXPECT_NEAR(sums[2 * b.layout.contract(0, kPresentValue)], value, 1e-9 * 64 * 20000);
    EXPECT_LT(sums[2 * b.layout.vehicle(0, kCashImbalance) + 1], 1e-20);
  });
  const double share = std::exp(-(kOpen - kFrom) / kMean);
  EXPECT_NEAR(lapsed / kPaths, share, 4 * std::sqrt(share * (1 - share) / kPaths));
}

// A draw waits for the last of its lots, a lot for the first of its draws that is made.
TEST(Delivery, OfADrawIsThatOfItsLastLot) {
  Book book = late_vehicle(2, month(3), month(9));
  VehicleLot second = book.vehicles[0].lots[1], third = second;
  second.id = "second";
  second.slip_months = 0;
  second.in_service = month(6) - std::chrono::days(9);
  third.id = "third";
  third.slip_months = 5;
  book.vehicles[0].lots.push_back(second);
  book.vehicles[0].lots.push_back(third);
  auto& draws = book.vehicles[0].tranches[0].draws;
  draws[0].lots = {"new", "second"};
  draws.push_back(draws[0]);
  draws[1].lots = {"new", "third"};
  draws[1].amount = 7000;
  date_draws(book);
  Blocks blocks(still(), book);
  const SimulatedBlock& b = blocks.paths.b;
  const double fixed = 12 * b.grid.time_of(*second.in_service);
  int lapsed = 0;
  blocks.run(8, [&](const auto& sums, BookStages& stages, std::uint64_t first) {
    std::array<double, kEnd + 1> drawn{};
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double one = delivery("new", 3, 2, first + p),
                   three = delivery("third", 3, 5, first + p);
      const double pair = std::max(one, fixed), other = std::max(one, three);
      if (pair <= 9) drawn[static_cast<std::size_t>(std::ceil(pair))] += 20000;
      if (other <= 9) drawn[static_cast<std::size_t>(std::ceil(other))] += 7000;
      lapsed += other > 9 ? 1 : 0;
      const auto month_of = [](double t) { return t <= 9 ? std::ceil(t) : kNever; };
      const auto row = [&](std::uint32_t lot, DeliveryRow which) {
        return stages.delivery_row(kDeliveryRows * lot + which)[p];
      };
      EXPECT_EQ(row(0, kPaidFor), month_of(std::min(pair, other)));
      EXPECT_EQ(row(1, kPaidFor), month_of(pair));
      EXPECT_EQ(row(2, kPaidFor), month_of(other));
      EXPECT_EQ(row(1, kDelivered), pair <= 9 ? fixed : kNever);
      EXPECT_DOUBLE_EQ(row(0, kDelivered), std::min(pair, other) <= 9 ? one : kNever);
    }
    for (std::size_t k = 1; k < kEnd; ++k)
      EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kRepaid)], -drawn[k], 1e-6) << k;
  });
  EXPECT_GT(lapsed, 100);
}

// Tests count a lot from the month of its draw on, at cost and at value; a vehicle at a mark that
// is known shows how many paths have it.
TEST(Delivery, IsWhenTestsCountALot) {
  Book book = late_vehicle(4, month(3), month(8));
  Covenant cost;
  cost.id = "cost";
  cost.test = CovenantTest::loan_to_cost;  // 60 of 400, or 62 of 460
  cost.max = 0.14;
  book.vehicles[0].tranches[0].draws[0].amount = 2000;
  date_draws(book);
  Covenant value = cost;
  value.id = "value";
  value.test = CovenantTest::loan_to_value;
  book.vehicles[0].mark = Mark::cost;
  book.vehicles[0].covenants = {cost, value};
  Market market = still();
  market.hardware[1].useful_life_years = 1e6;  // so that the mark is the price
  VehiclePaths paths(market, book, 0);
  for (int k = 1; k < kEnd; ++k) {
    unsigned joined = 0;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double at = delivery("new", 3, 4, p);
      joined += at <= 8 && std::ceil(at) <= k ? 1 : 0;
    }
    for (const CovenantPlan& covenant : paths.b.plan.vehicles[0].covenants)
      EXPECT_EQ(paths.b.test(covenant.slot, k, kInBreach), kBlockPaths - joined) << k;
  }
}

// A default sells the lots whose draw came before it: in the month of the draw only if an event of
// its end is the default.
TEST(Delivery, IsWhenADefaultSellsALot) {
  for (const bool event : {false, true})
    for (const double stdev : {0.0, 1.5}) {
      Book book = late_vehicle(4, month(3), month(8));
      Vehicle& vehicle = book.vehicles[0];
      book.loans[0].principal = 600000;  // more than all sales bring
      book.loans[0].commitment = 700000;
      vehicle.lots[0].units = 20;
      vehicle.offtakes[0].rental_rate = 40;
      if (event) {
        Covenant covenant;
        covenant.id = "event";
        covenant.test = CovenantTest::loan_to_cost;
        covenant.max = 0.01;
        covenant.first_test = month(5);
        covenant.consequences = kEventOfDefault;
        vehicle.covenants = {covenant};
      } else {
        book.loans[0].borrower = vehicle.borrower = "borrower";
        book.loans[0].recourse = vehicle.recourse = Recourse::full;
      }
      Market market = still();
      market.parties[0].recovery = 0;
      market.parties[0].hazard = {{1}, {0.5}};
      market.parties[0].scarcity_loading = 0;
      market.liquidation = Liquidation{0.10, 0, 40, 3, stdev};
      for (Hardware& hardware : market.hardware) hardware.resale->multiple = 1000;
      const VehiclePaths late(market, book, 0);
      // The same vehicle with the lot from today on, and without it; both make the same draws.
      Book with = book, without = book;
      with.vehicles[0].lots[1].units = 1e-6;
      without.vehicles[0].lots[1].units = 1e-6;
      VehicleLot there = book.vehicles[0].lots[1];
      there.id = "there";
      there.in_service = kSampleDate - std::chrono::days(1);
      there.slip_months = 0;
      there.purchase_price = 0.001;
      there.operating_cost = 0;
      with.vehicles[0].lots.push_back(there);
      for (Book* const other : {&with, &without})
        for (Offtake& offtake : other->vehicles[0].offtakes) offtake.lots = {"old", "new"};
      const VehiclePaths all(market, with, 0), none(market, without, 0);
      const auto recovered = [&](const VehiclePaths& paths, std::size_t k) {
        return paths.b.sum(paths.b.layout.contract_month(0, k, kRecovery));
      };
      if (stdev > 0) {  // lags differ by path: only that all and nothing bound it
        double sums[3] = {};
        for (std::size_t k = 1; k <= kEnd; ++k) {
          sums[0] += recovered(none, k);
          sums[1] += recovered(late, k);
          sums[2] += recovered(all, k);
        }
        EXPECT_LT(sums[0], 0.99 * sums[1]);
        EXPECT_LT(sums[1], 0.99 * sums[2]);
        continue;
      }
      for (std::size_t k = 4; k <= kEnd; ++k) {
        const int month = static_cast<int>(k) - 3;  // of the default
        double joined = 0;
        for (std::size_t p = 0; p < kBlockPaths; ++p) {
          const double at = delivery("new", 3, 4, p);
          const double bought = std::ceil(at);
          joined += at <= 8 && (event ? bought <= month : bought < month) ? 1.0 / 64 : 0;
        }
        const double one = recovered(none, k), other = recovered(all, k);
        EXPECT_NEAR(recovered(late, k), one + joined * (other - one), 2e-6 * (1 + other)) << k;
      }
    }
}

// Schedules are those of the mean delivery, ages too.
TEST(Delivery, OfTheScheduleIsTheMean) {
  Book book = late_vehicle(2.5, month(4), month(12));
  book.vehicles[0].reserves = {{"r", 0, {}, 2.0, kOperatingCostItem}};
  date_draws(book);
  EXPECT_EQ(book.loans[0].draws[0].date,
            month(6) + (month(7) - month(6) + std::chrono::days(1)) / 2);
  const SimulatedBlock late(still(), book, settings_of(kSampleDate), MeasureBasis::risk_neutral, 0);
  Book sure = book;
  sure.vehicles[0].lots[1].in_service = book.loans[0].draws[0].date;
  sure.vehicles[0].lots[1].slip_months = 0;
  date_draws(sure);
  const SimulatedBlock fixed(still(), sure, settings_of(kSampleDate), MeasureBasis::risk_neutral,
                             0);
  const VehiclePlan &one = late.plan.vehicles[0], &other = fixed.plan.vehicles[0];
  EXPECT_EQ(one.reserves[0].target, other.reserves[0].target);
  EXPECT_EQ(one.lots[1].bought, other.lots[1].bought);
  EXPECT_EQ(late.plan.lots[one.lots[1].lot].age_months,
            fixed.plan.lots[other.lots[1].lot].age_months);
  const std::size_t first = late.plan.contracts[0].first_month;
  for (std::size_t k = 0; k <= kEnd; ++k) {
    EXPECT_EQ(late.plan.columns.draw[first + k], fixed.plan.columns.draw[first + k]);
    EXPECT_EQ(late.plan.columns.interest[first + k], fixed.plan.columns.interest[first + k]);
    EXPECT_EQ(scheduled_cost(one.lots[1])[k], other.lots[1].operating_cost[k]) << k;
    EXPECT_EQ(scheduled_free_hours(one.lots[1])[k], other.lots[1].free_hours[k]) << k;
    EXPECT_EQ(scheduled_hours(one.offtakes[1])[k], other.offtakes[1].lost_hours[k]) << k;
    EXPECT_EQ(scheduled_revenue(one.offtakes[1])[k], other.offtakes[1].revenue[k]) << k;
  }
}

// Where the mean delivery is too late for the draw, neither draw nor lot is in the schedule; the
// paths on which it comes in time have both.
TEST(Delivery, TooLateOnAverageIsNotScheduled) {
  Book book = late_vehicle(20, month(3), month(8));
  book.loans[0].principal = 0;
  book.loans[0].outstanding_principal = 0;
  date_draws(book);
  Blocks blocks(still(), book);
  const SimulatedBlock& b = blocks.paths.b;
  const VehiclePlan& plan = b.plan.vehicles[0];
  EXPECT_EQ(b.plan.contracts[0].most_to_draw, 20000);
  EXPECT_NEAR(b.plan.contracts[0].to_draw, 20000 * (1 - std::exp(-5.0 / 20)), 1e-6);
  for (std::size_t k = 0; k <= kEnd; ++k) {
    EXPECT_EQ(b.plan.columns.closing[b.plan.contracts[0].first_month + k], 0);
    EXPECT_EQ(scheduled_cost(plan.lots[1])[k], 0);
    EXPECT_EQ(scheduled_revenue(plan.offtakes[1])[k], 0);
  }
  EXPECT_EQ(plan.lots[1].bought, kEnd + 1);
  double drawn = 0, repaid = 0, interest = 0, owed = 0;
  blocks.run(8, [&](const auto& sums, BookStages&, std::uint64_t first) {
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      if (const double at = delivery("new", 3, 20, first + p); at <= 8) {
        drawn += 20000;
        owed += 20000 * (kEnd - std::ceil(at));
      }
    repaid += sums[2 * b.layout.contract_month(0, kEnd, kRepaid)];
    for (std::size_t k = 1; k <= kEnd; ++k)
      interest += sums[2 * b.layout.contract_month(0, k, kVariable)];
  });
  EXPECT_GT(drawn, 50 * 20000);
  EXPECT_NEAR(repaid, drawn, 1e-6);
  EXPECT_GT(interest, 0.01 * owed);
  EXPECT_LT(interest, 0.01 * owed + 0.0105 * drawn);
}

// 5. Where draws have maturities of their own each is repaid from its own day on, over its months
// or up to the maturity of all: straight-line parts path by path, and their mean by the law.
TEST(Delivery, RepaysEachDrawFromItsOwnDay) {
  constexpr double kMean = 4, kFrom = 3, kOpen = 8, kAmount = 20000;
  for (const int months : {6, 20}) {
    Book book = late_vehicle(kMean, month(3), month(8));
    Loan& loan = book.loans[0];
    loan.amortization = Amortization::straight_line;
    loan.draw_maturity_months = months;
    date_draws(book);
    Blocks blocks(still(), book);
    const SimulatedBlock& b = blocks.paths.b;
    constexpr std::size_t kBlocks = 64;
    constexpr double kPaths = kBlocks * kBlockPaths;
    std::array<double, kEnd + 1> mean{};
    const std::vector<double> years = accruals(b, book.loans[0]);
    const auto parts_from = [&](int i) { return std::min(months, kEnd - i); };
    blocks.run(kBlocks, [&](const auto& sums, BookStages&, std::uint64_t first) {
      std::array<double, kEnd + 1> principal{}, interest{};
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        for (int k = 1; k <= months; ++k) {
          principal[static_cast<std::size_t>(k)] += 60000.0 / months;
          interest[static_cast<std::size_t>(k)] +=
              0.12 * years[static_cast<std::size_t>(k)] * 60000.0 * (months - k + 1) / months;
        }
        const double at = delivery("new", kFrom, kMean, first + p);
        if (at > kOpen) continue;
        const int i = static_cast<int>(std::ceil(at)), n = parts_from(i);
        principal[static_cast<std::size_t>(i)] -= kAmount;
        for (int k = i + 1; k <= i + n; ++k) {
          const auto m = static_cast<std::size_t>(k);
          principal[m] += kAmount / n;
          mean[m] += kAmount / n / kPaths;
          const double owed = kAmount * (i + n + 1 - k) / n;
          interest[m] += 0.12 * owed * years[m];
          if (k == i + 1) interest[m] += 0.12 * kAmount * (i - at) * years[m - 1];
        }
      }
      for (std::size_t k = 1; k <= kEnd; ++k) {
        EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kRepaid)], principal[k], 1e-6) << k;
        EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kVariable)], interest[k], 1e-6) << k;
      }
      EXPECT_LT(sums[2 * b.layout.vehicle(0, kCashImbalance) + 1], 1e-20);
    });
    for (int k = 4; k <= kEnd; ++k) {
      double expected = 0, square = 0;
      for (int i = 4; i <= kOpen; ++i) {
        const int n = parts_from(i);
        if (k <= i || k > i + n) continue;
        const double chance = std::exp(-(i - 1 - kFrom) / kMean) - std::exp(-(i - kFrom) / kMean);
        expected += chance * kAmount / n;
        square += chance * kAmount / n * kAmount / n;
      }
      EXPECT_NEAR(mean[static_cast<std::size_t>(k)], expected,
                  4 * std::sqrt((square - expected * expected) / kPaths) + 1e-9)
          << k;
    }
  }
}

// Level payments, quarters, days inside a period and a draw that has its own day beside: without
// delay to speak of it is the schedule of the day agreed, by month.
TEST(Delivery, WithoutDelayHasTheMaturityOfItsDay) {
  for (const bool floats : {false, true})
    for (const Amortization amortization :
         {Amortization::level, Amortization::straight_line, Amortization::bullet}) {
      const auto run = [&, how = amortization, floating = floats](double slip) {
        Book book = late_vehicle(slip, month(5) + std::chrono::days(13), month(12));
        Loan& loan = book.loans[0];
        loan.closing = kSampleDate - std::chrono::days(40);
        loan.outstanding_principal = 60000;
        loan.maturity = month(kEnd) - std::chrono::days(9);
        loan.frequency = Frequency::quarterly;
        loan.day_count = DayCount::actual_360;
        loan.amortization = how;
        loan.draw_maturity_months = 13;
        loan.floating = floating;
        loan.margin = 0.06;
        loan.current_rate = 0.1;
        loan.coupon = floating ? 0 : 0.12;
        TrancheDraw dated;
        dated.date = month(8);
        dated.amount = 5000;
        book.vehicles[0].tranches[0].draws.push_back(dated);
        date_draws(book);
        return SimulatedBlock(still(), book, settings_of(kSampleDate), MeasureBasis::risk_neutral,
                              2);
      };
      const SimulatedBlock none = run(0), hardly = run(1e-11);
      EXPECT_TRUE(none.plan.vehicles[0].tranches[0].others_opening.empty());
      ASSERT_FALSE(hardly.plan.vehicles[0].tranches[0].others_opening.empty());
      for (std::size_t k = 1; k <= kEnd; ++k)
        for (const auto which : {kRepaid, kVariable}) {
          const double one = none.sum(none.layout.contract_month(0, k, which));
          EXPECT_NEAR(hardly.sum(hardly.layout.contract_month(0, k, which)), one,
                      1e-9 * std::abs(one) + 1e-7)
              << k << ' ' << static_cast<int>(which);
        }
      const double value = none.sum(none.layout.contract(0, kPresentValue));
      // Principal that a path has and the schedule has not is paid on the day of its interest.
      for (const TrancheMonth& month : hardly.plan.vehicles[0].tranches[0].months)
        if (month.floating_base > 0) {
          EXPECT_NEAR(month.timing, month.floating_timing, 1e-12);
        }
      // A draw's own day to the square of a month's discounting.
      EXPECT_NEAR(hardly.sum(hardly.layout.contract(0, kPresentValue)), value,
                  4e-6 * 20000 * kBlockPaths);
    }
}

// Too late on average, and repaid in full all the same on the paths on which it is made.
TEST(Delivery, RepaysWhatNoScheduleHas) {
  Book book = late_vehicle(20, month(3), month(8));
  book.loans[0].principal = 0;
  book.loans[0].outstanding_principal = 0;
  book.loans[0].draw_maturity_months = 6;
  book.loans[0].amortization = Amortization::straight_line;
  date_draws(book);
  Blocks blocks(still(), book);
  const SimulatedBlock& b = blocks.paths.b;
  std::array<double, kEnd + 1> expected{};
  std::array<double, kEnd + 1> seen{};
  blocks.run(8, [&](const auto& sums, BookStages&, std::uint64_t first) {
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      if (const double at = delivery("new", 3, 20, first + p); at <= 8) {
        const auto i = static_cast<std::size_t>(std::ceil(at));
        expected[i] -= 20000;
        for (std::size_t k = i + 1; k <= i + 6; ++k) expected[k] += 20000.0 / 6;
      }
    for (std::size_t k = 1; k <= kEnd; ++k)
      seen[k] += sums[2 * b.layout.contract_month(0, k, kRepaid)];
  });
  EXPECT_LT(expected[4], -20000);
  for (std::size_t k = 1; k <= kEnd; ++k) EXPECT_NEAR(seen[k], expected[k], 1e-6) << k;
}

// What a covenant held back until its own schedule owed nothing is repaid with the next payment.
TEST(Delivery, RepaysWhatWasHeldBackTooLongAtOnce) {
  Book book = late_vehicle(3, month(3), month(16));
  Loan& loan = book.loans[0];
  loan.principal = 0;
  loan.outstanding_principal = 0;
  loan.draw_maturity_months = 3;
  Loan other = loan;  // while it is owed no draw is made
  other.id = "v/other";
  other.principal = 60000;
  other.outstanding_principal.reset();
  other.commitment.reset();
  other.draw_maturity_months.reset();
  other.draw_end.reset();
  other.draws.clear();
  other.maturity = month(9);
  book.loans.push_back(other);
  Tranche tranche;
  tranche.id = "other";
  tranche.rank = 2;
  tranche.loan = 1;
  book.vehicles[0].tranches.push_back(tranche);
  Covenant covenant;
  covenant.id = "cost";
  covenant.test = CovenantTest::loan_to_cost;
  covenant.max = 0.10;  // 60 of 400
  covenant.consequences = kDrawStop;
  book.vehicles[0].covenants = {covenant};
  date_draws(book);
  Blocks blocks(still(), book);
  const SimulatedBlock& b = blocks.paths.b;
  int too_long = 0;
  blocks.run(8, [&](const auto& sums, BookStages&, std::uint64_t first) {
    std::array<double, kEnd + 1> principal{};
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double at = delivery("new", 3, 3, first + p);
      if (at > 16) continue;
      const int i = static_cast<int>(std::ceil(at)), made = std::max(i, 10);
      principal[static_cast<std::size_t>(made)] -= 20000;
      principal[static_cast<std::size_t>(std::max(i + 3, made + 1))] += 20000;
      too_long += i + 3 <= made ? 1 : 0;
    }
    for (std::size_t k = 1; k <= kEnd; ++k)
      EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kRepaid)], principal[k], 1e-6) << k;
  });
  EXPECT_GT(too_long, 100);
}

// A period that runs today and in which nothing was owed has set nothing aside.
TEST(Delivery, SetsNothingAsideForWhatIsNotDrawn) {
  for (const double lent : {0.0, 60000.0}) {
    Book book = late_vehicle(4, month(1), month(8));
    Loan& loan = book.loans[0];
    loan.closing = kSampleDate - std::chrono::days(40);
    loan.frequency = Frequency::quarterly;
    loan.principal = lent;
    loan.outstanding_principal = lent;
    loan.draw_maturity_months = 6;
    date_draws(book);
    const SimulatedBlock b(still(), book, settings_of(kSampleDate), MeasureBasis::risk_neutral, 0);
    int paid = 0, whole = 0;
    for (const TrancheMonth& month : b.plan.vehicles[0].tranches[0].months) {
      paid += month.accrual > 0 ? 1 : 0;
      whole += month.accrual > 0 && month.from_cash == 1 ? 1 : 0;
    }
    EXPECT_GT(paid, 3);
    EXPECT_EQ(whole, lent > 0 ? paid - 1 : paid);
  }
}

// 6. What a customer has paid in advance it has back in the months of its own path: parts of the
// advance in the first months with rent, what a month's rent is too small for in the months after.
TEST(Delivery, CreditsWhatWasPaidInAdvance) {
  constexpr double kMean = 4, kFrom = 3, kRent = 730 * 2 * kNewUnits;
  constexpr double kSteady = 730 * 2.0 * 100;
  for (const bool shared : {false, true}) {
    Book book = undrawn(late_vehicle(kMean, month(3), {}));
    Vehicle& vehicle = book.vehicles[0];
    vehicle.offtakes[0].lots = {"old"};
    vehicle.offtakes.push_back(vehicle.offtakes[0]);
    Offtake& ahead = vehicle.offtakes[shared ? 0 : 1];
    vehicle.offtakes[1].id = "ahead";
    vehicle.offtakes[1].lots = {"new"};
    if (shared) {
      vehicle.offtakes.pop_back();
      vehicle.offtakes[0].lots.clear();
    }
    Offtake& paid = shared ? vehicle.offtakes[0] : ahead;
    paid.prepaid = 5 * 20000;
    paid.prepaid_months = 5;
    Covenant whole;
    whole.id = "whole";
    whole.test = CovenantTest::contract_realization;
    whole.min = 1 - 1e-9;
    vehicle.covenants = {whole};
    Blocks blocks(still(), book);
    const SimulatedBlock& b = blocks.paths.b;
    ASSERT_EQ(b.plan.vehicles[0].advances.size(), 1U);
    int carried = 0;
    blocks.run(16, [&](const auto& sums, BookStages&, std::uint64_t first) {
      std::array<double, kEnd + 1> cash{};
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const double at = delivery("new", kFrom, kMean, first + p);
        double due = 0;
        int count = 0;
        for (int k = 1; k <= kEnd; ++k) {
          const double serves = there(at, k), rent = kRent * serves + (shared ? kSteady : 0);
          if (rent > 0 && count++ < 5) due += 20000;
          const double credit = std::min(rent, due);
          due -= credit;
          carried += rent > 0 && due > 0 ? 1 : 0;
          cash[static_cast<std::size_t>(k)] +=
              kSteady + kRent * serves - credit -
              730 * 0.5 * std::exp(0.025 * k / 12) * (100 + kNewUnits * serves);
        }
      }
      for (std::size_t k = 1; k <= kEnd; ++k)
        EXPECT_NEAR(sums[2 * b.layout.coverage(0, k, kPairCash)], cash[k], 1e-9 * kSteady * 64)
            << k << ' ' << shared;
      EXPECT_LT(sums[2 * b.layout.vehicle(0, kCashImbalance) + 1], 1e-20);
    });
    EXPECT_EQ(carried > 100, !shared);
    // Received all the same: the contract is performed.
    for (int k = 1; k <= kEnd; ++k) EXPECT_EQ(b.test(0, k, kInBreach), 0U) << k;
  }
}

// By schedule the advance is credited from the mean delivery on, as of a lot that comes then.
TEST(Delivery, CreditsAnAdvanceByScheduleOnTheMean) {
  for (const bool shared : {false, true}) {
    Book book = undrawn(late_vehicle(2, month(4), {}));
    book.vehicles[0].offtakes[0].prepaid = shared ? 1000000 : 400000;
    book.vehicles[0].offtakes[0].prepaid_months = 7;
    if (!shared) book.vehicles[0].offtakes[0].lots = {"new"};
    book.vehicles[0].lots[0].operating_cost = 0;
    Book sure = book;
    sure.vehicles[0].lots[1].slip_months = 0;
    sure.vehicles[0].lots[1].in_service = month(6);
    const RunSettings settings = settings_of(kSampleDate);
    const SimulatedBlock late(still(), book, settings, MeasureBasis::risk_neutral, 0),
        fixed(still(), sure, settings, MeasureBasis::risk_neutral, 0);
    const auto &ours = late.plan.vehicles[0].offtakes, &others = fixed.plan.vehicles[0].offtakes;
    ASSERT_EQ(ours.size(), shared ? 2U : 1U);
    for (std::size_t o = 0; o < ours.size(); ++o) {
      EXPECT_NE(ours[o].advance, kNone);
      EXPECT_TRUE(ours[o].credited.empty());
      EXPECT_FALSE(others[o].credited.empty());
      ASSERT_EQ(scheduled_revenue(ours[o]).size(), others[o].revenue.size());
      for (std::size_t k = 1; k <= kEnd; ++k)
        EXPECT_NEAR(scheduled_revenue(ours[o])[k], others[o].revenue[k], 1e-9) << o << ' ' << k;
    }
  }
}

// 7. A revolving tranche lends no more than its commitment: what a draw that comes early, or a
// fixed one that meets a late one, finds taken lapses.
TEST(Delivery, KeepsARevolvingTrancheWithinItsCommitment) {
  constexpr double kMean = 4, kFrom = 3, kCommitment = 65000;
  Book book = late_vehicle(kMean, month(3), month(16));
  Loan& loan = book.loans[0];
  loan.revolving = true;
  loan.commitment = kCommitment;
  loan.amortization = Amortization::straight_line;
  TrancheDraw dated;
  dated.date = month(12);
  dated.amount = 15000;
  book.vehicles[0].tranches[0].draws.push_back(dated);
  date_draws(book);
  Blocks blocks(still(), book);
  const SimulatedBlock& b = blocks.paths.b;
  const std::vector<double> years = accruals(b, loan);
  int lent_less = 0, whole = 0;
  blocks.run(32, [&](const auto& sums, BookStages&, std::uint64_t first) {
    std::array<double, kEnd + 1> principal{}, interest{};
    double value = 0;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double at = delivery("new", kFrom, kMean, first + p);
      double owed = 60000, first_days = 0;  // interest of the month of the draw
      for (int k = 1; k <= kEnd; ++k) {
        const auto m = static_cast<std::size_t>(k);
        const double due = owed / (kEnd + 1 - k), paid = 0.12 * owed * years[m] + first_days;
        principal[m] += due;
        interest[m] += paid;
        value += discount(k) * (due + paid);
        owed -= due;
        first_days = 0;
        const bool comes = at <= 16 && std::ceil(at) == k;
        const double asked = (comes ? 20000 : 0) + (k == 12 ? 15000 : 0);
        if (!(asked > 0)) continue;
        const double made = std::min(asked, kCommitment - owed);
        (made < asked ? lent_less : whole) += 1;
        const double part = comes ? at - (k - 1) : 1;
        const double of_lot = comes ? made * 20000 / asked : 0;
        first_days = 0.12 * of_lot * (1 - part) * years[m];
        principal[m] -= made;
        value -= discount(k) * made + of_lot * (1 - part) * (discount(k - 1) - discount(k));
        owed += made;
      }
    }
    for (std::size_t k = 1; k <= kEnd; ++k) {
      EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kRepaid)], principal[k], 1e-6) << k;
      EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kVariable)], interest[k], 1e-6) << k;
    }
    EXPECT_NEAR(sums[2 * b.layout.contract(0, kPresentValue)], value, 1e-9 * 64 * 20000);
    EXPECT_LT(sums[2 * b.layout.vehicle(0, kCashImbalance) + 1], 1e-20);
  });
  EXPECT_GT(lent_less, 500);
  EXPECT_GT(whole, 500);
}

// 8. Everyone draws: what waits for a lot is drawn on the scenario's day, on the paths on which the
// lot is not there by then; the lot earns from its own day on.
TEST(Delivery, DrawsOnTheDayOfAScenarioAtTheLatest) {
  Book book = late_vehicle(2, month(3), month(16));
  std::vector<std::string> known;
  const Cancelled done =
      draw_commitments(book, "vehicle.v.tranche.debt", month(7), kSampleDate, known);
  EXPECT_EQ(done.changed, 1);
  ASSERT_EQ(book.vehicles[0].tranches[0].draws.size(), 2U);  // and the rest of the commitment
  EXPECT_EQ(book.vehicles[0].tranches[0].draws[0].latest, month(7));
  date_draws(book);
  Blocks blocks(still(), book);
  const SimulatedBlock& b = blocks.paths.b;
  EXPECT_NEAR(b.plan.contracts[0].to_draw, 50000, 1e-9);
  int waited = 0;
  blocks.run(8, [&](const auto& sums, BookStages& stages, std::uint64_t first) {
    std::array<double, kEnd + 1> drawn{};
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double at = delivery("new", 3, 2, first + p), made = std::min(at, 7.0);
      waited += at > 7 ? 1 : 0;
      drawn[static_cast<std::size_t>(std::ceil(made))] += 20000;
      drawn[7] += 30000;
      EXPECT_EQ(stages.delivery_row(kPaidFor)[p], std::ceil(made));
      EXPECT_DOUBLE_EQ(stages.delivery_row(kDelivered)[p], at);
    }
    for (std::size_t k = 1; k < kEnd; ++k)
      EXPECT_NEAR(sums[2 * b.layout.contract_month(0, k, kRepaid)], -drawn[k], 1e-6) << k;
  });
  EXPECT_GT(waited, 50);
}

// Prices are of what is owed and of what is expected to be drawn: by the law of each lot's delay.
TEST(Delivery, PricesWhatIsExpectedToBeDrawn) {
  Book book = late_vehicle(4, month(3), month(8));
  TrancheDraw pair = book.vehicles[0].tranches[0].draws[0];
  VehicleLot second = book.vehicles[0].lots[1];
  second.id = "second";
  second.slip_months = 7;
  second.in_service = month(5);
  book.vehicles[0].lots.push_back(second);
  pair.lots = {"new", "second"};
  pair.amount = 9000;
  book.vehicles[0].tranches[0].draws.push_back(pair);
  date_draws(book);
  const SimulatedBlock b(still(), book, settings_of(kSampleDate), MeasureBasis::risk_neutral, 0);
  const double one = 1 - std::exp(-5.0 / 4), both = one * (1 - std::exp(-3.0 / 7));
  EXPECT_NEAR(b.plan.contracts[0].to_draw, 20000 * one + 9000 * both, 1e-6);
  EXPECT_EQ(b.plan.contracts[0].most_to_draw, 29000);
}

// The delay is the same whatever the basis; a scenario of its mean scales it, path by path.
TEST(Delivery, IsScaledByScenarios) {
  const Book book = undrawn(late_vehicle(2, month(4), {}));
  ScenarioRow row;
  row.scenario = "late";
  row.input = "vehicle.v.lot.new.slip_months";
  row.shock = Shock::relative;
  row.value = 1.5;
  const Stressed stressed = apply_scenario(still(), book, {&row, 1}, kSampleDate);
  EXPECT_EQ(stressed.book.vehicles[0].lots[1].slip_months, 5);
  const VehiclePaths base(still(), book, 1), other(stressed.market, stressed.book, 1),
      real(still(), book, 1, MeasureBasis::real_world);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double delay = base.stages.delivery_row(kDelivered)[p] - 4;
    EXPECT_EQ(real.stages.delivery_row(kDelivered)[p], delay + 4);
    EXPECT_NEAR(other.stages.delivery_row(kDelivered)[p] - 4, 2.5 * delay, 1e-12);
  }
}

}  // namespace
}  // namespace lien::pricing
