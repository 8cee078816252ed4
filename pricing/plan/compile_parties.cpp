#include <algorithm>
#include <stdexcept>

#include "engine/random/stream_key.hpp"
#include "pricing/credit/hazard_curve.hpp"
#include "pricing/plan/compile.hpp"

namespace lien::pricing {
namespace {

// The hazards of one party, fitted on the baseline's market unless its own curve was changed.
std::vector<double> log_hazards(const CompileInput& input, const Party& party, int months) {
  const auto& changed = *input.changed_credit_curves;
  const bool own = std::find(changed.begin(), changed.end(), party.id) != changed.end();
  const Market& market = own ? *input.market : *input.baseline;
  ScarcityLaw law;
  if (market.scarcity) {
    law.initial = market.scarcity->initial;
    law.mean_reversion = market.scarcity->mean_reversion;
    law.volatility = market.scarcity->volatility;
    law.drift = input.basis == MeasureBasis::risk_neutral ? -market.scarcity->risk_premium : 0.0;
    law.regime = market.scarcity->regime;
  }
  try {
    return fit_log_hazards(monthly_hazards(party, market.rates, input.basis, months),
                           party.scarcity_loading, party.fit_survival, law);
  } catch (const std::domain_error& error) {
    throw InputError({{party.where, "party " + party.id, "", error.what(),
                       "check the party's curve, recovery and scarcity_loading"}});
  }
}

}  // namespace

void compile_parties(const CompileInput& input, Plan& plan) {
  // Hazards hold for a month, so another grid has none; its book of instruments asks no party.
  if (plan.steps_per_year != 12) return;
  const Market& market = *input.market;
  const auto steps = static_cast<std::size_t>(plan.steps);
  for (const auto& party : market.parties) {
    PartyPlan out;
    // In a scenario the party is the baseline's, shocked; the curve is the baseline's unless
    // changed, the loading is today's.
    const auto baseline =
        std::find_if(input.baseline->parties.begin(), input.baseline->parties.end(),
                     [&party](const Party& p) { return p.id == party.id; });
    const auto& changed = *input.changed_credit_curves;
    const bool own = std::find(changed.begin(), changed.end(), party.id) != changed.end();
    const Party& fitted = own || baseline == input.baseline->parties.end() ? party : *baseline;
    const std::vector<double> fit = log_hazards(input, fitted, plan.steps);
    out.log_hazard.assign(steps + 1, 0.0);
    std::copy(fit.begin(), fit.end(), out.log_hazard.begin() + 1);
    out.scarcity_loading = party.scarcity_loading;
    if (party.forced_default_month) out.forced_month = *party.forced_default_month;
    out.key = engine::stream_key(input.settings->seed, engine::StreamKind::party, party.id);
    out.sampled_value = input.settings->sample_values;
    plan.parties.push_back(std::move(out));
  }
}

}  // namespace lien::pricing
