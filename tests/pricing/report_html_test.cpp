#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <tuple>
#include <utility>

#include "pricing/report/file_digest.hpp"
#include "pricing/report/provision_summary.hpp"
#include "pricing/report/svg_plot.hpp"
#include "pricing/report/text_form.hpp"
#include "pricing/report/text_table.hpp"
#include "tests/pricing/report/sample_run.hpp"

namespace lien::pricing {
namespace {

// Tags that open and close in order: what an XML parser would ask of this subset of HTML.
std::string first_unbalanced(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos) return html.substr(at, 40);
    const std::string tag = html.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" \n"));
    if (name == "!DOCTYPE" || name == "meta" || tag.back() == '/') continue;
    if (tag.front() != '/') {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != tag.substr(1)) return "</" + tag.substr(1) + ">";
      open.pop_back();
    }
    if (name == "style") at = html.find("</style>", at) - 1;
  }
  return open.empty() ? "" : open.back();
}

std::string sample_html() {
  const SampleRun run = sample_run();
  return report_html({run.inputs.settings, "USD", run.inputs.scenarios, "0.1.0"}, run.results);
}

TEST(ReportHtml, IsWellFormedAndSaysWhatACommitteeAsks) {
  const std::string html = sample_html();
  EXPECT_EQ(first_unbalanced(html), "");
  for (const char* wanted :
       {"Present value", "Covenants breached, 12 months", "rent_replay", "USD per accelerator-hour",
        "99 % value at risk", "Largest expected losses", "L-112", "regime of scarcity", "FAILED"})
    EXPECT_NE(html.find(wanted), std::string::npos) << wanted;
  EXPECT_EQ(html.find(">nan"), std::string::npos);
}

// The lifetime at 99 %, of 105 units of 3.96 m: the largest contract has 14 of them. A party's
// share of the tail stands beside its share of the balance.
TEST(ReportHtml, ShowsContributionsAndConcentration) {
  const std::string html = sample_html();
  const std::size_t at = html.find("Largest contributions");
  ASSERT_NE(at, std::string::npos);
  const std::string section = html.substr(at, html.find("</section>", at) - at);
  EXPECT_NE(section.find("lifetime, level 99 %"), std::string::npos);
  EXPECT_LT(section.find("L-113"), section.find("L-112"));
  EXPECT_EQ(section.find("L-103"), std::string::npos);                // the eleventh
  for (const char* wanted : {">13.3<",                                // 14 / 105
                             ">65.7<", ">66.7<", ">34.3<", ">33.3<",  // parties
                             ">90.5<", ">9.5<", ">none<"})            // vendors
    EXPECT_NE(section.find(wanted), std::string::npos) << wanted << section;
}

// Two contracts of stage 1 and one of stage 2: 12 months of loss for those, the life for this.
TEST(ReportHtml, ShowsProvisionsByStageAndCapital) {
  RunTables tables = sample_run().results.tables;
  tables.contracts = contracts_table();
  tables.measures = measures_table();
  const Cell none;
  const auto add = [&](std::string_view scenario, std::string_view contract, Cell stage,
                       double balance, double year, double life) {
    const Cell p = std::string_view("p"), usd = std::string_view("USD");
    std::vector<Cell> cells = {scenario, contract, p, usd, balance, stage};
    for (int i = 0; i < 6; ++i) cells.push_back(none);  // value, price, loss
    cells.insert(cells.end(), {year, year / 10, life, life / 10});
    cells.resize(tables.contracts.columns.size(), none);
    tables.contracts.add(cells);
  };
  add("baseline", "b", 2, 3e6, 1e5, 4e5);
  add("baseline", "a", 1, 1e6, 1e4, 9e5);
  add("baseline", "c", 1, 2e6, 3e4, 9e5);
  add("shock", "a", 1, 1e6, 5e4, 9e5);
  add("shock", "d", none, 1e6, 5e4, 9e5);
  const auto lines = stage_lines(tables.contracts);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].stage, 1);
  EXPECT_EQ(lines[0].contracts, 2u);
  EXPECT_EQ(lines[0].balance, 3e6);
  EXPECT_NEAR(lines[0].provision.value, 4e4, 1e-9);
  EXPECT_NEAR(lines[0].provision.standard_error, 4e3, 1e-9);
  EXPECT_NEAR(lines[1].provision.value, 4e5, 1e-9);
  EXPECT_EQ(lines[2].scenario, "shock");
  const MoneyUnit money = money_unit(6e6, "USD");
  EXPECT_EQ(provision_sentence(tables.contracts, money),
            "Provisions by IFRS 9 stage, " + money.label +
                ": stage 1: 0.0400 +- 0.0040 on 3.0 of 2 contracts; stage 2: 0.400 +- 0.040 on 3.0 "
                "of 1 contract (errors added up)");
  const std::string section = provisions_section(tables, money);
  EXPECT_EQ(first_unbalanced(section), "");
  EXPECT_NE(section.find("0.0400<span class=\"error\">&#177; 0.0040"), std::string::npos)
      << section;
  EXPECT_EQ(capital_section(tables, money), "");
  for (const auto& [measure, value] : {std::pair{"risk_weight", 0.7}, {"capital_requirement", 3e5}})
    tables.measures.add({std::string_view("baseline"), std::string_view("real_world"),
                         std::string_view("portfolio"), std::string_view(""),
                         std::string_view(measure), none, none, value, value / 100});
  const std::string capital = capital_section(tables, money);
  EXPECT_NE(capital.find("70.00 %"), std::string::npos) << capital;
  EXPECT_NE(capital.find("0.3000"), std::string::npos) << capital;
}

TEST(ReportHtml, SaysHorizonAndLiquidationApart) {
  SampleRun run = sample_run();
  run.results.facts.horizon_months = 60;
  run.results.facts.liquidation_months = 3;
  const auto page = [&] {
    return report_html({run.inputs.settings, "USD", run.inputs.scenarios, "0.1.0"}, run.results);
  };
  EXPECT_NE(page().find("<dt>horizon</dt><dd>60 months</dd>"), std::string::npos);
  EXPECT_NE(page().find("<dt>liquidation</dt><dd>up to 3 months</dd>"), std::string::npos);
  run.results.facts.liquidation_months = 0;
  EXPECT_EQ(page().find("<dt>liquidation"), std::string::npos);
}

TEST(ReportHtml, RunsNoForeignMarkupAndOpensOffline) {
  const std::string html = sample_html();
  for (const char* forbidden :
       {"<script", "<b>parallel", "http:", "https:", "url(", "@import", "style=\""})
    EXPECT_EQ(html.find(forbidden), std::string::npos) << forbidden;
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
  // The policy allows the one style sheet by its hash; hashed here from the page as written.
  const std::size_t begin = html.find("<style>") + 7;
  const std::string style = html.substr(begin, html.find("</style>") - begin);
  EXPECT_NE(html.find("style-src 'sha256-" + base64(sha256(style)) + "'"), std::string::npos);
}

TEST(ReportHtml, SaysNothingOfTimeOrMachine) {
  const std::string html = sample_html();
  for (const char* forbidden : {"2026-09-30T", "avx2", "desk", "GNU"})
    EXPECT_EQ(html.find(forbidden), std::string::npos) << forbidden;
}

// Hostile names stay text; the first month of one path in a hundred is the calendar's.
TEST(ReportHtml, TellsOfEachVehicle) {
  SampleRun run = sample_run();
  RunTables& tables = run.results.tables;
  Vehicle vehicle;
  vehicle.id = "spv<b>";
  Tranche senior;
  senior.id = "senior";
  vehicle.tranches = {senior};
  Covenant dscr;
  dscr.id = "dscr";
  dscr.test = CovenantTest::debt_service_coverage_ratio;
  dscr.min = 1.35;
  vehicle.covenants = {dscr};
  Guarantee backstop;
  backstop.id = "backstop";
  backstop.guarantor = "maker";
  vehicle.guarantees = {backstop};
  std::vector<Cell> contract = {"baseline", "spv<b>/senior", "shell", "USD", 2.5e9, 1};
  for (const double number : {2.4e9, 1e6, 0.9612, 0.0004, 4.25e7, 2e5, 1e6, 1e3, 2e6, 1e3, 0.0775,
                              0.0002, 0.8, 0.0, 1.1, 0.01, 0.2, 0.001})
    contract.push_back(number);
  tables.contracts.add(contract);
  const auto measure = [&](const char* basis, const char* level, const char* id, const char* name,
                           double value) {
    tables.measures.add({"baseline", basis, level, id, name, 0, {}, value, {}});
  };
  measure("real_world", "contract", "spv<b>/senior", "loss_given_default", 0.437);
  measure("risk_neutral", "contract", "spv<b>/backstop", "guarantee_value", 3.125e7);
  measure("risk_neutral", "vehicle", "spv<b>", "equity_value", 5.5e8);
  measure("real_world", "vehicle", "spv<b>", "probability_of_default", 0.0775);
  for (const auto& [month, ratio] : {std::pair{3, 1.9}, {6, 1.5}, {9, 1.4}})
    tables.measures.add({"baseline",
                         "real_world",
                         "vehicle",
                         "spv<b>",
                         "debt_service_coverage_ratio",
                         month,
                         {},
                         ratio,
                         0.01});
  for (const auto& [month, date, breach, ever] : {std::tuple{3, "2026-12-30", 0.004, 0.004},
                                                  {6, "2027-03-30", 0.03, 0.032},
                                                  {9, "2027-06-30", 0.06, 0.071}})
    tables.covenants.add(
        {"baseline", "real_world", "spv<b>", "dscr", month, date, breach, 0.0001, ever, 0.5});
  const std::vector<Vehicle> vehicles = {vehicle};
  const std::string html = report_html(
      {run.inputs.settings, "USD", run.inputs.scenarios, "0.1.0", &vehicles}, run.results);
  EXPECT_EQ(first_unbalanced(html), "");
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  const std::size_t at = html.find("<h2>Vehicles");
  ASSERT_NE(at, std::string::npos);
  const std::string section = html.substr(at, html.find("</section>", at) - at);
  for (const char* wanted : {"2,500.0", "96.12", "42.5", "7.75", "43.7", "at least 1.35", "31.25",
                             "maker", "550.0", "Debt service coverage", "dscr, at least 1.35",
                             "distribute the rest to equity", "repay principal: senior"})
    EXPECT_NE(section.find(wanted), std::string::npos) << wanted;
  const std::string calendar =
      section.substr(section.find("at least 1.35", section.find("First tested")), 400);
  // First tested, first in breach on one path of a hundred, worst.
  EXPECT_LT(calendar.find("2026-12-30"), calendar.find("2027-03-30"));
  EXPECT_LT(calendar.find("2027-03-30"), calendar.find("2027-06-30"));
  ASSERT_NE(calendar.find("2027-06-30"), std::string::npos);
  EXPECT_NE(calendar.find("6.00"), std::string::npos);
  EXPECT_NE(calendar.find("7.10"), std::string::npos);
}

TEST(ReportHtml, SaysWhatMakesTheBookLose) {
  SampleRun run = sample_run();
  run.inputs.settings.reverse_stress = ReverseStress{};
  run.inputs.settings.reverse_stress->horizon_months = 12;
  Table& table = run.results.tables.reverse_stress;
  const double none = std::nan("");
  const auto add = [&](const char* about, const char* id, const char* quantity, int month,
                       double tail, double error, double all, double nearest) {
    table.add({about, id, quantity, month, tail, error, all, error, nearest});
  };
  add("portfolio", "", "threshold", 0, none, none, 2.5e8, none);
  add("portfolio", "", "probability", 0, none, none, 0.0123, none);
  add("portfolio", "", "probability_low", 0, none, none, 0.0115, none);
  add("portfolio", "", "probability_high", 0, none, none, 0.0132, none);
  add("portfolio", "", "paths", 0, 806, none, 65536, none);
  add("portfolio", "", "observed_paths", 0, 806, none, 4096, 4711);
  add("party", "neocloud-a", "loss", 12, 2.61e8, 1e6, 9.9e6, 2.55e8);
  add("party", "neocloud-a", "default", 12, 0.912, 0.01, 0.034, 1);
  add("party", "neocloud-a", "default_month", 12, 7.5, 0.1, 6.5, 8);
  add("hardware", "H100", "rental_rate_over_today", 12, 0.512, 0.004, 0.83, 0.497);
  add("hardware", "H200", "rental_rate_over_today", 12, 0.512, 0.004, 0.83, 0.497);
  add("launches", "nvidia", "launch", 7, none, none, none, 1);
  run.results.tables.reverse_shocks.add({"rental rates fall", "hardware.*.rental_rate",
                                         "expected_loss", 2.5e8, 4.1e7, -0.4321, 2.5e8, 1e5, -0.95,
                                         9e8, "reached", 6});
  const std::string html =
      report_html({run.inputs.settings, "USD", run.inputs.scenarios, "0.1.0"}, run.results);
  EXPECT_EQ(first_unbalanced(html), "");
  const std::size_t at = html.find("What makes the book lose this much");
  ASSERT_NE(at, std::string::npos);
  const std::string section = html.substr(at, html.find("</section>", at) - at);
  for (const char* wanted :
       {"250.0 or more within 12 months", "806 of 65,536 paths", "1.23 %", "1.15 to 1.32 %",
        "number 4,711", "nvidia</span> in month 7", "neocloud-a</span> in month 8", "91.2", "51.2",
        "49.7", "month 8</td>", "261.0",
        "H100</span>, <span class=\"id\">H200</span> after 12 months", "-43.21 %", "reached"})
    EXPECT_NE(section.find(wanted), std::string::npos) << wanted;
  EXPECT_EQ(section.find(">nan"), std::string::npos);
  EXPECT_EQ(section.find("n/a"), std::string::npos);
}

TEST(ReportHtml, CopesWithAnEmptyRun) {
  const SampleRun run = sample_run();
  const RunResults nothing;
  const ReportSubject subject{run.inputs.settings, "USD", {}, "0.1.0"};
  EXPECT_EQ(first_unbalanced(report_html(subject, nothing)), "");
  EXPECT_FALSE(text_table(subject, nothing, {}).empty());
}

TEST(TextTable, ShowsChangesWithTheirOwnErrors) {
  const SampleRun run = sample_run();
  const ReportSubject subject{run.inputs.settings, "USD", run.inputs.scenarios, "0.1.0"};
  const std::string text = text_table(subject, run.results, {.width = 160, .colour = false});
  EXPECT_NE(text.find("4,712.9 +- 2.1"), std::string::npos) << text;
  EXPECT_NE(text.find("-217.97 +- 0.53"), std::string::npos);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 160u) << line;
}

// A book of instruments alone has no losses: its table is of the instruments.
TEST(TextTable, ShowsInstrumentsWhereNothingElseWasPriced) {
  const SampleRun run = sample_run();
  const ReportSubject subject{run.inputs.settings, "USD", {}, "0.1.0"};
  RunResults results;
  results.facts.contracts_priced = 2;
  const auto add = [&](const char* id, const char* measure, double value, Cell error) {
    results.tables.measures.add(
        {"baseline", "risk_neutral", "contract", id, measure, 0, Cell{}, value, error});
  };
  results.tables.measures.add(
      {"baseline", "risk_neutral", "portfolio", "", "present_value", 0, Cell{}, 4.7512, 0.15});
  add("put", "present_value", 8.2512, 0.149);
  add("put", "exercise_probability", 0.5801, 0.0077);
  add("put", "forward_value", 46.767, Cell{});
  add("bond", "present_value", -3.5, 0.02);
  const std::string text = text_table(subject, results, {.width = 100, .colour = false});
  EXPECT_NE(text.find("put           8.25 +- 0.15        58.01 % +- 0.77"), std::string::npos)
      << text;
  EXPECT_NE(text.find("46.767\n"), std::string::npos) << text;
  EXPECT_NE(text.find("bond        -3.500 +- 0.020\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("n/a"), std::string::npos) << text;
  EXPECT_EQ(text.find("Portfolio"), std::string::npos) << text;
}

TEST(TextForm, RoundsForPeople) {
  EXPECT_EQ(fixed_text(-1234567.891, 2), "-1,234,567.89");
  EXPECT_EQ(fixed_text(-0.001, 2), "0.00");
  EXPECT_EQ(fixed_text(999.5, 0), "1,000");  // half to even
  EXPECT_EQ(signed_text(0.25, 1), "+0.2");
  EXPECT_EQ(fixed_text(std::nan(""), 2), "n/a");
  EXPECT_EQ(decimals_for(0.12, 3), 2);
  EXPECT_EQ(decimals_for(0.95, 3), 1);
  EXPECT_EQ(decimals_for(14, 3), 0);
  EXPECT_EQ(decimals_for(0, 3), 3);
}

TEST(SvgPlot, TicksAreRoundAndCoverTheValues) {
  for (const double high : {0.037, 0.9, 1.0, 7.3, 41.0, 52500.0, 1e9}) {
    const Axis axis = round_axis("", 0, high, 4);
    EXPECT_GE(axis.high, high * (1 - 1e-9)) << high;
    EXPECT_LE(axis.ticks.size(), 7u) << high;
    EXPECT_GE(axis.ticks.size(), 3u) << high;
    for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
      std::string label = axis.tick_labels[i];
      std::erase(label, ',');
      EXPECT_NEAR(std::strtod(label.c_str(), nullptr), axis.ticks[i], 1e-9 * high) << high;
    }
  }
}

}  // namespace
}  // namespace lien::pricing
