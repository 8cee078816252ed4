#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/credit/capital.hpp"
#include "pricing/measures/measure_provisions.hpp"

namespace lien::pricing {
namespace {

using engine::Estimate;

// Weighted by the contractual flows still to come, between one year and five.
// Source: Basel Framework CRE32.46.
double effective_maturity(const BasisRun& run, const ContractPlan& contract) {
  double flows = 0, weighted = 0;
  const auto& c = run.plan.columns;
  for (int k = 1; k <= contract.months; ++k) {
    const std::size_t at = contract.first_month + static_cast<std::size_t>(k);
    const double flow = c.interest[at] + c.principal[at] + c.fee[at] + c.rent[at];
    flows += flow;
    weighted += flow * k / 12.0;
  }
  return std::clamp(flows > 0 ? weighted / flows : 1.0, 1.0, 5.0);
}

bool in_default(const BasisRun& run, const ContractPlan& contract) {
  return contract.party != kNone && run.plan.parties[contract.party].defaulted;
}

// Of an exposure in default what a stated loss given default exceeds the expected one by: the
// simulated loss is the best estimate, so it alone asks for nothing. Source: Basel Framework
// CRE31.3.
Estimate defaulted_risk_weight(const CapitalRule& rule, const BasisRun& run, std::size_t i) {
  if (!rule.loss_given_default) return {0, 0};
  const Estimate loss = run.loss_given_default(run.layout.contract(i, 0));
  const double excess = *rule.loss_given_default - std::clamp(loss.value, 0.0, 1.0);
  return excess > 0 ? Estimate{excess / kCapitalRatio, loss.standard_error / kCapitalRatio}
                    : Estimate{0, 0};
}

// What a contract or run of less than a year sees of default, at the same hazard for the year: the
// probability is the obligor's, whom a short loan makes no safer. Source: Basel Framework CRE32.4.
Estimate one_year_default_probability(const BasisRun& run, std::size_t i) {
  Estimate pd = default_probability(run, i, 12);
  const int months = run.plan.contracts[i].months;
  if (months < 1 || months >= 12) return pd;
  const double power = 12.0 / months, alive = std::clamp(1 - pd.value, 0.0, 1.0);
  pd.value = 1 - engine::pow(alive, power);
  pd.standard_error *= power * engine::pow(alive, power - 1);
  return pd;
}

// Errors of probability and loss added up, as if they moved together: an upper bound.
// Nothing where no default was ever possible and no loss is given: there is none to take.
std::optional<Estimate> irb_risk_weight(const CapitalRule& rule, const BasisRun& run,
                                        std::size_t i) {
  const ContractPlan& contract = run.plan.contracts[i];
  if (in_default(run, contract)) return defaulted_risk_weight(rule, run, i);
  const Estimate pd = one_year_default_probability(run, i);
  Estimate loss{rule.loss_given_default.value_or(0), 0};
  if (!rule.loss_given_default) {
    if (!(default_probability(run, i, 0).value > 0)) return std::nullopt;
    loss = run.loss_given_default(run.layout.contract(i, 0));
    loss.value = std::clamp(loss.value, 0.0, 1.0);
  }
  const double maturity = rule.effective_maturity_years.value_or(effective_maturity(run, contract));
  const auto weight = [&](double p) {
    return irb_capital(std::clamp(p, 0.0, 1.0), 1.0, maturity).risk_weight;
  };
  const double per_loss = weight(pd.value);
  const double step = std::max(pd.standard_error, 1e-9);
  const double slope = (weight(pd.value + step) - weight(pd.value - step)) / (2 * step);
  return Estimate{loss.value * per_loss, std::abs(slope) * loss.value * pd.standard_error +
                                             per_loss * loss.standard_error};
}

// A contract without a category has no slotting weight: nothing, rather than a guess. A default of
// its party decides whatever category it had.
std::optional<Estimate> risk_weight(const RunSettings& settings, const Book& book,
                                    const BasisRun& run, std::size_t i) {
  const ContractPlan& contract = run.plan.contracts[i];
  if (!settings.capital->slotting) return irb_risk_weight(*settings.capital, run, i);
  if (contract.kind != ContractKind::loan) return std::nullopt;
  if (in_default(run, contract))
    return Estimate{slotting_risk_weight(SlottingCategory::in_default), 0};
  const auto& category = book.loans[contract.source].slotting_category;
  if (!category) return std::nullopt;
  return Estimate{slotting_risk_weight(static_cast<SlottingCategory>(*category)), 0};
}

}  // namespace

void measure_capital(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  const BasisRun* run = scenario.real_world;
  if (run == nullptr || !inputs.settings.capital) return;
  MeasureWriter writer(tables.measures, scenario.id, *run, "contract");
  Estimate total{0, 0};
  double balance = 0;
  for (const std::size_t i : by_contract_id(scenario)) {
    const ContractPlan& contract = run->plan.contracts[i];
    const auto weight = risk_weight(inputs.settings, *scenario.book, *run, i);
    if (!weight) continue;
    const double exposure = contract.held * contract.outstanding;
    const Estimate capital = scaled(*weight, kCapitalRatio * exposure);
    const std::string& id = contract_id(*scenario.book, contract);
    writer.add(id, "risk_weight", -1, *weight);
    writer.add(id, "capital_requirement", -1, capital);
    total.value += capital.value;
    total.standard_error += capital.standard_error;
    balance += exposure;
  }
  if (balance == 0) return;
  MeasureWriter portfolio(tables.measures, scenario.id, *run, "portfolio");
  portfolio.add("", "risk_weight", -1, scaled(total, 1 / (kCapitalRatio * balance)));
  portfolio.add("", "capital_requirement", -1, total);
}

}  // namespace lien::pricing
