#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/credit/hazard_curve.hpp"
#include "pricing/credit/hazard_law.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/credit_factor.hpp"
#include "pricing/plan/noises.hpp"

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

HazardLaw hazard_law(const CompileInput& input, const Party& party) {
  const Market& market = market_of(input, party);
  HazardLaw law;
  law.scarcity = scarcity_law(input, market);
  law.scarcity_loading = party.scarcity_loading;
  law.credit_loading = party.credit_loading;
  if (market.credit) law.credit_mean_reversion = market.credit->mean_reversion;
  law.scarcity_credit = market.correlation.scarcity_credit;
  law.noise_mean_reversion = party.hazard_mean_reversion;
  law.noise_stdev = party.hazard_volatility;
  return law;
}

// The hazards of one party, fitted on the market of its curve.
std::vector<double> log_hazards(const CompileInput& input, const Party& party,
                                const MonthPath& path, int months) {
  const std::vector<double> hazards = curve_hazards(input, party, path, months);
  const HazardLaw law = hazard_law(input, party);
  if (party.fit_survival && hazard_lines(law, hazards.size()).lines.size() > 2)
    throw party_fault(party,
                      "has a hazard that scarcity, credit and its own noise move, each with a mean "
                      "reversion of its own: a fit holds two",
                      "give hazard_mean_reversion the value of scarcity's or of [credit]'s, leave "
                      "out a loading, or write fit = \"none\"");
  try {
    return fit_log_hazards(hazards, party.fit_survival, law);
  } catch (const std::domain_error& error) {
    throw party_fault(party, error.what(),
                      "check the party's curve, scarcity_loading, credit_loading and "
                      "hazard_volatility");
  }
}

// Mean and variance of a factor at the copula's month.
struct Normal {
  double mean = 0, variance = 0;
};

// Scarcity at the copula's month, by the law of the market of the party's curve.
Normal copula_scarcity(const CompileInput& input, const Party& fitted, double years) {
  const ScarcityLaw law = scarcity_law(input, market_of(input, fitted));
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
  return {mean, variance};
}

// Correlation of scarcity and credit at the copula's month.
double copula_correlation(const Market& market, double scarcity_variance, double credit_variance,
                          double years) {
  const double k = market.credit->mean_reversion;
  const double covariance =
      market.correlation.scarcity_credit * market.scarcity->volatility * std::sqrt(2 * k) *
      engine::exponential_integral_factor(market.scarcity->mean_reversion + k, years);
  return covariance / std::sqrt(scarcity_variance * credit_variance);
}

// Default at the last month of the book where b M + b_c M_c + own e < N^-1(PD), M and M_c the
// scarcity and the credit factor of that month, standardised by the law of the market of the
// party's curve, and own such that the sum has variance 1.
void set_copula(const CompileInput& input, const Party& fitted, const MonthPath& path,
                const Plan& plan, PartyPlan& out) {
  constexpr double kFarthest = 40;  // standard deviations: a probability of 0 or 1
  const double loading = out.scarcity_loading, credit_loading = out.credit_loading;
  if (!(loading * loading + credit_loading * credit_loading < 1))
    throw party_fault(
        fitted,
        credit_loading == 0
            ? "has a scarcity_loading that leaves nothing of its own in a copula"
            : "has loadings whose squares sum to 1 or more, which leaves nothing of its own in a "
              "copula",
        credit_loading == 0 ? "write the square root of the correlation, between -1 and 1"
                            : "write square roots of correlations, whose sum is under 1");
  double integrated = 0;
  for (const double hazard : curve_hazards(input, fitted, path, plan.months))
    integrated += hazard / 12;
  const double bound =
      std::clamp(engine::inverse_normal(-engine::expm1(-integrated)), -kFarthest, kFarthest);
  out.copula_month = plan.months;
  const Market& market = market_of(input, fitted);
  const double years = plan.months / 12.0;
  Normal scarcity, credit;
  if (loading != 0) scarcity = copula_scarcity(input, fitted, years);
  if (credit_loading != 0)
    credit.variance = -engine::expm1(-2 * market.credit->mean_reversion * years);
  double own = 1 - loading * loading;
  if (credit_loading != 0) own -= credit_loading * credit_loading;
  if (loading != 0 && credit_loading != 0)
    own -= 2 * loading * credit_loading *
           copula_correlation(market, scarcity.variance, credit.variance, years);
  if (!(own > 0))
    throw party_fault(fitted,
                      "has loadings that leave nothing of its own in a copula, since scarcity and "
                      "credit are correlated",
                      "lower scarcity_loading or credit_loading");
  own = std::sqrt(own);
  out.copula_constant = bound / own;
  if (loading != 0) {
    out.copula_loading = loading / (own * std::sqrt(scarcity.variance));
    out.copula_constant += out.copula_loading * scarcity.mean;
  }
  if (credit_loading != 0)
    out.copula_credit_loading = credit_loading / (own * std::sqrt(credit.variance));
}

// What scenarios may have made of fields that the reader checked.
void refuse_party(const CompileInput& input, const Party& party) {
  if (party.credit_loading != 0 && !input.market->credit)
    throw party_fault(party, "has a credit_loading, and the market has no [credit]",
                      "add [credit] with mean_reversion, or remove credit_loading");
  if (party.hazard_volatility > 0 && input.settings->copula)
    throw party_fault(party, "has a hazard_volatility, and a copula has no hazard",
                      "remove it, or set default_method to sampled");
  // The reader says it of a file; a scenario may bring the drawn lag.
  if (party.default_date && input.market->liquidation &&
      input.market->liquidation->lag_stdev_months > 0)
    throw party_fault(party, "has a default_date, which does not go with a drawn lag",
                      "leave lag_stdev_months of [liquidation] at 0");
}

std::uint32_t add_party_noise(const CompileInput& input, const Party& party, Plan& plan) {
  const double speed = party.hazard_mean_reversion;
  return add_noise(input, {speed, party.hazard_volatility * std::sqrt(2 * speed)},
                   "hazard/" + party.id, party.where, plan);
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
    refuse_party(input, party);
    out.scarcity_loading = party.scarcity_loading;
    out.credit_loading = party.credit_loading;
    if (party.credit_loading != 0 && plan.credit == kNone) plan.credit = add_credit(input, plan);
    out.noise = add_party_noise(input, party, plan);
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
