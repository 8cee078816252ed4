#include "pricing/plan/strip_accuracy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <tuple>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/age_polynomial.hpp"
#include "engine/factors/gap_law.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/noises.hpp"
#include "pricing/plan/power_cost.hpp"
#include "pricing/plan/strip.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {
namespace {

constexpr double kQuantile = 2.3263478740408408;  // 99 % of a standard normal
constexpr double kOutlived = 4.605170185988092;   // -ln 1 %
constexpr int kAges = 4;

// l_1 and l_2 of one line at one state: by the renewal equation for every month, and as the path
// loop has them at the nodes.
struct Launches {
  std::vector<double> first, second;            // [life]
  std::vector<double> node_first, node_second;  // [node months]; pending: those of the month
};

// 0 and, where age matters, three more up to the age that one gap in a hundred outlives.
std::vector<double> visited_ages(const engine::LaunchProcess& process, bool matters) {
  std::vector<double> ages = {0};
  for (int i = 1; matters && i < kAges; ++i)
    ages.push_back(engine::gap_years(engine::gap_law(process), kOutlived) * i / (kAges - 1));
  return ages;
}

// The launches of one transform over the states: one entry an age.
std::vector<Launches> aged_launches(const engine::LaunchProcess& process,
                                    const LaunchTransformPlan& transform, std::size_t nodes,
                                    int life) {
  const std::vector<double> ages = visited_ages(process, transform.age_max > 0);
  const auto first = engine::launch_transforms(process, transform.loading, ages, life);
  const auto second = engine::launch_transforms(process, 2 * transform.loading, ages, life);
  const engine::AgePolynomials age_scale{
      transform.age_max, transform.root_age, transform.degree, {}, {}, 0};
  const std::size_t terms = static_cast<std::size_t>(transform.degree) + 1;
  std::vector<Launches> out;
  for (std::size_t i = 0; i < ages.size(); ++i) {
    Launches state{first[i], second[i], {}, {}};
    const double x = engine::scaled_age(age_scale, ages[i]);
    for (std::size_t j = 0; j < nodes; ++j) {
      state.node_first.push_back(
          engine::polynomial_value(&transform.first[j * terms], transform.degree, x));
      state.node_second.push_back(
          engine::polynomial_value(&transform.second[j * terms], transform.degree, x));
    }
    out.push_back(std::move(state));
  }
  return out;
}

// All scheduled launches still to come at month k that can be; none: empty.
Launches pending_launches(const engine::LaunchProcess& process,
                          const LaunchTransformPlan& transform, const Plan& plan, int k, int life) {
  const auto at = static_cast<std::size_t>(k);
  const auto nodes = plan.nodes(k);
  unsigned mask = transform.overdue[at];
  const std::size_t row = (std::size_t{1} << std::popcount(mask)) - 1;
  for (std::size_t i = 0; i < process.scheduled.size(); ++i)
    if (process.scheduled[i].years > plan.years(k)) mask |= 1U << i;
  if (mask == 0) return {};
  const auto at_nodes = [&](const std::vector<double>& table) {
    std::vector<double> out(plan.node_months.size(), 0.0);
    for (std::size_t j = 0; j < nodes.size(); ++j)
      out[nodes[j]] = table[transform.pending_at[at] + row * nodes.size() + j];
    return out;
  };
  const auto exact = [&](double q) {
    return engine::scheduled_transform(process, q, plan.years(k), mask, life);
  };
  return {exact(transform.loading), exact(2 * transform.loading), at_nodes(transform.pending_first),
          at_nodes(transform.pending_second)};
}

// What hardware of one line shares.
struct KnownLaunches {
  std::map<std::uint32_t, std::vector<Launches>> aged;              // by transform
  std::map<std::tuple<std::uint32_t, int, int>, Launches> pending;  // by transform, step, life
};

// One hardware in one month of the run.
struct Setting {
  const StripLaw* law;
  const Plan* plan;
  const HardwarePlan* hardware;
  const std::vector<StripMonth>* months;         // [life]
  std::vector<std::vector<Launches>> launches;   // by its transforms
  std::vector<engine::LaunchProcess> processes;  // of their lines
  std::vector<std::vector<double>> ages;         // of their states
  int k = 0;
};

struct Life {
  const double* weights;  // [nodes]
  int months;
};

// One state: log_rent, scarcity, entry `which` of each transform's states, drops on their way or
// not.
struct State {
  double log_rent, scarcity, idiosyncratic, power;
  std::size_t which;
  bool arriving;
  std::size_t regime;
};

// Moneyness and variance of month h, or of node j: launches added to what the factors alone give.
struct Moments {
  double moneyness, variance;
};
void add_launch(const Setting& s, std::size_t i, const State& state, double first, double second,
                double years, Moments& m) {
  const auto& transform = s.plan->transforms[s.plan->strips[s.hardware->strip].transforms[i]];
  m.moneyness += first;
  m.variance += second - 2 * first;
  if (!state.arriving) return;
  // One mean drop is on its way: all of it, or what a launch as old as the state has left.
  const engine::LaunchProcess& process = s.processes[i];
  if (process.ramp == engine::RampShape::exponential) {
    if (process.ramp_years > 0)
      m.moneyness +=
          transform.loading * process.drop_mean * engine::expm1(-years / process.ramp_years);
    return;
  }
  const double age = s.ages[i][std::min(state.which, s.ages[i].size() - 1)];
  const double arriving =
      engine::ramp_remaining(process, age) - engine::ramp_remaining(process, age + years);
  m.moneyness -= transform.loading * process.drop_mean * arriving;
}

const Launches& launch_state(const Setting& s, std::size_t i, const State& state) {
  return s.launches[i][std::min(state.which, s.launches[i].size() - 1)];
}

double largest_error(const Setting& s, const State& state, const std::vector<Life>& lives) {
  const StripPlan& strip = s.plan->strips[s.hardware->strip];
  const double cost = s.hardware->operating_cost[static_cast<std::size_t>(s.k)];
  const double moneyness =
      state.log_rent +
      engine::log(s.hardware->mean_utilization(static_cast<std::size_t>(s.k)) / cost);
  std::vector<double> calls;
  const auto nodes = s.plan->nodes(s.k);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::size_t j = nodes[i];
    Moments m{moneyness - strip.scarcity[j] * state.scarcity + strip.constant[j],
              strip.variance[j]};
    for (const auto& term : strip.noises) m.moneyness -= term.loading[j] * state.idiosyncratic;
    if (state.regime == 1) {
      m.moneyness += strip.regime_constant[j];
      m.variance += strip.regime_variance[j];
    }
    if (!strip.forward.empty())
      m.moneyness += strip.forward[s.plan->node_first[static_cast<std::size_t>(s.k)] + i];
    for (std::size_t line = 0; line < s.launches.size(); ++line) {
      const Launches& launches = launch_state(s, line, state);
      add_launch(s, line, state, launches.node_first[j], launches.node_second[j],
                 s.plan->node_months[j] / 12.0, m);
    }
    const double factor =
        strip.power_mean.empty()
            ? 1.0
            : power_factor({strip.power_fixed, strip.power_mean[j], strip.power_decay[j]},
                           state.power);
    const double k_j = m.moneyness - log_power_factor(factor);
    const double variance = std::max(m.variance, 1e-12);
    // As the path loop prices it: by Black's formula where the cost follows power.
    calls.push_back(strip.power_mean.empty()
                        ? fitted_call(s.plan->shapes[strip.shape].time_values, j, k_j, variance)
                        : factor * engine::black_call(k_j, variance));
  }
  std::vector<double> exact = {0.0};  // by life
  for (std::size_t h = 1; h <= s.months->size(); ++h) {
    const StripMonth& month = (*s.months)[h - 1];
    Moments m{moneyness - month.scarcity * state.scarcity -
                  month.idiosyncratic * state.idiosyncratic + month.constant +
                  month.regime_mean[state.regime],
              month.variance + month.regime_variance[state.regime]};
    const auto& shift = s.hardware->forward_shift;
    if (!shift.empty())
      m.moneyness +=
          shift[static_cast<std::size_t>(s.k) + h] - shift[static_cast<std::size_t>(s.k)];
    for (std::size_t i = 0; i < s.launches.size(); ++i) {
      const Launches& launches = launch_state(s, i, state);
      add_launch(s, i, state, launches.first[h - 1], launches.second[h - 1],
                 static_cast<double>(h) / 12.0, m);
    }
    const double factor = power_factor(
        power_cost(*s.law->market, *s.law->hardware, static_cast<double>(h) / 12.0), state.power);
    exact.push_back(
        exact.back() +
        strip_discount(*s.law, 12 * s.plan->years(s.k), static_cast<int>(h)) * factor *
            engine::black_call(m.moneyness - log_power_factor(factor), std::max(m.variance, 0.0)));
  }
  double largest = 0;
  for (const Life& life : lives) {
    double interpolated = 0;
    for (std::size_t j = 0; j < calls.size(); ++j) interpolated += life.weights[j] * calls[j];
    const double value = cost * exact[static_cast<std::size_t>(life.months)] + s.hardware->scrap;
    const double error =
        cost * (std::max(interpolated, 0.0) - exact[static_cast<std::size_t>(life.months)]);
    if (value > 0) largest = std::max(largest, std::abs(error) / value);
  }
  return largest;
}

// The youngest and the oldest lot of a hardware that still lives at month k.
std::vector<Life> lives_at(const Plan& plan, std::size_t g, int life, int k) {
  std::vector<Life> lives;
  for (const LotPlan& lot : plan.lots) {
    if (lot.hardware != g) continue;
    const int month = month_of_step(k, plan.steps_per_year);
    const int left = std::clamp(life - std::max(lot.age_months + month, 0), 0, life);
    if (left > 0)
      lives.push_back({&lot.weights[plan.node_first[static_cast<std::size_t>(k)]], left});
  }
  const auto [oldest, youngest] = std::minmax_element(
      lives.begin(), lives.end(), [](const Life& a, const Life& b) { return a.months < b.months; });
  return lives.empty() ? lives : std::vector<Life>{*oldest, *youngest};
}

// Steps whose states are compared: the first, middle and last month; on a finer grid today and the
// last step that ends a month, where the life left is a whole number of months.
std::vector<int> looked_at(const Plan& plan, int last) {
  if (plan.steps_per_year == 12) return {1, (last + 1) / 2, last};
  while (last * 12 % plan.steps_per_year != 0) --last;
  return {0, last};
}

double hardware_error(const CompileInput& input, const Plan& plan, std::size_t g,
                      KnownLaunches& shared) {
  const Market& market = *input.market;
  const Hardware& hardware = market.hardware[g];
  const MeasureBasis drifts =
      hardware.resale->risk_neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world;
  const StripLaw law{drifts, &market, &hardware, input.settings->valuation_date};
  const int life = static_cast<int>(std::floor(*hardware.life_years * 12 + 0.5));
  std::vector<StripMonth> months;
  for (int h = 1; h <= life; ++h) months.push_back(strip_month(law, h));
  const int last = std::max(plan.months, 1);
  const auto rents = log_rent_spread(market, hardware, input.basis, input.settings->valuation_date,
                                     last, plan.steps_per_year);
  double largest = 0;
  for (const int k : looked_at(plan, last)) {
    const auto lives = lives_at(plan, g, life, k);
    if (lives.empty()) continue;
    Setting s{&law, &plan, &plan.hardware[g], &months, {}, {}, {}, k};
    std::size_t states = 1;
    for (const std::uint32_t t : plan.strips[plan.hardware[g].strip].transforms) {
      const LaunchLine& line = market.launches[plan.transforms[t].line];
      const LaunchTransformPlan& transform = plan.transforms[t];
      const auto process = launch_process(line, drifts, input.settings->valuation_date);
      const std::size_t nodes = plan.node_months.size();
      auto& known = shared.aged[t];
      if (known.empty() || known[0].first.size() < static_cast<std::size_t>(life))
        known = aged_launches(process, transform, nodes, life);
      s.launches.push_back(known);
      if (transform.scheduled > 0) {
        const auto place = std::make_tuple(t, k, life);
        auto found = shared.pending.find(place);
        if (found == shared.pending.end())
          found = shared.pending.emplace(place, pending_launches(process, transform, plan, k, life))
                      .first;
        if (!found->second.first.empty()) s.launches.back().push_back(found->second);
      }
      s.processes.push_back(process);
      s.ages.push_back(visited_ages(process, transform.age_max > 0));
      states = std::max(states, s.launches.back().size());
    }
    const double t = plan.years(k);
    const double kappa = market.scarcity ? market.scarcity->mean_reversion : 0.0;
    const double stdev = market.scarcity
                             ? market.scarcity->volatility *
                                   std::sqrt(engine::exponential_integral_factor(2 * kappa, t))
                             : 0.0;
    const double mean = market.scarcity ? market.scarcity->initial * engine::exp(-kappa * t) : 0.0;
    const double own =
        hardware.idiosyncratic
            ? std::sqrt(engine::noise_variance(noise_law(*hardware.idiosyncratic), t))
            : 0.0;
    const double power =
        market.power ? std::sqrt(engine::noise_variance(noise_law(market.power->noise), t)) : 0.0;
    const auto at = static_cast<std::size_t>(k);
    const auto& shift = plan.hardware[g].forward_shift;
    const double middle = rents.mean[at] + (shift.empty() ? 0.0 : shift[at]);
    // The hardware's own noise stands at its quantiles together with the rent it is part of, the
    // power price together with scarcity.
    for (const double rent : {-kQuantile, 0.0, kQuantile})
      for (const double scarcity : {-kQuantile, 0.0, kQuantile})
        for (std::size_t which = 0; which < states; ++which)
          for (const bool arriving : {false, true})
            for (std::size_t regime = 0; regime < (plan.factors.regime ? 2U : 1U); ++regime)
              largest = std::max(
                  largest, largest_error(s,
                                         {middle + rent * rents.stdev[at], mean + scarcity * stdev,
                                          rent * own, scarcity * power, which, arriving, regime},
                                         lives));
  }
  return largest;
}

}  // namespace

double strip_interpolation_error(const CompileInput& input, const Plan& plan) {
  double largest = 0;
  KnownLaunches shared;
  for (std::size_t g = 0; g < plan.hardware.size(); ++g)
    if (plan.hardware[g].strip != kNone)
      largest = std::max(largest, hardware_error(input, plan, g, shared));
  return largest;
}

}  // namespace lien::pricing
