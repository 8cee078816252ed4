#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pricing/measures/basis_run.hpp"
#include "pricing/measures/value_book.hpp"

namespace lien::pricing {

// Counts tasks over several simulations.
class ProgressCounter {
 public:
  // checkpoints: of the simulations that are counted; null: none are kept.
  ProgressCounter(const std::function<void(const Progress&)>& report, std::uint64_t total,
                  Checkpoints* checkpoints = nullptr)
      : report_(&report), total_(total), checkpoints_(checkpoints) {}
  SimulationWatch start(const std::string& scenario) {
    before_ = done_;
    return {[this, scenario](std::uint64_t tasks) {
              done_ = before_ + tasks;
              if (*report_) (*report_)({scenario, done_, total_});
            },
            checkpoints_};
  }
  // For work that is not counted: only its name is told.
  std::function<void(const std::string&)> finished_beside() {
    return [this](const std::string& name) {
      if (*report_) (*report_)({name, done_, total_});
    };
  }

 private:
  const std::function<void(const Progress&)>* report_;
  std::uint64_t total_, before_ = 0, done_ = 0;
  Checkpoints* checkpoints_;
};

// Tasks of one simulation, and how many simulations a scenario takes.
[[nodiscard]] std::uint64_t tasks_of(const RunSettings& settings);
[[nodiscard]] std::uint64_t simulations_of(const RunSettings& settings);

}  // namespace lien::pricing
