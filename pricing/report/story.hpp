#pragma once

#include <string>
#include <variant>
#include <vector>

#include "pricing/report/text_table.hpp"

// What `lien explain` has to tell about one thing, as plain data: the terminal and JSON are two
// ways of writing the same story.
namespace lien::pricing {

// monostate: not applicable.
using StoryCell = std::variant<std::monostate, double, int, std::string>;

struct StoryFact {
  std::string key;    // "operating_cost"
  std::string label;  // "operating cost, USD per hour"
  StoryCell value;
};

struct StoryColumn {
  std::string key;    // "rent_mean"
  std::string title;  // "rent", with its unit where the table's title has none
  int decimals = 2;   // of a number on the terminal, none from 1,000 on
  double scale = 1;   // on the terminal only: 100 for percent
};

struct StoryTable {
  std::string key, title;
  std::vector<StoryColumn> columns;
  std::vector<std::vector<StoryCell>> rows;
  bool thinned = false;  // first column is a month: a terminal shows every third
  std::string note;      // under the table
};

struct Story {
  std::string kind, id;  // "hardware", "H100"
  std::vector<StoryFact> facts;
  std::vector<StoryTable> tables;
};

[[nodiscard]] std::string story_text(const Story& story, const TerminalStyle& style);

// One object: kind, id, the facts by key, each table as an array of objects by column key. Numbers
// unscaled, all months.
[[nodiscard]] std::string story_json(const Story& story);

}  // namespace lien::pricing
