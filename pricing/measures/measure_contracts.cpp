#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

#include "pricing/measures/measure_provisions.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/effective_rate.hpp"
#include "pricing/plan/lease_schedule.hpp"

namespace lien::pricing {
namespace {

using engine::Estimate;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t sample(const BasisRun& run, std::size_t i, SnapshotSample which, int horizon) {
  return run.layout.contract(i, kFixedSamples + run.snapshot(horizon) * kSnapshotSamples + which);
}

// The rate at which the contractual flows are worth a price; none where there is no such rate.
template <class Solve>
double rate_or_none(const Solve& solve) {
  try {
    return solve();
  } catch (const std::domain_error&) {
    return kNaN;
  }
}

double value_today(const ContractPlan& contract) {
  if (!contract.value_observed || !(contract.worth_today > 0)) return kNaN;
  return contract.outstanding / contract.worth_today;
}

Estimate any_breach(const BasisRun& run, const ContractPlan& contract, int horizon) {
  Estimate most{kNaN, kNaN};
  for (const std::uint32_t test : {contract.coverage_test, contract.value_test_slot}) {
    if (test == kNone) continue;
    const Estimate e = breach_probability(run, test, horizon);
    if (!(e.value <= most.value)) most = e;
  }
  if (contract.vehicle != kNone)
    for (const CovenantPlan& covenant : run.plan.vehicles[contract.vehicle].covenants) {
      const Estimate e = breach_probability(run, covenant.slot, horizon);
      if (!(e.value <= most.value)) most = e;
    }
  return most;
}

// What a lender pays who takes over what is owed and what is still to be drawn, over both; what he
// pays on the draws counts as it is paid out.
Estimate price_of(const ContractPlan& contract, const Estimate& value) {
  const double whole = contract.outstanding + contract.to_draw;
  Estimate price = scaled(value, 1 / whole);
  if (contract.to_draw > 0) price.value += contract.to_pay() / whole;
  return price;
}

double weighted_average_life(const BasisRun& run, const ContractPlan& contract) {
  double principal = 0, weighted = 0;
  for (int k = 1; k <= contract.months; ++k) {
    const std::size_t at = contract.first_month + static_cast<std::size_t>(k);
    const double paid = run.plan.columns.principal[at];
    principal += paid;
    weighted += (paid - run.plan.columns.draw[at]) * k / 12.0;  // a draw's life begins with it
  }
  return principal > 0 ? weighted / principal : kNaN;
}

// Where nothing is quoted a lease is worth its residual too: the one of a lessee that lives, in
// money of the end, stands for the one owed.
std::vector<double> flows_of_lease(const BasisRun& run, std::size_t i, const Rates& rates) {
  const ContractPlan& contract = run.plan.contracts[i];
  std::vector<double> flows = contract.schedule_flows;
  const double end = contract.schedule_times.back();
  const double living = 1 - run.mean(sample(run, i, kDefault, 0)).value;
  const double unit = value_discount_factor(rates, end) * living;
  flows.back() = unit > 0 ? run.mean(run.layout.contract(i, kResidual)).value / unit : 0.0;
  return flows;
}

// At the price quoted, without accrued interest, or at the present value.
void add_yields(const ScenarioRun& scenario, const BasisRun& run, std::size_t i,
                const std::string& id, double value, MeasureWriter& writer) {
  const ContractPlan& contract = run.plan.contracts[i];
  if (contract.outlives_horizon || contract.schedule_flows.empty()) return;
  const Rates& rates = scenario.market->rates;
  const bool loan = contract.kind == ContractKind::loan;
  const auto& quoted = loan ? scenario.book->loans[contract.source].quoted_price
                            : scenario.book->leases[contract.source].quoted_price;
  const double whole = contract.outstanding + contract.to_draw;
  // A loan's value on the day it closes holds the fee of that day, which its flows do not.
  const double own = loan ? value - contract.day_zero : value;
  const double amount = quoted ? *quoted * whole + contract.accrued - contract.to_pay() : own;
  // What a lessee's options are worth is in the value and in no flow.
  if (!loan && !quoted && scenario.book->leases[contract.source].has_options()) return;
  const std::vector<double> flows =
      loan || quoted ? contract.schedule_flows : flows_of_lease(run, i, rates);
  writer.add_exact(id, "yield", -1, rate_or_none([&] {
                     return effective_rate(contract.schedule_times, flows, amount);
                   }));
  if (loan)
    writer.add_exact(id, "discount_margin", -1, rate_or_none([&] {
                       return discount_margin(rates.zero_curve, contract.schedule_times, flows,
                                              amount);
                     }));
}

// First rent at which rents and residual are worth the cost on the day of the start: all three by
// the curve and the spread for illiquidity, none with the lessee's credit. What is left of a lease
// that has begun does not pay for all of its hardware, and what a rent is worth depends on how long
// it is paid, which options leave open: neither has one.
void add_fair_rent(const Inputs& inputs, const ScenarioRun& scenario, const BasisRun& run,
                   std::size_t i, const std::string& id, MeasureWriter& writer) {
  const Lease& lease = scenario.book->leases[run.plan.contracts[i].source];
  if (!lease.purchase_price || lease.has_options() || lease.start < inputs.settings.valuation_date)
    return;
  const Rates& rates = scenario.market->rates;
  const TimeGrid grid(inputs.settings.valuation_date, run.plan.months);
  const double paid = value_discount_factor(rates, grid.time_of(lease.start));
  const double annuity = schedule_lease(lease, rates, grid).annuity_timed;
  // Of a lessee that lives; the error takes both means at their worst.
  const Estimate gone = run.mean(sample(run, i, kDefault, 0));
  const double living = 1 - gone.value;
  if (!(annuity > 0) || !(living > 0)) return;
  const Estimate residual = scaled(run.mean(run.layout.contract(i, kResidual)), 1 / living);
  const double cost = lease.units * *lease.purchase_price * paid;
  const double error =
      residual.standard_error + std::abs(residual.value) * gone.standard_error / living;
  writer.add(id, "fair_rate", -1, {(cost - residual.value) / annuity, error / annuity});
}

void add_prices(const Inputs& inputs, const ScenarioRun& scenario, const BasisRun& run,
                std::size_t i, const std::string& id, MeasureWriter& writer) {
  const ContractPlan& contract = run.plan.contracts[i];
  const Estimate value = run.mean(run.layout.contract(i, kPresentValue));
  writer.add(id, "present_value", 0, scaled(value, contract.held));
  const double whole = contract.outstanding + contract.to_draw;
  if (whole > 0) writer.add(id, "price", 0, price_of(contract, value));
  const bool loan = contract.kind == ContractKind::loan;
  add_yields(scenario, run, i, id, value.value, writer);
  if (loan && contract.accrued > 0)
    writer.add_exact(id, "accrued_interest", -1, contract.accrued * contract.held);
  // A life of the flows to the horizon would be that of another contract.
  if (contract.outlives_horizon) return;
  if (loan) {
    writer.add_exact(id, "weighted_average_life", -1, weighted_average_life(run, contract));
  } else {
    const Estimate residual = run.mean(run.layout.contract(i, kResidual));
    writer.add(id, "residual_value", 0, scaled(residual, contract.held));
    add_fair_rent(inputs, scenario, run, i, id, writer);
  }
}

// What the options of a lessee are worth and how likely it uses them.
void add_lease_options(const ScenarioRun& scenario, const BasisRun& run, std::size_t i,
                       const std::string& id, MeasureWriter& writer) {
  const ContractPlan& contract = run.plan.contracts[i];
  if (contract.lease_end == kNone || !run.plan.lease_ends[contract.lease_end].decides) return;
  const auto mean = [&](LeaseEndSample which) {
    return run.mean(run.layout.lease_end(contract.lease_end, which));
  };
  if (!run.plan.real_world) {
    writer.add(id, "option_value", 0, scaled(mean(kOptionValue), contract.held));
    writer.add(id + "/lessee", "option_value", 0, scaled(mean(kLesseeValue), contract.held));
  }
  const Lease& lease = scenario.book->leases[contract.source];
  if (lease.extension_months > 0)
    writer.add(id + "/extension", "exercise_probability", 0, mean(kExtended));
  if (lease.buyout_start) writer.add(id + "/buyout", "exercise_probability", 0, mean(kBoughtOut));
  if (lease.termination_start)
    writer.add(id + "/termination", "exercise_probability", 0, mean(kTerminated));
}

void add_credit(const RunSettings& settings, const BasisRun& run, std::size_t i,
                const std::string& id, MeasureWriter& writer, MeasureWriter& tests) {
  const ContractPlan& contract = run.plan.contracts[i];
  for (const int h : settings.loss_horizon_months) {
    writer.add(id, "expected_loss", h, scaled(run.mean(sample(run, i, kLoss, h)), contract.held));
    writer.add(id, "probability_of_default", h, run.mean(sample(run, i, kDefault, h)));
    if (contract.coverage_test != kNone)
      tests.add(id + "/debt_service_coverage_ratio", "breach_probability", h,
                breach_probability(run, contract.coverage_test, h));
    if (contract.value_test_slot != kNone)
      tests.add(id + "/loan_to_value", "breach_probability", h,
                breach_probability(run, contract.value_test_slot, h));
  }
  const double defaults = run.mean(sample(run, i, kDefault, 0)).value;
  if (defaults > 0) {
    writer.add(id, "exposure_at_default", 0,
               scaled(run.mean(run.layout.contract(i, kExposure)), contract.held / defaults));
    writer.add(id, "loss_given_default", 0, run.loss_given_default(run.layout.contract(i, 0)));
  }
  if (run.plan.real_world) {
    writer.add(id, "ecl_12m", 12, scaled(run.mean(sample(run, i, kCreditLoss, 12)), contract.held));
    writer.add(id, "ecl_lifetime", 0,
               scaled(run.mean(sample(run, i, kCreditLoss, 0)), contract.held));
  }
  if (contract.value_observed) writer.add_exact(id, "loan_to_value", 0, value_today(contract));
  for (int k = 1; k <= contract.months; ++k) {
    const std::size_t at = contract.first_month + static_cast<std::size_t>(k);
    const auto& c = run.plan.columns;
    const double due = c.interest[at] + c.principal[at] + c.fee[at] + c.rent[at];
    if (due == 0) continue;
    writer.add_exact(id, "payment_due", k, due * contract.held);
    break;
  }
}

// One row of contracts.csv: prices on the risk-neutral basis, the rest on the real-world one.
void add_contract_row(const Inputs& inputs, const ScenarioRun& scenario, std::size_t i,
                      const std::string& id, RunTables& tables) {
  const ContractPlan& contract = scenario.any().plan.contracts[i];
  const Book& book = *scenario.book;
  const std::string& party = contract.kind == ContractKind::loan
                                 ? book.loans[contract.source].borrower
                                 : book.leases[contract.source].lessee;
  std::vector<Cell> row = {std::string_view(scenario.id),
                           std::string_view(id),
                           std::string_view(party),
                           std::string_view(inputs.market.currency),
                           contract.outstanding * contract.held,
                           Cell{}};
  if (inputs.settings.provisions && scenario.real_world)
    row.back() = stage_of(*inputs.settings.provisions, book, *scenario.real_world, i);
  const auto put = [&row](const std::optional<Estimate>& e) {
    const bool value = e && !std::isnan(e->value);
    row.push_back(value ? Cell{e->value} : Cell{});
    row.push_back(value && !std::isnan(e->standard_error) ? Cell{e->standard_error} : Cell{});
  };
  std::optional<Estimate> value, price, loss, near, lifetime, defaults, ratio, peak, breach;
  if (const BasisRun* q = scenario.risk_neutral) {
    const Estimate e = q->mean(q->layout.contract(i, kPresentValue));
    value = scaled(e, contract.held);
    if (contract.outstanding + contract.to_draw > 0) price = price_of(contract, e);
  }
  if (const BasisRun* p = scenario.real_world) {
    loss = scaled(p->mean(sample(*p, i, kLoss, 0)), contract.held);
    near = scaled(p->mean(sample(*p, i, kCreditLoss, 12)), contract.held);
    lifetime = scaled(p->mean(sample(*p, i, kCreditLoss, 0)), contract.held);
    defaults = p->mean(sample(*p, i, kDefault, 0));
    if (contract.variant.value_test) peak = p->mean(p->layout.contract(i, kPeakLoanToValue));
    breach = any_breach(*p, contract, 0);
  }
  ratio = Estimate{value_today(contract), kNaN};
  for (const auto& e : {value, price, loss, near, lifetime, defaults, ratio, peak, breach}) put(e);
  tables.contracts.add(row);
}

}  // namespace

void measure_contracts(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  // Rows in the order of the book's ids, whatever order the path loop takes.
  const auto& contracts = scenario.any().plan.contracts;
  const std::vector<std::size_t> order = by_contract_id(scenario);
  for (const std::size_t i : order)
    add_contract_row(inputs, scenario, i, contract_id(*scenario.book, contracts[i]), tables);
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    MeasureWriter writer(tables.measures, scenario.id, *run, "contract");
    MeasureWriter tests(tables.measures, scenario.id, *run, "contract");
    for (const std::size_t i : order) {
      const std::string& id = contract_id(*scenario.book, contracts[i]);
      if (!run->plan.real_world) add_prices(inputs, scenario, *run, i, id, writer);
      add_lease_options(scenario, *run, i, id, writer);
      add_credit(inputs.settings, *run, i, id, writer, tests);
      if (run->plan.real_world && inputs.settings.provisions)
        writer.add_exact(id, "stage", -1,
                         stage_of(*inputs.settings.provisions, *scenario.book, *run, i));
    }
  }
}

}  // namespace lien::pricing
