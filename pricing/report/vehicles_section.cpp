#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "pricing/report/charts.hpp"
#include "pricing/report/explain.hpp"
#include "pricing/report/html_text.hpp"
#include "pricing/report/report_sections.hpp"
#include "pricing/report/svg_plot.hpp"

// A vehicle for a credit committee: what its tranches are worth, when its tests may fail, who
// guarantees what, and how it spends its cash.
namespace lien::pricing {
namespace {

constexpr std::size_t kMostVehicles = 12, kMostLines = 6;

struct Number {
  double value = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::quiet_NaN();
};

std::string id_cell(const std::string& text) {
  return "<span class=\"id\">" + html_text(text) + "</span>";
}

std::string cell(const Number& number, double size, int otherwise) {
  if (std::isnan(number.value)) return {};
  const int decimals = decimals_for(number.error / size, otherwise);
  std::string out = fixed_text(number.value / size, decimals);
  if (number.error > 0)
    out += "<span class=\"error\">&#177; " + fixed_text(number.error / size, decimals) + "</span>";
  return out;
}

// The baseline's number, on whichever basis has it, real-world first; over the life or without a
// horizon.
Number measure_of(const Table& measures, const std::string& level, const std::string& id,
                  const std::string& measure) {
  Number found;
  const auto& ids = measures.column("id").texts;
  for (const char* basis : {"risk_neutral", "real_world"})
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const double horizon = measures.column("horizon_months").numbers[row];
      if (ids[row] == id && measures.column("measure").texts[row] == measure &&
          measures.column("level").texts[row] == level &&
          measures.column("scenario").texts[row] == "baseline" &&
          measures.column("measure_basis").texts[row] == basis &&
          (std::isnan(horizon) || horizon == 0))
        found = {measures.column("value").numbers[row],
                 measures.column("standard_error").numbers[row]};
    }
  return found;
}

std::string tranches_table(const Vehicle& vehicle, const RunTables& tables,
                           const MoneyUnit& money) {
  const Table& contracts = tables.contracts;
  HtmlTable table;
  const std::string unit = id_cell(money.label);
  table.header = {"Tranche",
                  "Rank",
                  "Balance, " + unit,
                  "Price, %",
                  "Expected loss, " + unit,
                  "Default, %",
                  "Loss given default, %"};
  for (const Tranche* tranche : debt_by_rank(vehicle)) {
    const std::string id = vehicle.id + "/" + tranche->id;
    for (std::size_t row = 0; row < contracts.rows(); ++row) {
      // A row of a tape that is run as a vehicle has the vehicle's id.
      const std::string& contract = contracts.column("contract").texts[row];
      if ((contract != id && contract != vehicle.id) ||
          contracts.column("scenario").texts[row] != "baseline")
        continue;
      const auto number = [&](const std::string& name) {
        return Number{contracts.column(name).numbers[row],
                      contracts.column(name + "_se").numbers[row]};
      };
      table.rows.push_back(
          {id_cell(tranche->id), std::to_string(tranche->rank),
           fixed_text(contracts.column("balance").numbers[row] / money.size, 1),
           cell(number("price"), 0.01, 2), cell(number("expected_loss"), money.size, 2),
           cell(number("probability_of_default"), 0.01, 2),
           cell(measure_of(tables.measures, "contract", contract, "loss_given_default"), 0.01, 1)});
    }
  }
  return table.rows.empty() ? "" : html_table(table);
}

// One test by month: covenants.csv of the baseline.
struct Calendar {
  std::vector<double> months, breach;  // in percent
  std::vector<std::string> dates;
  double ever = 0;
};

std::map<std::string, Calendar> calendar_of(const Table& covenants, const std::string& vehicle) {
  std::map<std::string, Calendar> tests;
  const auto& basis = covenants.column("measure_basis").texts;
  for (const char* wanted : {"real_world", "risk_neutral"}) {
    for (std::size_t row = 0; row < covenants.rows(); ++row) {
      if (covenants.column("contract").texts[row] != vehicle || basis[row] != wanted ||
          covenants.column("scenario").texts[row] != "baseline")
        continue;
      Calendar& test = tests[covenants.column("test").texts[row]];
      test.months.push_back(covenants.column("month").numbers[row]);
      test.dates.push_back(covenants.column("date").texts[row]);
      test.breach.push_back(100 * covenants.column("breach_probability").numbers[row]);
      test.ever = 100 * covenants.column("cumulative_breach_probability").numbers[row];
    }
    if (!tests.empty()) break;
  }
  return tests;
}

std::string limit_words(const Covenant& covenant) {
  std::string words;
  if (covenant.min) words = "at least " + significant_text(*covenant.min, 6);
  if (covenant.max)
    words += (words.empty() ? "at most " : ", at most ") + significant_text(*covenant.max, 6);
  static constexpr std::array kMarks = {"",    "income",          "cost", "market",
                                        "ask", "rental_multiple", "curve"};
  if (covenant.mark != Mark::by_law)
    words += std::string(", mark ") + kMarks[static_cast<std::size_t>(covenant.mark)];
  if (!covenant.party.empty())
    words += (words.empty() ? "no default of " : ", no default of ") + html_text(covenant.party);
  return words;
}

std::string tests_table(const Vehicle& vehicle, const std::map<std::string, Calendar>& tests) {
  HtmlTable table;
  table.header = {"Test",
                  "Limit",
                  "First tested",
                  "First in breach on 1 path of 100",
                  "Worst on",
                  "In breach then, %",
                  "Ever in breach, %"};
  table.first_number = 5;
  for (const Covenant& covenant : vehicle.covenants) {
    const auto found = tests.find(covenant.id);
    if (found == tests.end()) continue;
    const Calendar& test = found->second;
    const auto worst = std::max_element(test.breach.begin(), test.breach.end());
    const auto likely = std::find_if(test.breach.begin(), test.breach.end(),
                                     [](double percent) { return percent >= 1; });
    const auto date = [&](auto at) {
      return test.dates[static_cast<std::size_t>(at - test.breach.begin())];
    };
    table.rows.push_back({id_cell(covenant.id), limit_words(covenant), test.dates.front(),
                          likely == test.breach.end() ? "never" : date(likely),
                          *worst > 0 ? date(worst) : "never", fixed_text(*worst, 2),
                          fixed_text(test.ever, 2)});
  }
  return table.rows.empty() ? "" : html_table(table);
}

std::string tests_chart(const std::map<std::string, Calendar>& tests) {
  double highest = 0;
  std::map<int, std::string> dates;
  for (const auto& [id, test] : tests)
    for (std::size_t i = 0; i < test.months.size(); ++i) {
      highest = std::max(highest, test.breach[i]);
      dates[static_cast<int>(test.months[i])] = test.dates[i];
    }
  if (!(highest > 0)) return {};
  std::vector<std::string> by_month(static_cast<std::size_t>(dates.rbegin()->first) + 1);
  for (const auto& [month, date] : dates) by_month[static_cast<std::size_t>(month)] = date;
  if (by_month.front().empty()) by_month.front() = "today";
  SvgPlot plot(700, 270, "Tests in breach, by month", month_axis(by_month, 8),
               round_axis("paths alive and in breach, %", 0, highest, 4));
  std::string legend = "<p class=\"legend\">";
  std::size_t i = 0;
  for (const auto& [id, test] : tests) {
    if (i == kMostLines) break;
    const std::string kind = "series s" + std::to_string(i++);
    plot.line(test.months, test.breach, kind);
    legend += "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><line class=\"" + kind +
              "\" x1=\"0\" y1=\"6\" x2=\"30\" y2=\"6\"/></svg> " + html_text(id) + " ";
  }
  return figure_grid("<figure class=\"wide\">" + plot.text() + legend + "</p></figure>\n");
}

// Mean cash before debt service over the mean due, by month of payment, beside what the tests of
// coverage ask for.
std::string coverage_chart(const Vehicle& vehicle, const Table& measures) {
  std::vector<double> months, ratios;
  for (const char* wanted : {"real_world", "risk_neutral"}) {
    for (std::size_t row = 0; row < measures.rows(); ++row) {
      if (measures.column("measure").texts[row] != "debt_service_coverage_ratio" ||
          measures.column("id").texts[row] != vehicle.id ||
          measures.column("level").texts[row] != "vehicle" ||
          measures.column("scenario").texts[row] != "baseline" ||
          measures.column("measure_basis").texts[row] != wanted ||
          std::isnan(measures.column("value").numbers[row]))
        continue;
      months.push_back(measures.column("horizon_months").numbers[row]);
      ratios.push_back(measures.column("value").numbers[row]);
    }
    if (!months.empty()) break;
  }
  if (months.size() < 2) return {};
  const double end = months.back();
  double highest = *std::max_element(ratios.begin(), ratios.end());
  const double lowest = std::min(0.0, *std::min_element(ratios.begin(), ratios.end()));
  std::vector<const Covenant*> limits;
  for (const Covenant& covenant : vehicle.covenants)
    if (covenant.test == CovenantTest::debt_service_coverage_ratio && covenant.window_months > 0 &&
        covenant.min && limits.size() < kMostLines) {
      limits.push_back(&covenant);
      highest = std::max(highest, *covenant.min);
    }
  SvgPlot plot(700, 270, "Debt service coverage, by month of payment",
               round_axis("months from today", 0, end, 8),
               round_axis("mean cash over mean debt service", lowest, highest, 4));
  const auto key = [](const std::string& kind, const std::string& words) {
    return "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><line class=\"" + kind +
           "\" x1=\"0\" y1=\"6\" x2=\"30\" y2=\"6\"/></svg> " + words + " ";
  };
  plot.line(months, ratios, "median");
  std::string legend = "<p class=\"legend\">" + key("median", "coverage");
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const std::string kind = "series s" + std::to_string(i + 1 < kMostLines ? i + 1 : i);
    plot.line({0.0, end}, {*limits[i]->min, *limits[i]->min}, kind);
    legend += key(kind, html_text(limits[i]->id) + ", " + limit_words(*limits[i]));
  }
  return figure_grid("<figure class=\"wide\">" + plot.text() + legend + "</p></figure>\n");
}

// What others owe the vehicle, or it them: guarantees and hedges.
std::string promises_table(const Vehicle& vehicle, const Table& measures, const MoneyUnit& money) {
  HtmlTable table;
  table.header = {"", "With", "Worth today, " + id_cell(money.label)};
  table.first_number = 2;
  const auto add = [&](const char* kind, const std::string& id, const std::string& with,
                       const char* measure) {
    table.rows.push_back(
        {kind + id_cell(id), id_cell(with),
         cell(measure_of(measures, "contract", vehicle.id + "/" + id, measure), money.size, 2)});
  };
  for (const Guarantee& guarantee : vehicle.guarantees)
    add("guarantee ", guarantee.id, guarantee.guarantor, "guarantee_value");
  for (const Instrument& hedge : vehicle.hedges)
    add("hedge ", hedge.id, hedge.counterparty, "hedge_value");
  return table.rows.empty() ? "" : html_table(table);
}

std::string waterfall_list(const Vehicle& vehicle) {
  std::string out = "<ol>\n";
  for (const std::string& step : waterfall_words(vehicle))
    out += "<li>" + html_text(step) + "</li>\n";
  return out + "</ol>\n";
}

// What its lenders still have to pay out, by month.
std::string draws_table(const Vehicle& vehicle, const Table& paths, const MoneyUnit& money) {
  HtmlTable table;
  const std::string unit = ", " + id_cell(money.label);
  table.header = {"Month", "Expected draw" + unit, "95 % draw" + unit};
  table.first_number = 1;
  for (std::size_t row = 0; row < paths.rows(); ++row) {
    if (paths.column("series").texts[row] != "draw" ||
        paths.column("id").texts[row] != vehicle.id ||
        paths.column("scenario").texts[row] != "baseline" ||
        paths.column("measure_basis").texts[row] != "real_world")
      continue;
    const Number mean{paths.column("mean").numbers[row],
                      paths.column("standard_error").numbers[row]};
    if (mean.value == 0) continue;
    table.rows.push_back({paths.column("date").texts[row].substr(0, 7), cell(mean, money.size, 2),
                          fixed_text(paths.column("quantile_95").numbers[row] / money.size, 2)});
  }
  return table.rows.empty() ? "" : html_table(table);
}

// A part of a vehicle under a line that says what it is; empty without the part.
std::string under(const char* words, const std::string& part) {
  return part.empty() ? part : "<p class=\"note\">" + std::string(words) + "</p>\n" + part;
}

std::string one_vehicle(const Vehicle& vehicle, const RunTables& tables, const MoneyUnit& money) {
  std::string facts;
  const auto fact = [&](const char* what, const std::string& value) {
    if (!value.empty()) facts += (facts.empty() ? "" : "; ") + (what + (" " + value));
  };
  const auto own = [&](const char* measure) {
    return measure_of(tables.measures, "vehicle", vehicle.id, measure);
  };
  const auto plain = [](const Number& number, double size, int decimals, const std::string& tail) {
    return std::isnan(number.value) ? "" : fixed_text(number.value / size, decimals) + tail;
  };
  fact("loan to value today", plain(own("loan_to_value"), 0.01, 1, " %"));
  fact("default over its life", plain(own("probability_of_default"), 0.01, 2, " %"));
  fact("distributions to equity are worth",
       plain(own("equity_value"), money.size, 1, " " + html_text(money.label)));
  const std::map<std::string, Calendar> tests = calendar_of(tables.covenants, vehicle.id);
  return "<h3>" + html_text(vehicle.id) + "</h3>\n" +
         (facts.empty() ? "" : "<p class=\"note\">" + facts + ".</p>\n") +
         tranches_table(vehicle, tables, money) + coverage_chart(vehicle, tables.measures) +
         under("Tests, and when they may fail:", tests_table(vehicle, tests)) + tests_chart(tests) +
         under("Undrawn commitments, of the part held:",
               draws_table(vehicle, tables.paths, money)) +
         under("Guarantees and hedges:", promises_table(vehicle, tables.measures, money)) +
         under("Every month's cash, in this order:", waterfall_list(vehicle));
}

}  // namespace

std::string vehicles_section(const RunTables& tables, const std::vector<Vehicle>& vehicles,
                             const MoneyUnit& money) {
  std::string body;
  for (std::size_t i = 0; i < std::min(vehicles.size(), kMostVehicles); ++i)
    body += one_vehicle(vehicles[i], tables, money);
  if (vehicles.size() > kMostVehicles)
    body += "<p class=\"note\">The first " + std::to_string(kMostVehicles) + " of " +
            std::to_string(vehicles.size()) + "; lien explain tells of each.</p>\n";
  return html_section("vehicles", "Vehicles",
                      "Baseline. Prices and values of guarantees are risk-neutral, the rest "
                      "real-world. A test counts on the paths on which the vehicle has not "
                      "defaulted before.",
                      body);
}

}  // namespace lien::pricing
