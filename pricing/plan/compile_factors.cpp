#include <algorithm>
#include <limits>

#include "engine/elementary/elementary.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/market_laws.hpp"

namespace lien::pricing {
namespace {

using engine::StreamKind;

double years_between(Date from, Date to) {
  // Ages of past launches are calendar days over the mean year: they only set today's pipeline.
  return static_cast<double>((to - from).count()) / 365.25;
}

// The ramp alone, all that past launches need.
engine::LaunchProcess ramp_of(const LaunchLine& line) {
  engine::LaunchProcess process;
  switch (line.ramp) {
    case RampLaw::exponential:
      process.ramp_years = line.ramp_years;
      break;
    case RampLaw::linear:
      process.ramp = engine::RampShape::linear;
      process.ramp_years = line.ramp_years;
      break;
    case RampLaw::bass:
      process.ramp = engine::RampShape::bass;
      process.innovation = line.innovation;
      process.imitation = line.imitation;
      break;
    case RampLaw::step:
      break;
  }
  return process;
}

// Y_k of past and of forced launches, which every path shares.
std::vector<double> known_pipeline(const LaunchLine& line, Date valuation_date, const Plan& plan) {
  const engine::LaunchProcess ramp = ramp_of(line);
  std::vector<double> known;
  for (int k = 0; k <= plan.steps; ++k) {
    known.push_back(pipeline_left(line, valuation_date, plan.years(k)));
    for (const auto& forced : line.forced) {
      const int step = step_of_month(forced.month, plan.steps_per_year);
      if (k >= step && step >= 1)
        known.back() +=
            forced.drop * engine::ramp_remaining(ramp, plan.years(k) - plan.years(step));
    }
  }
  return known;
}

engine::LaunchLinePlan launch_line(const LaunchLine& line, const CompileInput& input,
                                   const Plan& run) {
  const Date today = input.settings->valuation_date;
  engine::LaunchLinePlan plan;
  plan.process = launch_process(line, input.basis, today);
  if (line.law == LaunchLaw::gamma) plan.gaps = engine::gap_table(plan.process);
  if (line.ramp == RampLaw::exponential)
    plan.ramp_decay = engine::exp(-1.0 / (run.steps_per_year * line.ramp_years));
  const Pipeline pipeline = pipeline_today(line, today);
  plan.pipeline_today = pipeline.today;
  if (line.ramp == RampLaw::linear || line.ramp == RampLaw::bass) {
    plan.known_pipeline = known_pipeline(line, today, run);
    plan.pipeline_age = pipeline.newest_age;
  }
  for (const auto& forced : line.forced)
    plan.forced.push_back({step_of_month(forced.month, run.steps_per_year), forced.drop});
  plan.key = engine::stream_key(input.settings->seed, StreamKind::launch, line.line);
  return plan;
}

}  // namespace

Pipeline pipeline_today(const LaunchLine& line, Date valuation_date) {
  const engine::LaunchProcess ramp = ramp_of(line);
  Pipeline out;
  double newest = std::numeric_limits<double>::infinity();
  for (const auto& past : line.past_launches) {
    const double age = years_between(past.date, valuation_date);
    newest = std::min(newest, age);
    out.today += past.drop * engine::ramp_remaining(ramp, age);
  }
  if (!line.past_launches.empty()) out.newest_age = newest;
  return out;
}

double pipeline_left(const LaunchLine& line, Date valuation_date, double t) {
  const engine::LaunchProcess ramp = ramp_of(line);
  double left = 0;
  for (const auto& past : line.past_launches)
    left += past.drop * engine::ramp_remaining(ramp, years_between(past.date, valuation_date) + t);
  return left;
}

double pipeline_arrived(const LaunchLine& line, Date valuation_date, double t) {
  const Pipeline pipeline = pipeline_today(line, valuation_date);
  // Without memory of age one factor serves them all, and nothing cancels.
  if (line.ramp == RampLaw::exponential)
    return pipeline.today * -engine::expm1(-t / line.ramp_years);
  return pipeline.today - pipeline_left(line, valuation_date, t);
}

engine::FactorLaw factor_law_of(const Market& market) {
  engine::FactorLaw law;
  if (market.scarcity) {
    law.scarcity_mean_reversion = market.scarcity->mean_reversion;
    law.scarcity_volatility = market.scarcity->volatility;
  }
  if (market.frontier) law.frontier_volatility = market.frontier->volatility;
  if (market.rates.hull_white) {
    law.rate_mean_reversion = market.rates.hull_white->mean_reversion;
    law.rate_volatility = market.rates.hull_white->volatility;
  }
  law.scarcity_frontier = market.correlation.scarcity_frontier;
  law.scarcity_rate = market.correlation.scarcity_rate;
  law.frontier_rate = market.correlation.frontier_rate;
  return law;
}

std::optional<engine::RegimeLaw> regime_law_of(const Market& market) {
  if (!market.scarcity || !market.scarcity->regime) return std::nullopt;
  const Regime& regime = *market.scarcity->regime;
  return engine::regime_law(regime.means, regime.rates, regime.initial,
                            market.scarcity->mean_reversion, 1.0 / 12);
}

engine::LaunchProcess launch_process(const LaunchLine& line, MeasureBasis basis,
                                     Date valuation_date) {
  const bool neutral = basis == MeasureBasis::risk_neutral;
  const double faster = neutral ? 1.0 + line.hazard_premium : 1.0;
  engine::LaunchProcess process = ramp_of(line);
  switch (line.law) {
    case LaunchLaw::gamma:
      process.law = engine::RenewalLaw::gamma;
      process.shape = line.shape;
      process.scale_years = line.mean_years / line.shape;
      process.hazard_multiple = faster;
      break;
    case LaunchLaw::weibull:
      process.law = engine::RenewalLaw::weibull;
      process.shape = line.shape;
      process.scale_years = engine::weibull_scale(line.shape, line.mean_years) *
                            engine::pow(faster, -1.0 / line.shape);
      break;
    case LaunchLaw::exponential:
      process.law = engine::RenewalLaw::exponential;
      process.scale_years = line.mean_years / faster;
      break;
    case LaunchLaw::none:
      process.law = engine::RenewalLaw::none;
      break;
  }
  process.age_years = line.scheduled.empty() ? line.years_since_last : 0.0;
  process.drop_mean = line.drop_mean + (neutral ? line.drop_premium * line.drop_stdev : 0.0);
  process.drop_stdev = line.drop_stdev;
  const TimeGrid grid(valuation_date, 0);
  for (const auto& scheduled : line.scheduled)
    process.scheduled.push_back(
        {grid.time_of(scheduled.date), scheduled.slip_months / 12.0 / faster});
  return process;
}

// Regimes switch at month ends, and forward curves are matched there.
void refuse_other_grids(const Market& market, int steps_per_year) {
  if (steps_per_year == 12) return;
  std::vector<Diagnostic> faults;
  const auto refuse = [&](const Location& where, const std::string& what) {
    faults.push_back({where, what, "", "goes with monthly steps only",
                      "leave out [simulation] steps_per_year, or this"});
  };
  if (market.scarcity && market.scarcity->regime) refuse({market.file, 0, 0}, "scarcity / regime");
  for (const auto& hardware : market.hardware)
    if (!hardware.forward_curve.empty())
      refuse(hardware.where, "hardware " + hardware.id + " / forward_curve");
  if (!faults.empty()) throw InputError(std::move(faults));
}

void compile_factors(const CompileInput& input, Plan& plan) {
  const Market& market = *input.market;
  refuse_other_grids(market, plan.steps_per_year);
  const bool neutral = input.basis == MeasureBasis::risk_neutral;
  const engine::FactorLaw law = factor_law_of(market);
  engine::FactorPlan& factors = plan.factors;
  factors.steps = plan.steps;
  factors.dt_years = 1.0 / plan.steps_per_year;
  const double dt = factors.dt_years;
  if (market.scarcity) {
    const auto& scarcity = *market.scarcity;
    factors.scarcity_initial = scarcity.initial;
    factors.scarcity_decay = engine::exp(-scarcity.mean_reversion * dt);
    if (neutral)
      factors.scarcity_drift =
          -scarcity.risk_premium * engine::exponential_integral_factor(scarcity.mean_reversion, dt);
  }
  if (market.frontier)
    factors.frontier_drift =
        (market.frontier->log_drift() - (neutral ? market.frontier->risk_premium : 0.0)) * dt;
  // Prices know the mean drift only.
  if (market.frontier && !neutral) factors.frontier_drift_stdev = market.frontier->drift_stdev * dt;
  factors.frontier_drift_key =
      engine::stream_key(input.settings->seed, StreamKind::factor, "frontier_drift");
  factors.regime = regime_law_of(market);
  factors.regime_key = engine::stream_key(input.settings->seed, StreamKind::factor, "regime");
  factors.rate_decay = engine::exp(-law.rate_mean_reversion * dt);
  factors.rate_integral_loading = engine::exponential_integral_factor(law.rate_mean_reversion, dt);
  factors.cholesky = engine::lower_cholesky(engine::step_covariance(law, dt));
  const char* const names[4] = {"scarcity", "frontier", "short_rate", "rate_integral"};
  for (std::size_t f = 0; f < 4; ++f) {
    for (std::size_t row = f; row < 4; ++row)
      factors.random[f] = factors.random[f] || factors.cholesky[4 * row + f] != 0.0;
    factors.keys[f] = engine::stream_key(input.settings->seed, StreamKind::factor, names[f]);
  }
  for (const auto& line : market.launches) factors.lines.push_back(launch_line(line, input, plan));
}

}  // namespace lien::pricing
