#include "pricing/actus/schedule.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "pricing/book/read_actus.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/measures/contract_events.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

using Json = nlohmann::ordered_json;

std::string time_text(const actus::Time& time) {
  return iso_text(time.day) + (time.end_of_day ? "T23:59:59" : "T00:00:00");
}

Json json_number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value == 0 ? 0.0 : *value) : Json(nullptr);
}

std::string as_json(const std::vector<ContractEvents>& all) {
  Json object = Json::object();
  for (const ContractEvents& contract : all) {
    Json& events = object[contract.id] = Json::array();
    for (const ContractEvent& line : contract.events) {
      Json event = {
          {"eventDate", time_text(line.time)},
          {"eventType", line.type},
          {"payoff", json_number(line.payoff)},
          {"currency", contract.currency.empty() ? Json(nullptr) : Json(contract.currency)},
          {"notionalPrincipal", json_number(line.notional)}};
      if (!line.exercise_amount) {
        event["nominalInterestRate"] = json_number(line.rate);
        event["accruedInterest"] = json_number(line.accrued);
      } else {
        event["exerciseAmount"] = json_number(line.exercise_amount);
        if (line.exercise_date) event["exerciseDate"] = time_text(*line.exercise_date);
      }
      events.push_back(std::move(event));
    }
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(text.size() < width ? width - text.size() : 0, ' ');
  return right ? space + text : text + space;
}

std::string cell(const std::optional<double>& value, int decimals) {
  return value ? fixed_text(*value == 0 ? 0.0 : *value, decimals) : "";
}

std::string as_text(const std::vector<ContractEvents>& all) {
  std::string text;
  constexpr std::size_t money = 18, rate = 12;
  for (const ContractEvents& contract : all) {
    if (!text.empty()) text += "\n";
    text += without_controls(contract.id);
    if (!contract.about.empty()) text += ", " + without_controls(contract.about);
    if (!contract.currency.empty()) text += ", in " + without_controls(contract.currency);
    text += "\n" + padded("date", 20, false) + padded("event", 6, false) +
            padded("payoff", money, true) + padded("notional", money, true) +
            padded("rate", rate, true) + padded("accrued", money, true) + "\n";
    for (const ContractEvent& line : contract.events) {
      const std::string date =
          line.time.end_of_day ? time_text(line.time) : iso_text(line.time.day);
      text += padded(date, 20, false) + padded(line.type, 6, false) +
              padded(cell(line.payoff, 2), money, true) +
              padded(cell(line.notional, 2), money, true) + padded(cell(line.rate, 6), rate, true) +
              padded(cell(line.accrued, 2), money, true) + "\n";
    }
  }
  return text;
}

}  // namespace

int schedule_command(const Options& options) {
  const std::vector<ContractEvents> all = contract_events(options.operands.front());
  print(options.json ? as_json(all) : as_text(all));
  return kDone;
}

}  // namespace lien::pricing
