#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/credit/hazard_curve.hpp"
#include "pricing/plan/compile.hpp"

namespace lien::pricing {
namespace {

bool curve_was_changed(const CompileInput& input, const Party& party) {
  const auto& changed = *input.changed_credit_curves;
  return std::find(changed.begin(), changed.end(), party.id) != changed.end();
}

// The market in which a party's curve is taken: the baseline's unless its own curve was changed.
const Market& market_of(const CompileInput& input, const Party& party) {
  return curve_was_changed(input, party) ? *input.market : *input.baseline;
}

ScarcityLaw scarcity_law(const CompileInput& input, const Market& market) {
  ScarcityLaw law;
  if (!market.scarcity) return law;
  law.initial = market.scarcity->initial;
  law.mean_reversion = market.scarcity->mean_reversion;
  law.volatility = market.scarcity->volatility;
  law.drift = input.basis == MeasureBasis::risk_neutral ? -market.scarcity->risk_premium : 0.0;
  law.regime = market.scarcity->regime;
  return law;
}

InputError party_fault(const Party& party, const std::string& problem, const std::string& remedy) {
  return InputError({{party.where, "party " + party.id, "", problem, remedy}});
}

// path: a scenario's, of the party as it is in the scenario; the curve may be the baseline's.
std::vector<double> curve_hazards(const CompileInput& input, const Party& party,
                                  const MonthPath& path, int months) {
  try {
    std::vector<double> hazards =
        monthly_hazards(party, market_of(input, party).rates, input.basis, months);
    if (!path.empty())  // the hazard of month k acts up to its end
      for (std::size_t k = 0; k < hazards.size(); ++k)
        hazards[k] *= 1 + path_value(path, static_cast<double>(k + 1), 0);
    return hazards;
  } catch (const std::domain_error& error) {
    throw party_fault(party, error.what(), "check the party's curve and recovery");
  }
}

// The hazards of one party, fitted on the market of its curve.
std::vector<double> log_hazards(const CompileInput& input, const Party& party,
                                const MonthPath& path, int months) {
  const std::vector<double> hazards = curve_hazards(input, party, path, months);
  try {
    return fit_log_hazards(hazards, party.scarcity_loading, party.fit_survival,
                           scarcity_law(input, market_of(input, party)));
  } catch (const std::domain_error& error) {
    throw party_fault(party, error.what(), "check the party's curve and scarcity_loading");
  }
}

// Default at the last month of the book where loading M + sqrt(1 - loading^2) e < N^-1(PD), M the
// scarcity factor of that month, standardised by the law of the market of the party's curve.
void set_copula(const CompileInput& input, const Party& fitted, const MonthPath& path,
                const Plan& plan, PartyPlan& out) {
  constexpr double kFarthest = 40;  // standard deviations: a probability of 0 or 1
  const double loading = out.scarcity_loading;
  if (!(std::abs(loading) < 1))
    throw party_fault(fitted, "has a scarcity_loading that leaves nothing of its own in a copula",
                      "write the square root of the correlation, between -1 and 1");
  double integrated = 0;
  for (const double hazard : curve_hazards(input, fitted, path, plan.months))
    integrated += hazard / 12;
  const double bound =
      std::clamp(engine::inverse_normal(-engine::expm1(-integrated)), -kFarthest, kFarthest);
  const double own = std::sqrt(1 - loading * loading);
  out.copula_month = plan.months;
  out.copula_constant = bound / own;
  if (loading == 0) return;
  const ScarcityLaw law = scarcity_law(input, market_of(input, fitted));
  const double years = plan.months / 12.0;
  const double variance = law.volatility * law.volatility *
                          engine::exponential_integral_factor(2 * law.mean_reversion, years);
  if (!(variance > 0))
    throw party_fault(fitted, "has a scarcity_loading, but the scarcity factor does not move",
                      "add [scarcity] with a volatility, or remove scarcity_loading");
  if (law.regime)
    throw party_fault(fitted,
                      "loads in a copula on a scarcity factor with regimes, whose law is "
                      "not normal",
                      "remove scarcity.regime, or the copula");
  const double mean = law.initial * engine::exp(-law.mean_reversion * years) +
                      law.drift * engine::exponential_integral_factor(law.mean_reversion, years);
  out.copula_loading = loading / (own * std::sqrt(variance));
  out.copula_constant += out.copula_loading * mean;
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
    const Party& fitted =
        curve_was_changed(input, party) || baseline == input.baseline->parties.end() ? party
                                                                                     : *baseline;
    out.scarcity_loading = party.scarcity_loading;
    out.count = party.count;
    if (input.settings->copula) {
      set_copula(input, fitted, party.hazard_path, plan, out);
    } else {
      const std::vector<double> fit = log_hazards(input, fitted, party.hazard_path, plan.steps);
      out.log_hazard.assign(steps + 1, 0.0);
      std::copy(fit.begin(), fit.end(), out.log_hazard.begin() + 1);
    }
    if (party.forced_default_month) out.forced_month = *party.forced_default_month;
    if (party.default_date) {
      out.forced_month = 1;
      out.defaulted = true;
    }
    out.key = engine::stream_key(input.settings->seed, engine::StreamKind::party, party.id);
    out.sampled_value = input.settings->sample_values;
    plan.parties.push_back(std::move(out));
  }
}

}  // namespace lien::pricing
