#include "pricing/report/text_table.hpp"

#include <algorithm>
#include <cmath>

#include "pricing/report/portfolio_summary.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

// A column of a block: texts under a scenario's name, numbers ending and errors beginning at one
// place, so that the eye runs down either.
struct TextColumn {
  std::string title;
  std::vector<EstimateText> entries;
  std::size_t value_width = 0, uncertainty_width = 0;

  [[nodiscard]] std::size_t width() const {
    const std::size_t inner = value_width + 1 + uncertainty_width;
    return std::max(inner, title.size());
  }
};

std::string padded_left(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string padded_right(const std::string& text, std::size_t width) {
  return text.size() < width ? text + std::string(width - text.size(), ' ') : text;
}

std::string bold(const std::string& text, const TerminalStyle& style) {
  return style.colour ? "\033[1m" + text + "\033[0m" : text;
}

std::string without_trailing_spaces(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string one_block(const std::string& heading, const std::vector<std::string>& labels,
                      const std::vector<TextColumn>& columns, std::size_t begin, std::size_t end,
                      std::size_t label_width, const TerminalStyle& style) {
  std::string line = padded_right(heading, label_width);
  for (std::size_t c = begin; c < end; ++c)
    line += "  " + padded_left(columns[c].title, columns[c].width());
  std::string text = bold(line, style) + "\n";
  for (std::size_t row = 0; row < labels.size(); ++row) {
    line = padded_right(labels[row], label_width);
    for (std::size_t c = begin; c < end; ++c) {
      const TextColumn& column = columns[c];
      const EstimateText& entry = column.entries[row];
      const std::string cell = padded_left(entry.value, column.value_width) + " " +
                               padded_right(entry.uncertainty, column.uncertainty_width);
      line += "  " + padded_left(cell, column.width());
    }
    text += without_trailing_spaces(line) + "\n";
  }
  return text;
}

using Entries = std::vector<Estimate> SummaryRow::*;  // values or changes

// The rows as one block or several, as the width allows.
std::string blocks(const std::string& heading, const PortfolioSummary& summary,
                   const std::vector<SummaryRow>& rows, Entries entries, const MoneyUnit& money,
                   const TerminalStyle& style) {
  const bool changes = entries == &SummaryRow::changes;
  std::vector<std::string> labels;
  std::vector<TextColumn> columns(summary.scenarios.size());
  for (std::size_t c = 0; c < columns.size(); ++c)
    columns[c].title = without_controls(summary.scenarios[c]);
  std::size_t label_width = heading.size();
  for (const SummaryRow& row : rows) {
    labels.push_back(row.unit == SummaryUnit::money ? row.label + ", " + money.label : row.label);
    label_width = std::max(label_width, labels.back().size());
    const auto texts = estimate_texts(row.*entries, row.unit, money.size, changes);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      columns[c].value_width = std::max(columns[c].value_width, texts[c].value.size());
      columns[c].uncertainty_width =
          std::max(columns[c].uncertainty_width, texts[c].uncertainty.size());
      columns[c].entries.push_back(texts[c]);
    }
  }
  std::string text;
  for (std::size_t begin = changes ? 1 : 0; begin < columns.size();) {
    std::size_t end = begin, width = label_width;
    while (end < columns.size() &&
           (end == begin || width + 2 + columns[end].width() <= style.width))
      width += 2 + columns[end++].width();
    text += "\n" + one_block(heading, labels, columns, begin, end, label_width, style);
    begin = end;
  }
  return text;
}

}  // namespace

std::string text_table(const ReportSubject& subject, const RunResults& results,
                       const TerminalStyle& style) {
  const PortfolioSummary summary = summarize_portfolio(results.tables);
  const RunFacts& facts = results.facts;
  const MoneyUnit money = money_unit(std::abs(facts.balance), subject.currency);
  std::vector<SummaryRow> measures, tails, changes;
  for (const SummaryRow& row : summary.rows) {
    const bool tail = std::any_of(row.values.begin(), row.values.end(),
                                  [](const Estimate& e) { return !std::isnan(e.low); });
    (tail ? tails : measures).push_back(row);
    if (!row.changes.empty()) changes.push_back(row);
  }
  std::string text =
      without_controls(subject.settings.name) + " on " + iso_text(subject.settings.valuation_date) +
      ": " + integer_text(facts.contracts_priced) + " contracts, balance " + money.label + " " +
      fixed_text(facts.balance / money.size, 1) + ", " + integer_text(facts.paths) +
      " paths, seed " + std::to_string(subject.settings.seed) + "\n";
  if (facts.rows_rejected > 0)
    text += integer_text(facts.rows_rejected) + " of " + integer_text(facts.rows_read) +
            " rows were rejected and are not priced: see rejects.csv\n";
  text += blocks("Portfolio", summary, measures, &SummaryRow::values, money, style);
  if (!tails.empty())
    text += blocks("Tail of the losses, 95 % interval", summary, tails, &SummaryRow::values, money,
                   style);
  if (!changes.empty() && summary.scenarios.size() > 1)
    text += blocks("Change to " + summary.scenarios.front(), summary, changes, &SummaryRow::changes,
                   money, style);
  text +=
      "\n+- is one standard error of the simulation; changes are on the same "
      "paths; pp: percentage points.\n";
  return text;
}

}  // namespace lien::pricing
