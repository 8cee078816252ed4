#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "pricing/report/html_text.hpp"
#include "pricing/report/report_sections.hpp"

// Whose losses the tail is made of: the contracts that add most, and what each party, hardware,
// vendor and vintage adds beside its share of the balance.
namespace lien::pricing {
namespace {

constexpr std::size_t kContracts = 10, kOfAKind = 6;
constexpr double kUsualLevel = 0.99;

// The level that is shown: the lifetime or, without it, the longest horizon; 0.99 or, without it,
// the highest.
struct Shown {
  double horizon = -1, level = 0;
};

Shown shown_of(const Table& table) {
  Shown shown;
  const auto& horizons = table.column("horizon_months").numbers;
  const auto& levels = table.column("confidence").numbers;
  for (const double h : horizons)
    if (shown.horizon != 0) shown.horizon = h == 0 ? 0 : std::max(shown.horizon, h);
  for (const double level : levels)
    if (shown.level != kUsualLevel)
      shown.level = level == kUsualLevel ? level : std::max(shown.level, level);
  return shown;
}

struct Part {
  std::string id;
  double shortfall = 0, error = 0, at_risk = 0;
};

// Rows of the baseline at the level shown, the largest first; equal ones in the order of the file.
std::map<std::string, std::vector<Part>> parts_of(const Table& table, const Shown& shown) {
  std::map<std::string, std::vector<Part>> parts;
  const auto number = [&](const char* name, std::size_t row) {
    return table.column(name).numbers[row];
  };
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.column("scenario").texts[row] == "baseline" &&
        number("horizon_months", row) == shown.horizon && number("confidence", row) == shown.level)
      parts[table.column("by").texts[row]].push_back(
          {table.column("id").texts[row], number("expected_shortfall_contribution", row),
           number("standard_error", row), number("value_at_risk_contribution", row)});
  for (auto& [by, list] : parts)
    std::stable_sort(list.begin(), list.end(),
                     [](const Part& a, const Part& b) { return a.shortfall > b.shortfall; });
  return parts;
}

std::string id_cell(const std::string& text) {
  return text.empty() ? "none" : "<span class=\"id\">" + html_text(text) + "</span>";
}

std::string money_cell(const Part& part, double size) {
  const int decimals = decimals_for(part.error / size, 2);
  return fixed_text(part.shortfall / size, decimals) + "<span class=\"error\">&#177; " +
         fixed_text(part.error / size, decimals) + "</span>";
}

std::string share_cell(double part, double whole) {
  return whole != 0 ? fixed_text(100 * part / whole, 1) : "";
}

std::string largest_contracts(const std::vector<Part>& parts, double total, const Table& contracts,
                              const MoneyUnit& money) {
  std::map<std::string, std::pair<std::string, double>> terms;  // party and balance by contract
  for (std::size_t row = 0; row < contracts.rows(); ++row)
    if (contracts.column("scenario").texts[row] == "baseline")
      terms[contracts.column("contract").texts[row]] = {contracts.column("party").texts[row],
                                                        contracts.column("balance").numbers[row]};
  HtmlTable table;
  const std::string unit = id_cell(money.label);
  table.header = {"Contract",
                  "Party",
                  "Balance, " + unit,
                  "Part of expected shortfall, " + unit,
                  "of the shortfall, %",
                  "of its balance, %",
                  "Part of value at risk, " + unit};
  table.first_number = 2;
  for (std::size_t i = 0; i < std::min(kContracts, parts.size()); ++i) {
    const Part& part = parts[i];
    const auto& [party, balance] = terms[part.id];
    table.rows.push_back({id_cell(part.id), id_cell(party), fixed_text(balance / money.size, 2),
                          money_cell(part, money.size), share_cell(part.shortfall, total),
                          share_cell(part.shortfall, balance),
                          fixed_text(part.at_risk / money.size, 2)});
  }
  return html_table(table);
}

std::string concentration(const std::map<std::string, std::vector<Part>>& parts, double total,
                          const Table& balances, const MoneyUnit& money) {
  std::map<std::pair<std::string, std::string>, double> owed;
  std::map<std::string, double> book;
  for (std::size_t row = 0; row < balances.rows(); ++row) {
    const std::string& by = balances.column("by").texts[row];
    const double balance = balances.column("balance").numbers[row];
    owed[{by, balances.column("id").texts[row]}] = balance;
    book[by] += balance;
  }
  HtmlTable table;
  table.header = {"By", "", "Share of balance, %", "Share of expected shortfall, %",
                  "Part of expected shortfall, " + id_cell(money.label)};
  table.first_number = 2;
  for (const char* by :
       {"party", "group", "customer", "guarantor", "hardware", "vendor", "vintage"}) {
    const auto kind = parts.find(by);
    if (kind == parts.end()) continue;
    const std::vector<Part>& list = kind->second;
    for (std::size_t i = 0; i < std::min(kOfAKind, list.size()); ++i)
      table.rows.push_back({i == 0 ? by : "", id_cell(list[i].id),
                            share_cell(owed[{by, list[i].id}], book[by]),
                            share_cell(list[i].shortfall, total), money_cell(list[i], money.size)});
    if (list.size() <= kOfAKind) continue;
    double balance = 0, shortfall = 0;
    for (std::size_t i = kOfAKind; i < list.size(); ++i) {
      balance += owed[{by, list[i].id}];
      shortfall += list[i].shortfall;
    }
    table.rows.push_back({"", integer_text(list.size() - kOfAKind) + " others",
                          share_cell(balance, book[by]), share_cell(shortfall, total),
                          fixed_text(shortfall / money.size, 2)});
  }
  return html_table(table);
}

}  // namespace

std::string contributions_section(const RunTables& tables, const MoneyUnit& money) {
  const Shown shown = shown_of(tables.contributions);
  auto parts = parts_of(tables.contributions, shown);
  const std::vector<Part>& contracts = parts["contract"];
  if (contracts.empty()) return {};
  double total = 0;
  for (const Part& part : contracts) total += part.shortfall;
  std::string level = fixed_text(100 * shown.level, 4);
  level.erase(level.find_last_not_of('0') + 1);
  if (level.back() == '.') level.pop_back();
  const std::string horizon =
      shown.horizon == 0 ? "lifetime" : fixed_text(shown.horizon, 0) + " months";
  return html_section(
      "contributions", "Largest contributions",
      "Baseline, real-world, " + horizon + ", level " + level +
          " %. A contract's part of the expected shortfall is its mean loss on the paths on which "
          "the whole book does worst; all parts add up to the shortfall. contributions.csv has "
          "every contract, level and horizon.",
      largest_contracts(contracts, total, tables.contracts, money) +
          "<h3>Concentration</h3>\n<p class=\"note\">A group whose share of the shortfall passes "
          "its share of the balance is what the tail hangs on.</p>\n" +
          concentration(parts, total, tables.balances, money));
}

}  // namespace lien::pricing
