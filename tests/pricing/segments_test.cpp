#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/pricing/instrument_runs.hpp"
#include "tests/pricing/simulated_block.hpp"

// Segments of a hardware's market, and units that are lost, against closed forms.
namespace lien::pricing {
namespace {

constexpr double kBand = 4;  // standard errors

Instrument on_segment(InstrumentKind kind, Underlying on, double strike, const char* segment) {
  Instrument out = on_chip(kind, on, strike);
  out.segment = segment;
  return out;
}

// Rent of a segment: 2 e^{basis + OU}, lognormal; spot where nothing is said, R without an entry.
TEST(Segments, HaveLognormalRentsOverTheRentalRate) {
  Inputs inputs = quiet_inputs();
  inputs.market.hardware[0].segments = {{"term", {0.09, {1, 0.3}}}, {"spot", {-0.05, {}}}};
  const double s = 0.3 * std::sqrt((1 - std::exp(-4.0)) / 2);
  const double term = 2 * std::exp(0.09 + s * s / 2);
  for (const auto& [segment, forward, log_forward] :
       {std::tuple{"term", term, std::log(2.0) + 0.09},
        {"spot", 2 * std::exp(-0.05), std::log(2.0) - 0.05},
        {"", 2 * std::exp(-0.05), std::log(2.0) - 0.05}}) {
    inputs.book.instruments = {
        on_segment(InstrumentKind::forward, Underlying::rental_rate, 0, segment)};
    RunTables tables = value_book(inputs, {}).tables;
    EXPECT_NEAR(measured(tables, "real_world", "forward", "forward_value").value().value, forward,
                1e-14 * forward);
    const auto simulated = measured(tables, "risk_neutral", "forward", "present_value").value();
    EXPECT_NEAR(simulated.value, forward, kBand * simulated.error + 1e-12);
    inputs.book.instruments = {
        on_segment(InstrumentKind::forward, Underlying::log_rental_rate, 0, segment)};
    tables = value_book(inputs, {}).tables;
    EXPECT_NEAR(measured(tables, "real_world", "forward", "forward_value").value().value,
                log_forward, 1e-14);
    const auto logarithm = measured(tables, "risk_neutral", "forward", "present_value").value();
    EXPECT_NEAR(logarithm.value, log_forward, kBand * logarithm.error + 1e-12);
  }
  inputs.book.instruments = {
      on_segment(InstrumentKind::call, Underlying::rental_rate, 2.3, "term")};
  const RunTables tables = value_book(inputs, {}).tables;
  const auto option = measured(tables, "risk_neutral", "option", "present_value").value();
  EXPECT_NEAR(option.value, black(term, 2.3, s), kBand * option.error);
}

// Early exercise on a segment that only a basis sets apart is that on a rent at that level; a noise
// of its own adds to it.
TEST(Segments, AreExercisedEarly) {
  Inputs inputs = quiet_inputs();
  inputs.settings.paths = 1 << 12;
  inputs.market.rates.zero_curve = {{1}, {0.05}};
  inputs.market.frontier = Frontier{};
  inputs.market.frontier->volatility = 0.3;
  const auto put_on = [&](double rent, double basis, double volatility) {
    inputs.market.hardware[0].rental_rate = rent;
    inputs.market.hardware[0].segments = {{"term", {basis, {1, volatility}}}};
    inputs.book.instruments = {
        on_segment(InstrumentKind::put, Underlying::rental_rate, 2.1, "term")};
    inputs.book.instruments[0].bermudan = true;
    return measured(value_book(inputs, {}).tables, "risk_neutral", "option", "present_value")
        .value();
  };
  const auto level = put_on(2 * std::exp(0.1), 0, 0), basis = put_on(2, 0.1, 0);
  EXPECT_NEAR(basis.value, level.value, 1e-9);
  EXPECT_GT(put_on(2, 0.1, 0.4).value, basis.value + 8 * basis.error);
  // The rule sees the noise beside the rent.
  const SimulatedBlock b(inputs.market, inputs.book, inputs.settings, MeasureBasis::risk_neutral,
                         0);
  const auto& states = b.plan.instruments[0].early->states;
  EXPECT_EQ(std::count(states.begin(), states.end(),
                       engine::noise_series(b.plan.factors, b.plan.segments[0].noise)),
            1);
}

// Free hours of a loan without recourse are let in its segment: 1460 a month at the rental rate is
// under its interest of 1400 to 1550, e^0.09 of it is over.
TEST(Segments, LetTheFreeHoursOfALoan) {
  Inputs inputs = quiet_inputs();
  inputs.settings.paths = 64;
  Hardware& chip = inputs.market.hardware[0];
  chip.operating_cost = 0;
  chip.resale = Resale{};
  chip.resale->law = ResaleLaw::rental_multiple;
  chip.resale->multiple = 1;
  chip.segments = {{"term", {-0.09, {}}}};
  Hardware other = chip;
  other.id = "other";
  other.segments = {{"term", {0.09, {}}}};
  inputs.market.hardware.push_back(other);
  Loan loan;
  loan.units = 1;
  loan.principal = 100000;
  loan.coupon = 0.18;
  loan.amortization = Amortization::bullet;
  loan.recourse = Recourse::none;
  loan.closing = kSampleDate;
  loan.maturity = std::chrono::year(2028) / std::chrono::month(9) / std::chrono::day(30);
  for (const auto& [hardware, segment] :
       {std::pair{"chip", ""}, {"chip", "spot"}, {"chip", "term"}, {"other", "term"}}) {
    loan.id = std::string(hardware) + segment;
    loan.hardware = hardware;
    loan.segment = segment;
    inputs.book.loans.push_back(loan);
  }
  const Table t = value_book(inputs, {}).tables.cashflows;
  int rows = 0;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    if (t.column("month").numbers[r] != 2) continue;
    // Those that failed in month 1 pay no interest in month 2.
    const bool pays = t.column("contract").texts[r] == "otherterm";
    EXPECT_NEAR(t.column("expected_interest").numbers[r],
                pays ? t.column("scheduled_interest").numbers[r] : 0.0, 1e-9)
        << t.column("contract").texts[r];
    ++rows;
  }
  EXPECT_EQ(rows, 8);  // four loans on two bases
}

// A book that owns 100 units on a lease from the valuation date, and lends on as many.
Inputs secured_inputs() {
  Inputs inputs = quiet_inputs();
  Hardware& chip = inputs.market.hardware[0];
  chip.operating_cost = 0.4;
  chip.utilization = Utilization{0.8};
  chip.resale = Resale{};
  chip.resale->law = ResaleLaw::rental_multiple;
  chip.resale->multiple = 5000;
  chip.attrition = 0.03;
  Party sound;
  sound.id = "sound";
  sound.hazard = {{1}, {0.0}};
  inputs.market.parties = {sound};
  return inputs;
}

// Values sold and cost run at what is left; the rent stays as agreed.
TEST(Attrition, TakesUnitsOutOfALease) {
  Inputs inputs = secured_inputs();
  Lease lease;
  lease.id = "lease";
  lease.lessee = "sound";
  lease.hardware = "chip";
  lease.units = 100;
  lease.start = kSampleDate;
  lease.end = std::chrono::year(2028) / std::chrono::month(9) / std::chrono::day(30);
  lease.rent = 50000;
  lease.timing = RentTiming::arrears;
  lease.return_cost = 250;
  inputs.book.leases = {lease};
  const RunTables tables = value_book(inputs, {}).tables;
  double expected = 24 * 50000.0;
  for (int k = 1; k <= 24; ++k) expected -= 100 * std::exp(-0.03 * k / 12) * 730 * 0.4;
  expected += 100 * std::exp(-0.06) * (5000 * 2 - 250);
  EXPECT_NEAR(measured(tables, "risk_neutral", "lease", "present_value").value().value, expected,
              1e-9 * expected);
}

// A fan is of one unit; a ratio to a loan's collateral is of what is left.
TEST(Attrition, TakesUnitsOutOfCollateralAndNotOutOfTheValueOfOne) {
  Inputs inputs = secured_inputs();
  Loan loan;
  loan.id = "loan";
  loan.borrower = "sound";
  loan.hardware = "chip";
  loan.units = 100;
  loan.principal = 600000;
  loan.coupon = 0.1;
  loan.amortization = Amortization::bullet;
  loan.closing = kSampleDate;
  loan.maturity = std::chrono::year(2028) / std::chrono::month(9) / std::chrono::day(30);
  for (const bool by_cost : {false, true}) {
    if (by_cost) {
      loan.mark = Mark::cost;
      loan.purchase_price = 9000;
      inputs.market.hardware[0].useful_life_years = 4;
    }
    inputs.book.loans = {loan};
    const Table t = value_book(inputs, {}).tables.paths;
    const double unit = by_cost ? 9000 * 0.75 : 10000.0;  // after a year
    int seen = 0;
    for (std::size_t r = 0; r < t.rows(); ++r) {
      if (t.column("month").numbers[r] != 12) continue;
      const double mean = t.column("mean").numbers[r];
      const std::string& series = t.column("series").texts[r];
      if (series != "resale_value" && series != "loan_to_value") continue;
      const double expected = series == "resale_value" ? 10000.0 : 6000 / (unit * std::exp(-0.03));
      EXPECT_NEAR(mean, expected, 1e-12 * expected) << series;
      ++seen;
    }
    EXPECT_EQ(seen, 4);  // two series on two bases
  }
}

}  // namespace
}  // namespace lien::pricing
