#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ql/instruments/creditdefaultswap.hpp>
#include <ql/math/interpolations/backwardflatinterpolation.hpp>
#include <ql/pricingengines/credit/midpointcdsengine.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/credit/interpolatedhazardratecurve.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/thirty360.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "pricing/credit/hazard_curve.hpp"

namespace lien::pricing {
namespace {

// Cases O25b and O30: hazard 0.05 e^{-2 chi}, kappa 0.9, sigma 0.40, chi_0 = 0.
constexpr ScarcityLaw kO30{.initial = 0, .mean_reversion = 0.9, .volatility = 0.40, .drift = 0};

Party with_hazard(Curve hazard) {
  Party party;
  party.hazard = std::move(hazard);
  party.risk_neutral_ratio = 1.8;
  return party;
}

TEST(MonthlyHazards, AreConstantUpToAndIncludingEachKnot) {
  const Party party = with_hazard({.years = {1, 3}, .values = {0.04, 0.05}});
  const auto real = monthly_hazards(party, {}, MeasureBasis::real_world, 60);
  EXPECT_NEAR(real[11], 0.04, 1e-15);  // year 1 is still the first knot's
  EXPECT_NEAR(real[12], 0.05, 1e-15);
  EXPECT_NEAR(real[59], 0.05, 1e-15);  // the last is held
  const auto neutral = monthly_hazards(party, {}, MeasureBasis::risk_neutral, 60);
  for (std::size_t k = 0; k < 60; ++k) EXPECT_NEAR(neutral[k], 1.8 * real[k], 1e-15);
}

TEST(MonthlyHazards, AverageAKnotInsideAMonth) {
  // Year 0.125 is the middle of month 2: half of it at 2 %, half at 6 %.
  const Party party = with_hazard({.years = {0.125, 3}, .values = {0.02, 0.06}});
  const auto real = monthly_hazards(party, {}, MeasureBasis::real_world, 3);
  EXPECT_NEAR(real[0], 0.02, 1e-15);
  EXPECT_NEAR(real[1], 0.04, 1e-15);
  EXPECT_NEAR(real[2], 0.06, 1e-15);
}

TEST(MonthlyHazards, OfAOneYearProbabilityGiveItBack) {
  Party party;
  party.input = CreditInput::pd_one_year;
  party.pd_one_year = 0.03;
  const auto real = monthly_hazards(party, {}, MeasureBasis::real_world, 12);
  const double integrated = std::accumulate(real.begin(), real.end(), 0.0) / 12;
  EXPECT_NEAR(1 - std::exp(-integrated), 0.03, 1e-15);
}

Party with_spreads() {
  Party party;
  party.id = "P";
  party.input = CreditInput::cds_spreads;
  party.cds_spreads = {.years = {1, 3, 5, 7}, .values = {0.010, 0.015, 0.020, 0.022}};
  party.recovery = 0.40;
  party.risk_neutral_ratio = 1.8;
  return party;
}

Rates flat_rates(double rate) {
  Rates rates;
  rates.zero_curve = {.years = {1}, .values = {rate}};
  return rates;
}

// The equation of the documentation, from the monthly hazards alone.
TEST(MonthlyHazards, OfCdsSpreadsPriceEveryQuoteAtPar) {
  const Party party = with_spreads();
  const auto hazards = monthly_hazards(party, flat_rates(0.04), MeasureBasis::risk_neutral, 84);
  double integrated = 0, premium = 0, protection = 0, survival = 1;
  std::size_t quote = 0;
  for (int j = 1; j <= 28; ++j) {
    for (int m = 3 * j - 3; m < 3 * j; ++m) integrated += hazards[static_cast<std::size_t>(m)] / 12;
    const double next = std::exp(-integrated);
    premium += std::exp(-0.04 * j / 4) / 4 * (survival + next) / 2;
    protection += std::exp(-0.04 * (j - 0.5) / 4) * (survival - next);
    survival = next;
    if (j == static_cast<int>(4 * party.cds_spreads.years[quote])) {
      EXPECT_NEAR(party.cds_spreads.values[quote] * premium, 0.6 * protection, 1e-14) << j;
      ++quote;
    }
  }
  const auto real = monthly_hazards(party, flat_rates(0.04), MeasureBasis::real_world, 84);
  for (std::size_t k = 0; k < 84; ++k) EXPECT_NEAR(real[k], hazards[k] / 1.8, 1e-15);
}

// QuantLib's mid-point engine, its own dates and accrual on default, reprices the quotes to 1e-4
// of a spread of 1 to 2 % (a basis point is 1e-4 of notional; the limit here is 2e-6).
TEST(MonthlyHazards, OfCdsSpreadsAgreeWithQuantLib) {
  namespace ql = QuantLib;
  const ql::Date today(1, ql::January, 2026);
  const ql::Date saved = ql::Settings::instance().evaluationDate();
  ql::Settings::instance().evaluationDate() = today;
  const ql::Thirty360 day_count(ql::Thirty360::BondBasis);
  const Party party = with_spreads();
  const auto hazards = monthly_hazards(party, flat_rates(0.04), MeasureBasis::risk_neutral, 84);
  // Backward flat: the hazard of a node holds up to it.
  std::vector<ql::Date> dates = {today};
  std::vector<ql::Rate> nodes = {hazards[0]};
  for (int m = 1; m <= 84; ++m) {
    dates.push_back(today + ql::Period(m, ql::Months));
    nodes.push_back(hazards[static_cast<std::size_t>(m) - 1]);
  }
  const ql::Handle<ql::DefaultProbabilityTermStructure> credit(
      ql::ext::make_shared<ql::InterpolatedHazardRateCurve<ql::BackwardFlat>>(dates, nodes,
                                                                              day_count));
  const ql::Handle<ql::YieldTermStructure> discount(
      ql::ext::make_shared<ql::FlatForward>(today, 0.04, day_count, ql::Continuous));
  const auto engine = ql::ext::make_shared<ql::MidPointCdsEngine>(credit, 0.40, discount);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto months = static_cast<int>(12 * party.cds_spreads.years[i]);
    const ql::Schedule schedule(today, today + ql::Period(months, ql::Months),
                                ql::Period(3, ql::Months), ql::NullCalendar(), ql::Unadjusted,
                                ql::Unadjusted, ql::DateGeneration::Backward, false);
    ql::CreditDefaultSwap swap(ql::Protection::Buyer, 1, party.cds_spreads.values[i], schedule,
                               ql::Unadjusted, day_count);
    swap.setPricingEngine(engine);
    EXPECT_NEAR(swap.fairSpread(), party.cds_spreads.values[i], 2e-6) << months;
  }
  ql::Settings::instance().evaluationDate() = saved;
}

TEST(MonthlyHazards, RefuseSpreadsWithoutAHazard) {
  Party falling = with_spreads();  // protection bought for 5 years would cost less than for 3
  falling.cds_spreads = {.years = {3, 5}, .values = {0.05, 0.01}};
  EXPECT_THROW(
      static_cast<void>(monthly_hazards(falling, flat_rates(0.04), MeasureBasis::risk_neutral, 12)),
      std::domain_error);
  Party huge = with_spreads();  // more than the loss given default a quarter
  huge.cds_spreads = {.years = {5}, .values = {9.0}};
  EXPECT_THROW(
      static_cast<void>(monthly_hazards(huge, flat_rates(0.04), MeasureBasis::risk_neutral, 12)),
      std::domain_error);
}

// Case O30: converged transfer operator and Monte Carlo.
TEST(ExpectedSurvival, ReproducesCaseO30) {
  const std::vector<double> hazards(60, 0.05);
  const auto survival = expected_survival(fit_log_hazards(hazards, 2, false, kO30), 2, kO30);
  EXPECT_EQ(survival[0], 1);
  EXPECT_NEAR(survival[12], 0.946925291009, 2e-12);
  EXPECT_NEAR(survival[36], 0.842786316985, 2e-12);
  EXPECT_NEAR(survival[60], 0.749984534953, 2e-12);
}

// Months 2 and 3 by nested Simpson sums over chi_1 and chi_2 with libm, no grid of the program's.
TEST(FitLogHazards, MeetsTheCurveByDirectQuadrature) {
  const ScarcityLaw law{.initial = 0.3, .mean_reversion = 0.9, .volatility = 0.40, .drift = -0.10};
  const double dt = 1.0 / 12, decay = std::exp(-0.9 * dt);
  const double stdev = 0.40 * std::sqrt((1 - decay * decay) / 1.8);
  const double drifted = -0.10 * (1 - decay) / 0.9;
  for (const double loading : {0.8, 2.0, -1.0}) {
    const auto a = fit_log_hazards({0.04, 0.05, 0.09}, loading, true, law);
    const auto survive = [&](std::size_t k, double chi) {
      return std::exp(-dt * std::exp(a[k] - loading * chi));
    };
    const auto expect_over = [&](double chi, const auto& value) {
      constexpr int panels = 200;
      double sum = 0;
      for (int i = 0; i <= panels; ++i) {
        const double z = -9 + 18.0 * i / panels;
        const double weight = i == 0 || i == panels ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * std::exp(-z * z / 2) * value(decay * chi + drifted + stdev * z);
      }
      return sum * 18 / panels / 3 / std::sqrt(2 * 3.14159265358979323846);
    };
    const double one = survive(0, law.initial);
    const double two = one * expect_over(law.initial, [&](double c) { return survive(1, c); });
    const double three =
        one * expect_over(law.initial, [&](double c1) {
          return survive(1, c1) * expect_over(c1, [&](double c2) { return survive(2, c2); });
        });
    EXPECT_NEAR(one, std::exp(-0.04 / 12), 1e-14) << loading;
    EXPECT_NEAR(two, std::exp(-0.09 / 12), 1e-13) << loading;
    EXPECT_NEAR(three, std::exp(-0.18 / 12), 1e-13) << loading;
  }
}

TEST(FitLogHazards, MeetsTheCurveAtEveryMonthLoadingAndReversion) {
  std::vector<double> hazards(84);
  for (std::size_t k = 0; k < 84; ++k) hazards[k] = 0.02 + 0.001 * static_cast<double>(k);
  hazards[40] = 0;  // a month without hazard
  for (const double loading : {0.0, 0.8, 2.0, -1.0, 6.0}) {
    for (const double reversion : {0.0, 0.9, 1200.0}) {
      for (const double volatility : {0.0, 0.01, 0.40, 12.247}) {
        if (volatility > 1 && reversion < 1000) continue;
        const ScarcityLaw law{0.3, reversion, volatility, -0.1};
        const auto survival =
            expected_survival(fit_log_hazards(hazards, loading, true, law), loading, law);
        double integrated = 0;
        for (std::size_t k = 0; k < 84; ++k) {
          integrated += hazards[k] / 12;
          ASSERT_NEAR(survival[k + 1], std::exp(-integrated), 1e-12)
              << "month " << k + 1 << ", loading " << loading << ", reversion " << reversion
              << ", volatility " << volatility;
        }
      }
    }
  }
}

// docs/conventions: at loading 2 and a flat 5 % the two bases' hazards differ by 12 % at month 12
// and by 20 % at month 60.
TEST(FitLogHazards, DiffersBetweenTheBasesAsDocumented) {
  const std::vector<double> hazards(60, 0.05);
  ScarcityLaw neutral = kO30;
  neutral.drift = -0.10;
  const auto real = fit_log_hazards(hazards, 2, true, kO30);
  const auto other = fit_log_hazards(hazards, 2, true, neutral);
  EXPECT_NEAR(1 - std::exp(other[11] - real[11]), 0.12, 0.005);
  EXPECT_NEAR(1 - std::exp(other[59] - real[59]), 0.20, 0.005);
}

TEST(FitLogHazards, LeavesTheCurveAloneWithoutLoadingOrFit) {
  const std::vector<double> hazards = {0.05, 0, 0.02};
  for (const auto& a :
       {fit_log_hazards(hazards, 0, true, kO30), fit_log_hazards(hazards, 2, false, kO30)}) {
    EXPECT_NEAR(a[0], std::log(0.05), 1e-15);
    EXPECT_EQ(a[1], -1e4);
    EXPECT_NEAR(a[2], std::log(0.02), 2e-15);
  }
}

TEST(FitLogHazards, IsExactWithoutVolatility) {
  const ScarcityLaw law{.initial = 0.5, .mean_reversion = 0.9, .volatility = 0, .drift = 0};
  const auto a = fit_log_hazards({0.05, 0.05}, 2, true, law);
  EXPECT_NEAR(a[0], std::log(0.05) + 1, 1e-15);
  EXPECT_NEAR(a[1], std::log(0.05) + 2 * 0.5 * std::exp(-0.9 / 12), 1e-14);
}

}  // namespace
}  // namespace lien::pricing
