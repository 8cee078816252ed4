#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/measures/compile_scenario.hpp"
#include "pricing/measures/run_notes.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

// What a reader of the book counts to see that the right files were read.
struct Counts {
  double loan_principal = 0;  // the part held, as borrowed or, where the tape says, as owed
  double lease_rent = 0;      // one payment of every lease
  std::size_t scenarios = 0;
};

Counts count(const Inputs& inputs) {
  Counts counts;
  for (const Loan& loan : inputs.book.loans)
    counts.loan_principal += loan.outstanding_principal.value_or(loan.principal) * loan.held;
  for (const Lease& lease : inputs.book.leases) counts.lease_rent += lease.rent;
  std::set<std::string> names;
  for (const ScenarioRow& row : inputs.scenarios) names.insert(row.scenario);
  counts.scenarios = names.size();
  return counts;
}

std::string listing(const Inputs& inputs, const Counts& counts) {
  const auto line = [](const char* name, const std::string& text) {
    std::string padded(name);
    padded.resize(12, ' ');
    return "  " + padded + text + "\n";
  };
  const auto of = [](std::size_t number, const std::string& noun) {
    return integer_text(number) + " " + noun + (number == 1 ? "" : "s");
  };
  const Market& market = inputs.market;
  const Book& book = inputs.book;
  const MoneyUnit money = money_unit(
      std::max(std::abs(counts.loan_principal), std::abs(counts.lease_rent)), market.currency);
  const auto amount = [&](double value) {
    return money.label + " " + fixed_text(value / money.size, 1);
  };
  std::string text = without_controls(inputs.settings.name) + " on " +
                     iso_text(inputs.settings.valuation_date) + "\n";
  text += line("market", integer_text(market.hardware.size()) + " hardware, " +
                             of(market.launches.size(), "launch line") + ", " +
                             integer_text(market.parties.size()) + " parties");
  text += line("loans",
               integer_text(book.loans.size()) + ", principal " + amount(counts.loan_principal));
  if (!book.leases.empty())
    text += line("leases", integer_text(book.leases.size()) + ", one rent of each " +
                               amount(counts.lease_rent));
  if (!book.vehicles.empty())
    text +=
        line("vehicles", integer_text(book.vehicles.size()) + ", their tranches among the loans");
  if (!book.instruments.empty()) text += line("instruments", integer_text(book.instruments.size()));
  text += line("scenarios", integer_text(counts.scenarios));
  text += line("rows read", integer_text(inputs.rows_read) + ", rejected " +
                                integer_text(inputs.rejected.size()));
  text += line("files", "");
  for (const std::string& file : inputs.files) text += "    " + without_controls(file) + "\n";
  return text;
}

std::string listing_json(const Inputs& inputs, const Counts& counts) {
  const nlohmann::ordered_json object = {
      {"name", inputs.settings.name},
      {"valuation_date", iso_text(inputs.settings.valuation_date)},
      {"currency", inputs.market.currency},
      {"hardware", inputs.market.hardware.size()},
      {"launch_lines", inputs.market.launches.size()},
      {"parties", inputs.market.parties.size()},
      {"loans", inputs.book.loans.size()},
      {"vehicles", inputs.book.vehicles.size()},
      {"loan_principal", counts.loan_principal},
      {"leases", inputs.book.leases.size()},
      {"instruments", inputs.book.instruments.size()},
      {"scenarios", counts.scenarios},
      {"rows_read", inputs.rows_read},
      {"rows_rejected", inputs.rejected.size()},
      {"files", inputs.files},
      {"warnings", warnings(inputs)},
      {"faults", 0}};
  return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

int check_command(const Options& options) {
  const Inputs inputs = read_inputs(options.operands.front(), options.overrides);
  compile_all(inputs);  // schedules without a solution and the like
  const Counts counts = count(inputs);
  if (options.json) {
    print(listing_json(inputs, counts));
    return kDone;
  }
  std::string text = listing(inputs, counts);
  for (const Diagnostic& fault : inputs.rejected)
    text += "rejected: " + without_controls(to_string(fault), "\n") + "\n";
  for (const std::string& warning : warnings(inputs))
    text += "warning: " + without_controls(warning) + "\n";
  print(text + "0 faults\n");
  return kDone;
}

}  // namespace lien::pricing
