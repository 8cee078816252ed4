#include "pricing/report/change_table.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "engine/elementary/hypotenuse.hpp"

namespace lien::pricing {
namespace {

struct Number {
  double value = 0, error = 0;
};

bool is_allowance(const BridgeColumn& column) { return column.key.rfind("ecl_", 0) == 0; }

// A step of the walk; nothing where it was not needed.
Number step_of(const PartedChange& parted, const char* key, std::size_t column) {
  for (const ChangeStep& step : parted.steps)
    if (step.key == key) return {step.changes[column].value, step.changes[column].standard_error};
  return {};
}

// Numbers of one column, in the order of kRows.
std::vector<Number> numbers_of(const BridgeColumn& column, const PartedChange& parted,
                               std::size_t c) {
  const Number balance = {column.balance, column.balance_error};
  Number terms = step_of(parted, kTermsStep, c), together = step_of(parted, kTogetherStep, c);
  // Of the step that has the second balances, what is not their doing.
  Number& rest = parted.together.empty() ? terms : together;
  rest.value -= balance.value;
  rest.error = engine::hypotenuse(rest.error, balance.error);
  // What another program makes of the same inputs, at both ends.
  const Number program = {
      (parted.before[c].value - column.before.value) + (column.after.value - parted.after[c].value),
      0};
  std::vector<Number> out = {{column.before.value, column.before.standard_error},
                             step_of(parted, kGoneStep, c),
                             balance,
                             terms,
                             step_of(parted, kNewStep, c),
                             step_of(parted, kMarketStep, c),
                             together,
                             step_of(parted, kSettingsStep, c),
                             program,
                             step_of(parted, kSeedStep, c)};
  double sum = 0;
  for (const Number& number : out) sum += number.value;
  out.push_back({column.after.value - sum, 0});
  out.push_back({column.after.value, column.after.standard_error});
  out.push_back({column.after.value - column.before.value, 0});
  return out;
}

constexpr const char* kRows[] = {"before",         kGoneStep,   "in both: balance", kTermsStep,
                                 kNewStep,         kMarketStep, kTogetherStep,      kSettingsStep,
                                 "model: program", kSeedStep,   "rounding",         "after",
                                 "change"};

StoryTable table_of(const Bridge& bridge, const PartedChange& parted, const MoneyUnit& money,
                    bool allowances) {
  StoryTable table{allowances ? "bridge_allowance" : "bridge",
                   "Portfolio, baseline, " + money.label + (allowances ? ": allowances" : ""),
                   {},
                   {},
                   false,
                   ""};
  table.columns = {{"step", "step"}, {"contracts", "contracts"}};
  std::vector<std::vector<Number>> columns;
  for (std::size_t c = 0; c < bridge.columns.size(); ++c) {
    const BridgeColumn& column = bridge.columns[c];
    if (is_allowance(column) != allowances) continue;
    table.columns.push_back({column.key, column.title, 3, 1 / money.size});
    table.columns.push_back({column.key + "_se", "+-", 3, 1 / money.size});
    columns.push_back(numbers_of(column, parted, c));
  }
  const auto contracts = [&](const std::string& row) -> StoryCell {
    const auto count = [](std::size_t n) { return StoryCell{static_cast<int>(n)}; };
    if (row == "before") return count(bridge.gone + bridge.common);
    if (row == kGoneStep) return count(bridge.gone);
    if (row == "in both: balance") return count(bridge.common);
    if (row == kNewStep) return count(bridge.added);
    if (row == "after") return count(bridge.added + bridge.common);
    return {};
  };
  for (std::size_t r = 0; r < std::size(kRows); ++r) {
    const std::string row = kRows[r];
    const bool parts_market = row == kTermsStep || row == kNewStep || row == kMarketStep;
    if (parted.together.empty() ? row == kTogetherStep : parts_market) continue;
    std::vector<StoryCell> cells = {row, contracts(row)};
    for (const auto& column : columns) {
      cells.emplace_back(column[r].value);
      const bool exact = row == "rounding" || row == "model: program" || row == "change";
      if (exact)
        cells.emplace_back();
      else
        cells.emplace_back(column[r].error);
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

std::vector<StoryTable> change_tables(const Bridge& bridge, const PartedChange& parted,
                                      const MoneyUnit& money) {
  std::vector<StoryTable> tables;
  for (const bool allowances : {false, true}) {
    StoryTable table = table_of(bridge, parted, money, allowances);
    if (table.columns.size() > 2) tables.push_back(std::move(table));
  }
  tables.back().note =
      "Each step is the difference of two valuations on the same random numbers where paths and "
      "seed allow, with\nits paired standard error; " +
      std::to_string(parted.runs) +
      " baselines were valued. Balance: change of what is owed, at the old number per balance;\n"
      "its error is an upper bound.";
  if (!parted.together.empty())
    tables.back().note += " The first market could not be parted from the second book: " +
                          without_controls(parted.together) + ".";
  return tables;
}

}  // namespace lien::pricing
