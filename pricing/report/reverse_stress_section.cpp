#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/report/html_text.hpp"
#include "pricing/report/report_sections.hpp"

// What makes the book lose a given amount, for people.
namespace lien::pricing {
namespace {

std::string id_cell(const std::string& text) {
  return "<span class=\"id\">" + html_text(text) + "</span>";
}

struct Row {
  std::string about, id, quantity;
  double month, tail, tail_error, all, all_error, nearest;
};

std::vector<Row> rows_of(const Table& table) {
  std::vector<Row> rows;
  const auto number = [&](const char* name, std::size_t r) {
    return table.column(name).numbers[r];
  };
  for (std::size_t r = 0; r < table.rows(); ++r)
    rows.push_back({table.column("about").texts[r], table.column("id").texts[r],
                    table.column("quantity").texts[r], number("month", r), number("tail_mean", r),
                    number("tail_mean_se", r), number("all_mean", r), number("all_mean_se", r),
                    number("nearest_path", r)});
  return rows;
}

double number_of(const std::vector<Row>& rows, std::string_view quantity, double Row::*which) {
  for (const Row& row : rows)
    if (row.about == "portfolio" && row.quantity == quantity) return row.*which;
  return std::nan("");
}

std::string cell(double value, double error, double size, int otherwise) {
  if (std::isnan(value)) return {};
  const int decimals = decimals_for(error / size, otherwise);
  std::string out = fixed_text(value / size, decimals);
  if (error > 0)
    out += "<span class=\"error\">&#177; " + fixed_text(error / size, decimals) + "</span>";
  return out;
}

std::string note(const char* words) { return "<p class=\"note\">" + std::string(words) + "</p>\n"; }

const Row* find(const std::vector<Row>& rows, const char* quantity, const std::string& id) {
  for (const Row& row : rows)
    if (row.about == "party" && row.quantity == quantity && row.id == id) return &row;
  return nullptr;
}

// The parties on which the tail loses most.
std::string parties_table(const std::vector<Row>& rows, const MoneyUnit& money) {
  constexpr std::size_t most = 12;
  std::vector<const Row*> losses;
  for (const Row& row : rows)
    if (row.about == "party" && row.quantity == "loss" && (row.tail > 0 || row.all > 0))
      losses.push_back(&row);
  std::stable_sort(losses.begin(), losses.end(),
                   [](const Row* a, const Row* b) { return a->tail > b->tail; });
  HtmlTable table;
  const std::string unit = html_text(money.label);
  table.header = {
      "Party",           "Loss there, " + unit, "On all paths, " + unit, "Defaults there, %",
      "On all paths, %", "On the nearest path"};
  for (std::size_t i = 0; i < std::min(most, losses.size()); ++i) {
    const Row& loss = *losses[i];
    const Row* const share = find(rows, "default", loss.id);
    const Row* const month = find(rows, "default_month", loss.id);
    table.rows.push_back({id_cell(loss.id), cell(loss.tail, loss.tail_error, money.size, 1),
                          cell(loss.all, loss.all_error, money.size, 1),
                          share == nullptr ? "" : cell(share->tail, share->tail_error, 0.01, 1),
                          share == nullptr ? "" : cell(share->all, share->all_error, 0.01, 1),
                          month != nullptr && std::isfinite(month->nearest)
                              ? "month " + fixed_text(month->nearest, 0)
                              : ""});
  }
  if (table.rows.empty()) return {};
  return note(losses.size() > most ? "Who loses it; the twelve largest, reverse_stress.csv has all:"
                                   : "Who loses it:") +
         html_table(table);
}

// What a row of the market shows: its three numbers.
std::vector<std::string> shown_of(const Row& row) {
  const bool launches = row.quantity == "launch_count";
  const double size = launches ? 1 : 0.01;
  return {cell(row.tail, row.tail_error, size, 2), cell(row.all, row.all_error, size, 2),
          fixed_text(row.nearest / size, launches ? 0 : 1)};
}

// What the market does. Hardware whose rents show the same numbers shares a line.
std::string market_table(const std::vector<Row>& rows) {
  HtmlTable table;
  table.header = {"", "There", "On all paths", "On the nearest path"};
  std::vector<bool> told(rows.size(), false);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Row& row = rows[r];
    const bool rent = row.quantity == "rental_rate_over_today";
    const bool launches = row.quantity == "launch_count";
    const bool rate = row.quantity == "short_rate_over_curve" && (row.tail != 0 || row.all != 0);
    if (told[r] || std::isnan(row.tail) || !(rent || launches || rate)) continue;
    const std::vector<std::string> shown = shown_of(row);
    std::string ids = row.id.empty() ? "" : id_cell(row.id);
    for (std::size_t other = r + 1; rent && other < rows.size(); ++other) {
      const Row& same = rows[other];
      if (same.quantity != row.quantity || same.month != row.month || shown_of(same) != shown)
        continue;
      told[other] = true;
      ids += ", " + id_cell(same.id);
    }
    const std::string after = " after " + fixed_text(row.month, 0) + " months";
    table.rows.push_back({rent       ? "Rent of " + ids + after + ", % of today's"
                          : launches ? "Launches of " + ids + after
                                     : "Short rate" + after + ", points over the curve",
                          shown[0], shown[1], shown[2]});
  }
  return table.rows.empty() ? "" : note("What the market does:") + html_table(table);
}

// "launches in month 7 (line nvidia); defaults: a in month 9, b in month 14"
std::string story_of(const std::vector<Row>& rows) {
  std::string launches, defaults;
  for (const Row& row : rows) {
    if (row.quantity == "launch")
      launches += (launches.empty() ? "" : ", ") + id_cell(row.id) + " in month " +
                  fixed_text(row.month, 0);
    if (row.quantity == "default_month" && std::isfinite(row.nearest))
      defaults += (defaults.empty() ? "" : ", ") + id_cell(row.id) + " in month " +
                  fixed_text(row.nearest, 0);
  }
  return (launches.empty() ? "nothing is launched" : "launches: " + launches) + "; " +
         (defaults.empty() ? "no party defaults" : "defaults: " + defaults);
}

std::string shocks_table(const Table& shocks, const MoneyUnit& money) {
  HtmlTable table;
  const std::string unit = html_text(money.label);
  table.header = {
      "Shock", "Outcome", "Size", "Loss, " + unit, "Searched as far as", "Loss there, " + unit};
  table.first_number = 2;
  const auto number = [&](const char* name, std::size_t r) {
    return shocks.column(name).numbers[r];
  };
  const auto cell = [](double value, double scale, int decimals, const char* tail) {
    return std::isfinite(value) ? signed_text(value * scale, decimals) + tail : std::string();
  };
  const auto loss = [&](double value) {
    return std::isfinite(value) ? fixed_text(value / money.size, 1) : std::string();
  };
  for (std::size_t r = 0; r < shocks.rows(); ++r)
    table.rows.push_back(
        {html_text(shocks.column("shock").texts[r]), html_text(shocks.column("outcome").texts[r]),
         cell(number("size", r), 100, 2, " %"), loss(number("loss", r)),
         cell(number("farthest_size", r), 100, 1, " %"), loss(number("farthest_loss", r))});
  if (table.rows.empty()) return {};
  const std::string statistic = shocks.column("statistic").texts.front() == "expected_loss"
                                    ? "the expected loss"
                                    : "the expected shortfall";
  return "<h3>Single shocks</h3>\n<p class=\"note\">The size at which one shock alone brings " +
         statistic + " from " + html_text(money.label) + " " + loss(number("unshocked_loss", 0)) +
         " to that amount. Sizes in percent: of the input where it falls, rises or comes faster "
         "relatively, percentage points of a haircut and of the curve.</p>\n" +
         html_table(table);
}

}  // namespace

std::string reverse_stress_section(const RunTables& tables, const ReverseStress& asked,
                                   const MoneyUnit& money) {
  const std::vector<Row> rows = rows_of(tables.reverse_stress);
  if (rows.empty()) return {};
  const double wanted = number_of(rows, "threshold", &Row::all);
  const double high = number_of(rows, "probability_high", &Row::all);
  const double low = number_of(rows, "probability_low", &Row::all);
  const std::string horizon = asked.horizon_months == 0
                                  ? "over its life"
                                  : "within " + fixed_text(asked.horizon_months, 0) + " months";
  std::string body =
      "<p>" + html_text(money.label) + " " + fixed_text(wanted / money.size, 1) + " or more " +
      horizon + ": " + fixed_text(number_of(rows, "paths", &Row::tail), 0) + " of " +
      fixed_text(number_of(rows, "paths", &Row::all), 0) + " paths, a probability of " +
      fixed_text(100 * number_of(rows, "probability", &Row::all), 2) +
      " % (95 %: " + fixed_text(100 * low, 2) + " to " + fixed_text(100 * high, 2) + " %).</p>\n";
  const double path = number_of(rows, "observed_paths", &Row::nearest);
  if (std::isfinite(path))
    body +=
        "<p>On the nearest path, number " + fixed_text(path, 0) + ": " + story_of(rows) + ".</p>\n";
  return html_section("reverse-stress", "What makes the book lose this much",
                      "Baseline, real-world. Means over the paths that lose at least the amount "
                      "asked about (there), beside those over all paths, with one standard error. "
                      "The nearest path is the one of them that lies nearest their mean.",
                      body + parties_table(rows, money) + market_table(rows) +
                          shocks_table(tables.reverse_shocks, money));
}

}  // namespace lien::pricing
