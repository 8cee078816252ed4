#pragma once

#include <string>
#include <vector>

#include "pricing/report/report_html.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

// Charts of report.html: each returns figures as HTML, empty where the tables hold nothing for it.
// Baseline; the real-world measure where both were simulated.

// The fan of one series of paths.csv for each of its ids: 5 to 95 %, 25 to 75 %, median, mean.
// whole: title of a series without id; scale: what a value is multiplied by, 100 for percent;
// most: where the axis ends at the latest, for a ratio that explodes near its end.
[[nodiscard]] std::string fan_charts(const Table& paths, const std::string& series,
                                     const std::string& unit, const std::string& whole,
                                     double scale, bool wide, double most);

// Lines of all hardware, means by month: value kept in percent of today's, and the probability that
// a unit does not earn what it costs to run (empty where that never happens).
[[nodiscard]] std::string value_kept_chart(const Table& paths);
[[nodiscard]] std::string under_cost_chart(const Table& paths);

// Where each hardware's expected rent goes: stacked bars by year, with their legend.
[[nodiscard]] std::string rent_change_charts(const RunTables& tables);

// Figures side by side, as the page is wide.
[[nodiscard]] std::string figure_grid(const std::string& figures);

// The meaning of the marks in a fan, once a section.
[[nodiscard]] std::string fan_legend();

// Histograms of the portfolio's losses, one a horizon, with value at risk and expected shortfall
// at the level that the summary shows.
[[nodiscard]] std::string loss_charts(const RunTables& tables, const MoneyUnit& money);

// Share of covenant tests in breach by month: of the baseline a line a test, then a line a
// scenario.
[[nodiscard]] std::string covenant_charts(const Table& covenants);

}  // namespace lien::pricing
