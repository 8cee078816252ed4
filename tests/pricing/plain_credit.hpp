#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "pricing/market/market.hpp"

// Scarcity and credit month by month as a plain density over both, with the C library: the kernel
// of a step is the bivariate normal density itself, in the factors' own coordinates. Scarcity has
// no regimes here.
namespace lien::pricing {

class PlainCredit {
 public:
  // drift: of scarcity, per year. half: distance of the grid's ends in standard deviations.
  PlainCredit(const Market& market, double drift, int months, double half = 7)
      : drift_(drift), market_(&market) {
    const double kappa = market.scarcity->mean_reversion, sc = market.scarcity->volatility;
    const double kc = market.credit->mean_reversion, sz = std::sqrt(2 * kc);
    const auto decayed = [](double k, double t) { return (1 - std::exp(-k * t)) / k; };
    const double dt = 1.0 / 12, end = months / 12.0;
    const double rho = market.correlation.scarcity_credit;
    const double vx = sc * sc * decayed(2 * kappa, dt), vz = sz * sz * decayed(2 * kc, dt);
    const double vxz = rho * sc * sz * decayed(kappa + kc, dt), det = vx * vz - vxz * vxz;
    const double dx = std::exp(-kappa * dt), dz = std::exp(-kc * dt);
    const double to_x = half * sc * std::sqrt(decayed(2 * kappa, end));
    const double to_z = half * sz * std::sqrt(decayed(2 * kc, end));
    // Steps of a correlated density: the spacing follows the narrower conditional one.
    const double shrink = std::sqrt(1 - rho * rho) / 1.3;
    const double hx = std::sqrt(vx) * shrink, hz = std::sqrt(vz) * shrink;
    for (double x = -to_x; x <= to_x + hx / 2; x += hx)
      for (double z = -to_z; z <= to_z + hz / 2; z += hz) points_.push_back({x, z});
    const auto kernel = [&](double ex, double ez) {
      const double q = (ex * ex * vz - 2 * ex * ez * vxz + ez * ez * vx) / det;
      return std::exp(-q / 2) * hx * hz / (2 * std::acos(-1.0) * std::sqrt(det));
    };
    const double reach_x = 8 * std::sqrt(vx), reach_z = 8 * std::sqrt(vz);
    for (const Point& to : points_) {
      start_.push_back(kernel(to.x, to.z));
      sources_.emplace_back();
      for (std::size_t i = 0; i < points_.size(); ++i) {
        const double ex = to.x - dx * points_[i].x, ez = to.z - dz * points_[i].z;
        if (std::abs(ex) > reach_x || std::abs(ez) > reach_z) continue;
        const double weight = kernel(ex, ez);
        if (weight > 1e-17) sources_.back().push_back({i, weight});
      }
    }
    step_stdev_ = std::sqrt(vx);
  }

  // E[prod over months k of keep(k, chi_{k-1}, z_{k-1})], of all months up to each; entry 0 is 1.
  // lost(k, chi_{k-1}, z_{k-1}, mass) sees the mass at the start of each month.
  template <class Keep, class Lost>
  std::vector<double> run(int months, const Keep& keep, const Lost& lost) const {
    std::vector<double> kept = {1.0};
    std::vector<double> mass(points_.size());
    for (int k = 1; k <= months; ++k) {
      if (k == 1) {
        lost(1, mean(0), 0.0, 1.0);
        kept.push_back(keep(1, mean(0), 0.0));
        for (std::size_t i = 0; i < mass.size(); ++i) mass[i] = kept.back() * start_[i];
        continue;
      }
      double total = 0;
      for (std::size_t i = 0; i < mass.size(); ++i) {
        const double x = mean(k - 1) + points_[i].x, z = points_[i].z;
        lost(k, x, z, mass[i]);
        mass[i] *= keep(k, x, z);
        total += mass[i];
      }
      kept.push_back(total);
      std::vector<double> next(mass.size());
      for (std::size_t i = 0; i < mass.size(); ++i)
        for (const Source& source : sources_[i]) next[i] += source.weight * mass[source.from];
      mass = std::move(next);
    }
    return kept;
  }
  template <class Keep>
  std::vector<double> run(int months, const Keep& keep) const {
    return run(months, keep, [](int, double, double, double) {});
  }

  // Mean of chi at month k, and given chi a month earlier; stdev of a month's shock.
  [[nodiscard]] double mean(int k) const {
    const double kappa = market_->scarcity->mean_reversion, t = k / 12.0;
    return market_->scarcity->initial * std::exp(-kappa * t) +
           drift_ * (1 - std::exp(-kappa * t)) / kappa;
  }
  [[nodiscard]] double mean_after(double chi) const {
    const double kappa = market_->scarcity->mean_reversion;
    return chi * std::exp(-kappa / 12) + drift_ * (1 - std::exp(-kappa / 12)) / kappa;
  }
  [[nodiscard]] double step_stdev() const { return step_stdev_; }

 private:
  struct Point {
    double x, z;
  };
  struct Source {
    std::size_t from;
    double weight;
  };
  double drift_, step_stdev_ = 0;
  const Market* market_;
  std::vector<Point> points_;
  std::vector<double> start_;
  std::vector<std::vector<Source>> sources_;
};

}  // namespace lien::pricing
