#include "pricing/report/allowance_movement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace lien::pricing {
namespace {

struct Held {
  std::size_t stage = 0;  // 0: stage 1, 1: stage 2, 2: stage 3
  double allowance = 0;
};

// Contracts of the baseline that have a stage: 12 months' loss in stage 1, the life's from then on.
std::map<std::string, Held> held_in(const Table& contracts) {
  std::map<std::string, Held> held;
  for (std::size_t row = 0; row < contracts.rows(); ++row) {
    const double stage = contracts.column("stage").numbers[row];
    if (contracts.column("scenario").texts[row] != "baseline" || std::isnan(stage)) continue;
    held[contracts.column("contract").texts[row]] = {
        static_cast<std::size_t>(stage) - 1,
        contracts.column(stage > 1 ? "ecl_lifetime" : "ecl_12m").numbers[row]};
  }
  return held;
}

struct Step {
  const char* name;
  std::array<double, 3> stages{};
  int contracts = 0;
};

enum Steps {
  kBefore,
  kNew,
  kMatured,
  kToFirst,
  kToSecond,
  kToThird,
  kOnMoves,
  kInPlace,
  kAfter,
  kSteps
};

void add(Step& step, std::size_t stage, double amount, int contracts) {
  step.stages[stage] += amount;
  step.contracts += contracts;
}

}  // namespace

StoryTable allowance_movement(const Table& before, const Table& after, double scale,
                              const std::string& unit) {
  StoryTable table{
      "allowance_movement", "Allowance by IFRS 9 stage, baseline, " + unit, {}, {}, false, ""};
  const auto was = held_in(before), is = held_in(after);
  if (was.empty() || is.empty()) return table;
  std::array<Step, kSteps> steps = {{{"before"},
                                     {"new contracts"},
                                     {"gone: matured or removed"},
                                     {"moved to stage 1"},
                                     {"moved to stage 2"},
                                     {"moved to stage 3"},
                                     {"measured anew on the move"},
                                     {"measured anew, same stage"},
                                     {"after"}}};
  for (const auto& [id, then] : was) {
    add(steps[kBefore], then.stage, then.allowance, 1);
    const auto found = is.find(id);
    if (found == is.end()) {
      add(steps[kMatured], then.stage, -then.allowance, 1);
      continue;
    }
    const Held& now = found->second;
    const double change = now.allowance - then.allowance;
    if (now.stage == then.stage) {
      add(steps[kInPlace], now.stage, change, 1);
      continue;
    }
    Step& move = steps[kToFirst + now.stage];
    add(move, then.stage, -then.allowance, 1);
    add(move, now.stage, then.allowance, 0);
    add(steps[kOnMoves], now.stage, change, 1);
  }
  for (const auto& [id, now] : is) {
    add(steps[kAfter], now.stage, now.allowance, 1);
    if (was.count(id) == 0) add(steps[kNew], now.stage, now.allowance, 1);
  }
  // Without a contract in default the third column and row would be empty.
  const bool third =
      std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.stages[2] != 0; });
  table.columns = {{"step", "step"},
                   {"contracts", "contracts"},
                   {"stage_1", "stage 1", 3, scale},
                   {"stage_2", "stage 2", 3, scale}};
  if (third) table.columns.push_back({"stage_3", "stage 3", 3, scale});
  table.columns.push_back({"total", "total", 3, scale});
  for (const Step& step : steps) {
    if (&step == &steps[kToThird] && !third) continue;
    std::vector<StoryCell> row = {std::string(step.name), step.contracts, step.stages[0],
                                  step.stages[1]};
    if (third) row.emplace_back(step.stages[2]);
    row.emplace_back(step.stages[0] + step.stages[1] + step.stages[2]);
    table.rows.push_back(std::move(row));
  }
  table.note = "A move takes the old allowance along; what the other measure adds stands below it.";
  return table;
}

}  // namespace lien::pricing
