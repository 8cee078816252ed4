#include "pricing/report/story.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

using Json = nlohmann::ordered_json;

std::string cell_text(const StoryCell& cell, int decimals, double scale) {
  if (const auto* number = std::get_if<double>(&cell)) {
    const double shown = *number * scale;
    return std::isfinite(shown) ? fixed_text(shown, std::abs(shown) < 1000 ? decimals : 0) : "";
  }
  if (const auto* integer = std::get_if<int>(&cell)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&cell)) return without_controls(*text);
  return "";
}

Json cell_json(const StoryCell& cell) {
  if (const auto* number = std::get_if<double>(&cell))
    return std::isfinite(*number) ? Json(*number) : Json(nullptr);
  if (const auto* integer = std::get_if<int>(&cell)) return *integer;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return nullptr;
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string blanks(width > text.size() ? width - text.size() : 0, ' ');
  return left ? text + blanks : blanks + text;
}

bool is_text(const StoryTable& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(), [column](const auto& row) {
    return std::holds_alternative<std::string>(row[column]);
  });
}

// A column that is empty everywhere says nothing on a terminal.
bool is_told(const StoryTable& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(), [column](const auto& row) {
    const auto* number = std::get_if<double>(&row[column]);
    return number != nullptr ? !std::isnan(*number)
                             : !std::holds_alternative<std::monostate>(row[column]);
  });
}

bool is_shown(const StoryTable& table, std::size_t row) {
  const int* month = std::get_if<int>(&table.rows[row].front());
  return !table.thinned || month == nullptr || *month % 3 == 0 || row + 1 == table.rows.size();
}

std::string table_text(const StoryTable& table, const TerminalStyle& style) {
  std::vector<std::vector<std::string>> lines(1);
  for (const StoryColumn& column : table.columns) lines.front().push_back(column.title);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    if (!is_shown(table, r)) continue;
    auto& line = lines.emplace_back();
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      line.push_back(
          cell_text(table.rows[r][c], table.columns[c].decimals, table.columns[c].scale));
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  std::string text =
      "\n" + (style.colour ? "\033[1m" + table.title + "\033[0m" : table.title) + "\n";
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t c = 0; c < line.size(); ++c)
      if (is_told(table, c)) row += "  " + padded(line[c], widths[c], is_text(table, c));
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return table.note.empty() ? text : text + table.note + "\n";
}

}  // namespace

std::string story_text(const Story& story, const TerminalStyle& style) {
  const std::string heading = story.kind + " " + without_controls(story.id);
  std::string text = (style.colour ? "\033[1m" + heading + "\033[0m" : heading) + "\n";
  std::size_t width = 0;
  for (const StoryFact& fact : story.facts) width = std::max(width, fact.label.size());
  for (const StoryFact& fact : story.facts) {
    const auto* number = std::get_if<double>(&fact.value);
    const std::string value = number != nullptr && std::abs(*number) < 1000
                                  ? significant_text(*number, 6)
                                  : cell_text(fact.value, 2, 1);
    if (!value.empty()) text += "  " + padded(fact.label, width, true) + "  " + value + "\n";
  }
  for (const StoryTable& table : story.tables)
    if (!table.rows.empty()) text += table_text(table, style);
  return text;
}

std::string story_json(const Story& story) {
  Json object = {{"kind", story.kind}, {"id", story.id}};
  for (const StoryFact& fact : story.facts) object[fact.key] = cell_json(fact.value);
  for (const StoryTable& table : story.tables) {
    Json rows = Json::array();
    for (const auto& cells : table.rows) {
      Json row = Json::object();
      for (std::size_t c = 0; c < cells.size(); ++c)
        row[table.columns[c].key] = cell_json(cells[c]);
      rows.push_back(std::move(row));
    }
    object[table.key] = std::move(rows);
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lien::pricing
