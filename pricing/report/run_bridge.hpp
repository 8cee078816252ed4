#pragma once

#include <string>
#include <vector>

#include "pricing/measures/parted_change.hpp"
#include "pricing/report/compared_run.hpp"
#include "pricing/report/portfolio_summary.hpp"

namespace lien::pricing {

// From one run's number of the portfolio to the other's, money.
struct BridgeColumn {
  std::string key, title;  // "present_value", "present value"
  FollowedNumber of;
  Estimate before, after;
  double added = 0, gone = 0;     // contracts in one run only
  double balance = 0, value = 0;  // of contracts in both: their balance; the rest of their change
  double balance_error = 0;       // of the step `balance`: errors of contracts added, a bound
  double rounding = 0;            // what makes the steps sum to the change
  // Contracts in both, by id: what they were and are; instruments among them.
  struct Common {
    std::string id;
    double before = 0, after = 0;
  };
  std::vector<Common> common;
};

struct Bridge {
  std::size_t added = 0, gone = 0, common = 0;  // contracts
  std::vector<BridgeColumn> columns;            // those that both runs have
};

// present_value, expected_loss (lifetime), ecl_12m, ecl_lifetime of the baseline; its expected
// shortfall at the longest horizon and at confidence 0.99, or the highest, that both runs have, of
// contracts their contributions to it.
[[nodiscard]] Bridge bridge_of(const ComparedRun& before, const ComparedRun& after);

}  // namespace lien::pricing
