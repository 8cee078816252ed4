// Over 400 lines on purpose: one option told by one law of the short rate, whatever the debt.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "engine/factors/factor_plan.hpp"
#include "pricing/measures/value_book.hpp"
#include "tests/pricing/vehicle_paths.hpp"

// Prepayment at the borrower's option: by the normal law of the short rate, by quadrature over
// several dates, and path by path from the formulas of docs/model.md.
namespace lien::pricing {
namespace {

constexpr double kReversion = 0.08, kRateVolatility = 0.012, kHazard = 0.03, kRecovery = 0.4;

double normal(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }
double bond_loading(double t) { return (1 - std::exp(-kReversion * t)) / kReversion; }
// Variance of the integral of the short rate over t years.
double integral_variance(double t) {
  const double a = kReversion, e = std::exp(-a * t);
  return kRateVolatility * kRateVolatility / (a * a) *
         (t - 2 * (1 - e) / a + (1 - e * e) / (2 * a));
}
// Zero rates of the sample market: 4 % at one year, 4.5 % at five, linear between.
double zero(double t) { return t <= 1 ? 0.04 : t >= 5 ? 0.045 : 0.04 + 0.00125 * (t - 1); }

// Continuous zero rate of `life` years at t where the short rate's state is x.
double zero_at(double t, double life, double x) {
  const double forward = zero(t + life) * (t + life) - zero(t) * t;
  const double v =
      (integral_variance(life) - integral_variance(t + life) + integral_variance(t)) / 2;
  return (forward - v + bond_loading(life) * x) / life;
}
double rate_variance(double t) {
  return kRateVolatility * kRateVolatility * (1 - std::exp(-2 * kReversion * t)) / (2 * kReversion);
}

// Bullet debt of a vehicle that can always pay, owed by a borrower of constant hazard.
Inputs inputs_of(Frequency frequency, double coupon, double spread) {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 32768;
  inputs.settings.threads = 2;
  inputs.settings.loss_horizon_months = {12, 0};
  inputs.settings.confidence = {0.9};
  inputs.market = sample_market();
  inputs.market.file = "market.toml";
  for (Party& party : inputs.market.parties) {
    party.hazard = {{1}, {kHazard}};
    party.recovery = kRecovery;
    party.scarcity_loading = 0;
    party.risk_neutral_ratio = 1.5;
  }
  inputs.book = rich_vehicle("multiple", 0.36);
  Loan& loan = inputs.book.loans[0];
  loan.borrower = inputs.book.vehicles[0].borrower = "borrower";
  loan.recourse = inputs.book.vehicles[0].recourse = Recourse::full;
  loan.amortization = Amortization::bullet;
  loan.frequency = frequency;
  loan.coupon = coupon;
  loan.prepayment_spread = spread;
  inputs.rows_read = 1;
  return inputs;
}
// What lenders ask for the borrower: its risk-neutral hazard whatever the basis, and liquidity.
constexpr double kMargin = (1 - kRecovery) * 1.5 * kHazard + 0.01;

double probability(const Inputs& inputs, MeasureBasis basis) {
  const RunResults results = value_book(inputs, {});
  const Table& t = results.tables.measures;
  for (std::size_t r = 0; r < t.rows(); ++r)
    if (t.column("measure").texts[r] == "prepayment_probability" &&
        t.column("id").texts[r] == "v/debt" &&
        (t.column("measure_basis").texts[r] == "real_world") == (basis == MeasureBasis::real_world))
      return t.column("value").numbers[r];
  ADD_FAILURE() << "no prepayment_probability";
  return std::nan("");
}
double band(double share) { return 4 * std::sqrt(share * (1 - share) / 32768); }

// The state of the short rate below which the borrower goes.
double boundary(double own, double spread, double t, double life) {
  const double base = zero_at(t, life, 0);
  return (own - kMargin - spread - base) * life / bond_loading(life);
}

TEST(Prepayment, AtOneDateIsANormalProbability) {
  for (const double spread : {0.0, 0.01, -0.005})
    for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
      const Inputs inputs = inputs_of(Frequency::annual, 0.083, spread);
      const double x = boundary(std::log1p(0.083), spread, 1, 1);
      const double hazard = basis == MeasureBasis::real_world ? kHazard : 1.5 * kHazard;
      const double expected = std::exp(-hazard) * normal(x / std::sqrt(rate_variance(1)));
      EXPECT_GT(expected, 0.05);
      EXPECT_LT(expected, 0.95);
      EXPECT_NEAR(probability(inputs, basis), expected, band(expected)) << spread;
    }
}

// Semiannual: three dates. Who stays at one date does so above its boundary; the state then moves
// by a normal step. Trapezoids over the states at the first two dates.
TEST(Prepayment, AtSeveralDatesIsAQuadrature) {
  const double own = 2 * std::log1p(0.083 / 2), spread = 0.004;
  std::array<double, 3> bounds{};
  for (int i = 0; i < 3; ++i)
    bounds[static_cast<std::size_t>(i)] = boundary(own, spread, 0.5 * (i + 1), 1.5 - 0.5 * i);
  const double decay = std::exp(-kReversion / 2), step = std::sqrt(rate_variance(0.5));
  constexpr int kCells = 1500;
  const double top = 8 * std::sqrt(rate_variance(1.5));
  // Weights of a trapezoid from `low` to the top.
  const auto over = [&](double low, const auto& f) {
    const double width = (top - low) / kCells;
    double sum = 0;
    for (int i = 0; i <= kCells; ++i)
      sum += (i == 0 || i == kCells ? 0.5 : 1.0) * width * f(low + i * width);
    return sum;
  };
  const auto density = [&](double x, double mean) {
    const double z = (x - mean) / step;
    return std::exp(-z * z / 2) / (step * std::sqrt(2 * std::numbers::pi));
  };
  // Stays through the first, the first two, all three.
  const double one = 1 - normal(bounds[0] / step);
  const double two = over(
      bounds[0], [&](double x) { return density(x, 0) * normal((decay * x - bounds[1]) / step); });
  const double three = over(bounds[0], [&](double x) {
    return density(x, 0) * over(bounds[1], [&](double y) {
             return density(y, decay * x) * normal((decay * y - bounds[2]) / step);
           });
  });
  const double gone = std::exp(-kHazard / 2) * (1 - one) + std::exp(-kHazard) * (one - two) +
                      std::exp(-1.5 * kHazard) * (two - three);
  EXPECT_GT(two - three, 0.02);
  const Inputs inputs = inputs_of(Frequency::semiannual, 0.083, spread);
  EXPECT_NEAR(probability(inputs, MeasureBasis::real_world), gone, band(gone));
}

// Without a random rate the date is known: the tranche is worth the loan to that date and the
// penalty, and the owner has paid it.
TEST(Prepayment, OfACertainRateIsAShorterLoan) {
  Inputs inputs = inputs_of(Frequency::quarterly, 0.10, 0.01);
  inputs.market.rates.hull_white.reset();
  Loan& loan = inputs.book.loans[0];
  loan.prepayment_start = month(8);  // the next payment is in month 9
  loan.prepayment_penalty = 0.02;
  Inputs shorter = inputs;
  shorter.book.loans[0].prepayment_spread.reset();
  shorter.book.loans[0].maturity = month(9);
  const auto run = [](const Inputs& of) {
    return SimulatedBlock(of.market, of.book, of.settings, MeasureBasis::risk_neutral, 0);
  };
  const auto may = run(inputs), ends = run(shorter);
  const std::size_t value = may.layout.contract(0, kPresentValue);
  const double living = std::exp(-1.5 * kHazard * 0.75);
  const double penalty = 64 * living * 0.02 * 1000 * std::exp(-(zero(0.75) + 0.01) * 0.75);
  EXPECT_NEAR(may.sum(value), ends.sum(ends.layout.contract(0, kPresentValue)) + penalty, 1e-6);
  EXPECT_NEAR(may.sum(may.layout.balloon(0, may.plan.vehicles[0], 0, kPrepaid)), 64 * living, 1e-9);
  // The new lender asks the market's rate for the 15 months that are left, of which quarterly
  // interest is paid by 30/360; the owner has what that saves and less the penalty.
  Inputs never = inputs;
  never.book.loans[0].prepayment_spread = 0.9;
  const auto stays = run(never);
  const double own = 4 * std::log1p(0.10 / 4), market = zero_at(0.75, 1.25, 0);
  double saved = 0;
  // Without volatility there is no convexity.
  const double base = (zero(2) * 2 - zero(0.75) * 0.75) / 1.25;
  EXPECT_NEAR(market, base, 1e-3);
  for (int k = 12; k <= 24; k += 3)
    saved += 64 * std::exp(-1.5 * kHazard * k / 12) * 1000 * 0.25 * (own - base - kMargin) *
             std::exp(-(zero(k / 12.0) + 0.01) * k / 12);
  const auto equity = [](const SimulatedBlock& b) {
    return b.sum(b.layout.vehicle(0, kDistributions));
  };
  EXPECT_NEAR(equity(may) - equity(stays), saved - penalty, 1e-6 * std::abs(equity(stays)) * 1e-3);
  EXPECT_LT(may.square(may.layout.vehicle(0, kCashImbalance)), 1e-18);
}

// Of a commitment that is still drawn, revolving or not, the book's lender is repaid what is owed
// and lends no more, on the day of the prepayment (month 9) neither; the new lender lends it in its
// place, at its own rate.
TEST(Prepayment, CancelsWhatIsUndrawn) {
  for (const auto& [revolving, later] : {std::pair{false, 15}, {true, 15}, {false, 9}, {true, 9}}) {
    SCOPED_TRACE(later);
    Inputs inputs = inputs_of(Frequency::quarterly, 0.10, 0.01);
    inputs.market.rates.hull_white.reset();
    Loan& loan = inputs.book.loans[0];
    loan.commitment = 1600;
    loan.revolving = revolving;
    loan.undrawn_fee = 0.02;
    loan.prepayment_start = month(8);
    loan.prepayment_penalty = 0.02;
    const auto drawn = [](Book& book, const std::vector<int>& months) {
      for (const int k : months) {
        TrancheDraw draw;
        draw.date = month(k);
        draw.amount = 300;
        book.vehicles[0].tranches[0].draws.push_back(draw);
      }
      date_draws(book);
    };
    Inputs shorter = inputs;
    shorter.book.loans[0].prepayment_spread.reset();
    shorter.book.loans[0].maturity = month(9);
    drawn(shorter.book, {5});
    drawn(inputs.book, {5, later});
    Inputs never = inputs;
    never.book.loans[0].prepayment_spread = 0.9;
    const auto run = [](const Inputs& of) {
      return SimulatedBlock(of.market, of.book, of.settings, MeasureBasis::risk_neutral, 0);
    };
    const auto may = run(inputs), ends = run(shorter), stays = run(never);
    const std::size_t value = may.layout.contract(0, kPresentValue);
    const double living = std::exp(-1.5 * kHazard * 0.75);
    const double penalty = 64 * living * 0.02 * 1300 * std::exp(-(zero(0.75) + 0.01) * 0.75);
    EXPECT_NEAR(may.sum(value), ends.sum(ends.layout.contract(0, kPresentValue)) + penalty, 1e-6);
    for (std::size_t k = 1; k <= kEnd; ++k)
      EXPECT_NEAR(may.sum(may.layout.contract_month(0, k, kRepaid)),
                  k > 9 ? 0.0 : ends.sum(ends.layout.contract_month(0, k, kRepaid)), 1e-7)
          << k;
    const double own = 4 * std::log1p(0.10 / 4);
    const double base = (zero(2) * 2 - zero(0.75) * 0.75) / 1.25;  // bullet: to maturity
    double saved = 0;
    for (int k = 12; k <= 24; k += 3)
      saved += 64 * std::exp(-1.5 * kHazard * k / 12) * (k > later ? 1600 : 1300) * 0.25 *
               (own - base - kMargin) * std::exp(-(zero(k / 12.0) + 0.01) * k / 12);
    const auto equity = [](const SimulatedBlock& b) {
      return b.sum(b.layout.vehicle(0, kDistributions));
    };
    EXPECT_NEAR(equity(may) - equity(stays), saved - penalty, 1e-9 * std::abs(equity(stays)));
    EXPECT_LT(may.square(may.layout.vehicle(0, kCashImbalance)), 1e-18);
  }
}

// Where lots come late the schedule owes nothing before their mean delivery, and a path may: it
// prepays on the terms of the schedule without delay.
TEST(Prepayment, BeforeTheMeanDeliveryIsOfWhatThePathOwes) {
  Inputs inputs = inputs_of(Frequency::quarterly, 0.10, 0.01);
  inputs.market.rates.hull_white.reset();
  Loan& loan = inputs.book.loans[0];
  loan.principal = 0;
  loan.outstanding_principal = 0;
  loan.commitment = 500;
  VehicleLot& lot = inputs.book.vehicles[0].lots[0];
  lot.in_service = month(2);
  lot.slip_months = 6;
  TrancheDraw draw;
  draw.lots = {"lot"};
  draw.amount = 500;
  inputs.book.vehicles[0].tranches[0].draws = {draw};
  date_draws(inputs.book);
  VehiclePaths paths(inputs.market, inputs.book, 0);
  const SimulatedBlock& b = paths.b;
  const PrepaymentPlan& plan = b.plan.vehicles[0].tranches[0].prepayment;
  double gone = 0;
  for (int k = 3; k <= 21; k += 3) {
    EXPECT_EQ(plan.may[static_cast<std::size_t>(k)], 1) << k;
    const double t = k / 12.0, life = 2 - t;
    EXPECT_NEAR(plan.zero[static_cast<std::size_t>(k)], (zero(2) * 2 - zero(t) * t) / life, 1e-12)
        << k;
  }
  for (std::size_t p = 0; p < engine::kBlockPaths; ++p) {
    const double made = std::ceil(paths.stages.delivery_row(kDelivered)[p]);
    if (made >= 21) continue;  // it lapses, or no date comes after it
    // In the month of the draw nothing is owed yet to be prepaid.
    const int date = (static_cast<int>(made) / 3 + 1) * 3;
    gone += b.rows.row(paths.stages.survival_series(0), date)[p];
  }
  EXPECT_NEAR(b.sum(b.layout.balloon(0, b.plan.vehicles[0], 0, kPrepaid)), gone, 1e-9);
  EXPECT_GT(gone, 30);
  paths.expect_balanced();
}

// A spread that nobody ever saves: all is as without the option, to rounding.
TEST(Prepayment, OutOfReachChangesNothing) {
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    Inputs inputs = inputs_of(Frequency::quarterly, 0.083, 0.9);
    Book without = inputs.book;
    without.loans[0].prepayment_spread.reset();
    const SimulatedBlock one(inputs.market, inputs.book, settings_of(kSampleDate), basis, 0);
    const SimulatedBlock other(inputs.market, without, settings_of(kSampleDate), basis, 0);
    for (std::size_t s = 0; s < one.layout.samples; ++s) {
      const std::size_t at = one.layout.contract(0, s);
      EXPECT_NEAR(one.sum(at), other.sum(other.layout.contract(0, s)),
                  1e-12 * (1 + std::abs(one.sum(at))))
          << s;
    }
    EXPECT_EQ(one.sum(one.layout.vehicle(0, kDistributions)),
              other.sum(other.layout.vehicle(0, kDistributions)));
    EXPECT_EQ(one.sum(one.layout.balloon(0, one.plan.vehicles[0], 0, kPrepaid)), 0);
    EXPECT_EQ(other.plan.vehicles[0].may_prepay, false);
  }
}

struct PathCase {
  const char* name;
  bool floating;
  double scarcity_loading, credit_loading, noise;
  const char* who;  // borrower, sponsor or customer
  bool draws = false, revolving = false;
};
constexpr int kDrawn = 14;  // months: between two dates
constexpr double kLent = 300;
class PrepaymentPaths : public ::testing::TestWithParam<PathCase> {
 protected:
  static Market market() {
    const PathCase& c = GetParam();
    Market market = certain_rates();
    market.rates.hull_white = HullWhite{kReversion, kRateVolatility};
    market.rates.zero_curve = {{1, 5}, {0.04, 0.045}};
    market.rates.liquidity_spread = 0.012;
    market.credit = Credit{0.5};
    for (Party& party : market.parties) {
      party.hazard = {{1, 2}, {0.05, 0.08}};
      party.recovery = 0.3;
      party.fit_survival = false;
      party.scarcity_loading = c.scarcity_loading;
      party.credit_loading = c.credit_loading;
      party.hazard_mean_reversion = 0.7;
      party.hazard_volatility = c.noise;
    }
    return market;
  }
  static Book book() {
    const PathCase& c = GetParam();
    Book book = rich_vehicle("multiple", 0.36);
    Loan& loan = book.loans[0];
    Vehicle& vehicle = book.vehicles[0];
    const std::string who = c.who;
    if (who == "borrower") {
      loan.borrower = vehicle.borrower = who;
      loan.recourse = vehicle.recourse = Recourse::full;
    } else if (who == "guarantor") {
      vehicle.sponsor = who;
    } else {
      Offtake offtake;
      offtake.id = "o";
      offtake.customer = who;
      offtake.lots = {"lot"};
      offtake.rental_rate = 2;
      offtake.end = month(30);
      vehicle.offtakes = {offtake};
    }
    loan.frequency = Frequency::quarterly;
    loan.floating = c.floating;
    if (c.floating) {
      loan.margin = 0.045;
      loan.day_count = DayCount::actual_360;
    } else {
      loan.coupon = 0.085;
    }
    loan.prepayment_start = month(5);
    loan.prepayment_spread = 0.004;
    loan.prepayment_penalty = 0.01;
    if (c.draws) {
      loan.commitment = 2000;
      loan.revolving = c.revolving;
      TrancheDraw draw;
      draw.date = month(kDrawn);
      draw.amount = kLent;
      vehicle.tranches[0].draws = {draw};
      date_draws(book);
    }
    return book;
  }
};

// The market's margin from the path's own factors: h = hazard e^{-b chi - c z + e}, no fit.
TEST_P(PrepaymentPaths, GoWhereTheMarketAsksLess) {
  const PathCase& c = GetParam();
  const bool own_default = std::string(c.who) == "borrower";
  const std::size_t party = own_default ? 0 : std::string(c.who) == "customer" ? 1 : 2;
  double gone = 0;
  std::array<int, 8> by_date{};
  for (const std::uint64_t number : {0, 1, 2}) {
    const VehiclePaths paths(market(), book(), number, MeasureBasis::real_world);
    const SimulatedBlock& b = paths.b;
    double found_gone = 0, lent = 0;
    for (std::size_t p = 0; p < 64; ++p) {
      int left_in = 99;
      for (int k = 6; k < 24; k += 3) {
        // Nobody lends on the credit of the dead; the borrower's own default is a weight.
        if (!own_default && paths.stages.default_months(party)[p] <= k) break;
        const double t = k / 12.0;
        const double chi = b.rows.row(engine::kScarcity, k)[p];
        double moved = c.scarcity_loading * chi;
        if (c.credit_loading != 0)
          moved += c.credit_loading *
                   b.rows.row(engine::noise_series(b.plan.factors, b.plan.credit), k)[p];
        if (c.noise > 0)
          moved -=
              b.rows.row(engine::noise_series(b.plan.factors, b.plan.parties[party].noise), k)[p];
        const double hazard = (k < 12 ? 0.05 : 0.08) * std::exp(-moved);
        const double margin = 0.7 * hazard + 0.012;
        // Equal quarterly repayments: n payments are left, and 1/n less is owed after each.
        const int left = (24 - k) / 3;
        double life = 0;
        for (int i = 1; i <= left; ++i) life += 0.25 * i / left;
        const double x = b.rows.row(engine::kShortRate, k)[p];
        const double saved =
            c.floating ? 0.045 - margin : 4 * std::log1p(0.085 / 4) - zero_at(t, life, x) - margin;
        if (saved <= 0.004) continue;
        const double weight = own_default ? b.rows.row(paths.stages.survival_series(0), k)[p] : 1.0;
        found_gone += weight;
        ++by_date[static_cast<std::size_t>(k / 3)];
        left_in = k;
        break;
      }
      // Who has prepaid by then lends nothing any more.
      if (left_in > kDrawn)
        lent += own_default ? b.rows.row(paths.stages.survival_series(0), kDrawn)[p] : 1.0;
    }
    if (c.draws) {
      EXPECT_NEAR(b.sum(b.layout.contract_month(0, kDrawn, kRepaid)), -kLent * lent, 1e-7);
    }
    EXPECT_NEAR(b.sum(b.layout.balloon(0, b.plan.vehicles[0], 0, kPrepaid)), found_gone, 1e-9);
    gone += found_gone;
    paths.expect_balanced();
  }
  EXPECT_GT(gone, 20);
  EXPECT_LT(gone, 170);
  EXPECT_GT(by_date[2], 5);
  EXPECT_GT(by_date[3] + by_date[4] + by_date[5] + by_date[6] + by_date[7], 3);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, PrepaymentPaths,
    ::testing::Values(PathCase{"fixed", false, 1, 0, 0, "borrower"},
                      PathCase{"floating", true, 1, 0, 0, "borrower"},
                      PathCase{"credit", false, 0.5, 0.4, 0.5, "borrower"},
                      PathCase{"sponsor", true, 0, 0.6, 0, "guarantor"},
                      PathCase{"customer", false, 1, 0, 0.3, "customer"},
                      PathCase{"drawn", false, 1, 0, 0, "borrower", true},
                      PathCase{"drawn_by_customer", true, 1, 0, 0.3, "customer", true},
                      PathCase{"revolving", false, 1, 0, 0, "borrower", true, true}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace lien::pricing
