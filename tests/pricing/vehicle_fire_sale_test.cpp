#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "tests/pricing/liquidation_cases.hpp"
#include "tests/pricing/vehicle_of_loan.hpp"

// A fire sale of vehicles against docs/model.md, "Market depth", written once more: path by path,
// month by month, and of all sets of defaults that agree with the price they leave, the smallest.
namespace lien::pricing {
namespace {

using namespace liquidation;

constexpr std::size_t kVehicles = 6;
constexpr std::uint64_t kBlock = 4;
constexpr double kImpact = 0.8, kDepth = 0.03, kInstalled = 2e5;

Covenant value_event(double max) {
  Covenant event;
  event.id = "event";
  event.test = CovenantTest::loan_to_value;
  event.max = max;
  event.consequences = kEventOfDefault;
  return event;
}

// The first is sold for certain, the last falls to a test at cost; between them four that are
// tested at what a unit sells for. Living borrowers pay every shortfall.
Book vehicles() {
  Book book;
  const std::array<double, kVehicles> limits = {9, 0.95, 1.02, 1.05, 1.15, 0.95};
  for (std::size_t i = 0; i < kVehicles; ++i) {
    Loan loan = loan_on("loan-" + std::to_string(i), i == 0 ? "borrower" : "customer",
                        800.0 + 100.0 * static_cast<double>(i));
    loan.recourse = Recourse::full;
    loan.amortization = Amortization::bullet;
    Vehicle vehicle = vehicle_of(loan, book);
    vehicle.covenants = {value_event(limits[i])};
    book.vehicles.push_back(vehicle);
  }
  book.vehicles[2].covenants[0].cure_period_days = 60;
  book.vehicles[2].covenants[0].release_tests = 2;
  book.vehicles[3].covenants[0].frequency = Frequency::quarterly;
  book.vehicles[5].mark = Mark::cost;
  book.vehicles[5].lots[0].purchase_price = 24000;
  return book;
}

Market market_of(double lag, double stdev) {
  Market market = sample_market();
  market.rates.hull_white.reset();
  market.hardware[1].attrition = 0.05;
  market.liquidation = Liquidation{0.1, 5e4, 20, lag, stdev};
  market.liquidation->depth = kDepth;
  market.liquidation->price_impact = kImpact;
  market.liquidation->installed_base = {{"multiple", kInstalled}};
  market.parties[0].forced_default_month = 6;
  for (Party& party : market.parties) {
    party.hazard = {{1}, {0}};  // nobody defaults but by force or a test
    party.scarcity_loading = 0;
  }
  return market;
}

// What one vehicle came to on one path.
struct End {
  int month = 0, sale = 0;  // 0: it lives
  double claim = 0;
};

class FireSale {
 public:
  FireSale(const SimulatedBlock& b, std::size_t log_rent, std::size_t path)
      : b_(b), p_(path), log_rent_(log_rent), sold_(b.layout.steps + 1) {
    for (std::size_t v = 0; v < kVehicles; ++v) breaches_[v].assign(b.layout.steps + 1, false);
  }

  void run() {
    for (int k = 1; k <= b_.plan.months; ++k) month(k);
  }
  [[nodiscard]] const End& end(std::size_t v) const { return ends_[v]; }
  [[nodiscard]] bool breach(std::size_t v, int k) const {
    return breaches_[v][static_cast<std::size_t>(k)];
  }
  [[nodiscard]] double price(int k) const {
    return price_of_sold(sold_[static_cast<std::size_t>(k)]);
  }
  [[nodiscard]] double left(int k) const { return std::exp(-0.05 * k / 12.0); }
  [[nodiscard]] double value(int k) const {
    return 9000 * std::exp(b_.rows.row(log_rent_, k)[p_]) * left(k);
  }
  int chained = 0;    // defaults that the sales of their own month made
  int ambiguous = 0;  // months in which a larger set agrees with its price as well

 private:
  [[nodiscard]] const Vehicle& terms(std::size_t v) const { return b_.book.vehicles[v]; }
  [[nodiscard]] double units(std::size_t v) const { return terms(v).lots[0].units; }
  [[nodiscard]] double owed(std::size_t v, int k) const {
    const std::size_t contract = b_.plan.vehicles[v].tranches[0].contract;
    return b_.plan.columns
        .closing[b_.plan.contracts[contract].first_month + static_cast<std::size_t>(k)];
  }
  [[nodiscard]] static double price_of_sold(double units) {
    return std::exp(-kImpact * units / (kDepth * kInstalled));
  }
  [[nodiscard]] int lag(std::size_t v) const {
    const VehiclePlan& plan = b_.plan.vehicles[v];
    if (plan.lag_law == kNone) return plan.lag;
    const double u =
        engine::uniform_and_normal_at(plan.lag_key, kBlock * kBlockPaths + p_, 0).uniform;
    int lag = 0;
    while (b_.plan.lag_laws[plan.lag_law].cumulative[static_cast<std::size_t>(lag)] < u) ++lag;
    return lag;
  }

  [[nodiscard]] bool due(std::size_t v, int k) const {
    return k % static_cast<int>(terms(v).covenants[0].frequency) == 0;
  }
  [[nodiscard]] bool in_breach(std::size_t v, int k, double price) const {
    const double worth = v == 5 ? 24000 * (1 - k / 60.0) * left(k) : value(k) * price;
    // The last payment is tested before it is made.
    const double debt = owed(v, k) > 0 ? owed(v, k) : owed(v, k - 1);
    return debt > *terms(v).covenants[0].max * units(v) * worth;
  }
  // Since when the event of default has been on, with month k's test so; 0: it is off.
  [[nodiscard]] int on_since(std::size_t v, int k, bool breach_now) const {
    int since = 0, passes = 0;
    for (int m = 1; m <= k; ++m) {
      if (!due(v, m)) continue;
      const bool breach = m == k ? breach_now : breaches_[v][static_cast<std::size_t>(m)];
      passes = breach ? 0 : passes + 1;
      if (breach && since == 0) since = m;
      if (passes >= terms(v).covenants[0].release_tests) since = 0;
    }
    return since;
  }
  [[nodiscard]] bool ends(std::size_t v, int k, double price) const {
    if (ends_[v].month != 0 || !(owed(v, k) > 0)) return false;
    const int since = on_since(v, k, due(v, k) && in_breach(v, k, price));
    return since != 0 && k - since >= (terms(v).covenants[0].cure_period_days + 29) / 30;
  }
  void sell(std::size_t v, int k, double claim) {
    ends_[v] = {k, k + lag(v), claim};
    sold_[static_cast<std::size_t>(ends_[v].sale)] += units(v) * left(ends_[v].sale);
  }

  void month(int k) {
    if (k == 6) sell(0, k, owed(0, k - 1));
    const double before = sold_[static_cast<std::size_t>(k)];
    unsigned smallest = 1U << kVehicles;
    for (unsigned set = 0; set < 1U << kVehicles; ++set) {
      double units_now = before;
      for (std::size_t v = 0; v < kVehicles; ++v)
        if ((set >> v & 1) != 0 && lag(v) == 0) units_now += units(v) * left(k);
      unsigned then = 0;
      for (std::size_t v = 0; v < kVehicles; ++v)
        if (ends(v, k, price_of_sold(units_now))) then |= 1U << v;
      if (then != set) continue;
      if (smallest < 1U << kVehicles) {
        EXPECT_EQ(smallest & set, smallest);  // it is part of every other one
        ++ambiguous;
      } else {
        smallest = set;  // a part of a set is a smaller number
      }
    }
    ASSERT_LT(smallest, 1U << kVehicles);
    for (std::size_t v = 0; v < kVehicles; ++v)
      if ((smallest >> v & 1) != 0 && !ends(v, k, price_of_sold(before))) ++chained;
    std::array<bool, kVehicles> lived{};
    for (std::size_t v = 0; v < kVehicles; ++v) lived[v] = ends_[v].month == 0;
    for (std::size_t v = 0; v < kVehicles; ++v)
      if ((smallest >> v & 1) != 0) sell(v, k, owed(v, k));
    for (std::size_t v = 0; v < kVehicles; ++v)
      breaches_[v][static_cast<std::size_t>(k)] =
          lived[v] && due(v, k) && in_breach(v, k, price(k));
  }

  const SimulatedBlock& b_;
  std::size_t p_;
  std::size_t log_rent_;
  std::vector<double> sold_;
  std::array<End, kVehicles> ends_{};
  std::array<std::vector<bool>, kVehicles> breaches_;
};

struct Lag {
  double mean, stdev;
};
class VehicleFireSale : public ::testing::TestWithParam<Lag> {};

TEST_P(VehicleFireSale, IsTheSmallestThatAgreesWithItsPrices) {
  const Market market = market_of(GetParam().mean, GetParam().stdev);
  int chained = 0, ambiguous = 0, ended = 0;
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const SimulatedBlock b(market, vehicles(), settings_of(kSampleDate), basis, kBlock);
    PathResults unused;
    const std::size_t log_rent = BookStages(b.plan, b.layout, unused, nullptr).log_rent_series(1);
    std::array<double, kVehicles> exposure{}, loss{};
    std::array<std::vector<unsigned>, kVehicles> breaches;
    breaches.fill(std::vector<unsigned>(b.layout.steps + 1, 0));
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      FireSale path(b, log_rent, p);
      path.run();
      chained += path.chained;
      ambiguous += path.ambiguous;
      double of_path = 0;  // discounted loss of the book
      for (std::size_t v = 0; v < kVehicles; ++v) {
        for (int k = 1; k <= b.plan.months; ++k)
          breaches[v][static_cast<std::size_t>(k)] += path.breach(v, k) ? 1 : 0;
        const End& end = path.end(v);
        if (end.month == 0) continue;
        ++ended;
        const double units = b.book.vehicles[v].lots[0].units;
        const double net = units * 0.9 * path.value(end.sale) * path.price(end.sale) - 5e4 -
                           20 * units * (end.sale - end.month);
        const double ratio = b.plan.rates.discount[static_cast<std::size_t>(end.sale)] /
                             b.plan.rates.discount[static_cast<std::size_t>(end.month)];
        exposure[v] += end.claim;
        const double lost = end.claim - settled(end.claim, net) * ratio;
        loss[v] += lost;
        of_path += b.plan.rates.discount[static_cast<std::size_t>(end.month)] * lost;
      }
      if (!b.plan.real_world) continue;
      EXPECT_NEAR(b.results.losses.back()[kBlock * kBlockPaths + p], of_path, 1e-3) << "path " << p;
    }
    for (std::size_t v = 0; v < kVehicles; ++v) {
      SCOPED_TRACE("vehicle " + std::to_string(v));
      const VehiclePlan& plan = b.plan.vehicles[v];
      const std::size_t contract = plan.tranches[0].contract;
      EXPECT_NEAR(b.sum(b.layout.contract(contract, kExposure)), exposure[v], 1e-12 * exposure[v]);
      EXPECT_NEAR(b.sum(b.layout.contract(contract, kLossAtDefault)), loss[v], 1e-10 * exposure[v]);
      for (int k = 1; k <= b.plan.months; ++k)
        EXPECT_EQ(b.test(plan.covenants[0].slot, k, kInBreach),
                  breaches[v][static_cast<std::size_t>(k)])
            << "month " << k;
    }
  }
  EXPECT_GT(ended, 300);
  if (GetParam().mean == 0) {
    EXPECT_GT(chained, 20);
    EXPECT_GT(ambiguous, 20);
  }
}
INSTANTIATE_TEST_SUITE_P(Lags, VehicleFireSale,
                         ::testing::Values(Lag{0, 0}, Lag{2, 0}, Lag{0.7, 1}));

// A test in one month only: the larger the market, the fewer fall in it, path by path.
TEST(VehicleFireSale, TakesFewerWhereTheMarketIsLarger) {
  std::array<double, kVehicles> before{};
  double total = 0, first = 0, last = 0;
  for (const double depth : {1e-9, 0.01, 0.03, 0.1, 1.0, 1e9}) {
    Market market = market_of(0, 0);
    market.liquidation->depth = depth;
    market.parties[0].forced_default_month = 12;
    Book book = vehicles();
    for (Vehicle& vehicle : book.vehicles) {
      vehicle.covenants[0] = value_event(*vehicle.covenants[0].max);
      vehicle.covenants[0].frequency = Frequency::annual;
      for (Loan& loan : book.loans) loan.maturity = add_months(kSampleDate, 23, true);
    }
    const SimulatedBlock b(market, book, settings_of(kSampleDate), MeasureBasis::real_world,
                           kBlock);
    double all = 0;
    for (std::size_t v = 0; v < kVehicles; ++v) {
      const double fell =
          b.sum(b.layout.contract(b.plan.vehicles[v].tranches[0].contract, kExposure));
      if (total > 0) {
        EXPECT_LE(fell, before[v] * (1 + 1e-12)) << v;
      }
      before[v] = fell;
      all += fell;
    }
    if (total > 0) {
      EXPECT_LE(all, total) << depth;
    }
    last = all;
    if (depth == 1e-9) first = all;
    total = all;
  }
  EXPECT_LT(last, 0.8 * first);
}

}  // namespace
}  // namespace lien::pricing
