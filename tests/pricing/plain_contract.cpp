#include "tests/pricing/plain_contract.hpp"

#include <algorithm>
#include <cmath>

#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/lease_schedule.hpp"
#include "pricing/plan/loan_schedule.hpp"

namespace lien::pricing {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

// Days of month k in (from, to] over its days.
double days_share(const TimeGrid& grid, int k, Date from, Date to) {
  const Date low = std::max(grid.date(k - 1), from), high = std::min(grid.date(k), to);
  const double days = static_cast<double>((grid.date(k) - grid.date(k - 1)).count());
  return std::max(0.0, static_cast<double>((high - low).count()) / days);
}

const Hardware* hardware_of(const Market& market, const std::string& id) {
  for (const auto& hardware : market.hardware)
    if (hardware.id == id) return &hardware;
  return nullptr;
}

double recovery_of(const Market& market, const std::string& id) {
  for (const auto& party : market.parties)
    if (party.id == id) return party.recovery;
  return 0;
}

// Terms of a sale, and what they leave.
struct Sale {
  double units = 0, haircut = 0, fixed_cost = 0, holding_cost = 0, recovery = 0;
  int lag = 0;
  bool secured = false, owner = false;

  [[nodiscard]] double proceeds(const PlainPath& path, int k) const {
    if (!secured) return 0;
    return std::max(0.0, units * (1 - haircut) * path.value[at(k + lag)] - fixed_cost -
                             holding_cost * units * lag);
  }
};

Sale sale_of(const Market& market, const Hardware* hardware, double units,
             const std::string& party) {
  Sale sale;
  sale.units = units;
  sale.recovery = recovery_of(market, party);
  sale.secured = hardware != nullptr;
  if (sale.secured && market.liquidation) {
    sale.haircut = market.liquidation->haircut;
    sale.fixed_cost = market.liquidation->fixed_cost;
    sale.holding_cost = market.liquidation->holding_cost;
    sale.lag = static_cast<int>(std::floor(market.liquidation->lag_months + 0.5));
  }
  return sale;
}

// Books what defaults bring.
class Ledger {
 public:
  Ledger(const PlainTerms& terms, const PlainPath& path, const Sale& sale, int months)
      : terms_(terms), path_(path), sale_(sale) {
    out.survival.assign(at(months + sale.lag + 1), 0.0);
    out.recovery = out.variable = out.survival;
    for (PlainTest* test : {&out.coverage, &out.loan_to_value}) {
      test->in_breach.assign(at(months + 1), false);
      test->first_breach = test->cured = test->in_breach;
    }
  }

  // A share `mass` of the path defaults in month k owing `opening`, of which `cash` is at hand.
  void default_of(double mass, double sampled_mass, int k, double opening, double cash) {
    const double claim = std::max(0.0, opening - cash), taken = opening - claim;
    const double proceeds = sale_.proceeds(path_, k), covered = std::min(claim, proceeds);
    const double received = covered + sale_.recovery * (claim - covered);
    // A lessor owns the units: what they fetch above the claim is its own.
    const double kept = sale_.owner ? std::max(received, proceeds) : received;
    const double now = path_.discount[at(k)], later = path_.discount[at(k + sale_.lag)];
    const double loss = claim - received * later / now;
    out.exposure += mass * opening;
    out.loss_at_default += mass * loss;
    running_.loss += mass * now * loss;
    running_.sampled_loss += sampled_mass * now * loss;
    const double then = std::pow(1 + terms_.effective_rate, -k / 12.0);
    const double credit_loss =
        claim * then - received * std::pow(1 + terms_.effective_rate, -(k + sale_.lag) / 12.0);
    running_.credit_loss +=
        mass * (terms_.loss_floor > 0 ? std::max(credit_loss, terms_.loss_floor * opening * then)
                                      : credit_loss);
    out.present_value += mass * (now * spread(k) * taken + later * spread(k + sale_.lag) * kept);
    out.recovery[at(k)] += mass * taken;
    out.recovery[at(k + sale_.lag)] += mass * kept;
  }

  void pay(double mass, int k, double amount) {
    out.present_value += mass * path_.discount[at(k)] * spread(k) * amount;
  }

  void end_month(double mass, int k) {
    out.survival[at(k)] = mass;
    running_.defaulted = 1 - mass;
    history_.push_back(running_);
  }

  [[nodiscard]] PlainOutcome finish() {
    for (const int month : terms_.snapshots)
      out.snapshots.push_back(
          history_.empty() ? PlainSnapshot{} : history_[std::min(at(month), history_.size()) - 1]);
    return out;
  }

  [[nodiscard]] double spread(int k) const {
    return std::exp(-terms_.market->rates.liquidity_spread * k / 12.0);
  }

  PlainOutcome out;

 private:
  const PlainTerms& terms_;
  const PlainPath& path_;
  const Sale& sale_;
  PlainSnapshot running_;
  std::vector<PlainSnapshot> history_;  // after months 1, 2, ..
};

// One covenant along a path.
struct RunningTest {
  PlainTest* test;
  bool in = false, ever = false;
  void hold(int k, bool breach, bool living) {
    test->cured[at(k)] = in && !breach && living;
    test->in_breach[at(k)] = breach && living;
    test->first_breach[at(k)] = breach && living && !ever;
    in = breach && living;
    ever = ever || in;
  }
};

// The lot's month: what comes in less what it costs to run.
double available_cash(const PlainTerms& terms, const Loan& loan, const Hardware& hardware,
                      const PlainPath& path, int k) {
  const double hours = loan.units * 730 * std::exp(-hardware.attrition * k / 12.0);
  const Date service = loan.in_service.value_or(loan.closing);
  const double in_service = days_share(*terms.grid, k, service, terms.grid->date(k));
  double under = 0;
  if (!loan.customer.empty())
    under = loan.contract_share *
            days_share(*terms.grid, k, std::max(service, loan.contract_start.value_or(service)),
                       *loan.contract_end);
  double revenue = hours * (in_service - under) * path.spot[at(k)];
  if (k < path.customer_month)
    revenue += hours * under * loan.contract_rate * loan.take_or_pay;
  else if (k >= path.customer_month + loan.relet_months)
    revenue += hours * under * path.spot[at(k)];
  const double cost = loan.operating_cost.value_or(hardware.operating_cost.value_or(0));
  return revenue - hours * in_service * cost * path.cost[at(k)] *
                       std::exp(hardware.operating_cost_growth * k / 12.0);
}

// The principal that coverage leaves out. A tape's loan is lent in one sum.
double balloon_at(const Loan& loan, const LoanSchedule& schedule, const MonthlySchedule& m, int k) {
  if (k != m.months || m.outlives_grid) return 0;
  const LoanPayment& last = schedule.payments.back();
  const Date free = add_months(loan.closing, loan.interest_only_months, ends_month(loan.closing));
  if (loan.amortization == Amortization::bullet || last.start <= free) return last.principal;
  if (loan.payment && loan.amortization != Amortization::straight_line)
    return std::max(0.0, std::min(last.principal, last.principal + last.interest - *loan.payment));
  return std::min(last.principal, loan.balloon * loan.principal);
}

}  // namespace

PlainOutcome plain_loan(const PlainTerms& terms, const Loan& loan, const PlainPath& path) {
  const Market& market = *terms.market;
  const Hardware* const hardware = hardware_of(market, loan.hardware);
  const LoanSchedule schedule = schedule_loan(loan, market.rates, *terms.grid);
  const MonthlySchedule m = on_grid(schedule, loan, market.rates, *terms.grid);
  Sale sale = sale_of(market, hardware, loan.units, loan.borrower);
  if (sale.secured) {
    sale.haircut = loan.liquidation_haircut.value_or(sale.haircut);
    if (loan.liquidation_lag_months)
      sale.lag = static_cast<int>(std::floor(*loan.liquidation_lag_months + 0.5));
  }
  Ledger ledger(terms, path, sale, m.months);
  PlainOutcome& out = ledger.out;
  out.present_value = schedule.closing_fee;
  const bool no_recourse = loan.recourse == Recourse::none && sale.secured;
  const bool has_account = sale.secured && (no_recourse || loan.min_debt_service_coverage_ratio ||
                                            loan.reserve_initial > 0 || loan.reserve_target > 0);
  RunningTest coverage{&out.coverage}, ratio{&out.loan_to_value};
  bool trapped_by_coverage = false, trapped_by_ratio = false;
  double account = has_account ? loan.reserve_initial : 0, since_payment = 0;
  double mass = 1;  // 0 once the account has run dry

  for (int k = 1; k <= m.months; ++k) {
    const double before = path.survival[at(k - 1)], survival = path.survival[at(k)];
    const bool trapped = trapped_by_coverage || trapped_by_ratio;
    // Hazard, before any payment.
    ledger.default_of(mass * (before - survival), path.default_month == k ? mass : 0, k,
                      m.opening[at(k)], account);
    // What is due.
    double interest = m.fixed_interest[at(k)], floating = 0;
    if (m.floating_base[at(k)] != 0) {
      const double gross = path.gross.at(m.tenor[at(k)])[at(m.fixing[at(k)])];
      floating =
          std::min(std::max(m.gross_ratio[at(k)] * gross - 1, m.floor[at(k)]), m.cap[at(k)]) +
          m.margin[at(k)];
      interest += m.floating_base[at(k)] * floating;
    }
    const double due = m.principal[at(k)] + interest + m.fee[at(k)];
    const bool pays = m.principal[at(k)] != 0 || m.fixed_interest[at(k)] != 0 ||
                      m.fee[at(k)] != 0 || m.floating_base[at(k)] != 0;
    if (has_account) {
      const double cash = available_cash(terms, loan, *hardware, path, k);
      const double service = due * m.service_share[at(k)];
      const double opening_account = account;
      double support = 0, paid_out = 0;
      account += cash - service;
      if (account < 0) {
        if (no_recourse && mass > 0) {
          ++out.cash_defaults;
          const double lost = mass * survival;
          ledger.default_of(lost, path.default_month > k ? mass : 0, k, m.opening[at(k)],
                            opening_account + std::max(cash, 0.0));
          mass = 0;
        }
        support = -account;  // by a borrower who lives, or nobody: the loan is in default
        account = 0;
      }
      if (pays && !trapped && account > loan.reserve_target) {
        paid_out = account - loan.reserve_target;
        account = loan.reserve_target;
      }
      out.cash_imbalance = std::max(out.cash_imbalance, std::abs(opening_account + cash + support -
                                                                 service - paid_out - account));
      since_payment += cash;
      if (pays) {
        if (loan.min_debt_service_coverage_ratio && m.service_share[at(k)] == 1) {
          const double tested = due - balloon_at(loan, schedule, m, k);
          const bool breach = since_payment < *loan.min_debt_service_coverage_ratio * tested;
          coverage.hold(k, breach, mass > 0 && path.default_month > k);
          trapped_by_coverage = breach;
        }
        since_payment = 0;
      }
    }
    // Payments of the living.
    const double living = mass * survival;
    ledger.pay(living, k,
               m.principal_timed[at(k)] + m.fixed_interest_timed[at(k)] + m.fee_timed[at(k)] +
                   m.floating_base_timed[at(k)] * floating);
    out.variable[at(k)] = living * m.floating_base[at(k)] * floating;
    // Loan to value: with the closing balance; at maturity with what was to be repaid.
    const bool matures = k == m.months && m.closing[at(k)] < 1e-6 * schedule.outstanding;
    const double owed = matures ? m.opening[at(k)] : m.closing[at(k)];
    if (sale.secured && owed > 0) {
      const double worth = loan.units * path.mark[at(k)];
      out.peak_loan_to_value =
          std::max(out.peak_loan_to_value, worth > 0 ? std::min(owed / worth, 100.0) : 100.0);
      if (loan.max_loan_to_value) {
        const bool breach = owed > *loan.max_loan_to_value * worth;
        ratio.hold(k, breach, mass > 0 && path.default_month > k);
        if (has_account) trapped_by_ratio = breach;
      }
    }
    ledger.end_month(living, k);
  }
  return ledger.finish();
}

namespace {

double residual_of(const Lease& lease, double worth, double units, bool guarantor_stands) {
  const double returned = worth - lease.return_cost * units;
  const double kept = lease.guaranteed_residual > 0 && guarantor_stands
                          ? std::max(returned, lease.guaranteed_residual)
                          : returned;
  if (lease.end_option == EndOption::fair_market_value) return worth;
  if (lease.end_option == EndOption::one_dollar) return 1;
  if (lease.end_option == EndOption::fixed_price && worth > lease.option_price)
    return lease.option_price;
  return kept;
}

}  // namespace

PlainOutcome plain_lease(const PlainTerms& terms, const Lease& lease, const PlainPath& path) {
  const Market& market = *terms.market;
  const Hardware* const hardware = hardware_of(market, lease.hardware);
  const LeaseSchedule schedule = schedule_lease(lease, market.rates, *terms.grid);
  Sale sale = sale_of(market, hardware, lease.units, lease.lessee);
  sale.owner = true;
  Ledger ledger(terms, path, sale, schedule.months);
  PlainOutcome& out = ledger.out;
  out.present_value = schedule.rent_value[0];
  for (int k = 1; k <= schedule.months; ++k) {
    const double before = path.survival[at(k - 1)], survival = path.survival[at(k)];
    ledger.default_of(before - survival, path.default_month == k ? 1 : 0, k,
                      schedule.opening[at(k)], 0);
    double cost = 0;
    if (!lease.net)
      cost = lease.units * 730 * hardware->operating_cost.value_or(0) * path.cost[at(k)] *
             std::exp((hardware->operating_cost_growth - hardware->attrition) * k / 12.0) *
             days_share(*terms.grid, k, lease.start, lease.end);
    ledger.pay(survival, k, schedule.rent_value[at(k)] - cost);
    ledger.end_month(survival, k);
  }
  const int last = schedule.months;
  const double end = terms.grid->time_of(lease.end);
  const Curve& curve = market.rates.zero_curve;
  const double living = path.survival[at(last)];
  const bool ends = lease.end <= terms.grid->date(last);  // else what comes then is left out
  // Values on the path are of what is left of a unit; so is the cost of returning it.
  const double left = lease.units * std::exp(-hardware->attrition * last / 12.0);
  const double residual = ends ? residual_of(lease, lease.units * path.value[at(last)], left,
                                             path.guarantor_month > last)
                               : 0;
  out.variable[at(last)] = living * residual;
  out.residual = living * residual * path.discount[at(last)] * discount_factor(curve, end) /
                 discount_factor(curve, last / 12.0) *
                 std::exp(-market.rates.liquidity_spread * end);
  out.present_value += out.residual;
  return ledger.finish();
}

}  // namespace lien::pricing
