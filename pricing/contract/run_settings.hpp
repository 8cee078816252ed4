#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pricing/contract/contract.hpp"

namespace lien::pricing {

enum class MeasureBasis { risk_neutral, real_world };  // prices; losses

// Staging of provisions: [provisions].
struct Provisions {
  double significant_increase_ratio = 0;  // > 1
  int days_past_due_backstop = 30;
  double loss_given_default_floor = 0;  // share of the exposure
};

// Regulatory capital: [capital]. An empty figure is taken as simulated.
struct CapitalRule {
  bool slotting = false;  // else internal ratings
  std::optional<double> loss_given_default;
  std::optional<double> effective_maturity_years;
};

// The loss that a reverse stress asks about: [reverse_stress].
struct ReverseStress {
  std::optional<double> loss, loss_share;  // money, or a share of the balance: one of the two
  int horizon_months = 0;                  // one of loss_horizon_months
  bool shocks = false;                     // look for single shocks too
  std::optional<double> confidence;        // of the expected shortfall that a shock must bring to
                                           // the loss; empty: the expected loss
};

// run.toml after options of the command line were laid over it.
struct RunSettings {
  RunSettings();  // these six: run_settings.cpp
  RunSettings(const RunSettings&);
  RunSettings(RunSettings&&) noexcept;
  RunSettings& operator=(const RunSettings&);
  RunSettings& operator=(RunSettings&&) noexcept;
  ~RunSettings();

  std::string name;
  Date valuation_date{};
  std::string file;    // run.toml itself
  std::string market;  // paths, resolved against the folder of run.toml
  std::vector<std::string> book;
  std::string scenarios;            // empty: none
  std::string limits;               // empty: none
  bool skip_rejected_rows = false;  // on_reject = "skip"

  std::uint64_t paths = 65536;
  std::uint64_t seed = 1;
  bool sobol = false;             // sampling; else philox
  std::uint64_t replicates = 16;  // of Sobol points: independent scrambles
  // Share of the balance that the standard error of present_value is to reach.
  std::optional<double> target_error;
  bool risk_neutral = true;  // measure_basis
  bool real_world = true;
  int horizon_months = 0;            // 0: to the last cash flow
  int steps_per_year = 12;           // other than 12 only for a book of instruments
  bool sample_values = false;        // default_method = "sampled"; else survival_weighted
  bool copula = false;               // default_method = "copula"
  bool importance_sampling = false;  // of the real-world tails
  bool control_variates = false;     // philox: means corrected by numbers of known mean
  bool single_precision = false;     // of the months of loans and leases; else double
  unsigned threads = 0;              // 0: all

  std::vector<double> confidence = {0.95, 0.99, 0.995, 0.999};
  std::vector<int> loss_horizon_months = {12, 0};  // 0: lifetime
  bool contract_months = false;
  bool cecl = false;          // the allowance of ASC 326 too
  bool look_through = false;  // exposures as customer, guarantor and vendor too
  std::optional<Provisions> provisions;
  std::optional<CapitalRule> capital;
  std::optional<ReverseStress> reverse_stress;
  std::optional<std::pair<double, double>> premium_interval{};  // factors on every risk premium
};

// One row of scenarios.csv.
enum class Shock { relative, absolute, level, default_event, launch, cancel, draw };
struct ScenarioRow {
  std::string scenario;
  std::string input;  // input path, "hardware.*.rental_rate"
  Shock shock = Shock::relative;
  std::optional<int> month;  // empty: always
  std::optional<double> value;
  double weight = 0;
  std::string source;
  RowSource where;
};

}  // namespace lien::pricing
