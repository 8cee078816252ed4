#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/age_polynomial.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/noises.hpp"
#include "pricing/plan/power_cost.hpp"
#include "pricing/plan/strip.hpp"
#include "pricing/plan/utilization.hpp"

namespace lien::pricing {
namespace {

// ln(1 + shift) of a scenario's rental path at month k: linear between its months, last held.
double path_shift(const Hardware& hardware, double k) {
  const auto& path = hardware.rental_rate_path;
  if (path.empty()) return 0;
  if (k < path.front().first) return 0;
  double shift = path.back().second;
  for (std::size_t i = 1; i < path.size(); ++i)
    if (k < path[i].first) {
      const double share =
          (k - path[i - 1].first) / static_cast<double>(path[i].first - path[i - 1].first);
      shift = path[i - 1].second + share * (path[i].second - path[i - 1].second);
      break;
    }
  return engine::log1p(shift);
}

// Standard deviation of beta chi + eta in the long run; a part without mean reversion has no long
// run and counts as 0.
double logit_stdev(const Market& market, const Utilization& u, bool follows_scarcity) {
  double stdev = 0;
  if (follows_scarcity && market.scarcity->mean_reversion > 0)
    stdev = std::abs(u.scarcity_loading) * market.scarcity->volatility /
            std::sqrt(2 * market.scarcity->mean_reversion);
  if (u.noise.volatility == 0 || u.noise.mean_reversion == 0) return stdev;
  return std::sqrt(stdev * stdev +
                   u.noise.volatility * u.noise.volatility / (2 * u.noise.mean_reversion));
}

void set_utilization(const CompileInput& input, const Hardware& hardware, HardwarePlan& out,
                     Plan& plan) {
  if (!hardware.utilization) return;
  const Market& market = *input.market;
  const Utilization& u = *hardware.utilization;
  out.utilization = u.mean;
  const bool follows = u.moves && market.scarcity && u.scarcity_loading != 0;
  out.utilization_noise =
      add_noise(input, u.noise, "utilization/" + hardware.id, hardware.where, plan);
  out.utilization_moves = follows || out.utilization_noise != kNone;
  if (!out.utilization_moves) return;
  std::vector<engine::WeightedPoint> regimes = {{0.0, 1.0}};
  if (const auto law = regime_law_of(market); law && law->decay < 1 && follows) {
    regimes = engine::stationary_regime(*law);
    for (auto& point : regimes) point.value *= u.scarcity_loading;
  }
  out.logit_constant =
      utilization_constant(u.mean, u.min, u.max, logit_stdev(market, u, follows), regimes);
  out.logit_loading = follows ? u.scarcity_loading : 0.0;
  out.utilization_min = u.min;
  out.utilization_max = u.max;
}

// Rows [step][mask - 1][node] while scheduled launches are pending.
void add_pending(const engine::LaunchProcess& process, const std::vector<int>& nodes,
                 const Plan& plan, LaunchTransformPlan& out) {
  std::vector<double> times;
  for (int k = 0; k <= plan.steps; ++k) times.push_back(plan.years(k));
  const std::size_t row = out.masks * nodes.size();
  out.pending_first.resize(times.size() * row);
  out.pending_second.resize(times.size() * row);
  const auto fill = [&](double loading, unsigned mask, std::vector<double>& table) {
    const auto transforms = engine::scheduled_transforms(process, loading, times, mask, nodes);
    for (std::size_t k = 0; k < times.size(); ++k)
      std::copy(transforms[k].begin(), transforms[k].end(),
                &table[k * row + (mask - 1) * nodes.size()]);
  };
  for (unsigned mask = 1; mask <= out.masks; ++mask) {
    fill(out.loading, mask, out.pending_first);
    fill(2 * out.loading, mask, out.pending_second);
  }
}

// What regimes and the forward curve add to a strip; constants and variances stand for state 0.
void add_regimes_and_forward(const Market& market, const std::vector<StripMonth>& months,
                             const HardwarePlan& hardware, Plan& plan, StripPlan& strip) {
  if (regime_law_of(market))
    for (std::size_t j = 0; j < months.size(); ++j) {
      strip.constant[j] += months[j].regime_mean[0];
      strip.variance[j] += months[j].regime_variance[0];
      strip.regime_constant.push_back(months[j].regime_mean[1] - months[j].regime_mean[0]);
      strip.regime_variance.push_back(months[j].regime_variance[1] - months[j].regime_variance[0]);
    }
  const auto& shift = hardware.forward_shift;
  if (shift.empty()) return;
  for (std::size_t k = 0; k <= static_cast<std::size_t>(plan.steps); ++k)
    for (const double h : plan.node_months)
      strip.forward.push_back(shift[k + static_cast<std::size_t>(h)] - shift[k]);
}

// The transform of one line under one loading on these drifts, at these months.
LaunchTransformPlan new_transform(const CompileInput& input, std::size_t line, double loading,
                                  MeasureBasis drifts, const std::vector<int>& nodes,
                                  const Plan& plan) {
  const engine::LaunchProcess process =
      launch_process(input.market->launches[line], drifts, input.settings->valuation_date);
  const auto polynomials = engine::age_polynomials(process, loading, nodes);
  LaunchTransformPlan out;
  out.line = line;
  out.loading = loading;
  out.age_max = polynomials.age_max;
  out.root_age = polynomials.root_age;
  out.degree = polynomials.degree;
  out.first = polynomials.first;
  out.second = polynomials.second;
  out.masks = (1U << process.scheduled.size()) - 1U;
  if (out.masks > 0) add_pending(process, nodes, plan, out);
  return out;
}

// The same for a strip at the plan's nodes; shared by hardware.
std::uint32_t transform_of(const CompileInput& input, std::size_t line, double loading,
                           MeasureBasis drifts, std::vector<MeasureBasis>& bases, Plan& plan) {
  for (std::size_t i = 0; i < plan.transforms.size(); ++i)
    if (plan.transforms[i].line == line && plan.transforms[i].loading == loading &&
        bases[i] == drifts)
      return static_cast<std::uint32_t>(i);
  std::vector<int> nodes;
  for (const double month : plan.node_months) nodes.push_back(static_cast<int>(month));
  plan.transforms.push_back(new_transform(input, line, loading, drifts, nodes, plan));
  bases.push_back(drifts);
  return static_cast<std::uint32_t>(plan.transforms.size() - 1);
}

StripRamp strip_ramp(const LaunchLine& line, const std::vector<double>& node_months) {
  StripRamp ramp;
  if (line.ramp == RampLaw::linear) {
    ramp.shape = engine::RampShape::linear;
    ramp.years = line.ramp_years;
    for (const double h : node_months) ramp.node.push_back(h / 12.0);
  } else if (line.ramp == RampLaw::bass) {
    ramp.shape = engine::RampShape::bass;
    ramp.rate = line.innovation + line.imitation;
    ramp.ratio = line.imitation / line.innovation;
    for (const double h : node_months) ramp.node.push_back(engine::exp(-ramp.rate * h / 12.0));
  }
  return ramp;
}

// pipeline_j of the strip's formula.
std::vector<double> pipeline_loadings(const LaunchLine& line, double loading, const StripRamp& ramp,
                                      const std::vector<double>& node_months) {
  std::vector<double> pipeline;
  for (const double h : node_months) switch (line.ramp) {
      case RampLaw::exponential:
        pipeline.push_back(loading * -engine::expm1(-h / 12.0 / line.ramp_years));
        break;
      case RampLaw::linear:
        pipeline.push_back(loading);
        break;
      case RampLaw::bass:
        pipeline.push_back(loading * -engine::expm1(-ramp.rate * h / 12.0));
        break;
      case RampLaw::step:
        pipeline.push_back(0.0);
        break;
    }
  return pipeline;
}

void add_strip(const CompileInput& input, const Hardware& hardware,
               std::vector<MeasureBasis>& bases, HardwarePlan& out, Plan& plan) {
  const StripLaw law{
      hardware.resale->risk_neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world,
      input.market, &hardware, input.settings->valuation_date};
  // The reader counted the market's own; a scenario can raise a loading of 0.
  if (out.lines.size() > kMostStripLines)
    throw InputError({{hardware.where, "hardware " + hardware.id + " / launch_loadings", "",
                       "has more than " + std::to_string(kMostStripLines) +
                           " lines in a scenario; resale law income takes no more",
                       "leave out the lines with the smallest loadings"}});
  StripPlan strip;
  std::vector<StripMonth> months;
  for (const double h : plan.node_months) {
    months.push_back(strip_month(law, static_cast<int>(h)));
    strip.constant.push_back(months.back().constant);
    strip.scarcity.push_back(months.back().scarcity);
    strip.variance.push_back(months.back().variance);
  }
  if (out.cost_row != kNone)
    for (const double h : plan.node_months) {
      const PowerCost cost = power_cost(*input.market, hardware, h / 12.0);
      strip.power_fixed = cost.fixed;
      strip.power_mean.push_back(cost.mean);
      strip.power_decay.push_back(cost.decay);
    }
  if (out.idiosyncratic != kNone) {
    strip.noises.push_back({out.idiosyncratic, {}});
    for (const auto& month : months) strip.noises.back().loading.push_back(month.idiosyncratic);
  }
  add_regimes_and_forward(*input.market, months, out, plan, strip);
  for (const auto& line : out.lines) {
    const LaunchLine& launches = input.market->launches[line.line];
    strip.transforms.push_back(
        transform_of(input, line.line, line.loading, law.drifts, bases, plan));
    StripRamp ramp = strip_ramp(launches, plan.node_months);
    strip.pipeline.push_back(pipeline_loadings(launches, line.loading, ramp, plan.node_months));
    strip.ramps.push_back(std::move(ramp));
  }
  out.strip = static_cast<std::uint32_t>(plan.strips.size());
  plan.strips.push_back(std::move(strip));
}

void set_resale(const CompileInput& input, const Hardware& hardware,
                std::vector<MeasureBasis>& bases, HardwarePlan& out, Plan& plan) {
  if (!hardware.resale) return;
  const Resale& resale = *hardware.resale;
  switch (resale.law) {
    case ResaleLaw::rental_multiple:
      out.law = ValueLaw::rental_multiple;
      out.multiple = resale.multiple;
      out.valued = true;
      out.observed_value = resale.multiple > 0;
      break;
    case ResaleLaw::curve:
      out.law = ValueLaw::curve;
      out.valued = out.observed_value = true;
      out.curve_scale = curve_over_rent(input, hardware, plan.steps);
      break;
    case ResaleLaw::income:
      if (!hardware.utilization || !hardware.operating_cost || !hardware.life_years) break;
      if (resale.end_of_life != EndOfLife::mothball) break;  // valued today only: end_of_life.cpp
      out.law = ValueLaw::income;
      out.scrap = resale.scrap;
      out.valued = out.observed_value = true;
      add_strip(input, hardware, bases, out, plan);
      break;
  }
}

}  // namespace

void compile_forward_rent(const CompileInput& input, double months, Plan& plan,
                          InstrumentPlan& instrument) {
  const Hardware& hardware = input.market->hardware[instrument.hardware];
  const HardwarePlan& compiled = plan.hardware[instrument.hardware];
  const Date today = input.settings->valuation_date;
  ForwardRentPlan out;
  StripPlan& strip = out.strip;
  const StripMonth month =
      strip_month({MeasureBasis::risk_neutral, input.market, &hardware, today}, months);
  // A strip is over costs that grow; a rent is not.
  strip.constant = {month.constant + hardware.operating_cost_growth * months / 12.0 +
                    month.regime_mean[0]};
  strip.scarcity = {month.scarcity};
  strip.variance = {month.variance + month.regime_variance[0]};
  if (regime_law_of(*input.market)) {
    strip.regime_constant = {month.regime_mean[1] - month.regime_mean[0]};
    strip.regime_variance = {month.regime_variance[1] - month.regime_variance[0]};
  }
  if (compiled.idiosyncratic != kNone)
    strip.noises.push_back({compiled.idiosyncratic, {month.idiosyncratic}});
  // Only the month of the instrument reads the shift, so it stands in the constant.
  const int seen = instrument.month, last = seen + static_cast<int>(months);
  if (const auto shift = forward_shifts(*input.baseline, hardware, today, last); !shift.empty())
    strip.constant[0] += shift.back() - shift[static_cast<std::size_t>(seen)];
  for (const auto& line : compiled.lines) {
    const LaunchLine& launches = input.market->launches[line.line];
    strip.transforms.push_back(static_cast<std::uint32_t>(out.transforms.size()));
    out.transforms.push_back(new_transform(input, line.line, line.loading,
                                           MeasureBasis::risk_neutral, {static_cast<int>(months)},
                                           plan));
    StripRamp ramp = strip_ramp(launches, {months});
    strip.pipeline.push_back(pipeline_loadings(launches, line.loading, ramp, {months}));
    strip.ramps.push_back(std::move(ramp));
  }
  instrument.forward = static_cast<std::uint32_t>(plan.forward_rents.size());
  plan.forward_rents.push_back(std::move(out));
}

int life_months(const Hardware& hardware) {
  return hardware.life_years ? static_cast<int>(std::floor(*hardware.life_years * 12 + 0.5)) : 0;
}

int life_left(const Hardware& hardware, int age_today, int k) {
  return std::clamp(life_months(hardware) - std::max(age_today + k, 0), 0, life_months(hardware));
}

double cost_today(const Hardware& hardware) {
  // A unit that costs nothing to run never stops: a cost of one part in a thousand million of the
  // rent keeps the moneyness finite and the value right to 1e-9.
  return std::max(hardware.operating_cost.value_or(0.0),
                  1e-9 * std::max(hardware.rental_rate, 1e-3));
}

double rent_today(const Hardware& hardware) {
  return hardware.rental_rate > 0 ? hardware.rental_rate : 1.0;
}

std::vector<double> curve_over_rent(const CompileInput& input, const Hardware& hardware,
                                    int steps) {
  const int per_year = input.settings->steps_per_year;
  const auto expected = expected_log_rents(*input.market, hardware, MeasureBasis::real_world,
                                           input.settings->valuation_date, steps, per_year);
  const auto shift =
      forward_shifts(*input.baseline, hardware, input.settings->valuation_date, steps);
  std::vector<double> scale;
  for (int k = 0; k <= steps; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double forward = shift.empty() ? 0 : shift[at];
    scale.push_back(interpolate(hardware.resale->curve, k / static_cast<double>(per_year)) *
                    engine::exp(-(expected[at] + forward)));
  }
  return scale;
}

std::uint32_t hardware_index(const Market& market, const std::string& id) {
  for (std::size_t i = 0; i < market.hardware.size(); ++i)
    if (market.hardware[i].id == id) return static_cast<std::uint32_t>(i);
  return kNone;
}

std::uint32_t party_index(const Market& market, const std::string& id) {
  for (std::size_t i = 0; i < market.parties.size(); ++i)
    if (market.parties[i].id == id) return static_cast<std::uint32_t>(i);
  return kNone;
}

void compile_hardware(const CompileInput& input, Plan& plan) {
  const Market& market = *input.market;
  int longest = 1;
  for (const auto& hardware : market.hardware)
    if (hardware.life_years)
      longest = std::max(longest, static_cast<int>(std::ceil(*hardware.life_years * 12)));
  for (const int h : strip_nodes(longest)) plan.node_months.push_back(h);
  std::vector<MeasureBasis> bases;  // of plan.transforms
  const double per_year = plan.steps_per_year;
  for (const auto& hardware : market.hardware) {
    HardwarePlan out;
    out.earns = hardware.rental_rate > 0;
    out.scarcity_loading = hardware.scarcity_loading;
    out.frontier_loading = hardware.frontier_loading;
    const double log_rent = out.earns ? engine::log(hardware.rental_rate) : 0.0;
    const double chi = market.scarcity ? market.scarcity->initial : 0.0;
    const double cost = cost_today(hardware);
    out.forward_shift = forward_shifts(*input.baseline, hardware, input.settings->valuation_date,
                                       plan.steps + longest);
    for (int k = 0; k <= plan.steps; ++k) {
      out.log_rent.push_back(log_rent - hardware.wear * k / per_year +
                             path_shift(hardware, 12.0 * k / per_year) -
                             hardware.scarcity_loading * chi);
      if (!out.forward_shift.empty())
        out.log_rent.back() += out.forward_shift[static_cast<std::size_t>(k)];
      out.operating_cost.push_back(cost *
                                   engine::exp(hardware.operating_cost_growth * k / per_year));
    }
    for (const auto& [line, loading] : line_loadings(market, hardware))
      out.lines.push_back({line, loading});
    if (plan.power.on && hardware.power_share > 0) {
      out.cost_row = static_cast<std::uint32_t>(plan.power.share.size());
      plan.power.fixed.push_back(1 - hardware.power_share);
      plan.power.share.push_back(hardware.power_share);
    }
    if (hardware.idiosyncratic)
      out.idiosyncratic = add_noise(input, *hardware.idiosyncratic, "idiosyncratic/" + hardware.id,
                                    hardware.where, plan);
    set_utilization(input, hardware, out, plan);
    set_resale(input, hardware, bases, out, plan);
    plan.hardware.push_back(std::move(out));
  }
}

}  // namespace lien::pricing
