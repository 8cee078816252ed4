#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/gauss_legendre.hpp"
#include "engine/factors/launch_law.hpp"
#include "engine/factors/renewal_equation.hpp"

namespace lien::engine {
namespace {

constexpr std::size_t kNodes = 10;

// A launch still to come: at `wait`, or at `wait` + Exp(slip); years from now.
struct Pending {
  double wait = 0, slip = 0;
  friend bool operator==(const Pending&, const Pending&) = default;
};

std::vector<Pending> pending_launches(const LaunchProcess& process, double time_years,
                                      unsigned pending) {
  std::vector<Pending> result;
  for (std::size_t i = 0; i < process.scheduled.size() && i < 32; ++i) {
    if ((pending >> i & 1u) == 0) continue;
    const LaunchProcess::Scheduled& launch = process.scheduled[i];
    result.push_back({std::max(launch.years - time_years, 0.0), launch.slip_years});
  }
  if (result.empty() || result.size() > 3) {
    throw std::domain_error("scheduled_transform needs one to three pending launches");
  }
  return result;
}

// Where the integrands over arrival times in [0, h] bend: at the announced dates, at multiples of
// the slips after them, near h, where ramp and renewal start, and where a linear ramp ends at h.
std::vector<double> break_points(const LaunchProcess& process, const std::vector<Pending>& launches,
                                 double h) {
  std::vector<double> points = {0, h};
  const auto add = [&](double v) {
    if (v > 0 && v < h) points.push_back(v);
  };
  for (const Pending& launch : launches) {
    add(launch.wait);
    for (double slips = 0.5; slips < 50; slips *= 2) add(launch.wait + slips * launch.slip);
  }
  if (process.ramp == RampShape::linear) add(h - process.ramp_years);
  for (double before = 1.0 / 96; before < h; before *= 2) add(h - before);
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
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

// E at horizon h. With B_i(v) = E[g(h - T_i); T_i <= v] and A_i = B_i(h) + P(T_i > h):
//   E = prod A_i - prod B_i(h) + int_0^h M(h - v) d(prod B_i)(v),
// v the latest arrival, from which the renewal runs: either some launch is still out at h, or all
// have come. Launches without slip are atoms: `fixed` is the latest, fixed_effect their product.
class HorizonSum {
 public:
  HorizonSum(const LaunchProcess& process, double q, const std::vector<Pending>& launches, double h)
      : process_(process), q_(q), h_(h) {
    for (const Pending& launch : launches) {
      if (launch.slip > 0) {
        slipping_.push_back(launch);
        continue;
      }
      fixed_ = std::max(fixed_, launch.wait);
      fixed_effect_ *= launch.wait <= h ? launch_effect(process, q, h - launch.wait) : 1.0;
      has_fixed_ = true;
    }
    arrived_.assign(slipping_.size(), 0.0);
  }

  [[nodiscard]] double value(const RenewalTransform& renewal, const GaussLegendre& rule,
                             const std::vector<double>& cumulative,
                             const std::vector<double>& points) {
    const bool fixed_come = fixed_ <= h_;
    double renewed = 0;  // int M d(prod B) / fixed_effect_
    for (std::size_t p = 0; p + 1 < points.size(); ++p) {
      if (has_fixed_ && points[p] == fixed_) renewed += all_arrived() * after(renewal, fixed_);
      renewed += panel(renewal, rule, cumulative, points[p], points[p + 1]);
    }
    if (has_fixed_ && fixed_ == h_) renewed += all_arrived();
    double all = fixed_effect_;
    for (std::size_t i = 0; i < slipping_.size(); ++i) all *= arrived_[i] + outstanding(i);
    if (!fixed_come) return all;
    return all + fixed_effect_ * (renewed - all_arrived());
  }

 private:
  [[nodiscard]] double after(const RenewalTransform& renewal, double v) const {
    return ordinary_transform(renewal, h_ - v);
  }
  [[nodiscard]] double all_arrived() const {
    double product = 1;
    for (const double b : arrived_) product *= b;
    return product;
  }
  [[nodiscard]] double outstanding(std::size_t i) const {
    const double over = h_ - slipping_[i].wait;
    return over > 0 ? exp(-over / slipping_[i].slip) : 1.0;
  }

  // Advances B_i over [from, to], returns int M d(prod B_i over the slipping) there.
  double panel(const RenewalTransform& renewal, const GaussLegendre& rule,
               const std::vector<double>& cumulative, double from, double to) {
    const double width = to - from;
    const std::size_t count = slipping_.size();
    std::vector<double> rate(count * kNodes, 0.0);  // dB_i / dv at the nodes
    for (std::size_t m = 0; m < kNodes; ++m) {
      const double v = from + width * rule.nodes[m];
      const double effect = launch_effect(process_, q_, h_ - v);
      for (std::size_t i = 0; i < count; ++i) {
        const auto [wait, slip] = slipping_[i];
        if (from >= wait) rate[i * kNodes + m] = effect * exp(-(v - wait) / slip) / slip;
      }
    }
    double integral = 0;
    if (from >= fixed_) {  // before it, one launch is certainly out
      for (std::size_t m = 0; m < kNodes; ++m) {
        double at_node[3];
        for (std::size_t i = 0; i < count; ++i) {
          at_node[i] = arrived_[i];
          for (std::size_t j = 0; j < kNodes; ++j) {
            at_node[i] += width * cumulative[m * kNodes + j] * rate[i * kNodes + j];
          }
        }
        double slope = 0;
        for (std::size_t i = 0; i < count; ++i) {
          double term = rate[i * kNodes + m];
          for (std::size_t j = 0; j < count; ++j) term *= j == i ? 1.0 : at_node[j];
          slope += term;
        }
        if (slope > 0) {
          integral +=
              width * rule.weights[m] * slope * after(renewal, from + width * rule.nodes[m]);
        }
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t m = 0; m < kNodes; ++m) {
        arrived_[i] += width * rule.weights[m] * rate[i * kNodes + m];
      }
    }
    return integral;
  }

  const LaunchProcess& process_;
  double q_, h_;
  std::vector<Pending> slipping_;
  std::vector<double> arrived_;  // B_i so far
  double fixed_ = 0, fixed_effect_ = 1;
  bool has_fixed_ = false;
};

}  // namespace

std::vector<std::vector<double>> scheduled_transforms(const LaunchProcess& process, double q,
                                                      const std::vector<double>& times_years,
                                                      unsigned pending,
                                                      const std::vector<int>& horizon_months) {
  const RenewalTransform renewal = solve_renewal(process, q, horizon_months.back());
  const GaussLegendre rule = gauss_legendre(kNodes);
  const std::vector<double> cumulative = cumulative_weights(rule);
  std::vector<std::vector<double>> result;
  std::vector<Pending> before;
  for (const double time : times_years) {
    const std::vector<Pending> launches = pending_launches(process, time, pending);
    // Time counts through the waits alone: once all dates have passed, nothing changes.
    if (launches == before) {
      result.push_back(result.back());
      continue;
    }
    before = launches;
    std::vector<double>& row = result.emplace_back();
    for (const int m : horizon_months) {
      const double h = m / 12.0;
      HorizonSum sum(process, q, launches, h);
      row.push_back(log(sum.value(renewal, rule, cumulative, break_points(process, launches, h))));
    }
  }
  return result;
}

std::vector<double> scheduled_transform(const LaunchProcess& process, double q, double time_years,
                                        unsigned pending, int months) {
  std::vector<int> horizons(static_cast<std::size_t>(months));
  std::iota(horizons.begin(), horizons.end(), 1);
  return scheduled_transforms(process, q, {time_years}, pending, horizons).front();
}

}  // namespace lien::engine
