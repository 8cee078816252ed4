#include "pricing/report/allowance_movement.hpp"

#include <array>
#include <cmath>
#include <map>

namespace lien::pricing {
namespace {

struct Held {
  std::size_t stage = 0;  // 0: stage 1, 1: stage 2
  double allowance = 0;
};

// Contracts of the baseline that have a stage: 12 months' loss in stage 1, the life's in stage 2.
std::map<std::string, Held> held_in(const Table& contracts) {
  std::map<std::string, Held> held;
  for (std::size_t row = 0; row < contracts.rows(); ++row) {
    const double stage = contracts.column("stage").numbers[row];
    if (contracts.column("scenario").texts[row] != "baseline" || std::isnan(stage)) continue;
    const bool second = stage > 1;
    held[contracts.column("contract").texts[row]] = {
        second ? 1U : 0U, contracts.column(second ? "ecl_lifetime" : "ecl_12m").numbers[row]};
  }
  return held;
}

struct Step {
  const char* name;
  std::array<double, 2> stages{};
  int contracts = 0;
};

enum Steps { kBefore, kNew, kGone, kWorse, kBetter, kOnMoves, kInPlace, kAfter, kSteps };

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
                                     {"moved to stage 2"},
                                     {"moved to stage 1"},
                                     {"measured anew on the move"},
                                     {"measured anew, same stage"},
                                     {"after"}}};
  for (const auto& [id, then] : was) {
    add(steps[kBefore], then.stage, then.allowance, 1);
    const auto found = is.find(id);
    if (found == is.end()) {
      add(steps[kGone], then.stage, -then.allowance, 1);
      continue;
    }
    const Held& now = found->second;
    const double change = now.allowance - then.allowance;
    if (now.stage == then.stage) {
      add(steps[kInPlace], now.stage, change, 1);
      continue;
    }
    Step& move = steps[now.stage == 1 ? kWorse : kBetter];
    add(move, then.stage, -then.allowance, 1);
    add(move, now.stage, then.allowance, 0);
    add(steps[kOnMoves], now.stage, change, 1);
  }
  for (const auto& [id, now] : is) {
    add(steps[kAfter], now.stage, now.allowance, 1);
    if (was.count(id) == 0) add(steps[kNew], now.stage, now.allowance, 1);
  }
  table.columns = {{"step", "step"},
                   {"contracts", "contracts"},
                   {"stage_1", "stage 1", 3, scale},
                   {"stage_2", "stage 2", 3, scale},
                   {"total", "total", 3, scale}};
  for (const Step& step : steps)
    table.rows.push_back({std::string(step.name), step.contracts, step.stages[0], step.stages[1],
                          step.stages[0] + step.stages[1]});
  table.note = "A move takes the old allowance along; what the other measure adds stands below it.";
  return table;
}

}  // namespace lien::pricing
