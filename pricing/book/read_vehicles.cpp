#include <algorithm>
#include <array>
#include <utility>

#include "pricing/book/book_context.hpp"
#include "pricing/book/market_blocks.hpp"
#include "pricing/book/vehicle_fields.hpp"

// [[vehicle]] of a structured book: its own keys, then its parts one list after the other.
namespace lien::pricing {
namespace {

// A list of words or ids; a fault and the good ones if it is something else.
std::vector<std::string> words_of(const TomlValue* list, std::string_view field,
                                  const Scope& scope) {
  std::vector<std::string> words;
  if (!list) return words;
  if (!list->is_list()) {
    scope.fault(list->scalar(), field, "must be a list",
                "write [\"" + shown_word(list->scalar()) + "\"]");
    return words;
  }
  for (const TomlValue& item : list->items)
    if (auto word = read_text(item.scalar(), field, scope)) words.push_back(std::move(*word));
  return words;
}

const Scalar item_of(const TomlValue& list, std::size_t i) { return list.items[i].scalar(); }

// The words as bits, by their place in `known`.
unsigned bits_of(const TomlValue* list, std::string_view field, std::string_view known,
                 std::string_view later, const Scope& scope) {
  unsigned bits = 0;
  if (list && !list->is_list()) {
    (void)words_of(list, field, scope);
    return bits;
  }
  for (std::size_t i = 0; list && i < list->items.size(); ++i)
    if (const auto k = read_choice(item_of(*list, i), field, known, later, scope))
      bits |= 1U << static_cast<unsigned>(*k);
  return bits;
}

// One vehicle while it is read.
class VehicleReader {
 public:
  VehicleReader(const TomlValue& table, const std::string& file, BookContext& context)
      : table_(table),
        context_(context),
        scope_{context.faults, file, block_label("vehicle", table, "id")} {}

  void read() {
    vehicle_.source = {scope_.file, table_.line, {}, {}};
    const Given given =
        read_table(table_, vehicle_fields(), vehicle_, "field of [[vehicle]]", scope_);
    const ContractChecks check(given, scope_, context_);
    check.unique_id(vehicle_.id);
    check.one_party("borrower", check.party("borrower", vehicle_.borrower));
    if (!check.has("recourse"))
      vehicle_.recourse = check.has("borrower") ? Recourse::full : Recourse::none;
    if (check.good("recourse") && vehicle_.recourse == Recourse::full && !check.has("borrower"))
      check.wrong("recourse", "needs a borrower who pays every shortfall", "add borrower");
    own_lag_ = check.has("liquidation_lag_months");
    refuse_what_sales_lack(check);
    read_lots();
    read_tranches();
    read_offtakes();
    read_fees();
    read_reserves();
    read_covenants();
    read_guarantees();
    read_waterfall();
    context_.book.vehicles.push_back(std::move(vehicle_));
  }

 private:
  // The scope of a part: "vehicle xai tranche debt".
  [[nodiscard]] Scope part_scope(const char* noun, const TomlValue& part) const {
    return {scope_.faults, scope_.file, scope_.label + " " + block_label(noun, part, "id")};
  }
  template <class T>
  void unique(const std::vector<T>& parts, const std::string& id, const Given& given,
              const Scope& scope) const {
    const bool twice =
        std::any_of(parts.begin(), parts.end(), [&](const T& other) { return other.id == id; });
    if (twice && given.good("id"))
      scope.fault(given.at("id"), "id", "stands twice in this vehicle",
                  "give each part of a kind its own id");
  }
  template <class T>
  void known(const TomlValue* list, std::string_view field, const std::vector<std::string>& ids,
             const std::vector<T>& parts, const Scope& scope) const {
    std::vector<std::string> names;
    for (const T& part : parts) names.push_back(part.id);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (std::find(names.begin(), names.end(), ids[i]) == names.end())
        scope.fault(item_of(*list, i), field, "is no such part of this vehicle",
                    did_you_mean(ids[i], names, "name one of its ids"));
  }
  [[nodiscard]] std::vector<const TomlValue*> parts_of(std::string_view key) const {
    return tables_of(table_.find(key), key, scope_);
  }

  void refuse_what_sales_lack(const ContractChecks& check) const {
    if (!context_.market || !context_.market->liquidation) return;
    if (context_.market->liquidation->lag_stdev_months > 0)
      check.wrong("id",
                  "meets [liquidation] lag_stdev_months: sales of vehicles have a fixed lag in "
                  "this version",
                  "set lag_stdev_months = 0 in " + context_.market->file);
  }

  void read_lots() {
    for (const TomlValue* part : parts_of("lot")) {
      const Scope scope = part_scope("lot", *part);
      VehicleLot lot;
      const Given given = read_table(*part, lot_fields(), lot, "field of a lot", scope);
      unique(vehicle_.lots, lot.id, given, scope);
      const ContractChecks check(given, scope, context_);
      const Hardware* hardware = check.hardware("hardware", lot.hardware);
      if (hardware) {
        check.observes_rents(*hardware, check.has("operating_cost"));
        check.observes_resale(*hardware);
        check.segment(*hardware, lot.segment);
        if (!own_lag_) check.observes_liquidation(*hardware);
        refuse_depth(*hardware, check);
        check_mark(*hardware, check);
      }
      vehicle_.lots.push_back(std::move(lot));
    }
    if (table_.find("lot") && vehicle_.lots.empty())
      missing("lot", "a vehicle earns from its hardware");
  }

  void refuse_depth(const Hardware& hardware, const ContractChecks& check) const {
    const auto& terms = context_.market->liquidation;
    if (terms && terms->installed_base.count(hardware.id) != 0)
      check.wrong("hardware",
                  "has an installed_base: what a vehicle sells does not press prices in this "
                  "version",
                  "take " + hardware.id + " out of installed_base");
  }

  void check_mark(const Hardware& hardware, const ContractChecks& check) const {
    if (!hardware.resale) return;
    const auto lacks = [&](const std::string& what) {
      check.wrong("hardware", "lacks " + what + ", which the vehicle's mark takes",
                  "add it to [[hardware]] " + hardware.id + ", or choose another mark");
    };
    const Mark mark = vehicle_.mark;
    const bool part = mark == Mark::market || mark == Mark::ask;
    if ((part || mark == Mark::income) && hardware.resale->law != ResaleLaw::income)
      lacks("resale law income");
    if (mark == Mark::market && !hardware.executed_price_ratio) lacks("executed_price_ratio");
    if (mark == Mark::ask && !hardware.ask_price_ratio) lacks("ask_price_ratio");
    if (mark == Mark::rental_multiple && !(hardware.resale->multiple > 0))
      lacks("a resale.multiple above 0");
    if (mark == Mark::curve && hardware.resale->curve.empty()) lacks("resale.months and .values");
    if (mark == Mark::cost && !hardware.useful_life_years) lacks("useful_life_years");
    if (mark == Mark::cost && !check.has("purchase_price"))
      check.missing("purchase_price", "the vehicle's mark is cost");
  }

  void missing(std::string_view field, std::string_view because) const {
    scope_.fault(table_.line, table_.column, field, "", "is missing: " + std::string(because),
                 "add [[vehicle." + std::string(field) + "]]");
  }

  void read_tranches() {
    bool debt = false;
    for (const TomlValue* part : parts_of("tranche")) {
      const Scope scope = part_scope("tranche", *part);
      auto [own, terms] = split_tranche(*part);
      Tranche tranche;
      const Given given = read_table(own, tranche_fields(), tranche, "field of a tranche", scope);
      unique(vehicle_.tranches, tranche.id, given, scope);
      if (!tranche.equity) {
        debt = true;
        tranche.loan = read_debt(terms, tranche, scope);
      } else {
        for (const TomlEntry& entry : terms.entries)
          if (entry.key != "id")
            scope.fault(entry.line, entry.column, entry.key, "", "does not go with kind equity",
                        "remove it");
      }
      vehicle_.tranches.push_back(std::move(tranche));
    }
    if (table_.find("tranche") && !debt)
      missing("tranche", "a vehicle owes one tranche of debt at least");
  }

  std::optional<std::size_t> read_debt(const TomlValue& terms, const Tranche& tranche,
                                       const Scope& scope) {
    Loan loan;
    const std::vector<Field<Loan>> fields = debt_fields();
    const Given given =
        read_table(terms, std::span<const Field<Loan>>(fields), loan, "field of a tranche", scope);
    loan.source = {scope_.file, terms.line, {}, {}};
    for (std::size_t i = 0; i < given.names.size(); ++i) {
      loan.source.columns.emplace_back(given.names[i], given.values[i].column);
      loan.source.lines.push_back(given.values[i].line);
    }
    const ContractChecks check(given, scope, context_);
    check_debt(loan, check, context_.valuation_date);
    loan.id = vehicle_.id + "/" + tranche.id;
    loan.borrower = vehicle_.borrower;
    loan.recourse = vehicle_.recourse;
    loan.vehicle = context_.book.vehicles.size();
    ++context_.rows_read;
    context_.book.loans.push_back(std::move(loan));
    return context_.book.loans.size() - 1;
  }

  void read_offtakes() {
    for (const TomlValue* part : parts_of("offtake")) {
      const Scope scope = part_scope("offtake", *part);
      Offtake offtake;
      const Given given =
          read_table(*part, offtake_fields(), offtake, "field of an offtake", scope);
      unique(vehicle_.offtakes, offtake.id, given, scope);
      const ContractChecks check(given, scope, context_);
      check.one_party("customer", check.party("customer", offtake.customer));
      offtake.lots = words_of(part->find("lots"), "lots", scope);
      known(part->find("lots"), "lots", offtake.lots, vehicle_.lots, scope);
      if (offtake.start) check.after("end", offtake.end, "start", *offtake.start);
      vehicle_.offtakes.push_back(std::move(offtake));
    }
    check_shares();
  }

  // The customers of a lot cannot rent more of it than there is at any one time; a sum over all
  // that overlap is enough of a bound.
  void check_shares() const {
    for (const VehicleLot& lot : vehicle_.lots)
      for (const Offtake& one : vehicle_.offtakes) {
        double share = 0;
        for (const Offtake& other : vehicle_.offtakes) {
          const bool covers = other.lots.empty() || std::find(other.lots.begin(), other.lots.end(),
                                                              lot.id) != other.lots.end();
          const bool at_start =
              !one.start ? !other.start || !(*other.start > Date{})
                         : (!other.start || *other.start <= *one.start) && other.end > *one.start;
          if (covers && (at_start || (!one.start && !other.start))) share += other.share;
        }
        if (share <= 1 + 1e-12) continue;
        scope_.fault(table_.line, table_.column, "offtake.share", "",
                     "lets more than the whole of lot " + lot.id + " when " + one.id + " starts",
                     "lower the shares, or name the lots of each offtake");
        return;
      }
  }

  void read_fees() {
    for (const TomlValue* part : parts_of("fee")) {
      const Scope scope = part_scope("fee", *part);
      VehicleFee fee;
      const Given given = read_table(*part, fee_fields(), fee, "field of a fee", scope);
      unique(vehicle_.fees, fee.id, given, scope);
      const ContractChecks check(given, scope, context_);
      if (check.has("amount") == check.has("rate"))
        check.missing("amount", "a fee has an amount or a rate", "write one of the two");
      vehicle_.fees.push_back(std::move(fee));
    }
  }

  void read_reserves() {
    for (const TomlValue* part : parts_of("reserve")) {
      const Scope scope = part_scope("reserve", *part);
      ReserveAccount reserve;
      const Given given = read_table(*part, reserve_fields(), reserve, "field of a reserve", scope);
      unique(vehicle_.reserves, reserve.id, given, scope);
      const ContractChecks check(given, scope, context_);
      if (check.has("target") == check.has("target_months"))
        check.missing("target", "an account has a target or target_months", "write one of the two");
      if (const TomlValue* covers = part->find("covers"))
        reserve.covers =
            bits_of(covers, "covers", "operating_cost|fee|debt_service", "hedge", scope);
      vehicle_.reserves.push_back(std::move(reserve));
    }
  }

  void read_covenants() {
    for (const TomlValue* part : parts_of("covenant")) {
      const Scope scope = part_scope("covenant", *part);
      Covenant covenant;
      const Given given =
          read_table(*part, covenant_fields(), covenant, "field of a covenant", scope);
      unique(vehicle_.covenants, covenant.id, given, scope);
      const ContractChecks check(given, scope, context_);
      const TomlValue* const consequence = part->find("consequence");
      covenant.consequences = bits_of(consequence, "consequence",
                                      "cash_trap|cash_sweep|margin_step_up|event_of_default",
                                      "mandatory_prepayment|draw_stop", scope);
      check_covenant(covenant, check);
      vehicle_.covenants.push_back(std::move(covenant));
    }
  }

  void check_covenant(const Covenant& covenant, const ContractChecks& check) const {
    if (!check.good("test")) return;
    const bool event = covenant.test == CovenantTest::party_default;
    if (event) {
      if (!check.has("party")) check.missing("party", "the event is its default");
      check.one_party("party", check.party("party", covenant.party));
      check.useless({"min", "max", "window_months"}, "does not go with an event");
      return;
    }
    check.useless({"party"}, "goes with an event only");
    if (check.has("min") == check.has("max"))
      check.missing("min", "a test has a min or a max", "write one of the two");
    if (covenant.test != CovenantTest::debt_service_coverage_ratio)
      check.useless({"window_months"}, "goes with debt_service_coverage_ratio only");
    const bool priced = std::all_of(vehicle_.lots.begin(), vehicle_.lots.end(),
                                    [](const VehicleLot& lot) { return lot.purchase_price; });
    if (covenant.test == CovenantTest::loan_to_cost && !priced)
      check.wrong("test", "needs the purchase_price of every lot",
                  "add purchase_price to the lots");
    if (covenant.test == CovenantTest::contract_realization && vehicle_.offtakes.empty())
      check.wrong("test", "needs an offtake", "add [[vehicle.offtake]], or remove the test");
    if ((covenant.consequences & kMarginStepUp) != 0 && !check.has("step_up"))
      check.missing("step_up", "margin_step_up has a size");
  }

  void read_guarantees() {
    for (const TomlValue* part : parts_of("guarantee")) {
      const Scope scope = part_scope("guarantee", *part);
      Guarantee guarantee;
      const Given given =
          read_table(*part, guarantee_fields(), guarantee, "field of a guarantee", scope);
      unique(vehicle_.guarantees, guarantee.id, given, scope);
      const ContractChecks check(given, scope, context_);
      check.one_party("guarantor", check.party("guarantor", guarantee.guarantor));
      guarantee.covers = words_of(part->find("covers"), "covers", scope);
      guarantee.lots = words_of(part->find("lots"), "lots", scope);
      known(part->find("covers"), "covers", guarantee.covers, vehicle_.tranches, scope);
      known(part->find("lots"), "lots", guarantee.lots, vehicle_.lots, scope);
      if (const TomlValue* floors = part->find("floors"))
        guarantee.floors =
            read_curve(*floors, "floors", {{"months", "values", at_least(0), Unit::plain}}, scope);
      check_guarantee(guarantee, check);
      vehicle_.guarantees.push_back(std::move(guarantee));
    }
  }

  void check_guarantee(const Guarantee& guarantee, const ContractChecks& check) const {
    if (!check.good("kind")) return;
    const bool residual = guarantee.kind == GuaranteeKind::residual_value;
    const bool capacity = guarantee.kind == GuaranteeKind::capacity;
    if (residual && !check.has("floors")) check.missing("floors", "they are what is guaranteed");
    if (!residual) check.useless({"floors"}, "goes with kind residual_value only");
    if (capacity && !check.has("price")) check.missing("price", "unsold hours are bought at it");
    if (!capacity) check.useless({"price", "lots"}, "goes with kind capacity only");
    if (capacity) check.useless({"covers"}, "does not go with kind capacity");
  }

  void read_waterfall() {
    const TomlValue* const list = table_.find("waterfall");
    const std::vector<std::string> words = words_of(list, "waterfall", scope_);
    constexpr std::string_view kSteps =
        "operating_cost|fee|interest|principal|reserve|cash_trap|cash_sweep|distribution";
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto colon = words[i].find(':');
      const std::string word = words[i].substr(0, colon);
      Scalar item = item_of(*list, i);
      item.text = word;
      const auto k = read_choice(item, "waterfall", kSteps, "hedge", scope_);
      if (!k) continue;
      const std::string part = colon == std::string::npos ? "" : words[i].substr(colon + 1);
      const WaterfallStep step{static_cast<CashStep>(*k), part};
      const bool twice = std::any_of(
          vehicle_.waterfall.begin(), vehicle_.waterfall.end(), [&](const WaterfallStep& other) {
            return other.step == step.step &&
                   (other.part.empty() || part.empty() || other.part == part);
          });
      if (twice)
        scope_.fault(item_of(*list, i), "waterfall", "stands twice", "list each claim once");
      vehicle_.waterfall.push_back(step);
    }
    check_claims(list);
  }

  [[nodiscard]] bool pays(CashStep step, const std::string& part) const {
    return std::any_of(
        vehicle_.waterfall.begin(), vehicle_.waterfall.end(), [&](const WaterfallStep& s) {
          return s.step == step && (s.part.empty() || part.empty() || s.part == part);
        });
  }

  // What is owed must be paid somewhere in the order.
  void check_claims(const TomlValue* list) const {
    if (vehicle_.waterfall.empty()) return;
    const auto need = [&](CashStep step, const std::string& name, const std::string& part) {
      if (!pays(step, part))
        scope_.fault(list->line, list->column, "waterfall", "",
                     "leaves out " + name + (part.empty() ? "" : ":" + part),
                     "add it where it is paid");
    };
    need(CashStep::operating_cost, "operating_cost", "");
    for (const VehicleFee& fee : vehicle_.fees) need(CashStep::fee, "fee", fee.id);
    for (const Tranche& tranche : vehicle_.tranches) {
      if (tranche.equity) continue;
      need(CashStep::interest, "interest", tranche.id);
      need(CashStep::principal, "principal", tranche.id);
    }
    for (const ReserveAccount& reserve : vehicle_.reserves)
      need(CashStep::reserve, "reserve", reserve.id);
    need(CashStep::distribution, "distribution", "");
  }

  const TomlValue& table_;
  BookContext& context_;
  Scope scope_;
  Vehicle vehicle_;
  bool own_lag_ = false;
};

}  // namespace

void read_vehicle(const TomlValue& table, const std::string& file, BookContext& context) {
  VehicleReader(table, file, context).read();
}

}  // namespace lien::pricing
