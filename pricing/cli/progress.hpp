#pragma once

#include <chrono>

#include "pricing/measures/value_book.hpp"

namespace lien::pricing {

// Shows on standard error how far a run is: on a terminal one line with a bar and an estimate of
// the time left, else one JSON line per 5 %.
class ProgressMeter {
 public:
  ProgressMeter();
  ~ProgressMeter();  // clears the bar
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;
  void show(const Progress& progress);

 private:
  std::chrono::steady_clock::time_point start_;
  bool terminal_, drawn_ = false;
  int last_step_ = -1;  // twentieths already told
};

}  // namespace lien::pricing
