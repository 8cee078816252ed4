// Over 400 lines on purpose: the references of one stopping problem stand together.
// Leases whose lessee may end or extend them, through the whole program: against backward induction
// on a grid of a lognormal rent (case O23 among them), Black's formula, and by hand where rents are
// certain.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "pricing/report/text_form.hpp"
#include "tests/pricing/instrument_runs.hpp"
#include "tests/pricing/simulated_block.hpp"

namespace lien::pricing {
namespace {

constexpr double kHours = 730;

// One unit that rents at R_0 = 1, a geometric Brownian motion of drift mu and volatility sigma, all
// hours let; nobody fails, worth is multiple x R.
struct World {
  double mu = -0.30, sigma = 0.40, rate = 0.10, multiple = 0, cost = 0, growth = 0;
  double hazard = 0, recovery = 0;
};

Inputs inputs_of(const World& world) {
  Inputs inputs = quiet_inputs();
  Market& market = inputs.market;
  market.rates.zero_curve = {{1}, {world.rate}};
  market.frontier = Frontier{world.mu, world.sigma, 0, 0, true};
  Hardware& chip = market.hardware[0];
  chip.rental_rate = 1;
  chip.utilization = Utilization{1, false, 0, 1, 0, {}};
  chip.operating_cost = world.cost;
  chip.operating_cost_growth = world.growth;
  chip.resale = Resale{};
  chip.resale->law = ResaleLaw::rental_multiple;
  chip.resale->multiple = world.multiple;
  Party lessee;
  lessee.id = "lessee";
  lessee.hazard = {{1}, {world.hazard}};
  lessee.recovery = world.recovery;
  market.parties = {lessee};
  market.liquidation = Liquidation{};
  inputs.settings.paths = 1 << 16;
  inputs.settings.threads = 2;
  return inputs;
}

Lease lease_of(int months, double rent) {
  Lease lease;
  lease.id = "lease";
  lease.lessee = "lessee";
  lease.hardware = "chip";
  lease.units = 1;
  lease.start = kSampleDate;
  lease.end = add_months(kSampleDate, months, true);
  lease.rent = rent;
  lease.timing = RentTiming::arrears;
  lease.net = true;
  return lease;
}

Date month(int k) { return add_months(kSampleDate, k, true); }

RunResults run(Inputs inputs, const Lease& lease) {
  inputs.book.leases = {lease};
  inputs.rows_read = 1;
  return value_book(inputs, {});
}

Measured of(const RunResults& results, const std::string& measure, const std::string& id = "lease",
            const std::string& basis = "risk_neutral") {
  const auto found = measured(results.tables, basis, id, measure);
  if (!found) ADD_FAILURE() << "no " << measure << " of " << id;
  return found.value_or(Measured{0, 0});
}

// Largest E[sum of D f_k up to the stop, and D g at it] over stops at open months, the last month
// forced: backward induction on a grid of ln R, each step a sum over the normal law of a month.
struct Stopping {
  int months = 0;
  std::function<double(int, double)> flow;    // of month k >= 1 at rent R
  std::function<double(int, double)> reward;  // for stopping at t_k
  std::function<bool(int)> open;
};

double best_of(const World& world, const Stopping& problem) {
  constexpr int kPoints = 3201;
  const double dt = 1.0 / 12, sd = world.sigma * std::sqrt(dt);
  const double drift = (world.mu - world.sigma * world.sigma / 2) * dt;
  const double years = problem.months * dt;
  const double reach = 7.5 * world.sigma * std::sqrt(years) + std::abs(drift) * problem.months;
  const double step = 2 * reach / (kPoints - 1);
  const int far = static_cast<int>(8.5 * sd / step);
  const int shift = static_cast<int>(std::lround(drift / step));
  std::vector<double> weights;
  double total = 0;
  for (int j = -far; j <= far; ++j) {
    const double z = ((j + shift) * step - drift) / sd;
    weights.push_back(std::exp(-z * z / 2));
    total += weights.back();
  }
  const double discount = std::exp(-world.rate * dt);
  std::vector<double> next(kPoints), value(kPoints);
  for (int k = problem.months; k >= 0; --k) {
    for (int i = 0; i < kPoints; ++i) {
      const double rent = std::exp(-reach + i * step);
      double best = problem.reward(k, rent);
      if (k < problem.months) {
        double on = 0;
        for (int j = -far; j <= far; ++j) {
          const int to = std::clamp(i + j + shift, 0, kPoints - 1);
          on += weights[static_cast<std::size_t>(j + far)] * next[static_cast<std::size_t>(to)];
        }
        on *= discount / total;
        best = problem.open(k) ? std::max(best, on) : on;
      }
      value[static_cast<std::size_t>(i)] = best + (k > 0 ? problem.flow(k, rent) : 0);
    }
    std::swap(next, value);
  }
  return next[(kPoints - 1) / 2];
}

double cost_at(const World& world, int k) { return world.cost * std::exp(world.growth * k / 12); }

// E[sum of D f] with a linear flow 730 (R - c_k) less rent, and nothing at the end.
double held(const World& world, int months, double rent) {
  double sum = 0;
  for (int k = 1; k <= months; ++k)
    sum += std::exp(-world.rate * k / 12) *
           (kHours * (std::exp(world.mu * k / 12) - cost_at(world, k)) - rent);
  return sum;
}

// Case O23: the lessee pays the cost of a unit that it may hand back at any month end for nothing.
// From above the mean of a rule is at most the best; from below a fit costs what its mistakes near
// the boundary do: as in early_exercise_test.cpp, at most a share 60 x 12 / 32768 = 2 % of what the
// right is worth; measured 0.1 %.
TEST(LeaseOptions, HandsBackAUnitAsCaseO23Says) {
  World world;
  world.cost = 0.6;
  world.growth = 0.025;
  const double exact = 3769.19038526, never = -3224.04704054;
  EXPECT_NEAR(held(world, 60, 0), never, 1e-6);
  EXPECT_NEAR(best_of(world, {60, [&](int k, double r) { return kHours * (r - cost_at(world, k)); },
                              [](int, double) { return 0.0; }, [](int) { return true; }}),
              exact, 1e-4 * exact);
  Lease lease = lease_of(60, 1e-9);
  lease.termination_start = kSampleDate;
  Inputs inputs = inputs_of(world);
  inputs.settings.paths = 1 << 18;
  const Measured gain = of(run(inputs, lease), "option_value", "lease/lessee");
  EXPECT_LT(gain.value + never, exact + 4 * gain.error);
  EXPECT_GT(gain.value + never, exact * (1 - 0.005) - 4 * gain.error);
  EXPECT_LT(gain.error, 0.003 * exact);
}

// A lease of four years whose resale value is what the market's rents are worth, so that what its
// lessee gains its lessor loses.
struct Choice {
  bool leaves, buys, falling;
  RentTiming timing;
  double most_lost;  // by the fitted rule, share of the best: measured 0.1 %, 0.1 %, 0.1 %, 2.5 %
};

// A price that falls as fast as the rents to come do makes waiting nearly as good as buying, of a
// unit worth seventeen times the right: the last case, where a fit's mistakes cost most.
TEST(LeaseOptions, EndsAsBackwardInductionOnAGridSays) {
  World world;
  const double x = std::exp((world.mu - world.rate) / 12);
  world.multiple = kHours * x / (1 - x);
  constexpr double kFee = 200;
  for (const Choice& choice : {Choice{true, false, false, RentTiming::arrears, 0.005},
                               Choice{true, true, false, RentTiming::arrears, 0.005},
                               Choice{true, true, false, RentTiming::advance, 0.005},
                               Choice{false, true, true, RentTiming::arrears, 0.035}}) {
    Lease lease = lease_of(48, 350);
    lease.rent_growth = 0.02;
    lease.timing = choice.timing;
    if (choice.leaves) {
      lease.termination_start = month(6);
      lease.termination_fee = kFee;
    }
    if (choice.buys) {
      lease.buyout_start = month(3);
      lease.buyout_price = choice.falling ? Curve{{0, 3}, {24000, 10000}} : Curve{{1}, {16000}};
    }
    const bool advance = choice.timing == RentTiming::advance;
    const auto rent = [](int i) { return 350 * std::pow(1.02, i / 12); };
    const auto paid = [&](int k) { return advance ? (k < 48 ? rent(k) : 0) : rent(k - 1); };
    const auto price = [&](int k) {
      return choice.falling ? 24000 - std::min(k / 12.0, 3.0) * 14000 / 3 : 16000;
    };
    const Stopping problem{48, [&](int k, double r) { return kHours * r - paid(k); },
                           [&](int k, double r) {
                             if (k == 48) return 0.0;
                             double best = -1e9;
                             if (choice.leaves && k >= 6) best = -kFee;
                             if (choice.buys && k >= 3)
                               best = std::max(best, world.multiple * r - price(k));
                             return best + (advance && k > 0 ? paid(k) : 0);
                           },
                           [&](int k) { return k >= (choice.buys ? 3 : 6); }};
    double agreed = 0;
    for (int k = 1; k <= 48; ++k)
      agreed += std::exp(-world.rate * k / 12) * (kHours * std::exp(world.mu * k / 12) - paid(k));
    const double exact = best_of(world, problem) - agreed;
    Inputs inputs = inputs_of(world);
    inputs.settings.paths = 1 << 19;
    inputs.settings.real_world = false;
    const RunResults results = run(inputs, lease);
    const Measured gain = of(results, "option_value", "lease/lessee");
    const Measured lost = of(results, "option_value");
    for (const Measured& one : {gain, lost}) {
      EXPECT_LT(one.value, exact + 4 * one.error);
      EXPECT_GT(one.value, exact * (1 - choice.most_lost) - 4 * one.error);
      EXPECT_LT(one.error, 0.005 * exact);
    }
  }
}

// At `end`, month 24, the lessee may go on for a year at a flat rent: worth it where the rents of
// the market to come, R_24 x A, are above those of the extension, B. A call on R, by Black's
// formula; one date and two smooth functions, so that the rule loses next to nothing.
TEST(LeaseOptions, ExtendsAsBlacksFormulaSays) {
  for (const RentTiming timing : {RentTiming::arrears, RentTiming::advance}) {
    World world;
    world.hazard = 0.08;
    world.multiple = 5000;
    Lease lease = lease_of(24, 400);
    lease.timing = timing;
    lease.extension_months = 12;
    lease.extension_rent = 300;
    double use = 0, rents = 0;
    for (int h = 1; h <= 12; ++h) {
      use += kHours * std::exp((world.mu - world.rate) * h / 12);
      rents += 300 * std::exp(-world.rate * (timing == RentTiming::arrears ? h : h - 1) / 12);
    }
    const double forward = std::exp(2 * world.mu), sd = world.sigma * std::sqrt(2.0);
    const double exact = std::exp(-2 * world.rate) * use * black(forward, rents / use, sd);
    const double d2 = std::log(forward * use / rents) / sd - sd / 2;
    const double likely = std::exp(-2 * world.hazard) * std::erfc(-d2 / std::sqrt(2.0)) / 2;
    const RunResults results = run(inputs_of(world), lease);
    const Measured gain = of(results, "option_value", "lease/lessee");
    EXPECT_LT(gain.value, exact + 4 * gain.error);
    EXPECT_GT(gain.value, exact * (1 - 1e-3) - 4 * gain.error);
    EXPECT_LT(gain.error, 0.01 * exact);
    const Measured used = of(results, "exercise_probability", "lease/extension");
    EXPECT_NEAR(used.value, likely, 4 * used.error + 2e-3);
    // Without premia the two bases are one law, and the lessee decides by one rule on both.
    EXPECT_EQ(of(results, "exercise_probability", "lease/extension", "real_world").value,
              used.value);
  }
}

// A world without noise, month by month: what the lessee does is the best of a list, what the
// lessor gets a sum. Defaults are weights of a constant hazard.
struct Certain {
  World world;
  Lease lease;
  double spread = 0.01, haircut = 0.1;
  int lag = 3;

  [[nodiscard]] bool advance() const { return lease.timing == RentTiming::advance; }
  [[nodiscard]] int agreed() const {
    int k = 0;
    while (month(k) < lease.end) ++k;
    return k;
  }
  [[nodiscard]] int last() const { return agreed() + lease.extension_months; }
  [[nodiscard]] double rent_on_path(int k) const { return std::exp(world.mu * k / 12); }
  [[nodiscard]] double worth(int k) const { return world.multiple * rent_on_path(k); }
  [[nodiscard]] double discount(int k) const { return std::exp(-world.rate * k / 12); }
  [[nodiscard]] double liquid(int k) const { return std::exp(-spread * k / 12); }
  [[nodiscard]] double alive(int k) const { return std::exp(-world.hazard * k / 12); }
  // Due at t_k; an extension's in advance begins at the agreed end.
  [[nodiscard]] double due(int k) const {
    const int period = advance() ? k : k - 1;  // from 0
    if (period < 0 || period >= last()) return 0;
    if (period < agreed()) return lease.rent * std::pow(1 + lease.rent_growth, period / 12);
    const double whole = lease.rent * std::pow(1 + lease.rent_growth, (agreed() - 1) / 12);
    return lease.extension_rent.value_or(whole);
  }
  [[nodiscard]] double saved(int k) const { return advance() && k > 0 ? due(k) : 0; }
  [[nodiscard]] double buyout(int k) const {
    const Curve& c = lease.buyout_price;
    if (c.values.size() == 1) return c.values[0];
    const double t = std::clamp(k / 12.0, c.years[0], c.years[1]);
    return c.values[0] + (c.values[1] - c.values[0]) * (t - c.years[0]) / (c.years[1] - c.years[0]);
  }
  struct Way {
    int month = 0;
    char how = 'e';  // end, bought, terminated
    double lessee = -1e300;
  };
  // To the lessee for ending it so, at t_k.
  [[nodiscard]] double brings(int k, char how) const {
    const double short_of =
        std::max(0.0, lease.guaranteed_residual - (worth(k) - lease.return_cost));
    double g = how == 'b' ? worth(k) - buyout(k) : how == 't' ? -lease.termination_fee : -short_of;
    if (how == 'e' && lease.end_option == EndOption::fixed_price && worth(k) > lease.option_price)
      g = worth(k) - lease.option_price;
    return g + lease.deposit + saved(k);
  }
  [[nodiscard]] double lessor(int k, char how) const {
    const double back = worth(k) - lease.return_cost;
    if (how == 'b') return buyout(k);
    if (how == 't') return back + lease.termination_fee;
    if (lease.end_option == EndOption::fixed_price && worth(k) > lease.option_price)
      return lease.option_price;
    return std::max(back, lease.guaranteed_residual);
  }
  [[nodiscard]] Way way(int k, char how) const {
    double sum = 0;
    for (int j = 1; j <= k; ++j)
      sum += discount(j) *
             (kHours * rent_on_path(j) - (lease.net ? kHours * cost_at(world, j) : 0) - due(j));
    return {k, how, sum + discount(k) * brings(k, how)};
  }
  [[nodiscard]] Way best() const {
    Way found = way(agreed(), 'e');
    const auto see = [&](const Way& w) {
      if (w.lessee > found.lessee) found = w;
    };
    if (last() > agreed()) see(way(last(), 'e'));
    for (int k = 0; k < last(); ++k) {
      if (k == agreed()) continue;
      if (lease.buyout_start && month(k) >= *lease.buyout_start) see(way(k, 'b'));
      if (lease.termination_start && month(k) >= *lease.termination_start) see(way(k, 't'));
    }
    return found;
  }
  // Net investment of a default in month k, at the curve, before the deposit.
  [[nodiscard]] double claim(int k) const {
    const int end = k <= agreed() ? agreed() : last();
    double sum = 0;
    for (int j = k; j <= end; ++j) sum += (j == end && advance() ? 0 : due(j)) * discount(j);
    double residual = lease.guaranteed_residual;
    if (residual == 0 && lease.end_option == EndOption::fixed_price) residual = lease.option_price;
    return (sum + residual * discount(end)) / discount(k - 1);
  }
  struct Lessor {
    double value = 0, loss = 0;
    std::vector<double> rents, at_end;  // expected, by month
  };
  [[nodiscard]] Lessor of(const Way& way) const {
    Lessor out;
    out.value = (advance() ? due(0) : 0) + lease.deposit;
    out.rents.assign(static_cast<std::size_t>(last() + 1), 0.0);
    out.at_end = out.rents;
    for (int k = 1; k <= way.month; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const double defaulted = alive(k - 1) - alive(k);
      const double owed = std::max(0.0, claim(k) - lease.deposit);
      const double back = std::max(0.0, lease.deposit - claim(k));
      const double sale = (1 - haircut) * worth(k + lag);
      const double recovered = std::min(owed, sale) + world.recovery * std::max(0.0, owed - sale);
      out.value += defaulted * (discount(k + lag) * liquid(k + lag) * std::max(recovered, sale) -
                                discount(k) * liquid(k) * back);
      out.loss += defaulted * (discount(k) * owed - discount(k + lag) * recovered);
      const double rent = k == way.month ? due(k) - saved(k) : due(k);
      const double paid = k == last() && advance() ? 0 : rent;
      out.value += alive(k) * discount(k) * liquid(k) *
                   (paid - (lease.net ? 0 : kHours * cost_at(world, k)));
      out.rents[at] = alive(k) * paid;
      out.at_end[at] = -defaulted * back;
    }
    const double gets = lessor(way.month, way.how) - lease.deposit;
    out.value += alive(way.month) * discount(way.month) * liquid(way.month) * gets;
    out.at_end[static_cast<std::size_t>(way.month)] += alive(way.month) * gets;
    return out;
  }
};

void expect_by_hand(const Certain& c, char how, int month_of_end) {
  const Certain::Way way = c.best();
  EXPECT_EQ(way.how, how);
  EXPECT_EQ(way.month, month_of_end);
  Inputs inputs = inputs_of(c.world);
  inputs.settings.paths = 128;
  inputs.settings.loss_horizon_months = {0};
  inputs.market.rates.liquidity_spread = c.spread;
  inputs.market.liquidation->haircut = c.haircut;
  inputs.market.liquidation->lag_months = c.lag;
  const RunResults results = run(inputs, c.lease);
  const Certain::Lessor with = c.of(way), without = c.of(c.way(c.agreed(), 'e'));
  const double size = std::abs(with.value) + 1000;
  EXPECT_NEAR(of(results, "present_value").value, with.value, 1e-9 * size);
  EXPECT_NEAR(of(results, "expected_loss").value, with.loss, 1e-9 * size);
  EXPECT_NEAR(of(results, "expected_loss", "lease", "real_world").value, with.loss, 1e-9 * size);
  EXPECT_NEAR(of(results, "option_value").value, without.value - with.value, 1e-9 * size);
  EXPECT_NEAR(of(results, "option_value", "lease/lessee").value,
              way.lessee - c.way(c.agreed(), 'e').lessee, 1e-9 * size);
  const Table& flows = results.tables.cashflows;
  std::vector<double> rents(with.rents.size()), at_end(with.rents.size());
  for (std::size_t row = 0; row < flows.rows(); ++row) {
    if (flows.column("measure_basis").texts[row] != "real_world") continue;
    const auto k = static_cast<std::size_t>(flows.column("month").numbers[row]);
    if (k == 0 || k >= rents.size()) continue;
    rents[k] = flows.column("expected_rent").numbers[row];
    at_end[k] = flows.column("expected_principal").numbers[row];
    EXPECT_EQ(flows.column("scheduled_rent").numbers[row],
              static_cast<int>(k) > c.agreed() || (c.advance() && static_cast<int>(k) == c.agreed())
                  ? 0
                  : c.due(static_cast<int>(k)))
        << k;
  }
  for (std::size_t k = 1; k < rents.size(); ++k) {
    EXPECT_NEAR(rents[k], with.rents[k], 1e-9 * size) << k;
    EXPECT_NEAR(at_end[k], with.at_end[k], 1e-9 * size) << k;
  }
}

Certain certain() {
  Certain c;
  c.world = {-0.30, 0, 0.05, 9000, 0.1, 0.02, 0.06, 0.4};
  c.lease = lease_of(24, 470);
  c.lease.rent_growth = 0.05;
  c.lease.return_cost = 100;
  return c;
}

TEST(LeaseOptions, LeavesAsCertainRentsSay) {
  for (const RentTiming timing : {RentTiming::arrears, RentTiming::advance})
    for (const double deposit : {0.0, 1500.0}) {
      Certain c = certain();
      c.lease.timing = timing;
      c.lease.deposit = deposit;
      c.lease.termination_start = month(5);
      c.lease.termination_fee = 300;
      const Certain::Way way = c.best();
      expect_by_hand(c, 't', way.month);
      EXPECT_GT(way.month, 5);
      EXPECT_LT(way.month, 24);
      c.lease.net = false;
      expect_by_hand(c, 't', c.best().month);
    }
}

TEST(LeaseOptions, BuysAtACurveOfPricesAsCertainRentsSay) {
  for (const RentTiming timing : {RentTiming::arrears, RentTiming::advance}) {
    Certain c = certain();
    c.lease.timing = timing;
    c.lease.deposit = 800;
    c.lease.end_option = EndOption::fixed_price;
    c.lease.option_price = 5200;
    c.lease.buyout_start = month(2);
    c.lease.buyout_price = {{0.25, 1}, {9000, 5000}};
    const int when = c.best().month;
    EXPECT_GT(when, 2);
    EXPECT_LT(when, 24);
    expect_by_hand(c, 'b', when);
    // At once where that is best; all that is left is the price.
    c.lease.buyout_start = kSampleDate;
    c.lease.buyout_price = {{0, 0.25}, {10, 9000}};
    expect_by_hand(c, 'b', 0);
  }
}

TEST(LeaseOptions, ExtendsAsCertainRentsSay) {
  for (const RentTiming timing : {RentTiming::arrears, RentTiming::advance}) {
    Certain c = certain();
    c.lease.timing = timing;
    c.lease.deposit = 500;
    c.lease.guaranteed_residual = 3500;
    c.lease.extension_months = 12;
    c.lease.extension_rent = 250;
    expect_by_hand(c, 'e', 36);
    c.lease.termination_start = month(20);
    c.lease.termination_fee = 0;
    c.lease.extension_rent = 330;
    const Certain::Way way = c.best();
    expect_by_hand(c, way.how, way.month);
    c.lease.termination_start.reset();
    c.lease.guaranteed_residual = 0;
    c.lease.extension_rent.reset();  // the last rent, above the market's
    expect_by_hand(c, 'e', 24);
    c.lease.rent = 220;  // 231 in the second year, and on: below it
    expect_by_hand(c, 'e', 36);
  }
}

// Half of a cost that follows power, at half as much again for power, is a cost a quarter higher:
// the lessee pays it where the lease is net, the lessor where it is not.
TEST(LeaseOptions, PaysACostThatFollowsPower) {
  for (const bool net : {true, false}) {
    World world;
    world.cost = 0.2;
    world.hazard = 0.05;
    world.multiple = 6000;
    Lease lease = lease_of(24, 300);
    lease.net = net;
    lease.termination_start = month(3);
    lease.termination_fee = 150;
    Inputs inputs = inputs_of(world);
    inputs.settings.paths = 1 << 12;
    inputs.market.power = Power{{0, 0}, 1.5};
    inputs.market.hardware[0].power_share = 0.5;
    const RunResults follows = run(inputs, lease);
    world.cost = 0.25;
    inputs = inputs_of(world);
    inputs.settings.paths = 1 << 12;
    const RunResults higher = run(inputs, lease);
    for (const char* id : {"lease", "lease/lessee"})
      EXPECT_NEAR(of(follows, "option_value", id).value, of(higher, "option_value", id).value,
                  1e-8);
    EXPECT_NEAR(of(follows, "present_value").value, of(higher, "present_value").value, 1e-8);
  }
}

// What comes later than today: the deposit comes in with the start, no choice before it.
TEST(LeaseOptions, ReceivesADepositAtAStartToCome) {
  World world{-0.30, 0, 0.05, 9000, 0.1, 0.02, 0.06, 0.4};
  Inputs inputs = inputs_of(world);
  inputs.settings.paths = 128;
  Lease lease = lease_of(24, 100);
  lease.start = month(6);
  const RunResults without = run(inputs, lease);
  lease.deposit = 50;
  const RunResults with = run(inputs, lease);
  // Smaller than every claim, which the units cover in turn: it comes in and goes out with the
  // living, and after a default there is that much more than without.
  const double change = 50 * std::exp(-(0.05 + 0.06) * 0.5) - 50 * std::exp(-(0.05 + 0.06) * 2);
  EXPECT_NEAR(of(with, "present_value").value - of(without, "present_value").value, change, 1e-9);
  const Table& flows = with.tables.cashflows;
  for (std::size_t row = 0; row < flows.rows(); ++row)
    if (flows.column("month").numbers[row] == 6) {
      EXPECT_EQ(flows.column("scheduled_principal").numbers[row], 50);
      EXPECT_NEAR(flows.column("expected_principal").numbers[row], 50 * std::exp(-0.03), 1e-12);
    }
}

std::vector<std::string> lines_of(const Table& table, const std::vector<std::string>& columns) {
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string line;
    for (const std::string& name : columns) {
      const auto& column = table.column(name);
      line += column.texts.empty() ? round_trip_text(column.numbers[row]) : column.texts[row];
      line += ',';
    }
    // Without a quoted price a lease with options has no yield.
    const bool known = line.find(",yield,") == std::string::npos;
    if (known && line.find('/') == std::string::npos &&
        line.find("option_value") == std::string::npos)
      lines.push_back(line);
  }
  return lines;
}

// Options that nobody would use leave every digit as it is, whatever the lease has beside them.
TEST(LeaseOptions, LeavesEveryDigitWhereNoOptionIsWorthUsing) {
  Inputs inputs = quiet_inputs();
  inputs.market = sample_market();
  inputs.market.liquidation->lag_stdev_months = 2;
  inputs.settings.paths = 2048;
  Lease lease = lease_of(30, 9000);
  lease.lessee = "borrower";
  lease.hardware = "multiple";
  lease.units = 10;
  lease.net = false;
  lease.start = month(-5);
  lease.end = Date{std::chrono::year(2028) / 8 / 17};
  lease.return_cost = 40;
  lease.guaranteed_residual = 60000;
  lease.residual_guarantor = "customer";
  lease.end_option = EndOption::fixed_price;
  lease.option_price = 90000;
  for (const RentTiming timing : {RentTiming::arrears, RentTiming::advance})
    for (const std::string hardware : {"multiple", "income"}) {
      lease.timing = timing;
      lease.hardware = hardware;
      Lease free = lease;
      free.buyout_start = free.termination_start = month(1);
      free.buyout_price = {{1}, {1e12}};
      free.termination_fee = 1e12;
      const RunResults a = run(inputs, lease), b = run(inputs, free);
      const std::vector<std::string> measures = {"measure_basis",  "id",    "measure",
                                                 "horizon_months", "value", "standard_error"};
      EXPECT_EQ(lines_of(a.tables.measures, measures), lines_of(b.tables.measures, measures));
      const std::vector<std::string> flows = {
          "measure_basis",         "contract",           "month",
          "outstanding_principal", "expected_principal", "expected_principal_se",
          "expected_recovery",     "expected_rent",      "expected_rent_se"};
      EXPECT_EQ(lines_of(a.tables.cashflows, flows), lines_of(b.tables.cashflows, flows));
      EXPECT_EQ(of(b, "option_value").value, 0);
      EXPECT_EQ(of(b, "option_value").error, 0);
      EXPECT_EQ(of(b, "exercise_probability", "lease/buyout").value, 0);
    }
}

TEST(LeaseOptions, GivesTheSameBitsOnAnyNumberOfThreads) {
  Inputs inputs = quiet_inputs();
  inputs.market = sample_market();
  inputs.settings.paths = 2048;
  Lease lease = lease_of(24, 9000);
  lease.lessee = "borrower";
  lease.hardware = "income";
  lease.units = 10;
  lease.buyout_start = lease.termination_start = month(3);
  lease.buyout_price = {{1}, {100000}};
  lease.termination_fee = 3000;
  lease.extension_months = 12;
  std::vector<Measured> first;
  for (const unsigned threads : {1U, 3U}) {
    inputs.settings.threads = threads;
    const RunResults results = run(inputs, lease);
    const std::vector<Measured> found = {of(results, "present_value"), of(results, "option_value"),
                                         of(results, "option_value", "lease/lessee"),
                                         of(results, "expected_loss", "lease", "real_world")};
    if (first.empty()) first = found;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].value, first[i].value);
      EXPECT_EQ(found[i].error, first[i].error);
    }
    // A rule is a lower bound: it brings the lessee more than not to have it, on a rich market too.
    EXPECT_GT(found[2].value, 4 * found[2].error);
  }
}

// Whatever moves what the lessee sees is among the numbers that its rule reads.
TEST(LeaseOptions, SeesTheNoiseOfUtilizationAndThePowerPrice) {
  Inputs inputs = quiet_inputs();
  inputs.market = sample_market();
  inputs.market.power = Power{{0.2, 0.6}, 1};
  inputs.market.hardware[1].power_share = 0.5;
  inputs.market.hardware[1].utilization->noise = {1.0, 0.3};
  Lease lease = lease_of(24, 9000);
  lease.lessee = "borrower";
  lease.hardware = "multiple";
  lease.termination_start = month(3);
  Book book;
  book.leases = {lease};
  const SimulatedBlock b(inputs.market, book, inputs.settings, MeasureBasis::risk_neutral, 0);
  const LeaseEndPlan& end = b.plan.lease_ends.front();
  const HardwarePlan& hardware = b.plan.hardware[1];
  for (const std::uint32_t noise : {hardware.utilization_noise, b.plan.power.noise})
    EXPECT_EQ(std::count(end.states.begin(), end.states.end(),
                         engine::noise_series(b.plan.factors, noise)),
              1);
}

}  // namespace
}  // namespace lien::pricing
