#include "pricing/credit/hazard_curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"

namespace lien::pricing {
namespace {

// 12 (H(t_k) - H(t_{k-1})): one month's mean of a step curve whose last value is held.
double month_mean(const Curve& hazard, int month) {
  const double end = month / 12.0;
  double from = (month - 1) / 12.0, total = 0;
  for (std::size_t i = 0; i + 1 < hazard.values.size(); ++i) {
    const double to = std::min(hazard.years[i], end);
    if (to <= from) continue;
    total += hazard.values[i] * (to - from);
    from = to;
  }
  return 12 * (total + hazard.values.back() * (end - from));
}

// Legs of a swap of spread 1 and no recovery: premium, protection and survival so far.
struct SwapLegs {
  double premium = 0, protection = 0, survival = 1;
};

// Quarters first..last added, in each of which a share `defaulting` of the survivors defaults.
SwapLegs extend(SwapLegs legs, const Curve& zero_curve, int first, int last, double defaulting) {
  for (int j = first; j <= last; ++j) {
    const double survival = legs.survival * (1 - defaulting);
    legs.premium += discount_factor(zero_curve, j / 4.0) * (legs.survival + survival) / 8;
    legs.protection += discount_factor(zero_curve, (j - 0.5) / 4.0) * legs.survival * defaulting;
    legs.survival = survival;
  }
  return legs;
}

Curve bootstrap(const Party& party, const Curve& zero_curve) {
  Curve hazard;
  SwapLegs legs;
  int done = 0;
  for (std::size_t i = 0; i < party.cds_spreads.values.size(); ++i) {
    const double spread = party.cds_spreads.values[i], years = party.cds_spreads.years[i];
    const int last = std::max(static_cast<int>(4 * years + 0.5), 1);
    if (last <= done) {
      throw std::domain_error("cds spreads of party " + party.id +
                              " have two quotes in the quarter of year " + std::to_string(years));
    }
    // Protection less premium rises with the share that defaults in a quarter: bisect on it. The
    // share and not the hazard, for it is bounded and needs no exponential.
    const auto excess = [&](double defaulting) {
      const SwapLegs to = extend(legs, zero_curve, done + 1, last, defaulting);
      return (1 - party.recovery) * to.protection - spread * to.premium;
    };
    double low = 0, high = 1;
    if (excess(low) > 0 || excess(high) < 0) {
      throw std::domain_error("cds spread of party " + party.id + " at year " +
                              std::to_string(years) + " admits no hazard of zero or more");
    }
    for (int halving = 0; halving < 64; ++halving) {
      const double middle = (low + high) / 2;
      (excess(middle) > 0 ? high : low) = middle;
    }
    hazard.years.push_back(last / 4.0);
    hazard.values.push_back(-4 * engine::log1p(-low));
    legs = extend(legs, zero_curve, done + 1, last, low);
    done = last;
  }
  return hazard;
}

}  // namespace

std::vector<double> monthly_hazards(const Party& party, const Rates& rates, MeasureBasis basis,
                                    int months) {
  Curve curve;
  switch (party.input) {
    case CreditInput::hazard:
      curve = party.hazard;
      break;
    case CreditInput::pd_one_year:
      curve = {.years = {1}, .values = {-engine::log1p(-party.pd_one_year)}};
      break;
    case CreditInput::cds_spreads:
      curve = bootstrap(party, rates.zero_curve);
      break;
  }
  const bool given_risk_neutral = party.input == CreditInput::cds_spreads;
  std::vector<double> hazards;
  for (int month = 1; month <= months; ++month) {
    double hazard = curve.empty() ? 0.0 : month_mean(curve, month);
    if (basis == MeasureBasis::risk_neutral && !given_risk_neutral) {
      hazard *= party.risk_neutral_ratio;
    } else if (basis == MeasureBasis::real_world && given_risk_neutral) {
      hazard /= party.risk_neutral_ratio;
    }
    hazards.push_back(hazard);
  }
  return hazards;
}

}  // namespace lien::pricing
