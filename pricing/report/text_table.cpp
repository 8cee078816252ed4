#include "pricing/report/text_table.hpp"

#include <algorithm>
#include <cmath>

#include "pricing/report/limit_summary.hpp"
#include "pricing/report/portfolio_summary.hpp"
#include "pricing/report/premium_summary.hpp"
#include "pricing/report/provision_summary.hpp"
#include "pricing/report/text_form.hpp"
#include "pricing/report/text_vehicles.hpp"

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

// Columns from `begin` on, in one block or several, as the width allows.
std::string wrapped_blocks(const std::string& heading, const std::vector<std::string>& labels,
                           const std::vector<TextColumn>& columns, std::size_t begin,
                           std::size_t label_width, const TerminalStyle& style) {
  std::string text;
  while (begin < columns.size()) {
    std::size_t end = begin, width = label_width;
    while (end < columns.size() &&
           (end == begin || width + 2 + columns[end].width() <= style.width))
      width += 2 + columns[end++].width();
    text += "\n" + one_block(heading, labels, columns, begin, end, label_width, style);
    begin = end;
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
  return wrapped_blocks(heading, labels, columns, changes ? 1 : 0, label_width, style);
}

// Scenarios down, measures across: what many scenarios do to the book, one line each. A scenario
// without any of the numbers has no line.
std::string stress_blocks(const std::string& heading, const PortfolioSummary& summary,
                          const std::vector<SummaryRow>& rows, Entries entries,
                          const MoneyUnit& money, const TerminalStyle& style) {
  const bool changes = entries == &SummaryRow::changes;
  std::vector<std::size_t> shown;
  for (std::size_t s = changes ? 1 : 0; s < summary.scenarios.size(); ++s)
    if (std::any_of(rows.begin(), rows.end(),
                    [&](const SummaryRow& row) { return !std::isnan((row.*entries)[s].value); }))
      shown.push_back(s);
  std::vector<std::string> labels;
  std::size_t label_width = heading.size();
  for (const std::size_t s : shown) {
    labels.push_back(without_controls(summary.scenarios[s]));
    label_width = std::max(label_width, labels.back().size());
  }
  std::vector<TextColumn> columns;
  for (const SummaryRow& row : rows) {
    TextColumn& column = columns.emplace_back();
    column.title = row.short_label;
    const auto texts = estimate_texts(row.*entries, row.unit, money.size, changes);
    for (const std::size_t s : shown) {
      column.value_width = std::max(column.value_width, texts[s].value.size());
      column.uncertainty_width = std::max(column.uncertainty_width, texts[s].uncertainty.size());
      column.entries.push_back(texts[s]);
    }
  }
  return wrapped_blocks(heading, labels, columns, 0, label_width, style);
}

// One instrument in one scenario, by measure; NaN where it has none.
struct InstrumentLine {
  std::string id;
  Estimate value, exercise, forward;
};

// Value and the rest on the risk-neutral basis; the losses' basis if that is all there is.
std::vector<InstrumentLine> instrument_lines(const Table& table, const std::string& scenario) {
  std::vector<InstrumentLine> lines;
  const auto& bases = table.column("measure_basis").texts;
  const bool priced = std::find(bases.begin(), bases.end(), "risk_neutral") != bases.end();
  for (std::size_t row = 0; row < bases.size(); ++row) {
    if (table.column("scenario").texts[row] != scenario ||
        table.column("level").texts[row] != "contract" ||
        bases[row] != (priced ? "risk_neutral" : "real_world"))
      continue;
    const std::string& id = table.column("id").texts[row];
    if (lines.empty() || lines.back().id != id) lines.push_back({id, {}, {}, {}});
    const std::string& measure = table.column("measure").texts[row];
    Estimate estimate;
    estimate.value = table.column("value").numbers[row];
    estimate.standard_error = table.column("standard_error").numbers[row];
    if (measure == "present_value") lines.back().value = estimate;
    if (measure == "exercise_probability") lines.back().exercise = estimate;
    if (measure == "forward_value") lines.back().forward = estimate;
  }
  return lines;
}

void add_entry(const Estimate& e, SummaryUnit unit, TextColumn& column) {
  EstimateText text;  // an empty cell where the instrument has no such number
  if (!std::isnan(e.value)) text = estimate_texts({e}, unit, 1.0, false).front();
  column.value_width = std::max(column.value_width, text.value.size());
  column.uncertainty_width = std::max(column.uncertainty_width, text.uncertainty.size());
  column.entries.push_back(text);
}

// A book without contracts has no losses to show: its instruments, a block a scenario.
std::string instrument_blocks(const RunTables& tables, const std::vector<std::string>& scenarios,
                              const std::string& currency, const TerminalStyle& style) {
  std::string text;
  for (const std::string& scenario : scenarios) {
    std::string heading = "Instrument";
    if (scenarios.size() > 1) heading += ", " + without_controls(scenario);
    std::vector<TextColumn> columns(3);
    columns[0].title = "Value, " + currency;
    columns[1].title = "Exercise probability";
    columns[2].title = "Forward of the underlying";
    std::vector<std::string> labels;
    std::size_t label_width = heading.size();
    for (const InstrumentLine& line : instrument_lines(tables.measures, scenario)) {
      labels.push_back(without_controls(line.id));
      label_width = std::max(label_width, labels.back().size());
      add_entry(line.value, SummaryUnit::money, columns[0]);
      add_entry(line.exercise, SummaryUnit::share, columns[1]);
      add_entry(line.forward, SummaryUnit::money, columns[2]);
    }
    text += "\n" + one_block(heading, labels, columns, 0, columns.size(), label_width, style);
  }
  return text;
}

// The rows of a book with loans or leases.
std::string portfolio_blocks(const PortfolioSummary& summary, const MoneyUnit& money,
                             const TerminalStyle& style) {
  const bool many = has_many_scenarios(summary);
  const PortfolioSummary shown = many ? headline_scenarios(summary) : summary;
  std::vector<SummaryRow> measures, tails, changes, all_tails, likelihoods;
  for (std::size_t r = 0; r < summary.rows.size(); ++r) {
    const SummaryRow& row = summary.rows[r];
    if (is_likelihood(row)) {
      likelihoods.push_back(row);
      continue;
    }
    (is_tail(row) ? tails : measures).push_back(shown.rows[r]);
    if (is_tail(row)) all_tails.push_back(row);
    if (!row.changes.empty()) changes.push_back(row);
  }
  std::string text = blocks("Portfolio", shown, measures, &SummaryRow::values, money, style);
  const std::string against =
      summary.scenarios.empty() ? "" : "Change to " + summary.scenarios.front();
  if (many) {
    if (!changes.empty())
      text += stress_blocks(against + ", " + money.label, summary, changes, &SummaryRow::changes,
                            money, style);
    if (!all_tails.empty())
      text += stress_blocks("Tail of the losses, " + money.label, summary, all_tails,
                            &SummaryRow::values, money, style);
    if (!likelihoods.empty())
      text += stress_blocks("How likely the model calls it", summary, likelihoods,
                            &SummaryRow::values, money, style);
    return text;
  }
  if (!tails.empty())
    text += blocks("Tail of the losses, 95 % interval", shown, tails, &SummaryRow::values, money,
                   style);
  if (!changes.empty() && summary.scenarios.size() > 1)
    text += blocks(against, shown, changes, &SummaryRow::changes, money, style);
  if (!likelihoods.empty())
    text += stress_blocks("How likely the model calls it", summary, likelihoods,
                          &SummaryRow::values, money, style);
  return text;
}

// What it took to reach the error that was asked for; empty where none was.
std::string target_sentence(const RunSettings& settings, const RunFacts& facts) {
  if (facts.error_rounds.empty() || !settings.target_error) return {};
  const ErrorRound& last = facts.error_rounds.back();
  const double asked = *settings.target_error;
  std::string text = last.error <= asked ? "target error reached: " : "target error NOT reached: ";
  text += fixed_text(last.error * 1e4, 3) +
          " bp of the balance is the standard error of present "
          "value, asked were " +
          fixed_text(asked * 1e4, 3) + " bp; " + std::to_string(facts.error_rounds.size()) +
          (facts.error_rounds.size() == 1 ? " round" : " rounds");
  for (const auto& [stage, seconds] : facts.stage_seconds)
    if (stage == "target_error") text += ", " + fixed_text(seconds, 1) + " s";
  return text + "\n";
}

}  // namespace

std::string text_table(const ReportSubject& subject, const RunResults& results,
                       const TerminalStyle& style) {
  const PortfolioSummary summary = summarize_portfolio(results.tables);
  const RunFacts& facts = results.facts;
  const MoneyUnit money = money_unit(std::abs(facts.balance), subject.currency);
  std::string text =
      without_controls(subject.settings.name) + " on " + iso_text(subject.settings.valuation_date) +
      ": " + integer_text(facts.contracts_priced) + " contracts, balance " + money.label + " " +
      fixed_text(facts.balance / money.size, 1) + ", " + integer_text(facts.paths) +
      " paths, seed " + std::to_string(subject.settings.seed) + "\n";
  text += target_sentence(subject.settings, facts);
  if (facts.rows_rejected > 0)
    text += integer_text(facts.rows_rejected) + " of " + integer_text(facts.rows_read) +
            " rows were rejected and are not priced: see rejects.csv\n";
  for (const std::string& warning : facts.warnings)
    text += "warning: " + without_controls(warning) + "\n";
  const bool contracts = !results.tables.contracts.column("scenario").texts.empty();
  const bool instruments = !contracts && facts.contracts_priced > 0 && !summary.scenarios.empty();
  if (instruments)
    text += instrument_blocks(results.tables, summary.scenarios, subject.currency, style);
  else
    text += portfolio_blocks(summary, money, style);
  text += vehicle_blocks(subject, results.tables, money, style);
  if (const std::string provisions = provision_sentence(results.tables.contracts, money);
      !provisions.empty())
    text += "\n" + provisions + "\n";
  text += limit_block(results.tables.limits, money);
  if (const std::string premia = premium_sentence(results.tables, money); !premia.empty())
    text += "\n" + premia + "\n";
  text += "\n+- is one standard error of the simulation";
  if (!instruments)
    text +=
        "; changes are on the same paths; pp: percentage points.\n"
        "Probability of default is the mean of the contracts, weighted by balance";
  if (!instruments && has_many_scenarios(summary))
    text +=
        ".\nEL, ECL: expected loss, expected credit loss; PD: probability of default; VaR, ES: "
        "value "
        "at risk and\nexpected shortfall, in brackets their 95 % intervals";
  return text + ".\n";
}

}  // namespace lien::pricing
