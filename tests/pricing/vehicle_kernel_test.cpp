#include "pricing/valuation/vehicle_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <vector>

#include "engine/simulation/path_block.hpp"

// The vehicle's kernel against the month of docs/model.md, "Vehicles", written once more: one path
// at a time, one account at a time, without survival weights spread over rows.
namespace lien::pricing {
namespace {

using engine::AlignedDoubles;
using engine::kBlockPaths;
using engine::kLanes;

constexpr int kMonths = 18, kLag = 3, kSteps = kMonths + kLag;
constexpr std::size_t kParties = 3;  // borrower, customer, guarantor

// Everything random about a vehicle and its surroundings.
struct Case {
  std::uint64_t seed;
  std::mt19937_64 draw;
  Plan plan;
  VehiclePlan vehicle;
  AlignedDoubles survival, discount, ratio, sale, tested, gross, spot, utilization, defaults;
  bool prices;

  explicit Case(std::uint64_t number)
      : seed(number),
        draw(number),
        survival(rows()),
        discount(rows()),
        ratio(rows()),
        sale(rows()),
        tested(rows()),
        gross(rows()),
        spot(rows()),
        utilization(rows()),
        defaults((kParties + 1) * kBlockPaths),
        prices(number % 2 == 0) {
    fill_rows();
    add_structure();
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
        gross.get()[at] = uniform(1.0, 1.01);
        spot.get()[at] = uniform(0.2, 3);
        utilization.get()[at] = uniform(0.3, 1);
      }
      for (std::size_t party = 0; party <= kParties; ++party)
        defaults.get()[party * kBlockPaths + p] =
            party < kParties && chance(0.4) ? std::floor(uniform(1, 25)) : kNever;
    }
    for (std::size_t k = 0; k + kLag <= kSteps; ++k)
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        ratio.get()[k * kBlockPaths + p] =
            discount.get()[(k + kLag) * kBlockPaths + p] / discount.get()[k * kBlockPaths + p];
  }

  void add_tranche(int rank) {
    TranchePlan tranche;
    tranche.contract = static_cast<std::uint32_t>(plan.contracts.size());
    tranche.rank = rank;
    tranche.payment_in_kind = chance(0.3) ? 0.5 : 0;
    tranche.cash_sweep = chance(0.3) ? 0.4 : 0;
    ContractPlan contract;
    contract.outstanding = uniform(20, 60);
    contract.day_zero = uniform(0, 1);
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
        if (chance(0.5)) {
          month.fixed_interest = 0.02;
        } else {
          month.floating_base = 1;
          month.gross_ratio = uniform(0.99, 1.01);
          month.floor = 0.001;
          month.margin = 0.01;
          month.fixing = k - 1;
        }
        month.timing = uniform(0.98, 1);
        month.floating_timing = uniform(0.98, 1);
        month.fee = chance(0.3) ? 0.1 : 0;
      }
      tranche.months.push_back(month);
      plan.terms.push_back(terms);
    }
    vehicle.tranches.push_back(tranche);
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
    vehicle.reserves = {{8, kDebtServiceItem, column(3, 9)},
                        {2, kOperatingCostItem | kFeeItem, column(1, 2)}};
    add_covenants();
    add_guarantees();
    using S = CashStep;
    vehicle.waterfall = {{S::operating_cost, 0}, {S::fee, 0},         {S::interest, 0},
                         {S::interest, 1},       {S::principal, 0},   {S::principal, 1},
                         {S::reserve, 0},        {S::interest, 2},    {S::principal, 2},
                         {S::reserve, 1},        {S::cash_trap, 0},   {S::cash_sweep, 0},
                         {S::cash_sweep, 2},     {S::distribution, 0}};
  }

  void add_covenant(CovenantTest test, double limit, bool at_least, unsigned consequences) {
    CovenantPlan covenant;
    covenant.test = test;
    covenant.limit = limit;
    covenant.at_least = at_least;
    covenant.consequences = consequences;
    covenant.party = 1;
    covenant.step_up = 0.04;
    covenant.sweep_share = 0.7;
    covenant.cost = 200;
    covenant.window = test == CovenantTest::debt_service_coverage_ratio ? 3 : 1;
    covenant.release_tests = 2;
    covenant.cure_months = 2;
    covenant.tested.assign(kMonths + 1, 0);
    for (int k = 3; k <= kMonths; ++k) covenant.tested[static_cast<std::size_t>(k)] = 1;
    vehicle.longest_window = 3;
    vehicle.covenants.push_back(covenant);
  }
  void add_covenants() {
    add_covenant(CovenantTest::debt_service_coverage_ratio, 1.1, true, kCashTrap);
    add_covenant(CovenantTest::loan_to_value, 0.9, false, kMarginStepUp | kCashSweep);
    add_covenant(CovenantTest::loan_to_cost, 0.62, false, kCashSweep);
    add_covenant(CovenantTest::contract_realization, 0.5, true, kMarginStepUp);
    if (chance(0.5)) add_covenant(CovenantTest::liquidity, 6, true, kEventOfDefault);
    if (chance(0.3)) add_covenant(CovenantTest::party_default, 0, true, kEventOfDefault);
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
    vehicle.guarantees = {residual, capacity, payment};
  }
};

// What one path yields, by tranche, and the vehicle's own.
struct Outcome {
  struct Part {
    double value = 0, exposure = 0, at_default = 0, peak = 0, loss = 0, sampled = 0, credit = 0,
           defaulted = 0, interest = 0, principal = 0, recovered = 0;
  };
  std::array<Part, 3> parts;
  std::array<double, 3> guaranteed{};
  double equity = 0;
  std::vector<unsigned> breaches;  // [months + 1] bits by covenant
};

class PlainVehicle {
 public:
  PlainVehicle(const Case& c, std::size_t path) : c_(c), v_(c.vehicle), p_(path) {
    for (std::size_t t = 0; t < 3; ++t) {
      owed_[t] = c.plan.contracts[t].outstanding;
      if (c.prices) out_.parts[t].value = c.plan.contracts[t].day_zero;
    }
    reserves_ = {v_.reserves[0].initial, v_.reserves[1].initial};
    for (std::size_t g = 0; g < 3; ++g) caps_[g] = v_.guarantees[g].cap;
    out_.breaches.assign(kMonths + 1, 0);
    active_.assign(v_.covenants.size(), false);
    passes_.assign(v_.covenants.size(), 0);
    since_.assign(v_.covenants.size(), 0);
  }

  Outcome run() {
    for (int k = 1; k <= kMonths; ++k) month(k);
    for (auto& part : out_.parts) part.defaulted = 1 - (alive_ ? at(c_.survival, kMonths) : 0.0);
    return out_;
  }

 private:
  [[nodiscard]] double at(const AlignedDoubles& row, int k) const {
    return row.get()[static_cast<std::size_t>(k) * kBlockPaths + p_];
  }
  [[nodiscard]] double default_month(std::size_t party) const {
    return c_.defaults.get()[party * kBlockPaths + p_];
  }
  [[nodiscard]] double accounts() const { return cash_ + trap_ + reserves_[0] + reserves_[1]; }
  [[nodiscard]] const MonthTerms& terms(std::size_t t, int k) const {
    return c_.plan.terms[c_.plan.contracts[t].first_month + static_cast<std::size_t>(k)];
  }

  void settle(int k, double weight, bool sampled, double available) {
    const double sale = std::max(0.0, at(c_.sale, k + kLag) - v_.deduction);
    const double senior = owed_[0] + owed_[1];
    double cash = available, left = sale;
    std::array<double, 3> now{}, later{};
    for (const int rank : {1, 2}) {
      const double all = rank == 1 ? senior : owed_[2];
      const double paid = std::min(all, cash), sold = std::min(all - paid, left);
      cash -= paid;
      left -= sold;
      for (std::size_t t = 0; t < 3; ++t) {
        if (v_.tranches[t].rank != rank || all == 0) continue;
        now[t] = paid * owed_[t] / all;
        later[t] = sold * owed_[t] / all;
      }
    }
    spent_.fill(0);
    for (std::size_t t = 0; t < 3; ++t) {
      double unpaid = owed_[t] - now[t] - later[t], from_guarantors = 0;
      for (std::size_t g = 0; g < 3; ++g) {
        const GuaranteePlan& guarantee = v_.guarantees[g];
        if (guarantee.kind == GuaranteeKind::capacity || !guarantee.covers[t] ||
            k > guarantee.last_month || default_month(2) <= k)
          continue;
        double limit = caps_[g];
        if (guarantee.kind == GuaranteeKind::residual_value)
          limit = std::min(
              limit, std::max(0.0, guarantee.floors[static_cast<std::size_t>(k + kLag)] - sale));
        limit = std::max(0.0, limit - spent_[g]);
        const double part = std::min(limit, guarantee.share * (unpaid - from_guarantors));
        from_guarantors += part;
        spent_[g] += part;
        out_.guaranteed[g] +=
            weight * at(c_.discount, k + kLag) * terms(t, k).recovery_factor * part;
      }
      unpaid -= from_guarantors;
      later[t] += from_guarantors + v_.recovery * unpaid;
      const double claim = owed_[t] - now[t];
      const double loss = claim - later[t] * at(c_.ratio, k);
      Outcome::Part& part = out_.parts[t];
      part.exposure += weight * owed_[t];
      part.at_default += weight * loss;
      part.loss += weight * at(c_.discount, k) * loss;
      part.recovered += weight * (now[t] + later[t]);
      if (c_.prices) {
        part.value += weight * (at(c_.discount, k + kLag) * terms(t, k).recovery_factor * later[t] +
                                at(c_.discount, k) * terms(t, k).present_factor * now[t]);
      } else {
        part.credit +=
            weight * (terms(t, k).eir_discount * claim - terms(t, k).eir_discount_sale * later[t]);
        if (sampled) part.sampled += at(c_.discount, k) * loss;
      }
    }
  }

  double pay(unsigned item, double need) {
    for (double* from : {&cash_, &trap_}) {
      const double paid = std::min(need, *from);
      *from -= paid;
      need -= paid;
    }
    for (std::size_t r = 0; r < 2; ++r) {
      if ((v_.reserves[r].covers & item) == 0) continue;
      const double paid = std::min(need, reserves_[r]);
      reserves_[r] -= paid;
      need -= paid;
    }
    return need;
  }

  double revenue(int k, double& contracted) {
    const auto month = static_cast<std::size_t>(k);
    double out = v_.lots[0].free_hours[month] * at(c_.spot, k);
    contracted = 0;
    if (k < default_month(1)) {
      contracted = v_.offtakes[0].revenue[month];
      out += contracted;
    } else if (k >= default_month(1) + v_.offtakes[0].relet_months) {
      out += v_.offtakes[0].lost_hours[month] * at(c_.spot, k);
    }
    const GuaranteePlan& backstop = v_.guarantees[1];
    if (k <= backstop.last_month && default_month(2) > k) {
      const double bought = std::min(
          caps_[1], backstop.price * v_.lots[0].free_hours[month] * (1 - at(c_.utilization, k)));
      caps_[1] -= bought;
      out += bought;
      out_.guaranteed[1] += (alive_ ? 1 : 0) * at(c_.survival, k) * at(c_.discount, k) *
                            terms(0, k).present_factor * bought;
    }
    return out;
  }

  void month(int k) {
    const auto at_k = static_cast<std::size_t>(k);
    const double opening_cash = accounts();
    if (alive_)
      settle(k, at(c_.survival, k - 1) - at(c_.survival, k), default_month(0) == k, opening_cash);
    double contracted = 0;
    const double earned = revenue(k, contracted);
    cash_ += earned;
    std::array<double, 3> interest{}, floating{}, in_kind{}, principal{}, swept{};
    for (std::size_t t = 0; t < 3; ++t) {
      const TrancheMonth& m = v_.tranches[t].months[at_k];
      double share = m.fixed_interest + step_ * m.accrual;
      if (m.floating_base > 0)
        floating[t] =
            std::max(m.gross_ratio * at(c_.gross, static_cast<int>(m.fixing)) - 1, m.floor) +
            m.margin;
      share += floating[t];
      in_kind[t] = owed_[t] * share * v_.tranches[t].payment_in_kind;
      interest[t] = owed_[t] * share - in_kind[t] + m.fee;
      principal[t] = owed_[t] * m.repaid;
    }
    const double debt_before = owed_[0] + owed_[1] + owed_[2];
    double unpaid = 0, operating = 0, service = 0, distributed = 0;
    const auto due = [&](unsigned item, double amount) { unpaid += pay(item, amount); };
    const bool fills = v_.pays[at_k] != 0;
    const auto fill = [&](std::size_t r) {
      if (!fills) return;
      const double both = reserves_[r] + cash_;
      reserves_[r] = std::min(v_.reserves[r].target[at_k], both);
      cash_ = both - reserves_[r];
    };
    const auto serve = [&](std::size_t t) {
      due(kDebtServiceItem, interest[t]);
      service += interest[t];
    };
    const auto repay = [&](std::size_t t) {
      due(kDebtServiceItem, principal[t]);
      service += principal[t];
    };
    const double fee = v_.fees[0].amount[at_k] + v_.fees[0].rate_per_month * debt_before;
    const double cost =
        v_.lots[0].operating_cost[at_k] * (c_.seed % 3 == 0 ? at(c_.gross, k) : 1.0);
    due(kOperatingCostItem, cost);
    due(kFeeItem, fee);
    operating = cost + fee;
    serve(0), serve(1), repay(0), repay(1);
    fill(0);
    serve(2), repay(2);
    fill(1);
    if (fills) {
      const double both = trap_ + cash_;
      trap_ = trapped_ ? both : 0;
      cash_ = trapped_ ? 0 : both;
      for (const std::size_t t : {std::size_t{0}, std::size_t{2}}) {
        swept[t] =
            std::min(std::max(sweep_, v_.tranches[t].cash_sweep) * cash_, owed_[t] - principal[t]);
        cash_ -= swept[t];
      }
      distributed = cash_;
      cash_ = 0;
    }
    if (k == kMonths) {
      distributed += accounts();
      cash_ = trap_ = reserves_[0] = reserves_[1] = 0;
    }
    if (alive_ && v_.default_on_shortfall && unpaid > 0) {
      alive_ = false;
      settle(k, at(c_.survival, k), default_month(0) > k,
             opening_cash + std::max(0.0, earned - operating));
    }
    coverage_cash_[k] = earned - operating;
    coverage_service_[k] = service;
    const double living = alive_ ? at(c_.survival, k) : 0;
    for (std::size_t t = 0; t < 3; ++t) {
      Outcome::Part& part = out_.parts[t];
      const double paid = interest[t] + principal[t] + swept[t];
      if (c_.prices) {
        const TrancheMonth& m = v_.tranches[t].months[at_k];
        const double at_forward = owed_[t] * floating[t] * (1 - v_.tranches[t].payment_in_kind);
        part.value += living * at(c_.discount, k) *
                      (m.timing * (paid - at_forward) + m.floating_timing * at_forward);
      }
      part.interest += living * (interest[t] - v_.tranches[t].months[at_k].fee);
      part.principal += living * (principal[t] + swept[t]);
      owed_[t] += in_kind[t] - principal[t] - swept[t];
    }
    out_.equity += living * at(c_.discount, k) * terms(0, k).present_factor * distributed;
    peak(k, principal, swept);
    test(k, contracted, debt_before);
  }

  void peak(int k, const std::array<double, 3>& principal, const std::array<double, 3>& swept) {
    for (std::size_t t = 0; t < 3; ++t) {
      double through = 0;
      for (std::size_t other = 0; other < 3; ++other)
        if (v_.tranches[other].rank <= v_.tranches[t].rank)
          through += k == kMonths ? principal[other] + swept[other] : owed_[other];
      out_.parts[t].peak = std::max(out_.parts[t].peak, through / at(c_.tested, k));
    }
  }

  void test(int k, double contracted, double debt_before) {
    const double debt = owed_[0] + owed_[1] + owed_[2];
    step_ = sweep_ = 0;
    trapped_ = false;
    bool ends = false;
    for (std::size_t c = 0; c < v_.covenants.size(); ++c) {
      const CovenantPlan& covenant = v_.covenants[c];
      if (covenant.tested[static_cast<std::size_t>(k)] != 0) {
        const bool breach = breached(covenant, k, contracted, debt, debt_before);
        if (breach) out_.breaches[static_cast<std::size_t>(k)] |= 1U << c;
        if (breach && !active_[c]) since_[c] = k;
        passes_[c] = breach ? 0 : passes_[c] + 1;
        if (breach) active_[c] = true;
        if (!breach && passes_[c] >= covenant.release_tests) active_[c] = false;
      }
      if (!active_[c]) continue;
      if ((covenant.consequences & kCashTrap) != 0) trapped_ = true;
      if ((covenant.consequences & kMarginStepUp) != 0) step_ += covenant.step_up;
      if ((covenant.consequences & kCashSweep) != 0)
        sweep_ = std::max(sweep_, covenant.sweep_share);
      if ((covenant.consequences & kEventOfDefault) != 0 && k - since_[c] >= covenant.cure_months)
        ends = true;
    }
    if (!alive_ || !ends || !(debt > 0)) return;
    alive_ = false;
    settle(k, at(c_.survival, k), default_month(0) > k, accounts());
  }

  bool breached(const CovenantPlan& covenant, int k, double contracted, double debt,
                double debt_before) {
    const auto month = static_cast<std::size_t>(k);
    switch (covenant.test) {
      case CovenantTest::debt_service_coverage_ratio: {
        double cash = 0, service = 0;
        for (int i = k - 2; i <= k; ++i) {
          cash += coverage_cash_[i];
          service += coverage_service_[i];
        }
        return service > 0 && cash < covenant.limit * service;
      }
      case CovenantTest::loan_to_value:
        return (k == kMonths ? debt_before : debt) > covenant.limit * at(c_.tested, k);
      case CovenantTest::loan_to_cost:
        return debt > covenant.limit * covenant.cost;
      case CovenantTest::contract_realization:
        return contracted < covenant.limit * v_.offtakes[0].agreed[month];
      case CovenantTest::liquidity:
        return accounts() < covenant.limit;
      case CovenantTest::party_default:
        return default_month(1) <= k;
    }
    return false;
  }

  const Case& c_;
  const VehiclePlan& v_;
  std::size_t p_;
  Outcome out_;
  bool alive_ = true, trapped_ = false;
  double cash_ = 0, trap_ = 0, step_ = 0, sweep_ = 0;
  std::array<double, 3> owed_{}, caps_{}, spent_{};
  std::array<double, 2> reserves_{};
  std::vector<bool> active_;
  std::vector<double> passes_;
  std::vector<int> since_;
  std::map<int, double> coverage_cash_, coverage_service_;
};

// The kernel's results on the same block.
struct Ran {
  static constexpr std::array<int, 1> kSnapshots = {kMonths};
  static constexpr std::size_t kSamples = sample_count(1);
  AlignedDoubles samples{3 * kSamples * kBlockPaths},
      months{3 * (kSteps + 1) * kMonthSums * kLanes}, own{kVehicleSamples * kBlockPaths},
      guaranteed{3 * kBlockPaths}, work;
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
    a.sale = c.sale.get();
    a.tested = c.tested.get();
    a.gross = c.gross.get();
    a.spot = &spot;
    a.utilization = &utilization;
    a.cost = &cost;
    a.default_months = c.defaults.get();
    a.parties = kParties;
    a.steps = kSteps;
    a.prices = c.prices;
    a.snapshots = kSnapshots.data();
    a.snapshot_count = 1;
    a.samples = samples.get();
    a.month_sums = months.get();
    a.vehicle_samples = own.get();
    a.guaranteed = guaranteed.get();
    a.breaches = breaches.data();
    a.living = living.data();
    a.work = work.get();
    run_vehicle(a);
  }
  [[nodiscard]] double sample(std::size_t t, std::size_t which, std::size_t p) const {
    return samples.get()[(t * kSamples + which) * kBlockPaths + p];
  }
  [[nodiscard]] double month_sum(std::size_t t, MonthSum which) const {
    double sum = 0;
    for (std::size_t k = 0; k <= kSteps; ++k)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        sum += months.get()[((t * (kSteps + 1) + k) * kMonthSums + which) * kLanes + lane];
    return sum;
  }
};

TEST(VehicleKernel, IsThePlainVehicle) {
  int defaults = 0, breaches = 0, sweeps = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Case c(seed);
    const Ran ran(c);
    std::array<double, 3> interest{}, principal{}, recovered{};
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
        recovered[t] += part.recovered;
        defaults += part.exposure > 5 ? 1 : 0;
      }
      EXPECT_NEAR(ran.own.get()[kDistributions * kBlockPaths + p], plain.equity, 1e-9);
      EXPECT_NEAR(ran.own.get()[kCashImbalance * kBlockPaths + p], 0, 1e-12);
      for (std::size_t g = 0; g < 3; ++g)
        EXPECT_NEAR(ran.guaranteed.get()[g * kBlockPaths + p], plain.guaranteed[g], 1e-9) << g;
      for (int k = 1; k <= kMonths; ++k)
        for (std::size_t cov = 0; cov < c.vehicle.covenants.size(); ++cov) {
          const bool bit =
              (ran.breaches[cov * (kSteps + 1) + static_cast<std::size_t>(k)] >> p & 1) != 0;
          const bool expected = (plain.breaches[static_cast<std::size_t>(k)] >> cov & 1) != 0;
          EXPECT_EQ(bit, expected) << "covenant " << cov << " month " << k;
          breaches += expected ? 1 : 0;
        }
    }
    for (std::size_t t = 0; t < 3; ++t) {
      EXPECT_NEAR(ran.month_sum(t, kVariable), interest[t], 1e-9) << t;
      EXPECT_NEAR(ran.month_sum(t, kRepaid), principal[t], 1e-8) << t;
      EXPECT_NEAR(ran.month_sum(t, kRecovery), recovered[t], 1e-8) << t;
      sweeps += principal[t] > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(defaults, 1000);
  EXPECT_GT(breaches, 1000);
  EXPECT_GT(sweeps, 100);
}

}  // namespace
}  // namespace lien::pricing
