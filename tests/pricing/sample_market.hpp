#pragma once

#include "pricing/market/market.hpp"

// The model's own example for tests: Weibull launches with age, an H100 at 2.35 valued by its
// income (convention A), one by a rental multiple, three parties.
namespace lien::pricing {

inline const Date kSampleDate =
    std::chrono::year(2026) / std::chrono::month(9) / std::chrono::day(30);

inline Market sample_market() {
  Market market;
  market.currency = "USD";
  market.rates.zero_curve = {{1, 5}, {0.04, 0.045}};
  market.rates.liquidity_spread = 0.01;
  market.rates.hull_white = HullWhite{0.08, 0.012};
  market.scarcity = Scarcity{0.9, 0.40, 0, 0.10};
  market.frontier = Frontier{-0.03, 0.18, 0.036, false};
  market.correlation = {0.30, 0.25, 0.10};
  LaunchLine line;
  line.line = "line";
  line.law = LaunchLaw::weibull;
  line.shape = 2.1;
  line.mean_years = 1.25;
  line.years_since_last = 0.6;
  line.hazard_premium = 0.25;
  line.drop_mean = 0.229;
  line.drop_stdev = 0.09;
  line.drop_premium = 0.3;
  line.ramp = RampLaw::exponential;
  line.ramp_years = 0.5;
  market.launches = {line};
  Hardware income;
  income.id = "income";
  income.line = "line";
  income.rental_rate = 2.35;
  income.wear = 0.02;
  income.utilization = Utilization{0.80, true, 0.35, 0.97, 1.5};
  income.operating_cost = 0.36;
  income.operating_cost_growth = 0.025;
  income.life_years = 8;
  income.resale = Resale{};
  income.resale->operator_rate = 0.14;
  income.resale->transaction_cost = 0.08;
  income.resale->scrap = 300;
  // What the marks of loans read beside the law.
  income.useful_life_years = 5;
  income.executed_price_ratio = 0.49;
  income.resale->multiple = 8000;
  Hardware multiple = income;
  multiple.id = "multiple";
  multiple.resale->law = ResaleLaw::rental_multiple;
  multiple.resale->multiple = 9000;
  market.hardware = {income, multiple};
  market.liquidation = Liquidation{0.10, 5e3, 2, 6};
  for (const auto& [id, hazard] : {std::pair{"borrower", 0.08}, {"customer", 0.10}}) {
    Party party;
    party.id = id;
    party.hazard = {{1}, {hazard}};
    party.recovery = 0.35;
    party.scarcity_loading = 1;
    market.parties.push_back(party);
  }
  return market;
}

}  // namespace lien::pricing
