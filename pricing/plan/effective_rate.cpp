#include "pricing/plan/effective_rate.hpp"

#include <cmath>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"

namespace lien::pricing {
namespace {

struct Worth {
  double value;  // sum of flows x e^(-rate t) less the amount
  double slope;  // by rate
};

Worth worth(const std::vector<double>& times, const std::vector<double>& flows, double amount,
            double rate) {
  Worth w{-amount, 0};
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const double discounted = flows[i] * engine::exp(-rate * times[i]);
    w.value += discounted;
    w.slope -= times[i] * discounted;
  }
  return w;
}

// Continuous rate at which the flows are worth the amount.
double continuous_rate(const std::vector<double>& times, const std::vector<double>& flows,
                       double amount) {
  if (times.size() != flows.size())
    throw std::invalid_argument("effective_rate: times and flows differ in length");
  double low = engine::log(0.01), high = engine::log(11.0);
  const double at_low = worth(times, flows, amount, low).value;
  if (!(at_low > 0 && worth(times, flows, amount, high).value < 0))
    throw std::domain_error("no rate between -99 % and 1000 % a year gives the flows this worth");
  // From 0.1 Newton needs about six steps on a loan; bisection where a step leaves the bracket. The
  // count holds bisection to a double's last bits.
  double rate = 0.1;
  for (int step = 0; step < 64; ++step) {
    const Worth w = worth(times, flows, amount, rate);
    (w.value > 0 ? low : high) = rate;
    double next = rate - w.value / w.slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (std::abs(next - rate) <= 1e-16) return next;
    rate = next;
  }
  return rate;
}

}  // namespace

double effective_rate(const std::vector<double>& times, const std::vector<double>& flows,
                      double amount) {
  return engine::expm1(continuous_rate(times, flows, amount));
}

double discount_margin(const Curve& zero_curve, const std::vector<double>& times,
                       const std::vector<double>& flows, double amount) {
  std::vector<double> discounted = flows;
  for (std::size_t i = 0; i < flows.size() && i < times.size(); ++i)
    discounted[i] *= discount_factor(zero_curve, times[i]);
  return continuous_rate(times, discounted, amount);
}

}  // namespace lien::pricing
