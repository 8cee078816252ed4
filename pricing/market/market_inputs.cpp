#include "pricing/market/market_inputs.hpp"

#include <utility>

#include "pricing/book/market_fields.hpp"

namespace lien::pricing {
namespace {

// Adds the numbers of one block; prefix: "drop." for parts of a part.
template <class T, class Wanted>
void add_numbers(std::vector<MarketInput>& inputs, const std::string& block, const std::string& id,
                 const std::string& prefix, std::span<const Field<T>> fields, T& values,
                 const Wanted& wanted) {
  for (const Field<T>& field : fields) {
    if (field.kind != FieldKind::number || !wanted(field.name)) continue;
    double* target = nullptr;
    if (const auto* plain = std::get_if<double T::*>(&field.target)) {
      target = &(values.**plain);
    } else if (const auto* maybe = std::get_if<std::optional<double> T::*>(&field.target)) {
      std::optional<double>& value = values.**maybe;
      if (value) target = &*value;
    } else if (const auto* place = std::get_if<double& (*)(T&)>(&field.target)) {
      target = &(*place)(values);
    }
    if (target)
      inputs.push_back({block, id, prefix + std::string(field.name), target, field.range});
  }
}

constexpr auto kAll = [](std::string_view) { return true; };

// The parts of a noise are inputs where the file gives it: a scenario cannot know its speed.
auto given_with(const OwnNoise& noise) {
  return [noisy = noise.volatility > 0 || noise.mean_reversion > 0](std::string_view field) {
    return noisy || (field != "mean_reversion" && field != "volatility");
  };
}

void takes_months(MarketInput& input, MonthPath& path, Shock shock = Shock::relative,
                  Range range = at_least(-1)) {
  input.months = &path;
  input.months_shock = shock;
  input.months_range = range;
}

void takes_levels(MarketInput& input, MonthPath& levels, Range range) {
  input.levels = &levels;
  input.levels_range = range;
}

void add_rates(std::vector<MarketInput>& inputs, Rates& rates) {
  inputs.push_back({"rates", "", "zero_curve", &rates.zero_curve, kZeroRates});
  takes_months(inputs.back(), rates.forward_path, Shock::absolute, between(-1, 1));
  add_numbers(inputs, "rates", "", "", rates_fields(), rates, kAll);
  if (rates.hull_white)
    add_numbers(inputs, "rates", "", "hull_white.", hull_white_fields(), *rates.hull_white, kAll);
}

void add_scarcity(std::vector<MarketInput>& inputs, Scarcity& scarcity) {
  add_numbers(inputs, "scarcity", "", "", scarcity_fields(), scarcity, kAll);
  if (!scarcity.regime) return;
  Regime& regime = *scarcity.regime;
  for (std::size_t j = 0; j < 2; ++j) {
    const std::string state = std::to_string(j);
    inputs.push_back({"scarcity", "", "regime.means." + state, &regime.means[j]});
    inputs.push_back({"scarcity", "", "regime.rates." + state, &regime.rates[j], above(0)});
  }
  inputs.push_back({"scarcity", "", "regime.initial", &regime.initial, between(0, 1)});
}

void add_launches(std::vector<MarketInput>& inputs, LaunchLine& line) {
  const auto of_law = [&](std::string_view field) {
    if (field == "shape") return line.law == LaunchLaw::weibull || line.law == LaunchLaw::gamma;
    return field == "drop" || line.law != LaunchLaw::none;
  };
  const auto of_ramp = [&](std::string_view field) {
    if (field == "years") return line.ramp == RampLaw::exponential || line.ramp == RampLaw::linear;
    return line.ramp == RampLaw::bass;
  };
  const std::size_t first = inputs.size();
  add_numbers(inputs, "launches", line.line, "", launch_fields(), line, of_law);
  for (std::size_t i = first; i < inputs.size(); ++i)
    if (inputs[i].field == "shape" && line.law == LaunchLaw::gamma) inputs[i].range = kGammaShapes;
  add_numbers(inputs, "launches", line.line, "drop.", drop_fields(), line, kAll);
  add_numbers(inputs, "launches", line.line, "ramp.", ramp_fields(), line, of_ramp);
  for (ScheduledLaunch& launch : line.scheduled) {
    inputs.push_back({"launches", line.line, launch.name + ".date", &launch.date});
    inputs.push_back(
        {"launches", line.line, launch.name + ".slip_months", &launch.slip_months, at_least(0)});
  }
}

void add_hardware(std::vector<MarketInput>& inputs, Hardware& hardware) {
  const std::size_t first = inputs.size();
  add_numbers(inputs, "hardware", hardware.id, "", hardware_fields(), hardware, kAll);
  for (std::size_t i = first; i < inputs.size(); ++i) {
    if (inputs[i].field == "rental_rate") {
      takes_months(inputs[i], hardware.rental_rate_path);
      // A hardware without a market rent earns by contract only, whatever the month.
      if (hardware.rental_rate > 0) takes_levels(inputs[i], hardware.rental_rate_levels, above(0));
    }
    if (inputs[i].field == "operating_cost") {
      takes_months(inputs[i], hardware.operating_cost_path);
      if (hardware.operating_cost.value_or(0) > 0)
        takes_levels(inputs[i], hardware.operating_cost_levels, at_least(0));
    }
  }
  if (!hardware.forward_curve.empty())
    inputs.push_back({"hardware", hardware.id, "forward_curve", &hardware.forward_curve, above(0)});
  for (auto& [line, loading] : hardware.launch_loadings)
    inputs.push_back({"hardware", hardware.id, "launch_loadings." + line, &loading, at_least(0)});
  if (hardware.utilization) {
    inputs.push_back(
        {"hardware", hardware.id, "utilization", &hardware.utilization->mean, between(0, 1)});
    // No path may have more hours rented than there are.
    const Utilization& u = *hardware.utilization;
    const double most = u.moves || u.noise.volatility > 0 ? u.max : u.mean;
    takes_months(inputs.back(), hardware.utilization_path, Shock::relative,
                 between(-1, most > 0 ? 1 / most - 1 : 0));
    takes_levels(inputs.back(), hardware.utilization_levels, between(0, 1));
    add_numbers(inputs, "hardware", hardware.id, "utilization.", utilization_fields(),
                *hardware.utilization, given_with(hardware.utilization->noise));
  }
  for (auto& [name, segment] : hardware.segments)
    add_numbers(inputs, "hardware", hardware.id, "segments." + name + '.', segment_fields(),
                segment, given_with(segment.noise));
  if (hardware.idiosyncratic)
    add_numbers(inputs, "hardware", hardware.id, "idiosyncratic.", own_noise_fields(),
                *hardware.idiosyncratic, kAll);
  if (!hardware.resale) return;
  Resale& resale = *hardware.resale;
  const auto of_law = [&](std::string_view field) {
    if (field == "multiple") return resale.law == ResaleLaw::rental_multiple || resale.multiple > 0;
    return resale.law == ResaleLaw::income;
  };
  add_numbers(inputs, "hardware", hardware.id, "resale.", resale_fields(), resale, of_law);
  if (resale.law == ResaleLaw::income && resale.operator_rate)
    inputs.push_back(
        {"hardware", hardware.id, "resale.operator_rate", &*resale.operator_rate, between(-1, 1)});
  if (!resale.curve.empty())
    inputs.push_back({"hardware", hardware.id, "resale.values", &resale.curve, at_least(0)});
}

void add_power(std::vector<MarketInput>& inputs, Power& power) {
  const std::size_t first = inputs.size();
  add_numbers(inputs, "power", "", "", power_fields(), power, kAll);
  for (std::size_t i = first; i < inputs.size(); ++i)
    if (inputs[i].field == "level") {
      takes_months(inputs[i], power.level_path);
      takes_levels(inputs[i], power.levels, above(0));
    }
}

void add_liquidation(std::vector<MarketInput>& inputs, Liquidation& terms) {
  // Without a base nothing reads the depth: a shock of it would be without effect.
  const auto read = [&](std::string_view field) {
    return (field != "depth" && field != "price_impact") || !terms.installed_base.empty();
  };
  add_numbers(inputs, "liquidation", "", "", liquidation_fields(), terms, read);
  for (auto& [hardware, units] : terms.installed_base)
    inputs.push_back({"liquidation", "", "installed_base." + hardware, &units, above(0)});
}

// cleared: the market has [clearing], which alone reads cash.
void add_party(std::vector<MarketInput>& inputs, Party& party, bool cleared) {
  const std::size_t first = inputs.size();
  const auto of_input = [&](std::string_view field) {
    if (field == "cash") return cleared;
    return field != "pd_one_year" || party.input == CreditInput::pd_one_year;
  };
  if (party.input == CreditInput::hazard) {
    inputs.push_back({"party", party.id, "hazard", &party.hazard, between(0, 100)});
    takes_months(inputs.back(), party.hazard_path);
  }
  if (party.input == CreditInput::cds_spreads)
    inputs.push_back({"party", party.id, "cds_spreads", &party.cds_spreads, between(0, 1)});
  add_numbers(inputs, "party", party.id, "", party_fields(), party, of_input);
  for (std::size_t i = first; i < inputs.size(); ++i) {
    const std::string& field = inputs[i].field;
    // Recovery turns a spread into a hazard; of a hazard or a probability it is no part.
    const bool curve = field == "hazard" || field == "cds_spreads" || field == "pd_one_year" ||
                       field == "risk_neutral_ratio" ||
                       (field == "recovery" && party.input == CreditInput::cds_spreads);
    if (curve) inputs[i].credit_curve_of = &party;
  }
}

}  // namespace

std::string MarketInput::path() const {
  return id.empty() ? block + '.' + field : block + '.' + id + '.' + field;
}

bool MarketInput::matches(const std::string& pattern) const {
  return pattern == path() || (!id.empty() && pattern == block + ".*." + field);
}

std::vector<MarketInput> market_inputs(Market& market) {
  std::vector<MarketInput> inputs;
  add_rates(inputs, market.rates);
  if (market.scarcity) add_scarcity(inputs, *market.scarcity);
  if (market.frontier)
    add_numbers(inputs, "frontier", "", "", frontier_fields(), *market.frontier, kAll);
  if (market.power) add_power(inputs, *market.power);
  if (market.credit) add_numbers(inputs, "credit", "", "", credit_fields(), *market.credit, kAll);
  add_numbers(inputs, "correlation", "", "", correlation_fields(), market.correlation, kAll);
  if (market.liquidation) add_liquidation(inputs, *market.liquidation);
  for (LaunchLine& line : market.launches) add_launches(inputs, line);
  for (Hardware& hardware : market.hardware) add_hardware(inputs, hardware);
  for (Party& party : market.parties) add_party(inputs, party, market.clearing.has_value());
  if (market.refinancing) {
    inputs.push_back({"refinancing", "", "open_probability", &market.refinancing->open_probability,
                      between(0, 1)});
    takes_months(inputs.back(), market.refinancing->open_path, Shock::level, between(0, 1));
  }
  for (ContagionLink& link : market.contagion)
    add_numbers(inputs, "contagion", link.from + '.' + link.to, "", contagion_fields(), link, kAll);
  if (market.clearing)
    add_numbers(inputs, "clearing", "", "", clearing_fields(), *market.clearing, kAll);
  for (Claim& claim : market.claims)
    add_numbers(inputs, "claim", claim.debtor + '.' + claim.creditor, "", claim_fields(), claim,
                kAll);
  return inputs;
}

}  // namespace lien::pricing
