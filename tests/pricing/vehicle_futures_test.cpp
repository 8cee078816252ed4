#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"
#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/vehicle_paths.hpp"

// Futures that a vehicle holds: what is paid up to a month is what their price has gained by then,
// which forwards on the forward rent of the same days pay at once; at expiry what a forward pays.
namespace lien::pricing {
namespace {

constexpr int kExpiry = 18;
constexpr double kStrike = 2.1, kSize = 1500;

Market without_interest() {
  Market market = certain_rates();
  market.rates = Rates{{{1}, {0.0}}, 0, {}};
  return market;
}

Instrument future_of(bool averaged) {
  Instrument out;
  out.id = "future";
  out.vehicle = "v";
  out.kind = InstrumentKind::future;
  out.on = Underlying::rental_rate;
  out.hardware = "multiple";
  out.quantity = kSize;
  out.strike = kStrike;
  out.expiry = month(kExpiry);
  out.month_average = averaged;
  return out;
}

// The same size of F(t_k, T) less the strike, paid at t_k.
Instrument forward_rent(int seen, int delivery) {
  Instrument out = future_of(false);
  out.id = "f" + std::to_string(delivery);
  out.vehicle.clear();
  out.kind = InstrumentKind::forward;
  out.on = seen == delivery ? Underlying::rental_rate : Underlying::forward_rental_rate;
  out.expiry = month(seen);
  if (seen < delivery) out.delivery = month(delivery);
  return out;
}

TEST(VehicleFutures, HavePaidWhatTheirPriceHasGained) {
  for (const bool averaged : {false, true})
    for (const int closed : {1, 7, kExpiry - 1}) {
      Book book = rich_vehicle("multiple", 0.3);
      Instrument future = future_of(averaged);
      future.last = month(closed);  // a scenario takes it away from then on
      book.vehicles[0].hedges = {future};
      book.instruments = {forward_rent(closed, kExpiry)};
      if (averaged) book.instruments.push_back(forward_rent(closed, kExpiry - 1));
      const VehiclePaths ran(without_interest(), book, 3);
      const std::size_t hedge = ran.b.layout.hedge(0, 0);
      double expected = 0;
      for (std::size_t i = 0; i < book.instruments.size(); ++i)
        expected += ran.b.sum(ran.b.layout.instrument(i, kPayoff)) /
                    static_cast<double>(book.instruments.size());
      EXPECT_NEAR(ran.b.sum(hedge), expected, 1e-9 * kSize * engine::kBlockPaths)
          << averaged << ' ' << closed;
      if (averaged) continue;
      const double square = ran.b.square(ran.b.layout.instrument(0, kPayoff));
      EXPECT_NEAR(ran.b.square(hedge), square, 1e-9 * square) << closed;
      ran.expect_balanced();
    }
}

// Margins add up to what a forward pays at expiry, path by path.
TEST(VehicleFutures, AddUpToAForward) {
  for (const bool averaged : {false, true}) {
    Book book = rich_vehicle("multiple", 0.3);
    Instrument forward = future_of(averaged);
    forward.id = "forward";
    forward.kind = InstrumentKind::forward;
    book.vehicles[0].hedges = {future_of(averaged), forward};
    const VehiclePaths ran(without_interest(), book, 2);
    const std::size_t x = ran.b.layout.hedge(0, 0), y = ran.b.layout.hedge(0, 1);
    EXPECT_NEAR(ran.b.sum(x), ran.b.sum(y), 1e-9 * kSize * engine::kBlockPaths);
    EXPECT_NEAR(ran.b.square(x), ran.b.square(y), 1e-9 * ran.b.square(y));
    EXPECT_GT(ran.b.square(y), 1);
  }
}

// At its fair strike a future costs nothing at any interest that is certain: no margin has a mean.
TEST(VehicleFutures, AreWorthNothingAtTheirFairStrike) {
  Market market = certain_rates();
  const Hardware& hardware = market.hardware[1];
  const auto shift = forward_shifts(market, hardware, kSampleDate, kExpiry);
  Instrument future = future_of(false);
  future.strike = std::exp(
      expected_log_rents(market, hardware, MeasureBasis::risk_neutral, kSampleDate, kExpiry)
          .back() +
      (shift.empty() ? 0.0 : shift.back()));
  Book book = rich_vehicle("multiple", 0.3);
  book.vehicles[0].hedges = {future};
  CompiledMarket compiled(market, MeasureBasis::risk_neutral, kEnd, book);
  const BasisRun run = compiled.run(1 << 14);
  const auto value = run.mean(run.layout.hedge(0, 0));
  EXPECT_NEAR(value.value, 0, 4 * value.standard_error);
  EXPECT_LT(value.standard_error, 0.01 * kSize * future.strike);
}

}  // namespace
}  // namespace lien::pricing
