#include <algorithm>
#include <array>
#include <utility>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/tranche_balloon.hpp"
#include "pricing/book/tranche_draws.hpp"
#include "pricing/book/tranche_grid.hpp"
#include "pricing/book/tranche_repayment.hpp"
#include "pricing/book/vehicle_checks.hpp"
#include "pricing/book/vehicle_fields.hpp"

// [[vehicle]] of a structured book: its own keys, then its parts one list after the other.
namespace lien::pricing {
namespace {

// A list of words or ids; a fault and the good ones if it is something else. An empty list would
// read as nothing and mean everything.
std::vector<std::string> words_of(const TomlValue* list, std::string_view field, const Scope& scope,
                                  bool may_be_empty = false) {
  std::vector<std::string> words;
  if (!list) return words;
  if (!list->is_list()) {
    scope.fault(list->scalar(), field, "must be a list",
                "write [\"" + std::string(list->scalar().text) + "\"]");
    return words;
  }
  if (list->items.empty() && !may_be_empty)
    scope.fault(list->line, list->column, field, "", "is empty",
                "name one at least, or remove it for all");
  for (const TomlValue& item : list->items)
    if (auto word = read_text(item.scalar(), field, scope)) words.push_back(std::move(*word));
  return words;
}

// The words as bits, by their place in `known`.
unsigned bits_of(const TomlValue* list, std::string_view field, std::string_view known,
                 std::string_view later, bool may_be_empty, const Scope& scope) {
  unsigned bits = 0;
  (void)words_of(list, field, scope, may_be_empty);
  for (std::size_t i = 0; list && list->is_list() && i < list->items.size(); ++i)
    if (const auto k = read_choice(list->items[i].scalar(), field, known, later, scope))
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
    read_own(ContractChecks(given, scope_, context_));
    read_tranches();
    read_lots();
    read_draws();
    read_offtakes();
    read_leases();
    read_fees();
    read_hedges();
    read_reserves();
    read_covenants();
    read_guarantees();
    read_waterfall();
    finish_repayments(vehicle_, table_, scope_, context_.book.loans);
    check_sponsor(vehicle_, context_.book, table_, scope_);
    check_credit(vehicle_, context_.book, table_, scope_);
    check_shares(vehicle_, table_, scope_);
    check_slips(vehicle_, table_, scope_, context_.valuation_date);
    check_waterfall(vehicle_, table_, scope_);
    context_.book.vehicles.push_back(std::move(vehicle_));
  }

 private:
  void read_own(const ContractChecks& check) {
    check.unique_id(vehicle_.id);
    check.one_party("borrower", check.party("borrower", vehicle_.borrower));
    check.one_party("sponsor", check.party("sponsor", vehicle_.sponsor));
    not_the_borrower(vehicle_, "sponsor", vehicle_.sponsor, check);
    if (!check.has("recourse"))
      vehicle_.recourse = check.has("borrower") ? Recourse::full : Recourse::none;
    if (check.good("recourse") && vehicle_.recourse == Recourse::full && !check.has("borrower"))
      check.wrong("recourse", "needs a borrower who pays every shortfall", "add borrower");
  }

  // Reads every table of one list: its fields, an id of its own in the vehicle, then what `finish`
  // looks at. noun: "a covenant".
  template <class T, class Finish>
  void read_parts(const char* key, const char* noun, std::span<const Field<T>> fields,
                  std::vector<T>& parts, const Finish& finish) {
    for (const TomlValue* part : tables_of(table_.find(key), key, scope_)) {
      const Scope scope = part_scope(key, *part);
      T out;
      const Given given = read_table(*part, fields, out, std::string("field of ") + noun, scope);
      keep_places(key, out.id, given);
      finish_part(out, given, *part, scope, parts, finish);
    }
  }
  // For faults that are found once all dates are known.
  void keep_places(const std::string& key, const std::string& id, const Given& given) {
    for (std::size_t i = 0; i < given.names.size(); ++i) {
      vehicle_.source.columns.emplace_back(key + "." + id + "." + std::string(given.names[i]),
                                           given.values[i].column);
      vehicle_.source.lines.push_back(given.values[i].line);
    }
  }
  template <class T, class Finish>
  void finish_part(T& out, const Given& given, const TomlValue& part, const Scope& scope,
                   std::vector<T>& parts, const Finish& finish) {
    if (given.good("id") && !ids_.insert(out.id).second)
      scope.fault(given.at("id"), "id", "stands twice in this vehicle",
                  "give each part its own id: results name them alike");
    finish(out, ContractChecks(given, scope, context_), part, scope);
    parts.push_back(std::move(out));
  }
  [[nodiscard]] Scope part_scope(const char* noun, const TomlValue& part) const {
    return {scope_.faults, scope_.file, scope_.label + " " + block_label(noun, part, "id")};
  }

  // The ids of a list, each that of a part of this vehicle.
  [[nodiscard]] std::vector<std::string> ids_of(const TomlValue& part, std::string_view field,
                                                const std::vector<std::string>& known,
                                                const Scope& scope) const {
    const TomlValue* const list = part.find(field);
    std::vector<std::string> ids = words_of(list, field, scope);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (std::find(known.begin(), known.end(), ids[i]) == known.end())
        scope.fault(list->items[i].scalar(), field, "is no such part of this vehicle",
                    did_you_mean(ids[i], known, "name one of its ids"));
    return ids;
  }
  template <class T>
  [[nodiscard]] static std::vector<std::string> names(const std::vector<T>& parts) {
    std::vector<std::string> ids;
    for (const T& part : parts) ids.push_back(part.id);
    return ids;
  }
  [[nodiscard]] std::vector<std::string> debt() const {
    std::vector<std::string> ids;
    for (const Tranche& tranche : vehicle_.tranches)
      if (!tranche.equity) ids.push_back(tranche.id);
    return ids;
  }

  void need_one(std::string_view field, bool found, std::string_view because) const {
    if (!table_.find(field) || found) return;
    scope_.fault(table_.line, table_.column, field, "", "is missing: " + std::string(because),
                 "add [[vehicle." + std::string(field) + "]]");
  }

  void read_tranches() {
    for (const TomlValue* part : tables_of(table_.find("tranche"), "tranche", scope_)) {
      const Scope scope = part_scope("tranche", *part);
      const auto [own, terms] = split_tranche(*part);
      Tranche tranche;
      const Given given = read_table(own, tranche_fields(), tranche, "field of a tranche", scope);
      const std::size_t before = scope.faults.size();
      if (!tranche.equity) tranche.loan = read_debt(terms, tranche, scope);
      const bool sound = tranche.loan && scope.faults.size() == before;
      for (const TomlEntry& entry : terms.entries)
        if (tranche.equity && entry.key != "id")
          scope.fault(entry.line, entry.column, entry.key, "", "does not go with kind equity",
                      "remove it");
      finish_part(tranche, given, *part, scope, vehicle_.tranches,
                  [&, grid = own.find("margin_grid")](Tranche& t, const ContractChecks& check,
                                                      const TomlValue&, const Scope&) {
                    check_equity(vehicle_, t, check);
                    if (sound) check_balloon(t, context_.book.loans[*t.loan], check);
                    if (grid != nullptr)
                      read_margin_grid(*grid, sound ? &context_.book.loans[*t.loan] : nullptr, t,
                                       scope);
                  });
    }
    need_one("tranche", !debt().empty(), "a vehicle owes one tranche of debt at least");
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
    check_cap(loan, check);
    check_prepayment(loan, check);
    check_commitment(loan, tranche.payment_in_kind > 0, check);
    read_repayment(terms, tranche.payment_in_kind > 0, loan, check, scope, context_.valuation_date);
    if (check.good("maturity"))
      last_maturity_ = std::max(last_maturity_.value_or(loan.maturity), loan.maturity);
    loan.id = vehicle_.id + "/" + tranche.id;
    loan.borrower = vehicle_.borrower;
    loan.recourse = vehicle_.recourse;
    loan.vehicle = context_.book.vehicles.size();
    ++context_.rows_read;
    context_.book.loans.push_back(std::move(loan));
    return context_.book.loans.size() - 1;
  }

  void read_lots() {
    read_parts("lot", "a lot", lot_fields(), vehicle_.lots,
               [&](VehicleLot& lot, const ContractChecks& check, const TomlValue&, const Scope&) {
                 check_lot(vehicle_, lot, last_maturity_, check);
               });
    need_one("lot", !vehicle_.lots.empty(), "a vehicle earns from its hardware");
  }

  // Once the lots are known: a draw may be made when some of them enter service.
  void read_draws() {
    std::vector<Diagnostic> told;  // by read_tranches
    const Scope quiet{told, scope_.file, scope_.label};
    const auto parts = tables_of(table_.find("tranche"), "tranche", quiet);
    for (std::size_t t = 0; t < parts.size(); ++t) {
      Tranche& tranche = vehicle_.tranches[t];
      if (!tranche.loan || !parts[t]->find("draw")) continue;
      const Scope scope = part_scope("tranche", *parts[t]);
      Loan& loan = context_.book.loans[*tranche.loan];
      for (const TomlValue* draw : tables_of(parts[t]->find("draw"), "draw", scope))
        (void)read_draw(*draw, ids_of(*draw, "lots", names(vehicle_.lots), scope), vehicle_,
                        tranche, loan, scope, context_);
      check_drawn(loan, *parts[t], scope, context_.valuation_date);
    }
  }

  void read_offtakes() {
    read_parts("offtake", "an offtake", offtake_fields(), vehicle_.offtakes,
               [&](Offtake& offtake, const ContractChecks& check, const TomlValue& part,
                   const Scope& scope) {
                 offtake.lots = ids_of(part, "lots", names(vehicle_.lots), scope);
                 check_offtake(vehicle_, offtake, check, context_);
                 check_rating(vehicle_, "customer", offtake.customer, check, context_);
               });
  }

  void read_leases() {
    read_parts("lease", "a lease of a vehicle", vehicle_lease_fields(), vehicle_.leases,
               [&](VehicleLease& lease, const ContractChecks& check, const TomlValue& part,
                   const Scope& scope) {
                 lease.lots = ids_of(part, "lots", names(vehicle_.lots), scope);
                 if (const TomlValue* price = part.find("buyout_price"))
                   lease.buyout_price =
                       read_curve(*price, "buyout_price",
                                  {{"months", "values", at_least(0), Unit::plain}}, scope);
                 check_vehicle_lease(vehicle_, lease, check, context_);
                 check_rating(vehicle_, "lessee", lease.lessee, check, context_);
               });
  }

  // Exactly one of two fields sizes it.
  static void one_of(std::string_view one, std::string_view other, std::string_view because,
                     const ContractChecks& check) {
    if (check.has(one) && check.has(other))
      check.wrong(other, "stands beside " + std::string(one), "keep one of the two");
    else if (!check.has(one) && !check.has(other))
      check.missing(one, because, "write " + std::string(one) + " or " + std::string(other));
  }

  void read_fees() {
    read_parts("fee", "a fee", fee_fields(), vehicle_.fees,
               [](VehicleFee&, const ContractChecks& check, const TomlValue&, const Scope&) {
                 one_of("amount", "rate", "a fee has an amount or a rate", check);
               });
  }

  void read_hedges() {
    read_parts("hedge", "a hedge", instrument_fields(), vehicle_.hedges,
               [&](Instrument& hedge, const ContractChecks& check, const TomlValue& part,
                   const Scope& scope) {
                 hedge.vehicle = vehicle_.id;
                 hedge.where = {scope.file, part.line, part.column};
                 check_instrument(hedge, check, context_);
                 check_hedge(vehicle_, hedge, last_maturity_, check, context_);
               });
  }

  void read_reserves() {
    read_parts("reserve", "a reserve", reserve_fields(), vehicle_.reserves,
               [](ReserveAccount& reserve, const ContractChecks& check, const TomlValue& part,
                  const Scope& scope) {
                 one_of("target", "target_months", "an account is filled to it", check);
                 if (const TomlValue* covers = part.find("covers"))
                   reserve.covers = bits_of(
                       covers, "covers", "operating_cost|fee|debt_service|hedge", "", false, scope);
               });
  }

  void read_covenants() {
    read_parts("covenant", "a covenant", covenant_fields(), vehicle_.covenants,
               [&](Covenant& covenant, const ContractChecks& check, const TomlValue& part,
                   const Scope& scope) {
                 covenant.consequences =
                     bits_of(part.find("consequence"), "consequence",
                             "cash_trap|cash_sweep|margin_step_up|event_of_default|draw_stop|"
                             "mandatory_prepayment",
                             "", true, scope);
                 check_covenant(vehicle_, covenant, check, context_);
               });
  }

  void read_guarantees() {
    read_parts("guarantee", "a guarantee", guarantee_fields(), vehicle_.guarantees,
               [&](Guarantee& guarantee, const ContractChecks& check, const TomlValue& part,
                   const Scope& scope) {
                 guarantee.covers = ids_of(part, "covers", debt(), scope);
                 guarantee.lots = ids_of(part, "lots", names(vehicle_.lots), scope);
                 if (const TomlValue* floors = part.find("floors"))
                   guarantee.floors = read_curve(
                       *floors, "floors", {{"months", "values", at_least(0), Unit::plain}}, scope);
                 check_guarantee(vehicle_, guarantee, check);
               });
  }

  // The parts that a step may name; none for steps that have no parts.
  [[nodiscard]] std::vector<std::string> parts_of(CashStep step) const {
    switch (step) {
      case CashStep::fee:
        return names(vehicle_.fees);
      case CashStep::hedge:
        return names(vehicle_.hedges);
      case CashStep::reserve:
        return names(vehicle_.reserves);
      case CashStep::interest:
      case CashStep::principal:
      case CashStep::cash_sweep:
        return debt();
      default:
        return {};
    }
  }

  void read_waterfall() {
    const TomlValue* const list = table_.find("waterfall");
    const std::vector<std::string> words = words_of(list, "waterfall", scope_, true);
    constexpr std::string_view kSteps =
        "operating_cost|fee|hedge|interest|principal|reserve|cash_trap|cash_sweep|distribution";
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto colon = words[i].find(':');
      const std::string word = words[i].substr(0, colon);
      Scalar item = list->items[i].scalar();
      item.text = word;
      const auto k = read_choice(item, "waterfall", kSteps, "", scope_);
      if (!k) continue;
      const std::string part = colon == std::string::npos ? "" : words[i].substr(colon + 1);
      add_step({static_cast<CashStep>(*k), part}, list->items[i].scalar());
    }
  }

  void add_step(const WaterfallStep& step, const Scalar& item) {
    const std::vector<std::string> known = parts_of(step.step);
    if (!step.part.empty() && std::find(known.begin(), known.end(), step.part) == known.end())
      scope_.fault(item, "waterfall", "names no part of this vehicle that it pays",
                   did_you_mean(step.part, known, "write the step alone"));
    const bool twice = std::any_of(
        vehicle_.waterfall.begin(), vehicle_.waterfall.end(), [&](const WaterfallStep& other) {
          return other.step == step.step &&
                 (other.part.empty() || step.part.empty() || other.part == step.part);
        });
    if (twice) scope_.fault(item, "waterfall", "stands twice", "list each claim once");
    vehicle_.waterfall.push_back(step);
  }

  const TomlValue& table_;
  BookContext& context_;
  Scope scope_;
  Vehicle vehicle_;
  std::set<std::string> ids_;  // of its parts so far
  std::optional<Date> last_maturity_;
};

}  // namespace

void read_vehicle(const TomlValue& table, const std::string& file, BookContext& context) {
  VehicleReader(table, file, context).read();
}

}  // namespace lien::pricing
