#include "tests/pricing/plain_market.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/kernels/random_rows.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/discount_curve.hpp"

namespace lien::pricing {
namespace {

// V(t), the variance of the integrated short rate. The bracket loses nine digits at a small a t:
// Simpson's rule on the square of sr (1 - e^{-a u})/a instead.
double rate_variance(const HullWhite& rate, double t) {
  constexpr int kSteps = 200;
  double sum = 0;
  for (int s = 0; s <= kSteps; ++s) {
    const double u = t * s / kSteps, a = rate.mean_reversion;
    const double b = rate.volatility * (a > 0 ? -std::expm1(-a * u) / a : u);
    sum += (s == 0 || s == kSteps ? 1 : s % 2 == 1 ? 4 : 2) * b * b;
  }
  return sum * t / kSteps / 3;
}

double loading_of(const Hardware& hardware, const std::string& line) {
  if (hardware.launch_loadings.empty()) return hardware.line == line ? 1 : 0;
  const auto found = hardware.launch_loadings.find(line);
  return found == hardware.launch_loadings.end() ? 0 : found->second;
}

// E_P[R(t)]/R(0) of a hardware that no launch ages.
double expected_move(const Market& market, const Hardware& hardware, double t) {
  double mean = -hardware.wear * t, variance = 0;
  const double c = hardware.scarcity_loading, f = hardware.frontier_loading;
  if (market.scarcity) {
    const double kappa = market.scarcity->mean_reversion, s = c * market.scarcity->volatility;
    mean += c * market.scarcity->initial * (std::exp(-kappa * t) - 1);
    variance += s * s * -std::expm1(-2 * kappa * t) / (2 * kappa);
    if (market.frontier)
      variance += 2 * market.correlation.scarcity_frontier * s * f * market.frontier->volatility *
                  -std::expm1(-kappa * t) / kappa;
  }
  if (market.frontier) {
    mean += f * market.frontier->drift * t;  // of the log
    variance += f * f * market.frontier->volatility * market.frontier->volatility * t;
  }
  if (hardware.idiosyncratic) {
    const double k = hardware.idiosyncratic->mean_reversion, s = hardware.idiosyncratic->volatility;
    variance += s * s * (k > 0 ? -std::expm1(-2 * k * t) / (2 * k) : t);
  }
  return std::exp(mean + variance / 2);
}

}  // namespace

PlainMarket::PlainMarket(const Market& market, const Plan& plan, const engine::PathBlock& block,
                         std::uint64_t first_path)
    : market_(market), plan_(plan), block_(block), first_path_(first_path) {
  int longest = 0;
  for (const auto& tenor : plan.rates.tenors) longest = std::max(longest, tenor.months);
  for (int m = 0; m <= plan.steps + longest; ++m)
    variance_.push_back(market.rates.hull_white ? rate_variance(*market.rates.hull_white, m / 12.0)
                                                : 0.0);
}

std::size_t PlainMarket::hardware_at(const std::string& id) const {
  for (std::size_t i = 0; i < market_.hardware.size(); ++i)
    if (market_.hardware[i].id == id) return i;
  throw std::out_of_range(id);
}

std::size_t PlainMarket::party_at(const std::string& id) const {
  for (std::size_t i = 0; i < market_.parties.size(); ++i)
    if (market_.parties[i].id == id) return i;
  throw std::out_of_range(id);
}

double PlainMarket::noise(std::size_t p, std::uint32_t index, const OwnNoise& law, int k) const {
  const double a = law.mean_reversion, dt = 1.0 / 12;
  const double stdev = law.volatility * std::sqrt(a > 0 ? -std::expm1(-2 * a * dt) / (2 * a) : dt);
  double y = 0;
  for (int m = 0; m < k; ++m)
    y = y * std::exp(-a * dt) + stdev * engine::normal_at(plan_.factors.noises[index].key,
                                                          first_path_ + p,
                                                          static_cast<std::uint32_t>(m));
  return y;
}

double PlainMarket::segment(std::size_t p, std::size_t hardware, const std::string& name,
                            int k) const {
  const Hardware& h = market_.hardware[hardware];
  const auto entry = h.segments.find(name.empty() ? "spot" : name);
  if (entry == h.segments.end()) return 1;
  for (const SegmentPlan& row : plan_.segments)
    if (row.hardware == hardware && row.name == entry->first) {
      const OwnNoise& law = entry->second.noise;
      return std::exp(entry->second.basis + (law.volatility > 0 ? noise(p, row.noise, law, k) : 0));
    }
  throw std::out_of_range(name);
}

double PlainMarket::power(std::size_t p, int k) const {
  const std::uint32_t series = plan_.power.noise;
  return market_.power->level *
         std::exp(block_.row(engine::noise_series(plan_.factors, series), k)[p]);
}

double PlainMarket::rent(std::size_t p, std::size_t hardware, int k) const {
  const Hardware& h = market_.hardware[hardware];
  const double chi = block_.row(engine::kScarcity, k)[p];
  const double today = market_.scarcity ? market_.scarcity->initial : 0;
  double move = h.scarcity_loading * (chi - today) +
                h.frontier_loading * block_.row(engine::kFrontier, k)[p] - h.wear * k / 12.0;
  for (std::size_t l = 0; l < market_.launches.size(); ++l)
    move -= loading_of(h, market_.launches[l].line) *
            block_.row(engine::line_series(l, engine::kLaunchEffect), k)[p];
  if (h.idiosyncratic)
    move += noise(p, plan_.hardware[hardware].idiosyncratic, *h.idiosyncratic, k);
  return h.rental_rate * std::exp(move);
}

double PlainMarket::value(std::size_t p, std::size_t hardware, int k) const {
  const Hardware& h = market_.hardware[hardware];
  if (h.resale->law == ResaleLaw::rental_multiple) return h.resale->multiple * rent(p, hardware, k);
  const double t = k / 12.0;
  return interpolate(h.resale->curve, t) * rent(p, hardware, k) / h.rental_rate /
         expected_move(market_, h, t);
}

double PlainMarket::mark(std::size_t p, const Loan& loan, const TimeGrid& grid, int k) const {
  const std::size_t hardware = hardware_at(loan.hardware);
  const Hardware& h = market_.hardware[hardware];
  const double left = std::exp(-h.attrition * k / 12.0);
  if (loan.mark == Mark::cost) {
    const double years = grid.time_of(loan.in_service.value_or(loan.closing));
    const double age = k - std::floor(years * 12 + 0.5);  // from the nearest month, ties the later
    return left * *loan.purchase_price *
           std::clamp(1 - age / (12 * *h.useful_life_years), 0.0, 1.0);
  }
  if (loan.mark == Mark::rental_multiple) return left * h.resale->multiple * rent(p, hardware, k);
  if (loan.mark == Mark::curve)
    return left * interpolate(h.resale->curve, k / 12.0) * rent(p, hardware, k) / h.rental_rate /
           expected_move(market_, h, k / 12.0);
  return left * value(p, hardware, k);
}

double PlainMarket::utilization(std::size_t p, std::size_t hardware, int k) const {
  const Utilization& u = *market_.hardware[hardware].utilization;
  if (!u.moves && u.noise.volatility == 0) return u.mean;
  double logit = plan_.hardware[hardware].logit_constant;
  if (u.moves) logit += u.scarcity_loading * block_.row(engine::kScarcity, k)[p];
  if (u.noise.volatility > 0)
    logit += noise(p, plan_.hardware[hardware].utilization_noise, u.noise, k);
  return u.min + (u.max - u.min) / (1 + std::exp(-logit));
}

double PlainMarket::discount(std::size_t p, int k) const {
  const double t = k / 12.0;
  return std::exp(-zero_rate(market_.rates.zero_curve, t) * t - variance(k) / 2 -
                  block_.row(engine::kRateIntegral, k)[p]);
}

double PlainMarket::gross(std::size_t p, int k, int tenor) const {
  const double t = k / 12.0, h = tenor / 12.0, maturity = t + h;
  const Curve& curve = market_.rates.zero_curve;
  const double forward = zero_rate(curve, t) * t - zero_rate(curve, maturity) * maturity;
  if (!market_.rates.hull_white) return std::exp(-forward);
  const HullWhite& rate = *market_.rates.hull_white;
  const double b = -std::expm1(-rate.mean_reversion * h) / rate.mean_reversion;
  const double convexity = (variance(tenor) - variance(k + tenor) + variance(k)) / 2;
  return std::exp(-forward - convexity + b * block_.row(engine::kShortRate, k)[p]);
}

double PlainMarket::hazard(std::size_t p, std::size_t party, int k) const {
  const auto& plan = plan_.parties[party];
  const Party& of = market_.parties[party];
  double log_hazard = plan.log_hazard[static_cast<std::size_t>(k)] -
                      of.scarcity_loading * block_.row(engine::kScarcity, k - 1)[p];
  if (of.credit_loading != 0)
    log_hazard -=
        of.credit_loading * block_.row(engine::noise_series(plan_.factors, plan_.credit), k - 1)[p];
  if (of.hazard_volatility > 0)
    log_hazard += noise(
        p, plan.noise,
        {of.hazard_mean_reversion, of.hazard_volatility * std::sqrt(2 * of.hazard_mean_reversion)},
        k - 1);
  return std::exp(log_hazard);
}

double PlainMarket::default_month(std::size_t p, const std::string& party) const {
  if (party.empty()) return kNever;
  const std::size_t i = party_at(party);
  const double clock = engine::exponential_at(plan_.parties[i].key, first_path_ + p);
  double accumulated = 0;
  for (int k = 1; k <= plan_.steps; ++k) {
    accumulated += hazard(p, i, k) / 12;
    if (accumulated > clock || market_.parties[i].forced_default_month == k) return k;
  }
  return kNever;
}

PlainPath PlainMarket::path(std::size_t p, const std::string& party, const std::string& customer,
                            const std::string& guarantor, const std::string& hardware,
                            const std::string& segment_name) const {
  PlainPath path;
  path.default_month = default_month(p, party);
  path.customer_month = default_month(p, customer);
  path.guarantor_month = default_month(p, guarantor);
  double accumulated = 0;
  for (int k = 0; k <= plan_.steps; ++k) {
    double survival = 1;
    if (!party.empty() && k > 0) {
      const std::size_t i = party_at(party);
      accumulated += hazard(p, i, k) / 12;
      survival = std::exp(-accumulated);
      const auto& forced = market_.parties[i].forced_default_month;
      if (forced && k >= *forced) survival = 0;
      if (plan_.parties[i].sampled_value) survival = path.default_month > k ? 1 : 0;
    }
    path.survival.push_back(survival);
    path.discount.push_back(discount(p, k));
    const std::size_t h = hardware.empty() ? 0 : hardware_at(hardware);
    const double left = std::exp(-market_.hardware[h].attrition * k / 12.0);
    path.value.push_back(hardware.empty() ? 0 : left * value(p, h, k));
    const bool earns = !hardware.empty() && market_.hardware[h].rental_rate > 0;
    path.spot.push_back(
        earns ? utilization(p, h, k) * rent(p, h, k) * segment(p, h, segment_name, k) : 0);
    const double share = market_.power ? market_.hardware[h].power_share : 0;
    path.cost.push_back(share > 0 ? 1 - share + share * power(p, k) : 1);
    for (const auto& tenor : plan_.rates.tenors)
      path.gross[tenor.months].push_back(gross(p, k, tenor.months));
  }
  return path;
}

PlainPath PlainMarket::path(std::size_t p, const Loan& loan, const TimeGrid& grid) const {
  PlainPath path = this->path(p, loan.borrower, loan.customer, "", loan.hardware, loan.segment);
  for (int k = 0; k <= plan_.steps; ++k)
    path.mark.push_back(loan.hardware.empty() ? 0 : mark(p, loan, grid, k));
  return path;
}

}  // namespace lien::pricing
