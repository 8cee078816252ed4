#pragma once

#include <string>

#include "pricing/report/portfolio_summary.hpp"
#include "pricing/report/report_html.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

// The sections of report.html, each ready HTML, empty where the run has nothing to say.
[[nodiscard]] std::string headline_cards(const PortfolioSummary& summary, const MoneyUnit& money);
[[nodiscard]] std::string summary_section(const PortfolioSummary& summary, const MoneyUnit& money);
[[nodiscard]] std::string scenario_section(const std::vector<ScenarioRow>& scenarios);
[[nodiscard]] std::string losses_section(const RunTables& tables, const MoneyUnit& money);
[[nodiscard]] std::string contributions_section(const RunTables& tables, const MoneyUnit& money);
// Exposures by role; only with [results] look_through.
[[nodiscard]] std::string exposure_section(const Table& measures, const MoneyUnit& money);
[[nodiscard]] std::string reverse_stress_section(const RunTables& tables,
                                                 const ReverseStress& asked,
                                                 const MoneyUnit& money);
[[nodiscard]] std::string largest_losses_section(const Table& contracts, const MoneyUnit& money);
[[nodiscard]] std::string vehicles_section(const RunTables& tables,
                                           const std::vector<Vehicle>& vehicles,
                                           const MoneyUnit& money);
[[nodiscard]] std::string covenants_section(const Table& covenants);
[[nodiscard]] std::string checks_section(const RunTables& tables, const RunFacts& facts,
                                         const MoneyUnit& money);
[[nodiscard]] std::string notes_section(const RunFacts& facts);

// The style sheet: system fonts, one column, a palette that colour-blind readers can tell apart.
[[nodiscard]] std::string_view report_style();

}  // namespace lien::pricing
