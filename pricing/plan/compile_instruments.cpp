#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"
#include "pricing/plan/noises.hpp"
#include "pricing/plan/pilot.hpp"
#include "pricing/plan/segments.hpp"
#include "pricing/plan/settlements.hpp"

namespace lien::pricing {
namespace {

std::uint32_t line_index(const Market& market, const std::string& line) {
  for (std::size_t i = 0; i < market.launches.size(); ++i)
    if (market.launches[i].line == line) return static_cast<std::uint32_t>(i);
  return kNone;
}

// Steps from expiry to the instrument's delivery; empty, with a fault, where it is off the grid.
std::optional<int> steps_to_delivery(const Instrument& terms, int expiry, const TimeGrid& grid,
                                     int steps_per_year, std::vector<Diagnostic>& faults) {
  // The grid answers for dates beyond its last month too.
  const double steps = grid.time_of(*terms.delivery) * steps_per_year;
  const int tenor = static_cast<int>(std::floor(steps + 0.5)) - expiry;
  if (std::abs(steps - std::floor(steps + 0.5)) <= 1e-9 && tenor >= 0) return tenor;
  faults.push_back({terms.where, label_of(terms) + " / delivery", "",
                    "must lie on the grid of the valuation date, after expiry",
                    "use the same day of a month as the valuation date"});
  return std::nullopt;
}

PayoffKind payoff_of(InstrumentKind kind) {
  switch (kind) {
    case InstrumentKind::call:
    case InstrumentKind::cap:
      return PayoffKind::call;
    case InstrumentKind::put:
    case InstrumentKind::floor:
      return PayoffKind::put;
    case InstrumentKind::forward:
    case InstrumentKind::future:
    case InstrumentKind::swap:
    case InstrumentKind::bond:
      break;
  }
  return PayoffKind::forward;
}

// E[underlying] where the factors are lognormal and nothing is launched.
void set_closed_forward(const CompileInput& input, const Plan& plan, InstrumentPlan& out) {
  if (out.hardware == kNone) return;
  const Hardware& hardware = input.market->hardware[out.hardware];
  if (!line_loadings(*input.market, hardware).empty() || moves_by_path(hardware)) return;
  const HardwarePlan& compiled = plan.hardware[out.hardware];
  const bool value = out.on == PayoffOn::resale_value;
  if (value && compiled.law != ValueLaw::rental_multiple) return;
  if (!compiled.earns) return;
  const auto month = static_cast<std::size_t>(out.month);
  const double forward = compiled.forward_shift.empty() ? 0 : compiled.forward_shift[month];
  double basis = 0, variance = 0;  // of the segment
  if (out.segment != kNone) {
    const Segment& segment = hardware.segments.at(plan.segments[out.segment].name);
    basis = segment.basis;
    variance = engine::noise_variance(noise_law(segment.noise), plan.years(out.month));
  }
  if (out.on == PayoffOn::log_rental_rate) {
    out.closed_forward =
        log_rent_spread(*input.market, hardware, input.basis, input.settings->valuation_date,
                        out.month, plan.steps_per_year)
            .mean.back() +
        forward + basis;
    return;
  }
  const double rent =
      engine::exp(basis + variance / 2 +
                  expected_log_rents(*input.market, hardware, input.basis,
                                     input.settings->valuation_date, out.month, plan.steps_per_year)
                      .back() +
                  forward);
  out.closed_forward = value ? compiled.multiple * rent : rent;
}

// The forward rent `tenor` steps after expiry; adds a fault and returns false where the market has
// no formula for it.
bool set_forward_rent(const CompileInput& input, const Instrument& terms, int tenor, Plan& plan,
                      InstrumentPlan& out, std::vector<Diagnostic>& faults) {
  const Market& market = *input.market;
  const Hardware& hardware = market.hardware[out.hardware];
  const auto refuse = [&](std::string problem, std::string remedy) {
    faults.push_back({terms.where, label_of(terms) + " / on", "forward_rental_rate",
                      std::move(problem), std::move(remedy)});
    return false;
  };
  const bool aged = !line_loadings(market, hardware).empty();
  if (line_loadings(market, hardware).size() > kMostStripLines)
    return refuse("is of a hardware aged by more than " + std::to_string(kMostStripLines) +
                      " lines of launches",
                  "leave out the lines with the smallest loadings");
  if (aged && 12 * tenor % plan.steps_per_year != 0)
    return refuse("does not look whole months ahead, as launches need",
                  "move delivery, or remove [simulation] steps_per_year");
  if (tenor == 0) {
    out.on = PayoffOn::rental_rate;
    set_closed_forward(input, plan, out);
    return true;
  }
  compile_forward_rent(input, 12.0 * tenor / plan.steps_per_year, plan, out);
  // A martingale on the risk-neutral basis: its mean is that of the rent it is of.
  if (input.basis == MeasureBasis::risk_neutral && !aged && !moves_by_path(hardware)) {
    const int last = out.month + tenor;
    const Date today = input.settings->valuation_date;
    const auto shift = forward_shifts(*input.baseline, hardware, today, last);
    out.closed_forward = engine::exp(
        expected_log_rents(market, hardware, input.basis, today, last, plan.steps_per_year).back() +
        (shift.empty() ? 0.0 : shift.back()));
  }
  return true;
}

// Adds a fault and returns false where the rule's pilot would take more memory than it may.
bool add_early_exercise(const CompileInput& input, const Instrument& terms, const Plan& plan,
                        InstrumentPlan& out, std::vector<Diagnostic>& faults) {
  set_early_exercise(input, plan, out);
  const std::size_t dates = static_cast<std::size_t>(out.month) + 1;
  if (pilot_paths(dates, 1 + out.early->states.size()) > 0) return true;
  faults.push_back({terms.where, label_of(terms) + " / exercise", "bermudan",
                    "may be exercised on " + std::to_string(dates) + " dates and looks at " +
                        std::to_string(1 + out.early->states.size()) +
                        " numbers on each: a pilot of " + std::to_string(kFewestPilotPaths) +
                        " paths would take more than " + std::to_string(kPilotBytes >> 20) + " MiB",
                    "lower [simulation] steps_per_year, or bring expiry nearer"});
  return false;
}

}  // namespace

std::optional<InstrumentPlan> compile_instrument(const CompileInput& input, const TimeGrid& grid,
                                                 const Instrument& terms, Plan& plan,
                                                 std::vector<Diagnostic>& faults) {
  const Market& market = *input.market;
  InstrumentPlan out;
  out.kind = payoff_of(terms.kind);
  out.month = grid.month_of(terms.expiry);
  if (out.month > plan.months) {
    faults.push_back({terms.where, label_of(terms) + " / expiry", "",
                      "lies beyond [simulation] horizon_months",
                      "lengthen the horizon, or set it to 0"});
    return std::nullopt;
  }
  out.strike = terms.strike;
  out.quantity = terms.quantity * (terms.long_position ? 1 : -1);
  out.timing = payment_timing(input, grid, plan, terms.expiry);
  const bool bond = terms.kind == InstrumentKind::bond;
  if (!bond) switch (terms.on) {
      case Underlying::floating_rate:
        break;  // its periods say which rate
      case Underlying::rental_rate:
      case Underlying::log_rental_rate:
      case Underlying::resale_value:
        out.hardware = hardware_index(market, terms.hardware);
        out.on = terms.on == Underlying::rental_rate       ? PayoffOn::rental_rate
                 : terms.on == Underlying::log_rental_rate ? PayoffOn::log_rental_rate
                                                           : PayoffOn::resale_value;
        if (terms.on == Underlying::resale_value)
          for (std::size_t lot = 0; lot < plan.lots.size(); ++lot)
            if (plan.lots[lot].hardware == out.hardware && plan.lots[lot].age_months == 0)
              out.lot = static_cast<std::uint32_t>(lot);
        out.scale = terms.on == Underlying::resale_value
                        ? std::max(plan.lots[out.lot].value_today, 1e-6)
                        : std::max(market.hardware[out.hardware].rental_rate, 1e-6);
        if (terms.on != Underlying::resale_value)
          out.segment = segment_row(input, out.hardware, terms.segment, plan);
        set_closed_forward(input, plan, out);
        break;
      case Underlying::power: {
        out.on = PayoffOn::power;
        const auto law = noise_law(market.power->noise);
        out.scale = market.power->level;
        out.closed_forward =
            out.scale * engine::exp(engine::noise_variance(law, plan.years(out.month)) / 2);
        break;
      }
      case Underlying::launch_count:
        out.on = PayoffOn::launch_count;
        out.line = line_index(market, terms.line);
        break;
      case Underlying::zero_coupon_bond: {
        out.on = PayoffOn::zero_coupon_bond;
        const auto tenor = steps_to_delivery(terms, out.month, grid, plan.steps_per_year, faults);
        if (!tenor) return std::nullopt;
        out.tenor = *tenor == 0 ? kNone : tenor_row(input, plan, *tenor);
        break;
      }
      case Underlying::forward_rental_rate: {
        out.on = PayoffOn::forward_rental_rate;
        out.hardware = hardware_index(market, terms.hardware);
        out.scale = std::max(market.hardware[out.hardware].rental_rate, 1e-6);
        const auto tenor = steps_to_delivery(terms, out.month, grid, plan.steps_per_year, faults);
        if (!tenor || !set_forward_rent(input, terms, *tenor, plan, out, faults))
          return std::nullopt;
        break;
      }
    }
  if (!set_settlements(input, grid, terms, plan, out, faults)) return std::nullopt;
  out.scale *= std::max(std::abs(out.quantity), 1e-6);
  try {
    if (terms.bermudan && !add_early_exercise(input, terms, plan, out, faults)) return std::nullopt;
  } catch (const std::domain_error& error) {
    faults.push_back({terms.where, label_of(terms), "", error.what(),
                      "leave out launch lines with small loadings"});
  }
  return out;
}

void compile_instruments(const CompileInput& input, const TimeGrid& grid, Plan& plan,
                         std::vector<Diagnostic>& faults) {
  for (std::size_t i = 0; i < input.book->instruments.size(); ++i) {
    auto out = compile_instrument(input, grid, input.book->instruments[i], plan, faults);
    if (!out) continue;
    out->source = static_cast<std::uint32_t>(i);
    plan.instruments.push_back(std::move(*out));
  }
}

}  // namespace lien::pricing
