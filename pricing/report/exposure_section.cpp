#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pricing/report/html_text.hpp"
#include "pricing/report/report_sections.hpp"

// Who the book hangs on, whatever his role.
namespace lien::pricing {
namespace {

constexpr std::size_t kMostNames = 12;
constexpr std::array<const char*, 5> kMeasures = {"look_through_exposure", "borrower_exposure",
                                                  "customer_exposure", "guarantor_exposure",
                                                  "vendor_exposure"};
// In the order of the measures; 0 where the party has no such role.
using Exposures = std::array<double, kMeasures.size()>;

std::vector<std::pair<std::string, Exposures>> largest(const Table& measures,
                                                       const std::string& level) {
  std::map<std::string, Exposures> found;
  for (std::size_t row = 0; row < measures.rows(); ++row) {
    if (measures.column("level").texts[row] != level ||
        measures.column("scenario").texts[row] != "baseline")
      continue;
    const auto measure =
        std::find(kMeasures.begin(), kMeasures.end(), measures.column("measure").texts[row]);
    if (measure == kMeasures.end()) continue;
    found[measures.column("id").texts[row]][static_cast<std::size_t>(measure - kMeasures.begin())] =
        measures.column("value").numbers[row];
  }
  std::vector<std::pair<std::string, Exposures>> rows(found.begin(), found.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.second.front() > b.second.front();
  });
  rows.resize(std::min(rows.size(), kMostNames));
  return rows;
}

std::string table_of(const Table& measures, const std::string& level, const char* heading,
                     const MoneyUnit& money) {
  HtmlTable table;
  const std::string unit = ", <span class=\"id\">" + html_text(money.label) + "</span>";
  table.header = {heading, "Any role" + unit, "Borrower", "Customer", "Guarantor", "Vendor"};
  for (const auto& [id, exposures] : largest(measures, level)) {
    std::vector<std::string> cells{"<span class=\"id\">" + html_text(id) + "</span>"};
    for (const double money_of_role : exposures)
      cells.push_back(money_of_role > 0 ? fixed_text(money_of_role / money.size, 1) : "");
    table.rows.push_back(std::move(cells));
  }
  return table.rows.empty() ? "" : html_table(table);
}

}  // namespace

std::string exposure_section(const Table& measures, const MoneyUnit& money) {
  return html_section(
      "exposure", "Who the book hangs on",
      "Baseline: balance of the loans and leases that hang on a party as their borrower or lessee, "
      "on its part of the rent under contract as a customer, on its promises as a guarantor, and "
      "on the hardware it makes. A balance counts once in any role; roles overlap.",
      table_of(measures, "group", "Group", money) + table_of(measures, "party", "Party", money));
}

}  // namespace lien::pricing
