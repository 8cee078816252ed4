#pragma once

// Over 400 lines on purpose: one vehicle with any of the terms there are; what is drawn depends on
// what was drawn before.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/simulation/path_block.hpp"
#include "pricing/plan/plan.hpp"

// A vehicle of random terms on random rows, for tests of its kernel.
namespace lien::pricing {

using engine::AlignedDoubles;
using engine::kBlockPaths;
using engine::kLanes;

inline constexpr int kMonths = 18, kLag = 3, kSteps = kMonths + kLag;
inline constexpr std::array<int, 3> kBalloonMonths = {12, 15, 18};
inline constexpr std::size_t kParties = 3;  // borrower, customer, guarantor
// Rows of one customer that decides, and the rent of its renewal.
inline constexpr std::size_t kDecisions = kCustomerRows + 1;

// Rows of one lot that may come late, one of a draw of each tranche, and by month the share of rent
// that was paid in advance.
inline constexpr std::size_t kCreditedRow = kDeliveryRows + 3;
// And of a lease of that lot what it pays by month, and its hours.
inline constexpr std::size_t kTermRow = kCreditedRow + kMonths + 1;
inline constexpr std::size_t kDeliveredRows = kTermRow + 2 * (kMonths + 1);

// Everything random about a vehicle and its surroundings.
struct Case {
  std::uint64_t seed;
  std::mt19937_64 draw;
  Plan plan;
  VehiclePlan vehicle;
  AlignedDoubles survival, discount, ratio, sale, after_draw, tested, pressed, gross, spot,
      utilization, defaults, open, customers, leased, deliveries;
  bool prices, drawn;
  // Where the lag is drawn: by path; a month's sale and ratio, and a factor by tranche and path.
  std::array<std::size_t, kBlockPaths> lags{};
  AlignedDoubles drawn_sale, sale_factor;
  AlignedDoubles covenant_worth;  // [2] rows of covenants' own marks
  AlignedDoubles market_rates;    // [3] of tranches, junk where nothing may be prepaid
  AlignedDoubles hedges;  // what two hedges settle, by month; junk in months without a settlement

  explicit Case(std::uint64_t number)
      : seed(number),
        draw(number),
        survival(rows()),
        discount(rows()),
        ratio(rows()),
        sale(rows()),
        after_draw(rows()),
        tested(rows()),
        pressed(rows()),
        gross(rows()),
        spot(rows()),
        utilization(rows()),
        defaults((kParties + 1) * kBlockPaths),
        open(kBalloonMonths.size() * kBlockPaths),
        customers(kDecisions * kBlockPaths),
        leased(kLeaseRows * kBlockPaths),
        deliveries(kDeliveredRows * kBlockPaths),
        prices(number % 2 == 0),
        drawn(number % 4 >= 2),
        drawn_sale(rows()),
        sale_factor(3 * kBlockPaths),
        covenant_worth(2 * rows()),
        market_rates(3 * rows()),
        hedges(2 * rows()) {
    fill_rows();
    add_structure();
    fill_sales();
    add_hedges();
    fill_openings();
    add_customer();
    for (CovenantPlan& covenant : vehicle.covenants)
      if (covenant.ahead > 0) look_ahead(covenant);
    if (chance(0.6))
      add_lease();
    else if (number % 8 != 0)
      add_slip();
    add_covenant_marks();
    if (chance(0.6)) add_prepayments();
  }

  static std::size_t rows() { return (kSteps + 1) * kBlockPaths; }
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(draw);
  }
  bool chance(double p) { return uniform(0, 1) < p; }

  void fill_rows() {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      double s = 1, d = 1;
      for (std::size_t k = 0; k <= kSteps; ++k) {
        const std::size_t at = k * kBlockPaths + p;
        survival.get()[at] = s;
        discount.get()[at] = d;
        s *= uniform(0.97, 1);
        d *= uniform(0.99, 1);
        sale.get()[at] = uniform(0, 150);
        tested.get()[at] = uniform(40, 260);
        pressed.get()[at] = uniform(40, 260);
        gross.get()[at] = uniform(1.0, 1.01);
        spot.get()[at] = uniform(0.2, 3);
        utilization.get()[at] = uniform(0.3, 1);
      }
      for (std::size_t party = 0; party <= kParties; ++party)
        defaults.get()[party * kBlockPaths + p] =
            party < kParties && chance(0.4) ? std::floor(uniform(1, 25)) : kNever;
    }
  }

  void fill_openings() {
    for (std::size_t i = 0; i < kBalloonMonths.size() * kBlockPaths; ++i)
      open.get()[i] = chance(0.5) ? 1 : 0;
  }

  void fill_sales() {
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      lags[p] = drawn ? static_cast<std::size_t>(uniform(0, kLag + 1)) : kLag;
      for (std::size_t t = 0; t < 3; ++t)
        sale_factor.get()[t * kBlockPaths + p] = drawn ? uniform(0.9, 1) : 1;
      for (std::size_t k = 0; k + kLag <= kSteps; ++k) {
        const std::size_t now = k * kBlockPaths + p, then = (k + lags[p]) * kBlockPaths + p;
        ratio.get()[now] = discount.get()[then] / discount.get()[now];
        drawn_sale.get()[now] = sale.get()[then];
        after_draw.get()[now] = k % 3 == 1 ? uniform(0, 40) : 0;
      }
    }
  }

  void add_tranche(int rank) {
    TranchePlan tranche;
    tranche.contract = static_cast<std::uint32_t>(plan.contracts.size());
    tranche.rank = rank;
    const double in_kind = chance(0.3) ? 0.5 : 0;
    tranche.cash_sweep = chance(0.3) ? 0.4 : 0;
    ContractPlan contract;
    contract.outstanding = uniform(20, 60);
    contract.day_zero = uniform(0, 1);
    contract.issue_discount = chance(0.4) ? uniform(0, 0.1) : 0.0;
    contract.loss_floor = chance(0.5) ? 0.5 : 0;
    contract.first_month = plan.terms.size();
    contract.months = kMonths;
    plan.contracts.push_back(contract);
    for (int k = 0; k <= kMonths; ++k) {
      TrancheMonth month;
      MonthTerms terms;
      terms.present_factor = uniform(0.9, 1);
      terms.recovery_factor = uniform(0.9, 1);
      terms.eir_discount = uniform(0.9, 1);
      terms.eir_discount_sale = uniform(0.9, 1);
      if (k > 0 && (vehicle.pays[static_cast<std::size_t>(k)] != 0)) {
        month.accrual = 0.25;
        month.repaid = k == kMonths ? 1.0 : uniform(0, 0.2);
        month.in_kind = k == kMonths ? 0.0 : in_kind;
        if (chance(0.5)) {
          month.fixed_interest = 0.02;
        } else {
          month.floating_base = 1;
          month.gross_ratio = uniform(0.99, 1.01);
          month.floor = 0.001;
          month.margin = 0.01;
          month.floating_accrual = 0.25;
          if (chance(0.5)) month.cap = uniform(0.001, 0.006);
          month.fixing = k - 1;
        }
        month.timing = uniform(0.98, 1);
        month.floating_timing = uniform(0.98, 1);
        month.fee = chance(0.3) ? 0.1 : 0;
      }
      tranche.months.push_back(month);
      plan.terms.push_back(terms);
    }
    if (chance(0.6)) add_draws(tranche);
    if (chance(0.4)) {
      tranche.grid = {uniform(0.02, 0.06), uniform(0.02, 0.06), uniform(0.02, 0.06)};
      tranche.grid_without = uniform(0.06, 0.1);
    }
    tranche.last_payment = kMonths;
    if (chance(0.5)) add_balloon(tranche);
    vehicle.tranches.push_back(tranche);
  }

  // Due in the last month, in one before it, or with two extensions up to it.
  void add_balloon(TranchePlan& tranche) {
    BalloonPlan& balloon = tranche.balloon;
    balloon.refinances = chance(0.7);
    balloon.max_loan_to_value = uniform(0.3, 1.2);
    balloon.extension_fee = chance(0.5) ? uniform(0, 0.05) : 0.0;
    const bool extends = !balloon.refinances || chance(0.5);
    const std::uint32_t first = extends || chance(0.5) ? (extends ? 0U : 1U) : 2U;
    for (std::uint32_t i = first; i < kBalloonMonths.size(); ++i) {
      balloon.dates.push_back({kBalloonMonths[i], i, extends && i + 1 < kBalloonMonths.size()});
      if (!extends) break;
    }
    for (int k = kBalloonMonths[first]; k <= kMonths; ++k) {
      TrancheMonth& month = tranche.months[static_cast<std::size_t>(k)];
      const bool due = std::any_of(balloon.dates.begin(), balloon.dates.end(),
                                   [k](const BalloonDate& date) { return date.month == k; });
      month.repaid = due ? 1 : 0;
      if (due) month.in_kind = 0;
      month.draw = month.draw_elapsed = month.draw_undrawn = month.may_draw = 0;
    }
    tranche.last_payment = kBalloonMonths[first];
    vehicle.balloons.resize(kMonths + 1, 0);
    for (const BalloonDate& date : balloon.dates)
      vehicle.balloons[static_cast<std::size_t>(date.month)] = 1;
  }

  // A commitment of which less may be left than its draws come to.
  void add_draws(TranchePlan& tranche) {
    tranche.draws = true;
    tranche.undrawn = uniform(5, 40);
    tranche.revolving = chance(0.3) ? uniform(30, 90) : 0.0;
    tranche.elapsed_today = uniform(0, 5);
    tranche.undrawn_today = uniform(-1, 5);
    for (int k = 1; k < kMonths; ++k) {
      TrancheMonth& month = tranche.months[static_cast<std::size_t>(k)];
      month.pays = vehicle.pays[static_cast<std::size_t>(k)] != 0;
      month.may_draw = k < 15 ? 1 : 0;
      month.late_elapsed = uniform(-0.3, 1);
      month.late_undrawn = uniform(-0.3, 1);
      month.draw_timing = uniform(0.9, 1);
      if (month.pays) {
        month.undrawn_rate = uniform(0, 0.01);
        month.undrawn_fee = uniform(0, 0.1);
      }
      if (chance(0.7)) continue;
      month.draw = uniform(1, 15);
      month.draw_elapsed = month.draw * uniform(-0.3, 1);
      month.draw_undrawn = month.draw * uniform(-0.3, 1);
    }
  }

  std::vector<double> column(double low, double high) {
    std::vector<double> out(kSteps + 1);
    for (double& x : out) x = uniform(low, high);
    return out;
  }

  void add_structure() {
    vehicle.party = 0;
    vehicle.default_on_shortfall = chance(0.7);
    vehicle.months = kMonths;
    vehicle.lag = kLag;
    vehicle.deduction = 5;
    vehicle.recovery = 0.2;
    vehicle.value_observed = true;
    vehicle.pays.assign(kMonths + 1, 0);
    const int every = chance(0.5) ? 1 : 3;
    for (int k = 1; k <= kMonths; ++k)
      vehicle.pays[static_cast<std::size_t>(k)] = k % every == 0 ? 1 : 0;
    vehicle.covered = vehicle.pays;
    vehicle.coverage_months = every;
    add_tranche(1);
    add_tranche(1);
    add_tranche(2);
    vehicle.lots.resize(1);
    vehicle.lots[0].free_hours = column(1, 3);
    OfftakePlan offtake;
    offtake.customer = 1;
    offtake.relet_months = 2;
    offtake.revenue = column(3, 8);
    offtake.agreed = column(6, 8);
    offtake.lost_hours = column(1, 3);
    vehicle.offtakes = {offtake};
    vehicle.lots[0].operating_cost = column(0.5, 2);
    vehicle.fees = {{column(0, 0.2), 0.0005}};
    vehicle.reserves = {{8, kDebtServiceItem | kFeeItem, column(3, 9), chance(0.5)},
                        {2, kOperatingCostItem | kHedgeItem, column(1, 2), false}};
    vehicle.payers = 2;
    add_covenants();
    add_guarantees();
    using S = CashStep;
    vehicle.waterfall = {
        {S::operating_cost, 0}, {S::fee, 0},        {S::hedge, 0},      {S::interest, 0},
        {S::interest, 1},       {S::principal, 0},  {S::principal, 1},  {S::reserve, 0},
        {S::interest, 2},       {S::principal, 2},  {S::hedge, 1},      {S::reserve, 1},
        {S::cash_trap, 0},      {S::cash_sweep, 0}, {S::cash_sweep, 2}, {S::distribution, 0}};
  }

  // One settles every month, one every third; which tranches float decides the ratio alone.
  void add_hedges() {
    for (std::size_t h = 0; h < 2; ++h) {
      HedgePlan hedge;
      for (std::size_t k = 0; k <= kSteps; ++k) {
        const bool settles = k > 0 && k <= kMonths && (h == 0 || k % 3 == 0);
        hedge.timing.push_back(settles ? uniform(0.9, 1) : 0.0);
        for (std::size_t p = 0; p < kBlockPaths; ++p)
          hedges.get()[h * rows() + k * kBlockPaths + p] = settles ? uniform(-1.5, 1.5) : 100;
      }
      vehicle.hedges.push_back(hedge);
    }
    for (std::size_t t = 0; t < 3; ++t) vehicle.tranches[t].floating = t == seed % 3 || t == 1;
    for (CovenantPlan& covenant : vehicle.covenants) covenant.hedged = column(0, 90);
  }

  // A second customer, which may leave by notice and renews in month 9 or does not.
  void add_customer() {
    CustomerPlan customer;
    customer.party = 1;
    customer.notice_months = 2;
    customer.fee = chance(0.7) ? uniform(1, 6) : 0;
    customer.guarantors_fee = 7;
    OfftakePlan agreed, renewed;
    agreed.customer = renewed.customer = 1;
    agreed.relet_months = renewed.relet_months = 3;
    agreed.gone_row = renewed.gone_row = kGone;
    renewed.rent_row = kCustomerRows;
    renewed.decided = 9;
    agreed.payer = renewed.payer = 1;
    for (OfftakePlan* offtake : {&agreed, &renewed}) {
      offtake->revenue = column(1, 3);
      offtake->agreed = column(1, 3);
      offtake->lost_hours = column(0.5, 1);
      for (std::size_t k = 0; k <= kMonths; ++k)
        if ((k > 9) == (offtake == &agreed)) offtake->lost_hours[k] = offtake->revenue[k] = 0;
    }
    if (chance(0.5)) agreed.credited = column(0, 1);
    if (chance(0.5)) renewed.borne = column(0, 1);
    vehicle.offtakes.push_back(agreed);
    vehicle.offtakes.push_back(renewed);
    vehicle.customers = {customer};
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      double* const rows = customers.get() + p;
      const double notice = chance(0.5) ? std::floor(uniform(1, 16)) : kNever;
      const double lives = defaults.get()[kBlockPaths + p];
      rows[kNotice * kBlockPaths] = notice < lives ? notice : kNever;
      rows[kFeeMonth * kBlockPaths] = notice < lives ? notice + customer.notice_months : kNever;
      rows[kGone * kBlockPaths] = std::min(lives, notice + customer.notice_months + 1);
      rows[kStepsIn * kBlockPaths] = rows[kStepFee * kBlockPaths] = kNever;
      if (rows[kGone * kBlockPaths] == lives && lives < kNever && chance(0.7)) {
        rows[(chance(0.6) ? kStepsIn : kStepFee) * kBlockPaths] = lives;
        if (rows[kStepsIn * kBlockPaths] == lives)
          rows[kGone * kBlockPaths] = chance(0.5) ? lives + std::floor(uniform(1, 8)) : kNever;
      }
      rows[kCustomerRows * kBlockPaths] =
          rows[kGone * kBlockPaths] > 9 && chance(0.6) ? uniform(0.5, 2) : 0;
    }
  }

  // The lot is under a lease at whose end it may be gone, or something be paid and it stay.
  void add_lease() {
    vehicle.lots[0].lease = 0;
    vehicle.lots[0].price = uniform(20, 60);
    vehicle.leases.resize(1);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double paid_in = chance(0.7) ? std::floor(uniform(1, kMonths + 1)) : kNever;
      leased.get()[kPaidIn * kBlockPaths + p] = paid_in;
      leased.get()[kLeaves * kBlockPaths + p] = chance(0.7) ? paid_in : kNever;
      leased.get()[kPaid * kBlockPaths + p] = uniform(0, 60);
    }
  }

  // The lot, its offtakes and a draw of each commitment wait for its delivery.
  void add_slip() {
    VehicleLotPlan& lot = vehicle.lots[0];
    vehicle.deliveries.resize(1);
    lot.delivery = 0;
    lot.bought = 1;
    lot.price = uniform(20, 60);
    lot.hours = lot.free_hours;
    lot.served = served();
    for (OfftakePlan& offtake : vehicle.offtakes) {
      offtake.delivery = 0;
      offtake.served = served();
      offtake.expected_hours = column(0.5, 3);
      for (std::size_t k = 0; k <= kMonths; ++k) lot.hours[k] += offtake.lost_hours[k];
    }
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double delivered = chance(0.8) ? uniform(0, 16) : kNever;
      deliveries.get()[kDelivered * kBlockPaths + p] = delivered;
      deliveries.get()[kPaidFor * kBlockPaths + p] =
          delivered < kNever ? std::floor(delivered + uniform(1, 4)) : kNever;
      for (std::size_t t = 0; t < 3; ++t)
        deliveries.get()[(kDeliveryRows + t) * kBlockPaths + p] =
            chance(0.8) ? uniform(0, 11) : kNever;
    }
    for (std::size_t t = 0; t < 3; ++t) {
      TranchePlan& tranche = vehicle.tranches[t];
      if (!tranche.draws) continue;
      const auto row = static_cast<std::uint32_t>(kDeliveryRows + t);
      tranche.hedgeable = column(20, 80);
      tranche.slipped = {{uniform(1, 10), row}, {uniform(1, 5), kDeliveryRows}};
      for (int k = 0; k <= kMonths; ++k)
        tranche.slipped_months.push_back({uniform(-0.3, 1), uniform(-0.5, 0.5), uniform(-0.3, 1),
                                          uniform(-0.5, 0.5), uniform(0.9, 1), uniform(0, 0.1)});
      if (tranche.balloon.dates.empty() && chance(0.6)) add_maturities(tranche);
    }
    if (chance(0.4)) add_moved_lease(vehicle.offtakes[0]);
    for (const std::size_t o : {std::size_t{0}, std::size_t{1}})
      if (vehicle.offtakes[o].term == kNone && chance(0.6)) add_advance(vehicle.offtakes[o]);
  }
  // The first offtake is a lease that the delivery moves; it may part with the lot.
  void add_moved_lease(OfftakePlan& offtake) {
    offtake.delivery = kNone;
    offtake.served = {std::vector<double>(kMonths + 1, 1.0), std::vector<double>(kMonths + 1, 0.0)};
    offtake.term = static_cast<std::uint32_t>(kTermRow);
    const double price = vehicle.lots[0].price;
    add_lease();
    vehicle.lots[0].price = price;
    for (std::size_t k = 0; k <= kMonths; ++k)
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const bool runs = chance(0.8);
        deliveries.get()[(kTermRow + k) * kBlockPaths + p] = runs ? uniform(3, 8) : 0;
        deliveries.get()[(kTermRow + kMonths + 1 + k) * kBlockPaths + p] =
            runs || chance(0.3) ? uniform(0, 3) : 0;
      }
  }
  // Draws are repaid each on its own, some before the last month.
  void add_maturities(TranchePlan& tranche) {
    constexpr std::size_t kWidth = 13;
    const auto repay = [&](int from, double owed, std::size_t width, double* opening,
                           double* principal) {
      const int last = from + static_cast<int>(uniform(1, kMonths));
      for (int k = from + 1; k <= kMonths && owed > 0; ++k) {
        const auto row = static_cast<std::size_t>(k) * width;
        opening[row] = owed;
        if (vehicle.pays[static_cast<std::size_t>(k)] == 0) continue;
        principal[row] = k == kMonths || k >= last ? owed : owed * uniform(0, 0.4);
        owed -= principal[row];
      }
    };
    tranche.others_opening.assign(kMonths + 1, 0.0);
    tranche.others_principal.assign(kMonths + 1, 0.0);
    if (chance(0.7))
      repay(0, uniform(20, 60), 1, tranche.others_opening.data(), tranche.others_principal.data());
    for (SlippedDraw& one : tranche.slipped) {
      one.repayment.width = kWidth;
      one.repayment.opening.assign((kMonths + 1) * kWidth, 0.0);
      one.repayment.principal = one.repayment.opening;
      for (std::size_t i = 1; i < kWidth; ++i)
        repay(static_cast<int>(i), 1, kWidth, one.repayment.opening.data() + i,
              one.repayment.principal.data() + i);
    }
    for (std::size_t k = 1; k <= kMonths; ++k)
      if (vehicle.pays[k] != 0) tranche.months[k].repaid = 1;
  }
  // Rent that was paid before the path said when it would be earned.
  void add_advance(OfftakePlan& offtake) {
    offtake.credited.clear();
    offtake.advance = static_cast<std::uint32_t>(kCreditedRow);
    offtake.advanced_rent = offtake.revenue;
    for (double& rent : offtake.advanced_rent) rent *= uniform(0.5, 1);
    for (std::size_t i = kCreditedRow * kBlockPaths; i < kDeliveredRows * kBlockPaths; ++i)
      deliveries.get()[i] = chance(0.3) ? 0 : uniform(0, 1);
  }
  // Some months in which an agreement has a part of the hours only.
  ServedShare served() {
    ServedShare out{std::vector<double>(kMonths + 1, 1.0), std::vector<double>(kMonths + 1, 1.0)};
    for (std::size_t k = 1; k <= kMonths; ++k) {
      if (chance(0.7)) continue;
      const double first = uniform(0, 0.6), last = uniform(first + 0.1, 1);
      out.whole[k] = last / (last - first);
      out.lost[k] = 1 / (last - first);
    }
    return out;
  }

  void add_covenant(CovenantTest test, double limit, bool at_least, unsigned consequences) {
    CovenantPlan covenant;
    covenant.test = test;
    covenant.limit = limit;
    covenant.at_least = at_least;
    covenant.reached = limit * (at_least ? 1.01 : 0.99);  // far enough off the limit to be seen
    covenant.consequences = consequences;
    covenant.party = 1;
    covenant.step_up = 0.04;
    covenant.sweep_share = 0.7;
    covenant.cost.assign(kMonths + 1, 200.0);
    covenant.window = test == CovenantTest::debt_service_coverage_ratio ? 3 : 1;
    covenant.release_tests = 2;
    covenant.cure_months = 2;
    covenant.tested.assign(kMonths + 1, 0);
    for (int k = 3; k <= kMonths; ++k) covenant.tested[static_cast<std::size_t>(k)] = 1;
    vehicle.longest_window = 3;
    vehicle.prepays = vehicle.prepays || (consequences & kMandatoryPrepayment) != 0;
    vehicle.covenants.push_back(covenant);
  }
  // Debt service of month k on 1 of debt that a test ahead counts with.
  static double service_on_one(int k) { return 0.02 + 0.001 * k; }
  void add_covenant_marks() {
    for (std::size_t i = 0; i < 2 * rows(); ++i) covenant_worth.get()[i] = uniform(40, 260);
    for (CovenantPlan& covenant : vehicle.covenants)
      if (covenant.test == CovenantTest::loan_to_value && !covenant.pressed && chance(0.6))
        covenant.mark = chance(0.5) ? 1 : 0;
  }
  // What a tranche draws after it is the new lender's.
  void add_prepayments() {
    for (std::size_t i = 0; i < 3 * rows(); ++i) market_rates.get()[i] = 100;
    for (std::size_t t = 0; t < 3; ++t) {
      TranchePlan& tranche = vehicle.tranches[t];
      if (chance(0.3)) continue;
      PrepaymentPlan& option = tranche.prepayment;
      option.spread = uniform(-0.01, 0.02);
      option.penalty = chance(0.6) ? uniform(0, 0.05) : 0;
      option.own = uniform(0.02, 0.06);
      option.may.assign(kMonths + 1, 0);
      for (std::size_t k = 4; k < static_cast<std::size_t>(tranche.last_payment); ++k) {
        option.may[k] = vehicle.pays[k];
        for (std::size_t p = 0; p < kBlockPaths; ++p)
          market_rates.get()[t * rows() + k * kBlockPaths + p] = uniform(0.02, 0.08);
      }
      vehicle.may_prepay = true;
      vehicle.balloons.resize(kMonths + 1, 0);
    }
  }
  // What is agreed of the months after each, as compile adds it up.
  void look_ahead(CovenantPlan& covenant) {
    const int months = covenant.ahead;
    const auto sums = [&](const auto& of_month) {
      std::vector<double> out(kMonths + 1, 0.0);
      for (int k = 0; k <= kMonths; ++k)
        for (int j = k + 1; j <= std::min(kMonths, k + months); ++j)
          out[static_cast<std::size_t>(k)] += of_month(static_cast<std::size_t>(j));
      return out;
    };
    covenant.ahead_hours = sums([&](std::size_t j) { return vehicle.lots[0].free_hours[j]; });
    covenant.ahead_cost = sums([&](std::size_t j) { return vehicle.lots[0].operating_cost[j]; });
    for (const OfftakePlan& offtake : vehicle.offtakes) {
      const std::vector<double> of = sums([&](std::size_t j) { return offtake.revenue[j]; });
      covenant.ahead_revenue.insert(covenant.ahead_revenue.end(), of.begin(), of.end());
    }
    covenant.ahead_fees = sums([&](std::size_t j) { return vehicle.fees[0].amount[j]; });
    covenant.ahead_service =
        sums([](std::size_t j) { return service_on_one(static_cast<int>(j)); });
  }
  void add_cures(CovenantPlan& covenant) {
    covenant.sponsor = 2;
    covenant.cure_limit = uniform(5, 60);
    covenant.cures = std::floor(uniform(1, 4));
  }
  void add_covenants() {
    add_covenant(CovenantTest::debt_service_coverage_ratio, 1.1, true, kCashTrap);
    add_covenant(CovenantTest::loan_to_value, 0.9, false, kMarginStepUp | kCashSweep);
    add_covenant(CovenantTest::loan_to_cost, 0.62, false, kCashSweep | kDrawStop);
    add_covenant(CovenantTest::contract_realization, 0.5, true, kMarginStepUp | kDrawStop);
    add_covenant(CovenantTest::hedge_ratio, 0.6, true, kMarginStepUp);
    add_covenant(CovenantTest::offtake_termination, 0, true, kCashTrap);
    vehicle.covenants.back().notice_rows = {kNotice};
    if (chance(0.5)) {
      add_covenant(CovenantTest::debt_service_coverage_ratio, uniform(0.5, 2), true,
                   kMandatoryPrepayment);
      vehicle.covenants.back().ahead = 4;
    }
    if (chance(0.5))
      add_covenant(CovenantTest::customer_concentration, uniform(0.5, 1), false, kMarginStepUp);
    if (chance(0.5)) {
      add_covenant(CovenantTest::loan_to_value, uniform(0.6, 1), false, kMandatoryPrepayment);
      if (chance(0.5)) add_cures(vehicle.covenants.back());
    }
    if (chance(0.5)) {
      add_covenant(CovenantTest::loan_to_cost, uniform(0.4, 0.7), false,
                   kMandatoryPrepayment | kEventOfDefault);
      if (chance(0.7)) add_cures(vehicle.covenants.back());
    }
    if (chance(0.5)) add_cures(vehicle.covenants.front());
    if (chance(0.5)) {
      add_covenant(CovenantTest::liquidity, 6, true, kEventOfDefault);
      if (chance(0.5)) add_cures(vehicle.covenants.back());
    }
    if (chance(0.3)) add_covenant(CovenantTest::party_default, 0, true, kEventOfDefault);
    if (chance(0.3)) {
      add_covenant(CovenantTest::loan_to_value, 1.2, false, kEventOfDefault);
      vehicle.covenants.back().pressed = true;
    }
  }
  void add_guarantees() {
    GuaranteePlan residual;
    residual.kind = GuaranteeKind::residual_value;
    residual.guarantor = 2;
    residual.cap = 30;
    residual.last_month = 12;
    residual.covers = {1, 1, 0};
    residual.floors = column(50, 90);
    residual.lots = {0};
    GuaranteePlan payment = residual;
    payment.kind = GuaranteeKind::payment;
    payment.cap = 10;
    payment.share = 0.5;
    payment.last_month = kMonths;
    payment.covers = {0, 1, 1};
    GuaranteePlan capacity = residual;
    capacity.kind = GuaranteeKind::capacity;
    capacity.cap = 9;
    capacity.price = 1.2;
    capacity.lots = {1};
    GuaranteePlan last = capacity;
    last.kind = GuaranteeKind::last_lessee;
    last.triggers = 1 + static_cast<unsigned>(seed % 3);
    last.price = 1.5;
    last.share = 0.8;
    last.cap = 12;
    last.last_month = 15;
    GuaranteePlan backing = capacity;
    backing.kind = GuaranteeKind::pay_or_step_in;
    backing.customer = 0;
    vehicle.guarantees = {residual, capacity, payment, last, backing};
  }
};

}  // namespace lien::pricing
