#include "tests/pricing/report/sample_run.hpp"

#include <array>
#include <cmath>

namespace lien::pricing {
namespace {

constexpr const char* kScenarios[] = {"baseline", "rent_replay", "early_launch", "customer_default",
                                      "rates_up"};

std::string date_of(int month) {
  const int months = 2026 * 12 + 8 + month;
  const int in_year = months % 12 + 1;
  return std::to_string(months / 12) + (in_year < 10 ? "-0" : "-") + std::to_string(in_year) +
         "-30";
}

void add_measures(Table& table) {
  struct Line {
    const char* basis;
    const char* measure;
    int horizon;  // -1: none
    double value, error;
  };
  constexpr Line lines[] = {{"risk_neutral", "present_value", -1, 4.7129e9, 2.1e6},
                            {"risk_neutral", "price", -1, 0.9731, 0.00043},
                            {"real_world", "expected_loss", 12, 4.12e7, 1.9e5},
                            {"real_world", "expected_loss", 0, 1.634e8, 6.1e5},
                            {"real_world", "ecl_12m", 12, 4.2e7, 2.0e5},
                            {"real_world", "ecl_lifetime", 0, 1.571e8, 5.9e5},
                            {"real_world", "probability_of_default", 12, 0.0312, 0.00012},
                            {"real_world", "probability_of_default", 0, 0.1123, 0.0003},
                            {"real_world", "breach_probability", 12, 0.067, 0.0004},
                            {"real_world", "breach_probability", 0, 0.231, 0.0007}};
  double shift = 0;
  for (const char* scenario : kScenarios) {
    for (const Line& line : lines) {
      const bool value = std::string_view(line.basis) == "risk_neutral";
      const double now = line.value * (value ? 1 - shift / 8 : 1 + shift);
      const Cell horizon = line.horizon < 0 ? Cell{} : Cell{line.horizon};
      table.add(
          {scenario, line.basis, "portfolio", {}, line.measure, horizon, {}, now, line.error});
      if (shift > 0)
        table.add({scenario,
                   line.basis,
                   "portfolio",
                   {},
                   std::string(line.measure) + "_change",
                   horizon,
                   {},
                   now - line.value,
                   line.error / 4});
    }
    shift += 0.37;
  }
}

void add_contracts(Table& table) {
  for (const char* scenario : kScenarios)
    for (int i = 0; i < 14; ++i) {
      const std::string id = "L-" + std::to_string(100 + i);
      const double balance = 1e7 * (i + 1);
      table.add({scenario,
                 id,
                 i % 3 == 0 ? "neocloud-a" : "lab-b",
                 "USD",
                 balance,
                 1,
                 balance * 0.97,
                 balance * 1e-4,
                 0.97,
                 1e-4,
                 balance * 0.002 * ((i * 7) % 11),
                 balance * 1e-5,
                 balance * 1e-3,
                 balance * 1e-5,
                 balance * 2e-3,
                 balance * 1e-5,
                 0.031 + 0.004 * i,
                 0.0005,
                 0.71,
                 {},
                 0.88,
                 0.001,
                 i == 0 ? Cell{} : Cell{0.12},
                 i == 0 ? Cell{} : Cell{0.001}});
    }
}

void add_paths(Table& table) {
  struct Series {
    const char* name;
    const char* id;
    double start, decay, stdev;
  };
  constexpr Series list[] = {
      {"rental_rate", "A100", 1.35, 0.45, 0.42},  {"rental_rate", "H100", 2.60, 0.38, 0.42},
      {"rental_rate", "GB300", 4.85, 0.31, 0.42}, {"resale_value", "A100", 5200, 0.9, 0.5},
      {"resale_value", "H100", 21500, 0.62, 0.5}, {"resale_value", "GB300", 52500, 0.5, 0.5},
      {"loan_to_value", "", 0.66, 0.12, 0.2},     {"short_rate", "", 0.0395, 0.02, 0.15}};
  for (const Series& s : list)
    for (int month = 0; month <= 60; ++month) {
      const double t = month / 12.0, sd = s.stdev * std::sqrt(t);
      const auto level = [&](double z) { return s.start * std::exp(-s.decay * t + sd * z); };
      table.add({"baseline", "real_world", s.name, s.id, month, date_of(month), level(sd / 2),
                 0.001, sd, level(-1.645), level(-0.674), level(0), level(0.674), level(1.645)});
    }
}

void add_losses(RunTables& tables) {
  tables.loss_histogram = {.name = "loss_histogram",
                           .columns = {{"scenario", ColumnKind::text, {}, {}},
                                       {"horizon_months", ColumnKind::integer, {}, {}},
                                       {"low", ColumnKind::number, {}, {}},
                                       {"high", ColumnKind::number, {}, {}},
                                       {"share", ColumnKind::number, {}, {}}}};
  for (const int horizon : {12, 0}) {
    const double scale = horizon == 12 ? 4.1e7 : 1.6e8;
    for (int bin = 0; bin < 60; ++bin) {
      const double share = bin == 0 && horizon == 12 ? 0.41 : 0.09 * std::exp(-bin / 9.0);
      tables.loss_histogram.add(
          {"baseline", horizon, bin * scale / 8, (bin + 1) * scale / 8, share});
    }
    for (const char* scenario : kScenarios)
      for (const double level : {0.5, 0.95, 0.99, 0.995, 0.999}) {
        const double var = scale * 2.2 * -std::log10(1.0001 - level);
        tables.losses.add({scenario, horizon, level, "USD", var, var * 0.97, var * 1.03, var * 1.2,
                           var * 1.16, var * 1.25, level + 0.00001});
      }
  }
}

// Contracts in the order of their losses; the vendor of most of them unknown.
void add_contributions(RunTables& tables) {
  for (const int horizon : {12, 0})
    for (const double level : {0.95, 0.99}) {
      const double scale = (horizon == 12 ? 1e6 : 4e6) * level;
      const auto add = [&](const char* by, const std::string& id, double part) {
        tables.contributions.add(
            {"baseline", horizon, level, by, id, "USD", part, part / 40, part * 0.9});
      };
      for (int i = 0; i < 14; ++i) add("contract", "L-" + std::to_string(100 + i), scale * (i + 1));
      add("party", "lab-b", 70 * scale);
      add("party", "neocloud-a", 35 * scale);
      add("vendor", "", 95 * scale);
      add("vendor", "nvidia", 10 * scale);
    }
  tables.balances.add({"party", "lab-b", 6.9e8});
  tables.balances.add({"party", "neocloud-a", 3.6e8});
  tables.balances.add({"vendor", "", 9.5e8});
  tables.balances.add({"vendor", "nvidia", 1e8});
}

void add_covenants(Table& table) {
  for (const char* test : {"debt_service_coverage_ratio", "loan_to_value"})
    for (int contract = 0; contract < 3; ++contract)
      for (int month = 3; month <= 60; month += 3) {
        const double share =
            (test[0] == 'd' ? 0.11 : 0.17) * (1 - std::exp(-month / 20.0)) * (1 + 0.2 * contract);
        table.add({"baseline",
                   "real_world",
                   "L-" + std::to_string(contract),
                   test,
                   month,
                   date_of(month),
                   share,
                   0.001,
                   share * 1.3,
                   {}});
      }
}

}  // namespace

SampleRun sample_run() {
  using namespace std::chrono;
  SampleRun run;
  RunSettings& settings = run.inputs.settings;
  settings.name = "neocloud";
  settings.valuation_date = sys_days{2026y / September / 30};
  settings.file = "book/run.toml";
  settings.market = "book/market.toml";
  settings.book = {"book/loans.csv", "book/leases.csv"};
  settings.scenarios = "book/scenarios.csv";
  settings.seed = 20260930;
  run.inputs.market.currency = "USD";
  const auto scenario = [&](const char* id, const char* input, Shock shock,
                            std::optional<int> month, std::optional<double> value,
                            const char* source) {
    run.inputs.scenarios.push_back({id, input, shock, month, value, 0.1, source, {}});
  };
  scenario("rent_replay", "hardware.*.rental_rate", Shock::relative, 0, 0, "H100 in 2023-24");
  scenario("rent_replay", "hardware.*.rental_rate", Shock::relative, 18, -0.75, "held after");
  scenario("early_launch", "launches.nvidia.mean_years", Shock::relative, {}, -0.4, "sooner");
  scenario("customer_default", "party.meta", Shock::default_event, 6, {}, "largest customer");
  scenario("rates_up", "rates.zero_curve", Shock::absolute, {}, 0.02, "<b>parallel</b>");

  RunTables& tables = run.results.tables;
  add_measures(tables.measures);
  add_contracts(tables.contracts);
  add_paths(tables.paths);
  add_losses(tables);
  add_contributions(tables);
  add_covenants(tables.covenants);
  tables.cashflows.add(
      {"baseline", "risk_neutral", "L-100", "USD",    1,    "2026-10-30", 95833.0, 250000.0, {}, {},
       9750000.0,  95000.5,        12.5,    248000.0, 30.0, 900.25,       3.5,     {},       {}, {},
       {}});
  tables.checks.add({"rows read = priced + rejected", 1402.0, 1402.0, 0.0, "true"});
  tables.checks.add({"balance of the tape", 4.8430821e9, 4.8430821e9, 0.01, "true"});
  tables.checks.add({"discounted zero-coupon bond, 60 months", 0.834, 0.83402, 1e-4, "false"});
  tables.rejects.add({"book/loans.csv", 7, 3, "loan <script>alert(1)</script> / units",
                      "=HYPERLINK(\"http://x\")", "must be \"> 0\",\nnot a formula",
                      "@SUM(A1)\x1b[31m"});
  RunFacts& facts = run.results.facts;
  facts.paths = 65536;
  facts.block_paths = 64;
  facts.months = 84;
  facts.contracts_priced = 1402;
  facts.rows_read = 1403;
  facts.rows_rejected = 1;
  facts.balance = 4.8430821e9;
  facts.drivers_off = {"power", "credit", "regime of scarcity"};
  facts.notes = {"Resale value of A100 is the income strip, clamped outside its grid.",
                 "<script>alert('note')</script> stays a text."};
  facts.accuracy = {{"resale_interpolation_error", 3.2e-5}, {"fit_error", std::nan("")}};
  facts.stage_seconds = {{"read", 0.1}, {"simulate", 12.5}};
  facts.loan_months = 1.5e10;
  run.build = {"0.1.0", "unknown", "GNU 12.2.0", {{"QuantLib", "1.29"}}};
  run.circumstances = {"2026-09-30T08:15:00Z", "2026-09-30T08:15:13Z", "desk", 2, "avx2"};
  return run;
}

}  // namespace lien::pricing
