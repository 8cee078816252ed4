#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/valuation/network_rows.hpp"
#include "tests/pricing/network_runs.hpp"

// The network path by path: kicks by their integral, and defaults against a plain writing that
// knows the same clocks.
namespace lien::pricing {
namespace {

constexpr int kMonths = 36;
constexpr double kMonth = 1.0 / 12;
constexpr double kNeverYet = std::numeric_limits<double>::infinity();

struct Link {
  std::size_t from, to;
  double jump, decay;
  // Of its hazard over the first `years` after the default.
  [[nodiscard]] double integral(double years) const {
    return decay > 0 ? jump * -std::expm1(-decay * years) / decay : jump * years;
  }
};

Market market_with(const std::vector<Party>& parties, const std::vector<Link>& links) {
  Market market = market_of_parties(parties);
  for (const Link& link : links)
    market.contagion.push_back(
        {parties[link.from].id, parties[link.to].id, link.jump, link.decay, {}});
  return market;
}

// A kick adds exactly its integral from the default on, whatever of the month of default is left.
TEST(KickRows, AddTheIntegralFromTheDefaultOn) {
  constexpr int kDefault = 5;
  constexpr std::size_t kPaths = 5;
  for (const double decay : {0.0, 1e-9, 0.7, 12.0, 400.0}) {
    const Link link{0, 1, 0.9, decay};
    NetworkRun runs;
    runs.settings.paths = 64;
    const BasisRun run = runs.run(market_with({party_with("A", 0.1), party_with("B", 0.1)}, {link}),
                                  bullets({"B"}, 12));
    const KickPlan& kick = run.plan.network.kicks.at(0);
    // Clocks before the month of default, at its beginning, in it, at its end, after it.
    const std::array<double, kPaths> clock{0.05, 0.1, 0.25, 0.3, 0.4};
    const std::array<double, kPaths> before{0.1, 0.1, 0.1, 0.1, 0.1}, now{0.3, 0.3, 0.3, 0.3, 0.3};
    std::array<double, kPaths> rest{}, level{}, carry{}, sum{};
    rest_of_month_row(kMonth, clock.data(), before.data(), now.data(), rest.data(), kPaths);
    const std::array<double, kPaths> expected{0, kMonth, kMonth / 4, 0, 0};
    for (std::size_t p = 0; p < kPaths; ++p) EXPECT_NEAR(rest[p], expected[p], 1e-16) << p;
    // The fourth defaults at the month's end by other means, the fifth in another month.
    const std::array<double, kPaths> month{4, 5, 5, 5, 6};
    start_kick_row(kick, kDefault, month.data(), rest.data(), level.data(), carry.data(), kPaths);
    for (int k = kDefault + 1; k <= kMonths; ++k) {
      run_kick_row(kick, level.data(), carry.data(), sum.data(), kPaths);
      for (std::size_t p = 0; p < kPaths; ++p) {
        const double years = expected[p] + (k - kDefault) * kMonth;
        const double total = month[p] == kDefault ? link.integral(years) : 0;
        EXPECT_NEAR(sum[p], total, 1e-14) << "decay " << decay << ", path " << p << ", month " << k;
      }
    }
  }
}

// Four parties: two with clocks that kick each other, C, which a scenario fails in
// month 7, and D, which owes at month 9 what only A brings it.
struct Network {
  enum { A, B, C, D, kParties };
  std::array<double, kParties> hazard{0.5, 0.2, 0.0, 0.0};
  std::vector<Link> links{{A, B, 3, 2}, {B, A, 1, 0}, {C, A, 2, 30}, {D, B, 5, 1}};
  static constexpr int kFails = 7, kClears = 9;
  static constexpr double kCash = 4, kRecovery = 0.5;

  [[nodiscard]] Market market() const {
    std::vector<Party> parties;
    for (std::size_t i = 0; i < kParties; ++i)
      parties.push_back(party_with(std::string(1, static_cast<char>('A' + i)), hazard[i]));
    Market market = market_with(parties, links);
    market.parties[A].cash = kCash;
    market.parties[C].forced_default_month = kFails;
    market.clearing = Clearing{kRecovery, 1};
    const auto due = [](int months) { return add_months(kSampleDate, months, true); };
    market.claims = {{"A", "D", kCash, due(7), {}}, {"D", "B", kCash, due(9), {}}};
    return market;
  }
};

// One path of it, from the clocks, with the kicks' integrals in closed form.
struct PlainPath {
  std::array<int, Network::kParties> month;
  std::array<double, Network::kParties> time;

  PlainPath(const Network& network, const std::array<double, Network::kParties>& clock) {
    month.fill(kMonths + 1);
    time.fill(kNeverYet);
    for (int k = 1; k <= kMonths; ++k) {
      std::array<double, Network::kParties> first = time;
      for (std::size_t i = 0; i < Network::kParties; ++i) {
        if (month[i] <= kMonths) continue;
        const double was = accumulated(network, i, k - 1), now = accumulated(network, i, k);
        if (now > clock[i]) first[i] = kMonth * (k - (now - clock[i]) / (now - was));
        if (i == Network::C && k == Network::kFails) first[i] = k * kMonth;
      }
      if (k == Network::kClears && first[Network::A] < kNeverYet) first[Network::D] = k * kMonth;
      for (std::size_t i = 0; i < Network::kParties; ++i)
        if (month[i] > kMonths && first[i] < kNeverYet) month[i] = k;
      time = first;
    }
  }
  // Of defaults in months before k; what falls into the month of default counts in the next.
  [[nodiscard]] double accumulated(const Network& network, std::size_t i, int k) const {
    double sum = network.hazard[i] * k * kMonth;
    for (const Link& link : network.links)
      if (link.to == i && month[link.from] < k) sum += link.integral(k * kMonth - time[link.from]);
    return sum;
  }
};

TEST(Network, FollowsAPlainWritingPathByPath) {
  constexpr std::size_t kPaths = 4096;
  const Network network;
  NetworkRun runs;
  runs.settings.paths = kPaths;
  runs.settings.loss_horizon_months.clear();
  for (int k = 1; k <= kMonths; ++k) runs.settings.loss_horizon_months.push_back(k);
  const BasisRun run = runs.run(network.market(), bullets({"A", "B", "C", "D"}, kMonths));

  std::array<std::vector<double>, Network::kParties> clocks;
  for (std::size_t i = 0; i < Network::kParties; ++i) {
    clocks[i].resize(kPaths);
    engine::exponential_row(engine::stream_key(runs.settings.seed, engine::StreamKind::party,
                                               std::string(1, static_cast<char>('A' + i))),
                            0, clocks[i].data(), kPaths);
  }
  std::array<std::array<int, kMonths + 2>, Network::kParties> defaults{};
  int paid = 0;
  for (std::size_t p = 0; p < kPaths; ++p) {
    const PlainPath path(network, {clocks[0][p], clocks[1][p], clocks[2][p], clocks[3][p]});
    for (std::size_t i = 0; i < Network::kParties; ++i)
      ++defaults[i][static_cast<std::size_t>(path.month[i])];
    if (path.month[Network::A] > Network::kClears) ++paid;
  }
  for (std::size_t i = 0; i < Network::kParties; ++i) {
    int living = kPaths;
    for (int k = 1; k <= kMonths; ++k) {
      living -= defaults[i][static_cast<std::size_t>(k)];
      EXPECT_NEAR(survival_of(run, i, k).value * kPaths, living, 1e-6)
          << static_cast<char>('A' + i) << ", month " << k;
    }
    EXPECT_GT(kPaths - static_cast<std::size_t>(living), 100U);
  }
  // What A pays, D pays on, and B keeps: all of it, or half where A has failed.
  const double mean = Network::kCash * (paid + Network::kRecovery * (kPaths - paid)) / kPaths;
  const auto cleared = [&](std::size_t member, ClearingSample which) {
    return run.mean(run.layout.clearing(0, member, which)).value;
  };
  EXPECT_NEAR(cleared(Network::A, kClearingPayment), mean, 1e-9);
  EXPECT_NEAR(cleared(Network::D, kClearingPayment), mean, 1e-9);
  EXPECT_NEAR(cleared(Network::B, kEquityValue), mean, 1e-9);
  EXPECT_NEAR(cleared(Network::D, kEquityValue), 0, 1e-9);
}

}  // namespace
}  // namespace lien::pricing
