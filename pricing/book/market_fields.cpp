#include "pricing/book/market_fields.hpp"

#include <array>

namespace lien::pricing {

std::span<const Field<Market>> market_fields() {
  using T = Market;
  static constexpr std::array fields = {
      text("currency", &T::currency).required(),
      apart<T>("rates").required(),
      apart<T>("scarcity"),
      apart<T>("frontier"),
      apart<T>("power"),
      apart<T>("credit"),
      apart<T>("correlation"),
      apart<T>("launches"),
      apart<T>("hardware"),
      apart<T>("liquidation"),
      apart<T>("party"),
      apart<T>("contagion"),
      apart<T>("clearing"),
      apart<T>("claim"),
      apart<T>("refinancing"),
  };
  return fields;
}

std::span<const Field<Refinancing>> refinancing_fields() {
  using T = Refinancing;
  static constexpr std::array fields = {
      apart<T>("open_probability"),
  };
  return fields;
}

std::span<const Field<Rates>> rates_fields() {
  using T = Rates;
  static constexpr std::array fields = {
      apart<T>("zero_curve").required(),
      rate("liquidity_spread", &T::liquidity_spread, between(0, 1)),
      apart<T>("hull_white"),
  };
  return fields;
}

std::span<const Field<HullWhite>> hull_white_fields() {
  using T = HullWhite;
  static constexpr std::array fields = {
      number("mean_reversion", &T::mean_reversion, at_least(0)).required(),
      number("volatility", &T::volatility, at_least(0)).required(),
  };
  return fields;
}

std::span<const Field<Scarcity>> scarcity_fields() {
  using T = Scarcity;
  static constexpr std::array fields = {
      number("mean_reversion", &T::mean_reversion, at_least(0)).required(),
      number("volatility", &T::volatility, at_least(0)).required(),
      number("initial", &T::initial),
      number("risk_premium", &T::risk_premium),
      apart<T>("regime"),
  };
  return fields;
}

std::span<const Field<Regime>> regime_fields() {
  using T = Regime;
  static constexpr std::array fields = {
      apart<T>("means").required(),
      apart<T>("rates").required(),
      integer("initial", &T::initial, between(0, 1)).required(),
  };
  return fields;
}

std::span<const Field<Frontier>> frontier_fields() {
  using T = Frontier;
  static constexpr std::array fields = {
      number("drift", &T::drift).required(),
      number("volatility", &T::volatility, at_least(0)).required(),
      number("risk_premium", &T::risk_premium, at_least(0)),
      choice<&T::drift_of_price>("drift_of", "log|price"),
      number("drift_stdev", &T::drift_stdev, at_least(0)),
  };
  return fields;
}

std::span<const Field<Credit>> credit_fields() {
  using T = Credit;
  static constexpr std::array fields = {
      number("mean_reversion", &T::mean_reversion, above(0)).required(),
  };
  return fields;
}

std::span<const Field<Correlation>> correlation_fields() {
  using T = Correlation;
  static constexpr std::array fields = {
      number("scarcity_frontier", &T::scarcity_frontier, between(-1, 1)),
      number("scarcity_rate", &T::scarcity_rate, between(-1, 1)),
      number("frontier_rate", &T::frontier_rate, between(-1, 1)),
      number("scarcity_credit", &T::scarcity_credit, between(-1, 1)),
      number("frontier_credit", &T::frontier_credit, between(-1, 1)),
      number("rate_credit", &T::rate_credit, between(-1, 1)),
      number("scarcity_power", &T::scarcity_power, between(-1, 1)),
  };
  return fields;
}

std::span<const Field<LaunchLine>> launch_fields() {
  using T = LaunchLine;
  static constexpr std::array fields = {
      id("line", &T::line).required(),
      choice<&T::law>("law", "weibull|gamma|exponential|none").required(),
      number("shape", &T::shape, above(0)),
      number("mean_years", &T::mean_years, above(0)),
      number("years_since_last", &T::years_since_last, at_least(0)),
      number("hazard_premium", &T::hazard_premium, above(-1)),
      apart<T>("drop").required(),
      apart<T>("ramp").required(),
      apart<T>("past_launches"),
      apart<T>("scheduled"),
  };
  return fields;
}

std::span<const Field<LaunchLine>> drop_fields() {
  using T = LaunchLine;
  static constexpr std::array fields = {
      number("mean", &T::drop_mean).required(),
      number("stdev", &T::drop_stdev, at_least(0)).required(),
      number("premium", &T::drop_premium),
  };
  return fields;
}

std::span<const Field<LaunchLine>> ramp_fields() {
  using T = LaunchLine;
  static constexpr std::array fields = {
      choice<&T::ramp>("law", "exponential|linear|bass|step").required(),
      number("years", &T::ramp_years, above(0)),
      number("p", &T::innovation, above(0)),
      number("q", &T::imitation, at_least(0)),
  };
  return fields;
}

std::span<const Field<PastLaunch>> past_launch_fields() {
  using T = PastLaunch;
  static constexpr std::array fields = {
      date("date", &T::date).required(),
      number("drop", &T::drop).required(),
  };
  return fields;
}

std::span<const Field<ScheduledLaunch>> scheduled_launch_fields() {
  using T = ScheduledLaunch;
  static constexpr std::array fields = {
      id("name", &T::name).required(),
      date("date", &T::date).required(),
      number("slip_months", &T::slip_months, at_least(0)),
  };
  return fields;
}

std::span<const Field<Hardware>> hardware_fields() {
  using T = Hardware;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("line", &T::line),
      id("vendor", &T::vendor),
      number("rental_rate", &T::rental_rate, at_least(0)).required(),
      apart<T>("forward_curve"),
      rate("wear", &T::wear, between(0, 1)),
      rate("attrition", &T::attrition, between(0, 1)),
      number("scarcity_loading", &T::scarcity_loading),
      number("frontier_loading", &T::frontier_loading),
      apart<T>("launch_loadings"),
      apart<T>("idiosyncratic"),
      apart<T>("segments"),
      apart<T>("utilization"),
      number("operating_cost", &T::operating_cost, at_least(0)),
      rate("operating_cost_growth", &T::operating_cost_growth, between(-1, 1)),
      share("power_share", &T::power_share),
      number("life_years", &T::life_years, above(0)),
      number("useful_life_years", &T::useful_life_years, above(0)),
      apart<T>("resale"),
      number("executed_price_ratio", &T::executed_price_ratio, above(0)),
      number("ask_price_ratio", &T::ask_price_ratio, above(0)),
  };
  return fields;
}

std::span<const Field<Utilization>> utilization_fields() {
  using T = Utilization;
  static constexpr std::array fields = {
      share("mean", &T::mean).required(),
      share("min", &T::min),
      share("max", &T::max),
      number("scarcity_loading", &T::scarcity_loading),
      number<T>(
          "mean_reversion", +[](T& u) -> double& { return u.noise.mean_reversion; }, at_least(0)),
      number<T>(
          "volatility", +[](T& u) -> double& { return u.noise.volatility; }, at_least(0)),
  };
  return fields;
}

std::span<const Field<OwnNoise>> own_noise_fields() {
  using T = OwnNoise;
  static constexpr std::array fields = {
      number("mean_reversion", &T::mean_reversion, at_least(0)).required(),
      number("volatility", &T::volatility, at_least(0)).required(),
  };
  return fields;
}

std::span<const Field<Segment>> segment_fields() {
  using T = Segment;
  static constexpr std::array fields = {
      number("basis", &T::basis),
      number<T>(
          "mean_reversion", +[](T& s) -> double& { return s.noise.mean_reversion; }, at_least(0)),
      number<T>(
          "volatility", +[](T& s) -> double& { return s.noise.volatility; }, at_least(0)),
  };
  return fields;
}

std::span<const Field<Power>> power_fields() {
  using T = Power;
  static constexpr std::array fields = {
      number<T>(
          "mean_reversion", +[](T& p) -> double& { return p.noise.mean_reversion; }, at_least(0))
          .required(),
      number<T>(
          "volatility", +[](T& p) -> double& { return p.noise.volatility; }, at_least(0))
          .required(),
      number("level", &T::level, above(0)),
  };
  return fields;
}

std::span<const Field<Resale>> resale_fields() {
  using T = Resale;
  static constexpr std::array fields = {
      choice<&T::law>("law", "income|rental_multiple|curve").required(),
      apart<T>("operator_rate"),
      choice<&T::risk_neutral_drifts>("drifts", "real_world|risk_neutral"),
      rate("liquidity_spread", &T::liquidity_spread, between(-1, 1)),
      share("transaction_cost", &T::transaction_cost, Range{0, 1, false, true}),
      number("scrap", &T::scrap, at_least(0)),
      choice<T>(
          "end_of_life", +[](T& r, std::int64_t k) { r.end_of_life = static_cast<EndOfLife>(k); },
          "mothball|irreversible|never"),
      number("multiple", &T::multiple, at_least(0)),
      apart<T>("months"),
      apart<T>("values"),
  };
  return fields;
}

std::span<const Field<Liquidation>> liquidation_fields() {
  using T = Liquidation;
  static constexpr std::array fields = {
      share("haircut", &T::haircut),
      number("fixed_cost", &T::fixed_cost, at_least(0)),
      number("holding_cost", &T::holding_cost, at_least(0)),
      number("lag_months", &T::lag_months, between(0, 600)).required(),
      number("lag_stdev_months", &T::lag_stdev_months, between(0, 600)),
      number("depth", &T::depth, above(0)),
      number("price_impact", &T::price_impact, above(0)),
      apart<T>("installed_base"),
  };
  return fields;
}

std::span<const Field<ContagionLink>> contagion_fields() {
  using T = ContagionLink;
  static constexpr std::array fields = {
      id("from", &T::from).required(),
      id("to", &T::to).required(),
      number("jump", &T::jump, between(0, 100)).required(),
      number("decay", &T::decay, between(0, 1000)),
  };
  return fields;
}

std::span<const Field<Clearing>> clearing_fields() {
  using T = Clearing;
  static constexpr std::array fields = {
      share("asset_recovery", &T::asset_recovery, Range{0, 1, true, false}),
      share("claim_recovery", &T::claim_recovery, Range{0, 1, true, false}),
  };
  return fields;
}

std::span<const Field<Claim>> claim_fields() {
  using T = Claim;
  static constexpr std::array fields = {
      id("debtor", &T::debtor).required(),
      id("creditor", &T::creditor).required(),
      number("amount", &T::amount, above(0)).required(),
      date("due", &T::due).required(),
  };
  return fields;
}

std::span<const Field<Party>> party_fields() {
  using T = Party;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      choice<&T::kind>("kind", "hyperscaler|ai_lab|neocloud|vendor|bank|other"),
      apart<T>("hazard"),
      apart<T>("cds_spreads"),
      share("pd_one_year", &T::pd_one_year, Range{0, 1, false, true}),
      share("recovery", &T::recovery).required(),
      number("risk_neutral_ratio", &T::risk_neutral_ratio, above(0)),
      number("scarcity_loading", &T::scarcity_loading),
      number("credit_loading", &T::credit_loading),
      number("hazard_mean_reversion", &T::hazard_mean_reversion, at_least(0)),
      number("hazard_volatility", &T::hazard_volatility, at_least(0)),
      choice<T>(
          "fit", +[](T& p, std::int64_t k) { p.fit_survival = k == 0; }, "survival|none"),
      text("rating", &T::rating),
      id("group", &T::group),
      number("cash", &T::cash, at_least(0)),
      integer("count", &T::count, between(1, 100000)),
      date("default_date", &T::default_date),
  };
  return fields;
}

}  // namespace lien::pricing
