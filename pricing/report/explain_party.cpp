#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/credit/hazard_curve.hpp"
#include "pricing/measures/compile_scenario.hpp"
#include "pricing/report/explain.hpp"
#include "pricing/report/explain_rows.hpp"

namespace lien::pricing {
namespace {

const char* kind_name(PartyKind kind) {
  switch (kind) {
    case PartyKind::hyperscaler:
      return "hyperscaler";
    case PartyKind::ai_lab:
      return "ai_lab";
    case PartyKind::neocloud:
      return "neocloud";
    case PartyKind::vendor:
      return "vendor";
    case PartyKind::bank:
      return "bank";
    case PartyKind::other:
      return "other";
  }
  return "";
}

const char* input_name(CreditInput input) {
  switch (input) {
    case CreditInput::hazard:
      return "hazard";
    case CreditInput::cds_spreads:
      return "cds_spreads";
    case CreditInput::pd_one_year:
      return "pd_one_year";
  }
  return "";
}

bool moved_by_scarcity_alone(const Party& party) {
  return party.credit_loading == 0 && party.hazard_volatility == 0;
}

StoryTable hazards_table(const FinishedRun& run, std::size_t index) {
  const Party& party = run.inputs.market.parties[index];
  const Plan plan = compile_scenario(run.inputs, "baseline",
                                     {run.inputs.market, run.inputs.book, {}}, run.basis());
  const auto curve = monthly_hazards(party, run.inputs.market.rates, run.basis(), plan.months);
  StoryTable table{"hazards",
                   "Hazard and survival",
                   {{"month", "month"},
                    {"curve_hazard", "hazard of the curve, %", 3, 100},
                    {"fitted_hazard",
                     moved_by_scarcity_alone(party) ? "fitted, at no scarcity, %"
                                                    : "fitted, all factors at 0, %",
                     3, 100},
                    {"curve_survival", "survival of the curve, %", 3, 100},
                    {"simulated_survival", "simulated, %", 3, 100},
                    {"standard_error", "+-", 3, 100}},
                   {},
                   false,
                   party.fit_survival
                       ? "the fitted hazard makes the mean survival that of the curve, whatever "
                         "scarcity does to it"
                       : "fit = \"none\": the curve is the hazard at no scarcity, and the mean "
                         "survival is another"};
  if (!moved_by_scarcity_alone(party))
    table.note = party.fit_survival
                     ? "the fitted hazard makes the mean survival that of the curve, whatever "
                       "scarcity, credit and its own noise do to it"
                     : "fit = \"none\": the curve is the hazard where all factors are 0, and the "
                       "mean survival is another";
  if (plan.parties.empty()) return table;  // another grid than months has no hazards
  double accumulated = 0;
  for (int k = 1; k <= plan.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    accumulated += curve[at - 1] / 12;
    const bool end = k == plan.months;
    if (k % 12 != 0 && !end) continue;
    const auto survival = [&](int horizon) {
      return measure_of(run.measures, run.basis_name(), "party", party.id, "survival_probability",
                        horizon);
    };
    Estimate simulated = survival(k);
    if (end && std::isnan(simulated.value)) simulated = survival(0);
    table.rows.push_back({k, curve[at - 1], engine::exp(plan.parties[index].log_hazard[at]),
                          engine::exp(-accumulated), simulated.value, simulated.standard_error});
  }
  return table;
}

StoryTable dependents_table(const FinishedRun& run, const std::string& id) {
  StoryTable table{"dependents",
                   "What depends on it",
                   {{"role", "as"}, {"kind", "of"}, {"id", "id"}, {"balance", "balance", 0}},
                   {},
                   false,
                   ""};
  const auto add = [&](const char* role, const char* kind, const std::string& name) {
    table.rows.push_back({std::string(role), std::string(kind), name, balance_of(run, name)});
  };
  const Book& book = run.inputs.book;
  for (const Loan& loan : book.loans) {
    if (loan.borrower == id) add("borrower", "loan", loan.id);
    if (loan.customer == id) add("customer", "loan", loan.id);
  }
  for (const Lease& lease : book.leases) {
    if (lease.lessee == id) add("lessee", "lease", lease.id);
    if (lease.residual_guarantor == id) add("residual guarantor", "lease", lease.id);
  }
  for (const Hardware& hardware : run.inputs.market.hardware)
    if (hardware.vendor == id) add("vendor", "hardware", hardware.id);
  return table;
}

}  // namespace

Story explain_party(const FinishedRun& run, std::size_t index) {
  const Party& party = run.inputs.market.parties[index];
  Story story{
      "party",
      party.id,
      {{"measure_basis", "measure basis", std::string(run.basis_name())},
       {"party_kind", "kind", std::string(kind_name(party.kind))},
       {"rating", "rating", party.rating},
       {"credit_input", "credit stated by", std::string(input_name(party.input))},
       {"recovery", "recovery of what collateral leaves", party.recovery},
       {"risk_neutral_ratio", "risk-neutral hazard over real-world", party.risk_neutral_ratio},
       {"scarcity_loading", "loading of the hazard on scarcity", party.scarcity_loading}},
      {}};
  if (party.credit_loading != 0)
    story.facts.push_back(
        {"credit_loading", "loading of the hazard on credit", party.credit_loading});
  if (party.hazard_volatility > 0) {
    story.facts.push_back({"hazard_mean_reversion",
                           "mean reversion of its own hazard noise, a year",
                           party.hazard_mean_reversion});
    story.facts.push_back({"hazard_volatility", "stationary stdev of that noise in the log hazard",
                           party.hazard_volatility});
  }
  story.tables = {hazards_table(run, index), dependents_table(run, party.id),
                  measures_of(run, "party", party.id)};
  return story;
}

}  // namespace lien::pricing
