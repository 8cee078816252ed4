#include "pricing/report/limit_summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "pricing/report/html_text.hpp"

namespace lien::pricing {
namespace {

// Measures that are money; the others are shares, ratios or rates and show as they are.
constexpr std::array<std::string_view, 15> kMoney = {"mothball_value",
                                                     "payment_due",
                                                     "residual_value",
                                                     "fair_rate",
                                                     "present_value",
                                                     "expected_loss",
                                                     "ecl_12m",
                                                     "ecl_lifetime",
                                                     "value_at_risk",
                                                     "expected_shortfall",
                                                     "expected_shortfall_contribution",
                                                     "exposure_at_default",
                                                     "outstanding_principal",
                                                     "resale_value",
                                                     "capital_requirement"};

bool is_money(const std::string& measure) {
  const std::string name = measure.ends_with("_change")
                               ? measure.substr(0, measure.size() - std::string("_change").size())
                               : measure;
  return std::find(kMoney.begin(), kMoney.end(), name) != kMoney.end();
}

// Measures with a row for every loss horizon, of which 0 is the lifetime.
bool by_horizon(const std::string& measure) {
  constexpr std::array<std::string_view, 7> names = {
      "expected_loss",          "value_at_risk",
      "expected_shortfall",     "expected_shortfall_contribution",
      "probability_of_default", "breach_probability",
      "survival_probability"};
  return std::find(names.begin(), names.end(), measure) != names.end();
}

struct LimitRow {
  const Table& table;
  std::size_t row;
  [[nodiscard]] const std::string& text(const char* column) const {
    return table.column(column).texts[row];
  }
  [[nodiscard]] double number(const char* column) const {
    return table.column(column).numbers[row];
  }
  // How far past its bound, in the bound's own unit; a number that is missing is farthest.
  [[nodiscard]] double excess() const {
    const double value = number("value");
    if (std::isnan(value)) return HUGE_VAL;
    return text("bound") == "max" ? value - number("bound_value") : number("bound_value") - value;
  }
};

std::string amount(const LimitRow& row, double value, const MoneyUnit& money) {
  if (is_money(row.text("measure"))) return money.label + " " + fixed_text(value / money.size, 1);
  return significant_text(value, 5);
}

std::string what_is_limited(const LimitRow& row) {
  std::string out = row.text("measure");
  if (const double months = row.number("horizon_months"); !std::isnan(months))
    out += months == 0 ? (by_horizon(row.text("measure")) ? ", lifetime" : "")
                       : ", " + significant_text(months, 4) + " months";
  if (const double level = row.number("confidence"); !std::isnan(level))
    out += ", " + significant_text(100 * level, 5) + " %";
  out += ", " + row.text("level");
  if (!row.text("id").empty()) out += " " + row.text("id");
  return out;
}

LimitLine line_of(const LimitRow& worst, const MoneyUnit& money) {
  LimitLine line;
  line.limit = worst.text("limit");
  line.what = what_is_limited(worst);
  line.bound = (worst.text("bound") == "max" ? "at most " : "at least ") +
               amount(worst, worst.number("bound_value"), money);
  if (worst.text("scenario").empty()) {
    line.where = "no such number in this run";
    return line;
  }
  line.where = worst.text("scenario") + ", " + worst.text("measure_basis");
  line.value = amount(worst, worst.number("value"), money);
  if (const double error = worst.number("standard_error"); error > 0)
    line.value +=
        " +- " + significant_text(is_money(worst.text("measure")) ? error / money.size : error, 2);
  return line;
}

}  // namespace

std::vector<LimitLine> limit_lines(const Table& limits, const MoneyUnit& money) {
  std::vector<LimitLine> lines;
  const auto& ids = limits.column("limit").texts;
  for (std::size_t begin = 0; begin < limits.rows();) {
    std::size_t worst = begin, end = begin, not_kept = 0;
    for (; end < limits.rows() && ids[end] == ids[begin]; ++end) {
      if (LimitRow{limits, end}.excess() > LimitRow{limits, worst}.excess()) worst = end;
      not_kept += limits.column("kept").texts[end] == "false" ? 1 : 0;
    }
    lines.push_back(line_of({limits, worst}, money));
    lines.back().matched = limits.column("scenario").texts[begin].empty() ? 0 : end - begin;
    lines.back().not_kept = not_kept;
    begin = end;
  }
  return lines;
}

std::string limit_block(const Table& limits, const MoneyUnit& money) {
  std::string text;
  for (const LimitLine& line : limit_lines(limits, money)) {
    text += text.empty() ? "\nLimits\n" : "";
    text += std::string(line.not_kept == 0 ? "  kept      " : "  NOT KEPT  ") +
            without_controls(line.limit) + ": " + line.what + ": ";
    text += line.value.empty() ? line.where : line.value + " (" + line.where + ")";
    text += ", " + line.bound;
    if (line.matched > 1)
      text += "; " + std::to_string(line.not_kept) + " of " + std::to_string(line.matched) +
              " numbers past it";
    text += "\n";
  }
  return text;
}

std::string limits_section(const Table& limits, const MoneyUnit& money) {
  HtmlTable table;
  table.header = {"Limit", "On", "Nearest to the bound", "Where", "Bound", "Kept", "Past it"};
  table.first_number = 6;
  for (const LimitLine& line : limit_lines(limits, money)) {
    std::string value = line.value;
    if (const auto at = value.find(" +- "); at != std::string::npos)
      value.replace(at, 4, " \u00b1 ");
    table.rows.push_back({html_text(line.limit), html_text(line.what), html_text(value),
                          html_text(line.where), html_text(line.bound),
                          line.not_kept == 0 ? "<span class=\"passed\">kept</span>"
                                             : "<span class=\"failed\">NOT KEPT</span>",
                          line.matched == 0 ? "no number"
                                            : std::to_string(line.not_kept) + " of " +
                                                  std::to_string(line.matched)});
  }
  if (table.rows.empty()) return {};
  return html_section("limits", "Limits",
                      "Each limit with the number that lies nearest to its bound, or farthest past "
                      "it, over all scenarios it covers; limits.csv has every number.",
                      html_table(table));
}

}  // namespace lien::pricing
