#include "pricing/report/compare_runs.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "engine/elementary/hypotenuse.hpp"
#include "pricing/book/diagnostic.hpp"
#include "pricing/report/allowance_movement.hpp"
#include "pricing/report/change_table.hpp"
#include "pricing/report/resolved_settings.hpp"
#include "pricing/report/run_bridge.hpp"
#include "pricing/report/text_form.hpp"
#include "pricing/report/tolerance_rows.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kLargest = 10;
constexpr std::size_t kHash = 12;  // digits that tell two files apart for a reader

using Texts = std::vector<std::string>;

// What a setting that names files is made of.
std::vector<std::pair<std::string, std::string>> hashes_of(const ComparedRun& run,
                                                           const std::string& setting) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& file : run.files_of(setting)) {
    const auto found = run.inputs.find(file);
    out.emplace_back(file, found == run.inputs.end() ? "" : found->second);
  }
  return out;
}

std::string files_text(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string text;
  for (const auto& [file, hash] : files)
    text += (text.empty() ? "" : ", ") + file + " (" + hash.substr(0, kHash) + ")";
  return text;
}

bool same_bytes(const std::vector<std::pair<std::string, std::string>>& a,
                const std::vector<std::pair<std::string, std::string>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.second == y.second; });
}

std::string setting_text(const ComparedRun& run, const std::string& key) {
  const auto found = run.settings.find(key);
  return found == run.settings.end() ? unsaid_setting(key) : found->second;
}

// Files by their hashes, whatever they are called; settings by their text.
StoryTable differences_of(const ComparedRun& before, const ComparedRun& after) {
  StoryTable table{"differences", "What the runs differ by", {}, {}, false, ""};
  table.columns = {{"what", "what"}, {"before", "before"}, {"after", "after"}};
  const auto add = [&table](const std::string& what, const std::string& was,
                            const std::string& is) {
    if (was != is) table.rows.push_back({what, was, is});
  };
  add("version", before.version, after.version);
  add("commit", before.commit, after.commit);
  const std::set<std::string> files = {"market", "book", "scenarios", "limits"};
  for (const std::string& setting : files) {
    const auto was = hashes_of(before, setting), is = hashes_of(after, setting);
    if (!same_bytes(was, is)) table.rows.push_back({setting, files_text(was), files_text(is)});
  }
  std::set<std::string> keys;
  for (const ComparedRun* run : {&before, &after})
    for (const auto& [key, value] : run->settings) keys.insert(key);
  for (const std::string& key : keys)
    if (files.count(key) == 0) add(key, setting_text(before, key), setting_text(after, key));
  if (table.rows.empty())
    table.rows.push_back(
        {std::string("nothing: same inputs, settings and program"), std::string(), std::string()});
  return table;
}

// The steps are the rows, the measures the columns.
StoryTable bridge_table(const Bridge& bridge, const MoneyUnit& money) {
  StoryTable table{"bridge", "Portfolio, baseline, " + money.label, {}, {}, false, ""};
  table.columns = {{"step", "step"}, {"contracts", "contracts"}};
  for (const BridgeColumn& column : bridge.columns)
    table.columns.push_back({column.key, column.title, 3, 1 / money.size});
  const auto add = [&](const char* step, StoryCell contracts, const auto& number) {
    std::vector<StoryCell> row = {std::string(step), std::move(contracts)};
    for (const BridgeColumn& column : bridge.columns) row.emplace_back(number(column));
    table.rows.push_back(std::move(row));
  };
  const auto count = [](std::size_t n) { return StoryCell{static_cast<int>(n)}; };
  using Column = const BridgeColumn&;
  add("before", count(bridge.gone + bridge.common), [](Column c) { return c.before.value; });
  add("new contracts", count(bridge.added), [](Column c) { return c.added; });
  add("gone: matured or removed", count(bridge.gone), [](Column c) { return c.gone; });
  add("in both: balance", count(bridge.common), [](Column c) { return c.balance; });
  add("in both: value per balance", {}, [](Column c) { return c.value; });
  add("rounding", {}, [](Column c) { return c.rounding; });
  add("after", count(bridge.added + bridge.common), [](Column c) { return c.after.value; });
  add("change", {}, [](Column c) { return c.after.value - c.before.value; });
  add("standard error of it, at most", {},
      [](Column c) { return engine::hypotenuse(c.before.standard_error, c.after.standard_error); });
  table.note =
      "Balance: change of what is owed, at the old number per balance. Value per balance: market, "
      "model, terms, date and\nseed together; without --stored they are parted. "
      "The error is that of independent runs: one\nseed in both makes it smaller.";
  return table;
}

StoryTable largest_of(const Bridge& bridge, const MoneyUnit& money) {
  StoryTable table{"largest_changes", "", {}, {}, false, ""};
  if (bridge.columns.empty()) return table;
  const BridgeColumn& column = bridge.columns.front();
  std::vector<BridgeColumn::Common> all = column.common;
  std::erase_if(all, [](const auto& c) { return c.before == c.after; });
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::abs(a.after - a.before) > std::abs(b.after - b.before);
  });
  all.resize(std::min(all.size(), kLargest));
  table.title = "Largest changes of contracts in both, " + column.title + ", " + money.label;
  const double scale = 1 / money.size;
  table.columns = {{"id", "contract"},
                   {"before", "before", 3, scale},
                   {"after", "after", 3, scale},
                   {"change", "change", 3, scale}};
  for (const auto& c : all) table.rows.push_back({c.id, c.before, c.after, c.after - c.before});
  return table;
}

StoryTable tolerances_table(const std::vector<ToleranceResult>& results) {
  StoryTable table{"tolerances", "Tolerances", {}, {}, false, ""};
  table.columns = {{"kept", ""},          {"measure", "measure"},
                   {"level", "level"},    {"let", "let", 9},
                   {"kind", ""},          {"compared", "compared"},
                   {"beyond", "beyond"},  {"missing", "in one run only"},
                   {"worst", "farthest"}, {"before", "before", 9},
                   {"after", "after", 9}};
  for (const ToleranceResult& r : results) {
    const Tolerance& t = r.tolerance;
    const auto number = [&](double x) { return r.compared > 0 ? StoryCell{x} : StoryCell{}; };
    table.rows.push_back({std::string(r.kept() ? "kept" : "EXCEEDED"), t.measure, t.level,
                          t.absolute ? *t.absolute : *t.relative,
                          std::string(t.absolute ? "absolute" : "relative"),
                          static_cast<int>(r.compared), static_cast<int>(r.beyond),
                          static_cast<int>(r.missing), r.worst, number(r.before), number(r.after)});
  }
  return table;
}

StoryFact run_fact(const char* key, const ComparedRun& run) {
  return {key, key,
          run.directory + ": " + run.name + " on " + run.valuation_date + ", " +
              integer_text(run.paths) + " paths, seed " + std::to_string(run.seed) + ", lien " +
              run.version};
}

}  // namespace

std::vector<FollowedNumber> followed_numbers(const ComparedRun& before, const ComparedRun& after) {
  if (before.currency != after.currency)
    throw InputError({{{after.directory, 0, 0},
                       "currency",
                       after.currency,
                       "is another than " + before.currency + " of " + before.directory,
                       "compare runs in one currency"}});
  std::vector<FollowedNumber> followed;
  for (const BridgeColumn& column : bridge_of(before, after).columns) followed.push_back(column.of);
  return followed;
}

bool same_files(const ComparedRun& before, const ComparedRun& after, const std::string& setting) {
  return same_bytes(hashes_of(before, setting), hashes_of(after, setting));
}

Comparison compare_runs(const ComparedRun& before, const ComparedRun& after,
                        const PartedChange* parted, const std::vector<Tolerance>& tolerances) {
  const Bridge bridge = bridge_of(before, after);
  double largest = 0;
  for (const BridgeColumn& column : bridge.columns)
    largest = std::max({largest, std::abs(column.before.value), std::abs(column.after.value)});
  const MoneyUnit money = money_unit(largest, after.currency);
  Comparison out;
  out.story.kind = "comparison";
  out.story.id = before.name + (before.name == after.name ? "" : " and " + after.name);
  out.story.facts = {run_fact("before", before), run_fact("after", after)};
  out.story.tables = {differences_of(before, after)};
  if (parted == nullptr)
    out.story.tables.push_back(bridge_table(bridge, money));
  else
    for (StoryTable& table : change_tables(bridge, *parted, money))
      out.story.tables.push_back(std::move(table));
  out.story.tables.push_back(largest_of(bridge, money));
  StoryTable movement =
      allowance_movement(before.contracts, after.contracts, 1 / money.size, money.label);
  if (!movement.rows.empty()) out.story.tables.push_back(std::move(movement));
  if (tolerances.empty()) return out;
  const auto results = hold_tolerances(before.measures, after.measures, tolerances);
  for (const ToleranceResult& result : results) out.passed += result.kept() ? 0 : 1;
  out.story.tables.push_back(tolerances_table(results));
  return out;
}

}  // namespace lien::pricing
