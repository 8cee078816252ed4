#include <algorithm>

#include "pricing/book/book_context.hpp"
#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

template <class T>
std::vector<std::string> keys(const std::unordered_map<std::string, T>& map) {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : map) names.push_back(name);
  std::sort(names.begin(), names.end());  // so that the name offered never depends on the hash
  return names;
}

}  // namespace

BookContext::BookContext(const Market* the_market, std::optional<Date> date, bool skip)
    : market(the_market), valuation_date(date), skip_rejected_rows(skip) {
  if (!market) return;
  for (const Hardware& h : market->hardware) hardware.emplace(h.id, &h);
  for (const Party& p : market->parties) parties.emplace(p.id, &p);
  for (const LaunchLine& l : market->launches) lines.emplace(l.line, &l);
}

void ContractChecks::missing(std::string_view field, std::string_view because,
                             std::string_view remedy) const {
  if (!given_.complete) return;  // it may be the misspelt one
  scope_.fault(given_.line, given_.column, field, "", "is missing: " + std::string(because),
               std::string(remedy));
}

void ContractChecks::wrong(std::string_view field, std::string problem, std::string remedy) const {
  scope_.fault(given_.at(field), field, std::move(problem), std::move(remedy));
}

void ContractChecks::useless(std::initializer_list<std::string_view> fields,
                             std::string_view problem, std::string_view remedy) const {
  if (!given_.complete) return;
  for (const std::string_view field : fields)
    if (has(field)) wrong(field, std::string(problem), std::string(remedy));
}

void ContractChecks::after(std::string_view later, Date later_date, std::string_view earlier,
                           Date earlier_date) const {
  if (!good(later) || !good(earlier) || later_date > earlier_date) return;
  const Scalar first = given_.at(earlier);
  wrong(later, "must be after " + std::string(earlier) + ", " + shown(first.text));
}

void ContractChecks::not_before(std::string_view later, Date later_date, std::string_view earlier,
                                Date earlier_date) const {
  if (!good(later) || !good(earlier) || later_date >= earlier_date) return;
  wrong(later,
        "must not be before " + std::string(earlier) + ", " + shown(given_.at(earlier).text));
}

void ContractChecks::not_past(std::string_view field, Date last) const {
  if (!good(field) || !context_.valuation_date || last > *context_.valuation_date) return;
  wrong(field, "is not after the valuation date: nothing is left to value", "remove the contract");
}

void ContractChecks::unique_id(const std::string& id) const {
  if (!good("id")) return;
  const Scalar value = given_.at("id");
  const auto [first, is_new] =
      context_.ids.emplace(id, Location{scope_.file, value.line, value.column});
  if (is_new) return;
  wrong("id", "stands already at " + first->second.file + ":" + std::to_string(first->second.line),
        "give each contract its own id");
}

const Party* ContractChecks::party(std::string_view field, const std::string& id) const {
  if (!good(field) || !context_.market) return nullptr;
  const auto found = context_.parties.find(id);
  if (found != context_.parties.end()) return found->second;
  wrong(field, "is no party of " + context_.market->file,
        did_you_mean(id, keys(context_.parties), "add [[party]] with this id there"));
  return nullptr;
}

const Hardware* ContractChecks::hardware(std::string_view field, const std::string& id) const {
  if (!good(field) || !context_.market) return nullptr;
  const auto found = context_.hardware.find(id);
  if (found != context_.hardware.end()) return found->second;
  wrong(field, "is no hardware of " + context_.market->file,
        did_you_mean(id, keys(context_.hardware), "add [[hardware]] with this id there"));
  return nullptr;
}

void ContractChecks::launch_line(std::string_view field, const std::string& id) const {
  if (!good(field) || !context_.market || context_.lines.count(id)) return;
  wrong(field, "is no line of launches of " + context_.market->file,
        did_you_mean(id, keys(context_.lines), "add [[launches]] with this line there"));
}

void ContractChecks::segment(const Hardware& hardware, const std::string& name) const {
  if (!good("segment") || name == "spot" || hardware.segments.count(name)) return;
  wrong("segment",
        "has no price on " + hardware.id + " in " + context_.market->file + ": segments lacks it",
        "add segments = { " + name + " = { basis = 0 } } to [[hardware]] " + hardware.id);
}

void ContractChecks::gap(const Hardware& hardware, std::string_view field,
                         std::string_view because) const {
  // One gap of the market touches many contracts; the first one names it, unless rows are
  // rejected one by one.
  const std::string key = hardware.id + ' ' + std::string(field);
  if (!context_.skip_rejected_rows && !context_.reported.insert(key).second) return;
  wrong(
      "hardware",
      "has no " + std::string(field) + " in " + context_.market->file + ": " + std::string(because),
      "add " + std::string(field) + " to [[hardware]] " + hardware.id);
}

void ContractChecks::observes_rents(const Hardware& hardware, bool own_operating_cost) const {
  if (!hardware.utilization) gap(hardware, "utilization", "this contract observes its rents");
  if (!own_operating_cost) observes_operating_cost(hardware);
}

void ContractChecks::observes_operating_cost(const Hardware& hardware) const {
  if (!hardware.operating_cost) gap(hardware, "operating_cost", "this contract observes its cost");
}

void ContractChecks::observes_resale(const Hardware& hardware) const {
  if (!hardware.resale) return gap(hardware, "resale", "this contract observes its resale value");
  if (hardware.resale->law != ResaleLaw::income) return;
  if (hardware.resale->end_of_life != EndOfLife::mothball)
    wrong("hardware",
          "has resale.end_of_life other than mothball: its value is known today, on no path",
          "name a hardware with end_of_life = \"mothball\"; what that convention adds is reported "
          "for this one");
  const std::string_view because = "resale law income is an income until the end of life";
  if (!hardware.utilization) gap(hardware, "utilization", because);
  if (!hardware.operating_cost) gap(hardware, "operating_cost", because);
  if (!hardware.life_years) gap(hardware, "life_years", because);
}

void ContractChecks::observes_liquidation(const Hardware& hardware) const {
  if (context_.market->liquidation || has("liquidation_lag_months") || worthless(hardware)) return;
  if (!context_.skip_rejected_rows && !context_.reported.insert("[liquidation]").second) return;
  missing("liquidation_lag_months",
          "a default sells the hardware, and " + context_.market->file + " has no [liquidation]",
          "add [liquidation] with lag_months there, or liquidation_lag_months here");
}

void ContractChecks::no_installed_base(const Hardware& hardware, std::string_view because) const {
  const auto& terms = context_.market->liquidation;
  if (terms && terms->installed_base.count(hardware.id) > 0)
    wrong("hardware", "has an installed base: " + std::string(because),
          "remove it from liquidation.installed_base, or remove the options");
}

bool worthless(const Hardware& hardware) {
  return hardware.resale && hardware.resale->law == ResaleLaw::rental_multiple &&
         hardware.resale->multiple == 0;
}

void ContractChecks::not_yet_in_default(std::string_view field, const Party* party,
                                        std::string_view first, Date first_day) const {
  if (!party || !good(field) || !good(first) || !party->default_date ||
      *party->default_date >= first_day)
    return;
  wrong(field, "has a default_date before the " + std::string(first) + " of this contract",
        "correct one of the two dates");
}

void ContractChecks::one_party(std::string_view field, const Party* party) const {
  if (party && party->count > 1)
    wrong(field, "stands for " + std::to_string(party->count) + " parties (count)",
          "name one party: a pool has no default of its own");
}

void ContractChecks::no_depth(const Hardware& hardware, const Party* party) const {
  const auto& terms = context_.market->liquidation;
  if (party && party->count > 1 && terms && terms->installed_base.count(hardware.id) > 0)
    wrong("hardware", "has an installed base, and " + party->id + " is a pool (count)",
          "remove installed_base, or write the parties out");
}

bool can_default(const Party& party) {
  if (party.input == CreditInput::pd_one_year) return party.pd_one_year > 0;
  const Curve& curve = party.input == CreditInput::hazard ? party.hazard : party.cds_spreads;
  return std::any_of(curve.values.begin(), curve.values.end(), [](double x) { return x > 0; });
}

}  // namespace lien::pricing
