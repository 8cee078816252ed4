#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pricing/measures/value_book.hpp"

namespace lien::pricing {

// Counts tasks over several simulations.
class ProgressCounter {
 public:
  ProgressCounter(const std::function<void(const Progress&)>& report, std::uint64_t total)
      : report_(&report), total_(total) {}
  std::function<void(std::uint64_t)> start(const std::string& scenario) {
    before_ = done_;
    return [this, scenario](std::uint64_t tasks) {
      done_ = before_ + tasks;
      if (*report_) (*report_)({scenario, done_, total_});
    };
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
};

// Tasks of one simulation, and how many simulations a scenario takes.
[[nodiscard]] std::uint64_t tasks_of(const RunSettings& settings);
[[nodiscard]] std::uint64_t simulations_of(const RunSettings& settings);

}  // namespace lien::pricing
