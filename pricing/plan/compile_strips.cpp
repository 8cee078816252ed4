#include <algorithm>
#include <cmath>
#include <set>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"
#include "pricing/plan/launch_transforms.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/power_cost.hpp"
#include "pricing/plan/strip.hpp"

namespace lien::pricing {
namespace {

// Lives are rounded up to whole years, so that few sets of nodes serve a run.
constexpr int kLifeStep = 12;
// Ages today of the youngest lot of every hardware: a unit that enters service today, or later.
std::vector<int> youngest_ages(const CompileInput& input, const TimeGrid& grid) {
  std::vector<int> youngest(input.market->hardware.size(), 0);
  const auto see = [&](const std::string& hardware, Date in_service) {
    const std::uint32_t g = hardware_index(*input.market, hardware);
    if (g != kNone) youngest[g] = std::min(youngest[g], age_months(grid, in_service));
  };
  for (const auto& loan : input.book->loans)
    if (!loan.hardware.empty()) see(loan.hardware, loan.in_service.value_or(loan.closing));
  for (const auto& lease : input.book->leases) see(lease.hardware, lease.start);
  for (const auto& vehicle : input.book->vehicles)
    for (const auto& lot : vehicle.lots)
      see(lot.hardware, expected_service(vehicle, lot, *input.book));
  return youngest;
}

// Longest life that a lot with law income has left at step k; 1 at least. Between month ends that
// of the month end before: values run linearly between the two.
int longest_life(const CompileInput& input, const Plan& plan, const std::vector<int>& youngest,
                 int k) {
  const int month = k * 12 / plan.steps_per_year;
  int longest = 1, whole = 1;
  for (std::size_t g = 0; g < plan.hardware.size(); ++g) {
    if (plan.hardware[g].law != ValueLaw::income || !plan.hardware[g].valued) continue;
    const Hardware& hardware = input.market->hardware[g];
    longest = std::max(longest, life_left(hardware, youngest[g], month));
    whole = std::max(whole, life_months(hardware));
  }
  return std::min((longest + kLifeStep - 1) / kLifeStep * kLifeStep, whole);
}

// Where the strips' functions of the horizon bend, seen from today: announced launches and the ends
// of their linear ramps, knots of forward curves. Months.
StripBends bends_today(const CompileInput& input, const Plan& plan) {
  const Market& market = *input.market;
  StripBends bends;
  std::set<std::size_t> lines;
  for (std::size_t g = 0; g < plan.hardware.size(); ++g) {
    if (plan.hardware[g].law != ValueLaw::income || !plan.hardware[g].valued) continue;
    for (const auto& line : plan.hardware[g].lines) lines.insert(line.line);
    for (const double years : market.hardware[g].forward_curve.years)
      bends.at.push_back(12 * years);
  }
  for (const std::size_t index : lines) {
    const LaunchLine& line = market.launches[index];
    const double ramp = line.ramp == RampLaw::linear ? 12 * line.ramp_years : 0;
    // Some path has a ramp under way that ends in any month up to its length.
    bends.within = std::max(bends.within, static_cast<int>(std::ceil(ramp - 1e-9)));
    for (const auto& launch :
         launch_process(line, MeasureBasis::real_world, input.settings->valuation_date).scheduled) {
      bends.at.push_back(12 * launch.years);
      if (ramp > 0) bends.at.push_back(12 * launch.years + ramp);
    }
  }
  return bends;
}

// Fills node_index, node_first and node_months from the nodes of every step.
void index_nodes(const std::vector<StripNodes>& nodes, Plan& plan) {
  std::set<int> months;
  for (const auto& of_step : nodes) months.insert(of_step.months.begin(), of_step.months.end());
  plan.node_months.assign(months.begin(), months.end());
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    for (const int h : nodes[k].months) {
      const auto found = std::lower_bound(plan.node_months.begin(), plan.node_months.end(), h);
      plan.node_index.push_back(static_cast<std::uint32_t>(found - plan.node_months.begin()));
    }
    plan.node_first[k + 1] = plan.node_index.size();
    plan.most_nodes = std::max(plan.most_nodes, nodes[k].months.size());
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
  for (int k = 0; k <= plan.steps; ++k)
    for (const std::uint32_t node : plan.nodes(k)) {
      const auto at = static_cast<std::size_t>(k);
      strip.forward.push_back(shift[at + static_cast<std::size_t>(plan.node_months[node])] -
                              shift[at]);
    }
}

// What the strips of one plan have in common while they are compiled.
struct Common {
  const CompileInput* input;
  std::vector<int> months;                 // all node months
  std::vector<std::vector<int>> horizons;  // by step
  std::vector<MeasureBasis> drifts;        // of plan.transforms
};

// The same for a strip at the plan's nodes; shared by hardware.
std::uint32_t transform_of(std::size_t line, double loading, MeasureBasis drifts, Common& common,
                           Plan& plan) {
  for (std::size_t i = 0; i < plan.transforms.size(); ++i)
    if (plan.transforms[i].line == line && plan.transforms[i].loading == loading &&
        common.drifts[i] == drifts)
      return static_cast<std::uint32_t>(i);
  plan.transforms.push_back(launch_transform_plan(*common.input, line, loading, drifts,
                                                  common.months, common.horizons, plan));
  common.drifts.push_back(drifts);
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

// The shape of a strip; shared by those that move alike.
std::uint32_t shape_of(const StripPlan& strip, Plan& plan) {
  const auto alike = [&](const StripPlan& other) {
    const auto same_noise = [](const StripPlan::NoiseTerm& a, const StripPlan::NoiseTerm& b) {
      return a.noise == b.noise && a.loading == b.loading;
    };
    return strip.scarcity == other.scarcity && strip.variance == other.variance &&
           strip.transforms == other.transforms && strip.regime_constant == other.regime_constant &&
           strip.regime_variance == other.regime_variance &&
           std::equal(strip.noises.begin(), strip.noises.end(), other.noises.begin(),
                      other.noises.end(), same_noise);
  };
  for (std::size_t i = 0; i < plan.shapes.size(); ++i)
    if (alike(plan.strips[plan.shapes[i].strip])) return static_cast<std::uint32_t>(i);
  std::vector<std::pair<double, double>> variances;
  for (std::size_t j = 0; j < strip.variance.size(); ++j) {
    const double regime = strip.regime_variance.empty() ? 0.0 : strip.regime_variance[j];
    variances.emplace_back(strip.variance[j] + std::min(regime, 0.0),
                           strip.variance[j] + std::max(regime, 0.0));
  }
  for (const std::uint32_t t : strip.transforms) {
    const auto added = launch_variances(plan.transforms[t], plan);
    for (std::size_t j = 0; j < added.size(); ++j) {
      variances[j].first += added[j].first;
      variances[j].second += added[j].second;
    }
  }
  for (auto& [least, most] : variances) {
    least = std::max(least, 0.0);
    most = std::max(most, least);
  }
  // The strip itself is the next of the plan's.
  plan.shapes.push_back(
      {static_cast<std::uint32_t>(plan.strips.size()), fit_time_values(variances)});
  return static_cast<std::uint32_t>(plan.shapes.size() - 1);
}

void add_strip(const Hardware& hardware, Common& common, HardwarePlan& out, Plan& plan) {
  const Market& market = *common.input->market;
  const StripLaw law{
      hardware.resale->risk_neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world,
      &market, &hardware, common.input->settings->valuation_date};
  // The reader counted the market's own; a scenario can raise a loading of 0.
  if (out.lines.size() > kMostStripLines)
    throw InputError({{hardware.where, "hardware " + hardware.id + " / launch_loadings", "",
                       "has more than " + std::to_string(kMostStripLines) +
                           " lines in a scenario; resale law income takes no more",
                       "leave out the lines with the smallest loadings"}});
  StripPlan strip;
  std::vector<StripMonth> months;
  for (const double h : plan.node_months) {
    months.push_back(strip_month(law, h));
    strip.constant.push_back(months.back().constant);
    strip.scarcity.push_back(months.back().scarcity);
    strip.variance.push_back(months.back().variance);
  }
  if (out.cost_row != kNone)
    for (const double h : plan.node_months) {
      const PowerCost cost = power_cost(market, hardware, h / 12.0);
      strip.power_fixed = cost.fixed;
      strip.power_mean.push_back(cost.mean);
      strip.power_decay.push_back(cost.decay);
    }
  if (out.idiosyncratic != kNone) {
    strip.noises.push_back({out.idiosyncratic, {}});
    for (const auto& month : months) strip.noises.back().loading.push_back(month.idiosyncratic);
  }
  add_regimes_and_forward(market, months, out, plan, strip);
  for (const auto& line : out.lines) {
    const LaunchLine& launches = market.launches[line.line];
    strip.transforms.push_back(transform_of(line.line, line.loading, law.drifts, common, plan));
    StripRamp ramp = strip_ramp(launches, plan.node_months);
    strip.pipeline.push_back(pipeline_loadings(launches, line.loading, ramp, plan.node_months));
    strip.ramps.push_back(std::move(ramp));
  }
  strip.shape = shape_of(strip, plan);
  for (std::size_t i = 0; i < plan.node_index.size(); ++i) {
    const double constant =
        strip.constant[plan.node_index[i]] + (strip.forward.empty() ? 0.0 : strip.forward[i]);
    strip.call_constant.push_back(constant);
    strip.call_half.push_back(engine::exp(constant / 2));
  }
  out.strip = static_cast<std::uint32_t>(plan.strips.size());
  plan.strips.push_back(std::move(strip));
}

}  // namespace

int age_months(const TimeGrid& grid, Date in_service) {
  return -static_cast<int>(std::floor(grid.time_of(in_service) * 12 + 0.5));
}

std::vector<StripNodes> strip_nodes_by_step(const CompileInput& input, const TimeGrid& grid,
                                            const Plan& plan) {
  const std::vector<int> youngest = youngest_ages(input, grid);
  const StripBends today = bends_today(input, plan);
  std::vector<StripNodes> nodes;
  for (int k = 0; k <= plan.steps; ++k) {
    StripBends bends = today;
    for (double& at : bends.at) at -= 12 * plan.years(k);
    nodes.push_back(strip_nodes(longest_life(input, plan, youngest, k), bends, plan.more_nodes));
  }
  return nodes;
}

void compile_strips(const CompileInput& input, const TimeGrid& grid, Plan& plan) {
  const auto income = [](const HardwarePlan& h) { return h.law == ValueLaw::income && h.valued; };
  plan.node_first.assign(static_cast<std::size_t>(plan.steps) + 2, 0);
  if (std::none_of(plan.hardware.begin(), plan.hardware.end(), income)) return;
  const auto nodes = strip_nodes_by_step(input, grid, plan);
  index_nodes(nodes, plan);
  Common common{&input, {plan.node_months.begin(), plan.node_months.end()}, {}, {}};
  for (const auto& of_step : nodes) common.horizons.push_back(of_step.months);
  for (std::size_t g = 0; g < plan.hardware.size(); ++g)
    if (income(plan.hardware[g]))
      add_strip(input.market->hardware[g], common, plan.hardware[g], plan);
}

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
  // Only that month reads the tables of scheduled launches.
  std::vector<std::vector<int>> horizons(static_cast<std::size_t>(plan.steps) + 1);
  horizons[static_cast<std::size_t>(seen)] = {static_cast<int>(months)};
  for (const auto& line : compiled.lines) {
    const LaunchLine& launches = input.market->launches[line.line];
    strip.transforms.push_back(static_cast<std::uint32_t>(out.transforms.size()));
    out.transforms.push_back(launch_transform_plan(input, line.line, line.loading,
                                                   MeasureBasis::risk_neutral,
                                                   {static_cast<int>(months)}, horizons, plan));
    StripRamp ramp = strip_ramp(launches, {months});
    strip.pipeline.push_back(pipeline_loadings(launches, line.loading, ramp, {months}));
    strip.ramps.push_back(std::move(ramp));
  }
  instrument.forward = static_cast<std::uint32_t>(plan.forward_rents.size());
  plan.forward_rents.push_back(std::move(out));
}

}  // namespace lien::pricing
