#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/book/diagnostic.hpp"
#include "pricing/contract/run_settings.hpp"

// limits.toml: what a desk may not exceed. Names are those of measures.csv.
namespace lien::pricing {

// A bound on every row of measures.csv that it matches. A field that narrows nothing is empty.
struct Limit {
  std::string id;
  std::string measure;
  std::string level;  // portfolio, party, vehicle, contract, hardware
  std::string of;     // id in measures.csv
  std::string scenario;
  std::string measure_basis;
  std::optional<int> horizon_months;
  std::optional<double> confidence;
  std::optional<double> max, min;  // one of the two
  Location where;
};

// The largest difference between two runs that `lien compare` lets pass.
struct Tolerance {
  std::string measure;
  std::string level;
  std::optional<double> absolute, relative;  // one of the two
  Location where;
};

struct Limits {
  std::vector<Limit> limits;
  std::vector<Tolerance> tolerances;
};

}  // namespace lien::pricing
