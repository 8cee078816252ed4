#pragma once

#include <limits>
#include <string>
#include <vector>

#include "pricing/report/table.hpp"

namespace lien::pricing {

// A number with its standard error or its 95 % interval; NaN where missing.
struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

enum class SummaryUnit { money, share };

// One thing a credit officer asks of the portfolio, over all scenarios.
struct SummaryRow {
  std::string label;          // "Expected credit loss, 12 months"
  std::string note;           // what it means, in a line
  std::string short_label{};  // "ECL, 12 months", over a column
  bool is_gain = false;       // more of it is good for the lender
  SummaryUnit unit = SummaryUnit::money;
  std::vector<Estimate> values;   // one a scenario
  std::vector<Estimate> changes;  // to the baseline, paired standard error; empty if none is known
};

// The portfolio's measures of a run, side by side: what the terminal, report.html and --json show.
struct PortfolioSummary {
  std::vector<std::string> scenarios;  // baseline first
  std::vector<SummaryRow> rows;        // those with a value in some scenario
};
// More scenarios than stand side by side: they become the rows of a stress table.
[[nodiscard]] bool has_many_scenarios(const PortfolioSummary& summary);
// The same with the baseline and the weighted sum alone.
[[nodiscard]] PortfolioSummary headline_scenarios(const PortfolioSummary& summary);
// True of a row of losses at a confidence: it has intervals.
[[nodiscard]] bool is_tail(const SummaryRow& row);
// True of a row that says how likely a scenario is: its weight, or where it lies in the model.
[[nodiscard]] bool is_likelihood(const SummaryRow& row);
// Reads measures (level portfolio) and losses (at confidence 0.99, or the highest there is).
[[nodiscard]] PortfolioSummary summarize_portfolio(const RunTables& tables);

// "123.46 +- 0.12" in the row's unit, with as many decimals as its error deserves.
struct EstimateText {
  std::string value;        // "123.46", "12.34 %", "n/a"
  std::string uncertainty;  // "+- 0.12", "[11.9, 12.8]", empty if unknown
};
[[nodiscard]] std::vector<EstimateText> estimate_texts(const std::vector<Estimate>& estimates,
                                                       SummaryUnit unit, double money_size,
                                                       bool with_sign);

}  // namespace lien::pricing
