#pragma once

#include <string>
#include <vector>

#include "pricing/contract/run_settings.hpp"
#include "pricing/report/portfolio_summary.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// One deal of a book that holds vehicles: a vehicle's debt as a whole, or a contract of a tape.
struct DealLine {
  std::string id;
  double balance = 0;
  Estimate price, expected_loss, default_12m, default_lifetime;
  // Lowest expected coverage of a payment period, and its month; months < 0: none is known.
  Estimate coverage;
  int coverage_month = -1;
  // Of the test most likely to be breached over the life.
  std::string test;
  Estimate breach_12m, breach_lifetime;
};

// One guarantee: its value, and the price of what it covers with it and in a scenario without it.
struct GuaranteeLine {
  std::string id;
  Estimate value, with, without;
  std::string scenario;  // that cancels it and does nothing else; empty: none does
};

struct VehicleSummary {
  std::vector<DealLine> deals;  // vehicles by id, then contracts of tapes; empty without vehicles
  std::size_t left_out = 0;     // contracts of tapes that are too many to show
  std::vector<GuaranteeLine> guarantees;
  bool real_world = false;  // basis of losses, defaults and tests
};

// Reads the baseline's rows of measures and contracts.
[[nodiscard]] VehicleSummary summarize_vehicles(const RunTables& tables,
                                                const std::vector<ScenarioRow>& scenarios);

}  // namespace lien::pricing
