#include <array>

#include "pricing/book/book_context.hpp"
#include "pricing/book/market_blocks.hpp"

namespace lien::pricing {
namespace {

void set_frequency(Instrument& instrument, std::int64_t k) {
  static constexpr std::array kFrequencies = {Frequency::monthly, Frequency::quarterly,
                                              Frequency::semiannual, Frequency::annual};
  instrument.continuous = k == 4;
  if (k < 4) instrument.frequency = kFrequencies[static_cast<std::size_t>(k)];
}

bool in_periods(const Instrument& instrument) {
  return instrument.kind == InstrumentKind::swap || instrument.kind == InstrumentKind::cap ||
         instrument.kind == InstrumentKind::floor;
}

void check_underlying(const Instrument& instrument, const ContractChecks& check) {
  const bool of_hardware =
      instrument.on == Underlying::rental_rate || instrument.on == Underlying::log_rental_rate ||
      instrument.on == Underlying::forward_rental_rate || instrument.on == Underlying::resale_value;
  const auto only = [&](std::string_view field, bool wanted) {
    if (wanted && !check.has(field)) check.missing(field, "it says what the instrument is on");
    if (!wanted) check.useless({field}, "does not go with this underlying");
  };
  if (!of_hardware || instrument.on == Underlying::resale_value)
    check.useless({"segment"}, "goes with rental_rate and log_rental_rate only");
  only("hardware", of_hardware);
  only("line", instrument.on == Underlying::launch_count);
  only("delivery", instrument.on == Underlying::zero_coupon_bond ||
                       instrument.on == Underlying::forward_rental_rate);
}

// Early exercise is for options on what a holder can exercise into.
void check_exercise(const Instrument& instrument, const ContractChecks& check) {
  if (!instrument.bermudan || !check.good("kind") || !check.good("on")) return;
  if (instrument.kind != InstrumentKind::call && instrument.kind != InstrumentKind::put)
    check.wrong("exercise",
                instrument.kind == InstrumentKind::forward ? "a forward has nothing to exercise"
                                                           : "goes with kind call and put only",
                "remove it");
  else if (instrument.on != Underlying::rental_rate && instrument.on != Underlying::resale_value)
    check.wrong("exercise", "goes with options on rental_rate and resale_value only",
                "write european");
  else if (check.good("strike") && !(instrument.strike > 0))
    check.wrong("strike", "must be above 0 for early exercise",
                "an option struck at 0 is the underlying itself: write a forward");
}

// Periods, averages and who may fail to pay.
void check_settlement(const Instrument& instrument, const ContractChecks& check) {
  if (!check.good("kind")) return;
  const bool periods = in_periods(instrument);
  const bool rent_or_power =
      instrument.on == Underlying::rental_rate || instrument.on == Underlying::power;
  if (!periods) check.useless({"start"}, "goes with kind swap, cap and floor only");
  if (!periods) check.useless({"frequency"}, "goes with kind swap, cap, floor and bond only");
  if (instrument.continuous)
    check.wrong("frequency", "goes with kind bond only", "write monthly, or leave it out");
  if (check.good("on") && periods && !rent_or_power && instrument.on != Underlying::floating_rate)
    check.wrong("on", "does not go with kind swap, cap and floor",
                "write rental_rate, power or floating_rate");
  if (check.good("on") && !periods && instrument.on == Underlying::floating_rate)
    check.wrong("on", "goes with kind swap, cap and floor only",
                "write a swap of one period instead of a forward, a cap instead of a call");
  if (instrument.month_average && check.good("on") && !rent_or_power)
    check.wrong("averaging", "goes with rental_rate and power only", "remove it");
  if (instrument.month_average && instrument.bermudan)
    check.wrong("averaging", "does not go with early exercise", "write none, or european");
  if (instrument.kind == InstrumentKind::future)
    check.useless({"counterparty"},
                  "does not go with a future, whose gains are paid as they arise");
  if (instrument.bermudan) check.useless({"counterparty"}, "does not go with early exercise");
  if (instrument.start && check.good("expiry"))
    check.after("expiry", instrument.expiry, "start", *instrument.start);
  check.useless({"party", "coupon"}, "goes with kind bond only");
}

void check_bond(const ContractChecks& check) {
  check.useless({"on", "hardware", "segment", "line", "strike", "start", "delivery", "averaging",
                 "exercise", "counterparty"},
                "does not go with a bond");
  if (!check.has("party")) check.missing("party", "the bond is its debt");
  if (!check.has("coupon")) check.missing("coupon", "a bond pays one", "add it; 0 is written");
}

}  // namespace

std::span<const Field<Instrument>> instrument_fields() {
  using T = Instrument;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      choice<&T::kind>("kind", "forward|call|put|future|swap|cap|floor|bond").required(),
      choice<&T::on>("on",
                     "rental_rate|log_rental_rate|resale_value|zero_coupon_bond|launch_count|"
                     "forward_rental_rate|power|floating_rate"),
      id("hardware", &T::hardware),
      id("line", &T::line),
      choice<T>(
          "segment",
          +[](T& i, std::int64_t k) { i.segment = kSegments[static_cast<std::size_t>(k)]; },
          "spot|term|index"),
      number("strike", &T::strike),
      date("expiry", &T::expiry).required(),
      date("start", &T::start),
      date("delivery", &T::delivery),
      number("quantity", &T::quantity, above(0)),
      id("tranche", &T::tranche),
      share("ratio", &T::ratio, Range{0, 1, true, false}),
      choice<T>(
          "position", +[](T& i, std::int64_t k) { i.long_position = k == 0; }, "long|short"),
      choice<T>(
          "averaging", +[](T& i, std::int64_t k) { i.month_average = k == 1; }, "none|month"),
      choice<T>("frequency", &set_frequency, "monthly|quarterly|semiannual|annual|continuous"),
      choice<T>(
          "exercise", +[](T& i, std::int64_t k) { i.bermudan = k == 1; }, "european|bermudan"),
      id("counterparty", &T::counterparty),
      id("party", &T::party),
      rate("coupon", &T::coupon, between(0, 1)),
  };
  return fields;
}

void check_instrument(const Instrument& instrument, const ContractChecks& check,
                      const BookContext& context) {
  check.not_past("expiry", instrument.expiry);
  const bool bond = check.good("kind") && instrument.kind == InstrumentKind::bond;
  const bool may_lack_strike = instrument.kind == InstrumentKind::forward ||
                               instrument.kind == InstrumentKind::future || bond;
  if (check.good("kind") && !may_lack_strike && !check.has("strike"))
    check.missing("strike", instrument.kind == InstrumentKind::swap ? "it is the fixed side"
                                                                    : "an option has one");
  if (bond) {
    check_bond(check);
  } else {
    if (!check.has("on")) check.missing("on", "it says what the instrument is on");
    if (check.good("on")) check_underlying(instrument, check);
    check_exercise(instrument, check);
    check_settlement(instrument, check);
  }
  check.party("counterparty", instrument.counterparty);
  check.party("party", instrument.party);
  if (instrument.delivery)
    check.after("delivery", *instrument.delivery, "expiry", instrument.expiry);
  check.launch_line("line", instrument.line);
  const Hardware* hardware = check.hardware("hardware", instrument.hardware);
  if (hardware && check.good("on") && instrument.on == Underlying::resale_value)
    check.observes_resale(*hardware);
  if (hardware && instrument.on != Underlying::resale_value)
    check.segment(*hardware, instrument.segment);
  if (check.good("on") && instrument.on == Underlying::power && context.market &&
      !context.market->power)
    check.wrong("on", "needs [power], which " + context.market->file + " does not have",
                "add [power] there");
}

void read_instrument(const TomlValue& table, const std::string& file, BookContext& context) {
  const Scope scope{context.faults, file, block_label("instrument", table, "id")};
  Instrument instrument;
  instrument.where = {file, table.line, table.column};
  const Given given =
      read_table(table, instrument_fields(), instrument, "field of [[instrument]]", scope);
  const ContractChecks check(given, scope, context);
  check.unique_id(instrument.id);
  check_instrument(instrument, check, context);
  check.useless({"tranche", "ratio"}, "goes with a hedge of a vehicle only");
  ++context.rows_read;
  context.book.instruments.push_back(std::move(instrument));
}

}  // namespace lien::pricing
