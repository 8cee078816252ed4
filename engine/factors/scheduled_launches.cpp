#include "engine/factors/scheduled_launches.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/gauss_legendre.hpp"

namespace lien::engine {
namespace {

constexpr std::size_t kNodes = 10;
constexpr double kLeastPanel = 1.0 / 96;  // years

// A launch still to come: at `wait`, or at `wait` + Exp(slip); years from now.
struct Pending {
  double wait = 0, slip = 0;
};

std::vector<Pending> pending_launches(const LaunchProcess& process, double time_years,
                                      unsigned mask) {
  std::vector<Pending> result;
  for (std::size_t i = 0; i < process.scheduled.size() && i < 32; ++i) {
    if ((mask >> i & 1u) == 0) continue;
    const LaunchProcess::Scheduled& launch = process.scheduled[i];
    result.push_back({std::max(launch.years - time_years, 0.0), launch.slip_years});
  }
  return result;
}

// Ends of panels on [0, h]. The integrands over arrival times bend at the announced dates and where
// a linear ramp ends at h; a panel is no longer than half a slip or the time since the date, and
// narrows towards h, where ramp and renewal start.
std::vector<double> panel_ends(const LaunchProcess& process, const std::vector<Pending>& launches,
                               double h) {
  std::vector<double> bends = {h};
  const auto add = [&](double v) {
    if (v > 0 && v < h) bends.push_back(v);
  };
  for (const Pending& launch : launches) add(launch.wait);
  if (process.ramp == RampShape::linear) add(h - process.ramp_years);
  std::sort(bends.begin(), bends.end());
  bends.erase(std::unique(bends.begin(), bends.end()), bends.end());
  std::vector<double> ends = {0};
  for (const double bend : bends)
    while (ends.back() < bend) {
      const double from = ends.back();
      double width = h - from <= kLeastPanel ? h - from : (h - from) / 2;
      for (const Pending& launch : launches)
        if (launch.slip > 0 && launch.wait <= from)
          width = std::min(width, std::max(launch.slip / 2, from - launch.wait));
      // A sliver is left to no panel.
      ends.push_back(from + 1.01 * width < bend ? from + width : bend);
    }
  return ends;
}

// cumulative[i][j]: integral over [0, node i] of the Lagrange polynomial of node j.
std::vector<double> cumulative_weights(const GaussLegendre& rule) {
  std::vector<double> cumulative(kNodes * kNodes, 0.0);
  double values[kNodes];
  for (std::size_t i = 0; i < kNodes; ++i) {
    for (std::size_t m = 0; m < kNodes; ++m) {
      lagrange_values(rule, rule.nodes[i] * rule.nodes[m], values);
      for (std::size_t j = 0; j < kNodes; ++j) {
        cumulative[i * kNodes + j] += rule.nodes[i] * rule.weights[m] * values[j];
      }
    }
  }
  return cumulative;
}

// What one launch that slips is on the points of a horizon: B(v) = E[g(h - T); T <= v], its slope,
// B at the last fixed launch, and A = B(h) + P(T > h).
struct Slipping {
  std::vector<double> arrived, slope;
  double arrived_at_fixed = 0, all = 1;
};

// Points of the integral over the latest arrival v, from which the renewal runs.
struct Points {
  std::vector<double> years, weight;
  std::vector<double> renewed;  // weight (M(h - v) - 1); 0 before the last fixed launch
};

// A set of pending launches, built up one by one:
//   E = prod A_i + int_0^h [M(h - v) - 1] d(prod B_i)(v).
// Launches without slip are atoms: the integral starts at the latest, with a lump there, and their
// effects are a factor.
struct Set {
  std::vector<double> arrived, slope;  // prod B and its slope at the points
  double arrived_at_fixed = 1, all = 1, fixed_effect = 1;
  bool slips = false, fixed = false;
};

void add(const Slipping& launch, const Set& to, Set& out) {
  for (std::size_t m = 0; m < to.arrived.size(); ++m) {
    out.slope[m] = to.slope[m] * launch.arrived[m] + to.arrived[m] * launch.slope[m];
    out.arrived[m] = to.arrived[m] * launch.arrived[m];
  }
  out.arrived_at_fixed = to.arrived_at_fixed * launch.arrived_at_fixed;
  out.all = to.all * launch.all;
  out.fixed_effect = to.fixed_effect;
  out.slips = true;
  out.fixed = to.fixed;
}

// All sets at one time and horizon.
class HorizonSums {
 public:
  HorizonSums(const LaunchProcess& process, double q, const RenewalTransform& renewal,
              const GaussLegendre& rule, const std::vector<double>& cumulative,
              std::vector<Pending> sure, std::vector<Pending> overdue, double h)
      : process_(process), q_(q), h_(h), sure_(std::move(sure)), overdue_(std::move(overdue)) {
    std::vector<Pending> launches = sure_;
    launches.insert(launches.end(), overdue_.begin(), overdue_.end());
    for (const Pending& launch : launches)
      if (launch.slip == 0) last_fixed_ = std::max(last_fixed_, launch.wait);
    const std::vector<double> ends = panel_ends(process, launches, h);
    for (std::size_t p = 0; p + 1 < ends.size(); ++p)
      for (std::size_t m = 0; m < kNodes; ++m) {
        const double width = ends[p + 1] - ends[p], v = ends[p] + width * rule.nodes[m];
        points_.years.push_back(v);
        points_.weight.push_back(width * rule.weights[m]);
        points_.renewed.push_back(ends[p] >= last_fixed_
                                      ? points_.weight.back() *
                                            (ordinary_transform(renewal, h - v) - 1)
                                      : 0.0);
        effect_.push_back(launch_effect(process, q, h - v));
      }
    if (last_fixed_ <= h) renewed_from_fixed_ = ordinary_transform(renewal, h - last_fixed_) - 1;
    for (const Pending& launch : launches) slipping_.push_back(tabulate(launch, ends, cumulative));
  }

  // Appends ln E of every set.
  void values(std::vector<double>& out) const {
    const std::size_t count = points_.years.size();
    std::vector<Set> sets(1 + overdue_.size() + 1);
    for (Set& set : sets) {
      set.arrived.assign(count, 1.0);
      set.slope.assign(count, 0.0);
    }
    for (std::size_t i = 0; i < sure_.size(); ++i)
      include(sure_[i], slipping_[i], sets[0], sets[0]);
    std::vector<double> rows(std::size_t{1} << overdue_.size());
    visit(overdue_.size(), 0, sets, 0, rows);
    out.insert(out.end(), rows.begin(), rows.end());
  }

 private:
  Slipping tabulate(const Pending& launch, const std::vector<double>& ends,
                    const std::vector<double>& cumulative) const {
    Slipping out;
    if (launch.slip == 0) return out;
    double before = 0;  // B at the start of the panel
    for (std::size_t p = 0; p + 1 < ends.size(); ++p) {
      if (ends[p] == last_fixed_) out.arrived_at_fixed = before;
      const double width = ends[p + 1] - ends[p];
      const std::size_t first = p * kNodes;
      for (std::size_t m = 0; m < kNodes; ++m) {
        const double since = points_.years[first + m] - launch.wait;
        out.slope.push_back(ends[p] >= launch.wait
                                ? effect_[first + m] * exp(-since / launch.slip) / launch.slip
                                : 0.0);
      }
      double sum = 0;
      for (std::size_t m = 0; m < kNodes; ++m) {
        double arrived = before;
        for (std::size_t j = 0; j < kNodes; ++j)
          arrived += width * cumulative[m * kNodes + j] * out.slope[first + j];
        out.arrived.push_back(arrived);
        sum += points_.weight[first + m] * out.slope[first + m];
      }
      before += sum;
    }
    if (ends.back() == last_fixed_) out.arrived_at_fixed = before;
    const double over = h_ - launch.wait;
    out.all = before + (over > 0 ? exp(-over / launch.slip) : 1.0);
    return out;
  }

  void include(const Pending& launch, const Slipping& slipping, const Set& to, Set& out) const {
    if (launch.slip > 0) {
      add(slipping, to, out);
      return;
    }
    if (&to != &out) out = to;
    out.fixed = true;
    if (launch.wait <= h_) out.fixed_effect *= launch_effect(process_, q_, h_ - launch.wait);
  }

  // Sets with the launches from `level` - 1 down decided by `bits`, the rest both ways.
  void visit(std::size_t level, std::size_t bits, std::vector<Set>& sets, std::size_t depth,
             std::vector<double>& rows) const {
    if (level == 0) {
      rows[bits] = log_value(sets[depth]);
      return;
    }
    const std::size_t i = level - 1;
    visit(i, bits, sets, depth, rows);
    include(overdue_[i], slipping_[sure_.size() + i], sets[depth], sets[depth + 1]);
    visit(i, bits | std::size_t{1} << i, sets, depth + 1, rows);
  }

  [[nodiscard]] double log_value(const Set& set) const {
    if (!set.slips && !set.fixed) return 0;
    // A fixed launch after h is out for certain, and no renewal has begun.
    if (last_fixed_ > h_) return log(set.fixed_effect * set.all);
    double renewed = 0;
    for (std::size_t m = 0; m < set.slope.size(); ++m) renewed += points_.renewed[m] * set.slope[m];
    if (set.fixed) renewed += set.arrived_at_fixed * renewed_from_fixed_;
    return log(set.fixed_effect * (set.all + renewed));
  }

  const LaunchProcess& process_;
  double q_, h_;
  std::vector<Pending> sure_, overdue_;
  double last_fixed_ = 0;  // of all sets: overdue launches without slip wait for nothing
  double renewed_from_fixed_ = 0;
  Points points_;
  std::vector<double> effect_;      // at the points
  std::vector<Slipping> slipping_;  // of sure_, then overdue_; empty where there is no slip
};

}  // namespace

ScheduledTransforms::ScheduledTransforms(const LaunchProcess& process, double q, int months)
    : process_(process),
      q_(q),
      renewal_(solve_renewal(process, q, months)),
      rule_(gauss_legendre(kNodes)),
      cumulative_(cumulative_weights(rule_)) {}

std::vector<double> ScheduledTransforms::rows(double time_years, unsigned sure, unsigned overdue,
                                              const std::vector<int>& horizon_months) const {
  const auto certain = pending_launches(process_, time_years, sure);
  const auto open = pending_launches(process_, time_years, overdue);
  const std::size_t sets = std::size_t{1} << open.size(), horizons = horizon_months.size();
  std::vector<double> result(sets * horizons), values;
  for (std::size_t j = 0; j < horizons; ++j) {
    values.clear();
    HorizonSums(process_, q_, renewal_, rule_, cumulative_, certain, open, horizon_months[j] / 12.0)
        .values(values);
    for (std::size_t s = 0; s < sets; ++s) result[s * horizons + j] = values[s];
  }
  return result;
}

std::vector<double> scheduled_transform(const LaunchProcess& process, double q, double time_years,
                                        unsigned pending, int months) {
  if (pending == 0 || (pending >> process.scheduled.size()) != 0)
    throw std::domain_error("scheduled_transform needs pending launches of the process");
  std::vector<int> horizons(static_cast<std::size_t>(months));
  std::iota(horizons.begin(), horizons.end(), 1);
  return ScheduledTransforms(process, q, months).rows(time_years, pending, 0, horizons);
}

}  // namespace lien::engine
