#include "pricing/valuation/vehicle_kernel.hpp"

#include <gtest/gtest.h>

#include "tests/pricing/plain_vehicle.hpp"

// The vehicle's kernel against its plain writing.
namespace lien::pricing {
namespace {

// The kernel's results on the same block.
struct Ran {
  static constexpr std::array<int, 1> kSnapshots = {kMonths};
  static constexpr std::size_t kSamples = sample_count(1);
  AlignedDoubles samples{3 * kSamples * kBlockPaths},
      months{3 * (kSteps + 1) * kMonthRows * kLanes}, own{kVehicleSamples * kBlockPaths},
      coverage{(kSteps + 1) * kCoverageSums * kLanes}, guaranteed{5 * kBlockPaths},
      hedged{2 * kBlockPaths}, balloons{3 * kBalloonSamples * kBlockPaths}, defaulted{kBlockPaths},
      ended{kBlockPaths}, owed{(kSteps + 1) * kBlockPaths}, drawn{(kSteps + 1) * kBlockPaths}, work;
  std::vector<std::uint64_t> breaches, living;

  explicit Ran(const Case& c)
      : work(vehicle_work_rows(c.vehicle) * kBlockPaths),
        breaches(c.vehicle.covenants.size() * (kSteps + 1)),
        living(kSteps + 1) {
    const double* const spot = c.spot.get();
    const double* const utilization = c.utilization.get();
    const double* const cost = c.seed % 3 == 0 ? c.gross.get() : nullptr;
    VehicleArguments a{};
    a.vehicle = &c.vehicle;
    a.contracts = c.plan.contracts.data();
    a.terms = c.plan.terms.data();
    a.survival = c.survival.get();
    a.discount = c.discount.get();
    a.discount_ratio = c.ratio.get();
    a.sale = c.drawn ? c.drawn_sale.get() : c.sale.get() + kLag * kBlockPaths;
    a.lags = c.drawn ? c.lags.data() : nullptr;
    a.sale_factor = c.sale_factor.get();
    a.after_draw = c.after_draw.get();
    a.tested = c.tested.get();
    a.pressed = c.pressed.get();
    a.ended = ended.get();
    a.owed = owed.get();
    std::fill_n(drawn.get(), drawn.size(), 0.0);
    a.drawn = drawn.get();
    a.covenant_worth = c.covenant_worth.get();
    a.market_rates = c.market_rates.get();
    a.gross = c.gross.get();
    a.spot = &spot;
    a.utilization = &utilization;
    a.cost = &cost;
    a.default_months = c.defaults.get();
    a.parties = kParties;
    a.customers = c.customers.get();
    a.leased = c.leased.get();
    a.deliveries = c.deliveries.get();
    a.steps = kSteps;
    a.prices = c.prices;
    a.snapshots = kSnapshots.data();
    a.snapshot_count = 1;
    a.samples = samples.get();
    a.month_sums = months.get();
    a.vehicle_samples = own.get();
    a.coverage = coverage.get();
    a.guaranteed = guaranteed.get();
    a.hedges = c.hedges.get();
    a.hedged = hedged.get();
    a.open = c.open.get();
    a.balloons = balloons.get();
    a.defaulted = defaulted.get();
    a.breaches = breaches.data();
    a.living = living.data();
    a.work = work.get();
    run_vehicle(a);
  }
  [[nodiscard]] double sample(std::size_t t, std::size_t which, std::size_t p) const {
    return samples.get()[(t * kSamples + which) * kBlockPaths + p];
  }
  [[nodiscard]] double month(std::size_t t, std::size_t k, MonthSum which) const {
    double sum = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sum += months.get()[((t * (kSteps + 1) + k) * kMonthRows + which) * kLanes + lane];
    return sum;
  }
  [[nodiscard]] double covered(std::size_t k, CoverageSum which) const {
    double sum = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sum += coverage.get()[(k * kCoverageSums + which) * kLanes + lane];
    return sum;
  }
  [[nodiscard]] double month_sum(std::size_t t, MonthSum which) const {
    double sum = 0;
    for (std::size_t k = 0; k <= kSteps; ++k)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        sum += months.get()[((t * (kSteps + 1) + k) * kMonthRows + which) * kLanes + lane];
    return sum;
  }
};

// What is owed today is repaid, less what is drawn, or is a claim: whatever the path.
void expect_lent_is_repaid_or_claimed(const Case& c, const Ran& ran, std::size_t t) {
  if (c.plan.contracts[t].issue_discount > 0) return;  // less is paid out than is owed
  for (const TrancheMonth& month : c.vehicle.tranches[t].months)
    if (month.in_kind > 0) return;
  double claimed = 0;
  for (std::size_t p = 0; p < kBlockPaths; ++p) claimed += ran.sample(t, kExposure, p);
  const double lent = c.plan.contracts[t].outstanding * kBlockPaths;
  EXPECT_NEAR(ran.month_sum(t, kRepaid) + claimed, lent, 1e-9 * lent) << t;
}

TEST(VehicleKernel, IsThePlainVehicle) {
  int defaults = 0, breaches = 0, sweeps = 0, floored = 0, drawn = 0, late = 0, covered = 0,
      cures = 0, refused = 0, prepaid = 0, arrived = 0, partly = 0, capped = 0, own = 0,
      elsewhere = 0, drawn_as_it_leaves = 0, moved = 0;
  std::array<int, kBalloonSamples> balloons{};  // refinanced, extended, failed; prepaid
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Case c(seed);
    const Ran ran(c);
    std::array<double, 3> interest{}, principal{};
    std::array<std::array<double, kSteps + 1>, 3> recovered{};
    std::array<double, kMonths + 1> cash{}, service{};
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const Outcome plain = PlainVehicle(c, p).run();
      for (std::size_t t = 0; t < 3; ++t) {
        const Outcome::Part& part = plain.parts[t];
        const auto expect = [&](std::size_t which, double expected) {
          EXPECT_NEAR(ran.sample(t, which, p), expected, 1e-11 * 60) << t << ' ' << which;
        };
        expect(kPresentValue, part.value);
        expect(kExposure, part.exposure);
        expect(kLossAtDefault, part.at_default);
        expect(kPeakLoanToValue, part.peak);
        expect(std::size_t{kFixedSamples} + kLoss, part.loss);
        expect(std::size_t{kFixedSamples} + kDefault, part.defaulted);
        expect(std::size_t{kFixedSamples} + kSampledLoss, part.sampled);
        expect(std::size_t{kFixedSamples} + kCreditLoss, part.credit);
        interest[t] += part.interest;
        principal[t] += part.principal;
        for (std::size_t k = 0; k <= kSteps; ++k) recovered[t][k] += part.recovered[k];
        defaults += part.exposure > 5 ? 1 : 0;
        floored += part.floored ? 1 : 0;
      }
      for (std::size_t k = 0; k <= kMonths; ++k) {
        cash[k] += plain.coverage_cash[k];
        service[k] += plain.coverage_service[k];
      }
      drawn += plain.drawn;
      late += plain.late;
      arrived += plain.arrived;
      partly += plain.partly;
      capped += plain.capped;
      own += plain.own;
      elsewhere += plain.elsewhere;
      drawn_as_it_leaves += plain.drawn_as_it_leaves;
      moved += plain.moved;
      EXPECT_EQ(ran.ended.get()[p], plain.ended);
      for (std::size_t k = 1; k <= kMonths; ++k)
        EXPECT_NEAR(ran.drawn.get()[k * kBlockPaths + p], plain.lent[k], 1e-11) << k;
      for (std::size_t t = 0; t < 3 && !c.vehicle.balloons.empty(); ++t) {
        const Outcome::Balloon& of = plain.balloons[t];
        const std::array<double, kBalloonSamples> expected = {of.refinanced, of.extended, of.failed,
                                                              of.prepaid};
        for (std::size_t s = 0; s < kBalloonSamples; ++s) {
          EXPECT_NEAR(ran.balloons.get()[(t * kBalloonSamples + s) * kBlockPaths + p], expected[s],
                      1e-12)
              << t << ' ' << s;
          balloons[s] += expected[s] > 0 ? 1 : 0;
        }
      }
      if (!c.vehicle.balloons.empty()) {
        EXPECT_NEAR(ran.defaulted.get()[p], plain.defaulted, 1e-12);
      }
      for (std::size_t k = 1; k <= kMonths; ++k)
        EXPECT_EQ((ran.living[k] >> p & 1) != 0, plain.pays[k]) << k;
      for (std::size_t k = 1; k <= kMonths; ++k)
        if (plain.owed[k] > 0) {
          EXPECT_NEAR(ran.owed.get()[k * kBlockPaths + p], plain.owed[k], 1e-10);
        }
      EXPECT_NEAR(ran.own.get()[kDistributions * kBlockPaths + p], plain.equity, 1e-9);
      EXPECT_NEAR(ran.own.get()[kCures * kBlockPaths + p], plain.cured, 1e-9);
      cures += plain.cures;
      refused += plain.refused;
      prepaid += plain.prepaid;
      EXPECT_NEAR(ran.own.get()[kCashImbalance * kBlockPaths + p], 0, 1e-12);
      for (std::size_t g = 0; g < 5; ++g)
        EXPECT_NEAR(ran.guaranteed.get()[g * kBlockPaths + p], plain.guaranteed[g], 1e-9) << g;
      for (std::size_t h = 0; h < 2; ++h)
        EXPECT_NEAR(ran.hedged.get()[h * kBlockPaths + p], plain.hedged[h], 1e-10) << h;
      for (int k = 1; k <= kMonths; ++k)
        for (std::size_t cov = 0; cov < c.vehicle.covenants.size(); ++cov) {
          const bool bit =
              (ran.breaches[cov * (kSteps + 1) + static_cast<std::size_t>(k)] >> p & 1) != 0;
          const bool expected = (plain.breaches[static_cast<std::size_t>(k)] >> cov & 1) != 0;
          EXPECT_EQ(bit, expected) << "covenant " << cov << " month " << k;
          breaches += expected ? 1 : 0;
        }
    }
    for (std::size_t k = 0; k <= kMonths; ++k) {
      EXPECT_NEAR(ran.covered(k, kCoverageCash), cash[k], 1e-9) << k;
      EXPECT_NEAR(ran.covered(k, kCoverageService), service[k], 1e-9) << k;
      covered += cash[k] != 0 ? 1 : 0;
    }
    for (std::size_t t = 0; t < 3; ++t) {
      EXPECT_NEAR(ran.month_sum(t, kVariable), interest[t], 1e-9) << t;
      EXPECT_NEAR(ran.month_sum(t, kRepaid), principal[t], 1e-8) << t;
      expect_lent_is_repaid_or_claimed(c, ran, t);
      for (std::size_t k = 0; k <= kSteps; ++k)
        EXPECT_NEAR(ran.month(t, k, kRecovery), recovered[t][k], 1e-9) << t << ' ' << k;
      sweeps += principal[t] > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(defaults, 1000);
  EXPECT_GT(breaches, 1000);
  EXPECT_GT(sweeps, 100);
  EXPECT_GT(floored, 1000);
  for (const int count : balloons) EXPECT_GT(count, 500);
  EXPECT_GT(drawn, 5000);
  EXPECT_GT(late, 500);
  EXPECT_GT(arrived, 1000);
  EXPECT_GT(partly, 1000);
  EXPECT_GT(capped, 100);
  EXPECT_GT(own, 1000);
  EXPECT_GT(elsewhere, 300);
  EXPECT_GT(drawn_as_it_leaves, 30);
  EXPECT_GT(moved, 1000);
  EXPECT_GT(covered, 300);
  EXPECT_GT(cures, 500);
  EXPECT_GT(refused, 500);
  EXPECT_GT(prepaid, 500);
}

}  // namespace
}  // namespace lien::pricing
