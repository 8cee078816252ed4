#pragma once

#include "pricing/report/write_run.hpp"

namespace lien::pricing {

// A made-up run with every table filled, foreign texts included: what the writers are tried on.
// Its numbers mean nothing; its shapes are those of a book of three loans and two scenarios.
struct SampleRun {
  Inputs inputs;
  RunResults results;
  BuildFacts build;
  RunCircumstances circumstances;
};
[[nodiscard]] SampleRun sample_run();

}  // namespace lien::pricing
