#pragma once

#include <string>
#include <vector>

#include "pricing/report/portfolio_summary.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

// The portfolio's value with every risk premium scaled, and what that changes.
struct PremiumValue {
  std::string factor;  // "2": of the scenario premium_2
  Estimate value, change;
};

// One entry a run of premium_interval; empty where there was none.
[[nodiscard]] std::vector<PremiumValue> premium_values(const RunTables& tables);

// "Present value, USD m, with every risk premium x 0: 12.3 +- 0.1, change +0.4 +- 0.02; x 2: ...";
// empty where there was none.
[[nodiscard]] std::string premium_sentence(const RunTables& tables, const MoneyUnit& money);

}  // namespace lien::pricing
